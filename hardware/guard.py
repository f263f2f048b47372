"""The call's state, kept by one owner whatever a driver does: IDLE → DIALING → ALERTING → CONNECTED → RELEASING → IDLE, and FAULT.

A driver may be late, say things twice, in the wrong order or for a call that is over, forget the end, raise, or go silent: what is
heard through a GuardedLine is a legal call that ends in time. What is dropped stands in the transcript.
"""

from collections.abc import Callable, Sequence
from dataclasses import fields, replace

from hardware.base import (
    Capability,
    Cause,
    DeviceBack,
    DeviceLost,
    Dialing,
    Ended,
    Fault,
    Line,
    LineEvent,
    Pcm,
)
from hardware.call_state import (
    DIAL_LIMIT,
    FIRST_RETRY,
    IN_CALL,
    LAST_RETRY,
    MAY_HEAR,
    NEXT,
    OF_A_CALL,
    RELEASE_LIMIT,
    RING_LIMIT,
    Call,
    Clock,
    State,
)


def told(event: LineEvent) -> str:
    """An event for the transcript: its name, and what it says beyond time and call."""
    said = {field.name: getattr(event, field.name) for field in fields(event)[2:]}
    return " ".join(
        (type(event).__name__, *(f"{name}={getattr(it, 'value', it)}" for name, it in said.items()))
    )


class _GuardedPcm:
    """The sound of whatever device there is now; silence while there is none."""

    def __init__(self, guard: "GuardedLine") -> None:
        self._guard = guard

    def read(self) -> bytes:
        """What the far side sent since the last read."""
        pcm = self._guard.device_pcm
        return pcm.read() if pcm is not None else b""

    def write(self, samples: bytes) -> None:
        """The near side's samples."""
        pcm = self._guard.device_pcm
        if pcm is not None:
            pcm.write(samples)


