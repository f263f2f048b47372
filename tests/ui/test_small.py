"""1366×768 at 200 % leaves 683×384 pixels: no word, key or field of the pages between the questions may be cut off there."""

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget

from app.interview.screen import Page
from tests.ui.conftest import Station
from tests.ui.shots import screens
from tests.ui.test_window import paint

SMALL, LARGE = (683, 384), (1366, 768)


def squeezed(page: QWidget) -> list[str]:
    """What is lower than its own line of text, by its words."""
    found = []
    for each in page.findChildren(QWidget):
        if not each.isVisible() or not isinstance(each, (QLabel, QPushButton, QLineEdit)):
            continue
        need = each.fontMetrics().height() if isinstance(each, QLabel) else each.sizeHint().height()
        if each.height() < need and (isinstance(each, QLineEdit) or each.text()):
            found.append(f"{each.text() or each.accessibleName()}: {each.height()} of {need}")
    return found


def settle() -> None:
    for _ in range(4):  # nested layouts settle in a few rounds
        QApplication.processEvents()


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize("iso", ["zh", "en"])
def test_nothing_is_squeezed_on_the_pages_around_the_interview(
    still: Station, iso: str, size: tuple[int, int]
) -> None:
    still.language.use(iso)
    still.window.resize(*size)
    bad: dict[str, list[str]] = {}
    for name, screen in screens(iso):
        paint(still, screen)
        settle()
        page = still.window.face.pages[screen.page]
        if screen.page is not Page.INTERVIEW and (found := squeezed(page)):
            bad[name] = found
    assert bad == {}


def test_saboteur_a_card_with_the_margins_of_a_large_window_squeezes_its_buttons(still: Station) -> None:
    still.window.resize(*SMALL)
    paint(still, dict(screens("zh"))["08a-busy"])
    settle()
    page = still.window.face.dialing
    assert squeezed(page) == []
    page.fit(low=False)
    settle()
    assert squeezed(page)
