"""Files that survive a power cut: whole or not at all, and the system's refusals in plain words."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.errors import StorageError
from app.evidence import durable
from app.evidence.durable import (
    Lock,
    create,
    make_folder,
    new_file,
    open_append,
    reserve,
    storage_errors,
    write_all,
    write_file,
)


def test_a_file_is_replaced_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "note"
    write_file(path, b"old")
    (tmp_path / "note.part").write_bytes(b"left by a crash")
    write_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def check_old_file_stays(path: Path) -> None:
    with pytest.raises(OSError, match="No space"):
        write_file(path, b"new and longer")
    assert path.read_bytes() == b"old"


def full(descriptor: int, data: bytes) -> int:
    os.pwrite(descriptor, bytes(data)[:3], 0)
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_when_the_new_file_does_not_fit_the_old_one_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "note").write_bytes(b"old")
    monkeypatch.setattr(os, "write", full)
    check_old_file_stays(tmp_path / "note")
    assert list(tmp_path.iterdir()) == [tmp_path / "note"]


def test_saboteur_that_writes_in_place_spoils_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def in_place(path: Path, data: bytes) -> None:
        with path.open("wb") as file:
            os.write(file.fileno(), data)

    (tmp_path / "note").write_bytes(b"old")
    monkeypatch.setattr(os, "write", full)
    monkeypatch.setitem(globals(), "write_file", in_place)
    with pytest.raises(AssertionError):
        check_old_file_stays(tmp_path / "note")


def test_names_are_made_durable_before_anybody_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    monkeypatch.setattr(durable, "sync_folder", lambda folder: steps.append(folder.name))
    make_folder(tmp_path / "journals" / "1")
    write_file(tmp_path / "journals" / "1" / "note", b"x")
    assert steps == [tmp_path.name, "journals", "1"]
    make_folder(tmp_path / "journals")
    assert len(steps) == 3


def put_in_place(path: Path) -> None:
    write_file(path, b"x")


def written_bit_by_bit(path: Path) -> None:
    with new_file(path) as file:
        file.write("x")


@pytest.mark.parametrize("write", [put_in_place, written_bit_by_bit])
def test_a_file_has_its_bytes_on_the_disk_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[[Path], None]
) -> None:
    """The other way round a power cut leaves the new name over nothing, and the old file is gone."""
    steps: list[str] = []
    synced, renamed = os.fsync, Path.replace

    def fsync(descriptor: int) -> None:
        steps.append(f"{os.fstat(descriptor).st_size} bytes")
        synced(descriptor)

    def replace(path: Path, target: Path) -> Path:
        steps.append("name")
        return renamed(path, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", replace)
    monkeypatch.setattr(durable, "sync_folder", lambda _: steps.append("folder"))
    write(tmp_path / "note")
    assert steps == ["1 bytes", "name", "folder"]


def test_new_files_are_for_their_owner_only(tmp_path: Path) -> None:
    for name, make in (("a", create), ("b", open_append)):
        os.close(make(tmp_path / name))
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600


def test_a_disk_that_takes_nothing_is_a_fault_and_no_endless_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "write", lambda *_: 0)
    with pytest.raises(OSError, match="took nothing"):
        write_all(1, b"x")


def test_reserving_changes_neither_length_nor_content(tmp_path: Path) -> None:
    path = tmp_path / "call.age"
    file = create(path)
    reserve(file, 1_000_000, tmp_path)
    assert path.stat().st_size == 0
    write_all(file, b"header")
    os.close(file)
    assert path.read_bytes() == b"header"


def test_a_reservation_that_cannot_be_had_takes_nothing_from_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ext4 gave all that was left before it said no: the whole disk was full for as long as the call file was there."""
    free = [2_000_000]
    monkeypatch.setattr(durable.shutil, "disk_usage", lambda _: SimpleNamespace(free=free[0]))
    file = create(tmp_path / "call.age")
    with pytest.raises(OSError, match="No space"):
        reserve(file, 2_100_000, tmp_path)
    assert os.fstat(file).st_blocks == 0
    reserve(file, 1_000_000, tmp_path)
    free[0] = 0
    if os.fstat(file).st_blocks:  # what it has already needs no room
        reserve(file, 1_000_000, tmp_path)
    os.close(file)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EIO, errno.EACCES, errno.EBADF])
def test_every_refusal_is_a_storage_error_that_names_the_file(code: int) -> None:
    with pytest.raises(StorageError, match=r"call\.age") as caught, storage_errors(Path("call.age")):
        raise OSError(code, os.strerror(code))
    assert "Errno" not in str(caught.value)


def test_a_folder_that_cannot_be_locked_is_told_apart_from_one_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    held = Lock(tmp_path / "lock")
    with pytest.raises(StorageError, match="already running"):
        Lock(tmp_path / "lock")
    held.release()
    held.release()
    monkeypatch.setattr("app.evidence.durable.fcntl.flock", refuse)
    with pytest.raises(StorageError, match="cannot be locked"):
        Lock(tmp_path / "lock")


def test_a_file_that_is_stopped_halfway_was_never_there(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"

    def stopped() -> None:
        with new_file(path) as file:
            file.write("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert list(tmp_path.iterdir()) == []
    with new_file(path) as file:
        file.write("whole")
        assert not path.exists()
    assert path.read_text(encoding="utf-8") == "whole"
    with pytest.raises(FileExistsError), new_file(path):
        pass
    assert path.read_text(encoding="utf-8") == "whole"
