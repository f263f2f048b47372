"""Which desks a room has: central's list, with its signature over this very list and a number that nobody could foresee.

Only central says which desks there are, and the room's key is sealed to each. Who sits at a mistyped address or on the way to the
right one could otherwise name a desk of his own."""

from app.canonical import decode, hexdigest
from app.clock import Entropy
from app.errors import SyncError
from app.evidence.note import sign
from app.sync.client import Client
from app.sync.parcel import NotCentralError


def roll_text(nonce: str, listing: bytes) -> str:
    """What the centre signs and central countersigns. nonce: 32 hex digits; listing: central's list as it came."""
    return f"fangxin desks v1\n{nonce}\n{hexdigest(listing)}\n"


def enrolled(centre: Client, entropy: Entropy) -> dict[str, str]:
    """As the centre: every enrolled desk (8 hex digits) → its newest recipient. Raises SyncError, also when who answers has not the key
    that was given as central's."""
    listing = centre.fetch("/v1/devices")
    note = sign(roll_text(entropy(16).hex(), listing), centre.signer)
    try:
        centre.countersigned("/v1/devices", note)
    except NotCentralError as error:
        raise SyncError(
            "Who answers there does not hold the key that was given as central's, so nothing was sent",
            where=error.where,
            todo="Look at the address and at the key.",
        ) from error
    epochs = sorted(decode(listing)["devices"], key=lambda each: int(each["name"].partition(".")[2]))
    return {str(each["name"]).partition(".")[0]: str(each["recipient"]) for each in epochs}
