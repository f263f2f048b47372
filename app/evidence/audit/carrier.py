"""Compares the calls in the journals with a carrier's list: the only check that finds calls made outside the system, and calls that were
never made. With the sealed contacts opened numbers are compared, otherwise times and durations.

A workstation's clock may be wrong; by how much is found from the calls themselves, start by start of each device, before anything is
judged. Within one start its monotonic clock counts, so that a wall clock that jumped in the middle of a shift does no harm.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from app.evidence.audit.facts import Call, Facts
from app.evidence.audit.verdict import Findings, Spot
from app.evidence.cdr import CarrierCall, CarrierList, ending, same_number
from hardware.base import RATE

TOLERANCE = 2.0
"""Seconds that the carrier and we may differ in start and duration."""
_NEAR = 15 * 60
"""Seconds that a workstation's clock may be off the carrier's, at most, for calls to be compared by time alone …"""
_KNOWN = 15
"""… and once it is known by how much it is off."""
_SAME_DAY = 26 * 3600
"""The same where the number is known to be equal."""
_PROBE = 60
"""Calls of one start of a device that are looked at to find out by how much its clock is off."""


@dataclass(frozen=True, slots=True)
class _Ours:
    """A call of the journals as a carrier would list it. clock: which device, and which start of it. start: s since 1970 by that clock, of
    the answer, or of dialling when nobody answered. seconds: from answer to end. sure: the line itself said that it was answered, not a
    person or a guess."""

    call: Call
    clock: str
    start: float
    seconds: float
    answered: bool
    sure: bool


def reconcile(facts: Facts, carrier: CarrierList, findings: Findings) -> None:
    """Write down every difference. Where facts.numbers has the number of a call it is compared, else time and duration alone."""
    numbers = facts.numbers
    for line, why in carrier.refused:
        needed = "that row, in a form that can be read"
        findings.missing(
            "carrier.row",
            f"This row of the carrier's list cannot be read: {why}",
            Spot(carrier.name, line),
            needed=needed,
        )
    ours, rows = _as_listed(facts.calls.values()), _Rows(carrier.calls)
    probe = _matched(_first_of_each(ours), rows, numbers, defaultdict(float), _NEAR)
    pairs = _matched(ours, rows, numbers, _offsets(probe, findings), _KNOWN)
    counts = findings.counts
    counts["carrier calls"] = len(carrier.calls)
    counts["carrier rows passed over"] = carrier.passed_over
    counts["calls reconciled"] = len(pairs)
    offsets = _offsets(pairs)
    taken = set()
    for mine, theirs in pairs:
        taken.add(theirs.line)
        _compare(mine, theirs, offsets[mine.clock], carrier.name, findings)
    met = {mine.call.call for mine, _ in pairs}
    for each in ours:
        if each.answered and each.call.call not in met:
            what = "The journal says that this call was answered, but the carrier's list does not have it"
            findings.missing("carrier.absent", what, each.call.at, needed="the carrier's word on that call")
    for theirs in carrier.calls:
        if theirs.line not in taken:
            _unknown(theirs, carrier.name, findings)


def _as_listed(calls: Iterable[Call]) -> list[_Ours]:
    bases: dict[str, int] = {}
    listed = []
    for call in calls:
        if not call.dials or call.started is None:
            continue
        clock = f"{call.device} ({call.started.boot})"
        dialled = (bases.setdefault(clock, call.started.wall - call.started.mono) + call.started.mono) / 1000
        if call.answered < 0:
            listed.append(_Ours(call, clock, dialled, 0.0, answered=False, sure=True))
            continue
        talked = max(0, max(call.ended_at, call.latest) - call.answered) / RATE
        sure, start = call.answer_source == "signal", dialled + call.answered / RATE
        listed.append(_Ours(call, clock, start, talked, answered=True, sure=sure))
    return listed


def _first_of_each(ours: Iterable[_Ours]) -> list[_Ours]:
    """The first answered calls of each clock."""
    found: dict[str, list[_Ours]] = defaultdict(list)
    for each in ours:
        if each.answered and len(found[each.clock]) < _PROBE:
            found[each.clock].append(each)
    return [each for some in found.values() for each in some]


class _Rows:
    """The carrier's calls by time, and by the last digits of their number."""

    def __init__(self, calls: Iterable[CarrierCall]) -> None:
        self.all = sorted(calls, key=lambda row: row.start)
        self._every = list(range(len(self.all)))
        self._ending: dict[str, list[int]] = defaultdict(list)
        for place, row in enumerate(self.all):
            self._ending[ending(row.number)].append(place)

    def near(self, number: str, expected: float, reach: float) -> list[int]:
        """Places of the rows that may be a call to this number ("" = any) at about this time (s since 1970)."""
        if not number:
            return self._between(self._every, expected, reach)
        # Rows that hide the end of the number, or have none, may be anybody's: those must be near in time.
        same = self._between(self._ending.get(ending(number), []), expected, _SAME_DAY)
        return [at for at in same if same_number(number, self.all[at].number)] + [
            at
            for at in self._between(self._ending.get("", []), expected, reach)
            if not self.all[at].number or same_number(number, self.all[at].number)
        ]

    def _between(self, places: Sequence[int], expected: float, reach: float) -> list[int]:
        def start(place: int) -> float:
            return self.all[place].start / 1000

        low = bisect_left(places, expected - reach, key=start)
        return list(places[low : bisect_right(places, expected + reach, key=start)])


