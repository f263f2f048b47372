"""Our engine behind the same few verbs as the oracle: steps in, nodes out. Below the session, which only adds an interviewer's rules."""

import re
from collections.abc import Iterator
from datetime import timedelta, timezone

from app.clock import VirtualClock, seeded
from app.questionnaire import choices, voiding, xlsform
from app.questionnaire.nodes import Node as Live
from app.questionnaire.nodes import Series, each
from app.questionnaire.state import State
from app.questionnaire.stored import typed, untyped
from app.questionnaire.walk import Stop
from app.questionnaire.world import World
from tests.javarosa.bridge import NOON, Node
from tests.javarosa.generator import Step

ZONE = timezone(timedelta(hours=8))
_STEP = re.compile(r"([^\[]+)(?:\[(\d+)\])?")


class Ours:
    """One interview."""

    def __init__(self, xml: str) -> None:
        form = xlsform.parse(xml)
        world = World(VirtualClock(NOON), seeded("ours"), ZONE)
        self._state = State(form, {}, form.languages[0], world)

    def do(self, step: Step) -> object:
        """SET, ADD, DEL, CHOICES or LABEL; DUMP only looks."""
        verb, path, *rest = *step, ""
        state = self._state
        match verb:
            case "SET":
                return self._set(self._find(path), rest[0])
            case "CHOICES":
                node = self._find(path)
                voiding.withdraw(state, Stop(state.form.by_path[node.path], node))
                return [choice.name for choice in choices.offered(state, node)]
            case "LABEL":
                node = self._find(path)
                text = state.form.by_path[node.path].labels.get(state.language, "")
                return choices.fill(state, node, node.path, text)
            case "ADD":
                above, _, name = path.rpartition("/")
                series = self._find(above).children[name]
                assert isinstance(series, Series)
                state.add(series)
            case "DEL":
                state.remove(self._find(path))
            case "DUMP":
                pass
            case _:
                raise NotImplementedError(verb)
        return None

    def _find(self, path: str) -> Live:
        node = self._state.tree.root
        for part in path.split("/")[2:]:
            found = _STEP.fullmatch(part)
            assert found
            node = node.below(found[1])[int(found[2] or 1) - 1]
        return node

    def _set(self, node: Live, text: str) -> str:
        state = self._state
        rules, question = state.form.rules[node.path], state.form.by_path[node.path]
        value = typed(text, question.type, ZONE)
        if text == "" and state.true(rules.required, node, otherwise=False):
            return "required"
        if text != "" and rules.constraint and not state.takes(node, rules.constraint, value):
            return "constraint"
        state.answer(node, value)
        return "ok"

    def dump(self) -> dict[str, Node]:
        """Every node by its path."""
        return {
            node.path: node for node in self._nodes(self._state.tree.root, f"/{self._state.tree.root.name}")
        }

    def _nodes(self, parent: Live, above: str) -> Iterator[Node]:
        for name, child in parent.children.items():
            for place, live in enumerate(each(child), 1):
                path = f"{above}/{name}" + (f"[{place}]" if isinstance(child, Series) else "")
                if not path.startswith("/data/meta"):
                    yield self._node(live, path)
                    yield from self._nodes(live, path)

    def _node(self, live: Live, path: str) -> Node:
        state = self._state
        rules, question = state.form.rules.get(live.path), state.form.by_path.get(live.path)
        required = readonly = False
        if rules:
            required = state.true(rules.required, live, otherwise=False)
            readonly = state.true(rules.readonly, live, otherwise=False)
        value = untyped(live.value, question.type) if question else ""
        return Node(path, value, live.on, required, readonly)
