"""What a design will cost and what it can show, before anybody is called: dials, contacts, precision, the change that can be seen.

Formulas: n = z² p(1−p)/e² with finite population correction and design effect; index precision from the spread between respondents;
detectable change at 80 % power between two years (notes/method.md §3.5). A mobile segment fixes the city, never the county: eligible
contacts for a county's target are target / share.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import ceil, sqrt

from app.errors import StudyError

Z = 1.959963984540054
"""Normal quantile of a two-sided 95 % interval."""
POWER = 0.8416212335729143
"""Normal quantile of 80 %."""


@dataclass(frozen=True, slots=True)
class Assumed:
    """What a design assumes; printed beside every number. sd: spread of respondents' index (0–100). deff: design effect.
    dials_a_complete: from published field work 9–13. eligible: share of contacts that may be interviewed and agree to be."""

    sd: float = 13.5
    deff: float = 1.3
    dials_a_complete: float = 11.0


@dataclass(frozen=True, slots=True)
class Expected:
    """One unit of a design. contacts, spread: eligible contacts until the target is met, if all come from the city's mobiles, and their
    standard deviation. margin: ± points of the index (95 %). change: smallest change between two equal years seen with 80 % power.
    dials: until all targets of the city are met, this unit's part."""

    unit: str
    target: int
    share: float
    contacts: float
    spread: float
    margin: float
    change: float
    dials: float


def sample_size(margin: float, share: float = 0.5, population: int | None = None, deff: float = 1.0) -> int:
    """Interviews for a proportion within ± margin (95 %). share: the proportion expected. population: for the finite correction; more than
    all of them are never asked for."""
    if not 0 < margin < 1 or not 0 < share < 1 or deff <= 0:
        raise StudyError("A margin and a proportion lie between 0 and 1, a design effect above 0")
    n = Z**2 * share * (1 - share) / margin**2
    if population is not None:
        n = n / (1 + (n - 1) / population)
    found = ceil(n * deff - 1e-9)
    return found if population is None else min(found, population)


def index_margin(n: int, assumed: Assumed) -> float:
    """± points of the index with n interviews (95 %)."""
    return Z * index_error(n, assumed)


def index_error(n: int, assumed: Assumed) -> float:
    """Standard error of the index with n interviews."""
    if n <= 0:
        raise StudyError("A unit needs at least one interview")
    return assumed.sd * sqrt(assumed.deff / n)


def detectable(n: int, assumed: Assumed) -> float:
    """Smallest change between two years of n interviews each that is seen with 80 % power (two-sided 5 %)."""
    return (Z + POWER) * sqrt(2) * index_error(n, assumed)


def screening(target: int, share: float) -> tuple[float, float]:
    """(eligible contacts expected until `target` of them live in a unit with this share of the city, their standard deviation): a
    negative binomial."""
    if not 0 < share <= 1:
        raise StudyError("A unit's share of the population lies above 0 and is at most 1")
    return target / share, sqrt(target * (1 - share)) / share


def expected(
    targets: Mapping[str, int], shares: Mapping[str, float], assumed: Assumed | None = None
) -> list[Expected]:
    """Every unit of a design, in the order of targets. shares: of the population, need not add up to 1 exactly; scaled.

    The city is dialled until its hardest unit is filled, so that unit's contacts decide the cost."""
    known = assumed or Assumed()
    whole = sum(shares.values())
    if whole <= 0 or any(unit not in shares for unit in targets):
        raise StudyError("Every unit with a target needs a share of the population")
    hardest = max((target * whole / shares[unit] for unit, target in targets.items() if target), default=0.0)
    rows = []
    for unit, target in targets.items():
        share = shares[unit] / whole
        contacts, spread = screening(target, share)
        some = max(target, 1)
        margin, change = index_margin(some, known), detectable(some, known)
        dials = hardest * share * known.dials_a_complete
        rows.append(Expected(unit, target, share, contacts, spread, margin, change, dials))
    return rows


class Caution(StrEnum):
    """What a design should not go into the field with unsaid."""

    FRAME = "frame"
    """More numbers are needed than the frame has."""
    HIDDEN = "hidden"
    """So few interviews that nothing of a unit may be published."""
    WITHHELD = "withheld"
    """Enough to publish how many, not their score."""
    BLUNT = "blunt"
    """Only a change that hardly ever happens would be seen."""
    HARDEST = "hardest"
    """One unit alone makes the city's dialling much longer."""


FEW, SOME = 10, 30
"""Below FEW interviews a result is not shown at all, below SOME not its score (notes/method.md §4.8)."""
_BLUNT = 5.0
"""Points: real changes of a county between two years were -4.7 to +2.6 (§4.5)."""
_HARD = 1.5
"""Times what the city would be dialled for if every unit got its target at once."""


@dataclass(frozen=True, slots=True)
class Warned:
    """One caution. units: codes, () = all of them. amount: numbers the frame has, points of the smallest change, or times the dials."""

    caution: Caution
    units: tuple[str, ...] = ()
    amount: float = 0.0


@dataclass(frozen=True, slots=True)
class Outlook:
    """A whole design. interviews, dials: of all units. numbers: that must be dialled at least, when each gets all its attempts. frame:
    numbers in the frame, 0 = not known."""

    rows: tuple[Expected, ...]
    interviews: int
    dials: float
    numbers: float
    frame: int
    warned: tuple[Warned, ...]


def outlook(
    targets: Mapping[str, int],
    shares: Mapping[str, float],
    assumed: Assumed | None = None,
    *,
    frame: int = 0,
    attempts: int = 6,
) -> Outlook:
    """The design with what should be said about it before anybody is called. attempts: at one number, at the most."""
    rows = tuple(expected(targets, shares, assumed))
    interviews, dials = sum(targets.values()), sum(row.dials for row in rows)
    numbers = dials / attempts
    return Outlook(
        rows, interviews, dials, numbers, frame, tuple(_cautions(rows, dials, numbers, frame, assumed))
    )


def _cautions(
    rows: tuple[Expected, ...], dials: float, numbers: float, frame: int, assumed: Assumed | None
) -> list[Warned]:
    found: list[Warned] = []
    if frame and numbers > frame:
        found.append(Warned(Caution.FRAME, amount=frame))
    for caution, here in (
        (Caution.HIDDEN, [row for row in rows if row.target < FEW]),
        (Caution.WITHHELD, [row for row in rows if FEW <= row.target < SOME]),
        (Caution.BLUNT, [row for row in rows if row.change > _BLUNT]),
    ):
        if here:
            units = () if len(here) == len(rows) else tuple(row.unit for row in here)
            amount = min(row.change for row in here) if caution is Caution.BLUNT else 0.0
            found.append(Warned(caution, units, amount))
    together = sum(row.target for row in rows) * (assumed or Assumed()).dials_a_complete
    hardest = max(rows, key=lambda row: row.contacts, default=None)
    if hardest is not None and together and dials > _HARD * together:
        found.append(Warned(Caution.HARDEST, (hardest.unit,), dials / together))
    return found
