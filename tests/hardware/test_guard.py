"""The guard around a driver: whatever a driver says, in whatever order, what is heard is a legal call that ends in time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.clock import VirtualClock
from hardware.base import (
    Alerting,
    Announcement,
    Answered,
    Capability,
    Cause,
    Condition,
    DeviceBack,
    DeviceLost,
    Dialing,
    Ended,
    Fault,
    LineEvent,
    Pcm,
    ToneHeard,
)
from hardware.call_state import DIAL_LIMIT, OF_A_CALL, RELEASE_LIMIT, RING_LIMIT, State
from hardware.guard import GuardedLine
from hardware.rehearsal import Rehearsal, RehearsalLine
from tests.hardware import contract, test_contract
from tests.hardware.contract import LineBench, LineContract
from tests.hardware.residents import ANSWERING, BUSY, RESIDENTS, RINGING

START = 1_700_000_000_000


def silent(_direction: str, _text: str) -> None:
    """No transcript."""


class TestGuardedLine(LineContract):
    """A guarded line is a line like any other."""

    @pytest.fixture
    def bench(self) -> Iterator[LineBench]:
        clock = VirtualClock(START, 5_000)
        line = GuardedLine(lambda: Rehearsal(RESIDENTS, clock, "seed").line, clock, silent)
        yield LineBench(line, ANSWERING, RINGING, BUSY, clock.advance, nobody_real=True)
        line.close()


@pytest.mark.parametrize(
    "driver",
    [
        test_contract.EndsTwice,
        test_contract.SwallowsDialing,
        test_contract.ForgetsEnded,
        test_contract.IgnoresHangUp,
        test_contract.TellsBackwards,
        test_contract.TalksAfterClosing,
        test_contract.Stumbles,
    ],
)
@pytest.mark.parametrize("state", ["dialling", "ringing", "connected"])
def test_a_driver_that_breaks_its_promises_is_made_to_keep_them(
    driver: type[RehearsalLine], state: str
) -> None:
    """The contract's own saboteurs, behind the guard: the calls are legal, and a hang-up reaches idle within 5 s."""
    bench = test_contract.line_bench(driver)
    assert isinstance(bench.line, RehearsalLine)
    bare, clock = bench.line, bench.line._exchange.clock
    bench.line = GuardedLine(lambda: bare, clock, silent)
    if state != "dialling":
        bench.line.dial(ANSWERING if state == "connected" else RINGING, "call-1")
        bench.until(Answered if state == "connected" else Alerting)
    else:
        bench.line.dial(RINGING, "call-1")
    bench.line.mark_answered()
    bench.line.hang_up()
    bench.ended(within=5000)
    bench.wait(10_000)
    told = [event for event in bench.events if event.call_id == "call-1" or isinstance(event, Ended)]
    contract.check_call(told, "call-1")


@dataclass
class Puppet:
    """A driver on strings: says what it is told to, does nothing, and remembers what it was asked."""

    name: str = "puppet"
    rehearsal: bool = True
    pcm: Pcm | None = None
    capabilities: frozenset[Capability] = frozenset()
    says: list[LineEvent] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    raises: str = ""

    def _ask(self, what: str) -> None:
        self.asked.append(what)
        if what == self.raises:
            raise OSError(f"{what} failed")

    def dial(self, number: str, call_id: str) -> None:
        self._ask("dial")

    def hang_up(self) -> None:
        self._ask("hang_up")

    def send_dtmf(self, digits: str) -> None:
        self._ask("send_dtmf")

    def mark_answered(self) -> None:
        self._ask("mark_answered")

    def poll(self) -> Sequence[LineEvent]:
        self._ask("poll")
        says, self.says = self.says, []
        return says

    def close(self) -> None:
        self._ask("close")


class Stage:
    """A guard with puppets: every opening of the device makes a new one."""

    def __init__(self) -> None:
        self.clock = VirtualClock(START)
        self.puppets: list[Puppet] = []
        self.notes: list[str] = []
        self.missing = False
        self.line = GuardedLine(self.open, self.clock, lambda _direction, text: self.notes.append(text))
        self.heard: list[LineEvent] = []

    def open(self) -> Puppet:
        if self.missing:
            raise OSError("no such device")
        self.puppets.append(Puppet())
        return self.puppets[-1]

    @property
    def puppet(self) -> Puppet:
        return self.puppets[-1]

    def say(self, *events: LineEvent) -> None:
        self.puppet.says += events
        self.heard += self.line.poll()

    def after(self, milliseconds: int, step: int = 100) -> list[LineEvent]:
        before = len(self.heard)
        for _ in range(0, milliseconds, step):
            self.clock.advance(step)
            self.heard += self.line.poll()
        return self.heard[before:]


