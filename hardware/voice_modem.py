"""A voice modem on an analogue line: ITU-T V.250 to dial, V.253 (+FCLASS=8) for the sound.

Such a modem cannot tell when somebody answers: its VCON is a guess from ringing that stopped, and where callers hear music instead of
ringing it guesses wrong. So it is told not to wait (+VRN=0), the line is heard from the end of dialling on, and the interviewer
says who answered. Only an exchange that reverses the line's polarity at the answer gives a real signal (option answer=reversal).
"""

from collections.abc import Generator, Mapping, Sequence

from hardware import models
from hardware.at import PLAIN, PROGRESS, STREAM, Ask, Dialogue, Pause, Reply
from hardware.base import Capability, Cause, Fault, Line, ToneHeard
from hardware.dle import DleReader, End, Samples, Sign, shielded, sign
from hardware.serial_line import NO_PROGRESS, Phase, SerialLine
from hardware.serial_port import Port, SerialPort
from hardware.stream_pcm import StreamPcm
from hardware.tones import keypad
from hardware.voice_signs import ENDS, TONES, BusySigns
from hardware.wire_log import Clock, Log

_DIAL = (*PLAIN, *PROGRESS)
_VOICE = (*PLAIN, *PROGRESS, STREAM)
_STREAM_DEAD = 3_000
_RINGING = 6_000


