"""Between which ranks a unit can lie: against the oracle, and by hand."""

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest

from app.results.index import Estimate
from app.results.ranks import Rank, rank_intervals

COUNTIES = Path(__file__).parents[1] / "vectors" / "ranks" / "county6.csv"
MANY = 10**6
"""Degrees of freedom at which t is the normal distribution."""


def estimate(value: float | None, se: float | None, df: int = MANY) -> Estimate:
    return Estimate(value, se, df + 1, df, None, None)


def between(ranks: dict[str, Rank]) -> dict[str, Sequence[int]]:
    return {unit: (rank.best, rank.worst) for unit, rank in ranks.items()}


def test_six_counties_have_the_intervals_of_the_oracle() -> None:
    with COUNTIES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = rank_intervals({row["unit"]: estimate(float(row["est"]), float(row["se"])) for row in rows})
    assert between(found) == {row["unit"]: (int(row["holm_L"]), int(row["holm_U"])) for row in rows}
    assert {rank.of for rank in found.values()} == {6}


def test_what_is_far_apart_has_a_rank_and_what_is_not_has_none() -> None:
    found = rank_intervals({"a": estimate(90, 1), "b": estimate(70, 1), "c": estimate(71, 1)})
    assert between(found) == {"a": (1, 1), "b": (2, 3), "c": (2, 3)}


def test_the_more_pairs_are_compared_the_more_it_takes() -> None:
    """2.2 standard errors are enough for two units (p 0.028) and not for three, where the first step asks for 0.017."""
    two = {"a": estimate(82.2, 0.0), "b": estimate(80, 1)}
    assert between(rank_intervals(two)) == {"a": (1, 1), "b": (2, 2)}
    assert between(rank_intervals({**two, "c": estimate(80, 1)})) == {"a": (1, 3), "b": (1, 3), "c": (1, 3)}


def test_few_interviews_prove_less_than_many() -> None:
    """The same distance, three standard errors: with one degree of freedom each it is nothing (t 2 degrees, p 0.1)."""
    many = {"a": estimate(83, 0.7071), "b": estimate(80, 0.7071)}
    few = {"a": estimate(83, 0.7071, 1), "b": estimate(80, 0.7071, 1)}
    assert between(rank_intervals(many)) == {"a": (1, 1), "b": (2, 2)}
    assert between(rank_intervals(few)) == {"a": (1, 2), "b": (1, 2)}


def test_equal_answers_everywhere_are_one_rank() -> None:
    found = rank_intervals({"a": estimate(70, 0.0), "b": estimate(70, 0.0), "c": estimate(60, 0.0)})
    assert between(found) == {"a": (1, 2), "b": (1, 2), "c": (3, 3)}


@pytest.mark.parametrize("other", [estimate(None, None), estimate(80, None), estimate(80, 0.0, 0)])
def test_a_unit_without_an_interval_is_compared_with_none(other: Estimate) -> None:
    assert rank_intervals({"a": estimate(70, 1), "b": other}) == {}
    assert set(rank_intervals({"a": estimate(70, 1), "b": other, "c": estimate(60, 1)})) == {"a", "c"}