CALLS = ("a", "b", "")
KINDS: tuple[Callable[[int, str], LineEvent], ...] = (
    Dialing,
    Alerting,
    Answered,
    Ended,
    Announcement,
    DeviceLost,
    DeviceBack,
    Fault,
    Condition,
    ToneHeard,
)
saying = st.tuples(st.just("say"), st.sampled_from(KINDS), st.integers(-5, 9), st.sampled_from(CALLS))
doing = st.tuples(st.sampled_from(["dial", "hang_up", "mark_answered", "send_dtmf", "wait", "long", "fail"]))


def play(stage: Stage, steps: list[tuple[object, ...]]) -> list[str]:
    """Let driver and desk do what they like; returns the ids of the calls that were taken."""
    calls: list[str] = []

    def dial() -> None:
        try:
            stage.line.dial("10086", call := "ab"[len(calls) % 2])
        except RuntimeError:
            return
        calls.append(call)

    def fail() -> None:
        stage.puppet.raises = "poll"
        stage.after(100)

    deeds: dict[object, Callable[[], object]] = {
        "dial": dial,
        "fail": fail,
        "hang_up": stage.line.hang_up,
        "mark_answered": stage.line.mark_answered,
        "send_dtmf": lambda: stage.line.send_dtmf("1"),
        "wait": lambda: stage.after(1000, 500),
        "long": lambda: stage.after(DIAL_LIMIT, 30_000),
    }
    for what, *given_ in steps:
        if what == "say":
            kind, mono, call = given_
            stage.say(kind(stage.clock.mono() + mono, call))  # type: ignore[operator]
        else:
            deeds[what]()
    stage.line.hang_up()
    stage.after(RELEASE_LIMIT + 300)
    return calls


def check(steps: list[tuple[object, ...]]) -> None:
    """Whatever happened, what was heard is legal calls, each to its end."""
    stage = Stage()
    calls = play(stage, steps)
    assert stage.line.state in (State.IDLE, State.FAULT)
    told: list[list[LineEvent]] = []
    for event in stage.heard:
        if isinstance(event, Dialing):
            told.append([])
        if isinstance(event, OF_A_CALL):
            assert told, f"{event} before any call"
            told[-1].append(event)
    assert [call[0].call_id for call in told] == calls
    for call in told:
        contract.check_call(call, call[0].call_id)
    monos = [event.mono for event in stage.heard]
    assert monos == sorted(monos)


@settings(max_examples=200, deadline=None)
@given(st.lists(saying | doing, max_size=25))
def test_any_order_of_events_from_any_driver_is_heard_as_legal_calls(steps: list[tuple[object, ...]]) -> None:
    check(steps)


NASTY: list[list[tuple[object, ...]]] = [
    [("dial",), ("say", Answered, 0, "a"), ("say", Alerting, 0, "a")],
    [("dial",), ("say", Answered, 0, "a"), ("say", Answered, 0, "a")],
    [("dial",), ("hang_up",), ("say", Answered, 0, "a"), ("say", Announcement, 0, "a")],
]


@pytest.mark.parametrize("steps", NASTY)
def test_the_worst_orders_are_heard_as_legal_calls(steps: list[tuple[object, ...]]) -> None:
    check(steps)


@pytest.mark.parametrize("steps", NASTY)
def test_saboteur_without_the_state_table_the_property_does_not_hold(
    monkeypatch: pytest.MonkeyPatch, steps: list[tuple[object, ...]]
) -> None:
    everything = dict.fromkeys(State, (Dialing, Alerting, Announcement, Answered, Ended))
    monkeypatch.setattr("hardware.guard.MAY_HEAR", everything)
    with pytest.raises(AssertionError):
        check(steps)


# Watchdogs


def ended(events: Sequence[LineEvent]) -> Ended:
    (found,) = [event for event in events if isinstance(event, Ended)]
    return found


def test_a_line_that_says_nothing_after_dialling_is_hung_up_after_ninety_seconds() -> None:
    stage = Stage()
    stage.line.dial("10086", "a")
    stage.after(DIAL_LIMIT)
    assert stage.puppet.asked.count("hang_up") == 0
    stage.after(300)
    assert stage.puppet.asked.count("hang_up") == 1
    stage.say(Ended(stage.clock.mono(), "a", Cause.LOCAL_HANGUP, "OK"))
    end = ended(stage.heard)
    assert (end.cause, end.raw) == (Cause.UNKNOWN, "nothing within 90 s of dialling; OK")


