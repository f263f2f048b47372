"""One pool of cases for many desks, at a central that cannot read a number: the queue's rows stand here, each number sealed to the room.

Central knows of a case its ticket, its unit (of a landline), when it was called and what came of it; the number, with what the sample knows
beforehand, is an age file for the room's own key, which every desk was given sealed. A case is leased to one desk at a time. What a desk
tells is taken once, however often. Quota counts are sealed for the room too: beside the settlements they would tell central what a
resident answered at the screener. What people decide about a cell is a note that the centre has signed.
"""

import base64
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.canonical import Value, encode, hexdigest
from app.central.given import Given
from app.central.intake import IntakeError
from app.central.pool_wire import Offered, attempts_in
from app.pool import Pool
from app.queue_order import Asked
from app.queue_people import Bar
from app.queue_tables import PEOPLE_TABLES, QUEUE_HEADS, QUEUE_KNOWN, QUEUE_TABLES
from app.sample.case import Attempt, Case, State
from app.sample.plan import Caller, Plan
from app.store_schema import Database, storage_faults

LEASE = 2 * 60 * 60_000
"""ms that a desk keeps a case; a desk that is off line longer has it counted as one call without an outcome."""
MOST = 20
"""Cases that one desk is given at once: what it takes is missing to the others."""

_CASES = """CREATE TABLE pool_cases (
    id TEXT PRIMARY KEY, ticket TEXT NOT NULL, unit TEXT NOT NULL, mobile INTEGER NOT NULL, state TEXT NOT NULL, attempts TEXT NOT NULL,
    sealed BLOB NOT NULL) STRICT"""
_CELLS = "CREATE TABLE pool_cells (device TEXT PRIMARY KEY, wall INTEGER NOT NULL, done TEXT NOT NULL, running TEXT NOT NULL) STRICT"
_SEALED_CELLS = (
    "CREATE TABLE pool_cells (desk TEXT PRIMARY KEY, wall INTEGER NOT NULL, sealed BLOB NOT NULL) STRICT"
)
_DECISIONS = "CREATE TABLE pool_decisions (sha256 TEXT PRIMARY KEY, note TEXT NOT NULL) STRICT"
_WITHDRAWALS = """CREATE TABLE pool_withdrawals (
    number_key TEXT PRIMARY KEY, wall INTEGER NOT NULL, note TEXT NOT NULL) STRICT, WITHOUT ROWID"""


def create(database: Database) -> None:
    """The tables: a migration of central's index."""
    for statement in (*QUEUE_TABLES, _CASES, _CELLS):
        database.execute(statement)


def seal_cells(database: Database) -> None:
    """Counts that central could read go; every desk tells them anew with its next round."""
    for statement in (
        "DROP TABLE pool_cells",
        "ALTER TABLE pool_cases DROP COLUMN state",
        _SEALED_CELLS,
        _DECISIONS,
    ):
        database.execute(statement)


def know_people(database: Database) -> None:
    """What is known of numbers, and what the centre has decided about some."""
    for statement in (*PEOPLE_TABLES, _WITHDRAWALS):
        database.execute(statement)


def know_cells(database: Database) -> None:
    """The queue's tables are the desk's: here nothing is known."""
    for statement in QUEUE_KNOWN:
        database.execute(statement)


def know_heads(database: Database) -> None:
    """The next row is found by the heads of groups, as at a desk."""
    for statement in QUEUE_HEADS:
        database.execute(statement)


def cells_told(database: Database, now: int, *, but: str = "") -> dict[str, Value]:
    """The desks' sealed counts, and the decisions about cells. live: the desk was heard of within a lease, so that its interviews under
    way count."""
    rows = list(database.query("SELECT * FROM pool_cells WHERE desk <> ? ORDER BY desk", [but]))
    counts = [
        {
            "desk": row["desk"],
            "live": int(row["wall"] + LEASE > now),
            "sealed": base64.b64encode(row["sealed"]).decode(),
        }
        for row in rows
    ]
    notes = [row["note"] for row in database.query("SELECT note FROM pool_decisions ORDER BY rowid")]
    return {"counts": counts, "decisions": notes}


