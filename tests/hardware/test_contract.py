"""The contract is no ornament: drivers that break one promise each, and the test that must turn red."""

from collections.abc import Callable, Sequence

import pytest

from app.clock import VirtualClock
from hardware.base import AudioBlock, Dialing, Ended, LineEvent
from hardware.exchange import Exchange
from hardware.rehearsal import RehearsalLine, RehearsalSound
from tests.hardware.contract import LineBench, LineContract, SoundBench, SoundContract
from tests.hardware.residents import ANSWERING, BUSY, RESIDENTS, RINGING


class ForgetsEnded(RehearsalLine):
    def poll(self) -> Sequence[LineEvent]:
        return [event for event in super().poll() if not isinstance(event, Ended)]


class EndsTwice(RehearsalLine):
    def poll(self) -> Sequence[LineEvent]:
        events = list(super().poll())
        return events + [event for event in events if isinstance(event, Ended)]


class SwallowsDialing(RehearsalLine):
    def poll(self) -> Sequence[LineEvent]:
        return [event for event in super().poll() if not isinstance(event, Dialing)]


class MixesUpCalls(RehearsalLine):
    def dial(self, number: str, call_id: str) -> None:
        super().dial(number, "another")


class IgnoresHangUp(RehearsalLine):
    def hang_up(self) -> None:
        """Not while it rings."""


class TakesSecondCall(RehearsalLine):
    def dial(self, number: str, call_id: str) -> None:
        if self._exchange.call is None:
            super().dial(number, call_id)


class TalksAfterClosing(RehearsalLine):
    def poll(self) -> Sequence[LineEvent]:
        return self._exchange.happened()


class TellsBackwards(RehearsalLine):
    def poll(self) -> Sequence[LineEvent]:
        return [type(event)(-event.mono, event.call_id) for event in super().poll()]


class PretendsToBeReal(RehearsalLine):
    def __init__(self, exchange: Exchange) -> None:
        super().__init__(exchange)
        self.rehearsal = False


class HidesTheCause(RehearsalLine):
    def poll(self) -> Sequence[LineEvent]:
        return [Ended(e.mono, e.call_id) if isinstance(e, Ended) else e for e in super().poll()]


class Stumbles(RehearsalLine):
    def mark_answered(self) -> None:
        raise RuntimeError("only while it rings")


def line_bench(driver: type[RehearsalLine]) -> LineBench:
    clock = VirtualClock(1_700_000_000_000, 5_000)
    line = driver(Exchange(RESIDENTS, clock, "seed", 45.0))
    return LineBench(line, ANSWERING, RINGING, BUSY, clock.advance, nobody_real=True)


LINE = LineContract()


@pytest.mark.parametrize(
    ("driver", "test"),
    [
        (ForgetsEnded, lambda bench: LINE.test_1_a_call_is_told_in_order_under_its_id(bench, "busy")),
        (ForgetsEnded, lambda bench: LINE.test_2_hanging_up_ends_the_call_in_every_state(bench, "ringing")),
        (EndsTwice, lambda bench: LINE.test_1_a_call_is_told_in_order_under_its_id(bench, "ringing")),
        (
            EndsTwice,
            lambda bench: LINE.test_3_hanging_up_again_and_again_ends_the_call_once(bench, "connected"),
        ),
        (SwallowsDialing, lambda bench: LINE.test_1_a_call_is_told_in_order_under_its_id(bench, "answering")),
        (MixesUpCalls, LINE.test_4_the_line_takes_one_call_after_the_other),
        (IgnoresHangUp, lambda bench: LINE.test_2_hanging_up_ends_the_call_in_every_state(bench, "dialling")),
        (
            TakesSecondCall,
            lambda bench: LINE.test_5_a_second_call_is_refused_and_harms_nothing(bench, "ringing"),
        ),
        (TakesSecondCall, LINE.test_5_a_call_is_on_until_its_end_was_handed_over),
        (TalksAfterClosing, lambda bench: LINE.test_6_after_closing_nothing_is_heard(bench, "ringing")),
        (TellsBackwards, lambda bench: LINE.test_1_a_call_is_told_in_order_under_its_id(bench, "busy")),
        (PretendsToBeReal, LINE.test_8_the_line_says_honestly_whether_somebody_real_can_be_reached),
        (HidesTheCause, LINE.test_9_capabilities_are_honest),
        (Stumbles, lambda bench: LINE.test_10_keys_and_marks_break_nothing(bench, "idle")),
    ],
)
def test_a_line_that_breaks_its_promise_is_caught(
    driver: type[RehearsalLine], test: Callable[[LineBench], None]
) -> None:
    with pytest.raises((AssertionError, RuntimeError, pytest.fail.Exception)):
        test(line_bench(driver))


class LosesABlock(RehearsalSound):
    def poll(self) -> Sequence[AudioBlock]:
        return [block for block in super().poll() if block.start != 800]


class Stutters(RehearsalSound):
    def poll(self) -> Sequence[AudioBlock]:
        return [block for block in super().poll() for _ in range(2)]


class ForgetsTheSecondSide(RehearsalSound):
    def poll(self) -> Sequence[AudioBlock]:
        return [AudioBlock(block.start, block.left, block.right[2:]) for block in super().poll()]


class RunsSlow(RehearsalSound):
    def poll(self) -> Sequence[AudioBlock]:
        blocks = super().poll()
        return [AudioBlock(each.start * 3 // 4, each.left[:-80], each.right[:-80]) for each in blocks]


class NeverStops(RehearsalSound):
    def stop(self) -> None:
        """Goes on."""


SOUND = SoundContract()


@pytest.mark.parametrize(
    ("driver", "test"),
    [
        (LosesABlock, lambda bench: SOUND.test_1_and_2_sound_is_complete_and_on_time(bench, 50)),
        (Stutters, lambda bench: SOUND.test_1_and_2_sound_is_complete_and_on_time(bench, 50)),
        (ForgetsTheSecondSide, SOUND.test_2_a_late_poll_gets_everything),
        (RunsSlow, lambda bench: SOUND.test_1_and_2_sound_is_complete_and_on_time(bench, 20)),
        (NeverStops, SOUND.test_3_there_is_no_sound_before_the_start_and_after_the_end),
    ],
)
def test_a_sound_that_breaks_its_promise_is_caught(
    driver: type[RehearsalSound], test: Callable[[SoundBench], None]
) -> None:
    clock = VirtualClock(0, 5_000)
    with pytest.raises(AssertionError):
        test(SoundBench(driver(Exchange(RESIDENTS, clock, "seed", 45.0)), clock.advance, tolerance=0))
