"""A whole shift on the rehearsal line, in any order of verbs: every call is told properly and ends once."""

from itertools import pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from app.clock import VirtualClock
from hardware.base import Ended, LineEvent
from hardware.rehearsal import Rehearsal
from tests.hardware.contract import check_call, check_sound
from tests.hardware.residents import ANSWERING, LEAVING, NOBODY, REFUSING, RESIDENTS, SAYS

BEGIN = 5_000


class Shift(RuleBasedStateMachine):
    """An interviewer and a clock who do whatever they like, in any order; the line's promises hold."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = VirtualClock(1_700_000_000_000, BEGIN)
        self.rehearsal = Rehearsal(RESIDENTS, self.clock, "seed")
        self.calls: list[str] = []
        self.heard: list[LineEvent] = []
        self.samples = 0
        self.rehearsal.sound.start("shift")

    @property
    def on(self) -> bool:
        ended = sum(isinstance(event, Ended) for event in self.heard)
        return len(self.calls) > ended

    @precondition(lambda self: not self.on)
    @rule(number=st.sampled_from([*RESIDENTS, NOBODY]))
    def dial(self, number: str) -> None:
        call = f"call-{len(self.calls)}"
        self.rehearsal.line.dial(number, call)
        self.calls.append(call)

    @precondition(lambda self: not self.on)
    @rule(number=st.sampled_from([ANSWERING, REFUSING, LEAVING]), question=st.sampled_from([*SAYS, "thanks"]))
    def begin_to_talk(self, number: str, question: str) -> None:
        self.dial(number)
        self.look_on(12_000)
        self.ask(question, 4.0)

    @precondition(lambda self: self.on)
    @rule()
    def dial_too_early(self) -> None:
        with pytest.raises(RuntimeError):
            self.rehearsal.line.dial(ANSWERING, "never")

    @rule()
    def hang_up(self) -> None:
        self.rehearsal.line.hang_up()

    @rule(milliseconds=st.sampled_from([0, 1, 50, 400, 1500, 3000, 7500, 60_000]))
    def time_passes(self, milliseconds: int) -> None:
        self.clock.advance(milliseconds)

    @rule(milliseconds=st.sampled_from([50, 1500, 6000, 9000, 60_000]))
    def look_on(self, milliseconds: int) -> None:
        self.clock.advance(milliseconds)
        self.look()

    @rule()
    def look(self) -> None:
        self.heard += self.rehearsal.line.poll()

    @rule()
    def listen(self) -> None:
        while blocks := self.rehearsal.sound.poll():
            self.samples = check_sound(blocks, self.samples)
        assert self.samples == (self.clock.mono() - BEGIN) * 8

    @rule(question=st.sampled_from([*SAYS, "thanks"]), seconds=st.sampled_from([0.0, 0.3, 4.0]))
    def ask(self, question: str, seconds: float) -> None:
        said = self.rehearsal.practice.ask(question, seconds)
        assert said is None or self.on

    @invariant()
    def calls_are_told_one_after_the_other(self) -> None:
        assert all(before.mono <= after.mono for before, after in pairwise(self.heard))
        assert all(event.mono <= self.clock.mono() for event in self.heard)
        ended = [event.call_id for event in self.heard if isinstance(event, Ended)]
        assert ended == self.calls[: len(ended)]

    def teardown(self) -> None:
        self.rehearsal.line.hang_up()
        self.heard += self.rehearsal.line.poll()
        for call in self.calls:
            check_call([event for event in self.heard if event.call_id == call], call)
        self.rehearsal.line.close()
        self.clock.advance(60_000)
        assert self.rehearsal.line.poll() == ()


TestShift = Shift.TestCase
TestShift.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
