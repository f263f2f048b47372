"""A workstation whose state was lost or restored goes on under a new epoch: a new signing key, a new journal, and its first line says
why, and what central had signed for when it began. Restored state that signs on as if nothing had happened would be a fork."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from pathlib import Path

from app.canonical import Value, decode, hexdigest
from app.errors import EvidenceError, SyncError
from app.evidence.durable import storage_errors
from app.evidence.lines import lines
from app.evidence.note import Checkpoint, Verifier
from app.store import Store
from app.sync.client import Client
from app.sync.parcel import countersigned_text

RENEW = "Call the supervisor, run `fangxin sync renew --reason restored`, and enrol again with a new code."
"""What a person does then."""


class Reason(StrEnum):
    """Why an epoch ends."""

    RESTORED = "restored"
    """From a backup, a snapshot or a disk image."""
    REINSTALLED = "reinstalled"
    DAMAGED = "damaged"
    """The journal or a file of it does not hold any more."""
    FORKED = "forked"
    """Central has refused a second history."""
    KEY = "key"
    """The signing key may be known to others."""


@dataclass(frozen=True, slots=True)
class Succession:
    """What the first line of the new epoch says about the one before it. size: lines that central had signed for, 0 = none;
    receipt: SHA-256 (hex) of that receipt, "" = none."""

    reason: str
    previous: str
    size: int
    receipt: str

    @property
    def fields(self) -> dict[str, Value]:
        """As they stand in epoch.new."""
        return {
            "reason": self.reason,
            "previous": self.previous,
            "previous_size": self.size,
            "previous_receipt": self.receipt,
        }


def succession(client: Client, reason: Reason, central: Sequence[Verifier]) -> Succession:
    """Ask central, under the old key, how much of the old journal it has signed for. SyncError when it cannot be reached or its answer is
    no receipt: then nothing may begin, or nobody would know where the old history ended."""
    note, size = _signed_for(client, central)
    return Succession(reason, client.key_id, size, hexdigest(note) if note else "")


def refuse_restored(client: Client, journal: Path, central: Sequence[Verifier]) -> None:
    """SyncError when central has signed for more lines than this workstation has: an older copy of it was restored. Asked before anything
    is handed in, it is found before a single call makes a fork of it. journal: the epoch's folder."""
    _, size = _signed_for(client, central)
    if not size:
        return
    here = 0
    with storage_errors(journal), suppress(FileNotFoundError), (journal / "journal.jsonl").open("rb") as file:
        here = sum(1 for _ in file)
    if here < size:
        raise SyncError(
            f"Central has signed for {size} lines of this workstation's journal, but {here} are here: an older copy was restored",
            where=str(journal),
            todo=RENEW,
        )


def _signed_for(client: Client, central: Sequence[Verifier]) -> tuple[bytes, int]:
    """Central's newest receipt for this journal and how many lines it is over; nothing and 0 when there is none."""
    note = client.fetch(f"/v1/journals/{client.key_id}")
    if not note:
        return b"", 0
    try:
        text = countersigned_text(note, client.signer.verifier, central)
        if text is None:
            raise EvidenceError("one of the two signatures is missing")
        return note, Checkpoint.parse(text).size
    except EvidenceError as error:
        raise SyncError(f"The answer is no receipt of this study's central: {error.what}") from error


def left_behind(journal: Path) -> int:
    """Calls in an epoch's lines for which no receipt is here. When the epoch ends because it was restored or forked, central will not take
    these lines into its journal. journal: the epoch's folder."""
    with storage_errors(journal), suppress(FileNotFoundError):
        signed = max(
            (int(path.stem) for path in (journal / "receipts").glob("*.note") if path.stem.isdecimal()),
            default=0,
        )
        path = journal / "journal.jsonl"
        with path.open("rb") as file, suppress(EvidenceError):
            return sum(
                decode(line).get("type") == "dial.start" for line in islice(lines(file, path), signed, None)
            )
    return 0


def from_store(store: Store, name: str, origin: str, reason: Reason) -> Succession:
    """The same from this workstation's own memory: for a site that hands in by stick only."""
    receipt = store.last_receipt(origin)
    return Succession(
        reason, name, receipt.size if receipt else 0, hexdigest(receipt.note.encode()) if receipt else ""
    )
