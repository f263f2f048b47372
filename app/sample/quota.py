"""Quotas: how many interviews each cell may have, whether a cell is still open, and designs that cannot be filled refused beforehand.

Three kinds: *interlocking* (a target for each combination of the variables), *marginal* (targets for each variable by itself), *shares* (a
total split by ratios with largest remainder: 55/35/10, 2:7:1). Interviews in progress count like finished ones as long as their lease
runs, also on desks that are offline (notes/method.md §3.3).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import product

from app.errors import StudyError

Cell = tuple[tuple[str, str], ...]
"""A cell by its (variable, code) pairs, in the order of the variables: (("county", "3"), ("sex", "1"))."""


class Kind(StrEnum):
    """How targets are given."""

    INTERLOCKING = "interlocking"
    MARGINAL = "marginal"
    SHARES = "shares"


class Policy(StrEnum):
    """What happens to a resident whose cell is full when he has been screened."""

    STOP = "stop"
    """Thanked and coded 56 (quota filled)."""
    FINISH = "finish"
    """Whoever was let in at the screener is interviewed, also when his cell fills up before he comes to the questions or until he is called
    again; nobody new begins."""
    ALLOW = "allow"
    """Interviewed and counted as over quota."""


@dataclass(frozen=True, slots=True)
class Closure:
    """A cell that a person has closed, or opened again, before its target was reached or after. wall: ms."""

    cell: Cell
    by: str
    reason: str
    wall: int
    open: bool = False

    def __post_init__(self) -> None:
        if not self.by.strip() or not self.reason.strip():
            raise StudyError("Closing or opening a quota cell needs a name and a reason")


@dataclass(frozen=True, slots=True)
class Quota:
    """One set of targets. variables: question names, in order. targets: cell → interviews; a marginal quota's cells have one pair each."""

    kind: Kind
    variables: tuple[str, ...]
    targets: Mapping[Cell, int]
    policy: Policy = Policy.STOP

    @property
    def total(self) -> int:
        """Interviews asked for."""
        if self.kind is not Kind.MARGINAL:
            return sum(self.targets.values())
        first = self.variables[0] if self.variables else ""
        return sum(n for cell, n in self.targets.items() if cell[0][0] == first)

    def cells_of(self, answers: Mapping[str, str]) -> tuple[Cell, ...]:
        """The cells that a resident with these answers falls into; () while a variable has no answer: nobody is stopped before all that
        the weighting needs has been asked."""
        if any(not answers.get(variable) for variable in self.variables):
            return ()
        pairs = tuple((variable, answers[variable]) for variable in self.variables)
        if self.kind is Kind.MARGINAL:
            return tuple((pair,) for pair in pairs)
        return (pairs,)


@dataclass(frozen=True, slots=True)
class Filling:
    """How full the cells are. done: finished interviews; running: begun ones whose lease still runs (with those that a desk has in hand
    while it is offline); closures: what people decided, oldest first."""

    done: Mapping[Cell, int] = field(default_factory=dict)
    running: Mapping[Cell, int] = field(default_factory=dict)
    closures: tuple[Closure, ...] = ()

    def taken(self, cell: Cell) -> int:
        """Places that are not free any more."""
        return self.done.get(cell, 0) + self.running.get(cell, 0)

    def decided(self, cell: Cell) -> bool | None:
        """True: a person opened the cell; False: closed it; None: nobody decided."""
        return next((closure.open for closure in reversed(self.closures) if closure.cell == cell), None)


@dataclass(frozen=True, slots=True)
class Verdict:
    """May this resident be interviewed? open: yes. full: the cells that are full. over: he is taken in although a cell is full. known:
    all variables have answers, so the question could be asked."""

    open: bool
    full: tuple[Cell, ...] = ()
    over: bool = False
    known: bool = True


def verdict(
    quotas: Iterable[Quota],
    filling: Filling,
    answers: Mapping[str, str],
    *,
    started: bool = False,
    admitted: bool = False,
) -> Verdict:
    """Ask at the screener, and again when the interview proper begins. started: he has begun already: a cell that closes meanwhile never
    ends his interview (edge 21). admitted: there was a place for him when he was screened. A cell nobody gave a target takes nobody."""
    full: list[Cell] = []
    goes_on = known = True
    for quota in quotas:
        cells = quota.cells_of(answers)
        known = known and bool(cells)
        closed = [cell for cell in cells if is_full(quota, filling, cell)]
        full += closed
        if closed:
            over = quota.policy is Policy.ALLOW or (admitted and quota.policy is Policy.FINISH)
            goes_on = goes_on and over
    if not full:
        return Verdict(open=True, known=known)
    open_ = started or goes_on
    return Verdict(open_, tuple(full), over=open_, known=known)


def is_full(quota: Quota, filling: Filling, cell: Cell) -> bool:
    """No place is left in the cell, or a person has closed it."""
    decided = filling.decided(cell)
    if decided is not None:
        return not decided
    return filling.taken(cell) >= quota.targets.get(cell, 0)


FEW = 10
"""Places of a cell that are the last ones: so many desks could begin with one each before they know of each other."""


