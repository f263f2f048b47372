"""From journal lines to facts. Every line that gets here has the fields of its type in their shapes (events.py)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from sys import intern

from app.canonical import Value
from app.evidence.audit.facts import (
    Call,
    Closing,
    Correction,
    Facts,
    Given,
    Interview,
    Moment,
    Reach,
    Receipt,
    Sealed,
    Shift,
)
from app.evidence.audit.verdict import Spot
from app.evidence.journal import Entry

_NAME = 40
"""Letters of the longest name; hashes are longer, and few stand twice."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A line's fields, and where it stands."""

    data: Mapping[str, Value]
    at: Spot

    def __getitem__(self, name: str) -> Value:
        return _one(self.data[name])

    def sealed(self, kind: str, sha256: str, size: str = "") -> Sealed:
        return Sealed(self[sha256], self[size] if size else -1, kind, self.at)

    @property
    def moment(self) -> Moment:
        return Moment(self["wall"], self["mono"], self["boot"])


def _one(value: Value) -> Value:
    """The same, but names that stand in many lines (call, question, boot, type) once: a large archive has millions of lines."""
    return intern(value) if type(value) is str and len(value) <= _NAME else value


def listener(facts: Facts, file: str) -> Callable[[Entry], None]:
    """What takes the lines of the journal in this file and adds them to facts."""

    def take(entry: Entry) -> None:
        line = _Line(entry.data, Spot(file, entry.number, _one(entry.data.get("call", ""))))
        kind = line["type"]
        if "call" in line.data and kind not in _OF_OTHERS:
            _hear(_call(facts, line), line)
        if kind in _OF_CALLS:
            _OF_CALLS[kind](_call(facts, line), line)
        if kind in _OF_INTERVIEWS:
            _OF_INTERVIEWS[kind](_interview(facts, line), line)
        if kind in _ANSWERS and facts.keeps_answers:
            given = Given(line["question"], line["commit"], line["call"], line["at"])
            facts.interviews[line["interview"]].answers.append(given)
        if kind in _OF_JOURNALS:
            _OF_JOURNALS[kind](facts, line)

    return take


def _call(facts: Facts, line: _Line) -> Call:
    known = facts.calls.get(line["call"])
    if known is None:
        device = line["origin"].split("/")[-2:][0]
        known = facts.calls[line["call"]] = Call(line["call"], device, bool(line["rehearsal"]), line.at)
        known.shift = facts.signed_in.get(line.at.file, "")
    return known


def _hear(call: Call, line: _Line) -> None:
    call.seen = _with(call.seen, line["type"])
    call.case = call.case or line.data.get("case", "")
    sample = line.data.get("at", 0)
    if sample > call.latest:
        call.latest, call.latest_at = sample, line.at


@lru_cache(1024)
def _with(seen: frozenset[str], kind: str) -> frozenset[str]:
    """Most calls go the same few ways, so they share their sets."""
    return seen | {kind}


def _prepared(call: Call, line: _Line) -> None:
    call.header = line["header_sha256"]


def _dialled(call: Call, line: _Line) -> None:
    call.dials += 1
    call.case, call.number, call.at = line["case"], line["number"], line.at
    call.ticket = str(line.data.get("ticket", ""))
    call.contact = line.sealed("contact", "contact")
    call.started = line.moment


def _line(call: Call, line: _Line) -> None:
    if line["state"] == "answered":
        call.answered, call.answer_source = line["at"], str(line.data.get("source", ""))


def _marked(call: Call, line: _Line) -> None:
    call.mark = Reach(line["bytes"], line["sha256"], line["samples"])


def _gap(call: Call, line: _Line) -> None:
    call.lost += line["samples"]


def _saved(call: Call, line: _Line) -> None:
    call.recording = line.sealed("recording", "sha256", "bytes")
    call.payload, call.samples = line["payload_sha256"], line["samples"]


