"""The tail journal of a recording: what an age file has not yet sealed, frame by frame, each durable by itself.

A frame: u32 length of the sealed data · u64 offset in the plaintext · sealed data, numbers big-endian. Sealed with
ChaCha20-Poly1305; key = HKDF-SHA256(file key of the age file, salt = its nonce, "fangxin/tail-journal/v1"); nonce = number of the
frame (12 bytes); associated data = "call id|number|offset". A frame holds only in its place, in its call, beside its age file.
"""

import struct
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO

from cryptography.exceptions import InvalidTag

from app.evidence.means import S1, Cipher, Means

LABEL = b"fangxin/tail-journal/v1"
OVERHEAD = 12 + 16
"""Bytes that a frame has more than its plaintext."""
_HEAD = struct.Struct(">IQ")
_LONGEST = 1 << 20


class Frames:
    """Makes the frames of one tail, in order. call_id: as in the journal."""

    def __init__(self, file_key: bytes, nonce: bytes, call_id: str, means: Means = S1) -> None:
        self._cipher = _cipher(file_key, nonce, means)
        self._call = call_id
        self._number = self._offset = 0

    def seal(self, data: bytes) -> bytes:
        """The next frame over the next data of the plaintext."""
        number, offset = self._number, self._offset
        # Counted before anybody writes: whatever the disk does, no second text goes out under this nonce. The key belongs to
        # one age file, and no age file is ever opened again for writing.
        self._number, self._offset = number + 1, offset + len(data)
        sealed = self._cipher.encrypt(_nonce(number), data, _binding(self._call, number, offset))
        return _HEAD.pack(len(sealed), offset) + sealed


def read_frames(
    file: BinaryIO, file_key: bytes, nonce: bytes, call_id: str, means: Means = S1
) -> Iterator[tuple[int, bytes]]:
    """Offset and plaintext of every whole and true frame. One that does not open costs only itself: each is bound to its own number and
    offset, so those after it are as good as ever. That the file was cut between two frames cannot be seen here; the marks in the
    journal show it."""
    cipher = _cipher(file_key, nonce, means)
    number = 0
    while len(head := file.read(_HEAD.size)) == _HEAD.size:
        length, offset = _HEAD.unpack(head)
        if length > _LONGEST:
            return
        sealed = file.read(length)
        with suppress(InvalidTag):
            yield offset, cipher.decrypt(_nonce(number), sealed, _binding(call_id, number, offset))
        number += 1


def _cipher(file_key: bytes, nonce: bytes, means: Means) -> Cipher:
    return means.cipher(means.derive(file_key, nonce, LABEL))


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _binding(call_id: str, number: int, offset: int) -> bytes:
    return f"{call_id}|{number}|{offset}".encode()
