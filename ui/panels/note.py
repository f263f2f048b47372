"""A line below the page, so that the page stays in sight and F5 works: a remark (F8), or the number of somebody who calls back (F4)."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.interview.screen import Page, Screen
from ui.inputs.line import LineEdit
from ui.layout import framed, label, row

_LONGEST = 500


class LinePanel(QWidget):
    """Open with open_note(); Enter hands over what is typed, Escape closes without."""

    written = Signal(str)
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._caption, self._how = label(), label("muted")
        self._edit = LineEdit(_LONGEST)
        self._edit.entered.connect(self._store)
        self._caption.setBuddy(self._edit)
        line = row(self._caption, self._edit, self._how, spacing=12)
        self.setLayout(row(framed(line, "line_entry")))
        self.hide()

    def say(self, caption: str, how: str, name: str) -> None:
        """Set the words; what is typed stays. name: for who hears the screen."""
        self._caption.setText(caption)
        self._how.setText(how)
        self._edit.setAccessibleName(name)

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


class NotePanel(LinePanel):
    """A remark for the supervisor."""

    def show_screen(self, _screen: Screen) -> None:
        """Draw the words."""
        self.say(self.tr("Note"), self.tr("Enter stores · Esc closes"), self.tr("Note for the supervisor"))


class CallBackPanel(LinePanel):
    """The number of a resident who has called the centre."""

    def show_screen(self, screen: Screen) -> None:
        """Draw the words; gone when the page is another."""
        if screen.page is not Page.READY and not self.isHidden():
            self.hide()
        how = self.tr("Enter looks for the case · Esc closes")
        self.say(self.tr("Number of the caller"), how, self.tr("Number of the caller"))
