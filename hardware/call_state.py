"""Where a call is, what a driver may say there, and for how long it may be silent. Limits: notes/telephony.md §10."""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from hardware.base import Alerting, Announcement, Answered, Dialing, Ended, LineEvent

DIAL_LIMIT = 90_000
"""ms from dial() to the first progress."""
RING_LIMIT = 120_000
"""ms without any event while it rings."""
RELEASE_LIMIT = 4_800
"""ms from hang_up() to the driver's Ended: one look before the 5 s that the contract allows. Then the device is reset."""
FIRST_RETRY, LAST_RETRY = 1_000, 30_000
"""ms between two tries to open a device that is gone: doubled each time."""


class Clock(Protocol):
    """What the watchdogs need of a clock."""

    def mono(self) -> int:
        """Milliseconds that never step back."""


class State(Enum):
    """Where a call is. FAULT: the device is being opened again; nothing can be dialled."""

    IDLE = "idle"
    DIALING = "dialing"
    ALERTING = "alerting"
    CONNECTED = "connected"
    RELEASING = "releasing"
    FAULT = "fault"


IN_CALL = (State.DIALING, State.ALERTING, State.CONNECTED, State.RELEASING)
MAY_HEAR: dict[State, tuple[type[LineEvent], ...]] = {
    State.DIALING: (Dialing, Alerting, Announcement, Answered, Ended),
    State.ALERTING: (Alerting, Announcement, Answered, Ended),
    State.CONNECTED: (Ended,),
    State.RELEASING: (Ended,),
}
OF_A_CALL = (Dialing, Alerting, Announcement, Answered, Ended)
NEXT: dict[type[LineEvent], State] = {
    Alerting: State.ALERTING,
    Announcement: State.ALERTING,
    Answered: State.CONNECTED,
}


@dataclass
class Call:
    """id: as given to dial(). since: when its state began; heard: when the driver last said something. told: Dialing was handed over.
    reason: why it is being released, when not because the interviewer hung up."""

    id: str
    since: int
    heard: int
    told: bool = False
    reason: Ended | None = None
