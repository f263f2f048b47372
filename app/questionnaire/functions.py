"""The functions that expressions may call: XPath 1.0's and those that ODK adds, as far as a telephone questionnaire needs them.

A function takes evaluated arguments. What depends on the interview (labels of choices) or is not evaluated in full (`if`) is
built into xpath.py. Names, number of arguments and results follow the ODK XForms specification and JavaRosa.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

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
    """A search for the word with a space on both sides, as JavaRosa does it: a blank code is "selected" in a blank answer."""
    return f" {to_text(code).strip()} " in f" {to_text(chosen)} "


def _selected_at(chosen: Value, index: Value) -> Value:
    words, place = _words(chosen), to_number(index)
    return words[int(place)] if 0 <= place < len(words) else ""


def _coalesce(first: Value, second: Value) -> Value:
    return first if to_text(first) != "" else second


def _integer(value: Value) -> Value:
    number = to_number(value)
    return float(math.trunc(number)) if math.isfinite(number) else number


def _round(value: Value, places: Value = 0.0) -> Value:
    """Half goes up, towards the positive: 2.5 → 3 and -2.5 → -2."""
    number, digits = to_number(value), to_number(places)
    if not math.isfinite(number) or not math.isfinite(digits):
        return number
    step = Decimal(1).scaleb(-int(max(-15.0, min(15.0, digits))))
    return float(((Decimal(repr(number)) / step) + Decimal("0.5")).to_integral_value(ROUND_FLOOR) * step)


def _extreme(choose: Callable[[list[float]], float]) -> Callable[..., Value]:
    """Blank and unreadable values do not take part."""

    def apply(*values: Value) -> Value:
        numbers = [number for number in map(to_number, values) if not math.isnan(number)]
        return choose(numbers) if numbers else math.nan

    return apply


def _power(base: Value, exponent: Value) -> Value:
    try:
        return math.pow(to_number(base), to_number(exponent))
    except OverflowError:
        return math.inf
    except ValueError:
        return math.nan


def _part(text: Value, start: Value, end: Value = math.inf) -> Value:
    """Characters from `start` (0-based) up to, not including, `end`; negative places count from the end."""
    whole = to_text(text)

    def place(value: Value) -> int:
        number = to_number(value)
        if math.isnan(number):
            return 0
        return int(max(-len(whole), min(len(whole), number)))

    return whole[slice(place(start), place(end))]


def _translate(text: Value, letters: Value, instead: Value) -> Value:
    old, new = to_text(letters), to_text(instead)
    table = {ord(letter): new[place : place + 1] for place, letter in reversed(list(enumerate(old)))}
    return to_text(text).translate(table)


def _around(text: Value, mark: Value) -> tuple[str, str]:
    before, found, after = to_text(text).partition(to_text(mark) or "\0")
    return (before, after) if found else ("", "")


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
    "pow": Function(_power, 2, 2),
    "min": Function(_extreme(min), 1, MANY),
    "max": Function(_extreme(max), 1, MANY),
    "string": Function(to_text, 1, 1),
    "concat": Function(lambda *parts: "".join(map(to_text, parts)), 0, MANY),
    "string-length": Function(lambda text: float(len(to_text(text))), 1, 1),
    "normalize-space": Function(lambda text: " ".join(_words(text)), 1, 1),
    "contains": Function(lambda text, part: to_text(part) in to_text(text), 2, 2),
    "starts-with": Function(lambda text, part: to_text(text).startswith(to_text(part)), 2, 2),
    "ends-with": Function(lambda text, part: to_text(text).endswith(to_text(part)), 2, 2),
    "substring-before": Function(lambda text, mark: _around(text, mark)[0], 2, 2),
    "substring-after": Function(lambda text, mark: _around(text, mark)[1], 2, 2),
    "substr": Function(_part, 2, 3),
    "translate": Function(_translate, 3, 3),
    "regex": Function(_regex, 2, 2),
    "selected": Function(_selected, 2, 2),
    "selected-at": Function(_selected_at, 2, 2),
    "count-selected": Function(lambda chosen: float(len(_words(chosen))), 1, 1),
    "coalesce": Function(_coalesce, 2, 2),
}
