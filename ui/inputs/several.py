"""Several of the options, and options in an order: each key marks one, Enter stores them all."""

from PySide6.QtGui import QKeyEvent

from app.interview.screen import QuestionView
from ui.inputs.answer import ERASE
from ui.inputs.choice import ChoiceInput
from ui.inputs.entry import Why
from ui.pace import ENTER


class SeveralInput(ChoiceInput):
    """Any number of options. A key marks one, the same key again takes the mark away."""

    def __init__(self) -> None:
        super().__init__()
        self._marked: list[str] = []

    def ask(self, question: QuestionView) -> None:
        """Begin with the stored ones marked."""
        codes = {option.code for option in question.options} - {question.dk, question.refused}
        self._marked = [code for code in question.value.split() if code in codes]
        super().ask(question)

    def chosen(self, value: str) -> None:
        """Mark, or take the mark away. Don't know and refused among the options are chosen as by their keys."""
        if value in (self.question.dk, self.question.refused):
            self._by_key(value, Why.NOTHING)
            return
        self._entered = ""
        self._marked = [code for code in self._marked if code != value] + [value] * (
            value not in self._marked
        )
        self.draw()
        self.changed.emit()

    def take(self, event: QKeyEvent, /) -> bool:
        """Enter stores what is marked; Backspace takes the last mark away."""
        if event.key() in ENTER and not self._entry.typed:
            self._store()
        elif event.key() in ERASE and not self._entry.typed:
            self._marked = self._marked[:-1]
            self._entered = ""
            self.draw()
            self.changed.emit()
        else:
            return super().take(event)
        return True

    def draft(self) -> str:
        """What is marked, unless it is what is stored."""
        marked = " ".join(self._marked)
        return "" if set(self._marked) == set(self.question.value.split()) else marked

    def _store(self) -> None:
        special = self.question.value in (self.question.dk, self.question.refused)
        if self._marked:
            self.commit(" ".join(self._marked))
        elif self.question.value and special:
            self.commit(self.question.value)
        elif self.question.required:
            self.hint(Why.NOTHING)
        else:
            self.commit("")

    def _by_key(self, value: str, missing: Why) -> None:
        """Don't know and refused stand alone: nothing else may be marked."""
        if self._marked and self.draft():
            self.hint(Why.CLEAR_FIRST)
        elif value:
            self._marked = []
            self.commit(value)
        else:
            self.hint(missing)

    def _is_marked(self, name: str) -> bool:
        return name in self._marked or (not self._marked and name == self._special())

    def _shown(self) -> str:
        """Not a bare figure: that would look like a code."""
        if self._marked:
            return f"{len(self._marked)} ✓"
        return super()._shown() if self._special() or self._entered else ""

    def _special(self) -> str:
        """Don't know or refused, when that is shown; marks that were all taken away are gone from the screen, too."""
        shown = self._value_shown()
        return shown if shown in (self.question.dk, self.question.refused) else ""

    def how(self) -> str:
        """What is done here."""
        return self.tr("Several may be marked: a key marks, the same key again takes back. Enter stores.")


class RankInput(SeveralInput):
    """All options, the first one first. The last one finds its place by itself."""

    def chosen(self, value: str) -> None:
        """The next place."""
        if value in self._marked:
            self.hint(Why.PLACED)
            return
        super().chosen(value)
        left = [code for code in self._names.values() if code not in self._marked]
        if len(left) == 1:
            super().chosen(left[0])

    def draw(self) -> None:
        """The place of each option beside its words."""
        super().draw()
        for place, code in enumerate(self._marked, start=1):
            self._say(code, self.tr("No. {place}: {option}").format(place=place, option=self._label(code)))

    def draft(self) -> str:
        """The order, unless it is the stored one."""
        marked = " ".join(self._marked)
        return "" if marked == self.question.value else marked

    def _store(self) -> None:
        special = (self.question.dk, self.question.refused)
        every = [code for code in self._names.values() if code not in special]
        if self._marked and len(self._marked) < len(every):
            self.hint(Why.NOT_ALL_PLACED)
        else:
            super()._store()

    def how(self) -> str:
        """What is done here."""
        return self.tr(
            "Press the keys in the order named, the first one first. Backspace takes the last one back. Enter stores."
        )
