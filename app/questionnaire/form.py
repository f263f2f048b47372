"""A questionnaire as values: questions in the order of asking, their texts in every language, and their rules.

Everything here is read from the XForm (xlsform.py) and never changes; what a person answers lives in session.py.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import cast

from app.errors import StudyError
from app.questionnaire import xpath
from app.questionnaire.xpath import Compiled

Texts = Mapping[str, str]
"""Language (as in the XLSForm: "中文 (zh)") → text."""
Template = tuple[str | Compiled, ...]
"""A text in pieces: fixed ones and expressions whose value is put in."""

_OUTPUT = re.compile(r"\$\{([^}]*)\}")
_ISO = re.compile(r"\(([A-Za-z-]+)\)\s*$")


class FormError(StudyError):
    """A fault in one question. question: its name; column: the XLSForm column it was written in."""

    def __init__(self, what: str, *, question: str, column: str, todo: str = "") -> None:
        self.question, self.column = question, column
        super().__init__(what, where=f"question {question}, column {column}", todo=todo)


class Kind(Enum):
    """What kind of answer a question takes. CALCULATE and HIDDEN are never shown."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    TEXT = "text"
    SELECT_ONE = "select_one"
    SELECT_MULTIPLE = "select_multiple"
    NOTE = "note"
    CALCULATE = "calculate"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer option. name: the code that is typed and stored; extras: further columns of the choices sheet."""

    name: str
    labels: Texts
    extras: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """One question, note or calculation. Texts may hold ${expression} where a value is put in. Rules are XPath ("" = none).

    type: the XForm data type ("int", "string" …). hints: instructions, never read aloud. cati: telephone columns (design in
    resources/docs), e.g. read, scale, dk, refused, ends, part, seconds, weight, aspect.
    """

    name: str
    path: str
    kind: Kind
    type: str = "string"
    labels: Texts = field(default_factory=dict)
    hints: Texts = field(default_factory=dict)
    guidance: Texts = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    relevant: str = ""
    constraint: str = ""
    calculate: str = ""
    required: str = ""
    constraint_messages: Texts = field(default_factory=dict)
    required_messages: Texts = field(default_factory=dict)
    default: str = ""
    cati: Mapping[str, str] = field(default_factory=dict)

    @property
    def asked(self) -> bool:
        """It appears on screen."""
        return self.kind not in {Kind.CALCULATE, Kind.HIDDEN}

    @property
    def ends(self) -> str:
        """Outcome key with which reaching this note ends the interview; "" = it goes on."""
        return self.cati.get("ends", "")

    @property
    def reads_text(self) -> bool:
        """The text is read aloud (cati:read is not "no")."""
        return self.cati.get("read", "text") != "no"

    @property
    def reads_options(self) -> bool:
        """The options are read aloud too (cati:read is "yes")."""
        return self.cati.get("read", "text") == "yes"

    @property
    def dk(self) -> str:
        """Code for "does not know"; "" = not offered."""
        return self.cati.get("dk", "")

    @property
    def refused(self) -> str:
        """Code for "declines to answer"; "" = not offered."""
        return self.cati.get("refused", "")

    @property
    def scale(self) -> tuple[int, int] | None:
        """Lowest and highest score of a scored item ("0-10"); None for other questions."""
        low, dash, high = self.cati.get("scale", "").partition("-")
        return (int(low), int(high)) if dash else None

    @property
    def seconds(self) -> int:
        """How long reading it aloud should take; 0 = not stated."""
        return int(self.cati.get("seconds", "") or 0)


@dataclass(frozen=True, slots=True)
class Group:
    """A group of questions: its `relevant` holds for all below it."""

    name: str
    path: str
    relevant: str = ""
    labels: Texts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rules:
    """The parsed expressions of a question or group."""

    relevant: Compiled | None = None
    constraint: Compiled | None = None
    calculate: Compiled | None = None
    required: Compiled | None = None


@dataclass(frozen=True)
class Form:
    """A whole questionnaire. languages: as in the XLSForm, the default one first. groups: outer before inner."""

    id: str
    version: str
    title: str
    languages: tuple[str, ...]
    questions: tuple[Question, ...]
    groups: tuple[Group, ...] = ()

    @cached_property
    def by_name(self) -> Mapping[str, Question]:
        """Question name → question."""
        return {question.name: question for question in self.questions}

    @cached_property
    def by_path(self) -> Mapping[str, Question]:
        """Path → question."""
        return {question.path: question for question in self.questions}

    @cached_property
    def asked(self) -> tuple[Question, ...]:
        """The questions and notes that can appear on screen, in order."""
        return tuple(question for question in self.questions if question.asked)

    def language_for(self, iso: str) -> str:
        """The form's language for an ISO code ("zh"), or for its full name; the default language when there is none."""
        wanted = iso.lower()
        for language in self.languages:
            code = _ISO.search(language)
            if language == iso or (code and code.group(1).lower() == wanted):
                return language
        return self.languages[0]

    @cached_property
    def rules(self) -> Mapping[str, Rules]:
        """Path → parsed rules. Raises FormError for an expression that cannot be used."""
        known = {group.path for group in self.groups} | {question.path for question in self.questions}
        found: dict[str, Rules] = {}
        for group in self.groups:
            found[group.path] = Rules(relevant=_parse(group.relevant, group, "relevant", known))
        for question in self.questions:
            found[question.path] = Rules(
                relevant=_parse(question.relevant, question, "relevant", known),
                constraint=_parse(question.constraint, question, "constraint", known),
                calculate=_parse(question.calculate, question, "calculation", known),
                required=_parse(question.required, question, "required", known),
            )
        return found

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Paths of groups and questions so that each comes after all that its relevance and calculation read."""
        graph: dict[str, set[str]] = {}
        for path, rules in self.rules.items():
            reads = {ref for rule in (rules.relevant, rules.calculate) if rule for ref in rule.references}
            parent = path.rpartition("/")[0]
            graph[path] = reads | ({parent} if parent in self.rules else set())
        try:
            return tuple(TopologicalSorter(graph).static_order())
        except CycleError as error:
            circle = [path.rpartition("/")[2] for path in cast("list[str]", error.args[1])][::-1]
            raise FormError(
                f"The rules go round in a circle: {' → '.join(circle)}", question=circle[0], column="relevant"
            ) from error

    @cached_property
    def templates(self) -> Mapping[str, Template]:
        """Texts with values to put in, taken apart."""
        return {text: tuple(_pieces(text, question)) for question, text in self._texts() if "${" in text}

    def check(self) -> None:
        """Parse every rule and text now. Raises FormError for the first that cannot be used."""
        _ = self.order, self.templates

    def _texts(self) -> Iterator[tuple[Question, str]]:
        for question in self.questions:
            messages = (question.constraint_messages, question.required_messages)
            choices = (choice.labels for choice in question.choices)
            for texts in (question.labels, question.hints, question.guidance, *messages, *choices):
                for text in texts.values():
                    yield question, text


def _parse(expression: str, node: Question | Group, column: str, known: set[str]) -> Compiled | None:
    if not expression.strip():
        return None
    try:
        compiled = xpath.compile(expression, node.path)
    except StudyError as error:
        raise FormError(error.what, question=node.name, column=column) from error
    for path in sorted(compiled.references - known):
        raise FormError(
            f"The expression reads {path}, which is not in the form", question=node.name, column=column
        )
    return compiled


def _pieces(text: str, question: Question) -> Iterator[str | Compiled]:
    at = 0
    for found in _OUTPUT.finditer(text):
        yield text[at : found.start()]
        try:
            yield xpath.compile(found.group(1), question.path)
        except StudyError as error:
            raise FormError(error.what, question=question.name, column="label") from error
        at = found.end()
    yield text[at:]
