"""Repeats and what is asked back at the desk, on the practice study all-kinds: where an interview goes on, and what the trail keeps."""

from pathlib import Path

import pytest

from app import practice
from app.conversation import Conversation
from app.desk import Desk
from app.interview.screen import Asking, Page
from app.interviewer import Interviewer
from tests.desk_talk import answers, seat
from tests.ui.kinds_desk import KindsRoom, kinds


def opened(folder: Path, at: str, **changes: str) -> tuple[KindsRoom, Desk]:
    """An interview at a question."""
    room = KindsRoom(folder / "desk", at, "zh", changes)
    return room, room.make()


def again(desk: Desk) -> Conversation:
    """The interview as the next call finds it."""
    work = desk._work
    assert work is not None
    return Conversation(desk._ledger, work.case, work.call, "zh")


def name(talk: Conversation) -> str:
    """The question that is on."""
    view = talk.view()
    return view.name if view else ""


def test_a_person_begun_and_not_filled_in_is_gone_on_with_after_a_crash(tmp_path: Path) -> None:
    _room, desk = opened(tmp_path, "member")
    desk.answer("1")
    assert name(again(desk)) == "who[2]"
    desk.answer("母亲")
    assert name(again(desk)) == "member_age[2]"
    desk.answer("70")
    assert name(again(desk)) == "member", "whether there is another one is asked again"
    desk.answer("2")
    assert name(again(desk)) == "children"
    desk.close()


def test_a_removed_person_stays_removed_and_on_record(tmp_path: Path) -> None:
    room, desk = opened(tmp_path, "member")
    desk.answer("1")
    desk.answer("母亲")
    desk.remove()
    desk.confirm()
    assert room.values["who[2]"] == "母亲"
    talk = again(desk)
    assert "who[2]" not in [place.name for place in talk.places()]
    assert name(talk) == "member"
    desk.close()


def test_outside_a_repeat_there_is_nothing_to_take_away(tmp_path: Path) -> None:
    _room, desk = opened(tmp_path, "city")
    desk.remove()
    assert desk.screen.query is None
    assert desk.screen.question is not None
    assert desk.screen.question.error
    desk.close()


def test_what_is_asked_back_is_asked_in_the_language_that_is_switched_to(tmp_path: Path) -> None:
    room, desk = opened(tmp_path, "score")
    desk.answer("1")
    desk.switch_language("en")
    query = desk.screen.query
    assert query is not None
    assert (query.asking, query.value) == (Asking.SOFT, "1")
    assert "points, not a rank" in query.text
    desk.confirm("said so twice")
    assert room.values["score"] == "1"
    desk.close()


def test_saboteur_a_desk_that_does_not_ask_changes_the_answer_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the tests of void answers would catch."""
    room, desk = opened(tmp_path, "score")
    monkeypatch.setattr(Conversation, "_ask_about_voids", lambda *_: False)
    desk.jump("consent")
    desk.answer("2")
    assert desk.screen.query is None
    assert room.values["consent"] == "2"
    desk.close()


def test_practice_residents_have_an_answer_to_every_kind_of_question(tmp_path: Path) -> None:
    """A newcomer's practice call comes to its end by keying what the resident says."""
    room = KindsRoom(tmp_path / "desk", "", people=practice.cast, quiet=True)
    desk = room.make()
    person = Interviewer(desk, "小李")
    seen: set[str] = set()
    for _ in range(20_000):
        if desk.screen.question is not None:
            seen.add(desk.screen.question.kind)
        if desk.screen.counts.completes or desk.screen.counts.dials > 9:
            break
        if not person.step():
            room.clock.advance(300)
            desk.tick()
    assert desk.screen.counts.completes == 1, desk.screen
    assert desk.screen.page is Page.READY
    assert seen >= {question.kind.value for question in kinds().form.asked}
    desk.close()


def test_an_answer_that_is_refused_is_not_keyed_for_ever(tmp_path: Path) -> None:
    """A practice resident says more than the study takes (500 letters): the practice interviewer rings off, the shift goes on."""
    room = seat(tmp_path, answers(suggestion="满意" * 400))
    person = Interviewer(room.desk, "小李")
    for _ in range(2_000):
        if room.desk.screen.page is Page.READY and room.desk.screen.counts.dials:
            break
        if not person.step():
            room.pass_time(200)
    assert room.desk.screen.page is Page.READY, room.desk.screen
    assert room.desk.screen.counts.completes == 0
    room.close()
