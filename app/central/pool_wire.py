"""What the centre and the desks say to the pool, read from their requests."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass

from app.canonical import Value, decode
from app.central.intake import IntakeError
from app.sample.case import Attempt
from app.sample.plan import Caller
from app.sample.pull import Fate


@dataclass(frozen=True, slots=True)
class Offered:
    """A case as the centre hands it in. key: keyed hash of its number. sealed: the number and what the sample knows, for the room."""

    id: str
    ticket: str
    unit: str
    mobile: bool
    key: str
    sealed: bytes


def read_offered(document: Mapping[str, Value]) -> list[Offered]:
    """The centre's cases from a request. IntakeError when they are not written as they should be."""
    try:
        return [
            Offered(
                str(each["case"]),
                str(each["ticket"]),
                str(each["unit"]),
                bool(each["mobile"]),
                str(each["key"]),
                base64.b64decode(each["sealed"], validate=True),
            )
            for each in document["cases"]
        ]
    except (KeyError, TypeError, binascii.Error) as error:
        raise IntakeError(400, "body", "These are no cases of a pool") from error


def read_attempts(document: Mapping[str, Value]) -> tuple[str, list[Attempt]]:
    """(case, calls) of a settlement. IntakeError when it is not written as it should be."""
    try:
        return str(document["case"]), [Attempt.of(values) for values in document["attempts"]]
    except (KeyError, TypeError, ValueError) as error:
        raise IntakeError(400, "body", "This is no account of a case") from error


def read_fates(document: Mapping[str, Value]) -> list[tuple[str, Fate]]:
    """(hash of the note, what became of it) as a desk tells it. IntakeError when it is not written as it should be."""
    try:
        return [(str(sha256), Fate(fate)) for sha256, fate in document.get("fates", ())]
    except (TypeError, ValueError) as error:
        raise IntakeError(400, "body", "This does not tell what became of a decision") from error


def attempts_in(text: str) -> list[list[int | str]]:
    """A case's calls as they stand in the index."""
    return list(decode(f'{{"a":{text}}}'.encode())["a"])


@dataclass(frozen=True, slots=True)
class Wish:
    """What a desk asks for. want: cases; closed: full units; held: cases that it still has; given: cases that a supervisor gave to it."""

    caller: Caller
    want: int
    closed: frozenset[str]
    held: frozenset[str]
    given: frozenset[str]


def read_wish(document: Mapping[str, Value]) -> Wish:
    """IntakeError when it is not written as it should be."""
    try:
        who = document["caller"]
        skills, shuns, knows = (
            frozenset(str(each) for each in who[name]) for name in ("skills", "shuns", "knows")
        )
        closed, held = (frozenset(str(each) for each in document[name]) for name in ("closed", "held"))
        given = frozenset(str(each) for each in document.get("given", ()))
        return Wish(Caller(str(who["id"]), skills, shuns, knows), int(document["want"]), closed, held, given)
    except (KeyError, TypeError, ValueError) as error:
        raise IntakeError(400, "body", "This is no request for cases") from error
