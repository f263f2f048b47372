"""Row 17: no more memory. RLIMIT_AS makes the next allocation fail, wherever that is; a memory cgroup has the kernel kill the desk."""

import os
import random
import resource
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from app.interviewer import Interviewer
from tests.faults.aftermath import judge, later
from tests.faults.campaign import Row, Seen, Trial
from tests.faults.rows.r02_every_call import answers_before_writing
from tests.faults.scripted import Life, fresh, room
from tests.faults.spoil import Tally, spoil

_CGROUPS = Path("/sys/fs/cgroup/memory")
_LAST = 60
"""The hunger begins at the latest so many moves and waits of the interviewer before the end of the shift."""


def _limit(case: Trial, saboteur: Callable[[], None] = lambda: None) -> Seen:
    """Every other desk dies where it stands; the others are closed as the window closes a desk that crashed."""
    parting = case.number % 2 == 1
    chance, held = case.chance, list[bytes]()

    def hungry() -> None:
        """Somebody else takes what there is; a little comes free again now and then."""
        size = _status("VmSize")
        resource.setrlimit(resource.RLIMIT_AS, (size, -1))
        for block in (2**20, 2**16, 2**12, 512, 64):
            with suppress(MemoryError):
                while True:
                    held.append(bytes(block))
        del held[-chance.randrange(1, 400) :]

    struck = Tally()
    hunger = from_step(chance, hungry, struck)

    def prepare() -> None:
        saboteur()
        hunger()

    with Life(*fresh(case.folder), prepare=prepare, parting=parting) as life:
        told = life.wait()
    assert not told.died or "MemoryError" in told.died, told.died
    assert struck.count, "the memory was never taken"
    died = told.died.partition(":")[0] or ("killed" if life.status else "lived on")
    return {"died": died, "parting": parting, **judge(room(life.folder, later(life.clock)), told)}


def _killed_by_the_kernel(case: Trial) -> Seen:
    chance, held = case.chance, list[bytes]()

    def hungry() -> None:
        if not held:
            used = int((group / "memory.usage_in_bytes").read_text())
            (group / "memory.limit_in_bytes").write_text(str(used + chance.randrange(2**20)))
        held.append(b"x" * chance.randrange(2**18))

    life = Life(*fresh(case.folder), prepare=from_step(chance, hungry, Tally()), held=True)
    with _cgroup(case) as group, life:
        (group / "cgroup.procs").write_text(str(life.pid))
        life.go()
        told = life.wait()
    assert life.status == signal.SIGKILL, f"the kernel did not kill it: {told.died or 'it lived on'}"
    return {"died": "killed", **judge(room(life.folder, later(life.clock)), told)}


@cache
def _steps() -> int:
    """Moves and waits of an interviewer in the scripted shift: the same every time."""
    steps, folder, real = Tally(), Path(tempfile.mkdtemp(prefix="fangxin-steps-")), Interviewer.step

    def counted(self: Interviewer) -> bool:
        steps.add()
        return real(self)

    def prepare() -> None:
        spoil(Interviewer, "step", counted)

    try:
        with Life(*fresh(folder), prepare=prepare) as life:
            assert life.wait().ended, life.told
    finally:
        shutil.rmtree(folder)
    return steps.count


def from_step(chance: random.Random, do: Callable[[], None], struck: Tally) -> Callable[[], None]:
    """Do it before every step of the interviewer from some step on. struck: counts how often."""
    step, left = Interviewer.step, [chance.randrange(_steps() - _LAST)]

    def counted(self: Interviewer) -> bool:
        left[0] -= 1
        if left[0] < 0:
            struck.add()
            do()
        return step(self)

    def begin() -> None:
        Interviewer.step = counted  # type: ignore[method-assign]

    return begin


@contextmanager
def _cgroup(case: Trial) -> Iterator[Path]:
    group = _CGROUPS / f"fangxin-{os.getpid()}-{case.number}"
    group.mkdir()
    try:
        yield group
    finally:
        group.rmdir()


def _status(name: str) -> int:
    """A size of this process, in bytes."""
    (line,) = [x for x in Path("/proc/self/status").read_text().splitlines() if x.startswith(name + ":")]
    return int(line.split()[1]) * 1024


def _control(case: Trial) -> Seen:
    return _limit(case, answers_before_writing)


ROWS = [
    Row("17", "no more memory (RLIMIT_AS) at a random moment", _limit, short=12, long=100),
    Row(
        "17.kill",
        "killed by the kernel for memory (cgroup)",
        _killed_by_the_kernel,
        short=6,
        long=40,
        root=True,
        writes=_CGROUPS,
    ),
    Row(
        "17.control",
        'no more memory, and "saved" before it is written',
        _control,
        short=8,
        long=12,
        control="answer .* is lost",
    ),
]
