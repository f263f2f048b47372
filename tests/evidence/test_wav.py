"""The sound format: A-law exactly as G.711 has it, sides on their channels, a header that says what is known."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.evidence import wav

EVERY_SAMPLE = struct.pack("<65536h", *range(-32768, 32768))


def reference(sample: int) -> int:
    """A-law of one int16 as the ITU's reference software (G.191, alaw_compress) words it."""
    magnitude = (~sample if sample < 0 else sample) >> 4
    if magnitude > 15:
        exponent = 1
        while magnitude > 31:
            magnitude >>= 1
            exponent += 1
        magnitude = magnitude - 16 + (exponent << 4)
    return (magnitude if sample < 0 else magnitude | 0x80) ^ 0x55


def expanded(code: int) -> int:
    """int16 of one A-law byte, as G.191's alaw_expand words it."""
    bits = code ^ 0x55
    exponent, mantissa = (bits & 0x7F) >> 4, bits & 15
    if exponent > 0:
        mantissa += 16
    mantissa = (mantissa << 4) + 8
    if exponent > 1:
        mantissa <<= exponent - 1
    return mantissa if bits & 0x80 else -mantissa


def test_every_sample_is_coded_as_the_standard_says() -> None:
    silence = bytes(len(EVERY_SAMPLE))
    block = wav.interleave(EVERY_SAMPLE, silence)
    assert list(block[0::2]) == [reference(sample) for sample in range(-32768, 32768)]
    assert set(block[1::2]) == {0xD5}


def test_every_byte_is_decoded_as_the_standard_says() -> None:
    left, right = wav.separate(bytes(code for code in range(256) for _ in "lr"))
    assert list(struct.unpack("<256h", left)) == [expanded(code) for code in range(256)]
    assert left == right


@given(st.binary(max_size=400), st.binary(max_size=400))
def test_sides_keep_their_places(left: bytes, right: bytes) -> None:
    size = min(len(left), len(right)) // 2 * 2
    block = wav.interleave(left[:size], right[:size])
    assert wav.interleave(*wav.separate(block)) == block
    assert wav.interleave(right[:size], left[:size])[1::2] == block[0::2]


def test_unequal_sides_are_our_own_mistake() -> None:
    for left, right in ((b"ab", b""), (b"abc", b"abc")):
        with pytest.raises(ValueError, match="equally many"):
            wav.interleave(left, right)
    with pytest.raises(ValueError, match="half"):
        wav.separate(b"a")


def test_header_of_known_length_adds_up() -> None:
    header = wav.header(8000)
    assert len(header) == 58
    assert struct.unpack("<I", header[4:8])[0] == 58 - 8 + 16_000
    assert struct.unpack("<I", header[-4:])[0] == 16_000
    assert struct.unpack("<I", header[46:50])[0] == 8000
    assert header[20:36] == struct.pack("<HHIIHH", 6, 2, 8000, 16_000, 2, 8)


def test_header_of_unknown_length_says_so() -> None:
    header = wav.header()
    assert len(header) == 58
    assert header[4:8] == header[46:50] == header[-4:] == b"\xff" * 4
