"""Which case is next: a pure function of the cases, the time and the rules of outcomes.toml. The same state gives the same case.

The lexicographic order is that of notes/method.md §2.4. Levels 6 (last useful slice) and 7 (slice never tried) need the calendar of
slices and holidays and are not here yet; their numbers are kept free.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum

from app.errors import StudyError
from app.sample.case import Attempt, Case, State, day_of, midnight_after
from app.sample.outcome import Category, Outcome, Rules, load_rules

_MINUTE = 60_000


class Rank(IntEnum):
    """Levels of the order, most urgent first; the numbers are those of notes/method.md §2.4."""

    RESUMABLE = 1
    APPOINTMENT = 2
    OVERDUE = 3
    BROKEN_OFF = 4
    BUSY = 5
    REDIAL = 8
    FRESH = 9


@dataclass(frozen=True, slots=True)
class Due:
    """When a case may be dialled and how urgent it is then. at: ms wall, 0 = at any time. window_end: of an appointment, ms wall.
    why: one English clause for explain()."""

    at: int
    rank: Rank
    why: str
    window_end: int = 0


@dataclass(frozen=True, slots=True)
class Finished:
    """A case that is not dialled any more. why: one English clause."""

    why: str


def next_case(cases: Iterable[Case], now: int, rules: Rules | None = None) -> Case | None:
    """The best case to dial at `now` (ms wall), or None when none may be dialled. Ties go by ticket, never by place in the list."""
    known = rules or load_rules()
    best: tuple[tuple[int, int, str, str], Case] | None = None
    for case in cases:
        due = status(case, now, known)
        if isinstance(due, Due) and due.at <= now:
            order = (int(due.rank), due.window_end, case.ticket, case.id)
            if best is None or order < best[0]:
                best = order, case
    return best[1] if best else None


def next_due(cases: Iterable[Case], now: int, rules: Rules | None = None) -> int | None:
    """When the next of the waiting cases may be dialled, ms wall; None when all are finished: "next due 18:40"."""
    known = rules or load_rules()
    waits = [due.at for case in cases if isinstance(due := status(case, now, known), Due)]
    return max(now, min(waits)) if waits else None


def explain(case: Case, now: int, rules: Rules | None = None) -> str:
    """Why the case is or is not handed out at `now`: one English sentence, times of day in China."""
    due = status(case, now, rules or load_rules())
    if isinstance(due, Finished):
        return f"Finished: {due.why}."
    if due.at > now:
        return f"Not before {_moment(due.at)}: {due.why}."
    return (
        f"May be dialled now, level {int(due.rank)} ({due.rank.name.lower().replace('_', ' ')}): {due.why}."
    )


def status(case: Case, now: int, rules: Rules) -> Due | Finished:
    """When the case may be dialled, or why never again. Raises StudyError on an outcome that the rules do not know."""
    if case.state is State.CLOSED:
        return Finished("taken out of the queue by a person")
    calls = _calls(case, rules)
    for attempt, outcome in calls:
        if outcome.final:
            return Finished(f"{_named(outcome)} at {_moment(attempt.ended)} is final")
    if case.state is State.RESUMABLE:
        return _resumable(case, now, rules)
    if not case.attempts:
        return Due(0, Rank.FRESH, "never dialled, in ticket order")
    return _appointed(calls, now, rules) or _exhausted(case, calls, rules) or _redial(calls, rules)


_Calls = list[tuple[Attempt, Outcome]]


def _calls(case: Case, rules: Rules) -> _Calls:
    """The attempts that were given an outcome, with it."""
    if unknown := [a.outcome for a in case.attempts if a.outcome and a.outcome not in rules.outcomes]:
        # Passing over it would forget the attempt, and perhaps a refusal, and dial again at once.
        raise StudyError(f"The outcome {unknown[0]} is not in the outcome table", where=f"case {case.id}")
    return [(a, rules.outcomes[a.outcome]) for a in case.attempts if a.outcome]


def _resumable(case: Case, now: int, rules: Rules) -> Due:
    """Cut off without an outcome: first of all for some minutes, then with the other broken-off interviews."""
    ended = case.attempts[-1].ended if case.attempts else now
    recent = now - ended < rules.calling.resumable_minutes * _MINUTE
    return Due(
        0, Rank.RESUMABLE if recent else Rank.BROKEN_OFF, "the last call was cut off and can be resumed"
    )


def _appointed(calls: _Calls, now: int, rules: Rules) -> Due | None:
    """An appointment that is still to be kept: it blocks the case until its window opens and is honoured beyond every cap. When nobody
    was there at the time, two more tries; then the case falls back to the others (None)."""
    made = max((n for n, (_, outcome) in enumerate(calls) if outcome.appointment), default=-1)
    since = calls[made + 1 :]
    missed = [attempt for attempt, outcome in since if outcome.attempt]
    answered = any(outcome.category not in (Category.UH, Category.NE) for _, outcome in since)
    calling = rules.calling
    if made < 0 or answered or len(missed) > len(calling.missed_retry_minutes):
        return None
    # The line's own refusals are no attempts, but have their delay all the same.
    free = max((a.ended + o.retry_minutes * _MINUTE for a, o in since if not o.attempt), default=0)
    if missed:
        at = missed[-1].ended + calling.missed_retry_minutes[len(missed) - 1] * _MINUTE
        return Due(
            max(at, free), Rank.OVERDUE, f"nobody at the appointed time, try {len(missed)} after it", at
        )
    attempt, outcome = calls[made]
    time = attempt.due or attempt.ended + outcome.retry_minutes * _MINUTE
    end = time + calling.appointment_late_minutes * _MINUTE
    rank = Rank.APPOINTMENT if now <= end else Rank.OVERDUE
    return Due(
        max(time - calling.appointment_early_minutes * _MINUTE, free),
        rank,
        f"appointment at {_moment(time)}",
        end,
    )


def _exhausted(case: Case, calls: _Calls, rules: Rules) -> Finished | None:
    """The limit of one kind of outcome, or of attempts, is reached."""
    tallies = Counter(outcome.tally for _, outcome in calls)
    for attempt, outcome in reversed(calls):
        if outcome.max and tallies[outcome.tally] >= outcome.max:
            return Finished(
                f"{_named(outcome)} at {_moment(attempt.ended)}, and {outcome.max} such calls are the limit"
            )
    used, calling = _used(case, rules), rules.calling
    if used >= (calling.attempts_mobile if case.mobile else calling.attempts_landline):
        return Finished(f"{used} attempts without an interview, the limit for this kind of number")
    return None


def _used(case: Case, rules: Rules) -> int:
    """Attempts that count towards the cap: a call that was cut off counts, one that the line refused does not, and the calls that an
    appointment brings with it (the call itself and its repetitions) are free."""
    used = free = 0
    for attempt in case.attempts:
        outcome = rules.outcomes.get(attempt.outcome)
        if outcome is not None and not outcome.attempt:
            continue
        used, free = (used, free - 1) if free else (used + 1, 0)
        if outcome is not None and outcome.appointment:
            free = 1 + len(rules.calling.missed_retry_minutes)
    return used


def _redial(calls: _Calls, rules: Rules) -> Due:
    """The ordinary delay after the last call's outcome."""
    if not calls:
        return Due(0, Rank.BROKEN_OFF, "the last call was cut off")
    last, outcome = calls[-1]
    at = last.ended + _delay(calls) * _MINUTE
    if outcome.other_day:
        at = max(at, midnight_after(last.ended))
    at = _within_day(at, calls, rules.calling.attempts_a_day)
    return Due(at, _rank(outcome), f"{_named(outcome)} at {_moment(last.ended)}")


