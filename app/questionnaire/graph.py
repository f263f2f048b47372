"""What follows from what in a form: for every node those that read it, and an order in which each comes after all it reads."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import cast

from app.questionnaire.xpath import Compiled


class Circle(Exception):  # noqa: N818 - found, not raised at anyone: parsing.py words it
    """Rules that read each other in a circle. names: of the nodes, in the order of reading."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(" → ".join(names))
        self.names = names


@dataclass(frozen=True, slots=True)
class Rules:
    """The parsed expressions of a question or group."""

    relevant: Compiled | None = None
    constraint: Compiled | None = None
    calculate: Compiled | None = None
    required: Compiled | None = None
    readonly: Compiled | None = None
    count: Compiled | None = None

    @property
    def driving(self) -> Iterator[Compiled]:
        """Those that are worked out as soon as something they read changes."""
        for rule in (self.relevant, self.calculate, self.count):
            if rule:
                yield rule


@dataclass(frozen=True, slots=True)
class Graph:
    """order: paths, each after all that it reads. rank: path → place in the order. feeds: path → those that read it, each with the
    number of steps that both paths share node for node (0 = any instance of a repeat)."""

    order: tuple[str, ...]
    rank: Mapping[str, int]
    feeds: Mapping[str, tuple[tuple[str, int], ...]]


def build(rules: Mapping[str, Rules]) -> Graph:
    """The graph of all rules. Raises Circle."""
    feeds: dict[str, dict[str, int]] = {}
    before: dict[str, set[str]] = {}
    inside = _inside(rules)
    for path, own in rules.items():
        parent = path.rpartition("/")[0]
        before[path] = {parent} if parent in rules else set()
        for read, shared in _reads(own, inside):
            readers = feeds.setdefault(read, {})
            readers[path] = min(shared, readers.get(path, shared))
            if read != path or not _may_read_itself(own, path):
                before[path].add(read)
    try:
        order = tuple(TopologicalSorter(before).static_order())
    except CycleError as error:
        circle = [path.rpartition("/")[2] for path in cast("list[str]", error.args[1])][::-1]
        raise Circle(circle) from error
    for path, readers in feeds.items():
        readers.pop(path, None)  # its own value does not make a calculation start again
    return Graph(
        order,
        {path: place for place, path in enumerate(order)},
        {path: tuple(readers.items()) for path, readers in feeds.items()},
    )


def _reads(own: Rules, inside: Mapping[str, list[str]]) -> Iterator[tuple[str, int]]:
    for rule in own.driving:
        for read, shared in rule.reads:
            if "*" not in read:
                yield read, shared
                continue
            found = [""]
            for part in read.split("/")[1:]:
                nexts = (inner for path in found for inner in inside.get(path, ()))
                found = [inner for inner in nexts if part in ("*", inner.rpartition("/")[2])]
            yield from ((path, shared) for path in found)


def _inside(paths: Iterable[str]) -> Mapping[str, list[str]]:
    found: dict[str, dict[str, None]] = {}
    for path in paths:
        while path and path not in found.setdefault(path.rpartition("/")[0], {}):
            found[path.rpartition("/")[0]][path] = None
            path = path.rpartition("/")[0]
    return {parent: list(inner) for parent, inner in found.items()}


def _may_read_itself(own: Rules, path: str) -> bool:
    """A calculation may look at its own value (`if(. = '', …, .)`); relevance may not."""
    return own.relevant is None or path not in own.relevant.references