class GuardedLine:
    """A Line around a driver's Line. open_line: opens the device, and opens it again after a fault; what it raises the first time is
    raised here. log: (direction, text), the transcript."""

    def __init__(self, open_line: Callable[[], Line], clock: Clock, log: Callable[[str, str], None]) -> None:
        self._open_line, self._clock, self._log = open_line, clock, log
        device = open_line()
        self._device: Line | None = device
        self.name, self.rehearsal = device.name, device.rehearsal
        self.capabilities: frozenset[Capability] = device.capabilities
        self.pcm: Pcm | None = _GuardedPcm(self) if device.pcm is not None else None
        self.state = State.IDLE
        self._call: Call | None = None
        self._ready: list[LineEvent] = []
        self._last = 0
        self._retry_at, self._retry = 0, FIRST_RETRY
        self._closed = False

    @property
    def device_pcm(self) -> Pcm | None:
        """The present device's own sound."""
        return self._device.pcm if self._device is not None else None

    def sounding(self) -> bytes:
        """Tones for the interviewer's ear alone that a line makes itself: a keypad's, a ring-back. b"" of most lines."""
        ask = getattr(self._device, "sounding", None)
        return ask() if ask is not None else b""

    def dial(self, number: str, call_id: str) -> None:
        """Begin a call. RuntimeError while one is on, until its Ended was handed over, and after close()."""
        if self._closed or self._call is not None:
            raise RuntimeError("the line is closed" if self._closed else f"a call is on: {self._call}")
        now = self._clock.mono()
        self._log("note", f"dial {number} for call {call_id}")
        self._call = Call(call_id, now, now)
        if self._device is None:
            self._retry_at = now
            self._try_again(now)
        device = self._device
        if device is None:
            self._finish(now, Cause.DEVICE, "the device is not there")
            return
        self.state = State.DIALING
        if not self._ask(device, "dial", lambda: device.dial(number, call_id)):
            self._reset(now, "the device would not dial")

    def hang_up(self) -> None:
        """End the call, in whatever state it is: Ended is heard within 5 s, with the driver's help or without."""
        if self.state in (State.DIALING, State.ALERTING, State.CONNECTED):
            self._log("note", f"hang up while {self.state.value}")
            self._release(self._clock.mono(), None)
        elif self.state is State.RELEASING and self._device is not None:
            self._ask(self._device, "hang_up", self._device.hang_up)

    def send_dtmf(self, digits: str) -> None:
        """Send 0-9 * # into a connected call; a Fault when that does not work."""
        device = self._device
        if device is not None and not self._ask(device, "send_dtmf", lambda: device.send_dtmf(digits)):
            self._say(Fault(self._clock.mono(), self._id, "the keys could not be sent"))

    def mark_answered(self) -> None:
        """The interviewer says that somebody took the call."""
        if self._device is not None and self.state in (State.DIALING, State.ALERTING):
            self._ask(self._device, "mark_answered", self._device.mark_answered)

    def poll(self) -> Sequence[LineEvent]:
        """What happened since the last poll, oldest first: a legal call, whatever the driver says."""
        if self._closed:
            return ()
        now = self._clock.mono()
        device = self._device
        if device is None:
            self._try_again(now)
        else:
            heard: list[LineEvent] = []
            if not self._ask(device, "poll", lambda: heard.extend(device.poll())):
                self._reset(now, "the driver failed")
            for event in heard:
                self._take(event)
            self._watch(now)
        ready, self._ready = self._ready, []
        if any(isinstance(event, Ended) for event in ready):
            self._call = None
        return ready

    def close(self) -> None:
        """Hang up and let go of the device; nothing is heard any more."""
        self._closed = True
        self._let_go()

    # What the driver says

    def _take(self, event: LineEvent) -> None:
        if isinstance(event, OF_A_CALL):
            call = self._call
            if call is None or event.call_id != call.id or type(event) not in MAY_HEAR.get(self.state, ()):
                self._log("note", f"dropped in {self.state.value}: {type(event).__name__}")
                return
            if isinstance(event, Dialing) and call.told:
                return
            self._took(call, event)
            return
        if self._call is None or self.state not in IN_CALL:
            self._say(event)
            return
        self._begin(self._call, event.mono)
        self._say(replace(event, call_id=self._call.id))
        if isinstance(event, DeviceLost) and self.state is not State.RELEASING:
            self._release(self._clock.mono(), Ended(0, self._call.id, Cause.DEVICE, "the device is gone"))

    def _took(self, call: Call, event: LineEvent) -> None:
        now = self._clock.mono()
        call.heard = now
        if isinstance(event, Ended):
            if call.reason is not None:
                event = replace(
                    event, cause=call.reason.cause, raw=f"{call.reason.raw}; {event.raw}".rstrip("; ")
                )
            self._finish(event.mono, event.cause, event.raw)
            return
        if not isinstance(event, Dialing):
            self._begin(call, event.mono)
            state = NEXT[type(event)]
            if state is not self.state:
                self.state, call.since = state, now
        call.told = True
        self._say(event)

    def _begin(self, call: Call, mono: int) -> None:
        """Every call is told from Dialing on, also by a driver that does not say so."""
        if not call.told:
            call.told = True
            self._say(Dialing(mono, call.id))

    def _finish(self, mono: int, cause: Cause, raw: str) -> None:
        if self._call is not None:
            self._begin(self._call, mono)
            self._say(Ended(mono, self._call.id, cause, raw))
        self.state = State.FAULT if self._device is None else State.IDLE

    def _say(self, event: LineEvent) -> None:
        """Time runs forward, whatever the driver's clock did."""
        self._log("note", told(event))
        self._last = max(self._last, event.mono)
        self._ready.append(event if event.mono == self._last else replace(event, mono=self._last))

    @property
    def _id(self) -> str:
        return self._call.id if self._call is not None and self.state in IN_CALL else ""

    # Watchdogs

    def _watch(self, now: int) -> None:
        call = self._call
        if call is None:
            return
        if self.state is State.DIALING and now - call.since > DIAL_LIMIT:
            self._release(now, Ended(0, call.id, Cause.UNKNOWN, "nothing within 90 s of dialling"))
        elif self.state is State.ALERTING and now - call.heard > RING_LIMIT:
            self._release(now, Ended(0, call.id, Cause.NO_ANSWER, "nothing for 120 s while ringing"))
        elif self.state is State.RELEASING and now - call.since > RELEASE_LIMIT:
            self._reset(now, "no release within 5 s")

    def _release(self, now: int, reason: Ended | None) -> None:
        call, device = self._call, self._device
        if call is None or device is None:
            return
        self.state, call.since, call.reason = State.RELEASING, now, reason
        if reason is not None:
            self._log("note", f"watchdog: {reason.raw}")
        if not self._ask(device, "hang_up", device.hang_up):
            self._reset(now, "the device would not hang up")

    def _reset(self, now: int, why: str) -> None:
        """The device is closed and opened again; a call that was on ends now."""
        self._log("note", f"reset: {why}")
        if self._call is not None and self.state in IN_CALL:
            self._begin(self._call, now)
        self._say(Fault(now, self._id, why))
        reason = self._call.reason if self._call is not None else None
        self._let_go()
        ended, self.state = self.state in IN_CALL, State.FAULT
        if ended:
            self._finish(
                now, reason.cause if reason else Cause.DEVICE, f"{reason.raw}; {why}" if reason else why
            )
        self._retry_at, self._retry = now, FIRST_RETRY

    def _try_again(self, now: int) -> None:
        if now < self._retry_at:
            return
        try:
            self._device = self._open_line()
        except Exception as error:  # noqa: BLE001 — whatever a driver raises: it is tried again, and the transcript says why
            self._log("note", f"cannot be opened: {type(error).__name__}: {error}")
            self._retry_at, self._retry = now + self._retry, min(2 * self._retry, LAST_RETRY)
            return
        self._retry = FIRST_RETRY
        self.capabilities = self._device.capabilities
        self.state = State.IDLE
        self._say(DeviceBack(now, self._id))

    def _let_go(self) -> None:
        device, self._device = self._device, None
        if device is not None:
            self._ask(device, "close", device.close)

    def _ask(self, device: Line, what: str, act: Callable[[], None]) -> bool:
        """Ask the driver; False when it failed. A driver's bug must not take the recording down with it."""
        try:
            act()
        except Exception as error:  # noqa: BLE001 — the driver is foreign ground
            self._log("note", f"{device.name}.{what}: {type(error).__name__}: {error}")
            return False
        return True
