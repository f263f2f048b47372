"""A date, a time, or both: only digits are typed, the separators come by themselves. The input method is off."""

from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QBoxLayout

from app.interview.screen import QuestionView
from ui.inputs.entry import Why, plain
from ui.inputs.integer import DigitsEdit, IntegerInput
from ui.layout import label
from ui.pace import ENTER
from ui.theme import mark

SHAPES = {"date": "____-__-__", "time": "__:__", "dateTime": "____-__-__ __:__"}
"""Kind → how it is written; each _ is a digit."""
_IGNORED = frozenset("-/.:年月日时点分 T")
"""Separators people type by habit; they stand there already."""
_MONTHS, _DAYS, _HOURS, _MINUTES = 12, 31, 23, 59


def written(kind: str, digits: str) -> str:
    """20260503 → 2026-05-03, as far as the digits go; a separator comes with the digit after it."""
    text, left = "", digits
    for sign in SHAPES[kind]:
        if not left:
            break
        text += left[0] if sign == "_" else sign
        left = left[1:] if sign == "_" else left
    return text


def digits_of(text: str) -> str:
    """The digits of a date or time, without seconds and zone: "2026-05-03T14:30:00.000" → 202605031430."""
    day, _, clock = text.partition("T") if "T" in text else ("", "", text) if ":" in text else (text, "", "")
    return "".join(letter for letter in day + clock[:5] if letter.isdecimal())


def possible(kind: str, digits: str) -> bool:
    """Whether digits can still become a date or time: no thirteenth month is ever typed."""
    day = digits[:8] if kind != "time" else ""
    clock = digits if kind == "time" else digits[8:]
    parts = (
        (day[4:6], 1, _MONTHS), (day[6:8], 1, _DAYS), (clock[:2], 0, _HOURS), (clock[2:4], 0, _MINUTES),
    )  # fmt: skip
    for part, low, high in parts:
        if len(part) == 1 and int(part) > high // 10:
            return False
        if len(part) == 2 and not low <= int(part) <= high:
            return False
    return len(day) != 8 or _is_day(day)


def _is_day(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    return True


class MomentEdit(DigitsEdit):
    """The digits with their separators."""

    def __init__(self) -> None:
        super().__init__()
        self.kind = "date"
        self.setMaxLength(len(SHAPES["dateTime"]))

    def keyPressEvent(self, event: QKeyEvent, /) -> None:
        """Digits at the end only; Backspace takes the last one; separators are passed over."""
        text = plain(event.text())
        whole = self.selectedText() == self.text() and bool(self.text())
        digits = "" if whole else self._digits()
        if event.matches(QKeySequence.StandardKey.Paste):
            event.accept()
        elif text.isdecimal():
            self._add(digits, text)
        elif event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            self.setText("" if whole else written(self.kind, digits[:-1]))
        elif text and text in _IGNORED and not (text == "-" and not self.text()):
            event.accept()
        elif event.key() in ENTER or text.isprintable():
            super().keyPressEvent(event)
        else:
            event.ignore()

    def _add(self, digits: str, text: str) -> None:
        for digit in text:
            if len(digits) < SHAPES[self.kind].count("_") and possible(self.kind, digits + digit):
                digits += digit
                self.setText(written(self.kind, digits))
            else:
                self.refused.emit(Why.NO_SUCH_MOMENT)

    def _digits(self) -> str:
        return "".join(letter for letter in self.text() if letter.isdecimal())


class MomentInput(IntegerInput):
    """A date or time, Enter takes it."""

    def __init__(self) -> None:
        self._moment = MomentEdit()
        self._day = label("chosen")
        super().__init__(self._moment)
        line = self.layout()
        if isinstance(line, QBoxLayout):
            line.insertWidget(1, self._day)
        self._moment.textChanged.connect(self._name_day)

    def stored(self, question: QuestionView) -> str:
        """As it is typed."""
        self._moment.kind = question.kind
        mark(self._moment, kind=question.kind)
        return written(question.kind, digits_of(question.value))

    def show_question(self, question: QuestionView) -> None:
        """Draw the field."""
        super().show_question(question)
        self._moment.setPlaceholderText(SHAPES[question.kind])
        name = {"date": self.tr("Date"), "time": self.tr("Time")}.get(question.kind, self.tr("Date and time"))
        self._moment.setAccessibleName(name)
        self._name_day(self._moment.text())

    def how(self, question: QuestionView, /) -> str:
        """What is typed here."""
        if question.kind == "date":
            return self.tr("Digits only: year, month, day, as in 20260503. Then Enter")
        if question.kind == "time":
            return self.tr("Digits only: hour and minute, as in 1430. Then Enter")
        return self.tr("Digits only: year, month, day, hour, minute, as in 202605031430. Then Enter")

    def _name_day(self, text: str) -> None:
        """The weekday, to check a date by."""
        digits = "".join(letter for letter in text if letter.isdecimal())
        known = self.question.kind in ("date", "dateTime") and len(digits) >= 8 and _is_day(digits[:8])
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])) if known else None
        weekdays = (
            self.tr("Monday"),
            self.tr("Tuesday"),
            self.tr("Wednesday"),
            self.tr("Thursday"),
            self.tr("Friday"),
            self.tr("Saturday"),
            self.tr("Sunday"),
        )
        self._day.setText(weekdays[day.weekday()] if day else "")

    def _enter(self) -> None:
        text = self._edit.text()
        if text and len(text) < len(SHAPES[self.question.kind]):
            self.hint(Why.UNFINISHED_MOMENT)
        else:
            super()._enter()
