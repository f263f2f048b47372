"""The few windows above the window: leaving during a call, a fault of the world at the start, a fault of ours."""

import platform
import traceback
from collections.abc import Callable
from pathlib import Path

import PySide6
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QLabel, QPlainTextEdit, QPushButton, QWidget

from app import __version__
from app.errors import FangxinError
from app.log import mask
from ui.labels import error_word
from ui.layout import column, label, row


class Question(QDialog):
    """A heading, a sentence and two ways out. The safe one has the focus: Enter and Escape both choose it."""

    def __init__(self, parent: QWidget | None, heading: str, text: str, *, stay: str, leave: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(heading)
        self.setModal(True)
        head, body = label("heading", wrap=True), label("", wrap=True)
        head.setText(heading)
        body.setText(text)
        self.stay = _button(stay, "primary", self.reject)
        self.leave = _button(leave, "danger", self.accept)
        self.stay.setDefault(True)
        self.setLayout(column(head, body, 8, row(None, self.leave, self.stay, spacing=12), margin=24, spacing=10))
        self.setMinimumWidth(460)
        self.stay.setFocus()


class Fault(QDialog):
    """Something the user should read, with a report that can be copied. crash: it is a fault of ours."""

    def __init__(self, parent: QWidget | None, heading: str, text: str, report: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(heading)
        head, body = label("heading", wrap=True), label("", wrap=True)
        head.setText(heading)
        body.setText(text)
        body.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.report = QPlainTextEdit(report)
        self.report.setReadOnly(True)
        self.report.setTabChangesFocus(True)
        self.report.setProperty("role", "report")
        self.report.setAccessibleName(self.tr("Report"))
        self.report.setVisible(bool(report))
        self.copy = _button(self.tr("Copy report"), "plain", self._copy)
        self.copy.setVisible(bool(report))
        self.close_button = _button(self.tr("Close"), "primary", self.accept)
        self.close_button.setDefault(True)
        buttons = row(self.copy, None, self.close_button, spacing=12)
        self.setLayout(column(head, body, self.report, buttons, margin=24, spacing=10))
        self.setMinimumWidth(560)
        self.close_button.setFocus()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.report.toPlainText())
        self.copy.setText(self.tr("Copied"))


def leaving_call(parent: QWidget) -> Question:
    """The window is to close while somebody is on the line."""
    return Question(
        parent,
        _tr("A call is on"),
        _tr("If you close the window now, the call is ended, its recording sealed and what was entered kept. Say good-bye first."),
        stay=_tr("Go on with the call"),
        leave=_tr("End the call and close"),
    )


def leaving_outcome(parent: QWidget) -> Question:
    """The window is to close before the outcome of the last call is on record."""
    return Question(
        parent,
        _tr("The last call has no outcome yet"),
        _tr("Enter its outcome first: otherwise the call is recorded as interrupted."),
        stay=_tr("Enter the outcome"),
        leave=_tr("Close all the same"),
    )


def world_fault(parent: QWidget | None, error: FangxinError) -> Fault:
    """The desk could not be set up; the world's fault, worded for a person."""
    return Fault(parent, error_word(error), str(error), "")


def crash(parent: QWidget | None, error: BaseException, log: Path) -> Fault:
    """A fault of ours: what to do, where the log lies, and a report without personal data."""
    return Fault(
        parent,
        _tr("Fangxin has met a fault of its own"),
        _tr("The call is being ended. Everything acknowledged is saved. Copy the report, send it to IT and start again.\nLog: {log}").format(
            log=log
        ),
        crash_report(error),
    )


def crash_report(error: BaseException) -> str:
    """Versions and traceback; anything that looks like a telephone number is masked."""
    trace = "".join(traceback.format_exception(error))
    head = f"Fangxin {__version__} · PySide6 {PySide6.__version__} · Python {platform.python_version()} · {platform.platform()}"
    return f"{head}\n\n{mask(trace)}"


def _button(text: str, role: str, clicked: Callable[[], object]) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("role", role)
    button.setAccessibleName(text)
    button.clicked.connect(clicked)
    return button


def _tr(source: str) -> str:
    return QCoreApplication.translate("Dialogs", source)
