"""The team lead's window on its own, and as a window above the desk's."""

import sys

from PySide6.QtWidgets import QApplication

from app.clock import Clock, SystemClock
from app.progress import Room
from ui.errands import Errands
from ui.language import Language
from ui.lead.window import LeadWindow
from ui.theme import Theme


def show(room: Room, language: str) -> int:
    """Run the window until it is closed; returns the exit code."""
    app = QApplication([sys.argv[0] if sys.argv else "fangxin"])
    app.setApplicationName("fangxin")
    errands = Errands()
    window = open_lead(room, errands, SystemClock(), Language(language), Theme(app))
    app.exec()
    window.close()
    errands.stop()
    return 0


def open_lead(room: Room, errands: Errands, clock: Clock, language: Language, theme: Theme) -> LeadWindow:
    """The window, shown and at its first look."""
    window = LeadWindow(room, errands, clock, language, theme)
    window.showMaximized()
    window.look()
    return window
