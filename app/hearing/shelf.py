"""The recordings in one folder of a room's library, kept in memory: the desk asks after each unanswered call, between two cases."""

from collections.abc import Callable
from pathlib import Path

from app.errors import FangxinError
from hardware.announcements import Library, Recogniser, Reference
from hardware.base import Cause
from hardware.landmarks import Landmarks


class Shelf:
    """folder: where they lie, one *.json each; another process may add and take away, but under one name the landmarks never change.
    read: the landmarks in a file, or a FangxinError: one that cannot be read is passed over, so that it does not stop the learning.
    label: what they all go by; without one each goes by its file's name (without .json), and of two that are too alike none is found."""

    def __init__(self, folder: Path, read: Callable[[Path], Landmarks], label: str = "") -> None:
        self._folder, self._read, self._label = folder, read, label
        self._known: dict[str, Reference | None] = {}
        self._library = Library([])

    def find(self, marks: Landmarks) -> str:
        """What the recording goes by; "" when it is none of these."""
        self._look()
        match = Recogniser(self._library).hear(marks, int(marks.frames[-1]) + 1)
        return match.label if match is not None else ""

    def _look(self) -> None:
        paths = {path.stem: path for path in sorted(self._folder.glob("*.json"))}
        if paths.keys() == self._known.keys():
            return
        self._known = {
            name: self._known[name] if name in self._known else self._reference(path)
            for name, path in paths.items()
        }
        self._library = Library([each for each in self._known.values() if each is not None])

    def _reference(self, path: Path) -> Reference | None:
        try:
            return Reference(self._label or path.stem, Cause.UNKNOWN, self._read(path))
        except FangxinError:
            return None
