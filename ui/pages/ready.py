"""Between two cases: today's figures and the next case; or, honestly, that there is none."""

from app.clock import in_china
from app.interview.screen import Notice, Screen
from ui.labels import sentences
from ui.layout import column, label, row
from ui.pages.card import CardPage


def _clock(wall: int) -> str:
    """ "12-05 18:40" in China, where the telephones are."""
    return in_china(wall).strftime("%m-%d %H:%M")


class ReadyPage(CardPage):
    """Ready for the next case."""

    def __init__(self) -> None:
        super().__init__()
        self._heading = label("title", centre=True, wrap=True)
        self._text = label("muted", centre=True, wrap=True)
        self._dials, self._dials_word = label("figure", centre=True), label("muted", centre=True)
        self._completes, self._completes_word = label("figure", centre=True), label("muted", centre=True)
        self._button = self.main_button()
        figures = row(
            column(self._dials, self._dials_word, spacing=0),
            column(self._completes, self._completes_word, spacing=0),
            spacing=24,
        )
        self.lay(column(self._heading, self._text, figures), 520, column(self._button))

    def show_screen(self, screen: Screen) -> None:
        """Draw the page."""
        empty, stopped = screen.notice is Notice.NO_CASES, self.halted(screen)
        if stopped:
            heading = self.tr("Stopped")
            text = self.tr("Tell your supervisor. Take the next case only when the fault is put right.")
        elif empty:
            heading = self.tr("No case right now")
            text = self.tr("Every case left has been finished, or is waiting for its next call time.")
            if screen.notice_text:
                due = self.tr("The next one is due at %1.")
                text = sentences(text, due.replace("%1", _clock(int(screen.notice_text))))
        else:
            heading, text = self.tr("Ready"), self.tr("Headset on, line free? Then take the next case.")
        self._heading.setText(heading)
        self.setAccessibleName(heading)
        self.setAccessibleDescription(text)
        self._text.setText(text)
        self._dials.setText(str(screen.counts.dials))
        self._dials_word.setText(self.tr("dialled today"))
        self._completes.setText(str(screen.counts.completes))
        self._completes_word.setText(self.tr("completed today"))
        self.offer(self._button, again=stopped)
        self._button.setText(self.tr("Look again   Enter") if empty else self.tr("Next case   Enter"))
        self._button.setAccessibleName(self.tr("Look again") if empty else self.tr("Next case"))
