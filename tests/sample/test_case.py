"""A case and its attempts."""

from hypothesis import given, settings
from hypothesis import strategies as st

from app.sample.case import Attempt, Case, State, day_of, midnight_after

HOUR = 3_600_000


def test_a_case_begins_fresh_and_opens_with_its_first_attempt() -> None:
    case = Case("00" * 8, "ff" * 32, "13882800000")
    assert case.state is State.FRESH
    assert case.with_attempt(Attempt(5, "16")) == Case(
        case.id, case.ticket, case.number, "", (Attempt(5, "16"),), State.OPEN
    )


def test_a_cut_off_call_is_counted_once_and_can_be_resumed() -> None:
    case = Case("00" * 8, "ff" * 32, "13882800000").interrupted(7)
    assert case.state is State.RESUMABLE
    assert case.attempts == (Attempt(7, ""),)
    assert case.with_attempt(Attempt(9, "60")).state is State.OPEN


def test_a_case_that_a_person_took_out_stays_out() -> None:
    case = Case("00" * 8, "ff" * 32, "13882800000").closed()
    assert case.with_attempt(Attempt(9, "16")).state is State.CLOSED
    assert case.interrupted(9).state is State.CLOSED


def test_landlines_begin_with_their_area_code() -> None:
    assert Case("0", "0", "13882800000").mobile
    assert not Case("0", "0", "08182370000").mobile


@settings(deadline=None)  # the machine is shared
@given(st.integers(0, 2**52), st.sampled_from(["", "16", "32"]), st.integers(0, 2**52))
def test_an_attempt_survives_the_store(ended: int, outcome: str, due: int) -> None:
    attempt = Attempt(ended, outcome, due)
    assert Attempt.of(attempt.to_list()) == attempt


def test_days_are_counted_in_china() -> None:
    assert day_of(16 * HOUR - 1) == 0
    assert day_of(16 * HOUR) == 1  # midnight in Chengdu is 16:00 UTC
    assert midnight_after(0) == 16 * HOUR


@settings(deadline=None)  # the machine is shared
@given(st.integers(0, 2**50))
def test_midnight_is_the_first_moment_of_the_next_day(wall: int) -> None:
    assert day_of(midnight_after(wall)) == day_of(wall) + 1
    assert day_of(midnight_after(wall) - 1) == day_of(wall)
