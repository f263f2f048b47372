"""What a recording holds of a conversation: lost sound, a dead microphone and a silent respondent are counted and told in time."""

import numpy as np
import pytest

from app.line.contract import Covered, Report, Unheard
from app.line.levels import Levels
from hardware.base import RATE, AudioBlock

RNG = np.random.default_rng(7)


def sound(dbfs: float, seconds: float) -> bytes:
    """Noise of this level; −inf = every sample zero."""
    count = round(seconds * RATE)
    noise = RNG.standard_normal(count) * 32768 * (10 ** (dbfs / 20) if dbfs > -200 else 0)
    return np.clip(np.rint(noise), -32768, 32767).astype("<i2").tobytes()


NOTHING, HISS, VOICE = -999.0, -60.0, -26.0


class Talk:
    """A call that is fed piece by piece, 100 ms or less at a time."""

    def __init__(self, *, answered: bool = True) -> None:
        self.levels, self.at, self.news = Levels(), 0, list[tuple[float, Report]]()
        if answered:
            self.levels.answered()

    def say(
        self, left: float, right: float, seconds: float, *, lost: bool = False, step: float = 0.1
    ) -> "Talk":
        for _ in range(round(seconds / step)):
            count = round(step * RATE)
            block = AudioBlock(self.at, sound(left, step), sound(right, step), count if lost else 0)
            found = self.levels.feed(block, self.at)
            self.at += count
            self.news += [(self.at / RATE, report) for report in found]
        return self

    def end(self) -> Covered:
        (covered,) = self.levels.ended()
        assert isinstance(covered, Covered)
        return covered

    @property
    def troubles(self) -> list[tuple[float, str, bool]]:
        return [(at, r.side, r.over) for at, r in self.news if isinstance(r, Unheard)]


def test_an_ordinary_conversation_is_covered() -> None:
    talk = Talk().say(VOICE, HISS, 10).say(HISS, VOICE, 5)
    coverage = talk.end().coverage
    assert coverage.good
    assert talk.troubles == []
    assert coverage.spoken == 15 * RATE
    assert (coverage.left.speech, coverage.right.speech) == (10 * RATE, 5 * RATE)
    assert (coverage.left.silent, coverage.right.silent) == (5 * RATE, 10 * RATE)
    assert coverage.left.missing == coverage.right.missing == 0


@pytest.mark.parametrize(("lost", "good"), [(2.0, True), (2.1, False)])
def test_two_of_a_hundred_seconds_may_be_lost_and_no_more(lost: float, good: bool) -> None:
    talk = Talk().say(VOICE, VOICE, 100 - lost).say(NOTHING, NOTHING, lost, lost=True)
    coverage = talk.end().coverage
    assert coverage.spoken == 100 * RATE
    assert coverage.left.missing == coverage.right.missing == round(lost * RATE)
    assert coverage.good is good


def test_a_respondent_who_is_never_heard_is_no_interview() -> None:
    assert not Talk().say(VOICE, HISS, 60).end().coverage.good


def test_one_second_of_speech_is_enough_for_a_person_of_few_words() -> None:
    assert Talk().say(VOICE, HISS, 60).say(HISS, VOICE, 1).end().coverage.good


def test_a_dead_microphone_is_told_within_five_seconds_and_again_when_it_is_back() -> None:
    talk = Talk().say(VOICE, VOICE, 2).say(NOTHING, VOICE, 6).say(VOICE, VOICE, 1)
    (dead, side, over), (back, _, again) = talk.troubles
    assert (side, over, again) == ("left", False, True)
    assert dead <= 2 + 5
    assert back == pytest.approx(8.1)
    assert talk.end().coverage.left.missing == 6 * RATE


def test_lost_sound_is_told_within_five_seconds_on_both_sides() -> None:
    talk = Talk().say(VOICE, VOICE, 2).say(NOTHING, NOTHING, 4, lost=True).say(VOICE, VOICE, 1)
    assert {side for _, side, over in talk.troubles if not over} == {"left", "right"}
    assert all(at <= 2 + 5 for at, _, over in talk.troubles if not over)


def test_sound_lost_in_pieces_is_told_within_five_seconds_as_well_and_once() -> None:
    talk = Talk().say(VOICE, VOICE, 2)
    for _ in range(20):
        talk.say(NOTHING, NOTHING, 0.3, lost=True).say(VOICE, VOICE, 0.4)
    talk.say(VOICE, VOICE, 6)
    assert [(side, over) for _, side, over in talk.troubles] == [
        ("left", False),
        ("right", False),
        ("left", True),
        ("right", True),
    ]
    assert talk.troubles[1][0] <= 2 + 5


def test_a_crackle_now_and_then_troubles_nobody() -> None:
    talk = Talk()
    for _ in range(10):
        talk.say(NOTHING, NOTHING, 0.1, lost=True).say(VOICE, VOICE, 3)
    assert talk.troubles == []
    assert not talk.end().coverage.good, "but it is counted"


def test_what_never_came_is_missing_on_both_sides() -> None:
    talk = Talk().say(VOICE, VOICE, 50)
    talk.levels.lacks(2 * RATE)
    coverage = talk.end().coverage
    assert (coverage.spoken, coverage.left.missing, coverage.right.missing) == (
        52 * RATE,
        2 * RATE,
        2 * RATE,
    )
    assert not coverage.good


def test_a_line_on_which_nothing_ever_comes_is_told() -> None:
    assert [(side, over) for _, side, over in Talk().say(VOICE, NOTHING, 5).troubles] == [("right", False)]


def test_a_network_that_sends_nothing_while_he_listens_is_no_trouble() -> None:
    talk = Talk()
    for _ in range(6):
        talk.say(VOICE, NOTHING, 12).say(HISS, VOICE, 1) if talk.at else talk.say(HISS, VOICE, 1)
    assert talk.troubles == []
    assert talk.end().coverage.good


def test_a_line_that_dies_in_the_middle_is_not_covered() -> None:
    talk = Talk().say(VOICE, VOICE, 60).say(VOICE, NOTHING, 40)
    assert talk.troubles[0][1:] == ("right", False)
    coverage = talk.end().coverage
    assert coverage.right.missing == 40 * RATE
    assert not coverage.good


def test_an_interviewer_who_is_muted_is_not_missed() -> None:
    talk = Talk().say(VOICE, VOICE, 60)
    talk.levels.muted = True
    talk.say(NOTHING, VOICE, 10)
    assert talk.troubles == []
    assert talk.end().coverage.good


def test_clipping_is_counted() -> None:
    assert Talk().say(VOICE, 6.0, 1).end().coverage.right.clipped > RATE // 3


def test_before_the_answer_nothing_counts_and_after_the_end_nothing_more() -> None:
    ringing = Talk(answered=False).say(NOTHING, NOTHING, 30, lost=True)
    assert ringing.levels.ended() == []
    ringing.levels.answered()
    assert ringing.say(VOICE, VOICE, 5).end().coverage.spoken == 5 * RATE
    assert ringing.levels.ended() == []


def test_the_size_of_blocks_does_not_matter() -> None:
    for step in (0.02, 0.1, 1.0):
        coverage = Talk().say(VOICE, VOICE, 2, step=step).say(NOTHING, VOICE, 4, step=step).end().coverage
        assert coverage.left.missing == 4 * RATE
        assert coverage.right.speech == 6 * RATE