def _recovered(call: Call, line: _Line) -> None:
    if call.recording is None:
        call.recording = line.sealed("recording-part", "age_sha256", "age_bytes")
    if line["tail_sha256"]:
        call.tail = line.sealed("tail", "tail_sha256", "tail_bytes")


def _hung_up(call: Call, line: _Line) -> None:
    late, written = line.data.get("late", 0), line.moment
    call.ended = replace(written, wall=written.wall - late, mono=written.mono - late)
    call.ended_at = line["at"]


def _outcome(call: Call, line: _Line) -> None:
    call.outcome = line["outcome"]


def _corrected(call: Call, line: _Line) -> None:
    call.corrections.append(Correction(line["was"], call.outcome, line["outcome"], line.at))
    call.outcome = line["outcome"]


def _interview(facts: Facts, line: _Line) -> Interview:
    known = facts.interviews.setdefault(line["interview"], Interview(line["interview"]))
    if line["call"] not in known.calls:
        known.calls.append(line["call"])
    return known


def _begun(interview: Interview, line: _Line) -> None:
    interview.case = line.data.get("case", interview.case)
    interview.working = line.at


def _answer(interview: Interview, line: _Line) -> None:
    interview.given += 1
    interview.working = line.at


def _closed(interview: Interview, line: _Line) -> None:
    sealed = line.sealed("interview", "object")
    interview.closings.append(Closing(line["call"], line["case"], line["outcome"], sealed, interview.given))
    interview.working = None


def _epoch(facts: Facts, line: _Line) -> None:
    facts.epochs.setdefault(line.at.file, (dict(line.data), line.at))


def _receipt(facts: Facts, line: _Line) -> None:
    facts.receipts.setdefault(line.at.file, []).append(Receipt(line["size"], line["sha256"], line.at))


def _shift(facts: Facts, line: _Line) -> None:
    package = str(line.data.get("study_sha", ""))
    facts.shifts.setdefault(Shift(line["study"], line["version"], package), line.at)
    facts.signed_in[line.at.file] = line["interviewer"]


def _unshift(facts: Facts, line: _Line) -> None:
    facts.signed_in.pop(line.at.file, None)


def _jump(facts: Facts, line: _Line) -> None:
    facts.jumps.append((line["after"] - line["before"], line.at))


def _listen(facts: Facts, line: _Line) -> None:
    facts.listening[line["listening"]] = line.at


def _listened(facts: Facts, line: _Line) -> None:
    facts.listening.pop(line["listening"], None)


def _fault(facts: Facts, line: _Line) -> None:
    facts.faults.append((f"{line['code']} at {line['where']}", line.at))


_OF_OTHERS = frozenset({"release.request", "listen.start", "listen.stop"})
"""Types that name a call of another journal: the centre's, about a workstation's recording."""
_OF_CALLS: Mapping[str, Callable[[Call, _Line], None]] = {
    "rec.open": _prepared,
    "dial.start": _dialled,
    "line": _line,
    "rec.mark": _marked,
    "rec.gap": _gap,
    "rec.close": _saved,
    "rec.recovered": _recovered,
    "dial.end": _hung_up,
    "outcome.commit": _outcome,
    "outcome.amend": _corrected,
}
_ANSWERS = frozenset({"answer.commit", "answer.amend"})
_OF_INTERVIEWS: Mapping[str, Callable[[Interview, _Line], None]] = {
    "interview.open": _begun,
    "interview.resume": _begun,
    "answer.commit": _answer,
    "answer.amend": _answer,
    "interview.close": _closed,
}
_OF_JOURNALS: Mapping[str, Callable[[Facts, _Line], None]] = {
    "epoch.new": _epoch,
    "sync.receipt": _receipt,
    "shift.open": _shift,
    "shift.close": _unshift,
    "io.error": _fault,
    "clock.jump": _jump,
    "listen.start": _listen,
    "listen.stop": _listened,
}
