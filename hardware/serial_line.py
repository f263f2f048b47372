"""What every line behind a serial port does alike: the call's states, the dialogue with the device, the watchdogs, loss and return.

A driver says how its device is prepared, dialled, listened to and hung up (see device.py); it never sees the port. Poll
and sound may come from two threads: whichever comes first takes the bytes in, under one lock.
"""

from collections import deque
from collections.abc import Generator, Sequence
from enum import Enum
from threading import RLock

from hardware.at import Ask, AtEngine, Dialogue, Pause, Reply
from hardware.base import (
    Alerting,
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
)
from hardware.device import Device
from hardware.dialogue import Agenda, continued
from hardware.serial_port import Lost, Opened, Port, Received
from hardware.wire_log import Clock, Log, WireLog

NO_PROGRESS, NO_END, RELEASE = 90_000, 120_000, 4_500
"""Watchdogs in ms: dialling without a sign of the network; ringing without anything; hanging up without the device's word for it."""
_REOPEN_AFTER = 5_000
_SYNC = Ask("AT", timeout=1000)
_TRIES = 3


class Phase(Enum):
    """Where a call is."""

    IDLE = "idle"
    DIALING = "dialing"
    ALERTING = "alerting"
    CONNECTED = "connected"
    RELEASING = "releasing"


