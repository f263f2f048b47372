"""A day at the desk, told as the interviewer lives it, with the real line worker, recording, journal and store."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from app.evidence.recording import join
from app.evidence.verify import verify
from app.interview.screen import LineView, Notice, Page, RecordingView
from hardware.base import RATE, Pickup
from tests.desk_room import Room, centre
from tests.desk_talk import (
    Person,
    answered,
    answers,
    commitments_open,
    drawn,
    events,
    leaves,
    on,
    opened,
    picks,
    ring,
    seat,
    talk,
)

Seat = Callable[..., Room]


@pytest.fixture
def sit(tmp_path: Path) -> Iterator[Seat]:
    """Sit down at a desk; on getting up, the whole folder is verified with the centre's keys."""
    rooms: list[Room] = []

    def sit_down(*people: Person) -> Room:
        rooms.append(seat(tmp_path, *people))
        return rooms[-1]

    yield sit_down
    for room in rooms:
        if room.desk.screen.page is Page.READY:
            room.desk.sign_out()
        room.close()
        verdict = verify(room.folder, identities=list(centre().identities.values()))
        assert verdict.ok, verdict.text()


def test_a_whole_interview_from_signing_in_to_the_next_case(sit: Seat) -> None:
    room = sit(answers())
    assert room.desk.screen.page is Page.READY
    assert room.desk.screen.interviewer == "小李"
    room.desk.next_case()
    case = room.desk.screen.case
    assert case is not None
    assert "****" in case.number
    room.desk.dial()
    assert (room.desk.screen.page, room.desk.screen.recording) == (Page.DIALING, RecordingView.ON)
    room.wait_for(Page.INTERVIEW)
    assert on(room).name == "intro"
    assert "028-12340" in on(room).read_aloud
    talk(room)
    screen = room.desk.screen
    assert (screen.page, screen.proposed, screen.line) == (Page.OUTCOME, "60", LineView.ENDED)
    assert screen.recording is RecordingView.CLOSED
    room.desk.choose_outcome("60")
    assert (room.desk.screen.page, room.desk.screen.notice) == (Page.READY, Notice.SAVED)
    assert (room.desk.screen.counts.dials, room.desk.screen.counts.completes) == (1, 1)
    room.desk.next_case()
    assert room.desk.screen.case is not None
    assert room.desk.screen.case.case != case.case


def test_every_answer_s_commitment_opens_with_salt_and_value_from_the_sealed_interview(sit: Seat) -> None:
    room = sit(answers())
    ring(room)
    talk(room)
    room.desk.choose_outcome("60")
    assert commitments_open(room) == len(answered(room)) == 21
    (document,) = opened(room, "interview")
    values = {answer["question"]: answer["value"] for answer in document["answers"]}
    assert [values[f"q{n:02}"] for n in range(1, 13)] == ["7"] * 12
    assert (document["outcome"], document["unit"], document["rehearsal"]) == (
        "60",
        drawn("room", 40)[0].unit,
        1,
    )


def test_answers_stand_where_they_were_given_in_the_recording(sit: Seat) -> None:
    room = sit(answers())
    ring(room)
    talk(room)
    room.desk.choose_outcome("60")
    (closed,) = events(room, "rec.close")
    offsets = [event["at"] for event in events(room, "answer.commit")]
    assert all(before < after for before, after in pairwise(offsets))
    (picked_up,) = [event["at"] for event in events(room, "line") if event["state"] == "answered"]
    assert picked_up < offsets[0]
    assert offsets[-1] <= closed["samples"]
    path = room.ledger.recording_path(closed["call"])
    assert join(path, None, list(centre().identities.values()), call_id=closed["call"]) == closed["samples"]
    lasted = events(room, "dial.end")[0]["mono"] - events(room, "dial.start")[0]["mono"]
    assert abs(closed["samples"] / RATE - lasted / 1000) < 0.2


def test_a_respondent_who_declines_is_coded_as_a_refusal(sit: Seat) -> None:
    room = sit(answers())
    ring(room)
    talk(room, "consent")
    room.desk.answer("3")
    assert on(room).ends == "36"
    talk(room)
    assert (room.desk.screen.page, room.desk.screen.proposed) == (Page.OUTCOME, "36")
    room.desk.choose_outcome("36")
    assert events(room, "outcome.commit")[0]["outcome"] == "36"


@pytest.mark.parametrize(
    ("person", "typed", "proposed"),
    [
        pytest.param(leaves("intro"), {}, "31", id="in the introduction"),
        pytest.param(leaves("consent"), {}, "36", id="when asked whether it is convenient"),
        pytest.param(leaves("residence"), {}, "36", id="at screening"),
        pytest.param(leaves("q05"), {}, "39", id="at an item"),
        pytest.param(leaves("suggestion"), {}, "39", id="before the last question"),
        pytest.param(leaves("thanks"), {}, "60", id="during the thanks"),
        pytest.param(answers(), {"age": "16"}, "51", id="too young"),
        pytest.param(answers(), {"age": "71"}, "51", id="too old"),
        pytest.param(answers(), {"residence": "2"}, "52", id="new in town"),
        pytest.param(answers(), {"county": "9"}, "53", id="from another city"),
        pytest.param(answers(), {"consent": "2"}, "33", id="not now"),
        pytest.param(leaves("end_age"), {"age": "16"}, "51", id="too young, hangs up during the thanks"),
    ],
)
def test_what_is_proposed_when_a_conversation_ends(
    sit: Seat, person: Person, typed: dict[str, str], proposed: str
) -> None:
    room = sit(person)
    ring(room)
    talk(room, **typed)
    room.wait_for(Page.OUTCOME)
    assert room.desk.screen.proposed == proposed
    room.desk.choose_outcome(proposed)
    assert (room.desk.screen.page, room.desk.screen.notice) == (Page.READY, Notice.SAVED)
    commitments_open(room)


