"""Tables that a form carries (secondary instances: lists of choices, CSV files) and how expressions walk them.

Rows become nodes only when something looks at them, so that a list of a hundred thousand choices costs what it is used for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from app.questionnaire.context import NodeLike
from app.questionnaire.values import Value

Cells = Mapping[str, str]


@dataclass(frozen=True)
class Table:
    """Rows of named cells. root, row: names of the elements (instance('id')/root/row). Equal when all cells are."""

    id: str
    rows: tuple[Cells, ...]
    root: str = "root"
    row: str = "item"
    _indexes: dict[str, dict[str, list[int]]] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def top(self) -> "Top":
        """The node that instance() gives."""
        return Top(self)

    @cached_property
    def nodes(self) -> Sequence["Row"]:
        """All rows as nodes."""
        return [Row(self, number) for number in range(len(self.rows))]

    def places(self, column: str, text: str) -> list[int]:
        """Numbers (from 0) of the rows whose cell in a column is this text. The first call for a column makes its index."""
        index = self._indexes.get(column)
        if index is None:
            index = self._indexes[column] = {}
            for number, cells in enumerate(self.rows):
                index.setdefault(cells.get(column, ""), []).append(number)
        return index.get(text, [])


class _Still:
    """A node of a table: always relevant, never changes."""

    __slots__ = ()
    on = True
    place = 1
    inner = True
    reading: Value = ""


class Cell(_Still):
    """One cell."""

    __slots__ = ("above", "reading")
    inner = False

    def __init__(self, above: NodeLike, text: str) -> None:
        self.above: NodeLike | None = above
        self.reading: Value = text

    def below(self, name: str) -> Sequence[NodeLike]:
        """Nothing."""
        del name
        return ()


class Row(_Still):
    """One row. number: from 0."""

    __slots__ = ("number", "table")

    def __init__(self, table: Table, number: int) -> None:
        self.table, self.number = table, number

    @property
    def place(self) -> int:  # type: ignore[override]
        """From 1."""
        return self.number + 1

    @property
    def above(self) -> NodeLike | None:
        """The table's root."""
        return Root(self.table)

    @property
    def cells(self) -> Cells:
        """Column → text."""
        return self.table.rows[self.number]

    def below(self, name: str) -> Sequence[NodeLike]:
        """Its cell of this name."""
        if name == "*":
            return [Cell(self, text) for text in self.cells.values()]
        text = self.cells.get(name)
        return () if text is None else (Cell(self, text),)


class Root(_Still):
    """The element around the rows."""

    __slots__ = ("table",)

    def __init__(self, table: Table) -> None:
        self.table = table

    @property
    def above(self) -> NodeLike | None:
        """The top."""
        return self.table.top

    def below(self, name: str) -> Sequence[NodeLike]:
        """The rows."""
        return self.table.nodes if name in {self.table.row, "*"} else ()


class Top(_Still):
    """What instance('id') gives."""

    __slots__ = ("above", "table")

    def __init__(self, table: Table) -> None:
        self.table = table
        self.above: NodeLike | None = None

    def below(self, name: str) -> Sequence[NodeLike]:
        """The root."""
        return (Root(self.table),) if name in {self.table.root, "*"} else ()
