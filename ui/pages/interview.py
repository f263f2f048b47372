"""The interview: one question a screen. The text to read is large; what is not read is set apart; the answer is a key away."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QProgressBar, QScrollArea, QWidget

from app.interview.screen import QuestionView, Screen
from ui.inputs.answer import AnswerInput, CodeInput, Hint
from ui.inputs.choice import ChoiceInput
from ui.inputs.entry import Waiting, Why
from ui.inputs.integer import IntegerInput
from ui.inputs.note import NoteInput
from ui.inputs.score import ScoreInput
from ui.inputs.text import TextInput
from ui.labels import named_outcome, part_word, probe, why_word
from ui.language import Language
from ui.layout import column, framed, label, row, scrolling
from ui.pages.page import DeskPage
from ui.theme import mark

_LONG, _LONGEST = 46, 110
"""Widths in Chinese characters (a Latin letter counts half) from which the question is set smaller."""


class InterviewPage(DeskPage):
    """Question, instruction, answer field, hint."""

    answered = Signal(str)
    hushed = Signal()
    """A decimal point was refused: the digit behind it is no answer (ui/pace.py)."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self._language = language
        self._part, self._progress = label("part"), label("muted")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._read = label("question", wrap=True)
        self._read.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self._not_read, self._instruction = label("tag"), label("instruction", wrap=True)
        self._ending = label("ending", wrap=True)
        self._hint = label("hint", wrap=True)
        self._question = QuestionView(name="", kind="", read_aloud="")
        self._told: Hint | None = None
        self._spoken = "zh"
        self._note, self._score, self._choice = NoteInput(), ScoreInput(), ChoiceInput()
        self._integer, self._text = IntegerInput(), TextInput()
        self._fields = (self._note, self._score, self._choice, self._integer, self._text)
        for field in self._fields:
            field.committed.connect(self.answered)
            field.hinted.connect(self._tell)
            field.changed.connect(self._typed)
            field.hide()
        self._scroll = self._arrange()

    def _arrange(self) -> QScrollArea:
        aside = row(self._not_read, self._instruction, spacing=10)
        aside.setAlignment(self._not_read, Qt.AlignmentFlag.AlignTop)
        aside.setStretch(1, 1)
        self._aside = framed(aside, "aside")
        words = column(self._read, self._aside, self._ending, None, spacing=14)
        scroll = scrolling(framed(words, "paper"))
        head = row(self._part, self._progress, None, spacing=12)
        layout = column(head, self._bar, scroll, self._hint, *self._fields, spacing=10)
        layout.setContentsMargins(28, 12, 28, 12)
        layout.setStretch(2, 1)
        self.setLayout(layout)
        return scroll

    def show_screen(self, screen: Screen) -> None:
        """Draw the question, or its absence while the call is being ended."""
        question = screen.question
        if question is None:
            self._between()
            return
        if question.error and question.error != self._question.error:
            self._told = None
            self._field(question).not_taken()
            QApplication.beep()
        self._question = question
        self._head(question)
        self._words(question, screen)
        field = self._field(question)
        field.show_question(question)
        self._show_field(field)
        self._draw_hint(screen.language)

    def arrive(self, screen: Screen, /) -> None:
        """A new question: fields empty, hints gone, text from its beginning."""
        if screen.question is not None:
            self._told = None
            self._question = screen.question
            self._field(screen.question).ask(screen.question)
            self._scroll.verticalScrollBar().setValue(0)

    def focus_widget(self) -> QWidget:
        """The answer field."""
        return self._field(self._question)

    def dont_know(self) -> None:
        """F9."""
        self._field(self._question).dont_know()

    def refuse(self) -> None:
        """F6."""
        self._field(self._question).refuse()

    def draft(self) -> str:
        """A verbatim that was typed and not entered."""
        field = self._field(self._question)
        return field.draft() if isinstance(field, TextInput) else ""

    def tell(self, why: Why) -> None:
        """Show a hint that comes from outside the answer field."""
        self._tell(Hint(why))

    def untell(self, why: Why) -> None:
        """That hint no longer holds."""
        if self._told is not None and self._told.why is why:
            self._typed()

    def not_taken(self) -> None:
        """The desk stayed at this question: the field shows what is stored, not what was pressed."""
        self._field(self._question).not_taken()

    def enter(self) -> None:
        """Enter while the focus was elsewhere is the field's."""

    def keyPressEvent(self, event: QKeyEvent, /) -> None:
        """Page keys scroll a long question; other keys belong to the answer field, wherever the focus is."""
        bar = self._scroll.verticalScrollBar()
        if event.key() in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            step = bar.pageStep() if event.key() == Qt.Key.Key_PageDown else -bar.pageStep()
            bar.setValue(bar.value() + step)
            return
        field = self._field(self._question)
        focus = QApplication.focusWidget()
        inside = focus is not None and (focus is field or field.isAncestorOf(focus))
        if inside or not field.take(event):
            event.ignore()

    def _field(self, question: QuestionView) -> AnswerInput:
        match question.kind:
            case "note":
                return self._note
            case "select_one":
                return self._choice
            case "integer":
                return self._score if question.scale else self._integer
            case _:
                return self._text

    def _show_field(self, wanted: AnswerInput | None) -> None:
        """Not a stacked widget: that one is always as high as its highest page."""
        for field in self._fields:
            field.setVisible(field is wanted)

    def _head(self, question: QuestionView) -> None:
        self._part.setText(part_word(question.part))
        self._part.setVisible(bool(question.part))
        counted = question.total > 0 and question.number > 0
        self._progress.setText(
            self.tr("{number} of {total}").format(number=question.number, total=question.total)
            if counted
            else ""
        )
        self._bar.setVisible(question.total > 0)
        self._bar.setMaximum(max(1, question.total))
        self._bar.setValue(question.number)
        self._bar.setAccessibleName(self.tr("Progress"))

    def _words(self, question: QuestionView, screen: Screen) -> None:
        self._read.setText(question.read_aloud)
        width = sum(1.0 if ord(letter) > 0x2E7F else 0.5 for letter in question.read_aloud)
        mark(self._read, length="longest" if width > _LONGEST else "long" if width > _LONG else "short")
        self._not_read.setText(self.tr("Not read"))
        self._instruction.setText(question.instruction)
        self._aside.setVisible(bool(question.instruction))
        ends = named_outcome(screen, question.ends, self._language.current)
        self._ending.setText(
            self.tr("The interview ends here: {outcome}. Read, then Enter.").format(outcome=ends)
        )
        self._ending.setVisible(bool(question.ends))

    def _between(self) -> None:
        self._question = QuestionView(name="", kind="note", read_aloud="")
        self._part.setVisible(False)
        self._progress.setText("")
        self._bar.setVisible(False)
        self._read.setText(self.tr("Ending the call and sealing the recording …"))
        mark(self._read, length="long")
        self._aside.setVisible(False)
        self._ending.setVisible(False)
        self._show_field(None)
        self._hint.clear()

    def _tell(self, hint: Hint) -> None:
        self._told = hint
        self._draw_hint(self._spoken)
        if hint.why is Why.DECIMAL:
            self.hushed.emit()

    def _typed(self) -> None:
        self._told = None
        self._draw_hint(self._spoken)

    def _draw_hint(self, spoken: str) -> None:
        """What is said about the keys: a refused key, else the desk's own reason, else what a half-typed code waits for."""
        self._spoken = spoken
        field = self._field(self._question)
        waiting = field.waiting() if isinstance(field, CodeInput) else None
        if self._told is not None:
            self._hint.setText(self._hint_text(self._told))
        elif self._question.error and not waiting:
            self._hint.setText(self._question.error)
        else:
            self._hint.setText(self._waiting_text(waiting) if waiting else "")
        alarm = self._told is not None or bool(self._question.error and not waiting)
        mark(self._hint, tone="alarm" if alarm else "calm")

    def _hint_text(self, hint: Hint) -> str:
        text = why_word(hint.why)
        if hint.waiting is not None:
            text = text.format(typed=hint.waiting.typed, keys=self._ways(hint.waiting))
        if source := probe(hint.why):
            text += f" “{self._language.spoken(self._spoken, 'Spoken', source)}”"
        return text

    def _waiting_text(self, waiting: Waiting) -> str:
        return f"{waiting.typed}_   {self._ways(waiting)}"

    def _ways(self, waiting: Waiting) -> str:
        ways = [
            self.tr("{key} makes {code}").format(key=key, code=waiting.typed + key) for key in waiting.next
        ]
        if waiting.enough:
            ways.append(self.tr("Enter takes {code}").format(code=waiting.typed))
        return self.tr(", ").join(ways)
