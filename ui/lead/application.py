"""The team lead's window on its own, and as a window above the desk's."""

import sys
from pathlib import Path
from types import TracebackType

from PySide6.QtWidgets import QApplication

from app import log
from app.clock import Clock, SystemClock
from ui.dialogs import Crash
from ui.errands import Errands
from ui.language import Language
from ui.lead.room import Room
from ui.lead.window import LeadWindow
from ui.theme import Theme


def show(room: Room, language: str, data_dir: Path) -> int:
    """Run the window until it is closed; returns the exit code. data_dir: where the log is kept."""
    app = QApplication([sys.argv[0] if sys.argv else "fangxin"])
    app.setApplicationName("fangxin")
    errands = Errands()
    window = open_lead(room, errands, SystemClock(), Language(language), Theme(app))
    path = log.start(data_dir)
    log.catch_crashes(data_dir, None)
    _catch(window, path)
    app.exec()
    window.close()
    errands.stop()
    return 0


def _catch(window: LeadWindow, path: Path) -> None:
    """A fault of ours: logged, and shown with a report that can be copied."""
    logged = sys.excepthook

    def crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        logged(kind, error, trace)
        Crash(window, error, path).exec()

    sys.excepthook = crashed


def open_lead(room: Room, errands: Errands, clock: Clock, language: Language, theme: Theme) -> LeadWindow:
    """The window, shown and at its first look."""
    window = LeadWindow(room, errands, clock, language, theme)
    window.showMaximized()
    window.look()
    return window
