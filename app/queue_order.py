"""Which row of the queue is next: groups of rows in the order of their first ones, and of those that may be first only as many as it takes.

Rows that have stage, skill, unit, tried sorts and what is known in common stand or fall together, but for whom they are kept for. A
group's head in queue_groups is never after its first row; it lags behind where rows have left, and is set right when that is found.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from app.queue_tables import FIRST, FOR_CALLER, HEADS, IN_ORDER, ONE_CALL, OWN, SET_HEAD, distinct
from app.sample.hours import Hours
from app.sample.plan import Caller, Plan
from app.sample.queue import Rank
from app.store_schema import Database

_IN_HOURS = (Rank.BROKEN_OFF, Rank.BUSY, Rank.LAST_SLICE, Rank.UNTRIED, Rank.REDIAL, Rank.FRESH)
"""Levels that are called in slices only; a resident's own hour and an interview just cut off are kept at any hour."""

_PROMISED = (Rank.RESUMABLE, Rank.APPOINTMENT, Rank.OVERDUE, Rank.BROKEN_OFF)
"""Levels that are called also when the quota cell is full: who has an appointment or has begun."""

_APPOINTED = (Rank.APPOINTMENT, Rank.OVERDUE)
"""Levels that are called at any hour of the field period."""

_BY_SLICE = (Rank.LAST_SLICE, Rank.UNTRIED)
"""Levels of a re-dial that depend on the slice that is on."""

_ANY = -1
"""In place of a sort's bit: whatever was tried."""


def never_full(_known: str) -> bool:
    """Where there are no quotas, or nothing is known beforehand."""
    return False


@dataclass(frozen=True, slots=True)
class Asked:
    """One request for a case. holder: who will have it (desk or device). lease: ms until it falls back when nothing is heard.
    closed: units whose quota cells are all full. full: says so of what a row knows. fresh_first: the share of fresh numbers fell below the
    guard. kept: cases that a supervisor keeps for somebody else."""

    now: int
    holder: str = "desk"
    lease: int = 30 * 60_000
    caller: Caller | None = None
    closed: frozenset[str] = field(default_factory=frozenset)
    full: Callable[[str], bool] = never_full
    fresh_first: bool = False
    kept: frozenset[str] = frozenset()


class _Row(NamedTuple):
    """A row's place within its level."""

    window_end: int
    ticket: str
    case: str


class Order:
    """The order of one database's rows. plan: rules, calendar, field period. Call inside a transaction: heads are written."""

    def __init__(self, database: Database, plan: Plan) -> None:
        self._database, self._plan = database, plan

    def best(self, asked: Asked) -> str | None:
        """The case that is next for whoever asks; None when there is none."""
        ask = _Request(self._plan, asked, *(self._distinct(column) for column in ("skill", "unit", "known")))
        for rank in _levels(asked):
            rows = [*self._of_groups(rank, ask), *self._own(rank, ask)]
            if rows:
                return min(rows).case
        return None

    def _distinct(self, column: str) -> list[str]:
        return [row[0] for row in self._database.execute(distinct(column))]

    def _of_groups(self, rank: Rank, ask: "_Request") -> list[_Row]:
        """The first row that the caller may have; [] = none."""
        where, values = ask.groups(rank)
        if not where:
            return []
        best: _Row | None = None
        late: list[tuple[Any, ...]] = []
        stage = int(_stored(rank))
        for *group, end, ticket in self._database.execute(HEADS.format(where=where), [stage, *values]):
            if best is not None and (end, ticket) > best[:2]:
                break
            first = self._first([stage, *group], ask)
            if first is None or first[:2] > (end, ticket):
                late.append((stage, *group))
            if first is not None and (best is None or first < best):
                best = first
        for key in late:
            self._database.execute(SET_HEAD, [*key, *key])
        return [best] if best is not None else []

    def _first(self, group: Sequence[Any], ask: "_Request") -> _Row | None:
        statement, values = FIRST + ONE_CALL, list(group)
        if ask.caller is not None:
            statement += FOR_CALLER
            values += [ask.caller.id, ask.now, ask.caller.id]
        more, known = ask.not_his()
        row = self._database.execute(statement + more + IN_ORDER, [*values, *known]).fetchone()
        return None if row is None else _Row(*row)

    def _own(self, rank: Rank, ask: "_Request") -> list[_Row]:
        """Rows that are kept for the caller, whatever skill they ask for: his own appointments."""
        if ask.caller is None or not ask.caller.id:
            return []
        more, known = ask.not_his()
        values = [ask.caller.id, ask.now, int(_stored(rank)), *known]
        rows = self._database.execute(OWN + ONE_CALL + more, values)
        return [_Row(*row) for *row, unit, tried, quota in rows if ask.serves(rank, unit, tried, quota)]


