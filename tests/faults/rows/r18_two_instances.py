"""Row 18: a second Fangxin on one data folder, a second central, a second witness: refused while the first lives, free when it is killed.
On a copied folder nothing can be seen until the two hand in: central takes one history and raises an alarm about the other."""

import os
import shutil
import signal
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol
from unittest.mock import patch

from app.central.stores import FolderStore
from app.clock import VirtualClock, seeded
from app.errors import FangxinError, StorageError
from app.evidence.journal import read
from app.evidence.verify import verify
from app.sync.client import RefusedError
from app.witness.keeper import Keeper
from tests.desk_room import NOON, centre, package
from tests.desk_talk import answers, seat
from tests.faults import evidence_rooms
from tests.faults.campaign import Row, Seen, Trial
from tests.sync.test_renewal import enrolled, handed_in
from tests.sync.world import World


class Open(Protocol):
    """What a start gives."""

    def close(self) -> None:
        """End it."""


def _desk(folder: Path) -> Callable[[], Open]:
    return evidence_rooms.desk(folder).start


def _central(folder: Path) -> Callable[[], Open]:
    place = evidence_rooms.central(folder)
    return lambda: FolderStore.open(place, seeded("x"))


def _witness(folder: Path) -> Callable[[], Open]:
    place = evidence_rooms.witness(folder)
    log = evidence_rooms.central_keys()[1]
    return lambda: Keeper.open(place, log, VirtualClock(NOON), seeded("x"))


_PROGRAMS = {"desk": _desk, "central": _central, "witness": _witness}


def _second(case: Trial) -> Seen:
    """The first in a process of its own, killed in the end."""
    name = list(_PROGRAMS)[case.number % len(_PROGRAMS)]
    start = _PROGRAMS[name](case.folder)
    reader, writer = os.pipe()
    first = os.fork()
    if first == 0:
        try:
            started = start()
            os.write(writer, b"1")
            signal.pause()
            started.close()
        finally:
            os._exit(70)
    assert os.read(reader, 1) == b"1", f"the first {name} did not start"
    refused = ""
    try:
        start().close()
    except StorageError as error:
        refused = str(error)
    os.kill(first, signal.SIGKILL)
    os.waitpid(first, 0)
    for descriptor in (reader, writer):
        os.close(descriptor)
    assert "running on this" in refused, f"a second {name} started"
    start().close()
    if name == "desk":
        assert verify(case.folder / "desk", identities=list(centre().identities.values())).integrity_ok
    return {"program": name, "second": refused, "after kill -9 of the first": "starts"}


def _copied(case: Trial) -> Seen:
    """The folder is copied while Fangxin works, and both go on. What the refused one made stays in its folder."""
    with ExitStack() as stack:
        world = stack.enter_context(World(case.folder))
        central, room = world.central(), seat(case.folder, answers(), answers(), answers())
        served = {"study": room.study.id, "version": room.study.version, "rehearsal": True}
        vkey = centre().publisher.vkey
        central.stores.install(package(case.folder), **served, centre_vkey=vkey)  # type: ignore[arg-type]
        client = enrolled(room, central, world)
        room.work(1)
        handed_in(room, client)
        shutil.copytree(room.folder, case.folder / "copy")
        room.work(2)
        handed_in(room, client)
        room.close()
        room.folder = case.folder / "copy"
        room.clock.advance(60_000 + case.chance.randrange(3_600_000))
        room.open()
        room.desk.sign_in("小王")
        room.work(1)
        room.desk.tick()
        refused = ""
        try:
            handed_in(room, client)
        except RefusedError as error:
            refused = str(error)
        room.close()
        assert "contradicts" in refused, "central took both histories"
        forks = [path.name for path in central.stores.folder.glob("journals/*/forks/*")]
        kept = {".".join(name.split(".")[2:]) for name in forks}
        assert kept == {"refused.note", "refused.jsonl", "taken.note"}, f"no evidence of the fork: {forks}"
        assert len(central.stores.index.alarms()) == 1
        keys = [central.verifier, centre().publisher.verifier]
        told = {each.rule for each in verify(central.stores.folder, keys=keys).integrity}
        assert "journal.fork" in told, told
    return {"second": refused, "kept": ", ".join(forks), "verify": "journal.fork"}


def _without_the_lock(case: Trial) -> Seen:
    """The control: nobody asks for the lock."""
    cut = evidence_rooms.desk(case.folder)
    with patch("app.evidence.durable.fcntl.flock", lambda *_: None):
        first = cut.start()
        try:
            second = cut.start()
        except FangxinError as error:
            return {"second": str(error)}
        for room in (first, second):
            room.desk.sign_in("小李")
        for room in (first, second):
            room.close()
    try:
        list(read(cut.folder / "journals" / "1" / "journal.jsonl"))
    except FangxinError as error:
        raise AssertionError(f"two wrote one journal: {error}") from error
    return {}


ROWS = [
    Row(
        "18", "a second desk, central, witness on one folder; kill -9 of the first", _second, short=3, long=60
    ),
    Row("18.copied", "a copied folder, both go on: central takes one history", _copied, short=1, long=10),
    Row(
        "18.control",
        "two desks and no lock",
        _without_the_lock,
        short=1,
        long=2,
        control="two wrote one journal",
    ),
]
