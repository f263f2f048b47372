"""The line is being built up: what it does, how long already, and the way out."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from app.interview.screen import LineView, Screen
from ui.labels import clock_word, line_word
from ui.layout import centred, column, framed, label
from ui.pages.page import DeskPage
from ui.theme import mark


class DialingPage(DeskPage):
    """Dialling and ringing. The introduction comes by itself when somebody answers. went_on = hang up."""

    def __init__(self) -> None:
        super().__init__()
        self._unit = label("muted", centre=True, wrap=True)
        self._number = label("number", centre=True)
        self._state = label("title", centre=True)
        self._elapsed = label("figure", centre=True)
        self._text = label("muted", centre=True, wrap=True)
        self._button = QPushButton()
        self._button.setProperty("role", "danger")
        self._button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._button.clicked.connect(self.went_on)
        card = framed(
            column(
                self._state,
                self._elapsed,
                self._number,
                self._unit,
                8,
                self._text,
                8,
                self._button,
                margin=26,
            ),
            "card",
        )
        self.setLayout(centred(card, 520))

    def show_screen(self, screen: Screen) -> None:
        """Draw the page."""
        self._state.setText(line_word(screen.line))
        mark(self._state, tone="danger" if screen.line is LineView.TROUBLE else "none")
        self._elapsed.setText(clock_word(screen.elapsed))
        self._elapsed.setAccessibleName(self.tr("Time since dialling"))
        if screen.case is not None:
            self._number.setText(screen.case.number)
            self._unit.setText(screen.case.unit)
            self._unit.setVisible(bool(screen.case.unit))
        self._text.setText(
            self.tr(
                "When somebody answers, the introduction comes up by itself. Let it ring for 30 seconds at least."
            )
        )
        self._button.setText(self.tr("Hang up   F5"))
        self._button.setAccessibleName(self.tr("Hang up"))

    def enter(self) -> None:
        """Enter does nothing here: one more Enter must not end a call."""
