"""A list that may be very long: only what is looked at is laid out, and a word or a code finds its line."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QListView, QWidget

from ui.inputs.entry import plain
from ui.inputs.line import LineEdit
from ui.layout import column, label

_BATCH = 200
"""Lines given to the view at a time."""
_LONGEST = 100
_MOVES = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: 8,
    Qt.Key.Key_PageUp: -8,
}
_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Line:
    """code: what choosing it gives; text: what is searched, and seen, with `before` before it."""

    code: str
    text: str
    before: str = ""


class Lines(QAbstractListModel):
    """The lines that match a search, handed to the view in batches."""

    def __init__(self) -> None:
        super().__init__()
        self.every: Sequence[Line] = ()
        self._keys: list[str] = []
        self.found: Sequence[Line] = ()
        self._given = 0

    def fill(self, lines: Sequence[Line]) -> None:
        """Other lines; nothing is searched for."""
        self.every, self._keys = lines, []
        self._offer(lines)

    def search(self, text: str) -> None:
        """Leave the lines whose code begins with, or whose text contains, `text`; those with that very code first."""
        wanted = plain(text).strip().casefold()
        if not wanted:
            self._offer(self.every)
            return
        if not self._keys:
            self._keys = [line.text.casefold() for line in self.every]
        pairs = zip(self.every, self._keys, strict=True)
        found = [line for line, key in pairs if wanted in key or line.code.casefold().startswith(wanted)]
        found.sort(key=lambda line: line.code.casefold() != wanted)
        self._offer(found)

    def place(self, code: str) -> int:
        """Where a code stands among what is found; -1 = nowhere. It is laid out afterwards."""
        place = next((place for place, line in enumerate(self.found) if line.code == code), -1)
        self.lay_out(place)
        return place

    def lay_out(self, place: int) -> None:
        """Give the view the lines up to this one, and some more."""
        if place >= self._given:
            self._give(place + _BATCH)

    def rowCount(self, _parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Lines the view knows of."""
        return self._given

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        """The text of a line."""
        line = self.found[index.row()]
        return f"{line.before}{line.text}" if role == Qt.ItemDataRole.DisplayRole else None

    def canFetchMore(self, _parent: _Index) -> bool:
        """Lines are left."""
        return self._given < len(self.found)

    def fetchMore(self, _parent: _Index) -> None:
        """Some more."""
        self._give(self._given + _BATCH)

    def _give(self, upto: int) -> None:
        upto = min(upto, len(self.found))
        if upto > self._given:
            self.beginInsertRows(QModelIndex(), self._given, upto - 1)
            self._given = upto
            self.endInsertRows()

    def _offer(self, lines: Sequence[Line]) -> None:
        self.beginResetModel()
        self.found, self._given = lines, min(_BATCH, len(lines))
        self.endResetModel()


class SearchList(QWidget):
    """A search line over a list; `count` says how many were found, wherever there is room for it.

    Up, Down and the page keys move, Enter takes the marked line, Escape goes up.
    """

    taken = Signal(str)
    """The code of the line."""
    missed = Signal()
    """Enter, and no line is there to take."""
    typed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.lines = Lines()
        self.touched = False
        """Something was typed or moved since the list was filled."""
        self._search = LineEdit(_LONGEST)
        self._view = QListView()
        self._view.setModel(self.lines)
        self._view.setUniformItemSizes(True)
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._view.setProperty("role", "lines")
        self.count = label("muted")
        self._search.textChanged.connect(self._searched)
        self._search.entered.connect(self._take)
        self._view.clicked.connect(self._clicked)
        layout = column(self._search, self._view, spacing=4)
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self.setFocusProxy(self._search)

    def fill(self, lines: Sequence[Line], chosen: str = "") -> None:
        """Other lines, all shown; the chosen one is marked, else the first."""
        self.lines.fill(lines)
        self._search.blockSignals(True)
        self._search.clear()
        self._search.blockSignals(False)
        self.touched = False
        self._mark(max(0, self.lines.place(chosen)))

    def relabel(self, lines: Sequence[Line]) -> None:
        """The same lines in another language; what is typed and marked stays."""
        marked = self.marked()
        self.lines.fill(lines)
        self.lines.search(self._search.text())
        self._mark(max(0, self.lines.place(marked)))

    def say(self, name: str, placeholder: str, count: str) -> None:
        """name: for a screen reader; count: with {found} and {all}."""
        self._search.setAccessibleName(name)
        self._view.setAccessibleName(name)
        self._search.setPlaceholderText(placeholder)
        self._words = count
        self._tell()

    def marked(self) -> str:
        """The code of the marked line; "" when there is none."""
        place = self._view.currentIndex().row()
        return self.lines.found[place].code if 0 <= place < len(self.lines.found) else ""

    def text(self) -> str:
        """What is searched for."""
        return self._search.text()

    def give(self, event: QKeyEvent) -> None:
        """A key that was pressed while the focus was elsewhere."""
        self._search.setFocus()
        self._search.keyPressEvent(event)

    def keyPressEvent(self, event: QKeyEvent, /) -> None:
        """Keys that the search line leaves: moving in the list."""
        step = _MOVES.get(Qt.Key(event.key()))
        if step is None:
            event.ignore()
        else:
            self.touched = True
            last = len(self.lines.found) - 1
            self._mark(min(last, max(0, self._view.currentIndex().row() + step)))

    _words = "{found} / {all}"

    def _searched(self, text: str) -> None:
        self.touched = True
        self.lines.search(text)
        self._mark(0)
        self._tell()
        self.typed.emit()

    def _tell(self) -> None:
        found, every = len(self.lines.found), len(self.lines.every)
        self.count.setText(self._words.format(found=found, all=every))

    def _mark(self, place: int) -> None:
        if self.lines.found:
            self.lines.lay_out(place)
            index = self.lines.index(place)
            self._view.setCurrentIndex(index)
            self._view.scrollTo(index)

    def _clicked(self, index: QModelIndex) -> None:
        self.touched = True
        self.taken.emit(self.lines.found[index.row()].code)

    def _take(self) -> None:
        code = self.marked()
        if code:
            self.taken.emit(code)
        else:
            self.missed.emit()
