"""The text in front of an age file: recipient stanzas and their MAC, written canonically and read as strictly as the format says."""

import base64
import binascii
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from app.clock import Entropy
from app.errors import SealError
from app.evidence.means import S1, Means

_ARMOR = b"-----BEGIN AGE"
_COLUMNS = 64
_LARGEST = 1 << 20
"""No header is longer than this: a reader must not be led into endless memory or time."""
_ARGUMENTS = re.compile(rb"-> ([\x21-\x7e]+(?: [\x21-\x7e]+)*)\n")
_BODY = re.compile(rb"[A-Za-z0-9+/]{0,64}\n")
_MAC = re.compile(rb"--- ([A-Za-z0-9+/]{43})\n")


@dataclass(frozen=True, slots=True)
class Stanza:
    """One recipient's copy of the file key. arguments: type first. body: wrapped key."""

    arguments: tuple[str, ...]
    body: bytes

    def render(self) -> bytes:
        """The stanza's lines: body wrapped at 64 columns, its last line shorter than that even if it must be empty."""
        text = to_base64(self.body)
        lines = [text[at : at + _COLUMNS] for at in range(0, len(text) + 1, _COLUMNS)]
        return "\n".join([" ".join(("->", *self.arguments)), *lines, ""]).encode("ascii")


class Wraps(Protocol):
    """What a file key can be wrapped for: a public key (age.py), a passphrase (locked.py)."""

    @property
    def means(self) -> Means:
        """Of its suite."""

    def wrap(self, file_key: bytes, entropy: Entropy, /) -> Stanza:
        """The file key (16 bytes) for this one alone."""


class Unwraps(Protocol):
    """What may open a stanza."""

    @property
    def means(self) -> Means:
        """Of its suite."""

    def unwrap(self, wrapped: Stanza, /) -> bytes | None:
        """The file key, or None when the stanza is for somebody else. Raises SealError when it is not well made."""


@dataclass(frozen=True, slots=True)
class Header:
    """A header as read. covered: the bytes under the MAC, up to and with the three dashes."""

    stanzas: tuple[Stanza, ...]
    covered: bytes
    mac: bytes
    means: Means = S1

    def check(self, file_key: bytes) -> None:
        """Raises SealError unless this header was made by somebody who knew the file key."""
        if not hmac.compare_digest(self.mac, _mac(file_key, self.covered, self.means)):
            raise SealError("The header of this file was altered")


def render(stanzas: Sequence[Stanza], file_key: bytes, means: Means = S1) -> bytes:
    """The whole header."""
    covered = means.version + b"".join(stanza.render() for stanza in stanzas) + b"---"
    return covered + b" " + to_base64(_mac(file_key, covered, means)).encode("ascii") + b"\n"


def read(file: BinaryIO, means: Means = S1) -> Header:
    """Read a header and leave file at the first payload byte. Raises SealError on anything the format does not allow, and on a file that
    was not sealed by these means."""
    first = file.readline(len(means.version))
    if first.startswith(_ARMOR):
        raise SealError("This age file is armored (text)", todo="Turn it into a binary age file first.")
    if first != means.version:
        raise _malformed("it does not begin like one")
    covered, stanzas = bytearray(first), []
    while (line := _line(file, covered)).startswith(b"->"):
        lines = [line]
        while not lines[1:] or len(lines[-1]) == _COLUMNS + 1:
            lines.append(_line(file, covered))
        stanzas.append(_stanza(lines))
    last = _MAC.fullmatch(line)
    if last is None or not stanzas:
        raise _malformed("its end is not as it should be")
    mac = from_base64(last[1].decode("ascii"))
    return Header(tuple(stanzas), bytes(covered[: -len(line)]) + b"---", mac, means)


def to_base64(data: bytes) -> str:
    """Base64 without padding."""
    return base64.b64encode(data).rstrip(b"=").decode("ascii")


def from_base64(text: str) -> bytes:
    """Decode base64 without padding. Raises SealError on padding, foreign letters or stray bits at the end."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _malformed("a line is not base64") from error
    if to_base64(data) != text:  # two spellings of one header would make two files out of one
        raise _malformed("a line is not canonical base64")
    return data


def _line(file: BinaryIO, so_far: bytearray) -> bytes:
    line = file.readline(_LARGEST - len(so_far))
    if not line.endswith(b"\n"):
        raise _malformed("it ends in the middle or is far too long")
    so_far += line
    return line


def _stanza(lines: list[bytes]) -> Stanza:
    first = _ARGUMENTS.fullmatch(lines[0])
    if first is None or not all(_BODY.fullmatch(line) for line in lines[1:]):
        raise _malformed("a recipient is not written as it should be")
    body = b"".join(line[:-1] for line in lines[1:])
    return Stanza(tuple(first[1].decode("ascii").split(" ")), from_base64(body.decode("ascii")))


def _mac(file_key: bytes, covered: bytes, means: Means) -> bytes:
    return means.keyed(means.derive(file_key, b"", b"header"), covered)


def _malformed(detail: str) -> SealError:
    return SealError(f"This is not an age file, or its header is damaged: {detail}")
