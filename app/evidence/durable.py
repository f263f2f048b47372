"""Bytes that survive a power cut, and files that only one process may write. Linux, macOS and Windows differ here and only here."""

import ctypes
import errno
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from app.errors import StorageError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_BINARY = getattr(os, "O_BINARY", 0)
"""Windows would put a carriage return before every newline byte."""
_KEEP_SIZE = 1
"""FALLOC_FL_KEEP_SIZE: blocks are taken, the file's length stays."""
_NOT_HERE = (errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL, errno.ENODEV)
_HELD = (errno.EAGAIN, errno.EACCES, errno.EDEADLK, getattr(errno, "EDEADLOCK", errno.EDEADLK))
_REASONS = {
    errno.ENOSPC: ("The disk is full", "Free some space, then start again."),
    errno.EDQUOT: ("The disk quota is used up", "Free some space, then start again."),
    errno.EFBIG: ("The file may not grow any further", "Free some space or lift the limit."),
    errno.EROFS: ("The disk is read-only", "Ask IT: the disk may be failing."),
    errno.EACCES: ("This folder may not be written to", "Ask IT for write permission."),
    errno.EPERM: ("This file may not be written to", "Ask IT for write permission."),
    errno.EIO: ("The disk does not work", "Stop using this workstation and ask IT."),
    errno.EEXIST: ("A file of this name is there already", ""),
    errno.ENOENT: ("The file is not there", ""),
}


@contextmanager
def storage_errors(where: Path | str) -> Iterator[None]:
    """Within this block, what the system says about files becomes a StorageError in plain words."""
    try:
        yield
    except OSError as error:
        reason = (f"The file cannot be written or read: {error.strerror or error}", "")
        if error.errno == errno.ENOENT and not (folder := Path(where).parent).is_dir():
            todo = "Look at its name, or make it first."
            raise StorageError("There is no such folder", where=str(folder), todo=todo) from error
        what, todo = _REASONS.get(error.errno or 0, reason)
        raise StorageError(what, where=str(where), todo=todo) from error


def create(path: Path) -> int:
    """A new file for appending, readable by its owner only; returns the descriptor. Raises OSError, also when it exists."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | _BINARY, 0o600)


def open_append(path: Path) -> int:
    """A file for appending, made when missing, readable by its owner only; returns the descriptor. Raises OSError."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | _BINARY, 0o600)


def write_all(descriptor: int, data: bytes) -> None:
    """Write every byte or raise OSError."""
    rest = memoryview(data)
    while rest:
        # os.write may take less than it was given, notably on a disk that is just filling up: what it returned is what
        # happened. Taking a short write for a whole one acknowledges a second of sound that is not there.
        taken = os.write(descriptor, rest)
        if taken <= 0:
            raise OSError(errno.EIO, "the disk took nothing")
        rest = rest[taken:]


def sync_data(descriptor: int) -> None:
    """Return only when the file's bytes and length are on the disk. Raises OSError; never call it again after that: the
    kernel forgets the error and would report success over lost data."""
    if sys.platform == "darwin":
        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)  # plain fsync stops at the drive's cache there
    elif hasattr(os, "fdatasync"):
        os.fdatasync(descriptor)
    else:
        os.fsync(descriptor)


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable (new, renamed, gone). Windows has no such call; NTFS journals names itself."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, so that they are there after a power cut. Raises OSError."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def write_file(path: Path, data: bytes) -> None:
    """Put a whole file in place: after a power cut there is the old one, or the new one, never half. Raises OSError."""
    part = path.with_name(path.name + ".part")
    with suppress(FileNotFoundError):
        part.unlink()
    descriptor = create(part)
    try:
        try:
            write_all(descriptor, data)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        part.replace(path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
    sync_folder(path.parent)


@contextmanager
def new_file(path: Path) -> Iterator[TextIO]:
    """A UTF-8 file that is written bit by bit and there only once it is whole, readable by its owner only: whatever ends the block early
    leaves nothing behind. Raises OSError; FileExistsError when it is there already."""
    if path.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    part = path.with_name(path.name + ".part")
    with suppress(FileNotFoundError):
        part.unlink()
    try:
        with os.fdopen(create(part), "w", encoding="utf-8", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:  # Ctrl+C too
        with suppress(FileNotFoundError):
            part.unlink()
        raise
    sync_folder(path.parent)


def reserve(descriptor: int, size: int, folder: Path) -> None:
    """Make sure that the file can grow to size bytes; its length stays. Raises OSError(ENOSPC) when it cannot.

    Free space is looked at first: ext4 keeps what it can give of a reservation that fails, so that one for which there is no room would
    take the whole disk from everybody else for a moment. Where the file system cannot reserve it stays at that look: better than nothing,
    but another program may take the room.
    """
    if shutil.disk_usage(folder).free < size - room_of(os.fstat(descriptor)):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    call = getattr(ctypes.CDLL(None, use_errno=True), "fallocate", None) if sys.platform == "linux" else None
    if call is not None:
        call.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64)
        if call(descriptor, _KEEP_SIZE, 0, size) == 0:
            return
        code = ctypes.get_errno()
        if code not in _NOT_HERE:
            raise OSError(code, os.strerror(code))


def room_of(status: os.stat_result) -> int:
    """Bytes of the disk that a file has, also beyond its end; on Windows its length."""
    return int(getattr(status, "st_blocks", 0)) * 512 or status.st_size


class Lock:
    """An exclusive lock on a file, held until release() or the end of the process, however it ends."""

    def __init__(
        self,
        path: Path,
        held: str = "Fangxin is already running on this data folder",
        todo: str = "Close the other window first.",
    ) -> None:
        """Raises StorageError, in these words, when another process (or this one) holds it."""
        with storage_errors(path):
            self._descriptor = open_append(path)
        try:
            if sys.platform == "win32":
                msvcrt.locking(self._descriptor, msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._descriptor)
            what = held
            if error.errno not in _HELD:
                what, todo = (
                    f"This folder cannot be locked: {error.strerror}",
                    "Use a folder on this computer's own disk.",
                )
            raise StorageError(what, where=str(path), todo=todo) from error

    def release(self) -> None:
        """Let others have it. May be called again."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
