"""The Qt application around one desk window: look, language, log, faults."""

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from random import SystemRandom
from types import TracebackType

import structlog
from PySide6.QtCore import QMessageLogContext, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QMainWindow

from app import log
from app.clock import SystemClock
from app.errors import FangxinError
from app.interview.screen import SendingView
from app.sentences import said, system_language
from app.settings import Settings
from app.sync.rhythm import Rhythm
from ui.bridge import Bridge
from ui.desk_thread import DeskLike
from ui.dialogs import WorldFault
from ui.errands import Errands
from ui.language import Language
from ui.sending import Rounds, Sender
from ui.surroundings import start_fault
from ui.theme import Theme
from ui.window import DeskWindow

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
}
_BEAT = 300
_SCREENLESS = ("offscreen", "minimal", "vnc")


def show(
    make_desk: Callable[[], DeskLike],
    *,
    data_dir: Path,
    language: str,
    rehearsal: bool,
    settings: Settings | None,
    rounds: Rounds | None = None,
    every: int = 0,
) -> int:
    """Run the window until it is closed. Returns the exit code; faults are shown and said on stderr. rounds, every: see ui.start."""
    qInstallMessageHandler(_heard)
    app = QApplication([sys.argv[0] if sys.argv else "fangxin"])
    app.setApplicationName("fangxin")
    tongue, theme = Language(language), Theme(app)
    unattended = app.platformName() in _SCREENLESS
    try:
        path = log.start(data_dir)
        log.catch_crashes(data_dir, None)
    except FangxinError as error:
        say(error, language)
        if not unattended:
            WorldFault(None, error).exec()
        return error.exit_code
    bridge = Bridge(make_desk)
    window = DeskWindow(bridge, clock=SystemClock(), language=tongue, theme=theme, log=path)
    window.ending.unattended = unattended
    window.expect(rehearsal=rehearsal)
    bridge.refused.connect(lambda error: say(error, language))
    door = LeadDoor(window, bridge, settings, tongue, theme)
    _catch(window, bridge)
    beat = _leave_on_signals(window)
    window.showMaximized()
    bridge.start()
    stop_sending = _send(rounds, every, bridge)
    app.exec()
    for stop in (beat.stop, stop_sending, door.close, bridge.stop):
        stop()
    qInstallMessageHandler(None)
    return window.ending.exit_code


class LeadDoor:
    """Opens the team lead's window above the desk's, once at a time; afterwards the desk's is as large and speaks as before."""

    def __init__(
        self,
        window: DeskWindow,
        errands: Errands,
        settings: Settings | None,
        language: Language,
        theme: Theme,
    ) -> None:
        self._window, self._errands, self._settings = window, errands, settings or Settings()
        self._language, self._theme = language, theme
        self.lead: QMainWindow | None = None
        window.lead_wanted.connect(self.open)

    def open(self) -> None:
        """F12 was pressed by a team lead who has signed in."""
        # Only now: the desk opens every morning, and few desks ever need what the reports are made with.
        from ui.lead.application import open_lead
        from ui.lead.room import room_of

        if self.lead is None:
            room = room_of(self._settings, None, None, None)
            self.lead = lead = open_lead(room, self._errands, SystemClock(), self._language, self._theme)
            lead.closed.connect(self._closed)

    def close(self) -> None:
        """The program ends: a look that is on must not hold it up."""
        if self.lead is not None:
            self.lead.close()

    def _closed(self) -> None:
        if self.lead is not None:
            self.lead.deleteLater()
            self.lead = None
        self._theme.fit(self._window.width(), self._window.height())
        self._window.draw_words()


def _send(rounds: Rounds | None, minutes: int, bridge: Bridge) -> Callable[[], None]:
    """Begin to send in the background: that hears the desk's screens, and the desk hears how it stands. Returns what ends it."""
    if rounds is None:
        return lambda: None
    clock = SystemClock()
    rhythm = Rhythm(minutes * 60_000, clock.mono(), SystemRandom().random)

    def told(view: SendingView) -> None:
        bridge.tell(lambda desk: desk.sending(view))

    sender = Sender(rhythm, rounds, clock, bridge.here(told))
    # Not the method itself (see Bridge): the sender is no QObject, and a screen may still be queued when it goes. The lambda keeps it
    # for as long as the bridge speaks.
    bridge.screen_changed.connect(lambda screen: sender.heard(screen))
    sender.start()
    return sender.stop


def _leave_on_signals(window: DeskWindow) -> QTimer:
    """Ctrl+C in the terminal, or the end of the session: the call is ended properly, nothing is asked."""
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda _number, _frame: window.ending.leave())
    beat = QTimer(window)
    beat.timeout.connect(lambda: None)  # Python hears a signal only when Python runs
    beat.start(_BEAT)
    return beat


def say(error: FangxinError, language: str = "") -> None:
    """One plain sentence on stderr, where there is one (a windowed program on Windows has none). language: "" = as the system."""
    if sys.stderr is not None:
        sys.stderr.write(f"{said(error, language or system_language())}\n")


def _heard(kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
    """Qt's messages go to the log; when Qt gives up, a sentence instead of an abort."""
    if kind is QtMsgType.QtFatalMsg:
        error = start_fault(message)
        say(error)
        os._exit(error.exit_code)
    structlog.get_logger("qt").log(_LEVELS.get(kind, logging.ERROR), "qt", message=message)


def _catch(window: DeskWindow, bridge: Bridge) -> None:
    """An unexpected error on any thread: logged as app.log has it, then the crash dialog."""
    logged = sys.excepthook
    shown = bridge.here(window.ending.show_crash)

    def crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        logged(kind, error, trace)
        if isinstance(error, Exception):
            shown(error)

    def thread_crashed(what: threading.ExceptHookArgs) -> None:
        if what.exc_value is not None:
            crashed(what.exc_type, what.exc_value, what.exc_traceback)

    sys.excepthook = crashed
    threading.excepthook = thread_crashed
    bridge.crashed.connect(lambda error: logged(type(error), error, error.__traceback__))