class _Request:
    """What a request admits, level by level. skills, units, known: what there is in the queue at all."""

    def __init__(
        self, plan: Plan, asked: Asked, skills: Iterable[str], units: Sequence[str], known: Iterable[str]
    ) -> None:
        self.caller, self.now, self._asked, self._calls = asked.caller, asked.now, asked, plan.calendar.days
        self._hours, self._units = Hours(plan, asked.now), units
        self._over = bool(plan.ends) and asked.now >= plan.ends
        self._skills = [skill for skill in skills if self.caller is None or self.caller.has(skill)]
        self._full = [each for each in known if asked.full(each)]

    def groups(self, rank: Rank) -> tuple[str, list[str]]:
        """(condition, its values) of the groups that serve at a level; "" = none does."""
        bits: dict[int, list[str]] = {}
        for unit in self._units:
            bit = self._bit(rank, unit)
            if bit is not None:
                bits.setdefault(bit, []).append(unit)
        if not bits or not self._skills:
            return "", []
        parts = [
            f"unit IN ({_marks(units)})" + ("" if bit == _ANY else f" AND tried >> {bit} & 1 = 0")
            for bit, units in bits.items()
        ]
        where = f"({' OR '.join(parts)}) AND skill IN ({_marks(self._skills)})"
        values = [unit for units in bits.values() for unit in units] + self._skills
        if rank not in _PROMISED and self._full:
            return f"{where} AND known NOT IN ({_marks(self._full)})", values + self._full
        return where, values

    def serves(self, rank: Rank, unit: str, tried: int, known: str) -> bool:
        """The same of one row, but for its skill."""
        bit = self._bit(rank, unit)
        if bit is None or (bit != _ANY and tried >> bit & 1):
            return False
        return rank in _PROMISED or known not in self._full

    def not_his(self) -> tuple[str, list[str]]:
        """(condition, its values) that keep the caller from people he knows, and from what a supervisor keeps for somebody else."""
        statement, values = "", list[str]()
        if self.caller is not None and self.caller.knows:
            statement += f" AND number_key NOT IN ({_marks(self.caller.knows)})"
            values += sorted(self.caller.knows)
        if self._asked.kept:
            statement += f' AND "case" NOT IN ({_marks(self._asked.kept)})'
            values += sorted(self._asked.kept)
        return statement, values

    def _bit(self, rank: Rank, unit: str) -> int | None:
        """Which sort of slice must be untried where a row of the unit serves at a level: its bit, or _ANY; None = no row serves."""
        if self.caller is not None and unit in self.caller.shuns:
            return None
        if rank not in _PROMISED and unit in self._asked.closed:
            return None
        if rank in _APPOINTED and self._over:
            return None
        if rank not in _IN_HOURS or self._calls is None:
            return None if rank in _BY_SLICE else _ANY
        here = self._hours.slice_of(unit)
        if here is None or rank not in _BY_SLICE:
            return None if here is None else _ANY
        return here.sort.bit if (rank is Rank.UNTRIED) == self._hours.comes_again(unit) else None


def _marks(values: Iterable[str]) -> str:
    return ", ".join("?" for _ in values)


def _stored(rank: Rank) -> Rank:
    """The level under which a row stands: which of the three levels of re-dials it has depends on the hour."""
    return Rank.REDIAL if rank in _BY_SLICE else rank


def _levels(asked: Asked) -> list[Rank]:
    order = list(Rank)
    if asked.fresh_first:  # before the other re-dials, never before a person who waits
        order.remove(Rank.FRESH)
        order.insert(order.index(Rank.LAST_SLICE), Rank.FRESH)
    return order
