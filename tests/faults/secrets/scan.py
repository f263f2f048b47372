"""Looks for all patterns of all canaries at once in whatever a process may have left behind, compressed or not.

Four bytes of every pattern are looked up for every place of the data with numpy; only what passes is compared. Some 10 000 patterns cost
hardly more than one: about a second for 50 MB.
"""

import bz2
import lzma
import mmap
import os
import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tests.faults.secrets.canaries import Canary, writings

_PIECE = 4 << 20
_UNPACKED = 16 << 20
"""Bytes that a compressed stream is followed for."""
_PACKED = re.compile(rb"\x1f\x8b\x08|PK\x03\x04|\x78[\x01\x5e\x9c\xda]|BZh[1-9]1AY|\xfd7zXZ\x00|\x5d\x00\x00")


@dataclass(frozen=True, slots=True)
class Hit:
    """A canary was found. place: byte offset in what was searched; inside: how it was packed, "" = not."""

    canary: str
    encoding: str
    place: int
    inside: str = ""


class Hunter:
    """Knows every pattern. scanned: bytes looked through so far, unpacked ones included."""

    def __init__(self, canaries: Iterable[Canary]) -> None:
        self._known: dict[int, list[tuple[bytes, str, str]]] = defaultdict(list)
        seen: set[bytes] = set()
        for canary in canaries:
            for encoding, pattern in writings(canary).items():
                if pattern not in seen:
                    seen.add(pattern)
                    start = int.from_bytes(pattern[:4], "little")
                    self._known[start].append((pattern, canary.name, encoding))
        self.patterns = len(seen)
        self._longest = max(map(len, seen), default=0)
        self._starts = np.array(sorted(self._known), dtype=np.uint32)
        self._low, self._high = np.zeros(65536, bool), np.zeros(65536, bool)
        self._low[self._starts & 0xFFFF] = True
        self._high[self._starts >> 16] = True
        self.scanned = 0

    def block(self, data: bytes | mmap.mmap, *, unpack: bool = True) -> list[Hit]:
        """Search a block of memory or a mapped file."""
        found: list[Hit] = []
        for at in range(0, len(data), _PIECE):
            piece = data[at : at + _PIECE + self._longest]
            if not piece.strip(b"\0"):
                continue
            self.scanned += min(len(piece), _PIECE)
            found += [hit for hit in self._piece(piece, at) if hit.place < at + _PIECE]
            if unpack:
                found += self._packed(data, piece[:_PIECE], at)
        return found

    def file(self, path: Path) -> list[Hit]:
        """Search a file; nothing is told of one that is gone by now."""
        try:
            with path.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                if size == 0:
                    return self.block(file.read())  # /proc files have no size
                with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
                    return self.block(mapped)
        except FileNotFoundError:
            return []

    def folder(self, folder: Path) -> Iterator[tuple[Path, Hit]]:
        """Search every file below a folder, and the names."""
        for path in sorted(folder.rglob("*")):
            for hit in self.block(os.fsencode(path.name), unpack=False):
                yield path, hit
            if path.is_file() and not path.is_symlink():
                for hit in self.file(path):
                    yield path, hit

    def _piece(self, piece: bytes, at: int, inside: str = "") -> Iterator[Hit]:
        if len(piece) < 4 or not self._known:
            return
        byte = np.frombuffer(piece, np.uint8)
        pair: npt.NDArray[np.uint16] = byte[:-1].astype(np.uint16) | (byte[1:].astype(np.uint16) << 8)
        likely = np.flatnonzero(self._low[pair[:-2]] & self._high[pair[2:]])
        start = pair[likely].astype(np.uint32) | (pair[likely + 2].astype(np.uint32) << 16)
        slot = np.minimum(np.searchsorted(self._starts, start), len(self._starts) - 1)
        for place, first in zip(
            likely[self._starts[slot] == start], start[self._starts[slot] == start], strict=True
        ):
            for pattern, name, encoding in self._known[int(first)]:
                if piece.startswith(pattern, int(place)):
                    yield Hit(name, encoding, at + int(place), inside)

    def _packed(self, data: bytes | mmap.mmap, piece: bytes, at: int) -> Iterator[Hit]:
        for match in _PACKED.finditer(piece):
            place = at + match.start()
            kind, unpacked = _unpacked(data, place, match[0])
            if len(unpacked) >= 16:
                self.scanned += len(unpacked)
                for hit in self._piece(unpacked, 0, kind):
                    yield Hit(hit.canary, hit.encoding, place, kind)


def _unpacked(data: bytes | mmap.mmap, place: int, magic: bytes) -> tuple[str, bytes]:
    """What a compressed stream at this place holds, as far as it can be followed; b"" when it is none."""
    if magic[:2] == b"PK":
        head = data[place : place + 30]
        skip = 30 + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
        return "zip", _followed(zlib.decompressobj(-15), data, place + skip)
    if magic[:2] == b"\x1f\x8b":
        return "gzip", _followed(zlib.decompressobj(31), data, place)
    if magic[:1] == b"\x78":
        return "zlib", _followed(zlib.decompressobj(15), data, place)
    if magic[:3] == b"BZh":
        return "bzip2", _followed(bz2.BZ2Decompressor(), data, place)
    return "lzma", _followed(lzma.LZMADecompressor(), data, place)


def _followed(packed: object, data: bytes | mmap.mmap, place: int) -> bytes:
    """A stream that is damaged further on still tells its beginning."""
    made = bytearray()
    assert hasattr(packed, "decompress")
    for at in range(place, len(data), 4096):
        try:
            made += packed.decompress(data[at : at + 4096], _UNPACKED - len(made))
        except (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError):
            break
        if getattr(packed, "eof", False) or len(made) >= _UNPACKED:
            break
    return bytes(made)
