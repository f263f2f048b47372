"""A telephone number as people write it, made digits: without libphonenumber, which a workstation does not carry (numbers.py asks it)."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

_SEPARATORS = str.maketrans("", "", " -‐‑‒–—−·.()（）\t\u3000\xa0'\"")
_UNSEEN = str.maketrans(
    "",
    "",
    "\xad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff",
)
"""Marks of writing direction and the like, which telephones copy out with a number: nobody sees them in a cell."""
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


def meant(text: str) -> Number | Ill:
    """The number that is meant, well-formed. Takes full-width digits, separators, +86 / 0086 / 86, and a float's ".0". Whether the
    numbering plan has it is not asked."""
    digits = narrow(text)
    if isinstance(digits, Ill):
        return digits
    for prefix in ("+86", "0086"):
        if digits.startswith(prefix):
            digits = digits.removeprefix(prefix)
            if not digits.startswith("1") or digits.startswith("10"):  # an area code: abroad it has no 0
                digits = "0" + digits.removeprefix("0")
    if len(digits) == 13 and digits.startswith("861"):
        digits = digits[2:]
    if (
        len(digits) == 12 and digits[:2] == "01"
    ):  # 0 and a mobile, as it is dialled from another city; Beijing's 010 has 11 digits
        digits = digits[1:]
    return shaped(digits) if digits.isascii() and digits.isdigit() else Ill.LETTERS


def narrow(text: str) -> str | Ill:
    """Full-width digits narrow, without what stands between and around them; not yet checked to be digits."""
    written = unicodedata.normalize("NFKC", text).translate(_UNSEEN).strip()
    if not written:
        return Ill.EMPTY
    if _SCIENTIFIC.fullmatch(written):
        return Ill.SCIENTIFIC
    if formula := _AS_FORMULA.fullmatch(written):
        written = formula[1]
    if whole := _WHOLE_FLOAT.fullmatch(written):
        written = whole[1]
    return written.translate(_SEPARATORS) or Ill.EMPTY


def shaped(digits: str) -> Number | Ill:
    """Digits that have the form of somebody's own number in China."""
    if _SERVICE.fullmatch(digits):
        return Ill.SERVICE
    if digits.startswith("1"):
        return Number(digits) if len(digits) == 11 else Ill.LENGTH
    if not digits.startswith("0"):
        return Ill.ZERO_LOST if 9 <= len(digits) <= 11 else Ill.LENGTH
    return Number(digits) if 10 <= len(digits) <= 12 else Ill.LENGTH
