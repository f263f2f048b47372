"""The functions that expressions may call: XPath 1.0's and those that ODK adds, as far as a telephone questionnaire needs them.

A function takes evaluated arguments. What looks at the interview, at sets of nodes, or is not evaluated in full (`if`) is in
calls.py. Names, number of arguments and results follow the ODK XForms specification and JavaRosa.
"""

import base64
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal, localcontext

from app import canonical
from app.questionnaire.moments import Moment
from app.questionnaire.values import Unworkable, Value, to_number, to_text, to_truth

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


def _integer(value: Value) -> Value:
    number = to_number(value)
    return float(math.trunc(number)) if math.isfinite(number) else number


def _round(value: Value, places: Value = 0.0) -> Value:
    """Half goes up, towards the positive: 2.5 → 3 and -2.5 → -2. Negative places round as JavaRosa does, -1250 to -1200."""
    number, digits = to_number(value), to_number(places)
    if not math.isfinite(number):
        return number
    count = int(max(-99.0, min(99.0, digits))) if not math.isnan(digits) else 0
    if abs(count) > 30:
        return math.nan
    exact = Decimal(repr(number))
    if count < 0:
        return float(Decimal(math.trunc(float(exact.scaleb(count)) + 0.5)).scaleb(-count))
    step = Decimal(1).scaleb(-count)
    mode = ROUND_HALF_DOWN if number < 0 else ROUND_HALF_UP
    with localcontext() as context:
        context.prec = 400
        return float(exact.quantize(step, mode))


def _power(base: Value, exponent: Value) -> Value:
    try:
        return math.pow(_double(base), _double(exponent))
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
    whole, sign = to_text(text), to_text(mark)
    at = whole.find(sign)
    return (whole[:at], whole[at + len(sign) :]) if at >= 0 else ("", "")


def _regex(text: Value, pattern: Value) -> Value:
    try:
        return re.fullmatch(to_text(pattern), to_text(text)) is not None
    except re.error:
        return False


def _double(value: Value) -> float:
    """A date counts with its time of day here."""
    return value.days + value.time_of_day if isinstance(value, Moment) else to_number(value)


def _measured(curve: Callable[[float], float]) -> Callable[[Value], Value]:
    """NaN outside the domain and infinite beyond the largest number, as in Java."""

    def apply(value: Value) -> Value:
        try:
            return curve(_double(value))
        except OverflowError:
            return math.inf
        except ValueError:
            return math.nan

    return apply


def _logarithm(of: Callable[[float], float]) -> Callable[[float], float]:
    return lambda number: -math.inf if number == 0 else of(number)


_CURVES: Mapping[str, Callable[[float], float]] = {
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "asin": math.asin,
    "acos": math.acos,
    "atan": math.atan,
    "sqrt": math.sqrt,
    "exp": math.exp,
    "exp10": lambda number: math.pow(10.0, number),
    "log": _logarithm(math.log),
    "log10": _logarithm(math.log10),
}
_DIGESTS = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}


def _digest(text: Value, algorithm: Value, encoding: Value = "base64") -> Value:
    """Of the UTF-8 text, in "base64" or "hex". A pseudonym at best: whoever has the candidates can try them."""
    name, shape = to_text(algorithm), to_text(encoding).lower()
    if name not in _DIGESTS or shape not in {"base64", "hex"}:
        raise Unworkable(f'digest() knows no "{name}" in "{shape}"')
    made = canonical.named_digest(_DIGESTS[name], to_text(text).encode("utf-8", "surrogatepass"))
    return made.hex() if shape == "hex" else base64.b64encode(made).decode()


def _from_base64(text: Value) -> Value:
    try:
        return base64.b64decode(to_text(text)).decode("utf-8", "replace")
    except ValueError:
        return ""


FUNCTIONS: Mapping[str, Function] = {
    "true": Function(lambda: True, 0, 0),
    "false": Function(lambda: False, 0, 0),
    "not": Function(lambda value: not to_truth(value), 1, 1),
    "boolean": Function(to_truth, 1, 1),
    "boolean-from-string": Function(lambda text: to_text(text).lower() in {"true", "1"}, 1, 1),
    "number": Function(to_number, 1, 1),
    "int": Function(_integer, 1, 1),
    "round": Function(_round, 1, 2),
    "abs": Function(lambda value: abs(_double(value)), 1, 1),
    "pow": Function(_power, 2, 2),
    "string": Function(to_text, 1, 1),
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
    "is-selected": Function(_selected, 2, 2),
    "depend": Function(lambda first, *_others: first, 1, MANY),
    "digest": Function(_digest, 2, 3),
    "base64-decode": Function(_from_base64, 1, 1),
    **{name: Function(_measured(call), 1, 1) for name, call in _CURVES.items()},
    "atan2": Function(lambda y, x: math.atan2(_double(y), _double(x)), 2, 2),
    "pi": Function(lambda: math.pi, 0, 0),
}
