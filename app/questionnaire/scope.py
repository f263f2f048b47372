"""What an expression of one node sees of an interview: a Context (context.py) over the live tree."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo

from app.questionnaire.beheld import Beheld
from app.questionnaire.context import NodeLike
from app.questionnaire.moments import Moment
from app.questionnaire.nodes import Node
from app.questionnaire.paths import only
from app.questionnaire.tables import Root
from app.questionnaire.values import Value


class Scope:
    """state: the interview. origin: the node that the expression belongs to. row, number: what a condition looks at."""

    __slots__ = ("_number", "_origin", "_row", "_state")

    def __init__(self, state: Beheld, origin: Node, row: NodeLike | None = None, number: int = 0) -> None:
        self._state, self._origin, self._row, self._number = state, origin, row, number

    @property
    def zone(self) -> tzinfo:
        """Local time."""
        return self._state.world.zone

    @property
    def chinese(self) -> bool:
        """The interview is in Chinese now."""
        return "(zh" in self._state.language or "中文" in self._state.language

    @property
    def version(self) -> str:
        """The form's."""
        return self._state.form.version

    def read(self, path: str) -> Value:
        """The value of a node."""
        node = self._state.flat.get(path)
        if node is not None:
            return node.value if node.on else ""
        return only(self.nodes(path))

    def nodes(self, path: str) -> Sequence[NodeLike]:
        """The relevant nodes of a form path, contextualised as JavaRosa does: from the deepest node that both paths run through."""
        node = self._state.flat.get(path)
        if node is not None:
            return (node,) if node.on else ()
        return [found for found in self._all(path) if found.on]

    def _all(self, path: str, places: Mapping[str, int] | None = None) -> list[Node]:
        places = places or {}
        anchor: Node | None = self._origin
        while anchor is not None and not f"{path}/".startswith(f"{anchor.path}/"):
            anchor = anchor.parent
        for chosen in sorted(places, key=len)[
            :1
        ]:  # everything from the first chosen repeat on is looked up anew
            while anchor is not None and f"{anchor.path}/".startswith(f"{chosen}/"):
                anchor = anchor.parent
        if anchor is None:
            return []
        return self._down(anchor, path, places)

    def _down(self, anchor: Node, path: str, places: Mapping[str, int]) -> list[Node]:
        found, here = [anchor], anchor.path
        for name in path[len(here) + 1 :].split("/") if path != here else ():
            here = f"{here}/{name}"
            found = [child for node in found for child in node.below(name)]
            if here in places:
                found = found[places[here] - 1 : places[here]]
            elif len(found) > 1 and places and f"{self._origin.path}/".startswith(f"{here}/"):
                mine = self._mine(here)
                found = [node for node in found if node is mine]
        return found

    def _mine(self, path: str) -> Node | None:
        above: Node | None = self._origin
        while above is not None and above.path != path:
            above = above.parent
        return above

    def table(self, name: str) -> Sequence[NodeLike]:
        """A table of the form."""
        table = self._state.form.table.get(name)
        return (table.top,) if table else ()

    def matching(self, parent: NodeLike, name: str, column: str, text: str) -> Sequence[NodeLike] | None:
        """Rows found by index."""
        if not isinstance(parent, Root) or name != parent.table.row:
            return None
        return [parent.table.nodes[place] for place in parent.table.places(column, text)]

    def here(self) -> NodeLike:
        """What a condition looks at."""
        return self._row or self._origin

    def at(self, node: NodeLike, place: int) -> "Scope":
        """Looking at another node."""
        return Scope(self._state, self._origin, node, place)

    def choice_name(self, path: str, code: str) -> str:
        """The label of a choice."""
        return self._state.choice_name(self._origin, path, code)

    def position(self) -> int:
        """Of the node looked at."""
        return self._number or self._origin.place

    def own(self) -> Value:
        """The value of the expression's own node."""
        return self._origin.reading if self._row is None else self._row.reading

    def indexed(self, path: str, places: Mapping[str, int]) -> Value:
        """The value with given positions of repeats."""
        return only([node for node in self._all(path, places) if node.on])

    def pulled(self, table: str, wanted: str, column: str, key: str) -> str:
        """A cell of a table."""
        found = self._state.form.table.get(table)
        places = found.places(column, key) if found else []
        return found.rows[places[0]].get(wanted, "") if found and places else ""

    def now(self) -> Moment:
        """The clock."""
        return self._state.world.now()

    def random(self) -> float:
        """Chance."""
        return self._state.world.random()

    def uuid(self, length: int) -> str:
        """A random name."""
        return self._state.world.uuid(length)
