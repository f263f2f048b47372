"""The rehearsal line keeps every driver's promises, and its residents behave as they were told to."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.clock import VirtualClock
from hardware.base import (
    Alerting,
    Announcement,
    Answered,
    Cause,
    Dialing,
    Ended,
    Fault,
    LineEvent,
    Pickup,
    Practice,
    Resident,
    Utterance,
)
from hardware.rehearsal import Rehearsal
from tests.hardware.contract import (
    LineBench,
    LineContract,
    SoundBench,
    SoundContract,
)
from tests.hardware.residents import (
    ANSWERING,
    BUSY,
    LEAVING,
    NOBODY,
    PEOPLE,
    POWERED_OFF,
    REFUSING,
    RESIDENTS,
    RINGING,
    SAYS,
    VACANT,
)

BEGIN = 5_000
"""What the monotonic clock shows when a test begins."""


def workplace(seed: str = "seed", ring_limit: float = 45.0) -> tuple[Rehearsal, VirtualClock]:
    clock = VirtualClock(1_700_000_000_000, BEGIN)
    return Rehearsal(RESIDENTS, clock, seed, ring_limit), clock


class TestRehearsalLine(LineContract):
    @pytest.fixture
    def bench(self) -> LineBench:
        rehearsal, clock = workplace()
        return LineBench(rehearsal.line, ANSWERING, RINGING, BUSY, clock.advance, nobody_real=True)


class TestRehearsalSound(SoundContract):
    @pytest.fixture
    def bench(self) -> SoundBench:
        rehearsal, clock = workplace()
        return SoundBench(rehearsal.sound, clock.advance, tolerance=0)


def told(number: str) -> list[tuple[LineEvent, int]]:
    """A call that nobody interferes with: events with the milliseconds since dial()."""
    rehearsal, clock = workplace()
    rehearsal.line.dial(number, "c")
    clock.advance(60_000)
    return [(event, event.mono - BEGIN) for event in rehearsal.line.poll()]


@pytest.mark.parametrize(
    ("number", "story"),
    [
        (ANSWERING, [(Dialing, 0), (Alerting, 1500), (Answered, 7500)]),
        (LEAVING, [(Dialing, 0), (Alerting, 1500), (Answered, 11_750)]),
        (RINGING, [(Dialing, 0), (Alerting, 1500), (Ended, 46_500)]),
        (NOBODY, [(Dialing, 0), (Alerting, 1500), (Ended, 46_500)]),
        (BUSY, [(Dialing, 0), (Alerting, 1500), (Ended, 5_700)]),
        (VACANT, [(Dialing, 0), (Alerting, 1500), (Announcement, 5500), (Ended, 9500)]),
        (POWERED_OFF, [(Dialing, 0), (Alerting, 1500), (Announcement, 5500), (Ended, 9500)]),
    ],
)
def test_a_clock_that_jumps_a_minute_finds_the_whole_story_with_its_times(
    number: str, story: list[tuple[type[LineEvent], int]]
) -> None:
    assert [(type(event), after) for event, after in told(number)] == story


@pytest.mark.parametrize(
    ("number", "cause", "raw"),
    [
        (RINGING, Cause.NO_ANSWER, "480"),
        (BUSY, Cause.BUSY, "486"),
        (VACANT, Cause.VACANT, "404"),
        (POWERED_OFF, Cause.POWERED_OFF, "480"),
    ],
)
def test_every_end_has_its_cause_and_code(number: str, cause: Cause, raw: str) -> None:
    ended = told(number)[-1][0]
    assert isinstance(ended, Ended)
    assert (ended.cause, ended.raw) == (cause, raw)
    for event, _ in told(number):
        if isinstance(event, Announcement):
            assert event.cause is cause
            assert 50 < event.confidence <= 100
        if isinstance(event, Alerting):
            assert event.early_media is (number != RINGING)


def test_residents_may_come_one_by_one() -> None:
    clock = VirtualClock(0)
    rehearsal = Rehearsal(iter(PEOPLE), clock, "seed")
    rehearsal.line.dial(ANSWERING, "c")
    clock.advance(7500)
    assert isinstance(rehearsal.line.poll()[-1], Answered)


def test_who_would_pick_up_after_the_network_has_given_up_is_not_reached() -> None:
    slow = Resident("1", Pickup.ANSWERS, pickup_after=30.0)
    clock = VirtualClock(0)
    rehearsal = Rehearsal([slow], clock, "seed", ring_limit=20.0)
    rehearsal.line.dial("1", "c")
    clock.advance(60_000)
    ended = rehearsal.line.poll()[-1]
    assert ended == Ended(21_500, "c", Cause.NO_ANSWER, "480")
    assert rehearsal.practice.ask("age", 2.0) is None


def connected(number: str) -> tuple[Rehearsal, VirtualClock]:
    """A call in which somebody has just answered."""
    rehearsal, clock = workplace()
    rehearsal.sound.start("c")
    rehearsal.line.dial(number, "c")
    clock.advance(1500 + round(RESIDENTS[number].pickup_after * 1000))
    assert isinstance(rehearsal.line.poll()[-1], Answered)
    return rehearsal, clock


def test_a_resident_says_his_words() -> None:
    rehearsal, _ = connected(ANSWERING)
    practice: Practice = rehearsal.practice
    assert practice.ask("age", 4.0) == SAYS["age"]
    assert practice.ask("A1", 4.0) == SAYS["A1"]


def test_a_resident_without_words_for_a_question_says_nothing() -> None:
    rehearsal, _ = connected(ANSWERING)
    assert rehearsal.practice.ask("thanks", 3.0) == Utterance("", "", 0.0)
    assert rehearsal.practice.ask("", 0.0) == Utterance("", "", 0.0)


def test_a_resident_refuses_where_he_was_told_to_and_stays_on_the_line() -> None:
    rehearsal, clock = connected(REFUSING)
    assert rehearsal.practice.ask("A1", 4.0) == SAYS["A1"]
    refusal = rehearsal.practice.ask("age", 4.0)
    assert refusal is not None
    assert (refusal.text, refusal.value) == ("不用了，我没空", "refuse")
    clock.advance(60_000)
    assert rehearsal.line.poll() == []


def test_a_resident_hangs_up_half_way_through_the_question() -> None:
    rehearsal, clock = connected(LEAVING)
    assert rehearsal.practice.ask("A1", 4.0) == SAYS["A1"]
    clock.advance(6000)
    asked = clock.mono()
    assert rehearsal.practice.ask("A2", 5.0) is None
    clock.advance(2499)
    assert rehearsal.line.poll() == []
    assert rehearsal.practice.ask("A1", 4.0) is None, "he listens no more"
    clock.advance(1)
    assert rehearsal.line.poll() == [Ended(asked + 2500, "c", Cause.REMOTE_HANGUP, "Q.850;cause=16")]
    assert rehearsal.practice.ask("A1", 4.0) is None


def test_who_hangs_up_first_ends_the_call() -> None:
    rehearsal, clock = connected(LEAVING)
    rehearsal.practice.ask("A2", 5.0)
    clock.advance(1000)
    rehearsal.line.hang_up()
    clock.advance(10_000)
    assert [event.cause for event in rehearsal.line.poll() if isinstance(event, Ended)] == [
        Cause.LOCAL_HANGUP
    ]


def test_a_hang_up_after_the_far_end_was_quicker_changes_nothing() -> None:
    rehearsal, clock = connected(LEAVING)
    rehearsal.practice.ask("A2", 5.0)
    clock.advance(4000)
    rehearsal.line.hang_up()
    assert [event.cause for event in rehearsal.line.poll() if isinstance(event, Ended)] == [
        Cause.REMOTE_HANGUP
    ]


def test_nobody_answers_questions_before_the_answer_or_after_the_end() -> None:
    rehearsal, clock = workplace()
    assert rehearsal.practice.ask("age", 2.0) is None
    rehearsal.line.dial(ANSWERING, "c")
    clock.advance(7499)
    assert rehearsal.practice.ask("age", 2.0) is None
    clock.advance(1)
    assert rehearsal.practice.ask("age", 2.0) == SAYS["age"]
    rehearsal.line.hang_up()
    assert rehearsal.practice.ask("age", 2.0) is None


def test_keys_without_a_connected_call_are_a_fault_and_strange_keys_a_bug() -> None:
    rehearsal, _ = workplace()
    rehearsal.line.send_dtmf("1")
    assert [type(event) for event in rehearsal.line.poll()] == [Fault]
    with pytest.raises(ValueError, match="telephone"):
        rehearsal.line.send_dtmf("hello")


def test_a_closed_line_dials_no_more() -> None:
    rehearsal, _ = workplace()
    rehearsal.line.close()
    with pytest.raises(RuntimeError, match="closed"):
        rehearsal.line.dial(ANSWERING, "c")


@settings(max_examples=50, deadline=None)
@given(
    st.sampled_from([*RESIDENTS, NOBODY]),
    st.lists(st.integers(0, 20_000), max_size=8),
    st.lists(st.integers(1, 9_000), max_size=20),
)
def test_however_often_one_looks_the_story_is_the_same(
    number: str, acts: list[int], looks: list[int]
) -> None:
    def lived(looks: list[int]) -> list[LineEvent]:
        rehearsal, clock = workplace()
        rehearsal.line.dial(number, "c")
        heard: list[LineEvent] = []
        moments = {sum(acts[:n]): "act" for n in range(1, len(acts) + 1)}
        for moment in sorted({*moments, *looks, 200_000}):
            clock.elapsed = BEGIN + moment
            if moment in moments:
                rehearsal.practice.ask("A2", 3.0)
            heard += rehearsal.line.poll() if moment in looks or moment == 200_000 else []
        return heard

    assert lived([sum(looks[:n]) for n in range(1, len(looks) + 1)]) == lived([])
