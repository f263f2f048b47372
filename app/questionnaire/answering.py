"""From what is typed to what is stored: each kind of answer in its one form. What does not fit is said by the key of a sentence."""

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal

from app.clock import CHINA
from app.questionnaire.form import Kind, Question
from app.questionnaire.moments import parse, parse_time

NOTED = "OK"
"""What is stored for a note that was read, and for an acknowledgement."""

_INTEGER = re.compile(r"-?[0-9]{1,9}")
_DECIMAL = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,9})?")
_DATE = re.compile(r"(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*[-/.月]?\s*(\d{1,2})\s*日?|(\d{4})(\d{2})(\d{2})")
_TIME = re.compile(r"(\d{1,2})\s*[:：时点]\s*(\d{1,2})?\s*分?(?::(\d{2})(?:\.\d+)?)?|(\d{2})(\d{2})")


class Misfit(Exception):  # noqa: N818 - session.py words it as an AnswerError
    """key: of the sentence in wording.py; values: what it names."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key, self.values = key, values


def cleaned(question: Question, value: str) -> str:
    """Without blanks around; full-width digits and letters made narrow, but not in open answers, which lose control characters."""
    if question.kind is not Kind.TEXT:
        return unicodedata.normalize("NFKC", value).strip()
    return "".join(
        letter
        for letter in value.strip()
        if letter == "\n" or unicodedata.category(letter) not in {"Cc", "Cs"}
    )


def accepted(question: Question, text: str, codes: Sequence[str]) -> str:
    """The answer as it is stored. codes: what a choice question offers now. Raises Misfit."""
    if text in {question.dk, question.refused} and question.kind not in {Kind.INTEGER, Kind.SELECT_MULTIPLE}:
        return text
    match question.kind:
        case Kind.INTEGER:
            return _score(question, text)
        case Kind.DECIMAL if not _DECIMAL.fullmatch(text):
            raise Misfit("decimal")
        case Kind.RANGE:
            return _in_range(question, text)
        case Kind.SELECT_ONE:
            return _one(text, codes)
        case Kind.SELECT_MULTIPLE:
            return _several(text, codes)
        case Kind.RANK:
            return _ranked(text, codes)
        case Kind.DATE | Kind.TIME | Kind.DATETIME:
            return _moment(question.kind, text)
    return text


def _score(question: Question, text: str) -> str:
    if not _INTEGER.fullmatch(text):
        raise Misfit("score" if question.scale else "integer")
    value = str(int(text))
    if question.scale and value not in {question.dk, question.refused}:
        low, high = question.scale
        if not low <= int(value) <= high:
            raise Misfit("range", low=low, high=high)
    return value


def _in_range(question: Question, text: str) -> str:
    if not _DECIMAL.fullmatch(text):
        raise Misfit("decimal")
    start, end, step = (Decimal(each) for each in question.bounds or ("0", "10", "1"))
    value = Decimal(text)
    if not min(start, end) <= value <= max(start, end) or (step and (value - start) % step):
        raise Misfit("steps", low=start, high=end, step=abs(step))
    return str(int(value)) if value == value.to_integral_value() else str(value.normalize())


def _one(text: str, codes: Sequence[str]) -> str:
    if text not in codes:
        raise Misfit("choice", value=text[:20])
    return text


def _several(text: str, codes: Sequence[str]) -> str:
    """In the order in which they are offered."""
    wanted = [_one(word, codes) for word in text.split()]
    return " ".join(code for code in codes if code in wanted)


def _ranked(text: str, codes: Sequence[str]) -> str:
    """All that is offered, each once, best first."""
    wanted = [_one(word, codes) for word in text.split()]
    if len(set(wanted)) != len(wanted) or len(wanted) != len(codes):
        raise Misfit("rank")
    return " ".join(wanted)


def _moment(kind: Kind, text: str) -> str:
    """2026-11-22, 14:30:00.000, 2026-11-22T14:30:00.000. Also taken: 2026/11/22, 20261122, 2026年11月22日, 1430, 14点30分."""
    day, clock = _halves(text) if kind is Kind.DATETIME else (text, text)
    pieces: list[str] = []
    if kind is not Kind.TIME:
        pieces.append(_day(day))
    if kind is not Kind.DATE:
        pieces.append(_clock(clock))
    return "T".join(pieces)


def _halves(text: str) -> tuple[str, str]:
    found = re.fullmatch(r"(.*?[\d日])\s*(?:T|\s)\s*(.+)", text)
    if not found:
        raise Misfit("dateTime")
    return found[1], found[2]


def _day(text: str) -> str:
    found = _DATE.fullmatch(text)
    digits = [each for each in found.groups() if each] if found else []
    moment = parse("-".join(digits), CHINA) if len(digits) == 3 else None
    if moment is None:
        raise Misfit("date")
    return moment.date


def _clock(text: str) -> str:
    found = _TIME.fullmatch(text)
    digits = [each for each in found.groups() if each] if found else []
    moment = parse_time(":".join(digits if len(digits) > 1 else [*digits, "00"]), CHINA) if digits else None
    if moment is None:
        raise Misfit("time")
    return moment.time
