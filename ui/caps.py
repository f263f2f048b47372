"""Buttons that show the key they stand for, as a cap, beside their words (Qt's own button would cut long ones off), and a bar of them."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from ui.layout import framed, label, row
from ui.theme import mark


class CapButton(QPushButton):
    """Key cap and words. role: as in the style sheet. Not reached by a mouse click's focus, only by Tab."""

    def __init__(self, role: str, *, wrap: bool = False) -> None:
        super().__init__()
        self.setProperty("role", role)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._cap, self._words = label("cap", centre=True), label("words", wrap=wrap)
        for part in (self._cap, self._words):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._line = row(self._cap, self._words, spacing=9)
        above = 1 if role == "outcome" else 3  # a whole menu of them fits a 768 px screen
        self._line.setContentsMargins(8, above, 10, above)
        self._line.setStretch(1, 1)
        self._line.setAlignment(self._cap, Qt.AlignmentFlag.AlignVCenter)
        self.setLayout(self._line)
        policy = self.sizePolicy()
        policy.setHeightForWidth(wrap)  # words that wrap in a narrow column need the height of two lines
        if wrap:  # else Qt keeps a button as wide as its words on one line, and as low: a column leaves the window, or words are cut
            policy.setHorizontalPolicy(QSizePolicy.Policy.Preferred)
            policy.setVerticalPolicy(QSizePolicy.Policy.Preferred)
        self.setSizePolicy(policy)

    def hasHeightForWidth(self) -> bool:
        """Where the words wrap."""
        return self._words.wordWrap()

    def heightForWidth(self, width: int, /) -> int:
        """As high as the wrapped words."""
        return self._line.totalHeightForWidth(width)

    def say(self, key: str, words: str) -> None:
        """Set cap and words; the words are the accessible name."""
        if (self._cap.text(), self._words.text()) != (key, words):
            self._cap.setText(key)
            self._words.setText(words)
            self._line.invalidate()
            self.updateGeometry()  # else the row around it keeps the width of the words before
        self.setAccessibleName(words)

    def narrow(self, *, narrow: bool) -> None:
        """The cap alone, where there is no room for words; they stay its accessible name."""
        if self._words.isHidden() != narrow:
            self._words.setHidden(narrow)
            self._line.invalidate()
            self.updateGeometry()

    def width_of(self, *, narrow: bool) -> int:
        """px that the button takes with its words, or with the cap alone."""
        for part in (self._cap, self._words):
            part.ensurePolished()  # before a window is shown its labels do not know their type yet
        margins = self._line.contentsMargins()
        width = margins.left() + margins.right() + self._cap.sizeHint().width()
        return width if narrow else width + self._line.spacing() + self._words.sizeHint().width()

    def wear(self, **properties: str) -> None:
        """Style properties of the button, seen by its labels too."""
        before = {name: self.property(name) for name in properties}
        if before != properties:
            mark(self, **properties)
            for part in (self._cap, self._words):
                part.style().unpolish(part)
                part.style().polish(part)

    def sizeHint(self) -> QSize:
        """As large as its labels."""
        return self._line.totalSizeHint()

    def minimumSizeHint(self) -> QSize:
        """Words may wrap, but never be cut in height."""
        least = self._line.totalMinimumSize()
        return QSize(least.width(), max(least.height(), self._line.totalSizeHint().height()))


class CapBar(QWidget):
    """A row of flat buttons. Where there is no room for all words, the caps of what is pressed least, or known best, stand alone."""

    def __init__(self) -> None:
        super().__init__()
        self._line = row(spacing=4)
        self._frame = framed(self._line, "keybar")
        self._all: list[CapButton] = []
        self._give_way: Sequence[CapButton] = ()
        self.setLayout(row(self._frame))

    def lay(self, *buttons: CapButton | None) -> None:
        """From the left to the right; None = all the space there is."""
        for button in buttons:
            if button is None:
                self._line.addStretch(1)
            else:
                self._line.addWidget(button)
                self._all.append(button)

    def fit(self, give_way: Sequence[CapButton] | None = None) -> None:
        """See the class. give_way: who gives up the words, the first one first; None = as before."""
        self._give_way = self._give_way if give_way is None else give_way
        shown = [button for button in self._all if not button.isHidden()]
        edges, gap = self._frame.contentsMargins(), self._line.spacing()
        room = self.width() - edges.left() - edges.right() + gap
        widths = {button: button.width_of(narrow=False) + gap for button in shown}
        slim: list[CapButton] = []
        for button in (each for each in self._give_way if each in widths):
            if sum(widths.values()) <= room:
                break
            widths[button] = button.width_of(narrow=True) + gap
            slim.append(button)
        for button in slim[::-1]:  # the last one may have made more room than was needed
            wide = button.width_of(narrow=False) + gap
            if sum(widths.values()) - widths[button] + wide <= room:
                widths[button] = wide
                slim.remove(button)
        for button in shown:
            button.narrow(narrow=button in slim)

    def resizeEvent(self, event: QResizeEvent, /) -> None:
        """Words where there is room for them."""
        super().resizeEvent(event)
        self.fit()

    def event(self, event: QEvent, /) -> bool:
        """Words change their width with language and type size; Qt says so by asking for a new layout."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.fit()
        return super().event(event)
