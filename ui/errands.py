"""Slow work for a window, done elsewhere: one way for all of it, so that no window ever waits."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot


class Errands(QObject):
    """The one place where threads meet Qt. What is handed back arrives on the thread that made this object, in order."""

    _called = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="errands")
        self._called.connect(self._call)

    def stop(self) -> None:
        """Wait for what is under way. For the very end: this one blocks."""
        self._pool.shutdown(wait=True)

    def here(self, function: Callable[..., object]) -> Callable[..., None]:
        """A stand-in for `function` that any thread may call; the work is done on this object's thread, in order."""
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
