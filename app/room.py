"""Room on the disk for what a call writes beside its recording. Had before dialling, so that a call that has begun can be brought to its
end, with every answer and its outcome, on a disk that somebody else has filled meanwhile; for a long call, more of it in time."""

import errno
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from app.errors import StorageError
from app.evidence.appended import FULL
from app.evidence.durable import reserve, room_of, storage_errors, write_file
from app.evidence.journal import Journal
from app.evidence.recording import sizes, tail_of
from app.store import Store
from app.store_schema import DISK_FULL

JOURNAL = 1 << 20
"""Bytes of journal lines in a call: two thousand answers."""
DRAFTS = 16 << 20
"""Bytes that the store's log may grow by: some 20 KiB for an answer."""
BALLAST = 4 << 20
"""Bytes that are thrown away when a small file (a checkpoint, a sealed interview) finds no room."""
_Done = TypeVar("_Done")


class Room:
    """folder: the data folder, where the ballast lies."""

    def __init__(self, folder: Path, journal: Journal, store: Store) -> None:
        self._ballast, self._journal, self._store = folder / "ballast", journal, store

    def take(self) -> None:
        """Have it for one more call. Raises StorageError when the disk has not so much: then do not dial."""
        self._journal.reserve(JOURNAL)
        self._store.reserve(DRAFTS)
        with storage_errors(self._ballast):
            if not self._ballast.exists():
                write_file(self._ballast, bytes(BALLAST))

    def more(self, recording: Path, seconds: int) -> None:
        """Have it once more for the call that runs, and its recording's up to so many seconds in all, whoever writes that. Raises
        StorageError when the disk has not so much: what was had before stays."""
        wanted = dict(zip((tail_of(recording), recording), reversed(sizes(seconds)), strict=True))
        # Its tail goes first when it is closed meanwhile: then it needs no more.
        with storage_errors(recording), suppress(FileNotFoundError):
            # Looked at first, for both: what one can have stays taken when the other fails, and the ballast's room would be gone.
            missing = sum(max(0, size - room_of(file.stat())) for file, size in wanted.items())
            if shutil.disk_usage(recording.parent).free < missing + JOURNAL + DRAFTS + BALLAST:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            for file, size in wanted.items():
                descriptor = os.open(file, os.O_RDWR)
                try:
                    reserve(descriptor, size, file.parent)
                finally:
                    os.close(descriptor)
        self.take()

    def spend(self, step: Callable[[], _Done]) -> _Done:
        """Take a step that may be taken again; when the disk is full, once more without the ballast. Raises StorageError."""
        try:
            return step()
        except StorageError as error:
            if not _full(error) or not self._ballast.exists():
                raise
        with suppress(OSError):
            self._ballast.unlink()
        return step()


def _full(error: StorageError) -> bool:
    cause = error.__cause__
    return cause.errno in FULL if isinstance(cause, OSError) else error.what == DISK_FULL
