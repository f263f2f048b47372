"""Sealed objects: a small document as one age file, named by the SHA-256 of its bytes, all of about equal size."""

import os
from collections.abc import Sequence
from pathlib import Path

from app.canonical import hexdigest
from app.clock import Entropy
from app.errors import StorageError
from app.evidence.age import Recipient, encrypt

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
    try:
        write_durably(path, sealed)
    except OSError as error:
        raise StorageError("The sealed file cannot be written", where=str(path), todo="Free some disk space.") from error
    return sha, path, len(sealed)


def write_durably(path: Path, data: bytes) -> None:
    """Write a file so that after a power cut it is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    if os.name == "posix":  # Windows has no directory handles to flush
        handle = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
