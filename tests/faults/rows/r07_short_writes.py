"""Row 7: the disk takes less than it was given. Either the rest is written too, or nothing was acknowledged."""

import os
import random
import resource
import signal
from collections.abc import Callable
from pathlib import Path

from app.evidence import age, appended, durable, recording, treefile
from tests.faults.aftermath import judge, later
from tests.faults.campaign import Row, Seen, Trial
from tests.faults.rows.r08_disk_errors import refused
from tests.faults.scripted import Life, fresh, room
from tests.faults.spoil import Tally, spoil
from tests.faults.strace import chosen

_PLACES = {
    "the journal": "journals/*/journal.jsonl",
    "a tail": "recordings/*.tail",
    "an age file": "recordings/*.age",
    "the store": "store.db-wal",
    "a sealed object": "objects/*",
}

_PARTS = 100
"""Writes of which a part must have been taken in a shift that proves something."""


def _nothing(case: Trial) -> Seen:
    call = chosen(case, lambda call: call.name in ("write", "pwrite64"))
    return refused(case, call, "retval=0", Life(*fresh(case.folder), held=True))


def takes_a_part(chance: random.Random, parts: Tally) -> Callable[[], None]:
    """From now on each os.write really writes a part of what it is given, often one byte, and says so. parts: counts them."""
    write = os.write

    def part(descriptor: int, data: bytes) -> int:
        most = len(data)
        size = chance.choice([1, most, chance.randint(1, most)])
        if size < most:
            parts.add()
        return write(descriptor, bytes(data[:size]))

    def begin() -> None:
        os.write = part

    return begin


def _part(case: Trial, saboteur: Callable[[], None] = lambda: None) -> Seen:
    parts = Tally()
    begin = takes_a_part(case.chance, parts)

    def prepare() -> None:
        saboteur()
        begin()

    with Life(*fresh(case.folder), prepare=prepare) as life:
        told = life.wait()
    assert parts.count > _PARTS, f"only {parts.count} writes took a part"
    assert told.ended, f"the shift came to no end: {told.stopped} {told.refused} {told.died}"
    assert not told.stopped, told.stopped
    return {"parts": parts.count, **judge(room(life.folder, later(life.clock)), told)}


def _limit(case: Trial) -> Seen:
    """RLIMIT_FSIZE falls on a file as it grows: the kernel writes a part, then says EFBIG and sends SIGXFSZ."""
    what = list(_PLACES)[case.number % len(_PLACES)]
    with Life(*fresh(case.folder)) as life:
        answers = case.chance.randrange(2, 30)
        while len(life.told.answers) < answers and life.listen():
            pass
        largest = max(_sizes(life.folder, _PLACES[what]), default=0)
        resource.prlimit(life.pid, resource.RLIMIT_FSIZE, (largest + case.chance.randrange(1, 3000), -1))
        told = life.wait()
    assert life.status != signal.SIGXFSZ, "SIGXFSZ killed the desk"
    assert not told.died, told.died
    said = (*told.stopped, told.refused)[0]
    assert said, "the files may not grow, and nobody was told"
    return {"limit at": what, "stopped": said, **judge(room(life.folder, later(life.clock)), told)}


def _sizes(folder: Path, pattern: str) -> list[int]:
    return [path.stat().st_size for path in folder.glob(pattern)]


def takes_parts_for_wholes() -> None:
    """The saboteur: what os.write says is not looked at."""

    def careless(descriptor: int, data: bytes) -> None:
        os.write(descriptor, data)

    for module in (age, appended, durable, recording, treefile):
        spoil(module, "write_all", careless)


def _control(case: Trial) -> Seen:
    return _part(case, takes_parts_for_wholes)


ROWS = [
    Row("7", "a write takes nothing, each write", _nothing, short=12, long=10_000, needs=("strace",)),
    Row("7.part", "every write of ours takes a part, often one byte", _part, short=2, long=20),
    Row("7.limit", "RLIMIT_FSIZE in the middle of a file", _limit, short=10, long=100),
    Row(
        "7.control",
        "the same with a program that takes a part for the whole",
        _control,
        short=1,
        long=3,
        control=r"start is refused|\d+ acknowledged|is lost|NOT PROVEN|NOT COMPLETE",
    ),
]
