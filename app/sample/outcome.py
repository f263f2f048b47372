"""Outcomes as data: loads and checks outcomes.toml, and proposes an outcome for what the line said."""

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import MISSING, dataclass, fields
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from app.errors import StudyError


class Category(StrEnum):
    """AAPOR's eight classes of final dispositions."""

    I = "I"  # noqa: E741 — AAPOR's own letter
    P = "P"
    R = "R"
    NC = "NC"
    O = "O"  # noqa: E741
    UH = "UH"
    UO = "UO"
    NE = "NE"


class Group(StrEnum):
    """Where an outcome stands in the interviewer's menu."""

    LINE = "line"
    NOBODY = "nobody"
    REFUSAL = "refusal"
    APPOINTMENT = "appointment"
    NOT_ELIGIBLE = "not_eligible"
    INTERVIEW = "interview"


class When(StrEnum):
    """A fact about a case that gives one of its outcomes another AAPOR code."""

    HALF_ANSWERED = "half_answered"
    """At least half of the applicable items were asked and answered ("don't know" is an answer)."""
    UNSCREENED = "unscreened"
    """Nobody was screened, so eligibility was never established."""
    BY_STUDY = "by_study"
    """The study counts refusals before screening as of unknown eligibility."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another code for the same outcome, under one condition."""

    when: When
    aapor: str
    category: Category


@dataclass(frozen=True, slots=True)
class Outcome:
    """One line of outcomes.toml; the meaning of every field stands in that file's head."""

    key: str
    zh: str
    en: str
    aapor: str
    edition: str
    category: Category
    group: Group
    final: bool
    hotkey: str = ""
    retry_minutes: int = 0
    max: int = 0
    tally: str = ""
    other_day: bool = False
    quick_a_day: int = 0
    later_minutes: int = 0
    appointment: bool = False
    attempt: bool = True
    do_not_call: bool = False
    note_required: bool = False
    voids: bool = False
    other_slice: bool = False
    skill: str = ""
    another: bool = False
    causes: tuple[str, ...] = ()
    alternative: Alternative | None = None

    @property
    def in_menu(self) -> bool:
        """The interviewer may choose it; the others are given by review or by the queue."""
        return bool(self.hotkey)

    def coded(self, facts: Collection[When] = ()) -> tuple[str, Category]:
        """AAPOR code and category, given what is known about the case."""
        other = self.alternative
        return (other.aapor, other.category) if other and other.when in facts else (self.aapor, self.category)


@dataclass(frozen=True, slots=True)
class Calling:
    """The rules of dialling that belong to no single outcome: the table [calling] of outcomes.toml."""

    attempts_mobile: int
    attempts_landline: int
    attempts_a_day: int
    resumable_minutes: int
    appointment_early_minutes: int
    appointment_late_minutes: int
    missed_retry_minutes: tuple[int, ...]
    spread_sorts: int = 3
    spread_days: int = 5
    spread_evening: int = 1
    spread_rest: int = 1
    look_ahead_days: int = 3
    fresh_percent: int = 0
    owner_minutes: int = 5
    cool_down_days: int = 0
    correction_minutes: int = 10


@dataclass(frozen=True, slots=True)
class Rules:
    """All that outcomes.toml says."""

    outcomes: Mapping[str, Outcome]
    calling: Calling


def category_of(aapor: str) -> Category:
    """The class of an AAPOR telephone code (notes/method.md §1.1): NE for every 4.x. Raises ValueError for what is no such code."""
    if re.fullmatch(r"[1-4]\.\d{1,3}", aapor):
        for prefix, category in _CATEGORIES.items():
            if aapor.startswith(prefix):
                return category
    raise ValueError(f"no AAPOR telephone code: {aapor!r}")


def load_rules(path: Path | None = None) -> Rules:
    """Outcomes and calling rules of a file, by default the shipped resources/outcomes.toml. Raises StudyError naming line and field."""
    return _shipped() if path is None else _Reader(path).rules()


def load_outcomes(path: Path | None = None) -> Mapping[str, Outcome]:
    """Key → outcome, in the order of the file. Raises StudyError."""
    return load_rules(path).outcomes


def propose(cause: str, outcomes: Mapping[str, Outcome] | None = None) -> str:
    """The key of the outcome that a line cause (hardware Cause.value) most likely means; "" when it means nothing in particular."""
    known = load_outcomes() if outcomes is None else outcomes
    return next((outcome.key for outcome in known.values() if cause in outcome.causes), "")


_CATEGORIES = {
    "1.1": Category.I,
    "1.2": Category.P,
    "2.1": Category.R,
    "2.2": Category.NC,
    "2.3": Category.O,
    "2.9": Category.O,
    "3.1": Category.UH,
    "3.2": Category.UO,
    "3.3": Category.UO,
    "3.9": Category.UO,
    "4.": Category.NE,
}
_WORDS = {
    bool: "true or false",
    int: "a whole number, 0 or more",
    str: "text",
    tuple: "a list",
    Alternative: "a table",
}


@cache
def _shipped() -> Rules:
    # Read once a process: the file is part of the program and never changes while it runs.
    return _Reader(Path(__file__).resolve().parents[2] / "resources" / "outcomes.toml").rules()


