"""One call without a desk: for trying a line out. Nothing is sealed and nothing is journalled, so it is never used for field work."""

import time
import wave
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import numpy as np

from app.clock import Clock
from app.errors import LineError
from app.line.service import GOODBYE, Bench
from hardware.base import RATE, Answered, AudioBlock, Cause, Ended, LineEvent
from hardware.listen import Listener

_TICK = 0.02
CALL = "0" * 16


class Watcher(Protocol):
    """Who looks on at a trial call."""

    def heard(self, event: LineEvent, at: int) -> None:
        """The line or its sound said something; at: samples of sound so far."""

    def sound(self, block: AudioBlock) -> None:
        """Sound came."""


def call(
    bench: Bench, number: str, watch: Watcher, *, seconds: float, record: Path | None, clock: Clock
) -> Ended:
    """Dial, look on for `seconds` at most or until the far side ends it, hang up. record: a plain WAV of both sides (left the interviewer).

    Raises LineError when the line will not dial, OSError when the file cannot be written.
    """
    with _recorded(record) as file:
        bench.sound.start(CALL)
        try:
            bench.line.dial(number, CALL)
        except RuntimeError as error:
            raise LineError(f"The line would not dial: {error}") from error
        running = _Running(bench, watch, file)
        until = time.monotonic() + seconds
        while running.ended is None and time.monotonic() < until:
            running.look()
            time.sleep(_TICK)
        bench.line.hang_up()
        until = time.monotonic() + GOODBYE / 1000
        while running.ended is None and time.monotonic() < until:
            running.look()
            time.sleep(_TICK)
        bench.sound.stop()
    return running.ended or Ended(clock.mono(), CALL, Cause.DEVICE, "the line did not end the call")


class _Running:
    """ended: the end of the call, once it was heard."""

    def __init__(self, bench: Bench, watch: Watcher, file: "wave.Wave_write | None") -> None:
        self._bench, self._watch, self._file = bench, watch, file
        self._ear = Listener(CALL)
        self._samples = 0
        self.ended: Ended | None = None

    def look(self) -> None:
        """Take in what there is; sound first, so offsets never run ahead."""
        events = self._bench.line.poll()
        for block in self._bench.sound.poll():
            self._samples += block.samples
            if self._file is not None:
                self._file.writeframes(_both(block))
            self._watch.sound(block)
            self._tell(self._ear.feed(block.right))
        self._tell(self._bench.sound.heard())
        self._tell(events)

    def _tell(self, events: Sequence[LineEvent]) -> None:
        for event in events:
            if isinstance(event, Answered):
                self._ear.answered()
            elif isinstance(event, Ended):
                self.ended = event
            self._watch.heard(event, self._samples)


def _both(block: AudioBlock) -> bytes:
    sides = [np.frombuffer(side, "<i2") for side in (block.left, block.right)]
    return np.column_stack(sides).tobytes()


@contextmanager
def _recorded(record: Path | None) -> Iterator["wave.Wave_write | None"]:
    if record is None:
        yield None
        return
    with wave.open(str(record), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        yield file
