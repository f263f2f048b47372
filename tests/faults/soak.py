"""A long shift in which something goes wrong about once a minute, as one process after the other; the parent keeps the list of what was
done to it. Virtual clock, practice residents; the faults are real where they can be: signals, and a limit that makes the kernel refuse."""

import errno
import os
import random
import resource
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from app.clock import VirtualClock
from app.evidence import appended, recording
from app.interview.screen import Notice, Page
from app.interviewer import Interviewer
from hardware.base import Cause, DeviceBack, DeviceLost, LineEvent
from tests.desk_room import Room
from tests.faults.spoil import spoil
from tests.faults.told import STEP, Say, Shift

EVERY = 60_000
"""Milliseconds between two faults, on average."""
SIZE = 400
_UNPLUGGED = 5_000
_PULLED = 20_000
_BROKEN_OFF = "39"

KINDS = ("kill", "recording EIO", "journal EIO", "disk pulled", "line lost", "modem unplugged")
OF_THE_DISK = frozenset({"recording EIO", "journal EIO", "disk pulled"})
OF_THE_LINE = frozenset({"line lost", "modem unplugged"})


@dataclass
class Trouble:
    """What happens to one run of the program. say: each fault is told before it is done."""

    room: Room
    chance: random.Random
    say: Say
    due: int = 0
    plugged_in: int = 0
    pulled_until: int = 0
    over: bool = False
    extra: list[LineEvent] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._set_next()
        poll = self.room.room.line.poll

        def polled() -> list[LineEvent]:
            extra, self.extra = self.extra, []
            return [*extra, *poll()]

        self.room.room.line.poll = polled  # type: ignore[method-assign]

    def look(self) -> None:
        """Do what is due. over: the interviewer is told to start the program again."""
        now, screen = self.room.clock.mono(), self.room.desk.screen
        if self.plugged_in and now >= self.plugged_in:
            self.plugged_in = 0
            self.extra.append(DeviceBack(now, ""))
        if self.pulled_until and now >= self.pulled_until:
            resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))
            self.over = True
        if now >= self.due and not self.pulled_until and screen.page is not Page.SIGN_IN:
            self._strike(self.chance.choice(KINDS), now)

    def _strike(self, kind: str, now: int) -> None:
        call = self.room.room.line._exchange.call
        work = self.room.desk._work
        if kind in OF_THE_LINE and (call is None or work is None or self.room.room.line._exchange._over):
            return  # at the next look: a line that nobody uses cannot be lost
        if kind == "recording EIO" and (work is None or self.room.worker._tape is None):
            return
        self._set_next()
        self.say("fault", kind, work.call if work else "")
        match kind:
            case "kill":
                signal.signal(signal.SIGALRM, signal.SIG_DFL)  # ends the process wherever it is, as -9 does
                signal.setitimer(signal.ITIMER_REAL, self.chance.uniform(0.0001, 0.005))
                self.due = sys.maxsize  # nothing more: what is only prepared when it dies has not struck
            case "recording EIO":
                _fails_once(recording)
            case "journal EIO":
                _fails_once(appended)
            case "disk pulled":
                resource.setrlimit(resource.RLIMIT_FSIZE, (0, -1))
                self.pulled_until = now + _PULLED
            case "line lost":
                self.room.room.line._exchange._end(now, Cause.UNKNOWN, "line lost")
            case _:
                self.extra.append(DeviceLost(now, call or ""))
                self.room.room.line._exchange._end(now, Cause.DEVICE, "unplugged")
                self.plugged_in = now + _UNPLUGGED

    def _set_next(self) -> None:
        self.due = self.room.clock.mono() + round(self.chance.expovariate(1 / EVERY))


def _fails_once(module: object) -> None:
    """The next sync of this part of the program fails."""
    undo: list[Callable[[], None]] = []

    def fails(_descriptor: int) -> None:
        undo.pop()()
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    undo.append(spoil(module, "sync_data", fails))


def _choose(room: Room, say: Say) -> None:
    """The line says nothing of how the call ended: only a person can tell."""
    case = room.desk.screen.case
    room.desk.choose_outcome(_BROKEN_OFF)
    if case is not None and room.desk.screen.page is Page.READY:
        say("outcome", case.case, _BROKEN_OFF)


def run(folder: Path, clock: VirtualClock, chance: random.Random, calls: int, say: Say) -> None:
    """One run of the program, until so many outcomes, a kill, or the interviewer starts it again because it asks for that."""
    room = Room(folder, "soak", SIZE, clock=clock).open()
    shift, trouble, done = Shift(room, say), Trouble(room, chance, say), 0
    stopped = False
    while done < calls and not trouble.over and not (stopped and room.desk.screen.page is not Page.INTERVIEW):
        trouble.look()
        before = room.desk.screen
        if before.page is Page.OUTCOME and not before.proposed:
            _choose(room, say)
        else:
            shift.once()
        done += before.page is Page.OUTCOME and room.desk.screen.page is Page.READY
        if room.desk.screen.notice is Notice.STOPPED:
            room.clock.advance(STEP)  # reading that takes time
        stopped = stopped or (room.desk.screen.notice is Notice.STOPPED and not trouble.pulled_until)
        say("time", clock.elapsed)
    if room.desk.screen.page is Page.OUTCOME and not trouble.over:
        Interviewer(room.desk, "小李").step()
    room.desk.sign_out()
    room.close()
