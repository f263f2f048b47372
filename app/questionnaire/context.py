"""What an expression sees of an interview, as protocols: expressions know nothing of how an interview is held."""

from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from typing import Protocol

from app.questionnaire.moments import Moment
from app.questionnaire.values import Value


class NodeLike(Protocol):
    """A node of the interview, or of a table of choices."""

    @property
    def reading(self) -> Value:
        """Its value; blank when it is not answered or not relevant."""

    @property
    def on(self) -> bool:
        """It is relevant."""

    @property
    def place(self) -> int:
        """Its position among the nodes of its name, from 1."""

    @property
    def inner(self) -> bool:
        """It has nodes below it."""

    @property
    def above(self) -> "NodeLike | None":
        """The node it is in."""

    def below(self, name: str) -> "Sequence[NodeLike]":
        """The nodes of this name in it, in order; "*" = all."""


class Context(Protocol):
    """What an expression sees."""

    @property
    def zone(self) -> tzinfo:
        """The interview's time zone."""

    @property
    def chinese(self) -> bool:
        """The interview is in Chinese now."""

    @property
    def version(self) -> str:
        """The form's version."""

    def read(self, path: str) -> Value:
        """The value of a node: blank ("") when it is not answered, does not exist or is not relevant. Raises Unworkable if many."""

    def nodes(self, path: str) -> Sequence[NodeLike]:
        """The relevant nodes of a form path; where the path runs with the expression's own node, only those around it."""

    def table(self, name: str) -> Sequence[NodeLike]:
        """The roots of a secondary instance: one, or none if the form has no such table."""

    def matching(self, parent: NodeLike, name: str, column: str, text: str) -> Sequence[NodeLike] | None:
        """Rows `name` of a table whose column holds the text, found by index; None when there is no index for it."""

    def here(self) -> NodeLike:
        """The node that a condition in square brackets is about."""

    def at(self, node: NodeLike, place: int) -> "Context":
        """The same view with another node to look at, the place-th (from 1) of those looked at."""

    def choice_name(self, path: str, code: str) -> str:
        """The label of a choice of the question at `path`, in the interview's language; blank if there is none."""

    def position(self) -> int:
        """Position of the node looked at, from 1."""

    def own(self) -> Value:
        """The value of the node that the expression belongs to."""

    def indexed(self, path: str, places: Mapping[str, int]) -> Value:
        """The value at a path with given positions (from 1) of some repeats."""

    def pulled(self, table: str, wanted: str, column: str, key: str) -> str:
        """Cell `wanted` of the first row whose `column` is `key`; blank if there is none."""

    def now(self) -> Moment:
        """The clock."""

    def random(self) -> float:
        """At least 0, less than 1."""

    def uuid(self, length: int) -> str:
        """A random UUID, or with a length so many random letters and digits."""


Closure = Callable[[Context], Value]
Nodes = Callable[[Context], Sequence[NodeLike]]
