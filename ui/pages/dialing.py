"""The line is being built up: what it does, how long already, and the way out."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton

from app.interview.screen import LineView, Screen
from ui.labels import clock_word, heard_word, line_word, named_outcome
from ui.language import Language
from ui.layout import column, label
from ui.pages.card import CardPage
from ui.theme import mark


class DialingPage(CardPage):
    """Dialling and ringing. The introduction comes by itself when somebody answers. went_on = hang up."""

    confirmed = Signal(str)
    """The outcome that was proposed for what the line says."""
    answered = Signal()
    """The interviewer hears a person, on a line that cannot tell."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self._language, self._proposed, self._marks = language, "", False
        self._heard = label("chosen", centre=True, wrap=True)
        self._confirm = self.main_button()
        self._answered = QPushButton()
        self._answered.setProperty("role", "primary")
        self._answered.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the page itself has the key
        self._answered.clicked.connect(self.answered)
        self._unit = label("muted", centre=True, wrap=True)
        self._number = label("number", centre=True)
        self._state = label("title", centre=True)
        self._elapsed = label("figure", centre=True)
        self._text = label("muted", centre=True, wrap=True)
        self._button = QPushButton()
        self._button.setProperty("role", "danger")
        self._button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._button.clicked.connect(self.went_on)
        said = (self._state, self._elapsed, self._number, self._unit, self._text, self._heard)
        self.lay(column(*said), 520, column(self._answered, self._confirm, self._button))

    def fit(self, *, low: bool) -> None:
        """As CardPage. In a low window the status strip's clock must do."""
        super().fit(low=low)
        self._elapsed.setHidden(low)

    def show_screen(self, screen: Screen) -> None:
        """Draw the page."""
        self._state.setText(line_word(screen.line))
        mark(self._state, tone="danger" if screen.line is LineView.TROUBLE else "none")
        self.setAccessibleName(self._state.text())
        self._elapsed.setText(clock_word(screen.elapsed))
        self._elapsed.setAccessibleName(self.tr("Time since dialling"))
        if screen.case is not None:
            self._number.setText(screen.case.number)
            self._unit.setText(screen.case.unit)
            self._unit.setVisible(bool(screen.case.unit))
        self._show_heard(screen)
        self._marks = screen.device.marks_answer
        self._text.setText(self._hint(screen))
        self._answered.setVisible(self._marks)
        self._answered.setText(self.tr("Somebody answers   Space"))
        self._answered.setAccessibleName(self.tr("Somebody answers"))
        self._button.setText(self.tr("Hang up   F5"))
        self._button.setAccessibleName(self.tr("Hang up"))

    def keyPressEvent(self, event: QKeyEvent, /) -> None:
        """Space: somebody answers."""
        if self._marks and event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.answered.emit()
        else:
            super().keyPressEvent(event)

    def _hint(self, screen: Screen) -> str:
        if screen.device.by_hand:
            return self.tr("Dial this number on your telephone. Press Space as soon as you hear a person.")
        if screen.device.marks_answer:
            return self.tr(
                "This line cannot tell when somebody answers: press Space as soon as you hear a person."
            )
        return self.tr(
            "When somebody answers, the introduction comes up by itself. Let it ring for 30 seconds at least."
        )

    def enter(self) -> None:
        """Confirm what is proposed. Without a proposal Enter does nothing: one more Enter must not end a call."""
        if self._proposed:
            self.confirmed.emit(self._proposed)

    def _show_heard(self, screen: Screen) -> None:
        heard = screen.heard
        self._proposed = heard.outcome if heard is not None else ""
        for part in (self._heard, self._confirm):
            part.setVisible(bool(self._proposed))
        self._text.setVisible(not self._proposed)
        if heard is None:
            return
        outcome = named_outcome(screen, heard.outcome, self._language.current)
        self._heard.setText(heard_word(heard))
        self._confirm.setText(self.tr("{outcome}   Enter").format(outcome=outcome))
        self._confirm.setAccessibleName(self.tr("Confirm outcome"))
        self.setAccessibleDescription(f"{heard_word(heard)}. {outcome}")
