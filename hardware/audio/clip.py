"""Plays a clip of what the line said, once, on the computer's usual sound output. Apart from the call's own sound: that is live.py's.

Not tried on Windows.
"""

import importlib.util
from collections.abc import Callable

import numpy as np

from hardware.base import RATE

_SOFTER = 0.5  # a tone in the ear a second time need not be as loud as the first


def player() -> Callable[[bytes], None] | None:
    """What plays a clip (int16 little-endian, 8000 Hz) and returns at once; None when this computer has no sound library."""
    return _play if importlib.util.find_spec("sounddevice") is not None else None


def _play(clip: bytes) -> None:
    """A computer without an output, or one that refuses 8000 Hz, stays silent: the clip is a courtesy."""
    try:
        import sounddevice  # slow, and not needed before the first clip
    except OSError:  # PortAudio itself is missing
        return
    sound = np.frombuffer(clip[: len(clip) // 2 * 2], "<i2").astype(np.float32) / 32768 * _SOFTER
    try:
        sounddevice.play(sound, RATE)
    except sounddevice.PortAudioError:
        return
