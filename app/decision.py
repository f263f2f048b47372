"""What a person decides at the centre, as the centre signs it: central passes it on, and can neither make nor change one."""

from collections.abc import Sequence

from app.errors import EvidenceError, StudyError
from app.evidence.note import Signer, Verifier, open_note, sign


def signed(title: str, fields: Sequence[str], wall: int, signer: Signer) -> str:
    """A signed note: title, one line a field, when (ms wall). Raises StudyError when a field is not one line of text."""
    if any(not field.isprintable() for field in fields):
        raise StudyError("Name and reason of a decision are one line of text each")
    return sign("\n".join((title, *fields, str(wall), "")), signer)


def opened(note: str, title: str, publisher: Verifier) -> tuple[list[str], int]:
    """(fields, wall) again. Raises EvidenceError when the centre has not signed it, or it is of another kind."""
    match open_note(note, [publisher]).text.split("\n"):
        case [first, *fields, wall, ""] if first == title and wall.isdecimal():
            return fields, int(wall)
    raise EvidenceError(f'This note is no "{title}"')
