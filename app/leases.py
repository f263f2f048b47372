"""Which of this desk's cases belong to the room's pool, and how long. A lease ends here before it ends at central: what may be another
desk's by then is not dialled. Empty at a desk that draws from no pool."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from app.canonical import decode, encode
from app.queue_order import never_full
from app.sample.case import Case
from app.store import Store

_HELD, _OWED = "pool.leases", "pool.owed"


@dataclass(frozen=True, slots=True)
class Lease:
    """attempts: how many calls the case had when it was leased. until: ms wall, by this desk's clock."""

    attempts: int
    until: int


def held(store: Store) -> dict[str, Lease]:
    """Case → lease."""
    stored = decode(store.setting(_HELD, "{}").encode())
    return {str(case): Lease(int(attempts), int(until)) for case, (attempts, until) in stored.items()}


def hold(store: Store, leases: Mapping[str, Lease]) -> None:
    """These and no others."""
    rows = {case: [lease.attempts, lease.until] for case, lease in leases.items()}
    store.set_setting(_HELD, encode(rows).decode())


def owed(store: Store) -> dict[str, int]:
    """Cases that were let go and central has not heard of yet → how many calls they had when they were leased."""
    return {str(case): int(n) for case, n in decode(store.setting(_OWED, "{}").encode()).items()}


def settled(store: Store, case: str) -> None:
    """Central has heard of it."""
    store.set_setting(_OWED, encode({k: n for k, n in owed(store).items() if k != case}).decode())


def let_go(
    store: Store, now: int, *, called: bool = False, all_: bool = False, also: Collection[str] = ()
) -> None:
    """Cases whose lease is over are handed out here no more, and owed to central. Never one in hand: its resident is on the telephone.
    called: also those that were called since, but for an interview that has begun: its answers lie here, and whoever asked for a call in
    half an hour should not be asked everything again. all_: also those that nobody has called yet, and begun ones; also: these. Raises
    StorageError."""
    for identity, lease in held(store).items():
        over = lease.until <= now
        if not (over or all_ or identity in also or (called and _over(store, identity, lease))):
            continue
        with store.together():
            if store.take_out(identity, cut_off=over) is not None:
                store.set_setting(_OWED, encode({**owed(store), identity: lease.attempts}).decode())
                hold(store, {case: left for case, left in held(store).items() if case != identity})


def owe_again(store: Store, case: str, known: int) -> None:
    """A call of a case was corrected: central hears of it anew, from the known-th call on, where it was or will be told of it."""
    if case not in held(store) and store.setting(f"pool.number.{case}"):
        most = min(known, owed(store).get(case, known))
        store.set_setting(_OWED, encode({**owed(store), case: most}).decode())


def on_hand(store: Store, refusing: Callable[[str], bool] = never_full) -> tuple[str, ...]:
    """Leased cases that this desk can call and has not called yet, in the order of their tickets. refusing: says of what is known of a
    case that its quota cell is full; such a case lies here until there is a place again."""
    cases = [(store.case(identity), lease) for identity, lease in held(store).items()]
    ready = [
        case for case, lease in cases if not _called(case, lease) and not refusing(store.known_of(case.id))
    ]
    return tuple(case.id for case in sorted(ready, key=lambda case: (case.ticket, case.id)))


def _over(store: Store, case: str, lease: Lease) -> bool:
    """It was called, and nobody here has a reason to call it again."""
    return _called(store.case(case), lease) and store.interview_of(case) is None


def _called(case: Case, lease: Lease) -> bool:
    return len(case.attempts) > lease.attempts
