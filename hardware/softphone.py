"""A SIP line: calls over a PBX or a gateway, so that the survey's own number shows as caller.

The SIP engine is a program of its own (resources/softphone, or another that speaks the same pipe: resources/docs/softphone.md), for
its licence and because a C library that aborts must not take the call's recording with it. This driver starts it, tells it what to
do, judges what it says, and starts it again when it dies.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from hardware.base import (
    Capability,
    Cause,
    Condition,
    DeviceBack,
    DeviceLost,
    Dialing,
    Ended,
    Fault,
    LineEvent,
)
from hardware.exchange import Clock
from hardware.loopback import LoopbackPcm
from hardware.program import Event, Program
from hardware.sip import Account, masked, read_account
from hardware.sip_call import SipCall

VERSION = 1
"""Of the pipe's language."""
ENGINE = Path(__file__).resolve().parent.parent / "resources" / "softphone"
INSTALL = (
    "The softphone needs pjsua2, which is not installed. Install it with: pip install 'fangxin[softphone]' "
    "(it exists for Python 3.10 to 3.12), or name a Python that has it in the line's setting python."
)
START_S = 30.0
"""Seconds in which the program has to be ready; a machine under load takes its time to start a Python."""
RELEASE_MS = 4_500
"""A program that has not told the end of a call so long after our hang-up hangs: 5 s are promised."""
PING_MS = 2_000
DEAF_MS = 10_000
"""A program that says nothing at all for so long, though it is pinged, hangs."""
AGAIN_MS = (1_000, 2_000, 5_000, 10_000, 30_000)
"""Pauses before the program is started again."""

Log = Callable[[str, str], None]
"""(direction, text): "in" from the PBX, "out" to it, "note" the driver's own. Numbers are masked before they come here."""


class SoftphoneError(OSError):
    """The softphone cannot be opened; the text says why and what to do, for the user's eyes."""


def open_line(port: str, options: Mapping[str, str], clock: Clock, log: Log) -> "Softphone":
    """port: the SIP account, "sip:USER@HOST[:PORT][;transport=tcp]". options: resources/docs/softphone.md. Waits until the program is
    ready (about half a second). Raises SoftphoneError when it cannot be started, ValueError on settings that make no sense."""
    line = Softphone(read_account(port, options), _command(options), clock, log)
    line.await_ready()
    return line


def _command(options: Mapping[str, str]) -> list[str]:
    """How the engine is started: setting program (any engine that speaks the pipe), else ours on a Python (setting python)."""
    if program := options.get("program", ""):
        return [program]
    if getattr(sys, "frozen", False) and "python" not in options:
        raise SoftphoneError(INSTALL)  # the packed workstation has no Python of its own that could run it
    # -E: the desk's PYTHONPATH may be meant for another Python than the one that runs the engine. -B: nothing is written into its folder.
    return [options.get("python", sys.executable), "-E", "-B", str(ENGINE)]


