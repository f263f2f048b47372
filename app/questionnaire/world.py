"""What an interview takes from outside: time, chance, and what is already known about the case."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import TypeVar

from app import canonical
from app.clock import CHINA, Clock, Entropy, SystemClock, system_entropy
from app.questionnaire.moments import Moment, at_wall

T = TypeVar("T")
_MODULUS = 2_147_483_647


@dataclass(frozen=True)
class World:
    """clock, entropy: as everywhere. zone: local time of the interview. seed: names the case, so that random orders are the same
    whenever it is opened; "" = every case gets the same order. given: values known beforehand, by question name (sample columns
    such as "district", the interviewer's name)."""

    clock: Clock = field(default_factory=SystemClock)
    entropy: Entropy = system_entropy
    zone: tzinfo = CHINA
    seed: str = ""
    given: Mapping[str, str] = field(default_factory=dict)

    def now(self) -> Moment:
        """Local time."""
        return at_wall(self.clock.wall(), self.zone)

    def random(self) -> float:
        """At least 0, less than 1."""
        return (int.from_bytes(self.entropy(7), "big") >> 3) / (1 << 53)

    def uuid(self, length: int = 0) -> str:
        """A random UUID (RFC 9562, version 4), or so many random letters and digits."""
        if length > 0:
            return "".join(
                "0123456789abcdefghijklmnopqrstuvwxyz"[b % 36] for b in self.entropy(min(length, 1000))
            )
        raw = bytearray(self.entropy(16))
        raw[6], raw[8] = raw[6] & 0x0F | 0x40, raw[8] & 0x3F | 0x80
        digits = raw.hex()
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

    def seed_for(self, name: str) -> int:
        """The case's own seed for one list or group."""
        return int.from_bytes(canonical.digest(f"{self.seed}\0{name}".encode())[:8], "big") >> 1


def seed_of(text: str) -> int:
    """A seed that is no number: the first 8 bytes of its SHA-256 as a signed number (ODK XForms specification, randomize())."""
    return int.from_bytes(canonical.digest(text.encode("utf-8", "surrogatepass"))[:8], "big", signed=True)


def shuffled(items: Sequence[T], seed: int) -> list[T]:
    """In the order that randomize(…, seed) gives: Fisher-Yates (inside out) with a Park-Miller generator, as JavaRosa draws it."""
    state = int(math.fmod(float(seed), _MODULUS))
    state = state + _MODULUS - 1 if state <= 0 else state
    found: list[T] = []
    for place, item in enumerate(items):
        state = state * 16_807 % _MODULUS
        other = int((state - 1) / (_MODULUS - 1) * (place + 1))
        found.append(item)
        found[place], found[other] = found[other], item
    return found
