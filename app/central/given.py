"""Cases that a supervisor gave to a desk, as central keeps them: notes that the centre signed, envelopes that only the room opens.

Until its desk has taken it such a case is leased to no other desk; central judges by what it knows itself, the desk once more by what it
knows.
"""

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from app.canonical import Value
from app.central.pool_wire import attempts_in
from app.pool import Pool
from app.queue_order import Asked
from app.sample.case import Attempt
from app.sample.pull import WEEK, Fate, Pull
from app.store_schema import Database, storage_faults

_TABLE = """CREATE TABLE pool_given ("case" TEXT PRIMARY KEY, desk TEXT NOT NULL, wall INTEGER NOT NULL, sha256 TEXT NOT NULL,
    note TEXT NOT NULL, sealed TEXT NOT NULL, fate TEXT NOT NULL) STRICT"""

_ALL = 'SELECT * FROM pool_given ORDER BY wall, "case"'
_OF_CASE = 'SELECT * FROM pool_given WHERE "case" = ?'
_HOLDING = """SELECT * FROM pool_given WHERE wall > ? AND fate IN ('waits', 'taken') ORDER BY wall, "case" """


def give_cases(database: Database) -> None:
    """The table: a migration of central's index."""
    database.execute(_TABLE)


class Given:
    """The table of one index. pool: the queue's rows beside it. StorageError when the disk refuses."""

    def __init__(self, database: Database, path: Path, pool: Pool) -> None:
        self._database, self._path, self._pool = database, path, pool

    def keep(self, pull: Pull, note: str, sealed: str) -> None:
        """A decision; an earlier one about this case is void."""
        row = [pull.case, pull.desk, pull.wall, pull.sha256, note, sealed, str(Fate.WAITS)]
        with storage_faults(self._path), self._database.atomic():
            self._database.execute("REPLACE INTO pool_given VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def last(self, case: str) -> tuple[str, int]:
        """(hash of the note, ms wall) of the last decision about a case; ("", 0) when there is none."""
        for row in self._rows(_OF_CASE, case):
            return str(row["sha256"]), int(row["wall"])
        return "", 0

    def obstacle(self, pull: Pull, now: int) -> Fate | None:
        """What stands in the way of a decision at `now`; None = nothing."""
        with storage_faults(self._path):
            rows = list(self._database.query("SELECT attempts FROM pool_cases WHERE id = ?", [pull.case]))
        if not rows:
            return Fate.UNKNOWN
        if pull.late(now):
            return Fate.LATE
        if any(Attempt.of(values).ended >= pull.wall for values in attempts_in(rows[0]["attempts"])):
            return Fate.CALLED
        return None if self.holder(pull.case, now) == pull.desk else self._pool.hindrance(pull.case)

    def holder(self, case: str, now: int) -> str:
        """The desk that has the case; "" = none."""
        return self._pool.holder(case, now)

    def hand_over(self, asked: Asked, cases: Collection[str]) -> list[str]:
        """Those of the cases that were given to the holder and that nothing stands in the way of, leased to it; also one that it has
        already: the answer may have been lost."""
        with storage_faults(self._path), self._database.atomic():
            mine = [row for row in self._holding(asked.now) if row["desk"] == asked.holder]
            ready = [
                row["case"]
                for row in mine
                if row["case"] in cases and not self.obstacle(_pull(row), asked.now)
            ]
            for case in ready:
                self._pool.pull(case, asked)
        return ready

    def kept_from(self, desk: str, now: int) -> frozenset[str]:
        """Cases that wait for another desk."""
        return frozenset(
            r["case"] for r in self._holding(now) if r["desk"] != desk and r["fate"] == Fate.WAITS
        )

    def to(self, desk: str, now: int) -> list[dict[str, Value]]:
        """The decisions that hold for a desk: notes and envelopes."""
        return [
            {"note": row["note"], "sealed": row["sealed"]}
            for row in self._holding(now)
            if row["desk"] == desk
        ]

    def tell(self, desk: str, fates: Iterable[tuple[str, Fate]]) -> None:
        """What has become of decisions, as their desk says."""
        with storage_faults(self._path), self._database.atomic():
            for sha256, fate in fates:
                self._database.execute(
                    "UPDATE pool_given SET fate = ? WHERE sha256 = ? AND desk = ?", [str(fate), sha256, desk]
                )

    def all(self, now: int) -> list[dict[str, Value]]:
        """Each decision and what became of it, oldest first."""
        told = []
        for row in self._rows(_ALL):
            fate = Fate(row["fate"])
            if fate is Fate.WAITS:
                fate = self.obstacle(_pull(row), now) or fate
            told.append({"note": row["note"], "sealed": row["sealed"], "fate": str(fate)})
        return told

    def _holding(self, now: int) -> list[dict[str, Any]]:
        """Decisions that are not older than a week and that no desk has refused."""
        return self._rows(_HOLDING, now - WEEK)

    def _rows(self, query: str, *values: Value) -> list[dict[str, Any]]:
        with storage_faults(self._path):
            return list(self._database.query(query, values))


def _pull(row: dict[str, Any]) -> Pull:
    return Pull(row["case"], row["desk"], "", "", row["wall"], row["sha256"])
