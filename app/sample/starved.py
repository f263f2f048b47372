"""Cases that nobody can be given, or that wait too long, and why: what a team lead has to settle, because the queue cannot.

The queue keeps such cases silently (edge 15 of notes/method.md §2.5); this module names them, in the order of the draw.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.clock import minute_in_china
from app.sample.case import Case
from app.sample.plan import Caller, Plan, eligible, skills_missing, wants
from app.sample.queue import Due, Finished, Rank, status


class Lack(StrEnum):
    """What a case lacks."""

    SKILL = "skill"
    """It asks for a skill that nobody on the roster has."""
    ANOTHER = "another"
    """Only somebody else than the last caller may call, and nobody else can."""
    FOREIGN = "foreign"
    """Everybody who could call is kept away from its unit."""
    QUOTA = "quota"
    """All quota cells of its unit are full or closed."""
    MISSED = "missed"
    """The window of its appointment has passed without a call."""
    HOURS = "hours"
    """The field period ends before it may be dialled again."""


@dataclass(frozen=True, slots=True)
class Starved:
    """One case. what: the skill, the unit's code, or the time of the appointment ("2026-03-02 18:40"); "" = nothing to name."""

    case: str
    lack: Lack
    what: str = ""

    @property
    def text(self) -> str:
        """One English sentence."""
        return _SAID[self.lack].format(what=self.what)


_SAID = {
    Lack.SKILL: "It asks for {what}, which nobody on the roster has.",
    Lack.ANOTHER: "Only another interviewer than the last one may call, and nobody else on the roster can.",
    Lack.FOREIGN: "Everybody on the roster who could call is kept away from unit {what}.",
    Lack.QUOTA: "All quota cells of unit {what} are full or closed.",
    Lack.MISSED: "The appointment at {what} was not kept.",
    Lack.HOURS: "The field period ends before it may be dialled again.",
}


def starved(
    cases: Iterable[Case],
    now: int,
    plan: Plan,
    crew: Sequence[Caller],
    closed: frozenset[str] = frozenset(),
) -> tuple[Starved, ...]:
    """The starved among the cases at `now` (ms wall), in ticket order. crew: who may call at all, by the ids that stand in the attempts;
    () = not known, then nothing is said about people. closed: units whose quota cells take nobody."""
    found = (
        _starved(case, now, plan, crew, closed) for case in sorted(cases, key=lambda c: (c.ticket, c.id))
    )
    return tuple(each for each in found if each is not None)


def _starved(
    case: Case, now: int, plan: Plan, crew: Sequence[Caller], closed: frozenset[str]
) -> Starved | None:
    due = status(case, now, plan)
    if isinstance(due, Finished):
        return Starved(case.id, Lack.HOURS) if due.lapsed else None
    if crew and (lack := _nobody(case, now, plan, crew)) is not None:
        return lack
    if case.unit and case.unit in closed and not case.attempts:
        return Starved(case.id, Lack.QUOTA, case.unit)
    return _missed(case, due, now, plan)


def _nobody(case: Case, now: int, plan: Plan, crew: Sequence[Caller]) -> Starved | None:
    asks = wants(case, plan)
    free = max(now, asks.owner_until)  # whoever made an appointment has it to himself only for minutes
    if any(eligible(case, caller, free, plan) for caller in crew):
        return None
    if skills_missing([asks.skill], crew):
        return Starved(case.id, Lack.SKILL, asks.skill)
    if any(asks.takes(caller, free) for caller in crew):
        return Starved(case.id, Lack.FOREIGN, case.unit)
    return Starved(case.id, Lack.ANOTHER)


def _missed(case: Case, due: Due, now: int, plan: Plan) -> Starved | None:
    """Nobody has called since the appointment was made, and its window is over."""
    last = case.attempts[-1] if case.attempts else None
    outcome = plan.outcome(last) if last else None
    if last is None or outcome is None or not outcome.appointment:
        return None
    if due.rank is Rank.OVERDUE and due.window_end < now:
        return Starved(case.id, Lack.MISSED, minute_in_china(last.due or due.window_end))
    return None
