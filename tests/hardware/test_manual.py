"""A telephone beside the computer: the interviewer dials and says what happens."""

from itertools import groupby

import numpy as np
import pytest

from app.clock import VirtualClock
from hardware.audio.resample import Floats
from hardware.base import Answered, Ended, Fault
from hardware.manual import Manual, open_line
from hardware.tones import keypad
from tests.hardware.audio.sound_system import Workplace, adapter, headset
from tests.hardware.contract import LineBench, LineContract

ANSWERING, RINGING, BUSY = "1", "2", "3"


class Person:
    """At the telephone: presses "answered" after three seconds when somebody speaks, hangs up when he hears busy tone or after a minute."""

    def __init__(self, *, tones: bool) -> None:
        self.clock = VirtualClock(0, 5_000)
        self.log: list[tuple[str, str]] = []
        self.line = Manual(self.clock, lambda *said: self.log.append(said), tones=tones)
        self.dialled, self.at = "", 0
        dial = self.line.dial

        def listen(number: str, call_id: str) -> None:
            dial(number, call_id)
            self.dialled, self.at = number, self.clock.mono()

        self.line.dial = listen  # type: ignore[method-assign]

    def advance(self, milliseconds: int) -> None:
        self.clock.advance(milliseconds)
        waited = self.clock.mono() - self.at
        if self.dialled == ANSWERING and waited > 3000:
            self.line.mark_answered()
        elif (self.dialled == BUSY and waited > 4000) or waited > 60_000:
            self.line.hang_up()


class TestManual(LineContract):
    @pytest.fixture(params=[False, True], ids=["number shown", "tones"])
    def bench(self, request: pytest.FixtureRequest) -> LineBench:
        person = Person(tones=request.param)
        return LineBench(person.line, ANSWERING, RINGING, BUSY, person.advance, nobody_real=False)


def test_the_number_goes_as_tones_through_the_headset() -> None:
    line = Person(tones=True).line
    line.dial("028,12340", "c")
    assert line.sounding() == keypad("02812340").astype("<i2").tobytes()
    assert line.sounding() == b""


@pytest.mark.parametrize("line_adapter", [True, False])
def test_the_interviewers_ear_gets_every_key_once_and_in_order(line_adapter: bool) -> None:
    line = Person(tones=True).line
    silence = np.zeros(48_000, np.float32)
    ear = headset(sounds=lambda _start, count: silence[:count])
    sockets = [ear, adapter(sounds=lambda _start, count: silence[:count])] if line_adapter else [ear]
    named = {"line_in": "Line adapter"} if line_adapter else {}
    place = Workplace(*sockets, tones=line.sounding, microphone="Headset", ear="Headset", **named)
    ear.played.clear()
    line.dial("028#12340", "c")
    place.advance(2500)
    assert keys_in(ear.form.heard(b"".join(ear.played)), ear.form.rate) == "028#12340"


def keys_in(sound: Floats, rate: int) -> str:
    """The key of every loud stretch, by its two frequencies."""
    length = rate // 50
    loud = [
        float(np.abs(block).mean()) > 0.02
        for block in sound[: len(sound) // length * length].reshape(-1, length)
    ]
    keys = ""
    for is_loud, run in groupby(range(len(loud)), key=loud.__getitem__):
        at = list(run)
        if is_loud:
            spectrum = np.abs(np.fft.rfft(sound[at[0] * length : (at[-1] + 1) * length], rate))
            row = max(range(4), key=lambda n: spectrum[(697, 770, 852, 941)[n]])
            column = max(range(4), key=lambda n: spectrum[(1209, 1336, 1477, 1633)[n]])
            keys += ("123A", "456B", "789C", "*0#D")[row][column]
    return keys


def test_without_tones_the_keys_are_on_the_telephone() -> None:
    line = Person(tones=False).line
    line.dial("12340", "c")
    line.mark_answered()
    line.send_dtmf("1")
    assert [type(event) for event in line.poll()][-2:] == [Answered, Fault]
    assert line.sounding() == b""


def test_nothing_is_sounded_after_the_end() -> None:
    line = Person(tones=True).line
    line.dial("12340", "c")
    line.hang_up()
    assert line.sounding() == b""
    assert isinstance(line.poll()[-1], Ended)


def test_the_number_is_not_in_the_log() -> None:
    person = Person(tones=True)
    person.line.dial("12340", "c")
    assert person.log
    assert not [text for _, text in person.log if "12340" in text]


def test_it_is_opened_by_name_and_a_number_is_a_number() -> None:
    line = open_line("", {"tones": "yes"}, VirtualClock(0), lambda *_: None)
    with pytest.raises(ValueError, match="number"):
        line.dial("ask at the desk", "c")
