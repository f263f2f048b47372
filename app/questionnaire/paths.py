"""Location paths of expressions, walked at run time: steps to children and parents, with conditions in square brackets."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.questionnaire.context import Closure, Context, NodeLike, Nodes
from app.questionnaire.values import Unworkable, Value

Start = Callable[[Context], Sequence[NodeLike]]


@dataclass(frozen=True, slots=True)
class Quick:
    """A condition `column = value` whose value is the same for every row: the rows can be found by an index of the column.
    whole: there is nothing more to the first condition."""

    column: str
    value: Closure
    whole: bool


@dataclass(frozen=True, slots=True)
class Step:
    """To the children of a name ("*" = all), or to the parent (".."), that pass every test."""

    name: str
    tests: tuple[Closure, ...] = ()
    quick: Quick | None = None


def walk(start: Start, steps: Sequence[Step]) -> Nodes:
    """The relevant nodes at the end of the steps."""

    def nodes(context: Context) -> Sequence[NodeLike]:
        found = start(context)
        for step in steps:
            found = _taken(step, found, context)
        return [node for node in found if node.on]

    return nodes


def single(nodes: Nodes) -> Closure:
    """The value of a set of nodes: blank for none, of the one. Raises Unworkable for several."""

    def run(context: Context) -> Value:
        return only(nodes(context))

    return run


def only(found: Sequence[NodeLike]) -> Value:
    """The value of the one node, blank for none. Raises Unworkable for several."""
    if not found:
        return ""
    if len(found) > 1:
        raise Unworkable("This question is repeated, and the expression does not say which one it reads")
    return found[0].reading


def _taken(step: Step, found: Sequence[NodeLike], context: Context) -> list[NodeLike]:
    taken: list[NodeLike] = []
    for node in found:
        if step.name == "..":
            above = node.above
            if above is None:
                raise Unworkable("This path leads out of the form")
            taken.append(above)
        else:
            taken.extend(_children(step, node, context))
    return taken


def _children(step: Step, parent: NodeLike, context: Context) -> Sequence[NodeLike]:
    rows, tests = None, step.tests
    if step.quick:
        value = step.quick.value(context)
        if isinstance(value, str):
            rows = context.matching(parent, step.name, step.quick.column, value)
            tests = tests[1:] if rows is not None and step.quick.whole else tests
    if rows is None:
        rows = parent.below(step.name)
    for number, test in enumerate(tests):
        rows = [
            row
            for index, row in enumerate(rows, 1)
            if _passes(test(context.at(row, index if number else row.place)), index if number else row.place)
        ]
    return rows


def _passes(value: Value, place: int) -> bool:
    """A number asks for a position; anything but a truth value else does not pass, as in JavaRosa."""
    if isinstance(value, bool):
        return value
    return isinstance(value, float) and value == place
