"""The plan of calling of one study: its outcomes, hours, holidays, field period and quotas, and who of its roster may call whom."""

from collections.abc import Mapping
from dataclasses import replace

from app.errors import StudyError
from app.questionnaire.parts import Kind as QuestionKind
from app.sample.calendar import Calendar, always, calendar_of, read_days, shipped_days
from app.sample.outcome import Rules, load_rules
from app.sample.plan import Caller, Plan
from app.sample.quota import Cell, Kind, Policy, Quota, by_shares, infeasible
from app.study.load import CALENDAR
from app.study.model import Quota as Designed
from app.study.model import StudySource

_DAY = 86_400_000


def calling_plan(study: StudySource, *, rehearsal: bool) -> Plan:
    """When and how the cases of a study are called. rehearsal: at any hour, because nobody real is. Raises StudyError."""
    variables = tuple(sorted({name for quota in study.quotas for name in quota.variables}))
    if rehearsal:
        return Plan(rules_of(study), always(), variables=variables)
    return Plan(rules_of(study), calendar_for(study), study.starts, study.ends, variables)


def rules_of(study: StudySource) -> Rules:
    """The outcomes as this study refines them. Raises StudyError on an outcome that there is not, or two with one hot key in a group."""
    shipped = load_rules()
    outcomes = dict(shipped.outcomes)
    for key, fields in study.refined.items():
        if key not in outcomes:
            raise StudyError(f"There is no outcome {key}", where="study.toml, outcomes refine")
        outcomes[key] = replace(outcomes[key], **fields)
        if outcomes[key].final and outcomes[key].retry_minutes:
            raise StudyError(
                f"The outcome {key} is final and has no next call", where="study.toml, outcomes refine"
            )
    seen: dict[tuple[str, str], str] = {}
    for key, outcome in outcomes.items():
        place = (outcome.group.value, outcome.hotkey)
        if outcome.hotkey and key in study.outcomes and (other := seen.setdefault(place, key)) != key:
            raise StudyError(
                f"The outcomes {other} and {key} have the same hot key", where="study.toml, outcomes refine"
            )
    return Rules(outcomes, shipped.calling)


def calendar_for(study: StudySource) -> Calendar:
    """The study's hours on the shipped days, with the centre's own on top."""
    days = shipped_days()
    if CALENDAR in study.files:
        days = days.with_local(read_days(study.files[CALENDAR].decode("utf-8-sig"), CALENDAR, local=True))
    return calendar_of(study.hours.workday, study.hours.restday, days)


def caller_of(study: StudySource, name: str, knows: frozenset[str] = frozenset()) -> Caller:
    """Who signed in, by name or number of the roster. Whoever does not stand there has no skills and shuns nobody. knows: keyed hashes of
    numbers that he or she never calls."""
    person = next((p for p in study.roster if name in (p.id, p.name)), None)
    if person is None:
        return Caller(name, knows=knows)
    return Caller(person.id, frozenset(person.skills), frozenset(person.shuns), knows)


def quotas_of(study: StudySource) -> tuple[Quota, ...]:
    """The study's quotas. Raises StudyError on targets that are not written as cells."""
    return tuple(_quota(designed) for designed in study.quotas)


def design_faults(study: StudySource) -> list[StudyError]:
    """What would only be found in the field: quotas that cannot be filled, a field period that the calendar does not know or that has no
    hours, units in nobody's reach."""
    found = []
    try:
        rules_of(study)
        codes = {
            q.name: [c.name for c in q.choices]
            for q in study.form.questions
            if q.choices or q.kind is QuestionKind.HIDDEN
        }
        found += [StudyError(why, where="study.toml, quotas") for why in infeasible(quotas_of(study), codes)]
        calendar = calendar_for(study)
        if study.ends:
            if study.ends <= study.starts:
                raise StudyError("The field period ends before it begins", where="study.toml, field")
            days = range(study.starts // _DAY + 1, study.ends // _DAY + 1)
            if not sum(len(calendar.slices_of(day)) for day in days):  # every day is asked: all must be known
                raise StudyError(
                    "The field period has no hours at which people are called", where="study.toml, field"
                )
    except StudyError as error:
        found.append(error)
    return found


def _quota(designed: Designed) -> Quota:
    policy = Policy(designed.policy)
    if designed.kind == Kind.SHARES:
        try:
            return by_shares(designed.variables[0], designed.total, designed.shares, policy)
        except StudyError as error:
            raise StudyError(error.what, where="study.toml, quotas") from error
    kind = Kind(designed.kind)
    return Quota(kind, designed.variables, _cells(designed, marginal=kind is Kind.MARGINAL), policy)


def _cells(designed: Designed, *, marginal: bool) -> Mapping[Cell, int]:
    cells: dict[Cell, int] = {}
    for text, target in designed.targets.items():
        if marginal:
            variable, equals, code = text.partition("=")
            cell: Cell = ((variable, code),)
            well = bool(equals) and variable in designed.variables
        else:
            codes = text.split("/")
            well = len(codes) == len(designed.variables)
            cell = tuple(zip(designed.variables, codes, strict=False))
        if not well:
            shape = "variable=code" if marginal else "/".join(designed.variables)
            raise StudyError(
                f'"{text}" is no cell of this quota', where="study.toml, quotas", todo=f"Write it as {shape}."
            )
        cells[cell] = target
    return cells
