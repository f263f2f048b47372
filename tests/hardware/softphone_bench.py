"""A softphone whose engine is a stand-in (stand_in_engine.py), with one clock for both that only the test turns."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.clock import VirtualClock
from hardware import softphone
from hardware.program import Event, Program
from hardware.sip import read_account
from hardware.softphone import Softphone
from tests.hardware.contract import LineBench

ENGINE = Path(__file__).parent / "stand_in_engine.py"
ANSWERING, RINGING, BUSY = "08182101001", "08182101002", "08182101003"
PATIENCE = 60.0


class Turned(Program):
    """A program on the test's clock: take() waits until it has done all that belongs to the time that has passed."""

    turned = done = 0

    def turn(self, milliseconds: int) -> None:
        self.turned += 1
        self.say("tick", ms=milliseconds, n=self.turned)

    def take(self) -> list[tuple[int, Event]]:
        said = super().take()
        while not self._caught_up(said):
            if (more := self.wait(PATIENCE)) is None:
                raise AssertionError("the stand-in does not answer")
            said.append(more)
        return [each for each in said if each[1]["event"] != "ticked"]

    def _caught_up(self, said: list[tuple[int, Event]]) -> bool:
        for _, event in said:
            if event["event"] == "gone":
                return True
            if event["event"] == "ticked":
                self.done = event["n"]
        return self.done == self.turned


@dataclass
class Desk:
    """The softphone and its clock."""

    line: Softphone
    clock: VirtualClock
    transcript: list[tuple[str, str]] = field(default_factory=list)

    def advance(self, milliseconds: int) -> None:
        self.clock.advance(milliseconds)
        if isinstance(self.line._program, Turned):
            self.line._program.turn(milliseconds)

    def bench(self) -> LineBench:
        return LineBench(self.line, ANSWERING, RINGING, BUSY, self.advance, nobody_real=False)


@contextmanager
def stand_in(
    monkeypatch: pytest.MonkeyPatch, fault: str = "", options: Mapping[str, str] | None = None
) -> Iterator[Desk]:
    """A softphone that is ready for calls; its program is gone afterwards."""
    monkeypatch.setattr(softphone, "Program", Turned)
    clock = VirtualClock(1_700_000_000_000, 5_000)
    transcript: list[tuple[str, str]] = []
    line = Softphone(
        read_account("sip:1001@127.0.0.1", options or {}),
        [sys.executable, "-I", str(ENGINE), fault],
        clock,
        lambda way, text: transcript.append((way, text)),
    )
    line.await_ready()
    first = line._program
    assert first is not None
    try:
        yield Desk(line, clock, transcript)
    finally:
        last = line._program
        line.close()
        for program in {first, last} - {None}:
            assert program is not None
            program._process.wait(PATIENCE)
