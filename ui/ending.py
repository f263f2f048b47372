"""How the window comes to its end: asked first during a call, politely, or with a report after a fault."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog, QWidget

from app.errors import FangxinError
from app.interview.screen import Page, Screen
from ui.bridge import Bridge
from ui.desk_thread import IN_CALL
from ui.dialogs import Crash, LeavingCall, LeavingOutcome, WorldFault


class Ending(QObject):
    """The window's last minute. exit_code: 0, 1 or 2, as for the command line."""

    begun = Signal()
    """The desk is being asked to end: a call is hung up and its recording sealed."""
    over = Signal()
    """Nothing is left to wait for: the window may go."""

    def __init__(self, window: QWidget, bridge: Bridge, log: Path) -> None:
        super().__init__(window)
        self.unattended = False
        """Nobody is there to read a dialog (a window without a screen): end at once."""
        self._window, self._bridge, self._log = window, bridge, log
        self.exit_code = 0
        self.leaving = self.done = False
        self.dialog: QDialog | None = None
        bridge.refused.connect(self._refused)
        bridge.crashed.connect(self.show_crash)
        bridge.stopped.connect(self._stopped)

    def wish(self, screen: Screen | None) -> None:
        """The window was asked to close while it shows `screen`."""
        if self.leaving or self.dialog is not None:
            return
        if screen is not None and screen.line in IN_CALL:
            self._ask(LeavingCall(self._window))
        elif screen is not None and screen.page is Page.OUTCOME and not screen.correcting:
            self._ask(LeavingOutcome(self._window))
        else:
            self.leave()

    def leave(self) -> None:
        """End now, politely and without a question."""
        if not self.leaving:
            self.leaving = True
            self.begun.emit()
            self._bridge.finish()

    def show_crash(self, error: BaseException) -> None:
        """A fault of ours, on whatever thread: let go of the respondent, show the report. The first one counts."""
        if self.exit_code == 0:
            self.exit_code = 1
            self._bridge.finish()
            self._last_word(Crash(self._window, error, self._log))

    def _refused(self, error: FangxinError) -> None:
        self.exit_code = error.exit_code
        self._last_word(WorldFault(self._window, error))

    def _ask(self, question: QDialog) -> None:
        self.dialog = question
        question.finished.connect(self._asked)
        question.open()

    def _asked(self, answer: int) -> None:
        self.dialog = None
        if answer == QDialog.DialogCode.Accepted:
            self.leave()

    def _last_word(self, dialog: QDialog) -> None:
        if self.dialog is not None:
            self.dialog.finished.disconnect()
            self.dialog.close()
        self.dialog = dialog
        dialog.finished.connect(self._end)
        if self.unattended:
            self._end()
        else:
            dialog.open()

    def _stopped(self) -> None:
        if self.dialog is None or not self.exit_code:
            self._end()

    def _end(self) -> None:
        self.dialog = None
        self.done = True
        self.over.emit()
