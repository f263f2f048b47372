"""A text that is only read: Enter says that it was read."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton

from app.interview.screen import QuestionView
from ui.inputs.answer import AnswerInput
from ui.inputs.entry import Why
from ui.layout import row
from ui.pace import ENTER


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
        self.setLayout(row(self._button, None))

    def ask(self, question: QuestionView) -> None:
        """Begin."""
        super().ask(question)
        self.show_question(question)

    def show_question(self, question: QuestionView) -> None:
        """Draw the way on."""
        super().show_question(question)
        text = self.tr("Read, end the call") if question.ends else self.tr("Read, go on")
        self._button.setText(self.tr("{step}   Enter").format(step=text))
        self._button.setAccessibleName(text)
        self.setAccessibleName(text)
        self.setAccessibleDescription(question.read_aloud)

    def take(self, event: QKeyEvent, /) -> bool:
        """Enter goes on; a digit here is meant for something else and refused."""
        if event.key() in ENTER:
            self.commit("")
        elif len(event.text()) == 1 and event.text().isprintable():
            self.hint(Why.NOT_A_CODE)
        else:
            return False
        return True

    def keyPressEvent(self, event: QKeyEvent, /) -> None:
        """See take()."""
        if not self.take(event):
            event.ignore()
