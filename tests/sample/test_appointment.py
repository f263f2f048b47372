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
        ("5号下午3点", "2026-03-05 15:00"),
        ("1号上午10点", "2026-04-01 10:00"),
        ("3月5号 1500", "2026-03-05 15:00"),
        ("三月五号下午三点", "2026-03-05 15:00"),
        ("礼拜六上午10点", "2026-03-07 10:00"),
        ("下个星期五 1000", "2026-03-13 10:00"),
        ("两天后10点", "2026-03-04 10:00"),
        ("一周后10点", "2026-03-09 10:00"),
        ("一个星期后 1000", "2026-03-09 10:00"),
        ("明天中午1点", "2026-03-03 13:00"),
        ("明天中午11点半", "2026-03-03 11:30"),
        ("午后两点", "2026-03-03 14:00"),
        ("18.30", "2026-03-02 18:30"),
        ("1830 3号楼有狗叫", "2026-03-02 18:30"),
    ],
)
def test_what_is_typed_is_what_is_meant(typed: str, meant: str) -> None:
    found = appointment(typed, MONDAY)
    assert found is not None
    assert (found.said, found.wall) == (meant, when(meant))


@pytest.mark.parametrize("typed", ["", "晚点再打", "99:99", "2575", "03-01 10:00 去年", "31日", "+99999"])
def test_what_is_no_time_is_asked_for_again(typed: str) -> None:
    assert appointment(typed, MONDAY) is None


@pytest.mark.parametrize(
    "typed",
    [
        "2月30日10点",
        "13-05 18:30",
        "31号10点 二月",
        "十二月五号下午三点",
        "周末上午10点",
        "下下周一10点",
        "初五上午10点",
        "月底10点",
        "下个月5号10点",
        "明年3月5日10点",
        "昨天10点",
    ],
)
def test_a_day_that_is_not_understood_is_never_taken_for_today(typed: str) -> None:
    """Until 11/2026 the hour alone was taken, and the resident was called on a day that he had not named."""
    assert appointment(typed, when("2026-02-02 15:00")) is None


@given(st.text(max_size=40))
def test_no_text_makes_it_stumble_and_nothing_past_comes_out(typed: str) -> None:
    found = appointment(typed, MONDAY)
    assert found is None or found.wall > MONDAY
