"""The sounds of the Chinese telephone network (GB 3380: 450 Hz told apart by cadence) and the keypad's tones (ITU-T Q.23).

Every tone is a function of the sample index, so whoever slices it in whatever pieces gets the same sound. 8000 Hz, int16.
"""

from enum import Enum
from functools import cache

import numpy as np
from numpy.typing import NDArray

from hardware.base import RATE

Samples = NDArray[np.int16]
"""One channel, 8000 Hz."""

HERTZ = 450
"""Frequency of every network tone; the standard allows ± 25 Hz."""

AMPLITUDE = 7218
"""−10 dBm0, the standard's nominal level: full scale of a sine is +3.14 dBm0 in A-law (ITU-T G.711)."""

_RAMP = 20  # samples: 2.5 ms edges, far below what a cadence detector resolves, and no clicks
_KEYPAD = {
    key: (row, column)
    for row, keys in zip((697, 770, 852, 941), ("123A", "456B", "789C", "*0#D"), strict=True)
    for column, key in zip((1209, 1336, 1477, 1633), keys, strict=True)
}
_KEY_SAMPLES = RATE // 10


class Tone(Enum):
    """A network tone. The value is its cadence: milliseconds on, off, on, off …; (0,) = continuous."""

    DIAL = (
        0,
    )  # not (): Python 3.11.0 to 3.11.3 take an empty tuple for "no value given" (Debian 12 has 3.11.2)
    RINGBACK = (1000, 4000)
    BUSY = (350, 350)
    CONGESTION = (700, 700)
    VACANT = (100, 100, 100, 100, 100, 100, 400, 400)
    WAITING = (400, 4000)

    @property
    def period(self) -> int:
        """Samples until the cadence begins again. Always whole cycles of 450 Hz, so a repeated period has no seam."""
        return sum(self.value) * RATE // 1000 or RATE

    def samples(self, start: int, count: int) -> Samples:
        """`count` samples from index `start` on; the cadence begins at index 0."""
        return repeat(_period(self), start, count)


def keypad(digits: str) -> Samples:
    """A run of keys (0-9 * # A-D, else ValueError): each a tenth of a second of tone and as much silence."""
    if strange := [digit for digit in digits if digit not in _KEYPAD]:
        raise ValueError(f"not keys of a telephone: {strange}")
    time = np.arange(_KEY_SAMPLES) / RATE
    sound = np.zeros((len(digits), 2, _KEY_SAMPLES))
    for digit, pair in zip(digits, sound, strict=True):
        pair[0] = sum(np.sin(2 * np.pi * hertz * time) for hertz in _KEYPAD[digit])
    return (sound.reshape(-1) * AMPLITUDE / 2).astype(np.int16)


def repeat(period: Samples, start: int, count: int) -> Samples:
    """`count` samples from index `start` on of a sound that repeats for ever. A view where possible: do not write to it."""
    at = start % len(period)
    if at + count <= len(period):
        return period[at : at + count]
    return period.take(np.arange(at, at + count), mode="wrap")


@cache
def _period(tone: Tone) -> Samples:
    wave = np.sin(2 * np.pi * HERTZ * np.arange(tone.period) / RATE) * AMPLITUDE
    at = 0
    for number, milliseconds in enumerate(tone.value):
        length = milliseconds * RATE // 1000
        part = wave[at : at + length]
        if number % 2:
            part[:] = 0
        else:
            edge = np.minimum(np.arange(length), np.arange(length)[::-1])
            part *= np.minimum(edge / _RAMP, 1)
        at += length
    period = wave.astype(np.int16)
    period.setflags(write=False)
    return period
