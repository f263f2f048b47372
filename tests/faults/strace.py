"""One chosen call on a file is made to fail, or to be the last: strace stops the real Python between two system calls of the kernel.

Counted once, for a shift that is the same every time; then any of the calls can be named by its kind and number.
"""

import random
import re
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from math import gcd
from pathlib import Path

from tests.faults.aftermath import judge, later
from tests.faults.campaign import NoMoreError, Trial
from tests.faults.scripted import CALLS as CALLS_OF_SHIFT
from tests.faults.scripted import Life, fresh, room, work
from tests.faults.told import Acknowledged

CALLS = (
    "openat",
    "write",
    "pwrite64",
    "fdatasync",
    "fsync",
    "rename",
    "renameat",
    "unlink",
    "unlinkat",
    "rmdir",
    "mkdir",
    "ftruncate",
    "truncate",
    "fallocate",
)
"""Everything by which the program changes a file or makes it durable."""
_LINE = re.compile(r"^(?:\d+ +)?(\w+)\((.*)$")
_NAMES = re.compile(r'<([^>]*)>|"([^"]*)"')


@dataclass(frozen=True, slots=True)
class Call:
    """The number-th (from 1) call of this name. file: what it was about, as strace tells."""

    name: str
    number: int
    file: str
    failed: bool = False

    def __str__(self) -> str:
        return f"{self.name} no. {self.number} ({self.file})"

    def seen(self) -> dict[str, object]:
        """For the line of a trial."""
        return {"call": self.name, "n": self.number, "file": self.file}

    @contextmanager
    def named(self) -> Iterator[None]:
        """What fails within is said of this call."""
        try:
            yield
        except AssertionError as error:
            raise AssertionError(f"at {self}: {error}") from error


@cache
def counted() -> tuple[Call, ...]:
    """Every call of the scripted shift that changes a file or syncs it, in order."""
    folder = Path(tempfile.mkdtemp(prefix="fangxin-count-"))
    try:
        # Once beforehand in this very process, with all that comes after: what is imported late is here then when a trial forks, and is
        # not counted.
        desk, clock = fresh(folder / "first")
        work(desk, clock, lambda *_: None, CALLS_OF_SHIFT)
        judge(room(desk, later(clock)), Acknowledged())
        with Life(*fresh(folder / "counted"), held=True) as life:
            told = under_strace(life, folder / "log")
            assert told, "strace saw nothing"
            assert life.told.ended, f"the shift does not end: {life.told}"
            assert not life.told.stopped, life.told.stopped
        return tuple(told)
    finally:
        shutil.rmtree(folder)


def chosen(case: Trial, where: Callable[[Call], bool] = lambda _: True) -> Call:
    """The call of this trial. The trials of one seed lie evenly over the shift however many there are, and as many as there are calls
    take each of them once; then NoMoreError."""
    calls = [call for call in counted() if where(call)]
    if case.number >= len(calls):
        raise NoMoreError
    stride = next(
        n for n in range(max(1, round(len(calls) * 0.618)), len(calls) + 2) if gcd(n, len(calls)) == 1
    )
    start = random.Random(case.seed).randrange(len(calls))
    return calls[(start + case.number * stride) % len(calls)]


def under_strace(life: Life, log: Path, *inject: str) -> list[Call]:
    """Run a held life to its end under strace; the calls on files that changed something, in order."""
    options = [f"--inject={each}" for each in inject]
    command = ["strace", "-f", "-y", "-s0", "-o", str(log), "-e", f"trace={','.join(CALLS)}", *options]
    with subprocess.Popen(
        [*command, "-p", str(life.pid)], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as strace:
        assert strace.stderr is not None
        for line in strace.stderr:
            if "attached" in line:
                break
        life.go()
        life.wait()
        strace.wait(120)
    return list(_calls(log))


def _calls(log: Path) -> list[Call]:
    seen: Counter[str] = Counter()
    calls = []
    for line in log.read_text(errors="replace").splitlines():
        if (found := _LINE.match(line)) is None or found[1] not in CALLS:
            continue
        name, rest = found[1], found[2]
        seen[name] += 1
        if name == "openat" and "O_CREAT" not in rest:
            continue
        names = [each for pair in _NAMES.findall(rest) for each in pair if each]
        calls.append(Call(name, seen[name], Path(names[-1]).name if names else "", "(INJECTED)" in rest))
    return calls
