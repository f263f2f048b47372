"""Telephone numbers as people write them and as spreadsheets spoil them: made plain, or refused with the reason.

Validity is libphonenumber's (Google's metadata of the numbering plan); ranges given to machines and satellites are refused besides.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

import phonenumbers

MACHINES = ("140", "144", "146", "148", "1740", "1349", "149")
"""Mobile ranges of machines (13-digit M2M numbers begin so), satellites and data cards: nobody answers them. Source: the numbering plan as
published with libphonenumber's metadata and notes/method.md §3.1; a centre may add its own."""

_SEPARATORS = str.maketrans("", "", " -–—·.()（）\t\u3000\xa0'\"")
_SCIENTIFIC = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]{1,2}")
_WHOLE_FLOAT = re.compile(r"([0-9]{5,15})\.0+")
_AS_FORMULA = re.compile(r"=\"(.*)\"")
"""How some programs keep a spreadsheet from spoiling a number: ="013882800000"."""
_SERVICE = re.compile(r"(?:400|800)[0-9]{7}|9[56][0-9]{3,6}|1[0-2][0-9]{1,4}")


class Ill(StrEnum):
    """Why something is not taken as a number."""

    EMPTY = "the cell is empty"
    SCIENTIFIC = "the spreadsheet has turned the number into scientific notation and dropped digits"
    LETTERS = "there are other signs than digits in it"
    ZERO_LOST = "the spreadsheet has dropped the leading 0 of the area code"
    SERVICE = "this is a service or emergency number (400, 800, 95…), nobody's own"
    LENGTH = "no Chinese telephone number has so many digits"
    UNKNOWN = "the numbering plan has no such number"
    PREFIX = "this is neither a mobile segment of 7 digits nor an area code with its exchange"
    UNIT = "a landline exchange needs the code of its unit"
    TWICE = "this segment stands twice, and the two differ"
    MACHINE = "this range belongs to machines, satellites or data cards"


ADVICE = {
    Ill.SCIENTIFIC: "Format the column as text before the numbers are entered, and export it again.",
    Ill.ZERO_LOST: "Format the column as text, and write the area code with its 0.",
    Ill.UNIT: "Add a column unit: a number's exchange says in which district it is.",
}


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is not taken. Never the number itself: reports are passed around."""

    line: int
    ill: Ill

    def __str__(self) -> str:
        advice = ADVICE.get(self.ill, "")
        return f"line {self.line}: {self.ill}" + (f". {advice}" if advice else "")


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
    if len(text) == 11 and text.isascii() and text.isdigit() and text[0] in "01":
        return _known(text)  # as most are: a list has millions of rows
    digits = _digits(text)
    if isinstance(digits, Ill):
        return digits
    for prefix in ("+86", "0086"):
        digits = digits.removeprefix(prefix)
    if len(digits) == 13 and digits.startswith("861"):
        digits = digits[2:]
    if (
        len(digits) == 12 and digits[:2] == "01"
    ):  # 0 and a mobile, as it is dialled from another city; Beijing's 010 has 11 digits
        digits = digits[1:]
    return _known(digits) if digits.isascii() and digits.isdigit() else Ill.LETTERS


def plain_prefix(text: str) -> str | Ill:
    """The mobile segment, or the area code with its exchange, that is meant."""
    digits = _digits(text)
    if isinstance(digits, Ill):
        return digits
    if not (digits.isascii() and digits.isdigit()):
        return Ill.LETTERS
    if (digits.startswith("1") and len(digits) == 7) or (digits.startswith("0") and 6 <= len(digits) <= 8):
        return digits
    return Ill.ZERO_LOST if digits[0] not in "01" and 5 <= len(digits) <= 7 else Ill.PREFIX


def _digits(text: str) -> str | Ill:
    """Full-width digits narrow, without what stands between and around them; not yet checked to be digits."""
    written = unicodedata.normalize("NFKC", text).strip()
    if not written:
        return Ill.EMPTY
    if _SCIENTIFIC.fullmatch(written):
        return Ill.SCIENTIFIC
    if formula := _AS_FORMULA.fullmatch(written):
        written = formula[1]
    if whole := _WHOLE_FLOAT.fullmatch(written):
        written = whole[1]
    return written.translate(_SEPARATORS) or Ill.EMPTY


def _known(digits: str) -> Number | Ill:
    if _SERVICE.fullmatch(digits):
        return Ill.SERVICE
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
    """The numbering plan has this mobile, or this landline with its 0. By libphonenumber's own patterns, which its is_valid_number() takes
    one after another for every kind of number: here only the one of mobiles or of landlines is asked, twenty times as fast."""
    mobile, landline = _plan()
    return (landline if digits.startswith("0") else mobile).fullmatch(digits.removeprefix("0")) is not None


@cache
def _plan() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """National numbers of mobiles and of landlines in China."""
    known: Any = phonenumbers.PhoneMetadata.metadata_for_region("CN")  # typed as if China might not be in it
    kinds = (known.mobile, known.fixed_line)
    mobile, landline = (re.compile(kind.national_number_pattern) for kind in kinds)
    return mobile, landline


def segment_ill(prefix: str) -> Ill | None:
    """Why a segment of 7 mobile digits or an exchange with its area code cannot be in a frame; None when it can."""
    if prefix.startswith(MACHINES):
        return Ill.MACHINE
    tails = ("0000", "5678", "9999")
    return None if any(exists(prefix + tail) for tail in tails) else Ill.UNKNOWN
