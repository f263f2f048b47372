"""What went over the wire, for the log: every line with its direction, and no telephone number in it.

The transcript is the bug report. A respondent's number must not stand in it, nor the card's own (IMSI, ICCID, IMEI): runs of seven
digits and more become ***, and so does the number that is being dialled, however short.
"""

import re
from collections.abc import Callable
from typing import Protocol

Log = Callable[[str, str], None]
"""(direction, text): direction is "in", "out" or "note". Numbers are masked before they come here."""

_LONG = re.compile(r"\+?\d[\d -]{5,}\d")


class Clock(Protocol):
    """What a driver needs of a clock."""

    def mono(self) -> int:
        """Milliseconds that never step back."""


class WireLog:
    """A log that forgets numbers. number: what is being dialled now; empty when nothing is."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self.number = ""

    def __call__(self, direction: str, text: str) -> None:
        """One line."""
        self._log(direction, masked(text, self.number))


def masked(text: str, number: str = "") -> str:
    """The text without what may be a telephone number."""
    if number:
        text = text.replace(number, "***")
    return _LONG.sub("***", text)
