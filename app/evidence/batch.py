"""The batch manifest: one signed note that names everything handed in at once, so that nothing can drop out unseen.

Text: "fangxin-batch/v1", the origin, "<from> <size>" (journal lines), the SHA-256 of the checkpoint note, then one line an
object, "<sha256> <bytes> <kind>", by hash. Signed by the device; with central's signature added it is the objects' receipt.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from app.canonical import hexdigest
from app.errors import EvidenceError
from app.evidence.means import S1, Means

_HEAD = "fangxin-batch/v1"
_RANGE = re.compile(r"(0|[1-9][0-9]{0,14}) (0|[1-9][0-9]{0,14})")
_ITEM = re.compile(r"([0-9a-f]{64}) (0|[1-9][0-9]{0,14}) ([a-z-]{1,20})")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, order=True)
class Item:
    """A sealed object. bytes: its size. kind: recording, recording-part, tail, interview or contact."""

    sha256: str
    bytes: int
    kind: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What one batch consists of. start, size: journal lines [start, size). checkpoint: SHA-256 of the signed checkpoint note."""

    origin: str
    start: int
    size: int
    checkpoint: str
    items: tuple[Item, ...]

    @property
    def text(self) -> str:
        """The note's text."""
        items = [f"{item.sha256} {item.bytes} {item.kind}" for item in sorted(self.items)]
        return "\n".join((_HEAD, self.origin, f"{self.start} {self.size}", self.checkpoint, *items, ""))

    @classmethod
    def parse(cls, text: str) -> "Manifest":
        """From the text of an opened note. EvidenceError unless it is exactly what text writes."""
        lines = text.split("\n")
        span = _RANGE.fullmatch(lines[2]) if len(lines) >= 5 else None
        if lines[0] != _HEAD or span is None or not lines[1] or not _SHA256.fullmatch(lines[3]):
            raise EvidenceError("This is not a batch manifest", where=lines[0][:60])
        items = [_ITEM.fullmatch(line) for line in lines[4:-1]]
        found = tuple(Item(item[1], int(item[2]), item[3]) for item in items if item)
        manifest = cls(lines[1], int(span[1]), int(span[2]), lines[3], found)
        if (
            manifest.text != text
            or len({item.sha256 for item in found}) != len(found)
            or manifest.start > manifest.size
        ):
            raise EvidenceError("This batch manifest is malformed", where=lines[1])
        return manifest


def checkpoint_hash(note: str, means: Means = S1) -> str:
    """How a manifest names a checkpoint: hash of the note as the device signed it."""
    return means.hexdigest(note.encode())


def place_for(folder: Path, manifest: Manifest) -> Path:
    """Where a manifest note belongs in a folder of batches: "<size>.note"; another at the same journal size gets a name of its own."""
    first = folder / f"{manifest.size:012}.note"
    if not first.exists() or first.read_text(encoding="utf-8").startswith(manifest.text):
        return first
    return folder / f"{manifest.size:012}.{hexdigest(manifest.text.encode())[:8]}.note"
