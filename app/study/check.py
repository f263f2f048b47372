"""Does a study hold together: its parts are read, each by itself in order, and here they are held against each other."""

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

from app.errors import StudyError
from app.questionnaire.form import Form, Question
from app.study.model import Hours, StudySource

SLACK = 2
"""Per mille by which units.csv and population.csv may differ."""


def check(study: StudySource) -> None:
    """Raises StudyError for the first thing that does not fit."""
    _check_aspects(study)
    _check_items(study)
    _check_units(study)
    _check_population(study)
    _check_rest(study)
    _check_hours(study.hours)


def _once(values: Iterable[str], what: str, where: str) -> None:
    for value, times in Counter(values).items():
        if times > 1:
            raise StudyError(f"{what} {value} stands {times} times", where=where)


def _check_aspects(study: StudySource) -> None:
    total = sum(aspect.weight for aspect in study.aspects)
    if total != 100:
        raise StudyError(
            f"The weights of the aspects add up to {total}, not to 100", where="study.toml, aspects"
        )
    _once((aspect.code for aspect in study.aspects), "The aspect", "study.toml, aspects")
    _once(study.items, "The item", "study.toml, aspects")


def _check_items(study: StudySource) -> None:
    form = study.form
    for aspect in study.aspects:
        where = f"study.toml, aspects {aspect.code}"
        for name in aspect.items:
            question = form.by_name.get(name)
            if question is None:
                raise StudyError(f"The item {name} is not in the questionnaire", where=where)
            if question.scale is None:
                raise StudyError(f"The item {name} has no scale (body::cati:scale)", where=where)
            stated = question.cati.get("aspect", aspect.code)
            if stated != aspect.code:
                raise StudyError(f"The questionnaire puts the item {name} under {stated}", where=where)
    for question in form.questions:
        if question.scale is not None and question.name not in study.items:
            raise StudyError(
                f"The scored item {question.name} belongs to no aspect", where="study.toml, aspects"
            )


def _weighting(form: Form, variable: str) -> Question:
    for question in form.questions:
        if question.cati.get("weight") == variable:
            return question
    raise StudyError(
        f"No question is marked as the weighting variable {variable} (body::cati:weight)",
        where="questionnaire.xlsx survey",
    )


def _check_units(study: StudySource) -> None:
    _once((unit.code for unit in study.units), "The unit", "units.csv")
    total = sum(unit.share for unit in study.units)
    if total != 1000:
        raise StudyError(
            f"The shares of the units add up to {total}, not to 1000 per mille",
            where="units.csv, column share",
        )
    choices = {choice.name for choice in _weighting(study.form, "county").choices}
    for unit in study.units:
        if unit.code not in choices:
            raise StudyError(f"The unit {unit.code} is no choice of the question for it", where="units.csv")


def _check_population(study: StudySource) -> None:
    where = "population.csv"
    units = [unit.code for unit in study.units]
    sexes = [choice.name for choice in _weighting(study.form, "sex").choices]
    ages = sorted({cell.age for cell in study.population})
    _check_ages(ages, study.ages)
    cells = [(cell.unit, cell.sex, cell.age) for cell in study.population]
    _once((" ".join(cell) for cell in cells), "The cell", where)
    wanted = {(unit, sex, age) for unit in units for sex in sexes for age in ages}
    for cell in sorted(set(cells) - wanted):
        raise StudyError(f"The cell {' '.join(cell)} has an unknown unit or sex", where=where)
    for cell in sorted(wanted - set(cells)):
        raise StudyError(f"The cell {' '.join(cell)} is missing", where=where)
    total = sum(cell.persons for cell in study.population)
    for unit in study.units:
        share = (
            1000 * sum(cell.persons for cell in study.population if cell.unit == unit.code) / max(total, 1)
        )
        if abs(share - unit.share) > SLACK:
            raise StudyError(
                f"The unit {unit.code} has {share:.0f} per mille of the population here and {unit.share} in units.csv",
                where=where,
            )


def _check_ages(groups: list[str], ages: tuple[int, int]) -> None:
    """The groups "18-29", "30-44" … cover the ages without gap or overlap."""
    spans = sorted(tuple(map(int, group.split("-"))) for group in groups)
    edges = [span[0] for span in spans] + [spans[-1][1] + 1]
    joined = all(high + 1 == edges[place + 1] for place, (_, high) in enumerate(spans))
    if not joined or (edges[0], edges[-1] - 1) != ages:
        raise StudyError(
            f"The age groups do not cover {ages[0]} to {ages[1]} without gap or overlap",
            where="population.csv, column age",
        )


def _check_rest(study: StudySource) -> None:
    form = study.form
    if form.id != study.id:
        raise StudyError(
            f"The form_id is {form.id}, but the study is {study.id}",
            where="questionnaire.xlsx settings, form_id",
        )
    for iso in study.languages:
        if not any(language.lower().endswith(f"({iso})") for language in form.languages):
            raise StudyError(f'The questionnaire has no texts in "{iso}"', where="study.toml, languages")
    if study.ages[0] > study.ages[1]:
        raise StudyError("The lowest age is above the highest", where="study.toml, ages")
    _once(study.outcomes, "The outcome", "study.toml, outcomes")
    for question in form.questions:
        if question.ends and question.ends not in study.outcomes:
            raise StudyError(
                f"The note {question.name} ends with the outcome {question.ends}, which is not allowed here",
                where="study.toml, outcomes",
            )
    _once((person.id for person in study.roster), "The person", "roster.toml")


def _check_hours(hours: Hours) -> None:
    for day, spans in (("workday", hours.workday), ("restday", hours.restday)):
        edges = [edge for span in spans for edge in span.split("-")]
        if any(later <= earlier for earlier, later in pairwise(edges)):
            raise StudyError("The hours are not in order or overlap", where=f"study.toml, hours {day}")
