"""What journals say, added up by call and by interview. No judgement here, no files: lines in, facts out.

Every line that gets here has the fields of its type in their shapes (events.py); whether it is true is told elsewhere.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from app.canonical import Value
from app.evidence.journal import Entry


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something stands. file: as findings name it; line: from 1."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed file as a line names it. bytes: its size, -1 = not told. kind: recording, recording-part, tail, contact, interview."""

    sha256: str
    bytes: int
    kind: str
    spot: Spot


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a recording had got: bytes and their SHA-256, durable samples."""

    bytes: int
    sha256: str
    samples: int


@dataclass(frozen=True, slots=True)
class Given:
    """An answer's commitment. at: sample offset in the recording of call. changed: it replaced an earlier answer."""

    question: str
    commit: str
    call: str
    at: int
    changed: bool
    spot: Spot


@dataclass(frozen=True, slots=True)
class Closing:
    """An interview was sealed at the end of a call. answers: how many commitments stood before this line."""

    call: str
    case: str
    outcome: str
    object: str
    answers: int
    spot: Spot


@dataclass(slots=True)
class Call:
    """One call. started, ended: ms wall; mono: the monotonic clock at dial.start, ended_mono at dial.end, -1 = never; boot names the
    clock's run. latest: largest sample offset that any line of the call names, and where. seen: types of its lines."""

    call: str
    spot: Spot
    device: str
    rehearsal: bool
    case: str = ""
    number: str = ""
    contact: Sealed | None = None
    header: str = ""
    started: int = 0
    mono: int = 0
    boot: str = ""
    answered_at: int = -1
    ended: int = 0
    ended_mono: int = -1
    ended_boot: str = ""
    ended_at: int = -1
    cause: str = ""
    outcome: str = ""
    outcome_at: int = -1
    latest: int = 0
    latest_spot: Spot | None = None
    lost: int = 0
    mark: Reach | None = None
    recording: Sealed | None = None
    payload: str = ""
    samples: int = -1
    tail: Sealed | None = None
    seen: set[str] = field(default_factory=set)

    @property
    def dialled(self) -> bool:
        """The number left the machine."""
        return "dial.start" in self.seen

    @property
    def interrupted(self) -> bool:
        """A crash cut it off, and the next start wrote that down."""
        return "call.interrupted" in self.seen

    @property
    def recovered(self) -> bool:
        """Its recording was never closed; the remains were hashed after a crash."""
        return "rec.recovered" in self.seen

    @property
    def finished(self) -> bool:
        """It was given its outcome."""
        return bool(self.outcome)

    def sealed(self) -> Iterator[Sealed]:
        """The sealed files that its lines name."""
        yield from (each for each in (self.contact, self.recording, self.tail) if each is not None)


@dataclass(slots=True)
class Interview:
    """One interview. working: the last line of it that no closing has covered yet, and that line's call."""

    interview: str
    spot: Spot
    case: str = ""
    calls: list[str] = field(default_factory=list)
    answers: list[Given] = field(default_factory=list)
    closings: list[Closing] = field(default_factory=list)
    working: tuple[str, Spot] | None = None


