"""How the attempts at one number are spread over sorts of slice and days, so that nobody is missed for being called at one hour only.

A number is given up only after spread_sorts sorts, spread_days days, an evening and a rest day (notes/method.md §2.3). While attempts are
plenty, the next one goes to the sort that was tried least within look_ahead_days; when only as many are left as requirements are unmet,
they go where one is met.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import islice

from app.sample.calendar import Slice, Sort
from app.sample.case import Attempt, Case, day_of, midnight_after
from app.sample.plan import Plan

_DAY = 86_400_000
_MOST = 200
"""Slices looked at: a month of them."""


def sort_of(attempt: Attempt, case: Case, plan: Plan) -> Sort | None:
    """The sort of slice in which a call was made: that of its end, or of the slice that closed before it on the same day."""
    if not plan.calendar.covers(attempt.day):  # an appointment was kept on a day that the table does not know
        return None
    today = plan.calendar.slices_of(attempt.day, case.unit)
    begun = [s for s in today if s.start <= attempt.ended]
    return begun[-1].sort if begun else None


def tried(case: Case, plan: Plan) -> Counter[Sort]:
    """Sort → calls made in it that count as attempts."""
    found: Counter[Sort] = Counter()
    for attempt in case.attempts:
        outcome = plan.outcome(attempt)
        if outcome is None or outcome.attempt:
            sort = sort_of(attempt, case, plan)
            if sort is not None:
                found[sort] += 1
    return found


def mask(case: Case, plan: Plan) -> int:
    """The tried sorts as bits."""
    return sum(1 << sort.bit for sort in tried(case, plan))


def next_slice(case: Case, base: int, left: int, plan: Plan, *, other: bool = True) -> Slice | None:
    """The slice for the next attempt, not before `base` (ms wall); None when the field period has none. left: attempts left. other: of the
    sort that was tried least, also while attempts are plenty; without it None as long as nothing asks for a later one."""
    calling, seen, soonest = plan.rules.calling, tried(case, plan), base
    if left == 1:
        base = max(base, _last_day(case, plan))
    ahead = list(islice(plan.calendar.ahead(base, case.unit, plan.ends), _MOST))
    sorts = {s.sort for s in ahead} | set(seen)
    unmet = _unmet(seen, sorts, calling.spread_sorts, calling.spread_evening, calling.spread_rest)
    if unmet and left <= len(unmet):
        best = max((_met(s.sort, seen, unmet) for s in ahead), default=0)
        if best:
            return next(s for s in ahead if _met(s.sort, seen, unmet) == best)
    if not other:
        return ahead[0] if ahead and base > soonest else None
    near = [s for s in ahead if s.start < base + calling.look_ahead_days * _DAY] or ahead[:1]
    return min(near, key=lambda s: (seen[s.sort], s.start), default=None)


def _last_day(case: Case, plan: Plan) -> int:
    """The first moment of the last day that spread_days asks for."""
    calls: Sequence[Attempt] = case.attempts
    first = day_of(calls[0].ended) if calls else 0
    day = first + plan.rules.calling.spread_days - 1
    return midnight_after((day - 1) * _DAY) if calls else 0


def _unmet(seen: Counter[Sort], possible: set[Sort], sorts: int, evening: int, rest: int) -> tuple[str, ...]:
    """The requirements that the attempts so far leave open, and that the calendar can still meet."""
    open_: list[str] = []
    if sum(n for sort, n in seen.items() if sort.evening) < evening and any(s.evening for s in possible):
        open_.append("evening")
    if sum(n for sort, n in seen.items() if sort.rest) < rest and any(s.rest for s in possible):
        open_.append("rest")
    missing = min(sorts, len(possible)) - len(seen)
    return (*open_, *("new",) * max(0, missing - len(open_)))


def _met(sort: Sort, seen: Counter[Sort], unmet: tuple[str, ...]) -> int:
    """How many open requirements an attempt in this sort would meet."""
    return (
        ("evening" in unmet and sort.evening)
        + ("rest" in unmet and sort.rest)
        + ("new" in unmet and sort not in seen)
    )
