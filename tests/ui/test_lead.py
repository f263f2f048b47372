"""The team lead at the keyboard: how the field work goes, what a design costs; nothing blocks when the archive is slow or gone."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.clock import VirtualClock
from app.errors import StorageError
from app.results.field import FieldReport
from app.study.model import StudySource
from tests.results.field_room import NOW, made, study
from tests.ui.conftest import PATIENCE, Station
from tests.ui.test_accessible import nameless
from tests.ui.test_window import paint
from ui.application import LeadDoor
from ui.errands import Errands
from ui.language import Language
from ui.lead.keys import Key
from ui.lead.look import LookEndedError, LookHaltedError
from ui.lead.room import Room
from ui.lead.window import REFRESH, LeadWindow
from ui.theme import Theme

Answer = Callable[[int], tuple[StudySource, FieldReport]]


class Looker:
    """Looks as the test says. halted: the window's wishes; gate: opened by them, so that a look that waits at it ends."""

    def __init__(self, answer: Answer) -> None:
        self.answer, self.halted, self.gate = answer, list[bool](), threading.Event()
        self.tell: Callable[[int, int], None] = lambda _read, _of: None

    def look(self, now: int, tell: Callable[[int, int], None]) -> tuple[StudySource, FieldReport]:
        self.tell = tell
        return self.answer(now)

    def halt(self, *, for_good: bool = False) -> None:
        self.halted.append(for_good)
        self.gate.set()

    def wait(self, _now: int) -> tuple[StudySource, FieldReport]:
        """A look that has read two fifths and goes on until it is halted."""
        self.tell(40, 100)
        assert self.gate.wait(PATIENCE / 1000)
        raise LookHaltedError("The look was stopped")


class Lead:
    """The window and hands on the keyboard. answer: what the next look finds."""

    def __init__(self, qtbot: QtBot, theme: Theme, folder: Path) -> None:
        self.qtbot, self.folder, self.errands, self.clock = qtbot, folder, Errands(), VirtualClock(NOW)
        self.language, self.theme, self.asked, self.known = Language("en"), theme, list[str](), study()
        self.answer: Answer = lambda _now: (self.known, made())
        self.looker = Looker(lambda now: self.answer(now))
        self.window: LeadWindow

    def open(self, room: Room | None = None) -> LeadWindow:
        self.window = LeadWindow(
            room or Room(self.looker),
            self.errands,
            self.clock,
            self.language,
            self.theme,
            self.ask,
        )
        self.window.resize(1366, 768)
        self.window.show()
        return self.window

    def ask(self, _window: object, _title: str, proposed: str) -> str:
        self.asked.append(proposed)
        return str(self.folder / "report.html")

    def look(self) -> None:
        with self.qtbot.waitSignal(self.window.drawn, timeout=PATIENCE):
            self.window.look()

    def press(self, key: Key) -> None:
        shortcut = {
            Key.FIELD: (Qt.Key.Key_1, True),
            Key.DESIGN: (Qt.Key.Key_2, True),
            Key.REFRESH: (Qt.Key.Key_R, True),
            Key.EXPORT: (Qt.Key.Key_E, True),
            Key.LANGUAGE: (Qt.Key.Key_F10, False),
            Key.STOP: (Qt.Key.Key_F4, False),
            Key.CLOSE: (Qt.Key.Key_Escape, False),
        }[key]
        held = Qt.KeyboardModifier.ControlModifier if shortcut[1] else Qt.KeyboardModifier.NoModifier
        QTest.keyClick(self.window.windowHandle(), shortcut[0], held)

    def type(self, text: str) -> None:
        for letter in text:
            QTest.keyClick(self.window.windowHandle(), Qt.Key(ord(letter)))


@pytest.fixture
def lead(qtbot: QtBot, theme: Theme, tmp_path: Path) -> Iterator[Lead]:
    made_up = Lead(qtbot, theme, tmp_path)
    yield made_up
    made_up.errands.stop()
    made_up.window.close()
    made_up.window.deleteLater()
    made_up.language.use("en")


