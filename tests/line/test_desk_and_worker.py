"""The desk's line worker dies in mid-interview: the desk says so, logs it, and the case goes on."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.interview.screen import LineView, Notice, Page, RecordingView
from tests.desk_talk import events
from tests.line.bench import PATIENCE
from tests.line.desk import RealRoom, real_room


@pytest.fixture
def room(tmp_path: Path) -> Iterator[RealRoom]:
    room = real_room(tmp_path)
    yield room
    room.close()


@pytest.mark.parametrize("how", ["SIGKILL", pytest.param("SIGABRT", marks=pytest.mark.long)])
def test_a_worker_that_dies_costs_the_call_and_nothing_else(room: RealRoom, how: str) -> None:
    room.desk.next_case()
    room.desk.dial()
    room.shows(Page.INTERVIEW)
    room.answer_until("q03")
    room.until(lambda: room.process.seconds_durable >= 3)
    durable, case, first = room.process.seconds_durable, room.desk.screen.case, room.pid
    room.kill(getattr(signal, how))
    room.shows(Page.OUTCOME)
    screen = room.desk.screen
    assert (screen.notice, screen.line) == (Notice.LINE_LOST, LineView.ENDED)
    assert screen.recording is RecordingView.TROUBLE
    assert how in screen.notice_text
    (fault,) = events(room, "io.error")
    assert (fault["where"], fault["code"]) == ("line worker", how)
    assert len(events(room, "rec.recovered")) == 1
    room.desk.choose_outcome("39")
    assert room.desk.screen.page is Page.READY
    room.desk.next_case()
    assert room.process.ready(PATIENCE)
    room.desk.dial()
    assert room.desk.screen.page is Page.DIALING, room.desk.screen
    assert room.pid != first
    room.shows(Page.INTERVIEW)
    room.desk.hang_up()
    room.shows(Page.OUTCOME)
    room.desk.choose_outcome("31")
    assert durable >= 3
    assert case is not None
    verdict = room.verified()
    assert verdict.ok, verdict.text()
