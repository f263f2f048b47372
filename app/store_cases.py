"""The cases of the desk's memory, and the queue that follows them: one transaction changes both."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from app.canonical import Value, decode, encode, hexdigest
from app.errors import StorageError
from app.pool import LEASED, Pool
from app.queue_people import Bar
from app.sample.case import Attempt, Case, State
from app.sample.plan import Plan
from app.store_schema import Database, storage_faults

Keyed = Callable[[str], str]
"""Number → keyed hash (hex), by which a number is known without being written down."""

_PLAN = "queue.plan"


_ALL = "SELECT * FROM cases"
_LEASED = 'SELECT cases.* FROM cases JOIN queue ON queue."case" = cases.id WHERE queue.stage = 11'


def _unkeyed(_: str) -> str:
    return ""


class CaseTable:
    """What store.py builds on: the file, its settings, its cases."""

    def __init__(self, database: Database, path: Path) -> None:
        self._database, self._path = database, path
        self._pool: Pool | None = None
        self._keyed: Keyed = _unkeyed

    # Cases

    def put_cases(self, cases: Iterable[Case]) -> None:
        """Take cases of an assignment in. One that is known already stays as it is: its attempts are newer."""
        with self._transaction():
            for case in cases:
                done = self._database.execute(
                    f"INSERT INTO cases {_CASE} ON CONFLICT (id) DO NOTHING", _case_row(case)
                )
                if done.rowcount:
                    self._queue(case)

    def put_columns(self, columns: Mapping[str, Mapping[str, str]]) -> None:
        """What the sample knows of its cases beforehand: case id → column → text. Before the cases themselves: the queue reads it."""
        with self._transaction():
            for case, known in columns.items():
                self.set_setting(f"columns.{case}", encode(dict(known)).decode())

    def columns_of(self, case: str) -> Mapping[str, str]:
        """What the sample knows of a case beforehand."""
        return {
            str(name): str(text)
            for name, text in decode(self.setting(f"columns.{case}", "{}").encode()).items()
        }

    def known_of(self, case: str) -> str:
        """What of it decides about quota cells: canonical JSON, variable → code; "" = nothing, or no queue is followed."""
        names = self._pool.plan.variables if self._pool is not None else ()
        columns = self.columns_of(case) if names else {}
        known = {name: columns[name] for name in names if columns.get(name)}
        return encode(known).decode() if known else ""

    def save_case(self, case: Case) -> None:
        """Write a case as it stands now."""
        with self._transaction():
            update = "ON CONFLICT (id) DO UPDATE SET state = excluded.state, attempts = excluded.attempts"
            self._database.execute(f"INSERT INTO cases {_CASE} {update}", _case_row(case))
            self._queue(case)

    def take_out(self, identity: str, *, cut_off: bool) -> Case | None:
        """Close a case for this desk, unless somebody has it in hand. cut_off: also one whose interview was just cut off. Returns it as it
        stood, None when it stays."""
        with self._transaction():
            case = self.case(identity)
            rows = self._rows('SELECT stage FROM queue WHERE "case" = ?', identity)
            in_hand = bool(rows) and rows[0]["stage"] == LEASED
            if in_hand or (case.state is State.RESUMABLE and not cut_off):
                return None
            self.save_case(case.closed())
        return case

    def keep_outlook(self, call: str, outlook: Mapping[str, Value]) -> None:
        """What belongs to the outcome of a call besides its key (case_in_hand.Outlook), durable before the outcome is."""
        self.set_setting(f"outlook.{call}", encode(dict(outlook)).decode())

    def outlook(self, call: str) -> Mapping[str, Any]:
        """The same again; {} when nothing was kept."""
        return decode(self.setting(f"outlook.{call}", "{}").encode())

    def rests(self, identity: str) -> int:
        """Until when a case is left alone because its number was called in another one, ms wall; 0 = it was not."""
        with self._transaction():
            return self._pool.people.rests(identity, self._pool.plan) if self._pool is not None else 0

    def by_number(self, key: str) -> tuple[str, ...]:
        """The cases whose number has this keyed hash."""
        return tuple(row["case"] for row in self._rows('SELECT "case" FROM queue WHERE number_key = ?', key))

    def follow(self, plan: Plan, keyed: Keyed, *, end_leases: bool = False) -> Pool:
        """Keep the queue by this plan from now on: its rows change together with the cases. Takes a while only when the plan has changed
        (some 10 s for 100,000 cases). end_leases: of the last run, when the desk starts."""
        self._pool, self._keyed = Pool(self._database, self._path, plan), keyed
        known = hexdigest(repr(plan).encode())
        whole = self.setting(_PLAN) != known or self._count("cases") != self._count("queue")
        with self._transaction():
            for row in self._rows(_ALL if whole else _LEASED) if whole or end_leases else ():
                self._queue(_case(row))
            self.set_setting(_PLAN, known)
        return self._pool

    def _count(self, table: str) -> int:
        return int(self._database.table(table).count)

    def _queue(self, case: Case) -> None:
        if self._pool is not None:
            moment = case.attempts[-1].ended if case.attempts else 0
            for other in self._pool.put([case], moment, [self._keyed(case.number)], [self.known_of(case.id)]):
                self._queue(self.case(other))

    def bar(self, identity: str, bar: Bar) -> None:
        """Whoever has the number of this case is not called any more, or again, whichever case it stands in. After follow()."""
        with self._transaction():
            if self._pool is not None:
                for other in self._pool.people.bar(self._keyed(self.case(identity).number), bar):
                    self._queue(self.case(other))

    def bar_of(self, identity: str) -> Bar | None:
        """Why the number of this case is on the do-not-call list; None when it is not."""
        with self._transaction():
            return self._pool.people.bar_of(identity) if self._pool is not None else None

    def cases(self) -> tuple[Case, ...]:
        """All cases in the order of their tickets."""
        return tuple(_case(row) for row in self._rows("SELECT * FROM cases ORDER BY ticket, id"))

    def cut_off(self) -> tuple[str, ...]:
        """The ids of cases whose interview was just cut off, without an outcome."""
        return tuple(row["id"] for row in self._rows("SELECT id FROM cases WHERE state = ?", State.RESUMABLE))

    def case(self, identity: str) -> Case:
        """One case. StorageError when there is none of this id."""
        rows = self._rows("SELECT * FROM cases WHERE id = ?", identity)
        if not rows:
            raise StorageError("There is no such case on this workstation", where=identity)
        return _case(rows[0])

    def knows_case(self, identity: str) -> bool:
        """Whether there is a case of this id."""
        return bool(self._rows("SELECT 1 FROM cases WHERE id = ?", identity))

    # Settings

    def setting(self, key: str, default: str = "") -> str:
        """A remembered value."""
        rows = self._rows("SELECT value FROM settings WHERE key = ?", key)
        return str(rows[0]["value"]) if rows else default

    def set_setting(self, key: str, value: str) -> None:
        """Remember a value."""
        self._write("REPLACE INTO settings VALUES (?, ?)", key, value)

    def together(self) -> AbstractContextManager[None]:
        """What is written inside is there whole or not at all."""
        return self._transaction()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with storage_faults(self._path), self._database.atomic():
            yield

    def _write(self, statement: str, *values: Value) -> None:
        with self._transaction():
            self._database.execute(statement, values)

    def _rows(self, query: str, *values: Value) -> list[dict[str, Any]]:
        with storage_faults(self._path):
            return list(self._database.query(query, values))


_CASE = "(id, ticket, number, unit, state, attempts) VALUES (?, ?, ?, ?, ?, ?)"


def _case_row(case: Case) -> list[Value]:
    attempts = encode({"attempts": [attempt.to_list() for attempt in case.attempts]}).decode()
    return [case.id, case.ticket, case.number, case.unit, case.state, attempts]


def _case(row: dict[str, Any]) -> Case:
    attempts = tuple(Attempt.of(values) for values in decode(row["attempts"].encode())["attempts"])
    return Case(row["id"], row["ticket"], row["number"], row["unit"], attempts, State(row["state"]))