def test_the_field_report_is_shown_as_it_is(lead: Lead) -> None:
    lead.open()
    lead.look()
    page = lead.window.field
    assert [card[1].text() for card in page.figures.cards] == ["50", "98", "22.4%", "10.3%"]
    assert page.cells.texts()[0] == ["Tongchuan District", "41 of 60, 2 on the line", "open"]
    assert page.cells.texts()[4][2] == "closed by 督导01, 03-03 15:20: 受灾停访"
    assert page.people.texts()[-1] == ["I04 何志远", "120", "64", "27", "16", "13", "4:04", "22.5%", "34.6%"]
    assert [row[0] for row in page.hours.texts()] == ["Hour", "09:00", "10:00", "15:00", "18:00"]
    assert len(page.starved.texts()) == 1 + 6
    assert "nobody on the roster" in page.starved.texts()[1][1]
    assert [row[0] for row in page.heard.texts()[1:]] == [each.desk for each in made().desks]
    assert "silent" in page.heard.texts()[2][1]


def test_the_window_does_not_wait_for_the_archive(lead: Lead) -> None:
    gate = threading.Event()

    def slow(_now: int) -> tuple[StudySource, FieldReport]:
        assert gate.wait(PATIENCE / 1000)
        return lead.known, made()

    lead.answer = slow
    lead.open()
    lead.window.look()
    assert lead.window.looking
    lead.press(Key.DESIGN)
    assert lead.window._stack.currentWidget() is lead.window.design
    lead.press(Key.FIELD)
    assert lead.window._message.text() == "Reading the archive …"
    lead.press(Key.REFRESH)  # a second look is not begun meanwhile
    with lead.qtbot.waitSignal(lead.window.drawn, timeout=PATIENCE):
        gate.set()
    assert lead.window._stack.currentWidget() is lead.window.field


def test_it_looks_again_by_itself_and_on_ctrl_r(lead: Lead) -> None:
    lead.open()
    lead.look()
    assert lead.window._timer.isActive()
    assert lead.window._timer.interval() == REFRESH
    lead.answer = lambda _now: (lead.known, made([]))
    with lead.qtbot.waitSignal(lead.window.drawn, timeout=PATIENCE):
        lead.press(Key.REFRESH)
    assert lead.window.field.figures.cards[1][1].text() == "0"
    assert not lead.window.field.notice.isHidden()
    with lead.qtbot.waitSignal(lead.window.drawn, timeout=PATIENCE):
        lead.window._timer.timeout.emit()


def test_an_archive_that_goes_away_is_said_and_the_last_figures_stay(lead: Lead) -> None:
    lead.open()
    lead.look()

    def gone(_now: int) -> tuple[StudySource, FieldReport]:
        raise StorageError("The folder cannot be read", where="/mnt/central")

    good, lead.answer = lead.answer, gone
    lead.look()
    assert "/mnt/central" in lead.window.notice.text()
    assert lead.window.field.figures.cards[1][1].text() == "98"
    lead.answer = good
    lead.look()
    assert lead.window._notice.isHidden()


def test_a_long_look_says_how_far_it_is_and_can_be_stopped(lead: Lead) -> None:
    lead.answer = lead.looker.wait
    lead.open()
    stop = lead.window._keys.buttons[Key.STOP]
    assert stop.isHidden()
    lead.window.look()
    lead.qtbot.waitUntil(lambda: lead.window._message.text() == "Reading the archive … 40%", timeout=PATIENCE)
    assert stop.isVisible()
    lead.window._heard(100, 100)
    assert lead.window._message.text() == "Counting …"
    with lead.qtbot.waitSignal(lead.window.drawn, timeout=PATIENCE):
        lead.press(Key.STOP)
    assert lead.looker.halted == [False]
    assert lead.window.notice.text() == "The reading was stopped. Ctrl+R reads the archive again."
    assert not lead.window._timer.isActive(), "who has stopped it does not want it again in a minute"
    assert stop.isHidden()
    lead.press(Key.STOP)  # nothing is on: nothing happens
    assert lead.looker.halted == [False]
    lead.answer = lambda _now: (lead.known, made())
    with lead.qtbot.waitSignal(lead.window.drawn, timeout=PATIENCE):
        lead.press(Key.REFRESH)
    assert lead.window.notice.text() == ""


