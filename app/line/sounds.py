"""Sound files for `fangxin line listen`: PCM and A-law WAV, any rate, and what the ear makes of them."""

import struct
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.errors import UsageError
from app.evidence import wav
from hardware.base import RATE, LineEvent
from hardware.listen import Listener

_ALAW = 6


def respondent(path: Path) -> bytes:
    """The last channel of a WAV file (of ours: the respondent) as int16 little-endian, 8000 Hz. Raises UsageError."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"The sound file cannot be read: {error.strerror}", where=str(path)) from error
    try:
        if len(data) > 22 and struct.unpack_from("<H", data, 20)[0] == _ALAW:
            return wav.separate(data[len(wav.header()) :])[1]
        with wave.open(str(path), "rb") as file:
            if file.getsampwidth() != 2:
                raise wave.Error(f"{8 * file.getsampwidth()} bits")
            sound = np.frombuffer(file.readframes(file.getnframes()), "<i2")
            return _at_our_rate(sound[file.getnchannels() - 1 :: file.getnchannels()], file.getframerate())
    except (wave.Error, ValueError, EOFError, struct.error) as error:
        raise UsageError(
            f"This is no sound that can be listened to: {error}",
            where=str(path),
            todo="Use WAV with 16-bit PCM or A-law.",
        ) from error


def _at_our_rate(sound: NDArray[np.int16], rate: int) -> bytes:
    """By linear interpolation, after a running mean where the rate is higher: tones keep their frequency, which is what counts here."""
    if rate == RATE or not len(sound):
        return sound.astype("<i2").tobytes()
    smooth = sound.astype(np.float64)
    if (width := round(rate / RATE)) > 1:
        smooth = np.convolve(smooth, np.ones(width) / width, mode="same")
    moments = np.arange(int(len(sound) * RATE / rate)) * (rate / RATE)
    taken: NDArray[np.int16] = np.interp(moments, np.arange(len(sound)), smooth).astype("<i2")
    return taken.tobytes()


def listen(sound: bytes) -> Iterator[LineEvent]:
    """What the ear recognises, as it would in a call."""
    ear = Listener("")
    step = 2 * RATE // 10
    for at in range(0, len(sound), step):
        yield from ear.feed(sound[at : at + step])
