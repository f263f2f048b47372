"""What happens to a file: a bit turns over, a block becomes zeros, an end is lost, bytes come behind it. Seeded, and told in words."""

import re
from pathlib import Path
from random import Random

from app.evidence.age import CHUNK, TAG
from app.evidence.audit.place import head_size
from app.evidence.means import S1

_SECTOR = 512


def flipped(data: bytes, at: int, bit: int) -> bytes:
    """One bit turned over."""
    return data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]


def damaged(path: Path, chance: Random) -> str:
    """Damage a file that is not empty, in a way that is not the identity. Returns what was done, and where."""
    data = path.read_bytes()
    while True:
        made, told = chance.choice((_bit, _zeros, _cut, _appended))(data, chance)
        if made != data:
            break
    path.write_bytes(made)
    return told


def _bit(data: bytes, chance: Random) -> tuple[bytes, str]:
    part, start, end = chance.choice(_parts(data))
    at, which = chance.randrange(start, end), chance.randrange(8)
    return flipped(data, at, which), f"bit {which} of byte {at} ({part})"


def _zeros(data: bytes, chance: Random) -> tuple[bytes, str]:
    """A sector that was never written, on its border or not."""
    size = min(len(data), chance.choice((1, 16, _SECTOR, 4096)))
    at = chance.randrange(len(data) - size + 1)
    at -= at % size if chance.random() < 0.5 else 0
    return data[:at] + bytes(size) + data[at + size :], f"{size} zero bytes at {at}"


def _cut(data: bytes, chance: Random) -> tuple[bytes, str]:
    """Cut at a border that means something (line, header, chunk, sector, page) or anywhere."""
    where, end = chance.choice(_borders(data))
    return data[:end], f"cut to {end} of {len(data)} bytes ({where})"


def _appended(data: bytes, chance: Random) -> tuple[bytes, str]:
    more, told = chance.choice(
        ((b"\n", "a newline"), (b"\0", "a zero byte"), (chance.randbytes(64), "64 bytes"), (data, "itself"))
    )
    return data + more, f"{told} appended"


def _parts(data: bytes) -> list[tuple[str, int, int]]:
    """Name, begin and end of what a file consists of, so that small parts are hit as often as large ones."""
    head = head_size(data, S1)
    if head:
        mac = data.index(b"\n---") + 1
        stanza = data.index(b"\n->") + 1
        payload = [("payload", head, len(data) - TAG)] if len(data) - TAG > head else []
        return [
            ("version line", 0, stanza),
            ("stanza", stanza, mac),
            ("header MAC", mac, head - 16),
            ("nonce", head - 16, head),
            *payload,
            ("last tag", max(head, len(data) - TAG), len(data)),
        ]
    lines = [match.end() for match in re.finditer(rb"\n", data)]
    if len(lines) > 1 and b"\0" not in data:
        return [
            ("first line", 0, lines[0]),
            ("middle", lines[0], lines[-2]) if len(lines) > 2 else ("first line", 0, lines[0]),
            ("last line", lines[-2], len(data)),
            ("last byte", len(data) - 1, len(data)),
        ]
    return [("bytes", 0, len(data)), ("first byte", 0, 1), ("last byte", len(data) - 1, len(data))]


def _borders(data: bytes) -> list[tuple[str, int]]:
    size, head = len(data), head_size(data, S1)
    found = [("nothing left", 0), ("one byte less", size - 1), ("half", size // 2)]
    lines = [match.end() for match in re.finditer(rb"\n", data)]
    if len(lines) > 1 and not head:
        found += [
            ("last line gone", lines[-2]),
            ("in the last line", (lines[-2] + size) // 2),
            ("first line left", lines[0]),
        ]
    if head:
        found += [("header left", head), ("header without nonce", head - 16), ("in the header", head // 2)]
        found += [("chunk border", end) for end in range(head + CHUNK + TAG, size, CHUNK + TAG)]
    found += [("sector border", size // _SECTOR * _SECTOR)] if size % _SECTOR else []
    return [(where, end) for where, end in found if end < size]
