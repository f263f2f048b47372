"""What journals say, added up by call and by interview: values only. They are filled in telling.py and judged elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from app.canonical import Value
from app.evidence.audit.verdict import Spot


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed file as a line names it. bytes: its size, -1 = not told. kind: recording, recording-part, tail, contact, interview."""

    sha256: str
    bytes: int
    kind: str
    at: Spot

    @property
    def words(self) -> str:
        """What it is, for people."""
        return _WORDS[self.kind][0]

    @property
    def plural(self) -> str:
        """How such files are counted."""
        return _WORDS[self.kind][1]


_WORDS = {
    "recording": ("recording", "recordings"),
    "recording-part": ("unclosed recording", "unclosed recordings"),
    "tail": ("tail of an unclosed recording", "tails"),
    "contact": ("sealed contact", "sealed contacts"),
    "interview": ("sealed interview", "sealed interviews"),
}


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a recording had got: bytes and their SHA-256, durable samples."""

    bytes: int
    sha256: str
    samples: int


@dataclass(frozen=True, slots=True)
class Moment:
    """When a line was written: ms wall, ms of the monotonic clock, and which run of it."""

    wall: int
    mono: int
    boot: str


@dataclass(frozen=True, slots=True)
class Given:
    """An answer's commitment. sample: offset in the recording of call."""

    question: str
    commit: str
    call: str
    sample: int


@dataclass(frozen=True, slots=True)
class Closing:
    """An interview was sealed at the end of a call. answers: how many commitments stood before this line."""

    call: str
    case: str
    outcome: str
    sealed: Sealed
    answers: int


@dataclass(frozen=True, slots=True)
class Correction:
    """An outcome was put right. was: what it is said to have been; stood: what it was by the lines before."""

    was: str
    stood: str
    now: str
    at: Spot


@dataclass(slots=True)
class Call:
    """One call. at: its dial.start, or its first line. answered, ended_at: sample offsets, -1 = never. answer_source: who says that it
    was answered ("signal", "modem-guess", "user"). lost: samples of silence put in for lost sound. dials: its dial.start lines, of which
    there should be one. shift: commitment to who was signed in, "" = nobody. latest: the largest sample offset that any of its lines
    names, and where. seen: types of its lines."""

    call: str
    device: str
    rehearsal: bool
    at: Spot
    dials: int = 0
    shift: str = ""
    case: str = ""
    ticket: str = ""
    number: str = ""
    contact: Sealed | None = None
    header: str = ""
    started: Moment | None = None
    answered: int = -1
    answer_source: str = ""
    ended: Moment | None = None
    ended_at: int = -1
    outcome: str = ""
    corrections: list[Correction] = field(default_factory=list)
    latest: int = 0
    latest_at: Spot | None = None
    lost: int = 0
    mark: Reach | None = None
    recording: Sealed | None = None
    payload: str = ""
    samples: int = -1
    tail: Sealed | None = None
    seen: frozenset[str] = frozenset()

    @property
    def interrupted(self) -> bool:
        """A crash cut it off, and the next start wrote that down."""
        return "call.interrupted" in self.seen

    @property
    def recovered(self) -> bool:
        """Its recording was never closed; the remains were hashed after a crash."""
        return self.recording is not None and self.recording.kind == "recording-part"


@dataclass(slots=True)
class Interview:
    """One interview. given: answers and changes of answers; answers: their commitments, where they are kept. working: call and place of
    its last line that no closing covers yet."""

    interview: str
    case: str = ""
    calls: list[str] = field(default_factory=list)
    given: int = 0
    answers: list[Given] = field(default_factory=list)
    closings: list[Closing] = field(default_factory=list)
    working: Spot | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """A line that says that central has countersigned so many lines. sha256: of central's note."""

    size: int
    sha256: str
    at: Spot


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift's study. sha256: of the package's signed list, "" when not told."""

    study: str
    version: int
    sha256: str


@dataclass
class Facts:
    """All calls and interviews of one or more journals, in the order of their first lines. keeps_answers: somebody will compare them with
    what is sealed; there are many more than calls, so else they are only counted. receipts, epochs: by journal file; shifts:
    study → the first line that names it; signed_in: journal file → commitment to who is; faults: what io.error lines say; lengths: lines
    that each journal file should have; sums: lines and root that each has; jumps: by how many ms a wall clock jumped; listening: who began
    and has not stopped; numbers: call → what was dialled, where a sealed contact was opened and is true."""

    keeps_answers: bool = False
    calls: dict[str, Call] = field(default_factory=dict)
    interviews: dict[str, Interview] = field(default_factory=dict)
    receipts: dict[str, list[Receipt]] = field(default_factory=dict)
    epochs: dict[str, tuple[dict[str, Value], Spot]] = field(default_factory=dict)
    shifts: dict[Shift, Spot] = field(default_factory=dict)
    signed_in: dict[str, str] = field(default_factory=dict)
    faults: list[tuple[str, Spot]] = field(default_factory=list)
    lengths: dict[str, int] = field(default_factory=dict)
    sums: dict[str, str] = field(default_factory=dict)
    jumps: list[tuple[int, Spot]] = field(default_factory=list)
    listening: dict[str, Spot] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)

    def named(self) -> Iterator[Sealed]:
        """Every sealed file that a line names."""
        for call in self.calls.values():
            yield from (each for each in (call.contact, call.recording, call.tail) if each is not None)
        for interview in self.interviews.values():
            yield from (closing.sealed for closing in interview.closings)