class _Reader:
    """Reads one file; knows where each field stands, so that an error names its line."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            text = path.read_text(encoding="utf-8")
            self._data = tomllib.loads(text)
        except OSError as error:
            raise StudyError("The outcome table cannot be read", where=str(path)) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise StudyError(f"The outcome table is not valid TOML: {error}", where=str(path)) from error
        self._lines = text.splitlines()

    def rules(self) -> Rules:
        tables, calling = self._data.get("outcome"), self._data.get("calling")
        if not isinstance(tables, dict) or not tables or not isinstance(calling, dict):
            raise StudyError(
                "The outcome table needs [calling] and at least one [outcome.KEY]", where=str(self._path)
            )
        outcomes = {key: self._outcome(key, table) for key, table in tables.items()}
        self._unique(outcomes)
        return Rules(MappingProxyType(outcomes), Calling(**self._values("calling", calling, Calling)))

    def _outcome(self, key: str, table: Any) -> Outcome:
        name = f"outcome.{key}"
        if not isinstance(table, dict):
            raise self._wrong(name, "", "must be a table")
        if not re.fullmatch(r"[0-9]{1,3}", key):
            raise self._wrong(name, "", "has no number of one to three digits as its key")
        values = self._values(name, table, Outcome)
        outcome = Outcome(**{"tally": key, **values, "key": key})
        self._coded(name, "aapor", outcome.aapor, outcome.category)
        if outcome.alternative:
            self._coded(name, "alternative", outcome.alternative.aapor, outcome.alternative.category)
        if outcome.hotkey and not re.fullmatch(r"[1-9]", outcome.hotkey):
            raise self._wrong(name, "hotkey", "must be one digit from 1 to 9")
        if outcome.final and (outcome.retry_minutes or outcome.max):
            raise self._wrong(name, "final", "and a retry rule cannot stand together")
        if not outcome.final and outcome.attempt and not outcome.retry_minutes:
            raise self._wrong(
                name, "final", "is false, so retry_minutes must say when the number is dialled again"
            )
        return outcome

    def _coded(self, name: str, field: str, aapor: str, category: Category) -> None:
        try:
            expected = category_of(aapor)
        except ValueError:
            raise self._wrong(name, field, f'"{aapor}" is no AAPOR telephone code') from None
        if category is not expected:
            raise self._wrong(name, field, f'"{aapor}" is of category {expected}, not {category}')

    def _values(
        self,
        name: str,
        table: Mapping[str, Any],
        shape: type[Outcome | Calling | Alternative],
        within: str = "",
    ) -> dict[str, Any]:
        known = {field.name: field for field in fields(shape) if field.name != "key"}
        for field in table:
            if field not in known:
                raise self._wrong(name, within + field, "is not a field of this table")
        for field, spec in known.items():
            if spec.default is MISSING and field not in table:
                raise self._wrong(name, within + field, "is missing")
        return {
            field: self._value(name, within + field, value, known[field].type)
            for field, value in table.items()
        }

    def _value(self, name: str, field: str, value: Any, wanted: Any) -> Any:
        if wanted in (Category, Group, When):
            if value not in list(wanted):
                raise self._wrong(name, field, f"must be one of {', '.join(wanted)}")
            return wanted(value)
        if wanted == Alternative | None and isinstance(value, dict):
            return Alternative(**self._values(name, value, Alternative, f"{field}."))
        if wanted in (tuple[str, ...], tuple[int, ...]) and isinstance(value, list):
            inner = str if wanted == tuple[str, ...] else int
            return tuple(self._value(name, field, item, inner) for item in value)
        if wanted not in (bool, int, str) or type(value) is not wanted or (wanted is int and value < 0):
            kind = wanted if wanted in _WORDS else Alternative if wanted == Alternative | None else tuple
            raise self._wrong(name, field, f"must be {_WORDS[kind]}")
        return value

    def _unique(self, outcomes: Mapping[str, Outcome]) -> None:
        hotkeys: dict[tuple[Group, str], str] = {}
        causes: dict[str, str] = {}
        for outcome in outcomes.values():
            name = f"outcome.{outcome.key}"
            if (
                outcome.hotkey
                and (other := hotkeys.setdefault((outcome.group, outcome.hotkey), outcome.key)) != outcome.key
            ):
                raise self._wrong(
                    name, "hotkey", f'"{outcome.hotkey}" is taken by outcome {other} of the same group'
                )
            for cause in outcome.causes:
                if (other := causes.setdefault(cause, outcome.key)) != outcome.key:
                    raise self._wrong(name, "causes", f'"{cause}" already proposes outcome {other}')

    def _wrong(self, name: str, field: str, what: str) -> StudyError:
        """The error, with the line of the field, or of its table."""
        header = next(
            (n for n, line in enumerate(self._lines) if line.split("#")[0].strip() == f"[{name}]"), None
        )
        line = header
        for number in range(0 if header is None else header + 1, len(self._lines)):
            if header is None or self._lines[number].lstrip().startswith("["):
                break
            if re.match(rf"\s*{re.escape(field.split('.')[0])}\s*=", self._lines[number]) and field:
                line = number
        place = f"{self._path}, line {line + 1}" if line is not None else str(self._path)
        subject = f"[{name}] {field}" if field else f"[{name}]"
        return StudyError(f"The outcome table is wrong: {subject} {what}", where=place)
