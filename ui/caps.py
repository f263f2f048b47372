"""A button that shows the key it stands for, as a key cap, beside its words. The words wrap; Qt's own button would cut them off."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPushButton

from ui.layout import label, row
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
