"""What an answer would make void: worked out on the live interview and undone again, before anything is said or stored."""

from collections.abc import Mapping, Sequence

from app.questionnaire import choices
from app.questionnaire.form import Kind
from app.questionnaire.nodes import Node, Series, below
from app.questionnaire.state import State
from app.questionnaire.stored import typed, untyped
from app.questionnaire.walk import Stop

_CHOOSES = frozenset({Kind.SELECT_ONE, Kind.SELECT_MULTIPLE, Kind.RANK})


def lost(
    state: State, stop: Stop, accepted: str, stops: Sequence[Stop], stored: Mapping[str, str]
) -> tuple[str, ...]:
    """Names of answered questions that would not count any more, in the order of the form."""
    if stop.question.kind is Kind.NOTE:
        return ()
    fitting = {key for key in _choosing(state, stored) if _offered(state, state.tree.named[key])}
    gone: set[str] = set()
    with state.trial():
        state.answer(stop.node, typed(accepted, stop.question.type, state.world.zone))
        for node in _touched(state):
            if _counted(state, node, stored):
                gone.add(node.key)
        gone |= {key for key in fitting if not _offered(state, state.tree.named[key])} - {stop.question.name}
    return tuple(each.question.name for each in stops if each.question.name in gone)


def withdraw(state: State, stop: Stop) -> str | None:
    """Take back what a question that comes on screen does not offer any more, as JavaRosa does (FormDef.populateDynamicChoices), and
    work out what follows. The answer that is left, or None when nothing had to go."""
    question = stop.question
    if stop.series is not None or stop.node.path not in state.form.lists or stop.node.value == "":
        return None
    codes = {choice.name for choice in choices.offered(state, stop.node)}
    chosen = untyped(stop.node.value, question.type).split()
    left = [code for code in chosen if code in codes or code in {question.dk, question.refused}]
    if left == chosen:
        return None
    state.put(stop.node, " ".join(left))
    return " ".join(left)


def _touched(state: State) -> list[Node]:
    """Nodes that were on before and are off, or away, now."""
    found: dict[int, Node] = {}
    for thing, name, old in state.tree.undo or ():
        if isinstance(thing, Node) and name == "on" and old and not thing.on:
            found[id(thing)] = thing
        elif isinstance(thing, Series) and name == "instances":
            away = (node for node in old if node not in thing.instances)
            found |= {id(inner): inner for node in away for inner in below(node) if inner.on}
    return list(found.values())


def _counted(state: State, node: Node, stored: Mapping[str, str]) -> bool:
    """It is asked and has an answer."""
    question = state.form.by_path.get(node.path)
    if question is None or not question.asked or question.kind is Kind.NOTE:
        return False
    return bool(stored.get(node.key, untyped(node.value, question.type)))


def _choosing(state: State, stored: Mapping[str, str]) -> list[str]:
    """Answered questions whose choices depend on the interview."""
    named = state.tree.named
    return [
        key
        for key, value in stored.items()
        if value and key in named and named[key].path in state.form.lists and named[key].on
    ]


def _offered(state: State, node: Node) -> bool:
    """Everything that was chosen is offered now."""
    question = state.form.by_path[node.path]
    if question.kind not in _CHOOSES:
        return True
    chosen = untyped(node.value, question.type).split()
    codes = {choice.name for choice in choices.offered(state, node)}
    return all(code in codes or code in {question.dk, question.refused} for code in chosen)
