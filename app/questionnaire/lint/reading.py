"""Rules about reading aloud: translations that are missing, texts that take too long, and how long the interview is in all."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from app.questionnaire.lint.finding import Finding
from app.questionnaire.lint.survey import SELECTS, TEXTS, Line, Survey

PACE = 240
"""Characters a minute: an even reading pace on the telephone."""
LONGEST_TEXT = 60
"""Seconds that a text may take to read when the author states none."""
LONGEST_INTERVIEW = 20
"""Minutes, when the study states none."""

_SLACK = 1.5
_WORDS_PER_CHARACTER = 0.6
_ANSWERING = {"text": 15.0, "note": 0.0}
_CLOSED = 4.0
_REFERENCE = re.compile(r"\$\{[^}]*\}")
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")
COMPLETE = "60"


@dataclass(frozen=True, slots=True)
class Pace:
    """characters: Chinese characters a minute (English words are read at 0.6 of that). minutes: what the study allows; 0 = not stated."""

    characters: int = PACE
    minutes: int = 0

    def seconds(self, text: str) -> float:
        """How long reading a text aloud takes. Punctuation is not read; a value put in counts as three characters."""
        plain = _REFERENCE.sub("某某某", text)
        words = _WORD.findall(plain)
        rest = _WORD.sub("", plain)
        letters = sum(unicodedata.category(letter)[0] in "LN" for letter in rest)
        return 60 * (letters + len(words) / _WORDS_PER_CHARACTER) / self.characters


def translations(survey: Survey) -> Iterator[Finding]:
    """Every text in every language that the questionnaire has."""
    languages = survey.languages
    if len(languages) < 2:
        return
    book = survey.book
    for line in survey.lines:
        for column in TEXTS:
            given = line.texts(column)
            missing = [language for language in languages if given and language not in given]
            for language in missing:
                where = _cell(survey, "survey", line.number, column, language) or line.at(column)
                yield Finding(
                    "missing-translation",
                    where,
                    {"name": line.name, "language": language or "—", "column": column},
                )
    for options in survey.options.values():
        for option in options:
            labelled = {c.partition("::")[2] for c in option.cells if c.partition("::")[0] == "label"}
            for language in (each for each in languages if labelled and each not in labelled):
                where = _cell(survey, "choices", option.number, "label", language)
                where = where or book.address("choices", option.number, "label")
                yield Finding(
                    "missing-translation",
                    where,
                    {"name": option.name, "language": language or "—", "column": "label"},
                )


def _cell(survey: Survey, sheet: str, row: int, column: str, language: str) -> str:
    for head in survey.book.columns.get(sheet, {}):
        base, _, tail = head.partition("::")
        if base.strip().lower() == column and tail.strip() == language:
            return survey.book.address(sheet, row, head)
    return ""


def times(survey: Survey, pace: Pace) -> Iterator[Finding]:
    """Texts that take longer than stated or than anybody listens, and the whole."""
    for line in survey.questions:
        needs = _reading(survey, line, pace)
        stated = line.get("cati:seconds")
        if stated.isdigit() and int(stated) and needs > int(stated) * _SLACK + 1:
            values = {"name": line.name, "needs": str(round(needs)), "stated": stated}
            yield Finding("seconds-too-few", line.at("cati:seconds"), values)
        elif not stated.isdigit() and needs > LONGEST_TEXT:
            values = {"name": line.name, "needs": str(round(needs)), "most": str(LONGEST_TEXT)}
            yield Finding("text-too-long", line.at("label"), values)
    minutes, allowed = seconds(survey, pace) / 60, pace.minutes or LONGEST_INTERVIEW
    if minutes > allowed * 1.25:
        values = {"minutes": f"{minutes:.0f}", "allowed": str(allowed)}
        yield Finding("interview-too-long", survey.book.path.name, values)


def seconds(survey: Survey, pace: Pace) -> float:
    """How long the longest complete interview takes: every text that is read and an answer to every question.

    Notes that end an interview early are left out. Alternatives (A or B) are both counted, so branches make it an upper bound.
    """
    total = 0.0
    for line in survey.questions:
        if line.ends and line.ends != COMPLETE:
            continue
        if line.wants_answer:
            total += _ANSWERING.get(line.type, _CLOSED)
        total += _reading(survey, line, pace)
    return total


def _reading(survey: Survey, line: Line, pace: Pace) -> float:
    """Reading one question in the first language."""
    read = line.get("cati:read") or "text"
    if read == "no" or not (line.wants_answer or line.type == "note"):
        return 0.0
    texts = [_first(line.texts("label"), survey)]
    if read == "yes" and line.type in SELECTS:
        for option in survey.options.get(line.list, ())[:50]:
            labels = {
                c.partition("::")[2]: t for c, t in option.cells.items() if c.partition("::")[0] == "label"
            }
            texts.append(_first(labels, survey))
    return pace.seconds("".join(texts))


def _first(texts: dict[str, str], survey: Survey) -> str:
    default = survey.settings.get("default_language", "")
    return texts.get(default) or next((texts[each] for each in survey.languages if each in texts), "")
