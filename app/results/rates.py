"""Response rates of AAPOR's Standard Definitions from counts of final dispositions, each with its formula (notes/method.md §1.2).

Counts may be weighted. A rate whose denominator is zero is None, never 0. 成功率 and 接通率 as published elsewhere are none of these;
that is why a rate never leaves this module without its formula.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import inf

from app.errors import UsageError
from app.sample.outcome import Category


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate from 0 to 1, or None when it is not defined. formula: in the letters of the categories, K = I+P+R+NC+O, U = UH+UO.
    above, below: the numbers that stand in it; None when they are not known."""

    name: str
    value: float | None
    formula: str
    above: float | None = None
    below: float | None = None


@dataclass(frozen=True, slots=True)
class _Formula:
    name: str
    above: str
    below: str

    @property
    def text(self) -> str:
        above = f"({self.above})" if "+" in self.above else self.above
        below = f"({self.below})" if "+" in self.below else self.below
        return f"{above} / {below}"


def eligibility(counts: Mapping[str, float], *, dead: float = 0.0) -> Rate:
    """e, the estimated share of eligible numbers among the unresolved ones: K / (K + NE), as in AAPOR's calculator (v4).

    dead: how many of NE are numbers announced as not working (4.3x); they are left out. On mobiles dead numbers announce
    themselves, so the unresolved ones are almost all alive, and e with the dead in its denominator is too low and flatters RR3.
    Raises UsageError on unknown categories, negative counts, or more dead numbers than NE."""
    known = _checked(counts)
    if not 0 <= dead <= known["NE"]:
        raise UsageError(f"{dead:g} dead numbers cannot be part of {known['NE']:g} not eligible ones")
    resolved = _resolved(known)
    below = resolved + known["NE"] - dead
    formula = "K / (K+NE-dead)" if dead else "K / (K+NE)"
    return Rate("e", resolved / below if below else None, formula, resolved, below)


def two_step(counts: Mapping[str, float], *, no_household: float, dead: float = 0.0) -> tuple[Rate, Rate]:
    """(e1, e2) of the two-step form, for frames in which it is unknown whether a number is a household's: e1 = share of households
    among the resolved numbers, e2 = share of eligible ones among the households. no_household: how many of NE are no household or
    person (4.2, 4.4, 4.5), dead: how many are not working (4.3x, left out as in eligibility()).

    Raises UsageError on unknown categories, negative counts, or more of them than NE."""
    known = _checked(counts)
    if not 0 <= no_household + dead <= known["NE"] or no_household < 0 or dead < 0:
        raise UsageError(
            f"{no_household:g} and {dead:g} cannot be parts of {known['NE']:g} not eligible ones"
        )
    resolved = _resolved(known)
    households = resolved + known["UO"] + known["NE"] - no_household - dead
    first = Rate(
        "e1",
        households / (households + no_household) if households + no_household else None,
        "households / resolved",
    )
    eligible = resolved + known["NE"] - no_household - dead
    return first, Rate(
        "e2", resolved / eligible if eligible else None, "K / (K+NE of households)", resolved, eligible
    )


def rates(
    counts: Mapping[str, float],
    e: float | None = None,
    *,
    dead: float = 0.0,
    steps: tuple[float, float] | None = None,
) -> dict[str, Rate]:
    """All rates by name: RR1-6, COOP1-4, REF1-3, CON1-3 and e. counts: category → cases or weights (absent = 0). e: given, else
    eligibility(). steps: (e1, e2) of two_step(): then the unresolved count e1·e2·UH + e2·UO.

    Raises UsageError on unknown categories, negative counts, or e outside 0 to 1."""
    if e is not None and not 0 <= e <= 1:
        raise UsageError(f"e = {e:g} is not a share from 0 to 1")
    share = eligibility(counts, dead=dead) if e is None else Rate("e", e, "given")
    sums = _sums(_checked(counts), share.value)
    if steps is not None:
        known = _checked(counts)
        sums["eU"] = steps[0] * steps[1] * known["UH"] + steps[1] * known["UO"]
    return {formula.name: _rate(formula, sums) for formula in _FORMULAS} | {"e": share}


def stepped(counts: Mapping[str, float], *, no_household: float, dead: float = 0.0) -> dict[str, Rate]:
    """RR3 and RR4 once more with the two-step e, as RR3-2 and RR4-2, and its e1 and e2; {} where these are not defined.

    Raises as two_step()."""
    first, second = two_step(counts, no_household=no_household, dead=dead)
    if first.value is None or second.value is None:
        return {}
    found = rates(counts, dead=dead, steps=(first.value, second.value))
    again = {
        f"{name}-2": replace(
            found[name], name=f"{name}-2", formula=f"{found[name].formula}, eU = e1·e2·UH + e2·UO"
        )
        for name in ("RR3", "RR4")
    }
    return again | {"e1": first, "e2": second}


_FORMULAS = (
    _Formula("RR1", "I", "K+U"),
    _Formula("RR2", "I+P", "K+U"),
    _Formula("RR3", "I", "K+eU"),
    _Formula("RR4", "I+P", "K+eU"),
    _Formula("RR5", "I", "K"),
    _Formula("RR6", "I+P", "K"),
    _Formula("COOP1", "I", "I+P+R+O"),
    _Formula("COOP2", "I+P", "I+P+R+O"),
    _Formula("COOP3", "I", "I+P+R"),
    _Formula("COOP4", "I+P", "I+P+R"),
    _Formula("REF1", "R", "K+U"),
    _Formula("REF2", "R", "K+eU"),
    _Formula("REF3", "R", "K"),
    _Formula("CON1", "I+P+R+O", "K+U"),
    _Formula("CON2", "I+P+R+O", "K+eU"),
    _Formula("CON3", "I+P+R+O", "K"),
)


def _rate(formula: _Formula, sums: Mapping[str, float | None]) -> Rate:
    above, below = _sum(formula.above, sums), _sum(formula.below, sums)
    value = above / below if above is not None and below else None
    return Rate(formula.name, value, formula.text, above, below)


def _sum(text: str, sums: Mapping[str, float | None]) -> float | None:
    total = 0.0
    for term in text.split("+"):
        value = sums[term]
        if value is None:
            return None
        total += value
    return total


def _sums(counts: Mapping[str, float], e: float | None) -> dict[str, float | None]:
    unresolved = counts["UH"] + counts["UO"]
    likely = 0.0 if not unresolved else None if e is None else e * unresolved
    return {**counts, "K": _resolved(counts), "U": unresolved, "eU": likely}


def _resolved(counts: Mapping[str, float]) -> float:
    return sum(counts[name] for name in ("I", "P", "R", "NC", "O"))


def _checked(counts: Mapping[str, float]) -> dict[str, float]:
    known = {category.value: 0.0 for category in Category}
    for category, count in counts.items():
        if category not in known:
            raise UsageError(f"{category} is no AAPOR category", todo=f"Use {', '.join(known)}.")
        if not 0 <= count < inf:  # also catches not-a-number
            raise UsageError(f"{category} has the count {count:g}")
        known[category] = float(count)
    return known
