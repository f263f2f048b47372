"""Pages that are one card in the middle: between the calls, and before somebody answers."""

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout

from ui.layout import framed, row
from ui.pages.page import DeskPage

_LOW = 400
"""px of the page’s height (1366×768 at 200 % leaves some 300) below which the room goes to words and buttons."""


class CardPage(DeskPage):
    """A card, a little above the geometric centre."""

    def lay(self, inside: QVBoxLayout, width: int, ways: QVBoxLayout | None = None) -> None:
        """inside: what the card holds. ways: the buttons under it, a little apart. width: px at most."""
        self._ways = ways
        if ways is not None:
            inside.addLayout(ways)
        self._inside, self._outside = inside, QVBoxLayout()
        card = framed(inside, "card")
        card.setMaximumWidth(width)
        across = row(None, card, None)
        across.setStretch(1, 100)
        self._outside.addStretch(2)
        self._outside.addLayout(across)
        self._outside.addStretch(3)
        self.setLayout(self._outside)
        self.fit(low=False)

    @property
    def low(self) -> bool:
        """True where there is hardly room for the card."""
        return self.height() < _LOW

    def fit(self, *, low: bool) -> None:
        """Margins and gaps for the room there is."""
        self._inside.setContentsMargins(*((16, 8, 16, 8) if low else (26, 26, 26, 26)))
        self._inside.setSpacing(3 if low else 12)
        if self._ways is not None:
            self._ways.setContentsMargins(0, 3 if low else 12, 0, 0)
            self._ways.setSpacing(3 if low else 12)
        self._outside.setContentsMargins(*((24, 4, 24, 4) if low else (24, 16, 24, 16)))

    def resizeEvent(self, event: QResizeEvent, /) -> None:
        """See fit()."""
        super().resizeEvent(event)
        self.fit(low=self.low)
