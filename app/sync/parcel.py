"""What a workstation hands in at one time: which lines and sealed files are due, the manifest of them, and filing what comes back."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.errors import StorageError, SyncError
from app.evidence import durable
from app.evidence.batch import Item, Manifest, checkpoint_hash, place_for
from app.evidence.note import Checkpoint, Signer, Verifier, open_note, sign
from app.store import Parcel, Receipt, Store


class NotCentralError(SyncError):
    """What came back does not carry central's signature."""


@dataclass(frozen=True, slots=True)
class JournalFolder:
    """A journal on disk as the sender sees it, beside the writer: only what a checkpoint covers, never the growing end."""

    folder: Path

    def checkpoints(self) -> list[tuple[int, str]]:
        """(lines, signed note) of each checkpoint, oldest first."""
        with durable.storage_errors(self.folder):
            paths = sorted((self.folder / "checkpoints").glob("*.note"))
            return [(int(path.stem), path.read_text(encoding="utf-8")) for path in paths]

    def lines(self, start: int, end: int) -> list[bytes]:
        """Lines [start, end), counted from 0. StorageError when they are not there."""
        path = self.folder / "journal.jsonl"
        with durable.storage_errors(path), path.open("rb") as file:
            lines = [line.removesuffix(b"\n") for line in itertools.islice(file, start, end)]
        if len(lines) != end - start:
            raise StorageError("The journal is shorter than its checkpoint", where=str(path))
        return lines

    def write(self, path: Path, note: str) -> None:
        """File a note."""
        with durable.storage_errors(path):
            path.parent.mkdir(exist_ok=True)
            durable.write_file(path, note.encode())


def origin_of(study: str, name: str) -> str:
    """The origin string of a device epoch ("<device>.<epoch>") in a study."""
    return f"fangxin/{study}/{name.replace('.', '/')}"


def checkpoint_in(note: str) -> Checkpoint:
    """The checkpoint in a note of our own or one that was opened before: no signature is looked at."""
    return Checkpoint.parse(note.rpartition("\n\n")[0] + "\n")


def countersigned_text(note: str | bytes, own: Verifier, central: Sequence[Verifier]) -> str | None:
    """The text of a note under which our signature and one of central's stand; None when one is missing.

    EvidenceError when the note is malformed or one of these signatures is false.
    """
    opened = open_note(note, [own, *central])
    both = opened.by(own) and any(opened.by(each) for each in central)
    return opened.text if both else None


def manifest_in(note: str) -> Manifest:
    """The manifest in such a note."""
    return Manifest.parse(note.rpartition("\n\n")[0] + "\n")


def manifest(store: Store, checkpoint: str, parcels: Sequence[Parcel], signer: Signer) -> str | None:
    """The signed manifest of these files and of the journal lines up to this checkpoint note that no manifest has named yet.

    None when there is nothing to name.
    """
    point = checkpoint_in(checkpoint)
    start = min(_batched(store, point.origin), point.size)
    if not parcels and start == point.size:
        return None
    items = tuple(Item(parcel.sha256, parcel.bytes, parcel.kind) for parcel in parcels)
    return sign(
        Manifest(point.origin, start, point.size, checkpoint_hash(checkpoint, signer.means), items).text,
        signer,
    )


def file_receipt(store: Store, journal: JournalFolder, note: str) -> Receipt:
    """Keep central's receipt. The caller has verified it."""
    point = checkpoint_in(note)
    receipt = Receipt(point.origin, point.size, note)
    journal.write(journal.folder / "receipts" / f"{point.size:012}.note", note)
    store.keep_receipt(receipt)
    return receipt


def file_batch(store: Store, journal: JournalFolder, note: str) -> Manifest:
    """Central has signed our manifest: what it names is sent. The caller has verified both signatures."""
    batch = manifest_in(note)
    journal.write(place_for(journal.folder / "batches", batch), note)
    store.mark_sent(item.sha256 for item in batch.items)
    store.set_setting(_setting(batch.origin), str(max(batch.size, _batched(store, batch.origin))))
    return batch


def _batched(store: Store, origin: str) -> int:
    return int(store.setting(_setting(origin), "0"))


def _setting(origin: str) -> str:
    return f"batched.{origin}"
