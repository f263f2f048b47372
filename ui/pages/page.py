"""What every page has in common: one idempotent setter, Enter as the way on, a widget that wants the focus."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from app.interview.screen import Notice, Screen
from ui.pace import ENTER
from ui.theme import mark


class DeskPage(QWidget):
    """A page of the desk. It may be drawn twice with the same screen to no effect, and keeps no truth."""

    went_on = Signal()
    """The page's main step: Enter or its large button."""

    def show_screen(self, screen: Screen) -> None:
        """Draw a screen whose page this is."""
        raise NotImplementedError

    def arrive(self, screen: Screen, /) -> None:
        """The desk has just come to this page, case or question: forget what was typed for another one."""

    def focus_widget(self) -> QWidget:
        """Who gets the keys."""
        return self

    def too_early(self) -> None:
        """A key was not taken, because it came before anybody could have read this page."""
        QApplication.beep()

    def enter(self) -> None:
        """Enter was pressed and no field took it."""
        self.went_on.emit()

    def keyPressEvent(self, event: QKeyEvent, /) -> None:
        """Enter goes on."""
        if event.key() in ENTER:
            self.enter()
        else:
            event.ignore()

    def main_button(self) -> QPushButton:
        """The large button of a page; a mouse click does what Enter does, Tab reaches it."""
        button = QPushButton()
        button.setProperty("role", "primary")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAutoDefault(False)
        button.clicked.connect(self.enter)
        return button

    def halted(self, screen: Screen) -> bool:
        """The desk has stopped, or central says that it must: nothing invites to go on."""
        return screen.notice is Notice.STOPPED or (screen.sending is not None and screen.sending.stop)

    def offer(self, button: QPushButton, *, again: bool) -> None:
        """The way on in the colour of one. again: what failed just now; it may be tried again, and nothing invites to it."""
        mark(button, role="again" if again else "primary")
