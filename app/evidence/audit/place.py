"""What lies at a path that somebody wants checked, and safe ways to list and read it.

Everything here may have been prepared by an enemy: names are taken only when they look exactly as ours do, links are never
followed, and no file is read into memory whole unless it is small.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from pathlib import Path

from app.errors import EvidenceError, SealError
from app.evidence import stanza
from app.evidence.audit.verdict import Findings, Spot
from app.evidence.means import Means
from app.evidence.suite import S1, Suite

SHA256 = re.compile(r"[0-9a-f]{64}")
EPOCH_NAME = re.compile(r"([0-9a-f]{8})\.([1-9][0-9]{0,8})")
BLOCK = 1 << 20
"""Bytes read at once."""
SMALL = 1 << 20
"""No note or key file is larger than this."""
NONCE = 16
OF_LINES = 50
"""A journal's byte takes the time of about so many bytes that are only hashed."""
_EPOCH = re.compile(r"[1-9][0-9]{0,8}")
_PARTS = frozenset(("journals", "objects", "devices", "batches", "recordings"))
_TODO = "Give an archive, a workstation's data folder, or the folder of one journal."

Progress = Callable[[int, int], None]


class Layout(StrEnum):
    """The three things that can be checked."""

    ARCHIVE = "an archive"
    WORKSTATION = "a workstation's data folder"
    JOURNAL = "one journal"


@dataclass(frozen=True, slots=True)
class JournalPlace:
    """One device epoch's journal. name: "<device>.<epoch>", or only the epoch on a workstation, or "" when the folder does not tell."""

    name: str
    folder: Path
    batches: Path

    @property
    def lines(self) -> Path:
        """The journal's file."""
        return self.folder / "journal.jsonl"


@dataclass(frozen=True)
class Place:
    """The folder to be checked. live: Fangxin works here, so what is not finished is not suspicious. odd: what lies among the journals
    and is none."""

    layout: Layout
    root: Path
    journals: tuple[JournalPlace, ...]
    live: bool
    odd: tuple[Path, ...] = ()

    @classmethod
    def at(cls, path: Path) -> "Place":
        """Find out what lies at path. Raises EvidenceError when it is nothing that can be checked."""
        inside = _names(path)
        if "journal.jsonl" in inside or "checkpoints" in inside:
            name = path.name if EPOCH_NAME.fullmatch(path.name) else ""
            journal = JournalPlace(name, path, path / "batches")
            return cls(Layout.JOURNAL, path, (journal,), live=False)
        if not inside:
            raise EvidenceError("This folder is empty", where=str(path), todo=_TODO)
        if not inside & _PARTS:
            raise EvidenceError("This is not an archive of Fangxin's", where=str(path), todo=_TODO)
        folders, odd = _folders(path / "journals")
        handed_in = [folder for folder in folders if EPOCH_NAME.fullmatch(folder.name)]
        at_work = [folder for folder in folders if _EPOCH.fullmatch(folder.name)]
        if not handed_in and (at_work or "recordings" in inside):
            ours = [JournalPlace(folder.name, folder, folder / "batches") for folder in at_work]
            layout = Layout.WORKSTATION
        else:
            ours = [JournalPlace(folder.name, folder, path / "batches" / folder.name) for folder in handed_in]
            layout = Layout.ARCHIVE
        odd += [folder for folder in folders if all(folder != journal.folder for journal in ours)]
        live = layout is Layout.WORKSTATION
        return cls(layout, path, tuple(sorted(ours, key=_by_epoch)), live, tuple(odd))


def _names(path: Path) -> set[str]:
    try:
        return {entry.name for entry in os.scandir(path)}
    except FileNotFoundError as error:
        raise EvidenceError("There is nothing at this path", where=str(path), todo=_TODO) from error
    except NotADirectoryError as error:
        raise EvidenceError("This is a file, not a folder", where=str(path), todo=_TODO) from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise EvidenceError(f"This folder cannot be read: {reason}", where=str(path)) from error


def _folders(folder: Path) -> tuple[list[Path], list[Path]]:
    """The folders in a folder, and what else lies there."""
    if folder.is_symlink():
        return [], [folder]
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return [], []
    inside = [entry for entry in entries if entry.is_dir(follow_symlinks=False)]
    return [Path(entry.path) for entry in inside], [
        Path(entry.path) for entry in entries if entry not in inside
    ]


def _by_epoch(journal: JournalPlace) -> tuple[str, int]:
    device, _, epoch = journal.name.rpartition(".")
    return device, int(epoch)


@dataclass(frozen=True, slots=True)
class Digest:
    """What a file's bytes come to. prefixes: SHA-256 of its first n bytes, for each n that was asked for and is there.
    head: bytes of its age header and nonce, 0 when it does not begin like an age file. steady: nobody wrote to it meanwhile."""

    sha256: str
    bytes: int
    prefixes: Mapping[int, str]
    head: int
    steady: bool


