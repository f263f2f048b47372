"""One pool of cases for many desks, at a central that cannot read a number: the queue's rows stand here, each number sealed to the room.

Central knows of a case its ticket, its unit (of a landline), when it was called and what came of it; the number is an age file for the
room's own key, which every desk was given sealed. A case is leased to one desk at a time. What a desk tells is taken once, however often.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.canonical import Value, decode, encode
from app.central.intake import IntakeError
from app.pool import Asked, Pool
from app.queue_tables import QUEUE_TABLES
from app.sample.case import Attempt, Case, State
from app.sample.plan import Caller, Plan
from app.store_schema import Database

LEASE = 2 * 60 * 60_000
"""ms that a desk keeps a case; a desk that is off line longer has it counted as one call without an outcome."""
MOST = 20
"""Cases that one desk is given at once: what it takes is missing to the others."""

_CASES = """CREATE TABLE pool_cases (
    id TEXT PRIMARY KEY, ticket TEXT NOT NULL, unit TEXT NOT NULL, mobile INTEGER NOT NULL, state TEXT NOT NULL, attempts TEXT NOT NULL,
    sealed BLOB NOT NULL) STRICT"""
_CELLS = "CREATE TABLE pool_cells (device TEXT PRIMARY KEY, wall INTEGER NOT NULL, done TEXT NOT NULL, running TEXT NOT NULL) STRICT"


def create(database: Database) -> None:
    """The tables: a migration of central's index."""
    for statement in (*QUEUE_TABLES, _CASES, _CELLS):
        database.execute(statement)


@dataclass(frozen=True, slots=True)
class Offered:
    """A case as the centre hands it in. key: keyed hash of its number. sealed: the number, for the room."""

    id: str
    ticket: str
    unit: str
    mobile: bool
    key: str
    sealed: bytes


class SharedPool:
    """The pool on central's index. Used by one thread at a time."""

    def __init__(self, database: Database, path: Path, plan: Plan) -> None:
        self._database, self._pool = database, Pool(database, path, plan)

    def add(self, offered: Sequence[Offered], now: int) -> int:
        """Take cases of a released replicate in; one that is known stays as it is. Returns how many were new."""
        added = 0
        with self._database.atomic():
            for each in offered:
                case = _blank(each.id, each.ticket, each.unit, mobile=each.mobile)
                row = [each.id, each.ticket, each.unit, int(each.mobile), case.state, "[]", each.sealed]
                done = self._database.execute(
                    "INSERT INTO pool_cases VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", row
                )
                if done.rowcount:
                    self._pool.put([case], now, [each.key])
                    added += 1
        return added

    def lease(
        self, device: str, caller: Caller, want: int, now: int, closed: frozenset[str]
    ) -> list[dict[str, Value]]:
        """The best cases for a desk, leased to it: at most `want`, at most MOST. closed: units whose quota cells are full."""
        self._give_back_lapsed(now)
        asked = Asked(now, device, LEASE, caller, closed)
        found: list[dict[str, Value]] = []
        while len(found) < min(want, MOST) and (case := self._pool.pick(asked)) is not None:
            row = self._row(case)
            sealed = base64.b64encode(row["sealed"]).decode()
            found.append(
                {
                    "case": case,
                    "ticket": row["ticket"],
                    "unit": row["unit"],
                    "attempts": _attempts(row["attempts"]),
                    "sealed": sealed,
                    "until": now + LEASE,
                }
            )
        return found

    def settle(self, device: str, case: str, attempts: Sequence[Attempt], now: int) -> None:
        """What the desk did with a case: its calls since the lease. Taken once; its lease ends, never another desk's: that one is
        on the telephone. IntakeError when there is no such case."""
        row = self._row(case)
        known = [Attempt.of(values) for values in _attempts(row["attempts"])]
        fresh = [attempt for attempt in attempts if attempt not in known]
        # The call that was counted for a lapsed lease is replaced by what really happened.
        kept = [a for a in known if a.outcome or a.by != device or not fresh]
        whole = tuple(sorted((*kept, *fresh), key=lambda attempt: attempt.ended))
        holder = self._pool.holder(case, now)
        if fresh or holder == device:
            self._write(row, whole, now, leased=holder not in ("", device))

    def tell_cells(
        self, device: str, done: Mapping[str, int], running: Mapping[str, int], now: int
    ) -> dict[str, Value]:
        """A desk says how many interviews of each quota cell it has finished and has under way; it hears the sums of the others. Interviews
        under way count as long as a lease runs."""
        values = [device, now, encode(dict(done)).decode(), encode(dict(running)).decode()]
        with self._database.atomic():
            self._database.execute("REPLACE INTO pool_cells VALUES (?, ?, ?, ?)", values)
        sums: dict[str, dict[str, int]] = {"done": {}, "running": {}}
        for row in self._database.query("SELECT * FROM pool_cells WHERE device <> ?", [device]):
            for what in sums:
                if what == "done" or row["wall"] + LEASE > now:
                    for cell, n in decode(row[what].encode()).items():
                        sums[what][cell] = sums[what].get(cell, 0) + n
        return {what: dict(counts) for what, counts in sums.items()}

    def counts(self) -> dict[int, int]:
        """Stage → cases, for status."""
        return self._pool.counts()

    def _give_back_lapsed(self, now: int) -> None:
        """Edge 2 of notes/method.md §2.5: the call of a desk that is not heard of counts once, without an outcome."""
        for lost in self._pool.lapsed(now):
            row = self._row(lost.case)
            known = tuple(Attempt.of(values) for values in _attempts(row["attempts"]))
            self._write(row, (*known, Attempt(now, "", by=lost.holder)), now)

    def _write(
        self, row: dict[str, Any], attempts: tuple[Attempt, ...], now: int, *, leased: bool = False
    ) -> None:
        text = encode({"a": [attempt.to_list() for attempt in attempts]}).decode()[5:-1]
        case = Case(
            row["id"], row["ticket"], _shape(mobile=bool(row["mobile"])), row["unit"], attempts, State.OPEN
        )
        with self._database.atomic():
            self._database.execute(
                "UPDATE pool_cases SET attempts = ?, state = ? WHERE id = ?", [text, case.state, case.id]
            )
            if not leased:  # else the row is put when the desk that has the case settles it
                self._pool.put([case], now)

    def _row(self, case: str) -> dict[str, Any]:
        rows = list(self._database.query("SELECT * FROM pool_cases WHERE id = ?", [case]))
        if not rows:
            raise IntakeError(404, "case", "There is no such case in the pool")
        return rows[0]


