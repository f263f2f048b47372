"""The shared pool on the wire: cases come in from the centre, go out on lease to desks, and come back with what happened."""

from functools import lru_cache

from app.canonical import Value, decode
from app.central.intake import IntakeError
from app.central.registry import Message, Registry
from app.central.shared import SharedPool, read_attempts, read_caller, read_offered
from app.errors import EvidenceError
from app.sample.calling import calling_plan
from app.sample.plan import Plan
from app.study.archive import unpack
from app.study.bundle import MANIFEST
from app.study.load import assemble


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
    """A desk asks for cases."""
    device = registry.device(message)
    caller, want, closed = read_caller(_document(message))
    return {"cases": pool_of(registry).lease(device, caller, want, registry.clock.wall(), closed)}


def settle(registry: Registry, message: Message) -> dict[str, Value]:
    """A desk tells what became of a case."""
    device = registry.device(message)
    case, attempts = read_attempts(_document(message))
    pool_of(registry).settle(device, case, attempts, registry.clock.wall())
    return {}


def cells(registry: Registry, message: Message) -> dict[str, Value]:
    """A desk tells its quota counts and hears those of the others."""
    device, document = registry.device(message), _document(message)
    try:
        done, running = ({str(k): int(n) for k, n in document[name].items()} for name in ("done", "running"))
    except (KeyError, AttributeError, TypeError, ValueError) as error:
        raise IntakeError(400, "body", "These are no quota counts") from error
    return pool_of(registry).tell_cells(device, done, running, registry.clock.wall())


def _document(message: Message) -> dict[str, Value]:
    try:
        return decode(message.body)
    except EvidenceError as error:
        raise IntakeError(400, "body", "The body is not canonical JSON") from error
