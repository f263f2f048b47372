"""Asks a time-stamp authority (RFC 3161) for its word on the newest checkpoint that the witness has cosigned."""

from collections.abc import Sequence
from pathlib import Path

import httpx2
from cryptography.x509 import Certificate

from app.errors import EvidenceError, SyncError
from app.evidence.durable import make_folder, storage_errors, write_file
from app.evidence.stamp import Stamp, read_stamp, stamp_request, stamped_text
from app.witness.keeper import Keeper

_LARGEST = 1 << 20


def stamp_newest(
    keeper: Keeper,
    url: str,
    authorities: Sequence[Certificate],
    transport: httpx2.BaseTransport | None = None,
) -> tuple[Path, Stamp] | None:
    """Get a token and file it under timestamps/<size>.tsr, once it is checked; None when there is one already or nothing to stamp.

    Raises SyncError when the authority cannot be asked, EvidenceError when its answer does not hold, StorageError.
    """
    point = keeper.newest
    if point is None:
        return None
    path = keeper.folder / "timestamps" / f"{point.size:012}.tsr"
    if path.exists():
        return None
    text = stamped_text(keeper.newest_note)
    token = _asked(url, stamp_request(text), transport)
    stamp = read_stamp(token, text, authorities)
    with storage_errors(path):
        make_folder(path.parent)
        write_file(path, token)
    return path, stamp


def _asked(url: str, request: bytes, transport: httpx2.BaseTransport | None) -> bytes:
    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    try:
        with httpx2.Client(transport=transport, trust_env=False, timeout=30.0) as http:
            answer = http.post(url, content=request, headers=headers)
    except httpx2.HTTPError as error:
        raise SyncError(
            f"The time-stamp authority cannot be reached: {error or type(error).__name__}", where=url
        ) from error
    if not answer.is_success or len(answer.content) > _LARGEST:
        raise EvidenceError(f"The time-stamp authority answered {answer.status_code}", where=url)
    return answer.content
