"""Item means and the 0-100 index with honest standard errors (notes/method.md §4.3, §4.4).

Definition "ratio-of-answered": item mean R_j = sum w y / sum w over those who answered, aspect = mean of its items, index =
100/highest score x sum of weight x aspect. "Does not know" and refused items are not scored; an unfinished interview is not here at all.
The variance is that of the linearised statistic, stratified by unit: as R survey's svyratio/svymean, to which the tests hold it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from app.errors import UsageError
from app.results.student import quantile
from app.study.model import Aspect

_Floats = NDArray[np.float64]
_LEVEL = 0.975  # two-sided 95 %


@dataclass(frozen=True, slots=True)
class Respondent:
    """A finished interview as the index sees it. unit: also the stratum. scores: answered items only. weight: any scale."""

    unit: str
    scores: Mapping[str, float]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Item:
    """A scored question and its codes. low, high: the scale. dk, refused: codes without a score ("" = not offered)."""

    name: str
    zh: str
    en: str
    low: int = 0
    high: int = 10
    dk: str = "98"
    refused: str = "99"

    def score(self, answer: str) -> float | None:
        """The score of a stored answer; None for "does not know", refused, blank, and whatever does not lie on the scale."""
        if answer in ("", self.dk, self.refused) or not (answer.isascii() and answer.isdigit()):
            return None
        score = int(answer)
        return float(score) if self.low <= score <= self.high else None


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean or index. value: None when nobody answered. se: None when it cannot be estimated. low, high: 95 % t interval.
    n: finished interviews it rests on; for one item, those that answered it. df: degrees of freedom."""

    value: float | None
    se: float | None
    n: int
    df: int
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Index(Estimate):
    """The index of a domain with its aspects (code → estimate), all from 0 to 100."""

    aspects: Mapping[str, Estimate] = field(default_factory=dict)


