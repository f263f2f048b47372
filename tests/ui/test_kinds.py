"""Every kind of question answered by keyboard alone, in the window, on the real desk with the practice study all-kinds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.clock import VirtualClock
from app.interview.screen import Asking, Page, QuestionView, Screen
from app.questionnaire.wording import LONGEST
from tests.ui.conftest import PATIENCE
from tests.ui.kinds_desk import KindsRoom
from tests.ui.test_accessible import nameless
from ui.bridge import Bridge
from ui.language import Language
from ui.pages.interview import InterviewPage
from ui.theme import Appearance, Theme
from ui.window import DeskWindow

ENTER, ESC, BACK, TAB = Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Backspace, Qt.Key.Key_Tab
SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
Press = str | Qt.Key | tuple[Qt.Key, Qt.KeyboardModifier]


@dataclass
class Seat:
    """A window, the real desk behind it on its own thread, and hands on the keyboard."""

    room: KindsRoom
    bridge: Bridge
    window: DeskWindow
    clock: VirtualClock
    qtbot: QtBot

    def press(self, *keys: Press) -> None:
        """Unhurried: each on a screen that listens."""
        for key in keys:
            self.rest()
            handle = self.window.windowHandle()
            if isinstance(key, tuple):
                QTest.keyClick(handle, *key)
            else:
                QTest.keyClick(handle, Qt.Key(ord(key.upper())) if isinstance(key, str) else key)
        self.rest()

    def type(self, text: str) -> None:
        """Words as the input method hands them over, which no key code can say."""
        self.rest()
        for letter in text:
            focus = QApplication.focusWidget() or self.window.focusWidget()
            assert focus is not None
            key = QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, letter)
            QApplication.sendEvent(focus, key)
        self.rest()

    def rest(self) -> None:
        """Until the desk has answered and the new screen listens."""
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

    def at(self, name: str) -> None:
        """Until this question is on."""
        self.until(lambda screen: screen.question is not None and screen.question.name == name)

    @property
    def screen(self) -> Screen:
        """What is painted."""
        assert self.window.shown is not None
        return self.window.shown

    @property
    def question(self) -> QuestionView:
        """The question that is painted."""
        assert self.screen.question is not None
        return self.screen.question

    @property
    def page(self) -> InterviewPage:
        """The interview page."""
        return self.window.face.interview

    @property
    def hint(self) -> str:
        """What is said about the keys."""
        return self.page._hint.text()


Sit = Callable[..., Seat]


@pytest.fixture
def sit(qtbot: QtBot, qapp: QApplication, theme: Theme, tmp_path: Path) -> Iterator[Sit]:
    """sit("channels", iso="zh", county="3"): an interview walked to a question."""
    seats: list[Seat] = []
    language = Language("en")

    def take(at: str, *, iso: str = "en", columns: dict[str, str] | None = None, **changes: str) -> Seat:
        language.use(iso)
        clock = VirtualClock(now=1_500_000_000_000)
        room = KindsRoom(tmp_path / "desk", at, iso, changes, columns or {})
        bridge = Bridge(room.make)
        window = DeskWindow(bridge, clock=clock, language=language, theme=theme, log=tmp_path / "fangxin.log")
        window.ending.unattended = False
        window.show()
        seat = Seat(room, bridge, window, clock, qtbot)
        seats.append(seat)
        bridge.start()
        seat.until(lambda screen: screen.page is Page.INTERVIEW)
        seat.at(at)
        return seat

    yield take
    for seat in seats:
        seat.bridge.stop()
        seat.window.ending.done = True
        seat.window.close()
        seat.window.deleteLater()
    language.use("en")
    theme.use(Appearance.SYSTEM)
    qapp.processEvents()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def test_numbers_scores_and_choices_one_after_the_other(sit: Sit) -> None:
    """One walk through the kinds, so that the desk is built once."""
    seat = sit("score", iso="zh")
    seat.press("1", "0")
    seat.at("rating")
    seat.press("0")
    assert seat.question.name == "rating", "0 is not on a range from 1 to 10"
    seat.press("1", ENTER)
    seat.at("share")
    seat.press("8", "0")
    seat.at("hours")
    assert seat.room.values["share"] == "80", "a step of five: 80 is whole, so no Enter is needed"
    seat.press("1", ".", "5", ".")
    assert "小数点" in seat.hint
    seat.press(ENTER)
    seat.at("channels")
    assert (seat.room.values["rating"], seat.room.values["hours"]) == ("1", "1.5")
    seat.press(ENTER)
    assert seat.question.name == "channels", "it must be answered"
    seat.press("2", "3", "2", "8")
    assert seat.page.fields.several.readout.text() == "2 ✓"
    seat.press(ENTER)
    seat.at("channel_other")
    assert seat.room.values["channels"] == "3 8"
    seat.type("村里的大喇叭")
    seat.press(ENTER)
    seat.at("order")
    seat.press("3", "3")
    assert "排过" in seat.hint
    seat.press(ENTER)
    assert "每一项" in seat.hint
    seat.press("1", BACK, "2", "4")
    assert seat.page.fields.rank.buttons["1"].accessibleName().startswith("第 4 位"), (
        "the last finds its place"
    )
    seat.press(ENTER)
    seat.at("occupation")
    assert seat.room.values["order"] == "3 2 4 1"
    assert seat.room.values["channel_other"] == "村里的大喇叭"
    seat.type("师")
    assert len(seat.page.fields.long._list.lines.found) == 8
    seat.press(Qt.Key.Key_Down, ENTER)
    seat.at("last_visit")
    assert seat.room.values["occupation"] == "117"


def test_dates_and_times_take_digits_only_of_any_width(sit: Sit) -> None:
    seat = sit("last_visit")
    seat.press(*"20231")
    seat.press("3")
    assert "no such date" in seat.hint, "there is no month 13"
    seat.press("1", "0")
    seat.type("／")
    seat.press("9")
    field = seat.page.fields.moment
    assert field._edit.text() == "2023-11-09"
    assert field._day.text() == "Thursday"
    seat.press(ENTER)
    seat.at("arrived")
    assert seat.room.values["last_visit"] == "2023-11-09"
    seat.type("１４３")
    seat.press(ENTER)
    assert "Digits are missing" in seat.hint
    seat.type("０")
    seat.press(ENTER)
    seat.at("finished")
    assert seat.room.values["arrived"].startswith("14:30")
    seat.press(*"202311091605", ENTER)
    seat.at("persons")
    assert seat.room.values["finished"].startswith("2023-11-09T16:05")
    seat.press(Qt.Key.Key_F7)
    seat.at("finished")
    assert field._edit.text() == "2023-11-09 16:05"
    assert not field.draft()


def test_several_questions_on_a_screen_in_the_order_of_enter_and_tab(sit: Sit) -> None:
    seat = sit("persons")
    assert [line.name for line in seat.question.together] == ["persons", "car"]
    assert seat.question.title == "About your household"
    seat.press(*"99", ENTER)
    assert "1 to 30" in seat.hint, "the fault is said at its field"
    assert seat.question.name == "persons"
    seat.press(BACK, BACK, "4", ENTER)
    seat.at("car")
    seat.press("1")
    seat.at("km")
    assert [line.name for line in seat.question.together] == ["persons", "car", "km"]
    seat.press((Qt.Key.Key_Backtab, SHIFT))
    seat.at("car")
    seat.press((Qt.Key.Key_Backtab, SHIFT))
    seat.at("persons")
    seat.press(TAB)
    seat.at("car")
    seat.press(TAB)
    seat.at("km")
    seat.press("5", TAB)
    assert "Enter stores it" in seat.hint, "Tab loses nothing that is typed"
    seat.press(ENTER)
    seat.at("who[1]")
    assert seat.room.values["km"] == "5"


def test_a_repeat_is_asked_for_filled_and_taken_away_again(sit: Sit) -> None:
    seat = sit("member")
    seat.press("1")
    seat.at("who[2]")
    assert seat.question.instance is not None
    assert (seat.question.instance.label, seat.question.instance.place, seat.question.instance.total) == (
        "Family member",
        2,
        2,
    )
    assert seat.page._where._words.text() == "Family member 2 of 2"
    seat.type("mother")
    seat.press(ENTER)
    seat.at("member_age[2]")
    assert "mother" in seat.question.read_aloud
    seat.press((Qt.Key.Key_Delete, CTRL))
    assert seat.screen.query is not None
    assert (seat.screen.query.asking, seat.screen.query.count) == (Asking.REMOVE, 1)
    seat.press(ENTER, "2")
    assert seat.screen.query is not None, "a reflex removes nobody"
    seat.press("1")
    seat.at("member")
    assert seat.screen.query is None
    assert seat.room.values["who[2]"] == "mother", "nothing is deleted"
    assert [(deed.deed, deed.value, deed.names) for deed in seat.room.deeds] == [
        ("removed", "member[2]", ["who[2]"])
    ]
    seat.press("2")
    seat.at("children")
    seat.press("2", ENTER)
    seat.at("grade[1]")
    assert seat.page._where._words.text() == "Child 1 of 2"
    seat.press((Qt.Key.Key_Delete, CTRL))
    assert seat.screen.query is None, "a counted repeat has as many as were counted"
    seat.press("3", ENTER)
    seat.at("grade[2]")
    assert seat.page._where._words.text() == "Child 2 of 2"


def test_what_is_shown_only_what_stands_there_and_what_is_agreed(sit: Sit) -> None:
    seat = sit("people_named")
    assert seat.question.readonly
    assert seat.page.fields.note._value.text() == "2"
    seat.press("5")
    assert "shown only" in seat.hint
    seat.press(ENTER)
    seat.at("city")
    assert seat.page.fields.text._edit.toPlainText() == "达州", "the default stands there"
    seat.press(ENTER)
    seat.at("agree")
    assert seat.room.values["city"] == "达州"
    seat.press(ENTER)
    seat.at("suggestion")
    assert seat.room.values["agree"] == "OK"


def test_a_list_without_options_says_so_and_lets_one_go_on(sit: Sit) -> None:
    seat = sit("town", county="3")
    assert seat.question.options == ()
    assert "No option" in seat.page.fields.choice._how.text()
    seat.press("1")
    assert seat.question.name == "town"
    seat.press(ENTER)
    seat.at("score")


def test_a_changed_answer_names_what_becomes_void_and_a_reflex_changes_nothing(sit: Sit) -> None:
    seat = sit("rating")
    seat.press(Qt.Key.Key_F3)
    assert seat.screen.places is not None
    assert nameless(seat.window.face) == []
    seat.type("good time")
    seat.press(ENTER)
    seat.at("consent")
    assert seat.screen.places is None
    seat.press("2")
    query = seat.screen.query
    assert query is not None
    assert (query.asking, query.count) == (Asking.VOIDS, 5)
    assert nameless(seat.window.face) == []
    assert "5 later answer(s)" in seat.page.query._heading.text()
    assert "How easy is it" in seat.page.query._places.text()
    seat.press(ENTER, "2", "9")
    assert seat.screen.query is not None
    seat.press(ESC)
    assert (seat.screen.query, seat.question.value) == (None, "1")
    seat.press("2", "1")
    seat.at("end_later")
    assert seat.room.values["score"] == "8"
    assert [(deed.deed, deed.question, deed.value) for deed in seat.room.deeds] == [("voids", "consent", "2")]


def test_an_unusual_answer_is_kept_only_with_a_typed_reason(sit: Sit) -> None:
    seat = sit("score")
    seat.press("2")
    assert seat.screen.query is not None
    assert "points, not a rank" in seat.page.query._body.text()
    QApplication.processEvents()
    assert all(
        way.width() >= way.width_of(narrow=False) for way in (seat.page.query._yes, seat.page.query._no)
    )
    seat.press(ENTER)
    assert seat.screen.query is not None, "not without a reason"
    seat.press(ESC)
    assert seat.screen.query is None
    assert "score" not in seat.room.values
    seat.press("2")
    seat.type("queued for hours")
    seat.press(ENTER)
    seat.at("rating")
    assert seat.room.values["score"] == "2"
    assert [(deed.deed, deed.value, deed.text) for deed in seat.room.deeds] == [
        ("kept", "2", "queued for hours")
    ]


def test_probes_and_the_vague_word_rule_by_keys(sit: Sit) -> None:
    seat = sit("score")
    seat.press(Qt.Key.Key_F2)
    strip = seat.page.wording._probe
    assert strip._text.text() == "If you had to give points, how many?"
    assert strip._tag.text() == "Read: probe 1 of 2"
    seat.press((Qt.Key.Key_F2, SHIFT))
    assert "98 is entered" in strip._then.text()
    seat.press((Qt.Key.Key_F2, SHIFT))
    seat.at("rating")
    assert strip.isHidden()
    assert seat.room.values["score"] == "98"
    assert [(deed.deed, deed.value) for deed in seat.room.deeds] == [
        ("probe", ""),
        ("probe", "vague"),
        ("vague", "98"),
    ]
    seat.press((Qt.Key.Key_F2, SHIFT))
    assert "no rule for vague words" in seat.hint
    seat.press(Qt.Key.Key_F2)
    assert strip._text.text() == "Could you tell me a little more exactly?", (
        "our own, where the study has none"
    )


def test_an_unmet_rule_is_named_before_the_thanks_and_a_key_leads_to_it(sit: Sit) -> None:
    seat = sit(
        "suggestion",
        persons="0",
        columns={'constraint=". &gt;= 1 and . &lt;= 30"': 'constraint=". &lt;= 30"'},
    )
    seat.press(ENTER)
    seat.at("thanks")
    assert seat.screen.query is not None
    assert seat.screen.query.asking is Asking.UNMET
    assert "fewer people in the household" in seat.page.query._places.text()
    seat.press(ESC, ENTER)
    assert seat.screen.query is not None, "the interview does not end like this"
    seat.press("1")
    seat.at("persons")
    seat.press("4", ENTER)
    seat.at("car")


def test_the_language_is_switched_and_what_is_being_typed_stays(sit: Sit) -> None:
    seat = sit("order")
    seat.press("3", Qt.Key.Key_F11)
    seat.until(lambda screen: screen.language == "zh")
    assert "重要程度" in seat.page.wording.read.text()
    assert seat.page.fields.rank.buttons["3"].accessibleName() == "No. 1: 说得清楚"
    seat.press("1", "2", ENTER)
    seat.at("occupation")
    assert seat.room.values["order"] == "3 1 2 4"
    seat.type("1")
    seat.press(Qt.Key.Key_F11)
    seat.until(lambda screen: screen.language == "en")
    assert seat.page.fields.long._list.text() == "1"
    assert "Farmer" in seat.page.fields.long._list.lines.found[0].text


def test_ten_megabytes_pasted_are_cut_and_said(sit: Sit) -> None:
    seat = sit("suggestion")
    data = QMimeData()
    data.setText("很" * 10_000_000)
    seat.page.fields.text._edit.insertFromMimeData(data)
    assert len(seat.page.fields.text._edit.toPlainText()) == LONGEST
    assert "10,000" in seat.hint
    seat.press(ENTER)
    seat.until(lambda screen: screen.question is None or screen.question.name != "suggestion")
    assert len(seat.room.values["suggestion"]) == LONGEST
