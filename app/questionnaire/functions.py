"""The functions that expressions may call: XPath 1.0's and those that ODK adds, as far as a telephone questionnaire needs them.

A function takes evaluated arguments. What depends on the interview (labels of choices) or is not evaluated in full (`if`) is
built into xpath.py. Names, number of arguments and results follow the ODK XForms specification and JavaRosa.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from app.questionnaire.values import Value, to_number, to_text, to_truth

MANY = 10_000
"""No upper limit to the number of arguments."""


@dataclass(frozen=True, slots=True)
class Function:
    """A callable and how many arguments it takes, both ends included."""

    call: Callable[..., Value]
    least: int
    most: int


def _words(value: Value) -> list[str]:
    return to_text(value).split()


def _selected(chosen: Value, code: Value) -> Value:
    return to_text(code).strip() in _words(chosen)


def _selected_at(chosen: Value, index: Value) -> Value:
    words, place = _words(chosen), to_number(index)
    return words[int(place)] if 0 <= place < len(words) else ""


def _coalesce(*values: Value) -> Value:
    return next((value for value in values[:-1] if to_text(value) != ""), values[-1])


def _integer(value: Value) -> Value:
    number = to_number(value)
    return float(math.trunc(number)) if math.isfinite(number) else number


def _round(value: Value, places: Value = 0.0) -> Value:
    """Half goes up without places (as Java's Math.round), away from zero with places (as BigDecimal's HALF_UP)."""
    number, digits = to_number(value), to_number(places)
    if not math.isfinite(number) or not math.isfinite(digits):
        return number
    if digits == 0:
        return float(math.floor(number + 0.5))
    step = Decimal(1).scaleb(-int(max(-15.0, min(15.0, digits))))
    return float((Decimal(repr(number)) / step).quantize(Decimal(1), ROUND_HALF_UP) * step)


def _whole(shape: Callable[[float], int]) -> Callable[[Value], Value]:
    def apply(value: Value) -> Value:
        number = to_number(value)
        return float(shape(number)) if math.isfinite(number) else number

    return apply


def _extreme(choose: Callable[[list[float]], float]) -> Callable[..., Value]:
    def apply(*values: Value) -> Value:
        numbers = [to_number(value) for value in values]
        return math.nan if any(math.isnan(number) for number in numbers) else choose(numbers)

    return apply


def _part(text: Value, start: Value, end: Value = math.inf) -> Value:
    """Characters from `start` (0-based) up to, not including, `end`; negative places count from the end."""
    whole = to_text(text)

    def place(value: Value) -> int:
        number = to_number(value)
        if math.isnan(number):
            return 0
        return int(max(-len(whole), min(len(whole), number)))

    return whole[slice(place(start), place(end))]


def _regex(text: Value, pattern: Value) -> Value:
    try:
        return re.fullmatch(to_text(pattern), to_text(text)) is not None
    except re.error:
        return False


FUNCTIONS: Mapping[str, Function] = {
    "true": Function(lambda: True, 0, 0),
    "false": Function(lambda: False, 0, 0),
    "not": Function(lambda value: not to_truth(value), 1, 1),
    "boolean": Function(to_truth, 1, 1),
    "boolean-from-string": Function(lambda text: to_text(text).lower() in {"true", "1"}, 1, 1),
    "number": Function(to_number, 1, 1),
    "int": Function(_integer, 1, 1),
    "round": Function(_round, 1, 2),
    "abs": Function(lambda value: abs(to_number(value)), 1, 1),
    "floor": Function(_whole(math.floor), 1, 1),
    "ceiling": Function(_whole(math.ceil), 1, 1),
    "min": Function(_extreme(min), 1, MANY),
    "max": Function(_extreme(max), 1, MANY),
    "string": Function(to_text, 1, 1),
    "concat": Function(lambda *parts: "".join(map(to_text, parts)), 1, MANY),
    "string-length": Function(lambda text: float(len(to_text(text))), 1, 1),
    "normalize-space": Function(lambda text: " ".join(_words(text)), 1, 1),
    "contains": Function(lambda text, part: to_text(part) in to_text(text), 2, 2),
    "starts-with": Function(lambda text, part: to_text(text).startswith(to_text(part)), 2, 2),
    "ends-with": Function(lambda text, part: to_text(text).endswith(to_text(part)), 2, 2),
    "substr": Function(_part, 2, 3),
    "regex": Function(_regex, 2, 2),
    "selected": Function(_selected, 2, 2),
    "selected-at": Function(_selected_at, 2, 2),
    "count-selected": Function(lambda chosen: float(len(_words(chosen))), 1, 1),
    "coalesce": Function(_coalesce, 2, MANY),
}
