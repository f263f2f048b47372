"""The few windows above the window: leaving during a call, a fault of the world at the start, a fault of ours."""

import platform
from collections.abc import Callable
from pathlib import Path

import PySide6
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QPushButton, QWidget

from app import __version__
from app.crash import trace_of
from app.errors import FangxinError
from app.log import mask
from ui.labels import error_word, sentence
from ui.layout import column, label, row


class Question(QDialog):
    """A heading, a sentence and two ways out. The safe one has the focus: Enter and Escape both choose it."""

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setModal(True)
        self._head, self._body = label("heading", wrap=True), label("", wrap=True)
        self.stay = _button("primary", self.reject)
        self.leave = _button("danger", self.accept)
        self.stay.setDefault(True)
        ways = row(None, self.leave, self.stay, spacing=12)
        self.setLayout(column(self._head, self._body, 8, ways, margin=24, spacing=10))
        # The sentence's, not the window's: a window with a minimum of its own may grow narrower than its buttons.
        self._body.setMinimumWidth(432)
        self.stay.setFocus()

    def say(self, heading: str, text: str, *, stay: str, leave: str) -> None:
        """Set the words."""
        self.setWindowTitle(heading)
        self._head.setText(heading)
        self._body.setText(text)
        for button, word in ((self.stay, stay), (self.leave, leave)):
            button.setText(word)
            button.setAccessibleName(word)


class LeavingCall(Question):
    """The window is to close while somebody is on the line."""

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.say(
            self.tr("A call is on"),
            self.tr(
                "Closing the window ends the call and seals its recording; what was entered is kept. Say good-bye first."
            ),
            stay=self.tr("Go on with the call"),
            leave=self.tr("End the call and close"),
        )


class LeavingOutcome(Question):
    """The window is to close before the outcome of the last call is on record."""

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.say(
            self.tr("The last call has no outcome yet"),
            self.tr("Enter its outcome first; otherwise the call goes on record as interrupted."),
            stay=self.tr("Enter the outcome"),
            leave=self.tr("Close all the same"),
        )


class Fault(QDialog):
    """Something the user should read, with a report that can be copied ("" = none)."""

    def __init__(self, parent: QWidget | None, report: str = "") -> None:
        super().__init__(parent)
        self._head, self._body = label("heading", wrap=True), label("", wrap=True)
        self._body.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.report = QPlainTextEdit(report)
        self.report.setReadOnly(True)
        self.report.setTabChangesFocus(True)
        self.report.setProperty("role", "report")
        self.report.setAccessibleName(self.tr("Report"))
        self.report.setVisible(bool(report))
        self.copy = _button("plain", self._copy)
        self.copy.setText(self.tr("Copy report"))
        self.copy.setVisible(bool(report))
        self.close_button = _button("primary", self.accept)
        self.close_button.setText(self.tr("Close"))
        self.close_button.setDefault(True)
        buttons = row(self.copy, None, self.close_button, spacing=12)
        lines = column(self._head, self._body, self.report, buttons, margin=24, spacing=10)
        lines.setStretch(2, 1)  # what room there is belongs to the report, not around the heading
        self.setLayout(lines)
        self.setMinimumWidth(600)
        self.close_button.setFocus()

    def say(self, heading: str, text: str) -> None:
        """Set the words."""
        self.setWindowTitle(heading)
        self._head.setText(heading)
        self._body.setText(text)

    def showEvent(self, event: QShowEvent, /) -> None:
        """As high as its sentence is at this width: Qt reckons with other lines, and there would be a gap, or buttons on the report."""
        super().showEvent(event)
        layout = self.layout()
        if layout is not None:
            self.resize(self.width(), layout.totalMinimumHeightForWidth(self.width()))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.report.toPlainText())
        self.copy.setText(self.tr("Copied"))


class WorldFault(Fault):
    """The desk could not be set up: the world's fault, shown as it is worded."""

    def __init__(self, parent: QWidget | None, error: FangxinError) -> None:
        super().__init__(parent)
        self.say(error_word(error), sentence(str(error)))


class Crash(Fault):
    """A fault of ours: what to do, where the log lies, and a report without personal data."""

    def __init__(self, parent: QWidget | None, error: BaseException, log: Path) -> None:
        super().__init__(parent, crash_report(error))
        text = self.tr(
            "A call that is on is being ended. Everything acknowledged is saved. Copy the report for IT, then start again."
        )
        self.say(
            self.tr("Fangxin has met a fault of its own"),
            text + "\n" + self.tr("Log: {path}").format(path=log),
        )


def crash_report(error: BaseException) -> str:
    """Versions, and where it happened: what the fault's own text quotes may be an answer, so it is left out."""
    head = f"Fangxin {__version__} · PySide6 {PySide6.__version__} · Python {platform.python_version()} · {platform.platform()}"
    return f"{head}\n\n{mask(trace_of(error))}"


def _button(role: str, clicked: Callable[[], object]) -> QPushButton:
    button = QPushButton()
    button.setProperty("role", role)
    button.clicked.connect(clicked)
    return button
