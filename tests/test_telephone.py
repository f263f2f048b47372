"""The telephone on the desk: lines that cannot tell who answered, headset keys, what devices say, dialling by itself."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from app.interview.screen import Notice, Page
from app.interview.telephone_views import ConditionView
from app.line.contract import Lost
from hardware.base import (
    Answered,
    Capability,
    Condition,
    DeviceBack,
    DeviceLost,
    Fault,
    HeadsetKey,
    LineEvent,
    Pickup,
)
from tests.desk_room import Room
from tests.desk_talk import answers, drawn, events, picks, ring, seat


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    """The first resident answers everything, the second is busy; the others ring out."""
    room = seat(tmp_path, answers(), picks(Pickup.BUSY))
    yield room
    room.close()


class Says:
    """Puts events into what the room's line says next."""

    def __init__(self, room: Room) -> None:
        self._line, self._poll = room.room.line, room.room.line.poll
        self._line.poll = self.poll  # type: ignore[method-assign]
        self.next: list[LineEvent] = []

    def poll(self) -> Sequence[LineEvent]:
        says, self.next = self.next, []
        return [*self._poll(), *says]


def say(room: Room, *what: LineEvent) -> None:
    """The device says something now."""
    says = Says(room)
    says.next += what
    room.desk.tick()
    room.room.line.poll = says._poll  # type: ignore[method-assign]


class Deaf:
    """A line like an analogue one: it cannot tell who answered; the interviewer says so."""

    def __init__(self, room: Room) -> None:
        self.room, self.line = room, room.room.line
        self.line.capabilities = frozenset({Capability.DTMF})
        self.marked = False
        self._poll = self.line.poll
        self.line.poll = self.poll  # type: ignore[method-assign]
        self.line.mark_answered = self.mark  # type: ignore[method-assign]

    def mark(self) -> None:
        self.marked = True

    def poll(self) -> Sequence[LineEvent]:
        heard = [event for event in self._poll() if not isinstance(event, Answered)]
        if self.marked:
            self.marked = False
            heard.append(Answered(self.room.clock.mono(), str(self.line._exchange.call), "user"))
        return heard


# Answered by hand


def test_on_a_line_that_cannot_tell_the_interview_begins_when_the_interviewer_says_so(room: Room) -> None:
    Deaf(room)
    room.desk.tick()
    assert room.desk.screen.device.marks_answer
    room.desk.next_case()
    room.desk.dial()
    room.pass_time(8000)
    assert room.desk.screen.page is Page.DIALING
    room.desk.mark_answered()
    room.pass_time(100)
    assert room.desk.screen.page is Page.INTERVIEW
    assert [e["source"] for e in events(room, "line") if e["state"] == "answered"] == ["user"]
    room.desk.hang_up()
    room.wait_for(Page.OUTCOME)
    room.desk.choose_outcome("31")


def test_on_a_line_that_tells_the_key_does_nothing(room: Room) -> None:
    asked: list[str] = []
    room.room.line.mark_answered = lambda: asked.append("mark")  # type: ignore[method-assign]
    assert not room.desk.screen.device.marks_answer
    room.desk.next_case()
    room.desk.dial()
    room.desk.mark_answered()
    assert asked == []


def test_only_who_dials_by_hand_sees_the_number(tmp_path: Path) -> None:
    room = seat(tmp_path, answers())
    number = drawn("room", 40)[0].number
    try:
        room.desk.next_case()
        assert room.desk.screen.case is not None
        assert room.desk.screen.case.number == f"{number[:3]}****{number[-4:]}"
    finally:
        room.close()
    room.open(by_hand=True)
    try:
        room.desk.sign_in("小李")
        room.desk.next_case()
        assert room.desk.screen.case is not None
        assert room.desk.screen.case.number in {case.number for case in drawn("room", 40)}
    finally:
        room.close()


def test_keys_go_into_the_call_and_nothing_else_does(room: Room) -> None:
    sent: list[str] = []
    room.room.line.send_dtmf = sent.append  # type: ignore[method-assign]
    ring(room)
    room.desk.send_dtmf("1 2a#")
    room.desk.send_dtmf("abc")
    assert sent == ["12#"]


# The headset


def test_the_headset_s_hook_dials_and_hangs_up(room: Room) -> None:
    say(room, HeadsetKey(0, "", "off_hook"))
    assert room.desk.screen.page is Page.READY, "nothing to dial yet"
    room.desk.next_case()
    say(room, HeadsetKey(0, "", "off_hook"))
    assert room.desk.screen.page is Page.DIALING
    room.wait_for(Page.INTERVIEW)
    say(room, HeadsetKey(0, "", "on_hook"))
    room.wait_for(Page.OUTCOME, 1000)