def read_offered(document: Mapping[str, Value]) -> list[Offered]:
    """The centre's cases from a request. IntakeError when they are not written as they should be."""
    try:
        return [
            Offered(
                str(each["case"]),
                str(each["ticket"]),
                str(each["unit"]),
                bool(each["mobile"]),
                str(each["key"]),
                base64.b64decode(each["sealed"], validate=True),
            )
            for each in document["cases"]
        ]
    except (KeyError, TypeError, binascii.Error) as error:
        raise IntakeError(400, "body", "These are no cases of a pool") from error


def read_attempts(document: Mapping[str, Value]) -> tuple[str, list[Attempt]]:
    """(case, calls) of a settlement. IntakeError when it is not written as it should be."""
    try:
        return str(document["case"]), [Attempt.of(values) for values in document["attempts"]]
    except (KeyError, TypeError, ValueError) as error:
        raise IntakeError(400, "body", "This is no account of a case") from error


def read_caller(document: Mapping[str, Value]) -> tuple[Caller, int, frozenset[str]]:
    """(who asks, how many cases, full units). IntakeError when it is not written as it should be."""
    try:
        who = document["caller"]
        caller = Caller(
            str(who["id"]), frozenset(who["skills"]), frozenset(who["shuns"]), frozenset(who["knows"])
        )
        return caller, int(document["want"]), frozenset(document["closed"])
    except (KeyError, TypeError, ValueError) as error:
        raise IntakeError(400, "body", "This is no request for cases") from error


def _attempts(text: str) -> list[list[int | str]]:
    return list(decode(f'{{"a":{text}}}'.encode())["a"])


def _shape(*, mobile: bool) -> str:
    """A number's kind without the number: the rules ask for nothing else."""
    return "1" if mobile else "0"


def _blank(identity: str, ticket: str, unit: str, *, mobile: bool) -> Case:
    return Case(identity, ticket, _shape(mobile=mobile), unit)
