"""A desk on a disk whose power fails: a forked child works as kill_desk's does, says what it has acknowledged, and the disk goes at a
chosen moment. Acknowledged is what was read from the socket strictly before the cut: a line that comes later may tell of nothing.
"""

import os
import random
import select
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

from app import store
from app.clock import VirtualClock
from app.errors import FangxinError
from app.evidence import recording
from app.evidence.journal import read
from app.evidence.recording import Recorder, join, remains_of
from app.store_schema import Database, connect
from tests.desk_room import NOON, Room, centre, source
from tests.faults.aftermath import judge
from tests.faults.disks import Disk
from tests.faults.kill_desk import SIZE, live
from tests.faults.spoil import spoil
from tests.faults.told import Acknowledged, say_to

HOUR = 3_600_000


def _before(owner: object, name: str, tell: Callable[[], None]) -> None:
    real = getattr(owner, name)

    def told(*arguments: object, **options: object) -> object:
        tell()
        return real(*arguments, **options)

    setattr(owner, name, told)


def _after(owner: object, name: str, tell: Callable[[], None]) -> None:
    real = getattr(owner, name)

    def told(*arguments: object, **options: object) -> object:
        done = real(*arguments, **options)
        tell()
        return done

    setattr(owner, name, told)


def _nothing(_: Callable[[], None]) -> None:
    """What the child acknowledges anyhow tells that the moment has come."""


MOMENTS: dict[str, tuple[Callable[[Callable[[], None]], None], int, float]] = {
    "phase": (_nothing, 1, 0.8),
    "sound": (_nothing, 40, 0.0),
    "answer": (_nothing, 20, 0.0),
    "first second": (lambda tell: _after(Recorder, "__init__", tell), 4, 0.006),
    "sync": (lambda tell: _before(recording, "sync_data", tell), 60, 0.001),
    "close": (lambda tell: _before(Recorder, "close", tell), 3, 0.004),
    "unlink": (lambda tell: _before(recording._Growing, "discard", tell), 3, 0.002),
}
"""Moment → what makes the child tell that it is there, up to which occurrence it is waited for, and seconds that may pass until the cut. A
child tells its phases, seconds of sound and answers by itself."""
POWER_CUTS = [moment for moment in MOMENTS if moment not in ("sound", "answer")]
"""The moments of row 3, by turns; a control waits for what it must lose, however slow the machine."""


def no_fsync() -> None:
    """A program that forgot to: from its first call on, recording and journal are never synced."""

    def forget() -> None:
        os.fsync = os.fdatasync = lambda _descriptor: None  # type: ignore[assignment]

    _before(Recorder, "__init__", forget)


def normal_store() -> None:
    """SQLite as it is mostly used: WAL with synchronous=NORMAL, which does not wait for the disk."""

    def careless(path: Path, key: bytes | None) -> Database:
        database = connect(path, key)
        database.execute("PRAGMA synchronous = NORMAL").fetchall()
        return database

    spoil(store, "connect", careless)


def start_of(number: int) -> int:
    """Wall clock of a trial's desk, ms."""
    return NOON + number * HOUR


def next_start(folder: Path, number: int) -> Room:
    """The desk in this folder, half an hour later, not opened yet."""
    return Room(folder, seed="kill", size=SIZE, clock=VirtualClock(start_of(number) + HOUR // 2))


def working(
    folder: Path, number: int, prepare: Callable[[Callable[[], None]], None]
) -> tuple[int, socket.socket]:
    """A desk that works in a forked child: its process, and the socket on which it acknowledges. prepare: called in the child with what
    makes it say "at"."""
    source()  # compiled before the fork
    near, far = socket.socketpair()
    child = os.fork()
    if child == 0:
        near.close()
        say = say_to(far)
        try:
            prepare(lambda: say("at"))
            live(folder, start_of(number), say)
        finally:
            os._exit(70)
    far.close()
    return child, near


def ended(child: int, near: socket.socket) -> None:
    """The child is killed."""
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    near.close()


def power_cut(
    disk: Disk, moment: str, number: int, chance: random.Random, sabotage: Callable[[], None] | None = None
) -> dict[str, object]:
    """Work on the disk until the power fails there, mount it again, start again, judge. sabotage: what the child does without."""

    def prepare(tell: Callable[[], None]) -> None:
        if sabotage is not None:
            sabotage()
        MOMENTS[moment][0](tell)

    folder = disk.place / "desk"
    child, near = working(folder, number, prepare)
    try:
        told = _until_the_cut(disk, near, moment, chance)
    finally:
        ended(child, near)
    disk.unmount()
    disk.mount()
    try:
        facts = judge(next_start(folder, number), told)
        return {"moment": moment, **facts, "headers": headers_open(folder)}
    except FangxinError as error:
        raise AssertionError(f"the desk does not start again, or a file does not open: {error}") from error


def _until_the_cut(disk: Disk, near: socket.socket, moment: str, chance: random.Random) -> Acknowledged:
    _, often, within = MOMENTS[moment]
    occurrence, passing = chance.randint(1, often), chance.uniform(0.0, within)
    word = moment if MOMENTS[moment][0] is _nothing else "at"
    told, rest, deadline, at = Acknowledged(), b"", float("inf"), 0
    until = time.monotonic() + 300  # a loaded machine
    while time.monotonic() < deadline:
        assert time.monotonic() < until, f"the moment did not come: {moment}"
        wait = max(0.0, min(deadline - time.monotonic(), 1.0))
        if select.select([near], [], [], wait)[0]:
            data = near.recv(65536)
            assert data, "the desk ended by itself"
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                told.take(line.decode())
                at += line.split(b"\t")[0] == word.encode()
        if at >= occurrence and deadline == float("inf"):
            deadline = time.monotonic() + passing
    disk.cut()
    return told


def headers_open(folder: Path) -> int:
    """How many recordings the journal says were begun; each opens, whatever became of it."""
    calls = [
        str(entry.data["call"])
        for path in sorted((folder / "journals").glob("*/journal.jsonl"))
        for entry in read(path)
        if entry.data["type"] == "rec.open"
    ]
    for call in calls:
        found = remains_of(folder / "recordings" / f"{call}.age")
        join(found.age, found.tail, list(centre().identities.values()), call_id=call)
    return len(calls)
