"""A remark during the interview (F8): a line below the question, so that question and line stay in sight and F5 works."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.interview.screen import Screen
from ui.inputs.line import LineEdit
from ui.layout import framed, label, row

_LONGEST = 500


class NotePanel(QWidget):
    """Open with open_note(); Enter stores, Escape closes without storing."""

    written = Signal(str)
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._caption, self._how = label(), label("muted")
        self._edit = LineEdit(_LONGEST)
        self._edit.entered.connect(self._store)
        self._caption.setBuddy(self._edit)
        line = row(self._caption, self._edit, self._how, spacing=12)
        line.setContentsMargins(28, 8, 28, 8)
        self.setLayout(row(framed(line, "keybar")))
        self.hide()

    def show_screen(self, _screen: Screen) -> None:
        """Draw the words; what is typed stays."""
        self._caption.setText(self.tr("Note"))
        self._how.setText(self.tr("Enter stores · Esc closes"))
        self._edit.setAccessibleName(self.tr("Note for the supervisor"))

    def open_note(self) -> None:
        """Take the keys."""
        self.show()
        self._edit.setFocus()

    def keyPressEvent(self, event: QKeyEvent, /) -> None:
        """Escape closes."""
        if event.key() == Qt.Key.Key_Escape:
            self._end()
        else:
            event.ignore()

    def _store(self) -> None:
        if text := self._edit.text().strip():
            self.written.emit(text)
        self._end()

    def _end(self) -> None:
        self._edit.clear()
        self.hide()
        self.closed.emit()
