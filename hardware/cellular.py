"""A cellular module: 3GPP TS 27.007. It knows when somebody answers (+CLCC) and mostly why a call ended (+CEER).

ATD…; says OK when the call is accepted, not when it is answered. The list of calls is asked every half second; unsolicited lines only
make it look sooner, because a NO CARRIER may belong to somebody who was calling us. Only where +CLCC is unknown do they count.
"""

from collections.abc import Generator, Mapping, Sequence

from hardware import models
from hardware import module_states as states
from hardware.at import PLAIN, PROGRESS, Ask, Dialogue, Pause, Reply
from hardware.base import Capability, Cause, Line
from hardware.causes import cause_of
from hardware.module_sound import PcmPort
from hardware.serial_line import NO_PROGRESS, Phase, SerialLine
from hardware.serial_port import Port, SerialPort
from hardware.wire_log import Clock, Log

LOOK_EVERY, ASK_EVERY = 500, 10_000
"""Milliseconds between two looks at the list of calls, and at SIM, registration and signal when no call is on."""
_UNSOLICITED = (
    "RING",
    "+CRING",
    "+CLIP",
    "+CREG",
    "+CEREG",
    "+CSQ",
    "VOICE CALL",
    "^",
    "+QIND",
    "+CUSD",
    "+CMTI",
    "MISSED_CALL",
    "+CPIN",
)
_OUR_END = ("NO CARRIER", "BUSY", "NO ANSWER", "NO DIALTONE", "NO DIAL TONE", "VOICE CALL: END", "^CEND")
_BEGUN = ("VOICE CALL: BEGIN", "^CONN")
_ACTIVE, _ALERTING = 0, 3
_SOUND_TRIES_FOR = 12_000
_UNSEEN = 3_000


