"""All outcomes at once, in their groups, each with its two digits: nothing to scroll through while the next number waits."""

from collections.abc import Iterable
from itertools import combinations, pairwise

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.interview.screen import OutcomeView
from ui.caps import CapButton
from ui.labels import group_word, outcome_word
from ui.layout import column, label

_ORDER = ("line", "nobody", "interview", "refusal", "appointment", "not_eligible")
"""Most frequent first."""
_COLUMNS, _LEAST = 3, 200
"""Columns at most, and px that each of them needs."""


class OutcomeBoard(QWidget):
    """The outcome menu as a board of up to three columns. It knows which line is marked, not why."""

    picked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._laid: tuple[OutcomeView, ...] = ()
        self._rows: dict[str, CapButton] = {}
        self._columns: list[list[str]] = []
        self._most = _COLUMNS
        self._heads: dict[str, QLabel] = {}
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(16)

    def show_outcomes(
        self, outcomes: tuple[OutcomeView, ...], language: str, proposed: str, *, stars: bool
    ) -> None:
        """Draw the menu in a language. stars: mark what needs a note."""
        if outcomes != self._laid:
            self._lay(outcomes)
        for outcome in outcomes:
            button = self._rows[outcome.key]
            name = outcome_word(outcome, language)
            button.say(outcome.key, f"{name}\N{NO-BREAK SPACE}*" if stars and outcome.note_required else name)
            button.wear(proposed="yes" if outcome.key == proposed else "no")
        for group, head in self._heads.items():
            head.setText(group_word(group))

    def fit(self, width: int) -> bool:
        """As many columns as there is room for in so many px. True = another number of them: show_outcomes() lays them anew."""
        most = max(1, min(_COLUMNS, width // _LEAST))
        changed, self._most = most != self._most, most
        if changed:
            self._laid = ()
        return changed

    def mark_picked(self, key: str) -> None:
        """Mark one line."""
        for name, button in self._rows.items():
            button.wear(chosen="yes" if name == key else "no")

    def show_only(self, text: str) -> list[str]:
        """Leave only the lines whose digits begin with, or whose words contain, `text`. Returns their keys."""
        found = []
        for outcome in self._laid:
            words = f"{outcome.label_zh} {outcome.label_en}".lower()
            there = outcome.key.startswith(text) or text in words
            self._rows[outcome.key].setVisible(there)
            if there:
                found.append(outcome.key)
        for group, keys in _groups(self._laid).items():
            self._heads[group].setVisible(any(key in found for key in keys))
        return found

    def neighbour(self, key: str, step: int, *, across: bool) -> str:
        """The line `step` further down (or, across, the one beside it); from nowhere the first. "" = none."""
        columns = [[name for name in names if not self._rows[name].isHidden()] for names in self._columns]
        columns = [names for names in columns if names]
        if not columns:
            return ""
        at = next(((x, names.index(key)) for x, names in enumerate(columns) if key in names), None)
        if at is None:
            return columns[0][0]
        x, y = at
        if across:
            names = columns[(x + step) % len(columns)]
            return names[min(y, len(names) - 1)]
        flat = [name for names in columns for name in names]
        return flat[(flat.index(key) + step) % len(flat)]

    def reveal(self, key: str) -> None:
        """Scroll a line into view."""
        parent = self.parentWidget()
        area = parent.parentWidget() if parent else None
        if isinstance(area, QScrollArea) and key in self._rows:
            area.ensureWidgetVisible(self._rows[key])

    def _lay(self, outcomes: tuple[OutcomeView, ...]) -> None:
        while (item := self._line.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()  # it goes with the next turn of the loop; until then it would lie under the new one
                old.deleteLater()
        self._laid = outcomes
        self._rows = {outcome.key: self._row(outcome.key) for outcome in outcomes}
        self._heads = {group: label("group") for group in _groups(outcomes)}
        self._columns = []
        for groups in _balanced(_groups(outcomes), self._most):
            stack = column(spacing=1)
            for group, keys in groups:
                _add(stack, [self._heads[group], *(self._rows[key] for key in keys)])
            stack.addStretch(1)
            holder = QWidget()
            holder.setLayout(stack)
            self._line.addWidget(holder, 1)
            self._columns.append([key for _group, keys in groups for key in keys])

    def _row(self, key: str) -> CapButton:
        button = CapButton("outcome", wrap=True)
        button.clicked.connect(lambda: self.picked.emit(key))
        return button


def _add(stack: QVBoxLayout, widgets: Iterable[QWidget]) -> None:
    for widget in widgets:
        stack.addWidget(widget)


def _groups(outcomes: tuple[OutcomeView, ...]) -> dict[str, list[str]]:
    known = [group for group in _ORDER if any(outcome.group == group for outcome in outcomes)]
    groups: dict[str, list[str]] = {group: [] for group in known}
    for outcome in outcomes:
        groups.setdefault(outcome.group, []).append(outcome.key)
    return groups


def _balanced(groups: dict[str, list[str]], most: int) -> list[list[tuple[str, list[str]]]]:
    """Groups in reading order, cut into at most so many columns so that the highest is as low as can be (a heading counts as a line)."""
    listed = list(groups.items())

    def cut(places: tuple[int, ...]) -> list[list[tuple[str, list[str]]]]:
        return [listed[start:end] for start, end in pairwise((0, *places, len(listed)))]

    def highest(columns: list[list[tuple[str, list[str]]]]) -> int:
        return max((sum(len(keys) + 1 for _group, keys in column) for column in columns), default=0)

    places = combinations(range(1, len(listed)), min(most, len(listed)) - 1) if listed else [()]
    return min((cut(place) for place in places), key=highest)
