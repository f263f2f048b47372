"""A device's journal as central holds it: the lines, the device's checkpoints, central's receipts.

What counts is the newest checkpoint file: lines are made durable before it, so lines behind it were never acknowledged and are
cut off when the journal is read again. The files are those of the archive's layout and can be checked without central.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from app.canonical import hexdigest
from app.errors import EvidenceError
from app.evidence import durable
from app.evidence.journal import GENESIS
from app.evidence.merkle import Tree, leaf_hash
from app.evidence.note import Checkpoint, Verifier, open_note


class HeldJournal:
    """One journal folder. Raises StorageError when the disk refuses, EvidenceError when central's own copy is damaged."""

    def __init__(self, folder: Path, central: Verifier) -> None:
        self._folder, self._path, self._central = folder, folder / "journal.jsonl", central
        self._tree, self._bytes, self.head = Tree(), 0, GENESIS
        newest = self.newest_checkpoint()
        if newest is None:
            return
        try:
            checkpoint = Checkpoint.parse(newest.rpartition("\n\n")[0] + "\n")
        except EvidenceError as error:
            raise EvidenceError(error.what, where=str(self._folder / "checkpoints")) from error
        if not checkpoint.size:
            return  # of an empty journal, whose file was never begun
        with durable.storage_errors(self._path):
            lines = self._path.read_bytes().split(b"\n")[: checkpoint.size]
        self._grow(lines)
        if self.size != checkpoint.size or self._tree.root() != checkpoint.root:
            what, todo = (
                "Central's own copy of this journal is damaged",
                "Restore the newest copy; call the supervisor.",
            )
            raise EvidenceError(what, where=str(self._path), todo=todo)

    @property
    def size(self) -> int:
        """Lines held."""
        return len(self._tree)

    def root(self, size: int) -> bytes:
        """Root of the first `size` lines."""
        return self._tree.root(size)

    def lines_from(self, start: int) -> list[bytes]:
        """Lines from number `start` on."""
        if start >= self.size:
            return []
        with durable.storage_errors(self._path):
            return self._path.read_bytes().split(b"\n")[start : self.size]

    def add(self, lines: Sequence[bytes], checkpoint: Checkpoint, note: str) -> None:
        """Add lines that end in this checkpoint; durable on return. EvidenceError when the checkpoint is not theirs: nothing is
        written then, and this object must not be used again."""
        kept = self._bytes
        self._grow(lines)
        if self.size != checkpoint.size or self._tree.root() != checkpoint.root:
            raise EvidenceError("The checkpoint does not fit the lines", where=checkpoint.origin)
        with durable.storage_errors(self._path):
            self._folder.mkdir(parents=True, exist_ok=True)
            descriptor = durable.open_append(self._path)
            try:
                os.ftruncate(descriptor, kept)  # what an earlier try left behind without a checkpoint
                durable.write_all(descriptor, b"".join(line + b"\n" for line in lines))
                durable.sync_data(descriptor)
            finally:
                os.close(descriptor)
            durable.sync_folder(self._folder)
        self.put("checkpoints", f"{checkpoint.size:012}.note", note)

    def checkpoint(self, size: int) -> str | None:
        """The device's checkpoint of this size, as signed."""
        path = self._note("checkpoints", size)
        return _text(path) if path.exists() else None

    def receipt(self, size: int) -> str | None:
        """The receipt for so many lines. EvidenceError when it is not what central signed: nothing else is given out in its name."""
        path = self._note("receipts", size)
        return self._signed(path) if path.exists() else None

    def newest_checkpoint(self) -> str | None:
        """The device's newest checkpoint, as signed."""
        path = max((self._folder / "checkpoints").glob("*.note"), default=None)
        return _text(path) if path else None

    def newest_receipt(self) -> str | None:
        """The receipt for the most lines; None when none was given. EvidenceError as above."""
        path = max((self._folder / "receipts").glob("*.note"), default=None)
        return self._signed(path) if path else None

    def _note(self, kind: str, size: int) -> Path:
        return self._folder / kind / f"{size:012}.note"

    def _signed(self, path: Path) -> str:
        note = _text(path)
        try:
            size = Checkpoint.parse(open_note(note, [self._central]).text).size
            if path != self._note("receipts", size):
                raise EvidenceError("it is for other lines")
            if not note.startswith(self.checkpoint(size) or ""):
                raise EvidenceError("it does not begin with the device's checkpoint")
        except EvidenceError as error:
            what = f"A receipt in central's own folder does not hold: {error.what}"
            raise EvidenceError(
                what, where=str(path), todo="Restore the newest copy of this file."
            ) from error
        return note

    def keep_fork(self, size: int, note: str, lines: Sequence[bytes]) -> None:
        """Keep a refused checkpoint, the lines that came with it and the checkpoint that was taken. The lines may tell of calls that were
        really made, in a copy of the workstation that was set back: they are no part of the journal, and nobody else may have them."""
        mark = f"{size:012}.{hexdigest(note.encode())[:8]}"
        if lines:
            self._put("forks", f"{mark}.refused.jsonl", b"".join(line + b"\n" for line in lines))
        self.put("forks", f"{mark}.refused.note", note)
        taken = self.newest_checkpoint()
        if taken is not None:
            self.put("forks", f"{mark}.taken.note", taken)

    def put(self, kind: str, name: str, note: str) -> None:
        """Keep a note in a folder of this journal."""
        self._put(kind, name, note.encode())

    def _put(self, kind: str, name: str, data: bytes) -> None:
        path = self._folder / kind / name
        with durable.storage_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            durable.write_file(path, data)

    def _grow(self, lines: Sequence[bytes]) -> None:
        for line in lines:
            self._tree.append(leaf_hash(line))
            self._bytes += len(line) + 1
        if lines:
            self.head = hexdigest(lines[-1])


def _text(path: Path) -> str:
    """A note as it lies there. Bytes that are no text at all are seen by whoever opens it."""
    with durable.storage_errors(path):
        return path.read_bytes().decode("utf-8", "replace")
