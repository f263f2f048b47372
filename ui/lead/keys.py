"""The keys of the team lead's window, and the bar that shows them."""

from collections.abc import Callable, Mapping
from enum import Enum

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.caps import CapButton
from ui.layout import framed, row


class Key(Enum):
    """What a key does here."""

    FIELD = "Ctrl+1"
    DESIGN = "Ctrl+2"
    REFRESH = "Ctrl+R"
    STOP = "F4"
    EXPORT = "Ctrl+E"
    LANGUAGE = "F10"
    APPEARANCE = "Ctrl+T"
    CLOSE = "Esc"


_GIVE_WAY = (Key.CLOSE, Key.APPEARANCE, Key.LANGUAGE, Key.REFRESH, Key.EXPORT, Key.STOP)
"""Keys in the order in which they give up their words; last the page that is not open."""
_GAP, _EDGES = 4, 48
"""px between two keys, and beside all of them."""


class KeyBar(QWidget):
    """One button a key; key and button do the same. doing: what."""

    def __init__(self, window: QWidget, doing: Mapping[Key, Callable[[], object]]) -> None:
        super().__init__()
        self.buttons: dict[Key, CapButton] = {}
        for key in Key:
            action = QAction(window)
            action.setShortcut(QKeySequence(key.value))
            action.triggered.connect(lambda _checked=False, key=key: doing[key]())
            window.addAction(action)
            self.buttons[key] = button = CapButton("key")
            button.clicked.connect(lambda _checked=False, key=key: doing[key]())
        keys = row(*self.buttons.values(), None, spacing=_GAP)
        keys.setContentsMargins(22, 5, 22, 5)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(framed(keys, "keybar"))

    def say(self, words: Mapping[Key, str], page: Key, hidden: frozenset[Key]) -> None:
        """words: of every key. page: the one that is open. hidden: keys that do nothing now."""
        for key, button in self.buttons.items():
            button.say(key.value, words[key])
            button.wear(chosen="yes" if key is page else "no")
            button.setVisible(key not in hidden)

    def fit(self, width: int, page: Key) -> None:
        """Where there is no room for all words, the caps of what is known best stand alone. width: px of the window."""
        shown = {key: button for key, button in self.buttons.items() if not button.isHidden()}
        slim: list[Key] = []
        other = Key.DESIGN if page is Key.FIELD else Key.FIELD
        for key in (*_GIVE_WAY, other, None):
            widths = (b.width_of(narrow=k in slim) + _GAP for k, b in shown.items())
            if key is None or sum(widths) <= width - _EDGES:
                break
            slim.append(key)
        for key, button in shown.items():
            button.narrow(narrow=key in slim)
