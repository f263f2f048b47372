"""The author's check of a whole study: the questionnaire with all its faults, the rest of the folder with its first one."""

from dataclasses import dataclass
from pathlib import Path

from app.errors import StudyError
from app.questionnaire.lint.checker import Report, check
from app.questionnaire.lint.finding import Finding
from app.questionnaire.lint.reading import PACE, Pace
from app.study.declared import StudyToml, read_toml
from app.study.load import WORKBOOK, load
from app.study.model import StudySource


@dataclass(frozen=True)
class Examined:
    """questionnaire: what the check of the workbook said, with the study's own findings added. study: None unless it is good."""

    questionnaire: Report
    study: StudySource | None = None


def examine(path: Path, characters: int = 0) -> Examined:
    """Check a study folder or a workbook. characters: reading pace a minute; 0 = as study.toml says, or the usual one."""
    if not path.is_dir():
        return Examined(check(path, Pace(characters or PACE)))
    findings: list[Finding] = []
    pace = Pace(characters or PACE)
    try:
        declared = read_toml((path / "study.toml").read_bytes(), "study.toml", StudyToml)
        pace = Pace(characters or declared.characters_per_minute, declared.target_minutes)
    except OSError:
        findings.append(
            Finding("study", "study.toml", {"what": "A file of the study is missing", "todo": ""})
        )
    except StudyError as error:
        findings.append(_finding(error))
    report = check(path / WORKBOOK, pace)
    study = None
    if report.good and not findings:
        try:
            study = load(path)
        except StudyError as error:
            findings.append(_finding(error))
    whole = Report((*findings, *report.findings), report.questions, report.languages, report.seconds)
    return Examined(whole, study)


def _finding(error: StudyError) -> Finding:
    return Finding("study", error.where, {"what": error.what, "todo": error.todo})
