"""One of several options: each with the key that chooses it."""

from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from app.interview.screen import QuestionView
from ui.caps import CapButton
from ui.inputs.answer import CodeInput
from ui.inputs.entry import Why, digit_codes
from ui.layout import bounded, column, label, row
from ui.pace import ENTER

_COLUMNS = 3
_LARGER, _CAP, _BESIDE, _MARGINS = 1.35, 48, 134, 56
"""Options are set larger than the field's own text; px of key and margins beside an option's words, beside all options, and beside
the field in its window."""
_LONGEST = 160
"""Characters of an option's label beside its key."""
_LOW = 440
"""px of window height below which three rows must do instead of four; longer lists go on in the next column, read down."""


class ChoiceInput(CodeInput):
    """The options and, large, the key that was pressed."""

    def __init__(self) -> None:
        super().__init__()
        self._list = QWidget()
        self._grid = QGridLayout(self._list)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(6)
        self._placed = 0
        self._not_read = label("tag")
        specials = row(self.dont_know_button, self.refused_button, None, spacing=8)
        self._how = label("muted", wrap=True)
        head = row(self._not_read, self._how, None, spacing=10)
        head.setStretch(1, 20)
        options = column(head, self._list, specials, spacing=8)
        layout = row(options, self.readout, spacing=20)
        layout.setStretch(0, 1)
        self.setLayout(layout)

    def ask(self, question: QuestionView) -> None:
        """Begin a question with options. Don't know and refused have keys of their own and no digit."""
        special = (question.dk, question.refused)
        keys = digit_codes(tuple(option.code for option in question.options if option.code not in special))
        self.begin(question, keys)
        self._lay(question)
        self.show_question(question)

    def show_question(self, question: QuestionView) -> None:
        """Draw options and value."""
        if tuple(option.code for option in question.options) != tuple(self.buttons):
            self._lay(question)
        super().show_question(question)
        self.setAccessibleName(self.tr("Answer options"))
        self.readout.setAccessibleName(self.tr("Chosen option"))
        self._not_read.setText(self.tr("Do not read the options"))
        read = any(option.read for option in question.options)
        self._not_read.setVisible(bool(question.options) and not read)
        for option in question.options:
            button = self.buttons[option.code]
            if isinstance(button, CapButton):
                button.wear(read="yes" if option.read else "no")
            self._say(option.code, self._label(option.code))
        none = self.tr("No option is offered here. F7 goes back to the answers before, F8 writes a note.")
        go_on = self.tr("No option is offered here. Enter goes on, F7 goes back to the answers before.")
        self._how.setText(self.how() if question.options else none if question.required else go_on)
        self.readout.setVisible(bool(question.options))
        self._how.setVisible(bool(self._how.text()))
        self.draw()

    def how(self) -> str:
        """What is done here, where it is more than one key."""
        return ""

    def take(self, event: QKeyEvent, /) -> bool:
        """As CodeInput. Where nothing is offered, Enter goes on if it may."""
        if self.question.options or event.key() not in ENTER:
            return super().take(event)
        if self.question.required:
            self.hint(Why.NO_OPTIONS)
        else:
            self.commit("")
        return True

    def _label(self, code: str) -> str:
        label = next((option.label for option in self.question.options if option.code == code), code)
        return bounded(label, _LONGEST)

    def _say(self, code: str, words: str) -> None:
        button = self.buttons[code]
        if isinstance(button, CapButton):
            button.say(self._key(code), words)

    def _key(self, code: str) -> str:
        if code == self.question.dk:
            return "F9"
        if code == self.question.refused:
            return "F6"
        return next((key for key, name in self._names.items() if name == code), code)

    def _lay(self, question: QuestionView) -> None:
        for button in self.buttons.values():
            self._grid.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = {option.code: self._button(option.code) for option in question.options}
        self._place(self._columns(question))

    def _columns(self, question: QuestionView) -> int:
        """As many as the longest option leaves room for. The list behind F1 takes room from the field, not from the window."""
        room = (self.width() if self.isVisible() else self.window().width() - _MARGINS) - _BESIDE
        columns = min(_COLUMNS, -(-len(self.buttons) // (3 if self.window().height() < _LOW else 4)))
        widest = max(
            (self.fontMetrics().horizontalAdvance(bounded(o.label, _LONGEST)) for o in question.options),
            default=0,
        )
        while columns > 1 and widest * _LARGER + _CAP > room // columns:
            columns -= 1  # rather a longer column than words cut in two
        return columns

    def _place(self, columns: int) -> None:
        self._placed = columns
        rows = max(1, -(-len(self.buttons) // max(1, columns)))
        for place, button in enumerate(self.buttons.values()):
            self._grid.addWidget(button, place % rows, place // rows)
        for place in range(_COLUMNS):
            self._grid.setColumnStretch(place, int(place < columns))

    def resizeEvent(self, event: QResizeEvent, /) -> None:
        """More or fewer columns."""
        super().resizeEvent(event)
        self._settle()

    def showEvent(self, event: QShowEvent, /) -> None:
        """It was laid for the window; now it knows its own room."""
        super().showEvent(event)
        self._settle()

    def _settle(self) -> None:
        columns = self._columns(self.question) if self.buttons else self._placed
        if columns != self._placed:
            self._place(columns)

    def _button(self, code: str) -> QPushButton:
        button = CapButton("option", wrap=True)
        button.clicked.connect(lambda: self.chosen(code))
        return button
