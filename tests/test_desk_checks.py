"""Soft checks and critical rules of a questionnaire at the desk: asked once, kept with a trace, and nothing complete against a rule."""

import re
from dataclasses import replace
from pathlib import Path

from app.interview.screen import Asking, Notice, Page, ProbeView
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
    assert screen.query is not None
    assert (screen.query.asking, screen.query.value) == (Asking.SOFT, "1")
    assert "核对" in screen.query.text
    talk = room.desk._work.conversation if room.desk._work else None
    assert talk is not None
    assert "q01" not in talk.state.values, "nothing is stored before it is confirmed"
    room.desk.confirm()
    assert "q01" not in talk.state.values, "it is not kept without a reason"
    room.desk.confirm("他说邻居的事让他生气")
    assert talk.state.values["q01"] == "1"
    assert [(d.deed, d.question, d.value, d.text) for d in talk.state.deeds] == [
        ("kept", "q01", "1", "他说邻居的事让他生气")
    ]
    assert room.desk.screen.question is not None
    assert room.desk.screen.question.name == "q02"
    assert room.desk.screen.query is None
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
    with_columns(room, "q12", 'cati:critical=". &lt;= 10" cati:critical-zh="最后一题要有分数。"')
    ring(room)
    while room.desk.screen.query is None and room.desk.screen.question:
        name = room.desk.screen.question.name
        room.desk.answer("98" if name == "q12" else SAYS.get(name, ""))
    query = room.desk.screen.query
    assert query is not None, "said before the thanks are"
    assert (query.asking, query.count) == (Asking.UNMET, 1)
    assert (query.places[0].name, query.places[0].text) == ("q12", "最后一题要有分数。")
    assert room.desk.screen.question is not None
    assert room.desk.screen.question.ends == "60"
    room.desk.dismiss()
    room.desk.answer("")
    assert room.desk.screen.query is not None, "and again instead of an end"
    room.desk.hang_up()
    room.wait_for(Page.OUTCOME)
    assert room.desk.screen.query is None
    assert room.desk.screen.proposed == "39"
    room.desk.choose_outcome("60")
    assert room.desk.screen.notice is Notice.NOT_ACCEPTED
    assert room.desk.screen.notice_text == "最后一题要有分数。"
    assert room.desk.screen.page is Page.OUTCOME
    room.close()


def test_what_a_critical_rule_asks_for_is_a_jump_away(tmp_path: Path) -> None:
    room = seat(tmp_path, answers())
    with_columns(room, "q12", 'cati:critical=". &lt;= 10"')
    ring(room)
    while room.desk.screen.query is None and room.desk.screen.question:
        name = room.desk.screen.question.name
        room.desk.answer("98" if name == "q12" else SAYS.get(name, ""))
    room.desk.jump("q12")
    assert room.desk.screen.query is None
    room.desk.answer("7")
    while room.desk.screen.page is Page.INTERVIEW and room.desk.screen.question:
        room.desk.answer("")
    room.wait_for(Page.OUTCOME)
    assert room.desk.screen.proposed == "60"
    room.close()


def test_answers_that_would_not_count_any_more_are_named_before_they_do(tmp_path: Path) -> None:
    room = seat(tmp_path, answers())
    ring(room)
    walk_to(room, "q03")
    room.desk.jump("residence")
    room.desk.answer("2")
    query = room.desk.screen.query
    assert query is not None
    assert (query.asking, query.value, query.count) == (Asking.VOIDS, "2", 4)
    assert [place.name for place in query.places] == ["county", "sex", "q01", "q02"]
    assert query.places[0].answer == "宣汉县"
    talk = room.desk._work.conversation if room.desk._work else None
    assert talk is not None
    room.desk.dismiss()
    assert (talk.state.values["residence"], room.desk.screen.query) == ("1", None)
    room.desk.answer("2")
    room.desk.confirm()
    assert talk.state.values["residence"] == "2"
    assert talk.state.values["q01"] == "7", "nothing is deleted"
    assert [(d.deed, d.names) for d in talk.state.deeds] == [("voids", ["county", "sex", "q01", "q02"])]
    room.close()


def test_a_vague_word_is_probed_once_and_then_coded_as_the_study_says(tmp_path: Path) -> None:
    room = seat(tmp_path, answers())
    with_columns(room, "q01", 'cati:vague="还行|一般=98" cati:probe-zh="要是打分呢？|大概几分？"')
    ring(room)
    walk_to(room, "q01")
    room.desk.probe()
    assert room.desk.screen.probe == ProbeView("要是打分呢？", 1, 2)
    room.desk.vague()
    assert room.desk.screen.probe == ProbeView("大概几分？", 2, 2, "98")
    room.desk.vague()
    assert room.desk.screen.question is not None
    assert room.desk.screen.question.name == "q02"
    assert room.desk.screen.probe is None
    talk = room.desk._work.conversation if room.desk._work else None
    assert talk is not None
    assert talk.state.values["q01"] == "98"
    assert [(d.deed, d.value, d.text) for d in talk.state.deeds] == [
        ("probe", "", "要是打分呢？"),
        ("probe", "vague", "大概几分？"),
        ("vague", "98", ""),
    ]


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
    room.desk.confirm()
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
    assert room.desk.screen.probe == ProbeView("要是打分，您打几分？", 1, 1, "98")
    room.desk.answer("一般")
    talk = room.desk._work.conversation if room.desk._work else None
    assert talk is not None
    assert talk.state.values["q01"] == "98"
    assert [(deed.deed, deed.value, deed.text) for deed in talk.state.deeds] == [
        ("probe", "vague", "要是打分，您打几分？"),
        ("vague", "98", "一般"),
    ]
    room.desk.hang_up()
    room.close()
    room.close()
