"""What desk and line worker say to each other: one JSON object a line, UTF-8, over the worker's stdin and stdout.

Every object is a typed value: {"is": NAME, field: value, …}; NAME is one of the classes below (or of a value within them), fields are
text, integers, true/false, lists and objects; a number with a fraction travels as thousandths, bytes as base64. A field
that is missing, unknown or of another type makes the line a bad line: it is logged and passed over, never fatal. Desk and worker come
from one installation; each side says PROTOCOL first, and a worker that speaks another one is not used.

 desk → worker   Begin · Open · Dial · HangUp · SendDtmf · MarkAnswered · Mute · Abandon · Ask · Beat · Close
 worker → desk   Ready · NotReady · Opened · NotOpened · Told · Progress · Said · Beat

Begin comes first; Ready or NotReady answers it, and after NotReady the worker ends. Open is answered by Opened or NotOpened, Ask by
Said. Told carries the reports of a call, in order.
Progress comes ten times a second while sound is recorded, Beat every second otherwise; the desk sends Beat every second. End of file
or silence on either side means that the other is dead (service.py, process.py).
"""

from dataclasses import dataclass

from app.errors import FangxinError
from app.line.contract import LineChoice, Report
from hardware.base import Capability, Resident, Utterance

PROTOCOL = 1
LONGEST = 8_000_000
"""Bytes of the longest line: a rehearsal's residents are some hundreds of kilobytes."""


@dataclass(frozen=True, slots=True)
class Begin:
    """Who you are: the line to open; where the transcript goes ("" = memory only); lock: the file whose lock the worker holds as long as it
    lives. residents and seed: of a rehearsal. announcements: folder of those that are known, "" = none."""

    protocol: int
    line: LineChoice
    transcript: str = ""
    lock: str = ""
    residents: tuple[Resident, ...] = ()
    seed: str = ""
    announcements: str = ""


@dataclass(frozen=True, slots=True)
class Open:
    """Open the recording of a call. recipients: as in the signed study, of the suite that it names; the file key never leaves the
    worker."""

    call: str
    path: str
    suite: str
    recipients: tuple[str, ...]
    reserve_seconds: int


@dataclass(frozen=True, slots=True)
class Dial:
    """Dial within the call whose recording is open."""

    number: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call."""


@dataclass(frozen=True, slots=True)
class SendDtmf:
    """Send digits into the call."""

    digits: str


@dataclass(frozen=True, slots=True)
class MarkAnswered:
    """The interviewer says that somebody took the call."""


@dataclass(frozen=True, slots=True)
class Mute:
    """The interviewer is not to be heard while on."""

    on: bool


@dataclass(frozen=True, slots=True)
class Abandon:
    """Nothing is dialled after all."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Rehearsal: read a question aloud to the resident."""

    question: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Beat:
    """I am alive."""


@dataclass(frozen=True, slots=True)
class Close:
    """Hang up, close the recording, end."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The line is open. capabilities: names of hardware.base.Capability."""

    protocol: int
    name: str
    rehearsal: bool
    capabilities: tuple[Capability, ...]


@dataclass(frozen=True, slots=True)
class NotReady:
    """The line or the sound cannot be opened; what is wrong with it, in plain words."""

    error: FangxinError


@dataclass(frozen=True, slots=True)
class Opened:
    """The recording is open. header_sha: SHA-256 (hex) of its header and nonce, both durable."""

    call: str
    header_sha: str


@dataclass(frozen=True, slots=True)
class NotOpened:
    """The disk refused the recording."""

    call: str
    error: FangxinError


@dataclass(frozen=True, slots=True)
class Told:
    """A report. call: the one whose recording is or was open, "" before the first."""

    call: str
    report: Report


@dataclass(frozen=True, slots=True)
class Progress:
    """The recording has so many samples, and so many whole seconds of it are durable."""

    call: str
    samples: int
    seconds_durable: int


@dataclass(frozen=True, slots=True)
class Said:
    """What the rehearsal's resident is going to say; heard: False when nobody is on the line."""

    heard: bool
    utterance: Utterance


Message = (
    Begin
    | Open
    | Dial
    | HangUp
    | SendDtmf
    | MarkAnswered
    | Mute
    | Abandon
    | Ask
    | Beat
    | Close
    | Ready
    | NotReady
    | Opened
    | NotOpened
    | Told
    | Progress
    | Said
)
