"""How the sending to central stands, between two calls. Nothing while this desk does not send by itself."""

from PySide6.QtWidgets import QWidget

from app.clock import in_china
from app.interview.screen import Page, Screen, SendingView
from ui.labels import sentence, sentences
from ui.layout import column, framed, label, row
from ui.theme import mark

_BETWEEN = (Page.SIGN_IN, Page.READY)


def _moment(wall: int, now: int) -> str:
    """ "14:02", or "12-05 14:02" on another day, in China."""
    at, today = (in_china(each) for each in (wall, now))
    return at.strftime("%H:%M" if at.date() == today.date() else "%m-%d %H:%M")


class SendingPanel(QWidget):
    """One muted line; above it, in the colour of a warning, why central does not take what is sent, and what it has lost. In red, and with
    a case on the screen too, that nobody is to be interviewed here any more."""

    def __init__(self) -> None:
        super().__init__()
        self._text = label("muted", centre=True, wrap=True)
        self._alarm = label("notice_text", centre=True, wrap=True)
        strip, warning = row(self._text), row(self._alarm)
        strip.setContentsMargins(28, 6, 28, 6)
        warning.setContentsMargins(28, 10, 28, 10)
        self._warning = framed(warning, "notice")
        self.setLayout(column(self._warning, framed(strip, "strip"), spacing=0))
        self.hide()

    def show_screen(self, screen: Screen) -> None:
        """Draw the line."""
        view = screen.sending
        stop = view is not None and view.stop
        self.setVisible(view is not None and (screen.page in _BETWEEN or (stop and screen.page is Page.CASE)))
        if view is not None:
            for part in (self._warning, self._alarm):
                mark(part, tone="danger" if stop else "warning")
            self._text.setText(self.words(view))
            self._alarm.setText(self.alarm(view))
            self._warning.setVisible(bool(view.refused or view.alarm))

    def alarm(self, view: SendingView) -> str:
        """Why central refuses, and what else must be known of it; "" = nothing."""
        refused = self.tr("Sending failed: %1").replace("%1", self._why(view)) if view.refused else ""
        lost = self.tr("%1. Tell the supervisor.") if view.alarm else ""
        return "\n".join(filter(None, (refused, lost.replace("%1", sentence(view.alarm)))))

    def words(self, view: SendingView) -> str:
        """The muted line; "" before the first round."""
        if not view.at:
            return ""
        said = self.tr("Nothing was sent to central yet.")
        if view.last:
            said = self.tr("Last sent to central at %1.").replace("%1", _moment(view.last, view.at))
        parts = [said]
        if view.waiting:
            parts.append(self.tr("Sealed files waiting: %1.").replace("%1", str(view.waiting)))
        if view.since and not view.refused:
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
        return sentence(view.refused)
