"""Between which ranks a unit can lie: what the interviews can tell apart, and no more.

A unit's rank interval is [1 + units that are significantly better, units - units that are significantly worse], over the comparisons of all
pairs with Holm's correction (family-wise error 5 %), each by Welch's t. Mogstad, Romano, Shaikh and Wilhelm (REStud 2023) give the rule;
Holm's steps stand for their bootstrap.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from math import sqrt

from app.results.index import Estimate
from app.results.student import share_beyond

_ERROR = 0.05


@dataclass(frozen=True, slots=True)
class Rank:
    """The best and the worst rank that a unit can have, 1 = the highest index. of: units that were compared."""

    best: int
    worst: int
    of: int


def rank_intervals(estimates: Mapping[str, Estimate]) -> dict[str, Rank]:
    """Unit → its interval. estimates: of different people, so independent. Units without a value or a standard error are not compared; of
    fewer than two there is none."""
    known = {
        unit: (each.value, each.se**2, each.df)
        for unit, each in estimates.items()
        if each.value is not None and each.se is not None and each.df > 0
    }
    if len(known) < 2:
        return {}
    chances = sorted((_chance(known[a], known[b]), a, b) for a, b in combinations(known, 2))
    better, worse = dict.fromkeys(known, 0), dict.fromkeys(known, 0)
    for place, (chance, a, b) in enumerate(chances):
        if chance > _ERROR / (len(chances) - place):
            break
        high, low = (a, b) if known[a][0] > known[b][0] else (b, a)
        better[low] += 1
        worse[high] += 1
    return {unit: Rank(1 + better[unit], len(known) - worse[unit], len(known)) for unit in known}


def _chance(one: tuple[float, float, int], other: tuple[float, float, int]) -> float:
    """p of the two-sided comparison. one, other: value, variance, degrees of freedom."""
    (a, va, fa), (b, vb, fb) = one, other
    if va + vb == 0:
        return 1.0 if a == b else 0.0
    freedom = (va + vb) ** 2 / (va**2 / fa + vb**2 / fb)
    return share_beyond(abs(a - b) / sqrt(va + vb), max(1, int(freedom)))
