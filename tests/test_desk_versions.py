"""A new study package comes while interviews are open: each goes on in its own version, or in the new one when all it holds fits."""

from dataclasses import replace
from pathlib import Path

from app.interview.screen import Page
from tests.desk_room import Room
from tests.desk_talk import answers, events, leaves, on, opened, ring, seat, talk

DAYS = 86_400_000
OLD, NEW = "遏制得怎么样？一点也", "遏制得如何？一点也"


def broken_off(folder: Path) -> Room:
    """An interview that stopped at q05, and its next call due."""
    room = seat(folder, leaves("q05"))
    ring(room)
    talk(room)
    room.wait_for(Page.OUTCOME)
    room.desk.choose_outcome("39")
    room.clock.advance(8 * DAYS)
    room.residents = {number: answers()(number) for number in room.residents}
    room.room.line._exchange._residents = room.residents
    return room


def new_version(room: Room, *changes: tuple[str, str]) -> None:
    """Version 2 of the study is installed."""
    xml = room.ledger.study.form_xml.decode()
    for old, new in changes:
        assert old in xml
        xml = xml.replace(old, new)
    room.ledger.study = replace(room.ledger.study, form_xml=xml.encode(), version=2)


def forms(room: Room) -> list[str]:
    return [event["form_sha"] for event in events(room, "interview.open", "interview.resume")]


def finish(room: Room) -> None:
    talk(room)
    room.wait_for(Page.OUTCOME)
    room.desk.choose_outcome("60")
    room.close()


def test_a_reworded_question_is_asked_in_its_new_words(tmp_path: Path) -> None:
    room = broken_off(tmp_path)
    new_version(room, (OLD, NEW))
    ring(room)
    assert (on(room).name, NEW in on(room).read_aloud) == ("q05", True)
    finish(room)
    began, went_on = forms(room)
    assert began != went_on, "the journal names the version that it goes on with"
    assert [document["version"] for document in opened(room, "interview")] == [1, 2]


def test_an_answer_that_would_mean_something_else_keeps_the_interview_on_its_version(tmp_path: Path) -> None:
    room = broken_off(tmp_path)
    new_version(room, (OLD, NEW), ("<value>宣汉县</value>", "<value>渠江县</value>"))
    ring(room)
    assert (on(room).name, OLD in on(room).read_aloud) == ("q05", True)
    finish(room)
    began, went_on = forms(room)
    assert began == went_on
    assert [document["version"] for document in opened(room, "interview")] == [1, 1]


def test_the_old_version_is_there_after_the_program_was_started_again(tmp_path: Path) -> None:
    room = broken_off(tmp_path)
    room.close()
    room.open()
    room.desk.sign_in("小李")
    new_version(room, (OLD, NEW), ("<value>宣汉县</value>", "<value>渠江县</value>"))
    ring(room)
    assert OLD in on(room).read_aloud
    finish(room)


def test_an_interview_that_begins_now_begins_with_the_new_version(tmp_path: Path) -> None:
    room = seat(tmp_path, answers())
    new_version(room, (OLD, NEW), ("<value>宣汉县</value>", "<value>渠江县</value>"))
    ring(room)
    talk(room, "q05")
    assert NEW in on(room).read_aloud
    finish(room)
    assert opened(room, "interview")[0]["version"] == 2


def test_a_question_that_is_no_longer_there_is_not_where_it_goes_on(tmp_path: Path) -> None:
    """The question that was on screen, still without an answer, has been taken out."""
    room = broken_off(tmp_path)
    xml = room.ledger.study.form_xml.decode()
    new_version(
        room, *((part, part.replace("q05", "q99")) for part in sorted(set(xml.split())) if "q05" in part)
    )
    ring(room)
    assert on(room).name == "q99"
    room.desk.hang_up()
    room.close()
