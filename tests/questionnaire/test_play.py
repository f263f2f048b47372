"""Scenario files: a questionnaire tried out without a window, step by step, and what is said when a step does not hold."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.canonical import decode, encode
from app.errors import UsageError
from app.questionnaire import scenario, xlsform
from app.questionnaire.form import Form
from app.questionnaire.play import Json, Play
from tests.questionnaire.conftest import DAZHOU

WriteWorkbook = Callable[..., Path]
SCENARIOS = sorted((DAZHOU.parent / "scenarios").glob("*.txt"))
SETTINGS = {"form_id": "small", "namespaces": 'cati="urn:x"'}


def played(form: Form, text: str, folder: Path) -> tuple[list[Json], Play]:
    path = folder / "script.txt"
    path.write_text(text, encoding="utf-8")
    play = Play(form)
    return list(play.run(scenario.read(path))), play


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_the_studys_own_scenarios_hold(path: Path, dazhou: Form) -> None:
    play = Play(dazhou)
    for line in play.run(scenario.read(path)):
        assert decode(encode(line)) == line
    assert (play.failed, play.line) == ("", 0)


def test_a_step_shows_what_an_interviewer_would_see(dazhou: Form, tmp_path: Path) -> None:
    lines, _ = played(dazhou, "SET intro\nNEXT\nSET . 1\nLANG en\nDUMP\n", tmp_path)
    assert [line["step"] for line in lines] == ["LOAD", "SET intro", "NEXT", "SET . 1", "LANG en", "DUMP"]
    assert lines[2]["question"] == "consent"
    assert lines[2]["options"] == [
        {"code": "1", "text": "愿意"},
        {"code": "2", "text": "现在不方便"},
        {"code": "3", "text": "拒绝"},
    ]
    assert lines[4]["text"] == "Is this a good time for the interview?"
    nodes = {node["name"]: node for node in lines[5]["nodes"]}  # type: ignore[attr-defined]
    assert nodes["consent"] == {"name": "consent", "relevant": True, "value": "1", "stored": "1"}
    assert nodes["end_later"]["relevant"] is False
    assert (nodes["screening"]["relevant"], nodes["items"]["relevant"]) == (True, False), "groups too"


@pytest.mark.parametrize(
    ("script", "line", "why"),
    [
        ("SET intro\nEXPECT AT age", 2, '"intro", not "age"'),
        ("EXPECT TEXT 您吃了吗", 1, "has no"),
        ("NEXT", 1, "还没有念"),
        ("SET intro\nNEXT\nSET . 5\nEXPECT SOFT", 4, "没有“5”"),
        ("SET intro\nEXPECT REFUSED", 2, "nothing was refused"),
        ("EXPECT ENDS 60", 1, 'not "60"'),
        ("EXPECT OVER", 1, "at intro"),
        ("EXPECT IRRELEVANT intro age", 1, "intro: relevant"),
        ("EXPECT RELEVANT q01", 1, "q01: not relevant"),
        ("EXPECT VALUE consent 1", 1, 'not "1"'),
        ("EXPECT OPTIONS 1", 1, 'not "1"'),
        ("EXPECT UNMET age", 1, 'not "age"'),
        ("EXPECT VOIDS consent 1 age", 1, 'not "age"'),
    ],
)
def test_what_does_not_hold_ends_the_play_and_is_said(
    script: str, line: int, why: str, dazhou: Form, tmp_path: Path
) -> None:
    lines, play = played(dazhou, script + "\nEXPECT AT never", tmp_path)
    assert play.line == line
    assert why in play.failed
    assert lines[-1]["ok"] is False


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("FLY", 'no step "FLY"'),
        ("# fine\n\nEXPECT LUCK", '"LUCK" cannot be expected'),
        ("EXPECT", "EXPECT takes"),
        ("NEXT 3", "NEXT takes 0"),
        ("EXPECT VOIDS age", "takes 2"),
    ],
)
def test_a_scenario_that_cannot_be_read(script: str, says: str, dazhou: Form, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=says) as fault:
        played(dazhou, script, tmp_path)
    assert fault.value.where.startswith("script.txt:")


def test_a_scenario_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "script.txt"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="not UTF-8"):
        scenario.read(path)
    with pytest.raises(UsageError, match="cannot be read"):
        scenario.read(tmp_path / "none.txt")


def test_a_soft_check_asks_once_and_can_be_kept_and_a_critical_rule_holds_the_end_back(
    write_workbook: WriteWorkbook, tmp_path: Path
) -> None:
    rows = [
        {"type": "integer", "name": "cows", "label": "Cows?", "bind::cati:soft": ". < 50", "body::cati:dk": "98",
         "body::cati:soft-en": "So many?", "bind::cati:critical": ". > 0", "body::cati:critical-en": "At least one."},
        {"type": "hidden", "name": "village"},
        {"type": "note", "name": "bye", "label": "Bye ${village}"},
    ]  # fmt: skip
    form = xlsform.parse(xlsform.compile_workbook(write_workbook(rows, (), SETTINGS)))
    script = (
        "GIVEN village Mill Hill\nEXPECT UNMET cows\nSET cows 400\nEXPECT SOFT So many?\nEXPECT BLANK cows\n"
        "SET cows 98\nSET cows 400\nEXPECT SOFT\nKEEP cows 400\nEXPECT VALUE cows 400\nEXPECT UNMET\n"
        "NEXT\nEXPECT TEXT Bye Mill Hill\nSET .\nNEXT\nEXPECT OVER"
    )
    _, play = played(form, script, tmp_path)
    assert (play.failed, play.line) == ("", 0)
