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
from PySide6.QtWidgets import QApplication

from app import log
from app.clock import SystemClock
from app.errors import FangxinError
from app.interview.screen import SendingView
from app.sync.rhythm import Rhythm
from ui.bridge import Bridge
from ui.desk_thread import DeskLike
from ui.dialogs import WorldFault
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
    rounds: Rounds | None = None,
    every: int = 0,
) -> int:
    """Run the window until it is closed. Returns the exit code; faults of the world are shown and said on stderr. rounds,
    every: see ui.start."""
    qInstallMessageHandler(_heard)
    app = QApplication([sys.argv[0] if sys.argv else "fangxin"])
    app.setApplicationName("fangxin")
    tongue, theme = Language(language), Theme(app)
    unattended = app.platformName() in _SCREENLESS
    try:
        path = log.start(data_dir)
        log.catch_crashes(data_dir, None)
    except FangxinError as error:
        say(error)
        if not unattended:
            WorldFault(None, error).exec()
        return error.exit_code
    bridge = Bridge(make_desk)
    window = DeskWindow(bridge, clock=SystemClock(), language=tongue, theme=theme, log=path)
    window.ending.unattended = unattended
    window.expect(rehearsal=rehearsal)
    bridge.refused.connect(say)
    _catch(window, bridge)
    beat = _leave_on_signals(window)
    window.showMaximized()
    bridge.start()
    stop_sending = _send(rounds, every, bridge)
    app.exec()
    beat.stop()
    stop_sending()
    bridge.stop()
    qInstallMessageHandler(None)
    return window.ending.exit_code


def _send(rounds: Rounds | None, minutes: int, bridge: Bridge) -> Callable[[], None]:
    """Begin to send in the background: that hears the desk's screens, and the desk hears how it stands. Returns what ends it."""
    if rounds is None:
        return lambda: None
    clock = SystemClock()
    rhythm = Rhythm(minutes * 60_000, clock.mono(), SystemRandom().random)

    def told(view: SendingView) -> None:
        bridge.tell(lambda desk: desk.sending(view))

    sender = Sender(rhythm, rounds, clock, bridge.here(told))
    bridge.screen_changed.connect(sender.heard)
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


def say(error: FangxinError) -> None:
    """One plain sentence on stderr, where there is one (a windowed program on Windows has none)."""
    if sys.stderr is not None:
        sys.stderr.write(f"{error}\n")


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
