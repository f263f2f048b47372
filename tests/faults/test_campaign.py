"""CI's part of the fault campaign: every row's short number of trials, every control; `python -m tests.faults --long` runs the long one."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.aftermath import judge, later
from tests.faults.campaign import Row, all_rows, verdict
from tests.faults.rows.r02_every_call import answers_before_writing
from tests.faults.rows.r07_short_writes import takes_parts_for_wholes
from tests.faults.rows.r08_disk_errors import asks_again
from tests.faults.scripted import Life, fresh, room
from tests.faults.spoil import keeps_seconds_in_memory

SEED = "12340"
_LIMIT_S = 900


@pytest.mark.long
@pytest.mark.real
@pytest.mark.parametrize("row", [pytest.param(row, id=row.id) for row in all_rows().values()])
def test_nothing_acknowledged_is_lost_nothing_false_is_accepted_every_tampering_is_named(row: Row) -> None:
    """Each row as from the command line, in a process of its own: what one leaves behind (a window, a thread, a stalled disk's file) is
    not in the next one's way, and a row that dies with its process says where."""
    if why := row.missing():
        pytest.skip(why)
    command = [sys.executable, "-X", "faulthandler", "-m", "tests.faults", "--row", row.id, "--seed", SEED]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=_LIMIT_S, check=False)
    assert ran.stdout, f"no trial was run: {ran.stderr}"
    assert ran.returncode == 0, f"ended with {ran.returncode}\n{ran.stdout}\n{ran.stderr}"


def _nothing(_: object) -> dict[str, object]:
    return {}


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("", "the control stayed green in 2 trials"),
        ("the desk ended by itself", "red for another reason than it should (answer .* is lost): the desk"),
        ("answer q03=7 is lost", ""),
    ],
)
def test_a_control_is_good_only_when_it_goes_red_in_its_own_words(fault: str, says: str) -> None:
    row = Row("2.control", "", _nothing, short=2, long=2, control="answer .* is lost")
    lines: list[dict[str, object]] = [{"ok": True, "fault": ""}, {"ok": not fault, "fault": fault}]
    assert says in verdict(row, lines)
    assert bool(verdict(row, lines)) == bool(says)


@pytest.mark.long
@pytest.mark.parametrize(
    "saboteur", [answers_before_writing, asks_again, keeps_seconds_in_memory, takes_parts_for_wholes]
)
def test_a_saboteur_alone_does_no_harm_so_what_its_control_shows_comes_of_the_fault(
    saboteur: Callable[[], None], tmp_path: Path
) -> None:
    with Life(*fresh(tmp_path), prepare=saboteur) as life:
        told = life.wait()
    assert (told.ended, told.stopped, told.died) == (True, [], "")
    judge(room(life.folder, later(life.clock)), told)
