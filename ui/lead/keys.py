"""The keys of the team lead's window, and the bar that shows them."""

from collections.abc import Callable, Mapping
from enum import Enum

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from ui.caps import CapBar, CapButton


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


_GIVE_WAY = (Key.CLOSE, Key.APPEARANCE, Key.LANGUAGE, Key.REFRESH, Key.EXPORT)
"""Keys in the order in which they give up their words; after them the page that is not open, last what is seldom there to be learnt."""


class KeyBar(CapBar):
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
        self.lay(*self.buttons.values(), None)

    def say(self, words: Mapping[Key, str], page: Key, hidden: frozenset[Key]) -> None:
        """words: of every key. page: the one that is open. hidden: keys that do nothing now."""
        for key, button in self.buttons.items():
            button.say(key.value, words[key])
            button.wear(chosen="yes" if key is page else "no")
            button.setVisible(key not in hidden)
        other = Key.DESIGN if page is Key.FIELD else Key.FIELD
        self.fit([self.buttons[key] for key in (*_GIVE_WAY, other, Key.STOP)])