def _rank(outcome: Outcome) -> Rank:
    if outcome.quick_a_day:
        return Rank.BUSY
    return Rank.BROKEN_OFF if outcome.aapor == "2.12" else Rank.REDIAL


def _quick(calls: _Calls) -> bool:
    """The last call found a busy number that may be dialled early once more today."""
    last, outcome = calls[-1]
    today = sum(1 for attempt, other in calls if other.key == outcome.key and attempt.day == last.day)
    return today <= outcome.quick_a_day


def _delay(calls: _Calls) -> int:
    """Minutes after the last call."""
    outcome = calls[-1][1]
    return outcome.later_minutes if outcome.quick_a_day and not _quick(calls) else outcome.retry_minutes


def _within_day(at: int, calls: _Calls, most: int) -> int:
    """Not more than `most` calls on one calendar day; the early re-dials of a busy number are limited by their own count."""
    today = sum(
        1
        for attempt, outcome in calls
        if outcome.attempt and not outcome.quick_a_day and attempt.day == day_of(at)
    )
    return midnight_after(at) if today >= most and not _quick(calls) else at


def _named(outcome: Outcome) -> str:
    return f"{outcome.key} {outcome.zh} ({outcome.en})"


def _moment(wall: int) -> str:
    china = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=wall, hours=8)
    return china.strftime("%Y-%m-%d %H:%M")