def test_a_look_that_dies_is_said_with_what_to_do_and_the_last_figures_stay(lead: Lead) -> None:
    lead.open()
    lead.look()

    def killed(_now: int) -> tuple[StudySource, FieldReport]:
        raise LookEndedError("SIGKILL")

    lead.answer = killed
    lead.look()
    said = lead.window.notice.text()
    assert "has ended unexpectedly (SIGKILL). Ctrl+R reads it again" in said
    assert "close other programs" in said
    assert lead.window.field.figures.cards[1][1].text() == "98"
    lead.press(Key.LANGUAGE)
    lead.look()
    assert lead.window.notice.text().startswith("读取档案的程序意外结束（SIGKILL）")


def test_a_long_table_is_drawn_over_several_turns_and_whole_in_the_end(lead: Lead) -> None:
    lead.open()
    sheet = lead.window.field.lines
    rows = [[f"desk {n}", str(n)] for n in range(100)]
    sheet.say("Workstations", ["Desk", "n"], rows)
    assert 1 < len(sheet.texts()) < 101, "the window's loop turns meanwhile"
    lead.qtbot.waitUntil(lambda: sheet.texts() == [["Desk", "n"], *rows], timeout=PATIENCE)
    sheet.say("Workstations", ["Desk", "n"], rows[:3])
    assert sheet.texts() == [["Desk", "n"], *rows[:3]], "and what is not there any more goes at once"


def test_closing_the_window_ends_the_look(lead: Lead) -> None:
    drawn: list[bool] = []
    lead.answer = lead.looker.wait
    lead.open()
    lead.window.drawn.connect(lambda: drawn.append(True))
    lead.window.look()
    lead.qtbot.waitUntil(lead.window.isActiveWindow, timeout=PATIENCE)
    with lead.qtbot.waitSignal(lead.window.closed, timeout=PATIENCE):
        lead.press(Key.CLOSE)
    assert lead.looker.halted == [True]
    lead.qtbot.waitUntil(lambda: not lead.window.looking, timeout=PATIENCE)
    assert drawn == [], "what comes back to a closed window is let lie"


def test_the_report_is_exported_where_the_lead_says(lead: Lead) -> None:
    lead.open()
    lead.look()
    lead.press(Key.EXPORT)
    assert lead.asked == ["dazhou-2017-2026-03-03-1940.html"]
    assert "外呼进度" in (lead.folder / "report.html").read_text(encoding="utf-8")
    assert "report.html" in lead.window.notice.text()


def test_without_an_archive_the_window_says_what_to_do(lead: Lead) -> None:
    window = lead.open(Room())
    assert window._message.text() == "No archive is named"
    assert "settings.toml" in window._text.text()
    assert "Ctrl+2" not in window._text.text(), "without a study there is nothing to design for either"
    lead.press(Key.DESIGN)
    assert not window.design.notice.isHidden()
    assert window._keys.buttons[Key.REFRESH].isHidden()
    lead.press(Key.EXPORT)
    assert lead.asked == []


def test_a_design_is_reckoned_while_it_is_typed(lead: Lead) -> None:
    window = lead.open(Room(None, lead.known, 26_000))
    lead.press(Key.DESIGN)
    assert window.focusWidget() is window.design.target
    assert window.design.sheet.texts()[3][:5] == ["Wanyuan City", "7.5%", "400", "5,333 ± 503", "4,400"]
    window.design.target.selectAll()
    lead.type("60")
    assert window.design.sheet.texts()[1][2:] == ["60", "353 ± 81", "1,496", "3.9", "7.9"]
    window.design.targets["3"].setFocus()
    lead.type("15")
    assert window.design.sheet.texts()[3][2] == "15"
    assert "Wanyuan City: fewer than 30 interviews" in window.design.cautions.text()
    assert "Kaijiang County decides the dialling" in window.design.cautions.text()


