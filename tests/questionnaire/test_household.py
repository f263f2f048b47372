"""A landline is a household's: whether it belongs to the sample (dual frame), and who of it is asked, as the draw has fixed it."""

from collections import Counter

import pytest

from app.interview.given import given
from app.questionnaire import xlsform
from app.questionnaire.form import Form
from app.questionnaire.session import Session
from app.questionnaire.world import World
from app.sample.case import Case
from app.sample.draw import case_draw, ticket
from tests.desk_room import source
from tests.questionnaire import corpus
from tests.questionnaire.corpus import row


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> Form:
    """As questionnaire.md shows it."""
    landline = "${case_kind} = 'landline'"
    book = corpus.base()
    book["survey"] = [
        row("hidden", "case_kind"),
        row("hidden", "case_draw"),
        row(
            "select_one yn",
            "mobile",
            "您本人有手机吗？",
            "Have you a mobile?",
            required="yes",
            relevant=landline,
        ),
        row("note", "screened", "谢谢，再见。", "Thank you.", relevant="${mobile} = '1'", _c_ends="58"),
        row(
            "integer",
            "adults",
            "家里18到70岁的有几位？",
            "How many from 18 to 70?",
            required="yes",
            relevant=landline,
        ),
        row("calculate", "chosen", calculation="${case_draw} mod ${adults} + 1"),
        row(
            "note",
            "fetch",
            "请年龄第${chosen}大的那位接电话。",
            "Please fetch number ${chosen} by age.",
            relevant=landline,
        ),
        row("integer", "age", "您今年多大？", "How old are you?", required="yes"),
    ]
    return xlsform.parse(
        xlsform.compile_workbook(corpus.write(book, tmp_path_factory.mktemp("f") / "f.xlsx"))
    )


def case(number: str) -> Case:
    return Case("0" * 16, ticket(bytes(32), number), number)


def seated(form: Form, number: str, **answers: str) -> Session:
    known = given(source(), case(number), {}, "I01", 0)
    return Session(form, answers, "", world=World(given=known))


def name(session: Session) -> str:
    assert session.current is not None
    return session.current.name


def test_a_mobile_is_one_persons_and_goes_straight_to_the_questions(form: Form) -> None:
    assert name(seated(form, "13882800000")) == "age"


def test_a_landline_of_somebody_with_a_mobile_is_not_of_the_sample(form: Form) -> None:
    session = seated(form, "08182345678")
    assert name(session) == "mobile"
    session.answer("1")
    session.next()
    assert (name(session), session.ends) == ("screened", "58")


def test_the_person_who_is_fetched_is_fixed_by_the_draw_and_every_one_is_as_likely(form: Form) -> None:
    fetched = Counter[str]()
    for n in range(300):
        session = seated(form, f"0818{n:07}", mobile="2", adults="3")
        assert session.current is not None
        text = session.text(session.current)
        assert text == f"请年龄第{case_draw(case(f'0818{n:07}').ticket) % 3 + 1}大的那位接电话。"
        fetched[text] += 1
    assert len(fetched) == 3
    assert min(fetched.values()) > 70
