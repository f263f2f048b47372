"""The author's check of a questionnaire: every fault at once, each at its cell.

Order: the workbook as a file, its cells and tables, expressions, routing, telephone columns, texts. Last pyxform and the engine
compile it: what they refuse and no rule has said yet is added, so that a good check means a questionnaire that runs.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.errors import StudyError
from app.questionnaire import workbook, xlsform
from app.questionnaire.lint import phone, reading, routing, structure
from app.questionnaire.lint.expressions import Expressions
from app.questionnaire.lint.finding import ERROR, Finding
from app.questionnaire.lint.reading import Pace
from app.questionnaire.lint.survey import Survey, understand
from app.questionnaire.package import WorkbookError
from app.questionnaire.workbook import Workbook

_PLACE = re.compile(r" (?P<sheet>[^ !]+)!(?P<column>[A-Z]*)(?P<row>\d+)$")
_SHEETS = {name: place for place, name in enumerate(workbook.SHEETS)}
_FOLLOWS = frozenset(
    {"unreachable", "unreachable-after-stop", "reads-ahead", "no-way-out", "nothing-fits", "code-refused"}
)
"""What a broken expression in the same cell would cause too."""


@dataclass(frozen=True)
class Report:
    """findings: in the order of sheets, rows and columns. questions: and notes, as in Form.asked. seconds: estimated length of the
    longest complete interview."""

    findings: tuple[Finding, ...]
    questions: int = 0
    languages: tuple[str, ...] = ()
    seconds: int = 0

    @property
    def errors(self) -> int:
        """How many findings must be mended."""
        return sum(finding.severity == ERROR for finding in self.findings)

    @property
    def good(self) -> bool:
        """Nothing that must be mended."""
        return not self.errors


def check(path: Path, pace: Pace | None = None) -> Report:
    """Everything that is wrong with a workbook. Never raises for what stands in it."""
    pace = pace or Pace()
    try:
        book = workbook.scan(path)
    except WorkbookError as error:
        return Report((Finding(error.rule, error.where, {"what": error.what}),))
    survey = understand(book)
    found = list(_rules(survey, pace))
    if not any(finding.severity == ERROR for finding in found):
        found += _compiled(book)
    return Report(
        tuple(sorted(_once(found), key=_order)),
        sum(line.wants_answer or line.type == "note" for line in survey.questions),
        tuple(language for language in survey.languages if language),
        round(reading.seconds(survey, pace)),
    )


def _rules(survey: Survey, pace: Pace) -> Iterator[Finding]:
    yield from structure.check(survey)
    expressions = Expressions(survey)
    yield from expressions.found
    yield from routing.check(survey, expressions)
    yield from phone.check(survey, expressions)
    yield from reading.translations(survey)
    yield from reading.times(survey, pace)


def _compiled(book: Workbook) -> Iterator[Finding]:
    try:
        xlsform.compile_book(book)
    except StudyError as error:
        yield Finding(
            "does-not-compile", error.where or book.path.name, {"what": error.what, "todo": error.todo}
        )


def _once(found: list[Finding]) -> Iterator[Finding]:
    """No finding twice, and none that only follows from an error in the same cell."""
    faulty = {each.where for each in found if each.severity == ERROR and each.rule not in _FOLLOWS}
    said: set[tuple[str, str]] = set()
    for each in found:
        key = (each.rule, each.where + str(sorted(each.values.items())))
        if key not in said and not (each.rule in _FOLLOWS and each.where in faulty):
            said.add(key)
            yield each


def _order(finding: Finding) -> tuple[int, int, int, str, str]:
    found = _PLACE.search(finding.where)
    if not found:
        return (-1, 0, 0, "", finding.rule)
    column = found["column"]
    return (_SHEETS.get(found["sheet"].lower(), 9), int(found["row"]), len(column), column, finding.rule)