def _matched(
    ours: Sequence[_Ours], rows: _Rows, numbers: Mapping[str, str], offsets: Mapping[str, float], reach: float
) -> list[tuple[_Ours, CarrierCall]]:
    """Pairs, each call and row once, the nearest first."""
    candidates: list[tuple[float, int, int]] = []
    for place, mine in enumerate(ours):
        number, expected = numbers.get(mine.call.call, ""), mine.start + offsets[mine.clock]
        for at in rows.near(number, expected, reach):
            row = rows.all[at]
            if number or mine.answered == bool(row.seconds):
                # Durations tell calls apart better than clocks do.
                unlike = min(60.0, abs(row.seconds - mine.seconds))
                candidates.append((abs(row.start / 1000 - expected) + 30 * unlike, place, at))
    pairs, used_ours, used_rows = [], set[int](), set[int]()
    for _, place, at in sorted(candidates):
        if place not in used_ours and at not in used_rows:
            used_ours.add(place)
            used_rows.add(at)
            pairs.append((ours[place], rows.all[at]))
    return pairs


def _offsets(
    pairs: Iterable[tuple[_Ours, CarrierCall]], findings: Findings | None = None
) -> dict[str, float]:
    """Clock → seconds to add to it to get the carrier's: the middle of what its calls say."""
    seen: dict[str, list[float]] = defaultdict(list)
    for mine, theirs in pairs:
        if abs(theirs.seconds - mine.seconds) <= TOLERANCE:
            seen[mine.clock].append(theirs.start / 1000 - mine.start)
    offsets: dict[str, float] = defaultdict(float)
    for clock, differences in seen.items():
        offsets[clock] = median(differences)
        if findings is not None and abs(offsets[clock]) > TOLERANCE:
            what = f"The clock of workstation {clock} differs from the carrier's by {offsets[clock]:.0f} s; this was allowed for"
            findings.note("carrier.clock", what)
    return offsets


def _compare(mine: _Ours, theirs: CarrierCall, offset: float, name: str, findings: Findings) -> None:
    call, at = mine.call, Spot(name, theirs.line, mine.call.call)
    late = theirs.start / 1000 - mine.start - offset
    if mine.answered and not mine.sure:
        _loosely(mine, theirs, at, findings)
        return
    if abs(theirs.seconds - mine.seconds) > TOLERANCE:
        what = f"The carrier says that this call lasted {theirs.seconds} s, the journal {mine.seconds:.0f} s"
        findings.missing(
            "carrier.duration", what, at, needed=f"an explanation; the journal's word is at {call.at}"
        )
    elif (
        mine.answered and abs(late) > TOLERANCE
    ):  # of unanswered calls at one moment nobody can tell which is which
        what = f"The carrier has this call {abs(late):.0f} s {'later' if late > 0 else 'earlier'} than the journal"
        findings.missing(
            "carrier.time", what, at, needed=f"an explanation; the journal's word is at {call.at}"
        )


def _loosely(mine: _Ours, theirs: CarrierCall, at: Spot, findings: Findings) -> None:
    """When nobody but the interviewer or a guess said when it was answered, at least the sound must last as long as the carrier's talk."""
    whole = mine.call.samples / RATE if mine.call.samples >= 0 else (mine.call.latest / RATE)
    if theirs.seconds > whole + TOLERANCE:
        what = f"The carrier says that this call lasted {theirs.seconds} s, but there are only {whole:.0f} s of sound"
        findings.missing(
            "carrier.duration", what, at, needed=f"an explanation; the journal's word is at {mine.call.at}"
        )


def _unknown(theirs: CarrierCall, name: str, findings: Findings) -> None:
    hidden = f" to a number ending in {theirs.number[-4:]}" if theirs.number else ""
    lasted = f"a call of {theirs.seconds} s" if theirs.seconds else "a call that nobody answered"
    what = f"The carrier has {lasted}{hidden}, which no journal knows"
    findings.missing(
        "carrier.unknown",
        what,
        Spot(name, theirs.line),
        needed="an explanation from whoever may use that line",
    )
