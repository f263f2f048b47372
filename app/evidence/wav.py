"""The sound inside a recording: G.711 A-law, two channels (interviewer left, respondent right), 8000 Hz, in a WAV container.

One byte a sample and channel at constant rate: the size of a recording tells its length and nothing of what was said.
"""

import struct

import numpy as np
import numpy.typing as npt

from hardware.base import RATE as RATE

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
    block[0::2] = _ENCODE.take(np.frombuffer(left, dtype="<u2"))
    block[1::2] = _ENCODE.take(np.frombuffer(right, dtype="<u2"))
    return block.tobytes()


def separate(block: bytes) -> tuple[bytes, bytes]:
    """The two sides of interleaved A-law as int16 little-endian. Raises ValueError on half a sample."""
    if len(block) % CHANNELS:
        raise ValueError("half a sample")
    both = _DECODE[np.frombuffer(block, dtype=np.uint8)]
    return both[0::2].tobytes(), both[1::2].tobytes()


def _encoder() -> npt.NDArray[np.uint8]:
    """For each int16, seen as uint16, its A-law byte (ITU-T G.711, table 1a; even bits inverted)."""
    linear = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32)
    size = np.where(linear < 0, ~linear, linear) >> 4  # 11 bits of magnitude
    segment = np.zeros_like(size)
    for threshold in (32, 64, 128, 256, 512, 1024):
        segment += size >= threshold
    # Segment 0 here holds the first two of G.711, which have one step size and so one formula.
    code = np.where(segment == 0, size, (segment + 1 << 4) | (size >> segment & 15))
    sign = np.where(linear < 0, 0, 0x80)
    return ((code | sign) ^ 0x55).astype(np.uint8)


def _decoder() -> npt.NDArray[np.int16]:
    """For each A-law byte the middle of its interval as int16."""
    code = np.arange(256) ^ 0x55
    segment, step = code >> 4 & 7, code & 15
    size = np.where(segment == 0, 2 * step + 1, (2 * step + 33) << np.maximum(segment, 1) - 1) << 3
    return np.where(code & 0x80, size, -size).astype("<i2")


_ENCODE = _encoder()
_DECODE = _decoder()
