"""Row 16: the program starts and finds 1 to 50 calls that nobody ended: each is hashed, logged and sent, and the desk is ready soon."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app import recovery
from app.clock import VirtualClock
from app.conversation import Conversation
from app.evidence.journal import read
from app.interview.screen import Notice
from app.ledger import Ledger
from app.sample.case import Case
from hardware.base import RATE
from tests.desk_room import NOON, Room
from tests.faults.aftermath import check, later
from tests.faults.campaign import Row, Seen, Trial
from tests.faults.owed import Look
from tests.sync.world import Workstation, World, round_of

_MOST = 50
_READY = 10.0
"""Seconds that the start may take, less what a busy machine owed it meanwhile."""
_SIZE = 80
_PUT = 20 * RATE
"""Samples that are put at once: what it takes to write a long call quickly."""


def _start(case: Trial, spoil: Callable[[], Callable[[], None]] | None = None) -> Seen:
    calls = [1, _MOST, case.chance.randint(2, _MOST - 1)][case.number % 3]
    room = Room(case.folder / "desk", "many", _SIZE, {}, VirtualClock(NOON)).open()
    minutes = _leave_unfinished(room, case, calls)
    again = Room(room.folder, "many", _SIZE, {}, later(room.clock))
    restore = spoil() if spoil else lambda: None
    began = Look.now()
    try:
        again.open()
    finally:
        restore()
    ready = Look.now()
    took = ready.at - began.at - ready.owed_since(began)
    try:
        assert again.desk.screen.notice is Notice.RESUMED_AFTER_CRASH
        _all_hashed(again, calls)
        assert took < _READY, f"the start took {took:.1f} s"
        sent = _sent(again, case.folder, calls)
        again.desk.sign_in("小李")
        again.work(1)
        again.desk.sign_out()
    finally:
        again.close()
    check(again.folder)
    return {"calls": calls, "minutes of sound": minutes, "start s": round(took, 2), "sent": sent}


def _leave_unfinished(room: Room, case: Trial, calls: int) -> int:
    """So many calls that were opened and never ended, one after the other, as if each had been the last thing that a run did. Returns
    their minutes."""
    room.desk.sign_in("小李")
    minutes = 0
    for _ in range(calls):
        room.desk.next_case()
        work = room.desk._work
        assert work is not None
        work.prepare(room.ledger, room.worker)
        length = case.chance.choice([0, 0, 1, 3, 12])
        minutes += length
        for _ in range(length * 60 * RATE // _PUT):
            silence = case.chance.randbytes(64) * (_PUT // 32)
            room.worker._tape.put(silence, silence)  # type: ignore[union-attr]
        if case.chance.random() < 0.5:
            room.ledger.line(work.call, "answered", 0, "signal")
            Conversation(room.ledger, work.case, work.call, "zh", "小李").answer("", 8000 * length)
        room.worker.abandon()
        room.desk._work = None
        room.desk._show(page=room.desk.screen.page.READY)
        room.clock.advance(1000)
    room.ledger.close()
    return minutes


def _all_hashed(room: Room, calls: int) -> None:
    entries = [entry.data for entry in read(room.ledger.journal.path)]
    found = [e for e in entries if e["type"] == "rec.recovered"]
    cut = {e["call"] for e in entries if e["type"] == "call.interrupted"}
    assert len(found) == len(cut) == calls, f"{len(found)} hashed, {len(cut)} logged, of {calls}"
    for each in found:
        path = room.ledger.recording_path(each["call"])
        assert _sha(path) == each["age_sha256"], f"call {each['call']} was hashed wrongly"
    assert not room.station.store.open_calls()


def _sent(room: Room, folder: Path, calls: int) -> int:
    """Hand everything in to a central; returns how many files it signed for."""
    keys = room.station.keys
    with World(folder) as world:
        central = world.central()
        station = Workstation(
            room.folder,
            room.station.name,
            keys.signer,
            keys.identity,
            room.ledger.journal,
            room.station.store,
            room.clock,
        )
        done = round_of(station, world.enrolled(station, central))
    assert done.objects >= 2 * calls, f"{done.objects} files were sent"
    assert not room.station.store.pending(), "something is left"
    return done.objects


def _sha(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def only_the_last() -> Callable[[], None]:
    """The saboteur: a start that looks after the newest call only, as if one could not be interrupted twice. Returns how to undo it."""
    whole = recovery._interrupted

    def last(ledger: Ledger, case: Case, call: str, says: Any) -> None:
        if len(ledger.store.open_calls()) > 1:
            ledger.store.close_call(call, outcome="", ended=0)
        else:
            whole(ledger, case, call, says)

    recovery._interrupted = last

    def undo() -> None:
        recovery._interrupted = whole

    return undo


def _control(case: Trial) -> Seen:
    return _start(case, only_the_last)


ROWS = [
    Row("16", "a start with 1 to 50 unfinished calls", _start, short=3, long=12),
    Row(
        "16.control",
        "the same, but only the last one is looked after",
        _control,
        short=2,
        long=2,
        control=r"\d+ hashed, \d+ logged, of",
    ),
]
