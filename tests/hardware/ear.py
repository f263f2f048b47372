"""A listener for tests: how loud, which tone, which pitch. Independent of how the sound was made."""

import numpy as np
from numpy.typing import NDArray

from hardware.base import RATE, AudioBlock

Heard = NDArray[np.float64]


def left(blocks: list[AudioBlock]) -> Heard:
    """The interviewer's side."""
    return np.frombuffer(b"".join(block.left for block in blocks), "<i2").astype(float)


def right(blocks: list[AudioBlock]) -> Heard:
    """The respondent's side."""
    return np.frombuffer(b"".join(block.right for block in blocks), "<i2").astype(float)


def loudness(sound: Heard) -> float:
    """Root of the mean square, in steps of 16-bit sound."""
    return float(np.sqrt((sound**2).mean())) if len(sound) else 0.0


def share(sound: Heard, hertz: float, width: float = 50.0) -> float:
    """The part (0–1) of the energy within ± width/2 of a frequency."""
    power = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) ** 2
    frequency = np.fft.rfftfreq(len(sound), 1 / RATE)
    return float(power[np.abs(frequency - hertz) <= width / 2].sum() / max(power.sum(), 1.0))


def cadence(sound: Heard, threshold: float = 300.0) -> list[tuple[bool, int]]:
    """Runs of (sounding, milliseconds), heard in steps of 10 ms."""
    steps = sound[: len(sound) // 80 * 80].reshape(-1, 80)
    runs: list[tuple[bool, int]] = []
    for step in np.sqrt((steps**2).mean(axis=1)) > threshold:
        if runs and runs[-1][0] == bool(step):
            runs[-1] = (runs[-1][0], runs[-1][1] + 10)
        else:
            runs.append((bool(step), 10))
    return runs


def pitch(sound: Heard) -> float:
    """Median pitch in Hz of the voiced frames (autocorrelation, 70–400 Hz)."""
    found = []
    for frame in sound[: len(sound) // 400 * 400].reshape(-1, 400):
        if loudness(frame) < 800:
            continue
        echo = np.correlate(frame, frame, "full")[399:]
        lag = int(np.argmax(echo[20:115])) + 20
        if echo[lag] > 0.4 * echo[0]:
            found.append(RATE / lag)
    return float(np.median(found))
