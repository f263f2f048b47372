"""A supervisor's decision that this very case goes to this desk, and what becomes of it (edge 28 of notes/method.md §2.5)."""

from dataclasses import dataclass
from enum import StrEnum

WEEK = 7 * 86_400_000
"""ms for which a decision holds: what nobody took by then was meant for another time."""


class Fate(StrEnum):
    """What became of a decision, or what stands in its way."""

    WAITS = "waits"
    """The case is not at the desk yet, or nobody is called at this hour."""
    NEXT = "next"
    """It is handed out with the next request for a case."""
    TAKEN = "taken"
    """It was handed out, with a line in the journal."""
    CALLED = "called"
    """It was called after the decision all the same: a second call at once would come too soon."""
    IN_HAND = "in hand"
    """Another desk, or another call, has it."""
    TELEPHONE = "telephone"
    """Its number is in hand in another case."""
    FINISHED = "finished"
    """It is not called any more."""
    BARRED = "barred"
    """Its number is on the do-not-call list."""
    LATE = "late"
    """The decision is older than a week."""
    UNKNOWN = "unknown"
    """There is no such case in the pool."""
    SEALED = "sealed"
    """Who decided and why is sealed for another room's key."""

    @property
    def refused(self) -> bool:
        """Nothing comes of the decision."""
        return self not in (Fate.WAITS, Fate.NEXT, Fate.TAKEN)

    @property
    def text(self) -> str:
        """One English sentence."""
        return _SAID[self]


_SAID = {
    Fate.WAITS: "It waits: the case is not at the desk yet, or nobody is called at this hour.",
    Fate.NEXT: "It comes next.",
    Fate.TAKEN: "It was handed out.",
    Fate.CALLED: "Not taken: the case was called since the decision.",
    Fate.IN_HAND: "Not taken: somebody else has the case in hand.",
    Fate.TELEPHONE: "Not taken: its number is in hand in another case.",
    Fate.FINISHED: "Not taken: the case is finished.",
    Fate.BARRED: "Not taken: its number is on the do-not-call list.",
    Fate.LATE: "Not taken: the decision is older than a week.",
    Fate.UNKNOWN: "Not taken: there is no such case in the pool.",
    Fate.SEALED: "Not taken: name and reason do not open with this room's key; it was given with another folder of draws.",
}


@dataclass(frozen=True, slots=True)
class Pull:
    """A decision. desk: 8 hex digits. by, reason: who decides, and why; "" = sealed. wall: ms. sha256: of the note signed for it."""

    case: str
    desk: str
    by: str
    reason: str
    wall: int
    sha256: str = ""

    def late(self, now: int) -> bool:
        """It holds no more at `now` (ms wall)."""
        return self.wall + WEEK <= now
