"""Typing a code by keys, without any widget: when one key is enough, when a second must follow, and what is refused.

The 0–10 trap (notes/method.md §7): if "1" were taken at once, the 0 of a 10 would answer the next question, silently.
So a code commits by itself only when no longer code begins with it.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

_DECIMAL = frozenset(".。")


class Why(Enum):
    """Why a key was not taken, or what is waited for."""

    NOT_A_CODE = "not_a_code"
    UNFINISHED = "unfinished"
    DECIMAL = "decimal"
    LATE_DECIMAL = "late_decimal"
    NOTHING = "nothing"
    DIGITS_ONLY = "digits_only"
    CLEAR_FIRST = "clear_first"
    NO_DONT_KNOW = "no_dont_know"
    NO_REFUSED = "no_refused"
    HANG_UP_AGAIN = "hang_up_again"
    SAVING = "saving"
    NOTHING_FOUND = "nothing_found"
    PLACED = "placed"
    NOT_ALL_PLACED = "not_all_placed"
    ONE_POINT = "one_point"
    UNFINISHED_NUMBER = "unfinished_number"
    NO_SUCH_MOMENT = "no_such_moment"
    UNFINISHED_MOMENT = "unfinished_moment"
    TOO_LONG = "too_long"
    CUT = "cut"
    NO_OPTIONS = "no_options"
    NO_VAGUE = "no_vague"
    READ_ONLY = "read_only"
    WHOLE_NUMBER = "whole_number"
    TOO_EARLY = "too_early"


@dataclass(frozen=True, slots=True)
class Taken:
    """The code is complete."""

    code: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """More may follow. typed: so far; next: the keys that may follow; enough: Enter takes `typed` as it is."""

    typed: str
    next: tuple[str, ...]
    enough: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """The key was not taken."""

    why: Why


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing is typed (any more)."""


Step = Taken | Waiting | Refused | Nothing


def plain(text: str) -> str:
    """Full-width digits and signs as plain ones: ７ → 7, － → -, ． → . ; anything else as it is."""
    return unicodedata.normalize("NFKC", text)


class CodeEntry:
    """Takes keys until one of `codes` is complete. The codes are strings of digits."""

    def __init__(self, codes: Iterable[str]) -> None:
        self._codes = tuple(codes)
        self.typed = ""

    def key(self, text: str) -> Step:
        """One character was typed."""
        text = plain(text)
        if text in _DECIMAL:
            self.typed = ""
            return Refused(Why.DECIMAL)
        candidate = self.typed + text
        longer = [code for code in self._codes if code.startswith(candidate) and code != candidate]
        if not text.isdecimal() or not (longer or candidate in self._codes):
            return Refused(Why.UNFINISHED if self.typed else Why.NOT_A_CODE)
        if not longer:
            self.typed = ""
            return Taken(candidate)
        self.typed = candidate
        return self.state

    def enter(self) -> Step:
        """Enter was pressed."""
        if self.typed in self._codes:
            code, self.typed = self.typed, ""
            return Taken(code)
        return Refused(Why.UNFINISHED if self.typed else Why.NOTHING)

    def erase(self) -> Step:
        """Backspace or Escape was pressed."""
        self.typed = ""
        return Nothing()

    @property
    def state(self) -> Step:
        """What is typed so far."""
        if not self.typed:
            return Nothing()
        ahead = {
            code[len(self.typed)]
            for code in self._codes
            if code.startswith(self.typed) and code != self.typed
        }
        return Waiting(self.typed, tuple(sorted(ahead)), self.typed in self._codes)


def digit_codes(names: tuple[str, ...]) -> dict[str, str]:
    """key → option name: the names themselves when all are digits, else 1, 2, 3 … in their order."""
    if all(name.isdecimal() and name.isascii() for name in names):
        return {name: name for name in names}
    return {str(place): name for place, name in enumerate(names, start=1)}
