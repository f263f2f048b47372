"""What a report says, as one value: computed from rows, with small cells already taken out, so that no writer can print them."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from app.questionnaire.form import Question
from app.results.basis import Basis
from app.results.index import Design, Estimate, Item
from app.results.ranks import Rank, rank_intervals
from app.results.rates import Rate, rates
from app.results.table import (
    CallRow,
    InterviewRow,
    by_category,
    by_outcome,
    by_unit,
    completed,
    dead,
    dispositions,
    respondents,
)
from app.sample.design import FEW as FEW
from app.sample.design import SOME as SOME
from app.sample.disposition import NOT_DIALLED, Disposition
from app.sample.outcome import Category, Outcome, load_outcomes
from app.study.model import Aspect, StudySource, Unit


class Shown(StrEnum):
    """How much of a figure may be seen."""

    FULL = "full"
    SMALL = "small"
    """Fewer than SOME, shown only because this is a rehearsal."""
    WITHHELD = "withheld"
    """FEW to SOME - 1: the number of interviews, not the score."""
    HIDDEN = "hidden"
    """1 to FEW - 1: nothing."""
    COVERED = "covered"
    """Enough interviews, but from it and the total a withheld figure could be worked out."""
    NONE = "none"
    """No interviews."""


@dataclass(frozen=True, slots=True)
class Figure:
    """An estimate as far as it may be seen. n: None when even that is hidden. estimate: None when it is hidden or undefined."""

    shown: Shown
    n: int | None
    estimate: Estimate | None


@dataclass(frozen=True, slots=True)
class UnitLine:
    """The index of a unit. rank: among those whose index is shown; None where there is nothing to compare."""

    unit: Unit
    figure: Figure
    rank: Rank | None = None


@dataclass(frozen=True, slots=True)
class ItemLine:
    """The mean of an item. unscored: finished interviews without a score for it, None when hidden."""

    item: Item
    figure: Figure
    unscored: int | None


@dataclass(frozen=True, slots=True)
class AspectLine:
    """The score of an aspect (0-100) and its items."""

    aspect: Aspect
    figure: Figure
    items: tuple[ItemLine, ...]


@dataclass(frozen=True, slots=True)
class CodeLine:
    """How many cases came to an AAPOR code in the end. outcomes: those of our table that lead to it."""

    aapor: str
    category: Category
    cases: int
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """What the report is about. caller: the number on the respondents' display."""

    study: str
    version: int
    zh: str
    en: str
    caller: str
    units: tuple[Unit, ...]
    aspects: tuple[Aspect, ...]
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report. rates: with e that leaves out numbers announced as dead; plain: with AAPOR's default e. counts: category →
    cases. outcomes: (outcome, calls) of those that occurred. cases: numbers handed out; undialled: those
    of them that were never dialled. scored: interviews in the index; unplaced: complete ones of no unit.
    uncovered: complete ones whose recording has lost sound or a side, or broke off. basis: None where there is no archive behind it."""

    subject: Subject
    created: date
    rehearsal: bool
    city: Figure
    units: tuple[UnitLine, ...]
    aspects: tuple[AspectLine, ...]
    rates: Mapping[str, Rate]
    plain: Mapping[str, Rate]
    counts: Mapping[str, int]
    codes: tuple[CodeLine, ...]
    outcomes: tuple[tuple[Outcome, int], ...]
    calls: int
    cases: int
    undialled: int
    scored: int
    unplaced: int
    uncovered: int
    basis: Basis | None = None


def subject_of(study: StudySource) -> Subject:
    """The subject as the study has it. An item is named by its question; what is put in for each respondent becomes ……."""
    asked = {question.name: question for question in study.form.questions}
    items = tuple(_item(asked[name], study) for aspect in study.aspects for name in aspect.items)
    title = study.title
    return Subject(
        study.id, study.version, title["zh"], title["en"], study.caller, study.units, study.aspects, items
    )


def build(
    subject: Subject,
    calls: Sequence[CallRow],
    interviews: Sequence[InterviewRow],
    *,
    created: date,
    released: int = 0,
    outcomes: Mapping[str, Outcome] | None = None,
) -> Report:
    """Compute a report. created: its date, passed in so that the same rows give the same bytes. released: numbers handed out for
    dialling, dialled or not; 0 = those that were dialled. Rows of a rehearsal make the whole report one."""
    known = load_outcomes() if outcomes is None else outcomes
    rehearsal = any(call.rehearsal for call in calls) or any(row.rehearsal for row in interviews)
    final = dispositions(calls, known)
    complete = completed(interviews, final, known)
    whole = tuple(row for row in complete if row.covered)
    scored = _placed(whole, subject.units)
    weights = _weights(subject.units, by_unit(scored))
    design = Design(respondents(scored, subject.items, weights))
    counts = by_category(final, released)
    heard = by_outcome(calls)
    return Report(
        subject=subject,
        created=created,
        rehearsal=rehearsal,
        city=figure(design.index(subject.aspects), len(scored), rehearsal=rehearsal),
        units=_units(subject, design, by_unit(scored), rehearsal=rehearsal),
        aspects=_aspects(subject, design, len(scored), rehearsal=rehearsal),
        rates=rates(counts, dead=dead(final)),
        plain=rates(counts),
        counts=counts,
        codes=_codes(final, max(0, released - len(final)), known),
        outcomes=tuple((outcome, heard[key]) for key, outcome in known.items() if heard[key]),
        calls=len(calls),
        cases=max(released, len(final)),
        undialled=max(0, released - len(final)),
        scored=len(scored),
        unplaced=len(whole) - len(scored),
        uncovered=len(complete) - len(whole),
    )


def _placed(rows: Iterable[InterviewRow], units: Iterable[Unit]) -> tuple[InterviewRow, ...]:
    codes = {unit.code for unit in units}
    return tuple(row for row in rows if row.unit in codes)


def visible(n: int, *, rehearsal: bool) -> Shown:
    """How much may be seen of a result that rests on n interviews."""
    if n == 0:
        return Shown.NONE
    if n >= SOME:
        return Shown.FULL
    if rehearsal:
        return Shown.SMALL
    return Shown.WITHHELD if n >= FEW else Shown.HIDDEN


def figure(estimate: Estimate, n: int, *, rehearsal: bool) -> Figure:
    """An estimate that rests on n interviews, as far as it may be seen by itself."""
    shown = visible(n, rehearsal=rehearsal)
    whole = estimate if shown in (Shown.FULL, Shown.SMALL) and estimate.value is not None else None
    return Figure(shown, None if shown is Shown.HIDDEN else n, whole)


def _weights(units: Iterable[Unit], interviews: Mapping[str, int]) -> dict[str, float]:
    """Each unit counts in the city with its share of the population, however many interviews it has: share / interviews."""
    return {unit.code: unit.share / interviews[unit.code] for unit in units if interviews[unit.code]}


def _units(
    subject: Subject, design: Design, interviews: Mapping[str, int], *, rehearsal: bool
) -> tuple[UnitLine, ...]:
    lines = []
    for unit in subject.units:
        estimate = design.index(subject.aspects, lambda row, code=unit.code: row.unit == code)  # type: ignore[misc]
        lines.append(UnitLine(unit, figure(estimate, interviews[unit.code], rehearsal=rehearsal)))
    return _ranked(protect(tuple(lines)))


def _ranked(lines: tuple[UnitLine, ...]) -> tuple[UnitLine, ...]:
    """Of what is shown only: else a rank would tell of a unit that is not."""
    ranks = rank_intervals({each.unit.code: each.figure.estimate for each in lines if each.figure.estimate})
    return tuple(replace(each, rank=ranks.get(each.unit.code)) for each in lines)


def protect(lines: tuple[UnitLine, ...]) -> tuple[UnitLine, ...]:
    """What stands alone could be worked out from the city and the others. A single withheld score: the smallest unit with one is covered
    too. A single hidden number of interviews: the smallest withheld unit's number is hidden too."""
    withheld = [line for line in lines if line.figure.shown in (Shown.WITHHELD, Shown.HIDDEN)]
    others = [line for line in lines if line.figure.shown is Shown.FULL]
    if len(withheld) == 1 and others:
        smallest = _smallest(others)
        return _replaced(
            lines, smallest, Shown.COVERED, None if withheld[0].figure.n is None else smallest.figure.n
        )
    numbered = [line for line in withheld if line.figure.n is not None]
    if len(withheld) == len(numbered) + 1 and numbered:
        return _replaced(lines, _smallest(numbered), Shown.WITHHELD, None)
    return lines


