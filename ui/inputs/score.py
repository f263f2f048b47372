"""A score on a scale, 0–10 as a rule: one key an answer, "1" waits for the 0 of a 10."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from app.interview.screen import QuestionView
from ui.inputs.answer import CodeInput
from ui.layout import column, label, row

_MOST = 1000
_NARROW = 440
"""px of width below which eleven cells need the gaps between them."""
_MOST_CELLS = 11
"""A longer scale is typed into the readout alone."""


def scores(question: QuestionView) -> list[str]:
    """The values of a scale or of a range, the lowest first; [] when they are not whole numbers from nought on, at most 1000."""
    if question.scale is not None:
        low, high = question.scale
        return [str(value) for value in range(low, high + 1)]
    try:
        start, end, step = (int(part) for part in question.bounds or ("0", "10", "1"))
    except ValueError:
        return []
    low, high = min(start, end), max(start, end)
    if low < 0 or step == 0 or (high - low) // abs(step) > _MOST:
        return []
    return [str(value) for value in range(low, high + 1, abs(step))]


class ScoreInput(CodeInput):
    """The cells of the scale and, large, what was entered."""

    def __init__(self) -> None:
        super().__init__()
        self._cells = QWidget()
        self._line = QHBoxLayout(self._cells)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(6)
        self._line.addStretch(1)  # few cells stand together on the left
        specials = row(self.dont_know_button, self.refused_button, None, spacing=8)
        self._how = label("muted", wrap=True)
        layout = row(column(self._how, self._cells, specials, spacing=8), self.readout, spacing=20)
        layout.setStretch(0, 1)
        self.setLayout(layout)

    def resizeEvent(self, event: QResizeEvent, /) -> None:
        """Beside the list of keys in a small window the cells stand closer."""
        super().resizeEvent(event)
        self._line.setSpacing(6 if self.width() > _NARROW else 2)

    def ask(self, question: QuestionView) -> None:
        """Begin a scored question."""
        values = scores(question)
        cells = values if len(values) <= _MOST_CELLS else []
        if cells != list(self.buttons):
            self._lay(cells)
        self.begin(question, {value: value for value in values})
        self.show_question(question)

    def show_question(self, question: QuestionView) -> None:
        """Draw scale and value."""
        super().show_question(question)
        values = scores(question)
        name = self.tr("Score from {low} to {high}")
        self.setAccessibleName(name.format(low=values[0], high=values[-1]))
        self.readout.setAccessibleName(self.tr("Entered score"))
        step = int(values[1]) - int(values[0]) if len(values) > 1 else 1
        how = (
            self.tr("A number from {low} to {high}")
            if step == 1
            else self.tr("{low} to {high} in steps of {step}")
        )
        self._how.setText(how.format(low=values[0], high=values[-1], step=step))
        self._how.setVisible(not self.buttons)
        for value, cell in self.buttons.items():
            cell.setAccessibleName(self.tr("{score} points").format(score=value))
        self.draw()

    def _lay(self, values: list[str]) -> None:
        for cell in self.buttons.values():
            self._line.removeWidget(cell)
            cell.hide()
            cell.deleteLater()
        self.buttons = {value: self._cell(value) for value in values}
        for place, cell in enumerate(self.buttons.values()):
            self._line.insertWidget(place, cell, 100)

    def _cell(self, value: str) -> QPushButton:
        cell = QPushButton(value)
        cell.setProperty("role", "cell")
        cell.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        cell.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        cell.clicked.connect(lambda: self.commit(value))
        return cell
