"""One of many options: a village of thousands, an occupation. Typing narrows the list; Enter takes the marked line."""

from PySide6.QtGui import QKeyEvent

from app.interview.screen import OptionView, QuestionView
from ui.inputs.answer import AnswerInput
from ui.inputs.entry import Why
from ui.inputs.listing import Line, SearchList
from ui.layout import bounded, column, label, row

MANY = 12
"""Options from which on a list is searched instead of shown with keys."""
_LONGEST = 200


class LongChoiceInput(AnswerInput):
    """A searched list."""

    def __init__(self) -> None:
        super().__init__()
        self._list = SearchList()
        self._list.taken.connect(self._taken)
        self._list.missed.connect(lambda: self.hint(Why.NOTHING_FOUND))
        self._list.typed.connect(self.changed)
        self._not_read = label("tag")
        self._options: tuple[OptionView, ...] = ()
        layout = column(row(self._not_read, self._list.count, None, spacing=10), self._list, spacing=4)
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self.setFocusProxy(self._list)

    def ask(self, question: QuestionView) -> None:
        """Begin: the whole list, the stored option marked."""
        super().ask(question)
        self._options = question.options
        self._list.fill(_lines(question), question.value)
        self.show_question(question)

    def show_question(self, question: QuestionView) -> None:
        """Draw the list; in another language the search stays."""
        super().show_question(question)
        if question.options is not self._options:
            self._options = question.options
            self._list.relabel(_lines(question))
        self._not_read.setText(self.tr("Do not read the options"))
        self._not_read.setVisible(not any(option.read for option in question.options[:1]))
        self._list.say(
            self.tr("Answer options"),
            self.tr("Type part of the name, or the code"),
            self.tr("{found} of {all} · ↑ ↓ move, Enter takes the marked line"),
        )
        self.setAccessibleDescription(question.read_aloud)

    def _taken(self, code: str) -> None:
        """Enter by reflex takes no line that nobody has looked for: it keeps what is stored, or goes on without."""
        stored = self.question.value
        if self._list.touched or code == stored:
            self.commit(code)
        elif stored and stored in (self.question.dk, self.question.refused):
            self.commit(stored)
        elif self.question.required:
            self.hint(Why.NOTHING)
        else:
            self.commit("")

    def take(self, event: QKeyEvent, /) -> bool:
        """A letter typed while the focus was elsewhere is not lost."""
        if not event.text().isprintable() or not event.text():
            return False
        self._list.give(event)
        return True


def _lines(question: QuestionView) -> list[Line]:
    """Don't know and refused have keys of their own."""
    special = (question.dk, question.refused)
    return [
        Line(option.code, bounded(option.label, _LONGEST), f"{option.code}   ")
        for option in question.options
        if option.code not in special
    ]
