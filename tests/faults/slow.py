"""A call over a disk that is slow or stalls: the real line worker in its own process, the desk on its own thread as in the window, both on
a block device whose server takes its time. The window's thread is played by this one: it must never wait for anything.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from app.errors import FangxinError
from app.evidence.journal import read
from app.evidence.recording import join, remains_of
from app.evidence.verify import verify
from app.interview.screen import Page, Screen
from app.line.contract import LineChoice
from app.line.messages import PROTOCOL, Begin
from app.line.process import WorkerProcess
from hardware.base import RATE, Practice, Resident
from tests.desk_room import centre, talker
from tests.desk_talk import SAYS, drawn
from tests.faults.block import Block
from tests.line.desk import RealRoom
from ui.desk_thread import DeskLike, DeskThread, Verb

LOOK = 0.005
"""Seconds between two looks of the window."""


@dataclass
class SlowRoom(RealRoom):
    """fault: what tests.line.stalling does to the worker; its sound card keeps 0.8 s in any case."""

    fault: tuple[str, ...] = ("none",)

    def line(self, residents: Mapping[str, Resident]) -> Practice:
        """Start the child."""
        begin = Begin(
            PROTOCOL,
            LineChoice("rehearsal"),
            transcript=str(self.folder / "logs" / "line.log"),
            lock=str(self.folder / "line.lock"),
            residents=tuple(residents.values()),
            seed=self.seed,
        )
        command = (sys.executable, "-m", "tests.line.stalling", *self.fault)
        self.process = WorkerProcess(
            command, begin, self.clock, errors=self.folder / "errors.txt", log=self.log.append
        )
        self.worker = self.process  # type: ignore[assignment]
        return self.process


@dataclass
class Window:
    """Hears the desk's thread; tell() and until() are the interviewer before the screen."""

    shown: Screen = field(default_factory=Screen)
    faults: list[BaseException] = field(default_factory=list)
    done: int = 0
    over: bool = False
    latest: float = 0.0
    """Seconds that the window's thread was held up at the longest."""
    notices: set[str] = field(default_factory=set)

    def screen(self, screen: Screen) -> None:
        """The desk shows something new."""
        self.shown = screen
        self.notices.add(f"{screen.notice.value} {screen.notice_text}".strip())

    def settled(self, number: int) -> None:
        """A verb is done."""
        self.done = number

    def refused(self, error: FangxinError) -> None:
        """The desk could not be set up."""
        self.faults.append(error)

    def crashed(self, error: Exception) -> None:
        """A fault of ours."""
        self.faults.append(error)

    def stopped(self) -> None:
        """The thread is at its end."""
        self.over = True

    def has_done(self, number: int) -> bool:
        """A verb that was told is done."""
        return self.done >= number

    def until(self, true: Callable[[], bool], seconds: float) -> bool:
        """Look at the screen until something is true; False when it does not come. How late each look was is measured."""
        until = time.monotonic() + seconds
        while not true() and time.monotonic() < until:
            before = time.monotonic()
            time.sleep(LOOK)
            self.latest = max(self.latest, time.monotonic() - before - LOOK)
            assert not self.faults, f"the desk failed: {self.faults[0]!r}"
        return true()


_YARDSTICK = f"""
import os, select, time
late, parent = 0.0, os.getppid()
print(flush=True)
while os.getppid() == parent and not select.select([0], [], [], 0)[0]:
    before = time.monotonic()
    time.sleep({LOOK})
    late = max(late, time.monotonic() - before - {LOOK})
print(round(1000 * late))
"""


@contextmanager
def yardstick() -> Iterator[list[int]]:
    """How late this machine is with nothing at all to do, in ms, afterwards: a process beside us that looks as often as the window."""
    late: list[int] = []
    with subprocess.Popen(
        [sys.executable, "-c", _YARDSTICK], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as beside:
        assert beside.stdout is not None
        beside.stdout.readline()
        try:
            yield late
        finally:
            out, _ = beside.communicate("over\n")
            late.append(int(out))


@contextmanager
def desk_in_its_thread(room: SlowRoom) -> Iterator[tuple[DeskThread, Window]]:
    """The room's desk, as the window runs it."""
    window = Window()

    def make() -> DeskLike:
        return room.open().desk

    thread = DeskThread(make, window)
    thread.start()
    try:
        yield thread, window
    finally:
        thread.finish()
        thread.join()


def call_over(
    disk: Block, trouble: Callable[[Block], float], *, fault: tuple[str, ...] = ("none",)
) -> dict[str, object]:
    """One call in the middle of which the disk gets into trouble; trouble() begins it and returns the seconds to go on talking.

    What is lost, and how long anybody was held up.
    """
    folder = disk.disk.place / "desk"
    residents = {case.number: talker(case.number, pickup_after=0.5) for case in drawn("real", 40)}
    room = SlowRoom(folder, "real", 40, residents, fault=fault)
    with yardstick() as machine, desk_in_its_thread(room) as (thread, window):
        _go(thread, window, lambda desk: desk.sign_in("小李"), Page.READY)
        _go(thread, window, lambda desk: desk.next_case(), Page.CASE)
        _go(thread, window, lambda desk: desk.dial(), Page.INTERVIEW)
        assert window.until(lambda: window.shown.elapsed >= 3, 30), "no sound"
        began, window.latest = time.monotonic(), 0.0
        talking = trouble(disk)
        answers = _talk(thread, window, began + talking)
        call, samples = room.process._call, room.process.samples
        disk.tell("stall", 0.0)
        disk.tell("delay", 0.0)
        cut = window.shown.page is not Page.INTERVIEW
        thread.tell(lambda desk: desk.hang_up())
        assert window.until(lambda: window.shown.page is Page.OUTCOME, 60), "the call does not end"
        thread.tell(lambda desk: desk.choose_outcome("39"))
        assert window.until(lambda: window.shown.page is Page.READY, 90), (
            f"no outcome: {window.shown.notice_text}"
        )
        thread.tell(lambda desk: desk.sign_out())
        assert window.until(lambda: window.shown.page is Page.SIGN_IN, 30), "no end of the shift"
        held_up = window.latest
    return {
        **_left(folder, call),
        "cut": cut,
        "heard": round(samples / RATE, 2),
        "answers": answers,
        "window_ms": round(1000 * held_up),
        "machine_ms": machine[0],
        "notices": sorted(window.notices),
    }


def _go(thread: DeskThread, window: Window, verb: Verb, page: Page) -> None:
    thread.tell(verb)
    assert window.until(lambda: window.shown.page is page, 60), f"the desk shows {window.shown}"


def _talk(thread: DeskThread, window: Window, until: float) -> int:
    """Answer what is asked, one thing at a time, as long as the call is on; returns how many answers were taken."""
    taken = 0
    while time.monotonic() < until and window.shown.page is Page.INTERVIEW:
        question = window.shown.question
        if question is not None and question.name != "q10":
            number = thread.tell(_says(SAYS.get(question.name, "")), window.shown)
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
