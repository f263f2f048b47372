"""The line worker's process: takes the desk's verbs off the pipe, keeps line, sound and recording going, tells what happened.

One thread works here. What may block has its own: the pipe (pipes.py), the disk (tape.py), the devices (hardware/). When the desk is
gone, or says nothing for a while, the call is ended politely, the recording closed, and the process ends.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.clock import Clock, Entropy
from app.errors import FangxinError, LineError, StorageError
from app.evidence.durable import Lock
from app.evidence.suite import suite_of
from app.line.contract import Heard
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
from app.line.pipes import Pipe, Silence
from app.line.tape import RingTape
from app.line.worker import Ear, LineWorker
from hardware.base import Ended, Headset, Line, Practice, Sound, Utterance

TICK = 0.02
"""Seconds between two looks at line and sound."""
PATIENCE = 75_000
"""ms of silence after which the desk counts as dead. It says something every second, but a disk that stalls holds up its journal: it must
not be given up before the recording is (tape.RING). A desk that has died shows at once, by the end of the pipe."""
GOODBYE = 6_000
"""ms that a call gets to end when the desk is gone: a line owes its end in 5 s."""
_PROGRESS, _BEAT = 100, 1_000
_PREDECESSOR = 10.0
"""Seconds for a worker that was left behind to end its call."""


@dataclass(frozen=True)
class Bench:
    """What the composition root has put together. practice: of a rehearsal line. ear: listens for tones; None = nothing does."""

    line: Line
    sound: Sound
    practice: Practice | None = None
    ear: Ear | None = None
    headset: Headset | None = None


class Service:
    """run() until the desk wants no more, or is gone. build: opens the devices, or raises FangxinError. stop: asked at each look; True ends
    politely. patience: ms, see PATIENCE."""

    def __init__(
        self,
        pipe: Pipe,
        build: Callable[[Begin], Bench],
        clock: Clock,
        entropy: Entropy,
        *,
        stop: Callable[[], bool] = lambda: False,
        patience: int = PATIENCE,
    ) -> None:
        self._pipe, self._build, self._clock, self._entropy = pipe, build, clock, entropy
        self._stop, self._patience = stop, patience
        self._over = False
        self._silence = Silence(clock.mono)
        self._said = 0
        self._call = ""
        self._in_call = False
        self._told: tuple[int, int] = (0, 0)

    def run(self) -> int:
        """Returns the exit code: 0 asked to end or left alone, 1 not ready."""
        begin = self._pipe.receive(self._patience / 1000)
        if not isinstance(begin, Begin):
            return 1
        lock: Lock | None = None
        try:
            if begin.protocol != PROTOCOL:
                raise LineError(
                    "Desk and line worker are of different versions", todo="Install Fangxin again."
                )
            lock = self._locked(begin)
            bench = self._build(begin)
        except FangxinError as error:
            self._pipe.send(NotReady(error))
            self._pipe.close()
            return 1
        worker = LineWorker(
            bench.line, bench.sound, self._entropy, tape=RingTape, ear=bench.ear, headset=bench.headset
        )
        kinds = tuple(sorted(worker.capabilities, key=lambda kind: kind.value))
        self._pipe.send(Ready(PROTOCOL, bench.line.name, worker.rehearsal, kinds))
        try:
            self._work(worker, bench.practice)
        finally:
            self._part(worker)
            if lock is not None:
                lock.release()
        return 0

    def _locked(self, begin: Begin) -> Lock | None:
        """One worker at a time on a data folder: a desk that died may have left one that is still closing its recording."""
        until = time.monotonic() + _PREDECESSOR
        while begin.lock:
            try:
                return Lock(Path(begin.lock))
            except StorageError:
                if time.monotonic() > until:
                    raise
                self._pipe.send(Beat())
                time.sleep(0.1)
        return None

    def _work(self, worker: LineWorker, practice: Practice | None) -> None:
        while not (self._over or self._pipe.ended or self._stop()):
            if self._silence.look() > self._patience:
                return
            message = self._pipe.receive(TICK)
            while message is not None:
                self._silence.broken()
                self._do(message, worker, practice)
                message = self._pipe.receive()
            self._tell(worker)

    def _do(self, message: Message, worker: LineWorker, practice: Practice | None) -> None:
        match message:
            case Open():
                self._open(message, worker)
            case Dial(number):
                self._in_call = True
                worker.dial(number)
            case HangUp():
                worker.hang_up()
            case SendDtmf(digits):
                worker.send_dtmf(digits)
            case MarkAnswered():
                worker.mark_answered()
            case Mute(on):
                worker.mute(on=on)
            case Abandon():
                worker.abandon()
            case Ask(question, seconds):
                said = practice.ask(question, seconds) if practice is not None else None
                self._pipe.send(Said(said is not None, said or Utterance("", "", 0.0)))
            case Close():
                self._over = True
            case _:
                pass

    def _open(self, asked: Open, worker: LineWorker) -> None:
        try:
            suite = suite_of(asked.suite)
            recipients = [suite.recipient(text) for text in asked.recipients]
            sha = worker.open(asked.call, Path(asked.path), recipients, asked.reserve_seconds)
        except FangxinError as error:
            self._pipe.send(NotOpened(asked.call, error))
            return
        self._call, self._told = asked.call, (0, 0)
        self._pipe.send(Opened(asked.call, sha))

    def _tell(self, worker: LineWorker) -> None:
        """Everything new. Progress before the reports: what they refer to has been recorded."""
        reports = worker.poll()
        now, reached = self._clock.mono(), (worker.samples, worker.seconds_durable)
        if reached != self._told and (reports or now - self._said >= _PROGRESS):
            self._told, self._said = reached, now
            self._pipe.send(Progress(self._call, *reached))
        elif now - self._said >= _BEAT:
            self._said = now
            self._pipe.send(Beat())
        for report in reports:
            self._pipe.send(Told(self._call, report))
            if isinstance(report, Heard) and isinstance(report.event, Ended):
                self._in_call = False

    def _part(self, worker: LineWorker) -> None:
        """Say goodbye to the respondent, then close: a desk that is still there hears all of it."""
        until = self._clock.mono() + GOODBYE
        worker.hang_up()
        while self._in_call and self._clock.mono() < until:
            self._tell(worker)
            time.sleep(TICK)
        for report in worker.close():
            self._pipe.send(Told(self._call, report))
        self._pipe.close()
