"""An interview as scope.py and choices.py see it: a protocol, since the state behind it (state.py) is built on them."""

from collections.abc import Mapping
from typing import Protocol

from app.questionnaire.context import Context
from app.questionnaire.form import Form
from app.questionnaire.nodes import Node
from app.questionnaire.tree import Tree
from app.questionnaire.values import Value
from app.questionnaire.world import World


class Beheld(Protocol):
    """What is seen of a State."""

    @property
    def form(self) -> Form:
        """The questionnaire."""

    @property
    def language(self) -> str:
        """The interview's, now."""

    @property
    def world(self) -> World:
        """Time, chance, and what is already known about the case."""

    @property
    def tree(self) -> Tree:
        """All nodes."""

    @property
    def flat(self) -> Mapping[str, Node]:
        """Path → node, for what is in no repeat."""

    @property
    def made(self) -> dict[str, str]:
        """Key → text of the values that the form or the program gave."""

    @property
    def faults(self) -> dict[str, str]:
        """Key → sentence about an expression that could not be worked out."""

    def scope(self, node: Node) -> Context:
        """What expressions of a node see."""

    def choice_name(self, origin: Node, path: str, code: str) -> str:
        """The label of a choice of the question at a path, in the interview's language."""

    def put(self, node: Node, value: Value) -> None:
        """Give a question a value, and work out what follows."""
