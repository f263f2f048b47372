"""A file that only grows, by writes of which each is durable on return."""

import errno
import os
from contextlib import suppress
from pathlib import Path

from app.errors import StorageError
from app.evidence.durable import open_append, reserve, storage_errors, sync_data, sync_folder, write_all

FULL = (errno.ENOSPC, errno.EDQUOT)


class Appended:
    """One process at a time. After a fault nobody knows what the disk holds, and nothing more is taken; only a write for which there was
    no room is cut off again, and the next may succeed. Every method raises StorageError."""

    def __init__(self, path: Path) -> None:
        """Open it, or make it."""
        self.path = path
        self._broken = False
        with storage_errors(path):
            self._descriptor = open_append(path)
            sync_folder(path.parent)
            self.size = os.fstat(self._descriptor).st_size

    @property
    def sound(self) -> bool:
        """Whether more is taken."""
        return not self._broken and self._descriptor >= 0

    def check(self) -> None:
        """Raises when nothing more is taken."""
        if not self.sound:
            raise StorageError(
                "The journal cannot be written any more",
                where=str(self.path),
                todo="Close Fangxin and start it again.",
            )

    def write(self, data: bytes) -> None:
        """Add this."""
        self.check()
        self._broken = True  # until the disk has said yes
        with storage_errors(self.path):
            try:
                write_all(self._descriptor, data)
            except OSError as error:
                if error.errno in FULL:
                    with suppress(OSError):
                        self._cut(self.size)
                        self._broken = False
                raise
            sync_data(self._descriptor)
        self._broken = False
        self.size += len(data)

    def cut(self, size: int) -> None:
        """Leave only so many bytes."""
        with storage_errors(self.path):
            self._cut(size)

    def reserve(self, more: int) -> None:
        """Make sure that so many bytes can still be added."""
        self.check()
        with storage_errors(self.path):
            reserve(self._descriptor, self.size + more, self.path.parent)

    def give_up(self) -> None:
        """Take nothing more: only the next start can tell what belongs here."""
        self._broken = True

    def close(self) -> None:
        """Let go. May be called again."""
        # Forgotten first: a descriptor closed twice would be another file's.
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def _cut(self, size: int) -> None:
        os.ftruncate(self._descriptor, size)
        sync_data(self._descriptor)
        self.size = size
