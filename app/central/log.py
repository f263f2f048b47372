"""Central's own log: one line for everything that it took, in an RFC 6962 tree whose signed checkpoints a witness cosigns.

A device's history cannot be rewritten once central has signed for it; this log makes that true of central itself. A witness who
has cosigned the log at some size holds, in 32 bytes, every receipt that central had given by then.

In the archive: log/entries.jsonl, log/checkpoints/<size>.note, log/cosigned/<size>.note, log.vkey. The tree's nodes are only a cache.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Self

from app.canonical import Value, decode, encode
from app.clock import Clock
from app.errors import EvidenceError, StorageError
from app.evidence import durable
from app.evidence.means import S1
from app.evidence.merkle import leaf_hash
from app.evidence.note import Checkpoint, Signer, Verifier, open_note, sign
from app.evidence.treefile import FileTree

_LABEL = b"fangxin/central-log/v1"
_RESTORE = "Restore the newest copy; call the supervisor."


def log_signer(central: Signer) -> Signer:
    """The key that signs the log: derived from central's, because one key must not both sign and cosign."""
    return Signer(f"{central.name}/log", S1.derive(central.seed, b"", _LABEL))


class CentralLog:
    """The log in central's folder. One process, one thread at a time. Raises StorageError when the disk refuses."""

    def __init__(self, folder: Path, cache: Path, signer: Signer) -> None:
        self.folder, self.signer, self.tree = folder, signer, FileTree(cache)
        self._path, self._descriptor, self._broken = folder / "entries.jsonl", -1, False
        self.announced: Callable[[int], None] = lambda _: None
        """Hears how many lines there are to be, before each one is written: to remember it elsewhere, durably."""

    @classmethod
    def open(cls, folder: Path, cache: Path, signer: Signer) -> Self:
        """Open or begin the log. A torn last line is cut off. EvidenceError when it is not what its own checkpoint says."""
        log = cls(folder, cache, signer)
        try:
            with durable.storage_errors(folder):
                durable.make_folder(folder / "checkpoints")
                log._descriptor = durable.open_append(log._path)
                durable.sync_folder(folder)
                log._load()
        except BaseException:
            log.close()
            raise
        return log

    def close(self) -> None:
        """Let go of the files."""
        self.tree.close()
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def append(self, clock: Clock, kind: str, /, **fields: Value) -> None:
        """Add a line; durable on return."""
        if self._broken:
            # What the disk has is not known: the next line could be glued to half a one.
            raise StorageError(
                "Central's log cannot be written any more", where=str(self._path), todo="Restart central."
            )
        line = encode({"v": 1, "seq": len(self.tree), "wall": clock.wall(), "type": kind, **fields})
        self.announced(len(self.tree) + 1)
        self._broken = True
        with durable.storage_errors(self._path):
            durable.write_all(self._descriptor, line + b"\n")
            durable.sync_data(self._descriptor)
        self.tree.extend([leaf_hash(line)])
        self._broken = False

    def checkpoint(self) -> str:
        """The signed note over all lines, durable before it is given to anybody."""
        note = sign(Checkpoint(self.signer.name, len(self.tree), self.tree.root()).text, self.signer)
        path = self._note("checkpoints", len(self.tree))
        with durable.storage_errors(path):
            if not path.exists():
                durable.write_file(path, note.encode())
        return note

    def entries(self, start: int, end: int) -> list[bytes]:
        """Lines [start, end), counted from 0; fewer when there are fewer."""
        return [line[:-1] for line in islice(self._lines(), start, end)]

    def cosigned(self, note: str, witnesses: Sequence[Verifier]) -> bool:
        """Keep a witness's cosignature under one of our checkpoints. False when it is none, or the witness is not known here."""
        try:
            opened = open_note(note, witnesses)
            point = Checkpoint.parse(opened.text)
            path = self._note("checkpoints", point.size)
            if not path.exists() or not path.read_text(encoding="utf-8").startswith(opened.text + "\n"):
                return False
        except EvidenceError:
            return False
        kept = self._note("cosigned", point.size)
        with durable.storage_errors(kept):
            whole = (kept if kept.exists() else path).read_text(encoding="utf-8")
            head, _, lines = whole.rpartition("\n\n")
            theirs = tuple(f"— {each.verifier.name} " for each in opened.signatures)
            # A witness that looks again and finds nothing new signs again: its last word replaces the one before.
            others = [line for line in lines.splitlines(keepends=True) if not line.startswith(theirs)]
            new = [
                line
                for line in note[len(opened.text) + 1 :].splitlines(keepends=True)
                if line.startswith(theirs)
            ]
            kept.parent.mkdir(exist_ok=True)
            durable.write_file(kept, (head + "\n\n" + "".join((*others, *new))).encode())
        return True

    def _note(self, kind: str, size: int) -> Path:
        return self.folder / kind / f"{size:012}.note"

    def _load(self) -> None:
        self.tree.settle(leaf_hash(line[:-1]) for line in self._lines() if line.endswith(b"\n"))
        # Before anything is cut off: a log that does not hold stays as it is, for those who will look into it.
        promised = self._keeps_its_word(len(self.tree))
        good, rest = 0, b""
        for seq, line in enumerate(self._lines()):
            if not line.endswith(b"\n"):
                rest = line
                continue
            if seq >= promised:
                self._follows(line[:-1], seq)
            good += len(line)
        if rest:
            self._cut_off(rest, good)

    def _lines(self) -> Iterator[bytes]:
        """As they stand in the file, one by one, for a field period leaves millions; only the last may lack its newline."""
        with durable.storage_errors(self._path), self._path.open("rb") as file:
            yield from file

    def _keeps_its_word(self, lines: int) -> int:
        """The size of the newest checkpoint. EvidenceError when the lines are not those that it is over."""
        newest = max((self.folder / "checkpoints").glob("*.note"), default=None)
        if newest is None:
            return 0
        try:
            point = Checkpoint.parse(open_note(newest.read_bytes(), [self.signer.verifier]).text)
        except EvidenceError as error:
            raise EvidenceError(error.what, where=str(newest), todo=_RESTORE) from error
        if point.size > lines or self.tree.root(point.size) != point.root:
            what = "Central's log is not what its own checkpoint says: lines were changed or removed"
            raise EvidenceError(what, where=str(self._path), todo=_RESTORE)
        return point.size

    def _follows(self, line: bytes, seq: int) -> None:
        """Behind the newest checkpoint nothing but the numbers tells whether a line is one of ours."""
        where = f"{self._path}, line {seq + 1}"
        try:
            number = decode(line).get("seq")
        except EvidenceError as error:
            raise EvidenceError(error.what, where=where, todo=_RESTORE) from error
        if number != seq:
            raise EvidenceError(
                "This line of central's log stands in the wrong place", where=where, todo=_RESTORE
            )

    def _cut_off(self, rest: bytes, good: int) -> None:
        """A line that nobody was told of, cut short while it was written: its beginning, or zeros where a power cut left no data."""
        where = f"{self._path}, line {len(self.tree) + 1}"
        if rest.strip(b"\0") and not rest.startswith(b"{"):
            what = "What stands behind the last line of central's log was not written by central"
            raise StorageError(what, where=where, todo=_RESTORE)
        with suppress(EvidenceError):
            decode(
                rest[:-1]
            )  # whole but for its newline: no write that was cut short leaves another byte there
            what = (
                "The last line of central's log has lost its newline to another byte: the disk has altered it"
            )
            raise StorageError(what, where=where, todo=_RESTORE)
        os.ftruncate(self._descriptor, good)
        durable.sync_data(self._descriptor)
