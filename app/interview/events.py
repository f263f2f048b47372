"""What can happen in an interview. The list of these is the interview; nothing is ever taken out of it.

Values and salts stand here in the clear: these events live only in the encrypted store and in the sealed interview. The
journal carries commitments to them. `at` is the sample offset in the recording of `call`; `wall` is ms since 1970 UTC.
"""

from dataclasses import asdict, dataclass

from app.canonical import Value, decode, encode
from app.errors import EvidenceError


@dataclass(frozen=True, slots=True)
class Opened:
    """The respondent is on the line and the script begins. form_sha: SHA-256 of the compiled form it began with."""

    interview: str
    case: str
    call: str
    form_sha: str
    language: str
    wall: int


@dataclass(frozen=True, slots=True)
class Resumed:
    """The interview goes on in a later call."""

    call: str
    wall: int


@dataclass(frozen=True, slots=True)
class Upgraded:
    """The interview goes on in a newer version of its questionnaire. form_sha: of that compiled form."""

    form_sha: str
    wall: int


@dataclass(frozen=True, slots=True)
class Answered:
    """A value was given, or given anew (reason tells why: "" the first time). salt: 64 hex digits."""

    question: str
    value: str
    salt: str
    call: str
    at: int
    wall: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """The interviewer went to another question."""

    to: str
    wall: int


@dataclass(frozen=True, slots=True)
class Noted:
    """The interviewer wrote a note."""

    question: str
    text: str
    wall: int


@dataclass(frozen=True, slots=True)
class Switched:
    """The interview goes on in another language (ISO code)."""

    language: str
    wall: int


@dataclass(frozen=True, slots=True)
class Made:
    """Values that the form made by itself (random(), once(), dynamic defaults): question → value. Kept, so that they stay."""

    values: dict[str, str]
    wall: int


@dataclass(frozen=True, slots=True)
class Handled:
    """How an answer came about: what the interviewer did beside typing it.

    deed: "probe" (text was read as a neutral probe), "vague" (the answer stayed vague after a probe, value is the fixed code),
    "kept" (value was kept against a soft check, text is the reason), "voids" (the answer was changed to value though names do not
    count any more), "removed" (the instance of a repeat that value names was taken away; names are the answers in it).
    """

    deed: str
    question: str
    value: str
    text: str
    names: list[str]
    call: str
    at: int
    wall: int


@dataclass(frozen=True, slots=True)
class Finished:
    """The call's outcome was chosen. An interview may finish more than once: broken off, resumed, completed."""

    outcome: str
    call: str
    at: int
    wall: int


Event = Opened | Resumed | Upgraded | Answered | Moved | Noted | Switched | Made | Handled | Finished
_KINDS: dict[str, type[Event]] = {
    kind.__name__: kind
    for kind in (Opened, Resumed, Upgraded, Answered, Moved, Noted, Switched, Made, Handled, Finished)
}


def to_line(event: Event) -> bytes:
    """Canonical JSON of an event, with its kind."""
    fields: dict[str, Value] = asdict(event)
    return encode({"event": type(event).__name__, **fields})


def from_line(line: bytes) -> Event:
    """The event on a line. Raises EvidenceError for a kind or field of another version."""
    fields = decode(line)
    try:
        return _KINDS[fields.pop("event")](**fields)
    except (KeyError, TypeError) as error:
        raise EvidenceError(
            "This interview event is of another version", where=line[:60].decode(errors="replace")
        ) from error
