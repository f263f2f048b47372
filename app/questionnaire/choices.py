"""The choices that a question offers in an interview: filtered, in random order, from repeats; and what the program fills in."""

import math
from collections.abc import Sequence

from app.questionnaire.beheld import Beheld
from app.questionnaire.form import Choice, Question
from app.questionnaire.nodes import Node
from app.questionnaire.stored import untyped
from app.questionnaire.tables import Row
from app.questionnaire.values import Unworkable, Value, to_number, to_text
from app.questionnaire.world import seed_of, shuffled


def offered(state: Beheld, node: Node) -> Sequence[Choice]:
    """What can be chosen now, in the order in which it is offered."""
    question = state.form.by_path[node.path]
    if question.items is None:
        return question.choices
    rows, seed = state.form.lists[node.path]
    scope = state.scope(node)
    try:
        found = rows.nodes(scope) if rows.nodes else ()
        drawn = seed.run(scope) if seed else ""
    except Unworkable as fault:
        state.faults[node.key] = fault.what
        return ()
    offers: list[Choice] = []
    for row in found:
        if isinstance(row, Row):
            offers.append(question.choices[row.number])
        else:
            code = "".join(to_text(cell.reading) for cell in row.below(question.items.value))
            label = "".join(to_text(cell.reading) for cell in row.below(question.items.label))
            offers += [Choice(code, dict.fromkeys(state.form.languages, label))] if code else []
    return shuffled(offers, _seed(state, node, drawn)) if question.items.random else offers


def _seed(state: Beheld, node: Node, drawn: Value) -> int:
    question = state.form.by_path[node.path]
    if question.items is None or not question.items.seed:
        return state.world.seed_for(node.key)
    number = to_number(drawn)
    if math.isnan(number):
        return seed_of(to_text(drawn))
    return int(max(-(2.0**63), min(2.0**63 - 1024, number)))


def name(state: Beheld, origin: Node, path: str, code: str) -> str:
    """The label of a choice of the question at a path; blank if there is none."""
    question = state.form.by_path.get(path)
    if question is None:
        return ""
    choice = find(question, code)
    if choice is None and question.items is not None and not question.choices:
        nodes = [node for node in state.scope(origin).nodes(path) if isinstance(node, Node)]
        choice = next((c for node in nodes for c in offered(state, node) if c.name == code), None)
    if choice is None:
        return ""
    label = choice.labels.get(state.language) or choice.labels.get(state.form.languages[0], "")
    return fill(state, origin, path, label)


def fill(state: Beheld, node: Node, path: str, text: str) -> str:
    """A text of the question at a path, with values put in as `node` sees them."""
    pieces = state.form.templates.get((path, text)) if "${" in text else None
    if pieces is None:
        return text
    scope = state.scope(node)
    filled: list[str] = []
    for piece in pieces:
        try:
            filled.append(piece if isinstance(piece, str) else to_text(piece.run(scope)))
        except Unworkable as fault:
            state.faults[node.key] = fault.what
    return "".join(filled)


def find(question: Question, code: str) -> Choice | None:
    """A choice by its code, among all that the list has."""
    return next((choice for choice in question.choices if choice.name == code), None)


def preload(state: Beheld) -> None:
    """What the program itself fills in at the beginning: start time, today, the interviewer's name."""
    for question in state.form.questions:
        node = state.flat.get(question.path)
        if not question.preload or node is None or state.tree.is_made(node.key) or node.value != "":
            continue
        match question.preload.split():
            case ["timestamp", "start"]:
                value: Value = state.world.now()
            case ["date", "today"]:
                value = state.world.now().midnight
            case ["property", known]:
                value = state.world.given.get(known, "")
            case _:
                continue
        if value != "":
            state.made[node.key] = untyped(value, question.type)
            state.put(node, value)
