"""The look: one style sheet with named colours and sizes, light and dark, normal and compact."""

import tomllib
from enum import Enum
from string import Template

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QColor, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from app.resources import resource

_CHINESE = (
    "Microsoft YaHei UI",
    "Microsoft YaHei",
    "PingFang SC",
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
)
_LATIN = ("Segoe UI", "SF Pro Text", "Noto Sans", "Open Sans", "Liberation Sans", "DejaVu Sans")


class Appearance(Enum):
    """What the user chose; SYSTEM follows the desktop as it changes."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


_SCHEMES = {
    Appearance.SYSTEM: Qt.ColorScheme.Unknown,
    Appearance.LIGHT: Qt.ColorScheme.Light,
    Appearance.DARK: Qt.ColorScheme.Dark,
}


class Theme(QObject):
    """Dresses the application. Tokens: resources/style/tokens.toml; rules: resources/style/fangxin.qss."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._tokens = tomllib.loads(resource("style", "tokens.toml").read_text(encoding="utf-8"))
        self._rules = Template(resource("style", "fangxin.qss").read_text(encoding="utf-8"))
        self._appearance = Appearance.SYSTEM
        self._size = "normal"
        self._spoken = ""
        self._worn = ("", "", "")
        app.setStyle("Fusion")
        app.styleHints().colorSchemeChanged.connect(self._dress)
        self._dress()

    @property
    def appearance(self) -> Appearance:
        """What the user chose."""
        return self._appearance

    @property
    def dark(self) -> bool:
        """True when the dark colours are on."""
        if self._appearance is Appearance.SYSTEM:
            return self._app.styleHints().colorScheme() is Qt.ColorScheme.Dark
        return self._appearance is Appearance.DARK

    def use(self, appearance: Appearance) -> None:
        """Light, dark, or as the system has it. Native title bars follow where the system can."""
        self._appearance = appearance
        self._app.styleHints().setColorScheme(_SCHEMES[appearance])
        self._dress()

    def toggle(self) -> None:
        """From light to dark and back."""
        self.use(Appearance.LIGHT if self.dark else Appearance.DARK)

    def fit(self, width: int, height: int) -> None:
        """Smaller type and margins in a small window (logical px): 1920×1080 and 1366×768 hold everything at 200 %."""
        if height < 440 or width < 760:
            self._size = "tiny"
        else:
            self._size = "compact" if height < 620 or width < 1000 else "normal"
        self._dress()

    def speak(self, iso: str) -> None:
        """Fonts for the window's language: in a Chinese font the English apostrophe is as wide as a character, and the reverse."""
        self._spoken = iso
        self._dress()

    @Slot()
    def _dress(self) -> None:
        wanted = ("dark" if self.dark else "light", self._size, self._spoken)
        if wanted == self._worn:
            return
        self._worn = wanted
        colours = self._tokens[wanted[0]]
        self._app.setPalette(_palette(colours))
        tokens = {**colours, **self._tokens[self._size], "families": _families(self._spoken)}
        self._app.setStyleSheet(self._rules.substitute(tokens))


def mark(widget: QWidget, **properties: str) -> None:
    """Set style properties (role, tone, chosen …) and have the style look at them again. Nothing happens when nothing changes."""
    changed = False
    for name, value in properties.items():
        if widget.property(name) != value:
            widget.setProperty(name, value)
            changed = True
    if changed:
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def _families(iso: str) -> str:
    """The fonts of the list that this machine has, for a style sheet."""
    there = set(QFontDatabase.families())
    wanted = _CHINESE + _LATIN if iso == "zh" else _LATIN + _CHINESE
    return ", ".join(f'"{name}"' for name in wanted if name in there) or "sans-serif"


def _palette(colours: dict[str, str]) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for part, name in {
        role.Window: "ground",
        role.WindowText: "ink",
        role.Base: "surface",
        role.AlternateBase: "ground",
        role.Text: "ink",
        role.PlaceholderText: "muted",
        role.Button: "surface",
        role.ButtonText: "ink",
        role.Highlight: "accent",
        role.HighlightedText: "on_accent",
        role.ToolTipBase: "surface",
        role.ToolTipText: "ink",
    }.items():
        palette.setColor(part, QColor(colours[name]))
    for part in (role.Text, role.WindowText, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, part, QColor(colours["muted"]))
    return palette
