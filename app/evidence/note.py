"""Signed notes, checkpoints and cosignatures as text (C2SP signed-note, tlog-checkpoint, tlog-cosignature v1).

A note is text, an empty line, and signature lines. The text counts only when a key that the reader already trusts has signed it;
lines of unknown keys are passed over, a known key's false signature condemns the note. How is signed says the key: S1 is Ed25519.
"""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from app.canonical import digest
from app.errors import EvidenceError
from app.evidence.means import S1, Means

PLAIN = 0x01
COSIGNATURE = 0x04
_LARGEST = 1 << 20
_MOST = 64
"""A note with more signature lines than this is refused (the specification asks for at least 16)."""
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key that somebody trusts. kind: PLAIN signs the text, COSIGNATURE signs text and time. point: its bytes (S1: 32).
    means: of the suite whose key this is."""

    name: str
    point: bytes
    kind: int = PLAIN
    means: Means = S1

    @classmethod
    def parse(cls, vkey: str, means: Means = S1) -> "Verifier":
        """From name+8 hex digits+base64; raises EvidenceError, also for a key of another suite."""
        name, _, rest = vkey.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        material = _from_base64(encoded)
        kinds, size = {means.signature.plain: PLAIN, means.signature.cosign: COSIGNATURE}, means.signature.key
        if not _is_name(name) or len(material) != 1 + size or material[0] not in kinds:
            raise EvidenceError("This is not a verifier key (name+hash+key)", where=vkey[:60])
        verifier = cls(name, material[1:], kinds[material[0]], means)
        if verifier.key_id.hex() != key_id:
            raise EvidenceError("This verifier key has a slip in it: its hash is wrong", where=vkey[:60])
        return verifier

    @property
    def key_id(self) -> bytes:
        """Four bytes that, with the name, say which key signed. No proof of anything by themselves."""
        return digest(self.name.encode() + b"\n" + self._material)[:4]

    @property
    def vkey(self) -> str:
        """The key as one line of text."""
        return f"{self.name}+{self.key_id.hex()}+{_to_base64(self._material)}"

    @property
    def _material(self) -> bytes:
        how = self.means.signature
        return bytes([how.plain if self.kind == PLAIN else how.cosign]) + self.point

    def verify(self, text: str, signature: bytes) -> int:
        """The time in the signature (Unix seconds; 0 for PLAIN). Raises EvidenceError when it is not this key's over this text."""
        stamp, raw = (signature[:8], signature[8:]) if self.kind == COSIGNATURE else (b"", signature)
        seconds = int.from_bytes(stamp, "big")
        if not self.means.signature.verify(self.point, raw, _message(self.kind, text, seconds)):
            raise EvidenceError(f"The signature of {self.name} is false")
        if seconds >= 2**63:
            raise EvidenceError(f"The signature of {self.name} has an impossible time")
        return seconds


@dataclass(frozen=True)
class Signer:
    """A signing key with its name. seed: 32 bytes. kind: PLAIN, or COSIGNATURE for cosign(); one seed must not serve both."""

    name: str
    seed: bytes = field(repr=False)
    kind: int = PLAIN
    means: Means = S1

    def __post_init__(self) -> None:
        if not _is_name(self.name) or len(self.seed) != 32:
            raise ValueError("a signer has a name without spaces or plus, and a seed of 32 bytes")

    @property
    def verifier(self) -> Verifier:
        """The public key to this."""
        return Verifier(self.name, self.means.signature.public(self.seed), self.kind, self.means)

    @property
    def vkey(self) -> str:
        """The public key as one line of text."""
        return self.verifier.vkey

    def line(self, text: str, seconds: int = 0) -> str:
        """A signature line, with its newline. seconds: Unix time, for COSIGNATURE only."""
        stamp = seconds.to_bytes(8, "big") if self.kind == COSIGNATURE else b""
        raw = self.means.signature.sign(self.seed, _message(self.kind, text, seconds))
        return f"— {self.name} {_to_base64(self.verifier.key_id + stamp + raw)}\n"


