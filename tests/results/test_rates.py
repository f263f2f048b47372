"""Response rates against five reference field works."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import UsageError
from app.results.rates import eligibility, rates, two_step
from tests.results.conftest import VECTORS

FIELD_WORKS = json.loads((VECTORS / "aapor" / "aapor_rates.json").read_text(encoding="utf-8"))
counts = st.fixed_dictionaries(
    {name: st.integers(0, 10_000) for name in ("I", "P", "R", "NC", "O", "UH", "UO", "NE")}
)


@pytest.mark.parametrize("work", FIELD_WORKS, ids=[work["case"] for work in FIELD_WORKS])
def test_the_reference_field_works(work: dict[str, Any]) -> None:
    given_e = work["e"] if work["e_source"] == "given" else None
    found = rates(work["counts"], given_e)
    assert found["e"].value == pytest.approx(work["e"], abs=1e-12)
    assert set(found) == {*work["rates"], "e"}
    for name, value in work["rates"].items():
        assert found[name].value == pytest.approx(value, abs=1e-12), name


def test_every_rate_carries_its_formula_and_numbers() -> None:
    found = rates({"I": 18, "R": 7, "NC": 5, "UH": 20, "NE": 10})
    assert {name: rate.formula for name, rate in found.items()} == {
        "RR1": "I / (K+U)",
        "RR2": "(I+P) / (K+U)",
        "RR3": "I / (K+eU)",
        "RR4": "(I+P) / (K+eU)",
        "RR5": "I / K",
        "RR6": "(I+P) / K",
        "COOP1": "I / (I+P+R+O)",
        "COOP2": "(I+P) / (I+P+R+O)",
        "COOP3": "I / (I+P+R)",
        "COOP4": "(I+P) / (I+P+R)",
        "REF1": "R / (K+U)",
        "REF2": "R / (K+eU)",
        "REF3": "R / K",
        "CON1": "(I+P+R+O) / (K+U)",
        "CON2": "(I+P+R+O) / (K+eU)",
        "CON3": "(I+P+R+O) / K",
        "e": "K / (K+NE)",
    }
    assert (found["RR3"].above, found["RR3"].below) == (18, 30 + 0.75 * 20)


def test_dead_numbers_announce_themselves_and_flatter_rr3() -> None:
    """The worked case of the method: e .392 and RR3 .182 by default, .843 and .128 without the numbers proven dead, RR1 .116, RR5 .288."""
    city = next(work["counts"] for work in FIELD_WORKS if work["case"] == "A4_city_mobile_rdd")
    by_default, honest = rates(city), rates(city, dead=5703)
    assert by_default["e"].value == pytest.approx(0.392, abs=5e-4)
    assert by_default["RR3"].value == pytest.approx(0.182, abs=5e-4)
    assert honest["e"].value == pytest.approx(0.843, abs=5e-4)
    assert honest["e"].formula == "K / (K+NE-dead)"
    assert honest["RR3"].value == pytest.approx(0.128, abs=5e-4)
    assert honest["RR1"] == by_default["RR1"]


def test_nothing_divided_by_nothing_is_not_defined() -> None:
    assert {name: rate.value for name, rate in rates({}).items()} == dict.fromkeys(rates({}))
    only_dead = rates({"NE": 5}, dead=5)
    assert only_dead["e"].value is None
    assert only_dead["RR1"].value is None
    unresolved = rates({"UH": 5})
    assert unresolved["RR1"].value == 0
    assert unresolved["RR3"].value is None  # nobody knows how many of the five are eligible
    assert unresolved["RR5"].value is None


@settings(deadline=None)  # the machine is shared
@given(counts)
def test_rates_are_shares_and_in_their_order(cases: dict[str, int]) -> None:
    found = {name: rate.value for name, rate in rates(cases).items()}
    assert all(value is None or 0 <= value <= 1 for value in found.values())
    for low, high in (
        ("RR1", "RR3"),
        ("RR3", "RR5"),
        ("RR1", "RR2"),
        ("COOP1", "COOP3"),
        ("REF1", "REF3"),
        ("CON1", "CON3"),
    ):
        if found[low] is not None and found[high] is not None:
            assert found[low] <= found[high] + 1e-12  # type: ignore[operator]


@settings(deadline=None)  # the machine is shared
@given(counts, st.floats(0.01, 100))
def test_weights_do_not_change_what_is_proportional(cases: dict[str, int], factor: float) -> None:
    heavier = {name: count * factor for name, count in cases.items()}
    for name, rate in rates(cases).items():
        assert rates(heavier)[name].value == pytest.approx(rate.value)


@pytest.mark.parametrize("bad", [{"X": 1}, {"I": -1}, {"I": float("nan")}, {"I": float("inf")}])
def test_counts_that_cannot_be_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        rates(bad)


def test_e_is_a_share_and_the_dead_are_not_eligible() -> None:
    with pytest.raises(UsageError, match="share"):
        rates({"I": 1}, 1.5)
    with pytest.raises(UsageError, match="dead"):
        eligibility({"I": 1, "NE": 3}, dead=4)


def test_the_two_step_form_counts_strangers_and_households_apart() -> None:
    counts = {"I": 400, "P": 20, "R": 100, "NC": 60, "O": 20, "UH": 300, "UO": 100, "NE": 250}
    e1, e2 = two_step(counts, no_household=150, dead=50)
    assert e1.value == pytest.approx((600 + 100 + 50) / (600 + 100 + 50 + 150))
    assert e2.value == pytest.approx(600 / 650)
    assert e1.value is not None
    assert e2.value is not None
    found = rates(counts, steps=(e1.value, e2.value))
    unresolved = e1.value * e2.value * 300 + e2.value * 100
    assert found["RR3"].value == pytest.approx(400 / (600 + unresolved))
    assert found["RR1"].value == pytest.approx(400 / 1000)


def test_two_steps_of_nothing_are_not_defined() -> None:
    e1, e2 = two_step({}, no_household=0)
    assert (e1.value, e2.value) == (None, None)
    with pytest.raises(UsageError, match="cannot be parts"):
        two_step({"NE": 1}, no_household=2)
