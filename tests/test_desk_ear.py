"""What the line says, at the desk: proposed, confirmed with one key, offered to the room's library, and never coded by itself."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from app.canonical import Value
from app.desk import Desk
from app.evidence.journal import read
from app.interview.screen import LineView, Page
from app.interview.telephone_views import HeardView
from app.line.contract import Overheard
from app.line.worker import LineWorker
from app.sample.outcome import load_outcomes
from hardware.base import Announcement, Answered, Cause, LineEvent, Pickup, ToneHeard
from hardware.listen import Listener
from tests.desk_room import Room, talker


class Listening:
    """A desk whose line worker listens, with what it plays and what it offers to the library."""

    def __init__(self, folder: Path, pickup: Pickup, autocode: Mapping[str, int]) -> None:
        self.room = Room(folder)
        self.room.open()
        number = self.room.station.store.cases()
        people = {case.number: replace(talker(case.number), pickup=pickup) for case in number}
        self.room.close()
        self.room.residents = people
        self.room.open()
        room = self.room
        worker = LineWorker(room.room.line, room.room.sound, room.entropy, ear=Listener)
        self.played: list[bytes] = []
        self.offered: list[tuple[str, bytes]] = []
        room.ledger.study = replace(room.ledger.study, autocode=autocode)
        room.desk = Desk(
            room.ledger,
            worker,
            load_outcomes(),
            practice=room.room.practice,
            player=self.played.append,
            teach=lambda outcome, sound: self.offered.append((outcome, sound)),
        )
        self.desk = room.desk
        self.desk.sign_in("小李")

    def dial(self) -> "Listening":
        self.desk.next_case()
        self.desk.dial()
        return self

    def until(self, true: Callable[[], bool]) -> None:
        for _ in range(1200):
            if true():
                return
            self.room.pass_time(100)
        raise AssertionError(self.desk.screen)

    def heard(self) -> HeardView:
        self.until(lambda: self.desk.screen.heard is not None)
        assert self.desk.screen.heard is not None
        return self.desk.screen.heard

    def says(self, event: LineEvent) -> None:
        """The line worker reports this."""
        work = self.desk._work
        assert work is not None
        self.desk._heard(work, event, self.desk._worker.samples)

    def written(self, kind: str) -> list[dict[str, Value]]:
        return [entry.data for entry in read(self.room.ledger.journal.path) if entry.data["type"] == kind]


Sit = Callable[..., Listening]


@pytest.fixture
def sit(tmp_path: Path) -> Iterator[Sit]:
    rooms: list[Listening] = []

    def open_room(pickup: Pickup, autocode: Mapping[str, int] | None = None) -> Listening:
        rooms.append(Listening(tmp_path / "desk", pickup, autocode or {}))
        return rooms[-1]

    yield open_room
    for room in rooms:
        room.room.close()


def test_a_busy_tone_is_proposed_while_it_sounds_and_one_key_closes_the_case(sit: Sit) -> None:
    room = sit(Pickup.BUSY).dial()
    heard = room.heard()
    assert (room.desk.screen.page, heard.what, heard.outcome) == (Page.DIALING, "busy", "15")
    assert heard.confidence >= 90
    room.desk.confirm_heard("15")
    room.until(lambda: room.desk.screen.page is Page.READY)
    (line,) = room.written("outcome.commit")
    assert (line["outcome"], line["proposed"]) == ("15", "15")
    assert [line["source"] for line in room.written("line") if line["state"] == "heard"] == [
        f"busy 15 {heard.confidence}"
    ]
    assert room.desk.screen.heard is None


def test_nothing_is_coded_without_the_key(sit: Sit) -> None:
    room = sit(Pickup.BUSY).dial()
    room.until(lambda: room.desk.screen.page is Page.OUTCOME)
    assert room.desk.screen.proposed == "15"
    room.room.pass_time(5000)
    assert room.desk.screen.page is Page.OUTCOME
    assert room.written("outcome.commit") == []


def test_a_key_meant_for_another_proposal_confirms_nothing(sit: Sit) -> None:
    room = sit(Pickup.BUSY).dial()
    room.desk.confirm_heard("15")
    room.heard()
    room.desk.confirm_heard("13")
    assert room.desk.screen.page is Page.DIALING
    assert room.desk.screen.line is not LineView.ENDED


def test_a_study_may_let_a_class_be_coded_and_the_journal_says_so(sit: Sit) -> None:
    room = sit(Pickup.BUSY, {"busy": 2}).dial()
    room.until(lambda: room.desk.screen.page is Page.READY)
    (line,) = room.written("outcome.commit")
    assert (line["outcome"], line["proposed"]) == ("15", "15")
    assert [line["source"] for line in room.written("line") if line["state"] == "autocoded"] == ["busy"]


def test_somebody_who_answers_in_the_last_moment_is_not_coded_away(sit: Sit) -> None:
    room = sit(Pickup.RINGS_OUT, {"busy": 2}).dial()
    room.says(ToneHeard(0, "", "busy", 0, 8000, 99))
    room.says(Answered(0, "", "user"))
    room.until(lambda: room.desk.screen.page is Page.OUTCOME)
    room.room.pass_time(2000)
    assert room.desk.screen.page is Page.OUTCOME
    assert room.written("outcome.commit") == []


def test_another_class_or_a_doubtful_one_is_not_coded(sit: Sit) -> None:
    room = sit(Pickup.RINGS_OUT, {"busy": 2}).dial()
    room.says(Announcement(0, "", Cause.POWERED_OFF, 97))
    room.says(ToneHeard(0, "", "busy", 0, 8000, 60))
    assert room.written("line")[-1]["state"] != "autocoded"
    assert room.desk.screen.page is Page.DIALING


def test_the_words_outweigh_the_busy_tone_that_follows_them(sit: Sit) -> None:
    room = sit(Pickup.RINGS_OUT).dial()
    room.says(Announcement(0, "", Cause.VACANT, 91, "11", 0, 40000))
    room.says(ToneHeard(0, "", "busy", 50000, 8000, 99))
    assert room.heard().outcome == room.desk.screen.proposed == "11"
    room.says(ToneHeard(0, "", "music", 0, 8000, 99))
    assert room.desk.screen.proposed == "11"


def test_an_unanswered_call_with_an_outcome_of_the_line_offers_its_clip(sit: Sit) -> None:
    room = sit(Pickup.POWERED_OFF).dial()
    room.until(lambda: room.desk.screen.page is Page.OUTCOME)
    room.desk.play_clip()
    room.desk.choose_outcome("13")
    ((outcome, clip),) = room.offered
    assert outcome == "13"
    assert len(clip) > 4 * 16000
    assert clip.endswith(room.played[0])


def test_a_call_that_was_answered_offers_nothing_whatever_the_worker_sends(sit: Sit) -> None:
    room = sit(Pickup.ANSWERS).dial()
    work = room.desk._work
    assert work is not None
    room.desk._told(work, Overheard(0, b"\1\0" * 40000))
    room.until(lambda: room.desk.screen.page is Page.INTERVIEW)
    room.desk._told(work, Overheard(0, b"\2\0" * 40000))
    room.desk.play_clip()
    room.desk.hang_up()
    room.until(lambda: room.desk.screen.page is Page.OUTCOME)
    room.desk.choose_outcome("13")
    assert (room.offered, room.played) == ([], [])


def test_a_person_s_refusal_offers_nothing(sit: Sit) -> None:
    """A line that cannot tell: nobody pressed "answered", but the interviewer says that there was somebody."""
    room = sit(Pickup.POWERED_OFF).dial()
    room.until(lambda: room.desk.screen.page is Page.OUTCOME)
    room.desk.choose_outcome("31")
    assert room.offered == []


def test_a_machine_that_answers_is_a_hint_and_proposes_when_the_call_is_cut(sit: Sit) -> None:
    room = sit(Pickup.ANSWERS).dial()
    room.until(lambda: room.desk.screen.page is Page.INTERVIEW)
    room.says(ToneHeard(0, "", "machine", 0, 40000, 90))
    assert room.heard().what == "machine"
    assert room.desk.screen.proposed == ""
    room.desk.confirm_heard("18")
    assert room.desk.screen.page is Page.INTERVIEW
    room.desk.hang_up()
    room.until(lambda: room.desk.screen.page is Page.OUTCOME)
    assert room.desk.screen.proposed == "18"
