"""Between the window and the desk: the window hears the desk's thread by queued signals only, and never waits for it.

Slow work of any other kind goes through Bridge.run(), one way for all of it.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from app.errors import FangxinError
from app.interview.screen import Screen
from ui.desk_thread import DeskLike, DeskThread, Verb


class Bridge(QObject):
    """The one place where threads meet Qt. Every signal is heard on the thread that made the bridge, in order."""

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
    _called = Signal(object)

    def __init__(self, make_desk: Callable[[], DeskLike], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = DeskThread(make_desk, _Megaphone(self))
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="bridge")
        self._called.connect(self._call)

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
        self._pool.shutdown(wait=True)

    def here(self, function: Callable[..., object]) -> Callable[..., None]:
        """A stand-in for `function` that any thread may call; the work is done on the bridge's thread, in order."""
        return lambda *args: self._called.emit(partial(function, *args))

    def run(
        self, work: Callable[[], Any], done: Callable[[Any], None], failed: Callable[[BaseException], None]
    ) -> None:
        """Do slow work elsewhere, then done(result) or failed(error) here."""

        def deliver(future: Future[Any]) -> None:
            error = future.exception()
            failed(error) if error is not None else done(future.result())

        self._pool.submit(work).add_done_callback(self.here(deliver))

    @Slot(object)
    def _call(self, work: Callable[[], None]) -> None:
        work()  # a bound method of a QObject, so that Qt queues it to this object's thread


class _Megaphone:
    """Turns what the desk's thread says into the bridge's signals."""

    def __init__(self, bridge: Bridge) -> None:
        self.screen: Callable[[Screen], None] = bridge.screen_changed.emit
        self.settled: Callable[[int], None] = bridge.settled.emit
        self.refused: Callable[[FangxinError], None] = bridge.refused.emit
        self.crashed: Callable[[Exception], None] = bridge.crashed.emit
        self.stopped: Callable[[], None] = bridge.stopped.emit
