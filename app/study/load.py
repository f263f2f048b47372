"""A study folder read and checked. Every fault names the file, and the line, key or cell."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from app.clock import CHINA
from app.errors import StudyError
from app.questionnaire import xlsform
from app.study import check
from app.study.declared import RosterToml, StudyToml, T, read_toml
from app.study.faults import Faults
from app.study.model import Aspect, Hours, Person, Population, Quota, StudySource, Unit
from app.study.tables import SEGMENTS, TABLES, Row, read_table

FORM = "form.xml"
"""The compiled questionnaire among the files of a package."""
WORKBOOK = "questionnaire.xlsx"
CALENDAR = "calendar.toml"
"""A centre's own days beside the shipped ones: mourning, a disaster, a local festival. Not every study has it."""
LARGEST = 16 << 20
"""Bytes of one file of a study."""

_REQUIRED = (
    "study.toml",
    "units.csv",
    "population.csv",
    "roster.toml",
    WORKBOOK,
    "scripts/refusal.md",
    "scripts/faq.md",
)
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,59}")
_AGES = re.compile(r"[0-9]{1,3}-[0-9]{1,3}")
_PREFIX = re.compile(r"[0-9]{3,10}")


def load(folder: Path) -> StudySource:
    """The study in a folder, its workbook compiled (slow: about a second). Raises StudyError."""
    faults = Faults()
    files = read_files(folder, faults)
    faults.first()
    try:
        files[FORM] = xlsform.compile_workbook(folder / WORKBOOK).encode()
    except OSError as error:
        raise StudyError("The questionnaire workbook cannot be read", where=WORKBOOK) from error
    return assemble(files)


def assemble(files: Mapping[str, bytes]) -> StudySource:
    """The study made of its files, with the form compiled already (FORM). Raises StudyError."""
    for name in (*_REQUIRED, FORM):
        if name not in files:
            raise StudyError("A file of the study is missing", where=name)
    faults = Faults()
    source = gather(files, faults)
    faults.first()
    assert source is not None
    return source


def gather(files: Mapping[str, bytes], faults: Faults) -> StudySource | None:
    """The study made of those files that there are, and all that is wrong with it; None without a usable study.toml.

    Without the compiled form (FORM), nothing is held against the questionnaire.
    """
    toml = _toml(files, "study.toml", StudyToml, faults)
    roster = _toml(files, "roster.toml", RosterToml, faults)
    units, population = _units(files, faults), _population(files, faults)
    scripts = _scripts(files, faults)
    source = None
    if toml is not None:
        source = _source(toml, roster, units, population, scripts, files)
        unread = {fault.where.partition(",")[0] for fault in faults} | (set(_REQUIRED) - files.keys())
        faults += check.faults(source, unread | ({WORKBOOK} if FORM not in files else set()))
    whole = not any(fault.where.startswith("units.csv, line") for fault in faults)
    _check_frame(files, {unit.code for unit in units} if whole else None, faults)
    return source


def _source(
    toml: StudyToml,
    roster: RosterToml | None,
    units: tuple[Unit, ...],
    population: tuple[Population, ...],
    scripts: Mapping[str, str],
    files: Mapping[str, bytes],
) -> StudySource:
    return StudySource(
        id=toml.id,
        version=toml.version,
        title={"zh": toml.title.zh, "en": toml.title.en},
        caller=toml.caller,
        languages=tuple(toml.languages),
        ages=(toml.ages[0], toml.ages[1]),
        residence_months=toml.residence_months,
        target_minutes=toml.target_minutes,
        rehearsal_only=toml.rehearsal_only,
        index=toml.index.definition,
        units=units,
        aspects=tuple(Aspect(a.code, a.zh, a.en, a.weight, tuple(a.items)) for a in toml.aspects),
        population=population,
        roster=tuple(Person(p.id, p.name, p.role, tuple(p.skills), tuple(p.shuns)) for p in roster.people)
        if roster
        else (),
        hours=Hours(tuple(toml.hours.workday), tuple(toml.hours.restday)),
        outcomes=tuple(toml.outcomes.allowed),
        scripts=scripts,
        form_xml=files.get(FORM, b""),
        files=dict(files),
        starts=_midnight(toml.field.starts) if toml.field else 0,
        ends=_midnight(toml.field.ends + timedelta(days=1)) if toml.field else 0,
        refined={key: each.model_dump(exclude_none=True) for key, each in toml.outcomes.refine.items()},
        quotas=tuple(
            Quota(q.kind, tuple(q.variables), q.policy, q.targets, q.shares, q.total) for q in toml.quotas
        ),
        autocode={str(sign): least for sign, least in toml.line.autocode.items()},
    )


