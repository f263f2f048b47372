"""Row 1, the other process: kill -9 of the line worker, which owns line, sound and recording, at a random moment of a real-time shift. The
desk goes on: the call ends, the remains are logged, every acknowledged second opens, and a new worker makes the next call. A moment is in
a call: a worker that nobody needs just then loses nothing."""

import os
import signal
import time
from collections.abc import Callable

from app.evidence.recording import join, tail_of
from app.interview.screen import Page
from app.line import process
from hardware.base import RATE
from tests.desk_room import centre
from tests.desk_talk import events
from tests.faults.campaign import Row, Seen, Trial
from tests.faults.rows.r01_kills import NOT_DURABLE
from tests.faults.spoil import HELD
from tests.line.desk import RealRoom, real_room
from tests.line.lone_desk import step

_AFTER = 240.0
_IN_A_CALL = (Page.DIALING, Page.INTERVIEW)
_Durable = dict[str, int]
_When = Callable[[RealRoom, _Durable, float], bool]
"""Whether it is time. Seconds acknowledged, by call; seconds since the work began."""


def _kill(case: Trial) -> Seen:
    """At a random moment; in two of three trials not before a second was acknowledged, on however slow a machine."""
    earliest, sound = case.chance.uniform(1.0, 5.0), case.number % 3 > 0
    return _killed(case, lambda _, durable, passed: passed >= earliest and bool(durable or not sound))


def _killed(case: Trial, when: _When, *fault: str) -> Seen:
    # A campaign does not wait half a minute for the next worker; everything else is as shipped.
    settled, process._SETTLED = process._SETTLED, -1
    room = real_room(case.folder, fault=fault)
    try:
        durable = _work(room, when)
        page = room.desk.screen.page
        killed = room.pid
        how = case.chance.choice([signal.SIGKILL, signal.SIGABRT, signal.SIGSEGV])
        os.kill(killed, how)
        dials = len(events(room, "dial.end"))
        room.until(lambda: bool(step(room)) or _another(room, dials), _AFTER)
        assert room.pid != killed, "the worker lives"
        lost = [each["code"] for each in events(room, "io.error") if each["where"] == "line worker"]
        assert lost == [how.name], f"a call lost its worker by {how.name}, the journal says {lost}"
        _all_open(room, durable)
        verdict = room.verified()
        assert verdict.ok, verdict.text()
        return {
            "page": page.value,
            "sound": sum(durable.values()),
            "lost in a call": lost[0],
        }
    finally:
        process._SETTLED = settled
        room.close()


def _work(room: RealRoom, when: _When) -> _Durable:
    """Until it is time, in a call. Returns the seconds that were acknowledged, by call."""
    durable, began = _Durable(), time.monotonic()
    while not (room.desk.screen.page in _IN_A_CALL and when(room, durable, time.monotonic() - began)):
        assert time.monotonic() < began + _AFTER, "the moment did not come"
        room.desk.tick()
        step(room)
        if room.process.seconds_durable:
            durable[room.process._call] = room.process.seconds_durable
        time.sleep(0.02)
    return durable


def _another(room: RealRoom, ended: int) -> bool:
    """The call that was on has ended, and one after it too."""
    return len(events(room, "dial.end")) >= ended + 2 and room.desk.screen.page is Page.READY


def _all_open(room: RealRoom, durable: _Durable) -> None:
    for call, seconds in durable.items():
        path = room.ledger.recording_path(call)
        tail = tail_of(path)
        keys = list(centre().identities.values())
        found = join(path, tail if tail.exists() else None, keys, call_id=call)
        assert found >= seconds * RATE, f"call {call}: {found / RATE:.2f} s of {seconds} acknowledged"


def _control(case: Trial) -> Seen:
    """Where it holds seconds."""

    def holds(room: RealRoom, durable: _Durable, _: float) -> bool:
        return durable.get(room.process._call, 0) % HELD == HELD - 1

    return _killed(case, holds, "lazy")


ROWS = [
    Row("1.worker", "kill -9 of the line worker's process", _kill, short=2, long=30),
    Row(
        "1.worker.control",
        "the same with a recorder that keeps three seconds in memory",
        _control,
        short=1,
        long=4,
        control=NOT_DURABLE,
    ),
]
