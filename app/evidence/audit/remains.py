"""How much sound an unclosed recording can hold, told from its sizes alone, without any key."""

import struct
from pathlib import Path
from typing import BinaryIO

from app.evidence import wav
from app.evidence.age import CHUNK, TAG

_FRAME = struct.Struct(">IQ")
_HEADER = len(wav.header())


def samples_in(payload: int, tail: Path | None) -> int:
    """Samples (per channel) that the remains can hold at most. payload: bytes of the age file after its header and nonce."""
    whole, rest = divmod(max(0, payload), CHUNK + TAG)
    end = whole * CHUNK + max(0, rest - TAG)
    if tail is not None:
        with tail.open("rb") as file:
            end = max(end, _end(file))
    return max(0, end - _HEADER) // wav.CHANNELS


def samples_whole_in(payload: int, tail: Path | None) -> int:
    """Samples (per channel) that whole chunks and whole frames are there for: less can be recovered only when some do not open."""
    end = max(0, payload) // (CHUNK + TAG) * CHUNK
    if tail is not None:
        with tail.open("rb") as file:
            end = max(end, _end(file))
    return max(0, end - _HEADER) // wav.CHANNELS


def readable(tail: Path) -> tuple[int, int]:
    """Bytes of a tail up to the end of its last whole frame, and all its bytes. More than a frame between them is no torn write."""
    with tail.open("rb") as file:
        _end(file)
        return file.tell(), tail.stat().st_size


def _end(tail: BinaryIO) -> int:
    """Where in the plaintext the last whole frame ends. The file is left behind that frame."""
    end = at = 0
    while len(head := tail.read(_FRAME.size)) == _FRAME.size:
        length, offset = _FRAME.unpack(head)
        if not TAG <= length <= CHUNK or len(tail.read(length)) != length:
            break
        end, at = int(offset) + int(length) - TAG, tail.tell()
    tail.seek(at)
    return end
