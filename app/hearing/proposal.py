"""What was heard on the line, as an outcome that is proposed to the interviewer. Pure: events in, a value out."""

from collections.abc import Container, Mapping
from dataclasses import dataclass

from app.sample.outcome import Outcome, propose
from hardware.base import Announcement, LineEvent, ToneHeard

ANNOUNCEMENT = "announcement"
SURE = 90
"""Confidence from which a study may let the desk code by itself."""

_RANK = {ANNOUNCEMENT: 4, "vacant": 3, "fax": 3, "congestion": 2, "busy": 2, "machine": 1, "assistant": 1}
"""What outweighs what: many announcements end in a busy tone, and then it is the words that count."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """what: "announcement" or the tone's name. outcome: key. confidence: 0–100. at, samples: its place in the recording."""

    what: str
    outcome: str
    confidence: int
    at: int
    samples: int

    def outweighs(self, other: "Proposal | None") -> bool:
        """It is to be shown instead of the other."""
        return other is None or (_RANK[self.what], self.confidence) > (_RANK[other.what], other.confidence)


def proposal(event: LineEvent, outcomes: Mapping[str, Outcome]) -> Proposal | None:
    """The outcome that an event proposes; None when it proposes none of these."""
    match event:
        case Announcement():
            what, key = ANNOUNCEMENT, event.label or propose(event.cause.value, outcomes)
        case ToneHeard():
            what, key = event.tone, propose(event.tone, outcomes)
        case _:
            return None
    known = what in _RANK and key in outcomes
    return Proposal(what, key, event.confidence, event.at, event.samples) if known else None


def codes_itself(proposed: Proposal, allowed: Container[str]) -> bool:
    """The study allows this class to be coded without the interviewer, and it is sure."""
    return proposed.what in allowed and proposed.confidence >= SURE