class SerialLine(Device):
    """A Line over a Port. One owner of the call's state; every change of it goes through the methods here."""

    def __init__(
        self, name: str, port: Port, clock: Clock, log: Log, unsolicited: tuple[str, ...] = ("RING",)
    ) -> None:
        self.name, self.rehearsal = name, False
        self.capabilities: frozenset[Capability] = frozenset()
        self.pcm: Pcm | None = None
        self.log = WireLog(log)
        self.clock, self.port = clock, port
        self.engine = AtEngine(port.write, clock, self.log, unsolicited)
        self.phase, self.call = Phase.IDLE, ""
        self.lock = RLock()
        self._events: deque[LineEvent] = deque()
        self._busy = self._closed = self._ready = False
        self._lost = False
        self._since = self._release_by = 0
        self._verdict = (Cause.LOCAL_HANGUP, "")
        self._agenda = Agenda(self.engine, clock, self._on_silence)
        self._reopen_at: int | None = None
        self._told: dict[str, str] = {}

    # What the desk does ------------------------------------------------------------------------------------------------------------

    def dial(self, number: str, call_id: str) -> None:
        """See Line. ValueError when the number has other signs than a telephone's keys and + , (our bug)."""
        if not number or set(number) - set("0123456789*#+,"):
            raise ValueError("not a telephone number")
        with self.lock:
            if self._busy or self._closed:
                raise RuntimeError("the line is closed" if self._closed else f"a call is on: {self.call}")
            self._busy, self.call, self.log.number = True, call_id, number
            self.enter(Phase.DIALING)
            self.tell(Dialing(self.clock.mono(), call_id))
            if self._lost:
                self._end(Cause.DEVICE, "no device")
            else:
                self.run(self.dialling(number))

    def hang_up(self) -> None:
        """See Line."""
        self.release(Cause.LOCAL_HANGUP, "")

    def send_dtmf(self, digits: str) -> None:
        """See Line. Without a connected call a Fault; ValueError on other signs."""
        if set(digits) - set("0123456789*#ABCD"):
            raise ValueError("not keys of a telephone")
        with self.lock:
            if self.phase is Phase.CONNECTED:
                self.press(digits)
            elif not self._closed:
                self.tell(Fault(self.clock.mono(), self.call, "no connected call to send tones into"))

    def mark_answered(self) -> None:
        """See Line."""
        with self.lock:
            if self.phase in (Phase.DIALING, Phase.ALERTING):
                self.answered("user")

    def poll(self) -> Sequence[LineEvent]:
        """See Line."""
        with self.lock:
            if self._closed:
                return ()
            self.pump()
            events = tuple(self._events)
            self._events.clear()
            if any(isinstance(event, Ended) for event in events):
                self._busy = False
            return events

    def close(self) -> None:
        """See Line."""
        with self.lock:
            if self._closed:
                return
            self._closed = True
            on = self.phase is not Phase.IDLE
        self.port.close(self.farewell() if on else ())

    # What happens -------------------------------------------------------------------------------------------------------------------

    def pump(self) -> None:
        """Take in what the device sent and what the clock says. Call with the lock held."""
        for arrival in self.port.take():
            match arrival:
                case Received(data):
                    self._received(data)
                case Opened(name):
                    self._opened(name)
                case Lost(reason, taken):
                    self.lose(f"{reason} (another program uses it: close that one)" if taken else reason)
        self.engine.tick()
        self._agenda.advance()
        self._watch()
        if self._ready and self._agenda.empty:
            self.quiet()
            self._agenda.advance()

    def tell(self, event: LineEvent) -> None:
        """An event for the desk."""
        self._events.append(event)

    def condition(self, what: str, value: str, *, good: bool = True) -> None:
        """Tell what the device says of itself, when it changed."""
        if self._told.get(what) != f"{value}{good}":
            self._told[what] = f"{value}{good}"
            self.tell(Condition(self.clock.mono(), self.call, what, value, good))

    def enter(self, phase: Phase) -> None:
        """The call is here now."""
        self.phase, self._since = phase, self.clock.mono()

    def alerting(self, *, early_media: bool) -> None:
        """The far side rings, or the network speaks."""
        if self.phase is Phase.DIALING:
            self.enter(Phase.ALERTING)
            self.tell(Alerting(self.clock.mono(), self.call, early_media))

    def answered(self, source: str) -> None:
        """Somebody took the call."""
        if self.phase in (Phase.DIALING, Phase.ALERTING):
            self.enter(Phase.CONNECTED)
            self.tell(Answered(self.clock.mono(), self.call, source))

    def release(self, cause: Cause, raw: str) -> None:
        """Bring the line to rest, whoever wants it; Ended(cause, raw) follows within 5 s, with or without the device's word for it."""
        with self.lock:
            if self._closed or self.phase in (Phase.IDLE, Phase.RELEASING):
                return
            self._verdict = (cause, raw)
            dialling = self.phase is Phase.DIALING
            self.enter(Phase.RELEASING)
            self._release_by = self.clock.mono() + RELEASE
            self._agenda.drop(waiting_only=not self._ready)
            if self._ready:
                # V.250 5.6.1: any byte makes a dialling modem give up; other commands get a moment to end.
                self.engine.hasten(1000, b"\r" if dialling and not self.engine.in_data else b"")
                self.run(self._hanging_up())
            else:
                self._end(cause, raw)

    def lose(self, reason: str) -> None:
        """The device is gone, or does not react any more. The port looks for it by itself."""
        self._agenda.drop()
        self.engine.forget()
        self._told.clear()
        self._ready, self._reopen_at = False, None
        if not self._lost:
            self._lost = True
            self.log("note", f"lost: {reason}")
            self.tell(DeviceLost(self.clock.mono(), self.call))
            self.tell(Fault(self.clock.mono(), self.call, reason))
        self.gone()
        if self.phase is not Phase.IDLE:
            self._end(Cause.DEVICE, reason)

    def run(self, dialogue: Dialogue) -> None:
        """Have this conversation with the device after the ones before it."""
        self._agenda.add(dialogue)

    def refine(self, cause: Cause, raw: str) -> None:
        """The device knows better why the call ended; call it from hanging_up()."""
        self._verdict = (cause, raw)

    @property
    def ended_by(self) -> Cause:
        """Why the call is being ended."""
        return self._verdict[0]

    def _received(self, data: bytes) -> None:
        if stream := self.engine.feed(data):
            self.stream(stream)
        for line in self.engine.heard():
            self.unsolicited(line)

    def _opened(self, name: str) -> None:
        self.log("note", f"open: {name}")
        self.engine.forget()
        self._agenda.add(self._preparing(), first=True)

    def _preparing(self) -> Dialogue:
        if (yield from self._synchronised()):
            trouble = yield from self.prepare()
        else:
            trouble = "it does not answer to AT: is this the right port, and is the device on?"
        if trouble:
            self.lose(f"{self.name}: {trouble}")
            self._reopen_at = self.clock.mono() + _REOPEN_AFTER
            return
        self._ready = True
        if self._lost:
            self._lost = False
            self.tell(DeviceBack(self.clock.mono(), self.call))

    def _synchronised(self) -> Generator[Ask | Pause, Reply, bool]:
        """AT, up to three times, until it is answered."""
        for _ in range(_TRIES):
            reply = yield _SYNC
            if reply.ok:
                return True
        return False

    def _on_silence(self, interrupted: Dialogue, asked: Ask) -> Dialogue:
        """A command got no answer. While hanging up there is no time to ask why, and preparing asks by itself."""
        if asked is _SYNC or not self._ready or self.phase is Phase.RELEASING or self.engine.in_data:
            return interrupted
        return self._after_silence(interrupted)

    def _after_silence(self, interrupted: Dialogue) -> Dialogue:
        if (yield from self._synchronised()):
            yield from continued(interrupted)
        else:
            self.lose(f"{self.name}: the device does not answer any more; it is being started anew")
            self.port.reopen()

    def _hanging_up(self) -> Dialogue:
        confirmed = yield from self.hanging_up()
        if confirmed:
            self._end(*self._verdict)

    def _end(self, cause: Cause, raw: str) -> None:
        self.gone()
        self.enter(Phase.IDLE)
        self.tell(Ended(self.clock.mono(), self.call, cause, raw))
        self.call = self.log.number = ""

    def _watch(self) -> None:
        now = self.clock.mono()
        waited = now - self._since
        match self.phase:
            case Phase.DIALING if waited >= NO_PROGRESS:
                self.release(Cause.NO_ANSWER, "no progress")
            case Phase.ALERTING if waited >= NO_END:
                self.release(Cause.NO_ANSWER, "rang out")
            case Phase.RELEASING if now >= self._release_by:
                text = f"{self.name}: the device did not confirm the hang-up; it is being started anew"
                self.tell(Fault(now, self.call, text))
                self._end(*self._verdict)
                self._ready = False
                self._agenda.drop()
                self.port.reopen()
            case _:
                pass
        if self._reopen_at is not None and now >= self._reopen_at:
            self._reopen_at = None
            self.port.reopen()
