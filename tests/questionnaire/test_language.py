"""Every kind of question and rule that makes sense by voice, from the workbook to the answer, as an interviewer meets it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta, timezone
from pathlib import Path

import pytest

from app.clock import VirtualClock, seeded
from app.errors import AnswerError, StudyError
from app.questionnaire import xlsform
from app.questionnaire.form import Form, Kind
from app.questionnaire.session import Session
from app.questionnaire.versions import fits
from app.questionnaire.world import World

WriteWorkbook = Callable[..., Path]
Rows = Sequence[Mapping[str, str]]
Compile = Callable[..., Form]
NOON = 1_795_320_000_000  # 2026-11-22 12:00 in China
WORLD = World(VirtualClock(NOON), seeded("w"), timezone(timedelta(hours=8)), seed="case 1")
LIST = [
    {"list_name": "l", "name": name, "label": name.upper(), "of": "x" if name < "c" else "y"}
    for name in "abcdef"
]


@pytest.fixture
def compiled(write_workbook: WriteWorkbook) -> Compile:
    def make(rows: Rows, choices: Rows = (), settings: Mapping[str, str] | None = None) -> Form:
        return xlsform.parse(xlsform.compile_workbook(write_workbook(rows, choices, settings)))

    return make


def ask(kind: str, name: str, **more: str) -> dict[str, str]:
    return {"type": kind, "name": name, "label": f"{name}?", **more}


def begin(form: Form, answers: Mapping[str, str] | None = None, **more: object) -> Session:
    return Session(form, answers, world=WORLD, **more)  # type: ignore[arg-type]


def say(session: Session, *values: str) -> Session:
    for value in values:
        session.answer(value)
        session.next()
    return session


@pytest.mark.parametrize(
    ("row", "typed", "stored"),
    [
        (ask("date", "q"), "2026年3月5日", "2026-03-05"),
        (ask("date", "q"), "20260305", "2026-03-05"),
        (ask("time", "q"), "14：30", "14:30:00.000+08:00"),
        (ask("dateTime", "q"), "2026/3/5 9:05", "2026-03-05T09:05:00.000+08:00"),
        (ask("range", "q", parameters="start=0 end=10 step=1"), "７", "7"),
        (ask("range", "q", parameters="start=1 end=10 step=0.5"), "7.5", "7.5"),
        (ask("rank l", "q"), "b a c d f e", "b a c d f e"),
        (ask("acknowledge", "q"), "", "OK"),
        (ask("select_multiple l", "q"), "c a", "a c"),
        (ask("decimal", "q"), "3.25", "3.25"),
    ],
)
def test_answers_have_one_form(row: dict[str, str], typed: str, stored: str, compiled: Compile) -> None:
    session = begin(compiled([row], LIST))
    session.answer(typed)
    assert session.stored == {"q": stored} == session.answers
    assert begin(session.form, session.stored).answers == session.answers


@pytest.mark.parametrize(
    ("row", "typed", "says"),
    [
        (ask("date", "q"), "2026-02-30", "A date"),
        (ask("time", "q"), "25:00", "A time"),
        (ask("dateTime", "q"), "2026-02-03", "A date and time"),
        (ask("range", "q", parameters="start=1 end=10 step=1"), "0", "from 1 to 10"),
        (ask("range", "q", parameters="start=1 end=10 step=1"), "2.5", "steps"),
        (ask("rank l", "q"), "b a", "every option"),
        (ask("rank l", "q"), "a a b c d e", "every option"),
        (ask("integer", "q", readonly="yes"), "3", ""),
    ],
)
def test_what_does_not_fit_is_said(row: dict[str, str], typed: str, says: str, compiled: Compile) -> None:
    session = begin(compiled([row], LIST))
    if session.form.by_name["q"].kind is Kind.NOTE:
        session.answer(typed)
        assert session.evaluate("/data/q") == ""
        return
    with pytest.raises(AnswerError, match=says):
        session.answer(typed)
    assert session.stored == {}


HOUSE = [
    ask("integer", "members"),
    {"type": "begin_repeat", "name": "member", "label": "Member", "repeat_count": "${members}"},
    ask("text", "name"),
    ask("integer", "age", label="How old is ${name}?"),
    ask("text", "school", relevant="${age} < 18"),
    {"type": "end_repeat"},
    {"type": "calculate", "name": "total", "calculation": "sum(${age})"},
    {"type": "calculate", "name": "second", "calculation": "indexed-repeat(${name}, ${member}, 2)"},
    ask("note", "bye", label="${second}, ${total}, ${members}"),
]


def test_a_counted_repeat(compiled: Compile) -> None:
    session = say(begin(compiled(HOUSE)), "2", "Li")
    assert session.current is not None
    assert session.text(session.current) == "How old is Li?"
    say(session, "40", "Ming", "7", "No. 2")
    assert session.current.name == "bye"
    assert session.text(session.form.by_name["bye"]) == "Ming, 47, 2"
    assert list(session.answers) == ["members", "name[1]", "age[1]", "name[2]", "age[2]", "school[2]"]
    session.jump("members")
    assert session.voids("members", "1") == ("name[2]", "age[2]", "school[2]")
    session.answer("1")
    assert session.values["total"] == "40"
    assert session.stored["age[2]"] == "7"
    session.answer("3")
    assert session.values["total"] == "47"
    again = begin(session.form, session.stored, at="name[3]")
    assert (again.answers, again.values) == (session.answers, session.values)


OPEN = [
    {"type": "begin_repeat", "name": "job", "label": "Jobs."},
    ask("text", "title"),
    {"type": "calculate", "name": "place", "calculation": "position(..)"},
    {"type": "end_repeat"},
    ask("text", "last", label="${count}"),
    {"type": "calculate", "name": "count", "calculation": "count(${job})"},
]


def test_instances_come_and_go_and_keep_their_names(compiled: Compile) -> None:
    session = say(begin(compiled(OPEN)), "smith", "1", "cook", "1", "nurse")
    assert session.current is not None
    assert (session.current.kind, session.current.name) == (Kind.REPEAT, "job")
    assert session.text(session.current) == "Jobs. Is there another one?"
    with pytest.raises(AnswerError):
        session.next()
    session.remove("job[2]")
    assert session.instances("job") == ("job[1]", "job[3]")
    assert session.stored["title[2]"] == "cook"
    assert session.values["place[3]"] == "2"
    say(session, "2")
    assert session.current.name == "last"
    assert session.text(session.current) == "2"
    assert session.stored["job"] == "1 3 ."
    again = begin(session.form, session.stored)
    assert again.current is not None
    assert again.current.name == "last"
    assert again.values == session.values
    again.jump("job")
    say(again, "1")
    assert again.current.name == "title[4]"


def test_cascading_choices_and_what_a_change_makes_void(compiled: Compile) -> None:
    rows = [ask("select_one g", "of"), ask("select_one l", "q", choice_filter="of = ${of}", label="${of}?")]
    groups = [{"list_name": "g", "name": name, "label": name} for name in "xy"]
    session = say(begin(compiled(rows, [*groups, *LIST])), "x")
    assert session.current is not None
    assert [choice.name for choice in session.current.choices] == ["a", "b"]
    with pytest.raises(AnswerError):
        session.answer("c")
    session.answer("b")
    assert session.voids("of", "y") == ("q",)
    assert session.voids("of", "x") == ()


def test_a_random_order_is_the_case_s_own_and_stays(compiled: Compile) -> None:
    rows = [ask("select_one l", "q", parameters="randomize=true")]
    form = compiled(rows, LIST)
    orders = {
        seed: "".join(c.name for c in Session(form, world=World(seed=seed)).current.choices)  # type: ignore[union-attr]
        for seed in map(str, range(30))
    }
    assert len(set(orders.values())) > 10
    assert all(sorted(order) == list("abcdef") for order in orders.values())
    again = Session(form, {"q": "a"}, at="q", world=World(seed="7"))
    assert "".join(c.name for c in again.current.choices) == orders["7"]  # type: ignore[union-attr]
    seeded_rows = [ask("select_one l", "q", parameters="randomize=true, seed=42")]
    shown = begin(compiled(seeded_rows, LIST)).current
    assert "".join(c.name for c in shown.choices) == "afcbde"  # type: ignore[union-attr]


def test_blocks_in_an_order_drawn_for_the_case(compiled: Compile) -> None:
    rows = [{"type": "begin_group", "name": "g", "label": "g", "body::cati:block": "random"}]
    for name in "abcdef":
        rows += [
            {"type": "begin_group", "name": f"g{name}", "label": "."},
            ask("text", name),
            {"type": "end_group"},
        ]
    form = compiled([*rows, {"type": "end_group"}], (), {"form_id": "t", "namespaces": 'cati="urn:x"'})

    def order(seed: str) -> str:
        session, names = Session(form, world=World(seed=seed)), ""
        while session.current:
            names += session.current.name
            say(session, "x")
        return names

    assert order("1") == order("1")
    assert len({order(str(seed)) for seed in range(12)}) > 6


def test_what_is_known_beforehand_and_what_the_clock_and_chance_gave(compiled: Compile) -> None:
    rows = [
        {"type": "hidden", "name": "district"},
        {"type": "username", "name": "username"},
        {"type": "calculate", "name": "code", "calculation": "once(uuid())"},
        ask("date", "day", default="today()"),
        ask("note", "hello", label="${district} ${username} ${day}"),
    ]
    form = compiled(rows)
    known = {"district": "达川区", "username": "王"}
    session = begin(form, given=known)
    assert session.text(form.by_name["hello"]) == "达川区 王 2026-11-22"
    assert session.values["day"] == "2026-11-22"
    tomorrow = World(VirtualClock(NOON + 86_400_000), seeded("other"))
    again = Session(form, session.stored, world=tomorrow, given={**known, **session.made})
    assert again.values == session.values
    assert again.current == session.current


def test_one_screen(compiled: Compile) -> None:
    rows = [
        {"type": "begin_group", "name": "s", "label": "s", "appearance": "field-list"},
        ask("integer", "a"),
        ask("integer", "b", relevant="${a} > 1"),
        {"type": "end_group"},
        ask("text", "c"),
    ]
    session = begin(compiled(rows))
    assert [question.name for question in session.screen] == ["a"]
    session.answer("2")
    assert [question.name for question in session.screen] == ["a", "b"]
    session.answer("5", name="b")
    with pytest.raises(AnswerError):
        session.answer("5", name="c")
    assert session.answers == {"a": "2", "b": "5"}


def test_tables_in_files(compiled: Compile, tmp_path: Path) -> None:
    (tmp_path / "towns.csv").write_text("name,label,zip\nd,达州,635000\nz,自贡,643000\n", encoding="gb18030")
    rows = [
        ask("select_one_from_file towns.csv", "town"),
        {"type": "calculate", "name": "zip", "calculation": "pulldata('towns', 'zip', 'name', ${town})"},
        ask("note", "n", label="${zip}"),
    ]
    session = say(begin(compiled(rows)), "z")
    assert session.text(session.form.by_name["n"]) == "643000"
    assert session.choice_text(session.form.by_name["town"], "d") == "达州"


def test_a_table_that_is_not_there_is_named(compiled: Compile) -> None:
    with pytest.raises(StudyError, match=r"towns\.csv is not part of the form"):
        compiled([ask("select_one_from_file towns.csv", "town")])


def test_a_hundred_thousand_choices(compiled: Compile) -> None:
    """Found by an index, so that a filter does not look at every row for every question."""
    many = "".join(
        f"<item><name>c{n}</name><label>{n}</label><of>{n // 10}</of></item>" for n in range(100_000)
    )
    rows = [ask("integer", "part"), ask("select_one l", "q", choice_filter="of = string(${part})")]
    form = compiled(rows, LIST)
    del form
    xml = (
        '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>t</h:title>'
        f'<model><instance><data id="t"><part/><q/></data></instance><instance id="l"><root>{many}</root></instance>'
        '<bind nodeset="/data/part" type="string"/></model></h:head><h:body><input ref="/data/part"/><select1 ref="/data/q">'
        '<itemset nodeset="instance(\'l\')/root/item[of = /data/part]"><value ref="name"/><label ref="label"/></itemset>'
        "</select1></h:body></h:html>"
    )
    session = say(begin(xlsform.parse(xml)), "77")
    assert session.current is not None
    assert [choice.name for choice in session.current.choices] == [f"c{n}" for n in range(770, 780)]


def test_other_please_specify_and_guidance_and_languages(compiled: Compile) -> None:
    rows = [
        {"type": "select_one l or_other", "name": "q", "label::中文 (zh)": "问", "label::English (en)": "Ask",
         "guidance_hint::中文 (zh)": "看", "guidance_hint::English (en)": "look"},
    ]  # fmt: skip
    choices = [{"list_name": "l", "name": "a", "label::中文 (zh)": "甲", "label::English (en)": "A"}]
    session = begin(compiled(rows, choices), language="zh")
    assert session.current is not None
    assert (session.text(session.current), session.guidance(session.current)) == ("问", "看")
    session.language = "en"
    assert session.text(session.current) == "Ask"
    assert [[*choice.labels.values()] for choice in session.current.choices] == [
        ["甲", "A"],
        ["其他", "Other"],
    ]
    say(session, "other")
    assert session.current.name == "q_other"
    assert session.text(session.current) == "您说的“其他”具体是什么？"


def test_an_other_of_the_author_s_own_stays_as_it_is(compiled: Compile) -> None:
    rows = [ask("select_one l or_other", "q"), ask("select_one m or_other", "r")]
    own = [{"list_name": "m", "name": "other", "label": "Elsewhere"}]
    session = begin(compiled(rows, [*LIST, *own]))
    assert session.current is not None
    assert [*session.current.choices[-1].labels.values()] == ["Other"]
    say(session, "other")
    assert session.text(session.current) == "Specify other."
    say(session, "a tree")
    assert [[*choice.labels.values()] for choice in session.current.choices] == [["Elsewhere"]]


def test_a_value_set_when_another_is_answered(compiled: Compile) -> None:
    rows = [ask("text", "a"), {"type": "calculate", "name": "at", "calculation": "now()", "trigger": "${a}"}]
    session = begin(compiled(rows))
    assert "at" not in session.values
    session.answer("x")
    assert session.values["at"] == "2026-11-22T12:00:00.000+08:00"
    assert session.made == {"at": session.values["at"]}


def test_an_expression_that_cannot_be_worked_out_stops_nobody(compiled: Compile) -> None:
    session = begin(compiled([ask("text", "d"), ask("note", "n", relevant="date(${d}) > today()")]))
    say(session, "nonsense")
    assert session.current is not None
    assert session.current.name == "n"
    assert "is no date" in session.faults["n"]


def test_going_on_with_another_version(compiled: Compile) -> None:
    old = compiled([ask("integer", "age"), ask("select_one l", "q"), ask("text", "gone")], LIST)
    given = {"age": "30", "q": "f", "gone": ""}
    assert fits(old, old, given) == []
    added = compiled(
        [ask("text", "new"), ask("integer", "age", label="Years?"), ask("select_one l", "q")], LIST
    )
    assert fits(old, added, given) == []
    fewer = compiled([ask("integer", "age", constraint=". < 20"), ask("select_one l", "q")], LIST[:3])
    assert {problem.name for problem in fits(old, fewer, given)} == {"age", "q"}
    other = compiled(
        [ask("text", "age"), ask("select_one l", "q")], [{**row, "label": "?" + row["name"]} for row in LIST]
    )
    assert [problem.what[:10] for problem in fits(old, other, given)] == ["The questi", "The option"]


def test_what_is_not_offered_any_more_is_taken_back_when_its_question_comes_on_screen(
    compiled: Compile,
) -> None:
    """As in ODK Collect. What reads the answer follows; what else was chosen stays."""
    rows = [
        ask("select_one g", "of"),
        ask("select_multiple l", "q", choice_filter="of = ${of} or name = 'c'"),
        ask("text", "why", relevant="selected(${q}, 'a')"),
        ask("note", "bye"),
    ]
    groups = [{"list_name": "g", "name": name, "label": name} for name in "xy"]
    session = say(begin(compiled(rows, [*LIST, *groups])), "x", "a c", "so")
    session.jump("of")
    session.answer("y")
    assert session.stored["q"] == "a c", "until it is on screen, nothing is taken from it"
    session.next()
    assert (session.current and session.current.name, session.stored["q"]) == ("q", "c")
    assert "why" not in session.answers
    session.next()
    assert session.current
    assert session.current.name == "bye"


def test_on_one_screen_a_choice_goes_as_soon_as_it_is_not_offered(compiled: Compile) -> None:
    rows = [
        {"type": "begin_group", "name": "s", "label": "S", "appearance": "field-list"},
        ask("select_one g", "of"),
        ask("select_one l", "q", choice_filter="of = ${of}"),
        {"type": "end_group"},
    ]
    groups = [{"list_name": "g", "name": name, "label": name} for name in "xy"]
    session = begin(compiled(rows, [*LIST, *groups]))
    session.answer("x", "of")
    session.answer("a", "q")
    session.answer("y", "of")
    assert session.stored["q"] == ""


def test_instances_that_a_number_makes_begin_with_what_the_form_sets(compiled: Compile) -> None:
    """A dynamic default in a counted repeat; what was answered comes back with the number, and a question "what if" leaves no trace."""
    rows = [
        ask("integer", "n"),
        {"type": "begin_repeat", "name": "r", "label": "R", "repeat_count": "${n}"},
        ask("date", "day", default="today()"),
        {"type": "calculate", "name": "first", "calculation": "once(string(${day}))"},
        {"type": "end_repeat"},
        ask("note", "bye"),
    ]
    session = begin(compiled(rows))
    assert session.voids("n", "2") == ()
    session.answer("2")
    assert session.values["day[1]"] == session.values["day[2]"] == "2026-11-22"
    assert session.values["first[2]"] == "2026-11-22"
    say(session, "2", "2020-01-01")
    session.jump("n")
    session.answer("0")
    session.answer("2")
    assert (session.values["day[1]"], session.values["day[2]"]) == ("2020-01-01", "2026-11-22")
