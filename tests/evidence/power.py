"""What a power cut leaves, without one: only what was synced counts."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest


class PowerCut:
    """A disk that keeps of each file what was synced, and no more."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.kept: dict[int, int] = {}
        for name in ("fsync", "fdatasync"):
            monkeypatch.setattr(os, name, self._noting(getattr(os, name)))

    def _noting(self, sync: Callable[[int], None]) -> Callable[[int], None]:
        def noting(descriptor: int) -> None:
            sync(descriptor)
            status = os.fstat(descriptor)
            self.kept[status.st_ino] = status.st_size

        return noting

    def named(self, folder: Path) -> bool:
        """Whether the names in a folder are durable."""
        return folder.stat().st_ino in self.kept

    def left(self, path: Path) -> bytes:
        """What of a file a power cut would leave."""
        return path.read_bytes()[: self.kept.get(path.stat().st_ino, 0)]
