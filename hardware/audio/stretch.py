"""One uninterrupted stretch of a source: from opening a device until it is lost or closed, read on our timeline at 8000 Hz."""

import math

import numpy as np
from numpy.typing import NDArray

from hardware.audio.resample import Floats, Resampler
from hardware.audio.source_clock import SourceClock
from hardware.base import RATE

STEP = RATE // 50
"""Samples for which the reading speed stays the same: 20 ms."""

PULL = 0.004
"""Largest difference between reading speed and real speed (0.4 %: 7 cents, nobody hears it)."""

_CALM, _CALMEST, _NEAR = 20.0, 200e-6, 15.0
"""Up to 15 ms off is no fault: reading comes back over 20 s, at most by 200 ppm, which changes no waveform. More is pulled in 2 s."""

_TORN = 400.0  # ms: further away than this is not pulled but jumped

Mask = NDArray[np.bool_]
"""True where a sample is silence put in for sound that was lost or never came, and as often as samples had to be left out before."""


class Stretch:
    """Sound of one source with one rate (Hz)."""

    def __init__(self, rate: int) -> None:
        self.clock = SourceClock(rate)
        self.rate = rate
        self._resampler = Resampler(rate, RATE)
        self._reach = self._resampler.reach
        self._signal: Floats = np.zeros(
            self._reach, np.float32
        )  # sounds from before the first sample: silence
        self._base = -self._reach  # index of the first sample kept
        self._settled = 0
        self._lost: list[tuple[int, int]] = []  # index ranges filled with silence
        self._position: float | None = None  # where reading stands
        self._read_until = 0.0  # ms: the time at which it stands there
        self._left_out = 0  # samples at 8000 Hz that were jumped over and are not yet counted
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether nothing more will come."""
        return self._closed

    @property
    def end(self) -> int:
        """Index after the last sample, silence for lost ones included."""
        return self._base + len(self._signal)

    def heard(self, time: float, samples: Floats, *, flagged: bool = False) -> int:
        """A block came at `time` (ms). flagged: the device says that sound was lost before it. Returns samples found to be lost."""
        before, doubted = self.end, self.clock.suspicious
        self._signal = np.concatenate((self._signal, samples))
        lost = self.clock.heard(time, self.end, flagged=flagged)
        if lost:
            self._fill(lost)
        if self.clock.settled:
            self._settled = self.end
        elif self.clock.suspicious and not doubted:
            self._settled = before  # from here on it is not clear yet what the time is
        return lost

    def close(self) -> None:
        """Nothing more will come; what came may all be placed."""
        if not self._closed:
            self._settled = self.end
            self._signal = np.concatenate((self._signal, np.zeros(self._reach, np.float32)))
            self._closed = True

    @property
    def begun(self) -> bool:
        """Whether anything has come at all."""
        return self.clock.begun

    def begins(self) -> float:
        """ms at which its first sample was recorded; never, as far as is known, before anything has come."""
        return self.clock.time(0) if self.begun else math.inf

    def known_until(self) -> float:
        """ms up to which its sound can be read now."""
        edge = self._settled if self._closed else self._settled - self._reach
        return self.clock.time(edge - max(0.0, self._slip()))

    def read(self, time: float, count: int) -> tuple[Floats, Mask]:
        """`count` samples at 8000 Hz from `time` (ms) on, and which of them are silence put in. Reads on where it stopped last."""
        sound = np.zeros(count, np.float32)
        missing = np.full(count, not self.begun)
        if not self.begun:
            return sound, missing
        for at in range(0, count, STEP):
            length = min(STEP, count - at)
            positions = self._positions(time + at * 1000 / RATE, length)
            sound[at : at + length], missing[at : at + length] = self._at(positions)
        if self._position is not None:
            self._forget(self._position)
        counted = min(self._left_out, count)
        missing[:counted] = True
        self._left_out -= counted
        return sound, missing

    def _fill(self, lost: int) -> None:
        """Silence for what was lost at the place where the doubt began."""
        at = self._settled - self._base
        silence = np.zeros(lost, np.float32)
        self._signal = np.concatenate((self._signal[:at], silence, self._signal[at:]))
        self._lost.append((self._settled, self._settled + lost))

    def _slip(self) -> float:
        """Samples by which reading is ahead of where it should be; it closes slowly."""
        return 0.0 if self._position is None else self._position - self.clock.index(self._read_until)

    def _positions(self, time: float, length: int) -> NDArray[np.float64]:
        usual = self.rate / RATE
        wanted = self.clock.index(time)
        if self._position is not None and abs(self._position - wanted) > _TORN * self.rate / 1000:
            # A device that samples faster than it says: what waits too long is lost as truly as what never came.
            self._left_out += max(0, round((wanted - self._position) * RATE / self.rate))
            self._position = None
        if self._position is None:
            self._position = wanted
        self._read_until = time + length * 1000 / RATE
        real = (self.clock.index(self._read_until) - wanted) / length
        speed = real + _pull((wanted - self._position) / self.rate) * usual
        speed = min(max(speed, usual * (1 - PULL)), usual * (1 + PULL))
        positions = self._position + speed * np.arange(length, dtype=np.float64)
        self._position += speed * length
        return positions

    def skip(self, time: float) -> None:
        """Nobody wants to hear what was before `time` (ms)."""
        self._position = None
        self._forget(self.clock.index(time))

    def _at(self, positions: NDArray[np.float64]) -> tuple[Floats, Mask]:
        end = self._settled if self._closed else self._settled - self._reach
        known = (positions >= max(0, self._base + self._reach)) & (positions < end)
        sound = np.zeros(len(positions), np.float32)
        sound[known] = self._resampler.read(self._signal, positions[known] - self._base)
        missing = ~known
        for begin, until in self._lost:
            missing |= (positions >= begin) & (positions < until)
        return sound, missing

    def _forget(self, position: float) -> None:
        """Let go of what has been read, once it is much."""
        gone = min(int(position), self._settled) - 2 * self._reach - self._base
        if gone > self.rate // 2:
            self._signal = self._signal[gone:].copy()
            self._base += gone
            self._lost = [each for each in self._lost if each[1] > self._base]


def _pull(off: float) -> float:
    """Change of speed for being `off` seconds behind."""
    calm = min(max(off / _CALM, -_CALMEST), _CALMEST)
    far = off - min(max(off, -_NEAR / 1000), _NEAR / 1000)
    return calm + far / 2
