"""What the line says, in the window: shown while it sounds, confirmed with Enter, played again."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from app.interview.screen import LineView, Page
from app.interview.telephone_views import HeardView
from tests.ui.conftest import Station
from ui.actions import ACTIONS, Act

ENTER = Qt.Key.Key_Return
BUSY = HeardView("busy", "15", 94, clip=True)


@pytest.fixture
def dialing(station: Station) -> Station:
    """A number that rings for ever."""
    station.desk.rings = 10**6
    station.until(lambda s: s.page is Page.SIGN_IN)
    station.press(*"Li", ENTER)
    station.until(lambda s: s.page is Page.READY)
    station.press(ENTER)
    station.until(lambda s: s.page is Page.CASE)
    station.press(ENTER)
    station.until(lambda s: s.page is Page.DIALING)
    station.desk.verbs.clear()
    return station


def hears(station: Station, heard: HeardView) -> None:
    station.bridge.tell(lambda _desk: station.desk.show(heard=heard, proposed=heard.outcome))
    station.until(lambda s: s.heard is not None)


def test_enter_confirms_what_is_heard_and_the_case_is_closed(dialing: Station) -> None:
    hears(dialing, BUSY)
    page = dialing.window.face.dialing
    assert page._heard.text() == "Busy tone heard, 94%"
    assert page._confirm.text() == "Busy   Enter"
    dialing.press(ENTER)
    assert dialing.desk.outcomes == [("15", "")]


def test_enter_while_nothing_is_heard_does_not_end_the_call(dialing: Station) -> None:
    dialing.press(ENTER, ENTER)
    assert dialing.desk.outcomes == []
    assert dialing.screen.page is Page.DIALING


@pytest.mark.parametrize("clip", [True, False])
def test_the_clip_is_played_by_its_key_only_where_there_is_one(dialing: Station, clip: bool) -> None:
    hears(dialing, replace(BUSY, clip=clip))
    dialing.window.press(Act.HEAR_AGAIN)
    dialing.rest()
    assert [verb[0] for verb in dialing.desk.verbs] == ["play_clip"] * clip


def test_playing_has_a_key_of_its_own() -> None:
    keys = [key for action in ACTIONS for key in action.keys]
    assert keys.count("Shift+F5") == 1


def test_a_hint_stands_beside_the_interview_and_proposes_nothing(station: Station) -> None:
    station.go_to("q1")
    hint = HeardView("machine", "18", 90)
    station.bridge.tell(lambda _desk: station.desk.show(heard=hint))
    station.until(lambda s: s.heard is not None)
    assert station.window.face.status._line.text() == "This may be an answering machine"
    assert station.screen.line is LineView.TALKING
    assert station.screen.proposed == ""
