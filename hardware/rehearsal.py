"""The rehearsal line: a line, a sound source and practice residents without hardware. Nobody real can be reached over it.

Everything is driven by the clock that is passed in: poll() hands over what that clock has reached, with the times at which it
happened, so a virtual clock may jump and a busy caller may be late. The far side itself is exchange.py.
"""

from collections.abc import Iterable, Mapping, Sequence

from hardware.base import RATE, AudioBlock, Capability, LineEvent, Pcm, Resident, Utterance
from hardware.exchange import Clock, Exchange
from hardware.timeline import Channel

_BACKLOG = 600 * RATE
"""Most samples that one poll hands over; the rest follows with the next. A laptop that slept must not fill the memory."""


class Rehearsal:
    """A rehearsal workplace. residents: who can be called, by number or one by one; other numbers ring out.

    clock: anything with mono() in ms. seed: the same seed and the same times give the same sound. ring_limit: seconds of
    ringing until the network gives up. line, sound and practice belong together and live on one thread.
    """

    def __init__(
        self,
        residents: Mapping[str, Resident] | Iterable[Resident],
        clock: Clock,
        seed: str,
        ring_limit: float = 45.0,
    ) -> None:
        known = residents if isinstance(residents, Mapping) else {each.number: each for each in residents}
        exchange = Exchange(known, clock, seed, ring_limit)
        self.line = RehearsalLine(exchange)
        self.sound = RehearsalSound(exchange)
        self.practice = RehearsalPractice(exchange)


class RehearsalLine:
    """A Line with answer supervision and causes, as a SIP line has them; raw carries SIP codes."""

    def __init__(self, exchange: Exchange) -> None:
        self.name = "rehearsal"
        self.rehearsal = True
        self.pcm: Pcm | None = None
        self.capabilities = frozenset(Capability)
        self._exchange = exchange
        self._closed = False

    def dial(self, number: str, call_id: str) -> None:
        """Begin a call: Dialing now, Alerting 1.5 s later, then what the resident does.

        RuntimeError while a call is on (until its Ended has been handed over by poll) and after close().
        """
        if self._closed:
            raise RuntimeError("the line is closed")
        self._exchange.dial(number, call_id)

    def hang_up(self) -> None:
        """End the call at this very moment. Without a call, or after it ended: nothing."""
        self._exchange.hang_up()

    def send_dtmf(self, digits: str) -> None:
        """Tones on the interviewer's side (residents do not care). Fault without a connected call; ValueError on other signs."""
        self._exchange.press(digits)

    def mark_answered(self) -> None:
        """Nothing: this line itself says who answered."""

    def poll(self) -> Sequence[LineEvent]:
        """What happened since the last poll, oldest first."""
        events = self._exchange.happened()
        return () if self._closed else events

    def close(self) -> None:
        """Hang up; nothing is heard any more."""
        self._exchange.hang_up()
        self._closed = True


class RehearsalSound:
    """A Sound source: 8 samples per millisecond of the clock, neither more nor less. Blocks of at most 1 s.

    Left: the interviewer's reading. Right: ringing, tones, announcements (also before answer) and the resident. Below both
    comfort noise. The sound runs on between calls, until stop().
    """

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._zero: int | None = None
        self._given = 0

    def start(self, call_id: str) -> None:
        """Begin to collect, or begin anew; sample 0 is now."""
        del call_id  # one source, whatever the call
        self._zero, self._given = self._exchange.clock.mono() * RATE // 1000, 0
        self._exchange.timeline.forget(self._zero)

    def poll(self) -> Sequence[AudioBlock]:
        """All sound since the last poll (at most 10 minutes of it), without overlap, in order."""
        if self._zero is None:
            return ()
        elapsed = self._exchange.clock.mono() * RATE // 1000 - self._zero
        until = min(elapsed, self._given + _BACKLOG)
        starts = range(self._given, until, RATE)
        blocks = [self._block(self._zero, start, min(RATE, until - start)) for start in starts]
        self._given = until
        self._exchange.timeline.forget(self._zero + until)
        return blocks

    def heard(self) -> Sequence[LineEvent]:
        """Nothing: there is no device that could fail."""
        return ()

    def mute(self, *, on: bool) -> None:
        """Nothing: the interviewer of a rehearsal is made of paper."""

    def stop(self) -> None:
        """Stop collecting; what was not polled is gone."""
        self._zero = None

    def close(self) -> None:
        """Nothing to let go of but the collecting."""
        self.stop()

    def _block(self, zero: int, start: int, count: int) -> AudioBlock:
        timeline = self._exchange.timeline
        left, right = (timeline.mixed(channel, zero + start, count) for channel in Channel)
        return AudioBlock(start, left.astype("<i2").tobytes(), right.astype("<i2").tobytes())


class RehearsalPractice:
    """The resident at the other end, for a script or a desk to talk to."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def ask(self, question: str, seconds: float) -> Utterance | None:
        """Read `question` aloud for `seconds` from now on; the resident hears it out and then speaks.

        Returns at once what he is going to say; he is through seconds + utterance.seconds from now, and the caller waits that
        long. value "refuse": he declines. Empty text and value: he has no words for this question. None: nobody is connected,
        or he hangs up half-way through the question (Ended follows). A newer question interrupts an older one and its reply.
        """
        return self._exchange.hear(question, seconds)
