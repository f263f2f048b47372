"""Rows and how they are counted."""

import random
from dataclasses import replace

import pytest

from app.errors import StudyError
from app.results.table import (
    Tally,
    by_category,
    by_interviewer,
    by_outcome,
    by_unit,
    completed,
    dead,
    dispositions,
    respondents,
)
from app.sample.disposition import Disposition
from app.sample.outcome import Category
from tests.results.conftest import ITEMS, call, interview


def test_calls_are_counted_by_outcome() -> None:
    assert by_outcome([call("a", 0, "16"), call("a", 1, "60"), call("b", 0, "16"), call("c", 0, "")]) == {
        "16": 2,
        "60": 1,
    }


def test_a_case_has_one_final_disposition_from_its_calls_in_time() -> None:
    calls = [
        call("a", 1, "60"),
        call("a", 0, "16"),
        call("b", 1, "16"),
        call("b", 0, "36"),
        call("c", 0, "11"),
        call("c", 1, "11"),
    ]
    assert dispositions(calls) == {
        "a": Disposition("1.1", Category.I),
        "b": Disposition("2.111", Category.R),
        "c": Disposition("4.31", Category.NE),
    }


def test_two_announcements_on_the_same_day_are_one() -> None:
    first = call("a", 0, "11")
    assert (
        dispositions([first, replace(first, call="a-2", started=first.started + 3_600_000)])["a"].category
        is Category.UH
    )


def test_a_break_off_past_the_half_is_partial_by_its_row() -> None:
    """The row carries the code of this very case."""
    assert dispositions([call("a", 0, "39", aapor="1.2")])["a"] == Disposition("1.2", Category.P)


def test_numbers_handed_out_and_never_dialled_stay_in_the_denominator() -> None:
    final = dispositions([call("a", 0, "60"), call("b", 0, "51")])
    assert by_category(final) == {"I": 1, "P": 0, "R": 0, "NC": 0, "O": 0, "UH": 0, "UO": 0, "NE": 1}
    assert by_category(final, released=10)["UH"] == 8
    assert sum(by_category(final, released=10).values()) == 10


def test_the_dead_are_those_announced_as_such() -> None:
    calls = [call("a", n, "11") for n in range(2)] + [
        call("b", 0, "12"),
        call("c", 0, "51"),
        call("d", 0, "11"),
    ]
    assert dead(dispositions(calls)) == 2


def test_an_outcome_that_nobody_knows_is_not_left_out_silently() -> None:
    with pytest.raises(StudyError, match="99"):
        dispositions([call("a", 0, "99")])


def test_what_an_interviewer_has_done() -> None:
    calls = [call("a", 0, key, interviewer="王") for key in ("16", "36", "60", "51", "11")] + [
        call("b", 0, "31", interviewer="李")
    ]
    assert by_interviewer(calls) == {"王": Tally(5, 3, 1, 1, 200, dead=1), "李": Tally(1, 1, 0, 0, 40)}


def test_only_complete_interviews_are_scored() -> None:
    chance = random.Random("1")
    rows = [interview(case, "1", chance, rehearsal=False) for case in "abc"]
    rows.append(interview("d", "1", chance, rehearsal=False, outcome="39"))
    final = dispositions([call("a", 0, "60"), call("b", 0, "60"), call("b", 1, "61"), call("d", 0, "39")])
    assert [row.case for row in completed(rows, final)] == ["a", "c"]  # b was voided by review, d broke off


def test_an_interview_that_was_sealed_twice_counts_once_as_it_was_last() -> None:
    chance = random.Random("1")
    first, last = (interview("a", "1", chance, rehearsal=False) for _ in range(2))
    assert completed([first, last], {}) == (last,)


def test_interviews_are_counted_by_unit_and_become_scores() -> None:
    chance = random.Random("1")
    rows = [interview("a", "1", chance, rehearsal=False), interview("b", "2", chance, rehearsal=False)]
    assert by_unit(rows) == {"1": 1, "2": 1}
    one, other = respondents(
        [replace(rows[0], answers={"q01": "7", "q02": "98", "q03": "", "q99": "5"}), rows[1]],
        ITEMS,
        {"1": 2.5},
    )
    assert (one.unit, one.scores, one.weight) == ("1", {"q01": 7.0}, 2.5)
    assert other.weight == 0.0
