"""Row 17: no more memory. RLIMIT_AS makes the next allocation fail, wherever that is; a memory cgroup has the kernel kill the desk."""

import os
import random
import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.interviewer import Interviewer
from tests.faults.aftermath import judge, later
from tests.faults.campaign import Row, Seen, Trial
from tests.faults.rows.r02_every_call import answers_before_writing
from tests.faults.scripted import Life, fresh, room

_CGROUPS = Path("/sys/fs/cgroup/memory")
_STEPS = 700
"""Moves and waits of an interviewer in the shift, about."""


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

    hunger = from_step(chance, hungry)

    def prepare() -> None:
        saboteur()
        hunger()

    with Life(*fresh(case.folder), prepare=prepare, parting=parting) as life:
        told = life.wait()
    assert not told.died or "MemoryError" in told.died, told.died
    died = told.died.partition(":")[0] or ("killed" if life.status else "lived on")
    return {"died": died, "parting": parting, **judge(room(life.folder, later(life.clock)), told)}


def _killed_by_the_kernel(case: Trial) -> Seen:
    if not os.access(_CGROUPS, os.W_OK):
        return {"could not be had": f"no memory cgroup may be made in {_CGROUPS}"}
    chance, held = case.chance, list[bytes]()

    def hungry() -> None:
        if not held:
            used = int((group / "memory.usage_in_bytes").read_text())
            (group / "memory.limit_in_bytes").write_text(str(used + chance.randrange(2**20)))
        held.append(b"x" * chance.randrange(2**16))

    life = Life(*fresh(case.folder), prepare=from_step(chance, hungry), held=True)
    with _cgroup(case) as group, life:
        (group / "cgroup.procs").write_text(str(life.pid))
        life.go()
        told = life.wait()
    died = "killed" if life.status == signal.SIGKILL else told.died or "lived on"
    return {"died": died, **judge(room(life.folder, later(life.clock)), told)}


def from_step(chance: random.Random, do: Callable[[], None]) -> Callable[[], None]:
    """Do it before every step of the interviewer from some step on."""
    step, left = Interviewer.step, [chance.randrange(_STEPS)]

    def counted(self: Interviewer) -> bool:
        left[0] -= 1
        if left[0] < 0:
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
    ),
    Row(
        "17.control",
        'no more memory, and "saved" before it is written',
        _control,
        short=8,
        long=12,
        control=True,
    ),
]
