"""The desk's own thread, without Qt: verbs in through a queue; screens out whenever they have changed.

SQLite connections, locks and the journal belong to the thread that opened them, so the desk is built, served and closed here.
"""

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from app.errors import FangxinError
from app.interview.screen import LineView, Screen, SendingView

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

    def sign_in(self, name: str) -> None:
        """Begin a shift."""

    def sign_out(self) -> None:
        """End the shift."""

    def next_case(self) -> None:
        """Take the best next case."""

    def called_back(self, number: str) -> None:
        """A resident has called the centre: take his case."""

    def correct(self) -> None:
        """Back to the outcome of the last call, to put it right."""

    def dial(self) -> None:
        """Dial the case in hand."""

    def answer(self, value: str) -> None:
        """The current question's answer; "" for a note that was read."""

    def confirm(self, reason: str = "") -> None:
        """What the screen's query asks is meant."""

    def dismiss(self) -> None:
        """It is not meant; the list of places is not wanted."""

    def probe(self) -> None:
        """The next neutral probe."""

    def vague(self) -> None:
        """A vague word was said."""

    def look_back(self) -> None:
        """Show what was answered."""

    def jump(self, name: str) -> None:
        """To an answered question, or another one of the same screen."""

    def remove(self) -> None:
        """Take the instance of a repeat at hand away."""

    def back(self) -> None:
        """One question back."""

    def hang_up(self) -> None:
        """End the call."""

    def mark_answered(self) -> None:
        """Somebody took the call: for a line that cannot tell."""

    def pause(self) -> None:
        """Dial no further case by itself, or go on doing so."""

    def mute(self) -> None:
        """The respondent does not hear the interviewer, or hears him again."""

    def confirm_heard(self, key: str) -> None:
        """The outcome proposed for what the line says is right."""

    def play_clip(self) -> None:
        """Hear again what the line said."""

    def note(self, text: str) -> None:
        """A remark."""

    def switch_language(self, iso: str) -> None:
        """Go on in another interview language."""

    def choose_outcome(self, key: str, note: str = "") -> None:
        """Close the case in hand."""

    def sending(self, view: SendingView) -> None:
        """How the sending in the background stands."""

    def tick(self) -> None:
        """Take in what line and clock have brought."""

    def close(self) -> None:
        """Let go of everything."""


Verb = Callable[[DeskLike], None]


class Ears(Protocol):
    """Who hears the desk's thread; all methods are called on that thread."""

    def screen(self, screen: Screen) -> None:
        """The desk shows something new."""

    def settled(self, number: int) -> None:
        """A verb is done; its screen came before."""

    def refused(self, error: FangxinError) -> None:
        """The desk could not be set up: a fault of the world."""

    def crashed(self, error: Exception) -> None:
        """A fault of ours; the desk is being closed."""

    def stopped(self) -> None:
        """The thread is at its end."""


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
                job = _Job(0, lambda idle: idle.tick(), None)
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
