"""A signal read at any positions between its samples: rate conversion and the slow pull of drifting clocks are the same thing here.

Windowed-sinc interpolation with a table of phases (J. O. Smith, "Digital Audio Resampling Home Page", CCRMA): the position of every
output sample is free, so the ratio may change from one to the next without a click. Own code instead of soxr: a fixed ratio is
not enough, soxr's variable one is marked experimental, and it is LGPL.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
"""One channel, full scale ±1."""

Positions = NDArray[np.float64]
"""Where to read, in samples of the source."""

CROSSINGS = 12
"""Zero crossings of the sinc on each side. 12 with BETA: pass band to 0.85 of Nyquist, images below −70 dB."""

BETA = 7.0
"""Shape of the Kaiser window."""

PHASES = 128
"""Rows of the table for one sample; between them the coefficients are interpolated (error below 16 bit)."""


class Resampler:
    """Reads a source of `rate` Hz for a listener of `out` Hz: everything above what `out` can carry is filtered away."""

    def __init__(self, rate: float, out: float) -> None:
        narrow = min(1.0, out / rate)
        self.reach = int(np.ceil(CROSSINGS / narrow))
        """Source samples needed before and after a position."""
        taps = np.arange(-self.reach + 1, self.reach + 1)
        offsets = taps[None, :] - np.arange(PHASES + 1)[:, None] / PHASES
        cut = 0.92 * narrow  # a little below Nyquist: room for the filter's slope
        inside = np.clip(1 - (offsets / (self.reach + 0.5)) ** 2, 0, None)
        table = cut * np.sinc(cut * offsets) * np.i0(BETA * np.sqrt(inside)) / np.i0(BETA)
        table /= table.sum(axis=1, keepdims=True)  # so that silence with an offset stays flat
        self._table: Floats = table.astype(np.float32)
        self._steps: Floats = np.diff(self._table, axis=0)

    def read(self, signal: Floats, positions: Positions) -> Floats:
        """The signal at `positions`; each must lie at least `reach` samples from both ends. ValueError otherwise."""
        if not len(positions):
            return np.zeros(0, np.float32)
        whole = np.floor(positions).astype(np.int64)
        if whole.min() < self.reach - 1 or whole.max() + self.reach >= len(signal):
            raise ValueError("a position outside of what is known of the signal")
        phase = (positions - whole) * PHASES
        row = phase.astype(np.int64)  # ≤ PHASES − 1, as positions − whole < 1
        part = (phase - row).astype(np.float32)[:, None]
        coefficients = self._table[row] + part * self._steps[row]
        windows = np.lib.stride_tricks.sliding_window_view(signal, 2 * self.reach)
        heard: Floats = np.einsum("nt,nt->n", windows[whole - self.reach + 1], coefficients)
        return heard
