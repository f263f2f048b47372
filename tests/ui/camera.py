"""Takes the pictures of tests/ui/shots.py: the real window, no desk behind it."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.clock import VirtualClock
from app.errors import StorageError
from app.interview.screen import Page, Screen
from tests.ui.fake_desk import FakeDesk
from tests.ui.shots import screens, troubles
from ui.actions import Act
from ui.bridge import Bridge
from ui.dialogs import Crash, LeavingCall, LeavingOutcome, WorldFault
from ui.language import Language
from ui.theme import Appearance, Theme
from ui.window import DeskWindow


class Camera:
    """One window, many pictures."""

    def __init__(self, folder: Path, width: int, height: int, only: str) -> None:
        self.folder, self.only = folder, only
        self.app = QApplication([])
        self.language, self.theme = Language("zh"), Theme(self.app)
        self.clock = VirtualClock(now=0)
        bridge = Bridge(FakeDesk)
        self.window = DeskWindow(
            bridge, clock=self.clock, language=self.language, theme=self.theme, log=Path("fangxin.log")
        )
        self.window.resize(width, height)
        self.window.show()
        self.name = ""

    def show(self, screen: Screen) -> None:
        self.clock.advance(1000)
        self.window._arrived(screen)
        self.clock.advance(1000)

    def take(self, name: str) -> None:
        if self.only and self.only not in f"{self.name}-{name}":
            return
        for _ in range(3):
            self.app.processEvents()
        self.window.grab().save(str(self.folder / f"{self.name}-{name}.png"))

    def press(self, key: str | Qt.Key) -> None:
        self.clock.advance(1000)
        QTest.keyClick(self.window.windowHandle(), Qt.Key(ord(key)) if isinstance(key, str) else key)

    def variant(self, iso: str, appearance: Appearance) -> None:
        """All screens in one language and colour, and what keys add to them."""
        self.name = f"{iso}-{appearance.value}"
        self.language.use(iso)
        self.theme.use(appearance)
        self.window.draw_words()
        for name, screen in screens(iso):
            self.show(screen)
            self.take(name)
            if name == "13b-stored":
                self.press("1")
                self.take("13e-waiting")
                self.press(".")
                self.take("13f-decimal")
                self.clock.advance(2000)
                self.window.press(Act.HANG_UP)
                self.take("13g-hang-up")
                self.window.press(Act.HELP)
                self.window.press(Act.NOTE)
                self.take("13h-help-note")
                while self.window.face.help.isVisible():
                    self.window.press(Act.HELP)
                self.press(Qt.Key.Key_Escape)
            if name == "03-ready":
                self.window.press(Act.CALLED_BACK)
                self.take("03g-caller")
                self.press(Qt.Key.Key_Escape)
            if name == "25a-correcting":
                self.press("3")
                self.press("9")
                self.take("25a1-chosen")
                self.press(Qt.Key.Key_Return)
                self.take("25a2-why")
            if name == "20-outcome":
                assert screen.page is Page.OUTCOME
                self.press("3")
                self.take("20a-digit")
                self.press("8")
                self.take("20b-digits")
                self.press(Qt.Key.Key_Return)
                self.take("20c-needs-note")
                self.window.face.outcome.focus_filter()
                self.window.face.outcome._filter.setText("关" if iso == "zh" else "off")
                self.take("20d-search")
                self.window.face.outcome.arrive(screen)
        for name, screen in troubles(iso):
            self.show(screen)
            self.take(name)
        self.dialogs()

    def dialogs(self) -> None:
        """The windows above the window."""
        try:
            raise KeyError("question q7")
        except KeyError as error:
            crash = Crash(self.window, error, Path("C:/Users/desk/AppData/Local/fangxin/logs/fangxin.log"))
        full = StorageError(
            "The disk is full", where="C:/Users/desk", todo="Free some space, then start again."
        )
        for name, dialog in (
            ("30-leaving", LeavingCall(self.window)),
            ("30a-leaving-outcome", LeavingOutcome(self.window)),
            ("31-crash", crash),
            ("31a-world", WorldFault(self.window, full)),
        ):
            dialog.show()
            for _ in range(3):
                self.app.processEvents()
            if not self.only or self.only in f"{self.name}-{name}":
                dialog.grab().save(str(self.folder / f"{self.name}-{name}.png"))
            dialog.close()
        self.window.activateWindow()


def shoot(folder: Path, width: int, height: int, only: str) -> None:
    """Everything, in both languages and both colours, into a folder."""
    camera = Camera(folder, width, height, only)
    for iso in ("zh", "en"):
        for appearance in (Appearance.LIGHT, Appearance.DARK):
            camera.variant(iso, appearance)
