"""Which calls the team lead hears: chosen by the draw's own root, so that neither the desk nor the lead chooses.

notes/method.md §5.1: 10 % of each interviewer's completes and at least three; of refusals, people who did not belong to the sample, and
numbers coded as dead 3 %, because false codes are falsification too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.results.table import CallRow
from app.sample.draw import heard_rank
from app.sample.outcome import Category

_CODED = (Category.R, Category.NE)


@dataclass(frozen=True, slots=True)
class Share:
    """completes, coded: shares of 0 to 1. least: completes of every interviewer that are heard in any case."""

    completes: float = 0.10
    coded: float = 0.03
    least: int = 3


def listening_sample(calls: Iterable[CallRow], share: Share | None = None) -> list[CallRow]:
    """The calls to be heard, by interviewer and time. A call whose case has no ticket is heard: it did not come out of the draw."""
    known, by_person = share or Share(), dict[str, list[CallRow]]()
    chosen: list[CallRow] = []
    for call in calls:
        if call.category == Category.I:
            by_person.setdefault(call.interviewer, []).append(call)
        elif call.category in _CODED and _rank(call) < known.coded * 1e6:
            chosen.append(call)
    for made in by_person.values():
        chosen += _of_one(made, known)
    return sorted(chosen, key=lambda call: (call.interviewer, call.started, call.call))


def _of_one(made: Sequence[CallRow], share: Share) -> list[CallRow]:
    ordered = sorted(made, key=_rank)
    drawn = sum(_rank(call) < share.completes * 1e6 for call in ordered)
    return ordered[: max(drawn, share.least)]


def _rank(call: CallRow) -> int:
    return heard_rank(call.ticket) if call.ticket else -1
