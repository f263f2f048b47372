"""How the sending to central stands, between two calls. Nothing while this desk does not send by itself."""

from datetime import UTC, datetime, timedelta

from PySide6.QtWidgets import QWidget

from app.interview.screen import Page, Screen, SendingView
from ui.labels import sentences
from ui.layout import framed, label, row
from ui.theme import mark

_BETWEEN = (Page.SIGN_IN, Page.READY)


def _moment(wall: int, now: int) -> str:
    """ "14:02", or "12-05 14:02" on another day, in China."""
    at, today = (
        datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=each, hours=8) for each in (wall, now)
    )
    return at.strftime("%H:%M" if at.date() == today.date() else "%m-%d %H:%M")


class SendingPanel(QWidget):
    """One line of text."""

    def __init__(self) -> None:
        super().__init__()
        self._text = label("sending", centre=True, wrap=True)
        strip = row(self._text)
        self.setLayout(row(framed(strip, "strip")))
        self.hide()

    def show_screen(self, screen: Screen) -> None:
        """Draw the line."""
        view = screen.sending
        self.setVisible(view is not None and screen.page in _BETWEEN)
        if view is not None:
            self._text.setText(self.words(view))
            mark(self._text, tone="danger" if view.word == "fork" else "warning" if view.refused else "calm")

    def words(self, view: SendingView) -> str:
        """The line as it is shown."""
        said = self.tr("Nothing was sent to central yet.")
        if view.last:
            said = self.tr("Last sent to central at %1.").replace("%1", _moment(view.last, view.at))
        parts = [said]
        if view.waiting:
            parts.append(self.tr("Sealed files waiting: %1.").replace("%1", str(view.waiting)))
        if view.refused:
            parts.append(self.tr("Sending failed: %1").replace("%1", self._why(view)))
        elif view.since:
            text = self.tr(
                "Central has not been reached since %1; everything is kept here and goes by itself later."
            )
            parts.append(text.replace("%1", _moment(view.since, view.at)))
        return sentences(*parts)

    def _why(self, view: SendingView) -> str:
        """Central's refusal in the interviewer's language; one that has no words here as it stands."""
        match view.word:
            case "fork":
                return self.tr(
                    "this workstation's records contradict what it sent before. Stop interviewing and call the supervisor."
                )
            case "unknown" | "who":
                return self.tr("central does not know this workstation. The supervisor enrols it.")
            case "clock":
                return self.tr("this computer's clock is wrong. IT sets it; interviewing may go on.")
            case "rehearsal":
                return self.tr("practice calls are not handed in.")
            case "storage":
                return self.tr("central's disk is full. Tell IT; interviewing may go on.")
        return view.refused
