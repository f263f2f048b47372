"""A study folder read and checked. Every fault names the file, and the line, key or cell."""

import re
from collections.abc import Mapping
from pathlib import Path

from app.errors import StudyError
from app.questionnaire import xlsform
from app.study.check import check
from app.study.declared import RosterToml, StudyToml, read_toml
from app.study.model import Aspect, Hours, Person, Population, StudySource, Unit
from app.study.tables import Row, read_table

FORM = "form.xml"
"""The compiled questionnaire among the files of a package."""
WORKBOOK = "questionnaire.xlsx"
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
    files = _files(folder)
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
    toml = read_toml(files["study.toml"], "study.toml", StudyToml)
    roster = read_toml(files["roster.toml"], "roster.toml", RosterToml)
    source = StudySource(
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
        units=_units(files["units.csv"]),
        aspects=tuple(Aspect(a.code, a.zh, a.en, a.weight, tuple(a.items)) for a in toml.aspects),
        population=_population(files["population.csv"]),
        roster=tuple(Person(p.id, p.name, p.role, tuple(p.skills)) for p in roster.people),
        hours=Hours(tuple(toml.hours.workday), tuple(toml.hours.restday)),
        outcomes=tuple(toml.outcomes.allowed),
        scripts=_scripts(files),
        form_xml=files[FORM],
        files=dict(files),
        autocode=dict(toml.line.autocode),
    )
    check(source)
    _check_frame(files, {unit.code for unit in source.units})
    return source


def _files(folder: Path) -> dict[str, bytes]:
    if not folder.is_dir():
        raise StudyError("There is no study folder", where=str(folder))
    paths = [folder / name for name in _REQUIRED]
    paths += sorted(folder.glob("frame/*.csv")) + sorted(folder.glob("scripts/*.md"))
    paths += sorted(folder.glob("announcements/*.json"))
    files: dict[str, bytes] = {}
    for path in dict.fromkeys(paths):
        name = path.relative_to(folder).as_posix()
        if not path.is_file():
            raise StudyError("A file of the study is missing", where=name)
        if not _PLAIN.fullmatch(path.name):
            raise StudyError("File names of a study have only plain letters, digits, . _ -", where=name)
        files[name] = _bytes(path, name)
    return files


def _bytes(path: Path, name: str) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            raise StudyError(f"The file has more than {LARGEST >> 20} MiB", where=name)
        return path.read_bytes()
    except OSError as error:
        raise StudyError("A file of the study cannot be read", where=name) from error


def _units(data: bytes) -> tuple[Unit, ...]:
    rows = read_table(data, "units.csv", ("code", "zh", "en", "share"))
    return tuple(Unit(row.code("code"), row.text("zh"), row.text("en"), row.whole("share")) for row in rows)


def _population(data: bytes) -> tuple[Population, ...]:
    rows = read_table(data, "population.csv", ("unit", "sex", "age", "persons"))
    for row in rows:
        if not _AGES.fullmatch(row.code("age")):
            raise row.fault("age", 'The age group is not written as "18-29"')
    return tuple(Population(r.code("unit"), r.code("sex"), r.code("age"), r.whole("persons")) for r in rows)


def _scripts(files: Mapping[str, bytes]) -> dict[str, str]:
    scripts: dict[str, str] = {}
    for name, data in files.items():
        if name.startswith("scripts/"):
            try:
                scripts[Path(name).stem] = data.decode("utf-8-sig")
            except UnicodeDecodeError as error:
                raise StudyError("The script is not UTF-8", where=name) from error
    return scripts


def _check_frame(files: Mapping[str, bytes], units: set[str]) -> None:
    """What the study can know of its frame; drawing from it is app/sample's."""
    tables = [name for name in files if name.startswith("frame/")]
    if not tables:
        raise StudyError("The study has no frame", where="frame/*.csv")
    for name in tables:
        for row in read_table(files[name], name, ("prefix", "unit", "kind", "operator")):
            _check_segment(row, units)


def _check_segment(row: Row, units: set[str]) -> None:
    if not _PREFIX.fullmatch(row.code("prefix")):
        raise row.fault("prefix", "The prefix is not made of 3 to 10 digits")
    unit, kind = row.optional("unit"), row.text("kind")
    if kind not in {"mobile", "landline"}:
        raise row.fault("kind", f'The kind is "{kind}", not mobile or landline')
    if kind == "mobile" and unit:
        raise row.fault("unit", "A mobile segment fixes the city, never a unit")
    if kind == "landline" and unit not in units:
        raise row.fault("unit", f'There is no unit "{unit}"')
