"""A call over a disk that is slow or stalls: the real line worker in its own process, the desk on its own thread as in the window, both on
a block device whose server takes its time. The window is the real one, without a screen: its thread must never wait for anything.
"""

import os
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QObject
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.clock import SystemClock
from app.evidence.journal import read
from app.evidence.recording import join, remains_of
from app.evidence.verify import verify
from app.interview.screen import Page, Screen
from hardware.base import RATE
from tests.desk_room import centre, talker
from tests.desk_talk import SAYS, drawn
from tests.faults.block import Block
from tests.faults.owed import Look
from tests.line.bench import PATIENCE
from tests.line.desk import RealRoom
from ui.bridge import Bridge
from ui.desk_thread import DeskLike, Verb
from ui.language import Language
from ui.theme import Theme
from ui.window import DeskWindow

LOOK = 5
"""ms after which the window is looked at again."""


class Window(QObject):
    """The desk's window in Qt's event loop, on this thread; until() lets it live. How late a look came at the most, in seconds: latest, all
    of it; held_up, less what the machine owed the process in that very moment and what the thread computed itself: then it waited for
    somebody. busy: what it computed itself between two looks at the most, of a processor's time, which other work does not change. To
    paint another page takes 60 ms, and no disk has a part in it.

    A QObject, so that what the desk's thread has said last goes with it: queued for a plain object that is gone, PySide 6.11 calls it all
    the same and the process dies, in whatever row comes next.
    """

    def __init__(self, room: RealRoom) -> None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        app = QApplication.instance() or QApplication([])
        assert isinstance(app, QApplication)
        super().__init__()

        def make() -> DeskLike:
            room.open()
            room.process.ready(PATIENCE)  # nobody dials before a line that a loaded machine opens late
            return room.desk

        self.bridge = Bridge(make)
        self._theme = Theme(app)
        self.window = DeskWindow(
            self.bridge,
            clock=SystemClock(),
            language=Language("zh"),
            theme=self._theme,
            log=room.folder / "log",
        )
        self.window.ending.unattended = True
        self.shown, self.faults, self.done = Screen(), list[Exception](), 0
        self.notices: set[str] = set()
        self.measure()
        self.bridge.screen_changed.connect(self._screen)
        self.bridge.settled.connect(self._settled)
        self.bridge.refused.connect(self.faults.append)
        self.bridge.crashed.connect(self.faults.append)
        self.window.show()
        self.bridge.start()

    def measure(self) -> None:
        """From now on."""
        self.latest = self.busy = self.held_up = 0.0
        self._looked = Look.now()

    def tell(self, verb: Verb, seen: Screen | None = None) -> int:
        """The interviewer does something. seen: the screen that it is meant for."""
        return self.bridge.tell(verb, seen)

    def has_done(self, number: int) -> bool:
        """A verb that was told is done."""
        return self.done >= number

    def until(self, true: Callable[[], bool], seconds: float) -> bool:
        """The window lives until something is true; False when it does not come. How late it is for each look is measured."""
        until = time.monotonic() + seconds
        while not true() and time.monotonic() < until:
            QTest.qWait(LOOK)
            before, self._looked = self._looked, Look.now()
            late = self._looked.at - before.at - LOOK / 1000  # with what the interviewer did in between
            computed = self._looked.computed - before.computed
            self.latest, self.busy = max(self.latest, late), max(self.busy, computed)
            self.held_up = max(self.held_up, late - self._looked.owed_since(before) - computed)
            assert not self.faults, f"the desk failed: {self.faults[0]!r}"
        return true()

    def close(self) -> None:
        """The program ends."""
        self.bridge.stop()
        self.window.ending.done = True
        self.window.close()
        self.window.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

    def _screen(self, screen: Screen) -> None:
        self.shown = screen
        self.notices.add(f"{screen.notice.value} {screen.notice_text}".strip())

    def _settled(self, number: int) -> None:
        self.done = number


