"""Walking the script at the desk: corrections, back and jump, languages, and interviews that go on in a later call."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.evidence.verify import verify
from app.interview.screen import Notice, Page
from tests.desk_room import Room, centre
from tests.desk_talk import (
    answered,
    answers,
    commitments_open,
    events,
    hear,
    leaves,
    on,
    opened,
    ring,
    seat,
    talk,
)

DAYS = 86_400_000


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    """A desk whose first respondent answers everything; verified on getting up."""
    room = seat(tmp_path, answers())
    yield room
    room.close()
    verdict = verify(room.folder, identities=list(centre().identities.values()))
    assert verdict.ok, verdict.text()


def finish(room: Room, outcome: str = "60", note: str = "") -> None:
    """The rest of the call, and its outcome."""
    talk(room)
    room.wait_for(Page.OUTCOME)
    room.desk.choose_outcome(outcome, note)
    assert room.desk.screen.notice is Notice.SAVED, room.desk.screen


def test_a_corrected_answer_is_added_with_a_reason_and_never_edited(room: Room) -> None:
    ring(room)
    talk(room, "q03")
    room.desk.back()
    assert (on(room).name, on(room).value) == ("q02", "7")
    room.desk.answer("4")
    assert on(room).name == "q03"
    finish(room)
    of_q02 = [e for e in events(room, "answer.commit", "answer.amend") if e["question"] == "q02"]
    assert [e["type"] for e in of_q02] == ["answer.commit", "answer.amend"]
    assert of_q02[1]["reason"] == "corrected"
    (document,) = opened(room, "interview")
    assert [a["value"] for a in document["trail"] if a["question"] == "q02"] == ["7", "4"]
    assert [a["value"] for a in document["answers"] if a["question"] == "q02"] == ["4"]
    assert commitments_open(room) == 22


def test_an_answer_left_empty_and_given_later_is_a_correction_too(room: Room) -> None:
    ring(room)
    talk(room, "thanks", suggestion="")
    room.desk.back()
    room.desk.answer("路灯修一下")
    assert answered(room)[-2:] == [("answer.commit", "suggestion"), ("answer.amend", "suggestion")]
    room.desk.back()
    room.desk.answer("路灯修一下")
    assert answered(room)[-1] == ("answer.amend", "suggestion"), "the same answer again is no new answer"
    finish(room)


def test_going_over_old_answers_without_changing_them_adds_nothing(room: Room) -> None:
    ring(room)
    talk(room, "q05")
    lines = answered(room)
    for _ in range(3):
        room.desk.back()
    assert on(room).name == "q02"
    for name in ("q02", "q03", "q04"):
        assert on(room).name == name
        room.desk.answer(on(room).value)
    assert on(room).name == "q05"
    assert answered(room) == lines
    finish(room)


def test_a_jump_goes_to_what_was_answered_and_no_further(room: Room) -> None:
    ring(room)
    talk(room, "q05")
    room.desk.jump("age")
    assert (on(room).name, on(room).value) == ("age", "45")
    room.desk.jump("q05")
    assert on(room).name == "q05"
    for far in ("q07", "thanks", "end_age", "no such question"):
        room.desk.jump(far)
        assert room.desk.screen.page is Page.INTERVIEW, "the call goes on"
        assert (on(room).name, bool(on(room).error)) == ("q05", True)
    finish(room)


def test_back_at_the_first_question_stays_there(room: Room) -> None:
    ring(room)
    room.desk.back()
    assert on(room).name == "intro"
    finish(room)


@pytest.mark.parametrize("typed", ["11", "-1", "7.5", "七", "", "98 99", "1e1", "7" * 400])
def test_a_score_that_is_none_is_not_taken_and_the_question_says_why(room: Room, typed: str) -> None:
    ring(room)
    talk(room, "q01")
    before = answered(room)
    room.desk.answer(typed)
    assert (on(room).name, bool(on(room).error), on(room).value) == ("q01", True, "")
    assert answered(room) == before
    room.desk.answer("１０")
    assert (on(room).name, on(room).error) == ("q02", "")
    room.desk.back()
    assert on(room).value == "10"
    room.desk.hang_up()
    room.desk.choose_outcome("39")


def test_a_correction_at_screening_takes_the_interview_to_its_end(room: Room) -> None:
    ring(room)
    talk(room, "q02")
    room.desk.jump("age")
    room.desk.answer("17")
    room.desk.confirm()
    assert on(room).ends == "51"
    talk(room)
    room.wait_for(Page.OUTCOME)
    assert room.desk.screen.proposed == "51"
    room.desk.choose_outcome("60")
    assert room.desk.screen.notice is Notice.NOT_ACCEPTED
    room.desk.choose_outcome("51")
    assert room.desk.screen.notice is Notice.SAVED


def test_the_language_is_switched_in_mid_interview_and_back(room: Room) -> None:
    ring(room)
    talk(room, "q04")
    chinese = on(room).read_aloud
    room.desk.switch_language("en")
    assert on(room).name == "q04"
    assert on(room).read_aloud.isascii()
    assert room.desk.screen.language == "en"
    room.desk.answer("11")
    assert on(room).error.isascii()
    talk(room, "q06")
    room.desk.switch_language("zh")
    room.desk.jump("q04")
    assert on(room).read_aloud == chinese
    room.desk.switch_language("en")
    finish(room)
    (document,) = opened(room, "interview")
    assert document["language"] == "en"


def test_a_note_in_mid_interview_stands_with_its_question(room: Room) -> None:
    ring(room)
    talk(room, "q04")
    room.desk.note("  旁边有人提示  ")
    room.desk.note("   ")
    assert on(room).name == "q04"
    finish(room)
    (document,) = opened(room, "interview")
    assert [(note["question"], note["text"]) for note in document["notes"]] == [("q04", "旁边有人提示")]


def test_a_dropped_interview_goes_on_in_the_next_call_where_it_stopped(tmp_path: Path) -> None:
    room = seat(tmp_path, leaves("q05"))
    ring(room)
    case = room.desk.screen.case
    assert case is not None
    talk(room)
    room.wait_for(Page.OUTCOME)
    room.desk.choose_outcome("39")
    first = answered(room)
    room.clock.advance(8 * DAYS)
    room.desk.next_case()
    again = room.desk.screen.case
    assert again is not None
    assert (again.case, again.resumes, again.attempts) == (case.case, True, 1)
    assert room.desk.screen.notice is Notice.INTERVIEW_RESUMES
    room.residents = {**room.residents, **{n: answers()(n) for n in room.residents}}
    room.room.line._exchange._residents = room.residents
    room.desk.dial()
    room.wait_for(Page.INTERVIEW)
    assert (on(room).name, on(room).value) == ("q05", "")
    finish(room)
    assert answered(room)[: len(first)] == first
    assert {kind for kind, _ in answered(room)} == {"answer.commit"}, "nothing was asked twice"
    assert len(events(room, "interview.open")) == len(events(room, "interview.resume")) == 1
    calls = [e["call"] for e in events(room, "dial.start")]
    broken_off, whole = opened(room, "interview")
    assert (broken_off["outcome"], len(broken_off["answers"])) == ("39", len(first))
    assert (whole["outcome"], len(whole["answers"]), whole["calls"]) == ("60", 21, calls)
    commitments_open(room)
    room.close()
    assert verify(room.folder, identities=list(centre().identities.values())).ok


def test_an_interview_goes_on_after_corrections_where_it_really_stood(tmp_path: Path) -> None:
    room = seat(tmp_path, leaves("q09"))
    ring(room)
    talk(room, "q04")
    room.desk.jump("q02")
    talk(room)
    room.wait_for(Page.OUTCOME)
    room.desk.choose_outcome("39")
    room.clock.advance(8 * DAYS)
    ring(room)
    assert on(room).name == "q09"
    room.close()


def test_after_an_appointment_he_is_greeted_again_and_the_interview_can_be_done(tmp_path: Path) -> None:
    room = seat(tmp_path, answers(consent="2"))
    ring(room)
    talk(room, consent="2")
    room.wait_for(Page.OUTCOME)
    assert room.desk.screen.proposed == "33"
    room.desk.choose_outcome("33")
    room.clock.advance(4 * 3_600_000)
    ring(room)
    assert on(room).name == "intro"
    talk(room)
    room.wait_for(Page.OUTCOME)
    assert room.desk.screen.proposed == "60"
    room.desk.choose_outcome("60")
    assert room.desk.screen.notice is Notice.SAVED
    assert ("answer.amend", "consent") in answered(room)
    room.close()
    assert verify(room.folder, identities=list(centre().identities.values())).ok


def test_what_a_respondent_was_about_to_say_is_not_shown_after_the_call(room: Room) -> None:
    ring(room)
    talk(room, "q02")
    room.desk.hang_up()
    assert room.desk.screen.page is Page.OUTCOME
    room.pass_time(10_000)
    room.desk.choose_outcome("39")
    room.pass_time(10_000)
    assert room.desk.screen.practice is None


def test_nothing_can_be_answered_any_more_when_the_script_is_over(tmp_path: Path) -> None:
    """A real line may take seconds to end a call; the desk must not go back into a finished script meanwhile."""
    room = seat(tmp_path, answers())
    ring(room)
    talk(room, "thanks")
    hear(room)
    room.worker.hang_up = lambda: None  # type: ignore[method-assign]
    room.desk.answer("")
    assert (room.desk.screen.page, room.desk.screen.question) == (Page.INTERVIEW, None)
    for verb in (room.desk.back, lambda: room.desk.jump("q01"), lambda: room.desk.answer("7")):
        verb()
        assert room.desk.screen.question is None
    del room.worker.hang_up
    room.desk.hang_up()
    assert (room.desk.screen.page, room.desk.screen.proposed) == (Page.OUTCOME, "60")
    room.desk.choose_outcome("60")
    assert room.desk.screen.notice is Notice.SAVED
    room.close()
