"""A study as values: what the centre has designed and signed. Nothing here reads a file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from app.questionnaire import xlsform
from app.questionnaire.form import Form


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit that is evaluated. code: as the screening question's choice and in every result. share: of the population, per mille."""

    code: str
    zh: str
    en: str
    share: int


@dataclass(frozen=True, slots=True)
class Aspect:
    """A group of scored items. weight: in the index, per cent. items: question names."""

    code: str
    zh: str
    en: str
    weight: int
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Population:
    """A cell of the population for weighting. age: group as "18-29". persons: a count."""

    unit: str
    sex: str
    age: str
    persons: int


@dataclass(frozen=True, slots=True)
class Person:
    """Who may sign in. role: "interviewer" or "lead". skills: dialects understood besides Mandarin, and "refusal" of who calls back after a
    soft refusal. shuns: units that he or she never calls (the own county)."""

    id: str
    name: str
    role: str
    skills: tuple[str, ...] = ()
    shuns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hours:
    """When first calls may be made, as "09:00-12:00", local time, in order."""

    workday: tuple[str, ...]
    restday: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quota:
    """One set of targets as study.toml says it; sample/quota.py works with it. kind: "interlocking", "marginal" or "shares". targets: "1/2"
    or "county=1" → interviews. shares: code → ratio of `total`. policy: "stop", "finish" or "allow"."""

    kind: str
    variables: tuple[str, ...]
    policy: str = "stop"
    targets: Mapping[str, int] = field(default_factory=dict)
    shares: Mapping[str, int] = field(default_factory=dict)
    total: int = 0


@dataclass(frozen=True, slots=True)
class Recipients:
    """Public keys ("age1…") for which recordings and interviews (centre, lead) and contacts (contact) are sealed."""

    centre: tuple[str, ...]
    lead: tuple[str, ...] = ()
    contact: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class StudySource:
    """The study as its folder says it. files: path in the folder (with "/") → bytes, and the compiled form as "form.xml".

    title: "zh" and "en". languages: ISO codes, the usual one first. ages: lowest and highest, included. scripts: "refusal" → Markdown.
    index: name of the index definition. outcomes: keys an interviewer may choose. rehearsal_only: practice; never dialled in earnest.
    refined: outcome key → the fields that this study says differently (labels, retry_minutes, max, note_required, hotkey).
    autocode: what the desk may code by itself when it hears it ("busy", "announcement" …) → its measured error bound, per mille.
    starts, ends: the field period, ms wall; `ends` is the first moment after it; 0 = open.
    """

    id: str
    version: int
    title: Mapping[str, str]
    caller: str
    languages: tuple[str, ...]
    ages: tuple[int, int]
    residence_months: int
    target_minutes: int
    rehearsal_only: bool
    index: str
    units: tuple[Unit, ...]
    aspects: tuple[Aspect, ...]
    population: tuple[Population, ...]
    roster: tuple[Person, ...]
    hours: Hours
    outcomes: tuple[str, ...]
    scripts: Mapping[str, str]
    form_xml: bytes = field(repr=False)
    files: Mapping[str, bytes] = field(repr=False)
    autocode: Mapping[str, int] = field(default_factory=dict)
    starts: int = 0
    ends: int = 0
    quotas: tuple[Quota, ...] = ()
    refined: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @cached_property
    def form(self) -> Form:
        """The questionnaire, parsed once."""
        return xlsform.parse(self.form_xml)

    @property
    def items(self) -> tuple[str, ...]:
        """The scored items in the order of the aspects."""
        return tuple(item for aspect in self.aspects for item in aspect.items)


@dataclass(frozen=True, kw_only=True)
class Study(StudySource):
    """The study as a signed package says it, with what the package adds. expires: ms since 1970 UTC. sha256: of the package's
    signed list of files, hex: it names this very package in the journal."""

    recipients: Recipients
    central_vkey: str
    witness_vkeys: tuple[str, ...]
    suite: str
    expires: int
    sha256: str


def shares_of(study: StudySource) -> dict[str, float]:
    """Unit code → share of the population, per mille."""
    return {unit.code: float(unit.share) for unit in study.units}
