"""The disk has no room for one line of the journal and takes the next ones: what the line would have said is said later, not left out."""

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.case_in_hand import CaseInHand
from app.errors import StorageError
from app.evidence import appended
from app.evidence.verify import verify
from app.interview.screen import Notice, Page
from app.line.contract import Gap
from app.store import Store
from tests.desk_room import Room, centre
from tests.desk_talk import answers, events, ring, seat, talk

Refuse = Callable[[str, int], None]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    """A desk whose first respondent answers everything."""
    room = seat(tmp_path, answers())
    yield room
    room.close()


@pytest.fixture
def refuse(monkeypatch: pytest.MonkeyPatch) -> Refuse:
    """refuse(type, times): the disk is full, so often, when a line of this type is to be written."""
    real, left = appended.write_all, dict[bytes, int]()

    def write(descriptor: int, data: bytes) -> None:
        for kind, times in left.items():
            if b'"type":"' + kind + b'"' in data and times:
                left[kind] = times - 1
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(descriptor, data)

    monkeypatch.setattr(appended, "write_all", write)
    return lambda kind, times: left.update({kind.encode(): times})


def saved(room: Room, outcome: str) -> None:
    """The interviewer chooses the outcome until it is saved: twice is enough."""
    for _ in range(2):
        if room.desk.screen.page is Page.OUTCOME:
            room.desk.choose_outcome(outcome)
    assert (room.desk.screen.page, room.desk.screen.notice) == (Page.READY, Notice.SAVED)


def judged(room: Room) -> None:
    """Sign out and let the whole folder be verified, in this very run of the program."""
    room.desk.sign_out()
    verdict = verify(room.folder, identities=list(centre().identities.values()))
    assert verdict.ok, verdict.text()


def types(room: Room) -> list[str]:
    """The types of the journal's lines, without marks."""
    return [event["type"] for event in events(room) if event["type"] != "rec.mark"]


def test_the_end_of_a_call_that_found_no_room_is_written_with_the_next_line_of_its_recording(
    room: Room, refuse: Refuse
) -> None:
    ring(room)
    talk(room, "q03")
    refuse("dial.end", 1)
    room.desk.hang_up()
    assert room.desk.screen.notice is Notice.STOPPED
    assert types(room)[-2:] == ["dial.end", "rec.close"]
    saved(room, "39")
    judged(room)


def test_a_call_whose_end_found_room_a_minute_later_is_not_taken_for_a_minute_longer(
    room: Room, refuse: Refuse
) -> None:
    ring(room)
    talk(room, "q03")
    refuse("dial.end", 3)
    room.desk.hang_up()
    assert "dial.end" not in types(room), "the disk is still full"
    room.desk.choose_outcome("39")
    assert (room.desk.screen.page, room.desk.screen.notice) == (Page.OUTCOME, Notice.STOPPED)
    room.pass_time(60_000)
    saved(room, "39")
    assert types(room)[-5:] == ["dial.end", "rec.close", "outcome.commit", "interview.close", "io.error"]
    (end,) = events(room, "dial.end")
    assert end["late"] == 60_000
    judged(room)


def test_a_desk_that_forgets_what_it_owes_is_caught(
    room: Room, refuse: Refuse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The saboteur: only the last thing owed is remembered, as it once was."""
    monkeypatch.setattr(CaseInHand, "owe", lambda _self, step: step())
    ring(room)
    refuse("dial.end", 1)
    room.desk.hang_up()
    saved(room, "39")
    with pytest.raises(AssertionError, match="nothing says when it ended"):
        judged(room)


def test_a_gap_in_the_sound_that_found_no_room_is_told_before_the_outcome(room: Room, refuse: Refuse) -> None:
    ring(room)
    refuse("rec.gap", 1)
    room.desk._take([Gap(8000, 400)])
    room.desk.hang_up()
    saved(room, "39")
    (gap,) = events(room, "rec.gap")
    assert (gap["at"], gap["samples"]) == (8000, 400)
    assert types(room).index("rec.gap") < types(room).index("dial.end")


def sealed(room: Room) -> set[str]:
    """The sealed files in the data folder."""
    return {path.name for path in (room.folder / "objects").iterdir()}


def due(room: Room, kind: str) -> set[str]:
    """The sealed files of a kind that wait to be sent."""
    return {parcel.sha256 for parcel in room.ledger.store.pending() if parcel.kind == kind}


def test_an_interview_whose_line_found_no_room_is_sealed_once_more_and_the_first_seal_is_gone(
    room: Room, refuse: Refuse
) -> None:
    ring(room)
    talk(room)
    before = sealed(room)
    refuse("outcome.commit", 1)
    room.desk.choose_outcome("60")
    assert (room.desk.screen.page, room.desk.screen.notice) == (Page.OUTCOME, Notice.STOPPED)
    assert (sealed(room), due(room, "interview")) == (before, set())
    saved(room, "60")
    (closed,) = events(room, "interview.close")
    assert sealed(room) == before | {closed["object"]}
    assert due(room, "interview") == {closed["object"]}
    judged(room)


def test_a_contact_whose_line_found_no_room_is_gone_with_the_call_that_was_not_made(
    room: Room, refuse: Refuse
) -> None:
    room.desk.next_case()
    refuse("dial.start", 1)
    room.desk.dial()
    assert (room.desk.screen.page, room.desk.screen.notice) == (Page.CASE, Notice.STOPPED)
    assert (sealed(room), due(room, "contact")) == (set(), set())
    assert room.ledger.store.open_calls() == {}
    for file in (room.folder / "recordings").iterdir():
        assert file.stat().st_blocks * 512 < 100_000, "what was reserved is given back"
    room.desk.dial()
    room.wait_for(Page.INTERVIEW)
    room.desk.hang_up()
    saved(room, "39")
    judged(room)


def test_a_seal_that_cannot_be_taken_back_is_settled_by_the_next_start(
    room: Room, refuse: Refuse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its call may not be closed in this run: the next start would look no further."""
    ring(room)
    talk(room)
    before = sealed(room)
    refuse("outcome.commit", 1)

    def busy(*_: object) -> None:
        raise StorageError("The store is busy")

    monkeypatch.setattr(Store, "withdraw", busy)
    room.desk.choose_outcome("60")
    monkeypatch.undo()
    assert len(sealed(room)) == len(before) + 1
    room.desk.choose_outcome("60")
    assert (room.desk.screen.page, room.desk.screen.notice) == (Page.OUTCOME, Notice.STOPPED)
    room.close()
    room.clock.advance(60_000)
    room.open()
    assert sealed(room) == before
    room.desk.sign_in("小李")
    judged(room)
