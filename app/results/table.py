"""The results as rows, one a call and one an interview, and how they are counted. Rows are facts; rates and indices are computed."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from app.results.index import Item, Respondent
from app.sample.case import day_of
from app.sample.disposition import NOT_DIALLED, Disposition, Step, final_disposition, step
from app.sample.outcome import Category, Outcome, load_outcomes


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call. ticket: the case's place in the draw's order, "" = not known. started: ms wall. outcome: key of outcomes.toml, "" = cut
    off before one was given. aapor, category: as coded for this very case (Outcome.coded). seconds: from dialling to the end.
    unit: of the number's exchange, "" for a mobile."""

    call: str
    case: str
    device: str
    started: int
    outcome: str
    aapor: str
    category: str
    seconds: int
    rehearsal: bool
    unit: str = ""
    interviewer: str = ""
    ticket: str = ""


@dataclass(frozen=True, slots=True)
class InterviewRow:
    """One interview as it was sealed last. unit: where the respondent lives, as he said; never the exchange's. answers: question →
    stored value. known: the same for what the form was told beforehand, columns of the sample too. outcome: of the call that closed it;
    only a complete one is scored. covered: the journal says of the recording of each of its calls that it covers the conversation. One
    that has lost sound or a side, or broke off, is not scored either, and counted apart."""

    id: str
    case: str
    unit: str
    answers: Mapping[str, str]
    seconds: int
    rehearsal: bool
    outcome: str
    interviewer: str = ""
    covered: bool = True
    known: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tally:
    """What one interviewer, unit, hour or line has behind it. seconds: on the line. dead: announced as not working."""

    calls: int = 0
    contacts: int = 0
    refusals: int = 0
    completes: int = 0
    seconds: int = 0
    dead: int = 0

    def with_call(self, call: CallRow) -> "Tally":
        """One more call."""
        spoken = call.category in _SPOKEN or call.aapor.startswith(_SAID_INELIGIBLE)
        return Tally(
            self.calls + 1,
            self.contacts + spoken,
            self.refusals + (call.category == Category.R),
            self.completes + (call.category == Category.I),
            self.seconds + call.seconds,
            self.dead + call.aapor.startswith("4.3"),
        )

    @property
    def yielded(self) -> float | None:
        """Completes a dial; None without dials."""
        return self.completes / self.calls if self.calls else None


_SPOKEN = frozenset({Category.I, Category.P, Category.R, Category.NC, Category.O, Category.UO})
_SAID_INELIGIBLE = ("4.1", "4.5", "4.7", "4.8")


def by_outcome(calls: Iterable[CallRow]) -> Counter[str]:
    """Outcome key → calls."""
    return Counter(call.outcome for call in calls if call.outcome)


def by_interviewer(calls: Iterable[CallRow]) -> dict[str, Tally]:
    """Interviewer → what he or she did."""
    return grouped(calls, lambda call: call.interviewer)


def grouped(calls: Iterable[CallRow], key: Callable[[CallRow], str]) -> dict[str, Tally]:
    """Key → tally, in the order in which the keys come up."""
    found: dict[str, Tally] = {}
    for call in calls:
        name = key(call)
        found[name] = found.get(name, Tally()).with_call(call)
    return found


def by_unit(interviews: Iterable[InterviewRow]) -> Counter[str]:
    """Unit → interviews."""
    return Counter(interview.unit for interview in interviews)


def dispositions(
    calls: Iterable[CallRow], outcomes: Mapping[str, Outcome] | None = None
) -> dict[str, Disposition]:
    """Case → final disposition, from its calls in the order of time. Raises StudyError on an outcome that the table does not know."""
    known = load_outcomes() if outcomes is None else outcomes
    histories: dict[str, list[Step]] = {}
    for call in sorted(calls, key=lambda row: (row.started, row.call)):
        histories.setdefault(call.case, []).append(
            step(call.outcome, call.aapor, day_of(call.started), known)
        )
    return {case: final_disposition(history) for case, history in histories.items()}


def by_category(final: Mapping[str, Disposition], released: int = 0) -> dict[str, int]:
    """AAPOR category → cases, all eight present. released: numbers handed out for dialling; those never dialled count as UH."""
    counts = Counter(disposition.category.value for disposition in final.values())
    counts[NOT_DIALLED.category.value] += max(0, released - len(final))
    return {category.value: counts[category.value] for category in Category}


def dead(final: Mapping[str, Disposition]) -> int:
    """Cases announced as not working (4.3x), for the second variant of e."""
    return sum(disposition.aapor.startswith("4.3") for disposition in final.values())


def completed(
    interviews: Iterable[InterviewRow],
    final: Mapping[str, Disposition],
    outcomes: Mapping[str, Outcome] | None = None,
) -> tuple[InterviewRow, ...]:
    """The interviews that are scored: complete, one a case, and not voided by review, which shows in the case's disposition."""
    known = load_outcomes() if outcomes is None else outcomes
    kept = {
        row.case: row
        for row in interviews
        if row.outcome in known
        and known[row.outcome].category is Category.I
        and (row.case not in final or final[row.case].category is Category.I)
    }
    return tuple(kept[case] for case in sorted(kept))


def respondents(
    interviews: Iterable[InterviewRow], items: Sequence[Item], weights: Mapping[str, float] | None = None
) -> tuple[Respondent, ...]:
    """Interviews with their answers as scores. weights: unit → weight of each of its interviews, default 1."""
    made = []
    for row in interviews:
        scores = {
            item.name: score
            for item in items
            if (score := item.score(row.answers.get(item.name, ""))) is not None
        }
        made.append(Respondent(row.unit, scores, 1.0 if weights is None else weights.get(row.unit, 0.0)))
    return tuple(made)
