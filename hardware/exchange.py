"""The far side of a rehearsal line: the telephone network, and the residents behind it.

A call is a script: at dial() everything that will happen is put down with its moment, and what interferes later (a question,
a hang-up) rewrites only what is still to come. So a clock that jumps, or a caller who looks late, finds the same events with
the same times and the same sound.
"""

from bisect import insort
from collections.abc import Mapping
from random import Random
from typing import Protocol

from hardware.base import (
    RATE,
    Alerting,
    Announcement,
    Answered,
    Cause,
    Dialing,
    Ended,
    Fault,
    LineEvent,
    Pickup,
    Resident,
    Utterance,
)
from hardware.timeline import Channel, Piece, Sounding, Timeline
from hardware.tones import Tone, keypad, repeat
from hardware.voices import INTERVIEWER, OPERATOR, RESIDENT, voice

SETUP = 1500
"""Milliseconds from dial() to the first sound of the network."""
BUSY_TONE = 4200
"""Milliseconds of busy tone before the network gives up: six periods."""
ANNOUNCEMENT = 8000
"""Milliseconds of a recorded announcement."""
RECOGNISED = 4000
"""Milliseconds of it after which it is known which one: a fingerprint needs 3–6 s, as all of them begin with the same words."""

GREETING = Utterance("喂，你好？", "", 1.2)
"""What a resident says when he picks up."""
REFUSAL = Utterance("不用了，我没空", "refuse", 1.6)
"""What he says at the question at which he refuses."""
SILENCE = Utterance("", "", 0.0)
"""What he says to a question for which he has no words."""


class Clock(Protocol):
    """What the rehearsal needs of a clock."""

    def mono(self) -> int:
        """Milliseconds that never step back."""


