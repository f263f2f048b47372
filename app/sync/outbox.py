"""What is due for central, and one round of bringing it there: objects, then journal lines, then the manifest of both.

The order makes every stop harmless: central takes lines only when the objects they name are there, and an object counts as
sent only with central's signature under the manifest that names it. A round that is cut short is simply run again.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.errors import StorageError, SyncError
from app.evidence import durable
from app.evidence.note import Checkpoint
from app.store import Parcel, Receipt, Store
from app.sync.client import Client, RefusedError
from app.sync.parcel import Item, Manifest, checkpoint_hash, signed_manifest

_REQUEST_BYTES = 2 * 2**20
_TURNS = 8
"""How often central may say "resend from there" in one round before we stop believing it."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a round is. done, total: bytes of objects."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Synced:
    """What a round achieved. objects: sealed files that central signed for; events: journal lines that it took; receipt: the newest.
    alarm: something about central that a person should hear of."""

    objects: int
    events: int
    receipt: Receipt | None
    alarm: str = ""


@dataclass(frozen=True, slots=True)
class JournalFolder:
    """A journal on disk as the sender sees it, which may run beside the writer: only what a checkpoint covers, never the tail."""

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

    def keep(self, kind: str, size: int, note: str) -> None:
        """File central's countersigned note under "receipts" or "batches"."""
        folder = self.folder / kind
        with durable.storage_errors(folder):
            folder.mkdir(exist_ok=True)
            durable.write_file(folder / f"{size:012}.note", note.encode())


def sync_once(
    store: Store, journal: Path, client: Client, progress: Callable[[Progress], None] = lambda _: None
) -> Synced:
    """One round. journal: the epoch's folder. progress may raise to stop: the next round goes on from there.

    Raises SyncError (nothing is marked sent that central has not signed for) and StorageError.
    """
    try:
        return _round(store, JournalFolder(journal), client, progress)
    except RefusedError as refusal:
        if refusal.word != "objects":
            raise
        # Central misses objects that it once signed for: hand them in again, now.
        store.mark_waiting(str(sha256) for sha256 in refusal.facts.get("missing", ()))
    return _round(store, JournalFolder(journal), client, progress)


def _round(
    store: Store, folder: JournalFolder, client: Client, progress: Callable[[Progress], None]
) -> Synced:
    checkpoints = folder.checkpoints()
    parcels = store.pending()
    _send_objects(parcels, client, progress)
    if not checkpoints:
        return Synced(0, 0, None)
    size, note = checkpoints[-1]
    origin = Checkpoint.parse(note.rpartition("\n\n")[0] + "\n").origin
    before = store.last_receipt(origin)
    alarm = _send_journal(
        store, folder, Receipt(origin, before.size if before else 0, ""), checkpoints, client
    )
    batched = int(store.setting(f"batched.{origin}", "0"))
    if parcels or size > batched:
        items = tuple(Item(parcel.sha256, parcel.bytes, parcel.kind) for parcel in parcels)
        manifest = signed_manifest(
            Manifest(origin, min(batched, size), size, checkpoint_hash(note), items), client.signer
        )
        folder.keep("batches", size, client.put_batch(manifest))
        store.mark_sent(parcel.sha256 for parcel in parcels)
        store.set_setting(f"batched.{origin}", str(size))
    return Synced(len(parcels), max(size - batched, 0), store.last_receipt(origin), alarm)


def _send_objects(parcels: Sequence[Parcel], client: Client, progress: Callable[[Progress], None]) -> None:
    total = sum(parcel.bytes for parcel in parcels)
    done = 0
    for parcel in parcels:

        def heard(here: int, before: int = done) -> None:
            progress(Progress(before + here, total))

        client.put_object(parcel.path, parcel.sha256, heard)
        done += parcel.bytes


def _send_journal(
    store: Store,
    folder: JournalFolder,
    known: Receipt,
    checkpoints: Sequence[tuple[int, str]],
    client: Client,
) -> str:
    """Hand in what central has no receipt for yet. Returns an alarm, "" when there is none."""
    start, last, alarm = known.size, checkpoints[-1][0], ""
    turns = 0
    while start < last:
        size, note, lines = _piece(folder, start, checkpoints)
        try:
            receipt = Receipt(known.origin, size, client.append(start, lines, note))
        except RefusedError as refusal:
            turns += 1
            if refusal.word != "size" or turns > _TURNS:
                raise
            start = refusal.number("size")
            if start < known.size:
                alarm = f"Central had lost journal lines that it signed for (it holds {start} of {known.size}); they were handed in again"
            continue
        folder.keep("receipts", size, receipt.note)
        store.keep_receipt(receipt)
        start = size
    if start > last:
        raise SyncError(
            f"Central holds {start} lines of this journal, this workstation only {last}",
            todo="An older copy of this workstation was restored: call the supervisor, a new epoch must be begun.",
        )
    return alarm


def _piece(
    folder: JournalFolder, start: int, checkpoints: Sequence[tuple[int, str]]
) -> tuple[int, str, list[bytes]]:
    """As many lines as fit one request, up to a checkpoint; at least those up to the next one."""
    due = [(size, note) for size, note in checkpoints if size > start]
    lines = folder.lines(start, due[-1][0])
    ends = list(itertools.accumulate(len(line) + 16 for line in lines))
    fitting = [(size, note) for size, note in due if ends[size - start - 1] <= _REQUEST_BYTES]
    size, note = fitting[-1] if fitting else due[0]
    return size, note, lines[: size - start]