def read_files(folder: Path, faults: Faults) -> dict[str, bytes]:
    """The files that belong to a study, by their path in the folder, and what is wrong with them as files."""
    if not folder.is_dir():
        faults.append(StudyError("There is no study folder", where=str(folder)))
        return {}
    paths = [folder / name for name in _REQUIRED]
    paths += sorted(folder.glob("frame/*.csv")) + sorted(folder.glob("scripts/*.md"))
    paths += sorted(folder.glob("announcements/*.json"))
    paths += sorted(folder.glob(CALENDAR))
    files: dict[str, bytes] = {}
    for path in dict.fromkeys(paths):
        name = path.relative_to(folder).as_posix()
        with faults.caught():
            if not path.is_file():
                raise StudyError("A file of the study is missing", where=name)
            if not _PLAIN.fullmatch(path.name):
                raise StudyError("File names of a study have only plain letters, digits, . _ -", where=name)
            files[name] = _bytes(path, name)
    return files


def _midnight(day: date) -> int:
    """The first moment of a day in China, ms wall."""
    return int(datetime(day.year, day.month, day.day, tzinfo=CHINA).timestamp() * 1000)


def _bytes(path: Path, name: str) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            raise StudyError(f"The file has more than {LARGEST >> 20} MiB", where=name)
        return path.read_bytes()
    except OSError as error:
        raise StudyError("A file of the study cannot be read", where=name) from error


def _toml(files: Mapping[str, bytes], name: str, shape: type[T], faults: Faults) -> T | None:
    others: list[StudyError] = []
    found = None
    with faults.caught():
        found = read_toml(files[name], name, shape, others) if name in files else None
    faults += others
    return found


def _table(files: Mapping[str, bytes], name: str, columns: Sequence[str], faults: Faults) -> list[Row]:
    rows: list[Row] = []
    with faults.caught():
        rows += read_table(files[name], name, columns, faults) if name in files else []
    return rows


def _units(files: Mapping[str, bytes], faults: Faults) -> tuple[Unit, ...]:
    found: list[Unit] = []
    for row in _table(files, "units.csv", TABLES["units.csv"], faults):
        cells = row.taken(faults, code=Row.code, zh=Row.text, en=Row.text)
        with faults.caught():
            found.append(Unit(cells["code"], cells["zh"], cells["en"], row.whole("share")))
    return tuple(found)


def _population(files: Mapping[str, bytes], faults: Faults) -> tuple[Population, ...]:
    found: list[Population] = []
    for row in _table(files, "population.csv", TABLES["population.csv"], faults):
        cells = row.taken(faults, unit=Row.code, sex=Row.code, age=Row.code)
        if cells["age"] and not _AGES.fullmatch(cells["age"]):
            faults.append(row.fault("age", 'The age group is not written as "18-29"'))
        with faults.caught():
            found.append(Population(cells["unit"], cells["sex"], cells["age"], row.whole("persons")))
    return tuple(found)


def _scripts(files: Mapping[str, bytes], faults: Faults) -> dict[str, str]:
    scripts: dict[str, str] = {}
    for name, data in files.items():
        if name.startswith("scripts/"):
            try:
                scripts[Path(name).stem] = data.decode("utf-8-sig")
            except UnicodeDecodeError:
                faults.append(StudyError("The script is not UTF-8", where=name))
    return scripts


def _check_frame(files: Mapping[str, bytes], units: set[str] | None, faults: Faults) -> None:
    """What the study can know of its frame; drawing from it is app/sample's. units: None = not known, any will do."""
    tables = [name for name in files if name.startswith("frame/")]
    if not tables:
        faults.append(StudyError("The study has no frame", where="frame/*.csv"))
    for name in tables:
        for row in _table(files, name, SEGMENTS, faults):
            for problem in (_prefix, _kind):
                with faults.caught():
                    problem(row, units)


def _prefix(row: Row, units: set[str] | None) -> None:
    del units
    if not _PREFIX.fullmatch(row.code("prefix")):
        raise row.fault("prefix", "The prefix is not made of 3 to 10 digits")


def _kind(row: Row, units: set[str] | None) -> None:
    unit, kind = row.optional("unit"), row.text("kind")
    if kind not in {"mobile", "landline"}:
        raise row.fault("kind", f'The kind is "{kind}", not mobile or landline')
    if kind == "mobile" and unit:
        raise row.fault("unit", "A mobile segment fixes the city, never a unit")
    if kind == "landline" and units is not None and unit not in units:
        raise row.fault("unit", f'There is no unit "{unit}"')
