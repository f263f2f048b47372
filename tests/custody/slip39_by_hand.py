"""SLIP-0039 as its text says (one group, before the extension), written without the library: what others will join with."""

import hashlib
import hmac
from collections.abc import Sequence
from importlib import resources

_WORDS = (resources.files("shamir_mnemonic") / "wordlist.txt").read_text().split()
_GENERATOR = (
    0xE0E040,
    0x1C1C080,
    0x3838100,
    0x7070200,
    0xE0E0009,
    0x1C0C2412,
    0x38086C24,
    0x3090FC48,
    0x21B1F890,
    0x3F3F120,
)


def _checksum(values: Sequence[int]) -> int:
    check = 1
    for value in values:
        top, check = check >> 20, (check & 0xFFFFF) << 10 ^ value
        for bit, term in enumerate(_GENERATOR):
            check ^= term if top >> bit & 1 else 0
    return check


def _times(a: int, b: int) -> int:
    total = 0
    while b:
        total ^= a if b & 1 else 0
        a, b = a << 1 ^ (0x11B if a & 0x80 else 0), b >> 1
    return total


def _over(a: int, b: int) -> int:
    return next(_times(a, each) for each in range(256) if _times(b, each) == 1)


def _at(x: int, points: dict[int, bytes]) -> bytes:
    """The polynomial through these points, byte by byte."""
    made = bytearray(len(next(iter(points.values()))))
    for own, value in points.items():
        factor = 1
        for other in points.keys() - {own}:
            factor = _times(factor, _over(x ^ other, own ^ other))
        made = bytearray(sum_ ^ _times(factor, byte) for sum_, byte in zip(made, value, strict=True))
    return bytes(made)


def join(mnemonics: Sequence[str]) -> bytes:
    """The secret of two or more sheets' words. AssertionError when a sheet is misspelt or they come to nothing."""
    points: dict[int, bytes] = {}
    for mnemonic in mnemonics:
        values = [_WORDS.index(word) for word in mnemonic.split()]
        assert _checksum([*b"shamir", *values]) == 1, "misspelt, or made under the extension"
        number = int("".join(f"{value:010b}" for value in values), 2)
        bits = 10 * len(values)
        head = f"{number:0{bits}b}"
        identifier, exponent, index = int(head[:15], 2), int(head[16:20], 2), int(head[32:36], 2)
        size = (bits - 70) // 16 * 2
        points[index] = (number >> 30 & (1 << 8 * size) - 1).to_bytes(size, "big")
    secret, digest = _at(255, points), _at(254, points)
    assert digest[:4] == hmac.new(digest[4:], secret, hashlib.sha256).digest()[:4], (
        "not the sheets of one key"
    )
    left, right = secret[: len(secret) // 2], secret[len(secret) // 2 :]
    for step in (3, 2, 1, 0):
        salt = b"shamir" + identifier.to_bytes(2, "big") + right
        mask = hashlib.pbkdf2_hmac("sha256", bytes([step]), salt, 2500 << exponent, len(left))
        left, right = right, bytes(a ^ b for a, b in zip(left, mask, strict=True))
    return right + left
