"""Time and randomness as arguments: nothing in app asks the machine for either."""

import os
import random
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Protocol

Entropy = Callable[[int], bytes]
"""n → n random bytes; os.urandom in the field, seeded() in rehearsals and tests."""


CHINA_AHEAD = 8 * 3_600_000
"""ms by which China's clocks are ahead of UTC: one zone for the whole country, no summer time since 1991."""
CHINA = timezone(timedelta(milliseconds=CHINA_AHEAD))


def in_china(wall: int) -> datetime:
    """A moment (ms since 1970 UTC) on China's clocks."""
    return datetime.fromtimestamp(0, CHINA) + timedelta(milliseconds=wall)


def minute_in_china(wall: int) -> str:
    """The same as people read it: "2026-03-01 18:40"."""
    return in_china(wall).strftime("%Y-%m-%d %H:%M")


class Clock(Protocol):
    """Two clocks: wall (ms since 1970 UTC, may jump) and mono (ms since any moment, never steps back)."""

    @property
    def boot(self) -> str:
        """Names the run of the monotonic clock: mono values compare only within one boot."""

    def wall(self) -> int:
        """Milliseconds since 1970-01-01 UTC."""

    def mono(self) -> int:
        """Monotonic milliseconds."""


TOLERANCE = 2000
"""ms by which the two clocks may part before that counts as a jump …"""
_DRIFT = 1000
"""… and one part in this many on top: a clock that is set right in small steps (NTP) has not jumped."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Both clocks at one moment."""

    wall: int
    mono: int
    boot: str

    @classmethod
    def of(cls, clock: Clock) -> "Reading":
        """Now."""
        return cls(clock.wall(), clock.mono(), clock.boot)

    def jumped(self, now: "Reading") -> int | None:
        """What the wall clock should show now, when it shows something else; None when it has run on from this reading.

        Within one boot the monotonic clock tells how long it has been. Across boots only that time does not go back is known.
        """
        if now.boot != self.boot:
            return self.wall if now.wall < self.wall - TOLERANCE else None
        passed = now.mono - self.mono
        expected = self.wall + passed
        return expected if abs(now.wall - expected) > TOLERANCE + passed // _DRIFT else None


class SystemClock:
    """The machine's clocks. One object per process."""

    def __init__(self) -> None:
        self.boot = uuid.uuid4().hex[:16]

    def wall(self) -> int:
        """Milliseconds since 1970-01-01 UTC."""
        return time.time_ns() // 1_000_000

    def mono(self) -> int:
        """Monotonic milliseconds."""
        return time.monotonic_ns() // 1_000_000


@dataclass
class VirtualClock:
    """A clock that moves only when told: rehearsals run as fast as the machine can."""

    now: int
    elapsed: int = 0
    boot: str = field(default="virtual")

    def wall(self) -> int:
        """Milliseconds since 1970-01-01 UTC."""
        return self.now + self.elapsed

    def mono(self) -> int:
        """Monotonic milliseconds."""
        return self.elapsed

    def advance(self, milliseconds: int) -> None:
        """Let time pass."""
        self.elapsed += milliseconds


def system_entropy(size: int) -> bytes:
    """Randomness of the operating system."""
    return os.urandom(size)


def seeded(seed: str) -> Entropy:
    """Repeatable bytes for rehearsals and tests. Never for keys of real field work."""
    return random.Random(seed).randbytes
