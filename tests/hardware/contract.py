"""What every line and every sound source must do, whatever is behind it: a driver's test module inherits these classes.

A driver gives a fixture `bench` (LineBench or SoundBench) and gets all the tests. Time goes by only through bench.advance():
a virtual clock for a driver without hardware, short naps (or an emulator's clock) for one with threads.
"""

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from hardware.base import (
    Alerting,
    Announcement,
    Answered,
    AudioBlock,
    Capability,
    Cause,
    Condition,
    DeviceLost,
    Dialing,
    Ended,
    Fault,
    Line,
    LineEvent,
    Sound,
    ToneHeard,
)

STEP = 50
"""Milliseconds between two looks at the line, as the desk takes them."""


@dataclass
class LineBench:
    """A line on the bench. answering, ringing, busy: numbers that behave so. advance: let that many milliseconds pass. patience: so many
    times as long as a line may take is waited for one whose peers are real programs, which a loaded machine makes late."""

    line: Line
    answering: str
    ringing: str
    busy: str
    advance: Callable[[int], None]
    nobody_real: bool
    patience: int = 1
    events: list[LineEvent] = field(default_factory=list)

    def look(self) -> None:
        """Take in what the line has to say."""
        self.events += self.line.poll()

    def wait(self, milliseconds: int) -> None:
        """Let time pass, looking on."""
        for _ in range(0, milliseconds, STEP):
            self.advance(STEP)
            self.look()

    def until(self, kind: type[LineEvent], within: int = 60_000) -> LineEvent:
        """Look on until such an event is heard; fails when it is not."""
        for _ in range(0, within * self.patience, STEP):
            self.look()
            if found := [event for event in self.events if isinstance(event, kind)]:
                return found[-1]
            self.advance(STEP)
        raise AssertionError(f"no {kind.__name__} within {within} ms; heard {self.events}")

    def ended(self, within: int = 60_000) -> Ended:
        """Look on until the call has ended."""
        event = self.until(Ended, within)
        assert isinstance(event, Ended)
        return event


def check_call(events: Iterable[LineEvent], call: str) -> None:
    """One call's events, from dial() to idle, are told in order, carry its id, and end exactly once, with Ended."""
    events = list(events)
    kinds = [type(event) for event in events]
    assert kinds[0] is Dialing, f"a call begins with Dialing: {kinds}"
    assert kinds[-1] is Ended, f"a call ends with Ended: {kinds}"
    for once in (Dialing, Answered, Ended):
        assert kinds.count(once) <= 1, f"{once.__name__} is told once: {kinds}"
    assert all(event.call_id == call for event in events), f"events carry the call's id {call!r}: {events}"
    assert all(before.mono <= after.mono for before, after in pairwise(events)), (
        f"time runs forward: {events}"
    )
    if Answered in kinds:
        later = kinds[kinds.index(Answered) + 1 :]
        assert not {Alerting, Announcement} & set(later), f"nothing rings after the answer: {kinds}"
    told = {Dialing, Alerting, Answered, Announcement, Ended, DeviceLost, Fault, Condition, ToneHeard}
    assert set(kinds) <= told


