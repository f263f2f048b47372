"""How a log asks a witness (C2SP tlog-witness, add-checkpoint): the request's text, written and read."""

import base64
import binascii
import re
from collections.abc import Iterable

from app.errors import EvidenceError
from app.evidence.note import Verifier, open_note

_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")
_MOST_HASHES = 63


class UnknownLogError(EvidenceError):
    """Not of the log that this witness watches."""


class ForgedError(EvidenceError):
    """In its name, and not signed by it."""


def request(old: int, proof: Iterable[bytes], note: str) -> str:
    """The body of a tlog-witness add-checkpoint request."""
    return f"old {old}\n" + "".join(f"{base64.b64encode(each).decode()}\n" for each in proof) + "\n" + note


def parsed(text: str) -> tuple[int, list[bytes], str]:
    """Old size, proof, checkpoint. Raises EvidenceError when it is no such request."""
    head, gap, note = text.partition("\n\n")
    first, *lines = head.split("\n")
    old = _OLD.fullmatch(first)
    if not gap or old is None or len(lines) > _MOST_HASHES:
        raise EvidenceError("This is no request of a log to a witness")
    return int(old[1]), [_hash(line) for line in lines], note


def _hash(line: str) -> bytes:
    try:
        data = base64.b64decode(line, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if len(data) != 32:
        raise EvidenceError("This is no hash")
    return data


def signed_by(note: str, log: Verifier) -> str:
    """The note's text. Raises UnknownLogError (of another log), ForgedError (in its name, but false), EvidenceError."""
    origin = note.partition("\n")[0]
    try:
        return open_note(note, [log]).text
    except EvidenceError as error:
        if "\n\n" not in note:
            raise
        raise (ForgedError if origin == log.name else UnknownLogError)(error.what) from error
