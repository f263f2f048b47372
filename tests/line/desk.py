"""A desk whose line worker is a real child process on the rehearsal line, in real time; wall clock at noon of the study's field time."""

import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.evidence.verify import Verdict, verify
from app.interview.screen import Page
from app.line.child import worker_command
from app.line.contract import LineChoice
from app.line.messages import PROTOCOL, Begin
from app.line.process import WorkerProcess
from hardware.base import Practice, Resident
from tests.desk_room import NOON, Room, centre, talker
from tests.desk_talk import SAYS, drawn
from tests.line.bench import PATIENCE


class NoonClock:
    """Real time, on a day of the study. now, elapsed: as VirtualClock has them."""

    boot = "real"

    def __init__(self) -> None:
        self._zero = time.monotonic_ns() // 1_000_000
        self.now = (
            NOON + time.time_ns() // 1_000_000 % 86_400_000
        )  # the next process comes later, never at the same moment

    @property
    def elapsed(self) -> int:
        """ms since it was made."""
        return self.mono() - self._zero

    def wall(self) -> int:
        """ms since 1970."""
        return self.now + self.elapsed

    def mono(self) -> int:
        """The machine's own: the child process reads the same."""
        return time.monotonic_ns() // 1_000_000


@dataclass
class RealRoom(Room):
    """A room with a child process. fault: what tests.line.stalling does to it; () = nothing."""

    fault: tuple[str, ...] = ()
    clock: NoonClock = field(default_factory=NoonClock)  # type: ignore[assignment]

    def line(self, residents: Mapping[str, Resident]) -> Practice:
        """Start the child."""
        begin = Begin(
            PROTOCOL,
            LineChoice("rehearsal"),
            transcript=str(self.folder / "logs" / "line.log"),
            lock=str(self.folder / "line.lock"),
            residents=tuple(residents.values()),
            seed=self.seed,
        )
        spoiled = [sys.executable, "-m", "tests.line.stalling", *self.fault]
        command = spoiled if self.fault else worker_command()
        self.process = WorkerProcess(
            command, begin, self.clock, errors=self.folder / "errors.txt", log=self.log.append
        )
        self.worker = self.process  # type: ignore[assignment]
        return self.process

    def __post_init__(self) -> None:
        self.log: list[str] = []

    @property
    def pid(self) -> int:
        """The child."""
        assert self.process._child is not None
        return self.process._child.pid

    def until(self, true: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Tick as the desk's thread does, until something is true."""
        until = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < until, f"never came: {self.desk.screen} {self.log}"
            self.desk.tick()
            time.sleep(0.01)

    def shows(self, page: Page) -> None:
        """Until the desk shows a page."""
        self.until(lambda: self.desk.screen.page is page)

    def answer_until(self, name: str) -> None:
        """Answer what is asked without waiting for the resident, up to a question."""
        while (question := self.desk.screen.question) is not None and question.name != name:
            self.desk.answer(SAYS.get(question.name, ""))
            assert self.desk.screen.question != question

    def kill(self, number: int = signal.SIGKILL) -> None:
        """What a fault does to the child."""
        os.kill(self.pid, number)

    def verified(self) -> Verdict:
        """Sign out, and let the whole folder be judged."""
        self.desk.sign_out()
        self.ledger.journal.checkpoint()
        return verify(self.folder, identities=list(centre().identities.values()))


def real_room(folder: Path, *, auto_dial: bool = False, fault: tuple[str, ...] = ()) -> RealRoom:
    """Signed in; everybody picks up after half a second and answers everything. fault: as RealRoom has it."""
    residents = {case.number: talker(case.number, pickup_after=0.5) for case in drawn("real", 40)}
    room = RealRoom(folder / "desk", "real", 40, residents, fault=fault)
    room.open()
    assert room.process.ready(PATIENCE), room.log
    room.desk._show(auto_dial=True if auto_dial else None)
    room.desk.sign_in("小李")
    return room