class LineContract:
    """A line keeps these promises:

    1. A call is told from Dialing to Ended, in order, in its own time, under the id given to dial(), ending exactly once.
    2. hang_up() is legal while dialling, ringing, connected and idle; a call reaches Ended(LOCAL_HANGUP) within 5 s.
    3. hang_up() may be repeated; a call still ends once, and an idle line stays idle.
    4. After Ended the line takes the next call.
    5. dial() while a call is on (until its Ended was handed over) raises RuntimeError and leaves that call alone.
    6. After close() nothing is heard any more; close() may be repeated, and hanging up then is harmless.
    7. poll() returns within 50 ms in every state.
    8. rehearsal is true exactly if nobody real can be reached.
    9. Capabilities are honest: with answer supervision the answer comes from the signal; with causes a busy number says so.
    10. Keys and the interviewer's "answered" are legal in every state and break nothing.
    """

    def reach(self, bench: LineBench, state: str) -> str:
        """Bring the line into a state; the call's id, or "" when idle."""
        if state == "idle":
            return ""
        number = bench.answering if state == "connected" else bench.ringing
        bench.line.dial(number, "call-1")
        if state != "dialling":
            bench.until(Answered if state == "connected" else Alerting)
        return "call-1"

    @pytest.mark.parametrize("number", ["answering", "ringing", "busy"])
    def test_1_a_call_is_told_in_order_under_its_id(self, bench: LineBench, number: str) -> None:
        bench.line.dial(getattr(bench, number), "7f00a1")
        if number == "answering":
            bench.until(Answered)
            bench.line.hang_up()
        bench.ended(within=180_000)
        bench.wait(2000)
        check_call(bench.events, "7f00a1")

    @pytest.mark.parametrize("state", ["dialling", "ringing", "connected"])
    def test_2_hanging_up_ends_the_call_in_every_state(self, bench: LineBench, state: str) -> None:
        call = self.reach(bench, state)
        bench.line.hang_up()
        assert bench.ended(within=5000).cause is Cause.LOCAL_HANGUP
        bench.wait(70_000 if bench.nobody_real else 2000)
        check_call(bench.events, call)

    def test_2_hanging_up_an_idle_line_says_nothing(self, bench: LineBench) -> None:
        bench.line.hang_up()
        bench.wait(2000)
        assert bench.events == []

    @pytest.mark.parametrize("state", ["dialling", "ringing", "connected"])
    def test_3_hanging_up_again_and_again_ends_the_call_once(self, bench: LineBench, state: str) -> None:
        call = self.reach(bench, state)
        for _ in range(3):
            bench.line.hang_up()
        bench.ended(within=5000)
        bench.line.hang_up()
        bench.wait(2000)
        check_call(bench.events, call)

    def test_4_the_line_takes_one_call_after_the_other(self, bench: LineBench) -> None:
        for call, number in (("a", bench.answering), ("b", bench.busy), ("c", bench.ringing)):
            bench.events.clear()
            bench.line.dial(number, call)
            bench.until(Ended if call == "b" else Answered if call == "a" else Alerting)
            bench.line.hang_up()
            bench.ended()
            check_call(bench.events, call)

    @pytest.mark.parametrize("state", ["dialling", "ringing", "connected"])
    def test_5_a_second_call_is_refused_and_harms_nothing(self, bench: LineBench, state: str) -> None:
        call = self.reach(bench, state)
        with pytest.raises(RuntimeError):
            bench.line.dial(bench.busy, "call-2")
        bench.line.hang_up()
        bench.ended(within=5000)
        check_call(bench.events, call)
        bench.line.dial(bench.ringing, "call-3")

    def test_5_a_call_is_on_until_its_end_was_handed_over(self, bench: LineBench) -> None:
        self.reach(bench, "ringing")
        bench.line.hang_up()
        with pytest.raises(RuntimeError):
            bench.line.dial(bench.ringing, "call-2")

    @pytest.mark.parametrize("state", ["idle", "dialling", "ringing", "connected"])
    def test_6_after_closing_nothing_is_heard(self, bench: LineBench, state: str) -> None:
        self.reach(bench, state)
        bench.events.clear()
        bench.line.close()
        bench.wait(5000)
        bench.line.hang_up()
        bench.line.close()
        bench.wait(1000)
        assert bench.events == []

    @pytest.mark.parametrize("state", ["idle", "dialling", "ringing", "connected"])
    def test_7_polling_never_blocks(self, bench: LineBench, state: str) -> None:
        self.reach(bench, state)
        took = []
        for _ in range(21):
            begun = time.perf_counter()
            bench.line.poll()
            took.append(time.perf_counter() - begun)
        assert statistics.median(took) < 0.050

    def test_8_the_line_says_honestly_whether_somebody_real_can_be_reached(self, bench: LineBench) -> None:
        assert bench.line.rehearsal is bench.nobody_real
        assert bench.line.name

    def test_9_capabilities_are_honest(self, bench: LineBench) -> None:
        bench.line.dial(bench.answering, "a")
        if Capability.ANSWER_SUPERVISION in bench.line.capabilities:
            answered = bench.until(Answered)
            assert isinstance(answered, Answered)
            assert answered.source == "signal"
        bench.line.hang_up()
        bench.ended()
        bench.events.clear()
        bench.line.dial(bench.busy, "b")
        if Capability.CAUSE in bench.line.capabilities:
            ended = bench.ended()
            assert ended.cause is Cause.BUSY
            assert ended.raw, "the code as received is kept"

    @pytest.mark.parametrize("state", ["idle", "dialling", "ringing", "connected"])
    def test_10_keys_and_marks_break_nothing(self, bench: LineBench, state: str) -> None:
        call = self.reach(bench, state)
        bench.line.send_dtmf("19*#")
        bench.line.mark_answered()
        bench.wait(1000)
        bench.line.hang_up()
        if call:
            bench.ended(within=5000)
            check_call(bench.events, call)
        assert not [event for event in bench.events if isinstance(event, Ended)] or call


