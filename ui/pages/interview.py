"""The interview: one question a screen. The text to read is large; what is not read is set apart; the answer is a key away."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QProgressBar, QWidget

from app.interview.screen import QuestionView, Screen
from ui.inputs.answer import AnswerInput, CodeInput, Hint
from ui.inputs.entry import Waiting, Why
from ui.inputs.fields import Fields
from ui.inputs.text import TextInput
from ui.labels import part_word, probe, why_word
from ui.language import Language
from ui.layout import column, label, row
from ui.pages.page import DeskPage
from ui.panels.places import PlacesCard
from ui.panels.query import QueryCard
from ui.panels.reading import PaceAid
from ui.panels.wording import Whereabouts, Wording
from ui.theme import mark

_LOW = 320
"""px of the page's height."""


class InterviewPage(DeskPage):
    """Question, instruction, answer field, hint; in the field's place what the desk asks, or the list of places to go to."""

    answered = Signal(str)
    hushed = Signal()
    """A decimal point was refused: the digit behind it is no answer (ui/pace.py)."""
    went_to = Signal(str)
    """Another question of this screen, by its name."""
    asked = Signal()
    """Something is to be settled first, or a place to be chosen: it has the focus now."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self._language = language
        self._part, self._progress = label("part"), label("muted")
        self._where, self._pace = Whereabouts(), PaceAid()
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self.wording = Wording(language)
        self._hint = label("hint", wrap=True)
        self.fields = Fields(self.answered.emit, self._tell, self._typed)
        self.query, self.places = QueryCard(), PlacesCard()
        self._question = QuestionView(name="", kind="note", read_aloud="")
        self._told: Hint | None = None
        self._spoken = "zh"
        self._arrange()

    def _arrange(self) -> None:
        head = row(self._part, self._where, self._progress, None, self._pace, spacing=12)
        layout = column(
            head, self._bar, self.wording, self._hint, self.fields, self.query, self.places, spacing=10
        )
        layout.setContentsMargins(28, 12, 28, 12)
        for place, share in ((2, 3), (5, 4), (6, 6)):
            layout.setStretch(place, share)
        self.setLayout(layout)

    def resizeEvent(self, event: QResizeEvent, /) -> None:
        """In a low window (1366×768 at 200 %) the room goes to the text and the answers."""
        super().resizeEvent(event)
        layout, low = self.layout(), self.height() < _LOW
        if layout is not None:
            layout.setSpacing(4 if low else 10)
            layout.setContentsMargins(28, 6 if low else 12, 28, 6 if low else 12)

    def show_screen(self, screen: Screen) -> None:
        """Draw the question, or its absence while the call is being ended."""
        question = screen.question
        if question is None:
            self._between()
            return
        field = self.fields.of(question)
        if question.error and question.error != self._question.error:
            self._told = None
            field.not_taken()
            QApplication.beep()
        self._question = question
        self._head(question)
        self.wording.show_screen(screen)
        field.show_question(question)
        self._cards(screen, field)
        self._draw_hint(screen.language)

    def _cards(self, screen: Screen, field: AnswerInput) -> None:
        """The field, or what stands in its place."""
        new = self.query.show_query(screen.query)
        new |= self.places.show_places(screen.places if screen.query is None else None)
        free = screen.query is None and screen.places is None
        closed = free and self.fields.isHidden()
        self.fields.setVisible(free)
        self._hint.setVisible(free or bool(screen.question and screen.question.error))
        self.fields.show_only(field)
        if closed:
            field.not_taken()
        if new or closed:
            self.asked.emit()

    def arrive(self, screen: Screen, /) -> None:
        """A new question: fields empty, hints gone, text from its beginning."""
        if screen.question is not None:
            self._told = None
            self._question = screen.question
            self.fields.of(screen.question).ask(screen.question)
            self._pace.begin(screen.question.seconds)
            self.wording.to_the_top()

    def focus_widget(self) -> QWidget:
        """The answer field, or the card in its place."""
        if not self.query.isHidden():
            self.query.take_focus()
            return self.query.focusWidget() or self.query
        return self.places if not self.places.isHidden() else self._field

    def dont_know(self) -> None:
        """F9."""
        self._field.dont_know()

    def refuse(self) -> None:
        """F6."""
        self._field.refuse()

    def draft(self) -> str:
        """A verbatim that was typed and not entered."""
        return self._field.draft() if isinstance(self._field, TextInput) else ""

    def tell(self, why: Why) -> None:
        """Show a hint that comes from outside the answer field."""
        self._tell(Hint(why))

    def untell(self, why: Why) -> None:
        """That hint no longer holds."""
        if self._told is not None and self._told.why is why:
            self._typed()

    def too_early(self) -> None:
        """As DeskPage; it is said, too."""
        super().too_early()
        self.tell(Why.TOO_EARLY)

    def not_taken(self) -> None:
        """The desk stayed at this question: the field shows what is stored, not what was pressed."""
        self._field.not_taken()

    def enter(self) -> None:
        """Enter while the focus was elsewhere is the field's."""

    def keyPressEvent(self, event: QKeyEvent, /) -> None:
        """Page keys scroll a long question; other keys belong to the answer field, wherever the focus is."""
        if event.key() in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            self.wording.turn(1 if event.key() == Qt.Key.Key_PageDown else -1)
            return
        if self.fields.isHidden():
            event.ignore()
            return
        field, focus = self._field, QApplication.focusWidget()
        inside = focus is not None and (focus is field or field.isAncestorOf(focus))
        if inside or not field.take(event):
            event.ignore()

    def focusNextPrevChild(self, forward: bool, /) -> bool:  # noqa: FBT001 - Qt's signature
        """Tab and Shift+Tab on a screen with several questions: the next one, the one before."""
        names = [place.name for place in self._question.together]
        if self.fields.isHidden() or self._question.name not in names:
            return super().focusNextPrevChild(forward)
        place = names.index(self._question.name) + (1 if forward else -1)
        if self._field.draft():
            self._tell(Hint(Why.CLEAR_FIRST))
        elif 0 <= place < len(names):
            self.went_to.emit(names[place])
        return True

    @property
    def _field(self) -> AnswerInput:
        return self.fields.of(self._question)

    def _head(self, question: QuestionView) -> None:
        self._part.setText(part_word(question.part))
        self._part.setVisible(bool(question.part))
        self._where.show_instance(question.instance)
        self._pace.show_question(question)
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

    def _between(self) -> None:
        self._question = QuestionView(name="", kind="note", read_aloud="")
        for part in (self._part, self._bar, self._where, self._pace, self.query, self.places):
            part.setVisible(False)
        self._progress.setText("")
        self.wording.between()
        self.fields.show_only(None)
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
        field = self._field
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
        if hint.why is Why.DECIMAL and self._question.scale is None and self._question.kind != "range":
            return why_word(Why.WHOLE_NUMBER)
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
