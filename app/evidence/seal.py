"""Sealed objects: a small document as one age file, named by the SHA-256 of its bytes, all of about equal size."""

from collections.abc import Sequence
from pathlib import Path

from app.canonical import hexdigest
from app.clock import Entropy
from app.evidence.age import Recipient, encrypt
from app.evidence.durable import storage_errors, write_file

PAGE = 16 * 1024
"""Documents are filled up with spaces to multiples of this inside the seal, so that their size tells nothing of the answers."""


def pad(document: bytes) -> bytes:
    """The document with trailing spaces up to a multiple of PAGE."""
    return document.ljust(-(-len(document) // PAGE) * PAGE)


def seal_object(
    folder: Path, document: bytes, recipients: Sequence[Recipient], entropy: Entropy
) -> tuple[str, Path, int]:
    """Seal a document into folder. Returns SHA-256 (hex), path, bytes. Durable on return; StorageError when the disk refuses."""
    sealed = encrypt(pad(document), recipients, entropy)
    sha = hexdigest(sealed)
    path = folder / sha
    with storage_errors(path):
        folder.mkdir(parents=True, exist_ok=True)
        write_file(path, sealed)
    return sha, path, len(sealed)
