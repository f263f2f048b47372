"""Row 1: kill -9, in every phase of the desk's work. The trials go round the phases; "phase" in a line is where the kill fell."""

from pathlib import Path

from tests.faults.campaign import Row, Seen, Trial
from tests.faults.kill_desk import Life, live, trial
from tests.faults.spoil import keeps_seconds_in_memory
from tests.faults.told import PHASES, Say

NOT_DURABLE = r"\d s of \d+ acknowledged"
"""What must be said of a recorder that counts what it holds in memory."""


def _kill(case: Trial, life: Life = live) -> Seen:
    seen = trial(case.folder / "desk", case.seed, case.number, life)
    assert seen["ok"], seen["fault"]
    return {name: value for name, value in seen.items() if name not in ("ok", "fault", "seed", "trial")}


def _lazily(folder: Path, start: int, say: Say) -> None:
    keeps_seconds_in_memory()
    live(folder, start, say)


def _control(case: Trial) -> Seen:
    """In a call, where seconds are held."""
    number = PHASES.index("in a call") + case.number * len(PHASES)
    return _kill(Trial(case.seed, number, case.folder, case.chance), _lazily)


ROWS = [
    Row("1", "kill -9 of the desk in every phase of its work", _kill, short=14, long=203),
    Row(
        "1.control",
        "the same with a recorder that keeps three seconds in memory",
        _control,
        short=7,
        long=14,
        control=NOT_DURABLE,
    ),
]
