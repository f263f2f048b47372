"""Signed requests: RFC 9421 with Ed25519, the same on both sides of the wire.

Covered are method, full address, digest and length of the body, the time and a nonce that is good once. http-message-signatures
checks neither coverage nor body unless told to (notes/libraries.md §7), so both are always passed here.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import http_message_signatures as hms
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.errors import SyncError, UsageError
from app.evidence.note import Signer, Verifier

TAG = "fangxin-sync-v1"
COVERED = ("@method", "@target-uri", "content-digest", "content-length")


@dataclass(frozen=True, slots=True)
class Signed:
    """What a valid signature says: who, when (seconds since 1970 UTC), and the nonce."""

    key_id: str
    created: int
    nonce: str


def address(url: str) -> str:
    """Central's address without a slash at its end. Raises UsageError for what is none: no request to it could be signed."""
    if not re.fullmatch(r"https?://[^/?#\s]+(/[^?#\s]*)?", url):
        todo = "Write it as https://host:port."
        raise UsageError("This is no address of central's", where=url[:80], todo=todo)
    return url.rstrip("/")


def signed_headers(
    method: str, url: str, body: bytes, *, key_id: str, signer: Signer, created: int, nonce: str
) -> dict[str, str]:
    """The headers that sign a request with this body: Content-Length, Content-Digest, Signature-Input, Signature."""
    message = _Message(method, url, {"Content-Length": str(len(body))})
    engine = hms.HTTPMessageSigner(
        signature_algorithm=hms.algorithms.ED25519,
        key_resolver=_Keys(None, {key_id: Ed25519PrivateKey.from_private_bytes(signer.seed)}),
    )
    engine.sign(
        message,
        key_id=key_id,
        created=dt.datetime.fromtimestamp(created, dt.UTC),
        nonce=nonce,
        label="fangxin",
        tag=TAG,
        covered_component_ids=COVERED,
        body=body,
    )
    return dict(message.headers)


def check_signature(
    method: str, url: str, headers: Mapping[str, str], body: bytes, key_of: Callable[[str], Verifier | None]
) -> Signed:
    """Who signed this request. Time and nonce are for the caller to judge. SyncError when the signature does not hold."""
    try:
        results = _Verifier(
            signature_algorithm=hms.algorithms.ED25519, key_resolver=_Keys(key_of, {})
        ).verify(
            _Message(method, url, headers),
            max_age=None,
            expect_tag=TAG,
            require_components=COVERED,
            body=body,
        )
    except (hms.HTTPMessageSignaturesException, ValueError) as error:
        raise SyncError("The request's signature does not hold") from error
    if len(results) != 1 or headers.get("content-length", headers.get("Content-Length")) != str(len(body)):
        raise SyncError("The request's signature does not cover the request as it came")
    found = results[0].parameters
    return Signed(str(found["keyid"]), int(found["created"]), str(found.get("nonce", "")))


@dataclass(slots=True)
class _Message:
    method: str
    url: str
    headers: Any = field(default_factory=dict)


class _Keys(hms.HTTPSignatureKeyResolver):
    def __init__(
        self, public: Callable[[str], Verifier | None] | None, private: Mapping[str, Ed25519PrivateKey]
    ) -> None:
        self._public, self._private = public, private

    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey | None:
        verifier = self._public(key_id) if self._public else None
        return Ed25519PublicKey.from_public_bytes(verifier.point) if verifier else None

    def resolve_private_key(self, key_id: str) -> Ed25519PrivateKey:
        return self._private[key_id]


class _Verifier(hms.HTTPMessageVerifier):
    """The library would compare with the machine's own clock; ours is an argument and judged by the caller."""

    def validate_created_and_expires(self, sig_input: Any, max_age: Any = None) -> None:
        if type(sig_input.params.get("created")) is not int or max_age is not None:
            raise hms.InvalidSignature("The signature tells no time")
