"""The operators of expressions: comparison, arithmetic, and, or. Numbers and texts as XPath 1.0 and Java have them."""

import math
from collections.abc import Callable, Mapping

from app.questionnaire.context import Closure, Context
from app.questionnaire.values import Value, equal, to_number, to_truth

COMPARES: Mapping[str, Callable[[Value, Value], bool]] = {
    "=": equal,
    "!=": lambda left, right: not equal(left, right),
    "<": lambda left, right: to_number(left) < to_number(right),
    "<=": lambda left, right: to_number(left) <= to_number(right),
    ">": lambda left, right: to_number(left) > to_number(right),
    ">=": lambda left, right: to_number(left) >= to_number(right),
}


def _divide(left: float, right: float) -> float:
    if right:
        return left / right
    if math.isnan(left) or math.isnan(right) or left == 0:
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def _remainder(left: float, right: float) -> float:
    """The remainder has the sign of the dividend, as in Java and XPath."""
    return math.nan if right == 0 or math.isinf(left) else math.fmod(left, right)


ARITHMETIC: Mapping[str, Callable[[float, float], float]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "div": _divide,
    "mod": _remainder,
}
# Loosest first; operators of one line bind alike and from the left.
LEVELS: tuple[frozenset[str], ...] = (
    frozenset({"or"}),
    frozenset({"and"}),
    frozenset({"=", "!="}),
    frozenset({"<", "<=", ">", ">="}),
    frozenset({"+", "-"}),
    frozenset({"*", "div", "mod"}),
)
BINDS: Mapping[str, int] = {sign: level for level, signs in enumerate(LEVELS) for sign in signs}
"""Operator → its level."""


def chain(first: Closure, rest: list[tuple[str, Closure]]) -> Closure:
    """a op b op c … as one loop, so that a long chain costs no depth. One operator and two sides is the usual case."""
    parts = (first, *(part for _, part in rest))
    if rest[0][0] == "or":
        return lambda context: any(to_truth(part(context)) for part in parts)
    if rest[0][0] == "and":
        return lambda context: all(to_truth(part(context)) for part in parts)
    if len(rest) == 1:
        operate, second = _operation(rest[0][0]), rest[0][1]
        return lambda context: operate(first(context), second(context))
    steps = tuple((_operation(sign), part) for sign, part in rest)

    def run(context: Context) -> Value:
        value = first(context)
        for operation, part in steps:
            value = operation(value, part(context))
        return value

    return run


def _operation(sign: str) -> Callable[[Value, Value], Value]:
    if sign in COMPARES:
        return COMPARES[sign]
    arithmetic = ARITHMETIC[sign]
    return lambda left, right: arithmetic(to_number(left), to_number(right))
