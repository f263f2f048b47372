"""A call that outlasts the room that was reserved for it: it has more in time, or its interviewer hears in time that there is none."""

import errno
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.desk import Desk
from app.evidence.recording import sizes, tail_of
from app.evidence.verify import verify
from app.interview.screen import Notice, Page, RecordingView
from hardware.base import RATE
from tests.desk_room import Room, centre
from tests.desk_talk import answers, events, ring, seat, talk

MINUTE = 60
RESERVED = 12 * MINUTE


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    """A desk that reserves 12 minutes instead of 40 before it dials."""
    monkeypatch.setattr("app.case_in_hand.RESERVE_SECONDS", RESERVED)
    made = seat(tmp_path, answers(), answers())
    yield made
    made.close()


class FullDisk:
    """Somebody else has the rest of the disk: nothing more can be reserved, what was reserved stays."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.full = True
        patch.setattr("app.room.reserve", self._reserve)

    def _reserve(self, *_: object) -> None:
        if self.full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def goes_on(room: Room, seconds: int) -> list[str]:
    """They talk until the call is so long, or over. Returns the minutes that the interviewer was told, in order."""
    told: list[str] = []
    while room.worker.samples < seconds * RATE and room.desk.screen.page is Page.INTERVIEW:
        room.pass_time(1_000, step=500)
        screen = room.desk.screen
        if screen.notice is Notice.NO_ROOM and told[-1:] != [screen.notice_text]:
            told.append(screen.notice_text)
    return told


def closed(room: Room) -> dict[str, Any]:
    """The interviewer ends the call, if it is still on, and codes it; everything is there. Returns its rec.close."""
    room.desk.hang_up()
    room.wait_for(Page.OUTCOME)
    room.desk.choose_outcome("39")
    assert room.desk.screen.notice is Notice.SAVED, room.desk.screen.notice_text
    room.desk.sign_out()
    verdict = verify(room.folder, identities=list(centre().identities.values()))
    assert verdict.ok, verdict.text()
    return events(room, "rec.close")[-1]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is reserved, only looked at")
def test_a_long_call_has_more_of_the_disk_before_its_own_is_used_up_and_gives_back_what_it_did_not_need(
    room: Room,
) -> None:
    ring(room)
    path = room.ledger.recording_path(events(room, "rec.open")[-1]["call"])
    assert goes_on(room, RESERVED - 9 * MINUTE) == []
    for file, size in zip((path, tail_of(path)), sizes(RESERVED + 20 * MINUTE), strict=True):
        assert file.stat().st_blocks * 512 >= size
    assert goes_on(room, RESERVED + 2 * MINUTE) == []
    assert room.desk.screen.page is Page.INTERVIEW, "a long call is ended for nothing"
    assert closed(room)["samples"] >= (RESERVED + 2 * MINUTE) * RATE
    assert path.stat().st_blocks * 512 < path.stat().st_size + 2**16


def test_where_no_more_can_be_had_the_interviewer_hears_it_each_minute_and_the_call_ends_within_its_room(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring(room)
    talk(room, "q05")
    FullDisk(monkeypatch)
    assert goes_on(room, RESERVED + MINUTE) == [str(left) for left in range(9, 0, -1)]
    screen = room.desk.screen
    assert (screen.page, screen.notice) == (Page.OUTCOME, Notice.STOPPED)
    assert "disk is full" in screen.notice_text
    samples = closed(room)["samples"]
    assert (RESERVED - 2 * MINUTE) * RATE < samples < (RESERVED - MINUTE // 2) * RATE
    assert [event["code"] for event in events(room, "io.error")] == ["ENOSPC"]


def test_a_desk_that_looks_the_other_way_outlasts_its_room(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The saboteur: no call ends by itself."""
    monkeypatch.setattr(Desk, "_keep_room", lambda _self: None)
    ring(room)
    FullDisk(monkeypatch)
    assert goes_on(room, RESERVED + MINUTE) == []
    assert closed(room)["samples"] > RESERVED * RATE


def test_an_interviewer_who_comes_to_the_end_in_time_saves_the_whole_interview_and_is_told_no_longer(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring(room)
    FullDisk(monkeypatch)
    assert goes_on(room, RESERVED - 8 * MINUTE) == ["9", "8"]
    talk(room)
    assert room.desk.screen.notice is not Notice.NO_ROOM, "the call is over"
    room.desk.choose_outcome("60")
    assert room.desk.screen.notice is Notice.SAVED


def test_once_there_is_room_again_the_call_goes_on(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    ring(room)
    disk = FullDisk(monkeypatch)
    assert goes_on(room, RESERVED - 5 * MINUTE)[-1] == "5"
    disk.full = False
    room.pass_time(11_000, step=500)
    assert (room.desk.screen.notice, room.desk.screen.recording) == (Notice.NONE, RecordingView.ON)
    assert goes_on(room, RESERVED + 2 * MINUTE) == []
    assert closed(room)["samples"] >= (RESERVED + 2 * MINUTE) * RATE


def test_a_recording_that_was_closed_meanwhile_is_left_alone(room: Room) -> None:
    """The line worker may be ahead of the desk, which has not heard yet that the call is over."""
    ring(room)
    path = room.ledger.recording_path(events(room, "rec.open")[-1]["call"])
    closed(room)
    size = path.stat()
    room.ledger.room.more(path, 3 * RESERVED)
    assert (path.stat().st_size, path.stat().st_blocks) == (size.st_size, size.st_blocks)
    assert not tail_of(path).exists()
