"""Tables and bars of the team lead's pages: plain labels in a grid, drawn anew with each look."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar, QWidget

from ui.layout import column, framed, label
from ui.theme import mark

_AT_ONCE = 12
"""Lines of a table that are drawn in one turn of the window's loop: sixty people in nine columns would hold it up."""
Text = str
Row = Sequence[Text]


class Sheet(QWidget):
    """A heading, a sentence, and rows under a head, the first of them at once. Cells after the first `words` ones are numbers and stand to
    the right."""

    def __init__(self, *, words: int = 1) -> None:
        super().__init__()
        self._words = words
        self._heading, self._lead, self._empty = (
            label("heading"),
            label("muted", wrap=True),
            label("muted", wrap=True),
        )
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(11)
        self._grid.setVerticalSpacing(5)
        self._cells: dict[tuple[int, int], QLabel] = {}
        self._shown, self._drawn = list[Row](), 0
        self._more = QTimer(self)
        self._more.setSingleShot(True)
        self._more.timeout.connect(self._draw_on)
        inside = column(self._heading, self._lead, self._grid, self._empty, spacing=6)
        self.setLayout(column(framed(inside, "paper")))

    def say(self, heading: str, head: Row, rows: Sequence[Row], *, lead: str = "", empty: str = "") -> None:
        """Draw it. lead: above the table. empty: what stands there in place of rows."""
        self._heading.setText(heading)
        self._lead.setText(lead)
        self._lead.setVisible(bool(lead))
        self._empty.setText("" if rows else empty)
        self._empty.setVisible(not rows and bool(empty))
        self._shown, self._drawn = [head, *rows] if rows else [], 0
        wide = max((len(texts) for texts in self._shown), default=0)
        for (line, place), cell in self._cells.items():
            if line >= len(self._shown) or place >= wide:
                cell.setVisible(False)
        for place in range(wide):
            self._grid.setColumnStretch(place, 3 if place == self._words - 1 else int(place >= self._words))
        self._draw_on()

    def _draw_on(self) -> None:
        """The next lines; what is left comes in later turns."""
        until = min(len(self._shown), self._drawn + _AT_ONCE)
        for line in range(self._drawn, until):
            for place, text in enumerate(self._shown[line]):
                cell = self._cell(line, place)
                cell.setText(text)
                cell.setVisible(True)
        self._drawn = until
        if until < len(self._shown):
            self._more.start(0)

    def texts(self) -> list[list[str]]:
        """What can be read in it now, row by row."""
        lines: dict[int, list[str]] = {}
        for (line, _), cell in sorted(self._cells.items()):
            if not cell.isHidden():
                lines.setdefault(line, []).append(cell.text())
        return list(lines.values())

    def _cell(self, line: int, place: int) -> QLabel:
        if (line, place) not in self._cells:
            word = place < self._words
            cell = label("head" if line == 0 else "datum", wrap=line > 0 and 0 < place < self._words)
            side = Qt.AlignmentFlag.AlignLeft if word else Qt.AlignmentFlag.AlignRight
            cell.setAlignment(side | Qt.AlignmentFlag.AlignVCenter)
            self._cells[line, place] = cell
            self._grid.addWidget(cell, line, place)
        return self._cells[line, place]


class Bars(QWidget):
    """Quota cells: name, a bar, and in words how it stands."""

    def __init__(self) -> None:
        super().__init__()
        self._heading, self._empty = label("heading"), label("muted", wrap=True)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(7)
        self._grid.setColumnStretch(1, 1)
        self._rows: list[tuple[QLabel, QProgressBar, QLabel, QLabel]] = []
        self.setLayout(column(framed(column(self._heading, self._grid, self._empty, spacing=8), "paper")))

    def say(self, heading: str, rows: Sequence[tuple[str, int, int, str, str, str]], empty: str) -> None:
        """Draw it. rows: (name, done, target, figures, state, tone: "" open, "fine" full, "warning" closed by a person)."""
        self._heading.setText(heading)
        self._empty.setText(empty)
        self._empty.setVisible(not rows)
        while len(self._rows) < len(rows):
            self._add()
        told = any(tone == "warning" for *_, tone in rows)  # who closed it, when and why
        self._grid.setColumnMinimumWidth(3, 120 if told else 90)
        for place, parts in enumerate(self._rows):
            for part in parts:
                part.setVisible(place < len(rows))
        for (name, bar, figures, state), (text, done, target, counted, said, tone) in zip(
            self._rows, rows, strict=False
        ):
            name.setText(text)
            bar.setRange(0, max(target, 1))
            bar.setValue(min(done, target) if target else 1)
            bar.setAccessibleName(f"{text} {counted}")
            figures.setText(counted)
            state.setText(said)
            mark(bar, tone=tone)
            mark(state, tone=tone)

    def texts(self) -> list[list[str]]:
        """What can be read in it now, row by row."""
        return [
            [name.text(), figures.text(), state.text()]
            for name, _, figures, state in self._rows
            if not name.isHidden()
        ]

    def _add(self) -> None:
        line = len(self._rows)
        name, bar = label("datum"), QProgressBar()
        bar.setTextVisible(False)
        bar.setProperty("role", "quota")
        bar.setMinimumWidth(110)
        figures, state = label("datum"), label("state", wrap=True)
        figures.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._rows.append((name, bar, figures, state))
        for place, part in enumerate((name, bar, figures, state)):
            self._grid.addWidget(part, line, place)
