"""What one hears on the rehearsal line: the network before the answer, two voices after it, each on its side, in its time."""

import time
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.clock import VirtualClock
from hardware.base import AudioBlock
from hardware.rehearsal import Rehearsal
from tests.hardware.contract import check_sound
from tests.hardware.ear import Heard, cadence, left, loudness, pitch, right, share
from tests.hardware.residents import ANSWERING, BUSY, LEAVING, NOBODY, REFUSING, RESIDENTS, RINGING, VACANT

QUIET = 25.0
"""Loudness of comfort noise, at most."""


class Call:
    """A call with open ears from dial() on. Seconds count from there."""

    def __init__(self, number: str, seed: str = "seed") -> None:
        self.clock = VirtualClock(0, 777)
        self.rehearsal = Rehearsal(RESIDENTS, self.clock, seed)
        self.rehearsal.sound.start("c")
        self.rehearsal.line.dial(number, "c")
        self.blocks: list[AudioBlock] = []

    def wait(self, seconds: float) -> "Call":
        self.clock.advance(round(seconds * 1000))
        self.blocks += self.rehearsal.sound.poll()
        return self

    def left(self, begins: float, ends: float) -> Heard:
        return left(self.blocks)[round(begins * 8000) : round(ends * 8000)]

    def right(self, begins: float, ends: float) -> Heard:
        return right(self.blocks)[round(begins * 8000) : round(ends * 8000)]


def test_ringback_is_heard_on_the_respondents_side_until_the_network_gives_up() -> None:
    call = Call(RINGING).wait(50)
    rings = cadence(call.right(0, 50))
    assert rings[:5] == [(False, 1500), (True, 1000), (False, 4000), (True, 1000), (False, 4000)]
    assert sum(sounding for sounding, _ in rings) == 9
    assert share(call.right(1.5, 2.5), 450) > 0.9
    assert loudness(call.left(0, 50)) < QUIET


def test_a_busy_line_sounds_busy() -> None:
    call = Call(BUSY).wait(10)
    runs = cadence(call.right(0, 10))
    assert runs[:-1] == [(False, 1500)] + [(True, 350), (False, 350)] * 5 + [(True, 350)]


def test_a_vacant_number_has_an_announcement_before_any_answer() -> None:
    call = Call(VACANT).wait(12)
    assert pitch(call.right(1.5, 9.5)) > 180
    assert loudness(call.right(1.5, 9.5)) > 1000
    assert loudness(call.right(9.6, 12)) < QUIET
    assert loudness(call.left(0, 12)) < QUIET


def test_a_resident_greets() -> None:
    call = Call(ANSWERING).wait(12)
    assert loudness(call.right(7.5, 8.7)) > 1000
    assert pitch(call.right(7.5, 8.7)) < 170
    assert loudness(call.right(8.8, 12)) < QUIET


def test_question_and_answer_take_turns_on_their_sides() -> None:
    call = Call(ANSWERING).wait(10)
    call.rehearsal.practice.ask("age", 4.0)
    call.wait(8)
    assert loudness(call.left(10, 14)) > 1000
    assert pitch(call.left(10, 14)) > 180
    assert loudness(call.right(10, 14)) < QUIET
    assert loudness(call.left(14, 18)) < QUIET
    assert loudness(call.right(14, 15.5)) > 1000
    assert pitch(call.right(14, 15.5)) < 160
    assert loudness(call.right(15.5, 18)) < QUIET


def test_a_refusal_is_heard() -> None:
    call = Call(REFUSING).wait(10)
    call.rehearsal.practice.ask("age", 2.0)
    call.wait(6)
    assert loudness(call.right(12, 13.6)) > 1000
    assert loudness(call.right(13.6, 16)) < QUIET


def test_nothing_is_said_by_a_resident_who_hangs_up() -> None:
    call = Call(LEAVING).wait(20)
    call.rehearsal.practice.ask("A2", 5.0)
    call.wait(10)
    assert loudness(call.left(20, 22.5)) > 1000
    assert loudness(call.left(22.6, 30)) < QUIET
    assert loudness(call.right(20, 30)) < QUIET


def test_a_newer_question_interrupts_question_and_reply() -> None:
    call = Call(ANSWERING).wait(10)
    call.rehearsal.practice.ask("age", 4.0)
    call.wait(1)
    call.rehearsal.practice.ask("A1", 2.0)
    call.wait(9)
    assert loudness(call.left(11, 13)) > 1000
    assert loudness(call.right(10, 13)) < QUIET
    assert loudness(call.right(13, 14.25)) > 1000
    assert loudness(call.right(14.3, 20)) < QUIET, "the interrupted reply is not heard later"