def _smallest(lines: Iterable[UnitLine]) -> UnitLine:
    return min(lines, key=lambda line: (line.figure.n or 0, line.unit.code))


def _replaced(lines: Iterable[UnitLine], one: UnitLine, shown: Shown, n: int | None) -> tuple[UnitLine, ...]:
    return tuple(UnitLine(line.unit, Figure(shown, n, None)) if line is one else line for line in lines)


def _aspects(subject: Subject, design: Design, scored: int, *, rehearsal: bool) -> tuple[AspectLine, ...]:
    items = {item.name: item for item in subject.items}
    found = design.index(subject.aspects).aspects
    lines = []
    for aspect in subject.aspects:
        inside = []
        for name in aspect.items:
            estimate = design.mean(name)
            seen = figure(estimate, estimate.n, rehearsal=rehearsal)
            inside.append(ItemLine(items[name], seen, None if seen.n is None else scored - estimate.n))
        lines.append(
            AspectLine(aspect, figure(found[aspect.code], scored, rehearsal=rehearsal), tuple(inside))
        )
    return tuple(lines)


def _codes(
    final: Mapping[str, Disposition], never: int, outcomes: Mapping[str, Outcome]
) -> tuple[CodeLine, ...]:
    counts = Counter(final.values())
    counts[NOT_DIALLED] += never
    lines = []
    for disposition in sorted((d for d in counts if counts[d]), key=lambda d: d.aapor):
        leads = tuple(o for o in outcomes.values() if disposition.aapor in _codes_of(o))
        lines.append(CodeLine(disposition.aapor, disposition.category, counts[disposition], leads))
    return tuple(lines)


def _codes_of(outcome: Outcome) -> tuple[str, ...]:
    return (outcome.aapor, outcome.alternative.aapor) if outcome.alternative else (outcome.aapor,)


def _item(question: Question, study: StudySource) -> Item:
    zh, en = (_short(question.labels[study.form.language_for(iso)]) for iso in ("zh", "en"))
    low, high = question.scale or (0, 10)
    return Item(question.name, zh, en, low, high, question.dk, question.refused)


def _short(text: str) -> str:
    """The question itself, without the sentence that explains the scale."""
    asked = re.match(r".*?[？?]", text, re.DOTALL)
    return re.sub(r"\$\{[^}]*\}", "……", asked.group() if asked else text)
