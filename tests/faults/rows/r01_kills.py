"""Row 1: kill -9 at a random moment of a call."""

from tests.faults.campaign import Row, Seen, Trial
from tests.faults.kill_desk import trial


def _kill(case: Trial) -> Seen:
    seen = trial(case.folder / "desk", case.seed, case.number)
    assert seen["ok"], seen["fault"]
    return {name: value for name, value in seen.items() if name not in ("ok", "fault", "seed", "trial")}


ROWS = [Row("1", "kill -9 of the desk at a random moment of a call", _kill, short=10, long=200)]
