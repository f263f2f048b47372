"""The line worker with a fault built in, for tests: `python -m tests.line.stalling FAULT [AMOUNT]`.

stall SECONDS: the disk takes that long for one sync, some seconds into the recording. direct SECONDS: the same, written on the
worker's own thread (the saboteur). opening SECONDS: the disk takes that long to open a recording. ring SECONDS: no more than that
waits for the disk. deaf: the driver hangs once a call
is connected. patience MS: the desk counts as dead after so much silence. careless: neither the end of the pipe nor silence ends it
(the saboteur). noisy: libraries print on stdout. lazy: the recorder keeps three seconds in memory and counts them as durable (the
saboteur).
In all of them the sound card's buffer holds 0.8 s, and what is not fetched in time is lost, as on a real one; but a machine that lets
others run meanwhile costs nothing here.
"""

import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from app import line_worker
from app.evidence import recording
from app.line import service, tape
from app.line.pipes import Pipe
from app.line.service import Bench, Service
from app.line.tape import DirectTape
from hardware.base import RATE, AudioBlock
from hardware.guard import GuardedLine
from hardware.rehearsal import RehearsalSound
from tests.faults.owed import Look
from tests.faults.spoil import keeps_seconds_in_memory

BUFFER = 0.8
"""Seconds of sound that the card keeps."""


def with_a_real_buffer(sound: RehearsalSound) -> RehearsalSound:
    """What the worker fetches later than BUFFER by its own fault is lost: silence, and counted."""
    fetch, last = sound.poll, [Look.now()]

    def poll() -> Sequence[AudioBlock]:
        before, last[0] = last[0], Look.now()
        late = last[0].at - before.at - last[0].owed_since(before) - BUFFER
        lost = round(max(0.0, late) * RATE)
        blocks = list(fetch())
        for index, block in enumerate(blocks):
            gone = min(lost, block.samples)
            lost -= gone
            if gone:
                blocks[index] = replace(block, right=bytes(2 * gone) + block.right[2 * gone :], gap=gone)
        return blocks

    sound.poll = poll  # type: ignore[method-assign]
    return sound


def slow_disk(seconds: float) -> None:
    """The third sync takes so long."""
    real, count = recording.sync_data, [0]

    def slow(descriptor: int) -> None:
        count[0] += 1
        if count[0] == 3:
            time.sleep(seconds)
        real(descriptor)

    recording.sync_data = slow


def slow_opening(seconds: float) -> None:
    """A recording takes so long to be opened."""
    real = recording.Recorder._begin

    def slow(self: recording.Recorder, *arguments: object) -> None:
        time.sleep(seconds)
        real(self, *arguments)  # type: ignore[arg-type]

    recording.Recorder._begin = slow  # type: ignore[assignment]


def hanging_driver() -> None:
    """The driver does not come back once a call is connected."""
    real = GuardedLine.poll

    def hangs(self: GuardedLine) -> object:
        if self.state.value == "connected":
            time.sleep(600)
        return real(self)

    GuardedLine.poll = hangs  # type: ignore[method-assign, assignment]


def noisy_libraries() -> None:
    """One prints before the pipes are claimed, one later."""
    print("ALSA lib pcm.c:2660: Unknown PCM", flush=True)
    real = line_worker.claim_pipes

    def claim() -> object:
        pipes = real()
        print("jack server is not running", flush=True)
        return pipes

    line_worker.claim_pipes = claim  # type: ignore[assignment]


_WITHOUT_AMOUNT = {"deaf": hanging_driver, "noisy": noisy_libraries, "lazy": keeps_seconds_in_memory}


def main(fault: str, amount: str = "0") -> int:
    """Put the fault in, then serve."""
    build = line_worker.build

    def built(*arguments: object) -> Bench:
        bench = build(*arguments)  # type: ignore[arg-type]
        assert isinstance(bench.sound, RehearsalSound)
        return replace(bench, sound=with_a_real_buffer(bench.sound))

    line_worker.build = built
    if fault in ("stall", "direct"):
        slow_disk(float(amount))
    match fault:
        case "opening":
            slow_opening(float(amount))
        case "direct":
            service.RingTape = DirectTape  # type: ignore[assignment, misc]
        case "ring":
            tape.RING = round(float(amount) * RATE)
        case "patience":
            line_worker.Service = partial(Service, patience=int(amount))  # type: ignore[assignment, misc]
        case "careless":
            line_worker.Service = partial(Service, patience=10**9)  # type: ignore[assignment, misc]
            Pipe.ended = property(lambda _self: False, lambda _self, _value: None)  # type: ignore[assignment]
        case _ if fault in _WITHOUT_AMOUNT:
            _WITHOUT_AMOUNT[fault]()
    return line_worker.main()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
