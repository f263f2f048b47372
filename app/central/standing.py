"""How the shared pool stands, for those who look on: read beside a running central, nothing is changed. No number can be read here."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from app.canonical import decode
from app.central.shared import LEASE
from app.sample.case import Attempt, Case, State
from app.sample.cells import cell_of
from app.sample.quota import Cell
from app.store_schema import Database, connect_to_read, storage_faults


@dataclass(frozen=True, slots=True)
class Standing:
    """cases: of the released replicates, with every call that the desks have settled; a number is only "0" (landline) or "1" (mobile).
    done, running: interviews of each quota cell, as the desks have told."""

    cases: tuple[Case, ...] = ()
    done: Mapping[Cell, int] = field(default_factory=dict)
    running: Mapping[Cell, int] = field(default_factory=dict)


def standing(folder: Path, now: int) -> Standing | None:
    """The pool in central's folder at `now` (ms wall); None where there is none: a copy of the archive, or desks with lists of their own.
    Raises StorageError when the disk refuses."""
    path = folder / ".central" / "index.db"
    if not path.is_file():
        return None
    with closing(connect_to_read(path)) as database, storage_faults(path):
        if not {"pool_cases", "pool_cells"} <= set(database.table_names()):
            return None
        cases = tuple(_case(row) for row in database.query("SELECT * FROM pool_cases ORDER BY ticket, id"))
        done = _summed(database, "done", 0)
        return Standing(cases, done, _summed(database, "running", now - LEASE)) if cases or done else None


def _case(row: Mapping[str, object]) -> Case:
    told = decode(f'{{"a":{row["attempts"]}}}'.encode())["a"]
    number = "1" if row["mobile"] else "0"
    attempts = tuple(Attempt.of(values) for values in told)
    return Case(
        str(row["id"]), str(row["ticket"]), number, str(row["unit"]), attempts, State(str(row["state"]))
    )


def _summed(database: Database, what: str, since: int) -> dict[Cell, int]:
    sums: dict[Cell, int] = {}
    for row in database.query("SELECT * FROM pool_cells WHERE wall > ?", [since]):
        for text, n in decode(row[what].encode()).items():
            cell = cell_of(text)
            sums[cell] = sums.get(cell, 0) + int(n)
    return sums
