"""The walk through a form as a whole: nothing is lost, what is not relevant reads as blank, a resumed interview is the same one."""

import time
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import AnswerError
from app.questionnaire.form import Choice, Form, Kind, Question
from app.questionnaire.nodes import Node
from app.questionnaire.scope import Scope
from app.questionnaire.session import Session
from app.questionnaire.values import Value
from app.questionnaire.wording import LONGEST

WILLING = {
    "intro": "OK",
    "consent": "1",
    "age": "30",
    "residence": "1",
    "county": "4",
    "sex": "1",
    "scoring": "OK",
}
MANY = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)

moves = st.lists(
    st.one_of(
        st.tuples(
            st.just("answer"),
            st.sampled_from(["", "1", "2", "3", "7", "9", "10", "17", "45", "98", "99", "x"]),
        ),
        st.tuples(st.just("back"), st.just("")),
        st.tuples(st.just("jump"), st.sampled_from(["consent", "age", "county", "q01", "q08", "thanks"])),
        st.tuples(st.just("language"), st.sampled_from(["zh", "en"])),
    ),
    max_size=40,
)


def play(session: Session, steps: list[tuple[str, str]]) -> None:
    for word, value in steps:
        try:
            match word:
                case "answer":
                    session.answer(value)
                    session.next()
                case "back":
                    session.back()
                case "jump":
                    session.jump(value)
                case "language":
                    session.language = value
        except AnswerError:
            continue


@MANY
@given(steps=moves)
def test_a_resumed_interview_is_the_same_interview(steps: list[tuple[str, str]], dazhou: Form) -> None:
    session = Session(dazhou)
    play(session, steps)
    here = session.current.name if session.current else ""
    again = Session(dazhou, session.stored, here, session.language)
    assert again.stored == session.stored
    assert again.answers == session.answers
    if session.current:
        assert again.current == session.current
        assert again.text(session.current) == session.text(session.current)
        assert again.progress == session.progress


@MANY
@given(steps=moves)
def test_no_answer_is_ever_lost_and_only_answered_ground_is_walked(
    steps: list[tuple[str, str]], dazhou: Form
) -> None:
    session = Session(dazhou)
    known: set[str] = set()
    for step in steps:
        play(session, [step])
        assert known <= set(session.stored)
        known = set(session.stored)
        before = dazhou.asked[: dazhou.asked.index(session.current)] if session.current else ()
        for question in before:
            if question.required and session.evaluate(question.relevant or "true()", question.name) is True:
                assert session.answers.get(question.name) or not on(session, question)


@MANY
@given(
    steps=moves,
    name=st.sampled_from(["consent", "age", "residence", "county"]),
    value=st.sampled_from("1239"),
)
def test_what_is_said_to_become_void_becomes_void(
    steps: list[tuple[str, str]], name: str, value: str, dazhou: Form
) -> None:
    session = Session(dazhou, WILLING)
    play(session, steps)
    foretold = session.voids(name, value)
    before = {n for n in session.answers if dazhou.by_name[n].kind is not Kind.NOTE}
    try:
        session.jump(name)
        session.answer(value)
    except AnswerError:
        return
    assert before - set(session.answers) == set(foretold)


def on(session: Session, question: Question) -> bool:
    """The question is relevant, with the groups it is in."""
    return bool(session.evaluate(f"count({question.path}) = 1", question.name))


def blank_when_not_relevant(form: Form) -> None:
    """JavaRosa's rule on one case: county is stored, then the respondent turns out to be seventeen."""
    session = Session(form, {**WILLING, "q01": "8"}, at="age")
    session.answer("17")
    assert session.stored["county"] == "4"
    assert session.evaluate("/data/screening/county") == ""
    assert session.evaluate("count(/data/items/q01)") == 0
    assert "county" not in session.answers


def test_what_is_not_relevant_reads_as_blank(dazhou: Form) -> None:
    blank_when_not_relevant(dazhou)


def test_stale_reading_is_noticed(dazhou: Form, monkeypatch: pytest.MonkeyPatch) -> None:
    """Saboteur: an engine that reads the stored value of a non-relevant question turns the check above red."""

    def stale(scope: Scope, path: str) -> Value:
        node: Node | None = scope._state.flat.get(path)
        return node.value if node else ""

    monkeypatch.setattr(Scope, "read", stale)
    with pytest.raises(AssertionError):
        blank_when_not_relevant(dazhou)


def test_every_note_must_be_read_before_going_on(dazhou: Form) -> None:
    session = Session(dazhou)
    with pytest.raises(AnswerError, match="还没有念"):
        session.next()
    session.language = "en"
    with pytest.raises(AnswerError, match="not been read out"):
        session.next()


def test_a_huge_or_odd_open_answer(dazhou: Form) -> None:
    session = Session(dazhou, {**WILLING, **{f"q{n:02d}": "8" for n in range(1, 13)}})
    assert session.current == dazhou.by_name["suggestion"]
    started = time.perf_counter()
    with pytest.raises(AnswerError, match="太长"):
        session.answer("好" * 10_000_000)
    assert time.perf_counter() - started < 1
    with pytest.raises(AnswerError, match="500"):
        session.answer("好" * (LONGEST - 1))
    session.answer("  路灯\x00太暗\ud800，\n晚上不敢走。 ")
    assert session.answers["suggestion"] == "路灯太暗，\n晚上不敢走。"


def test_progress_counts_questions_not_notes(dazhou: Form) -> None:
    session = Session(dazhou)
    assert session.progress == (0, 18)
    assert Session(dazhou, WILLING).progress == (6, 18)
    done = Session(dazhou, WILLING, at="thanks")
    assert done.current is None or done.progress[1] == 18


def test_what_the_answers_hold(dazhou: Form) -> None:
    """Unknown names from another version are dropped; the order is the form's."""
    session = Session(dazhou, {"sex": "1", "gone": "x", **WILLING})
    assert list(session.answers) == list(WILLING)
    assert "gone" not in session.stored


@pytest.mark.parametrize(
    ("kind", "value", "stored"),
    [
        ("integer", "００７", "7"),
        ("decimal", "３．５", "3.5"),
        ("text", " ３．５ ", "３．５"),
        ("select_multiple", "b  a b", "a b"),
        ("select_one", " ｂ ", "b"),
    ],
)
def test_keys_in_full_width(kind: str, value: str, stored: str, one_question: Callable[[str], Form]) -> None:
    session = Session(one_question(kind))
    session.answer(value)
    assert session.stored == {"q": stored}


@pytest.mark.parametrize(
    ("kind", "value"), [("decimal", "1e5"), ("decimal", "三"), ("select_multiple", "a z")]
)
def test_keys_that_are_not_taken(kind: str, value: str, one_question: Callable[[str], Form]) -> None:
    with pytest.raises(AnswerError):
        Session(one_question(kind)).answer(value)


@pytest.fixture
def one_question() -> Callable[[str], Form]:
    def make(kind: str) -> Form:
        choices = (Choice("a", {"default": "A"}), Choice("b", {"default": "B"}))
        question = Question("q", "/data/q", Kind(kind), labels={"default": "?"}, choices=choices)
        return Form("small", "1", "small", ("default",), (question,))

    return make
