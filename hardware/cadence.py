"""What tones mean: the network's tones at 450 ± 25 Hz told apart by their cadence (GB 3380), and the tones of fax machines.

Everything needs two cycles that agree with each other, so that a voice which happens to hold 450 Hz is never taken for a tone.
The vacant-number tone is looked for first: its long burst alone looks like a slow busy tone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from hardware.base import RATE
from hardware.bursts import Burst

NETWORK = (420.0, 480.0)
"""Hz: 450 ± 25 of the standard, and what measuring adds."""

_TOLERANCE = 0.10  # of a nominal length, as the standard has it
_EDGE = 25  # ms that measuring may add to it: two frames and a half
_AGREE = 45  # ms by which the cycles of one tone may differ from each other
_SAME_HERTZ = 8.0
_SAME_LEVEL = 2.0  # 6 dB
_DIAL = 2000  # ms without a break: no cadence has so long a burst
_CNG, _CED = (1062.0, 1138.0), (2075.0, 2125.0)  # ITU-T T.30: 1100 ± 38 Hz, 2100 ± 15 Hz, and measuring
_CED_LEAST = 1500  # ms
_EVEN = 0.8
_KEPT = 24


@dataclass(frozen=True, slots=True)
class Pattern:
    """A cadence. beats: ms on, off, on, off … of one cycle. needed: how many lengths must have been heard in full, from an "on" on.
    begun: the next burst must have begun, or the last pause may still turn out longer."""

    tone: str
    beats: tuple[int, ...]
    needed: int
    begun: bool = True


PATTERNS = (
    Pattern("vacant", (100, 100, 100, 100, 100, 100, 400, 400), 16),
    Pattern("vacant", (100, 100, 100, 100, 100, 100, 100, 100, 400, 400), 20),
    Pattern("notice", (200, 200, 200, 600), 7),
    Pattern("busy", (350, 350), 4),
    Pattern("congestion", (700, 700), 4),
    Pattern("ringback", (1000, 4000), 3, begun=False),
    Pattern("waiting", (400, 4000), 3, begun=False),
    Pattern("fax", (500, 3000), 3, begun=False),
)
"""In the order in which they are tried. The second vacant-number tone is how Asterisk plays it."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """A tone and how sure it is. at, end: sample offsets of the cycles it was told by. confidence: 0–100, how well they fit."""

    tone: str
    at: int
    end: int
    confidence: int


class Cadence:
    """Takes bursts, says once for every stretch of a tone what it is."""

    def __init__(self) -> None:
        self._bursts: list[Burst] = []
        self._said = ""
        self._until = 0

    def hear(self, ended: Sequence[Burst], sounding: Burst | None, now: int) -> list[Meaning]:
        """What the bursts up to now (a sample offset) mean; nothing when it has been said already."""
        self._bursts = [*self._bursts, *ended][-_KEPT:]
        meaning = self._meaning(sounding)
        if meaning is None:
            if self._said and now > self._until:
                self._said = ""
            return []
        again, self._said = meaning.tone == self._said, meaning.tone
        # A tone goes on until one and a half of its cycles have passed without it.
        self._until = now + round(1.5 * _PERIOD.get(meaning.tone, 1000) * RATE / 1000)
        return [] if again else [meaning]

    def _meaning(self, sounding: Burst | None) -> Meaning | None:
        if sounding is not None and (held := _held(sounding)) is not None:
            return held
        for pattern in PATTERNS:
            band = _CNG if pattern.tone == "fax" else NETWORK
            if (fit := _fits(pattern, self._bursts, sounding, band)) is not None:
                return fit
        return None


_PERIOD = {pattern.tone: sum(pattern.beats) for pattern in PATTERNS}


def _held(burst: Burst) -> Meaning | None:
    """A tone that just goes on: dial tone, or the answer of a fax machine or modem."""
    for tone, band, least in (("dial", NETWORK, _DIAL), ("fax", _CED, _CED_LEAST)):
        steady = burst.even >= _EVEN and burst.purity >= _EVEN  # a held note of music fades or shimmers
        if band[0] <= burst.hertz <= band[1] and burst.milliseconds >= least and (steady or tone == "fax"):
            return Meaning(tone, burst.start, burst.end, _confidence(0.0, burst.purity))
    return None


def _fits(
    pattern: Pattern, bursts: Sequence[Burst], sounding: Burst | None, band: tuple[float, float]
) -> Meaning | None:
    """The pattern's cycles, if the last bursts are just that. They may begin with any burst of the cycle."""
    ons = (pattern.needed + 1) // 2 + pattern.begun
    row = [*bursts, sounding][-ons:] if pattern.begun and sounding is not None else list(bursts[-ons:])
    if len(row) < ons or not _alike(row, band):
        return None
    lengths = _lengths(row)[: pattern.needed]
    misfits = [_misfit(pattern.beats, first, lengths) for first in range(0, len(pattern.beats), 2)]
    misfit = min(misfits)
    if misfit > 1 or not _steady(lengths, len(pattern.beats)):
        return None
    purity = float(np.mean([burst.purity for burst in row]))
    return Meaning(pattern.tone, row[0].start, row[-1].end, _confidence(misfit, purity))


def _alike(row: Sequence[Burst], band: tuple[float, float]) -> bool:
    """One source: the same frequency, within the band, and about the same level."""
    hertz, levels = [burst.hertz for burst in row], [burst.level for burst in row]
    middle = float(np.median(hertz))
    return (
        band[0] <= middle <= band[1]
        and max(abs(each - middle) for each in hertz) <= _SAME_HERTZ
        and max(levels) <= _SAME_LEVEL * min(levels)
    )


def _lengths(row: Sequence[Burst]) -> list[int]:
    """Milliseconds on, off, on, off …"""
    found = [row[0].milliseconds]
    for before, after in pairwise(row):
        found += [(after.start - before.end) * 1000 // RATE, after.milliseconds]
    return found


def _misfit(beats: Sequence[int], first: int, lengths: Sequence[int]) -> float:
    """How far the lengths are from the cadence begun at beat `first`, as a share of what is allowed: 0 exact, above 1 another tone."""
    wanted = [beats[(first + place) % len(beats)] for place in range(len(lengths))]
    return max(
        abs(length - nominal) / (nominal * _TOLERANCE + _EDGE)
        for length, nominal in zip(lengths, wanted, strict=True)
    )


def _steady(lengths: Sequence[int], cycle: int) -> bool:
    """Every length comes back one cycle later."""
    return all(abs(one - other) <= _AGREE for one, other in zip(lengths, lengths[cycle:], strict=False))


def _confidence(misfit: float, purity: float) -> int:
    return round(99 - 14 * max(misfit - 0.3, 0.0) - 30 * (1 - purity))
