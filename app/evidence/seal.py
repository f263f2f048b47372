"""Sealed objects: a small document as one age file, named by the SHA-256 of its bytes, all of about equal size."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from app.clock import Entropy
from app.evidence import stanza
from app.evidence.age import encrypt, of_one_suite
from app.evidence.durable import make_folder, storage_errors, write_file
from app.evidence.means import S1, Means
from app.evidence.stanza import Wraps

PAGE = 16 * 1024
"""Documents are filled up with spaces to multiples of this inside the seal, so that their size tells nothing of the answers."""


def pad(document: bytes) -> bytes:
    """The document with trailing spaces up to a multiple of PAGE."""
    return document.ljust(-(-len(document) // PAGE) * PAGE)


def seal_object(
    folder: Path, document: bytes, recipients: Sequence[Wraps], entropy: Entropy
) -> tuple[str, Path, int]:
    """Seal a document into folder. Returns hash (hex, its name), path, bytes. Durable on return; StorageError when the disk refuses."""
    sealed = encrypt(pad(document), recipients, entropy)
    sha = of_one_suite(recipients).hexdigest(sealed)
    path = folder / sha
    with storage_errors(path):
        make_folder(folder)
        try:
            write_file(path, sealed)
        except OSError:
            with suppress(OSError):
                path.unlink()  # in place, but its name not durable: no line will name it, and the next try makes another
            raise
    return sha, path, len(sealed)


def digests(path: Path, means: Means = S1) -> tuple[str, str]:
    """Hash (hex) of an age file, and of its nonce and payload alone: the second is the same after a re-wrap. Streams.

    Raises StorageError, and SealError when the file has no age header."""
    with storage_errors(path), path.open("rb") as file:
        whole = means.of_file(file)
        file.seek(0)
        stanza.read(file, means)
        return whole, means.of_file(file)
