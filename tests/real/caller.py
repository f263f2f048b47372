"""Whoever uses the softphone in these tests: dials, looks on, and keeps what was told and what was heard."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from unittest.mock import patch

import numpy as np

from app.clock import SystemClock
from hardware import softphone
from hardware.base import Alerting, Answered, Ended, LineEvent
from hardware.softphone import Softphone, open_line
from tests.faults.owed import Look
from tests.real.peers import HOST, PATIENCE, Samples

PROMISED = 5.0
"""Seconds from a hang-up to an idle line."""


@dataclass
class Caller:
    """A softphone, what it told, and what came out of it."""

    line: Softphone
    transcript: list[tuple[str, str]]
    events: list[LineEvent] = field(default_factory=list)
    heard: bytes = b""

    def look(self) -> None:
        """Take in what the line has to tell and to be heard."""
        self.events += self.line.poll()
        self.heard += self.line.pcm.read()

    def until(self, kind: type[LineEvent], within: float = PATIENCE) -> LineEvent:
        """Look on until this is told; the event."""
        until = time.monotonic() + within
        while True:
            self.look()
            if found := [event for event in self.events if isinstance(event, kind)]:
                return found[-1]
            told = f"no {kind.__name__}: {self.events}\n{self.said()}"
            assert time.monotonic() < until, told
            if kind in (Alerting, Answered):
                assert not [event for event in self.events if isinstance(event, Ended)], told
            time.sleep(0.01)

    def ended(self, within: float = PATIENCE) -> Ended:
        """Look on until the call has ended."""
        event = self.until(Ended, within)
        assert isinstance(event, Ended)
        return event

    def let_go(self) -> Ended:
        """Hang up, and look on until the call has ended: in the 5 s that every line promises, less what the machine owed both programs."""
        before = Look.now(self.engine)
        self.line.hang_up()
        ended, now = self.ended(), Look.now(self.engine)
        took = now.at - before.at - now.owed_since(before)
        assert took < PROMISED, f"the line is idle after {took:.1f} s\n{self.said()}"
        return ended

    @property
    def engine(self) -> int:
        """The engine's process."""
        assert self.line._program is not None
        return self.line._program.pid

    def told(self) -> list[str]:
        """The kinds of what was told."""
        return [type(event).__name__ for event in self.events]

    def samples(self) -> Samples:
        """What was heard."""
        return np.frombuffer(self.heard, dtype="<i2")

    def said(self) -> str:
        """The transcript."""
        return "\n".join(f"{way} {text}" for way, text in self.transcript)


@contextmanager
def calling(port: int, options: Mapping[str, str] | None = None, more: str = "") -> Iterator[Caller]:
    """A softphone with an account at an exchange on this machine. more: what else stands in its address. A machine that lets the engine
    wait for seconds is no reason to take it for dead after a hang-up: when that is done is tests/hardware/test_softphone.py."""
    transcript: list[tuple[str, str]] = []
    settings = {"bind": HOST, **(options or {})}
    line = open_line(
        f"sip:1001@{HOST}:{port}{more}",
        settings,
        SystemClock(),
        lambda way, text: transcript.append((way, text)),
    )
    program = line._program
    try:
        with patch.object(softphone, "RELEASE_MS", round(PATIENCE * 1000)):
            yield Caller(line, transcript)
    finally:
        line.close()
        if program is not None:
            program._process.wait(PATIENCE)
