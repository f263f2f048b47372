"""Time and randomness as arguments: what the machine gives, and what rehearsals and tests put in its place."""

import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clock import Clock, SystemClock, VirtualClock, in_china, minute_in_china, seeded, system_entropy


def test_the_system_clock_shows_the_time_of_day_in_milliseconds() -> None:
    before = time.time()
    shown = SystemClock().wall()
    assert before * 1000 - 1 <= shown <= time.time() * 1000


def test_the_system_clock_never_steps_back() -> None:
    clock: Clock = SystemClock()
    shown = [clock.mono() for _ in range(10_000)]
    assert shown == sorted(shown)
    assert all(isinstance(each, int) for each in shown)


def test_every_run_of_the_monotonic_clock_has_a_name_of_its_own() -> None:
    names = {SystemClock().boot for _ in range(50)}
    assert len(names) == 50
    assert all(len(name) == 16 and int(name, 16) >= 0 for name in names)
    clock = SystemClock()
    assert clock.boot == clock.boot


@given(st.integers(0, 2**42), st.lists(st.integers(0, 10**7)))
def test_a_virtual_clock_moves_only_when_told_and_both_its_hands_together(now: int, naps: list[int]) -> None:
    virtual = VirtualClock(now)
    clock: Clock = virtual
    assert (clock.wall(), clock.mono()) == (now, 0)
    for nap in naps:
        virtual.advance(nap)
    assert (clock.wall(), clock.mono()) == (now + sum(naps), sum(naps))
    assert clock.boot == "virtual"


def test_a_virtual_clock_may_go_on_after_a_restart() -> None:
    clock = VirtualClock(1_700_000_000_000, elapsed=500, boot="second")
    assert (clock.wall(), clock.mono(), clock.boot) == (1_700_000_000_500, 500, "second")


@given(st.text(), st.lists(st.integers(0, 100), max_size=5))
def test_the_same_seed_repeats_itself(seed: str, sizes: list[int]) -> None:
    one, other = seeded(seed), seeded(seed)
    drawn = [one(size) for size in sizes]
    assert drawn == [other(size) for size in sizes]
    assert [len(each) for each in drawn] == sizes


def test_different_seeds_and_different_draws_differ() -> None:
    entropy = seeded("a")
    drawn = {entropy(32) for _ in range(100)} | {seeded("b")(32), seeded("")(32)}
    assert len(drawn) == 102


def test_the_systems_randomness_has_the_asked_length_and_does_not_repeat() -> None:
    assert [len(system_entropy(size)) for size in (0, 1, 32)] == [0, 1, 32]
    assert len({system_entropy(32) for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    ("wall", "read"),
    [
        (0, "1970-01-01 08:00"),
        (1_772_448_000_000, "2026-03-02 18:40"),
        (1_500_000_000_000 - 1, "2017-07-14 10:39"),
        (510_000_000_000, "1986-03-01 02:40"),
    ],
)
def test_a_moment_as_people_in_china_read_it(wall: int, read: str) -> None:
    assert minute_in_china(wall) == read
    assert in_china(wall).timestamp() * 1000 == wall


def test_chinas_hours_stand_in_one_place() -> None:
    again = re.compile(r"hours=8\b|Asia/Shanghai|\b8 \* 3_?600|\b8 \* 60 \* 60|28_?800")
    root = Path(__file__).parent.parent
    files = [path for part in ("app", "ui", "hardware") for path in (root / part).rglob("*.py")]
    assert [path.name for path in files if again.search(path.read_text("utf-8"))] == ["clock.py"]
