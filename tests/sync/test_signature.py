"""A request's signature covers all of the request, or it is none."""

import http_message_signatures as hms
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from app.errors import SyncError
from app.evidence.note import Signer, Verifier
from app.sync.signature import COVERED, TAG, Signed, check_signature, signed_headers

SIGNER = Signer("fangxin/0badcafe/1", b"s" * 32)
URL = "http://127.0.0.1:8000/v1/objects/aa?x=1"


def sign(body: bytes = b"body", method: str = "PATCH", url: str = URL) -> dict[str, str]:
    return signed_headers(
        method, url, body, key_id="0badcafe.1", signer=SIGNER, created=1_500_000_000, nonce="n1"
    )


def key_of(key_id: str) -> Verifier | None:
    return SIGNER.verifier if key_id == "0badcafe.1" else None


def check(headers: dict[str, str], body: bytes = b"body", method: str = "PATCH", url: str = URL) -> Signed:
    return check_signature(method, url, headers, body, key_of)


@given(body=st.binary(max_size=300))
def test_a_signed_request_is_its_senders(body: bytes) -> None:
    assert check(sign(body), body) == Signed("0badcafe.1", 1_500_000_000, "n1")


@pytest.mark.parametrize(
    "change",
    [
        {"body": b"bodY"},
        {"body": b""},
        {"method": "PUT"},
        {"url": URL.replace("aa", "ab")},
        {"url": URL.replace("8000", "8001")},
        {"url": URL.replace("x=1", "x=2")},
    ],
)
def test_a_changed_request_is_nobodys(change: dict[str, object]) -> None:
    with pytest.raises(SyncError, match="signature"):
        check(sign(), **change)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["Content-Length", "Content-Digest", "Signature-Input", "Signature"])
def test_a_missing_or_garbled_header_is_refused(name: str) -> None:
    whole = sign()
    for headers in (
        {k: v for k, v in whole.items() if k != name},
        {**whole, name: "garbage"},
        {**whole, name: ""},
    ):
        with pytest.raises(SyncError):
            check(headers)


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(SyncError):
        check_signature("PATCH", URL, sign(), b"body", lambda _: None)


class _Keys(hms.HTTPSignatureKeyResolver):
    def resolve_private_key(self, key_id: str) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(SIGNER.seed)


class _Request:
    def __init__(self) -> None:
        self.method, self.url = "PATCH", URL
        self.headers = {"Content-Length": "4"}


@pytest.mark.parametrize("left_out", COVERED)
def test_saboteur_a_true_signature_that_covers_less_is_refused(left_out: str) -> None:
    """The library's own defaults would take it."""
    request = _Request()
    signer = hms.HTTPMessageSigner(signature_algorithm=hms.algorithms.ED25519, key_resolver=_Keys())
    if left_out != "content-digest":
        covered, body = [name for name in COVERED if name != left_out], b"body"
    else:
        covered, body = [name for name in COVERED if name != left_out], None
    signer.sign(request, key_id="0badcafe.1", tag=TAG, nonce="n", covered_component_ids=covered, body=body)
    with pytest.raises(SyncError):
        check(request.headers)


def test_a_signature_for_another_purpose_is_refused() -> None:
    headers = sign()
    headers["Signature-Input"] = headers["Signature-Input"].replace(TAG, "other-tag")
    with pytest.raises(SyncError):
        check(headers)
