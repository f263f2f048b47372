"""Between the window and the desk: the window hears the desk's thread by queued signals only, and never waits for it."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from app.errors import FangxinError
from app.interview.screen import Screen
from ui.desk_thread import DeskLike, DeskThread, Verb
from ui.errands import Errands


class Bridge(Errands):
    """Errands, and the desk's thread. Every signal is heard on the thread that made the bridge, in order. Connect a function or a method
    of a QObject: a method of anything else is called even when its object is gone by then, and the process dies (PySide 6.11)."""

    screen_changed = Signal(object)
    """Screen: what the desk shows now."""
    settled = Signal(int)
    """The number of a verb that is done; its screen, if any, came before."""
    refused = Signal(object)
    """FangxinError: the desk could not be set up; a fault of the world."""
    crashed = Signal(object)
    """Exception: a fault of ours; the desk is closed."""
    stopped = Signal()
    """The desk's thread has nothing left to do."""

    def __init__(self, make_desk: Callable[[], DeskLike], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = DeskThread(make_desk, _Megaphone(self))

    def start(self) -> None:
        """Set the desk going."""
        self._desk.start()

    def tell(self, verb: Verb, seen: Screen | None = None) -> int:
        """Queue a verb for the desk (DeskThread.tell)."""
        return self._desk.tell(verb, seen)

    def finish(self) -> None:
        """End politely; stopped follows."""
        self._desk.finish()

    def stop(self) -> None:
        """finish() and wait for it. For the very end: this one blocks."""
        self._desk.finish()
        self._desk.join()
        super().stop()


class _Megaphone:
    """Turns what the desk's thread says into the bridge's signals."""

    def __init__(self, bridge: Bridge) -> None:
        self.screen: Callable[[Screen], None] = bridge.screen_changed.emit
        self.settled: Callable[[int], None] = bridge.settled.emit
        self.refused: Callable[[FangxinError], None] = bridge.refused.emit
        self.crashed: Callable[[Exception], None] = bridge.crashed.emit
        self.stopped: Callable[[], None] = bridge.stopped.emit
