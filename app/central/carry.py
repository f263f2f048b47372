"""Taking in what came on a USB stick: the same judgement as over the network, and the receipts go back onto the stick."""

import re
import stat
from dataclasses import dataclass
from pathlib import Path

from app.central.intake import JOURNAL, NOTE_LIMIT, OBJECT_LIMIT, OFFER_LIMIT, SHA256, IntakeError, Offer
from app.central.registry import Registry
from app.evidence import durable
from app.sync.parcel import JournalFolder

_NOTE = re.compile(r"[0-9]{12}\.note")
_JOURNAL_LIMIT = 8 * OFFER_LIMIT


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
        _ours(path, OBJECT_LIMIT)
        if not registry.stores.take_file(path.name, path):
            raise IntakeError(400, "digest", f"The object {path.name} is not what its name says")
    return [_import_device(stick, name, registry) for name in names]


def _import_device(stick: Path, name: str, registry: Registry) -> Imported:
    folder = JournalFolder(stick / "journals" / name)
    for path in (folder.folder / "checkpoints").glob("*"):
        _ours(path, NOTE_LIMIT, _NOTE)
    if (folder.folder / "checkpoints").is_dir():
        _ours(folder.folder / "journal.jsonl", _JOURNAL_LIMIT)
    for size, note in folder.checkpoints()[-1:]:
        held = registry.stores.journal(name).size
        start = min(held, size)
        receipt = registry.take_offer(name, Offer(start, tuple(folder.lines(start, size)), note))
        folder.write(folder.folder / "receipts" / f"{size:012}.note", receipt)
    batches = sorted((stick / "batches" / name).glob("*.note"))
    for path in batches:
        _ours(path, NOTE_LIMIT)
        with durable.storage_errors(path):
            signed = registry.take_batch(name, path.read_bytes())
            durable.write_file(path, signed.encode())
    return Imported(name, registry.stores.journal(name).size, len(batches))


def _ours(path: Path, limit: int, name: re.Pattern[str] | None = None) -> None:
    """A stick comes from outside: no link, pipe or device is opened, nothing far too large read, no name taken that none of ours has."""
    with durable.storage_errors(path):
        state = path.lstat()
        plain = stat.S_ISREG(state.st_mode) and state.st_size <= limit
        if plain and (name is None or name.fullmatch(path.name)):
            if name is None:
                return
            try:
                path.read_bytes().decode("utf-8")
                return
            except UnicodeDecodeError:
                pass
    raise IntakeError(
        400, "file", f"This on the stick is no file of a workstation's, or far too large: {path.name[:80]}"
    )
