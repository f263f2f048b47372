"""Does a study hold together: its parts are read, each by itself in order, and here they are held against each other."""

from collections import Counter
from collections.abc import Container, Iterable, Iterator
from itertools import pairwise

from app.errors import StudyError
from app.questionnaire.form import Form, Question
from app.study.model import Hours, StudySource

SLACK = 2
"""Per mille by which units.csv and population.csv may differ."""


def faults(study: StudySource, unread: Container[str] = ()) -> Iterator[StudyError]:
    """Everything that does not fit. unread: files that have faults of their own ("units.csv", "questionnaire.xlsx"): nothing is held
    against what they say."""
    yield from _aspects(study)
    yield from _hours(study.hours)
    yield from _once((person.id for person in study.roster), "The person", "roster.toml")
    yield from _ages_and_outcomes(study)
    asks = "questionnaire.xlsx" not in unread
    if asks:
        yield from _items(study)
        yield from _questionnaire(study)
    if "units.csv" not in unread:
        yield from _shares(study)
    if asks and "units.csv" not in unread:
        yield from _units(study)
        if "population.csv" not in unread:
            yield from _population(study)


def _once(values: Iterable[str], what: str, where: str) -> Iterator[StudyError]:
    for value, times in Counter(values).items():
        if times > 1:
            yield StudyError(f"{what} {value} stands {times} times", where=where)


def _aspects(study: StudySource) -> Iterator[StudyError]:
    total = sum(aspect.weight for aspect in study.aspects)
    if total != 100:
        yield StudyError(
            f"The weights of the aspects add up to {total}, not to 100", where="study.toml, aspects"
        )
    yield from _once((aspect.code for aspect in study.aspects), "The aspect", "study.toml, aspects")
    yield from _once(study.items, "The item", "study.toml, aspects")


def _items(study: StudySource) -> Iterator[StudyError]:
    form = study.form
    for aspect in study.aspects:
        where = f"study.toml, aspects {aspect.code}"
        for name in aspect.items:
            question = form.by_name.get(name)
            if question is None:
                yield StudyError(f"The item {name} is not in the questionnaire", where=where)
                continue
            if question.scale is None:
                yield StudyError(f"The item {name} has no scale (body::cati:scale)", where=where)
            stated = question.cati.get("aspect", aspect.code)
            if stated != aspect.code:
                yield StudyError(f"The questionnaire puts the item {name} under {stated}", where=where)
    for question in form.questions:
        if question.scale is not None and question.name not in study.items:
            yield StudyError(
                f"The scored item {question.name} belongs to no aspect", where="study.toml, aspects"
            )


def _unmarked(form: Form, variable: str) -> Iterator[StudyError]:
    if _weighting(form, variable) is None:
        yield StudyError(
            f"No question is marked as the weighting variable {variable} (body::cati:weight)",
            where="questionnaire.xlsx survey",
        )


def _weighting(form: Form, variable: str) -> Question | None:
    return next((question for question in form.questions if question.cati.get("weight") == variable), None)


def _shares(study: StudySource) -> Iterator[StudyError]:
    yield from _once((unit.code for unit in study.units), "The unit", "units.csv")
    total = sum(unit.share for unit in study.units)
    if total != 1000:
        yield StudyError(
            f"The shares of the units add up to {total}, not to 1000 per mille",
            where="units.csv, column share",
        )


def _units(study: StudySource) -> Iterator[StudyError]:
    yield from _unmarked(study.form, "county")
    county = _weighting(study.form, "county")
    for unit in study.units if county else ():
        if county and unit.code not in {choice.name for choice in county.choices}:
            where = f"units.csv, code {unit.code}"
            yield StudyError(f"The unit {unit.code} is no choice of the question for it", where=where)


def _population(study: StudySource) -> Iterator[StudyError]:
    where = "population.csv"
    units = [unit.code for unit in study.units]
    yield from _unmarked(study.form, "sex")
    sex = _weighting(study.form, "sex")
    sexes = (
        [choice.name for choice in sex.choices] if sex else sorted({cell.sex for cell in study.population})
    )
    ages = sorted({cell.age for cell in study.population})
    yield from _ages(ages, study.ages)
    cells = [(cell.unit, cell.sex, cell.age) for cell in study.population]
    yield from _once((" ".join(cell) for cell in cells), "The cell", where)
    wanted = {(unit, sex, age) for unit in units for sex in sexes for age in ages}
    for cell in sorted(set(cells) - wanted):
        place = f"{where}, unit {cell[0]}, sex {cell[1]}, age {cell[2]}"
        yield StudyError(f"The cell {' '.join(cell)} has an unknown unit or sex", where=place)
    for cell in sorted(wanted - set(cells)):
        yield StudyError(f"The cell {' '.join(cell)} is missing", where=where)
    total = sum(cell.persons for cell in study.population)
    for unit in study.units:
        share = (
            1000 * sum(cell.persons for cell in study.population if cell.unit == unit.code) / max(total, 1)
        )
        if abs(share - unit.share) > SLACK:
            yield StudyError(
                f"The unit {unit.code} has {share:.0f} per mille of the population here and {unit.share} in units.csv",
                where=where,
            )


def _ages(groups: list[str], ages: tuple[int, int]) -> Iterator[StudyError]:
    """The groups "18-29", "30-44" … cover the ages without gap or overlap."""
    spans = sorted(tuple(map(int, group.split("-"))) for group in groups)
    edges = [span[0] for span in spans] + [spans[-1][1] + 1]
    joined = all(high + 1 == edges[place + 1] for place, (_, high) in enumerate(spans))
    if not joined or (edges[0], edges[-1] - 1) != ages:
        yield StudyError(
            f"The age groups do not cover {ages[0]} to {ages[1]} without gap or overlap",
            where="population.csv, column age",
        )


def _ages_and_outcomes(study: StudySource) -> Iterator[StudyError]:
    if study.ages[0] > study.ages[1]:
        yield StudyError("The lowest age is above the highest", where="study.toml, ages")
    yield from _once(study.outcomes, "The outcome", "study.toml, outcomes")


def _questionnaire(study: StudySource) -> Iterator[StudyError]:
    form = study.form
    if form.id != study.id:
        yield StudyError(
            f"The form_id is {form.id}, but the study is {study.id}",
            where="questionnaire.xlsx settings, form_id",
        )
    for iso in study.languages:
        if not any(language.lower().endswith(f"({iso})") for language in form.languages):
            yield StudyError(f'The questionnaire has no texts in "{iso}"', where="study.toml, languages")
    for question in form.questions:
        if question.ends and question.ends not in study.outcomes:
            yield StudyError(
                f"The note {question.name} ends with the outcome {question.ends}, which is not allowed here",
                where="study.toml, outcomes",
            )


def _hours(hours: Hours) -> Iterator[StudyError]:
    for day, spans in (("workday", hours.workday), ("restday", hours.restday)):
        edges = [edge for span in spans for edge in span.split("-")]
        if any(later <= earlier for earlier, later in pairwise(edges)):
            yield StudyError("The hours are not in order or overlap", where=f"study.toml, hours {day}")
