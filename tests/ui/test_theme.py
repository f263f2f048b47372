"""The look: readable in light and dark, the same names in all sizes."""

import re
import tomllib
from itertools import product

import pytest
from PySide6.QtGui import QColor

from app.resources import resource
from ui.theme import Appearance, Theme

TOKENS = tomllib.loads(resource("style", "tokens.toml").read_text(encoding="utf-8"))
RULES = resource("style", "fangxin.qss").read_text(encoding="utf-8")
PAIRS = [
    ("ink", "ground"),
    ("ink", "surface"),
    ("ink", "raised"),
    ("muted", "surface"),
    ("muted", "ground"),
    ("muted", "raised"),
    ("accent", "surface"),
    ("accent", "ground"),
    ("accent", "accent_soft"),
    ("on_accent", "accent"),
    ("instruct", "instruct_soft"),
    ("instruct", "surface"),
    ("surface", "instruct"),
    ("danger", "surface"),
    ("danger", "ground"),
    ("danger", "danger_soft"),
    ("on_danger", "danger"),
    ("fine", "fine_soft"),
    ("ink", "fine_soft"),
    ("ink", "instruct_soft"),
    ("ink", "accent_soft"),
    ("practice", "practice_soft"),
    ("on_practice", "practice"),
]


def luminance(colour: str) -> float:
    parts = QColor(colour)
    linear = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
        for part in (parts.redF(), parts.greenF(), parts.blueF())
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG 2.1 contrast ratio."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("scheme", "pair"), list(product(("light", "dark"), PAIRS)))
def test_words_stand_out_from_their_ground(scheme: str, pair: tuple[str, str]) -> None:
    colours = TOKENS[scheme]
    assert contrast(colours[pair[0]], colours[pair[1]]) >= 4.5


def test_both_schemes_and_all_sizes_have_the_same_names() -> None:
    assert TOKENS["light"].keys() == TOKENS["dark"].keys()
    assert TOKENS["normal"].keys() == TOKENS["compact"].keys() == TOKENS["tiny"].keys()


def test_every_token_is_used_and_every_use_is_a_token() -> None:
    used = set(re.findall(r"\$\{(\w+)\}", RULES)) - {"families"}
    known = TOKENS["light"].keys() | TOKENS["normal"].keys()
    assert used - known == set()
    assert known - used == set()


def test_dark_is_dark_and_back(theme: Theme) -> None:
    theme.use(Appearance.DARK)
    assert theme.dark
    assert TOKENS["dark"]["ground"] in theme._app.styleSheet()
    theme.toggle()
    assert theme.appearance is Appearance.LIGHT
    assert TOKENS["light"]["ground"] in theme._app.styleSheet()
    theme.use(Appearance.SYSTEM)


@pytest.mark.parametrize(
    ("size", "name"), [((1366, 768), "normal"), ((960, 540), "compact"), ((683, 384), "tiny")]
)
def test_small_windows_get_small_type(theme: Theme, size: tuple[int, int], name: str) -> None:
    theme.fit(*size)
    assert f"font-size: {TOKENS[name]['question']}" in theme._app.styleSheet()
    theme.fit(1366, 768)
