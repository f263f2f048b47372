"""Which case is next: a pure function of the cases, the time, the plan and who is calling. The same state gives the same case.

The lexicographic order is that of notes/method.md §2.4. For a pool too large to look through, app/pool.py keeps what status() says of
each case in a table; this module is the truth that the table must agree with.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import IntEnum

from app.clock import minute_in_china
from app.errors import StudyError
from app.sample.case import Case, State, day_of, midnight_after
from app.sample.delay import Calls, delay, quick, within_day
from app.sample.outcome import Category, Outcome
from app.sample.plan import Caller, Plan, eligible
from app.sample.spread import mask, next_slice

_MINUTE = 60_000


class Rank(IntEnum):
    """Levels of the order, most urgent first; the numbers are those of notes/method.md §2.4."""

    RESUMABLE = 1
    APPOINTMENT = 2
    OVERDUE = 3
    BROKEN_OFF = 4
    BUSY = 5
    LAST_SLICE = 6
    UNTRIED = 7
    REDIAL = 8
    FRESH = 9


@dataclass(frozen=True, slots=True)
class Due:
    """When a case may be dialled and how urgent it is then. at: ms wall, 0 = at any time. window_end: of an appointment, ms wall.
    why: one English clause for explain(). until: when the level changes by itself, ms wall; 0 = not. moved: an appointment that could not
    stand where it was made; the supervisor is shown it."""

    at: int
    rank: Rank
    why: str
    window_end: int = 0
    until: int = 0
    moved: bool = False


@dataclass(frozen=True, slots=True)
class Finished:
    """A case that is not dialled any more. why: one English clause. lapsed: not for anything that it came to, but because the field
    period is over for it."""

    why: str
    lapsed: bool = False


Order = tuple[int, int, str, str]
"""(level, end of an appointment's window, ticket, case): the smaller, the sooner."""


def next_case(
    cases: Iterable[Case], now: int, plan: Plan | None = None, caller: Caller | None = None
) -> Case | None:
    """The best case to dial at `now` (ms wall), or None when none may be dialled. Ties go by ticket, never by place in the list.
    caller: None = whoever it takes."""
    known = plan or Plan()
    best: tuple[Order, Case] | None = None
    for case in cases:
        due = status(case, now, known)
        if isinstance(due, Due) and due.at <= now and (caller is None or eligible(case, caller, now, known)):
            order = order_of(case, due, now, known)
            if best is None or order < best[0]:
                best = order, case
    return best[1] if best else None


def order_of(case: Case, due: Due, now: int, plan: Plan) -> Order:
    """Where a case that is due stands at `now`."""
    return (int(level(case, due, now, plan)), due.window_end, case.ticket, case.id)


def level(case: Case, due: Due, now: int, plan: Plan) -> Rank:
    """The level of a due case at `now`: a re-dial counts more in a sort of slice that was never tried, most where that sort will not come
    again in the field period."""
    if due.rank is not Rank.REDIAL or plan.calendar.days is None:
        return due.rank
    here = plan.calendar.slice_at(now, case.unit)
    if here is None or mask(case, plan) >> here.sort.bit & 1:
        return Rank.REDIAL
    later = plan.calendar.ahead(here.end, case.unit, plan.ends) if plan.ends else ()
    again = not plan.ends or any(slice_.sort is here.sort for slice_ in later)
    return Rank.UNTRIED if again else Rank.LAST_SLICE


def next_due(cases: Iterable[Case], now: int, plan: Plan | None = None) -> int | None:
    """When the next of the waiting cases may be dialled, ms wall; None when all are finished: "next due 18:40"."""
    known = plan or Plan()
    waits = [due.at for case in cases if isinstance(due := status(case, now, known), Due)]
    return max(now, min(waits)) if waits else None


def explain(case: Case, now: int, plan: Plan | None = None) -> str:
    """Why the case is or is not handed out at `now`: one English sentence, times of day in China."""
    known = plan or Plan()
    due = status(case, now, known)
    if isinstance(due, Finished):
        return f"Finished: {due.why}."
    if due.at > now:
        return f"Not before {minute_in_china(due.at)}: {due.why}."
    rank = level(case, due, now, known)
    return f"May be dialled now, level {int(rank)} ({rank.name.lower().replace('_', ' ')}): {due.why}."


def status(case: Case, now: int, plan: Plan) -> Due | Finished:
    """When the case may be dialled, or why never again. Raises StudyError on an outcome that the rules do not know."""
    if case.state is State.CLOSED:
        return Finished("taken out of this queue by a person, or given back to the room's pool")
    calls = _calls(case, plan)
    over = _over(calls)
    if over is not None and not _asked_again(calls):
        return over
    if case.state is State.RESUMABLE:
        return _resumable(case, now, plan)
    if not case.attempts:
        return _in_hours(Due(0, Rank.FRESH, "never dialled, in ticket order"), case, now, plan)
    booked = _appointed(case, calls, now, plan)
    if booked is not None:
        return _in_field(booked, now, plan)
    return over or _exhausted(case, calls, plan) or _redial(case, calls, now, plan)


def _calls(case: Case, plan: Plan) -> Calls:
    """The attempts that were given an outcome, with it."""
    outcomes = plan.rules.outcomes
    if unknown := [a.outcome for a in case.attempts if a.outcome and a.outcome not in outcomes]:
        # Passing over it would forget the attempt, and perhaps a refusal, and dial again at once.
        raise StudyError(f"The outcome {unknown[0]} is not in the outcome table", where=f"case {case.id}")
    return [(a, outcomes[a.outcome]) for a in case.attempts if a.outcome]


def _over(calls: Calls) -> Finished | None:
    """A call came to something that is final."""
    for attempt, outcome in calls:
        if outcome.final:
            return Finished(f"{_named(outcome)} at {minute_in_china(attempt.ended)} is final")
    return None


def _asked_again(calls: Calls) -> bool:
    """After what was final the resident called the centre himself and asked for an appointment: it is kept. Not after an interview, and who
    is on the do-not-call list is taken off it first."""
    since = calls[max(n for n, (_, outcome) in enumerate(calls) if outcome.final) + 1 :]
    closed = any(o.do_not_call or o.voids or o.category is Category.I for _, o in calls)
    return not closed and any(outcome.appointment for _, outcome in since)


def _in_hours(due: Due, case: Case, now: int, plan: Plan) -> Due | Finished:
    """The same, moved into the hours at which people may be called and into the field period."""
    if plan.calendar.days is None:
        return due
    soonest = max(due.at, now, plan.starts)
    opens = plan.calendar.opens(soonest, case.unit, plan.ends)
    if opens is None:
        return _in_the_dark(due, soonest, now, plan)
    return replace(due, at=opens) if opens > max(due.at, now) else due


def _in_the_dark(due: Due, soonest: int, now: int, plan: Plan) -> Due | Finished:
    """No hours are known any more. Where the table of days ends before the field period does, the case waits for the table, day by day: it
    is neither called by guess nor given up."""
    dark = plan.calendar.dark(soonest, plan.ends)
    if dark is None:
        return Finished("the field period has no more hours for it", lapsed=True)
    at = dark if dark > now else midnight_after(now)
    return replace(due, at=at, why=f"{due.why}; the calendar does not know {minute_in_china(at)[:4]}")


def _in_field(booked: Due, now: int, plan: Plan) -> Due | Finished:
    """An appointment is kept at any hour, but not after the field period."""
    if plan.ends and max(booked.at, now) >= plan.ends:
        return Finished("the field period is over, and the appointment was not kept", lapsed=True)
    return booked


def _resumable(case: Case, now: int, plan: Plan) -> Due | Finished:
    """Cut off without an outcome: first of all for some minutes, whatever the hour; then with the other broken-off interviews."""
    ended = case.attempts[-1].ended if case.attempts else now
    until = ended + plan.rules.calling.resumable_minutes * _MINUTE
    why = "the last call was cut off and can be resumed"
    if now < until:
        return Due(0, Rank.RESUMABLE, why, until=until)
    return _in_hours(Due(0, Rank.BROKEN_OFF, why), case, now, plan)


def _appointed(case: Case, calls: Calls, now: int, plan: Plan) -> Due | None:
    """An appointment that is still to be kept: it blocks the case until its window opens and is honoured beyond every cap. When nobody
    was there at the time, two more tries; then the case falls back to the others (None)."""
    made = max((n for n, (_, outcome) in enumerate(calls) if outcome.appointment), default=-1)
    since, calling = calls[made + 1 :], plan.rules.calling
    missed = [attempt for attempt, outcome in since if outcome.attempt]
    answered = any(outcome.category not in (Category.UH, Category.NE) for _, outcome in since)
    if made < 0 or answered or len(missed) > len(calling.missed_retry_minutes):
        return None
    # The line's own refusals are no attempts, but have their delay all the same.
    free = max((a.ended + o.retry_minutes * _MINUTE for a, o in since if not o.attempt), default=0)
    if missed:
        at = missed[-1].ended + calling.missed_retry_minutes[len(missed) - 1] * _MINUTE
        why = f"nobody at the appointed time, try {len(missed)} after it"
        return Due(max(at, free), Rank.OVERDUE, why, at)
    attempt, outcome = calls[made]
    time, moved = _standing(attempt.due or attempt.ended + outcome.retry_minutes * _MINUTE, case, plan)
    end = time + calling.appointment_late_minutes * _MINUTE
    rank = Rank.APPOINTMENT if now <= end else Rank.OVERDUE
    why = f"appointment at {minute_in_china(time)}" + (
        ", moved: nobody is called on the day asked for" if moved else ""
    )
    opens = max(time - calling.appointment_early_minutes * _MINUTE, free)
    return Due(opens, rank, why, end, end + 1 if rank is Rank.APPOINTMENT else 0, moved)


def _standing(time: int, case: Case, plan: Plan) -> tuple[int, bool]:
    """The time of an appointment, and whether it had to be moved: hours that the resident asked for may lie outside the slices, but on a
    day on which nobody is called (found out later) it moves to the next slice."""
    calendar = plan.calendar
    if (
        calendar.days is None
        or not calendar.covers(day_of(time))
        or calendar.slices_of(day_of(time), case.unit)
    ):
        return time, False
    opens = calendar.opens(time, case.unit)
    return (time, False) if opens is None else (opens, True)


def _exhausted(case: Case, calls: Calls, plan: Plan) -> Finished | None:
    """The limit of one kind of outcome, or of attempts, is reached."""
    tallies = Counter(outcome.tally for _, outcome in calls)
    for attempt, outcome in reversed(calls):
        if outcome.max and tallies[outcome.tally] >= outcome.max:
            return Finished(
                f"{_named(outcome)} at {minute_in_china(attempt.ended)}, and {outcome.max} such calls are the limit"
            )
    used = _used(case, plan)
    if used >= plan.cap(case):
        return Finished(f"{used} attempts without an interview, the limit for this kind of number")
    return None


def _used(case: Case, plan: Plan) -> int:
    """Attempts that count towards the cap: a call that was cut off counts, one that the line refused does not, and the calls that an
    appointment brings with it (the call itself and its repetitions) are free."""
    used = free = 0
    for attempt in case.attempts:
        outcome = plan.outcome(attempt)
        if outcome is not None and not outcome.attempt:
            continue
        used, free = (used, free - 1) if free else (used + 1, 0)
        if outcome is not None and outcome.appointment:
            free = 1 + len(plan.rules.calling.missed_retry_minutes)
    return used


def _redial(case: Case, calls: Calls, now: int, plan: Plan) -> Due | Finished:
    """The ordinary delay after the last call's outcome, then the slice that is best for the next attempt."""
    if not calls:
        return _in_hours(Due(0, Rank.BROKEN_OFF, "the last call was cut off"), case, now, plan)
    last, outcome = calls[-1]
    at = last.ended + delay(calls) * _MINUTE
    if outcome.other_day:
        at = max(at, midnight_after(last.ended))
    at = within_day(at, calls, plan.rules.calling.attempts_a_day)
    rank = Rank.BUSY if quick(calls) else Rank.BROKEN_OFF if outcome.aapor == "2.12" else Rank.REDIAL
    if plan.calendar.days is not None and (outcome.other_slice or outcome.category is Category.UH):
        left = plan.cap(case) - _used(case, plan)
        best = next_slice(case, at, left, plan, other=outcome.other_slice)
        if best is not None and best.start > at:
            at, rank = best.start, Rank.REDIAL if rank is Rank.BUSY else rank
    why = f"{_named(outcome)} at {minute_in_china(last.ended)}"
    return _in_hours(Due(at, rank, why), case, now, plan)


def _named(outcome: Outcome) -> str:
    return f"{outcome.key} {outcome.zh} ({outcome.en})"
