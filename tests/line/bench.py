"""A line worker in a process of its own, on the rehearsal line, as the desk starts it; and what may be done to it."""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from app.clock import SystemClock, seeded
from app.evidence.age import Identity
from app.line.contract import Heard, LineChoice, Report
from app.line.messages import PROTOCOL, Begin
from app.line.process import WorkerProcess
from hardware.base import LineEvent, Pickup, Resident

CENTRE = Identity.generate(seeded("centre"))
NUMBER = "13800000000"
COMMAND = (sys.executable, "-m", "app.line_worker")
PATIENCE = 120.0
"""Seconds to wait for what a loaded machine does late."""


class Workplace:
    """A worker process with one resident. worker: the desk's side of it. log: what happened to the child."""

    def __init__(
        self, folder: Path, pickup: Pickup = Pickup.ANSWERS, after: float = 0.2, **options: object
    ) -> None:
        self.folder, self.log = folder, list[str]()
        self.command: tuple[str, ...] = tuple(options.pop("command", COMMAND))  # type: ignore[arg-type]
        self.begin = Begin(
            PROTOCOL,
            options.pop("line", LineChoice("rehearsal")),  # type: ignore[arg-type]
            transcript=str(folder / "line.log"),
            lock=str(folder / "line.lock"),
            residents=(Resident(NUMBER, pickup, after),),
            seed="process",
        )
        self.errors = folder / "errors.txt"
        self.reports: list[Report] = []
        self.worker = WorkerProcess(
            self.command, self.begin, SystemClock(), errors=self.errors, log=self.log.append
        )

    @property
    def pid(self) -> int:
        """The child's process."""
        assert self.worker._child is not None
        return self.worker._child.pid

    def path(self, call: str) -> Path:
        """Where a call's recording lies."""
        return self.folder / f"{call}.age"

    def call(self, call: str = "c" * 16) -> str:
        """Open the recording and dial; not before the worker is there, which a loaded machine starts late."""
        assert self.worker.ready(PATIENCE), self.log
        self.worker.open(call, self.path(call), [CENTRE.recipient], 600)
        self.worker.dial(NUMBER)
        return call

    def until(self, true: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Poll as a desk does until something is true."""
        until = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < until, f"never came; reports {self.reports}, log {self.log}"
            self.reports += self.worker.poll()
            time.sleep(0.01)

    def heard(self, kind: type[LineEvent]) -> list[LineEvent]:
        """Events of a kind so far."""
        return [r.event for r in self.reports if isinstance(r, Heard) and isinstance(r.event, kind)]

    def of(self, kind: type[Report]) -> list[Report]:
        """Reports of a kind so far."""
        return [report for report in self.reports if isinstance(report, kind)]

    def kill(self, number: int = signal.SIGKILL) -> None:
        """End the child as a fault would."""
        os.kill(self.pid, number)
