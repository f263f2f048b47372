"""Single tones in a sound: when each begins and ends, its frequency, and how pure it is. What they mean is cadence.py's business.

Method: power spectra of 32 ms every 10 ms. A frame is pure when its strongest line stands 6 dB above every other, which holds
for a sine down to a signal-to-noise ratio of 0 dB and rarely for a voice. The edges of a burst are where its line crosses half
of the burst's own amplitude, so that neither level nor noise makes it longer or shorter (tests/benchmarks/hearing.py measures it).
"""

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hardware.base import RATE

STEP = 80
"""Samples from frame to frame: 10 ms."""
WINDOW = 256
"""Samples of a frame: 32 ms, so lines are 31.25 Hz apart."""

Spectra = NDArray[np.float64]
"""Power, frame by frequency line."""

_HERTZ = RATE / WINDOW
_LOWEST, _HIGHEST = 8, 112  # lines: 250 to 3500 Hz
_REACH = 2  # lines on each side that a Hann window smears a sine over
_PURE = 4.0  # 6 dB
_FAINT = 256.0 * WINDOW**2 / 16  # power of a sine of amplitude 32 (−57 dBm0): below it nothing is a tone
_DIP = 3  # frames a tone may be gone without having ended: the phase reversals of an answering fax last 20 ms
_DRIFT = 30.0  # Hz from frame to frame that are still the same tone, in noise
_SHORTEST = 4  # frames
_HANN = np.hanning(WINDOW + 1)[:-1]


@dataclass(frozen=True, slots=True)
class Burst:
    """One tone. start, end: sample offsets. hertz: its mean frequency. purity: share (0–1) of its frames that were pure.
    level: its amplitude in the spectrum, for comparison with other bursts only. even: how loud it is at its faintest (the lowest
    tenth of its frames, edges apart), as a share of that: near 1 for a machine's tone, less for a note that fades."""

    start: int
    end: int
    hertz: float
    purity: float
    level: float
    even: float

    @property
    def milliseconds(self) -> int:
        """How long it was heard."""
        return (self.end - self.start) * 1000 // RATE


class Bursts:
    """Takes spectra, gives the tones in them. `open` is the tone that is on just now, as far as it has got."""

    def __init__(self) -> None:
        self.open: Burst | None = None
        self._frame = 0
        self._before: deque[NDArray[np.float64]] = deque(maxlen=_DIP)
        self._run: _Run | None = None

    def hear(self, spectra: Spectra) -> list[Burst]:
        """The tones that ended within these frames, which follow those of the last call."""
        lines, pure, hertz = peaks(spectra)
        ended = []
        for row, line, is_pure, frequency in zip(spectra, lines, pure, hertz, strict=True):
            if self._run is not None and not self._run.goes_on(row, bool(is_pure), float(frequency)):
                ended += self._finished()
            if self._run is None and is_pure:
                self._run = _Run(self._frame, int(line), list(self._before), row, float(frequency))
            self._before.append(row)
            self._frame += 1
        self.open = self._run.burst() if self._run is not None else None
        return ended

    def _finished(self) -> list[Burst]:
        run, self._run = self._run, None
        burst = run.burst() if run is not None else None
        return [] if burst is None else [burst]


def spectra(samples: NDArray[np.float64]) -> Spectra:
    """Power spectra of the frames that lie wholly in these samples, one every STEP."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::STEP]
    transformed = np.fft.rfft(frames * _HANN)
    power: Spectra = transformed.real**2 + transformed.imag**2
    return power


def peaks(power: Spectra) -> tuple[NDArray[np.intp], NDArray[np.bool_], NDArray[np.float64]]:
    """Per frame: its strongest line, whether that is a tone of its own, and its frequency in Hz (by a parabola through the logarithms)."""
    lines = power[:, _LOWEST:_HIGHEST].argmax(axis=1) + _LOWEST
    around = lines[:, None] + np.arange(-_REACH, _REACH + 1)
    index = np.arange(len(power))
    strength = power[index[:, None], around].sum(axis=1)
    rest = power.copy()
    rest[index[:, None], lines[:, None] + np.arange(-2 * _REACH, 2 * _REACH + 1)] = 0
    threes = rest[:, 2:-2] + rest[:, 1:-3] + rest[:, 3:-1]
    pure = (strength > _PURE * threes[:, 3:].max(axis=1)) & (strength > _FAINT)
    low, top, high = (np.log(power[index, lines + side] + 1e-9) for side in (-1, 0, 1))
    bend = np.minimum(low - 2 * top + high, -1e-9)
    shift = np.clip(0.5 * (low - high) / bend, -0.5, 0.5)
    return lines, pure, (lines + shift) * _HERTZ


class _Run:
    """A tone while it sounds. first: the frame in which it was noticed; before: the spectra just before, for its true beginning."""

    def __init__(
        self,
        first: int,
        line: int,
        before: list[NDArray[np.float64]],
        row: NDArray[np.float64],
        hertz: float,
    ) -> None:
        self._first, self._band = first - len(before), slice(line - _REACH, line + _REACH + 1)
        self._heights = [self._height(each) for each in before]
        self._early = len(before)
        self._heights.append(self._height(row))
        self._hertz = [hertz]
        self._missing = 0
        self._level = self._heights[-1]

    def goes_on(self, row: NDArray[np.float64], pure: bool, hertz: float) -> bool:  # noqa: FBT001
        """Take the next frame; False when the tone had ended (some frames ago) before it."""
        height = self._height(row)
        self._heights.append(height)
        same = abs(hertz - self._hertz[-1]) < _DRIFT
        if pure and same:
            self._hertz.append(hertz)
        # A tone that another frequency has taken the place of is over at once, however strong its skirt still is.
        gone = height < self._level / 2 or (pure and not same)
        self._missing = self._missing + 1 if gone else 0
        if not gone:
            self._level = float(np.median(self._heights[self._early :][-50:]))
        return self._missing <= _DIP

    def burst(self) -> Burst | None:
        """What has been heard so far; None when it is too short, or too seldom pure, to be a tone."""
        loud = [place for place, height in enumerate(self._heights) if height >= self._level / 2]
        if not loud or loud[-1] - loud[0] + 1 < _SHORTEST:
            return None
        start, length = self._first + loud[0], loud[-1] - loud[0] + 1
        purity = min(len(self._hertz) / length, 1.0)
        if purity < 0.5:
            return None
        begin = start * STEP + STEP // 2 - WINDOW // 2
        hertz = float(np.median(self._hertz))
        inner = self._heights[loud[0] + _DIP : loud[-1] + 1 - _DIP]
        even = float(np.quantile(inner, 0.1)) / self._level if inner else 1.0
        return Burst(max(begin, 0), max(begin, 0) + length * STEP, hertz, purity, self._level, even)

    def _height(self, row: NDArray[np.float64]) -> float:
        return float(np.sqrt(row[self._band].sum()))
