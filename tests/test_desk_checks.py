"""Soft checks and critical rules of a questionnaire at the desk: asked once, kept with a trace, and nothing complete against a rule."""

import re
from dataclasses import replace
from pathlib import Path

from app.interview.screen import Notice, Page
from tests.desk_room import Room
from tests.desk_talk import SAYS, answers, ring, seat


def with_columns(room: Room, question: str, columns: str) -> None:
    """Give a question of the installed study telephone columns that dazhou-2017 does not use."""
    study = room.ledger.study
    tag = f'ref="/data/items/{question}"'.encode()
    room.ledger.study = replace(study, form_xml=study.form_xml.replace(tag, tag + b" " + columns.encode()))


def walk_to(room: Room, question: str) -> None:
    """Answer as usual until this question is on screen."""
    while room.desk.screen.question and room.desk.screen.question.name != question:
        room.desk.answer(SAYS.get(room.desk.screen.question.name, ""))


def test_an_unlikely_score_is_asked_about_once_and_may_be_kept(tmp_path: Path) -> None:
    room = seat(tmp_path, answers())
    with_columns(room, "q01", 'cati:soft=". &gt;= 3"')
    ring(room)
    walk_to(room, "q01")
    room.desk.answer("1")
    screen = room.desk.screen
    assert screen.question is not None
    assert screen.question.name == "q01"
    assert "核对" in screen.question.error
    talk = room.desk._work.conversation if room.desk._work else None
    assert talk is not None
    assert "q01" not in talk.state.values, "nothing is stored before it is confirmed"
    room.desk.answer("1")
    assert talk.state.values["q01"] == "1"
    assert [note.question for note in talk.state.notes] == ["q01"], "the trail says that it was asked about"
    assert room.desk.screen.question is not None
    assert room.desk.screen.question.name == "q02"
    room.close()


def test_a_different_unlikely_score_is_asked_about_again(tmp_path: Path) -> None:
    room = seat(tmp_path, answers())
    with_columns(room, "q01", 'cati:soft=". &gt;= 3"')
    ring(room)
    walk_to(room, "q01")
    room.desk.answer("1")
    room.desk.answer("2")
    assert room.desk.screen.question is not None
    assert room.desk.screen.question.name == "q01"
    room.desk.answer("8")
    assert room.desk.screen.question.name == "q02"
    room.close()


def test_an_interview_against_a_critical_rule_is_not_complete(tmp_path: Path) -> None:
    room = seat(tmp_path, answers())
    with_columns(room, "q12", 'cati:critical=". &lt;= 10"')
    ring(room)
    while room.desk.screen.page is Page.INTERVIEW and room.desk.screen.question:
        name = room.desk.screen.question.name
        room.desk.answer("98" if name == "q12" else SAYS.get(name, ""))
    room.wait_for(Page.OUTCOME)
    room.desk.choose_outcome("60")
    assert room.desk.screen.notice is Notice.NOT_ACCEPTED
    assert room.desk.screen.page is Page.OUTCOME
    room.close()


def test_a_choice_that_is_withdrawn_is_asked_again_and_the_trail_keeps_it(tmp_path: Path) -> None:
    room = seat(tmp_path, answers())
    xml = room.ledger.study.form_xml.decode()
    whole = "nodeset=\"instance('county')/root/item\""
    assert whole in xml
    young = whole[:-1] + "[name != '4' or /data/screening/age &lt; 50]\""
    room.ledger.study = replace(room.ledger.study, form_xml=xml.replace(whole, young).encode())
    ring(room)
    walk_to(room, "q01")
    room.desk.jump("age")
    room.desk.answer("60")
    room.desk.answer("1")
    screen = room.desk.screen
    assert screen.question is not None
    assert (screen.question.name, screen.question.value) == ("county", "")
    talk = room.desk._work.conversation if room.desk._work else None
    assert talk is not None
    county = [(answer.value, answer.reason) for answer in talk.state.trail if answer.question == "county"]
    assert county == [("4", ""), ("", "not offered any more")]
    room.desk.answer("3")
    assert talk.state.values["county"] == "3"
    room.desk.hang_up()
    room.close()


def test_on_a_vague_word_the_probe_is_shown_and_the_second_time_its_code_is_entered(tmp_path: Path) -> None:
    room = seat(tmp_path, answers())
    xml = room.ledger.study.form_xml.decode()
    own = 'cati:vague="还行|一般=98" cati:probe-zh="要是打分，您打几分？"'
    mark = 'ref="/data/items/q01"'
    taken_away = re.sub(r' cati:(vague|probe-zh)="[^"]*"', "", xml)
    room.ledger.study = replace(
        room.ledger.study, form_xml=taken_away.replace(mark, f"{mark} {own}").encode()
    )
    ring(room)
    walk_to(room, "q01")
    room.desk.answer("还行")
    assert room.desk.screen.question is not None
    assert room.desk.screen.question.name == "q01"
    assert "要是打分，您打几分？" in room.desk.screen.question.error
    room.desk.answer("一般")
    talk = room.desk._work.conversation if room.desk._work else None
    assert talk is not None
    assert talk.state.values["q01"] == "98"
    assert [(note.question, note.text) for note in talk.state.notes] == [("q01", '"一般" after a probe')]
    room.desk.hang_up()
    room.close()