class SharedPool:
    """The pool on central's index. desk: 8 hex digits, whatever epoch its keys are in. Used by one thread at a time; StorageError when the
    disk refuses."""

    def __init__(self, database: Database, path: Path, plan: Plan) -> None:
        self._database, self._path, self._pool = database, path, Pool(database, path, plan)
        self._given = Given(database, path, self._pool)

    def add(self, offered: Sequence[Offered], now: int) -> int:
        """Take cases of a released replicate in; one that is known stays as it is. Returns how many were new."""
        added = 0
        with self._transaction():
            for each in offered:
                row = [each.id, each.ticket, each.unit, int(each.mobile), "[]", each.sealed]
                done = self._database.execute(
                    "INSERT INTO pool_cases VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", row
                )
                if done.rowcount:
                    case = Case(each.id, each.ticket, _shape(mobile=each.mobile), each.unit)
                    self._pool.put([case], now, [each.key])
                    added += 1
        return added

    def lease(
        self,
        desk: str,
        caller: Caller,
        want: int,
        now: int,
        closed: frozenset[str],
        given: Collection[str] = (),
    ) -> list[dict[str, Value]]:
        """The best cases for a desk, leased to it: at most `want`, at most MOST. closed: units whose quota cells are full. given: cases
        that it asks for because a supervisor gave them to it: they come first, and beside `want`."""
        with self._transaction():
            handed = self.given(now)
            found = handed.hand_over(Asked(now, desk, LEASE), given)
            asked = Asked(now, desk, LEASE, caller, closed, kept=handed.kept_from(desk, now))
            most = len(found) + min(want, MOST)
            while len(found) < most and (case := self._pool.pick(asked)) is not None:
                found.append(case)
            return [self._told(case) for case in found]

    def given(self, now: int) -> Given:
        """What a supervisor gave to desks; leases that have run out are over by then."""
        self._give_back_lapsed(now)
        return self._given

    def renew(self, desk: str, cases: Collection[str], now: int) -> list[str]:
        """A desk still has these. Returns those that are its own for another LEASE; the others it has lost."""
        with self._transaction():
            return sorted(case for case in set(cases) if self._pool.renew(case, Asked(now, desk, LEASE)))

    def settle(self, desk: str, case: str, attempts: Sequence[Attempt], now: int) -> None:
        """What the desk did with a case: its calls since the lease, none when it gives it back. Taken once; its lease ends, never another
        desk's: that one is on the telephone. IntakeError when there is no such case."""
        with self._transaction():
            row = self._row(case)
            known = [Attempt.of(values) for values in attempts_in(row["attempts"])]
            fresh = [attempt for attempt in attempts if attempt not in known]
            holder = self._pool.holder(case, now)
            again = bool(attempts) and not fresh  # told before: a repeat explains nothing more
            explained = set() if again else _explained(desk, known, fresh, mine=holder == desk)
            explained |= {
                a for a in known if (a.ended, a.by) in {(b.ended, b.by) for b in fresh}
            }  # corrected
            whole = tuple(sorted((*(a for a in known if a not in explained), *fresh), key=lambda a: a.ended))
            if whole != tuple(known) or holder == desk:
                self._write(row, whole, now, leased=holder not in ("", desk))

    def tell_cells(self, desk: str, sealed: bytes, now: int) -> dict[str, Value]:
        """A desk's quota counts, sealed for the room; it hears those of the others, and what was decided."""
        with self._transaction():
            self._database.execute("REPLACE INTO pool_cells VALUES (?, ?, ?)", [desk, now, sealed])
        return self.cells(now, but=desk)

    def cells(self, now: int, *, but: str = "") -> dict[str, Value]:
        """What cells_told() says, without one desk's own."""
        with storage_faults(self._path):
            return cells_told(self._database, now, but=but)

    def decide(self, note: str) -> bool:
        """Keep a signed decision about a cell. False: it is here already."""
        with self._transaction():
            statement = "INSERT INTO pool_decisions VALUES (?, ?) ON CONFLICT DO NOTHING"
            done = self._database.execute(statement, [hexdigest(note.encode()), note])
            return bool(done.rowcount == 1)

    def is_new(self, key: str, bar: Bar) -> bool:
        """Nothing as late is known of this number from the centre."""
        query = "SELECT 1 FROM pool_withdrawals WHERE number_key = ? AND wall >= ?"
        with storage_faults(self._path):
            return not any(self._database.query(query, [key, bar.since]))

    def bar(self, key: str, bar: Bar, note: str) -> None:
        """A number is not called any more, or again, by the centre's signed note."""
        with self._transaction():
            self._database.execute("REPLACE INTO pool_withdrawals VALUES (?, ?, ?)", [key, bar.since, note])
            self._put_anew(self._pool.people.bar(key, bar), bar.since)

    def withdrawn(self) -> list[dict[str, Value]]:
        """Whoever said at a desk of this study that he does not want to be called: the hash of his number, and when."""
        with self._transaction():
            return [{"key": key, "wall": bar.since} for key, bar in self._pool.people.withdrawn()]

    def barred_at(self, desk: str) -> list[dict[str, Value]]:
        """The centre's notes about cases that this desk has now."""
        query = 'SELECT "case", note FROM pool_withdrawals JOIN queue USING (number_key) WHERE stage = 11'
        with storage_faults(self._path):
            return list(self._database.query(f"{query} AND holder = ?", [desk]))

    def _give_back_lapsed(self, now: int) -> None:
        """Edge 2 of notes/method.md §2.5: the call of a desk that is not heard of counts once, without an outcome."""
        for lost in self._pool.lapsed(now):
            with self._transaction():
                row = self._row(lost.case)
                known = tuple(Attempt.of(values) for values in attempts_in(row["attempts"]))
                self._write(row, (*known, Attempt(now, "", by=lost.holder)), now)

    def _write(
        self, row: dict[str, Any], attempts: tuple[Attempt, ...], now: int, *, leased: bool = False
    ) -> None:
        text = encode({"a": [attempt.to_list() for attempt in attempts]}).decode()[5:-1]
        self._database.execute("UPDATE pool_cases SET attempts = ? WHERE id = ?", [text, row["id"]])
        if not leased:  # else the row is put when the desk that has the case settles it
            self._put_anew([row["id"]], now)

    def _put_anew(self, cases: Iterable[str], now: int) -> None:
        for identity in cases:
            row = self._row(identity)
            attempts = tuple(Attempt.of(values) for values in attempts_in(row["attempts"]))
            state = State.OPEN if attempts else State.FRESH
            shape = _shape(mobile=bool(row["mobile"]))
            case = Case(row["id"], row["ticket"], shape, row["unit"], attempts, state)
            self._put_anew(self._pool.put([case], now), now)

    def _told(self, case: str) -> dict[str, Value]:
        row = self._row(case)
        told = {"case": case, "ticket": row["ticket"], "unit": row["unit"]}
        sealed = base64.b64encode(row["sealed"]).decode()
        return {**told, "attempts": attempts_in(row["attempts"]), "sealed": sealed}

    def _row(self, case: str) -> dict[str, Any]:
        with storage_faults(self._path):
            rows = list(self._database.query("SELECT * FROM pool_cases WHERE id = ?", [case]))
        if not rows:
            raise IntakeError(404, "case", "There is no such case in the pool")
        return rows[0]

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with storage_faults(self._path), self._database.atomic():
            yield


def _explained(desk: str, known: Sequence[Attempt], fresh: Sequence[Attempt], *, mine: bool) -> set[Attempt]:
    """The calls counted for lapsed leases of this desk that what it tells now replaces: the lease within which each call ended; where the
    call went on beyond its lease, or nothing was called, the last one. mine: it has the case again, and tells of this lease."""
    lapses = [attempt for attempt in known if not attempt.outcome and attempt.by == desk]
    found = set()
    for ended in [attempt.ended for attempt in fresh] or [known[-1].ended + 1 if known else 0]:
        after = next((lapse for lapse in lapses if lapse.ended >= ended), None)
        last = lapses[-1] if lapses and not mine else None
        if explained := after or last:
            found.add(explained)
    return found


def _shape(*, mobile: bool) -> str:
    """A number's kind without the number: the rules ask for nothing else."""
    return "1" if mobile else "0"
