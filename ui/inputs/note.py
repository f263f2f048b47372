"""A text that is only read: Enter says that it was read."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton

from app.interview.screen import QuestionView
from ui.inputs.answer import AnswerInput
from ui.inputs.entry import Why
from ui.layout import bounded, column, label, row
from ui.pace import ENTER
from ui.theme import mark

_LONGEST, _SHORT = 1000, 30
"""Characters of a value: shown at most; set large at most."""


class NoteInput(AnswerInput):
    """One way on."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, on=False)
        self._button = QPushButton()
        self._button.setProperty("role", "primary")
        self._button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._button.clicked.connect(lambda: self.commit(""))
        self._value = label("shown", wrap=True)
        self.setLayout(column(self._value, row(self._button, None)))

    def ask(self, question: QuestionView) -> None:
        """Begin."""
        super().ask(question)
        self.show_question(question)

    def show_question(self, question: QuestionView) -> None:
        """Draw the way on."""
        super().show_question(question)
        text = self._step_word(question)
        self._button.setText(self.tr("{step}   Enter").format(step=text))
        self._button.setAccessibleName(text)
        shown = bounded(question.value, _LONGEST) if question.readonly else ""
        self._value.setText(shown)
        self._value.setVisible(bool(shown))
        mark(self._value, length="long" if len(shown) > _SHORT else "short")
        self.setAccessibleName(text)
        self.setAccessibleDescription(question.read_aloud)

    def _step_word(self, question: QuestionView) -> str:
        if question.kind == "acknowledge":
            return self.tr("The respondent agrees, go on")
        if question.readonly:
            return self.tr("Seen, go on")
        return self.tr("Read, end the call") if question.ends else self.tr("Read, go on")

    def take(self, event: QKeyEvent, /) -> bool:
        """Enter goes on; a digit here is meant for something else and refused."""
        if event.key() in ENTER:
            self.commit("")
        elif self.question.readonly and event.text().isprintable() and event.text():
            self.hint(Why.READ_ONLY)
        elif len(event.text()) == 1 and event.text().isprintable():
            self.hint(Why.NOT_A_CODE)
        else:
            return False
        return True

    def keyPressEvent(self, event: QKeyEvent, /) -> None:
        """See take()."""
        if not self.take(event):
            event.ignore()
