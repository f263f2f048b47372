"""Any telephone, or a dial-box, that the computer does not control: the interviewer dials, and says by key what happens.

The number is shown by the desk, or sent as the keypad's tones through the headset (option tones=yes) into a handset held against it or a
dial-box between. Nothing is known of the line but what is marked; a headset and a line adapter are recorded as sound devices.
"""

from collections import deque
from collections.abc import Mapping, Sequence

from hardware.base import Alerting, Answered, Capability, Cause, Dialing, Ended, Fault, Line, LineEvent, Pcm
from hardware.tones import keypad
from hardware.wire_log import Clock, Log, WireLog


class Manual:
    """A Line by hand. From dialling on the line is heard, so it counts as early media at once."""

    def __init__(self, clock: Clock, log: Log, *, tones: bool = False) -> None:
        self.name, self.rehearsal = "telephone", False
        self.capabilities = frozenset({Capability.EARLY_MEDIA, *([Capability.DTMF] if tones else [])})
        self.pcm: Pcm | None = None
        self._clock, self._log = clock, WireLog(log)
        self._tones = tones
        self._sounding: deque[bytes] = deque()
        self._call: str | None = None
        self._answered = self._over = self._closed = False
        self._events: list[LineEvent] = []

    def dial(self, number: str, call_id: str) -> None:
        """See Line. The interviewer dials now; with tones the keypad does."""
        if self._call is not None or self._closed:
            raise RuntimeError("the line is closed" if self._closed else f"a call is on: {self._call}")
        if not number or set(number) - set("0123456789*#+,"):
            raise ValueError("not a telephone number")
        self._call, self._answered, self._over = call_id, False, False
        self._log.number = number
        self._log("out", f"dialled by hand: {number}")
        now = self._clock.mono()
        self._events += [Dialing(now, call_id), Alerting(now, call_id, early_media=True)]
        if self._tones:
            self._sound(number)

    def hang_up(self) -> None:
        """See Line."""
        if self._call is not None and not self._over and not self._closed:
            self._over = True
            self._sounding.clear()
            self._events.append(Ended(self._clock.mono(), self._call, Cause.LOCAL_HANGUP))

    def send_dtmf(self, digits: str) -> None:
        """See Line. Without tones a Fault: press them on the telephone."""
        if set(digits) - set("0123456789*#ABCD"):
            raise ValueError("not keys of a telephone")
        if self._tones and self._answered and not self._over:
            self._sound(digits)
        elif not self._closed:
            text = (
                "press the keys on the telephone itself"
                if self._answered
                else "no connected call to send tones into"
            )
            if not self._over:
                self._events.append(Fault(self._clock.mono(), self._call or "", text))

    def mark_answered(self) -> None:
        """See Line."""
        if self._call is not None and not self._answered and not self._over:
            self._answered = True
            self._events.append(Answered(self._clock.mono(), self._call, "user"))

    def poll(self) -> Sequence[LineEvent]:
        """See Line."""
        events, self._events = self._events, []
        if any(isinstance(event, Ended) for event in events):
            self._call, self._log.number = None, ""
        return () if self._closed else events

    def close(self) -> None:
        """See Line."""
        self.hang_up()
        self._closed = True
        self._sounding.clear()

    def sounding(self) -> bytes:
        """Tones to play into the headset, each once: int16 little-endian, 8000 Hz, one channel. The sound's own thread asks."""
        try:
            return self._sounding.popleft()
        except IndexError:
            return b""

    def _sound(self, digits: str) -> None:
        keys = "".join(key for key in digits if key not in "+,")
        self._sounding.append(keypad(keys).astype("<i2").tobytes())


def open_line(port: str, options: Mapping[str, str], clock: Clock, log: Log) -> Line:
    """A telephone beside the computer; `port` is not used. options: tones ("yes")."""
    del port
    return Manual(clock, log, tones=options.get("tones") == "yes")
