"""Decisions of the centre about people who do not want to be called, as they go to central and its desks."""

from dataclasses import dataclass

from app.decision import opened, signed
from app.errors import EvidenceError
from app.evidence.note import Signer, Verifier
from app.queue_people import Bar

_NOTE = "fangxin do-not-call decision v1"


@dataclass(frozen=True, slots=True)
class Entry:
    """The last decision about a number. key: its hash, 32 hex digits. wall: ms."""

    key: str
    barred: bool
    by: str
    reason: str
    wall: int


def entry_note(study: str, entry: Entry, signer: Signer) -> str:
    """A decision for the desks of a study, as the centre signs it."""
    state = "barred" if entry.barred else "free"
    return signed(_NOTE, (study, entry.key, entry.by, entry.reason, state), entry.wall, signer)


def read_entry(note: str, study: str, publisher: Verifier) -> tuple[str, Bar]:
    """(hash, decision). Raises EvidenceError when the centre has not signed it, or it belongs to another study."""
    match opened(note, _NOTE, publisher):
        case [of, key, by, reason, "barred" | "free" as state], wall if of == study and key and by and reason:
            return key, Bar(wall, "", by, reason, barred=state == "barred")
    raise EvidenceError("This note is no decision about a number of this study")