class Exchange:
    """What happens on the line, and what is heard on its timeline.

    call: the call that is on, from dial() until its Ended has been handed over; None when the line is idle.
    """

    def __init__(self, residents: Mapping[str, Resident], clock: Clock, seed: str, ring_limit: float) -> None:
        self.clock, self.timeline = clock, Timeline(seed)
        self.call: str | None = None
        self._residents, self._seed, self._ring_limit = residents, seed, round(ring_limit * 1000)
        self._interviewer, self._resident = voice(INTERVIEWER, seed), voice(RESIDENT, seed)
        self._operator = voice(OPERATOR, seed)
        self._person = Resident("", Pickup.RINGS_OUT)
        self._answered: int | None = None
        self._script: list[LineEvent] = []

    @property
    def connected(self) -> bool:
        """Somebody has taken the call, and nobody has hung up yet."""
        answered = self._answered is not None and self._answered <= self.clock.mono()
        return answered and self.call is not None and not self._over

    def dial(self, number: str, call_id: str) -> None:
        """Put down all that will happen if nobody interferes. A number that nobody has rings and rings."""
        if self.call is not None:
            raise RuntimeError(f"a call is on: {self.call}")
        self.call, self._answered = call_id, None
        self._person = self._residents.get(number) or Resident(number, Pickup.RINGS_OUT)
        now = self.clock.mono()
        begins = now + SETUP
        self._will(Dialing(now, call_id))
        match self._person.pickup:
            case Pickup.ANSWERS | Pickup.RINGS_OUT:
                self._ring(begins, call_id)
            case Pickup.BUSY:
                self._will(Alerting(begins, call_id, early_media=True))
                self._lay(Channel.RIGHT, begins, BUSY_TONE, Tone.BUSY.samples)
                self._will(Ended(begins + BUSY_TONE, call_id, Cause.BUSY, "486"))
            case Pickup.VACANT:
                self._announce(begins, call_id, Cause.VACANT, "404")
            case Pickup.POWERED_OFF:
                self._announce(begins, call_id, Cause.POWERED_OFF, "480")

    def hang_up(self) -> None:
        """The interviewer hangs up: nothing more happens, except that the call ends now."""
        if self.call is not None and not self._over:
            self._end(self.clock.mono(), Cause.LOCAL_HANGUP, "")

    def happened(self) -> list[LineEvent]:
        """What the clock has reached since last asked, oldest first."""
        now = self.clock.mono()
        events = [event for event in self._script if event.mono <= now]
        self._script = self._script[len(events) :]
        if any(isinstance(event, Ended) for event in events):
            self.call = None
        return events

    def press(self, digits: str) -> None:
        """Keys of the telephone, heard on the interviewer's side. Without a connected call a Fault, as on a real line."""
        now, tones = self.clock.mono(), keypad(digits)
        if self.connected:
            length = len(tones) * 1000 // RATE
            self._lay(Channel.LEFT, now, length, lambda start, count: repeat(tones, start, count))
        else:
            self._will(Fault(now, self.call or "", "no connected call to send tones into"))

    def hear(self, question: str, seconds: float) -> Utterance | None:
        """A question is read aloud from now on; what the resident will say to it. See RehearsalPractice.ask."""
        if not self.connected:
            return None
        now, length = self.clock.mono(), round(max(seconds, 0.0) * 1000)
        self.timeline.cut(now * RATE // 1000, talk_only=True)
        self._say(Channel.LEFT, now, length, question)
        leaves = next((event.mono for event in self._script if isinstance(event, Ended)), None)
        if leaves is not None:  # the receiver is on its way down already
            self.timeline.cut(leaves * RATE // 1000)
            return None
        if question and question == self._person.hangs_up_at:
            self._end(now + length // 2, Cause.REMOTE_HANGUP, "Q.850;cause=16")
            return None
        refuses = question and question == self._person.refuses_at
        reply = REFUSAL if refuses else self._person.says.get(question, SILENCE)
        self._say(Channel.RIGHT, now + length, round(reply.seconds * 1000), question)
        return reply

    @property
    def _over(self) -> bool:
        """The call has ended already, though nobody may have looked yet."""
        now = self.clock.mono()
        return any(isinstance(event, Ended) and event.mono <= now for event in self._script)

    def _ring(self, begins: int, call_id: str) -> None:
        rings = round(max(self._person.pickup_after, 0.0) * 1000)
        answers = self._person.pickup is Pickup.ANSWERS and rings <= self._ring_limit
        length = rings if answers else self._ring_limit
        self._will(Alerting(begins, call_id))
        self._lay(Channel.RIGHT, begins, length, Tone.RINGBACK.samples)
        if answers:
            self._answered = begins + length
            self._will(Answered(self._answered, call_id, "signal"))
            greets = self._voice(Channel.RIGHT, "")
            self._lay(Channel.RIGHT, self._answered, round(GREETING.seconds * 1000), greets)
        else:
            self._will(Ended(begins + length, call_id, Cause.NO_ANSWER, "480"))

    def _announce(self, begins: int, call_id: str, cause: Cause, raw: str) -> None:
        self._will(Alerting(begins, call_id, early_media=True))
        self._lay(Channel.RIGHT, begins, ANNOUNCEMENT, self._operator.samples)
        self._will(Announcement(begins + RECOGNISED, call_id, cause, 95))
        self._will(Ended(begins + ANNOUNCEMENT, call_id, cause, raw))

    def _end(self, at: int, cause: Cause, raw: str) -> None:
        """From `at` on nothing happens and nothing is heard any more."""
        self._script = [event for event in self._script if event.mono <= at]
        self._will(Ended(at, self.call or "", cause, raw))
        self.timeline.cut(at * RATE // 1000)

    def _will(self, event: LineEvent) -> None:
        insort(self._script, event, key=lambda each: each.mono)

    def _say(self, channel: Channel, at: int, length: int, question: str) -> None:
        self._lay(channel, at, length, self._voice(channel, question), talk=True)

    def _voice(self, channel: Channel, question: str) -> Sounding:
        """A voice that begins with a phrase of its own for every resident and question."""
        speaks = self._interviewer if channel is Channel.LEFT else self._resident
        chosen = Random(f"{self._seed}/{self._person.number}/{question}").randrange(1000)
        begins = speaks.phrase(chosen)
        return lambda start, count: speaks.samples(begins + start, count)

    def _lay(self, channel: Channel, at: int, length: int, sound: Sounding, *, talk: bool = False) -> None:
        start = at * RATE // 1000
        self.timeline.add(Piece(channel, start, start + length * RATE // 1000, sound, talk))