@dataclass
class SoundBench:
    """A sound source on the bench. tolerance: samples by which a real clock may differ from ours."""

    sound: Sound
    advance: Callable[[int], None]
    tolerance: int
    blocks: list[AudioBlock] = field(default_factory=list)

    def listen(self, milliseconds: int, step: int = STEP) -> list[AudioBlock]:
        """Let time pass, collecting; what was heard in this time."""
        before = len(self.blocks)
        for _ in range(0, milliseconds, step):
            self.advance(step)
            self.blocks += self.sound.poll()
        return self.blocks[before:]


def check_sound(blocks: Iterable[AudioBlock], begins: int = 0) -> int:
    """Blocks follow each other without hole or overlap, both channels as long as each other. Returns where they end."""
    at = begins
    for block in blocks:
        assert block.start == at, f"the next block begins at {at}, not {block.start}"
        assert len(block.left) == len(block.right) == 2 * block.samples, "both channels are equally long"
        assert 0 < block.samples <= 8000, "a block has something in it, and at most a second"
        assert 0 <= block.gap <= block.samples, "lost samples are among the block's own"
        at += block.samples
    return at


class SoundContract:
    """A sound source keeps these promises:

    1. From start() on, blocks follow each other from sample 0 without hole or overlap, both channels equally long.
    2. There are 8000 samples a second, however often it is polled; lost ones are replaced by silence and counted.
    3. Before start() and after stop() and close() nothing comes.
    4. start() again begins at sample 0 again.
    """

    @pytest.mark.parametrize("step", [20, 50, 330])
    def test_1_and_2_sound_is_complete_and_on_time(self, bench: SoundBench, step: int) -> None:
        bench.sound.start("call")
        blocks = bench.listen(20 * step, step)
        assert abs(check_sound(blocks) - 20 * step * 8) <= bench.tolerance

    def test_2_a_late_poll_gets_everything(self, bench: SoundBench) -> None:
        bench.sound.start("call")
        blocks = bench.listen(3500, 3500)
        assert abs(check_sound(blocks) - 28_000) <= bench.tolerance

    def test_3_there_is_no_sound_before_the_start_and_after_the_end(self, bench: SoundBench) -> None:
        assert bench.listen(200) == []
        bench.sound.start("call")
        assert bench.listen(500)
        bench.sound.stop()
        assert bench.listen(200) == []
        bench.sound.stop()
        bench.sound.close()
        bench.sound.close()
        assert bench.listen(200) == []

    def test_4_every_call_begins_at_sample_0(self, bench: SoundBench) -> None:
        for call in ("first", "second"):
            bench.sound.start(call)
            assert check_sound(bench.listen(500)) > 0
            bench.sound.stop()

    def test_4_a_start_without_a_stop_begins_anew(self, bench: SoundBench) -> None:
        bench.sound.start("first")
        bench.listen(500)
        bench.sound.start("second")
        assert check_sound(bench.listen(500)) > 0
