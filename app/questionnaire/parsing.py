"""The expressions of a form read once: rules, lists of choices, values the form sets, texts with values in them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from app.errors import StudyError
from app.questionnaire import graph as graphs
from app.questionnaire import xpath
from app.questionnaire.graph import Graph, Rules
from app.questionnaire.parts import Action, Group, Question, Template
from app.questionnaire.tables import Table
from app.questionnaire.xpath import Compiled

_OUTPUT = re.compile(r"\$\{([^}]*)\}")


class FormError(StudyError):
    """A fault in one question. question: its name; column: the XLSForm column it was written in."""

    def __init__(self, what: str, *, question: str, column: str, todo: str = "") -> None:
        self.question, self.column = question, column
        super().__init__(what, where=f"question {question}, column {column}", todo=todo)


class Written(Protocol):
    """What is read of a form here; form.py is built on this module."""

    @property
    def questions(self) -> Sequence[Question]:
        """In the order of asking."""

    @property
    def groups(self) -> Sequence[Group]:
        """Outer before inner."""

    @property
    def tables(self) -> Sequence[Table]:
        """Lists that choices are picked from."""

    @property
    def actions(self) -> Sequence[Action]:
        """The values that the form sets itself."""

    @property
    def by_path(self) -> Mapping[str, Question]:
        """Path → question."""

    @property
    def layout(self) -> Mapping[str, Sequence[str]]:
        """Path → the paths right below it; "" → the root."""

    @property
    def rules(self) -> Mapping[str, Rules]:
        """Path → parsed rules, as rules() reads them."""


def rules(form: Written) -> Mapping[str, Rules]:
    """Path → parsed rules. Raises FormError for an expression that cannot be used."""
    known = _known(form)
    found: dict[str, Rules] = {}
    for group in form.groups:
        found[group.path] = Rules(
            relevant=_parse(group.relevant, group, "relevant", known),
            count=_parse(group.count, group, "repeat_count", known),
        )
    for question in form.questions:
        if found.get(question.path):
            raise FormError(
                f"{question.name} is a group and a question", question=question.name, column="name"
            )
        found[question.path] = Rules(
            relevant=_parse(question.relevant, question, "relevant", known),
            constraint=_parse(question.constraint, question, "constraint", known),
            calculate=_parse(question.calculate, question, "calculation", known),
            required=_parse(question.required, question, "required", known),
            readonly=_parse(question.readonly, question, "readonly", known),
        )
    return found


def graph(form: Written) -> Graph:
    """What follows from what. Raises FormError when rules go round in a circle."""
    try:
        return graphs.build(form.rules)
    except graphs.Circle as circle:
        raise FormError(
            f"The rules go round in a circle: {circle}", question=circle.names[0], column="relevant"
        ) from circle


def lists(form: Written) -> Mapping[str, tuple[Compiled, Compiled | None]]:
    """Path of a question whose choices depend on the interview → its rows, and the seed of their order."""
    known = _known(form)
    tables = {table.id for table in form.tables}
    found: dict[str, tuple[Compiled, Compiled | None]] = {}
    for question in form.questions:
        if question.items is None:
            continue
        rows = _parse(question.items.nodeset, question, "choice_filter", known)
        if rows is None or rows.nodes is None:
            raise FormError("The choices are not a list", question=question.name, column="choice_filter")
        for table in sorted(rows.tables - tables):
            raise FormError(f"There is no list {table}", question=question.name, column="type")
        found[question.path] = rows, _parse(question.items.seed, question, "parameters", known)
    return found


def effects(form: Written) -> tuple[tuple[Action, Compiled], ...]:
    """The values that the form sets itself, parsed."""
    known = _known(form)
    found: list[tuple[Action, Compiled]] = []
    for action in form.actions:
        target = form.by_path.get(action.target)
        if target is not None:
            value = _parse(action.value or "''", target, "calculation" if action.source else "default", known)
            found += [(action, value)] if value else []
    return tuple(found)


def templates(form: Written) -> Mapping[tuple[str, str], Template]:
    """(path, text) → the text taken apart, where it has values to put in."""
    found: dict[tuple[str, str], Template] = {}
    shared: set[int] = set()
    for question in form.questions:
        for text in _texts(question):
            found[question.path, text] = tuple(_pieces(text, question))
        if id(question.choices) not in shared:  # a list is one object for all questions that use it
            if not any("${" in text for choice in question.choices for text in choice.labels.values()):
                shared.add(id(question.choices))
            else:
                for text in (text for choice in question.choices for text in choice.labels.values()):
                    if "${" in text:
                        found[question.path, text] = tuple(_pieces(text, question))
    for group in form.groups:
        for text in group.labels.values():
            if "${" in text:
                found[group.path, text] = tuple(_pieces(text, group))
    return found


def _known(form: Written) -> set[str]:
    inner = {path for children in form.layout.values() for path in children}
    return inner | {""}


def _texts(question: Question) -> Iterator[str]:
    messages = (question.constraint_messages, question.required_messages)
    for texts in (question.labels, question.hints, question.guidance, *messages):
        yield from (text for text in texts.values() if "${" in text)


def _parse(expression: str, node: Question | Group, column: str, known: set[str]) -> Compiled | None:
    if not expression.strip():
        return None
    try:
        compiled = xpath.compile(expression, node.path)
    except StudyError as error:
        raise FormError(error.what, question=node.name, column=column) from error
    for path in sorted(compiled.references - known):
        if "*" not in path and "/meta/" not in path:
            raise FormError(
                f"The expression reads {path}, which is not in the form", question=node.name, column=column
            )
    return compiled


def _pieces(text: str, node: Question | Group) -> Iterator[str | Compiled]:
    at = 0
    for found in _OUTPUT.finditer(text):
        yield text[at : found.start()]
        try:
            yield xpath.compile(found.group(1), node.path)
        except StudyError as error:
            raise FormError(error.what, question=node.name, column="label") from error
        at = found.end()
    yield text[at:]
