"""Fingerprints of recorded sound: pairs of spectral peaks ("landmarks"), which noise and codecs hardly move.

Method: A. Wang, "An Industrial-Strength Audio Search Algorithm" (ISMIR 2003), with spectra of 64 ms every 16 ms for 8000 Hz sound.
A landmark is two peaks near each other: the line of the first, the lines and frames between them, and when the first one was.
From landmarks alone nobody can make the sound audible again.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WINDOW, STEP = 512, 128
"""Samples of a frame and from frame to frame: 64 ms, 16 ms."""

LINES = WINDOW // 2 + 1
"""Lines of a spectrum; 15.6 Hz apart."""

LONGEST = 31
"""Frames between the two peaks of a landmark, at most: half a second."""

_LOWEST, _HIGHEST = 16, 218  # lines of 15.6 Hz: 250 to 3400 Hz
_AROUND, _LINES = 4, 6  # frames and lines on each side over which a peak is the highest
_NEAREST = 2  # frames between the peaks of a pair, at least
_ASIDE = 63  # lines between them, at most
_FAN = 12  # pairs that begin at one peak
_FAINT = 9.0  # ln of power: what rounding to 16 bit leaves is no peak
_BELOW = 4.5  # and nothing that is 20 dB below the loudest of the last second: pauses are full of noise
_LATELY = 64  # frames
_HANN = np.hanning(WINDOW + 1)[:-1]

Hashes = NDArray[np.uint32]
Frames = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Landmarks:
    """hashes and frames have the same length; frames says when each landmark begins, in STEPs, never falling."""

    hashes: Hashes
    frames: Frames

    def __len__(self) -> int:
        return len(self.hashes)

    def peaks(self) -> NDArray[np.int64]:
        """The peaks that landmarks begin at, each once: rows of frame and line."""
        each = np.stack((self.frames.astype(np.int64), (self.hashes >> 13).astype(np.int64)), axis=1)
        return np.unique(each, axis=0)


class Surveyor:
    """Takes sound, gives its landmarks half a second late (a pair needs its second peak)."""

    def __init__(self) -> None:
        self._samples: NDArray[np.float64] = np.zeros(WINDOW - STEP)
        self._power: NDArray[np.float64] = np.zeros((_AROUND, _HIGHEST - _LOWEST))
        self._loudest: NDArray[np.float64] = np.zeros(_LATELY - 1)  # of each frame before _next
        self._next = 0  # frame of the first row of _power that has not been searched for peaks
        self._peaks: list[tuple[int, int]] = []  # frame, line

    def hear(self, samples: NDArray[np.float64]) -> Landmarks:
        """The landmarks that are complete with these samples, which follow those of the last call."""
        sound = np.concatenate((self._samples, samples))
        count = max((len(sound) - WINDOW) // STEP + 1, 0)
        self._samples = sound[count * STEP :]
        if count:
            frames = np.lib.stride_tricks.sliding_window_view(sound, WINDOW)[: count * STEP : STEP]
            self._power = np.concatenate((self._power, _loudness(frames)))
            self._search()
        return self._paired(self._next - LONGEST)

    @property
    def settled(self) -> int:
        """The frame before which all landmarks have been given."""
        return max(self._next - LONGEST, 0)

    def rest(self) -> Landmarks:
        """After the last sound: what is still to come."""
        silence = self.hear(np.zeros(STEP * (_AROUND + WINDOW // STEP)))
        last = self._paired(self._next + 1)
        return Landmarks(
            np.concatenate((silence.hashes, last.hashes)), np.concatenate((silence.frames, last.frames))
        )

    def _search(self) -> None:
        ready = len(self._power) - 2 * _AROUND
        if ready <= 0:
            return
        middle = self._power[_AROUND : _AROUND + ready]
        loudest = np.concatenate((self._loudest, middle.max(axis=1)))
        lately = np.lib.stride_tricks.sliding_window_view(loudest, _LATELY).max(axis=1)
        self._loudest = loudest[ready:]
        floor = np.maximum(lately - _BELOW, _FAINT)[:, None]
        found = np.argwhere((middle == _highest(self._power)) & (middle > floor))
        self._peaks += [(self._next + int(frame), int(line) + _LOWEST) for frame, line in found]
        self._power = self._power[ready:]
        self._next += ready

    def _paired(self, before: int) -> Landmarks:
        """The landmarks that begin at peaks before a frame; those peaks are done with."""
        hashes, frames = [], []
        done = 0
        for place, (frame, line) in enumerate(self._peaks):
            if frame >= before:
                break
            done = place + 1
            pairs = 0
            for later, other in self._peaks[place + 1 :]:
                if later - frame > LONGEST or pairs == _FAN:
                    break
                if later - frame >= _NEAREST and abs(other - line) <= _ASIDE:
                    hashes.append(line << 13 | (other - line + 64) << 6 | (later - frame))
                    frames.append(frame)
                    pairs += 1
        del self._peaks[:done]
        return Landmarks(np.array(hashes, np.uint32), np.array(frames, np.int32))


def survey(samples: NDArray[np.float64]) -> Landmarks:
    """The landmarks of a whole sound."""
    surveyor = Surveyor()
    parts = [surveyor.hear(samples), surveyor.rest()]
    return Landmarks(
        np.concatenate([part.hashes for part in parts]), np.concatenate([part.frames for part in parts])
    )


def _loudness(frames: NDArray[np.float64]) -> NDArray[np.float64]:
    transformed = np.fft.rfft(frames * _HANN)[:, _LOWEST:_HIGHEST]
    power: NDArray[np.float64] = np.log(transformed.real**2 + transformed.imag**2 + 1.0)
    return power


def _highest(power: NDArray[np.float64]) -> NDArray[np.float64]:
    """The highest of each place's surroundings, for the rows that have all of them."""
    padded = np.pad(power, ((0, 0), (_LINES, _LINES)))
    across = np.lib.stride_tricks.sliding_window_view(padded, 2 * _LINES + 1, axis=1).max(axis=2)
    down: NDArray[np.float64] = np.lib.stride_tricks.sliding_window_view(across, 2 * _AROUND + 1, axis=0).max(
        axis=2
    )
    return down
