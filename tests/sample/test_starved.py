"""Cases that nobody can be given are named with the reason; those that merely wait are not."""

import pytest

from app.sample.case import Case
from app.sample.plan import REFUSAL, Caller
from app.sample.starved import Lack, Starved, starved
from tests.sample.room import PLAN, case, when

NOON = when("2026-03-04 10:00")
MEI, QIANG = Caller("I01"), Caller("I02", frozenset({REFUSAL}))


def lacks(one: Case, *crew: Caller, now: int = NOON, closed: frozenset[str] = frozenset()) -> list[Starved]:
    return list(starved([one], now, PLAN, crew, closed))


@pytest.mark.parametrize(
    "one",
    [
        case("1"),
        case("1", ("2026-03-04 09:10", "16")),
        case("1", ("2026-03-03 10:00", "60")),
        case("1", ("2026-03-03 10:00", "32", "2026-03-05 10:00"), by="I01"),
    ],
    ids=["fresh", "waiting", "finished", "appointment ahead"],
)
def test_what_only_waits_or_is_finished_does_not_starve(one: Case) -> None:
    assert lacks(one, MEI) == []


def test_a_refusal_that_nobody_may_convert() -> None:
    one = case("1", ("2026-02-24 10:00", "36"), by="I01")
    assert lacks(one, MEI) == [Starved(one.id, Lack.SKILL, REFUSAL)]
    assert lacks(one, MEI, QIANG) == []


def test_the_only_converter_made_the_last_call_himself() -> None:
    one = case("1", ("2026-02-24 10:00", "36"), by="I02")
    assert lacks(one, MEI, QIANG) == [Starved(one.id, Lack.ANOTHER)]


def test_a_dialect_that_nobody_speaks() -> None:
    one = case("1", ("2026-03-02 10:00", "40"), by="I01", need="宣汉话")
    assert lacks(one, MEI, QIANG) == [Starved(one.id, Lack.SKILL, "宣汉话")]
    assert lacks(one, MEI, Caller("I03", frozenset({"宣汉话"}))) == []


def test_everybody_is_kept_away_from_the_own_county() -> None:
    one = case("1", number="0818222111", unit="4")
    assert lacks(one, Caller("I01", shuns=frozenset({"4"}))) == [Starved(one.id, Lack.FOREIGN, "4")]
    assert lacks(one, Caller("I01", shuns=frozenset({"4"})), MEI) == []


def test_a_fresh_landline_of_a_unit_that_takes_nobody() -> None:
    one = case("1", number="0818222111", unit="4")
    assert lacks(one, MEI, closed=frozenset({"4"})) == [Starved(one.id, Lack.QUOTA, "4")]


def test_an_appointment_that_was_not_kept_and_one_that_was() -> None:
    made = ("2026-03-03 10:00", "32", "2026-03-03 18:40")
    assert lacks(case("1", made), MEI) == [Starved(case("1").id, Lack.MISSED, "2026-03-03 18:40")]
    assert lacks(case("1", made), MEI, now=when("2026-03-03 18:50")) == []
    assert lacks(case("1", made, ("2026-03-03 18:42", "16")), MEI) == []


def test_the_field_period_ends_first() -> None:
    one = case("1", ("2026-03-22 20:30", "16"))
    assert lacks(one, MEI, now=when("2026-03-22 20:50")) == [Starved(one.id, Lack.HOURS)]


def test_without_a_roster_nothing_is_said_about_people() -> None:
    assert lacks(case("1", ("2026-02-24 10:00", "36"), by="I01")) == []


def test_they_come_in_the_order_of_the_draw() -> None:
    late = ("2026-03-03 10:00", "32", "2026-03-03 18:40")
    found = starved([case("3", late), case("1", late), case("2", late)], NOON, PLAN, [MEI])
    assert [each.case[-1] for each in found] == ["1", "2", "3"]
