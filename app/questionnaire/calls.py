"""The functions that look at the interview: sets of nodes, the clock, chance, labels, and those that do not evaluate everything.

Each is built once per call in an expression, from closures of its arguments, into one closure. Names and results follow the ODK
XForms specification and JavaRosa (XPathFuncExpr). Functions of plain values are in functions.py.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from app.questionnaire.context import Closure, Context, NodeLike, Nodes
from app.questionnaire.dating import Argument, dated, decimal, formatted
from app.questionnaire.functions import MANY
from app.questionnaire.values import Unworkable, Value, to_number, to_text, to_truth


@dataclass(frozen=True, slots=True)
class Call:
    """A function of this kind: how many arguments it takes, both ends included, and what builds its closure."""

    build: Callable[[Sequence[Argument]], Closure]
    least: int
    most: int


IMPURE = frozenset({"random", "uuid", "now", "today"})
"""What they give cannot be worked out again later: a value made with them is stored."""


def _values(arguments: Sequence[Argument]) -> Callable[[Context], list[Value]]:
    """All values: a path gives one for each of its nodes, when it is the only argument."""
    if len(arguments) == 1 and arguments[0].nodes is not None:
        nodes = arguments[0].nodes
        return lambda context: [node.reading for node in nodes(context)]
    runs = [argument.run for argument in arguments]
    return lambda context: [run(context) for run in runs]


def _set(name: str, argument: Argument) -> Nodes:
    if argument.nodes is None:
        raise Unworkable(f"{name}() takes a path, not a value")
    return argument.nodes


def _if(arguments: Sequence[Argument]) -> Closure:
    test, yes, no = (argument.run for argument in arguments)
    return lambda context: yes(context) if to_truth(test(context)) else no(context)


def _coalesce(arguments: Sequence[Argument]) -> Closure:
    first, second = (argument.run for argument in arguments)

    def run(context: Context) -> Value:
        value = first(context)
        blank = value == "" or (isinstance(value, float) and math.isnan(value))
        return second(context) if blank else value

    return run


def _choice_name(arguments: Sequence[Argument]) -> Closure:
    code, path = (argument.run for argument in arguments)
    return lambda context: context.choice_name(to_text(path(context)).strip(), to_text(code(context)))


def _count(arguments: Sequence[Argument]) -> Closure:
    nodes = _set("count", arguments[0])
    return lambda context: float(len(nodes(context)))


def _count_non_empty(arguments: Sequence[Argument]) -> Closure:
    nodes = _set("count-non-empty", arguments[0])
    return lambda context: float(sum(node.reading != "" or node.inner for node in nodes(context)))


def _sum(arguments: Sequence[Argument]) -> Closure:
    nodes = _set("sum", arguments[0])

    def run(context: Context) -> Value:
        numbers = (to_number(node.reading) for node in nodes(context))
        return sum((number for number in numbers if not math.isnan(number)), 0.0)

    return run


def _extreme(choose: Callable[[list[float]], float]) -> Callable[[Sequence[Argument]], Closure]:
    """Blank and unreadable values do not take part."""

    def build(arguments: Sequence[Argument]) -> Closure:
        values = _values(arguments)

        def run(context: Context) -> Value:
            numbers = [number for number in map(to_number, values(context)) if not math.isnan(number)]
            return choose(numbers) if numbers else math.nan

        return run

    return build


def _concat(arguments: Sequence[Argument]) -> Closure:
    values = _values(arguments)
    return lambda context: "".join(map(to_text, values(context)))


def _join(arguments: Sequence[Argument]) -> Closure:
    separator, values = arguments[0].run, _values(arguments[1:])
    return lambda context: to_text(separator(context)).join(map(to_text, values(context)))


def _checklist(arguments: Sequence[Argument]) -> Closure:
    least, most, values = arguments[0].run, arguments[1].run, _values(arguments[2:])

    def run(context: Context) -> Value:
        count = sum(map(to_truth, values(context)))
        low, high = _whole(least(context)), _whole(most(context))
        return (low < 0 or count >= low) and (high < 0 or count <= high)

    return run


def _weighted(arguments: Sequence[Argument]) -> Closure:
    least, most = arguments[0].run, arguments[1].run
    if len(arguments) == 4:
        flags, weights = _values(arguments[2:3]), _values(arguments[3:])
    else:
        flags, weights = _each(arguments[2::2]), _each(arguments[3::2])

    def run(context: Context) -> Value:
        pairs = zip(flags(context), weights(context), strict=False)
        total = sum((to_number(weight) for flag, weight in pairs if to_truth(flag)), 0.0)
        return to_number(least(context)) <= total <= to_number(most(context))

    return run


def _each(arguments: Sequence[Argument]) -> Callable[[Context], list[Value]]:
    runs = [argument.run for argument in arguments]
    return lambda context: [run(context) for run in runs]


def _whole(value: Value) -> int:
    number = to_number(value)
    return 0 if math.isnan(number) else int(max(-(2.0**31), min(2.0**31 - 1, number)))


def _position(arguments: Sequence[Argument]) -> Closure:
    if not arguments:
        return lambda context: float(context.position())
    nodes = _set("position", arguments[0])

    def run(context: Context) -> Value:
        found: Sequence[NodeLike] = nodes(context)
        return float(found[0].place) if found else 0.0

    return run


def _once(arguments: Sequence[Argument]) -> Closure:
    first = arguments[0].run

    def run(context: Context) -> Value:
        now = context.own()
        return first(context) if now == "" else now

    return run


def _uuid(arguments: Sequence[Argument]) -> Closure:
    length = arguments[0].run if arguments else None
    return lambda context: context.uuid(_whole(length(context)) if length else 0)


def _length(arguments: Sequence[Argument]) -> Closure:
    text = arguments[0].run if arguments else _own
    return lambda context: float(len(to_text(text(context)).encode("utf-16-le", "surrogatepass")) // 2)


def _normalized(arguments: Sequence[Argument]) -> Closure:
    text = arguments[0].run if arguments else _own
    return lambda context: " ".join(to_text(text(context)).split())


def _own(context: Context) -> Value:
    return context.own()


def _indexed(arguments: Sequence[Argument]) -> Closure:
    paths = [argument.path for argument in (arguments[0], *arguments[1::2])]
    if len(arguments) % 2 == 0 or not all(paths):
        raise Unworkable("indexed-repeat() takes a question, and for each repeat its name and a number")
    if not all(paths[0].startswith(f"{group}/") for group in paths[1:]):
        raise Unworkable("indexed-repeat() takes repeats that the question is in")
    places = [argument.run for argument in arguments[2::2]]

    def run(context: Context) -> Value:
        chosen = {path: max(1, _whole(place(context))) for path, place in zip(paths[1:], places, strict=True)}
        return context.indexed(paths[0], chosen)

    return run


def _pulldata(arguments: Sequence[Argument]) -> Closure:
    runs = [argument.run for argument in arguments]

    def run(context: Context) -> Value:
        table, wanted, column, key = (to_text(each(context)) for each in runs)
        return context.pulled(table, wanted, column, key)

    return run


CALLS: Mapping[str, Call] = {
    "if": Call(_if, 3, 3),
    "coalesce": Call(_coalesce, 2, 2),
    "jr:choice-name": Call(_choice_name, 2, 2),
    "count": Call(_count, 1, 1),
    "count-non-empty": Call(_count_non_empty, 1, 1),
    "sum": Call(_sum, 1, 1),
    "min": Call(_extreme(min), 1, MANY),
    "max": Call(_extreme(max), 1, MANY),
    "concat": Call(_concat, 0, MANY),
    "join": Call(_join, 1, MANY),
    "checklist": Call(_checklist, 2, MANY),
    "weighted-checklist": Call(_weighted, 2, MANY),
    "position": Call(_position, 0, 1),
    "once": Call(_once, 1, 1),
    "uuid": Call(_uuid, 0, 1),
    "random": Call(lambda _none: lambda context: context.random(), 0, 0),
    "now": Call(lambda _none: lambda context: context.now(), 0, 0),
    "today": Call(lambda _none: lambda context: context.now().midnight, 0, 0),
    "date": Call(dated(with_time=False), 1, 1),
    "date-time": Call(dated(with_time=True), 1, 1),
    "decimal-date-time": Call(decimal(with_date=True), 1, 1),
    "decimal-time": Call(decimal(with_date=False), 1, 1),
    "format-date": Call(formatted, 2, 2),
    "format-date-time": Call(formatted, 2, 2),
    "string-length": Call(_length, 0, 1),
    "normalize-space": Call(_normalized, 0, 1),
    "indexed-repeat": Call(_indexed, 3, 11),
    "pulldata": Call(_pulldata, 4, 4),
    "version": Call(lambda _none: lambda context: context.version, 0, 0),
}

__all__ = ["CALLS", "IMPURE", "Argument", "Call"]
