"""Between the window and the desk: the desk lives on a plain Python thread of its own, the window hears it by queued signals only.

Verbs go in through a queue; after each verb and every 30 ms the desk's screen goes out if it has changed. Nothing here waits on
the window's thread, so a slow disk or a long fsync never stops the painting.
"""

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from PySide6.QtCore import QObject, Signal, Slot

from app.errors import FangxinError
from app.interview.screen import LineView, Screen

TICK = 0.03
"""Seconds between two ticks of the desk at most."""
FAREWELL = 6.0
"""Seconds the line gets to end when the window closes during a call (a driver owes its end in 5 s)."""

IN_CALL = (LineView.DIALING, LineView.RINGING, LineView.TALKING)


class DeskLike(Protocol):
    """What the window needs of app.desk.Desk. Every method is called on the desk's own thread."""

    @property
    def screen(self) -> Screen:
        """What is visible now."""

    def sign_in(self, name: str) -> None: ...
    def sign_out(self) -> None: ...
    def next_case(self) -> None: ...
    def dial(self) -> None: ...
    def answer(self, value: str) -> None: ...
    def back(self) -> None: ...
    def hang_up(self) -> None: ...
    def note(self, text: str) -> None: ...
    def switch_language(self, iso: str) -> None: ...
    def choose_outcome(self, key: str, note: str = "") -> None: ...
    def tick(self) -> None: ...
    def close(self) -> None: ...


Verb = Callable[[DeskLike], None]


class Ears(Protocol):
    """Who hears the desk's thread; all methods are called on that thread."""

    def screen(self, screen: Screen) -> None: ...
    def settled(self, number: int) -> None: ...
    def refused(self, error: FangxinError) -> None: ...
    def crashed(self, error: Exception) -> None: ...
    def stopped(self) -> None: ...


@dataclass(frozen=True, slots=True)
class _Job:
    number: int
    verb: Verb
    seen: Screen | None


def same_place(one: Screen, other: Screen) -> bool:
    """Whether two screens show the same page, case and question: what was pressed on one is meant for the other."""

    def place(screen: Screen) -> tuple[object, ...]:
        return screen.page, screen.case and screen.case.case, screen.question and screen.question.name

    return place(one) == place(other)


class DeskThread:
    """Runs one desk. A verb pressed on a screen that is no longer true is dropped, never applied to another question."""

    def __init__(self, make_desk: Callable[[], DeskLike], ears: Ears) -> None:
        self._make_desk, self._ears = make_desk, ears
        self._jobs: queue.Queue[_Job | None] = queue.Queue()
        self._number = 0
        self._thread = threading.Thread(target=self._run, name="desk")

    def start(self) -> None:
        """Build the desk on its thread and serve it."""
        self._thread.start()

    def tell(self, verb: Verb, seen: Screen | None = None) -> int:
        """Queue a verb; returns the number that settled() will carry. seen: the screen it was pressed on (None = any)."""
        self._number += 1
        self._jobs.put(_Job(self._number, verb, seen))
        return self._number

    def finish(self) -> None:
        """Hang up, let the call end properly, close the desk. Returns at once; stopped() follows."""
        self._jobs.put(None)

    def join(self) -> None:
        """Wait for the thread's end."""
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        try:
            desk = self._make_desk()
        except FangxinError as error:
            self._ears.refused(error)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a bug and gets the crash dialog
            self._ears.crashed(error)
        else:
            self._serve_until_the_end(desk)
        self._ears.stopped()

    def _serve_until_the_end(self, desk: DeskLike) -> None:
        patience = FAREWELL
        try:
            self._serve(desk)
        except Exception as error:  # noqa: BLE001 - as above; the respondent must still be let go
            self._ears.crashed(error)
            patience = 0.0
        try:
            self._part(desk, patience)
        except Exception as error:  # noqa: BLE001 - as above
            if patience:
                self._ears.crashed(error)

    def _serve(self, desk: DeskLike) -> None:
        shown: Screen | None = None
        while True:
            try:
                job = self._jobs.get(timeout=TICK)
            except queue.Empty:
                job = _Job(0, DeskLike.tick, None)
            if job is None:
                return
            if job.seen is None or same_place(job.seen, desk.screen):
                job.verb(desk)
            if job.number:
                desk.tick()
            shown = self._show(desk, shown)
            if job.number:
                self._ears.settled(job.number)

    def _show(self, desk: DeskLike, shown: Screen | None) -> Screen:
        screen = desk.screen
        if screen is not shown and screen != shown:
            self._ears.screen(screen)
        return screen

    def _part(self, desk: DeskLike, patience: float) -> None:
        try:
            desk.hang_up()
            until = time.monotonic() + patience
            while desk.screen.line in IN_CALL and time.monotonic() < until:
                desk.tick()
                time.sleep(TICK)
        finally:
            desk.close()


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
