"""The field report: who dialled what when, and whether the drawn order was kept."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.results.field import cherry_index, field_report
from app.results.table import CallRow
from app.sample.outcome import load_outcomes
from tests.sample.room import CALENDAR, MINUTE, when

OUTCOMES = load_outcomes()
MONDAY = when("2026-03-02 10:00")


def call(number: int, key: str, at: int = 0, who: str = "I01", line: str = "desk-1") -> CallRow:
    aapor, category = OUTCOMES[key].coded() if key else ("", "")
    return CallRow(
        call=f"c{at:06}{number}",
        case=f"{number:016x}",
        device=line,
        started=MONDAY + at * MINUTE,
        outcome=key,
        aapor=aapor,
        category=str(category),
        seconds=30,
        rehearsal=False,
        interviewer=who,
        ticket=f"{number:064x}",
    )


def report(calls: list[CallRow], **more: object):  # type: ignore[no-untyped-def]
    return field_report(calls, OUTCOMES, CALENDAR, **more)  # type: ignore[arg-type]


def test_every_table_adds_up_to_the_whole() -> None:
    keys = ["60", "36", "11", "16", "16", "32"]
    calls = [call(n, keys[n % 6], at=n * 7, who=f"I0{n % 3}", line=f"desk-{n % 2}") for n in range(60)]
    found = report(calls, released=70)
    for table in (found.by_hour, found.by_interviewer, found.by_slice, found.by_line, found.by_replicate):
        assert sum(work.calls for work in table.values()) == 60
        assert sum(work.completes for work in table.values()) == found.total.completes == 10
    assert found.total.dead == 10
    assert found.total.refusals == 10
    assert found.total.yielded == pytest.approx(10 / 60)
    assert found.rates["RR1"].value is not None
    assert found.by_slice.keys() == {"workday-1", "outside", "workday-2"}


def test_a_call_on_a_day_that_the_calendar_does_not_know_lies_outside_the_slices() -> None:
    """An appointment may be kept there; the report of all other calls must not fail for it."""
    new_year = replace(call(1, "60"), started=when("2027-01-05 19:30"))
    assert report([call(0, "16"), new_year]).by_slice.keys() == {"workday-1", "outside"}


def test_the_drawn_order_kept_and_turned_round() -> None:
    assert cherry_index([call(n, "16", at=n) for n in range(20)]) == 0
    assert cherry_index([call(n, "16", at=20 - n) for n in range(20)]) == 1
    assert cherry_index([call(1, "16")]) is None


def test_only_the_first_dial_of_a_number_counts() -> None:
    calls = [call(n, "16", at=n) for n in range(10)] + [call(0, "60", at=99)]
    assert cherry_index(calls) == 0


def test_who_picks_numbers_stands_out() -> None:
    chance = random.Random("picker")
    order = list(range(100))
    chance.shuffle(order)
    honest = [call(n, "16", at=n, who="I01") for n in range(0, 100, 2)]
    picker = [call(n, "16", at=at, who="I02") for at, n in enumerate(order) if n % 2]
    found = report(honest + picker)
    assert found.cherry["I01"] == 0
    assert 0.35 < (found.cherry["I02"] or 0) < 0.65


def test_who_calls_again_what_others_dialled_first_has_not_chosen() -> None:
    """Who converts refusals gets old numbers after new ones, from the queue: until 11/2026 it looked as if he picked."""
    first = [call(n, "36", at=n, who="I01") for n in range(30)]
    then = [call(30 + n, "16", at=100 + n, who="I02") for n in range(30)]
    again = [call(n, "60", at=200 + n, who="I02") for n in range(30)]
    found = report([*first, *then, *again])
    assert found.cherry == {"I01": 0, "I02": 0}
    assert report([*first, *again]).cherry["I02"] is None, "he dialled no number first"


@given(st.permutations(range(12)))
def test_the_index_is_the_share_of_pairs_out_of_order(order: list[int]) -> None:
    calls = [call(n, "16", at=at) for at, n in enumerate(order)]
    pairs = [(a, b) for at, a in enumerate(order) for b in order[at + 1 :]]
    assert cherry_index(calls) == pytest.approx(sum(a > b for a, b in pairs) / len(pairs))


def test_nothing_dialled_has_no_yield_and_no_rates() -> None:
    found = report([])
    assert found.total.yielded is None
    assert found.rates["RR1"].value is None


def test_the_two_step_e_knows_offices_from_households() -> None:
    keys = [
        "60",
        "60",
        "36",
        "54",
        "51",
        "16",
        "31",
    ]  # 54: an office; 51: too young; 16: unknown; 31: hung up at once
    found = report([call(n, key, at=n) for n, key in enumerate(keys)]).rates
    assert found["e1"].value == pytest.approx(5 / 6)  # all whose kind is known: the office is none of ours
    assert found["e2"].value == pytest.approx(3 / 4)
    assert found["RR3-2"].value == pytest.approx(2 / (3 + 5 / 6 * 3 / 4 + 3 / 4))
    assert found["RR3-2"].formula == "I / (K+eU), eU = e1·e2·UH + e2·UO"
    assert "RR3-2" not in report([]).rates
