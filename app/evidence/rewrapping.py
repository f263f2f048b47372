"""The same age file for other recipients: a new header over unchanged payload bytes, so that payload_sha256 still holds."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from app.clock import Entropy
from app.evidence import stanza
from app.evidence.age import CHUNK, Reader, of_one_suite
from app.evidence.durable import storage_errors, sync_folder
from app.evidence.stanza import Unwraps, Wraps


@contextmanager
def rewrapped(
    path: Path, identities: Sequence[Unwraps], recipients: Sequence[Wraps], out: Path, entropy: Entropy
) -> Iterator[tuple[str, str]]:
    """Make out of path. Gives the hashes (hex) of the finished file and of its payload, as seal.digests() does.

    Within the block all of out is durable but its header, without which nobody opens it; the header is written when the block is left.
    Whatever ends the block early takes the file away again. Raises SealError when no identity fits, StorageError when out exists or cannot
    be written. The payload is not verified.
    """
    means = of_one_suite([*recipients, *identities])
    with storage_errors(path), path.open("rb") as file:
        opened = Reader(file, identities)
        stanzas = [each.wrap(opened.file_key, entropy) for each in recipients]
        header = stanza.render(stanzas, opened.file_key, of_one_suite(recipients))
        whole, payload = means.new(), means.new()
        whole.update(header)
        with _own_file(out) as target:
            with storage_errors(out):
                target.write(bytes(len(header)))
                block = opened.nonce
                while block:
                    for taken in (whole.update, payload.update, target.write):
                        taken(block)
                    block = file.read(CHUNK)
                _sync(target)
                sync_folder(out.parent)
            yield whole.hexdigest(), payload.hexdigest()
            with storage_errors(out):
                target.seek(0)
                target.write(header)
                _sync(target)


@contextmanager
def _own_file(path: Path) -> Iterator[BinaryIO]:
    """A new file that is gone again when the block fails. One that was there already is somebody else's, and stays."""
    with storage_errors(path):
        file = path.open("xb")
    try:
        with file:
            yield file
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