@pytest.mark.parametrize(
    ("pickup", "proposed"),
    [(Pickup.BUSY, "15"), (Pickup.VACANT, "11"), (Pickup.POWERED_OFF, "13"), (Pickup.RINGS_OUT, "16")],
    ids=["busy", "空号", "关机", "rings out"],
)
def test_what_is_proposed_when_nobody_answers(sit: Seat, pickup: Pickup, proposed: str) -> None:
    room = sit(picks(pickup))
    room.desk.next_case()
    room.desk.dial()
    room.wait_for(Page.OUTCOME)
    assert room.desk.screen.proposed == proposed
    room.desk.choose_outcome(proposed)
    assert room.desk.screen.notice is Notice.SAVED
    assert events(room, "outcome.commit")[0] | {"proposed": proposed} == events(room, "outcome.commit")[0]
    assert not events(room, "interview.open")


@pytest.mark.parametrize(("seconds", "proposed"), [(10, ""), (33, "16")])
def test_giving_up_is_no_answer_only_after_half_a_minute_of_ringing(
    sit: Seat, seconds: int, proposed: str
) -> None:
    room = sit(picks(Pickup.RINGS_OUT))
    room.desk.next_case()
    room.desk.dial()
    room.pass_time(seconds * 1000)
    room.desk.hang_up()
    assert (room.desk.screen.page, room.desk.screen.proposed) == (Page.OUTCOME, proposed)
    room.desk.choose_outcome("16")


def test_the_interviewer_hangs_up_in_mid_interview(sit: Seat) -> None:
    room = sit(answers())
    ring(room)
    talk(room, "q03")
    room.desk.hang_up()
    assert (room.desk.screen.page, room.desk.screen.proposed) == (Page.OUTCOME, "39")
    room.desk.choose_outcome("39")
    assert events(room, "dial.end")[0]["cause"] == "local_hangup"


def test_an_unfinished_interview_cannot_be_coded_complete(sit: Seat) -> None:
    room = sit(leaves("q05"), picks(Pickup.BUSY))
    ring(room)
    talk(room)
    room.wait_for(Page.OUTCOME)
    room.desk.choose_outcome("60")
    assert (room.desk.screen.page, room.desk.screen.notice) == (Page.OUTCOME, Notice.NOT_ACCEPTED)
    room.desk.choose_outcome("39")
    room.desk.next_case()
    room.desk.dial()
    room.wait_for(Page.OUTCOME)
    room.desk.choose_outcome("60")
    assert room.desk.screen.notice is Notice.NOT_ACCEPTED
    room.desk.choose_outcome("15")
    assert "60" not in [event["outcome"] for event in events(room, "outcome.commit")]


def test_an_outcome_that_needs_a_note_is_not_taken_without_one(sit: Seat) -> None:
    room = sit(answers(consent="2"))
    ring(room)
    talk(room, consent="2")
    room.wait_for(Page.OUTCOME)
    for note in ("", "   "):
        room.desk.choose_outcome("32", note)
        assert (room.desk.screen.page, room.desk.screen.notice) == (Page.OUTCOME, Notice.NOTE_REQUIRED)
    room.desk.choose_outcome("32", "明天下午三点")
    assert room.desk.screen.notice is Notice.SAVED
    (document,) = opened(room, "interview")
    assert [note["text"] for note in document["notes"]] == ["明天下午三点"]


def test_a_note_on_a_call_that_nobody_took_is_kept_too(sit: Seat) -> None:
    room = sit(picks(Pickup.BUSY))
    room.desk.next_case()
    room.desk.dial()
    room.wait_for(Page.OUTCOME)
    room.desk.choose_outcome("15", "忙音里有人说话")
    (call,) = [event["call"] for event in events(room, "dial.start")]
    assert room.ledger.store.setting(f"remark.{call}") == "忙音里有人说话"


def test_outcomes_that_are_not_on_the_menu_are_ignored(sit: Seat) -> None:
    room = sit(picks(Pickup.BUSY))
    room.desk.next_case()
    room.desk.dial()
    room.wait_for(Page.OUTCOME)
    for key in ("", "61", "70", "56", "nonsense"):
        room.desk.choose_outcome(key)
        assert room.desk.screen.page is Page.OUTCOME
    room.desk.choose_outcome("15")


def test_verbs_out_of_place_do_nothing(sit: Seat) -> None:
    room = sit(answers())
    desk = room.desk
    before, lines = desk.screen, room.ledger.journal.size
    for verb in (
        lambda: desk.sign_in("另一个人"),
        desk.dial,
        lambda: desk.answer("7"),
        desk.back,
        lambda: desk.jump("q01"),
        desk.hang_up,
        lambda: desk.note("自言自语"),
        lambda: desk.choose_outcome("60"),
        desk.tick,
    ):
        verb()
    assert desk.screen == before
    assert room.ledger.journal.size == lines
    desk.next_case()
    case = desk.screen.case
    desk.next_case()
    desk.sign_out()
    assert (desk.screen.page, desk.screen.case) == (Page.CASE, case)


def test_signing_in_needs_a_name_and_leaves_only_a_commitment_in_the_journal(sit: Seat) -> None:
    room = sit()
    room.desk.sign_out()
    assert room.desk.screen.page is Page.SIGN_IN
    room.desk.sign_in("   ")
    assert room.desk.screen.page is Page.SIGN_IN
    room.desk.sign_in("  王小明 ")
    assert room.desk.screen.interviewer == "王小明"
    assert "王小明" not in room.ledger.journal.path.read_text(encoding="utf-8")
