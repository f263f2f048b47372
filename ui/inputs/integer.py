"""A whole number that is typed and entered with Enter: age, years. Full-width digits are taken as digits; the input method is off."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit

from app.interview.screen import QuestionView
from ui.inputs.answer import AnswerInput
from ui.inputs.entry import Why, plain
from ui.layout import label, row
from ui.pace import DECIMAL_POINTS, ENTER

_LONGEST = 9
"""Digits; nothing a questionnaire asks for is longer."""


class DigitsEdit(QLineEdit):
    """A line that takes digits only and says why it took something not."""

    refused = Signal(object)
    """Why."""
    entered = Signal()
    minus = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "digits")
        self.setMaxLength(_LONGEST + 1)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, on=False)
        self.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly | Qt.InputMethodHint.ImhPreferLatin)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)

    def keyPressEvent(self, event: QKeyEvent, /) -> None:
        """Digits of any width, Enter, minus; editing keys as everywhere; other characters are refused."""
        text = plain(event.text())
        if event.key() in ENTER:
            self.entered.emit()
        elif text in DECIMAL_POINTS and text:
            self.refused.emit(Why.DECIMAL)
        elif text == "-" and self.selectedText() == self.text():
            self.minus.emit()
        elif text.isdecimal():
            if len(self.text()) - len(self.selectedText()) < self.maxLength():
                self.insert(text)
            else:
                self.refused.emit(Why.UNFINISHED_NUMBER if not self.text() else Why.DIGITS_ONLY)
        elif text.isprintable() and text:
            self.refused.emit(Why.DIGITS_ONLY)
        elif event.matches(QKeySequence.StandardKey.Paste):
            event.accept()
        else:
            super().keyPressEvent(event)


class IntegerInput(AnswerInput):
    """One number, Enter takes it."""

    def __init__(self, edit: DigitsEdit | None = None) -> None:
        super().__init__()
        self._edit = edit or DigitsEdit()
        self._edit.entered.connect(self._enter)
        self._edit.minus.connect(self._minus)
        self._edit.refused.connect(self.hint)
        self._edit.textChanged.connect(lambda _text: self.changed.emit())
        self._how = label("muted", wrap=True)
        layout = row(self._edit, self._how, spacing=16)
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self.setFocusProxy(self._edit)

    def ask(self, question: QuestionView) -> None:
        """Begin a number question; a stored number stands there, selected, and Enter keeps it."""
        super().ask(question)
        self._edit.setText("" if self._is_special(question.value) else self.stored(question))
        self._edit.selectAll()
        self.show_question(question)

    def show_question(self, question: QuestionView) -> None:
        """Draw the field."""
        super().show_question(question)
        self._edit.setAccessibleName(self.tr("Number"))
        self._edit.setAccessibleDescription(question.read_aloud)
        self._how.setText(self.how(question))

    def take(self, event: QKeyEvent, /) -> bool:
        """A digit typed while the focus was elsewhere is not lost."""
        if not event.text():
            return False
        self._edit.setFocus()
        self._edit.keyPressEvent(event)
        return True

    def draft(self) -> str:
        """The digits, unless they are the stored ones."""
        return "" if self._edit.text() == self.stored(self.question) else self._edit.text()

    def stored(self, question: QuestionView) -> str:
        """The stored value as it is typed."""
        return question.value

    def how(self, _question: QuestionView, /) -> str:
        """What is typed here."""
        return self.tr("Digits, then Enter")

    def _is_special(self, value: str) -> bool:
        return bool(value) and value in (self.question.dk, self.question.refused)

    def _minus(self) -> None:
        """Don't know, where the question offers it; else the sign of a number below nought."""
        if self.question.dk:
            self.dont_know()
        else:
            self._edit.insert("-")

    def _enter(self) -> None:
        text = self._edit.text()
        if text:
            self.commit(text)
        elif self._is_special(self.question.value):
            self.commit(self.question.value)
        elif self.question.required:
            self.hint(Why.NOTHING)
        else:
            self.commit("")
