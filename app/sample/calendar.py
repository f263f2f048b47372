"""When people may be called: slices of workdays and rest days, from a table of days and never from the weekday.

A slice is a window of hours on one day, [start, end): a moment on its end is outside. Slices of the same kind ("the evening of a
workday") are one *sort*; the queue spreads attempts over sorts. Source of the defaults: notes/method.md §2.3.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any

from app.clock import CHINA_AHEAD
from app.errors import StudyError
from app.resources import resource
from app.sample.case import day_of

_DAY = 86_400_000
_MINUTE = 60_000
_EPOCH = date(1970, 1, 1)
_HORIZON = 400
"""Days looked ahead for the next slice: beyond it there is none."""

_HOURS = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
_DAYS = re.compile(r"(\d\d-\d\d)(?:\.\.(\d\d-\d\d))?")


@dataclass(frozen=True, slots=True)
class Sort:
    """A kind of slice. bit: its place in a case's mask of tried sorts. evening: begins at 18:00 or later."""

    name: str
    bit: int
    rest: bool
    start: int
    end: int

    @property
    def evening(self) -> bool:
        """After work."""
        return self.start >= 18 * 60


@dataclass(frozen=True, slots=True)
class Slice:
    """Hours of one day. start, end: ms wall; end is outside."""

    sort: Sort
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Days:
    """What is known of days, as day numbers (case.day_of). years: covered whole. silent: nobody is called; of a county: by unit code."""

    years: frozenset[int]
    rest: frozenset[int] = frozenset()
    work: frozenset[int] = frozenset()
    silent: frozenset[int] = frozenset()
    silent_units: Mapping[str, frozenset[int]] = field(default_factory=dict)

    def with_local(self, more: "Days") -> "Days":
        """The same with a centre's own days on top; a day that it names is what it says."""
        return Days(
            self.years | more.years,
            (self.rest - more.work) | more.rest,
            (self.work - more.rest) | more.work,
            self.silent | more.silent,
            {**self.silent_units, **more.silent_units},
        )


