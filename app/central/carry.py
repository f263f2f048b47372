"""Taking in what came on a USB stick: the same judgement as over the network, and the receipts go back onto the stick."""

from dataclasses import dataclass
from pathlib import Path

from app.central.intake import JOURNAL, SHA256, IntakeError, Offer
from app.central.registry import Registry
from app.evidence import durable
from app.sync.parcel import JournalFolder


@dataclass(frozen=True, slots=True)
class Imported:
    """What one device's part of a stick brought. name: "<device>.<epoch>"; size: journal lines held now; batches: manifests signed."""

    name: str
    size: int
    batches: int


def import_from(stick: Path, registry: Registry) -> list[Imported]:
    """Take everything on the stick in. Doing it twice changes nothing. IntakeError as over the network, StorageError for the disk."""
    with durable.storage_errors(stick):
        objects = sorted(path for path in (stick / "objects").glob("*") if SHA256.fullmatch(path.name))
        names = sorted(path.name for path in (stick / "journals").glob("*") if JOURNAL.fullmatch(path.name))
    for path in objects:
        if not registry.stores.take_file(path.name, path):
            raise IntakeError(400, "digest", f"The object {path.name} is not what its name says")
    return [_import_device(stick, name, registry) for name in names]


def _import_device(stick: Path, name: str, registry: Registry) -> Imported:
    folder = JournalFolder(stick / "journals" / name)
    for size, note in folder.checkpoints()[-1:]:
        held = registry.stores.journal(name).size
        start = min(held, size)
        receipt = registry.take_offer(name, Offer(start, tuple(folder.lines(start, size)), note))
        folder.write(folder.folder / "receipts" / f"{size:012}.note", receipt)
    batches = sorted((stick / "batches" / name).glob("*.note"))
    for path in batches:
        with durable.storage_errors(path):
            signed = registry.take_batch(name, path.read_bytes())
            durable.write_file(path, signed.encode())
    return Imported(name, registry.stores.journal(name).size, len(batches))
