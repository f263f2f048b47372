"""What is looked for, and every way in which it could have been written down.

A canary is a number, a text (a name, somebody's words) or a key. writings() turns it into byte patterns, each with the name of its
encoding. Compressed copies have no pattern: carve.py unpacks what looks compressed and the same patterns are looked for within.
"""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from app.evidence.bech32 import encode as bech32

SHORTEST = 6
"""Bytes of a pattern: shorter ones turn up in encrypted data by chance (2**-48 a place and pattern)."""


@dataclass(frozen=True, slots=True)
class Canary:
    """kind: "number", "text" or "key". name: how a finding calls it; never the value itself. value: digits, text, or a key's bytes."""

    kind: str
    name: str
    value: str | bytes


def number(name: str, digits: str) -> Canary:
    """A telephone number as it is dialled."""
    return Canary("number", name, digits)


def text(name: str, words: str) -> Canary:
    """A name or somebody's words."""
    return Canary("text", name, words)


def key(name: str, secret: bytes) -> Canary:
    """A key, a salt, a passphrase: raw bytes."""
    return Canary("key", name, secret)


def writings(canary: Canary) -> dict[str, bytes]:
    """Encoding → pattern. None is shorter than SHORTEST."""
    match canary.kind, canary.value:
        case "number", str(digits):
            found = dict(_number(digits))
        case "text", str(words):
            found = dict(_text(words))
        case _, bytes(secret):
            found = dict(_key(secret))
        case _:
            raise AssertionError(canary.kind)
    return {name: pattern for name, pattern in found.items() if len(pattern) >= SHORTEST}


def _number(digits: str) -> Iterator[tuple[str, bytes]]:
    """+86…, 0086…, tel: and E.164 hold the digits in one run, so that the first pattern finds them too."""
    for name, written in _groups(digits):
        yield from _coded(f"{name} ", written, ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le"))
    wide = digits.translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)})
    yield from _coded("full-width ", wide, ("utf-8", "gb18030", "utf-16-le"))
    yield "reversed", digits[::-1].encode()
    for name, whole in (("", digits), ("86 ", "86" + digits)):
        odd = whole + "F" * (len(whole) % 2)
        yield f"{name}bcd swapped", bytes(int(odd[i + 1] + odd[i], 16) for i in range(0, len(odd), 2))
        yield (
            f"{name}bcd swapped, as hex",
            "".join(odd[i + 1] + odd[i] for i in range(0, len(odd), 2)).encode(),
        )
        yield f"{name}bcd right", bytes.fromhex(odd)
        yield f"{name}bcd left", bytes.fromhex("0" * (len(whole) % 2) + whole)
        yield f"{name}integer little", int(whole).to_bytes(8, "little")
        yield f"{name}integer big", int(whole).to_bytes(8, "big")


def _groups(digits: str) -> Iterator[tuple[str, str]]:
    yield "plain", digits
    groups = (digits[:3], digits[3:7], digits[7:])
    for name, between in (
        ("spaced", " "),
        ("dashed", "-"),
        ("dotted", "."),
        ("percent-spaced", "%20"),
        ("plus-spaced", "+"),
    ):
        yield name, between.join(groups)
    yield "no-break-spaced", "\u00a0".join(groups)


def _text(words: str) -> Iterator[tuple[str, bytes]]:
    yield from _coded("", words, ("utf-8", "gb18030", "utf-16-le", "utf-16-be", "utf-32-le"))
    yield "json escapes", json.dumps(words)[1:-1].encode()
    yield "json escapes, capitals", "".join(f"\\u{ord(c):04X}" if ord(c) > 126 else c for c in words).encode()
    yield "xml decimal", "".join(f"&#{ord(c)};" for c in words).encode()
    yield "xml hex", "".join(f"&#x{ord(c):x};" for c in words).encode()
    yield "python escapes", words.encode("unicode_escape")
    yield "quoted-printable", "".join(f"={b:02X}" for b in words.encode()).encode()
    yield "backward", words[::-1].encode()


def _key(secret: bytes) -> Iterator[tuple[str, bytes]]:
    yield from _binary("", secret)
    yield "words reversed", secret[::-1]
    yield "listed", ", ".join(map(str, secret)).encode()
    yield "escaped", repr(secret)[2:-1].encode()
    if len(secret) == 32:
        for name in ("age-secret-key-", "age"):
            written = bech32(name, secret)
            yield f"bech32 {name}", written.encode()
            yield f"bech32 {name}, capitals", written.upper().encode()


def _coded(name: str, written: str, codings: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    for coding in codings:
        data = written.encode(coding)
        yield from _binary(f"{name}{coding} ", data)
        yield f"{name}{coding} percent", quote(data, safe="").encode()
        yield f"{name}{coding} percent small", quote(data, safe="").lower().encode()
        yield f"{name}{coding} all percent", "".join(f"%{b:02X}" for b in data).encode()


def _binary(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    yield f"{name}raw", data
    yield f"{name}hex", data.hex().encode()
    yield f"{name}hex capitals", data.hex().upper().encode()
    yield f"{name}hex spaced", data.hex(" ").encode()
    for shift in range(3):
        yield f"{name}base64 +{shift}", _base64(data, shift, base64.b64encode)
        yield f"{name}base64url +{shift}", _base64(data, shift, base64.urlsafe_b64encode)
    yield f"{name}base32", base64.b32encode(data)[: len(data) * 8 // 5]
    yield f"{name}base85", base64.b85encode(data)[: len(data) // 4 * 5]


def _base64(data: bytes, shift: int, coded: object) -> bytes:
    """The characters that depend on the data alone when `shift` bytes of something else stand before it, and anything after."""
    assert callable(coded)
    whole: bytes = coded(bytes(shift) + data)
    return whole[-(-shift * 8 // 6) : (shift + len(data)) * 8 // 6]
