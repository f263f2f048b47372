"""The desk's side of the line worker's process: the same verbs as LineWorker, in the desk's own thread, and a watch over the child.

A worker that dies (killed, aborted) or goes silent is reported as Lost, its call as ended by the device, and another is started: at once,
then ever more seldom when it keeps dying. The remains of its recording are for the desk to log; nothing is appended to them.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from app.clock import Clock
from app.errors import LineError
from app.evidence.age import of_one_suite
from app.evidence.stanza import Wraps
from app.line.child import Child
from app.line.contract import Heard, Lost, Report, Saved, Trouble
from app.line.messages import (
    PROTOCOL,
    Abandon,
    Ask,
    Beat,
    Begin,
    Close,
    Dial,
    HangUp,
    MarkAnswered,
    Message,
    Mute,
    NotOpened,
    NotReady,
    Open,
    Opened,
    Progress,
    Ready,
    Said,
    SendDtmf,
    Told,
)
from app.line.pipes import Silence
from hardware.base import Capability, Cause, Condition, Ended, Utterance

_BEAT = 1_000
SILENCE = 8_000
"""ms without a word after which a worker counts as dead and is killed: it says something every second."""
OPENING = 45_000
"""The same while it opens the devices: a module may take its time to register."""
_READY = 15.0
"""Seconds that the worker gets to open the line."""
_ANSWER = 60.0
"""Seconds that it gets to answer a question, and to close a recording: a disk may stall for half a minute."""
_SHORTLY = 2.0
"""Seconds that a line gets of which it is known already that it cannot be opened."""
_GOODBYE = 75.0
"""Seconds for the end of a call (5 s) and for a slow disk to take the end of its recording."""
_LAST_RETRY, _SETTLED = 30_000, 60_000
"""ms before the next start: at once, then a second, then twice as long each time, until a worker has lived for a minute."""


class WorkerProcess:
    """Keeps the contract Worker. command: starts the child. begin: what it is told first. errors: file for what the child's libraries
    say on stderr. log: hears what happens to the child. One thread. Construction starts the child and returns at once; ready() waits
    for it, and so does open()."""

    def __init__(
        self,
        command: Sequence[str],
        begin: Begin,
        clock: Clock,
        *,
        errors: Path | None = None,
        log: Callable[[str], None] = lambda _text: None,
    ) -> None:
        self._command, self._begin, self._clock = list(command), begin, clock
        self._errors, self._log = errors, log
        self.rehearsal = begin.line.driver == "rehearsal"
        self.capabilities: frozenset[Capability] = frozenset()
        self.samples = self.seconds_durable = 0
        self.name = begin.line.driver
        self._reports: list[Report] = []
        self._call = ""
        self._recording = self._in_call = self._closed = False
        self._answer: Message | None = None
        self._why = LineError("The line is still being opened", todo="Wait a moment, then dial again.")
        self._told_why = ""
        self._retry = self._start_at = self._started = self._beaten = 0
        self._child: Child | None = None
        self._start()

    # The verbs

    def ready(self, seconds: float = _READY) -> bool:
        """Wait until the line is open; False when that takes longer."""
        until = time.monotonic() + seconds
        while not self._ready and time.monotonic() < until:
            self._look(0.05)
        return self._ready

    def open(self, call: str, path: Path, recipients: Sequence[Wraps], reserve_seconds: int) -> str:
        """Begin the recording of a call. Raises StorageError when the disk refuses, LineError when there is no line: then do not dial."""
        if not self.ready(_SHORTLY if self._told_why else _READY):
            raise self._why
        self._call, self.samples, self.seconds_durable = call, 0, 0
        keys = tuple(str(each) for each in recipients)
        suite = of_one_suite(recipients).suite
        answer = self._asked(Open(call, str(path), suite, keys, reserve_seconds))
        if isinstance(answer, NotOpened):
            raise answer.error
        if not isinstance(answer, Opened):
            raise LineError("The line worker stopped", todo="It is being started again: dial once more.")
        self._recording = True
        return answer.header_sha

    def dial(self, number: str) -> None:
        """Dial within the call whose recording is open."""
        self._in_call = True
        self._send(Dial(number))

    def abandon(self) -> None:
        """Nothing is dialled after all; the recording's files stay as they are."""
        self._recording = False
        self._send(Abandon())

    def hang_up(self) -> None:
        """End the call."""
        if self._in_call:
            self._send(HangUp())

    def send_dtmf(self, digits: str) -> None:
        """Send 0-9 * # into the call."""
        self._send(SendDtmf(digits))

    def mark_answered(self) -> None:
        """The interviewer says that somebody took the call."""
        self._send(MarkAnswered())

    def mute(self, *, on: bool) -> None:
        """The interviewer is not to be heard while on."""
        self._send(Mute(on))

    def ask(self, question: str, seconds: float) -> Utterance | None:
        """Rehearsal: the resident's reply (hardware.base.Practice)."""
        answer = self._asked(Ask(question, seconds)) if self._in_call else None
        return answer.utterance if isinstance(answer, Said) and answer.heard else None

    def poll(self) -> list[Report]:
        """What happened since the last poll, oldest first."""
        self._look(0.0)
        reports, self._reports = self._reports, []
        return reports

    def settle(self) -> list[Report]:
        """Wait until the recording of the call that ended is closed."""
        until = time.monotonic() + _ANSWER
        while self._recording and not self._in_call:
            if time.monotonic() > until:
                self._lost("its recording was not closed")
            self._look(0.02)
        return self.poll()

    def close(self) -> list[Report]:
        """Hang up politely, close the recording, let the child end. Returns the last reports."""
        if self._closed:
            return []
        self._send(Close())
        until = time.monotonic() + _GOODBYE
        child = self._child
        while child is not None and not child.pipe.ended and time.monotonic() < until:
            if (message := child.pipe.receive(0.05)) is not None:
                self._take(message)
        self._closed = True
        how = child.end() if child is not None else ""
        if self._recording or self._in_call:
            self._report_loss(how)
        reports, self._reports = self._reports, []
        return reports

    # What the child says

    def _asked(self, question: Message) -> Message | None:
        """The answer to a question, or None when the child is lost before it comes."""
        self._answer, child = None, self._child
        self._send(question)
        until = time.monotonic() + _ANSWER
        while self._answer is None and self._child is child:
            if time.monotonic() > until:
                self._lost("it did not answer")
            self._silence.broken()  # it may be waiting for the disk: the limit is the one above
            self._look(0.02)
        return self._answer

    def _look(self, seconds: float) -> None:
        """Take in what there is, waiting so long for the first of it; watch over the child."""
        if self._closed:
            return
        if self._child is None:
            if self._clock.mono() >= self._start_at:
                self._start()
            else:
                time.sleep(seconds)
            return
        message = self._child.pipe.receive(seconds)
        while message is not None and self._child is not None:
            self._silence.broken()
            self._take(message)
            message = self._child.pipe.receive() if self._child is not None else None
        if self._child is not None:
            self._watch(self._child)

    def _watch(self, child: Child) -> None:
        now = self._clock.mono()
        if child.pipe.ended:
            self._lost("")
        elif self._silence.look() > (SILENCE if self._ready else OPENING):
            self._lost("it said nothing any more")
        elif now - self._beaten >= _BEAT:
            self._beaten = now
            self._send(Beat())

    def _take(self, message: Message) -> None:
        match message:
            case Ready():
                self._is_ready(message)
            case NotReady(error):
                self._complain(LineError(error.what, where=error.where, todo=error.todo))
            case Opened() | NotOpened() | Said():
                self._answer = message
            case Progress(call, samples, durable) if call == self._call:
                self.samples, self.seconds_durable = samples, durable
            case Told(_, report):
                self._reports.append(report)
                if isinstance(report, Saved | Trouble):
                    self._recording = False
                elif isinstance(report, Heard) and isinstance(report.event, Ended):
                    self._in_call = False
            case _:
                pass

    def _is_ready(self, message: Ready) -> None:
        if message.protocol != PROTOCOL or message.rehearsal is not self.rehearsal:
            self._lost("it is not the worker that was asked for")
            return
        self._ready, self.name = True, message.name
        self.capabilities = frozenset(message.capabilities)
        if self._told_why:
            self._told_why = ""
            self._reports.append(Heard(Condition(self._clock.mono(), "", "line", "", good=True), 0))

    def _complain(self, error: LineError) -> None:
        """Say once why there is no line."""
        self._why = error
        if str(error) != self._told_why:
            self._told_why = str(error)
            self._reports.append(Heard(Condition(self._clock.mono(), "", "line", str(error), good=False), 0))

    # The child

    def _start(self) -> None:
        self._ready, self._answer, self._silence = False, None, Silence(self._clock.mono)
        self._beaten = self._started = self._clock.mono()
        try:
            self._child = Child(self._command, self._begin, self._errors, self._log)
            self._log(f"line worker started: process {self._child.pid}")
        except LineError as error:
            self._child = None
            self._complain(error)
            self._later()

    def _send(self, message: Message) -> None:
        if self._child is not None:
            self._child.pipe.send(message)

    def _later(self) -> None:
        now = self._clock.mono()
        if now - self._started > _SETTLED:
            self._retry = 0
        self._start_at = now + self._retry
        self._retry = min(max(1_000, 2 * self._retry), _LAST_RETRY)

    def _lost(self, reason: str) -> None:
        """The child is dead, or counts as dead and is killed: it must not go on writing when its recording is hashed."""
        if self._child is None:
            return
        died = self._child.end()
        died = f"{reason}, {died}" if reason else died
        self._child, was_ready, self._ready = None, self._ready, False
        self._log(f"line worker lost: {died}")
        if was_ready:
            self._why = LineError("The line worker stopped", todo="It is being started again: wait a moment.")
            self._report_loss(died)
        elif not self._told_why:
            self._complain(LineError(f"The line worker does not start ({died})", todo="Ask IT."))
        self._later()

    def _report_loss(self, reason: str) -> None:
        if self._in_call:
            ended = Ended(self._clock.mono(), self._call, Cause.DEVICE, f"line worker lost: {reason}")
            self._reports.append(Heard(ended, self.samples))
        self._reports.append(Lost(self._call if self._recording else "", reason))
        self._recording = self._in_call = False