class Design:
    """Respondents with their weights and strata. Estimates for a domain keep the full strata in the variance, as they must.

    weights: instead of the rows' own, in their order. Raises UsageError on a weight that is negative or no number."""

    def __init__(self, rows: Iterable[Respondent], weights: Sequence[float] | None = None) -> None:
        self._rows = tuple(rows)
        given = [row.weight for row in self._rows] if weights is None else list(weights)
        self._weights: _Floats = np.array(given, dtype=np.float64)
        if len(given) != len(self._rows):
            raise UsageError(f"{len(given)} weights for {len(self._rows)} interviews")
        if not np.all(np.isfinite(self._weights) & (self._weights >= 0)):
            raise UsageError("A weight is negative or not a number")
        self._strata = np.array([row.unit for row in self._rows], dtype=object)
        self._columns: dict[str, _Floats] = {}

    def mean(self, item: str, among: Callable[[Respondent], bool] | None = None) -> Estimate:
        """The mean of one item on its own scale, over those who answered it. among: the domain, default everybody."""
        chosen = self._domain(among)
        value, scores = self._ratio(item, chosen)
        answered = int(np.count_nonzero(chosen & ~np.isnan(self._column(item))))
        return Estimate(*self._estimate(value, scores, chosen, answered))

    def index(
        self,
        aspects: Sequence[Aspect],
        among: Callable[[Respondent], bool] | None = None,
        highest: float = 10.0,
    ) -> Index:
        """The index of a domain. highest: top of the items' scale. Raises UsageError unless the weights are 100 per cent in all.

        Value and interval are None as soon as one item has no answer in the domain: a part is not passed off as the whole."""
        if sum(aspect.weight for aspect in aspects) != 100 or not all(aspect.items for aspect in aspects):
            raise UsageError(
                "The weights of the aspects do not add up to 100 per cent, or an aspect has no items"
            )
        chosen = self._domain(among)
        n = int(np.count_nonzero(chosen))
        total: float | None = 0.0
        scores = np.zeros(len(self._rows))
        found = {}
        for aspect in aspects:
            value, part = self._aspect(aspect, chosen, 100 / highest)
            found[aspect.code] = Estimate(*self._estimate(value, part, chosen, n))
            total = None if value is None or total is None else total + aspect.weight / 100 * value
            scores = scores + aspect.weight / 100 * part
        return Index(*self._estimate(total, scores, chosen, n), aspects=found)

    def _aspect(
        self, aspect: Aspect, chosen: NDArray[np.bool_], factor: float
    ) -> tuple[float | None, _Floats]:
        ratios = [self._ratio(item, chosen) for item in aspect.items]
        values = [value for value, _ in ratios if value is not None]
        scores: _Floats = np.sum([part for _, part in ratios], axis=0) * factor / len(ratios)
        return (factor * sum(values) / len(ratios) if len(values) == len(ratios) else None), scores

    def _ratio(self, item: str, chosen: NDArray[np.bool_]) -> tuple[float | None, _Floats]:
        """R_j and the weighted linearised scores w (y - R_j) / sum w: zero outside the domain and for those who did not answer."""
        column = self._column(item)
        inside = chosen & ~np.isnan(column)
        weights = np.where(inside, self._weights, 0.0)
        total = float(weights.sum())
        if total <= 0:
            return None, np.zeros(len(self._rows))
        answers = np.where(inside, column, 0.0)
        value = float(weights @ answers) / total
        return value, weights * (answers - value) / total

    def _estimate(
        self, value: float | None, scores: _Floats, chosen: NDArray[np.bool_], n: int
    ) -> tuple[float | None, float | None, int, int, float | None, float | None]:
        df = self._freedom(chosen)
        if value is None or df < 1 or n < 2:
            return value, None, n, max(df, 0), None, None
        se = sqrt(self._variance(scores))
        reach = quantile(_LEVEL, df) * se
        return value, se, n, df, value - reach, value + reach

    def _variance(self, scores: _Floats) -> float:
        """Sum over strata of n/(n-1) times the centred sum of squares. A stratum of one is compared with zero, the mean of all scores
        (R survey: lonely.psu = "adjust"), instead of pretending that it does not vary."""
        total = 0.0
        # In the order of the rows: a set's, and so the last digit of the sum, would be another in each process.
        for stratum in dict.fromkeys(self._strata):
            part = scores[self._strata == stratum]
            if len(part) == 1:
                total += float(part[0] ** 2)
            else:
                total += len(part) / (len(part) - 1) * float(((part - part.mean()) ** 2).sum())
        return total

    def _freedom(self, chosen: NDArray[np.bool_]) -> int:
        """Interviews minus strata, over the strata in which the domain lies."""
        strata = set(self._strata[chosen])
        return sum(int(np.count_nonzero(self._strata == stratum)) - 1 for stratum in strata)

    def _domain(self, among: Callable[[Respondent], bool] | None) -> NDArray[np.bool_]:
        return np.array([among is None or among(row) for row in self._rows], dtype=np.bool_)

    def _column(self, item: str) -> _Floats:
        if item not in self._columns:
            self._columns[item] = np.array(
                [row.scores.get(item, np.nan) for row in self._rows], dtype=np.float64
            )
        return self._columns[item]


def item_means(
    rows: Iterable[Respondent], items: Iterable[str], weights: Sequence[float] | None = None
) -> dict[str, Estimate]:
    """Item → mean over those who answered it."""
    design = Design(rows, weights)
    return {item: design.mean(item) for item in items}


def index(
    rows: Iterable[Respondent], aspects: Sequence[Aspect], weights: Sequence[float] | None = None
) -> Index:
    """The index of all rows together."""
    return Design(rows, weights).index(aspects)


def index_by_unit(
    rows: Iterable[Respondent],
    aspects: Sequence[Aspect],
    units: Iterable[str],
    weights: Sequence[float] | None = None,
) -> dict[str, Index]:
    """Unit → its index, as domains of one design."""
    design = Design(rows, weights)
    return {unit: design.index(aspects, lambda row, unit=unit: row.unit == unit) for unit in units}  # type: ignore[misc]
