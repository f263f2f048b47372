"""The shared pool on the wire: cases come in from the centre, go out on lease to desks, and come back with what happened."""

from base64 import b64decode
from functools import lru_cache

from app.canonical import Value, decode, hexdigest
from app.central.intake import IntakeError
from app.central.pool_wire import read_attempts, read_fates, read_offered, read_wish
from app.central.registry import Message, Registry
from app.central.shared import LEASE, SharedPool
from app.errors import EvidenceError
from app.evidence.note import Verifier
from app.pulls import read_pull
from app.quotas import read_decision
from app.sample.calling import calling_plan
from app.sample.plan import Plan
from app.sample.pull import Fate
from app.sample.quota import named
from app.study.archive import unpack
from app.study.bundle import MANIFEST
from app.study.load import assemble
from app.withdrawal import read_entry


def pool_of(registry: Registry) -> SharedPool:
    """The cases that the desks share, by the rules of the study that is served."""
    return registry.index.pool(registry.plan or _plan(registry.stores.package()))


@lru_cache(maxsize=2)
def _plan(package: bytes) -> Plan:
    files = unpack(package)
    study = assemble({name: data for name, data in files.items() if name != MANIFEST})
    return calling_plan(study, rehearsal=study.rehearsal_only)


def add(registry: Registry, message: Message) -> dict[str, Value]:
    """The centre releases a replicate."""
    registry.centre(message)
    return {"added": pool_of(registry).add(read_offered(_document(message)), registry.clock.wall())}


def lease(registry: Registry, message: Message) -> dict[str, Value]:
    """A desk asks for cases, and says which it still has. lease: ms that all of them are its own; no time of day, because the desk's clock
    may be another."""
    desk, wish, now = _desk(registry, message), read_wish(_document(message)), registry.clock.wall()
    pool = pool_of(registry)
    kept = pool.renew(desk, wish.held, now)
    cases = pool.lease(desk, wish.caller, wish.want, now, wish.closed, wish.given)
    return {"cases": cases, "kept": kept, "lease": LEASE}


def settle(registry: Registry, message: Message) -> dict[str, Value]:
    """A desk tells what became of a case."""
    desk = _desk(registry, message)
    case, attempts = read_attempts(_document(message))
    pool_of(registry).settle(desk, case, attempts, registry.clock.wall())
    return {"settled": case}


def cells(registry: Registry, message: Message) -> dict[str, Value]:
    """A desk tells its quota counts and what became of cases that it was given; it hears the others' counts and of new such cases."""
    desk, document, now = _desk(registry, message), _document(message), registry.clock.wall()
    try:
        sealed = b64decode(document["counts"], validate=True)
    except (KeyError, TypeError, ValueError) as error:
        raise IntakeError(400, "body", "These are no quota counts") from error
    pool = pool_of(registry)
    given = pool.given(now)
    given.tell(desk, read_fates(document))
    told = {"barred": pool.barred_at(desk), "given": given.to(desk, now)}
    return {**pool.tell_cells(desk, sealed, now), **told}


def all_cells(registry: Registry, message: Message) -> dict[str, Value]:
    """The centre asks how full the cells are."""
    registry.centre(message)
    return pool_of(registry).cells(registry.clock.wall())


def decide(registry: Registry, message: Message) -> dict[str, Value]:
    """The centre hands in what a supervisor has decided about a cell. It is in central's log before any desk hears of it."""
    registry.centre(message)
    publisher = Verifier.parse(registry.index.setting("centre"))
    try:
        note = str(_document(message)["note"])
        decision = read_decision(note, registry.index.setting("study"), publisher)
    except (KeyError, EvidenceError) as error:
        raise IntakeError(400, "body", "This is no decision about a quota cell") from error
    pool = pool_of(registry)
    if note not in pool.cells(0)["decisions"]:
        told = {"cell": named(decision.cell), "open": int(decision.open), "sha256": hexdigest(note.encode())}
        registry.stores.log.append(registry.clock, "quota.cell", **told)
        pool.decide(note)
    return {}


def bar(registry: Registry, message: Message) -> dict[str, Value]:
    """The centre hands in who is not called any more, or again. Each stands in central's log before any desk hears of it, without the
    hash: the log is public. Answers with those who said so at desks."""
    registry.centre(message)
    publisher, study = Verifier.parse(registry.index.setting("centre")), registry.index.setting("study")
    try:
        notes = [str(note) for note in _document(message)["notes"]]
        told = [(note, *read_entry(note, study, publisher)) for note in notes]
    except (KeyError, TypeError, EvidenceError) as error:
        raise IntakeError(400, "body", "This is no decision about a number") from error
    pool, taken = pool_of(registry), 0
    for note, key, decision in told:
        if pool.is_new(key, decision):
            line = {"barred": int(decision.barred), "sha256": hexdigest(note.encode())}
            registry.stores.log.append(registry.clock, "donotcall", **line)
            pool.bar(key, decision, note)
            taken += 1
    return {"taken": taken, "withdrawn": pool.withdrawn()}


def give(registry: Registry, message: Message) -> dict[str, Value]:
    """The centre hands in that a supervisor gives a case to a desk. It is in central's log before any desk hears of it. The same note again
    changes nothing."""
    registry.centre(message)
    document, now = _document(message), registry.clock.wall()
    publisher, study = Verifier.parse(registry.index.setting("centre")), registry.index.setting("study")
    try:
        note, sealed = str(document["note"]), str(document["sealed"])
        pull = read_pull(note, sealed, study, publisher)
    except (KeyError, EvidenceError) as error:
        raise IntakeError(400, "body", "This is no decision about a case") from error
    given = pool_of(registry).given(now)
    known, wall = given.last(pull.case)
    if known == pull.sha256:
        return {}
    if pull.wall <= wall:
        raise IntakeError(409, "older", "A later decision about this case is here already")
    if pull.desk not in {each.name.partition(".")[0] for each in registry.index.devices()}:
        raise IntakeError(404, "desk", f"There is no desk {pull.desk}")
    if (obstacle := given.obstacle(pull, now)) is not None:
        holder = given.holder(pull.case, now)
        what = _ELSEWHERE.format(holder) if holder and obstacle is Fate.IN_HAND else obstacle.text
        raise IntakeError(409, "obstacle", what, fate=str(obstacle))
    line = {"case": pull.case, "desk": pull.desk, "sha256": pull.sha256}
    registry.stores.log.append(registry.clock, "case.give", **line)
    given.keep(pull, note, sealed)
    return {}


def all_given(registry: Registry, message: Message) -> dict[str, Value]:
    """The centre asks what became of the cases that were given to desks."""
    registry.centre(message)
    now = registry.clock.wall()
    return {"given": pool_of(registry).given(now).all(now)}


_ELSEWHERE = (
    "Not taken: desk {} has the case. Give it to that desk, or again when it has given the case back."
)

SMALL = {
    "/v1/pool/lease": lease,
    "/v1/pool/settle": settle,
    "/v1/pool/cells": cells,
    "/v1/pool/all-cells": all_cells,
    "/v1/pool/decisions": decide,
    "/v1/pool/do-not-call": bar,
    "/v1/pool/give": give,
    "/v1/pool/given": all_given,
}
"""Address → what answers there, where the requests are small."""


def _desk(registry: Registry, message: Message) -> str:
    """The desk, whatever epoch its keys are in: what it holds and has counted goes on over a renewal."""
    return registry.device(message).partition(".")[0]


def _document(message: Message) -> dict[str, Value]:
    try:
        return decode(message.body)
    except EvidenceError as error:
        raise IntakeError(400, "body", "The body is not canonical JSON") from error
