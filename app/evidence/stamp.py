"""RFC 3161 time-stamp tokens: an outside authority's word that some bytes existed at a moment. Asked for by a witness, checked by anybody.

A token is over the text of a log checkpoint (origin, size, root, each with its LF): `openssl ts -verify -data TEXT -in TOKEN` checks it.
The library that reads tokens (rfc3161-client) comes with fangxin[witness]: a workstation has no use for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cryptography import x509

from app.canonical import digest
from app.errors import EvidenceError


class NoReaderError(EvidenceError):
    """The library that reads tokens is not installed here: nothing is said about the token."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A token that holds. wall: ms since 1970 UTC, by the authority's clock. authority: its certificate's name."""

    wall: int
    authority: str


def stamp_request(text: bytes) -> bytes:
    """What is sent to the authority (application/timestamp-query) for a token over this text. Raises NoReaderError."""
    library = _library()
    builder = library.TimestampRequestBuilder().data(text).hash_algorithm(library.HashAlgorithm.SHA256)
    asked: bytes = builder.build().as_bytes()
    return asked


def read_stamp(token: bytes, text: bytes, roots: Sequence[x509.Certificate]) -> Stamp:
    """Check a token over this text. roots: certificates of authorities that the auditor trusts. Raises EvidenceError, NoReaderError."""
    library = _library()
    try:
        answer = library.decode_timestamp_response(token)
        builder = library.VerifierBuilder()
        for root in roots:
            builder = builder.add_root_certificate(root)
        # The library checks chain, purpose and imprint, but wants the imprint computed by the caller.
        imprint = answer.tst_info.message_imprint.message
        if imprint != digest(text):
            raise EvidenceError("The time stamp is over something else")
        builder.build().verify(answer, imprint)
        moment = answer.tst_info.gen_time
    except (ValueError, library.VerificationError) as error:
        raise EvidenceError(f"The time stamp does not hold: {error}") from error
    named = getattr(answer.tst_info.name, "value", None)
    return Stamp(int(moment.timestamp() * 1000), named.rfc4514_string() if named else "an unnamed authority")


def certificates(pem: bytes) -> list[x509.Certificate]:
    """The certificates in a PEM file. Raises EvidenceError when there is none."""
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise EvidenceError("This file holds no certificate (PEM)") from error


def _library() -> Any:
    try:
        import rfc3161_client  # only where a witness or an auditor needs it: an extra, not the workstation's
    except ModuleNotFoundError as error:
        raise NoReaderError("Time stamps cannot be read here", todo="Install fangxin[witness].") from error
    return rfc3161_client


def stamped_text(note: str) -> bytes:
    """The bytes of a note that a token is over: its text, without the signatures."""
    return (note.rpartition("\n\n")[0] + "\n").encode()
