"""A desk's share of a pool that many desks draw from: leased from central, settled when called. The numbers are opened here only.

room key   an age identity that every desk of the room was given sealed (room_key.py); central never has it
lease      central's best cases for this interviewer, their numbers and columns sealed to the room; a desk that is heard of keeps them
settle     what was done, or that nothing was; told until central has it, and then once more changes nothing
given      what a supervisor gave to this desk comes first, by the centre's signed note; what became of it is told
cells      each desk's quota counts, sealed to the room and marked with its key: central could neither read nor write them
"""

import base64
import binascii
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from app.canonical import Value, decode, keyed
from app.clock import Clock, Entropy
from app.errors import EvidenceError, SealError, SyncError
from app.evidence.age import Identity, decrypt
from app.evidence.note import Verifier
from app.leases import Lease, held, hold, let_go, on_hand, owed, settled
from app.pulls import Pulls
from app.queue_order import never_full
from app.quotas import Quotas, read_decision
from app.sample.case import Attempt, Case, State
from app.sample.plan import Caller
from app.store import Store
from app.sync.client import Client
from app.sync.pool_counts import opened_counts, seal_counts
from app.sync.pool_pulls import take_in
from app.withdrawal import read_entry

_NUMBER = "pool.number."
_ASKED = 10
"""Requests for cases in one round while what comes lies in full cells."""
MOST = 20
"""Cases that a desk may have on hand; central gives no more at once."""


@dataclass(frozen=True, slots=True)
class Room:
    """What a desk needs of its room. key: opens numbers and counts. people: ids of the roster, by whom calls are known again.
    publisher: signs what is decided about quota cells. study: its id."""

    key: Identity
    people: tuple[str, ...]
    publisher: Verifier
    study: str

    def alias(self, person: str) -> str:
        """Central tells interviewers apart, and does not learn who they are."""
        return pseudonym(self.key, person)

    def name(self, alias: str) -> str:
        """The person again; the alias when nobody of the roster has it."""
        return next((person for person in self.people if self.alias(person) == alias), alias)


@dataclass(frozen=True, slots=True)
class Round:
    """What a round with the pool did. settled: cases told. leased: cases taken. on_hand: cases to call now."""

    settled: int
    leased: int
    on_hand: int


def pool_round(
    client: Client,
    store: Store,
    room: Room,
    caller: Caller,
    quotas: Quotas,
    clock: Clock,
    entropy: Entropy,
    keep: int,
) -> Round:
    """Settle what was called, exchange quota counts, and have `keep` cases on hand again; with 0 what was not called goes back. Raises
    SyncError."""
    let_go(store, clock.wall())
    # First: what was called is let go only when central can be reached.
    pulls = tell(client, store, room, quotas, clock, entropy)
    refusing = quotas.refusing()
    surplus = on_hand(store, refusing)[max(keep, MOST) :]  # a cell that has opened again
    let_go(store, clock.wall(), called=True, all_=not keep, also=[*surplus, *_of_his_own(store, caller)])
    told = settle(client, store, room)
    county = "county"
    units = {
        code for quota in quotas.quotas for cell in quota.targets for name, code in cell if name == county
    }
    closed = quotas.full_units(county, units)
    given = pulls.wanted(clock.wall()) if keep else ()
    leased = lease(client, store, room, caller, keep, clock, closed, refusing, given)
    told += settle(client, store, room)  # what lease() let go again
    return Round(told, leased, len(on_hand(store, refusing)))


def tell(client: Client, store: Store, room: Room, quotas: Quotas, clock: Clock, entropy: Entropy) -> Pulls:
    """The part of a round that may go beside a call: quota counts both ways, and what people have decided. Raises SyncError."""
    pulls = Pulls(store)
    fates = pulls.untold()
    heard = exchange(client, room, quotas, entropy, fates)
    heed(store, room, heard)
    _take_pulls(pulls, room, heard, client.desk, clock.wall())
    pulls.told(fates)
    return pulls


def lease(
    client: Client,
    store: Store,
    room: Room,
    caller: Caller,
    keep: int,
    clock: Clock,
    closed: Iterable[str] = (),
    refusing: Callable[[str], bool] = never_full,
    given: Collection[str] = (),
) -> int:
    """Keep what this desk holds, and take cases from the pool into its store until `keep` are on hand. closed: units whose quota cells are
    full. refusing: what Quotas.refusing() says; a case of a full cell is kept and not called, because only this room's desks can tell, and
    another is asked for. given: cases that a supervisor gave to this desk, asked for beside. A case whose number the caller is never given
    is let go at once, and central is told not to give it to him again: only here is it seen. Returns how many were taken. Raises SyncError;
    what central leased and was not taken in falls back by itself."""
    taken = 0
    for _ in range(_ASKED):
        want = max(0, keep - len(on_hand(store, refusing)))
        fresh = _lease(client, store, room, caller, want, clock, closed, given)
        taken += len(fresh)
        own = _of_his_own(store, caller)
        let_go(store, clock.wall(), also=own)
        if not own and not any(refusing(store.known_of(case)) for case in fresh):
            break
    return taken


