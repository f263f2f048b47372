"""today(), now() and what is reckoned from them, on a JavaRosa whose clock stands still at the same moment as ours."""

import os
from pathlib import Path

import pytest

from app.clock import VirtualClock
from app.questionnaire import xlsform, xpath
from app.questionnaire.state import State
from app.questionnaire.values import to_text
from app.questionnaire.world import World
from tests.javarosa.bridge import NOON, JavaRosa, held_clock, missing
from tests.javarosa.ours import ZONE
from tests.javarosa.sketch import Paper, Sketch

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.long]

PLACE = "/data/q"
SAYINGS = [
    "string(today())",
    "string(now())",
    "format-date(today(), '%Y-%m-%d %H:%M:%S')",
    "format-date-time(now(), '%Y-%n-%e %H:%M:%S.%3')",
    "decimal-date-time(today())",
    "decimal-date-time(now())",
    "today() + 30",
    "date(today() + 30)",
    "int((today() - date('1980-05-17')) div 365.25)",
    "today() = date('2026-11-22')",
    "now() > today()",
    "now() - today()",
    "today() < now()",
    "boolean(today())",
    "number(now())",
    "if(today() > date('2026-01-01'), 'this year', 'before')",
    "concat(today(), ' ', now())",
    "coalesce('', today())",
]


def test_both_clocks_stand_still(tmp_path: Path) -> None:
    absent = missing() or ("" if held_clock() else "libfaketime (Debian package faketime)")
    if absent and os.environ.get("FANGXIN_REQUIRE_PEERS"):
        pytest.fail(f"{absent} is not installed")
    if absent:
        pytest.skip(f"{absent} is not installed")
    xml = Paper((Sketch("q", "string", PLACE),)).xml()
    form = xlsform.parse(xml)
    state = State(form, {}, form.languages[0], World(VirtualClock(NOON), zone=ZONE))
    scope = state.scope(state.flat[PLACE])
    with JavaRosa(tmp_path, held=True) as oracle:
        oracle.ask("LOAD", xml)
        theirs = {each: oracle.ask("EVAL", each, PLACE)["value"] for each in SAYINGS}
    assert {each: to_text(xpath.compile(each, PLACE).run(scope)) for each in SAYINGS} == theirs
