"""A desk's share of a pool that many desks draw from: leased from central, settled when called. The numbers are opened here only.

room key   an age identity that every desk of the room was given sealed; central never has it
lease      central's best cases for this interviewer, their numbers sealed to the room
settle     what was done; told until central has it, and then once more changes nothing
"""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from app.canonical import Value, decode, encode, keyed
from app.clock import Entropy
from app.errors import SyncError
from app.evidence.age import Identity, Recipient, decrypt, encrypt
from app.quotas import Quotas
from app.sample.case import Attempt, Case, State
from app.sample.plan import Caller
from app.store import Store
from app.sync.client import Client

_HELD, _ROOM = "pool.held", "pool.room"


def offer(cases: Iterable[Case], room: Recipient, key: bytes, entropy: Entropy) -> dict[str, Value]:
    """A released replicate as the centre hands it in. room: public half of the room key. key: of the numbers' hashes."""
    return {
        "v": 1,
        "cases": [
            {
                "case": case.id,
                "ticket": case.ticket,
                "unit": case.unit,
                "mobile": 1 if case.mobile else 0,
                "key": keyed(key, case.number.encode()).hex()[:32],
                "sealed": base64.b64encode(encrypt(case.number.encode(), [room], entropy)).decode(),
            }
            for case in cases
        ],
    }


@dataclass(frozen=True, slots=True)
class Round:
    """What a round with the pool did. settled: cases told. leased: cases taken. on_hand: cases to call now."""

    settled: int
    leased: int
    on_hand: int


def room_document(room: Identity) -> bytes:
    """The room key as a sealed assignment holds it."""
    return encode({"v": 1, "kind": "room", "key": room.export()})


def room_of(client: Client, store: Store, own: Identity) -> Identity | None:
    """The room's key: as kept, or as it waits at central sealed to this device; None when this desk draws from no pool."""
    text = store.setting(_ROOM)
    if not text and (sealed := client.assignment()):
        opened = decode(decrypt(sealed, [own]).rstrip())
        if opened.get("kind") == "room":
            text = str(opened["key"])
            store.set_setting(_ROOM, text)
    return Identity.parse(text) if text else None


def pool_round(
    client: Client, store: Store, room: Identity, caller: Caller, quotas: Quotas, keep: int
) -> Round:
    """Settle what was called, exchange quota counts, and have `keep` cases on hand again. Raises SyncError."""
    settled = settle(client, store, room)
    heard = client.post("/v1/pool/cells", {"v": 1, "done": quotas.done(), "running": {}})
    quotas.heard(heard["done"], heard["running"])
    wanted = keep - on_hand(store)
    leased = lease(client, store, room, caller, wanted) if wanted > 0 else 0
    return Round(settled, leased, on_hand(store))


def lease(
    client: Client, store: Store, room: Identity, caller: Caller, want: int, closed: Iterable[str] = ()
) -> int:
    """Take cases from the pool into this desk's store. Returns how many. Raises SyncError; then nothing was taken in, and what central
    leased falls back by itself."""
    asked: dict[str, Value] = {
        "v": 1,
        "want": want,
        "closed": sorted(closed),
        "caller": {
            "id": pseudonym(room, caller.id),
            "skills": sorted(caller.skills),
            "shuns": sorted(caller.shuns),
            "knows": sorted(caller.knows),
        },
    }
    answer = client.post("/v1/pool/lease", asked)
    try:
        cases = [_opened(document, room) for document in answer["cases"]]
    except (KeyError, TypeError, ValueError) as error:
        raise SyncError("This is not central's answer to a request for cases") from error
    with store.together():
        held = _held(store)
        for case in cases:
            store.save_case(case)
            held[case.id] = len(case.attempts)
        store.set_setting(_HELD, encode(held).decode())
    return len(cases)


def settle(client: Client, store: Store, room: Identity) -> int:
    """Tell central what became of the cases that were called. Returns how many. Raises SyncError; what was not told is told next time."""
    told = 0
    for identity, known in _held(store).items():
        case = store.case(identity)
        fresh = case.attempts[known:]
        if not fresh or case.state is State.RESUMABLE:
            continue
        calls = [replace(call, by=pseudonym(room, call.by)).to_list() for call in fresh]
        client.post("/v1/pool/settle", {"v": 1, "case": identity, "attempts": calls})
        with store.together():
            store.save_case(case.closed())  # central has it again; this desk hands it out no more
            store.set_setting(
                _HELD, encode({k: n for k, n in _held(store).items() if k != identity}).decode()
            )
        told += 1
    return told


def on_hand(store: Store) -> int:
    """Leased cases that this desk has not called yet."""
    held = _held(store)
    return sum(len(store.case(identity).attempts) == known for identity, known in held.items())


def _opened(document: Mapping[str, Value], room: Identity) -> Case:
    number = decrypt(base64.b64decode(document["sealed"]), [room]).decode()
    attempts = tuple(Attempt.of(values) for values in document["attempts"])
    state = State.OPEN if attempts else State.FRESH
    return Case(document["case"], document["ticket"], number, document["unit"], attempts, state)


def _held(store: Store) -> dict[str, int]:
    return {str(k): int(n) for k, n in decode(store.setting(_HELD, "{}").encode()).items()}


def pseudonym(room: Identity, person: str) -> str:
    """Central tells interviewers apart, and does not learn who they are."""
    return keyed(room.export().encode(), person.encode()).hex()[:16] if person else ""
