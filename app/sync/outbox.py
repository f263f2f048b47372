"""What is due for central, and one round of bringing it there: objects, then journal lines, then the manifest of both.

The order makes every stop harmless: central takes lines only when the objects they name are there, and an object counts as
sent only with central's signature under the manifest that names it. A round that is cut short is simply run again.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.errors import SyncError
from app.losses import lost
from app.store import Parcel, Receipt, Store
from app.sync.client import Client, RefusedError
from app.sync.parcel import JournalFolder, checkpoint_in, file_batch, file_receipt, manifest

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
    """What a round achieved. objects: sealed files that central signed for; events: journal lines that it took; receipt: the newest."""

    objects: int
    events: int
    receipt: Receipt | None


def sync_once(
    store: Store,
    journal: Path,
    client: Client,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Synced:
    """One round. journal: the epoch's folder. progress may raise to stop: the next round goes on from there. What central has lost is in
    the store (losses.py) before it is handed in again.

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
    store: Store,
    folder: JournalFolder,
    client: Client,
    progress: Callable[[Progress], None],
) -> Synced:
    checkpoints = folder.checkpoints()
    parcels = store.pending()
    _send_objects(parcels, client, progress)
    if not checkpoints:
        return Synced(0, 0, None)
    origin = checkpoint_in(checkpoints[-1][1]).origin
    before = store.last_receipt(origin)
    held = before.size if before else 0
    _send_journal(store, folder, held, checkpoints, client)
    note = manifest(store, checkpoints[-1][1], parcels, client.signer)
    events = 0
    if note is not None:
        batch = file_batch(store, folder, client.put_batch(note))
        events = batch.size - batch.start
    return Synced(len(parcels), events, store.last_receipt(origin))


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
    held: int,
    checkpoints: Sequence[tuple[int, str]],
    client: Client,
) -> None:
    """Hand in the lines behind the first `held`, for which there is a receipt."""
    start, last = held, checkpoints[-1][0]
    turns = 0
    while start < last:
        size, note, lines = _piece(folder, start, checkpoints)
        try:
            receipt = client.append(start, lines, note)
        except RefusedError as refusal:
            turns += 1
            if refusal.word != "size" or turns > _TURNS:
                raise
            start = refusal.number("size")
            if start < held:
                lost(store, start, held)
            continue
        file_receipt(store, folder, receipt)
        start = size
    if start > last:
        raise SyncError(
            f"Central holds {start} lines of this journal, this workstation only {last}",
            todo="An older copy of this workstation was restored: call the supervisor, then begin a new epoch: `fangxin sync renew`.",
        )


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