class Softphone:
    """A Line. One thread uses it; pcm may be used from another."""

    def __init__(self, account: Account, command: Sequence[str], clock: Clock, log: Log) -> None:
        self.name = "softphone"
        self.rehearsal = False
        self.capabilities = frozenset(Capability)
        self.pcm = LoopbackPcm()
        self._account, self._command, self._clock, self._log = account, command, clock, log
        self._events: list[LineEvent] = []
        self._call: SipCall | None = None
        self._program: Program | None = None
        self._closed = self._ready = self._lost = False
        self._tries = self._again = self._heard = self._pinged = 0
        self._trouble = ""

    # A line's verbs

    def dial(self, number: str, call_id: str) -> None:
        """Begin a call. RuntimeError while another is on, and after close(). When the program is away the call ends at once."""
        if self._closed:
            raise RuntimeError("the line is closed")
        if self._call is not None:
            raise RuntimeError(f"a call is on: {self._call.id}")
        now = self._clock.mono()
        call = self._call = SipCall(call_id, number, now, self._account.ring_limit)
        self._events.append(Dialing(now, call_id))
        try:
            to = self._account.calling(number)
        except ValueError as error:
            self._events.append(call.end(now, Cause.UNKNOWN, str(error)))
            return
        if self._program is None or not self._ready:
            away = "the softphone program is not running"
            self._events += [
                Fault(now, call_id, f"{away}; it is being started again"),
                call.end(now, Cause.DEVICE, away),
            ]
            return
        self.pcm.forget()
        self._program.say("dial", call=call_id, to=to, headers=self._account.headers)

    def hang_up(self) -> None:
        """End the call, in whatever state it is. Without a call: nothing."""
        call = self._call
        if call is None or call.over or call.left is not None:
            return
        call.left = self._clock.mono()
        if self._program is not None:
            self._program.say("hangup", call=call.id)

    def send_dtmf(self, digits: str) -> None:
        """Send 0-9 * # as RFC 4733 events. Fault without a connected call; ValueError on other signs."""
        if not set(digits) <= set("0123456789*#"):
            raise ValueError("keys are 0-9, * and #")
        call = self._call
        if call is None or not call.answered or call.over or self._program is None:
            told = "no connected call to send tones into"
            self._events.append(Fault(self._clock.mono(), call.id if call else "", told))
        elif digits:
            self._program.say("dtmf", call=call.id, digits=digits)

    def sounding(self) -> bytes:
        """Ring-back for the ear while the network sends none (see SipCall.ring_back)."""
        call = self._call
        return call.ring_back(self._clock.mono()) if call is not None else b""

    def mark_answered(self) -> None:
        """Nothing: SIP itself says who answered."""

    def poll(self) -> Sequence[LineEvent]:
        """What happened since the last poll, oldest first."""
        if self._closed:
            return ()
        if self._program is not None:
            for mono, event in self._program.take():
                self._hear(mono, event)
        self._watch(self._clock.mono())
        events, self._events = self._events, []
        if any(isinstance(event, Ended) for event in events):
            self._call = None
        return events

    def close(self) -> None:
        """Hang up, sign off at the PBX and let the program go; it takes its leave in the background, within 6 s."""
        self._closed = True
        self._call, self._events = None, []
        if self._program is not None:
            self._program.close()
        self._program = None
        self.pcm.hang_up()

    # The program: started, heard, watched

    def await_ready(self) -> None:
        """Start the program for the first time, and wait until it is ready. SoftphoneError, in words, when it is not."""
        try:
            self._start()
            assert self._program is not None
            while not self._ready:
                said = self._program.wait(START_S)
                if said is None:
                    raise SoftphoneError(f"The softphone program was not ready within {START_S:.0f} s.")
                if said[1].get("event") == "missing":
                    raise SoftphoneError(f"{INSTALL} ({said[1].get('text')})")
                self._hear(*said)
                if self._lost:
                    raise SoftphoneError(
                        f"The softphone program cannot work: {self._trouble or 'it ended at once'}."
                    )
        except OSError as error:
            self.close()
            if isinstance(error, SoftphoneError):
                raise
            raise SoftphoneError(f"The softphone program cannot be started: {error}.") from error

    def _start(self) -> None:
        """Start the program and tell it who we are. The password goes over the pipe: not into a command line, not into a log."""
        account = self._account
        port, token = self.pcm.offer()
        self._program = Program(self._command, self._clock)
        self._heard = self._pinged = self._clock.mono()
        user, password = account.auth
        self._program.say(
            "open",
            v=VERSION,
            account=account.address,
            transport=account.transport,
            registrar=account.registrar,
            user=user,
            password=password,
            proxy=account.proxy,
            codec=account.codec,
            bind=account.bind,
            local_port=account.local_port,
            rtp_port=account.rtp_port,
            pcm_host="127.0.0.1",
            pcm_port=port,
            pcm_token=token,
        )

    def _hear(self, mono: int, event: Event) -> None:
        self._heard = mono
        call = self._call
        kind = event.get("event")
        if kind == "sip":
            for line in str(event.get("text")).splitlines():
                self._log(str(event.get("way")), self._masked(line))
            return
        if kind not in ("pong", "rtp"):
            self._log("note", self._masked(str(event)))
        if call is not None and event.get("call") == call.id:
            self._events += call.hear(mono, event)
        else:
            self._hear_of_itself(mono, event)

    def _hear_of_itself(self, mono: int, event: Event) -> None:
        """What the program says that is of no call."""
        match event.get("event"):
            case "ready":
                self._ready, self._tries, self._trouble = True, 0, ""
                if self._lost:
                    self._lost = False
                    self._events.append(DeviceBack(mono, ""))
            case "registration":
                value = f"{event.get('code')} {event.get('reason')}"
                self._events.append(Condition(mono, "", "registration", value, good=bool(event.get("good"))))
            case "missing" | "failed":
                self._trouble = str(event.get("text"))
            case "gone":
                self._lose(mono, f"the softphone program has ended ({event.get('code')})")

    def _masked(self, text: str) -> str:
        return masked(text, self._call.number if self._call else "")

    def _watch(self, now: int) -> None:
        """What nobody says: a call that gets nowhere, a program that hangs, one that has to be started again."""
        call = self._call
        if call is not None and call.hopeless(now):
            self.hang_up()
        if self._program is None:
            if self._lost and now >= self._again:
                self._start_again(now)
            return
        if now - self._pinged > PING_MS:
            self._pinged = now
            self._program.say("ping", n=now)
        stuck = call is not None and not call.over and call.left is not None and now - call.left > RELEASE_MS
        patience = DEAF_MS if self._ready else round(START_S * 1000)
        if stuck or now - self._heard > patience:
            self._lose(now, "the softphone program does not answer")

    def _start_again(self, now: int) -> None:
        try:
            self._start()
        except OSError as error:
            self._lose(now, f"the softphone program cannot be started: {error}")

    def _lose(self, now: int, told: str) -> None:
        """The program is gone, or as good as gone: the call ends, and it is started again after a pause."""
        if self._program is not None:
            self._program.kill()
        self._program, self._ready = None, False
        self.pcm.hang_up()
        self._again = now + AGAIN_MS[min(self._tries, len(AGAIN_MS) - 1)]
        self._tries += 1
        call = self._call if self._call is not None and not self._call.over else None
        if not self._lost:
            self._lost = True
            self._events.append(DeviceLost(now, call.id if call else ""))
        if call is not None:
            self._events.append(call.end(now, Cause.DEVICE, told))
        self._log("note", told)
