"""What stands around the wording: the pace aid, the probe to read, the lines of a screen with several questions."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QProgressBar, QVBoxLayout, QWidget

from app.interview.screen import ProbeView, QuestionView
from ui.layout import bounded, column, label, row
from ui.theme import mark

_BEAT = 250
"""ms between two steps of the pace aid."""
_LINE = 160


class PaceAid(QWidget):
    """How long reading should take, and how much of that has gone by. Quiet: it colours nothing and asks for nothing."""

    def __init__(self) -> None:
        super().__init__()
        self._words, self._bar = label("muted"), QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(90)
        self._timer = QTimer(self)
        self._timer.setInterval(_BEAT)
        self._timer.timeout.connect(self._beat)
        self.setLayout(row(self._words, self._bar, spacing=8))

    def begin(self, seconds: int) -> None:
        """A question has come on screen. seconds: its target; 0 = it has none."""
        self._bar.setMaximum(max(1, seconds * 1000 // _BEAT))
        self._bar.setValue(0)
        if seconds:
            self._timer.start()
        else:
            self._timer.stop()

    def show_question(self, question: QuestionView) -> None:
        """Draw the target."""
        self._words.setText(self.tr("Read in about {seconds} s").format(seconds=question.seconds))
        self._bar.setAccessibleName(self._words.text())
        self.setVisible(question.seconds > 0)

    def _beat(self) -> None:
        self._bar.setValue(self._bar.value() + 1)
        if self._bar.value() >= self._bar.maximum():
            self._timer.stop()


class ProbeStrip(QFrame):
    """The neutral probe that was asked for, to be read aloud, and what happens if the answer stays vague."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "probe")
        self._tag, self._text, self._then = label("tag"), label("probe", wrap=True), label("muted", wrap=True)
        line = row(self._tag, self._text, spacing=10)
        line.setStretch(1, 1)
        line.setAlignment(self._tag, Qt.AlignmentFlag.AlignTop)
        self.setLayout(column(line, self._then, spacing=4))

    def show_probe(self, probe: ProbeView | None, own: str) -> None:
        """Draw the probe. own: the program's, where the study has none."""
        self.setVisible(probe is not None)
        if probe is None:
            return
        if probe.total > 1:
            tag = self.tr("Read: probe {number} of {total}").format(number=probe.number, total=probe.total)
        else:
            tag = self.tr("Read: probe")
        self._tag.setText(tag)
        self._text.setText(probe.text or own)
        self._then.setText(
            self.tr("If the answer stays vague, press Shift+F2 once more: {code} is entered.").format(
                code=probe.code
            )
        )
        self._then.setVisible(bool(probe.code))


class Together(QWidget):
    """The questions of one screen with their answers; the one that is on is marked."""

    def __init__(self) -> None:
        super().__init__()
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(4)
        self._lines: list[_PlaceLine] = []

    def show_question(self, question: QuestionView) -> None:
        """Draw the lines."""
        while len(self._lines) < len(question.together):
            self._lines.append(_PlaceLine())
            self._rows.addWidget(self._lines[-1])
        for line, place in zip(self._lines, question.together, strict=False):
            on = place.name == question.name
            line.draw(bounded(place.text, _LINE), bounded(place.answer, _LINE), on=on)
        for number, line in enumerate(self._lines):
            line.setVisible(number < len(question.together))
        self.setVisible(bool(question.together))


class _PlaceLine(QFrame):
    """One question of the screen."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "line")
        self._text, self._answer = label("line_text", wrap=True), label("line_answer", wrap=True)
        line = row(self._text, self._answer, spacing=16)
        line.setStretch(0, 3)
        line.setStretch(1, 1)
        self.setLayout(line)

    def draw(self, text: str, answer: str, *, on: bool) -> None:
        """One line."""
        self._text.setText(text)
        self._answer.setText(answer or "—")
        for part in (self, self._text, self._answer):
            mark(part, on="yes" if on else "no")