@dataclass
class Eyes:
    """Reads files for a check: reports what is no plain file, counts bytes, raises nothing for what it finds. done, total: work, in bytes
    of sealed files. suite: of the study whose archive this is."""

    place: Place
    findings: Findings
    progress: Progress | None = None
    total: int = 0
    done: int = 0
    suite: Suite = S1

    @property
    def means(self) -> Means:
        """What the archive's suite works with."""
        return self.suite.means

    def at(self, path: Path, line: int = 0, call: str = "") -> Spot:
        """A place as findings name it."""
        return Spot(path.relative_to(self.place.root).as_posix(), line, call)

    def files(self, folder: Path) -> Iterator[Path]:
        """The plain files in a folder, by name; nothing when it is not there. Links and other things are reported."""
        if folder.is_symlink():
            self._link(folder)
            return
        try:
            with os.scandir(folder) as entries:
                names = sorted(
                    (entry.name, entry.is_file(follow_symlinks=False))
                    for entry in entries
                    if not entry.is_dir(follow_symlinks=False)
                )
        except FileNotFoundError:
            return
        except OSError as error:
            self.unreadable(folder, error)
            return
        for name, plain in names:  # a folder may have a million files: no path is kept for them
            if plain:
                yield folder / name
            else:
                self._link(folder / name)

    def plain(self, path: Path) -> bool:
        """Whether a plain file is there. A link, pipe or device in its place is reported."""
        if path.is_symlink() or (path.exists() and not path.is_file() and not path.is_dir()):
            self._link(path)
            return False
        return path.is_file()

    def small(self, path: Path) -> bytes | None:
        """A small file's bytes; None, and reported, when it cannot be read or is far too large."""
        try:
            with path.open("rb") as file:
                data = file.read(SMALL + 1)
        except OSError as error:
            self.unreadable(path, error)
            return None
        self.passed(len(data))
        if len(data) > SMALL:
            self.findings.broken(
                "file.size", "This file is far too large for what it should be", self.at(path)
            )
            return None
        return data

    def digest(self, path: Path, *stops: int) -> Digest | None:
        """Hash a file block by block, and its first `stop` bytes for each stop; None, and reported, when it cannot be read."""
        sha, size, prefixes, head = self.means.new(), 0, {}, 0
        waiting = sorted({stop for stop in stops if stop > 0}, reverse=True)
        try:
            with path.open("rb") as file:
                before = os.fstat(file.fileno())
                while block := file.read(BLOCK):
                    if not size and (head := head_size(block, self.means)):
                        waiting = sorted({*waiting, head}, reverse=True)
                    begin = 0
                    while waiting and waiting[-1] <= size + len(block):
                        stop = waiting.pop()
                        sha.update(block[begin : stop - size])
                        begin = stop - size
                        prefixes[stop] = sha.hexdigest()
                    sha.update(block[begin:])
                    size += len(block)
                    self.passed(len(block))
                after = os.fstat(file.fileno())
        except OSError as error:
            self.unreadable(path, error)
            return None
        steady = (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size)
        return Digest(sha.hexdigest(), size, prefixes, head, steady)

    def passed(self, count: int, *, weight: int = 1) -> None:
        """So many bytes have been read. weight: what each counts in the progress."""
        self.done += count * weight
        self.findings.counts["bytes"] += count
        if self.progress is not None:
            self.progress(min(self.done, self.total), self.total)

    def unreadable(self, path: Path, error: OSError) -> None:
        """Report what cannot be read. What is gone was listed a moment ago."""
        if isinstance(error, FileNotFoundError):
            self.changing(path, "This file was here when the check began, and is gone")
            return
        what = f"This cannot be read: {error.strerror}"
        self.findings.unproven("file.unreadable", what, self.at(path), needed="permission, or a whole disk")

    def changing(self, path: Path, what: str) -> None:
        """Report that somebody is at work here."""
        needed = "a check of a copy, or while nobody writes here"
        self.findings.unproven("file.changed", what, self.at(path), needed=needed)

    def foreign(self, path: Path) -> None:
        """Report a file that nobody expects here."""
        crash = path.name.endswith(".part")
        what = (
            "A half-written file, left by a crash"
            if crash
            else "This file is none of ours here; it was not looked at"
        )
        self.findings.note("file.foreign", what, self.at(path))

    def _link(self, path: Path) -> None:
        what = "This is a link or a device; it was not opened"
        self.findings.broken("file.link", what, self.at(path), needed="what belongs here")


def head_size(first: bytes, means: Means) -> int:
    """Bytes of age header and nonce at the beginning of a file, 0 when it is none."""
    start = BytesIO(first)
    try:
        stanza.read(start, means)
    except SealError:
        return 0
    size = start.tell() + NONCE
    return size if size <= len(first) else 0


def tree_size(folder: Path) -> int:
    """Bytes in all plain files below a folder; 0 when it is not there."""
    return sum(size for _, size in _sizes(folder))


def _sizes(folder: Path) -> Iterator[tuple[str, int]]:
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _sizes(Path(entry.path))
        elif entry.is_file(follow_symlinks=False):
            with suppress(FileNotFoundError):  # gone since it was listed: nothing to be read
                yield entry.path, entry.stat(follow_symlinks=False).st_size