def _lease(
    client: Client,
    store: Store,
    room: Room,
    caller: Caller,
    want: int,
    clock: Clock,
    closed: Iterable[str],
    given: Collection[str],
) -> list[str]:
    began, before = clock.wall(), held(store)
    asked: dict[str, Value] = {
        "v": 1,
        "want": want,
        "held": sorted(before),
        "closed": sorted(closed),
        "given": sorted(set(given) - set(before)),
        "caller": {
            "id": room.alias(caller.id),
            "skills": sorted(caller.skills),
            "shuns": sorted(caller.shuns),
            "knows": sorted(_known_to_central(store, caller)),
        },
    }
    answer = client.post("/v1/pool/lease", asked)
    try:
        until, kept = began + int(answer["lease"]), {str(case) for case in answer["kept"]}
        taken = [_opened(document, room) for document in answer["cases"]]
    except (KeyError, TypeError, ValueError, binascii.Error, EvidenceError, SealError) as error:
        raise SyncError("This is not central's answer to a request for cases") from error
    with store.together():
        ends = {case: until if case in kept else began for case in before}  # central gave the others away
        leases = {case: Lease(n.attempts, ends.get(case, n.until)) for case, n in held(store).items()}
        for case, columns, key in taken:
            store.put_columns({case.id: columns})
            store.save_case(case)
            store.set_setting(_NUMBER + case.id, key)
            leases[case.id] = Lease(len(case.attempts), until)
        hold(store, leases)
    return [case.id for case, *_ in taken]


def exchange(
    client: Client, room: Room, quotas: Quotas, entropy: Entropy, fates: Sequence[Sequence[str]] = ()
) -> dict[str, Value]:
    """Tell this desk's quota counts, take in those of the others and what was decided. fates: [note, what became of it] of cases that were
    given to this desk. Returns all that central said. Raises SyncError."""
    own = {"done": quotas.done(), "running": quotas.running()}
    told = {
        "counts": seal_counts(own, client.desk, room.key, entropy),
        "fates": [list(each) for each in fates],
    }
    heard = client.post("/v1/pool/cells", {"v": 1, **told})
    try:
        done, running = opened_counts(heard, room.key)
        decisions = [read_decision(str(note), room.study, room.publisher) for note in heard["decisions"]]
    except (KeyError, TypeError, ValueError, EvidenceError) as error:
        raise SyncError("What central says of the quota cells does not hold", todo=_STEERED) from error
    quotas.heard(done, running)
    quotas.decided(decisions)
    return heard


def heed(store: Store, room: Room, heard: Mapping[str, Value]) -> None:
    """Whoever does not want to be called is not called here any more: the centre's notes about cases that this desk has. Raises SyncError
    when one is not the centre's, or is about another number."""
    try:
        for each in heard.get("barred", ()):
            key, decision = read_entry(str(each["note"]), room.study, room.publisher)
            if key != (
                store.setting(_NUMBER + each["case"]) or key
            ):  # not known of a case that was taken long ago
                raise EvidenceError("This decision is about another number")
            store.bar(each["case"], decision)
    except (KeyError, TypeError, EvidenceError) as error:
        raise SyncError("What central says of the do-not-call list does not hold", todo=_STEERED) from error


def _take_pulls(pulls: Pulls, room: Room, heard: Mapping[str, Value], desk: str, now: int) -> None:
    try:
        take_in(pulls, heard.get("given", []), (room.study, room.publisher, room.key), desk, now)
    except (TypeError, AttributeError, EvidenceError) as error:
        raise SyncError(
            "What central says of cases given to this desk does not hold", todo=_STEERED
        ) from error


def settle(client: Client, store: Store, room: Room) -> int:
    """Tell central what became of the cases that were let go. Returns how many. Raises SyncError; what was not told is told next time."""
    told = 0
    for identity, known in owed(store).items():
        made = store.case(identity).attempts
        calls = [replace(call, by=room.alias(call.by)).to_list() for call in made[known:]]
        answer = client.post("/v1/pool/settle", {"v": 1, "case": identity, "attempts": calls})
        if answer.get("settled") != identity:
            raise SyncError("This is not central's answer to a settled case")
        with store.together():
            if (
                store.case(identity).attempts == made
            ):  # else it was corrected meanwhile, and is told once more
                settled(store, identity)
        told += 1
    return told


def _of_his_own(store: Store, caller: Caller) -> list[str]:
    """Cases on hand here whose number this person is never given: they would lie until their leases end."""
    met = {case for key in caller.knows for case in store.by_number(key)}
    return [case for case in on_hand(store) if case in met]


def _known_to_central(store: Store, caller: Caller) -> set[str]:
    """Hashes, as the pool has them, of the numbers this person is never given, as far as their cases were ever opened here. A desk's own
    hashes are under its own key and say nothing to central; and to hash a number as the pool does, it has not the centre's key."""
    cases = (case for key in caller.knows for case in store.by_number(key))
    return {key for case in cases if (key := store.setting(_NUMBER + case))}


def _opened(document: Mapping[str, Value], room: Room) -> tuple[Case, dict[str, str], str]:
    known = decode(decrypt(base64.b64decode(document["sealed"]), [room.key]).rstrip())
    attempts = tuple(Attempt.of(values) for values in document["attempts"])
    attempts = tuple(replace(call, by=room.name(call.by)) for call in attempts)
    state = State.OPEN if attempts else State.FRESH
    case = Case(document["case"], document["ticket"], str(known["number"]), document["unit"], attempts, state)
    columns = {str(name): str(text) for name, text in known["columns"].items()}
    return case, columns, str(known.get("key", ""))


def pseudonym(room: Identity, person: str) -> str:
    """Central tells interviewers apart, and does not learn who they are."""
    return keyed(room.export().encode(), person.encode()).hex()[:16] if person else ""


_STEERED = "Nothing was taken over. Tell the supervisor: a room key or a study was changed, or central is not honest."
