"""The signed checkpoints of one journal: a folder of notes, each named by the number of lines that it is over."""

import re
from dataclasses import dataclass
from pathlib import Path

from app.errors import EvidenceError
from app.evidence.durable import storage_errors, write_file
from app.evidence.note import Checkpoint, Signer, open_note, sign

_NAME = re.compile(r"\d{12}\.note")


@dataclass(frozen=True)
class Checkpoints:
    """The folder, the journal's origin, and the device's key."""

    folder: Path
    origin: str
    signer: Signer

    def sign(self, size: int, root: bytes) -> str:
        """The note over so many lines of this Merkle root, durable on return. Asking twice gives the same note. Raises StorageError."""
        note = sign(Checkpoint(self.origin, size, root).text, self.signer)
        path = self.folder / f"{size:012}.note"
        with storage_errors(path):
            # Also when there is one: if the folder could not be synced the last time, its name is not on the disk.
            write_file(path, note.encode())
        return note

    def newest(self) -> Checkpoint | None:
        """The one over the most lines; None when nothing was signed yet. Raises EvidenceError when it does not hold."""
        names = sorted(path for path in self.folder.iterdir() if _NAME.fullmatch(path.name))
        if not names:
            return None
        try:
            checkpoint = Checkpoint.parse(open_note(names[-1].read_bytes(), [self.signer.verifier]).text)
        except EvidenceError as error:
            raise EvidenceError(error.what, where=str(names[-1])) from error
        if checkpoint.origin != self.origin or checkpoint.size != int(names[-1].stem):
            raise EvidenceError("This checkpoint does not belong here", where=str(names[-1]))
        return checkpoint
