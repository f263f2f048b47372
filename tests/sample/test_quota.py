"""Quotas: what is open, what is refused before the field, and who is never cut off."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from app import sentences
from app.errors import StudyError
from app.sample.design import Assumed, detectable, expected, index_error, index_margin, sample_size, screening
from app.sample.quota import (
    Cell,
    Closure,
    Filling,
    Kind,
    Policy,
    Quota,
    by_shares,
    full_units,
    infeasible,
    largest_remainder,
    refused,
    verdict,
)

ORACLE = json.loads(
    (Path(__file__).parents[1] / "vectors" / "sampling" / "sampling.json").read_text(encoding="utf-8")
)
MAN, WOMAN = ("sex", "1"), ("sex", "2")
TOWN, HILLS = ("county", "1"), ("county", "2")
CODES = {"sex": ["1", "2"], "county": ["1", "2"]}
INTERLOCKING = Quota(
    Kind.INTERLOCKING,
    ("county", "sex"),
    {(TOWN, MAN): 2, (TOWN, WOMAN): 2, (HILLS, MAN): 1, (HILLS, WOMAN): 1},
)
MARGINAL = Quota(Kind.MARGINAL, ("county", "sex"), {(TOWN,): 4, (HILLS,): 2, (MAN,): 3, (WOMAN,): 3})
TOWNSMAN = {"county": "1", "sex": "1"}


@pytest.mark.parametrize("row", ORACLE["quota_largest_remainder"])
def test_shares_are_split_as_published(row: dict[str, list[int]]) -> None:
    assert largest_remainder(row["total"], row["shares"]) == row["quota"]  # type: ignore[arg-type]


def test_group_shares() -> None:
    quota = by_shares("group", 1977, {"delegates": 2, "masses": 7, "units": 1})
    assert [*quota.targets.values()] == [395, 1384, 198]
    assert quota.total == 1977


def test_a_cell_with_room_takes_the_resident() -> None:
    filling = Filling(done={(TOWN, MAN): 1})
    assert verdict([INTERLOCKING], filling, TOWNSMAN).open


def test_an_interview_in_progress_counts_by_its_lease() -> None:
    filling = Filling(done={(TOWN, MAN): 1}, running={(TOWN, MAN): 1})
    found = verdict([INTERLOCKING], filling, TOWNSMAN)
    assert not found.open
    assert found.full == ((TOWN, MAN),)


def test_edge_22_of_three_who_race_for_the_last_place_one_has_it_and_the_others_are_told_at_the_screener() -> (
    None
):
    """Each is at the screener when the one before has begun; whoever had begun already is finished, not cut off."""
    last = Filling(done={(TOWN, MAN): 1})
    assert verdict([INTERLOCKING], last, TOWNSMAN).open
    begun = Filling(done=last.done, running={(TOWN, MAN): 1})
    assert [verdict([INTERLOCKING], begun, TOWNSMAN).open for _ in range(2)] == [False, False]
    over = Filling(done=last.done, running={(TOWN, MAN): 3})
    assert verdict([INTERLOCKING], over, TOWNSMAN, started=True).open


def test_nobody_is_stopped_before_all_variables_are_asked() -> None:
    filling = Filling(done={(TOWN, MAN): 2, (TOWN, WOMAN): 2})
    found = verdict([INTERLOCKING], filling, {"county": "1"})
    assert found.open
    assert not found.known


def test_edge_21_a_cell_that_fills_up_during_an_interview_never_ends_it() -> None:
    filling = Filling(done={(TOWN, MAN): 2})
    found = verdict([INTERLOCKING], filling, TOWNSMAN, started=True)
    assert found.open
    assert found.over


def test_a_marginal_quota_is_full_when_one_margin_is() -> None:
    filling = Filling(done={(MAN,): 3, (TOWN,): 1})
    assert verdict([MARGINAL], filling, TOWNSMAN).full == ((MAN,),)


def test_a_room_may_decide_to_go_over() -> None:
    generous = Quota(Kind.INTERLOCKING, ("county", "sex"), INTERLOCKING.targets, Policy.ALLOW)
    found = verdict([generous], Filling(done={(TOWN, MAN): 2}), TOWNSMAN)
    assert found.open
    assert found.over


def test_closing_a_cell_needs_a_name_and_a_reason() -> None:
    cell: Cell = (TOWN, MAN)
    with pytest.raises(StudyError, match="a name and a reason"):
        Closure(cell, "督导01", " ", 0)
    flood = Closure(cell, "督导01", "flood in the district", 1)
    closed = Filling(closures=(flood,))
    assert not verdict([INTERLOCKING], closed, TOWNSMAN).open
    again = Filling(closures=(flood, Closure(cell, "督导01", "water has gone", 2, open=True)))
    assert verdict([INTERLOCKING], again, TOWNSMAN).open


def test_a_unit_whose_cells_are_all_full_is_not_dialled_any_more() -> None:
    filling = Filling(done={(TOWN, MAN): 2, (TOWN, WOMAN): 2, (HILLS, MAN): 1})
    assert full_units([INTERLOCKING], filling, "county", ["1", "2"]) == {"1"}


def test_a_design_that_can_be_filled_is_not_complained_about() -> None:
    assert infeasible([INTERLOCKING], CODES) == []
    assert infeasible([MARGINAL], CODES) == []


@pytest.mark.parametrize(
    ("quota", "words"),
    [
        (Quota(Kind.MARGINAL, ("county", "sex"), {(TOWN,): 4, (MAN,): 3}), "do not add up"),
        (Quota(Kind.INTERLOCKING, ("county",), {(TOWN,): 4}), "county=2 has no target"),
        (Quota(Kind.MARGINAL, ("county",), {(("county", "9"),): 4}), '"9" is no answer'),
        (Quota(Kind.MARGINAL, ("age",), {}), '"age" is no question'),
        (Quota(Kind.MARGINAL, ("county",), {(TOWN,): -1}), "negative"),
    ],
)
def test_a_design_that_cannot_be_filled_is_refused_and_said_in_chinese(quota: Quota, words: str) -> None:
    found = infeasible([quota], CODES)
    assert any(words in sentence for sentence in found)
    for sentence in found:
        assert sentences.known(sentence), sentence


def test_two_quotas_with_different_totals_are_refused() -> None:
    (why,) = infeasible([INTERLOCKING, by_shares("sex", 9, {"1": 1, "2": 1})], CODES)
    assert "different totals" in why
    assert sentences.known(why) == "各项配额的合计不一致：6, 9"


@pytest.mark.parametrize("row", ORACLE["sample_size"])
def test_sample_sizes_are_the_published_ones(row: dict[str, float]) -> None:
    population = None if row["N"] is None else int(row["N"])
    assert sample_size(row["e"], row["p"], population, row["deff"]) == row["n"]


def test_no_more_are_interviewed_than_there_are() -> None:
    """Of 50 delegates 45 are enough; a design effect does not make 58 of them."""
    assert sample_size(0.05, 0.5, 50) == 45
    assert sample_size(0.05, 0.5, 50, 1.3) == 50


@pytest.mark.parametrize("row", ORACLE["index_precision"])
def test_precision_of_the_index(row: dict[str, float]) -> None:
    assumed = Assumed(row["sd"], row["deff"])
    n = int(row["n"])
    assert index_error(n, assumed) == pytest.approx(row["se"], rel=1e-12)
    assert index_margin(n, assumed) == pytest.approx(row["moe"], rel=1e-12)
    assert detectable(n, assumed) == pytest.approx(row["mde_two_years"], rel=1e-6)


@pytest.mark.parametrize("row", ORACLE["screening_load"])
def test_contacts_for_a_county(row: dict[str, float]) -> None:
    contacts, spread = screening(int(row["target"]), row["county_share"])
    assert contacts == pytest.approx(row["expected_eligible_contacts"], rel=1e-12)
    assert spread == pytest.approx(row["sd"], rel=1e-12)


def test_the_smallest_county_decides_the_cost() -> None:
    rows = expected({"1": 400, "2": 400}, {"1": 90, "2": 10})
    assert rows[1].contacts == pytest.approx(4000)
    assert rows[0].dials + rows[1].dials == pytest.approx(4000 * 11)


def test_a_resident_is_refused_beforehand_when_no_cell_he_may_fall_into_is_open() -> None:
    men = Filling({(TOWN, MAN): 2})
    assert refused([INTERLOCKING], men, TOWNSMAN) == ((TOWN, MAN),)
    assert not refused([INTERLOCKING], men, {"county": "1"}), "a woman may answer"
    assert refused([INTERLOCKING], Filling({(TOWN, MAN): 2, (TOWN, WOMAN): 2}), {"county": "1"}) == ((TOWN,),)
    assert refused([MARGINAL], Filling({(MAN,): 3}), TOWNSMAN) == ((MAN,),)
    assert not refused([MARGINAL], Filling({(MAN,): 3}), {"visited": "hall"}), "the quota does not ask for it"
    over = replace(INTERLOCKING, policy=Policy.ALLOW)
    assert not refused([over], men, TOWNSMAN), "he is interviewed over quota"
