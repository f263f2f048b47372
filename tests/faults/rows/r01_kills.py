"""Row 1: kill -9, in every phase of the desk's work. The trials go round the phases; "phase" in a line is where the kill fell."""

from pathlib import Path

from app.evidence.recording import Closed, Recorder
from hardware.base import RATE
from tests.faults.campaign import Row, Seen, Trial
from tests.faults.kill_desk import Life, live, trial
from tests.faults.told import PHASES, Say

_HELD = 3
"""Seconds of sound that the control's recorder keeps in memory."""


def _kill(case: Trial, life: Life = live) -> Seen:
    seen = trial(case.folder / "desk", case.seed, case.number, life)
    assert seen["ok"], seen["fault"]
    return {name: value for name, value in seen.items() if name not in ("ok", "fault", "seed", "trial")}


def keeps_seconds_in_memory() -> None:
    """The saboteur: a recorder that buffers, as most do, and counts what it holds as kept."""
    write, close = Recorder.write, Recorder.close
    held: list[tuple[bytes, bytes]] = []

    def flush(self: Recorder) -> None:
        self.seconds_durable -= _seconds(held)
        write(self, b"".join(left for left, _ in held), b"".join(right for _, right in held))
        held.clear()

    def lazy(self: Recorder, left: bytes, right: bytes) -> None:
        before = _seconds(held)
        held.append((left, right))
        self.seconds_durable += _seconds(held) - before
        if _seconds(held) >= _HELD:
            flush(self)

    def whole(self: Recorder) -> Closed:
        flush(self)
        return close(self)

    Recorder.write, Recorder.close = lazy, whole  # type: ignore[method-assign]


def _seconds(held: list[tuple[bytes, bytes]]) -> int:
    return sum(len(left) for left, _ in held) // 2 // RATE


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
        control=True,
    ),
]
