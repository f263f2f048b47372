"""What the team lead's pages have in common: they scroll by the keyboard, two columns where there is room."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from ui.layout import scrolling

_BESIDE = 88
"""px of margins, of the gap between two columns, and of the scroll bar."""
_DOWN = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
_FAR = {Qt.Key.Key_PageDown: 1, Qt.Key.Key_PageUp: -1, Qt.Key.Key_Space: 1}


class LeadPage(QWidget):
    """A page that scrolls. What stands on it is laid out once, with lay()."""

    def __init__(self) -> None:
        super().__init__()
        self._columns, self._area = QHBoxLayout(), QScrollArea()
        self._sides: tuple[QVBoxLayout, ...] = ()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def lay(self, left: QVBoxLayout, right: QVBoxLayout, above: QWidget) -> None:
        """left, right: its columns, below each other in a narrow window. above: over both."""
        self._columns.setSpacing(16)
        self._sides = (left, right)
        for each, share in ((left, 5), (right, 6)):
            each.addStretch(1)
            self._columns.addLayout(each, share)
        inner = QWidget()
        whole = QVBoxLayout(inner)
        whole.setContentsMargins(28, 14, 28, 14)
        whole.setSpacing(14)
        whole.addWidget(above)
        whole.addLayout(self._columns)
        whole.addStretch(1)
        self._area = scrolling(inner)
        inner.installEventFilter(self)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._area)

    def resizeEvent(self, event: QResizeEvent, /) -> None:
        """Below each other where there is no room side by side."""
        super().resizeEvent(event)
        self._stand()

    def eventFilter(self, watched: QObject, event: QEvent, /) -> bool:
        """Texts change the room that the columns need; Qt says so by asking what they stand on for a new layout."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._stand()
        return super().eventFilter(watched, event)

    def _stand(self) -> None:
        wide = sum(each.minimumSize().width() for each in self._sides) + _BESIDE
        side = QBoxLayout.Direction.LeftToRight if self.width() >= wide else QBoxLayout.Direction.TopToBottom
        self._columns.setDirection(side)

    def focus_widget(self) -> QWidget:
        """Who gets the keys."""
        return self

    def keyPressEvent(self, event: QKeyEvent, /) -> None:
        """Arrows and pages scroll; Home and End go to the ends."""
        bar, key = self._area.verticalScrollBar(), Qt.Key(event.key())
        if key in _DOWN:
            bar.setValue(bar.value() + _DOWN[key] * bar.singleStep() * 2)
        elif key in _FAR:
            bar.setValue(bar.value() + _FAR[key] * bar.pageStep())
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            bar.setValue(bar.minimum() if key is Qt.Key.Key_Home else bar.maximum())
        else:
            event.ignore()
