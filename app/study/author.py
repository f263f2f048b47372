"""The author's check of a whole study: the questionnaire and every other file of the folder, all faults at once."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.errors import StudyError
from app.questionnaire import xlsform
from app.questionnaire.lint.checker import Report, check
from app.questionnaire.lint.finding import Finding
from app.questionnaire.lint.reading import PACE, Pace
from app.study.declared import StudyToml, read_toml
from app.study.faults import Faults
from app.study.load import FORM, WORKBOOK, gather, read_files
from app.study.model import StudySource
from app.study.places import lined

MOST = 50
"""Faults of one file that are said one by one: a table saved with another delimiter has one in every line."""


@dataclass(frozen=True)
class Examined:
    """questionnaire: what the check of the workbook said, with the study's own findings before it. study: None unless it is good."""

    questionnaire: Report
    study: StudySource | None = None


def examine(path: Path, characters: int = 0) -> Examined:
    """Check a study folder or a workbook. characters: reading pace a minute; 0 = as study.toml says, or the usual one."""
    if not path.is_dir():
        return Examined(check(path, Pace(characters or PACE)))
    faults = Faults()
    files = read_files(path, faults)
    report = check(path / WORKBOOK, _pace(files, characters))
    if report.good:
        with faults.caught():
            files[FORM] = xlsform.compile_workbook(path / WORKBOOK).encode()
    source = gather(files, faults)
    findings = (*_findings(faults, files), *report.findings)
    whole = Report(findings, report.questions, report.languages, report.seconds)
    return Examined(whole, source if whole.good else None)


def _pace(files: Mapping[str, bytes], characters: int) -> Pace:
    try:
        declared = read_toml(files.get("study.toml", b""), "study.toml", StudyToml)
    except StudyError:
        return Pace(characters or PACE)
    return Pace(characters or declared.characters_per_minute, declared.target_minutes)


def _findings(faults: Iterable[StudyError], files: Mapping[str, bytes]) -> Iterator[Finding]:
    """The workbook's own faults as a file are in its report already."""
    said: Counter[str] = Counter()
    for fault in faults:
        file = fault.where.partition(",")[0]
        said[file] += 1
        if file != WORKBOOK and said[file] <= MOST:
            yield Finding("study", lined(fault.where, files), {"what": fault.what, "todo": fault.todo})
    for file, count in said.items():
        if count > MOST:
            yield Finding("study-more", file, {"count": str(count - MOST)})
