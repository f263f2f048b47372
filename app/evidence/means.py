"""What a suite does its work with: one hash, one authenticated cipher, one signature. Every key carries the means of its suite, and what is
done with a key is done by them: a file is sealed by those of its recipients, a journal is chained by those of its device's key.

So no caller chooses an algorithm, none can mix two, and another suite (post-quantum, SM2/SM3/SM4) is another value of Means.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Protocol, cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from app.canonical import Value, commit


class Hash(Protocol):
    """A running hash, as hashlib makes them."""

    def update(self, data: bytes, /) -> None:
        """Take in data."""

    def digest(self) -> bytes:
        """32 bytes."""

    def hexdigest(self) -> str:
        """64 hex digits."""


class Cipher(Protocol):
    """Authenticated encryption: nonce of 12 bytes, tag of 16 behind the text. decrypt raises InvalidTag."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        """The sealed text."""

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        """The text."""


@dataclass(frozen=True, slots=True)
class Signature:
    """How is signed. plain, cosign: the type bytes of C2SP signed-note; key: bytes of a public key. public: seed (32 bytes) → public key;
    sign: seed, message → signature; verify: public key, signature, message → whether it is true."""

    plain: int
    cosign: int
    key: int
    public: Callable[[bytes], bytes]
    sign: Callable[[bytes, bytes], bytes]
    verify: Callable[[bytes, bytes, bytes], bool]


@dataclass(frozen=True, slots=True)
class Means:
    """suite: its name. new: a running hash of 32 bytes. cipher: key of 32 bytes → Cipher. version: first
    line of a sealed file."""

    suite: str
    new: Callable[[], Hash] = field(repr=False)
    cipher: Callable[[bytes], Cipher] = field(repr=False)
    signature: Signature = field(repr=False)
    version: bytes = b"age-encryption.org/v1\n"

    def digest(self, data: bytes) -> bytes:
        """Hash, 32 bytes."""
        hashed = self.new()
        hashed.update(data)
        return hashed.digest()

    def hexdigest(self, data: bytes) -> str:
        """Hash, 64 hex digits."""
        return self.digest(data).hex()

    def of_file(self, file: BinaryIO) -> str:
        """Hash of what is left of an open file, 64 hex digits; the file may be larger than memory. Raises OSError."""
        hashed = self.new()
        while block := file.read(1 << 18):
            hashed.update(block)
        return hashed.hexdigest()

    def commit(self, salt: bytes, value: Value) -> str:
        """Commitment to a value (canonical.commit)."""
        return commit(salt, value, self.hexdigest)

    def keyed(self, key: bytes, data: bytes) -> bytes:
        """HMAC (RFC 2104), 32 bytes."""
        return hmac.new(key, data, cast("Callable[[], Any]", self.new)).digest()

    def derive(self, secret: bytes, salt: bytes, info: bytes) -> bytes:
        """32 bytes that tell nothing of the secret nor of what is derived with another salt or info: HKDF (RFC 5869). salt may be empty."""
        return self.keyed(self.keyed(salt or bytes(32), secret), info + b"\x01")


def _ed25519_public(seed: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def _ed25519_sign(seed: bytes, message: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).sign(message)


def _ed25519_verify(point: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(point).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _chacha20(key: bytes) -> Cipher:
    return ChaCha20Poly1305(key)


S1 = Means(
    "S1",
    hashlib.sha256,
    _chacha20,
    Signature(0x01, 0x04, 32, _ed25519_public, _ed25519_sign, _ed25519_verify),
)
"""SHA-256, ChaCha20-Poly1305, Ed25519 (notes/security.md §2.1)."""