def test_ringing_without_a_word_for_two_minutes_is_no_answer_and_every_word_counts() -> None:
    stage = Stage()
    stage.line.dial("10086", "a")
    stage.say(Alerting(stage.clock.mono(), "a"))
    stage.after(RING_LIMIT - 1000)
    stage.say(Alerting(stage.clock.mono(), "a", early_media=True))
    stage.after(RING_LIMIT - 1000)
    assert "hang_up" not in stage.puppet.asked
    stage.after(1300)
    stage.say(Ended(stage.clock.mono(), "a", Cause.LOCAL_HANGUP))
    assert ended(stage.heard).cause is Cause.NO_ANSWER


@pytest.mark.parametrize(
    "state", [(), (Alerting,), (Alerting, Answered)], ids=["dialling", "ringing", "connected"]
)
def test_a_hang_up_reaches_idle_within_five_seconds_even_if_the_device_is_dead(
    state: tuple[type[LineEvent], ...],
) -> None:
    stage = Stage()
    stage.line.dial("10086", "a")
    stage.say(*(kind(stage.clock.mono(), "a") for kind in state))
    stage.line.hang_up()
    heard = stage.after(5000, 50)
    assert ended(heard).cause is Cause.DEVICE
    assert [type(event) for event in heard][-2:] == [Fault, Ended] or Fault in map(type, heard)
    assert "close" in stage.puppets[0].asked
    stage.after(1500)
    assert len(stage.puppets) == 2, "the device was opened again"
    assert stage.line.state is State.IDLE
    stage.line.dial("10086", "b")
    assert stage.puppet.asked[-1] == "dial"


def test_saboteur_without_the_release_watchdog_a_dead_device_keeps_the_line_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hardware.guard.RELEASE_LIMIT", 10**9)
    with pytest.raises(ValueError, match="unpack"):
        test_a_hang_up_reaches_idle_within_five_seconds_even_if_the_device_is_dead((Alerting,))


@pytest.mark.parametrize("what", ["dial", "poll", "hang_up"])
def test_a_driver_that_raises_ends_the_call_and_is_opened_again(what: str) -> None:
    stage = Stage()
    stage.puppet.raises = what
    stage.line.dial("10086", "a")
    stage.heard += stage.line.poll()
    stage.line.hang_up()
    stage.after(300)
    assert ended(stage.heard).cause is Cause.DEVICE
    contract.check_call([e for e in stage.heard if e.call_id == "a"], "a")
    stage.after(1500)
    assert len(stage.puppets) == 2
    assert any(f"puppet.{what}" in note for note in stage.notes)


def test_an_unplugged_device_ends_the_call_is_looked_for_ever_more_seldom_and_comes_back() -> None:
    stage = Stage()
    stage.line.dial("10086", "a")
    stage.say(Alerting(stage.clock.mono(), "a"), Answered(stage.clock.mono(), "a"))
    stage.missing = True
    stage.say(DeviceLost(stage.clock.mono(), ""))
    stage.after(6000)
    assert ended(stage.heard).cause is Cause.DEVICE
    assert stage.line.state is State.FAULT
    stage.line.dial("10086", "b")
    stage.after(200)
    assert [type(e) for e in stage.heard if e.call_id == "b"] == [Dialing, Ended]
    tries = len([note for note in stage.notes if "cannot be opened" in note])
    stage.after(120_000, 500)
    later = len([note for note in stage.notes if "cannot be opened" in note]) - tries
    assert 3 <= later <= 10
    stage.missing = False
    back = stage.after(31_000, 500)
    assert [type(event) for event in back] == [DeviceBack]
    assert stage.line.state is State.IDLE


def test_somebody_answers_at_the_moment_of_the_hang_up_and_the_interview_does_not_begin() -> None:
    stage = Stage()
    stage.line.dial("10086", "a")
    stage.say(Alerting(0, "a"))
    stage.line.hang_up()
    stage.say(Answered(0, "a"), Ended(0, "a", Cause.LOCAL_HANGUP))
    assert [type(event) for event in stage.heard] == [Dialing, Alerting, Ended]
    assert "dropped in releasing: Answered" in stage.notes


def test_everything_asked_and_heard_stands_in_the_transcript() -> None:
    stage = Stage()
    stage.line.dial("13812345678", "a")
    stage.say(Alerting(0, "a"), Ended(0, "a", Cause.BUSY, "486"))
    assert stage.notes == [
        "dial 13812345678 for call a",
        "Dialing",
        "Alerting early_media=False",
        "Ended cause=busy raw=486",
    ]
