"""The live tree grown from a form: groups and questions once, repeats as often as the stored answers or the form say."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.questionnaire.form import Form, Kind
from app.questionnaire.nodes import Node, Series, key_of
from app.questionnaire.stored import typed
from app.questionnaire.values import Value
from app.questionnaire.world import World

MOST = 1_000
"""Instances of one repeat; more are cut."""


class Tree:
    """known: stored answers by key. flat: path → node, for what is in no repeat. named: key → question. series: key → repeat."""

    def __init__(self, form: Form, known: Mapping[str, str], world: World) -> None:
        self.form, self.known, self.world = form, known, world
        self.flat: dict[str, Node] = {}
        self.named: dict[str, Node] = {}
        self.series: dict[str, Series] = {}
        self.undo: list[tuple[Any, str, Any]] | None = None
        self.root = self._grow(next(iter(form.layout.get("", ("/data",)))), None)

    def assign(self, thing: Any, name: str, value: Any) -> None:
        """Change an attribute so that it can be undone."""
        if self.undo is not None:
            self.undo.append((thing, name, getattr(thing, name)))
        setattr(thing, name, value)

    def is_made(self, key: str) -> bool:
        """This value is stored or was given: it is not made anew."""
        return key in self.known or key in self.world.given

    def _grow(self, path: str, parent: Node | None, number: int = 0) -> Node:
        question, group = self.form.by_path.get(path), self.form.group_at.get(path)
        name = question.name if question else path.rpartition("/")[2]
        node = Node(path, name, parent, "")
        if parent is None or (not number and self.flat.get(parent.path) is parent):
            self.flat[path] = node
        if group and group.repeats and parent is not None:
            node.series, node.number = parent.children[node.path.rpartition("/")[2]], number  # type: ignore[assignment]
        node.key = key_of(name, node)
        if question:
            self.named[node.key] = node
            node.value = self._first_value(node)
        for inner in self.form.layout.get(path, ()):
            below_it = self.form.group_at.get(inner)
            if below_it and below_it.repeats:
                self._plant(inner, node)
            else:
                node.children[inner.rpartition("/")[2]] = self._grow(inner, node)
        return node

    def _plant(self, path: str, parent: Node) -> None:
        name = path.rpartition("/")[2]
        series = Series(path, parent, key_of(name, parent))
        parent.children[name] = self.series[series.key] = series
        group, words = self.form.group_at[path], self.known.get(series.key, "").split()
        numbers = [int(word) for word in words if word.isdecimal()][:MOST]
        if group.count:
            numbers = []
        elif series.key not in self.known:
            numbers = list(range(1, (group.fresh if self._is_new(parent) else group.initial) + 1))
        series.closed = "." in words
        for number in numbers:
            self.instance(series, number)

    def _is_new(self, node: Node) -> bool:
        """It is in an instance that was added during the interview."""
        above: Node | None = node
        while above is not None:
            if above.series and above.number > self.form.group_at[above.path].initial:
                return True
            above = above.parent
        return False

    def instance(self, series: Series, number: int) -> Node:
        """The instance of this number, put at the end of the series."""
        node = series.every.get(number)
        if node is None:
            node = series.every[number] = self._grow(series.path, series.parent, number)
        self.assign(series, "instances", [*series.instances, node])
        return node

    def _first_value(self, node: Node) -> Value:
        question = self.form.by_path[node.path]
        text = self.known.get(node.key)
        if text is None or question.kind is Kind.NOTE:  # what is stored for a note says that it was read
            text = self.world.given.get(node.key, question.fresh if self._is_new(node) else question.default)
        return typed(text, question.type, self.world.zone)

    def instance_named(self, key: str) -> Node | None:
        """An instance of a repeat that there is now, by its key ("member[3]")."""
        every = (node for series in self.series.values() for node in series.instances)
        return next((node for node in every if node.key == key), None)

    def under(self, node: Node, path: str) -> Iterator[Node | Series]:
        """All nodes of a path at or below a node; for a repeat also the series itself, before its instances."""
        if node.path == path:
            yield node
            return
        if not path.startswith(f"{node.path}/"):
            return
        found = [node]
        names = path[len(node.path) + 1 :].split("/")
        for place, name in enumerate(names, 1):
            if place == len(names):
                for parent in found:
                    child = parent.children.get(name)
                    if isinstance(child, Series):
                        yield child
            found = [child for parent in found for child in parent.below(name)]
        yield from found
