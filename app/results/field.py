"""The field report: what was dialled, by day, hour, interviewer, slice, line and replicate; response rates and yields; how the quota cells
stand; which cases starve; and whether the order of the draw was kept.

Cherry-pick index: the share of pairs of numbers whose first dials came in the opposite order of their tickets (Kendall's distance). 0 =
as drawn, 0.5 = as if the order had not been looked at, 1 = backwards. Skills, closed hours and appointments move single numbers; an
interviewer whose index stands out from the others' has chosen. His are the numbers that he was the first to dial: a re-dial of
another's is no choice of his.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from app.clock import in_china
from app.results.heard import Heard
from app.results.rates import Rate, rates, stepped
from app.results.table import CallRow, Tally, by_category, dead, dispositions, grouped
from app.sample.calendar import Calendar
from app.sample.case import day_of
from app.sample.cells import CellState
from app.sample.disposition import Disposition
from app.sample.outcome import Outcome
from app.sample.starved import Starved

OUTSIDE = "outside"
"""Name of the slice of calls that lie in none: appointments that residents asked for."""
FEWEST = 20
"""Below so many numbers an interviewer's index says nothing: chance alone moves it by a third."""


@dataclass(frozen=True)
class FieldReport:
    """All tables of a moment. hours: name of a slice → "18:30–21:00". cherry: interviewer → index, None below FEWEST numbers."""

    total: Tally
    by_day: Mapping[str, Tally]
    by_hour: Mapping[str, Tally]
    by_interviewer: Mapping[str, Tally]
    by_slice: Mapping[str, Tally]
    by_line: Mapping[str, Tally]
    by_replicate: Mapping[str, Tally]
    rates: Mapping[str, Rate]
    cherry: Mapping[str, float | None]
    cherry_all: float | None
    starved: tuple[Starved, ...] = ()
    cells: tuple[CellState, ...] = ()
    desks: tuple[Heard, ...] = ()
    hours: Mapping[str, str] = field(default_factory=dict)
    rehearsal: bool = False

    def of_day(self, day: str) -> tuple[Tally, Mapping[str, Tally]]:
        """A day's whole and its hours ("18" → tally). day: "2026-03-02"."""
        hours = {name[-2:]: tally for name, tally in self.by_hour.items() if name.startswith(day)}
        return self.by_day.get(day, Tally()), hours


def field_report(
    calls: Sequence[CallRow],
    outcomes: Mapping[str, Outcome],
    calendar: Calendar,
    *,
    released: int = 0,
    replicate: Mapping[str, int] | None = None,
    starved: tuple[Starved, ...] = (),
    cells: tuple[CellState, ...] = (),
    desks: tuple[Heard, ...] = (),
) -> FieldReport:
    """The report of these calls. replicate: case → its number. released: numbers handed out. starved, cells, desks: as they
    stand now.

    Raises StudyError on an outcome that the table does not know."""
    final, parts = dispositions(calls, outcomes), replicate or {}
    counts = by_category(final, released)
    names = sorted({call.interviewer for call in calls})
    firsts = _first_dials(calls)
    own = {name: [call for call in firsts if call.interviewer == name] for name in names}
    return FieldReport(
        total=grouped(calls, lambda _: "").get("", Tally()),
        by_day=grouped(calls, lambda call: in_china(call.started).strftime("%Y-%m-%d")),
        by_hour=grouped(calls, lambda call: in_china(call.started).strftime("%Y-%m-%d %H")),
        by_interviewer=grouped(calls, lambda call: call.interviewer),
        by_slice=grouped(calls, lambda call: _slice(call, calendar)),
        by_line=grouped(calls, lambda call: call.device),
        by_replicate=grouped(calls, lambda call: str(parts.get(call.case, ""))),
        rates=_rates(counts, final),
        cherry={name: _worth_saying(own[name]) for name in names},
        cherry_all=_worth_saying(firsts),
        starved=starved,
        cells=cells,
        desks=desks,
        hours={sort.name: f"{_hour(sort.start)}–{_hour(sort.end)}" for sort in calendar.sorts},
        rehearsal=any(call.rehearsal for call in calls),
    )


def _first_dials(calls: Iterable[CallRow]) -> list[CallRow]:
    """The first call to each number whose ticket is known, in the order in which they were made."""
    first: dict[str, CallRow] = {}
    for call in sorted(calls, key=lambda row: (row.started, row.call)):
        if call.ticket:
            first.setdefault(call.case, call)
    return list(first.values())


def _worth_saying(firsts: Sequence[CallRow]) -> float | None:
    return cherry_index(firsts) if len(firsts) >= FEWEST else None


def _rates(counts: Mapping[str, int], final: Mapping[str, Disposition]) -> dict[str, Rate]:
    """All rates with e from numbers that were not announced dead, and RR3 and RR4 once more with the two-step e (app/results/rates.py)."""
    buried, strangers = dead(final), sum(each.aapor.startswith(_NO_HOUSEHOLD) for each in final.values())
    return rates(counts, dead=buried) | stepped(counts, no_household=strangers, dead=buried)


SHOWN = ("RR1", "RR3", "RR3-2", "RR5", "COOP1", "REF1", "CON1", "e", "e1", "e2")
"""The rates of a report, where they can be had."""
_NO_HOUSEHOLD = ("4.2", "4.4", "4.5")
"""Numbers of machines, offices and institutions."""


def cherry_index(calls: Iterable[CallRow]) -> float | None:
    """See above; None with fewer than two numbers whose tickets are known."""
    order = [call.ticket for call in _first_dials(calls)]
    pairs = len(order) * (len(order) - 1) // 2
    return _inversions(order)[1] / pairs if pairs else None


def _inversions(items: list[str]) -> tuple[list[str], int]:
    """(sorted, pairs out of order), by merging: n log n, a campaign has 100,000 numbers."""
    if len(items) < 2:
        return items, 0
    middle = len(items) // 2
    left, a = _inversions(items[:middle])
    right, b = _inversions(items[middle:])
    merged: list[str] = []
    count, at = a + b, 0
    for value in left:
        while at < len(right) and right[at] < value:
            merged.append(right[at])
            at += 1
        count += at
        merged.append(value)
    return merged + right[at:], count


def _slice(call: CallRow, calendar: Calendar) -> str:
    if not calendar.covers(
        day_of(call.started)
    ):  # an appointment was kept on a day that the table does not know
        return OUTSIDE
    found = calendar.slice_at(call.started, call.unit)
    return found.sort.name if found else OUTSIDE


def _hour(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