class Signature(NamedTuple):
    """A signature that holds. seconds: Unix time for a cosignature, else 0."""

    verifier: Verifier
    seconds: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A note's text and the trusted signatures that hold, in their order, one for each key."""

    text: str
    signatures: tuple[Signature, ...]

    def by(self, verifier: Verifier) -> Signature | None:
        """This key's signature, if it is there."""
        return next((each for each in self.signatures if each.verifier == verifier), None)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a journal was at one moment. origin: which journal; size: lines; root: 32 bytes. extension: further lines, without meaning."""

    origin: str
    size: int
    root: bytes
    extension: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The note text."""
        return "\n".join((self.origin, str(self.size), _to_base64(self.root), *self.extension, ""))

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """From the text of an opened note. Raises EvidenceError."""
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop() != "" or not all(lines) or not _NUMBER.fullmatch(lines[1]):
            raise EvidenceError("This is not a checkpoint", where=text[:60])
        root = _from_base64(lines[2])
        if len(root) != 32:
            raise EvidenceError("This is not a checkpoint: its root has not 32 bytes", where=lines[0])
        return cls(lines[0], int(lines[1]), root, tuple(lines[3:]))


def sign(text: str, *signers: Signer) -> str:
    """The note: text, empty line, one line a signer. Raises ValueError on text that no note may have (our bug)."""
    if not text.endswith("\n") or _CONTROL.search(text) or any(each.kind != PLAIN for each in signers):
        raise ValueError(
            "note text ends in a newline and has no control characters; only plain signers sign it"
        )
    return text + "\n" + "".join(each.line(text) for each in signers)


def cosign(note: str, cosigner: Signer, seconds: int) -> str:
    """The note with one more line: the cosigner says that at this time (Unix seconds) it saw this as the newest of its kind.

    Check consistency, and store it, before calling: a cosignature is a promise. cosigner.kind must be COSIGNATURE.
    """
    if cosigner.kind != COSIGNATURE:
        raise ValueError("a cosigner has a key of its own kind")
    text, _ = _parse(note)
    return note + cosigner.line(text, seconds)


def open_note(note: str | bytes, verifiers: Sequence[Verifier]) -> Opened:
    """The text and its trusted signatures. Raises EvidenceError when malformed, when none is trusted, or when one of a trusted key
    is false."""
    text, lines = _parse(note)
    known = {(each.name, each.key_id): each for each in verifiers}
    found: dict[Verifier, Signature] = {}
    for name, raw in lines:
        verifier = known.get((name, raw[:4]))
        if verifier is not None:
            found.setdefault(verifier, Signature(verifier, verifier.verify(text, raw[4:])))
    if not found:
        raise EvidenceError("Nobody whom we trust has signed this", where=text.partition("\n")[0][:60])
    return Opened(text, tuple(found.values()))


def _parse(note: str | bytes) -> tuple[str, list[tuple[str, bytes]]]:
    if len(note) > _LARGEST:
        raise EvidenceError("This signed note is far too long")
    try:
        content = note.decode("utf-8") if isinstance(note, bytes) else note.encode("utf-8").decode("utf-8")
    except UnicodeError as error:
        raise EvidenceError("This is not a signed note: it is not UTF-8") from error
    text, gap, tail = content.rpartition("\n\n")
    lines = tail.split("\n")
    if not gap or _CONTROL.search(content) or lines.pop() != "" or not 1 <= len(lines) <= _MOST:
        raise EvidenceError("This is not a signed note", where=content.partition("\n")[0][:60])
    return text + "\n", [_signature_line(line) for line in lines]


def _signature_line(line: str) -> tuple[str, bytes]:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "—" or not _is_name(parts[1]) or len(raw := _from_base64(parts[2])) < 5:
        raise EvidenceError("This is not a signed note: a signature line is malformed", where=line[:60])
    return parts[1], raw


def _message(kind: int, text: str, seconds: int) -> bytes:
    if kind == COSIGNATURE:
        return f"cosignature/v1\ntime {seconds}\n{text}".encode()
    return text.encode()


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(letter.isspace() for letter in name)


def _to_base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _from_base64(text: str) -> bytes:
    """Empty when the text is not canonical base64: no caller takes an empty value."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        return b""
    return data if _to_base64(data) == text else b""
