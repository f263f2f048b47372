"""The line worker is killed at random moments of a shift, again and again: every call ends, every case goes on, and the whole stands up
to verify."""

import os
import random
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from app.evidence.recording import join, tail_of
from app.interview.screen import Notice, Page
from app.line import process
from app.line.process import WorkerProcess
from hardware.base import RATE
from tests.desk_room import centre
from tests.desk_talk import SAYS, events
from tests.line.desk import RealRoom, real_room

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(sys.platform == "win32", reason="signals; not tried on Windows"),
]
KILLS = 15


def step(room: RealRoom) -> None:
    """What an interviewer does next."""
    desk = room.desk
    match desk.screen.page:
        case Page.READY:
            desk.next_case()
        case Page.CASE:
            desk.dial()
        case Page.INTERVIEW if desk.screen.question is not None:
            desk.answer(SAYS.get(desk.screen.question.name, ""))
        case Page.OUTCOME:
            desk.choose_outcome(desk.screen.proposed or "16")
        case _:
            pass


def work(room: RealRoom, seconds: float, durable: dict[str, int]) -> None:
    """Work on for a while; what was said to be durable is kept in mind."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        room.desk.tick()
        step(room)
        if room.process.seconds_durable:
            durable[room.process._call] = room.process.seconds_durable
        time.sleep(0.05)


@pytest.mark.parametrize("seed", ["12340"])
def test_kills_at_random_moments_cost_calls_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: str
) -> None:
    monkeypatch.setattr(process, "_SETTLED", -1)  # a campaign does not wait half a minute for the next worker
    chance, durable = random.Random(seed), dict[str, int]()
    room = real_room(tmp_path)
    try:
        killed = 0
        while killed < KILLS:
            work(room, chance.uniform(0.2, 3.5), durable)
            with suppress(AssertionError, ProcessLookupError):  # it is just being started again
                os.kill(room.pid, chance.choice([signal.SIGKILL, signal.SIGABRT, signal.SIGSEGV]))
                killed += 1
        # Nothing hangs: the next whole interview works.
        room.until(lambda: bool(step(room)) or _complete(room), 90)
        assert room.desk.screen.notice in (Notice.SAVED, Notice.LINE_LOST), room.desk.screen
        lost = events(room, "io.error")
        assert len(lost) >= KILLS // 3, "the kills must have hit calls, or they prove nothing"
        for call, seconds in durable.items():
            _there(room, call, seconds)
        verdict = room.verified()
        assert verdict.ok, verdict.text()
    finally:
        room.close()


def _complete(room: RealRoom) -> bool:
    return room.desk.screen.counts.completes >= 1 and room.desk.screen.page is Page.READY


def _there(room: RealRoom, call: str, seconds: int) -> None:
    """Every second that was acknowledged can be opened at the centre, closed properly or not."""
    path = room.ledger.recording_path(call)
    tail = tail_of(path)
    keys = list(centre().identities.values())
    found = join(path, tail if tail.exists() else None, keys, call_id=call)
    assert found >= seconds * RATE, f"call {call}: {found / RATE:.2f} s of {seconds} acknowledged"


def test_a_worker_that_dies_while_a_recording_is_being_opened_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = real_room(tmp_path)
    try:
        assert room.process.ready(30)
        real = WorkerProcess._asked

        def dies(self: WorkerProcess, question: object) -> object:
            os.kill(room.pid, signal.SIGKILL)
            return real(self, question)  # type: ignore[arg-type]

        monkeypatch.setattr(WorkerProcess, "_asked", dies)
        room.desk.next_case()
        room.desk.dial()
        assert (room.desk.screen.page, room.desk.screen.notice) == (Page.CASE, Notice.STOPPED)
        monkeypatch.undo()
        assert events(room, "rec.open", "dial.start") == []
        assert not room.station.store.open_calls()
        room.desk.dial()
        room.shows(Page.INTERVIEW)
        room.desk.hang_up()
        room.shows(Page.OUTCOME)
        room.desk.choose_outcome("31")
        verdict = room.verified()
        assert verdict.ok, verdict.text()
    finally:
        room.close()
