"""Checks what is signed about one journal: checkpoints by its device, receipts and manifests countersigned by central."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.canonical import hexdigest
from app.errors import EvidenceError
from app.evidence.audit.chain import Walk
from app.evidence.audit.facts import Facts
from app.evidence.audit.place import Eyes, JournalPlace
from app.evidence.audit.trust import Trust
from app.evidence.note import Checkpoint, Opened, Verifier, open_note

_NOTE = re.compile(r"([0-9]{12})\.note")
_BATCH = re.compile(r"([0-9]{12})(?:\.[0-9a-f]{8})?\.note")
_FORK = re.compile(r"[0-9]{12}\.[0-9a-f]{8}\.(?:refused|taken)\.note")
_HEAD = "fangxin-batch/v1"
_RANGE = re.compile(r"(0|[1-9][0-9]{0,14}) (0|[1-9][0-9]{0,14})")
_ITEM = re.compile(r"([0-9a-f]{64}) (0|[1-9][0-9]{0,14}) ([a-z-]{1,20})")


@dataclass(frozen=True, slots=True)
class NoteFile:
    """A note in an archive. size: journal lines it speaks of, from its name."""

    path: Path
    size: int
    data: bytes


@dataclass
class Signatures:
    """The signed notes about one journal. After check(): covered = lines under the newest checkpoint whose signature holds, fits =
    lines under the newest whose root holds too, named = the objects in the manifests (SHA-256 → bytes)."""

    place: JournalPlace
    eyes: Eyes
    trust: Trust
    covered: int = 0
    fits: int = 0
    vouched: bool = False
    named: dict[str, int] = field(default_factory=dict)
    _checkpoints: dict[int, NoteFile] = field(default_factory=dict)
    _receipts: dict[int, NoteFile] = field(default_factory=dict)
    _batches: list[NoteFile] = field(default_factory=list)
    _misfits: list[NoteFile] = field(default_factory=list)
    _spans: list[tuple[int, int]] = field(default_factory=list)

    def read(self) -> set[int]:
        """Read the notes; returns the journal sizes that they speak of."""
        self._checkpoints = {
            note.size: note for note in self._notes(self.place.folder / "checkpoints", _NOTE)
        }
        self._receipts = {note.size: note for note in self._notes(self.place.folder / "receipts", _NOTE)}
        self._batches = self._notes(self.place.batches, _BATCH)
        return self._checkpoints.keys() | self._receipts.keys()

    def check(self, walk: Walk, key: Verifier | None, facts: Facts) -> None:
        """Compare all notes with the walked journal. key: the device's."""
        if key is None:
            return
        for note in self._checkpoints.values():
            self._checkpoint(note, walk, key)
        for note in self._receipts.values():
            self._receipt(note, walk, key)
        for note in self._batches:
            self._manifest(note, walk, key)
        self._say_misfits()
        self._say_uncovered(walk)
        self._receipts_named(facts)
        self._forks(key)

    def _notes(self, folder: Path, pattern: re.Pattern[str]) -> list[NoteFile]:
        notes = []
        for path in self.eyes.files(folder):
            match = pattern.fullmatch(path.name)
            if match is None:
                kind = (
                    "a half-written note, left by a crash"
                    if path.name.endswith(".part")
                    else "not one of ours; it was not looked at"
                )
                self.eyes.findings.note("file.foreign", f"This file is {kind}", file=self.eyes.name(path))
            elif (data := self.eyes.small(path)) is not None:
                self.eyes.passed(len(data))
                notes.append(NoteFile(path, int(match[1]), data))
        return notes

    def _checkpoint(self, note: NoteFile, walk: Walk, key: Verifier) -> None:
        opened = self._open(note, [key], "checkpoint.signature")
        if opened is not None and self._is_ours(note, opened.text, walk):
            self.eyes.findings.counts["checkpoints"] += 1
            self._root(note, opened.text, walk)

    def _receipt(self, note: NoteFile, walk: Walk, key: Verifier) -> None:
        findings, name = self.eyes.findings, self.eyes.name(note.path)
        opened = self._open(note, [key, *self.trust.central], "receipt.signature")
        if opened is None or not self._is_ours(note, opened.text, walk):
            return
        if opened.by(key) is None:
            findings.broken(
                "receipt.signature", "The device's signature under this receipt is not there", file=name
            )
            return
        if self._central_signed(note, opened):
            findings.counts["receipts"] += 1
        own = self._checkpoints.get(note.size)
        if own is None:
            findings.missing(
                "checkpoint.absent",
                "The checkpoint that this receipt is for is not here",
                file=name,
                needed=f"checkpoints/{note.path.name}",
            )
        elif not note.data.startswith(own.data):
            findings.broken(
                "receipt.differs", "This receipt is for another checkpoint than the one here", file=name
            )
        if self._root(note, opened.text, walk) and any(
            opened.by(central) for central in self.trust.central if central in self.trust.given
        ):
            self.vouched = True

    def _central_signed(self, note: NoteFile, opened: Opened) -> bool:
        if not self.trust.central:
            self.eyes.findings.note(
                "central.unknown",
                "Central's signature was not checked: its key is not here",
                file=self.eyes.name(note.path),
                needed="central's key, passed with --key",
            )
            return False
        if not any(opened.by(central) for central in self.trust.central):
            self.eyes.findings.broken(
                "central.signature",
                "Central's signature under this is not there or not by its key",
                file=self.eyes.name(note.path),
            )
            return False
        return True

    def _manifest(self, note: NoteFile, walk: Walk, key: Verifier) -> None:
        findings, name = self.eyes.findings, self.eyes.name(note.path)
        opened = self._open(note, [key, *self.trust.central], "manifest.signature")
        if opened is None:
            return
        lines = opened.text.split("\n")
        span = _RANGE.fullmatch(lines[2]) if len(lines) >= 5 else None
        items = [_ITEM.fullmatch(line) for line in lines[4:-1]]
        if (
            opened.by(key) is None
            or lines[0] != _HEAD
            or span is None
            or lines[1] != walk.origin
            or int(span[2]) != note.size
            or not all(items)
        ):
            findings.broken(
                "manifest.foreign", "This manifest does not belong here, or is malformed", file=name
            )
            return
        self._central_signed(note, opened)
        findings.counts["manifests"] += 1
        self._spans.append((int(span[1]), int(span[2])))
        self.named |= {item[1]: int(item[2]) for item in items if item}
        checkpoint = self._checkpoints.get(note.size)
        if checkpoint is None:
            findings.missing(
                "checkpoint.absent",
                "The checkpoint that this manifest names is not here",
                file=name,
                needed=f"checkpoints/{note.size:012}.note",
            )
        elif hexdigest(checkpoint.data) != lines[3]:
            findings.broken(
                "manifest.differs", "This manifest names another checkpoint than the one here", file=name
            )

    def _open(self, note: NoteFile, keys: Sequence[Verifier], rule: str) -> Opened | None:
        try:
            return open_note(note.data, keys)
        except EvidenceError as error:
            self.eyes.findings.broken(
                rule,
                f"This note does not hold: {error.what}",
                file=self.eyes.name(note.path),
                needed="the note as it was signed",
            )
            return None

    def _is_ours(self, note: NoteFile, text: str, walk: Walk) -> bool:
        try:
            checkpoint = Checkpoint.parse(text)
        except EvidenceError as error:
            self.eyes.findings.broken("checkpoint.foreign", error.what, file=self.eyes.name(note.path))
            return False
        if checkpoint.size != note.size or (walk.origin and checkpoint.origin != walk.origin):
            self.eyes.findings.broken(
                "checkpoint.foreign",
                "This note is about another journal or another place in it",
                file=self.eyes.name(note.path),
            )
            return False
        self.covered = max(self.covered, note.size)
        return True

    def _root(self, note: NoteFile, text: str, walk: Walk) -> bool:
        """Whether the lines here come to the root in the note. Beyond the journal's end there is nothing to compare."""
        if note.size > walk.next:
            return False
        if same_root(walk.roots.get(note.size), Checkpoint.parse(text).root):
            self.fits = max(self.fits, note.size)
            return True
        self._misfits.append(note)
        return False

    def _say_misfits(self) -> None:
        if self._misfits:
            first = min(self._misfits, key=lambda note: note.size)
            which = (
                "this checkpoint"
                if len(self._misfits) == 1
                else f"{len(self._misfits)} checkpoints and receipts, this first,"
            )
            self.eyes.findings.broken(
                "journal.root",
                f"The first {first.size} lines of the journal are not those that {which} was signed over".replace(
                    ", was", ", were"
                ),
                file=self.eyes.name(first.path),
                needed="the journal as it was signed",
            )

    def _say_uncovered(self, walk: Walk) -> None:
        findings, name = self.eyes.findings, self.eyes.name(self.place.lines)
        if self.covered > walk.next:
            gone = self.covered - walk.next
            findings.missing(
                "journal.cut",
                f"The journal has {walk.next} lines, but a signed checkpoint speaks of {self.covered}: the last {gone} are missing",
                file=name,
                needed=f"lines {walk.next + 1} to {self.covered}",
            )
        tail = walk.next - self.covered
        if tail > 0 and self.eyes.place.live:
            findings.note(
                "journal.unsigned",
                f"The last {tail} lines are not signed yet: nothing shows whether they are all",
                file=name,
                line=self.covered + 1,
            )
        elif tail > 0:
            findings.missing(
                "journal.unsigned",
                f"The last {tail} lines are under no signed checkpoint: anybody may have added or changed them",
                file=name,
                line=self.covered + 1,
                needed="the checkpoint that covers them",
            )

    def _receipts_named(self, facts: Facts) -> None:
        journal = self.eyes.name(self.place.lines)
        for (file, size), (sha256, spot) in facts.receipts.items():
            if file != journal:
                continue
            note = self._receipts.get(size)
            if note is None:
                self.eyes.findings.missing(
                    "receipt.absent",
                    f"Central's receipt for {size} lines is not here",
                    file=file,
                    line=spot.line,
                    needed=f"receipts/{size:012}.note",
                )
            elif hexdigest(note.data) != sha256:
                self.eyes.findings.broken(
                    "receipt.differs",
                    "This receipt is not the one that the journal names",
                    file=self.eyes.name(note.path),
                )

    def _forks(self, key: Verifier) -> None:
        """Central keeps both sides when a device signs two histories."""
        for path in self.eyes.files(self.place.folder / "forks"):
            data = self.eyes.small(path) if _FORK.fullmatch(path.name) else None
            if data is None:
                continue
            self.eyes.passed(len(data))
            opened = self._open(NoteFile(path, 0, data), [key], "fork.signature")
            if opened is not None and ".refused." in path.name:
                self.eyes.findings.broken(
                    "journal.fork",
                    "The device has signed a second history that contradicts this journal",
                    file=self.eyes.name(path),
                    needed="an explanation from whoever runs the device; perhaps an old copy of its data was restored",
                )


def same_root(computed: bytes | None, signed: bytes) -> bool:
    """The Merkle root over the lines that are here is the one that was signed."""
    return computed == signed
