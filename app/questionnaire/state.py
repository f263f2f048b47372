"""An interview's answers and all that follows from them, kept up to date: only what a change touches is worked out anew.

Semantics are JavaRosa's: a question that is not relevant keeps its value, but every expression reads it as blank. Work goes in
the order of the form's graph, so nothing is worked out twice. A trial can be undone without a trace.
"""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from app.questionnaire import choices
from app.questionnaire.form import Action, Form
from app.questionnaire.graph import Rules
from app.questionnaire.nodes import Node, Series, below, each
from app.questionnaire.scope import Scope
from app.questionnaire.stored import untyped
from app.questionnaire.tree import MOST, Tree
from app.questionnaire.values import Unworkable, Value, kept, to_number, to_truth
from app.questionnaire.world import World
from app.questionnaire.xpath import Compiled

DEEPEST = 20
"""Values that set each other in turn."""
_WORDED = frozenset({"jr:choice-name", "format-date", "format-date-time"})


class State:
    """stored: key → text, as in Session.stored; names that the form does not have are left out. faults: expressions that could not be
    worked out with these answers, as key → sentence (their value is blank, and a question with such a relevance is asked)."""

    def __init__(self, form: Form, stored: Mapping[str, str], language: str, world: World) -> None:
        self.form, self.language, self.world = form, language, world
        self.tree = Tree(form, stored, world)
        self.flat = self.tree.flat
        self.made: dict[str, str] = {}
        self.faults: dict[str, str] = {}
        self.shape = 0
        self._queue: list[tuple[int, int, Node | Series]] = []
        self._queued: set[int] = set()
        self._pushed = 0
        self._begin()

    # beginning

    def _begin(self) -> None:
        """What is filled in and set at the beginning comes first, then all rules once: JavaRosa's order (FormDef.initialize)."""
        choices.preload(self)
        self._set(self.tree.root, [each for each in self.form.effects if each[0].first])
        for path in self.form.order:
            for node in list(self.tree.under(self.tree.root, path)):
                self._work(node, spread=False)
        self._queue.clear()  # what instances of counted repeats asked for came later in the order, and is done
        self._queued.clear()

    def _set(self, node: Node, effects: Sequence[tuple[Action, Compiled]]) -> None:
        """What the form sets below a node when it begins; what is stored, or was given, stays."""
        for action, value in effects:
            for target in list(self.tree.under(node, action.target)):
                if isinstance(target, Node) and not self.tree.is_made(target.key):
                    self._act(action, value, target)

    def _act(self, action: Action, value: Compiled, node: Node, depth: int = 0) -> None:
        """The form sets a value, whether the question is relevant or not."""
        question = self.form.by_path[action.target]
        result = kept(self._run(value, node, ""), question.type)
        self.made[node.key] = untyped(result, question.type)
        self.answer(node, result, depth + 1)

    # working out

    def _run(self, rule: Compiled, node: Node, otherwise: Value) -> Value:
        try:
            return rule.run(Scope(self, node))
        except Unworkable as fault:
            self.faults[node.key] = fault.what
            return otherwise

    def true(self, rule: Compiled | None, node: Node, *, otherwise: bool) -> bool:
        """A rule holds for a node."""
        return otherwise if rule is None else to_truth(self._run(rule, node, otherwise))

    def _work(self, node: Node | Series, *, spread: bool = True) -> None:
        rules: Rules | None = self.form.rules.get(node.path)
        if rules is None:
            return
        if isinstance(node, Series):
            if rules.count:
                self._resize(node, rules.count)
            return
        own = self.true(rules.relevant, node, otherwise=True)
        if own != node.own:
            self.tree.assign(node, "own", own)
        self._refresh(node, spread=spread)
        if rules.calculate:
            self._calculate(node, rules.calculate, spread=spread)

    def _calculate(self, node: Node, rule: Compiled, *, spread: bool) -> None:
        data_type = self.form.by_path[node.path].type
        if rule.impure:
            if not spread and self.tree.is_made(node.key):
                return  # it was worked out when the interview was held, and stored
            value = kept(self._run(rule, node, ""), data_type)
            self.made[node.key] = untyped(value, data_type)
        else:
            value = kept(self._run(rule, node, ""), data_type)
        if value != node.value or type(value) is not type(node.value):
            self.tree.assign(node, "value", value)
            if spread and node.on:
                self._feed(node)

    def _refresh(self, node: Node, *, spread: bool) -> None:
        """Carry a change of relevance down to everything below."""
        on = node.own and (node.parent is None or node.parent.on)
        if on == node.on:
            return
        self.tree.assign(node, "on", on)
        if spread:
            self._feed(node)
        for child in node.children.values():
            for inner in each(child):
                self._refresh(inner, spread=spread)

    def _resize(self, series: Series, rule: Compiled) -> None:
        wanted = to_number(self._run(rule, series.parent, 0.0))
        count = int(max(0, min(MOST, wanted))) if wanted == wanted else 0
        if len(series.instances) == count:
            return
        have = len(series.instances)
        if count < have:
            self.tree.assign(series, "instances", series.instances[:count])
        for number in range(have + 1, count + 1):
            self._enter(self.tree.instance(series, number))
        self._reshaped(series)

    def _enter(self, node: Node) -> None:
        """An instance that comes: the first time what the form sets in it, then everything is worked out."""
        if not node.begun:
            self.tree.assign(node, "begun", True)
            self._set(node, [each for each in self.form.effects if each[0].new])
        for inner in below(node):
            self._push(inner)
            for child in inner.children.values():
                if isinstance(child, Series):
                    self._push(child)

    def _reshaped(self, series: Series) -> None:
        """Whoever counts or reads the instances looks again."""
        self.tree.assign(self, "shape", self.shape + 1)
        depth = series.parent.path.count("/")
        for path in (series.path, *self._inner_paths(series.path)):
            for target, shared in self.form.graph.feeds.get(path, ()):
                self._push_under(series.parent, depth, target, shared)

    def _inner_paths(self, path: str) -> Iterator[str]:
        for inner in self.form.layout.get(path, ()):
            yield inner
            yield from self._inner_paths(inner)

    def _feed(self, node: Node) -> None:
        feeds = self.form.graph.feeds.get(node.path)
        if feeds:
            depth = node.path.count("/")
            for target, shared in feeds:
                self._push_under(node, depth, target, shared)

    def _push_under(self, node: Node, depth: int, target: str, shared: int) -> None:
        reader = self.flat.get(target)
        group = self.form.group_at.get(target)
        if reader is not None and not (group and group.repeats):
            self._push(reader)
            return
        above = node
        for _ in range(depth - min(shared, depth)):
            above = above.parent or above
        for each_one in list(self.tree.under(above, target)):
            self._push(each_one)

    def _push(self, node: Node | Series) -> None:
        if id(node) not in self._queued and node.path in self.form.graph.rank:
            self._queued.add(id(node))
            self._pushed += 1
            heapq.heappush(self._queue, (self.form.graph.rank[node.path], self._pushed, node))

    def settle(self) -> None:
        """Work out everything that is waiting."""
        while self._queue:
            _, _, node = heapq.heappop(self._queue)
            self._queued.discard(id(node))
            self._work(node)

    # changing

    def put(self, node: Node, value: Value) -> None:
        """Give a question a value, and work out what follows."""
        if value != node.value or type(value) is not type(node.value):
            self.tree.assign(node, "value", value)
            if node.on:
                self._feed(node)
        self.settle()

    def answer(self, node: Node, value: Value, depth: int = 0) -> None:
        """A person, or the form itself, gives this question a value: what follows is worked out, and the form may set others."""
        changed = value != node.value
        self.put(node, value)
        for action, rule in self.form.effects:
            if changed and action.source == node.path and depth < DEEPEST:
                above: Node = node
                while above.parent and not action.target.startswith(f"{above.path}/"):
                    above = above.parent
                for target in list(self.tree.under(above, action.target)):
                    if isinstance(target, Node):
                        self._act(action, rule, target, depth)

    def add(self, series: Series) -> Node:
        """Another instance, with a number of its own."""
        node = self.tree.instance(series, max(series.every, default=0) + 1)
        self.tree.assign(series, "closed", False)
        self._enter(node)
        self._reshaped(series)
        self.settle()
        return node

    def remove(self, node: Node) -> None:
        """Take an instance away; its answers stay stored under its number."""
        if node.series:
            self.tree.assign(
                node.series, "instances", [other for other in node.series.instances if other is not node]
            )
            self._reshaped(node.series)
            self.settle()

    @contextmanager
    def trial(self) -> Iterator[None]:
        """Whatever is changed inside is as it was afterwards."""
        made, faults, self.tree.undo = dict(self.made), dict(self.faults), []
        try:
            yield
        finally:
            undo, self.tree.undo = self.tree.undo or [], None
            for thing, name, old in reversed(undo):
                setattr(thing, name, old)
            self.made, self.faults = made, faults

    # languages

    def speak(self, language: str) -> None:
        """Go on in another language: what depends on labels of choices is worked out anew."""
        self.language = language
        for path, rules in self.form.rules.items():
            if any(_WORDED & rule.calls for rule in rules.driving):
                for node in list(self.tree.under(self.tree.root, path)):
                    self._push(node)
        self.settle()

    @contextmanager
    def speaking(self, language: str) -> Iterator[None]:
        """For one text in another language."""
        before, self.language = self.language, language
        try:
            yield
        finally:
            self.language = before

    # reading

    def scope(self, node: Node) -> Scope:
        """What expressions of a node see."""
        return Scope(self, node)

    def choice_name(self, origin: Node, path: str, code: str) -> str:
        """The label of a choice of the question at a path, in the interview's language."""
        return choices.name(self, origin, path, code)

    def takes(self, node: Node, rule: Compiled, value: Value) -> bool:
        """The rule holds if the node had this value; nothing else follows from it yet."""
        before, was_on = node.value, node.on
        node.value, node.on = value, True
        try:
            return self.true(rule, node, otherwise=False)
        finally:
            node.value, node.on = before, was_on
