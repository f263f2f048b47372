"""Telephone numbers as people write them and as spreadsheets spoil them: made plain, or refused with the reason.

Validity is libphonenumber's (Google's metadata of the numbering plan); ranges given to machines and satellites are refused besides.
"""

import re
from functools import cache
from typing import Any

import phonenumbers

from app.sample.digits import Ill, Number, meant, narrow, shaped

MACHINES = ("140", "144", "146", "148", "1740", "1349", "149")
"""Mobile ranges of machines (13-digit M2M numbers begin so), satellites and data cards: nobody answers them. Source: the numbering plan as
published with libphonenumber's metadata and notes/method.md §3.1; a centre may add its own."""


def plain(text: str) -> Number | Ill:
    """The number that is meant. Takes full-width digits, separators, +86 / 0086 / 86, and a float's ".0"."""
    if len(text) == 11 and text.isascii() and text.isdigit() and text[0] in "01":
        return _known(text)  # as most are: a list has millions of rows
    found = meant(text)
    return found if isinstance(found, Ill) else _known(found.digits)


def plain_prefix(text: str) -> str | Ill:
    """The mobile segment, or the area code with its exchange, that is meant."""
    digits = narrow(text)
    if isinstance(digits, Ill):
        return digits
    if not (digits.isascii() and digits.isdigit()):
        return Ill.LETTERS
    if (digits.startswith("1") and len(digits) == 7) or (digits.startswith("0") and 6 <= len(digits) <= 8):
        return digits
    return Ill.ZERO_LOST if digits[0] not in "01" and 5 <= len(digits) <= 7 else Ill.PREFIX


def _known(digits: str) -> Number | Ill:
    found = shaped(digits)
    if isinstance(found, Ill):
        return found
    if digits.startswith(MACHINES):
        return Ill.MACHINE
    return found if exists(digits) else Ill.UNKNOWN


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
