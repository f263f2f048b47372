"""The thread that has everything sent in the background. It waits for its time and for a round's process; it touches neither desk nor
window, which hear of it through `tell`."""

import threading
from collections.abc import Callable
from typing import Protocol

from app.clock import Clock
from app.interview.screen import Page, Screen, SendingView
from app.sync.rhythm import Rhythm
from app.sync.round_process import Told
from ui.desk_thread import IN_CALL


class Rounds(Protocol):
    """What does the sending: app.sync.round_process.RoundProcess, or a stand-in."""

    def run(self, who: str, *, counts: bool = False) -> Told:
        """One round, or only the quota counts, on the sender's thread; blocks."""

    def stop(self) -> None:
        """End the running round, from any thread."""


class Sender:
    """start() once, heard() for every screen, stop() at the end. tell: hears how the sending stands, on the sender's thread."""

    def __init__(
        self, rhythm: Rhythm, rounds: Rounds, clock: Clock, tell: Callable[[SendingView], None]
    ) -> None:
        self._rhythm, self._rounds, self._clock, self._tell = rhythm, rounds, clock, tell
        self._news, self._over = threading.Condition(), threading.Event()
        self._page, self._who, self._scarce = Page.SIGN_IN, "", False
        self._thread = threading.Thread(target=self._serve, name="sender", daemon=True)

    def start(self) -> None:
        """Begin to wait for the first round."""
        self._thread.start()

    def heard(self, screen: Screen) -> None:
        """What the desk shows now: whether somebody is on the line, who works here, whether a case was closed."""
        with self._news:
            left = self._page is not screen.page and (
                self._page is Page.OUTCOME or screen.page is Page.SIGN_IN
            )
            self._page, self._who = screen.page, screen.interviewer
            self._rhythm.on_line(screen.line in IN_CALL)
            if screen.scarce and not self._scarce:
                self._rhythm.scarce(self._clock.mono())
            self._scarce = screen.scarce
            if left:
                self._rhythm.closed(self._clock.mono())
            self._news.notify()

    def stop(self) -> None:
        """End; a round that is on is cut off and goes on next time."""
        with self._news:
            self._over.set()
            self._news.notify()
        self._rounds.stop()
        if self._thread.is_alive():
            self._thread.join()

    def _serve(self) -> None:
        while True:
            with self._news:
                while wait := 0 if self._over.is_set() else self._rhythm.wait(self._clock.mono()):
                    self._news.wait(wait / 1000)
                who, counts = self._who, self._rhythm.counts_only(self._clock.mono())
            if self._over.is_set():
                return
            told = self._rounds.run(who, counts=counts)
            if counts:
                with self._news:
                    self._rhythm.counted()
                continue
            with self._news:
                view = self._noted(told)
            if self._over.is_set():  # it was cut off: what it says of itself is not worth telling
                return
            self._tell(view)

    def _noted(self, told: Told) -> SendingView:
        now, wall = self._clock.mono(), self._clock.wall()
        if told.fault:
            waiting = told.waiting if told.waiting >= 0 else self._rhythm.view.waiting
            refused = "" if told.away else told.fault
            self._rhythm.failed(now, wall, waiting=waiting, refused=refused, word=told.word)
        else:
            self._rhythm.sent(now, wall, told.waiting)
        return self._rhythm.view
