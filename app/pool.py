"""The queue as a table: what status() says of every case, kept where the next case is found by a few index look-ups however many
cases there are. sample/queue.py is the truth; this agrees with it (a property test compares them) and adds the lease.

A row is *waiting* until its time comes, then stands at a level of the order; advance() moves whole sets of rows by SQL, so a morning on
which 100,000 numbers become due costs one statement. What depends on the hour of the day (is anybody called now? which sort of slice?)
is asked when a case is picked, not stored. One Pool belongs to one thread; several processes may share the file.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.queue_order import Asked, Order
from app.queue_people import People
from app.queue_tables import ADVANCE, ON_THE_TELEPHONE, PUT
from app.sample.case import Case, State
from app.sample.plan import Plan, wants
from app.sample.pull import Fate
from app.sample.queue import Due, Finished, Rank, status
from app.sample.spread import mask
from app.store_schema import Database, storage_faults

WAITING, FINISHED, LEASED = 0, 10, 11
"""Stages beside the levels of Rank."""


@dataclass(frozen=True, slots=True)
class Lapsed:
    """A lease that ran out: the station that held the case was not heard of."""

    case: str
    holder: str


class Pool:
    """The queue of one database. plan: rules, calendar, field period."""

    def __init__(self, database: Database, path: Path, plan: Plan) -> None:
        self._database, self._path, self.plan = database, path, plan
        self.people, self._order = People(database), Order(database, plan)

    def put(
        self, cases: Iterable[Case], now: int, keys: Sequence[str] = (), known: Sequence[str] = ()
    ) -> tuple[str, ...]:
        """Bring the rows of these cases up to date; leases on them end. keys: keyed hashes of their numbers, in the same order; "" or
        absent = as known. known: what is known of their quota cells beforehand, in the same order; absent = nothing. Returns other
        cases to be put too: their number may be called again."""
        freed: dict[str, None] = {}
        with self._transaction():
            for n, case in enumerate(cases):
                row = self._row(case, now, keys[n] if n < len(keys) else "")
                self._database.execute(PUT, [*row, known[n] if n < len(known) else ""])
                freed |= dict.fromkeys(self.people.follow(case, self.plan, now))
        return tuple(freed)

    def pick(self, asked: Asked) -> str | None:
        """The id of the best case, leased to the holder; None when there is none. One transaction: two who ask at once get two cases."""
        with self._transaction():
            found = self.best(asked)
            if found is not None:
                self._lease(found, asked)
        return found

    def best(self, asked: Asked) -> str | None:
        """The id of the best case, not leased: what pick() would hand out."""
        with self._transaction():
            self._advance(asked.now)
            return self._order.best(asked)

    def pull(self, case: str, asked: Asked, *, finished: bool = False) -> bool:
        """This very case, for a supervisor or because its resident calls back (the reason stands in the journal). finished: also one that
        is not called any more. False when somebody has it or its number in hand, or there is none."""
        with self._transaction():
            free = self.hindrance(case, finished=finished) is None
            if free:
                self._lease(case, asked)
        return free

    def hindrance(self, case: str, *, finished: bool = False) -> Fate | None:
        """What keeps pull() from this case; None = nothing."""
        rows = self._rows('SELECT stage FROM queue WHERE "case" = ?', case)
        if not rows:
            return Fate.UNKNOWN
        if rows[0]["stage"] == LEASED:
            return Fate.IN_HAND
        if rows[0]["stage"] == FINISHED and not finished:
            return Fate.FINISHED if self.people.bar_of(case) is None else Fate.BARRED
        return Fate.TELEPHONE if self._rows(ON_THE_TELEPHONE, case) else None

    def lapsed(self, now: int) -> tuple[Lapsed, ...]:
        """Leases that have run out. The rows stay leased until put() says what became of the case: it is counted once."""
        rows = self._rows(
            'SELECT "case", holder FROM queue WHERE stage = 11 AND lease_until <= ? ORDER BY ticket', now
        )
        return tuple(Lapsed(row["case"], row["holder"]) for row in rows)

    def holder(self, case: str, now: int) -> str:
        """Who has the case on a running lease; "" = nobody."""
        rows = self._rows(
            'SELECT holder FROM queue WHERE "case" = ? AND stage = 11 AND lease_until > ?', case, now
        )
        return str(rows[0]["holder"]) if rows else ""

    def renew(self, case: str, asked: Asked) -> bool:
        """Lengthen the holder's running lease on a case. False: it is not his any more, or its resident is not called any more."""
        with self._transaction():
            mine = self.holder(case, asked.now) == asked.holder and self.people.bar_of(case) is None
            if mine:
                self._lease(case, asked)
        return mine

    def next_due(self, now: int) -> int | None:
        """When the next waiting case may be dialled, ms wall; None when none waits."""
        with self._transaction():
            self._advance(now)
            at = self._rows("SELECT MIN(next_at) AS at FROM queue WHERE stage = 0")[0]["at"]
        return None if at is None else int(at)

    def advance(self, now: int) -> None:
        """Move what has become due. pick() does it too; called in idle moments it keeps pick() short."""
        with self._transaction():
            self._advance(now)

    def counts(self) -> dict[int, int]:
        """Stage → cases."""
        rows = self._rows("SELECT stage, SUM(n) AS n FROM queue_groups GROUP BY stage HAVING SUM(n) > 0")
        return {row["stage"]: row["n"] for row in rows}

    def waiting_for(self) -> dict[str, int]:
        """Skill → cases that are ready and ask for it ("" left out)."""
        rows = self._rows(
            "SELECT skill, SUM(n) AS n FROM queue_groups WHERE skill <> '' AND stage BETWEEN 1 AND 9 AND n > 0 GROUP BY skill"
        )
        return {row["skill"]: row["n"] for row in rows}

    # One row

    def _row(self, case: Case, now: int, key: str) -> list[Any]:
        # A fresh number's hours are asked when it is picked. At its arrival there is no clock, and in the year 0 no hour is known: asking
        # then would take it for one that can never be dialled.
        fresh = case.state is State.FRESH and not case.attempts
        due = Due(0, Rank.FRESH, "") if fresh else status(case, now, self.plan)
        asks = wants(case, self.plan)
        stage, then, next_at, end = _stage(due, now)
        fields = [asks.skill, case.unit, mask(case, self.plan), end, case.ticket]
        return [case.id, stage, then, next_at, *fields, asks.owner, asks.owner_until, asks.another_than, key]

    def _advance(self, now: int) -> None:
        for statement in ADVANCE:
            self._database.execute(statement, [now])

    def _lease(self, case: str, asked: Asked) -> None:
        self._database.execute(
            'UPDATE queue SET stage = 11, next_at = NULL, holder = ?, lease_until = ? WHERE "case" = ?',
            [asked.holder, asked.now + asked.lease, case],
        )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with storage_faults(self._path), self._database.atomic():
            yield

    def _rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        with storage_faults(self._path):
            return list(self._database.query(query, values))


def _stage(due: Due | Finished, now: int) -> tuple[int, int, int | None, int]:
    """(stage now, stage when its time comes, that time, end of the window)."""
    if isinstance(due, Finished):
        return FINISHED, FINISHED, None, 0
    rank = int(due.rank)
    if due.rank is Rank.FRESH:  # its hours are asked when it is picked
        return rank, rank, None, 0
    if due.at > now:
        return WAITING, rank, due.at, due.window_end
    return rank, rank, due.until or None, due.window_end
