"""A workstation whose state was lost or restored goes on under a new epoch: a new signing key, a new journal, and its first line says
why, and what central had signed for when it began. Restored state that signs on as if nothing had happened would be a fork."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.canonical import Value, hexdigest
from app.errors import EvidenceError, SyncError
from app.evidence.note import Verifier, open_note
from app.store import Store
from app.sync.client import Client
from app.sync.parcel import checkpoint_in, countersigned_text


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
    note = client.fetch(f"/v1/journals/{client.key_id}")
    if not note:
        return Succession(reason, client.key_id, 0, "")
    try:
        if countersigned_text(note, client.signer.verifier, central) is None:
            raise EvidenceError("one of the two signatures is missing")
        point = checkpoint_in(open_note(note, [client.signer.verifier]).text + "\n")
    except EvidenceError as error:
        raise SyncError(f"The answer is no receipt of this study's central: {error.what}") from error
    return Succession(reason, client.key_id, point.size, hexdigest(note))


def from_store(store: Store, name: str, origin: str, reason: Reason) -> Succession:
    """The same from this workstation's own memory: for a site that hands in by stick only."""
    receipt = store.last_receipt(origin)
    return Succession(
        reason, name, receipt.size if receipt else 0, hexdigest(receipt.note.encode()) if receipt else ""
    )