def call_over(
    disk: Block, trouble: Callable[[Block], float], *, fault: tuple[str, ...] = ("none",)
) -> dict[str, object]:
    """One call in the middle of which the disk gets into trouble; trouble() begins it and returns the seconds to go on talking.

    What is lost, and how long anybody was held up.
    """
    folder = disk.disk.place / "desk"
    residents = {case.number: talker(case.number, pickup_after=0.5) for case in drawn("real", 40)}
    room = RealRoom(folder, "real", 40, residents, fault=fault)
    with closing(Window(room)) as window:
        _go(window, lambda desk: desk.sign_in("小李"), Page.READY)
        _go(window, lambda desk: desk.next_case(), Page.CASE)
        _go(window, lambda desk: desk.dial(), Page.INTERVIEW)
        assert window.until(lambda: window.shown.elapsed >= 3, PATIENCE), "no sound"
        began = time.monotonic()
        window.measure()
        talking = trouble(disk)
        answers = _talk(window, began + talking)
        waited, longest = disk.waited()
        call, samples = room.process._call, room.process.samples
        disk.tell("stall", 0.0)
        disk.tell("delay", 0.0)
        cut = window.shown.page is not Page.INTERVIEW
        window.tell(lambda desk: desk.hang_up())
        assert window.until(lambda: window.shown.page is Page.OUTCOME, PATIENCE), "the call does not end"
        window.tell(lambda desk: desk.choose_outcome("39"))
        assert window.until(lambda: window.shown.page is Page.READY, PATIENCE), (
            f"no outcome: {window.shown.notice_text}"
        )
        window.tell(lambda desk: desk.sign_out())
        assert window.until(lambda: window.shown.page is Page.SIGN_IN, PATIENCE), "no end of the shift"
    return {
        **_left(folder, call),
        "cut": cut,
        "heard": round(samples / RATE, 2),
        "answers": answers,
        "disk_waited_s": round(waited, 1),
        "disk_longest_s": round(longest, 1),
        "window_ms": round(1000 * window.held_up),
        "own_work_ms": round(1000 * window.busy),
        "with_the_machine_ms": round(1000 * window.latest),
        "notices": sorted(window.notices),
    }


def _go(window: Window, verb: Verb, page: Page) -> None:
    window.tell(verb)
    assert window.until(lambda: window.shown.page is page, 2 * PATIENCE), f"the desk shows {window.shown}"


def _talk(window: Window, until: float) -> int:
    """Answer what is asked, one thing at a time, as long as the call is on; returns how many answers were taken."""
    taken = 0
    while time.monotonic() < until and window.shown.page is Page.INTERVIEW:
        question = window.shown.question
        if question is not None and question.name != "q10":
            number = window.tell(_says(SAYS.get(question.name, "")), window.shown)
            taken += window.until(partial(window.has_done, number), until - time.monotonic())
        window.until(lambda: window.shown.page is not Page.INTERVIEW, min(0.5, until - time.monotonic()))
    return taken


def _says(value: str) -> Verb:
    return lambda desk: desk.answer(value)


def _left(folder: Path, call: str) -> dict[str, object]:
    """What the disk has of the call."""
    entries = [entry.data for entry in read(folder / "journals" / "1" / "journal.jsonl")]
    found = remains_of(folder / "recordings" / f"{call}.age")
    identities = list(centre().identities.values())
    samples = join(found.age, found.tail, identities, call_id=call)
    verdict = verify(folder, identities=identities)
    gaps = sum(int(str(e["samples"])) for e in entries if e["type"] == "rec.gap")
    faults = [f"{e['where']}: {e['code']}" for e in entries if e["type"] == "io.error"]
    closed = any(e["type"] == "rec.close" and e["call"] == call for e in entries)
    assert verdict.ok or not closed, verdict.text()
    return {
        "kept": round(samples / RATE, 2),
        "gaps": round(gaps / RATE, 2),
        "closed": closed,
        "faults": faults,
        "named": "s of sound" in verdict.text(),
    }
