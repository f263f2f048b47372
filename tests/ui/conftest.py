"""The window without a screen, with a fake desk on a real desk thread and a clock that moves when told."""

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from collections.abc import Callable, Iterator  # noqa: E402
from dataclasses import dataclass  # noqa: E402
from pathlib import Path  # noqa: E402

import pytest  # noqa: E402
from PySide6.QtCore import Qt  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402
from pytestqt.qtbot import QtBot  # noqa: E402

from app.clock import VirtualClock  # noqa: E402
from app.interview.screen import Page, Screen  # noqa: E402
from tests.ui.fake_desk import FakeDesk  # noqa: E402
from ui.bridge import Bridge  # noqa: E402
from ui.language import Language  # noqa: E402
from ui.theme import Theme  # noqa: E402
from ui.window import DeskWindow  # noqa: E402


@dataclass
class Station:
    """An interviewer's place: the window, the desk behind it, and hands on the keyboard."""

    window: DeskWindow
    bridge: Bridge
    desk: FakeDesk
    clock: VirtualClock
    language: Language
    qtbot: QtBot

    def press(self, *keys: str | Qt.Key, wait: bool = True) -> None:
        """Keys as the window system delivers them, unhurried: each on a screen that listens."""
        for key in keys:
            if wait:
                self.rest()
            self.raw(key)
        if wait:
            self.rest()

    def raw(self, key: str | Qt.Key) -> None:
        """One key, now."""
        handle = self.window.windowHandle()
        if isinstance(key, str):
            QTest.keyClick(handle, key)
        else:
            QTest.keyClick(handle, key)

    def rest(self) -> None:
        """Until the desk has answered, the entered value was seen and the new screen listens."""
        self.qtbot.waitUntil(lambda: not self.window.awaits_desk, timeout=3000)
        self.clock.advance(400)
        self.window.pump()
        self.clock.advance(400)

    def until(self, true: Callable[[Screen], bool]) -> None:
        """Until the window shows a screen of this kind."""

        def there() -> bool:
            self.clock.advance(50)
            self.window.pump()
            return self.window.shown is not None and true(self.window.shown)

        self.qtbot.waitUntil(there, timeout=3000)
        self.clock.advance(400)

    @property
    def screen(self) -> Screen:
        """What is painted."""
        assert self.window.shown is not None
        return self.window.shown

    def call(self) -> None:
        """Sign in, take a case, dial, be answered."""
        self.until(lambda s: s.page is Page.SIGN_IN)
        self.press(*"Li", Qt.Key.Key_Return)
        self.until(lambda s: s.page is Page.READY)
        self.press(Qt.Key.Key_Return)
        self.until(lambda s: s.page is Page.CASE)
        self.press(Qt.Key.Key_Return)
        self.until(lambda s: s.page is Page.INTERVIEW)

    def go_to(self, question: str) -> None:
        """The script's answers up to a question."""
        self.call()
        while self.screen.question is not None and self.screen.question.name != question:
            before = self.screen.question.name
            self.press(*FakeDesk.keys_for(self.screen.question))
            self.until(lambda s, b=before: s.question is None or s.question.name != b)


@pytest.fixture
def station(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Station]:
    """English window, fake desk, everything stopped at the end."""
    clock = VirtualClock(now=1_500_000_000_000)
    language, theme = Language("en"), Theme(qapp)
    desk = FakeDesk()
    bridge = Bridge(lambda: desk)
    window = DeskWindow(bridge, clock=clock, language=language, theme=theme, log=tmp_path / "fangxin.log")
    window.ending.unattended = False
    window.show()
    bridge.start()
    yield Station(window, bridge, desk, clock, language, qtbot)
    bridge.stop()
    if window.ending.dialog is not None:
        window.ending.dialog.deleteLater()
    window.ending.done = True
    window.close()
    window.deleteLater()
    language.use("en")
    qapp.processEvents()