@dataclass(frozen=True)
class Calendar:
    """days: None = no table: every day is a workday (rehearsal, where nobody real is called). sorts: in the order of their bits."""

    sorts: tuple[Sort, ...]
    days: Days | None = None
    _by_day: dict[int, tuple[Slice, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Slices of days that were asked for, silent ones aside: each re-dial looks weeks ahead, over the same days."""

    def covers(self, day: int) -> bool:
        """The table says of the day whether it is worked."""
        days = self.days
        return days is None or _year(day) in days.years or day in days.rest or day in days.work

    def is_rest(self, day: int) -> bool:
        """A day off. Raises StudyError for a day that the table does not cover."""
        if self.days is None:
            return False
        when = _EPOCH + timedelta(days=day)
        if not self.covers(day):
            raise StudyError(
                f"The calendar does not know the year {when.year}",
                where=when.isoformat(),
                todo="Add the State Council's notice for that year to calendar.toml, or update Fangxin.",
            )
        return day in self.days.rest or (when.weekday() >= 5 and day not in self.days.work)

    def slices_of(self, day: int, unit: str = "") -> tuple[Slice, ...]:
        """The slices of a day in a unit, in order; none on a silent day."""
        days = self.days
        if days is not None and (day in days.silent or day in days.silent_units.get(unit, ())):
            return ()
        found = self._by_day.get(day)
        if found is None:
            rest, midnight = self.is_rest(day), day * _DAY - CHINA_AHEAD
            found = self._by_day[day] = tuple(
                Slice(sort, midnight + sort.start * _MINUTE, midnight + sort.end * _MINUTE)
                for sort in self.sorts
                if sort.rest == rest or days is None
            )
        return found

    def slice_at(self, wall: int, unit: str = "") -> Slice | None:
        """The slice that a moment lies in."""
        return next((s for s in self.slices_of(day_of(wall), unit) if s.start <= wall < s.end), None)

    def ahead(self, wall: int, unit: str = "", until: int = 0) -> Iterator[Slice]:
        """The slices from a moment on, the one it lies in first, up to those that begin before `until` (0 = as far as is known)."""
        for day in range(day_of(wall), day_of(wall) + _HORIZON):
            if until and day * _DAY - CHINA_AHEAD >= until:
                return
            try:
                found = self.slices_of(day, unit)
            except StudyError:
                return
            yield from (s for s in found if s.end > wall and not (until and s.start >= until))

    def dark(self, wall: int, until: int = 0) -> int | None:
        """The first moment from `wall` on, before `until` (0 = as far as is looked), of a day that the table does not cover."""
        for day in range(day_of(wall), day_of(wall) + _HORIZON):
            starts = day * _DAY - CHINA_AHEAD
            if until and starts >= until:
                return None
            if not self.covers(day):
                return max(wall, starts)
        return None

    def opens(self, wall: int, unit: str = "", until: int = 0) -> int | None:
        """The first moment from `wall` on at which calls may be made; None when there is none any more."""
        first = next(self.ahead(wall, unit, until), None)
        return None if first is None else max(wall, first.start)


def calendar_of(workday: tuple[str, ...], restday: tuple[str, ...], days: Days | None) -> Calendar:
    """The calendar of a study's hours ("09:00-12:00", in order). Raises StudyError when they are not such hours, or overlap."""
    sorts: list[Sort] = []
    for rest, hours in ((False, workday), (True, restday)):
        before = 0
        for number, text in enumerate(hours, start=1):
            start, end = _minutes(text)
            if start < before:
                raise StudyError(f"The hours {text} overlap those before them", where="study.toml [hours]")
            before = end
            sorts.append(Sort(f"{'restday' if rest else 'workday'}-{number}", len(sorts), rest, start, end))
    return Calendar(tuple(sorts), days)


def always() -> Calendar:
    """Every hour of every day: for rehearsals only."""
    return Calendar((Sort("any", 0, rest=False, start=0, end=24 * 60),))


@cache
def _year(day: int) -> int:
    return (_EPOCH + timedelta(days=day)).year


@cache
def shipped_days() -> Days:
    """The days of resources/calendar.toml."""
    path = resource("calendar.toml")
    return read_days(path.read_text(encoding="utf-8"), path.name)


def read_days(text: str, where: str, *, local: bool = False) -> Days:
    """A calendar table as text. local: its years are additions, not whole years, unless they say `complete = true`. counties = { "3" =
    ["07-12..07-20"] } silences single units. Raises StudyError."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise StudyError(f"The calendar is not valid TOML: {error}", where=where) from error
    years: set[int] = set()
    sets: dict[str, set[int]] = {"rest": set(), "work": set(), "silent": set()}
    counties: dict[str, set[int]] = {}
    for name, table in tables.items():
        place = f"{where}, [{name}]"
        if not re.fullmatch(r"20\d\d", name) or not isinstance(table, dict):
            raise StudyError("A table of the calendar is named by its year, as [2026]", where=place)
        year = int(name)
        if not local or table.get("complete") is True:
            years.add(year)
        for key, value in table.items():
            if key in sets:
                sets[key] |= _days(value, year, f"{place} {key}")
            elif key == "counties" and isinstance(value, dict):
                for unit, listed in value.items():
                    counties.setdefault(unit, set()).update(_days(listed, year, f"{place} counties.{unit}"))
            elif key != "complete":
                raise StudyError(f'"{key}" is no entry of the calendar', where=place)
    units = {unit: frozenset(found) for unit, found in counties.items()}
    return Days(
        frozenset(years), frozenset(sets["rest"]), frozenset(sets["work"]), frozenset(sets["silent"]), units
    )


def _days(value: Any, year: int, where: str) -> set[int]:
    if not isinstance(value, list):
        raise StudyError('Days stand in a list, as ["10-01..10-07"]', where=where)
    found: set[int] = set()
    for entry in value:
        match = _DAYS.fullmatch(entry) if isinstance(entry, str) else None
        try:
            ends = (match[1], match[2] or match[1]) if match else ("", "")
            first, last = (date.fromisoformat(f"{year}-{text}") for text in ends)
        except ValueError as error:
            raise StudyError(f"{entry!r} is no day or span of days of {year}", where=where) from error
        if last < first:
            raise StudyError(f"{entry!r} ends before it begins", where=where)
        found |= {(first - _EPOCH).days + n for n in range((last - first).days + 1)}
    return found


def _minutes(text: str) -> tuple[int, int]:
    match = _HOURS.fullmatch(text)
    start, end = (int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])) if match else (0, 0)
    if end <= start or end > 24 * 60:
        raise StudyError(f'"{text}" are no hours of a day, as 09:00-12:00', where="study.toml [hours]")
    return start, end
