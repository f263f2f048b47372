"""ITU-T G.711: A-law and µ-law, as tables between a byte and an int16.

Tables 1a and 2a of the recommendation; 16-bit values are left-aligned as in the ITU's reference software (G.191).
"""

import numpy as np
import numpy.typing as npt

Encoder = npt.NDArray[np.uint8]
"""65,536 bytes: the code of each int16, seen as uint16."""
Decoder = npt.NDArray[np.int16]
"""256 values: the middle of each code's interval."""


def _alaw_encoder() -> Encoder:
    """Even bits are inverted, the sign bit is set for positive values."""
    linear = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32)
    size = np.where(linear < 0, ~linear, linear) >> 4  # 11 bits of magnitude
    segment = np.zeros_like(size)
    for threshold in (32, 64, 128, 256, 512, 1024):
        segment += size >= threshold
    # Segment 0 here holds the first two of G.711, which have one step size and so one formula.
    code = np.where(segment == 0, size, (segment + 1 << 4) | (size >> segment & 15))
    sign = np.where(linear < 0, 0, 0x80)
    return ((code | sign) ^ 0x55).astype(np.uint8)


def _alaw_decoder() -> Decoder:
    code = np.arange(256) ^ 0x55
    segment, step = code >> 4 & 7, code & 15
    size = np.where(segment == 0, 2 * step + 1, (2 * step + 33) << np.maximum(segment, 1) - 1) << 3
    return np.where(code & 0x80, size, -size).astype("<i2")


def _ulaw_encoder() -> Encoder:
    """All bits are inverted; 33 is added to the 13 bits of magnitude, so that a segment is the place of the highest bit."""
    linear = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32)
    size = np.minimum((np.where(linear < 0, ~linear, linear) >> 2) + 33, 0x1FFF)
    segment = np.zeros_like(size)
    for place in range(6, 13):
        segment += size >= 1 << place
    code = segment << 4 | (size >> segment + 1 & 15)
    inverted: Encoder = (~(code | np.where(linear < 0, 0x80, 0)) & 0xFF).astype(np.uint8)
    return inverted


def _ulaw_decoder() -> Decoder:
    code = ~np.arange(256) & 0xFF
    segment, step = code >> 4 & 7, code & 15
    size = ((2 * step + 33 << segment) - 33) << 2
    return np.where(code & 0x80, -size, size).astype("<i2")


ALAW_ENCODE, ALAW_DECODE = _alaw_encoder(), _alaw_decoder()
ULAW_ENCODE, ULAW_DECODE = _ulaw_encoder(), _ulaw_decoder()
