"""Times as interviewers type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sample.appointment import appointment
from tests.sample.room import when

MONDAY = when("2026-03-02 15:00")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1830", "2026-03-02 18:30"),
        ("18:30", "2026-03-02 18:30"),
        ("１８３０", "2026-03-02 18:30"),
        ("0930", "2026-03-03 09:30"),
        ("+30", "2026-03-02 15:30"),
        ("明天1830", "2026-03-03 18:30"),
        ("明天 9:00 他说在家", "2026-03-03 09:00"),
        ("今晚7点半", "2026-03-02 19:30"),
        ("明晚8点", "2026-03-03 20:00"),
        ("后天下午3点", "2026-03-04 15:00"),
        ("明天下午三点", "2026-03-03 15:00"),
        ("后天上午十点三十分", "2026-03-04 10:30"),
        ("晚上八点半", "2026-03-02 20:30"),
        ("大后天 1000", "2026-03-05 10:00"),
        ("周六上午10点", "2026-03-07 10:00"),
        ("星期天 1400", "2026-03-08 14:00"),
        ("下周二 0900", "2026-03-10 09:00"),
        ("03-05 18:30", "2026-03-05 18:30"),
        ("3月5日18点30分", "2026-03-05 18:30"),
        ("明天下午三点二十", "2026-03-03 15:20"),
        ("明天六点一刻", "2026-03-03 06:15"),
        ("明天10点5分", "2026-03-03 10:05"),
        ("晚上十二点", "2026-03-03 00:00"),
        ("tomorrow 1830", "2026-03-03 18:30"),
    ],
)
def test_what_is_typed_is_what_is_meant(typed: str, meant: str) -> None:
    found = appointment(typed, MONDAY)
    assert found is not None
    assert (found.said, found.wall) == (meant, when(meant))


@pytest.mark.parametrize("typed", ["", "晚点再打", "99:99", "2575", "03-01 10:00 去年", "31日", "+99999"])
def test_what_is_no_time_is_asked_for_again(typed: str) -> None:
    assert appointment(typed, MONDAY) is None


@given(st.text(max_size=40))
def test_no_text_makes_it_stumble_and_nothing_past_comes_out(typed: str) -> None:
    found = appointment(typed, MONDAY)
    assert found is None or found.wall > MONDAY
