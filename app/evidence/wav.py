"""The sound inside a recording: G.711 A-law, two channels (interviewer left, respondent right), 8000 Hz, in a WAV container.

One byte a sample and channel at constant rate: the size of a recording tells its length and nothing of what was said.
"""

import struct

import numpy as np

from hardware.base import RATE as RATE
from hardware.g711 import ALAW_DECODE, ALAW_ENCODE

CHANNELS = 2
SECOND = RATE * CHANNELS
"""Bytes of one second."""
_FORMAT_ALAW = 6
_UNKNOWN = 0xFFFFFFFF
_LAYOUT = struct.Struct("<4sI4s 4sIHHIIHHH 4sII 4sI")


def header(samples: int | None = None) -> bytes:
    """What stands before the samples (58 bytes). None: length unknown, as while recording; an encrypted file cannot be corrected
    later. samples are those of one channel."""
    size = samples * CHANNELS if samples is not None else _UNKNOWN
    riff = _LAYOUT.size - 8 + size if samples is not None else _UNKNOWN
    form = (b"fmt ", 18, _FORMAT_ALAW, CHANNELS, RATE, SECOND, CHANNELS, 8, 0)
    fact = (b"fact", 4, _UNKNOWN if samples is None else samples)
    return _LAYOUT.pack(b"RIFF", riff, b"WAVE", *form, *fact, b"data", size)


def interleave(left: bytes, right: bytes) -> bytes:
    """A-law bytes left, right, left, … from two blocks of int16 little-endian. Raises ValueError when they differ in length."""
    if len(left) != len(right) or len(left) % 2:
        raise ValueError("left and right must be equally many whole int16 samples")
    block = np.empty(len(left), dtype=np.uint8)
    block[0::2] = ALAW_ENCODE.take(np.frombuffer(left, dtype="<u2"))
    block[1::2] = ALAW_ENCODE.take(np.frombuffer(right, dtype="<u2"))
    return block.tobytes()


def separate(block: bytes) -> tuple[bytes, bytes]:
    """The two sides of interleaved A-law as int16 little-endian. Raises ValueError on half a sample."""
    if len(block) % CHANNELS:
        raise ValueError("half a sample")
    both = ALAW_DECODE[np.frombuffer(block, dtype=np.uint8)]
    return both[0::2].tobytes(), both[1::2].tobytes()
