"""The functions of dates: read, rounded to days, counted in days, written by a pattern (JavaRosa: toDate, toDecimalDateTime)."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.questionnaire.context import Closure, Context, Nodes
from app.questionnaire.moments import Moment, after_days, at_wall, parse, written
from app.questionnaire.values import Unworkable, Value, to_number, to_text


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a call. nodes: the same as a set of nodes, for a path; path: the form's path where it is one plain path."""

    run: Closure
    nodes: Nodes | None = None
    path: str = ""


def _moment(value: Value, context: Context, *, with_time: bool) -> Value:
    """toDate of JavaRosa: blank and NaN stay what they are."""
    if isinstance(value, Moment):
        return value if with_time else value.midnight
    if isinstance(value, float | bool):
        number = to_number(value)
        if math.isnan(number):
            return number
        try:
            if with_time:
                return at_wall(math.trunc(number * 86_400_000), context.zone)
            return after_days(math.trunc(number), context.zone)
        except (OverflowError, ValueError) as error:
            raise Unworkable("This number is out of range for a date") from error
    if value == "":
        return ""
    found = parse(value, context.zone)
    if found is None:
        raise Unworkable(f'"{value[:40]}" is no date')
    return found


def dated(*, with_time: bool) -> Callable[[Sequence[Argument]], Closure]:
    """date() and date-time()."""

    def build(arguments: Sequence[Argument]) -> Closure:
        run = arguments[0].run
        return lambda context: _moment(run(context), context, with_time=with_time)

    return build


def decimal(*, with_date: bool) -> Callable[[Sequence[Argument]], Closure]:
    """decimal-date-time() and decimal-time()."""

    def build(arguments: Sequence[Argument]) -> Closure:
        run = arguments[0].run

        def count(context: Context) -> Value:
            value = run(context)
            if isinstance(value, float):
                return value if with_date or not math.isfinite(value) else value - math.floor(value)
            moment = _moment(value, context, with_time=True)
            if not isinstance(moment, Moment):
                return moment
            return moment.decimal if with_date else moment.time_of_day

        return count

    return build


def formatted(arguments: Sequence[Argument]) -> Closure:
    """format-date() and format-date-time()."""
    value, pattern = (argument.run for argument in arguments)

    def run(context: Context) -> Value:
        moment = _moment(value(context), context, with_time=True)
        if not isinstance(moment, Moment):
            return ""
        text = written(moment, to_text(pattern(context)), chinese=context.chinese)
        if text is None:
            raise Unworkable("format-date() knows %Y %y %m %n %b %d %e %H %h %M %S %3 %a %%")
        return text

    return run
