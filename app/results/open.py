"""At the centre: a verified archive becomes rows, one a call from the journals, one an interview from its last sealed object."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.canonical import Value, decode, hexdigest
from app.errors import EvidenceError, SealError
from app.evidence.audit.facts import Call, Closing, Facts, Interview
from app.evidence.audit.journals import read_facts
from app.evidence.audit.place import Layout, Place, Progress
from app.evidence.audit.seals import read_document
from app.evidence.audit.verdict import Findings, Severity
from app.evidence.durable import storage_errors
from app.evidence.stanza import Unwraps
from app.evidence.verify import Verdict, verify
from app.questionnaire.form import Kind
from app.questionnaire.session import Session
from app.questionnaire.world import World
from app.results.packages import study_of
from app.results.table import CallRow, InterviewRow
from app.results.told import NotTold, Told
from app.sample.outcome import Outcome, When, load_outcomes
from app.study.model import StudySource
from hardware.base import RATE


@dataclass(frozen=True, slots=True)
class Opened:
    """What an archive holds, as rows. calls: in the order of dialling; interviews: in the order in which they began. studies: those of
    the archive's packages with which the interviews were made."""

    calls: tuple[CallRow, ...]
    interviews: tuple[InterviewRow, ...]
    studies: tuple[StudySource, ...] = field(default=(), compare=False)


def open_archive(
    archive: Path,
    identities: Sequence[Unwraps],
    study: StudySource | None = None,
    *,
    verdict: Verdict | None = None,
    outcomes: Mapping[str, Outcome] | None = None,
    progress: Progress | None = None,
) -> Opened:
    """Open an archive of which nothing was altered and all lines are signed. study: None = for each interview the package in the archive
    with which it was made.

    verdict: of a check just made; None = the archive is checked now. What is missing does not stop this: it is the caller's to tell.
    progress: hears (interviews opened, of how many).
    Raises EvidenceError when the archive was altered, has unsigned lines or is none, SealError when no identity opens its interviews.
    """
    judged = verify(archive, identities=identities) if verdict is None else verdict
    if not judged.integrity_ok:
        todo = "Run `fangxin verify` on it and settle what it names first."
        raise EvidenceError(
            "This archive was altered, or lines of it are under no signature: nothing is counted from it",
            where=str(archive),
            todo=todo,
        )
    place = Place.at(archive)
    if place.layout is Layout.JOURNAL:
        raise EvidenceError(
            "The interviews to this journal are not here", where=str(archive), todo="Give the whole archive."
        )
    known = load_outcomes() if outcomes is None else outcomes
    reading = _Reading(place, read_facts(place), identities, study, known, _covered(place))
    interviews = tuple(reading.interviews(progress))
    return Opened(tuple(reading.calls()), interviews, tuple(reading.studies.values()))


def calls_told(
    archive: Path, told: Told | None = None, outcomes: Mapping[str, Outcome] | None = None
) -> tuple[CallRow, ...]:
    """The calls as the journals tell them: no key is needed. What depends on answers is coded as if few had been given, and the unit of a
    landline is not known. The chain of each journal is checked, its signatures and the recordings are not: that is what verify() is for.
    told: of the last look, where there was one; then only what has come since is read.

    Raises EvidenceError when a journal's lines were altered, or there are none at this path."""
    place = Place.at(archive)
    try:
        facts = (told or Told()).facts(place)
    except NotTold:
        facts = _judged(place)
    return rows_of(place, facts, outcomes)


def rows_of(place: Place, facts: Facts, outcomes: Mapping[str, Outcome] | None = None) -> tuple[CallRow, ...]:
    """The calls of these facts, without a key."""
    known = load_outcomes() if outcomes is None else outcomes
    reading = _Reading(place, facts, (), None, known, frozenset())
    reading.note_closings()
    return tuple(reading.calls())


def _judged(place: Place) -> Facts:
    findings = Findings()
    facts = read_facts(place, findings)
    if broken := [f for f in findings.verdict().integrity if f.severity is Severity.BROKEN]:
        raise EvidenceError(
            "A journal of this archive was altered, so nothing is counted from it",
            where=str(broken[0].at),
            todo="Run `fangxin verify` on it and settle what it names first.",
        )
    return facts


@dataclass(frozen=True, slots=True)
class _Talk:
    """A sealed interview with what it means in its study. answers: of relevant questions. known: what the form was told beforehand."""

    content: Mapping[str, Value]
    study: StudySource
    answers: Mapping[str, str]
    known: Mapping[str, str]

    @property
    def unit(self) -> str:
        """Where the respondent lives, as he said."""
        county = next((q.name for q in self.study.form.questions if q.cati.get("weight") == "county"), "")
        return self.answers.get(county, "")

    @property
    def facts(self) -> frozenset[When]:
        """What gives some outcomes another AAPOR code."""
        asked = [name for name in self.study.items if name in self.answers]
        screening = [
            q for q in self.study.form.asked if q.cati.get("part") == "screening" and q.kind is not Kind.NOTE
        ]
        found = set()
        if 2 * len(asked) >= len(self.study.items):
            found.add(When.HALF_ANSWERED)
        if screening and not all(q.name in self.answers for q in screening):
            found.add(When.UNSCREENED)
        return frozenset(found)


