"""Rehearsal: a banner that never goes away while it is one, and the practice resident's words as a caption."""

from PySide6.QtWidgets import QWidget

from app.interview.screen import Page, Screen
from ui.layout import framed, label, row


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
    """What the practice resident has just said. The interviewer keys it; the caption does not."""

    def __init__(self) -> None:
        super().__init__()
        self._who, self._words = label("tag"), label("caption", wrap=True)
        line = row(self._who, self._words, spacing=12)
        line.setStretch(1, 1)
        line.setContentsMargins(28, 8, 28, 8)
        self.setLayout(row(framed(line, "practice")))

    def show_screen(self, screen: Screen) -> None:
        """Draw the words, if there are any."""
        self._who.setText(self.tr("Practice resident"))
        practice = screen.practice
        self._words.setText(self.tr("“{words}”").format(words=practice.text) if practice else "")
        self.setVisible(practice is not None and bool(practice.text) and screen.page is Page.INTERVIEW)
