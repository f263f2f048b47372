"""The room's key: an age identity that the centre seals to each desk of a room. Central carries it and cannot open it."""

from collections.abc import Mapping

from app.canonical import decode, encode
from app.clock import Entropy
from app.evidence.age import Identity, Recipient, decrypt, encrypt
from app.evidence.seal import pad
from app.store import Store
from app.sync.client import Client

_ROOM = "pool.room"


def admit(centre: Client, desks: Mapping[str, str], room: Identity, entropy: Entropy) -> tuple[str, ...]:
    """As the centre: leave the room's key at central for these desks, sealed to each. desks: of enrolled(), for which central has just
    signed. Returns them (8 hex digits each); doing it again is harmless. Raises SyncError.

    Which desks there are only central says: a person must see their names, or a central that is not honest could name itself."""
    for desk, recipient in desks.items():
        centre.put_assignment(desk, encrypt(pad(_document(room)), [Recipient.parse(recipient)], entropy))
    return tuple(sorted(desks))


def room_key_of(client: Client, store: Store, own: Identity) -> Identity | None:
    """The room's key: as kept, or as it waits at central sealed to this device; None while the centre has not given it."""
    text = store.setting(_ROOM)
    if not text and (sealed := client.assignment()):
        opened = decode(decrypt(sealed, [own]).rstrip())
        if opened.get("kind") == "room":
            text = str(opened.get("key", ""))
            Identity.parse(text)  # before it is kept
            store.set_setting(_ROOM, text)
    return Identity.parse(text) if text else None


def _document(room: Identity) -> bytes:
    return encode({"v": 1, "kind": "room", "key": room.export()})
