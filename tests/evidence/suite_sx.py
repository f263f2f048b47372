"""A second suite, to prove that one can come: post-quantum keys and signatures, SHA3-256, AES-256-GCM. Of S1 nothing is left in it.

Not for use: its key texts and type bytes are made up here. What the study package must name is "SX".
"""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.clock import Entropy
from app.errors import SealError
from app.evidence import suite
from app.evidence.means import Means, Signature
from app.evidence.stanza import Stanza, from_base64, to_base64
from app.evidence.suite import Suite

_HPKE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


def _public(seed: bytes) -> bytes:
    return MLDSA44PrivateKey.from_seed_bytes(seed).public_key().public_bytes_raw()


def _sign(seed: bytes, message: bytes) -> bytes:
    return MLDSA44PrivateKey.from_seed_bytes(seed).sign(message)


def _verify(point: bytes, signature: bytes, message: bytes) -> bool:
    try:
        MLDSA44PublicKey.from_public_bytes(point).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


SX_MEANS = Means(
    "SX",
    hashlib.sha3_256,
    AESGCM,
    Signature(0x81, 0x84, 1312, _public, _sign, _verify),
    b"fangxin-test-suite/SX\n",
)


@dataclass(frozen=True, slots=True)
class SXRecipient:
    """mlkem: 1184 bytes, x25519: 32."""

    mlkem: bytes
    x25519: bytes

    @property
    def means(self) -> Means:
        return SX_MEANS

    @classmethod
    def parse(cls, text: str) -> "SXRecipient":
        raw = base64.b64decode(text.removeprefix("sx1")) if text.startswith("sx1") else b""
        if len(raw) != 1184 + 32:
            raise SealError("This is not a public key of the suite SX", where=text[:20])
        return cls(raw[:1184], raw[1184:])

    def __str__(self) -> str:
        return "sx1" + base64.b64encode(self.mlkem + self.x25519).decode()

    def wrap(self, file_key: bytes, _entropy: Entropy) -> Stanza:
        key = hpke.MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(self.mlkem), X25519PublicKey.from_public_bytes(self.x25519)
        )
        return Stanza(("sx", to_base64(b"v1")), _HPKE.encrypt(file_key, key))


@dataclass(frozen=True, slots=True)
class SXIdentity:
    """seed: 32 bytes, from which both keys are made."""

    seed: bytes = field(repr=False)

    @property
    def means(self) -> Means:
        return SX_MEANS

    @classmethod
    def parse(cls, text: str) -> "SXIdentity":
        if not text.startswith("SX-SECRET-"):
            raise SealError("This is not a private key of the suite SX")
        return cls(bytes.fromhex(text.removeprefix("SX-SECRET-")))

    def _keys(self) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
        return (
            MLKEM768PrivateKey.from_seed_bytes(hashlib.sha3_512(self.seed).digest()),
            X25519PrivateKey.from_private_bytes(hashlib.sha3_256(self.seed).digest()),
        )

    @property
    def recipient(self) -> SXRecipient:
        mlkem, x25519 = self._keys()
        return SXRecipient(mlkem.public_key().public_bytes_raw(), x25519.public_key().public_bytes_raw())

    def unwrap(self, wrapped: Stanza) -> bytes | None:
        if wrapped.arguments[0] != "sx" or from_base64(wrapped.arguments[1]) != b"v1":
            return None
        try:
            return _HPKE.decrypt(wrapped.body, hpke.MLKEM768X25519PrivateKey(*self._keys()))
        except InvalidTag:
            return None


SX = Suite(SX_MEANS, SXRecipient.parse, SXIdentity.parse)


@contextmanager
def known() -> Iterator[None]:
    """A version of Fangxin that has this suite."""
    before = suite._KNOWN
    suite._KNOWN = {**before, SX.id: SX}
    try:
        yield
    finally:
        suite._KNOWN = before
