"""A questionnaire as values: questions in the order of asking, their texts in every language, and their rules.

Everything here is read from the XForm (xlsform.py) and never changes; what a person answers lives in session.py. What a form is
made of is defined in parts.py and passed on from here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from app.questionnaire import parsing
from app.questionnaire.graph import Graph, Rules
from app.questionnaire.parsing import FormError
from app.questionnaire.parts import Action, Choice, Group, Items, Kind, Question, Template, Texts
from app.questionnaire.tables import Table
from app.questionnaire.xpath import Compiled

_ISO = re.compile(r"\(([A-Za-z-]+)\)\s*$")


@dataclass(frozen=True)
class Form:
    """A whole questionnaire. languages: as in the XLSForm, the default one first. groups: outer before inner."""

    id: str
    version: str
    title: str
    languages: tuple[str, ...]
    questions: tuple[Question, ...]
    groups: tuple[Group, ...] = ()
    tables: tuple[Table, ...] = ()
    actions: tuple[Action, ...] = ()
    notices: tuple[str, ...] = ()

    @cached_property
    def by_name(self) -> Mapping[str, Question]:
        """Question name → question."""
        return {question.name: question for question in self.questions}

    @cached_property
    def by_path(self) -> Mapping[str, Question]:
        """Path → question."""
        return {question.path: question for question in self.questions}

    @cached_property
    def group_at(self) -> Mapping[str, Group]:
        """Path → group."""
        return {group.path: group for group in self.groups}

    @cached_property
    def table(self) -> Mapping[str, Table]:
        """Id → table."""
        return {table.id: table for table in self.tables}

    @cached_property
    def asked(self) -> tuple[Question, ...]:
        """The questions and notes that can appear on screen, in order."""
        return tuple(question for question in self.questions if question.asked)

    @cached_property
    def layout(self) -> Mapping[str, tuple[str, ...]]:
        """Path → the paths right below it, in the order of the form; "" → the root."""
        found: dict[str, dict[str, None]] = {}
        groups = [group.path for group in self.groups]
        for path in [*(question.path for question in self.questions), *groups]:
            parts = path.split("/")
            for depth in range(1, len(parts)):
                parent = "/".join(parts[:depth])
                found.setdefault(parent, {})["/".join(parts[: depth + 1])] = None
        return {parent: tuple(children) for parent, children in found.items()}

    def language_for(self, iso: str) -> str:
        """The form's language for an ISO code ("zh"), or for its full name; the default language when there is none."""
        wanted = iso.lower()
        for language in self.languages:
            code = _ISO.search(language)
            if language == iso or (code and code.group(1).lower() == wanted):
                return language
        return self.languages[0]

    def repeats(self, name: str) -> bool:
        """An answer of this name ("age[3]") stands in a repeat, though its instance may have been taken away."""
        base, bracket, _ = name.partition("[")
        inside = base in self.by_name or any(each.repeats and each.name == base for each in self.groups)
        return bool(bracket) and inside

    @cached_property
    def rules(self) -> Mapping[str, Rules]:
        """Path → parsed rules. Raises FormError for an expression that cannot be used."""
        return parsing.rules(self)

    @cached_property
    def graph(self) -> Graph:
        """What follows from what. Raises FormError when rules go round in a circle."""
        return parsing.graph(self)

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Paths of groups and questions so that each comes after all that its relevance and calculation read."""
        return self.graph.order

    @cached_property
    def lists(self) -> Mapping[str, tuple[Compiled, Compiled | None]]:
        """Path of a question whose choices depend on the interview → its rows, and the seed of their order."""
        return parsing.lists(self)

    @cached_property
    def effects(self) -> tuple[tuple[Action, Compiled], ...]:
        """The values that the form sets itself, parsed."""
        return parsing.effects(self)

    @cached_property
    def templates(self) -> Mapping[tuple[str, str], Template]:
        """(path, text) → the text taken apart, where it has values to put in."""
        return parsing.templates(self)

    def check(self) -> None:
        """Parse every rule and text now. Raises FormError for the first that cannot be used."""
        _ = self.order, self.lists, self.effects, self.templates


__all__ = [
    "Action", "Choice", "Form", "FormError", "Group", "Items", "Kind", "Question", "Rules", "Template", "Texts",
]  # fmt: skip
