"""The case at hand, before it is dialled."""

from app.interview.screen import Notice, Screen
from ui.layout import column, label
from ui.pages.card import CardPage


class CasePage(CardPage):
    """Whom to call: unit, masked number, what was tried before."""

    def __init__(self) -> None:
        super().__init__()
        self._unit = label("title", centre=True, wrap=True)
        self._number = label("number", centre=True)
        self._history = label("muted", centre=True, wrap=True)
        self._resumes = label("resumes", centre=True, wrap=True)
        self._button = self.main_button()
        self.lay(column(self._unit, self._number, self._history, self._resumes), 520, column(self._button))

    def show_screen(self, screen: Screen) -> None:
        """Draw the page."""
        case = screen.case
        if case is None:
            return
        self._unit.setText(case.unit or self.tr("Mobile number, whole city"))
        self._number.setText(case.number)
        self.setAccessibleName(f"{self._unit.text()} {case.number}")
        self._number.setAccessibleName(self.tr("Number {number}").format(number=case.number))
        stopped, failed = self.halted(screen), screen.notice is Notice.STOPPED
        if failed:
            self._history.setText(
                self.tr("Tell your supervisor. Dial again only when the fault is put right.")
            )
        elif stopped:
            self._history.setText(self.tr("Tell your supervisor. Dial only when that is cleared up."))
        elif case.attempts:
            self._history.setText(self.tr("Attempts so far: {attempts}").format(attempts=case.attempts))
        else:
            self._history.setText(self.tr("First attempt"))
        if case.begun_elsewhere:
            text = self.tr(
                "Interview broken off at another desk: it begins anew here. Say so first, and excuse the repetition."
            )
        else:
            text = self.tr("Interview broken off earlier: it goes on where it stopped")
        self._resumes.setText(text)
        self._resumes.setVisible(case.resumes or case.begun_elsewhere)
        self.offer(self._button, again=stopped)
        self._button.setText(self.tr("Dial again   Enter") if failed else self.tr("Dial   Enter"))
        self._button.setAccessibleName(self.tr("Dial again") if failed else self.tr("Dial"))
