"""One of several options: each with the key that chooses it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app.interview.screen import QuestionView
from ui.inputs.answer import CodeInput
from ui.inputs.entry import digit_codes
from ui.layout import row
from ui.theme import mark


class ChoiceInput(CodeInput):
    """The options below each other and, large, what was entered."""

    def __init__(self) -> None:
        super().__init__()
        self._list = QWidget()
        self._column = QVBoxLayout(self._list)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        layout = row(self._list, self.readout, spacing=20)
        layout.setStretch(0, 1)
        layout.setAlignment(self.readout, Qt.AlignmentFlag.AlignTop)
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
        super().show_question(question)
        if tuple(option.code for option in question.options) != tuple(self.buttons):
            self._lay(question)
        self.setAccessibleName(self.tr("Answer options"))
        self.setAccessibleDescription(question.read_aloud)
        self.readout.setAccessibleName(self.tr("Chosen option"))
        for option in question.options:
            button = self.buttons[option.code]
            text = option.label if option.read else self.tr("{label} (not read)").format(label=option.label)
            button.setText(f"{self._key(option.code)}   {text}")
            button.setAccessibleName(option.label)
            mark(button, read="yes" if option.read else "no")
        self.draw()

    def _key(self, code: str) -> str:
        if code == self.question.dk:
            return "F9"
        if code == self.question.refused:
            return "F6"
        return next((key for key, name in self._names.items() if name == code), code)

    def _lay(self, question: QuestionView) -> None:
        for button in self.buttons.values():
            button.deleteLater()
        self.buttons = {option.code: self._button(option.code) for option in question.options}
        for button in self.buttons.values():
            self._column.addWidget(button)

    def _button(self, code: str) -> QPushButton:
        button = QPushButton()
        button.setProperty("role", "option")
        button.setCheckable(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda: self.commit(code))
        return button
