"""A number with decimals: digits, one point, Enter. Full-width characters are taken as plain ones; the input method is off."""

from PySide6.QtGui import QKeyEvent, QKeySequence

from app.interview.screen import QuestionView
from ui.inputs.entry import Why, plain
from ui.inputs.integer import DigitsEdit, IntegerInput
from ui.pace import DECIMAL_POINTS, ENTER

_LONGEST = 19


class DecimalEdit(DigitsEdit):
    """As DigitsEdit, with one point."""

    def __init__(self) -> None:
        super().__init__()
        self.setMaxLength(_LONGEST)

    def keyPressEvent(self, event: QKeyEvent, /) -> None:
        """A point or 。 is a point; the second one is refused."""
        text = plain(event.text())
        if text in DECIMAL_POINTS and text and event.key() not in ENTER:
            if "." in self.text().replace(self.selectedText(), ""):
                self.refused.emit(Why.ONE_POINT)
            else:
                self.insert("." if self.text().replace(self.selectedText(), "").strip("-") else "0.")
        elif event.matches(QKeySequence.StandardKey.Paste):
            event.accept()
        else:
            super().keyPressEvent(event)


class DecimalInput(IntegerInput):
    """One number, Enter takes it."""

    def __init__(self) -> None:
        super().__init__(DecimalEdit())

    def how(self, question: QuestionView, /) -> str:
        """What is typed here."""
        if question.bounds is not None:
            low, high, step = question.bounds
            return self.tr("From {low} to {high} in steps of {step}, then Enter").format(
                low=low, high=high, step=step
            )
        return self.tr("Digits and a decimal point, then Enter")

    def _enter(self) -> None:
        if self._edit.text().endswith((".", "-")):
            self.hint(Why.UNFINISHED_NUMBER)
        else:
            super()._enter()
