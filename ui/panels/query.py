"""What the desk asks before it goes on: answers that would not count any more, an unusual answer, an instance to take away, a rule
that is not met. It stands where the answer field stands; the question stays in sight. A reflex (Enter, a digit) decides nothing."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QSizePolicy

from app.interview.screen import Asking, Query
from ui.caps import CapButton
from ui.inputs.entry import plain
from ui.inputs.line import LineEdit
from ui.layout import bounded, column, label, row, scrolling
from ui.pace import ENTER
from ui.theme import mark

_LONGEST = 500
_LINE = 120
"""Characters of one line."""
YES = "1"
"""The key that says yes: not Enter, which a hand presses by itself."""


class QueryCard(QFrame):
    """One query with its ways out."""

    confirmed = Signal(str)
    """It is meant; the reason, where one is asked for."""
    dismissed = Signal()
    """It is not meant."""
    chosen = Signal(str)
    """Go to this question."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "query")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, on=False)
        self.query: Query | None = None
        self._heading, self._body = label("heading", wrap=True), label("", wrap=True)
        self._places = label("places", wrap=True)
        self._places.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._scroll = scrolling(self._places)
        self._reason = LineEdit(_LONGEST)
        self._reason.entered.connect(self._keep)
        self._reason.textChanged.connect(lambda _text: mark(self._reason, needed="no"))
        self._yes, self._no = CapButton("key"), CapButton("key")
        self._yes.clicked.connect(self._affirm)
        self._no.clicked.connect(self.dismissed)
        ways = row(self._yes, self._no, None, spacing=12)
        layout = column(self._heading, self._body, self._scroll, self._reason, ways, spacing=6)
        layout.setStretch(2, 1)
        self.setLayout(layout)
        self.hide()

    def show_query(self, query: Query | None) -> bool:
        """Draw a query, or nothing. True when it is a new one."""
        before = self.query and (self.query.asking, self.query.value)
        fresh = query is not None and before != (query.asking, query.value)
        self.query = query
        self.setVisible(query is not None)
        if query is None:
            return False
        if fresh:
            self._reason.clear()
        self._heading.setText(self._ask(query))
        soft, unmet = query.asking is Asking.SOFT, query.asking is Asking.UNMET
        self._body.setText(bounded(query.text, _LONGEST) if soft else self._tell(query))
        self._body.setVisible(bool(self._body.text()))
        lines = (
            f"{place}.  {bounded(line.text, _LINE)}"
            + (f"　→ {bounded(line.answer, _LINE)}" if line.answer else "")
            for place, line in enumerate(query.places, start=1)
        )
        self._places.setText("\n".join(lines))
        self._scroll.setVisible(bool(query.places))
        tall = QSizePolicy.Policy.Expanding if query.places else QSizePolicy.Policy.Maximum
        self.setSizePolicy(QSizePolicy.Policy.Preferred, tall)
        self._reason.setVisible(soft)
        self._reason.setPlaceholderText(self.tr("If it is right, say why (it is kept with the answer)"))
        self._reason.setAccessibleName(self._reason.placeholderText())
        self._yes.say(
            self.tr("Enter") if soft else "1–9" if unmet and query.count > 1 else YES, self._yes_word(query)
        )
        self._no.say("Esc", self._no_word(query))
        self.setAccessibleName(self._heading.text())
        self.setAccessibleDescription(f"{self._body.text()}\n{self._places.text()}")
        return fresh

    def take_focus(self) -> None:
        """Take the keys."""
        reason = self.query is not None and self.query.asking is Asking.SOFT
        (self._reason if reason else self).setFocus()

    def keyPressEvent(self, event: QKeyEvent, /) -> None:
        """1 says yes (or names a place to go to), Escape says no; Enter and other digits do nothing."""
        text = plain(event.text())
        if event.key() == Qt.Key.Key_Escape:
            self.dismissed.emit()
        elif (
            self.query is not None and self.query.asking is Asking.UNMET and text.isdecimal() and text != "0"
        ):
            self._go(int(text))
        elif text == YES and not self._reason.isVisible():
            self._affirm()
        elif event.key() in ENTER or (text and text.isprintable()):
            QApplication.beep()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            bar = self._scroll.verticalScrollBar()
            bar.setValue(bar.value() + (40 if event.key() == Qt.Key.Key_Down else -40))
        else:
            event.ignore()

    def _affirm(self) -> None:
        if self.query is None:
            return
        if self.query.asking is Asking.SOFT:
            self._keep()
        elif self.query.asking is Asking.UNMET:
            self._go(1)
        else:
            self.confirmed.emit("")

    def _go(self, place: int) -> None:
        places = self.query.places if self.query else ()
        if place <= len(places):
            self.chosen.emit(places[place - 1].name)
        else:
            QApplication.beep()

    def _keep(self) -> None:
        if reason := self._reason.text().strip():
            self.confirmed.emit(reason)
        else:
            QApplication.beep()
            mark(self._reason, needed="yes")
            self._reason.setFocus()

    def _ask(self, query: Query) -> str:
        match query.asking:
            case Asking.VOIDS:
                text = self.tr("{count} later answer(s) will no longer count. Change it?")
            case Asking.SOFT:
                text = self.tr("An unusual answer: {value}. Please check it with the respondent.")
            case Asking.REMOVE:
                text = self.tr("Remove “{name}”?")
            case Asking.UNMET:
                text = self.tr("The interview cannot be completed yet: {count} point(s) open")
        return text.format(count=query.count, value=bounded(query.value, 60), name=bounded(query.text, 60))

    def _tell(self, query: Query) -> str:
        match query.asking:
            case Asking.VOIDS:
                return self.tr("They stay on record, but the new answer takes the interview another way:")
            case Asking.REMOVE if query.count:
                return self.tr("Its {count} answer(s) stay on record, but no longer count:").format(
                    count=query.count
                )
            case Asking.REMOVE:
                return self.tr("Nothing has been answered in it yet.")
        return ""

    def _yes_word(self, query: Query) -> str:
        return {
            Asking.VOIDS: self.tr("Change the answer"),
            Asking.SOFT: self.tr("Keep with this reason"),
            Asking.REMOVE: self.tr("Remove"),
            Asking.UNMET: self.tr("Go to the question"),
        }[query.asking]

    def _no_word(self, query: Query) -> str:
        return {
            Asking.VOIDS: self.tr("Leave it as it was"),
            Asking.SOFT: self.tr("Enter another answer"),
            Asking.REMOVE: self.tr("Leave it"),
            Asking.UNMET: self.tr("Not now"),
        }[query.asking]