class Cellular(SerialLine):
    """A Line over a cellular module. options: model, pcm_port (used by open_line). sound_card: how its USB sound card is called, ""."""

    def __init__(
        self, port: Port, options: Mapping[str, str], clock: Clock, log: Log, sound_port: Port | None = None
    ) -> None:
        super().__init__("cellular module", port, clock, log, _UNSOLICITED)
        self._wanted = options.get("model", "")
        self._model = models.module("", self._wanted)
        self.sound = PcmPort(sound_port, clock, self.log) if sound_port else None
        self.pcm = self.sound.pcm if self.sound else None
        self._has_list = True
        self._seen = self._accepted = self._was_answered = False
        self._look_at = self._ask_at = self._sound_until = self._sound_at = 0
        self._sound_on = False
        self._hint = ""
        self._say_what_it_can()

    @property
    def sound_card(self) -> str:
        """A regular expression for the name of the module's USB sound card; empty when its sound comes another way."""
        return self._model.sound_card if self.sound is None else ""

    def _say_what_it_can(self) -> None:
        can = {Capability.ANSWER_SUPERVISION, Capability.DTMF, Capability.CAUSE}
        if self._model.early:
            can.add(Capability.EARLY_MEDIA)
        if self.sound:
            can |= {Capability.FAR_AUDIO, Capability.NEAR_AUDIO}
        self.capabilities = frozenset(can)

    # The conversation with the module -----------------------------------------------------------------------------------------------

    def prepare(self) -> Generator[Ask | Pause, Reply, str]:
        """See SerialLine: a known state, who it is, what it reports by itself."""
        yield Ask("ATE0V1Q0")
        answers: list[str] = []
        for question in ("ATI", "AT+CGMI", "AT+CGMM"):
            answers += (yield Ask(question)).lines
        self._model = models.module(" ".join(answers), self._wanted)
        self._say_what_it_can()
        self.log("note", self._model.name)
        for command in ("AT+CMEE=2", "AT+CREG=1", "AT+CLIP=1", *self._model.setup):
            yield Ask(command)
        yield from self._ask_how_it_is()
        return ""

    def dialling(self, number: str) -> Dialogue:
        """See SerialLine."""
        self._seen = self._accepted = self._was_answered = False
        self._hint = ""
        if self._told.get("incoming"):
            yield Ask(
                "AT+CHUP", timeout=2000
            )  # somebody is calling: turn him away, or our call would be a second one
            self._told.pop("incoming", None)
        reply = yield Ask(f"ATD{number};", timeout=NO_PROGRESS, finals=(*PLAIN, *PROGRESS))
        if not reply.ok:
            self._end_of_call(reply.final or "no answer to ATD")
            return
        self._accepted = True
        self._since = self._look_at = self.clock.mono()
        if not self._has_list:
            self.alerting(early_media=Capability.EARLY_MEDIA in self.capabilities)
        self._sound_until = 0

    def hanging_up(self) -> Generator[Ask | Pause, Reply, bool]:
        """See SerialLine: why it ended, +CHUP, then ATH for those that do not know it, sound off."""
        if self.ended_by is not Cause.LOCAL_HANGUP:
            yield from self._ask_why()
        reply = yield Ask("AT+CHUP", timeout=1500)
        if not reply.ok:
            reply = yield Ask("ATH", timeout=1200)
        if self._sound_on:
            for command in self._model.sound_off:
                yield Ask(command, timeout=500)
        return reply.ok

    def _ask_why(self) -> Dialogue:
        reply = yield Ask("AT+CEER", timeout=800)
        text = next(iter(reply.lines), "")
        known = cause_of(text, answered=self._was_answered)
        if text and reply.ok and (known is not Cause.UNKNOWN or not self._hint):
            self.refine(known if known is not Cause.UNKNOWN else self.ended_by, text)

    def press(self, digits: str) -> None:
        """See SerialLine. One key a command: not every module takes a list."""
        self.run(self._pressing(digits))

    def _pressing(self, digits: str) -> Dialogue:
        for digit in digits:
            yield Ask(f"AT+VTS={digit}")

    # How the call stands ------------------------------------------------------------------------------------------------------------

    def quiet(self) -> None:
        """See SerialLine: look at the list of calls, at the sound, or at the module itself."""
        now = self.clock.mono()
        on = self._accepted and self.phase in (Phase.DIALING, Phase.ALERTING, Phase.CONNECTED)
        if on and self._sound_wanted(now):
            self.run(self._open_sound())
        elif on and self._has_list and now >= self._look_at:
            self._look_at = now + LOOK_EVERY
            self.run(self._look())
        elif self.phase is Phase.IDLE and now >= self._ask_at:
            self.run(self._ask_how_it_is())

    def _look(self) -> Dialogue:
        reply = yield Ask("AT+CLCC", timeout=2000)
        if reply.silent:
            return
        if not reply.ok:
            self._has_list = False
            self.log("note", "no list of calls: the unsolicited lines must do")
            self.alerting(early_media=Capability.EARLY_MEDIA in self.capabilities)
            return
        stats = [states.our_call(line) for line in reply.lines]
        ours = [stat for stat in stats if stat is not None]
        if ours:
            self._seen = True
            self._stands(ours[0])
        elif self._seen or self._hint or self.clock.mono() - self._since > _UNSEEN:
            self._end_of_call(self._hint or "gone from +CLCC")

    def _stands(self, stat: int) -> None:
        if stat == _ALERTING:
            self.alerting(early_media=Capability.EARLY_MEDIA in self.capabilities)
        elif stat == _ACTIVE and self.phase is not Phase.CONNECTED:
            self._was_answered = True
            self.answered("signal")

    def mark_answered(self) -> None:
        """See Line: the network says so by itself, so this counts only where it does not (no list of calls)."""
        if not self._has_list:
            super().mark_answered()

    def _end_of_call(self, raw: str) -> None:
        self._was_answered = self._was_answered or self.phase is Phase.CONNECTED
        self._hint = raw
        self.release(cause_of(raw, answered=self._was_answered), raw)

    def unsolicited(self, line: str) -> None:
        """See SerialLine."""
        on = self._accepted and self.phase in (Phase.DIALING, Phase.ALERTING, Phase.CONNECTED)
        if line.startswith(("RING", "+CRING")):
            self.condition("incoming", "somebody is calling")
        elif line.startswith("+CPIN") or "SIM" in line.partition(":")[0]:
            self._sim(line)
        elif line.startswith(("+CREG", "+CEREG")):
            self._registration([line])
        elif line.startswith(("MISSED_CALL", "NO CARRIER")) and not on:
            self._told.pop("incoming", None)
        elif on and line.startswith(_OUR_END):
            self._hint = line
            self._look_at = 0
            if not self._has_list:
                self._end_of_call(line)
        elif on and line.startswith(_BEGUN):
            self._look_at = 0
            if not self._has_list:
                self._stands(_ACTIVE)
        elif on and line.startswith("^CONF") and not self._has_list:
            self._stands(_ALERTING)

    # Its sound ------------------------------------------------------------------------------------------------------------------------

    def _sound_wanted(self, now: int) -> bool:
        """Switching on is tried again for twelve seconds; once on, both directions are looked at."""
        ready = self.phase is Phase.CONNECTED or (self._model.early and self.phase is Phase.ALERTING)
        if not ready or now < self._sound_at or (not self._model.sound_on and self.sound is None):
            return False
        if not self._sound_on:
            self._sound_until = self._sound_until or now + _SOUND_TRIES_FOR
            return now <= self._sound_until
        if self.sound and self.phase is Phase.CONNECTED and (trouble := self.sound.trouble()):
            self.condition("line-audio", trouble, good=False)
            self._sound_on = (
                now - self.sound.pcm.since > _SOUND_TRIES_FOR
            )  # switched on anew, but not for ever
            return not self._sound_on
        return False

    def _open_sound(self) -> Dialogue:
        self._sound_at = self.clock.mono() + 1000
        for command in self._model.sound_on:
            reply = yield Ask(command)
            if not reply.ok:
                if self.clock.mono() + 1000 > self._sound_until:
                    self.condition(
                        "line-audio", f"the module refuses {command}: firmware without voice?", good=False
                    )
                return
        self._sound_on = True
        if self.sound:
            self.sound.start()
        self.condition("line-audio", "on")

    def gone(self) -> None:
        """See SerialLine."""
        self._accepted = self._sound_on = False
        self._sound_until = 0
        if self.sound:
            self.sound.stop()

    def close(self) -> None:
        """See Line."""
        super().close()
        if self.sound:
            self.sound.close()

    def farewell(self) -> Sequence[bytes]:
        """See SerialLine."""
        return (b"\r", b"AT+CHUP\r", b"ATH\r")

    # Its condition --------------------------------------------------------------------------------------------------------------------

    def _ask_how_it_is(self) -> Dialogue:
        self._ask_at = self.clock.mono() + ASK_EVERY
        reply = yield Ask("AT+CPIN?")
        self._sim(next(iter(reply.lines), reply.final))
        circuit = yield Ask("AT+CREG?", wants="+CREG")
        packet = yield Ask("AT+CEREG?")
        self._registration([*circuit.lines, *packet.lines])
        reply = yield Ask("AT+CSQ", wants="+CSQ")
        self._tell_state(states.signal(reply.lines))

    def _sim(self, line: str) -> None:
        self._tell_state(states.sim(line))

    def _registration(self, lines: Sequence[str]) -> None:
        self._tell_state(states.registration(lines))

    def _tell_state(self, state: states.State | None) -> None:
        if state is not None:
            self.condition(state.what, state.value, good=state.good)


def open_line(port: str, options: Mapping[str, str], clock: Clock, log: Log) -> Line:
    """A cellular module at `port`. Never fails: a port that cannot be opened is a lost device that is looked for.

    options: see Cellular; pcm_port names a second port that carries the sound; baud. ValueError for an unknown model.
    """
    model = models.module("", options.get("model", ""))
    baud = int(options.get("baud", model.baud))
    sound = SerialPort(options["pcm_port"], 115_200) if options.get("pcm_port") else None
    return Cellular(SerialPort(port, baud), options, clock, log, sound)