class VoiceModem(SerialLine):
    """A Line over a voice modem. options: model, duplex ("full", "half"), answer ("reversal"), prefix (dialled before every number, a
    comma is a pause of two seconds), dial_tone ("wait": only dial when the modem hears one)."""

    def __init__(self, port: Port, options: Mapping[str, str], clock: Clock, log: Log) -> None:
        super().__init__(
            "voice modem", port, clock, log, ("RING", "DATE", "TIME", "NMBR", "NAME", "MESG", "+CRING")
        )
        self._options = options
        self._model = models.modem("", options.get("model", ""))
        self._codec = models.Codec(f"{self._model.codec[0]},8000{self._model.codec[2]}", self._model.codec[1])
        self._full = options.get("duplex", self._model.duplex) == "full"
        self._reversal = options.get("answer") == "reversal"
        self._reader = DleReader()
        self.sound = StreamPcm(self._pump_safely)
        self.pcm = self.sound
        self._busy_tone = BusySigns()
        self._rang: int | None = None
        self._restarts = self._reversals = 0
        self._tail = b""
        self._say_what_it_can()

    def _say_what_it_can(self) -> None:
        can = {Capability.EARLY_MEDIA, Capability.FAR_AUDIO, Capability.DTMF}
        if self._full:
            can.add(Capability.NEAR_AUDIO)
        if self._reversal:
            can.add(Capability.ANSWER_SUPERVISION)
        self.capabilities = frozenset(can)

    def _pump_safely(self) -> None:
        with self.lock:
            if not self._closed:
                self.pump()

    # The conversation with the modem ------------------------------------------------------------------------------------------------

    def prepare(self) -> Generator[Ask | Pause, Reply, str]:
        """See SerialLine: a known state, who it is, voice mode, coding."""
        yield Ask("ATZ")
        yield Ask("ATE0V1Q0")
        answers: list[str] = []
        for question in ("ATI0", "ATI3", "AT+FMI", "AT+FMM"):
            reply = yield Ask(question)
            answers += reply.lines
        self._recognise(" ".join(answers))
        reply = yield Ask("AT+FCLASS=8")
        if not reply.ok:
            return "this modem has no voice mode (AT+FCLASS=8 is refused); it cannot carry an interview"
        reply = yield Ask("AT+VSM=?")
        if found := models.codecs(reply.lines):
            self._codec = found[0]
        self.log("note", f"{self._model.name}; AT+VSM={self._codec.vsm} ({self._codec.coding})")
        yield Ask("ATX4" if self._options.get("dial_tone") == "wait" else "ATX3")
        return ""

    def _recognise(self, answers: str) -> None:
        self._model = models.modem(answers, self._options.get("model", ""))
        number, coding, rest = self._model.codec
        self._codec = models.Codec(f"{number},8000{rest}", coding)
        self._full = self._options.get("duplex", self._model.duplex) == "full"
        self._say_what_it_can()

    def dialling(self, number: str) -> Dialogue:
        """See SerialLine. A line that rings is not dialled on: going off hook would answer the stranger."""
        self._busy_tone.clear()
        self._restarts = self._reversals = 0
        if self._rang is not None and self.clock.mono() - self._rang < _RINGING:
            self._somebody_calls()
            return
        for command in ("AT+FCLASS=8", *self._model.setup, f"AT+VSM={self._codec.vsm}"):
            yield Ask(command)
        reply = yield Ask("AT+VRN=0")
        guesses = not reply.ok
        yield Ask(f"AT+VLS={self._model.line}")
        prefix = self._options.get("prefix", "")
        reply = yield Ask(f"ATDT{prefix}{number}", timeout=NO_PROGRESS, finals=_DIAL)
        if not reply.ok:
            final = reply.final or "no answer to ATD"
            if ENDS.get(final) is Cause.DEVICE:
                self.condition("line", final, good=False)
            self.release(ENDS.get(final, Cause.DEVICE), final)
            return
        self.alerting(early_media=True)
        if guesses:
            self.answered("modem-guess")
        yield from self._start_stream()

    def _start_stream(self) -> Dialogue:
        for command in ("AT+VTR", "AT+VRX") if self._full else ("AT+VRX",):
            reply = yield Ask(command, finals=_VOICE, timeout=5000)
            if reply.final.startswith(STREAM):
                both = command == "AT+VTR"
                if self._full and not both:
                    self._full = False  # the chip has no duplex after all: say so from now on
                    self._say_what_it_can()
                self.sound.begin(self.clock.mono())
                self.sound.send = self._send if both else None
                self._reader = DleReader()
                self.condition(
                    "line-audio", "both directions" if both else "from the line only; speak by the handset"
                )
                return
            if cause := ENDS.get(reply.final):
                self.unsolicited(reply.final)
                self.log("note", f"no stream: {cause}")
                return
        self.condition("line-audio", "the modem gives no sound", good=False)

    def hanging_up(self) -> Generator[Ask | Pause, Reply, bool]:
        """See SerialLine: leave the stream, ATH, back to the on-hook setting."""
        self._count_losses()
        if self.engine.in_data:
            yield from self._leave_stream(700)
        reply = yield Ask("ATH", timeout=1200)
        if reply.silent:
            reply = yield Ask("ATH", timeout=800)
        other = yield Ask("AT+VLS=0", timeout=800)
        return reply.ok or other.ok

    def _leave_stream(self, timeout: int) -> Dialogue:
        signs = [self._model.stop, *("!^".replace(self._model.stop, ""))] if self._full else ["!", "^"]
        for code in signs:
            finals = (*PLAIN, *PROGRESS)
            yield Ask(f"<DLE>{code}", timeout, finals, raw=sign(code, self._model.dles))
            if not self.engine.in_data:
                return
        self.engine.leave_data()

    def press(self, digits: str) -> None:
        """See SerialLine. Full duplex: as sound, so that nothing of the recording is lost; else by +VTS, out of the stream and back."""
        if self._full and self.engine.in_data:
            self.sound.press(keypad(digits).astype("<i2").tobytes())
        else:
            self.run(self._press_by_command(digits))

    def _press_by_command(self, digits: str) -> Dialogue:
        streaming = self.engine.in_data
        if streaming:
            self._count_losses()
            yield from self._leave_stream(1500)
        yield Ask(f"AT+VTS={','.join(digits)}", timeout=3000 + 300 * len(digits))
        if streaming:
            yield from self._start_stream()

    # What the modem says ------------------------------------------------------------------------------------------------------------

    def stream(self, data: bytes) -> None:
        """See SerialLine."""
        now = self.clock.mono()
        self._tail = (self._tail + data)[-48:]
        for part in self._reader.feed(data):
            match part:
                case Samples(samples):
                    self.sound.came(self._codec.decode(samples), now)
                case Sign(code):
                    self._sign(code, now)
                case End(rest):
                    self._reader = DleReader()
                    asked = self.engine.asking is not None
                    self.engine.leave_data(rest)
                    if not asked and self.phase in (Phase.ALERTING, Phase.CONNECTED):
                        self.run(self._stream_broke())
                    return

    def _sign(self, code: str, now: int) -> None:
        if code in "uo":
            return  # under- and overruns are counted by the clock
        self.log("in", f"<DLE>{code}")
        if code == "R":
            self._rang = now
        if code == "L" and self._reversal:
            self._reversed()
        elif tone := TONES.get(code):
            if tone != "silence":
                self.tell(ToneHeard(now, self.call, tone, confidence=50))
            if code == "b":
                self._busy_tone.heard(now)
                connected = self.phase is Phase.CONNECTED
                if self._busy_tone.sure(now, connected=connected):
                    self.release(Cause.REMOTE_HANGUP if connected else Cause.BUSY, "<DLE>b")
        elif code in "hHpP":
            self.condition("handset", "off the hook" if code in "HP" else "on the hook")

    def _reversed(self) -> None:
        """The first reversal is the answer, also when the interviewer was quicker with his key; the second is the far side's hanging up."""
        self._reversals += 1
        if self._reversals > 1:
            self.release(Cause.REMOTE_HANGUP, "<DLE>L")
        else:
            self.answered("signal")

    def _stream_broke(self) -> Dialogue:
        """The modem ended the stream by itself. If it says nothing of an end of the call, the stream is started again."""
        yield Pause(300)
        if self.phase in (Phase.ALERTING, Phase.CONNECTED):
            self._restarts += 1
            self.log("note", f"the voice stream ended by itself, restart {self._restarts}")
            if self._restarts > 3:
                self.release(Cause.DEVICE, "the voice stream ends again and again")
            else:
                yield from self._start_stream()

    def unsolicited(self, line: str) -> None:
        """See SerialLine."""
        now = self.clock.mono()
        if line.startswith(("RING", "+CRING")):
            self._rang = now
            if self.phase is Phase.DIALING and self.engine.asking is not None:
                self._somebody_calls()
            elif self.phase is Phase.IDLE:
                self.condition("incoming", f"ringing at {now // 10_000}")
        elif (cause := ENDS.get(line)) is not None:
            if self.phase is Phase.CONNECTED:
                self.release(Cause.REMOTE_HANGUP, line)
            elif self.phase is Phase.ALERTING:
                self.release(cause, line)

    def _somebody_calls(self) -> None:
        self.tell(
            Fault(self.clock.mono(), self.call, "somebody is calling this line: try again when it is quiet")
        )
        self.release(Cause.CONGESTION, "RING")

    def quiet(self) -> None:
        """See SerialLine: is the stream still alive?"""
        now = self.clock.mono()
        if self.engine.in_data:
            self.sound.fill(now)
            if now - max(self.sound.last_at, self.sound.since) > _STREAM_DEAD:
                self.log("note", "no samples for three seconds")
                self.condition("line-audio", "no sound from the modem", good=False)
                self.engine.leave_data()
                # Some modems drop out of the stream with a bare NO CARRIER, which looks like sound at first.
                self.unsolicited(next((word for word in ENDS if word.encode() in self._tail), ""))
                if self.phase is not Phase.RELEASING:
                    self.run(self._still_there())

    def _still_there(self) -> Dialogue:
        reply = yield Ask("AT", timeout=1000)
        if reply.silent:
            yield from self._leave_stream(700)
        yield from self._stream_broke()

    def gone(self) -> None:
        """See SerialLine."""
        self.sound.send = None

    def farewell(self) -> Sequence[bytes]:
        """See SerialLine."""
        return (sign("!", self._model.dles) + sign("^", self._model.dles) + b"\r", b"ATH\r", b"AT+VLS=0\r")

    def _count_losses(self) -> None:
        sound = self.sound
        if self.engine.in_data:
            missing = sound.missing(self.clock.mono())
            self.log(
                "note",
                f"{sound.received} samples came, {missing} are missing by the clock, {sound.overrun} were not fetched; "
                f"{sound.dropped} of ours were dropped as late",
            )

    def _send(self, samples: bytes) -> None:
        self.port.write(shielded(self._codec.encode(samples)))


def open_line(port: str, options: Mapping[str, str], clock: Clock, log: Log) -> Line:
    """A voice modem at `port` ("COM5", "/dev/ttyACM0"). Never fails: a port that cannot be opened is a lost device that is looked for.

    options: see VoiceModem, and baud. ValueError for an unknown model.
    """
    model = models.modem("", options.get("model", ""))
    return VoiceModem(SerialPort(port, int(options.get("baud", model.baud))), options, clock, log)