def test_hanging_up_silences_both_sides_at_once() -> None:
    call = Call(ANSWERING).wait(10)
    call.rehearsal.practice.ask("age", 4.0)
    call.wait(2)
    call.rehearsal.line.hang_up()
    call.wait(10)
    assert loudness(call.left(12.02, 22)) < QUIET
    assert loudness(call.right(12.02, 22)) < QUIET


def test_keys_are_heard_on_the_interviewers_side() -> None:
    call = Call(ANSWERING).wait(10)
    call.rehearsal.line.send_dtmf("5")
    call.wait(1)
    assert share(call.left(10.01, 10.09), 770, 100) > 0.4
    assert loudness(call.left(10.2, 11)) < QUIET


def test_two_residents_do_not_say_the_same() -> None:
    replies = []
    for number in (ANSWERING, LEAVING):
        call = Call(number).wait(20)
        call.rehearsal.practice.ask("A1", 1.0)
        replies.append(call.wait(5).right(21, 22.25))
    one, other = replies
    assert np.abs(one - other).mean() > 500


Acts = st.lists(
    st.tuples(
        st.integers(0, 7000), st.sampled_from(["ask age", "ask A2", "hang up", "dial", "keys", "nothing"])
    ),
    max_size=10,
)


def live(seed: str, number: str, acts: list[tuple[int, str]], look_at: set[int]) -> bytes:
    """All the sound of these acts (milliseconds since the one before, verb), polled also at `look_at`."""
    call = Call(number, seed)
    moments: dict[int, list[str]] = {}
    at = 6000
    for after, verb in acts:
        at += after
        moments.setdefault(at, []).append(verb)
    for moment in sorted({*moments, *look_at, at + 20_000}):
        call.clock.elapsed = 777 + moment
        call.rehearsal.line.poll()
        for verb in moments.get(moment, []):
            match verb.split():
                case ["ask", question]:
                    call.rehearsal.practice.ask(question, 3.0)
                case ["hang", "up"]:
                    call.rehearsal.line.hang_up()
                case ["dial"]:
                    with suppress(RuntimeError):  # while a call is on
                        call.rehearsal.line.dial(BUSY, "again")
                case ["keys"]:
                    call.rehearsal.line.send_dtmf("42")
        if moment in look_at or moment == at + 20_000:
            call.blocks += call.rehearsal.sound.poll()
    check_sound(call.blocks)
    return left(call.blocks).tobytes() + right(call.blocks).tobytes()


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from([ANSWERING, LEAVING, BUSY, NOBODY]), Acts, st.sets(st.integers(0, 60_000), max_size=30)
)
def test_the_sound_does_not_depend_on_who_listens_when(
    number: str, acts: list[tuple[int, str]], look_at: set[int]
) -> None:
    look_at = {moment for moment in look_at if moment < 6000 + sum(after for after, _ in acts)}
    assert live("s", number, acts, look_at) == live("s", number, acts, set())


def test_the_same_seed_and_times_give_the_same_sound_and_another_seed_does_not() -> None:
    acts = [(4000, "ask age"), (7000, "ask A1"), (5000, "hang up")]
    assert live("a", ANSWERING, acts, {500}) == live("a", ANSWERING, acts, {700})
    assert live("a", ANSWERING, acts, {500}) != live("b", ANSWERING, acts, {500})


@given(st.lists(st.integers(0, 5000), max_size=15))
@settings(deadline=None)
def test_there_are_eight_samples_in_a_millisecond(naps: list[int]) -> None:
    call = Call(ANSWERING)
    for nap in naps:
        call.wait(nap / 1000)
        assert check_sound(call.blocks) == (call.clock.mono() - 777) * 8


def test_a_laptop_that_slept_gets_its_sound_in_portions() -> None:
    call = Call(RINGING).wait(3600)
    assert check_sound(call.blocks) == 600 * 8000
    for _ in range(5):
        call.wait(0)
    assert check_sound(call.blocks) == 3600 * 8000


def test_sound_never_clips_when_everybody_talks() -> None:
    call = Call(ANSWERING).wait(7.5)
    call.rehearsal.practice.ask("age", 0.0)  # his answer falls into his own greeting
    call.rehearsal.line.send_dtmf("0123456789")
    call.wait(3)
    for side in (call.left(7, 10), call.right(7, 10)):
        assert np.abs(side).max() <= 32_767


@pytest.mark.parametrize("step", [50, 1000])
def test_sound_is_made_far_faster_than_it_is_heard(step: int) -> None:
    call = Call(ANSWERING).wait(10)
    best = 0.0
    for _ in range(3):
        call.rehearsal.practice.ask("age", 6.0)
        begun = time.thread_time()
        for _ in range(0, 10_000, step):
            call.wait(step / 1000)
        best = max(best, 10 / (time.thread_time() - begun))
    assert best > 200, f"only {best:.0f} times as fast"
