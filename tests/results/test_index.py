"""Index, aspects and means against R survey on 640 invented respondents."""

import csv
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import UsageError
from app.results.index import Design, Item, Respondent, index, index_by_unit, item_means
from app.study.model import Aspect
from tests.results.conftest import ASPECTS, VECTORS

City = tuple[Respondent, ...]


def vector(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((VECTORS / "survey" / name).read_text(encoding="utf-8"))
    return data


def test_the_index_and_its_aspects(city: City) -> None:
    expected = vector("S8_index.json")
    found = index(city, ASPECTS)
    assert found.value == pytest.approx(expected["index"], abs=1e-9)
    assert found.se == pytest.approx(expected["se_linearised"], abs=1e-9)
    assert (found.n, found.df) == (640, 634)
    for code, value in expected["aspects"].items():
        assert found.aspects[code].value == pytest.approx(value, abs=1e-9)


def test_the_index_of_every_county(city: City) -> None:
    counties = vector("S8_index.json")["by_county"]
    found = index_by_unit(city, ASPECTS, [county["county"] for county in counties])
    for county in counties:
        one = found[county["county"]]
        assert one.value == pytest.approx(county["index"], abs=1e-9)
        assert one.se == pytest.approx(county["se"], abs=1e-9)
        assert (one.n, one.df) == (county["n"], county["n"] - 1)


def test_item_means_with_standard_errors_and_intervals(city: City) -> None:
    expected = vector("S2_stratified_mean.json")
    found = item_means(city, expected["items"])
    for item, one in expected["items"].items():
        assert found[item].value == pytest.approx(one["mean"], abs=1e-9)
        assert found[item].se == pytest.approx(one["se"], abs=1e-9)
        assert (found[item].low, found[item].high) == pytest.approx(one["ci_t95"], abs=1e-9)
        assert (found[item].n, found[item].df) == (one["n"], expected["df"])


def test_domains_keep_the_full_design(city: City) -> None:
    expected = vector("S3_domains.json")
    for county in expected["by_county"]:
        one = Design(city).mean("q06", lambda row, county=county: row.unit == county["county"])  # type: ignore[misc]
        assert (one.value, one.se, one.n) == pytest.approx(
            (county["mean"], county["se"], county["n"]), abs=1e-9
        )


def test_domains_that_cut_across_the_strata(city: City) -> None:
    with (VECTORS / "survey" / "city2023.csv").open(encoding="utf-8", newline="") as file:
        traits = [(row["sex"], row["age"]) for row in csv.DictReader(file)]
    design = Design(city)
    where = {id(row): trait for row, trait in zip(city, traits, strict=True)}
    for domain in vector("S3_domains.json")["by_sex_age"]:
        one = design.mean("q06", lambda row, domain=domain: where[id(row)] == (domain["sex"], domain["age"]))  # type: ignore[misc]
        assert (one.value, one.se) == pytest.approx((domain["mean"], domain["se"]), abs=1e-9)


def test_unweighted_in_one_stratum(city: City) -> None:
    expected = vector("S1_srs.json")["q01_unweighted_domain"]
    plain = [Respondent("all", row.scores) for row in city]
    one = item_means(plain, ["q01"])["q01"]
    assert (one.value, one.se, one.n) == pytest.approx(
        (expected["mean"], expected["se"], expected["n"]), abs=1e-9
    )


def test_listwise_deletion_would_be_another_number(city: City) -> None:
    """Saboteur: the definition matters, and a change of it is noticed."""
    expected = vector("S8_index.json")
    complete = [row for row in city if len(row.scores) == 12]
    assert index(complete, ASPECTS).value == pytest.approx(
        expected["alternative_definitions"]["c_listwise_complete_only"], abs=1e-9
    )
    assert index(complete, ASPECTS).value != pytest.approx(expected["index"], abs=0.1)


ITEM = Item("q01", "", "")


@pytest.mark.parametrize("answer", ["", "98", "99", "11", "-1", "7.5", "９", "dk", "1e1"])
def test_what_is_no_score_is_not_scored(answer: str) -> None:
    assert ITEM.score(answer) is None


@pytest.mark.parametrize(("answer", "score"), [("0", 0), ("7", 7), ("10", 10)])
def test_scores(answer: str, score: float) -> None:
    assert ITEM.score(answer) == score


def test_a_code_on_the_scale_of_another_item_is_a_score() -> None:
    assert Item("q01", "", "", low=1, high=100, dk="", refused="").score("98") == 98


def people(*scores: float, unit: str = "1") -> Iterator[Respondent]:
    return (Respondent(unit, {f"q{n:02d}": score for n in range(1, 13)}) for score in scores)


def test_an_item_that_nobody_answered_leaves_no_index() -> None:
    """A part is not passed off as the whole."""
    rows = [Respondent("1", {f"q{n:02d}": 8.0 for n in range(1, 12)}) for _ in range(40)]
    found = index(rows, ASPECTS)
    assert (found.value, found.se, found.low, found.n) == (None, None, None, 40)
    assert found.aspects["A4"].value is None
    assert found.aspects["A1"].value == pytest.approx(80)
    assert Design(rows).mean("q12").value is None
    assert Design(rows).mean("q01", lambda row: False).value is None


def test_one_interview_has_no_interval() -> None:
    found = index(people(8), ASPECTS)
    assert found.value == pytest.approx(80)
    assert (found.se, found.n, found.df) == (None, 1, 0)


def test_nobody_at_all() -> None:
    found = index([], ASPECTS)
    assert (found.value, found.n) == (None, 0)


def test_a_unit_with_one_interview_still_varies() -> None:
    """A lonely stratum is compared with the mean of all, not taken as known."""
    rows = [*people(6, 8, 10, 4), *people(2, unit="2")]
    lonely, whole = index(rows, ASPECTS), index([Respondent("1", row.scores) for row in rows], ASPECTS)
    assert lonely.value == whole.value
    assert lonely.se is not None
    assert lonely.se > 0


class Hashed(str):
    """A unit's code that falls in another place of a set, as in another process."""

    place: int

    def __hash__(self) -> int:
        return self.place


def hashed(code: str, place: int) -> Hashed:
    unit = Hashed(code)
    unit.place = place
    return unit


def test_the_last_digit_is_the_same_in_every_process() -> None:
    """The same rows give the same workbook: strata are not summed in the order in which their names happen to be hashed."""
    answers = (
        (6, 8, 9, 7, 3),
        (2, 9, 5, 8),
        (7, 7, 10, 1),
        (3, 8, 4, 4, 9),
        (0, 5, 9),
        (1, 2, 6),
        (10, 3, 7, 7),
    )
    found = set()
    for places in (range(7), (0, 1, 5, 2, 3, 6, 4)):
        units = [hashed(f"unit {n}", place) for n, place in enumerate(places)]
        rows = [
            row for unit, scores in zip(units, answers, strict=True) for row in people(*scores, unit=unit)
        ]
        found.add(Design(rows).mean("q01").se)
    assert len(found) == 1


def test_the_scale_may_be_another_one() -> None:
    rows = [Respondent("1", {f"q{n:02d}": 75.0 for n in range(1, 13)}) for _ in range(3)]
    assert Design(rows).index(ASPECTS, highest=100).value == pytest.approx(75)


@settings(deadline=None)  # the machine is shared
@given(st.lists(st.integers(0, 10), min_size=2, max_size=30), st.floats(0.001, 1000))
def test_the_index_lies_on_its_scale_and_ignores_the_unit_of_the_weights(
    scores: list[int], factor: float
) -> None:
    rows = list(people(*scores))
    one, scaled = index(rows, ASPECTS), index(rows, ASPECTS, [factor] * len(rows))
    assert one.value is not None
    assert -1e-9 <= one.value <= 100 + 1e-9
    assert scaled.value == pytest.approx(one.value)
    assert scaled.se == pytest.approx(one.se)


def test_what_cannot_be_weighed_is_refused() -> None:
    rows = list(people(5, 6))
    with pytest.raises(UsageError, match="1 weights for 2"):
        Design(rows, [1.0])
    for weight in (-1.0, float("nan"), float("inf")):
        with pytest.raises(UsageError, match="weight"):
            Design(rows, [1.0, weight])
    with pytest.raises(UsageError, match="100 per cent"):
        index(rows, ASPECTS[:3])
    with pytest.raises(UsageError, match="no items"):
        index(rows, [Aspect("A", "", "", 100, ())])
