"""The strip on top: study and interviewer; line, recording lamp, time; today's figures. It shows, and switches nothing."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.interview.screen import LineView, Page, RecordingView, Screen
from ui.labels import clock_word, heard_word, line_word, recording_word
from ui.layout import framed, label, row
from ui.panels.device import DeviceChip
from ui.theme import mark

_LINE_TONE = {
    LineView.TALKING: "fine",
    LineView.TROUBLE: "danger",
    LineView.ENDED: "quiet",
    LineView.IDLE: "quiet",
}
_LAMP_TONE = {
    RecordingView.ON: "on",
    RecordingView.TROUBLE: "danger",
    RecordingView.CLOSED: "fine",
    RecordingView.OFF: "quiet",
}
_LAMP = {RecordingView.ON: "●", RecordingView.TROUBLE: "▲", RecordingView.CLOSED: "✓", RecordingView.OFF: "○"}

_NARROW = 880
"""px below which today's figures give way to the line and the recording."""


class _Title(QLabel):
    """A title that ends in … where there is no room for it."""

    def __init__(self) -> None:
        super().__init__()
        self._full = ""
        self.setProperty("role", "study")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def say(self, text: str) -> None:
        """Set the title."""
        self._full = text
        self.setAccessibleName(text)
        self.setToolTip(text)
        self._cut()

    def resizeEvent(self, event: QResizeEvent, /) -> None:
        """As much of it as fits."""
        super().resizeEvent(event)
        self._cut()

    def _cut(self) -> None:
        self.setText(self.fontMetrics().elidedText(self._full, Qt.TextElideMode.ElideRight, self.width()))


class StatusPanel(QWidget):
    """What is true besides the page."""

    def __init__(self) -> None:
        super().__init__()
        self._study, self._interviewer = _Title(), label("muted")
        self._line, self._lamp = label("chip", centre=True), label("lamp", centre=True)
        self._device = DeviceChip()
        self._elapsed, self._counts = label("elapsed", centre=True), label("muted")
        strip = row(
            self._study,
            self._interviewer,
            self._counts,
            self._device,
            self._line,
            self._lamp,
            self._elapsed,
            spacing=14,
        )
        strip.setStretch(0, 1)
        self.setLayout(row(framed(strip, "strip")))

    def show_screen(self, screen: Screen) -> None:
        """Draw the strip."""
        self._study.say(screen.study)
        self._interviewer.setText(screen.interviewer)
        self._interviewer.setAccessibleName(self.tr("Interviewer: {name}").format(name=screen.interviewer))
        hint = screen.heard if screen.line is LineView.TALKING else None
        self._line.setText(heard_word(hint) if hint else line_word(screen.line))
        self._line.setAccessibleName(self.tr("Line: {state}").format(state=self._line.text()))
        mark(self._line, tone="busy" if hint else _LINE_TONE.get(screen.line, "busy"))
        self._lamp.setText(f"{_LAMP[screen.recording]} {recording_word(screen.recording)}")
        self._lamp.setAccessibleName(recording_word(screen.recording))
        mark(self._lamp, tone=_LAMP_TONE[screen.recording])
        self._device.show_screen(screen)
        self._elapsed.setText(clock_word(screen.elapsed))
        self._elapsed.setAccessibleName(self.tr("Time of the call {time}").format(time=self._elapsed.text()))
        self._counts.setText(
            self.tr("Today: {dials} dialled, {completes} completed").format(
                dials=screen.counts.dials, completes=screen.counts.completes
            )
        )
        self._counts.setVisible(self.width() >= _NARROW)
        self._elapsed.setVisible(screen.line is not LineView.IDLE)
        self.setVisible(screen.page is not Page.SIGN_IN)

    def resizeEvent(self, event: QResizeEvent, /) -> None:
        """Line, lamp and time stay; the figures go first."""
        super().resizeEvent(event)
        self._counts.setVisible(self.width() >= _NARROW)
        self._device.fit(few=self.width() < _NARROW)
