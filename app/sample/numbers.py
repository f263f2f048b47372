"""Telephone numbers as people write them and as spreadsheets spoil them: made plain, or refused with the reason.

Validity is libphonenumber's (Google's metadata of the numbering plan); ranges given to machines and satellites are refused besides.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

import phonenumbers

MACHINES = ("140", "144", "146", "148", "1740", "1349", "149")
"""Mobile ranges of machines (13-digit M2M numbers begin so), satellites and data cards: nobody answers them. Source: the numbering plan as
published with libphonenumber's metadata and notes/method.md §3.1; a centre may add its own."""

_SEPARATORS = str.maketrans("", "", " -–—·.()（）\t\u3000\xa0'\"")
_SCIENTIFIC = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]{1,2}")
_WHOLE_FLOAT = re.compile(r"([0-9]{7,15})\.0+")


class Ill(StrEnum):
    """Why something is not taken as a number."""

    EMPTY = "the cell is empty"
    SCIENTIFIC = "the spreadsheet has turned the number into scientific notation and dropped digits"
    LETTERS = "there are other signs than digits in it"
    ZERO_LOST = "the spreadsheet has dropped the leading 0 of the area code"
    LENGTH = "no Chinese telephone number has so many digits"
    UNKNOWN = "the numbering plan has no such number"
    MACHINE = "this range belongs to machines, satellites or data cards"


ADVICE = {
    Ill.SCIENTIFIC: "Format the column as text before the numbers are entered, and export it again.",
    Ill.ZERO_LOST: "Format the column as text, and write the area code with its 0.",
}


@dataclass(frozen=True, slots=True)
class Number:
    """A plain number: digits only, landlines with their 0."""

    digits: str

    @property
    def mobile(self) -> bool:
        """A mobile; a landline begins with 0."""
        return self.digits.startswith("1")


def plain(text: str) -> Number | Ill:
    """The number that is meant. Takes full-width digits, separators, +86 / 0086 / 86, and a float's ".0"."""
    written = unicodedata.normalize("NFKC", text).strip()
    if not written:
        return Ill.EMPTY
    if _SCIENTIFIC.fullmatch(written):
        return Ill.SCIENTIFIC
    if whole := _WHOLE_FLOAT.fullmatch(written):
        written = whole[1]
    digits = written.translate(_SEPARATORS)
    for prefix in ("+86", "0086"):
        digits = digits.removeprefix(prefix)
    if len(digits) == 13 and digits.startswith("861"):
        digits = digits[2:]
    if not (digits.isascii() and digits.isdigit()):
        return Ill.LETTERS
    return _known(digits)


def _known(digits: str) -> Number | Ill:
    if digits.startswith("1"):
        if len(digits) != 11:
            return Ill.LENGTH
        if digits.startswith(MACHINES):
            return Ill.MACHINE
    elif not digits.startswith("0"):
        return Ill.ZERO_LOST if 9 <= len(digits) <= 11 else Ill.LENGTH
    elif not 10 <= len(digits) <= 12:
        return Ill.LENGTH
    return Number(digits) if exists(digits) else Ill.UNKNOWN


def exists(digits: str) -> bool:
    """The numbering plan has this number (national digits, landlines with their 0)."""
    parsed = phonenumbers.PhoneNumber(country_code=86, national_number=int(digits))
    return phonenumbers.is_valid_number(parsed)


def segment_ill(prefix: str) -> Ill | None:
    """Why a segment of 7 mobile digits or an exchange with its area code cannot be in a frame; None when it can."""
    if prefix.startswith(MACHINES):
        return Ill.MACHINE
    tails = ("0000", "5678", "9999")
    return None if any(exists(prefix + tail) for tail in tails) else Ill.UNKNOWN
