"""Checks what is signed about one journal: checkpoints by its device, receipts and manifests countersigned by central."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.errors import EvidenceError, FangxinError
from app.evidence.audit.branch import branch
from app.evidence.audit.chain import Walk
from app.evidence.audit.facts import Facts
from app.evidence.audit.place import Eyes, JournalPlace, Layout
from app.evidence.audit.trust import Trust
from app.evidence.batch import Manifest
from app.evidence.note import Checkpoint, Opened, Verifier, open_note

_NOTE = re.compile(r"([0-9]{12})\.note")
_BATCH = re.compile(r"([0-9]{12})(?:\.[0-9a-f]{8})?\.note")
_FORK = re.compile(r"([0-9]{12})\.[0-9a-f]{8}\.(?:refused|taken)\.note")
_NONE = re.compile(r"(?!)")
_BRANCH = re.compile(r"[0-9]{12}\.[0-9a-f]{8}\.refused\.jsonl")


@dataclass(frozen=True, slots=True)
class _File:
    """A note in a file. size: journal lines it speaks of, by its name."""

    path: Path
    size: int
    data: bytes


@dataclass
class Signatures:
    """The signed notes about one journal. After check(): covered: lines under the newest true signature of the device; proven: those of
    them that come to a signed root; named: the objects in its manifests, SHA-256 → bytes; received: lines under the newest true receipt;
    vouched: central, by a key that the auditor brought, countersigned lines that are here."""

    place: JournalPlace
    eyes: Eyes
    trust: Trust
    covered: int = 0
    proven: int = 0
    received: int = 0
    vouched: bool = False
    named: dict[str, int] = field(default_factory=dict)
    _checkpoints: dict[int, _File] = field(default_factory=dict)
    _receipts: dict[int, _File] = field(default_factory=dict)
    _batches: list[_File] = field(default_factory=list)
    _misfits: list[_File] = field(default_factory=list)
    _spans: list[tuple[int, int]] = field(default_factory=list)

    def read(self) -> set[int]:
        """Read the notes; returns the journal sizes that they speak of."""
        folder = self.place.folder
        self._checkpoints = {note.size: note for note in self._notes(folder / "checkpoints", _NOTE)}
        self._receipts = {note.size: note for note in self._notes(folder / "receipts", _NOTE)}
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
        self._say_misfits(walk)
        self._say_uncovered(walk)
        self._say_unsent()
        self._receipts_named(walk, facts)
        self._forks(key)

    def _notes(self, folder: Path, pattern: re.Pattern[str], beside: re.Pattern[str] = _NONE) -> list[_File]:
        notes = []
        for path in self.eyes.files(folder):
            match = pattern.fullmatch(path.name)
            if match is None:
                if not beside.fullmatch(path.name):
                    self.eyes.foreign(path)
            elif (data := self.eyes.small(path)) is not None:
                notes.append(_File(path, int(match[1]), data))
        return notes

    def _checkpoint(self, note: _File, walk: Walk, key: Verifier) -> None:
        opened = self._open(note, [key])
        if opened is not None and self._is_ours(note, opened.text, walk):
            self.eyes.findings.counts["checkpoints"] += 1
            self._fits(note, opened.text, walk)

    def _receipt(self, note: _File, walk: Walk, key: Verifier) -> None:
        opened = self._open(note, [key, *self.trust.central])
        if opened is None or not self._is_ours(note, opened.text, walk):
            return
        signed = self._signed_by_both(note, opened, key)
        self.eyes.findings.counts["receipts"] += signed
        own = self._own_checkpoint(note)
        if own is not None and not note.data.startswith(own.data):
            self._broken("receipt.differs", "This receipt is for another checkpoint than the one here", note)
        brought = any(opened.by(each) for each in self.trust.central if each in self.trust.given)
        if self._fits(note, opened.text, walk) and signed and note.size:
            self.received = max(self.received, note.size)
            self.vouched |= brought

    def _manifest(self, note: _File, walk: Walk, key: Verifier) -> None:
        opened = self._open(note, [key, *self.trust.central])
        if opened is None or not self._signed_by_both(note, opened, key):
            return
        try:
            manifest = Manifest.parse(opened.text)
        except EvidenceError as error:
            self._broken("note.foreign", error.what, note)
            return
        if manifest.origin != walk.origin or manifest.size != note.size:
            self._broken(
                "note.foreign", "This manifest is about another journal or another place in it", note
            )
            return
        self.eyes.findings.counts["manifests"] += 1
        self._spans.append((manifest.start, manifest.size))
        self.named |= {item.sha256: item.bytes for item in manifest.items}
        own = self._own_checkpoint(note)
        if own is not None and self.eyes.means.hexdigest(own.data) != manifest.checkpoint:
            self._broken("manifest.differs", "This manifest names another checkpoint than the one here", note)

    def _open(self, note: _File, keys: Sequence[Verifier]) -> Opened | None:
        try:
            return open_note(note.data, keys)
        except EvidenceError as error:
            self._broken("note.signature", f"This note does not hold: {error.what}", note)
            return None

    def _signed_by_both(self, note: _File, opened: Opened, key: Verifier) -> bool:
        """The device's signature and central's are there. Central's cannot be asked for without its key."""
        if opened.by(key) is None:
            self._broken("note.signature", "The device's signature under this is not there", note)
            return False
        if self.trust.central:
            if not any(opened.by(central) for central in self.trust.central):
                self._broken(
                    "central.signature",
                    "Central's signature under this is not there, or is by another key",
                    note,
                )
                return False
            return True
        alone = note.data.rpartition(b"\n\n")[2].count(b"\n") == 1
        archive = self.eyes.place.layout is Layout.ARCHIVE and not alone
        say = self.eyes.findings.missing if archive else self.eyes.findings.note
        what = (
            "Central has not signed this yet"
            if alone
            else "Central's signature under this could not be checked"
        )
        say(
            "central.unknown",
            what,
            self.eyes.at(note.path),
            needed="a sync" if alone else "central.vkey, or --key",
        )
        return True

    def _is_ours(self, note: _File, text: str, walk: Walk) -> bool:
        try:
            checkpoint = Checkpoint.parse(text)
        except EvidenceError as error:
            self._broken("note.foreign", error.what, note)
            return False
        if checkpoint.size != note.size or walk.origin not in ("", checkpoint.origin):
            self._broken("note.foreign", "This note is about another journal or another place in it", note)
            return False
        self.covered = max(self.covered, note.size)
        return True

    def _fits(self, note: _File, text: str, walk: Walk) -> bool:
        """Whether the lines here come to the root in the note. Beyond the journal's end there is nothing to compare."""
        if note.size > walk.next:
            return False
        if same_root(walk.roots.get(note.size), Checkpoint.parse(text).root):
            self.proven = max(self.proven, note.size)
            return True
        self._misfits.append(note)
        return False

    def _own_checkpoint(self, note: _File) -> _File | None:
        """The checkpoint that a receipt or manifest is about."""
        own = self._checkpoints.get(note.size)
        if own is None:
            needed = f"checkpoints/{note.size:012}.note"
            self.eyes.findings.missing(
                "checkpoint.absent",
                "The checkpoint that this is about is not here",
                self.eyes.at(note.path),
                needed=needed,
            )
        return own

    def _say_misfits(self, walk: Walk) -> None:
        if self._misfits:
            first = min(self._misfits, key=lambda note: note.size)
            which = (
                f"{self.eyes.at(first.path).file} was"
                if len(self._misfits) == 1
                else f"{len(self._misfits)} checkpoints and receipts were"
            )
            what = f"Lines 1 to {first.size} are not those that {which} signed over"
            self.eyes.findings.broken("journal.root", what, walk.at(), needed="the journal as it was signed")

    def _say_uncovered(self, walk: Walk) -> None:
        findings = self.eyes.findings
        tail = walk.next - self.covered
        if tail < 0:
            what = f"The journal has {walk.next} lines, but a signed checkpoint speaks of {self.covered}: the last {-tail} are missing"
            needed = f"lines {walk.next + 1} to {self.covered}"
            findings.missing("journal.cut", what, walk.at(), needed=needed)
            if self.proven < walk.next:
                what = f"Lines {self.proven + 1} to {walk.next} are under no signature that can be checked without the missing ones"
                findings.broken("journal.unsigned", what, walk.at(self.proven + 1), needed=needed)
        elif tail > 0 and self.eyes.place.live:
            what = (
                f"The last {tail} lines are not signed yet: nothing shows whether they are all, and unaltered"
            )
            findings.note("journal.unsigned", what, walk.at(self.covered + 1))
        elif tail > 0:
            what = f"The last {tail} lines are under no signed checkpoint: anybody may have added or changed them"
            findings.broken(
                "journal.unsigned", what, walk.at(self.covered + 1), needed="the checkpoint that covers them"
            )

    def _say_unsent(self) -> None:
        """What is in an archive was handed in, and that left a receipt for the newest checkpoint and manifests over all lines."""
        if self.eyes.place.layout is not Layout.ARCHIVE or not self.trust.central or not self._checkpoints:
            return
        newest = self._checkpoints[max(self._checkpoints)]
        if newest.size > max(self._receipts, default=-1):
            what, needed = (
                "Central's receipt for this is not here",
                f"receipts/{newest.size:012}.note; sync again",
            )
            self.eyes.findings.missing("receipt.absent", what, self.eyes.at(newest.path), needed=needed)
        reached = 0
        for start, size in sorted(self._spans):
            if start > reached:
                break
            reached = max(reached, size)
        if reached < self.covered:
            what, needed = f"No manifest covers the lines from {reached + 1} on", "that manifest; sync again"
            self.eyes.findings.missing(
                "manifest.absent", what, self.eyes.at(self.place.lines, reached + 1), needed=needed
            )

    def _receipts_named(self, walk: Walk, facts: Facts) -> None:
        for receipt in facts.receipts.get(walk.at().file, []):
            note = self._receipts.get(receipt.size)
            if note is None:
                needed = f"receipts/{receipt.size:012}.note"
                self.eyes.findings.missing(
                    "receipt.absent",
                    f"Central's receipt for {receipt.size} lines is not here",
                    receipt.at,
                    needed=needed,
                )
            elif self.eyes.means.hexdigest(note.data) != receipt.sha256:
                self._broken("receipt.differs", "This receipt is not the one that the journal names", note)

    def _forks(self, key: Verifier) -> None:
        """Central keeps both sides when a device signs two histories, and the lines of the one that it refused."""
        for note in self._notes(self.place.folder / "forks", _FORK, _BRANCH):
            opened = self._open(note, [key])
            if opened is not None and ".refused." in note.path.name:
                what = "The device has signed a second history that contradicts this journal"
                self._broken("journal.fork", what, note)
                self._branch(note, Checkpoint.parse(opened.text))

    def _branch(self, note: _File, point: Checkpoint) -> None:
        kept = note.path.with_suffix(".jsonl")
        if not self.eyes.plain(kept):
            return
        try:
            first, last, calls = branch(kept, self.place.lines, point, self.eyes.means)
        except FangxinError as error:
            needed = "the lines as the device signed them: they are on the workstation"
            self.eyes.findings.broken("branch.altered", error.what, self.eyes.at(kept), needed=needed)
            return
        what = f"The refused history is kept here, as the device signed it: lines {first} to {last}, {calls} calls"
        self.eyes.findings.note("branch.kept", what, self.eyes.at(kept))

    def _broken(self, rule: str, what: str, note: _File) -> None:
        self.eyes.findings.broken(rule, what, self.eyes.at(note.path), needed="the note as it was signed")


def same_root(computed: bytes | None, signed: bytes) -> bool:
    """The Merkle root over the lines that are here is the one that was signed."""
    return computed == signed
