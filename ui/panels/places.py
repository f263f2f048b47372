"""Go to an answered question (F3): a searched list of questions with their answers."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame

from app.interview.screen import PlaceView
from ui.inputs.listing import Line, SearchList
from ui.layout import bounded, column, label, row

_TEXT, _ANSWER = 70, 60
"""Characters of a line."""


class PlacesCard(QFrame):
    """The list. Enter goes to the marked question, Escape closes."""

    chosen = Signal(str)
    dismissed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "query")
        self._heading, self._list = label("heading"), SearchList()
        self._empty = label("muted")
        self._list.taken.connect(self.chosen)
        head = row(self._heading, self._list.count, None, spacing=16)
        layout = column(head, self._empty, self._list, spacing=6)
        layout.setStretch(2, 1)
        self.setLayout(layout)
        self.setFocusProxy(self._list)
        self._places: tuple[PlaceView, ...] | None = None
        self.hide()

    def show_places(self, places: tuple[PlaceView, ...] | None) -> bool:
        """Draw the list, or nothing. True when it has just been opened."""
        fresh = places is not None and self._places is None
        if places is not None and places != self._places:
            self._list.fill([_line(place) for place in places], places[-1].name if places else "")
        self._places = places
        self.setVisible(places is not None)
        self._heading.setText(self.tr("Go to an answered question"))
        self._empty.setText(self.tr("Nothing has been answered yet. Esc closes."))
        self._empty.setVisible(not places)
        self._list.say(
            self._heading.text(),
            self.tr("Type part of the question or of the answer"),
            self.tr("{found} of {all} · ↑ ↓ move, Enter goes there, Esc closes"),
        )
        return fresh

    def keyPressEvent(self, event: QKeyEvent, /) -> None:
        """Escape closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismissed.emit()
        else:
            event.ignore()


def _line(place: PlaceView) -> Line:
    text = " ".join(place.text.split())
    return Line(place.name, f"{bounded(text, _TEXT)}　→ {bounded(place.answer or '—', _ANSWER)}")