@dataclass
class _Reading:
    place: Place
    facts: Facts
    identities: Sequence[Unwraps]
    study: StudySource | None
    outcomes: Mapping[str, Outcome]
    covered: frozenset[str]
    studies: dict[tuple[str, int], StudySource] = field(default_factory=dict)
    _closings: dict[str, Closing] = field(default_factory=dict)
    _exchanges: dict[str, str] = field(default_factory=dict)

    def interviews(self, progress: Progress | None) -> Iterable[InterviewRow]:
        self.note_closings()
        closed = [interview for interview in self.facts.interviews.values() if interview.closings]
        for number, interview in enumerate(closed, start=1):
            yield self._interview(interview, interview.closings[-1])
            if progress is not None:
                progress(number, len(closed))

    def note_closings(self) -> None:
        """Which call closed an interview."""
        for interview in self.facts.interviews.values():
            self._closings |= {closing.call: closing for closing in interview.closings}

    def calls(self) -> Iterable[CallRow]:
        return (self._call(call) for call in self.facts.calls.values() if call.started is not None)

    def _interview(self, interview: Interview, closing: Closing) -> InterviewRow:
        talk = self._talk(closing)
        self._exchanges[closing.case] = str(talk.content.get("unit", ""))
        return InterviewRow(
            id=interview.interview,
            case=closing.case,
            unit=talk.unit,
            answers=talk.answers,
            seconds=sum(_spoken(self.facts.calls[call]) for call in interview.calls),
            rehearsal=bool(talk.content.get("rehearsal")),
            outcome=self.facts.calls[closing.call].outcome or closing.outcome,
            interviewer=self.facts.calls[closing.call].shift,
            covered=self.covered.issuperset(interview.calls),
            known=talk.known,
        )

    def _call(self, call: Call) -> CallRow:
        assert call.started is not None
        aapor, category = "", ""
        if call.outcome:
            aapor, category = self._coded(call)
        return CallRow(
            call=call.call,
            case=call.case,
            device=call.device,
            started=call.started.wall,
            outcome=call.outcome,
            aapor=aapor,
            category=category,
            seconds=_lasted(call),
            rehearsal=call.rehearsal,
            unit=self._exchanges.get(call.case, ""),
            interviewer=call.shift,
            ticket=call.ticket,
        )

    def _coded(self, call: Call) -> tuple[str, str]:
        outcome = self.outcomes.get(call.outcome)
        if outcome is None:
            raise EvidenceError(f"The outcome {call.outcome} is not in the outcome table", where=str(call.at))
        closing = self._closings.get(call.call)
        sealed = closing is None or not self.identities  # what was answered is not known here
        facts = frozenset((When.UNSCREENED,)) if sealed else frozenset()
        if closing is not None and not sealed and outcome.alternative is not None:
            facts = self._talk(closing).facts
        aapor, category = outcome.coded(facts)
        return aapor, category.value

    def _talk(self, closing: Closing) -> _Talk:
        """The sealed interview of a closing. Its name is checked again: the archive may lie where others can write."""
        path = self.place.root / "objects" / closing.sealed.sha256
        try:
            with storage_errors(path):
                data = path.read_bytes()
            if hexdigest(data) != closing.sealed.sha256:
                raise EvidenceError("This sealed interview was altered since it was checked")
            content = read_document(data, self.identities, "interview")
            package = str(content["study"]), int(content["version"])
            values = {str(answer["question"]): str(answer["value"]) for answer in content["answers"]}
            known = {str(name): str(value) for name, value in content.get("made", [])}
        except (EvidenceError, SealError) as error:
            raise type(error)(
                error.what, where=f"objects/{closing.sealed.sha256}", todo=error.todo
            ) from error
        except (KeyError, TypeError, ValueError) as error:
            raise EvidenceError(
                "This sealed interview is not written as it should be", where=str(closing.sealed.at)
            ) from error
        study = self.study or self._package(*package)
        notes = {question.name for question in study.form.questions if question.kind is Kind.NOTE}
        relevant = Session(study.form, values, world=World(given=known)).answers
        return _Talk(
            content, study, {name: value for name, value in relevant.items() if name not in notes}, known
        )

    def _package(self, study: str, version: int) -> StudySource:
        """The study that the archive itself holds; verify has compared it with its signed list."""
        if (study, version) not in self.studies:
            package = self.place.root / "study" / f"{study}-{version}.study"
            self.studies[study, version] = study_of(package)
        return self.studies[study, version]


def _covered(place: Place) -> frozenset[str]:
    """The calls whose rec.close says that the recording covers the conversation. Of one that broke off (rec.recovered) nobody knows."""
    found = set()
    for journal in place.journals:
        with storage_errors(journal.lines), journal.lines.open("rb") as lines:
            for line in lines:
                # Verified before; the test on bytes spares decoding the hundred other lines of a call.
                if b'"rec.close"' in line and (event := decode(line.rstrip(b"\n"))).get("covered") == 1:
                    found.add(str(event["call"]))
    return frozenset(found)


def _lasted(call: Call) -> int:
    """Seconds from dialling to the end, as far as anything tells; to the nearest: half a second lost with each call is 2 % of the hours."""
    if call.ended is not None and call.started is not None and call.ended.boot == call.started.boot:
        return (call.ended.mono - call.started.mono + 500) // 1000
    return max(call.samples, call.latest, call.mark.samples if call.mark else 0) // RATE


def _spoken(call: Call) -> int:
    """Whole seconds from pick-up to the end."""
    end = call.ended_at if call.ended_at >= 0 else call.latest
    return max(0, end - call.answered) // RATE if call.answered >= 0 else 0
