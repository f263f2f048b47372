"""The window without a screen, with a fake desk on a real desk thread and a clock that moves when told."""

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.clock import VirtualClock
from app.interview.screen import Page, Screen
from tests.ui.fake_desk import FakeDesk
from ui.bridge import Bridge
from ui.language import Language
from ui.theme import Appearance, Theme
from ui.window import DeskWindow

HERE = Path(__file__).parent
PATIENCE = 60_000
"""Milliseconds to wait for what a loaded machine does late."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Qt's offscreen platform says this of every window with a smallest size; it is no fault of the window."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.qt_log_ignore("does not support propagateSizeHints"))


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
        QTest.keyClick(handle, Qt.Key(ord(key.upper())) if isinstance(key, str) else key)

    def rest(self) -> None:
        """Until the desk has answered, the entered value was seen and the new screen listens."""
        self.qtbot.waitUntil(lambda: not self.window.awaits_desk, timeout=PATIENCE)
        self.clock.advance(400)
        self.window.pump()
        self.clock.advance(400)

    def until(self, true: Callable[[Screen], bool]) -> None:
        """Until the window shows a screen of this kind."""

        def there() -> bool:
            self.clock.advance(50)
            self.window.pump()
            return self.window.shown is not None and true(self.window.shown)

        self.qtbot.waitUntil(there, timeout=PATIENCE)
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

    def leave(self, question: str) -> None:
        """Until another question, or none, is on."""
        self.until(lambda screen: screen.question is None or screen.question.name != question)

    def go_to(self, question: str) -> None:
        """In the middle of an interview, at a question."""
        self.bridge.tell(lambda _desk: self.desk.talk_at(question))
        self.until(lambda s: s.question is not None and s.question.name == question)


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> Theme:
    """One application wears one theme."""
    return Theme(qapp)


@pytest.fixture
def station(qtbot: QtBot, qapp: QApplication, theme: Theme, tmp_path: Path) -> Iterator[Station]:
    """English window, fake desk, everything stopped at the end."""
    clock = VirtualClock(now=1_500_000_000_000)
    language = Language("en")
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
    theme.use(Appearance.SYSTEM)
    qapp.processEvents()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def still(station: Station) -> Station:
    """The desk has ended and sends nothing more; the window stays, to be shown screens by hand."""
    station.until(lambda s: s.page is Page.SIGN_IN)
    station.bridge.stopped.disconnect(station.window.ending._stopped)
    station.bridge.stop()
    return station
