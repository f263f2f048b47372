"""What is known of a number, whichever of its cases brought it: whether it is not called any more, and when it was called last.

Edges 3, 12 and 23 of notes/method.md §2.5. A number stands here as the keyed hash that its rows in the queue have, so a case of another
sample or project heeds what its resident has said in this one. Rows are moved when something becomes known, not looked at when a case is
picked: a pick costs the same however long the list is.
"""

from dataclasses import dataclass

from app.sample.case import Attempt, Case
from app.sample.plan import Plan
from app.store_schema import Database

_DAY = 86_400_000
_BAR = """INSERT INTO queue_barred VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET barred = excluded.barred, since = excluded.since,
    "case" = excluded."case", by = excluded.by, reason = excluded.reason WHERE excluded.since >= since"""
# Every statement says number_key <> '' itself: only then does SQLite look into the index of the numbers, and not through all cases.
_STOP = """UPDATE queue SET stage = 10, next_at = NULL WHERE number_key = ? AND number_key <> '' AND stage NOT IN (10, 11)
    AND EXISTS (SELECT 1 FROM queue_barred AS list WHERE list.number_key = queue.number_key AND barred = 1)"""
_CALLED = """INSERT INTO queue_called VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET "case" = excluded."case", ended = excluded.ended
    WHERE excluded.ended >= ended"""
# 2 and 3 are appointments, 1 an interview just cut off: its resident wants the call. 10 is finished, 11 in hand.
_REST = """UPDATE queue SET "then" = CASE stage WHEN 0 THEN "then" ELSE stage END, stage = 0, next_at = last.ended + ?
    FROM queue_called AS last WHERE queue.number_key = ? AND queue.number_key <> '' AND last.number_key = queue.number_key
    AND last."case" <> queue."case"
    AND last.ended + ? > ? AND (stage BETWEEN 4 AND 9 OR stage = 0 AND "then" NOT IN (1, 2, 3) AND next_at < last.ended + ?)"""
_OF_CASE = """SELECT list.* FROM queue_barred AS list JOIN queue USING (number_key)
    WHERE queue."case" = ? AND number_key <> '' AND barred = 1"""
_CASES = (
    """SELECT "case" FROM queue WHERE number_key = ? AND number_key <> '' AND stage <> 11 ORDER BY ticket"""
)
_IN_ANOTHER = """SELECT ended FROM queue_called AS last JOIN queue USING (number_key)
    WHERE queue."case" = ? AND last."case" <> queue."case" """


@dataclass(frozen=True, slots=True)
class Bar:
    """A decision about a number. since: ms wall; the later one holds. case: whose call brought it, "" = a person's. barred: False takes the
    number off the list."""

    since: int
    case: str = ""
    by: str = ""
    reason: str = ""
    barred: bool = True


class People:
    """Two tables of the queue's database. Call inside its transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def bar(self, key: str, bar: Bar) -> tuple[str, ...]:
        """Whoever has this number is not called any more, or again. Returns the cases whose rows must be put anew."""
        if not key:
            return ()
        self._database.execute(_BAR, [key, int(bar.barred), bar.since, bar.case, bar.by, bar.reason])
        self._database.execute(_STOP, [key])
        return () if self.barred(key) else self._cases(key)

    def barred(self, key: str) -> bool:
        """The number stands on the list."""
        rows = self._database.query(
            "SELECT 1 FROM queue_barred WHERE number_key = ? AND barred = 1 AND number_key <> ''", [key]
        )
        return any(rows)

    def bar_of(self, case: str) -> Bar | None:
        """Why the number of a case is on the list; None when it is not."""
        for row in self._database.query(_OF_CASE, [case]):
            return Bar(row["since"], row["case"], row["by"], row["reason"])
        return None

    def rests(self, case: str, plan: Plan) -> int:
        """Until when a case is left alone because its number was called in another one, ms wall; 0 = it was not."""
        row = self._database.execute(_IN_ANOTHER, [case]).fetchone()
        return int(row[0]) + plan.rules.calling.cool_down_days * _DAY if row else 0

    def withdrawn(self) -> list[tuple[str, Bar]]:
        """(hash, bar) of residents who said at a call that they do not want to be called."""
        rows = self._database.query(
            "SELECT * FROM queue_barred WHERE barred = 1 AND \"case\" <> '' ORDER BY number_key"
        )
        return [(row["number_key"], Bar(row["since"], row["case"])) for row in rows]

    def follow(self, case: Case, plan: Plan, now: int) -> tuple[str, ...]:
        """Take in what the calls of a case say about its number, for this and its other cases. Returns cases that are free again, because
        the outcome that barred them was corrected: their rows must be put anew."""
        key = self._key(case.id)
        if not key:
            return ()
        freed: tuple[str, ...] = ()
        if called := _last_dialled(case, plan):
            self._database.execute(_CALLED, [key, case.id, called])
        firm = next((a for a in reversed(case.attempts) if _firm(a, plan)), None)
        if firm is not None:
            self._database.execute(_BAR, [key, 1, firm.ended, case.id, "", ""])
        elif self._database.execute(
            'DELETE FROM queue_barred WHERE number_key = ? AND "case" = ?', [key, case.id]
        ).rowcount:
            freed = tuple(other for other in self._cases(key) if other != case.id)
        self._database.execute(_STOP, [key])
        rest = plan.rules.calling.cool_down_days * _DAY
        if rest:
            self._database.execute(_REST, [rest, key, rest, now, rest])
        return freed

    def _key(self, case: str) -> str:
        row = self._database.execute('SELECT number_key FROM queue WHERE "case" = ?', [case]).fetchone()
        return str(row[0]) if row else ""

    def _cases(self, key: str) -> tuple[str, ...]:
        return tuple(row[0] for row in self._database.execute(_CASES, [key]))


def _firm(attempt: Attempt, plan: Plan) -> bool:
    outcome = plan.outcome(attempt)
    return outcome is not None and outcome.do_not_call


def _last_dialled(case: Case, plan: Plan) -> int:
    """When the last call ended that the line did not refuse, ms wall; 0 = none."""
    for attempt in reversed(case.attempts):
        outcome = plan.outcome(attempt)
        if outcome is None or outcome.attempt:
            return attempt.ended
    return 0
