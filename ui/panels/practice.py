"""Rehearsal: a banner that never goes away while it is one, and the practice resident's words as a caption."""

from PySide6.QtWidgets import QWidget

from app.interview.screen import Page, Screen
from ui.layout import framed, label, row
from ui.theme import mark


class RehearsalBanner(QWidget):
    """Says that nobody real can be reached."""

    def __init__(self) -> None:
        super().__init__()
        self._text = label("banner", centre=True)
        self.setLayout(row(self._text))

    def show_screen(self, screen: Screen) -> None:
        """Draw the banner, in a rehearsal only."""
        self._text.setText(self.tr("REHEARSAL · no real number is dialled, nothing counts in any result"))
        self.setVisible(screen.rehearsal)


class Caption(QWidget):
    """What the practice resident has just said. The interviewer keys it; the caption does not.

    It keeps its place while he listens, so that the answer field does not move under the interviewer's eyes.
    """

    def __init__(self) -> None:
        super().__init__()
        self._who, self._words = label("tag"), label("caption", wrap=True)
        line = row(self._who, self._words, spacing=12)
        line.setStretch(1, 1)
        self.setLayout(row(framed(line, "practice")))

    def show_screen(self, screen: Screen) -> None:
        """Draw the words, or that he is listening."""
        self._who.setText(self.tr("Practice resident"))
        said = screen.practice.text if screen.practice else ""
        self._words.setText(self.tr("“{words}”").format(words=said) if said else self.tr("is listening …"))
        mark(self._words, said="yes" if said else "no")
        self.setVisible(screen.rehearsal and screen.page is Page.INTERVIEW and screen.question is not None)
