"""Handing in without a network: the same files on a USB stick, in the archive's layout, and the receipts on the way back.

The stick is trusted with nothing: lines and manifest are signed, objects are named by their hash, receipts are verified.
"""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.errors import EvidenceError
from app.evidence import durable
from app.evidence.batch import place_for
from app.evidence.note import Signer, Verifier
from app.store import Store
from app.sync.parcel import JournalFolder, countersigned_text, file_batch, file_receipt, manifest, manifest_in


@dataclass(frozen=True, slots=True)
class Carried:
    """What went onto the stick or came back from it. objects: sealed files; events: journal lines."""

    objects: int
    events: int


def export_to(stick: Path, store: Store, journal: Path, name: str, signer: Signer) -> Carried:
    """Copy everything that central has not signed for onto the stick. Nothing counts as sent by that. StorageError."""
    source = JournalFolder(journal)
    checkpoints = source.checkpoints()
    if not checkpoints:
        return Carried(0, 0)
    size, checkpoint = checkpoints[-1]
    parcels = store.pending()
    with durable.storage_errors(stick):
        for folder in (f"journals/{name}/checkpoints", "objects", "devices", f"batches/{name}"):
            (stick / folder).mkdir(parents=True, exist_ok=True)
        durable.write_file(stick / "devices" / f"{name}.vkey", signer.vkey.encode() + b"\n")
        for parcel in parcels:
            shutil.copyfile(parcel.path, stick / "objects" / parcel.sha256)
        lines = b"".join(line + b"\n" for line in source.lines(0, size))
        durable.write_file(stick / "journals" / name / "journal.jsonl", lines)
        for each, note in checkpoints:
            durable.write_file(stick / "journals" / name / "checkpoints" / f"{each:012}.note", note.encode())
        batch = manifest(store, checkpoint, parcels, signer)
        if batch is not None:
            durable.write_file(place_for(stick / "batches" / name, manifest_in(batch)), batch.encode())
    return Carried(len(parcels), size)


def take_back(
    stick: Path, store: Store, journal: Path, name: str, own: Verifier, central: Sequence[Verifier]
) -> Carried:
    """File the receipts that central has put onto the stick; what they stand for counts as sent. Anything else is passed over.

    EvidenceError when a note was altered, StorageError when the stick or the disk refuses.
    """
    target, objects, events = JournalFolder(journal), 0, 0
    for note in _signed_notes(stick / "journals" / name / "receipts", own, central):
        events = max(events, file_receipt(store, target, note).size)
    for note in _signed_notes(stick / "batches" / name, own, central):
        objects += len(file_batch(store, target, note).items)
    return Carried(objects, events)


def _signed_notes(folder: Path, own: Verifier, central: Sequence[Verifier]) -> Iterator[str]:
    """Notes that we signed and central did after us."""
    with durable.storage_errors(folder):
        notes = [(path, path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.note"))]
    for path, note in notes:
        try:
            both = countersigned_text(note, own, central) is not None
        except EvidenceError as error:
            raise EvidenceError(error.what, where=str(path)) from error
        if both:
            yield note
