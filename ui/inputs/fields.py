"""All answer fields, one for each kind of question, of which one is on screen."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from app.interview.screen import QuestionView
from ui.inputs.answer import AnswerInput, Hint
from ui.inputs.choice import ChoiceInput
from ui.inputs.decimal import DecimalInput
from ui.inputs.integer import IntegerInput
from ui.inputs.long_choice import MANY, LongChoiceInput
from ui.inputs.moment import SHAPES, MomentInput
from ui.inputs.note import NoteInput
from ui.inputs.score import ScoreInput, scores
from ui.inputs.several import RankInput, SeveralInput
from ui.inputs.text import TextInput
from ui.layout import column


class Fields(QWidget):
    """One of them is shown. Not a stacked widget: that one is always as high as its highest page."""

    def __init__(
        self,
        committed: Callable[[str], object],
        hinted: Callable[[Hint], object],
        changed: Callable[[], object],
    ) -> None:
        super().__init__()
        self.note, self.score, self.choice, self.long = (
            NoteInput(),
            ScoreInput(),
            ChoiceInput(),
            LongChoiceInput(),
        )
        self.integer, self.decimal, self.moment = IntegerInput(), DecimalInput(), MomentInput()
        self.text, self.several, self.rank = TextInput(), SeveralInput(), RankInput()
        self._all: tuple[AnswerInput, ...] = (
            self.note, self.score, self.choice, self.long, self.integer, self.decimal, self.moment, self.text,
            self.several, self.rank,
        )  # fmt: skip
        for field in self._all:
            field.committed.connect(committed)
            field.hinted.connect(hinted)
            field.changed.connect(changed)
            field.hide()
        self.setLayout(column(*self._all, spacing=0))

    def show_only(self, wanted: AnswerInput | None) -> None:
        """This field and no other."""
        for field in self._all:
            field.setVisible(field is wanted)

    def of(self, question: QuestionView) -> AnswerInput:
        """The field for a question."""
        if question.readonly or question.kind in ("note", "acknowledge"):
            return self.note
        if question.kind in ("select_one", "repeat"):
            return self.long if len(question.options) > MANY else self.choice
        if question.scale is not None or question.kind == "range":
            return self.score if scores(question) else self.decimal
        if question.kind in SHAPES:
            return self.moment
        plain: dict[str, AnswerInput] = {
            "integer": self.integer,
            "decimal": self.decimal,
            "select_multiple": self.several,
            "rank": self.rank,
        }
        return plain.get(question.kind, self.text)
