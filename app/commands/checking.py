"""What `fangxin study check` prints, and the scenarios it plays."""

from collections.abc import Iterator
from pathlib import Path

from app.canonical import encode
from app.errors import FangxinError, StudyError, UsageError
from app.questionnaire import scenario, xlsform
from app.questionnaire.form import Form
from app.questionnaire.lint.finding import ERROR, Finding
from app.questionnaire.play import Play
from app.study.author import Examined
from app.study.load import WORKBOOK

_WORDS = {
    "zh": {
        "error": "错误",
        "warning": "提醒",
        "good": "{path}：没有问题。问题和说明共 {questions} 条，语言：{languages}，全程约 {minutes} 分钟。",
        "bad": "{path}：{errors} 个错误，{warnings} 个提醒。",
        "scenarios": "情景脚本 {count} 个，全部通过。",
        "join": "、",
        "count": "共 {errors} 个错误，第一个：",
    },
    "en": {
        "error": "error",
        "warning": "warning",
        "good": "{path}: good. {questions} questions and notes in {languages}, about {minutes} minutes in all.",
        "bad": "{path}: {errors} error(s), {warnings} warning(s).",
        "scenarios": "All {count} scenarios hold.",
        "join": ", ",
        "count": "{errors} errors, the first: ",
    },
}


def played(path: Path, folder: Path) -> tuple[int, list[Finding]]:
    """Play all scenarios (*.txt) of a folder on a good questionnaire: how many, and the findings of those that do not hold."""
    files = sorted(folder.glob("*.txt")) if folder.is_dir() else [folder]
    if not files or not all(file.is_file() for file in files):
        raise UsageError("There are no scenarios (*.txt) here", where=str(folder))
    workbook = path / WORKBOOK if path.is_dir() else path
    form = xlsform.parse(xlsform.compile_workbook(workbook))
    return len(files), [finding for file in files for finding in _play(form, file)]


def _play(form: Form, file: Path) -> Iterator[Finding]:
    try:
        steps = scenario.read(file)
        play = Play(form)
        for _ in play.run(steps):
            pass
    except FangxinError as error:
        yield Finding("scenario", error.where or file.name, {"line": "?", "what": error.what})
        return
    if play.failed:
        yield Finding("scenario", f"{file.name}:{play.line}", {"line": str(play.line), "what": play.failed})


def as_text(
    path: Path, examined: Examined, findings: list[Finding], scenarios: int, language: str
) -> Iterator[str]:
    """The lines of the answer for a person."""
    words = _WORDS[language]
    for finding in findings:
        todo = finding.todo(language)
        yield f"{finding.where}  {words[finding.severity]}  {finding.text(language)}{' ' if todo else ''}{todo} [{finding.rule}]"
    report = examined.questionnaire
    errors = sum(finding.severity == ERROR for finding in findings)
    if findings:
        yield words["bad"].format(path=path, errors=errors, warnings=len(findings) - errors)
    if not errors:
        yield words["good"].format(
            path=path,
            questions=report.questions,
            languages=words["join"].join(report.languages) or "—",
            minutes=max(1, round(report.seconds / 60)),
        )
        if scenarios:
            yield words["scenarios"].format(count=scenarios)


def sentence(findings: list[Finding], language: str) -> StudyError:
    """What goes to stderr when something must be mended: how much, and the first of it."""
    errors = [finding for finding in findings if finding.severity == ERROR]
    first = errors[0]
    count = _WORDS[language]["count"].format(errors=len(errors)) if len(errors) > 1 else ""
    what = count + first.text(language).rstrip("。.")
    error = StudyError(what, where=first.where, todo=first.todo(language))
    error.language = language
    return error


def as_json(path: Path, examined: Examined, findings: list[Finding], scenarios: int, language: str) -> str:
    """The answer as one line of canonical JSON."""
    report = examined.questionnaire
    errors = sum(finding.severity == ERROR for finding in findings)
    return encode(
        {
            "path": str(path),
            "good": errors == 0,
            "errors": errors,
            "warnings": len(findings) - errors,
            "findings": [finding.to_json(language) for finding in findings],
            "questions": report.questions,
            "languages": list(report.languages),
            "seconds": report.seconds,
            "scenarios": scenarios,
        }
    ).decode()
