"""A case: one drawn number on its way to a final outcome, and the attempts that were made at it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from app.clock import CHINA_AHEAD

_DAY = 86_400_000


def day_of(wall: int) -> int:
    """The calendar day in China of a moment (ms since 1970 UTC), counted from 1970-01-01."""
    return (wall + CHINA_AHEAD) // _DAY


def midnight_after(wall: int) -> int:
    """When the next calendar day in China begins, ms since 1970 UTC."""
    return (day_of(wall) + 1) * _DAY - CHINA_AHEAD


class State(StrEnum):
    """Where a case stands apart from what its attempts say. Whether it is due is computed: queue.py."""

    FRESH = "fresh"
    """Never dialled."""
    OPEN = "open"
    """Dialled at least once; its attempts and the outcome rules say what comes next."""
    RESUMABLE = "resumable"
    """A crash or a dropped line cut off its interview, and no outcome was given."""
    CLOSED = "closed"
    """Taken out by a person, with a reason in the journal; never handed out again, whatever its attempts say."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call to a case. ended: when it ended, ms wall (delays run from here). outcome: key of outcomes.toml, "" = cut off before
    one was given. due: the time asked for when an appointment was made, ms wall; 0 = none was named. by: who called ("" = not known).
    need: skill that the next call asks for (a dialect); "" = none."""

    ended: int
    outcome: str
    due: int = 0
    by: str = ""
    need: str = ""

    @property
    def day(self) -> int:
        """The calendar day of its end, see day_of."""
        return day_of(self.ended)

    def to_list(self) -> list[int | str]:
        """[ended, outcome, due, by, need] without the empty ones at the end, for canonical JSON."""
        values: list[int | str] = [self.ended, self.outcome, self.due, self.by, self.need]
        while len(values) > 2 and not values[-1]:
            values.pop()
        return values

    @classmethod
    def of(cls, values: Sequence[int | str]) -> "Attempt":
        """The inverse of to_list."""
        ended, outcome, due, by, need = (*values, *(0, "", "")[len(values) - 2 :])
        return cls(int(ended), str(outcome), int(due), str(by), str(need))


@dataclass(frozen=True, slots=True)
class Case:
    """A drawn number. id: 16 hex digits that say nothing about the number, the only link to interview and contact. ticket: 64 hex
    digits, its place in the draw's order (draw.ticket). unit: code of the unit that the number fixes, "" for a mobile. attempts: oldest
    first."""

    id: str
    ticket: str
    number: str
    unit: str = ""
    attempts: tuple[Attempt, ...] = ()
    state: State = State.FRESH

    @property
    def mobile(self) -> bool:
        """The number belongs to a mobile; a landline begins with its area code's 0."""
        return not self.number.startswith("0")

    def with_attempt(self, attempt: Attempt) -> "Case":
        """The case after one more call that was given its outcome."""
        state = self.state if self.state is State.CLOSED else State.OPEN
        return replace(self, attempts=(*self.attempts, attempt), state=state)

    def interrupted(self, ended: int) -> "Case":
        """The case after a call that was cut off before it had an outcome: counted once, and first in the queue again."""
        state = self.state if self.state is State.CLOSED else State.RESUMABLE
        return replace(self, attempts=(*self.attempts, Attempt(ended, "")), state=state)

    def closed(self) -> "Case":
        """The case taken out of the queue by a person."""
        return replace(self, state=State.CLOSED)
