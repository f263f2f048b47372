"""1366×768 at 200 % leaves 683×384 pixels: no word, key or field of the pages between the questions may be cut off there."""

import re
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from app.interview.screen import Page
from tests.ui.conftest import Station
from tests.ui.shots import screens
from tests.ui.test_window import paint
from ui.dialogs import Crash

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


def cut(page: QWidget) -> list[str]:
    """What is narrower than its own words, by them. A title that is too long ends in …, which is no cut."""
    found = []
    for each in page.findChildren(QWidget):
        if not each.isVisible() or not isinstance(each, (QLabel, QPushButton)) or not each.text():
            continue
        broken = isinstance(each, QLabel) and each.wordWrap()
        words = re.split(r"\s|(?<=[\u3000-\uffef])", each.text()) if broken else [each.text()]
        need = max(each.fontMetrics().horizontalAdvance(word) for word in words)
        if isinstance(each, QPushButton):
            need = each.sizeHint().width()  # with the margins of its style
        if each.contentsRect().width() < need:
            found.append(f"{each.text()}: {each.contentsRect().width()} of {need}")
    return found


def speak(station: Station, iso: str) -> None:
    """The window's words in a language, in the type of that language: its letters are not as wide as those of another."""
    station.language.use(iso)
    station.window.draw_words()


def settle() -> None:
    for _ in range(4):  # nested layouts settle in a few rounds
        QApplication.processEvents()


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize("iso", ["zh", "en"])
def test_nothing_is_squeezed_on_the_pages_around_the_interview(
    still: Station, iso: str, size: tuple[int, int]
) -> None:
    speak(still, iso)
    still.window.resize(*size)
    bad: dict[str, list[str]] = {}
    for name, screen in screens(iso):
        paint(still, screen)
        settle()
        page = still.window.face.pages[screen.page]
        if screen.page is not Page.INTERVIEW and (found := squeezed(page)):
            bad[name] = found
    assert bad == {}


@pytest.mark.parametrize("keys", ["", "with the list of keys"])
@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize("iso", ["zh", "en"])
def test_no_word_of_any_page_is_cut_off_at_its_side(
    still: Station, iso: str, size: tuple[int, int], keys: str
) -> None:
    speak(still, iso)
    still.window.resize(*size)
    if keys:
        still.window.face.help.turn()
    bad: dict[str, list[str]] = {}
    for name, screen in screens(iso):
        paint(still, screen)
        settle()
        if found := cut(still.window.face.pages[screen.page]):
            bad[name] = found
    assert bad == {}


def test_saboteur_a_page_that_stays_as_wide_as_a_large_window_cuts_its_button_off(still: Station) -> None:
    still.window.resize(*SMALL)
    still.window.face.help.turn()
    paint(still, dict(screens("en"))["25a-correcting"])
    settle()
    page = still.window.face.outcome
    assert cut(page) == []
    page._choice.setDirection(QBoxLayout.Direction.LeftToRight)
    settle()
    assert cut(page)


def test_saboteur_a_card_with_the_margins_of_a_large_window_squeezes_its_buttons(still: Station) -> None:
    still.window.resize(*SMALL)
    paint(still, dict(screens("zh"))["08a-busy"])
    settle()
    page = still.window.face.dialing
    assert squeezed(page) == []
    page.fit(low=False)
    settle()
    assert squeezed(page)


@pytest.mark.parametrize("keys", ["", "with the list of keys"])
@pytest.mark.parametrize("iso", ["zh", "en"])
def test_all_columns_of_the_menu_are_in_the_window_and_what_is_proposed_is_in_sight(
    still: Station, iso: str, keys: str
) -> None:
    speak(still, iso)
    still.window.resize(*SMALL)
    if keys:
        still.window.face.help.turn()
    page = still.window.face.outcome
    shown = dict(screens(iso))
    for name, key in (
        ("20-outcome", "39"),
        ("20a-outcome-heard", "13"),
        ("22-note-required", "38"),
        ("25a-correcting", "16"),
    ):
        paint(still, shown["03-ready"])
        paint(still, shown[name])
        settle()
        port, row = page._area.viewport(), page._board._rows[key]
        assert page._board.width() <= port.width(), f"{name}: columns beside the window"
        for each in page._board._rows.values():
            assert each._words.height() >= each._words.heightForWidth(each._words.width()), (
                each.accessibleName()
            )
        assert port.rect().contains(row.rect().translated(row.mapTo(port, row.rect().topLeft()))), name


def clipped(station: Station) -> list[str]:
    shown = [button for button in station.window.face.keys._all if not button.isHidden()]
    return [b.accessibleName() for b in shown if b.width() < b.width_of(narrow=b._words.isHidden())]


@pytest.mark.parametrize("iso", ["zh", "en"])
def test_every_key_of_every_page_is_whole_in_the_bar(still: Station, iso: str) -> None:
    speak(still, iso)
    still.window.resize(*SMALL)
    bad = {}
    for name, screen in screens(iso):
        paint(still, screen)
        settle()
        if found := clipped(still):
            bad[name] = found
    assert bad == {}


def test_saboteur_a_key_that_never_gives_way_is_cut_off(still: Station) -> None:
    still.window.resize(*SMALL)
    paint(still, dict(screens("en"))["25-correctable-lead"])
    settle()
    still.window.face.keys.fit([])
    QApplication.processEvents()
    assert clipped(still)


@pytest.mark.parametrize("iso", ["zh", "en"])
def test_the_scores_are_whole_beside_the_list_of_keys(still: Station, iso: str) -> None:
    speak(still, iso)
    still.window.resize(*SMALL)
    paint(still, dict(screens(iso))["13-q1"])
    still.window.face.help.turn()
    settle()
    field = still.window.face.interview.fields.score
    for value, cell in field.buttons.items():
        assert cell.width() >= cell.fontMetrics().horizontalAdvance(value) + 2
        assert cell.geometry().right() < field._cells.width()


def test_f1_turns_the_page_of_a_long_list_and_then_hides_it(still: Station) -> None:
    still.window.resize(*SMALL)
    paint(still, dict(screens("zh"))["13-q1"])
    panel = still.window.face.help
    panel.turn()
    settle()
    bar = panel._area.verticalScrollBar()
    assert bar.value() == 0 < bar.maximum(), "in the smallest window the list is longer than its room"
    while bar.value() < bar.maximum():
        before = bar.value()
        panel.turn()
        assert bar.value() > before
    panel.turn()
    assert panel.isHidden()


def test_the_report_of_a_fault_fits_the_smallest_screen(still: Station) -> None:
    still.window.resize(*SMALL)
    settle()
    try:
        raise KeyError("q7")
    except KeyError as error:
        crash = Crash(still.window, error, Path("C:/Users/desk/AppData/Local/fangxin/logs/fangxin.log"))
    crash.show()
    settle()
    assert crash.height() <= SMALL[1] - 40, "a title bar and the task bar take some 40 px"
    crash.close()
    crash.deleteLater()