def nearly_full(quotas: Iterable[Quota], filling: Filling, answers: Mapping[str, str]) -> bool:
    """A resident with these answers takes one of the last places of a cell that nobody has closed or opened by hand."""
    return any(
        filling.decided(cell) is None and quota.targets.get(cell, 0) - filling.taken(cell) <= FEW
        for quota in quotas
        for cell in quota.cells_of(answers)
    )


def full_units(
    quotas: Sequence[Quota], filling: Filling, variable: str, units: Iterable[str]
) -> frozenset[str]:
    """Units in which no cell is open any more: fresh numbers that are known to lie there (landlines) are not dialled."""
    closed = set()
    for unit in units:
        for quota in quotas:
            cells = [cell for cell in quota.targets if (variable, unit) in cell]
            if cells and all(is_full(quota, filling, cell) for cell in cells):
                closed.add(unit)
    return frozenset(closed)


def refused(quotas: Iterable[Quota], filling: Filling, known: Mapping[str, str]) -> tuple[Cell, ...]:
    """The full cells for which nobody of whom this is known could be interviewed; () = somebody could. known: variable → code, not all of
    them: then a cell that he may still fall into counts. Whoever is taken in over quota is not refused."""
    found: list[Cell] = []
    for quota in quotas:
        pairs = tuple((name, known[name]) for name in quota.variables if known.get(name))
        if quota.policy is Policy.ALLOW or not pairs:
            continue
        if quota.kind is Kind.MARGINAL:
            found += [(pair,) for pair in pairs if is_full(quota, filling, (pair,))]
        elif all(is_full(quota, filling, cell) for cell in quota.targets if set(pairs) <= set(cell)):
            found.append(pairs)
    return tuple(found)


def largest_remainder(total: int, shares: Sequence[int]) -> list[int]:
    """`total` split in proportion to `shares` so that the parts add up; the largest remainders get the rest, ties in order (Hamilton).

    Raises StudyError on a negative total or share, or when all shares are 0."""
    whole = sum(shares)
    if total < 0 or whole <= 0 or min(shares) < 0:
        raise StudyError("Shares are whole numbers, not negative and not all 0")
    parts = [total * share // whole for share in shares]
    order = sorted(range(len(shares)), key=lambda n: (-(total * shares[n] % whole), n))
    for n in order[: total - sum(parts)]:
        parts[n] += 1
    return parts


def by_shares(variable: str, total: int, shares: Mapping[str, int], policy: Policy = Policy.STOP) -> Quota:
    """A quota by group shares: {"masses": 55, "grassroots": 35, "delegates": 10}."""
    parts = largest_remainder(total, list(shares.values()))
    cells: dict[Cell, int] = {((variable, code),): n for code, n in zip(shares, parts, strict=True)}
    return Quota(Kind.SHARES, (variable,), cells, policy)


def infeasible(quotas: Sequence[Quota], codes: Mapping[str, Sequence[str]]) -> list[str]:
    """Why the design can never be filled, as sentences; [] when it can. codes: variable → the codes its question has; () = any, as of a
    hidden question that is told a column of the sample."""
    found: list[str] = []
    for quota in quotas:
        found += _unknown(quota, codes)
        if quota.kind is Kind.MARGINAL:
            found += _margins(quota)
        elif quota.kind is Kind.INTERLOCKING:
            found += _missing(quota, codes)
    totals = {quota.total for quota in quotas}
    if len(totals) > 1:
        found.append(f"The quotas ask for different totals: {', '.join(str(t) for t in sorted(totals))}")
    return found


def _unknown(quota: Quota, codes: Mapping[str, Sequence[str]]) -> list[str]:
    strange = [variable for variable in quota.variables if variable not in codes]
    found = [f'"{variable}" is no question of the questionnaire' for variable in strange]
    for cell, target in quota.targets.items():
        for variable, code in cell:
            if codes.get(variable) and code not in codes[variable]:
                found.append(f'"{code}" is no answer to "{variable}"')
        if target < 0:
            found.append(f"{named(cell)} has a negative target")
    return found


def _margins(quota: Quota) -> list[str]:
    sums = {
        variable: sum(n for cell, n in quota.targets.items() if cell[0][0] == variable)
        for variable in quota.variables
    }
    if len(set(sums.values())) > 1:
        listed = ", ".join(f"{variable} {n}" for variable, n in sums.items())
        return [f"The margins do not add up to the same total: {listed}"]
    return []


def _missing(quota: Quota, codes: Mapping[str, Sequence[str]]) -> list[str]:
    if not all(codes.get(variable) for variable in quota.variables):
        return []
    pairs = [[(variable, code) for code in codes[variable]] for variable in quota.variables]
    return [
        f"{named(cell)} has no target; write 0 if nobody is to be interviewed there"
        for cell in product(*pairs)
        if cell not in quota.targets
    ]


def named(cell: Cell) -> str:
    """ "county=3,sex=1"."""
    return ",".join(f"{variable}={code}" for variable, code in cell)


def cell_of(text: str) -> Cell:
    """The inverse of named()."""
    pairs = (part.partition("=") for part in text.split(",") if part)
    return tuple((variable.strip(), code.strip()) for variable, _, code in pairs)
