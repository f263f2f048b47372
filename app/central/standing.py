"""How the shared pool stands, for those who look on: read beside a running central, nothing is changed. No number can be read here, and
no count without the room's key."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from app.canonical import Value, decode
from app.central.pages import open_to_read
from app.central.shared import cells_told
from app.sample.case import Attempt, Case, State
from app.store_schema import storage_faults

_TABLES = {"pool_cases", "pool_cells", "pool_decisions"}


@dataclass(frozen=True, slots=True)
class Standing:
    """cases: of the released replicates, with every call that the desks have settled; a number is only "0" (landline) or "1" (mobile).
    told: the desks' sealed counts and the signed decisions about cells, as a request for them is answered (shared.cells_told)."""

    cases: tuple[Case, ...] = ()
    told: Mapping[str, Value] = field(default_factory=lambda: {"counts": [], "decisions": []})


def standing(folder: Path, now: int) -> Standing | None:
    """The pool in central's folder at `now` (ms wall); None where there is none: a copy of the archive, or desks with lists of their own.
    Raises StorageError when the disk refuses."""
    path = folder / ".central" / "index.db"
    if not path.is_file():
        return None
    with closing(open_to_read(path)) as database, storage_faults(path):
        if not set(database.table_names()) >= _TABLES:
            return None
        rows = list(database.query("SELECT * FROM pool_cases ORDER BY ticket, id"))  # central waits meanwhile
        told = cells_told(database, now)
    cases = tuple(map(_case, rows))
    return Standing(cases, told) if cases or any(told.values()) else None


def _case(row: Mapping[str, object]) -> Case:
    attempts = tuple(Attempt.of(values) for values in decode(f'{{"a":{row["attempts"]}}}'.encode())["a"])
    state = State.OPEN if attempts else State.FRESH
    number = "1" if row["mobile"] else "0"
    return Case(str(row["id"]), str(row["ticket"]), number, str(row["unit"]), attempts, state)
