"""How long a number rests after its last call, and how often it is called on one day (notes/method.md §2.3)."""

from app.sample.case import Attempt, day_of, midnight_after
from app.sample.outcome import Outcome

Calls = list[tuple[Attempt, Outcome]]
"""The calls of a case that were given an outcome, oldest first, with it."""


def quick(calls: Calls) -> bool:
    """The last call found a busy number that may be dialled early once more today."""
    last, outcome = calls[-1]
    today = sum(1 for attempt, other in calls if other.key == outcome.key and attempt.day == last.day)
    return today <= outcome.quick_a_day


def delay(calls: Calls) -> int:
    """Minutes after the last call."""
    outcome = calls[-1][1]
    return outcome.later_minutes if outcome.quick_a_day and not quick(calls) else outcome.retry_minutes


def within_day(at: int, calls: Calls, most: int) -> int:
    """Not more than `most` calls on one calendar day; the early re-dials of a busy number are limited by their own count."""
    today = sum(
        outcome.attempt and attempt.day == day_of(at) and not _early(calls[:n], attempt)
        for n, (attempt, outcome) in enumerate(calls)
    )
    return midnight_after(at) if today >= most and not quick(calls) else at


def _early(before: Calls, attempt: Attempt) -> bool:
    """The call was the early re-dial of a number that had just been busy."""
    return bool(before) and before[-1][0].day == attempt.day and quick(before)
