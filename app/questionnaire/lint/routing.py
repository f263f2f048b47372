"""Rules about the way through: circles, conditions that can never hold, and questions that nobody can leave."""

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from app.questionnaire.lint.expressions import Expressions
from app.questionnaire.lint.finding import Finding
from app.questionnaire.lint.survey import Line, Survey
from app.questionnaire.lint.syntax import Literal, Node, names, walk
from app.questionnaire.lint.truth import domains, evaluate, numbers, possible, truth

COUNTED = frozenset({"56", "60"})
"""Outcomes of interviews that quotas and weights count: quota filled, complete."""
_YES = frozenset({"yes", "true", "true()", "Yes", "True", "TRUE", "YES"})


def check(survey: Survey, expressions: Expressions) -> Iterator[Finding]:
    """All findings of this kind."""
    circles = list(_circles(survey, expressions))
    yield from circles
    yield from _ways(survey, expressions)
    yield from _no_way_out(survey, expressions)
    yield from _counted(survey)


def _circles(survey: Survey, expressions: Expressions) -> Iterator[Finding]:
    graph: dict[str, set[str]] = {}
    for line in survey.lines:
        if survey.by_name.get(line.name) is not line:
            continue  # the end of a group, or a second one of that name: said already
        reads: set[str] = set()
        for column in ("relevant", "calculation"):
            tree = expressions.of(line, column)
            wanted = names(tree) if tree else frozenset()
            if wanted & {".", line.name}:
                yield Finding("self-reference", line.at(column), {"name": line.name})
            reads |= wanted - {".", line.name}
        if line.parent is not None and line.parent.name:
            reads.add(line.parent.name)
        graph.setdefault(line.name, set()).update(reads)
    while True:
        try:
            TopologicalSorter(graph).prepare()
            return
        except CycleError as error:
            circle = [str(name) for name in error.args[1]][::-1]
        line, column = _reading(survey, circle)
        yield Finding("circle", line.at(column), {"names": " → ".join(circle)})
        graph[circle[0]] = set()


def _reading(survey: Survey, circle: list[str]) -> tuple[Line, str]:
    """Where the circle is closed: a cell of its first question that refers to the next."""
    for name, following in pairwise(circle):
        line = survey.by_name[name]
        for column in ("relevant", "calculation"):
            if f"${{{following}}}" in line.get(column).replace(" ", ""):
                return line, column
    return survey.by_name[circle[0]], "relevant"


def _ways(survey: Survey, expressions: Expressions) -> Iterator[Finding]:
    """In the order of asking: what is known by then, which stops lie before, and can the question still be reached?"""
    table = domains(survey, [each.tree for each in expressions.trees])
    later = {line.name for line in survey.questions if line.wants_answer}
    stops: list[list[Node]] = []
    stopped: Line | None = None
    for line in survey.questions:
        later.discard(line.name)
        if line.type in {"calculate", "hidden"} or not (line.wants_answer or line.type == "note"):
            continue
        conditions = _conditions(line, expressions)
        if stopped is not None:
            yield Finding("after-the-end", line.at("type"), {"name": line.name, "other": stopped.name})
            continue
        finding = _reach(line, conditions, stops, table, later)
        if finding:
            yield finding
        if line.ends and line.type == "note":
            if not conditions:
                stopped = line
            stops.append(conditions)


def _reach(
    line: Line,
    conditions: list[Node],
    stops: list[list[Node]],
    table: Mapping[str, tuple[str, ...]],
    later: set[str],
) -> Finding | None:
    if not conditions:
        return None
    where = next((each for each in line.chain() if each.get("relevant")), line).at("relevant")
    wanted = frozenset().union(*(names(each) for each in conditions))
    never = [stop[0] for stop in stops if len(stop) == 1 and names(stop[0]) <= wanted]
    if not possible(conditions, [], table):
        return Finding("unreachable", where, {"name": line.name})
    if not possible(conditions, never, table):
        return Finding("unreachable-after-stop", where, {"name": line.name})
    ahead = sorted(wanted & later - {line.name})
    blank = {**table, **dict.fromkeys(ahead, ("",))}
    if ahead and not possible(conditions, [], blank):
        return Finding("reads-ahead", where, {"name": line.name, "other": ahead[0]})
    return None


def _conditions(line: Line, expressions: Expressions) -> list[Node]:
    trees = (expressions.of(each, "relevant") for each in line.chain())
    return [tree for tree in trees if tree is not None]


def _no_way_out(survey: Survey, expressions: Expressions) -> Iterator[Finding]:
    for line in survey.questions:
        required = line.get("required") in _YES or line.get("required").replace(" ", "") == "true()"
        if not line.wants_answer:
            continue
        tree = expressions.of(line, "constraint")
        tries = _answers(survey, line, tree)
        if tree is not None and tries and not any(_may(tree, line, value) for value in tries):
            yield Finding(
                "no-way-out" if required else "nothing-fits", line.at("constraint"), {"name": line.name}
            )
        elif (
            required and line.get("readonly") in _YES and not (line.get("calculation") or line.get("default"))
        ):
            yield Finding("no-way-out-readonly", line.at("readonly"), {"name": line.name})


def _answers(survey: Survey, line: Line, tree: Node | None) -> tuple[str, ...]:
    if tree is None:
        return ()
    if line.type == "select_one":
        return survey.codes(line) or ()
    return (
        tuple(t for t in domains(survey, [tree]).get(line.name, ()) if t) + _own(tree, line)
        if line.type == "integer"
        else ()
    )


def _own(tree: Node, line: Line) -> tuple[str, ...]:
    marks = {
        float(each.value)
        for each in walk(tree)
        if isinstance(each, Literal) and isinstance(each.value, float)
    }
    return numbers(marks, line)


def _may(tree: Node, line: Line, value: str) -> bool:
    return truth(evaluate(tree, {".": value, line.name: value})) is not False


def _counted(survey: Survey) -> Iterator[Finding]:
    """What quotas and weights need must be known before an interview that counts can end, and before the items begin."""
    ended: Line | None = None
    items: Line | None = None
    for line in survey.questions:
        if line.get("cati:quota") or line.get("cati:weight"):
            column = "cati:quota" if line.get("cati:quota") else "cati:weight"
            if ended is not None:
                yield Finding("quota-after-stop", line.at(column), {"name": line.name, "other": ended.name})
            elif items is not None:
                yield Finding("quota-after-items", line.at(column), {"name": line.name, "other": items.name})
        ended = ended or (line if line.ends in COUNTED else None)
        items = items or (line if line.get("cati:scale") else None)