@dataclass
class Facts:
    """All calls and interviews of one or more journals, in the order of their first lines. repeated: second dial.start lines of a call;
    receipts: (journal file, lines) → SHA-256 of central's note; epochs: journal file → its epoch.new; studies: id, version, SHA-256 of
    the package's signed list ("" when not told)."""

    calls: dict[str, Call] = field(default_factory=dict)
    interviews: dict[str, Interview] = field(default_factory=dict)
    receipts: dict[tuple[str, int], tuple[str, Spot]] = field(default_factory=dict)
    faults: list[tuple[str, Spot]] = field(default_factory=list)
    repeated: list[tuple[str, Spot]] = field(default_factory=list)
    epochs: dict[str, tuple[dict[str, Value], Spot]] = field(default_factory=dict)
    studies: dict[tuple[str, int, str], Spot] = field(default_factory=dict)

    def reader(self, file: str) -> Callable[[Entry], None]:
        """What takes the lines of the journal in this file."""

        def take(entry: Entry) -> None:
            self.take(entry.data, Spot(file, entry.number))

        return take

    def take(self, data: dict[str, Value], spot: Spot) -> None:
        """Add one line."""
        kind = data["type"]
        if kind in _OF_CALLS:
            call = self._call(data, spot)
            call.seen.add(kind)
            if data.get("at", -1) > call.latest:
                call.latest, call.latest_spot = data["at"], spot
            _OF_CALLS[kind](self, call, data, spot)
        if kind in _OF_INTERVIEWS:
            _OF_INTERVIEWS[kind](self, self._interview(data, spot), data, spot)
        if kind in _OF_JOURNALS:
            _OF_JOURNALS[kind](self, data, spot)

    def named(self) -> Iterator[tuple[Sealed, str]]:
        """Every sealed file that a line names, with its call."""
        for call in self.calls.values():
            yield from ((sealed, call.call) for sealed in call.sealed())
        for interview in self.interviews.values():
            for closing in interview.closings:
                yield Sealed(closing.object, -1, "interview", closing.spot), closing.call

    def _call(self, data: dict[str, Value], spot: Spot) -> Call:
        known = self.calls.get(data["call"])
        if known is None:
            device = data["origin"].rpartition("/")[0].rpartition("/")[2]
            known = Call(data["call"], spot, device, bool(data["rehearsal"]))
            self.calls[known.call] = known
        return known

    def _interview(self, data: dict[str, Value], spot: Spot) -> Interview:
        known = self.interviews.setdefault(data["interview"], Interview(data["interview"], spot))
        if data["call"] not in known.calls:
            known.calls.append(data["call"])
        return known

    # Lines of a call

    def _dialled(self, call: Call, data: dict[str, Value], spot: Spot) -> None:
        if call.started:
            self.repeated.append((call.call, spot))
        call.case, call.number, call.spot = data["case"], data["number"], spot
        call.contact = Sealed(data["contact"], -1, "contact", spot)
        call.started, call.mono, call.boot = data["wall"], data["mono"], data["boot"]

    def _prepared(self, call: Call, data: dict[str, Value], spot: Spot) -> None:
        call.header = data["header_sha256"]

    def _line(self, call: Call, data: dict[str, Value], spot: Spot) -> None:
        if data["state"] == "answered":
            call.answered_at = data["at"]

    def _marked(self, call: Call, data: dict[str, Value], spot: Spot) -> None:
        call.mark = Reach(data["bytes"], data["sha256"], data["samples"])

    def _gap(self, call: Call, data: dict[str, Value], spot: Spot) -> None:
        call.lost += data["samples"]

    def _saved(self, call: Call, data: dict[str, Value], spot: Spot) -> None:
        call.recording = Sealed(data["sha256"], data["bytes"], "recording", spot)
        call.payload, call.samples = data["payload_sha256"], data["samples"]

    def _recovered(self, call: Call, data: dict[str, Value], spot: Spot) -> None:
        call.recording = Sealed(data["age_sha256"], data["age_bytes"], "recording-part", spot)
        if data["tail_sha256"]:
            call.tail = Sealed(data["tail_sha256"], data["tail_bytes"], "tail", spot)

    def _hung_up(self, call: Call, data: dict[str, Value], spot: Spot) -> None:
        call.ended, call.cause, call.ended_at = data["wall"], data["cause"], data["at"]
        call.ended_mono, call.ended_boot = data["mono"], data["boot"]

    def _outcome(self, call: Call, data: dict[str, Value], spot: Spot) -> None:
        call.outcome, call.outcome_at = data["outcome"], data["at"]

    def _seen(self, call: Call, data: dict[str, Value], spot: Spot) -> None:
        call.case = call.case or data.get("case", "")

    # Lines of an interview

    def _begun(self, interview: Interview, data: dict[str, Value], spot: Spot) -> None:
        interview.case = data.get("case", interview.case)
        interview.working = (data["call"], spot)

    def _answer(self, interview: Interview, data: dict[str, Value], spot: Spot) -> None:
        changed = data["type"] == "answer.amend"
        interview.answers.append(Given(data["question"], data["commit"], data["call"], data["at"], changed, spot))
        interview.working = (data["call"], spot)

    def _closed(self, interview: Interview, data: dict[str, Value], spot: Spot) -> None:
        count = len(interview.answers)
        interview.closings.append(Closing(data["call"], data["case"], data["outcome"], data["object"], count, spot))
        interview.working = None

    # Lines of the journal itself

    def _epoch(self, data: dict[str, Value], spot: Spot) -> None:
        self.epochs.setdefault(spot.file, (data, spot))

    def _receipt(self, data: dict[str, Value], spot: Spot) -> None:
        self.receipts[spot.file, data["size"]] = (data["sha256"], spot)

    def _fault(self, data: dict[str, Value], spot: Spot) -> None:
        self.faults.append((f"{data['code']} at {data['where']}", spot))

    def _shift(self, data: dict[str, Value], spot: Spot) -> None:
        self.studies.setdefault((data["study"], data["version"], str(data.get("study_sha", ""))), spot)


_OF_CALLS = {
    "rec.open": Facts._prepared,
    "dial.start": Facts._dialled,
    "line": Facts._line,
    "rec.mark": Facts._marked,
    "rec.gap": Facts._gap,
    "rec.close": Facts._saved,
    "rec.recovered": Facts._recovered,
    "dial.end": Facts._hung_up,
    "outcome.commit": Facts._outcome,
    "call.interrupted": Facts._seen,
    "interview.open": Facts._seen,
    "interview.resume": Facts._seen,
    "interview.close": Facts._seen,
    "answer.commit": Facts._seen,
    "answer.amend": Facts._seen,
}
_OF_INTERVIEWS = {
    "interview.open": Facts._begun,
    "interview.resume": Facts._begun,
    "answer.commit": Facts._answer,
    "answer.amend": Facts._answer,
    "interview.close": Facts._closed,
}
_OF_JOURNALS = {
    "epoch.new": Facts._epoch,
    "sync.receipt": Facts._receipt,
    "io.error": Facts._fault,
    "shift.open": Facts._shift,
}