@pytest.mark.parametrize("typed", ["0", "x", "4.5", "-1", "999999999"])
def test_a_target_that_is_none_is_marked_and_nothing_is_reckoned(lead: Lead, typed: str) -> None:
    window = lead.open(Room(None, lead.known))
    lead.press(Key.DESIGN)
    window.design.targets["1"].setText(typed)
    window.design.targets["1"].textEdited.emit(typed)
    assert window.design.targets["1"].property("needed") == "yes"
    assert window.design.sheet.isHidden()
    assert "whole numbers from 1" in window.design.error.text()


def test_both_pages_change_language_and_every_control_has_a_name(lead: Lead) -> None:
    window = lead.open(Room(lead.looker, lead.known))
    lead.look()
    lead.press(Key.LANGUAGE)
    assert window.windowTitle() == "放心 · 督导台"
    assert window.field.cells.texts()[0] == ["通川区", "41 / 60，访问中 2", "开放"]
    assert window.design.sheet.texts()[0][0] == "区县"
    assert nameless(window) == []


def test_a_long_page_scrolls_by_the_keyboard(lead: Lead) -> None:
    window = lead.open()
    window.resize(683, 384)
    lead.look()
    lead.press(Key.FIELD)
    bar = window.field._area.verticalScrollBar()
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_End)
    assert bar.value() == bar.maximum() > 0
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Home)
    assert bar.value() == 0


@pytest.mark.parametrize("size", [(1366, 768), (683, 384)])
@pytest.mark.parametrize("iso", ["zh", "en"])
def test_nothing_is_cut_off_at_the_side(lead: Lead, size: tuple[int, int], iso: str) -> None:
    lead.language.use(iso)
    window = lead.open()
    window.resize(*size)
    lead.look()
    area = window.field._area
    lead.qtbot.waitUntil(lambda: area.widget().width() <= area.viewport().width(), timeout=PATIENCE)
    for page in (Key.FIELD, Key.DESIGN):
        window.turn_to(page)
        QApplication.processEvents()
        keys = [key for key in window._keys.buttons.values() if key.isVisible()]
        assert [k._cap.text() for k in keys if k._cap.width() < k._cap.sizeHint().width()] == []
        named = [key for key in keys if not key._words.isHidden()]
        assert [k._words.text() for k in named if k._words.width() < k._words.sizeHint().width()] == []
        assert not window._keys.buttons[page]._words.isHidden(), "the page that is open is named"


def test_practice_data_is_marked(lead: Lead) -> None:
    lead.answer = lambda _now: (lead.known, replace(made(), rehearsal=True))
    lead.open()
    lead.look()
    assert lead.window._title.text().startswith("PRACTICE DATA")


def test_f12_is_the_lead_s_alone(still: Station, theme: Theme) -> None:
    """Saboteur of what an interviewer must not see: the key does nothing unless a team lead of the roster is signed in."""
    wanted: list[bool] = []
    still.window.lead_wanted.connect(lambda: wanted.append(True))
    ready = replace(still.screen, page=type(still.screen.page).READY, interviewer="Li")
    paint(still, ready)
    still.raw(Qt.Key.Key_F12)
    assert wanted == []
    paint(still, replace(ready, lead=True))
    still.raw(Qt.Key.Key_F12)
    assert wanted == [True]


def test_the_lead_s_window_opens_above_the_desk_s_and_gives_it_back(still: Station, theme: Theme) -> None:
    errands = Errands()
    door = LeadDoor(still.window, errands, None, still.language, theme)
    door.open()
    first = door.lead
    assert first is not None
    assert first.isVisible()
    assert first._message.text() == "No archive is named", (
        "the archive setting is empty: said, not a bare page"
    )
    assert not first._message.isHidden()
    assert first._keys.buttons[Key.CLOSE].isVisible(), "and there is a way back"
    door.open()
    assert door.lead is first
    still.language.use("zh")
    first.close()
    assert door.lead is None
    assert still.window.windowTitle() == "放心 · 电话访问工作台"
    errands.stop()
