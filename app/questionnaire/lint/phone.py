"""Rules about the telephone columns: values, scales with their end points and special codes, endings."""

import re
from collections.abc import Iterator

from app.questionnaire import shapes
from app.questionnaire.lint.expressions import Expressions
from app.questionnaire.lint.finding import Finding
from app.questionnaire.lint.survey import OPENS, Line, Survey
from app.questionnaire.lint.truth import evaluate, truth

_POINTS = re.compile(r"(?:打|给)\s*(\d{1,3})\s*分")
_SCORED = frozenset({"integer", "range"})
_FROM_TO = re.compile(r"(?P<key>start|end)\s*=\s*(?P<value>-?\d+)")


def check(survey: Survey, expressions: Expressions) -> Iterator[Finding]:
    """All findings of this kind."""
    for line in survey.lines:
        bad = list(_values(line))
        yield from bad
        if not bad:
            yield from _places(line)
            yield from _special(survey, line, expressions)
            if line.get("cati:scale") and line.type in _SCORED:
                yield from _scale(line, expressions)
    if any(column.startswith("cati:") for line in survey.lines for column in line.cells):
        yield from _endings(survey)


def _values(line: Line) -> Iterator[Finding]:
    for column, text in line.cells.items():
        short = column.removeprefix("cati:")
        if column.startswith("cati:") and shapes.known(short) and not shapes.fits(short, text):
            yield Finding("bad-telephone-value", line.at(column), {"column": short, "value": text})


def _places(line: Line) -> Iterator[Finding]:
    """Columns on rows where they mean nothing."""
    if line.ends and line.type != "note":
        yield Finding("ends-on-question", line.at("cati:ends"), {"name": line.name})
    if line.get("cati:block") and line.type not in OPENS:
        yield Finding("block-on-question", line.at("cati:block"), {"name": line.name})
    if line.get("cati:scale") and line.type not in _SCORED:
        yield Finding("scale-on-type", line.at("cati:scale"), {"name": line.name, "type": line.type})


def _codes(line: Line) -> list[tuple[str, str]]:
    return [(column, line.get(column)) for column in ("cati:dk", "cati:refused") if line.get(column)]


def _special(survey: Survey, line: Line, expressions: Expressions) -> Iterator[Finding]:
    """The codes for "does not know" and "declines"."""
    given = _codes(line)
    if len(given) == 2 and given[0][1] == given[1][1]:
        yield Finding("dk-is-refused", line.at("cati:refused"), {"name": line.name, "code": given[0][1]})
    tree = expressions.of(line, "constraint")
    options = survey.options.get(line.list, ()) if line.list else ()
    for column, code in given:
        if tree is not None and truth(evaluate(tree, {".": code, line.name: code})) is False:
            yield Finding("code-refused", line.at("constraint"), {"name": line.name, "code": code})
        if options and code not in {option.name for option in options}:
            yield Finding(
                "code-not-a-choice", line.at(column), {"name": line.name, "code": code, "list": line.list}
            )
    vague = line.get("cati:vague").rpartition("=")[2]
    if vague and not _takes(survey, line, vague):
        yield Finding("vague-code", line.at("cati:vague"), {"name": line.name, "code": vague})


def _takes(survey: Survey, line: Line, code: str) -> bool:
    codes = survey.codes(line)
    if codes is not None:
        return code in codes
    low, dash, high = line.get("cati:scale").partition("-")
    return code in dict(_codes(line)).values() or not dash or int(low) <= int(code) <= int(high)


def _scale(line: Line, expressions: Expressions) -> Iterator[Finding]:
    low, high = (int(end) for end in line.get("cati:scale").split("-"))
    name = line.name
    if low >= high:
        yield Finding("scale-order", line.at("cati:scale"), {"name": name})
        return
    if not line.get("cati:dk"):
        yield Finding("scale-without-dk", line.at("cati:scale"), {"name": name})
    for column, code in _codes(line):
        if low <= int(code) <= high:
            yield Finding(
                "code-in-scale",
                line.at(column),
                {"name": name, "code": code, "low": str(low), "high": str(high)},
            )
    yield from _ends(line, expressions, low, high)
    for text in line.texts("label").values():
        outside = [points for points in _POINTS.findall(text) if not low <= int(points) <= high]
        if outside:
            yield Finding(
                "scale-text", line.at("label"), {"points": outside[0], "low": str(low), "high": str(high)}
            )


def _ends(line: Line, expressions: Expressions, low: int, high: int) -> Iterator[Finding]:
    """The constraint lets exactly the scale and the special codes pass."""
    values = {"name": line.name, "low": str(low), "high": str(high)}
    tree = expressions.of(line, "constraint")
    special = {code for _, code in _codes(line)}
    if tree is not None:
        for score in range(low - 1, high + 2):
            wanted = low <= score <= high
            taken = truth(evaluate(tree, {".": str(score), line.name: str(score)}))
            if taken is (not wanted) and str(score) not in special:
                rule = "scale-end-refused" if wanted else "scale-too-wide"
                yield Finding(rule, line.at("constraint"), {**values, "score": str(score)})
                return
    if line.type == "range":
        ends = {found["key"]: int(found["value"]) for found in _FROM_TO.finditer(line.get("parameters"))}
        if (ends.get("start", 1), ends.get("end", 10)) != (low, high):
            yield Finding("scale-range", line.at("parameters"), values)


def _endings(survey: Survey) -> Iterator[Finding]:
    notes = [line for line in survey.questions if line.type == "note"]
    asked = [line for line in survey.questions if line.wants_answer]
    if asked and not any(note.ends for note in notes):
        yield Finding("no-ending", asked[-1].at("type"), {"name": asked[-1].name})
