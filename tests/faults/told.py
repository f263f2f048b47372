"""What a desk under fire has acknowledged, told to whoever will kill it over a socket: what stands in it counts, however late the fault.

A socket and not a pipe: its send() is not one of the calls on files that the campaign counts and lets fail.
"""

import socket
from collections.abc import Callable
from dataclasses import dataclass, field

from app.interview.screen import Notice, Page
from app.interviewer import Interviewer
from hardware.base import RATE
from tests.desk_room import Room

PHASES = ("between cases", "opening", "first second", "dialling", "in a call", "hang-up", "outcome")
STEP = 100
"""Milliseconds of call time between two looks."""

Say = Callable[..., None]


@dataclass
class Acknowledged:
    """What the desk had told its interviewer. sound: call → whole seconds durable. answers: (case, question, value). phase: where it was
    last. stopped: what it said when the disk refused; refused: what it said instead of starting; died: a fault that is ours."""

    sound: dict[str, int] = field(default_factory=dict)
    answers: list[tuple[str, str, str]] = field(default_factory=list)
    outcomes: list[tuple[str, str]] = field(default_factory=list)
    case: str = ""
    phase: str = ""
    phases: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    refused: str = ""
    died: str = ""
    ended: bool = False

    def take(self, line: str) -> None:
        """One line."""
        kind, *words = line.split("\t")
        match kind:
            case "sound":
                self.sound[words[0]] = int(words[1])
            case "answer":
                self.answers.append((words[0], words[1], words[2]))
            case "outcome":
                self.outcomes.append((words[0], words[1]))
                self.case = ""
            case "case":
                self.case = words[0]
            case "phase":
                self.phase = words[0]
                self.phases.append(words[0])
            case "stopped":
                self.stopped.append(words[0])
            case "refused":
                self.refused = words[0]
            case "died":
                self.died = words[0]
            case "ended":
                self.ended = True


def say_to(far: socket.socket) -> Say:
    """Words → one line on the socket."""

    def say(*words: object) -> None:
        far.sendall(("\t".join(str(word).replace("\n", " ") for word in words) + "\n").encode())

    return say


class Shift:
    """An interviewer at a desk, telling what the desk lets him believe. once: one move, or 100 ms of the clock."""

    def __init__(self, room: Room, say: Say) -> None:
        self.room, self._say = room, say
        self._person = Interviewer(room.desk, "小李")
        self._phase, self._seconds = "", 0
        stop = room.worker._stop

        def stopping() -> None:
            self._in("hang-up")
            stop()

        room.worker._stop = stopping  # type: ignore[method-assign]
        self._look()

    def once(self) -> bool:
        """False when time went by and nothing was done."""
        room, before = self.room, self.room.desk.screen
        if before.page is Page.CASE:
            self._in("opening")
        worked = self._person.step()
        if not worked:
            room.clock.advance(STEP)
            room.desk.tick()
        after, work = room.desk.screen, room.desk._work
        if worked and before.page is Page.INTERVIEW and before.question and before.case and work:
            name = before.question.name
            moved = after.question is not before.question and after.notice is not Notice.STOPPED
            talk = work.conversation
            if moved and talk is not None and (value := talk.state.values.get(name)) is not None:
                self._say("answer", before.case.case, name, value)
        if before.page is Page.OUTCOME and after.page is Page.READY and before.case:
            self._say("outcome", before.case.case, before.proposed)
        if after.page is Page.CASE and before.page is Page.READY and after.case:
            self._say("case", after.case.case)
        if after.notice is Notice.STOPPED and (
            before.notice is not Notice.STOPPED or after.notice_text != before.notice_text
        ):
            self._say("stopped", after.notice_text)
        self._look()
        return worked

    def _look(self) -> None:
        room = self.room
        seconds, work = room.worker.seconds_durable, room.desk._work
        if seconds and seconds != self._seconds and work:
            self._say("sound", work.call, seconds)
        self._seconds = seconds
        match room.desk.screen.page:
            case Page.DIALING:
                self._in("first second" if room.worker.samples < RATE else "dialling")
            case Page.INTERVIEW:
                self._in("in a call")
            case Page.OUTCOME:
                self._in("outcome")
            case _:
                self._in("between cases")

    def _in(self, phase: str) -> None:
        if phase != self._phase:
            self._phase = phase
            self._say("phase", phase)
