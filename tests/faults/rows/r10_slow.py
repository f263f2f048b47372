"""Row 10: the disk is slow, or stalls. Up to 30 s of stall cost no sample and never hold up the window; what a longer one costs is said."""

import threading
import time
from collections.abc import Callable
from functools import partial

from app.interview.screen import Screen
from tests.faults.block import PROGRAMS, Block, block
from tests.faults.campaign import Row, Seen, Trial
from tests.faults.slow import call_over
from tests.faults.spoil import spoil
from ui.bridge import Bridge
from ui.desk_thread import DeskLike, Verb

UI_MS = 100
"""What the window's thread computes itself, and what the machine owes the process in the same moment, is not counted."""
_OWN_MS = 500
"""Of a processor, what it computes itself between two looks: a window that turns round and round for the disk is held up as well."""
_AFTER = 6.0
"""Seconds of talking after a stall."""
_FLUSHES = 4
"""Of a call of half a minute, that must have been slow."""


def _stall(seconds: float, disk: Block) -> float:
    disk.tell("stall", seconds)
    return seconds + _AFTER


def _slow(seconds: float, disk: Block, talk: float = 30.0) -> float:
    disk.tell("delay", seconds)
    return talk


def _call(case: Trial, trouble: Callable[[Block], float], *fault: str) -> dict[str, object]:
    with block(case.folder) as disk:
        return call_over(disk, trouble, fault=fault or ("none",))


def _whole(seen: dict[str, object], seconds: float) -> Seen:
    """Nothing was lost, nobody was held up."""
    assert not seen["cut"], f"the call was ended: {seen}"
    assert seen["closed"], f"the recording was not closed: {seen}"
    assert seen["gaps"] == 0, f"sound was lost: {seen}"
    assert float(str(seen["kept"])) >= seconds, f"sound is missing: {seen}"
    late = [
        each
        for each, key, most in (("held up", "window_ms", UI_MS), ("busy", "own_work_ms", _OWN_MS))
        if int(str(seen[key])) >= most
    ]
    assert not late, f"the window's thread was {' and '.join(late)}: {seen}"
    return seen


def _stalled(case: Trial) -> Seen:
    seconds = (30.0, 10.0, 2.0)[case.number % 3]
    seen = _call(case, partial(_stall, seconds))
    assert float(str(seen["disk_longest_s"])) >= seconds, f"the disk did not stall for that long: {seen}"
    return _whole(seen, 3 + seconds + _AFTER)


def _slowed(case: Trial) -> Seen:
    seconds = (0.5, 2.0, 5.0)[(case.number + 1) % 3]
    seen = _call(case, partial(_slow, seconds))
    assert float(str(seen["disk_waited_s"])) >= _FLUSHES * seconds, f"hardly any flush was slow: {seen}"
    return _whole(seen, 33)


def _beyond(case: Trial) -> Seen:
    """Longer than the ring (shortened to 5 s): the call is ended with a notice, what was acknowledged is kept, the rest is named."""
    seen = _call(case, partial(_stall, 12.0), "ring", "5")
    assert float(str(seen["disk_longest_s"])) >= 12.0, f"the disk did not stall for that long: {seen}"
    assert seen["cut"], f"the call went on unrecorded: {seen}"
    assert not seen["closed"], f"a recording with a hole counts as closed: {seen}"
    assert "recording: ETIMEDOUT" in str(seen["faults"]), f"the journal does not say why: {seen}"
    assert float(str(seen["kept"])) >= 3, f"what was acknowledged is lost: {seen}"
    assert "has not taken any sound" in str(seen["notices"]), f"the interviewer is not told: {seen}"
    assert seen["named"], f"nobody is told how much is missing: {seen}"
    return seen


def _told_and(waits: Callable[[threading.Event], object], flush: float, case: Trial) -> Seen:
    """The control: a window that tells its desk something, and then waits until that is done, a second at most. flush: seconds it takes."""
    real = Bridge.tell

    def tell(self: Bridge, verb: Verb, seen: Screen | None = None) -> int:
        done = threading.Event()

        def then(desk: DeskLike) -> None:
            verb(desk)
            done.set()

        number = real(self, then, seen)
        waits(done)
        return number

    undo = spoil(Bridge, "tell", tell)
    try:
        return _whole(_call(case, partial(_slow, flush, talk=8.0)), 0)
    finally:
        undo()


def _asleep(done: threading.Event) -> None:
    done.wait(1.0)


def _turning(done: threading.Event) -> None:
    """It never sleeps, so that all of the time is its own work: a second of a processor, however many others want that."""
    until = time.thread_time() + 1.0
    while not done.is_set() and time.thread_time() < until:
        pass


ROWS = [
    Row("10.stall", "the disk stalls for up to 30 s in a call", _stalled, 1, 3, PROGRAMS, root=True),
    Row("10.slow", "each flush takes 0.5, 2 or 5 s", _slowed, 1, 3, PROGRAMS, root=True),
    Row("10.beyond", "the disk stalls for longer than the ring holds", _beyond, 1, 2, PROGRAMS, root=True),
    Row(
        "10.control",
        "control: a worker that writes its recording without a ring",
        lambda case: _whole(_call(case, partial(_stall, 10.0), "direct", "0"), 19),
        1,
        2,
        PROGRAMS,
        root=True,
        control="sound was lost",
    ),
    Row(
        "10.control2",
        "control: a window that sleeps until its desk has done what it was told",
        partial(_told_and, _asleep, 0.5),
        1,
        2,
        PROGRAMS,
        root=True,
        control="thread was held up",
    ),
    Row(
        "10.control3",
        "control: a window that turns round and round until then",
        partial(_told_and, _turning, 5.0),
        1,
        2,
        PROGRAMS,
        root=True,
        control="thread was (held up and )?busy",
    ),
]
