"""A shift by the keyboard alone, before the real desk: after every step the keys go where one would look for them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.clock import VirtualClock
from app.interview.screen import Notice, Page, SendingView
from tests.ui.conftest import PATIENCE
from tests.ui.kinds_desk import KindsRoom
from tests.ui.test_kinds import CTRL, ENTER, ESC, Seat
from ui.actions import Act
from ui.bridge import Bridge
from ui.language import Language
from ui.theme import Theme
from ui.window import DeskWindow

CTRL_Z, CTRL_D = (Qt.Key.Key_Z, CTRL), (Qt.Key.Key_D, CTRL)


@pytest.fixture
def seat(
    qtbot: QtBot, qapp: QApplication, theme: Theme, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Seat]:
    """The desk before anybody has signed in, as small as it gets. Parameter: does it dial by itself?"""
    clock, language = VirtualClock(now=1_500_000_000_000), Language("zh")
    room = KindsRoom(tmp_path / "desk", "intro", quiet=True, auto_dial=getattr(request, "param", False))
    bridge = Bridge(room.make)
    window = DeskWindow(bridge, clock=clock, language=language, theme=theme, log=tmp_path / "fangxin.log")
    window.resize(683, 384)
    window.show()
    bridge.start()
    yield Seat(room, bridge, window, clock, qtbot)
    bridge.stop()
    window.ending.done = True
    window.close()
    window.deleteLater()
    language.use("en")


def focus(seat: Seat) -> QWidget:
    seat.rest()
    there = seat.window.focusWidget()
    assert there is not None
    return there


def talk(seat: Seat) -> None:
    """The next case, dialled and answered."""
    seat.press(ENTER)
    seat.until(lambda s: s.page is Page.CASE)
    assert focus(seat) is seat.window.face.case
    seat.press(ENTER)
    seat.until(lambda s: s.page is Page.DIALING)
    assert focus(seat) is seat.window.face.dialing

    def answered() -> bool:
        seat.room.clock.advance(100)
        seat.window.pump()
        return seat.screen.page is Page.INTERVIEW

    seat.qtbot.waitUntil(answered, timeout=PATIENCE)


def end(seat: Seat) -> None:
    seat.press(Qt.Key.Key_F5, Qt.Key.Key_F5)
    seat.until(lambda s: s.page is Page.OUTCOME)
    assert focus(seat) is seat.window.face.outcome


def ready(seat: Seat, notice: Notice) -> None:
    seat.until(lambda s: s.page is Page.READY)
    assert focus(seat) is seat.window.face.ready
    assert seat.screen.notice is notice


def test_a_shift_with_an_appointment_and_its_correction(seat: Seat) -> None:
    face = seat.window.face
    seat.until(lambda s: s.page is Page.SIGN_IN)
    seat.type("小李")
    seat.press(ENTER)
    ready(seat, Notice.NONE)
    seat.press(Qt.Key.Key_F4)
    assert isinstance(focus(seat), QLineEdit)
    seat.press(*"13800000001", ENTER)
    ready(seat, Notice.NOT_DRAWN)
    seat.press(Qt.Key.Key_F12)
    ready(seat, Notice.NOT_DRAWN)

    talk(seat)
    seat.press(ENTER, "1", *"45", ENTER)
    seat.at("county")
    county = focus(seat)
    seat.press(Qt.Key.Key_F8)
    assert focus(seat) is not county
    seat.type("环境嘈杂")
    seat.press(ENTER)
    assert focus(seat) is county
    seat.press(Qt.Key.Key_F3)
    assert focus(seat) is not county
    seat.press(ESC)
    assert focus(seat) is county
    end(seat)

    page = face.outcome
    seat.press(*"32", ENTER)
    assert focus(seat) is page._note
    assert "1830" in page._hint.text(), "an appointment asks for its time"
    seat.type("明天 1830")
    assert page._hint.text() == "", "what was missing is there"
    seat.press(ENTER)
    ready(seat, Notice.SAVED)

    seat.press(CTRL_Z)
    seat.until(lambda s: s.correcting)
    assert focus(seat) is page
    assert page._code.text() == "32"
    assert page._button.text().startswith("保持不变")
    seat.press(*"36", ESC)
    assert page._code.text() == "32", "Escape gives the choice up"
    seat.press(*"36", ENTER)
    assert focus(seat) is page._note
    assert page._button.text().startswith("更正")
    seat.type("登记错")
    seat.press(ENTER)
    ready(seat, Notice.CORRECTED)
    seat.press(CTRL_Z)
    seat.until(lambda s: s.correcting)
    assert page._code.text() == "36"
    seat.press(ENTER)
    ready(seat, Notice.NONE)

    talk(seat)
    end(seat)
    seat.press("/")
    assert focus(seat) is page._filter
    seat.type("关机")
    seat.press(ENTER)
    assert focus(seat) is page
    seat.press(ENTER)
    ready(seat, Notice.SAVED)
    seat.press((Qt.Key.Key_Q, CTRL))
    seat.until(lambda s: s.page is Page.SIGN_IN)
    assert focus(seat) is face.sign_in._name


@pytest.mark.parametrize("seat", [True], indirect=True)
def test_a_desk_that_must_stop_dials_nobody_by_itself(seat: Seat) -> None:
    seat.until(lambda s: s.page is Page.SIGN_IN)
    seat.type("小李")
    seat.press(ENTER)
    ready(seat, Notice.NONE)
    talk(seat)
    end(seat)
    seat.bridge.tell(lambda desk: desk.sending(SendingView(refused="Central refused", word="fork")))
    seat.until(lambda s: s.sending is not None and s.sending.stop)
    seat.press(*"36", ENTER)
    ready(seat, Notice.SAVED)
    assert (seat.screen.case, seat.screen.auto_dial) == (None, True)


@pytest.mark.parametrize("seat", [True], indirect=True)
def test_dialling_by_itself_is_paused_and_gone_on_with_in_the_middle_of_a_correction(seat: Seat) -> None:
    page, keys = seat.window.face.outcome, seat.window.face.keys._buttons
    seat.until(lambda s: s.page is Page.SIGN_IN)
    seat.type("小李")
    seat.press(ENTER)
    ready(seat, Notice.NONE)
    talk(seat)
    end(seat)
    seat.press(CTRL_D)
    seat.until(lambda s: s.auto_dial is False)
    seat.press(*"36", ENTER)
    ready(seat, Notice.SAVED)

    seat.press(CTRL_Z)
    seat.until(lambda s: s.correcting)
    assert keys[Act.NOTE]._words.text() == "更正原因"
    seat.press(*"37", ENTER)
    seat.type("登记")
    seat.press(CTRL_D)
    seat.until(lambda s: s.auto_dial is True)
    assert (seat.screen.correcting, page._code.text(), page._note.text()) == (True, "37", "登记")
    assert focus(seat) is page._note, "what is being typed goes on"
    assert keys[Act.AUTO_DIAL].accessibleName() == "暂停自动拨号"
    seat.type("错")
    seat.press(ENTER)
    ready(seat, Notice.CORRECTED)
    assert seat.screen.case is None, "a correction is no outcome after which the next number is dialled"

    seat.press(CTRL_Z)
    seat.until(lambda s: s.correcting)
    assert page._code.text() == "37"
    seat.press(CTRL_D)
    seat.until(lambda s: s.auto_dial is False)
    assert (seat.screen.correcting, page._code.text()) == (True, "37")
    seat.press(ENTER)
    ready(seat, Notice.NONE)
    seat.press(CTRL_D)
    seat.until(lambda s: s.auto_dial is True)
    talk(seat)
    end(seat)
    seat.press(*"36", ENTER)
    seat.until(lambda s: s.page is Page.DIALING)
