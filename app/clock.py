"""Time and randomness as arguments: nothing in app asks the machine for either."""

import os
import random
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

Entropy = Callable[[int], bytes]
"""n → n random bytes; os.urandom in the field, seeded() in rehearsals and tests."""


class Clock(Protocol):
    """Two clocks: wall (ms since 1970 UTC, may jump) and mono (ms since any moment, never steps back)."""

    @property
    def boot(self) -> str:
        """Names the run of the monotonic clock: mono values compare only within one boot."""

    def wall(self) -> int:
        """Milliseconds since 1970-01-01 UTC."""

    def mono(self) -> int:
        """Monotonic milliseconds."""


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
