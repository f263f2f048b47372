"""A one-line text field whose Enter is an event of its own and goes no further (QLineEdit would press the page's button as well)."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit

from ui.inputs.discreet import confide, copies
from ui.pace import ENTER


class LineEdit(QLineEdit):
    """Free text, input method on. Escape goes up."""

    entered = Signal()

    def __init__(self, longest: int) -> None:
        """longest: characters."""
        super().__init__()
        self.setMaxLength(longest)
        self.setProperty("free_text", True)
        confide(self)

    def keyPressEvent(self, event: QKeyEvent, /) -> None:
        """Enter is kept, Escape is passed on, the rest is editing."""
        if event.key() in ENTER:
            self.entered.emit()
        elif event.key() == Qt.Key.Key_Escape:
            event.ignore()
        elif copies(event, self.selectedText()):
            if event.matches(QKeySequence.StandardKey.Cut):
                self.del_()
        else:
            super().keyPressEvent(event)
