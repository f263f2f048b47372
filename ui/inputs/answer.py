"""What every answer field has in common: one question in, one value out, and a reason when a key is not taken."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from app.interview.screen import QuestionView
from ui.caps import CapButton
from ui.inputs.entry import CodeEntry, Nothing, Refused, Step, Taken, Waiting, Why, plain
from ui.layout import label
from ui.pace import ENTER
from ui.theme import mark

ERASE = (Qt.Key.Key_Backspace, Qt.Key.Key_Delete, Qt.Key.Key_Escape)


@dataclass(frozen=True, slots=True)
class Hint:
    """Why a key was not taken, and what was typed before it."""

    why: Why
    waiting: Waiting | None = None


class AnswerInput(QWidget):
    """One answer field. It keeps what is being typed, never what is true: the stored value comes with the question."""

    committed = Signal(str)
    """A value as the desk takes it."""
    hinted = Signal(object)
    """Hint: a key was not taken. It has beeped."""
    changed = Signal()
    """Something was typed or cleared: hints are out of date."""

    def __init__(self) -> None:
        super().__init__()
        self.question = QuestionView(name="", kind="", read_aloud="")

    def ask(self, question: QuestionView) -> None:
        """Begin a question: whatever was typed for another one is gone."""
        self.question = question

    def show_question(self, question: QuestionView) -> None:
        """Draw the same question (again): labels, stored value. What is being typed stays."""
        self.question = question

    def take(self, _event: QKeyEvent, /) -> bool:
        """A key that reached the page instead of this field. True = taken."""
        return False

    def draft(self) -> str:
        """Text typed and not yet entered."""
        return ""

    def not_taken(self) -> None:
        """The desk did not take the value: stop showing it as entered."""

    def dont_know(self) -> None:
        """The respondent does not know."""
        self._by_key(self.question.dk, Why.NO_DONT_KNOW)

    def refuse(self) -> None:
        """The respondent does not want to answer this question."""
        self._by_key(self.question.refused, Why.NO_REFUSED)

    def commit(self, value: str) -> None:
        """Show the value as entered and hand it over."""
        self.committed.emit(value)

    def hint(self, why: Why, waiting: Waiting | None = None) -> None:
        """Refuse a key, audibly and visibly."""
        QApplication.beep()
        self.hinted.emit(Hint(why, waiting))

    def _by_key(self, value: str, missing: Why) -> None:
        if self.draft():
            self.hint(Why.CLEAR_FIRST)
        elif value:
            self.commit(value)
        else:
            self.hint(missing)


class CodeInput(AnswerInput):
    """Answer by code: scores and options. Digits are taken wherever the focus is; the input method is off."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, on=False)
        self.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly | Qt.InputMethodHint.ImhPreferLatin)
        self.readout: QLabel = label("readout", centre=True)
        self.buttons: dict[str, QPushButton] = {}
        self.dont_know_button, self.refused_button = CapButton("special"), CapButton("special")
        self.dont_know_button.clicked.connect(self.dont_know)
        self.refused_button.clicked.connect(self.refuse)
        self._names: dict[str, str] = {}
        self._entry = CodeEntry(())
        self._entered = ""

    def begin(self, question: QuestionView, names: dict[str, str]) -> None:
        """Begin a question whose keys stand for `names` (key → value)."""
        super().ask(question)
        self._names, self._entry, self._entered = names, CodeEntry(names), ""

    def show_question(self, question: QuestionView) -> None:
        """Draw what score and choice have in common: don't know and refused, where the question offers them."""
        super().show_question(question)
        self.setAccessibleDescription(question.read_aloud)
        self.dont_know_button.say("F9", self.tr("Don’t know"))
        self.dont_know_button.setVisible(bool(question.dk) and question.dk not in self.buttons)
        self.refused_button.say("F6", self.tr("Refused"))
        self.refused_button.setVisible(bool(question.refused) and question.refused not in self.buttons)

    def draw(self) -> None:
        """Readout and chosen button: entered just now, else being typed, else stored."""
        typed = self._entry.typed
        shown = f"{typed}_" if typed else self._shown()
        self.readout.setText(shown)
        state = "now" if typed or self._entered else "stored" if shown else "empty"
        mark(self.readout, phase=state, words="yes" if len(shown) > 2 else "no")
        special = ((self.question.dk, self.dont_know_button), (self.question.refused, self.refused_button))
        for name, button in (*self.buttons.items(), *special):
            chosen = "yes" if name and self._is_marked(name) else "no"
            if isinstance(button, CapButton):
                button.wear(chosen=chosen)
            else:
                mark(button, chosen=chosen)

    def chosen(self, value: str) -> None:
        """A code is complete, or its button was clicked."""
        self.commit(value)

    def written(self, value: str) -> str:
        """How a value stands in the readout: its key, or the words for don't know and refused."""
        if value and value == self.question.dk:
            return self.tr("Don’t know")
        if value and value == self.question.refused:
            return self.tr("Refused")
        return next((key for key, name in self._names.items() if name == value), "")

    def _value_shown(self) -> str:
        return self._entered or ("" if self._entry.typed else self.question.value)

    def _shown(self) -> str:
        return self.written(self._value_shown())

    def _is_marked(self, name: str) -> bool:
        return name == self._value_shown()

    def commit(self, value: str) -> None:
        """Show the value large, then hand it over."""
        self._entry.erase()
        self._entered = value
        self.draw()
        super().commit(value)

    def draft(self) -> str:
        """Nothing of a code is worth keeping."""
        return ""

    def dont_know(self) -> None:
        """As AnswerInput; while a code is half typed it must be finished or cleared first."""
        if self._entry.typed:
            self._step(Refused(Why.UNFINISHED))
        else:
            super().dont_know()

    def refuse(self) -> None:
        """As AnswerInput; while a code is half typed it must be finished or cleared first."""
        if self._entry.typed:
            self._step(Refused(Why.UNFINISHED))
        else:
            super().refuse()

    def not_taken(self) -> None:
        """As AnswerInput: the readout shows the stored value again."""
        self._entered = ""
        self.draw()

    def take(self, event: QKeyEvent, /) -> bool:
        """A key press. True = it was for this field, taken or refused."""
        if event.key() in ENTER:
            if not self._entry.typed and self.question.value:
                self.commit(self.question.value)
            else:
                self._step(self._entry.enter())
        elif event.key() in ERASE and self._entry.typed:
            self._step(self._entry.erase())
        elif plain(event.text()) in ("-", "—"):
            self.dont_know()
        elif len(event.text()) == 1 and event.text().isprintable() and not _is_chord(event):
            self._step(self._entry.key(event.text()))
        else:
            return False
        return True

    def keyPressEvent(self, event: QKeyEvent, /) -> None:
        """Digits, Enter, minus and Backspace; everything else goes up."""
        if not self.take(event):
            event.ignore()

    def _step(self, step: Step) -> None:
        match step:
            case Taken(code):
                self.chosen(self._names[code])
            case Refused(why):
                state = self._entry.state
                self.draw()
                self.hint(why, state if isinstance(state, Waiting) else None)
            case Waiting() | Nothing():
                self._entered = ""
                self.draw()
                self.changed.emit()

    def waiting(self) -> Waiting | None:
        """What is half typed, None when nothing is."""
        state = self._entry.state
        return state if isinstance(state, Waiting) else None


def _is_chord(event: QKeyEvent) -> bool:
    return bool(event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier))
