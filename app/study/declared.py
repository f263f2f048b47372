"""study.toml and roster.toml: what may stand in them, and what is said when something else does."""

import difflib
import re
import tomllib
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from app.errors import StudyError

Text = Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]{1,20}$")]
Outcome = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]$")]
Span = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")]


class _Table(BaseModel):
    """Unknown keys and near types ("5" for 5) are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Title(_Table):
    """The study's name."""

    zh: Text
    en: Text


class Index(_Table):
    """How the index is made. ratio-of-answered: item means over those who answered, method.md §4.3."""

    definition: Literal["ratio-of-answered"]


class AspectTable(_Table):
    """One aspect of the evaluation."""

    code: Code
    zh: Text
    en: Text
    weight: Annotated[int, Field(ge=1, le=100)]
    items: Annotated[list[Code], Field(min_length=1)]


class HoursTable(_Table):
    """Spans of local time."""

    workday: Annotated[list[Span], Field(min_length=1)]
    restday: list[Span]


class Refined(_Table):
    """What a study says differently of one outcome; its AAPOR code and whether it is final stay as they are."""

    zh: Text | None = None
    en: Text | None = None
    retry_minutes: Annotated[int, Field(ge=1, le=100_000)] | None = None
    max: Annotated[int, Field(ge=0, le=20)] | None = None
    note_required: bool | None = None
    hotkey: Annotated[str, StringConstraints(pattern=r"^[1-9]$")] | None = None


class Outcomes(_Table):
    """Outcome keys an interviewer may choose, and what is different about them here."""

    allowed: Annotated[list[Outcome], Field(min_length=1)]
    refine: dict[Outcome, Refined] = {}


class LineTable(_Table):
    """What the desk may do by itself on the line. autocode: class heard → upper bound of its wrong labels, per mille, as measured in
    this room; a class with more than 5 is not trusted with it, whatever the study says."""

    autocode: dict[
        Literal["busy", "congestion", "vacant", "announcement"], Annotated[int, Field(ge=0, le=5)]
    ] = {}


class FieldTable(_Table):
    """When the field work begins and ends; both days are called."""

    starts: date
    ends: date


class QuotaTable(_Table):
    """One set of targets. targets: "1/2" → interviews, codes in the order of the variables (interlocking), or "county=1" → interviews
    (marginal); shares: code → ratio, of `total` interviews."""

    kind: Literal["interlocking", "marginal", "shares"]
    variables: Annotated[list[Code], Field(min_length=1)]
    policy: Literal["stop", "finish", "allow"] = "stop"
    targets: dict[str, Annotated[int, Field(ge=0)]] = {}
    shares: dict[str, Annotated[int, Field(ge=0)]] = {}
    total: Annotated[int, Field(ge=0)] = 0


class StudyToml(_Table):
    """study.toml."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    version: Annotated[int, Field(ge=1, le=999_999)]
    caller: Annotated[str, StringConstraints(pattern=r"^[0-9][0-9-]{2,18}$")]
    languages: Annotated[
        list[Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]], Field(min_length=1)
    ]
    ages: Annotated[list[Annotated[int, Field(ge=0, le=120)]], Field(min_length=2, max_length=2)]
    residence_months: Annotated[int, Field(ge=0, le=1200)]
    target_minutes: Annotated[int, Field(ge=1, le=120)]
    characters_per_minute: Annotated[int, Field(ge=60, le=600)] = 240
    """Reading pace for the check of the questionnaire's length."""
    rehearsal_only: bool = False
    title: Title
    index: Index
    aspects: Annotated[list[AspectTable], Field(min_length=1)]
    hours: HoursTable
    outcomes: Outcomes
    line: LineTable = LineTable()
    field: FieldTable | None = None
    quotas: list[QuotaTable] = []


class PersonTable(_Table):
    """One person of the roster."""

    id: Code
    name: Text
    role: Literal["interviewer", "lead"]
    skills: list[Text] = []
    shuns: list[Code] = []


class RosterToml(_Table):
    """roster.toml."""

    people: Annotated[list[PersonTable], Field(min_length=1)]


T = TypeVar("T", bound=BaseModel)
_LINE = re.compile(r"\(at (?:line (\d+), column \d+|end of document)\)")


def read_toml(data: bytes, file: str, shape: type[T], faults: list[StudyError] | None = None) -> T:
    """The file as `shape`. Raises StudyError naming file and line (syntax) or file and key (content). faults: what is wrong with the
    content besides the first is gathered there."""
    try:
        table = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise StudyError("The file is not UTF-8", where=file) from error
    except RecursionError as error:
        raise StudyError("The file is nested too deeply", where=file) from error
    except tomllib.TOMLDecodeError as error:
        found = _LINE.search(str(error))
        where = f"{file}, line {found[1]}" if found and found[1] else f"{file}, at the end"
        problem = _LINE.sub("", str(error)).strip()
        raise StudyError(f"The file is not valid TOML: {problem}", where=where) from error
    try:
        return shape.model_validate(table)
    except ValidationError as error:
        first, *others = _faults(error, file, shape)
        if faults is not None:
            faults += others
        raise first from error


def _faults(error: ValidationError, file: str, shape: type[BaseModel]) -> Iterator[StudyError]:
    """Unknown keys first: a misspelt one is also missing under its right name, which then goes without saying."""
    found = sorted(error.errors(include_url=False), key=lambda each: each["type"] != "extra_forbidden")
    meant: set[str] = set()
    for each in found:
        # Lists are counted from 1 for people: aspects 2, weight.
        keys = [str(part + 1) if isinstance(part, int) else part for part in each["loc"]]
        where = f"{file}, {' '.join(keys)}"
        if each["type"] == "extra_forbidden":
            near = difflib.get_close_matches(keys[-1], shape.model_fields, 1)
            meant.update(near)
            todo = f"Is {near[0]} meant?" if near else ""
            yield StudyError(f'There is no key "{keys[-1]}"', where=where, todo=todo)
        elif each["type"] != "missing":
            yield StudyError(f"The value cannot be used: {each['msg']}", where=where)
        elif keys[-1] not in meant:
            yield StudyError(f'The key "{keys[-1]}" is missing', where=where)
