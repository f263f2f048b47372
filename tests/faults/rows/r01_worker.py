"""Row 1, the other process: kill -9 of the line worker, which owns line, sound and recording, at a random moment of a real-time shift. The
desk goes on: the call ends, the remains are logged, every acknowledged second opens, and a new worker makes the next call."""

import os
import signal
import time

from app.evidence.recording import join, tail_of
from app.interview.screen import Page
from app.line import process
from hardware.base import RATE
from tests.desk_room import centre
from tests.desk_talk import events
from tests.faults.campaign import Row, Seen, Trial
from tests.line.desk import RealRoom, real_room
from tests.line.lone_desk import step

_AFTER = 240.0


def _kill(case: Trial) -> Seen:
    # A campaign does not wait half a minute for the next worker; everything else is as shipped.
    settled, process._SETTLED = process._SETTLED, -1
    room = real_room(case.folder)
    try:
        durable = dict[str, int]()
        _work(room, case.chance.uniform(1.0, 5.0), durable)
        page = room.desk.screen.page
        killed = room.pid
        os.kill(killed, case.chance.choice([signal.SIGKILL, signal.SIGABRT, signal.SIGSEGV]))
        dials = len(events(room, "dial.end"))
        room.until(lambda: bool(step(room)) or _another(room, dials), _AFTER)
        assert room.pid != killed, "the worker lives"
        lost = events(room, "io.error")
        _all_open(room, durable)
        verdict = room.verified()
        assert verdict.ok, verdict.text()
        return {"page": page.value, "sound": sum(durable.values()), "lost in a call": len(lost)}
    finally:
        process._SETTLED = settled
        room.close()


def _work(room: RealRoom, seconds: float, durable: dict[str, int]) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        room.desk.tick()
        step(room)
        if room.process.seconds_durable:
            durable[room.process._call] = room.process.seconds_durable
        time.sleep(0.02)


def _another(room: RealRoom, ended: int) -> bool:
    """The call that was on has ended, and one after it too."""
    return len(events(room, "dial.end")) >= ended + 2 and room.desk.screen.page is Page.READY


def _all_open(room: RealRoom, durable: dict[str, int]) -> None:
    for call, seconds in durable.items():
        path = room.ledger.recording_path(call)
        tail = tail_of(path)
        keys = list(centre().identities.values())
        found = join(path, tail if tail.exists() else None, keys, call_id=call)
        assert found >= seconds * RATE, f"call {call}: {found / RATE:.2f} s of {seconds} acknowledged"


ROWS = [Row("1.worker", "kill -9 of the line worker's process", _kill, short=2, long=30)]
