"""What central takes and what it refuses: pure checks on bytes, without disk, network or clock.

Central is blind: it reads the journal's lines, which carry commitments only, and never opens an object. Each refusal names
an HTTP status and a word for programs, so that a workstation knows whether to resend, to wait or to raise an alarm.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.canonical import Value, decode
from app.errors import EvidenceError, FangxinError
from app.evidence.journal import GENESIS, Chain

CHUNK_LIMIT = 4 * 2**20
"""Bytes in one PATCH."""
OBJECT_LIMIT = 2**30
"""Bytes in one object: 18 hours of sound."""
OFFER_LIMIT = 32 * 2**20
"""Bytes in one journal append."""
NOTE_LIMIT = 2**20
"""Bytes in any other body."""

SHA256 = re.compile(r"[0-9a-f]{64}")
DEVICE = re.compile(r"[0-9a-f]{8}")
JOURNAL = re.compile(r"[0-9a-f]{8}\.[1-9][0-9]{0,8}")

_OBJECT_FIELDS = {
    "dial.start": ("contact",),
    "rec.close": ("sha256",),
    "rec.recovered": ("age_sha256", "tail_sha256"),
    "interview.close": ("object",),
}


class IntakeError(FangxinError):
    """Central does not take this. status: HTTP. word: for programs. facts: what the sender needs to go on."""

    def __init__(self, status: int, word: str, what: str, **facts: Value) -> None:
        super().__init__(what)
        self.status, self.word, self.facts = status, word, facts


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of an object. length: the whole object's bytes. complete: this piece is the last."""

    offset: int
    length: int
    complete: bool
    body: bytes


@dataclass(frozen=True, slots=True)
class Offer:
    """Journal lines from number `start` on (from 0), and the device's signed checkpoint after the last of them."""

    start: int
    lines: tuple[bytes, ...]
    checkpoint: str

    @property
    def size(self) -> int:
        """Lines in the journal after this offer."""
        return self.start + len(self.lines)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A workstation asks to be taken in: one-time code, "<device>.<epoch>", verification key, age recipient for assignments."""

    code: str
    device: str
    vkey: str
    recipient: str


def read_chunk(headers: Mapping[str, str], body: bytes) -> Chunk:
    """The piece in a PATCH request. IntakeError 400 for headers that say nothing, 413 when it is too large."""
    offset, length = (_count(headers.get(name, ""), name) for name in ("upload-offset", "upload-length"))
    complete = {"?1": True, "?0": False}.get(headers.get("upload-complete", ""))
    if complete is None:
        raise IntakeError(400, "headers", "Upload-Complete is neither ?0 nor ?1")
    if length > OBJECT_LIMIT or len(body) > CHUNK_LIMIT:
        raise IntakeError(413, "too_large", "The object or this piece of it is too large")
    end = offset + len(body)
    if end > length or complete != (end == length):
        raise IntakeError(
            400, "headers", "Upload-Offset, Upload-Length and Upload-Complete contradict each other"
        )
    return Chunk(offset, length, complete, body)


def read_offer(body: bytes) -> Offer:
    """The offer in a journal request. IntakeError 400 when it is none."""
    try:
        match decode(body):
            case {"v": 1, "start": int(start), "lines": list(lines), "checkpoint": str(checkpoint)} if (
                start >= 0
            ):
                return Offer(start, tuple(line.encode() for line in lines), checkpoint)
    except (EvidenceError, AttributeError):
        pass  # not JSON, or a line is no string: the same answer
    raise IntakeError(400, "body", "This is no journal offer")


def read_enrolment(body: bytes) -> Enrolment:
    """The request of a workstation to be taken in. IntakeError 400 when it is none."""
    try:
        match decode(body):
            case {
                "v": 1,
                "code": str(code),
                "device": str(device),
                "vkey": str(vkey),
                "recipient": str(recipient),
            }:
                if JOURNAL.fullmatch(device):
                    return Enrolment(code, device, vkey, recipient)
    except EvidenceError:
        pass
    raise IntakeError(400, "body", "This is no enrolment")


def check_lines(offer: Offer, origin: str) -> list[dict[str, Value]]:
    """The lines as objects. IntakeError 400 unless each is a journal line of this origin, numbered and chained to the one before."""
    try:
        # What the first line follows is joins()'s question: a false answer there is not a slip but two histories.
        head = str(decode(offer.lines[0]).get("prev")) if offer.lines else GENESIS
        chain = Chain(origin, offer.start, head)
        return [chain.follow(line) for line in offer.lines]
    except EvidenceError as error:
        raise IntakeError(400, "line", f"{error.what} ({error.where})") from error


def refuse_rehearsal(entries: Iterable[Mapping[str, Value]]) -> None:
    """IntakeError 403 when a line comes from practice: practice never mixes with a survey."""
    for entry in entries:
        if entry.get("rehearsal") != 0:
            raise IntakeError(403, "rehearsal", "Practice calls are not taken for a real survey")


def joins(offer: Offer, held: Sequence[bytes], head: str) -> bool:
    """Whether an offer continues the journal that central holds.

    held: central's own lines from offer.start on; head: SHA-256 of its last line (GENESIS when it has none). Equal lines
    may come again; other lines in their place mean that the device has signed two histories.
    """
    if held:
        common = min(len(held), len(offer.lines))
        return list(held[:common]) == list(offer.lines[:common])
    if not offer.lines:
        return True
    return bool(decode(offer.lines[0]).get("prev") == head)


def objects_named(entries: Iterable[Mapping[str, Value]]) -> list[str]:
    """SHA-256 of every sealed object that these lines speak of, in their order, each once."""
    named: dict[str, None] = {}
    for entry in entries:
        for name in _OBJECT_FIELDS.get(str(entry.get("type")), ()):
            sha256 = entry.get(name)
            if isinstance(sha256, str) and SHA256.fullmatch(sha256):
                named[sha256] = None
    return list(named)


def _count(text: str, name: str) -> int:
    if not re.fullmatch(r"[0-9]{1,15}", text):
        raise IntakeError(400, "headers", f"{name} is not a number")
    return int(text)