def test_mute_is_the_headset_s_key_or_the_desk_s_and_ends_with_the_call(room: Room) -> None:
    muted: list[bool] = []
    room.room.sound.mute = lambda *, on: muted.append(on)  # type: ignore[method-assign]
    ring(room)
    say(room, HeadsetKey(0, "", "mute"))
    assert room.desk.screen.device.muted
    room.desk.mute()
    assert not room.desk.screen.device.muted
    room.desk.mute()
    assert muted == [True, False, True]
    room.desk.hang_up()
    room.wait_for(Page.OUTCOME)
    room.pass_time(100)
    assert not room.desk.screen.device.muted, "a new call is never muted"


def test_a_telephone_dialled_by_hand_cannot_be_muted(tmp_path: Path) -> None:
    """Its own handset carries the voice: muting would take the interviewer out of the recording while the respondent hears him."""
    room = seat(tmp_path, answers())
    room.close()
    room.open(by_hand=True)
    muted: list[bool] = []
    room.room.sound.mute = lambda *, on: muted.append(on)  # type: ignore[method-assign]
    room.desk.mute()
    say(room, HeadsetKey(0, "", "mute"))
    assert not room.desk.screen.device.muted
    room.close()
    assert muted == []


def test_a_mute_before_the_call_is_not_shown_over_a_call_that_is_heard(room: Room) -> None:
    room.desk.mute()
    assert room.desk.screen.device.muted
    ring(room)
    assert not room.desk.screen.device.muted


# What devices say


def test_what_a_device_says_is_shown_between_calls_too_and_a_later_word_replaces_it(room: Room) -> None:
    say(room, Condition(0, "", "signal", "9", good=False), Condition(0, "", "registration", "home"))
    say(room, Condition(0, "", "signal", "20"))
    assert room.desk.screen.device.conditions == (
        ConditionView("signal", "20"),
        ConditionView("registration", "home"),
    )
    assert events(room, "line", "io.error") == [], "a condition is no evidence"


def test_an_unplugged_device_is_shown_until_it_is_back(room: Room) -> None:
    say(room, DeviceLost(0, ""), Fault(0, "", "no answer"))
    assert not room.desk.screen.device.present
    assert room.desk.screen.device.conditions == (ConditionView("fault", "no answer", good=False),)
    say(room, DeviceBack(0, ""))
    assert room.desk.screen.device.present
    assert room.desk.screen.device.conditions == ()


def test_a_line_program_that_dies_between_two_calls_is_said_and_costs_nothing(room: Room) -> None:
    real: Any = room.worker.poll
    room.worker.poll = lambda: [Lost("", "SIGSEGV"), *real()]  # type: ignore[method-assign]
    room.desk.tick()
    room.worker.poll = real  # type: ignore[method-assign]
    assert (room.desk.screen.notice, room.desk.screen.notice_text) == (Notice.LINE_LOST, "SIGSEGV")
    assert events(room, "io.error") == []
    ring(room)
    assert room.desk.screen.page is Page.INTERVIEW


# Dialling by itself


def test_the_next_case_is_dialled_as_soon_as_an_outcome_is_chosen(room: Room) -> None:
    room.desk._show(auto_dial=True)
    ring(room)
    first = room.desk.screen.case
    room.desk.hang_up()
    room.wait_for(Page.OUTCOME)
    room.desk.choose_outcome("31")
    assert room.desk.screen.page is Page.DIALING
    assert room.desk.screen.case != first
    assert room.desk.screen.counts.dials == 2
    room.desk.pause()
    assert room.desk.screen.auto_dial is False
    room.desk.hang_up()
    room.wait_for(Page.OUTCOME)
    room.desk.choose_outcome("15")
    assert (room.desk.screen.page, room.desk.screen.notice) == (Page.READY, Notice.SAVED)
    room.desk.pause()
    assert room.desk.screen.auto_dial is True
    assert room.desk.screen.page is Page.READY, "going on is the interviewer's step"


def test_where_it_is_not_allowed_there_is_nothing_to_pause(room: Room) -> None:
    assert room.desk.screen.auto_dial is None
    room.desk.pause()
    assert room.desk.screen.auto_dial is None


def test_when_no_case_is_left_dialling_by_itself_stops_quietly(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.desk._show(auto_dial=True)
    ring(room)
    room.desk.hang_up()
    room.wait_for(Page.OUTCOME)
    monkeypatch.setattr(type(room.ledger.queue), "pick", lambda *_: None)
    room.desk.choose_outcome("31")
    assert (room.desk.screen.page, room.desk.screen.notice) == (Page.READY, Notice.NO_CASES)


@pytest.mark.parametrize(
    ("name", "lead"), [("督导01", True), ("L01", True), ("访问员01", False), ("谁都不是", False)]
)
def test_a_team_lead_is_known_by_the_roster(room: Room, name: str, lead: bool) -> None:
    room.desk.sign_out()
    room.desk.sign_in(name)
    assert room.desk.screen.lead is lead
    room.desk.sign_out()
    assert not room.desk.screen.lead
