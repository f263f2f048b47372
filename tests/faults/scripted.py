"""The same short shift again and again, so that every single call on its files can be made to fail: the program starts on a folder with a
call that a crash cut off, recovers it, goes on with that case, works through two more, and is closed. Nothing in it is left to chance."""

import atexit
import os
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Self

from app.clock import VirtualClock
from app.errors import FangxinError
from app.interview.interview import Interview
from app.interview.screen import Notice, Page
from app.ledger import Ledger
from hardware.base import Pickup, Resident
from tests.desk_room import NOON, Room, talker
from tests.desk_talk import drawn
from tests.faults.told import Acknowledged, Say, Shift, say_to

CALLS = 3
_SEED, _SIZE = "script", 12
_AFTER_FAULT = 400
"""Moves that the interviewer still tries after the desk has said that it is stopped."""
_PATIENCE = 60.0
_ANSWERED = 8


def room(folder: Path, clock: VirtualClock) -> Room:
    """The scripted room, not open: the first two answer quickly, the others are engaged."""
    numbers = [case.number for case in drawn(_SEED, _SIZE)]
    people = {number: Resident(number, Pickup.BUSY, 0.5) for number in numbers[2:]}
    people |= {number: talker(number, pickup_after=0.5) for number in numbers[:2]}
    return Room(folder, _SEED, _SIZE, people, clock)


@cache
def template() -> Path:
    """A workstation that was killed in the middle of its first interview."""
    folder = Path(tempfile.mkdtemp(prefix="fangxin-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    desk = folder / "desk"
    drawn(_SEED, _SIZE)
    with Life(desk, VirtualClock(NOON), prepare=_pausing) as first:
        while len(first.told.answers) < _ANSWERED:
            assert first.listen(), f"the template's desk ended: {first.told}"
        first.kill()
    return desk


def _pausing() -> None:
    """The desk stands still once some questions are answered, to be killed."""
    answer, answers = Ledger.answer, [0]

    def counted(self: Ledger, *given: Any) -> Interview:
        answers[0] += 1
        if answers[0] > _ANSWERED:
            signal.pause()
        return answer(self, *given)

    Ledger.answer = counted  # type: ignore[method-assign]


def fresh(folder: Path) -> tuple[Path, VirtualClock]:
    """A copy of the template, and the clock of its next start."""
    desk = folder / "desk"
    shutil.copytree(template(), desk)
    return desk, VirtualClock(NOON + 600_000)


def work(folder: Path, clock: VirtualClock, say: Say, calls: int, *, parting: bool = False) -> None:
    """The whole shift. What the program would say to a person is told; what would be a traceback ends the process with it. parting: the
    desk is closed then, as the window does it."""
    try:
        seat = room(folder, clock).open()
    except FangxinError as error:
        say("refused", error)
        return
    shift, left = Shift(seat, say), _AFTER_FAULT
    stopped: list[object] = []

    def hear(*words: object) -> None:
        stopped.extend(words[:1] if words[0] == "stopped" else ())
        say(*words)

    shift._say = hear
    try:
        while left and not (seat.desk.screen.counts.dials >= calls and seat.desk.screen.page is Page.READY):
            shift.once()
            left -= bool(stopped)
        seat.desk.sign_out()
    except Exception:
        if parting:
            with suppress(Exception):
                seat.desk.hang_up()
            seat.close()
        raise
    if not stopped and seat.desk.screen.notice is Notice.STOPPED:
        say("stopped", seat.desk.screen.notice_text)
    seat.close()


@dataclass
class Life:
    """One run of the scripted shift in a child, held at its start until go(). prepare: what is done to the child first (a saboteur)."""

    folder: Path
    clock: VirtualClock
    calls: int = CALLS
    prepare: Callable[[], None] = lambda: None
    parting: bool = False
    told: Acknowledged = field(default_factory=Acknowledged)
    status: int | None = None
    held: bool = False

    def __enter__(self) -> Self:
        self._near, far = socket.socketpair()
        self.pid = os.fork()
        if self.pid == 0:
            self._near.close()
            self._live(far)
        far.close()
        self._near.settimeout(_PATIENCE)
        self._rest = b""
        if not self.held:
            self.go()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._near.close()

    def _live(self, far: socket.socket) -> None:
        say = say_to(far)
        try:
            far.recv(1)
            self.prepare()
            work(self.folder, self.clock, say, self.calls, parting=self.parting)
            say("ended")
        except BaseException as error:  # noqa: BLE001 - the parent is to hear of it
            say("died", f"{type(error).__name__}: {error}")
        finally:
            os._exit(0)

    def go(self) -> None:
        """Let it begin."""
        self._near.sendall(b"g")

    def listen(self) -> bool:
        """Take in what has come; False at the end of the process."""
        data = self._near.recv(65536)
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self.told.take(line.decode())
        return bool(data)

    def wait(self) -> Acknowledged:
        """Until it has ended, however it does."""
        while self.listen():
            pass
        self._reap()
        return self.told

    def kill(self) -> None:
        """SIGKILL, and whatever it had said until then."""
        if self.status is None:
            os.kill(self.pid, 9)
            self.wait()

    def _reap(self) -> None:
        if self.status is None:
            until = time.monotonic() + _PATIENCE
            while (done := os.waitpid(self.pid, os.WNOHANG)) == (0, 0):
                assert time.monotonic() < until, "the desk hangs"
                time.sleep(0.001)
            self.status = done[1]
