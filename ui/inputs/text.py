"""A verbatim: the respondent's own words. The input method is on; Enter stores, Shift+Enter begins a new line."""

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QPlainTextEdit

from app.interview.screen import QuestionView
from app.questionnaire.wording import LONGEST
from ui.inputs.answer import AnswerInput
from ui.inputs.discreet import confide, copies
from ui.inputs.entry import Why
from ui.layout import column, label
from ui.pace import ENTER


class VerbatimEdit(QPlainTextEdit):
    """Free text. Enter is an event, Shift+Enter a line break, Escape goes up, Tab leaves the field."""

    entered = Signal()
    shortened = Signal()
    """What was pasted was too long."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "verbatim")
        self.setProperty("free_text", True)
        self.setTabChangesFocus(True)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, on=True)
        confide(self)

    def insertFromMimeData(self, source: QMimeData, /) -> None:
        """Plain text only, and no more than an answer may have: megabytes would hold the window up for minutes."""
        room = LONGEST - self.document().characterCount() + 1 + len(self.textCursor().selectedText())
        text = source.text()
        self.insertPlainText(text[: max(0, room)])
        if len(text) > room:
            self.shortened.emit()

    def keyPressEvent(self, event: QKeyEvent, /) -> None:
        """See the class."""
        shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() in ENTER and not shifted:
            self.entered.emit()
        elif event.key() == Qt.Key.Key_Escape:
            event.ignore()
        elif copies(event, self.textCursor().selection().toPlainText()):
            if event.matches(QKeySequence.StandardKey.Cut):
                self.textCursor().removeSelectedText()
        else:
            super().keyPressEvent(event)


class TextInput(AnswerInput):
    """One verbatim."""

    def __init__(self) -> None:
        super().__init__()
        self._edit = VerbatimEdit()
        self._edit.entered.connect(self._enter)
        self._edit.textChanged.connect(self.changed)
        self._edit.shortened.connect(lambda: self.hint(Why.CUT))
        self._how = label("muted", wrap=True)
        self.setLayout(column(self._edit, self._how, spacing=4))
        self.setFocusProxy(self._edit)

    def ask(self, question: QuestionView) -> None:
        """Begin a verbatim; a stored text stands there to be corrected."""
        super().ask(question)
        special = (question.dk, question.refused)
        self._edit.setPlainText("" if question.value in special else question.value)
        self._edit.selectAll()
        self.show_question(question)

    def show_question(self, question: QuestionView) -> None:
        """Draw the field."""
        super().show_question(question)
        self._edit.setAccessibleName(self.tr("Respondent’s own words"))
        self._edit.setAccessibleDescription(question.read_aloud)
        if question.required:
            how = self.tr("In the respondent’s own words. Enter stores, Shift+Enter begins a new line.")
        else:
            how = self.tr(
                "In the respondent’s own words. Enter stores (also when empty), Shift+Enter begins a new line."
            )
        self._how.setText(how)

    def draft(self) -> str:
        """The text, unless it is the stored one."""
        text = self._edit.toPlainText().strip()
        return "" if text == self.question.value else text

    def _enter(self) -> None:
        text = self._edit.toPlainText().strip()
        special = self.question.value in (self.question.dk, self.question.refused)
        if len(text) > LONGEST:
            self.hint(Why.TOO_LONG)
        elif text or not self.question.required:
            self.commit(self.question.value if special and not text else text)
        else:
            self.hint(Why.NOTHING)
