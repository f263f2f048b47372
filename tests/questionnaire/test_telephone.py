"""The telephone columns as an interviewer's desk needs them: codes, probes, vague words, soft checks, critical rules."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.errors import AnswerError
from app.questionnaire import shapes, xlsform
from app.questionnaire.form import Form
from app.questionnaire.session import Session
from app.questionnaire.telephone import (
    Probe,
    SoftCheck,
    Telephone,
    Vague,
    counts,
    is_on,
    iso_of,
    item_response,
    take,
    unmet,
)
from tests.questionnaire import corpus


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> Form:
    book = corpus.base()
    scored = book["survey"][6]
    scored["body::cati:soft-zh"] = "真的这么低吗？"
    scored["bind::cati:critical"] = ". != '99'"
    path: Path = corpus.write(book, tmp_path_factory.mktemp("form") / "base.xlsx")
    return xlsform.parse(xlsform.compile_workbook(path))


def at_the_item(form: Form, **answers: str) -> Session:
    return Session(form, {"consent": "1", "age": "40", "county": "1", **answers}, "q1")


def test_columns_as_values() -> None:
    columns = Telephone(
        {
            "counts": "dk",
            "probe-zh": "您再想想？| 要是打分，打几分？",
            "vague": "还行| 一般=98",
            "quota": "county",
        }
    )
    assert columns.counts == {"dk"}
    assert columns.probes("zh") == ("您再想想？", "要是打分，打几分？")
    assert columns.probes("en") == ()
    assert columns.vague == Vague(("还行", "一般"), "98")
    assert (columns.vague_code(" 一般 "), columns.vague_code("很好")) == ("98", "")
    assert columns.quota == "county"
    assert (Telephone({}).vague, Telephone({}).counts, Telephone({}).random_block) == (
        None,
        frozenset(),
        False,
    )


@pytest.mark.parametrize(
    ("column", "value", "good"),
    [
        ("read", "no", True), ("read", "perhaps", False), ("scale", "0-10", True), ("scale", "0到10", False),
        ("counts", "dk refused", True),
        ("counts", "all", False), ("vague", "还行|一般=98", True), ("vague", "还行", False), ("block", "random", True),
        ("probe-zh", " ", False),
        ("ends", "5", False), ("quota", "county sex", False),
    ],
)  # fmt: skip
def test_what_may_stand_in_a_column(column: str, value: str, good: bool) -> None:
    assert shapes.known(column)
    assert shapes.fits(column, value) is good


def test_columns_that_do_not_exist() -> None:
    assert not any(shapes.known(column) for column in ("probe", "skale", "dk-zh", "soft-zh-cn"))


@pytest.mark.parametrize(
    ("language", "iso"), [("中文 (zh)", "zh"), ("English (en)", "en"), ("中文", "zh"), ("default", "en")]
)
def test_iso(language: str, iso: str) -> None:
    assert iso_of(language) == iso


def test_a_soft_check_asks_once_and_keeps_with_a_reason(form: Form) -> None:
    session = at_the_item(form)
    with pytest.raises(SoftCheck, match="真的这么低吗"):
        take(session, "1")
    assert "q1" not in session.stored
    take(session, "1", "受访者重复了两遍")
    assert session.answers["q1"] == "1"


@pytest.mark.parametrize("value", ["3", "98", "99"])
def test_usual_answers_and_special_codes_are_not_asked_about(value: str, form: Form) -> None:
    session = at_the_item(form)
    take(session, value)
    assert session.answers["q1"] == value


def test_a_hard_rule_stays_hard_with_a_reason(form: Form) -> None:
    with pytest.raises(AnswerError) as refusal:
        take(at_the_item(form), "11", "他坚持")
    assert not isinstance(refusal.value, SoftCheck)


def test_a_critical_rule_counts_only_where_it_is_asked(form: Form) -> None:
    assert [name for name, _ in unmet(at_the_item(form, q1="99"))] == ["q1"]
    assert unmet(at_the_item(form, q1="8")) == ()
    elsewhere = Session(form, {"consent": "1", "age": "40", "county": "9"})
    assert not is_on(elsewhere, form.by_name["q1"])
    assert unmet(elsewhere) == ()


@pytest.fixture(scope="module")
def counting(tmp_path_factory: pytest.TempPathFactory) -> Form:
    """q1 with a vague-word rule and a probe, whose "does not know" counts; county, required, takes a real answer only."""
    book = corpus.base()
    county, scored = book["survey"][4], book["survey"][6]
    assert (county["name"], scored["name"]) == ("county", "q1")
    county |= {"body::cati:counts": "no", "required": "yes", "body::cati:refused": "9"}
    scored |= {
        "required": "",
        "body::cati:counts": "dk",
        "body::cati:vague": "还行|一般=98",
        "body::cati:probe-zh": "您打几分？",
    }
    path: Path = corpus.write(book, tmp_path_factory.mktemp("counting") / "base.xlsx")
    return xlsform.parse(xlsform.compile_workbook(path))


def test_on_a_vague_word_a_probe_is_read_once_then_the_code_is_entered(counting: Form) -> None:
    session = at_the_item(counting)
    with pytest.raises(Probe, match="您打几分？") as asked:
        take(session, "还行")
    assert "98" in asked.value.what
    assert "q1" not in session.stored
    take(session, "一般", "said again")
    assert session.stored["q1"] == "98"


def test_after_the_probe_a_score_is_a_score(counting: Form) -> None:
    session = at_the_item(counting)
    with pytest.raises(Probe):
        take(session, "还行")
    take(session, "7")
    assert session.stored["q1"] == "7"


def test_without_a_probe_of_its_own_the_question_is_read_again(form: Form) -> None:
    question = replace(form.by_name["q1"], cati={**form.by_name["q1"].cati, "vague": "还行=98"})
    plain = replace(form, questions=tuple(question if q.name == "q1" else q for q in form.questions))
    with pytest.raises(Probe, match="照原题再念一遍"):
        take(at_the_item(plain), "还行")


def test_where_only_real_answers_count_a_required_question_takes_no_other(counting: Form, form: Form) -> None:
    session = Session(counting, {"consent": "1", "age": "40"}, "county")
    assert session.current
    with pytest.raises(AnswerError, match="明确的回答"):
        take(session, "9")
    assert "county" not in session.stored
    usual = at_the_item(form)
    take(usual, "99")
    assert usual.stored["q1"] == "99", "where the column says nothing, a required question takes them"


def test_item_response_counts_what_the_column_says(counting: Form) -> None:
    question = counting.by_name["q1"]
    assert [counts(question, value) for value in ("7", "98", "99", "")] == [True, True, False, False]
    session = at_the_item(counting)
    before, of = item_response(session)
    take(session, "99")
    assert item_response(session) == (before, of), "a refusal is no answer"
    take(session, "98")
    assert item_response(session) == (before + 1, of)
