"""The line worker, and then the desk, are killed at random moments of a shift, again and again: every call ends, every case goes on, and
the whole stands up to verify."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from app import workplace
from app.evidence.recording import join, tail_of
from app.interview.screen import Notice, Page
from app.line import process
from app.line.process import WorkerProcess
from hardware.base import RATE
from tests.desk_room import centre
from tests.desk_talk import events
from tests.line.bench import PATIENCE
from tests.line.desk import RealRoom, real_room
from tests.line.lone_desk import step

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(sys.platform == "win32", reason="signals; not tried on Windows"),
]
KILLS = 15


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
        while killed < KILLS or _lost(room) < KILLS // 3:
            assert killed < 10 * KILLS, "the kills must hit calls, or they prove nothing"
            work(room, chance.uniform(0.2, 3.5), durable)
            with suppress(AssertionError, ProcessLookupError):  # it is just being started again
                os.kill(room.pid, chance.choice([signal.SIGKILL, signal.SIGABRT, signal.SIGSEGV]))
                killed += 1
        # Nothing hangs: the next whole interview works.
        room.until(lambda: bool(step(room)) or _complete(room), 300)
        assert room.desk.screen.notice in (Notice.SAVED, Notice.LINE_LOST), room.desk.screen
        for call, seconds in durable.items():
            _there(room, call, seconds)
        verdict = room.verified()
        assert verdict.ok, verdict.text()
    finally:
        room.close()


def _lost(room: RealRoom) -> int:
    """How many calls a kill has ended so far; the others hit a worker that was just being started, on a slow machine most of them."""
    return len(events(room, "io.error"))


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
        assert room.process.ready(PATIENCE)
        room.desk.dial()
        room.shows(Page.INTERVIEW)
        room.desk.hang_up()
        room.shows(Page.OUTCOME)
        room.desk.choose_outcome("31")
        verdict = room.verified()
        assert verdict.ok, verdict.text()
    finally:
        room.close()


def _calls(journals: Path) -> int:
    """How many calls stand in the journals of a desk that another process has open."""
    return sum(path.read_bytes().count(b'"dial.start"') for path in journals.glob("*/journal.jsonl"))


def _another_call(journals: Path, before: int) -> None:
    """Wait until the desk has dialled once more."""
    until = time.monotonic() + 120
    while _calls(journals) <= before:
        assert time.monotonic() < until, "the desk does not dial"
        time.sleep(0.02)


def test_desks_that_are_killed_leave_whole_recordings_and_the_next_one_goes_on(tmp_path: Path) -> None:
    chance, calls = random.Random("12340"), 0
    for _ in range(5):
        desk = subprocess.Popen(
            [sys.executable, "-m", "tests.line.lone_desk", str(tmp_path), "shift"],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parent.parent.parent,
        )
        assert desk.stdout is not None
        assert desk.stdout.readline().strip().isdigit()
        _another_call(tmp_path / "desk" / "journals", calls)
        time.sleep(chance.uniform(0.0, 3.0))
        calls = _calls(tmp_path / "desk" / "journals")
        desk.kill()
        desk.communicate()
    workplace._alone(tmp_path / "desk" / "line.lock")
    room = real_room(tmp_path)
    try:
        recovered = events(room, "rec.recovered")
        calls = len(events(room, "dial.start"))
        assert calls >= 5, "the kills must have hit calls, or they prove nothing"
        assert recovered, "at least one desk died in a call"
        assert all(each["tail_sha256"] == "" for each in recovered), "its worker closed the recording"
        verdict = room.verified()
        assert verdict.ok, verdict.text()
    finally:
        room.close()
