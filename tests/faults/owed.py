"""What a busy machine owes this process and those it started: time that is no fault of the product, moment by moment."""

import os
import time
from collections.abc import Mapping
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import NamedTuple

_MACHINE = Path("/proc/stat")
"""Linux has such files; elsewhere nothing is known to be owed."""


class Look(NamedTuple):
    """A moment, and seconds so far. waited: for which each thread looked at (by its number) wanted to run and the machine let others run,
    as Linux counts them; stolen: for which the machine's own host let others run; computed: for which this thread ran."""

    at: float
    waited: Mapping[str, float]
    stolen: float
    computed: float

    @classmethod
    def now(cls, *others: int) -> "Look":
        """This moment, of the thread that asks. others: processes that have a part in what is measured, by their numbers."""
        waited, stolen = dict[str, float](), 0.0
        for thread in chain.from_iterable(map(_threads, ("self", *others))):
            with suppress(OSError):  # it has just ended
                told = (thread / "schedstat").read_text(encoding="ascii")
                waited[thread.name] = int(told.split()[1]) / 1e9
        if _MACHINE.exists():
            with _MACHINE.open(encoding="ascii") as file:
                stolen = int(file.readline().split()[8]) / os.sysconf("SC_CLK_TCK")
        return cls(time.monotonic(), waited, stolen, time.thread_time())

    def owed_since(self, before: "Look") -> float:
        """Seconds that the machine owed: to all threads, for who waits for Python's lock waits for the thread that has it, and that one for
        a processor."""
        waited = (long - before.waited.get(thread, 0.0) for thread, long in self.waited.items())
        return sum(waited) + self.stolen - before.stolen


def _threads(process: int | str) -> list[Path]:
    """Where its threads are told of; nowhere when it is gone."""
    with suppress(OSError):
        return list(Path(f"/proc/{process}/task").iterdir())
    return []
