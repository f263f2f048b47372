"""Can a condition ever be true? Tried out on the values that matter: every code of a question, and the numbers around those that
rules compare with. What cannot be worked out is UNKNOWN, and UNKNOWN counts as possible: no false alarm.
"""

import itertools
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum

from app.questionnaire.lint.survey import Line, Survey
from app.questionnaire.lint.syntax import Call, Literal, Node, Operation, Path, names, walk

MOST_TRIES = 20_000


class Unknown(Enum):
    """The third truth value."""

    UNKNOWN = 0


UNKNOWN = Unknown.UNKNOWN
Value = str | float | bool | Unknown
Setting = Mapping[str, Value]
"""Question name → value ("" = blank); "." is the question itself; one that is not in it is UNKNOWN."""

_NUMBER = re.compile(r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")


def number(value: Value) -> float:
    """As XPath number(): NaN for what is none."""
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, float):
        return value
    text = value.strip() if isinstance(value, str) else ""
    return float(text) if _NUMBER.fullmatch(text) else math.nan


def truth(value: Value) -> bool | Unknown:
    """As XPath boolean()."""
    if isinstance(value, float):
        return bool(value) and not math.isnan(value)
    return value if isinstance(value, bool | Unknown) else value != ""


def evaluate(node: Node, setting: Setting) -> Value:
    """The value of an expression, UNKNOWN where it depends on something unknown."""
    match node:
        case Literal(value=value):
            return value
        case Path() if node.plain:
            return setting.get(node.name, UNKNOWN)
        case Call(name=name, arguments=arguments):
            return _call(name, arguments, setting)
        case Operation(sign="and" | "or" as sign, left=left, right=right):
            return _both(sign, truth(evaluate(left, setting)), truth(evaluate(right, setting)))
        case Operation(sign=sign, left=left, right=right):
            one, other = evaluate(left, setting), evaluate(right, setting)
            return UNKNOWN if UNKNOWN in (one, other) else _apply(sign, one, other)
        case _:
            return UNKNOWN


def _both(sign: str, one: Value, other: Value) -> bool | Unknown:
    decides = sign == "or"
    if decides in (one, other):
        return decides
    return UNKNOWN if UNKNOWN in (one, other) else not decides


def _apply(sign: str, one: Value, other: Value) -> Value:
    if sign in {"=", "!="}:
        return _equal(one, other) == (sign == "=")
    left, right = number(one), number(other)
    match sign:
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case ">=":
            return left >= right
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case _:
            return UNKNOWN


def _equal(one: Value, other: Value) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return truth(one) == truth(other)
    if isinstance(one, float) or isinstance(other, float):
        return number(one) == number(other)
    return one == other


def _call(name: str, arguments: tuple[Node, ...], setting: Setting) -> Value:
    values = [evaluate(each, setting) for each in arguments]
    match name, values:
        case (("true" | "false"), []):
            return name == "true"
        case "not", [value]:
            known = truth(value)
            return known if isinstance(known, Unknown) else not known
        case "selected", [str() as chosen, str() as code]:
            return code in chosen.split()
        case (("number" | "int"), [value]) if value is not UNKNOWN:
            return (
                float(math.trunc(number(value)))
                if name == "int" and math.isfinite(number(value))
                else number(value)
            )
        case "string-length", [str() as text]:
            return float(len(text))
        case _:
            return UNKNOWN


def domains(survey: Survey, conditions: Iterable[Node]) -> dict[str, tuple[str, ...]]:
    """Question name → the values worth trying, "" among them; only for questions where that is known."""
    marks: dict[str, set[float]] = {}
    for condition in conditions:
        for node in walk(condition):
            if isinstance(node, Operation):
                for place, other in ((node.left, node.right), (node.right, node.left)):
                    if isinstance(place, Path) and isinstance(other, Literal):
                        marks.setdefault(place.name, set()).add(number(other.value))
    found: dict[str, tuple[str, ...]] = {}
    for name, line in survey.by_name.items():
        codes = survey.codes(line)
        if line.type == "select_one" and codes and len(codes) <= 60 and not line.get("choice_filter"):
            found[name] = ("", *codes)
        elif line.type == "integer":
            found[name] = ("", *numbers(marks.get(name, set()), line))
    return found


def numbers(marks: Iterable[float], line: Line) -> tuple[str, ...]:
    """Whole numbers around the marks, the ends of the scale and the special codes."""
    around = {round(mark) + step for mark in marks if math.isfinite(mark) for step in (-1, 0, 1)}
    for text in (*line.get("cati:scale").split("-"), line.get("cati:dk"), line.get("cati:refused")):
        if text.isdigit():
            around |= {int(text)}
    return tuple(str(each) for each in sorted(around | {0, 1}))


def possible(conditions: list[Node], never: list[Node], table: Mapping[str, tuple[str, ...]]) -> bool:
    """Some setting makes all conditions true (or unknown) and none of `never` surely true."""
    wanted = sorted({name for each in (*conditions, *never) for name in names(each) if name in table})
    if math.prod(len(table[name]) for name in wanted) > MOST_TRIES:
        return True
    return any(_holds(conditions, never, setting) for setting in _settings(wanted, table))


def _settings(wanted: list[str], table: Mapping[str, tuple[str, ...]]) -> Iterator[Setting]:
    for values in itertools.product(*(table[name] for name in wanted)):
        yield dict(zip(wanted, values, strict=True))


def _holds(conditions: list[Node], never: list[Node], setting: Setting) -> bool:
    return all(truth(evaluate(each, setting)) is not False for each in conditions) and not any(
        truth(evaluate(each, setting)) is True for each in never
    )
