"""One call over SIP: what its engine says of it, turned into line events, and when we have to give it up ourselves."""

from collections.abc import Sequence

from hardware.base import RATE, Alerting, Answered, Cause, Condition, Ended, Fault, LineEvent
from hardware.program import Event
from hardware.sip import cause, raw
from hardware.tones import Tone

SILENT_MS = 10_000
"""The PBX has not even said "100 Trying": it is not there. (SIP itself would go on asking for 32 s.)"""
NO_RTP = 3
"""Reports (one a second) without a new packet until the far side counts as mute."""


_AHEAD, _LATE = 480, 1600
"""Samples of ring-back that are given before their time, so that a late asker leaves no hole; and after which missed ones are left out."""


class SipCall:
    """The call that is on. number: as dialled. answered, over: has been told so. left: when we hung up (ms), None before."""

    def __init__(self, call_id: str, number: str, dialled: int, ring_limit: int) -> None:
        self.id, self.number = call_id, number
        self.answered = self.over = False
        self.left: int | None = None
        self._dialled, self._ring_limit = dialled, ring_limit * 1000
        self._replied = self._rang = self._early = False
        self._verdict: tuple[Cause, str] | None = None
        self._packets, self._quiet = -1, 0
        self._began, self._rung = 0, -1

    def hear(self, mono: int, event: Event) -> Sequence[LineEvent]:
        """What one event of the engine means (resources/docs/softphone.md, "The pipe"); often nothing."""
        if self.over:
            return ()
        match event.get("event"):
            case "progress":
                self._replied = True
                return self._alert(mono, early=False) if event.get("code") == 180 else ()
            case "media" if event.get("active") and event.get("early"):
                return self._alert(mono, early=True)
            case "answered" if not self.answered:
                self._replied = self.answered = True
                return (Answered(mono, self.id, "signal"),)
            case "rtp" if self.answered:
                return self._count(mono, int(event.get("packets", 0)))
            case "fault":
                return (Fault(mono, self.id, str(event.get("text"))),)
            case "ended":
                return (self.end(mono, *self._judge(event)),)
        return ()

    def end(self, mono: int, why: Cause, told: str) -> Ended:
        """The call is over; nothing is heard of it any more."""
        self.over = True
        return Ended(mono, self.id, why, told)

    def ring_back(self, now: int) -> bytes:
        """The ring-back tone that is due for the ear: only while it rings and the network sends no sound of its own (RFC 3960 §3.2). int16
        little-endian, 8000 Hz; b"" otherwise. The sound's own thread asks, every few ms."""
        if not self._rang or self._early or self.answered or self.over or self.left is not None:
            return b""
        if self._rung < 0:
            self._began, self._rung = now, 0
        until = (now - self._began) * RATE // 1000 + _AHEAD
        start = self._rung if until - self._rung < _LATE else until - _AHEAD
        self._rung = max(until, self._rung)
        return Tone.RINGBACK.samples(start, self._rung - start).astype("<i2").tobytes()

    def hopeless(self, now: int) -> bool:
        """It has waited long enough for an answer; the caller should hang up. True once."""
        waited = now - self._dialled
        if self.answered or self.over or self.left is not None:
            return False
        if not self._replied and waited > SILENT_MS:
            self._verdict = (Cause.DEVICE, f"nothing came from the PBX in {SILENT_MS // 1000} s")
        elif waited > self._ring_limit:
            why = Cause.NO_ANSWER if self._rang or self._early else Cause.UNREACHABLE
            self._verdict = (why, f"no answer in {self._ring_limit // 1000} s")
        return self._verdict is not None

    def _alert(self, mono: int, *, early: bool) -> Sequence[LineEvent]:
        """It rings, or the network plays something: each is told once, and not after the answer or our hang-up."""
        told = self._early if early else self._rang
        self._replied = True
        if told or self.answered or self.left is not None:
            return ()
        self._rang, self._early = self._rang or not early, self._early or early
        return (Alerting(mono, self.id, early_media=early),)

    def _count(self, mono: int, packets: int) -> Sequence[LineEvent]:
        """The far side's sound has stopped coming, or comes again."""
        before, self._packets = self._packets, packets
        was_quiet = self._quiet >= NO_RTP
        self._quiet = self._quiet + 1 if packets <= max(before, 0) else 0
        if (self._quiet >= NO_RTP) == was_quiet:
            return ()
        told = "good" if was_quiet else "lost"
        return (Condition(mono, self.id, "line-audio", told, good=was_quiet),)

    def _judge(self, event: Event) -> tuple[Cause, str]:
        """Why it ended, and that as it came."""
        status = f"{event.get('code')} {event.get('text')}".strip()
        reason = str(event.get("reason") or "")
        match event.get("by"):
            case "us":
                return self._verdict or (Cause.LOCAL_HANGUP, raw(status, reason))
            case "far":
                return Cause.REMOTE_HANGUP, raw("BYE", reason)
            case "network" if self.answered:  # no BYE came: a refused re-INVITE, a session timer that ran out
                return Cause.UNKNOWN, raw(status, reason)
            case "network":
                return cause(int(event.get("code", 0)), reason, rang=self._rang or self._early), raw(
                    status, reason
                )
        return Cause.DEVICE, raw(status, reason)
