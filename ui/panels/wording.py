"""The paper: the text to read aloud, large; beneath it, set apart, what is never read. Both are bounded, however long a form has them."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QWidget

from app.interview.screen import InstanceView, QuestionView, Screen
from ui.labels import named_outcome, probe_of_ours
from ui.language import Language
from ui.layout import bounded, column, framed, label, row, scrolling
from ui.panels.reading import ProbeStrip, Together
from ui.theme import mark

_LONG, _LONGEST = 46, 110
"""Widths in Chinese characters (a Latin letter counts half) from which the question is set smaller."""
_LEAST = 48
"""px of height that stay for the question in the smallest window."""
_SHOWN, _ADVICE = 4000, 2000
"""Characters of a text that are shown; nobody reads more aloud, and laying out megabytes would hold the window up."""


class Wording(QWidget):
    """What is said and what is not. area: what page keys move."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self._language = language
        self.read = label("question", wrap=True)
        self.read.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self._title = label("title_line", wrap=True)
        self._together, self._probe = Together(), ProbeStrip()
        self.not_read, self.instruction = label("tag"), label("instruction", wrap=True)
        self.guidance, self._vague = label("guidance", wrap=True), label("guidance", wrap=True)
        self._ending = label("ending", wrap=True)
        self._said = ""
        beside = column(self.instruction, self.guidance, self._vague, spacing=4)
        aside = row(self.not_read, beside, spacing=10)
        aside.setAlignment(self.not_read, Qt.AlignmentFlag.AlignTop)
        aside.setStretch(1, 1)
        self._aside = framed(aside, "aside")
        words = column(
            self._title, self.read, self._together, self._probe, self._aside, self._ending, None, spacing=10
        )
        self.area: QScrollArea = scrolling(framed(words, "paper"))
        self.area.setMinimumHeight(_LEAST)
        self.setLayout(row(self.area))

    def show_screen(self, screen: Screen) -> None:
        """Draw the question of a screen that has one."""
        question = screen.question
        if question is None:
            return
        self._say(question)
        self._together.show_question(question)
        own = self._language.spoken(screen.language, "Spoken", probe_of_ours())
        self._probe.show_probe(screen.probe, own)
        self._advise(question)
        ends = named_outcome(screen, question.ends, self._language.current)
        self._ending.setText(
            self.tr("The interview ends here: {outcome}. Read, then Enter.").format(outcome=ends)
        )
        self._ending.setVisible(bool(question.ends))

    def between(self) -> None:
        """No question: the call is being ended."""
        self.read.setText(self.tr("Ending the call and sealing the recording …"))
        mark(self.read, length="long", empty="no")
        for part in (self._aside, self._ending, self._together, self._probe, self._title):
            part.setVisible(False)
        self.read.setVisible(True)

    def to_the_top(self) -> None:
        """A new question is read from its beginning."""
        self.area.verticalScrollBar().setValue(0)

    def turn(self, pages: int) -> None:
        """Scroll."""
        bar = self.area.verticalScrollBar()
        bar.setValue(bar.value() + pages * bar.pageStep())

    def _say(self, question: QuestionView) -> None:
        text = bounded(question.read_aloud, _SHOWN)
        missing = not text and not question.instruction
        if missing:
            text = self.tr("This question has no text. Its name in the questionnaire: {name}").format(
                name=bounded(question.name, 60)
            )
        self.read.setText(text)
        width = sum(1.0 if ord(letter) > 0x2E7F else 0.5 for letter in text)
        long, longest = (_LONG / 2, _LONGEST / 2) if question.together else (_LONG, _LONGEST)
        size = "longest" if width > longest else "long" if width > long else "short"
        mark(self.read, length=size, empty="yes" if missing else "no")
        self.read.setVisible(bool(text))
        self._title.setText(bounded(question.title, _SHOWN))
        self._title.setVisible(bool(question.title))

    def _advise(self, question: QuestionView) -> None:
        self.not_read.setText(self.tr("Not read"))
        self.instruction.setText(bounded(question.instruction, _ADVICE))
        self.guidance.setText(bounded(question.guidance, _ADVICE))
        self._vague.setText(
            self.tr("If they say {words}: Shift+F2").format(
                words=self.tr(", ").join(f"“{word}”" for word in question.vague)
            )
        )
        for part, there in (
            (self.instruction, question.instruction),
            (self.guidance, question.guidance),
            (self._vague, question.vague),
        ):
            part.setVisible(bool(there))
        self._aside.setVisible(bool(question.instruction or question.guidance or question.vague))


class Whereabouts(QWidget):
    """Which instance of a repeat is on: person 2 of 3."""

    def __init__(self) -> None:
        super().__init__()
        self._words = label("instance")
        self.setLayout(row(self._words))

    def show_instance(self, where: InstanceView | None) -> None:
        """Draw it, or nothing."""
        self.setVisible(where is not None)
        if where is not None:
            text = self.tr("{name} {place} of {total}")
            name = bounded(where.label, 30) or self.tr("Entry")
            self._words.setText(text.format(name=name, place=where.place, total=where.total))
