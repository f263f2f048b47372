"""What a history of calls comes to: the specification by example, and the rules behind it."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import StudyError
from app.sample.case import Attempt
from app.sample.disposition import Disposition, Step, disposition, final_disposition
from app.sample.outcome import Category, When, load_outcomes

VECTORS = Path(__file__).parent.parent / "vectors" / "aapor" / "final_disposition_cases.json"
CASES = json.loads(VECTORS.read_text(encoding="utf-8"))["cases"]
DAY = 86_400_000
OUTCOMES = load_outcomes()


def history(*keys: str) -> list[Attempt]:
    return [Attempt(day * DAY, key) for day, key in enumerate(keys)]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_the_specification_by_example(case: dict[str, Any]) -> None:
    assert final_disposition(case["history"]) == Disposition(case["final"], Category(case["category"]))


@pytest.mark.parametrize(
    ("calls", "final"),
    [
        ([], "3.11"),
        (["2.11", "3.13"], "2.11"),  # a later no-answer never erases a refusal
        (["2.11", "4.70"], "4.70"),  # a person established that nobody there is eligible
        (["2.112", "2.20A"], "2.112"),
        (["3.20", "3.13"], "3.20"),
        (["3.12", "3.13"], "3.13"),  # same rank: the latest
        (["3.13", "3.12"], "3.12"),
        (["1.20", "2.12"], "1.20"),
        (["4.31"], "3.16"),  # one announcement proves nothing
        (["4.31", "4.31", "3.13"], "3.13"),  # a later ring cancels it
        (["4.31", "3.13", "4.31"], "3.16"),
        (["4.31", "3.16", "4.31"], "4.31"),
        (["4.33", "4.31"], "4.31"),  # dead on two days, whatever the wording
        (["3.13", "4.33"], "4.33"),  # still holds at the end
        (["4.33", "3.13"], "3.13"),
        (["4.33", "3.16"], "4.33"),
        (["2.20", "4.31", "4.31"], "2.20"),  # eligible if ever eligible
        (["3.20", "4.31", "4.31"], "3.20"),
        (["3.13", "4.20"], "4.20"),
        (["3.13", "4.41"], "4.41"),
    ],
)
def test_the_precedence(calls: list[str], final: str) -> None:
    assert final_disposition(calls).aapor == final


def test_two_announcements_on_one_day_are_one() -> None:
    assert final_disposition([Step("4.31", 7), Step("4.31", 7)]).aapor == "3.16"
    assert final_disposition([Step("4.31", 7), Step("4.31", 8)]).aapor == "4.31"


@settings(deadline=None)  # the machine is shared
@given(st.lists(st.sampled_from(sorted(OUTCOMES)), max_size=8))
def test_an_interview_stays_an_interview_whatever_came_before(keys: list[str]) -> None:
    assert disposition(history(*keys, "60"), OUTCOMES).category is Category.I


@settings(deadline=None)  # the machine is shared
@given(
    st.lists(st.sampled_from(["36", "37", "38", "39"]), min_size=1, max_size=3),
    st.lists(st.sampled_from(["13", "15", "16"])),
)
def test_a_refusal_stays_one_however_long_nobody_answers(refused: list[str], silent: list[str]) -> None:
    assert disposition(history(*refused, *silent), OUTCOMES).category is Category.R


@settings(deadline=None)  # the machine is shared
@given(st.lists(st.sampled_from(sorted(OUTCOMES)), max_size=8))
def test_every_history_has_a_class(keys: list[str]) -> None:
    assert disposition(history(*keys), OUTCOMES).category in set(Category)


def test_a_voided_interview_counts_as_other_until_it_is_done_again() -> None:
    assert disposition(history("60", "61"), OUTCOMES) == Disposition("2.36", Category.O)
    assert disposition(history("36", "60", "61"), OUTCOMES) == Disposition("2.36", Category.O)
    assert disposition(history("60", "61", "16", "60"), OUTCOMES) == Disposition("1.1", Category.I)


def test_a_call_that_the_line_refused_says_nothing_about_the_number() -> None:
    assert disposition(history("16", "19"), OUTCOMES).aapor == "3.13"
    assert disposition(history("19"), OUTCOMES) == Disposition("3.16", Category.UH)


def test_a_call_that_was_cut_off_is_of_unknown_eligibility() -> None:
    assert disposition(history(""), OUTCOMES) == Disposition("3.16", Category.UH)
    assert disposition(history("36", ""), OUTCOMES) == Disposition("2.111", Category.R)


def test_a_break_off_past_the_half_is_partial() -> None:
    assert disposition(history("39", "16"), OUTCOMES, {When.HALF_ANSWERED}) == Disposition("1.2", Category.P)


def test_an_outcome_that_the_table_does_not_know_is_not_passed_over() -> None:
    with pytest.raises(StudyError, match="99"):
        disposition(history("16", "99"), OUTCOMES)


def test_an_unknown_code_is_refused() -> None:
    with pytest.raises(ValueError, match="no AAPOR"):
        final_disposition(["5.1"])
