"""An older copy of central's registry, or of its log, put back beside the newer other one: noticed before anything is answered from it."""

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from app.central.index import Index
from app.central.stores import FolderStore, open_index
from app.clock import VirtualClock, seeded
from app.errors import StorageError
from app.evidence.verify import verify
from tests.central.room import NAME, Room, offer
from tests.central.test_intake import lines
from tests.sync.world import NOW


@pytest.fixture
def registry(room: Room) -> Path:
    room.registry.take_offer(NAME, offer(lines(9), 0, 3))
    return room.folder / ".central" / "index.db"


def _line_more(room: Room) -> None:
    room.registry.take_offer(NAME, offer(lines(9), 3, 4 + len(room.stores.log.tree)))


def put_back(room: Room, path: Path) -> None:
    """The least that can go unseen: one line of the log was written since the copy."""
    kept = path.with_suffix(".kept")
    room.stores.close()
    shutil.copyfile(path, kept)
    room.again()
    _line_more(room)
    room.stores.close()
    shutil.copyfile(kept, path)


def _start(folder: Path) -> None:
    FolderStore.open(folder, seeded("x")).close()


def _status(folder: Path) -> None:
    open_index(folder).close()


@pytest.mark.parametrize("look", [_start, _status], ids=["start", "status"])
def test_an_older_registry_is_refused(room: Room, registry: Path, look: Callable[[Path], None]) -> None:
    put_back(room, registry)
    before = registry.read_bytes()
    with pytest.raises(StorageError, match="has 2 lines, but its registry knows of 1") as refusal:
        look(room.folder)
    assert refusal.value.where == str(registry)
    assert "accept-older" in refusal.value.todo
    assert registry.read_bytes() == before


def test_a_registry_that_is_told_nothing_would_not_notice(
    room: Room, registry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The saboteur: where the log counts only in itself, every copy seems new."""
    put_back(room, registry)
    monkeypatch.setattr(Index, "announced", lambda _: 2)
    _start(room.folder)
    _status(room.folder)


def test_an_older_log_beside_a_newer_registry_is_refused(room: Room, registry: Path) -> None:
    path, kept = room.folder / "log" / "entries.jsonl", room.folder / "kept"
    shutil.copyfile(path, kept)
    for _ in range(2):
        _line_more(room)
    room.stores.close()
    shutil.copyfile(kept, path)
    with pytest.raises(StorageError, match="has 1 lines, but its registry knows of 3"):
        _start(room.folder)
    assert path.read_bytes() == kept.read_bytes()


@pytest.mark.parametrize("announced", [1, 2], ids=["after the line", "before the line"])
def test_a_crash_between_the_two_is_no_older_copy(room: Room, registry: Path, announced: int) -> None:
    room.stores.index.announce(announced)
    room.again()
    _line_more(room)
    room.again()
    assert len(room.stores.log.tree) == room.stores.index.announced() == 2


def test_who_goes_on_with_an_older_one_says_so_for_good(room: Room, registry: Path) -> None:
    put_back(room, registry)
    FolderStore.open(room.folder, seeded("x"), older_registry=VirtualClock(NOW)).close()
    _start(room.folder)
    with closing(open_index(room.folder)) as index:
        assert index.announced() == 3
    told = {each.rule: each for each in verify(room.folder).completeness}["log.registry"]
    assert (told.at.file, told.at.line, told.spoils) == ("log/entries.jsonl", 3, False)


def test_a_registry_as_new_as_the_log_is_not_accepted_as_older(room: Room, registry: Path) -> None:
    room.stores.close()
    with pytest.raises(StorageError, match="nothing to accept"):
        FolderStore.open(room.folder, seeded("x"), older_registry=VirtualClock(NOW))
    _start(room.folder)
