"""The values that expressions work on, and how one becomes another: XPath 1.0's three types and dates, with JavaRosa's rules.

A blank answer is the empty string. Numbers are doubles, so NaN is "not a number": every comparison with it is false but `!=`.
Source of the rules: JavaRosa (XPathFuncExpr.toNumeric/toString/toBoolean, XPathEqExpr, XPathCmpExpr, IAnswerData.wrapData).
"""

import math
import re
from decimal import Decimal

from app.errors import StudyError
from app.questionnaire.moments import Moment

Value = str | float | bool | Moment
"""A string, a number, a truth value or a date. Integers never occur: a whole answer reads as a float."""


class Unworkable(StudyError):  # noqa: N818 - a study's fault, seen only with some answers
    """An expression that cannot be worked out with these answers (a repeated question read as one, "x" as a date)."""


_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)")
_NEAR = 1e-12
_INT = 2.0**31


def to_number(value: Value) -> float:
    """XPath number(): NaN for blank or unreadable text; a date is its days since 1970. Exponents and "+" are not XPath numbers."""
    if isinstance(value, float):
        return value
    if isinstance(value, bool):
        return 1.0 if value else 0.0
    if isinstance(value, Moment):
        return float(value.days)
    text = value.strip()
    return float(text) if _NUMBER.fullmatch(text) and text.isascii() else math.nan


def to_text(value: Value) -> str:
    """XPath string(): whole numbers (of 32 bits) without a decimal point, "NaN" and "Infinity" in words, dates as 2026-11-22."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Moment):
        return value.date
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if abs(value) < _INT and abs(value - math.trunc(value)) < _NEAR:
        return str(math.trunc(value))
    return _java(value)


def _java(value: float) -> str:
    """As Java writes a double: 0.5, 1.0E7, 1.0E-5. JavaRosa does so for all but small whole numbers."""
    if 1e-3 <= abs(value) < 1e7:
        return repr(value)
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    text = "".join(map(str, digits))
    power = len(digits) - 1 + int(exponent)
    return f"{'-' if sign else ''}{text[0]}.{text[1:] or '0'}E{power}"


def to_truth(value: Value) -> bool:
    """XPath boolean(): a text is true when it is not blank, even "0" and "false"; zero and NaN are false; a date is true."""
    if isinstance(value, bool):
        return value
    if isinstance(value, float):
        return not math.isnan(value) and abs(value) > _NEAR
    return value != ""


def equal(left: Value, right: Value) -> bool:
    """XPath `=`: a truth value draws the other side to truth values, else a number to numbers, else both are text."""
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    if isinstance(left, bool) or isinstance(right, bool):
        return to_truth(left) == to_truth(right)
    if isinstance(left, float) or isinstance(right, float):
        one, other = to_number(left), to_number(right)
        return one == other or abs(one - other) < _NEAR
    return to_text(left) == to_text(right)


def kept(value: Value, data_type: str) -> Value:
    """What a calculation leaves in a node of this XForm type: whole for "int", a truth value for "boolean", blank for NaN."""
    if value == "" or (isinstance(value, float) and math.isnan(value)):
        return ""
    if data_type == "boolean" or isinstance(value, bool):
        return to_truth(value)
    if isinstance(value, float):
        if data_type == "int" and not math.isinf(value):
            return float(max(-(2**31), min(2**31 - 1, math.trunc(value))))
        if abs(value) < 2.0**63 and abs(value - math.trunc(value)) < 1e-9:
            return float(math.trunc(value))
        return value
    if isinstance(value, Moment) and data_type == "date":
        return value.midnight
    return value
