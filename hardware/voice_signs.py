"""What a voice modem's result codes and signs in the stream mean (ITU-T V.250, V.253)."""

from collections import deque
from collections.abc import Mapping

from hardware.base import Cause

ENDS: Mapping[str, Cause] = {
    "BUSY": Cause.BUSY,
    "NO ANSWER": Cause.NO_ANSWER,
    "NO CARRIER": Cause.UNKNOWN,
    "NO DIALTONE": Cause.DEVICE,
    "NO DIAL TONE": Cause.DEVICE,
    "DELAYED": Cause.DEVICE,
    "BLACKLISTED": Cause.DEVICE,
}
"""Result codes that end a call before it was answered."""

TONES: Mapping[str, str] = {
    "b": "busy",
    "d": "dial",
    "r": "ringback",
    "c": "fax",
    "e": "fax",
    "a": "fax",
    "f": "fax",
    "s": "silence",
    "q": "silence",
}
"""Signs of a tone, by what base.ToneHeard calls it."""

_BUSY_BEFORE, _BUSY_IN_CALL = (2, 6_000), (5, 10_000)
"""(how many busy signs, within how many ms) end a call. In a call speech is taken for busy tone now and then, so it takes more."""


class BusySigns:
    """The modem's ear for busy tone, made for other countries' tones: one sign is not to be trusted."""

    def __init__(self) -> None:
        self._heard: deque[int] = deque(maxlen=8)

    def clear(self) -> None:
        """Another call."""
        self._heard.clear()

    def heard(self, now: int) -> None:
        """A sign came. now: ms."""
        self._heard.append(now)

    def sure(self, now: int, *, connected: bool) -> bool:
        """Enough signs lately: the line is busy, or the far side has gone."""
        count, within = _BUSY_IN_CALL if connected else _BUSY_BEFORE
        return sum(1 for at in self._heard if now - at <= within) >= count
