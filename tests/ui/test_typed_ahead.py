"""Fast hands: what is typed on a question is taken whole, and nothing that was typed ahead answers the question after it.

On the real desk, in every kind of field. The keys come right after each other: no turn of the event loop, no tick of the clock between.
"""

import threading
from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.clock import VirtualClock
from tests.ui.conftest import PATIENCE, Station
from tests.ui.test_kinds import BACK, ENTER, Press, Seat
from tests.ui.test_kinds import sit as sit
from ui.inputs.long_choice import LongChoiceInput
from ui.pace import BURST, GUARD, HOLD, Pace

Sit = Callable[..., Seat]

KINDS: list[tuple[str, tuple[str | Qt.Key, ...], str, str]] = [
    ("age", ("4", "5", ENTER), "45", "county"),
    ("score", ("1", "0"), "10", "rating"),
    ("score", ("8",), "8", "rating"),
    ("rating", ("1", "0"), "10", "share"),
    ("share", ("8", "0"), "80", "hours"),
    ("hours", ("1", ".", "5", ENTER), "1.5", "channels"),
    ("channels", ("2", "3", ENTER), "2 3", "order"),
    ("order", ("3", "1", "2", ENTER), "3 1 2 4", "occupation"),
    ("occupation", ("1", "0", "3", ENTER), "103", "last_visit"),
    ("last_visit", (*"20231101", ENTER), "2023-11-01", "arrived"),
    ("arrived", (*"1430", ENTER), "14:30", "finished"),
    ("finished", (*"202311021600", ENTER), "2023-11-02T16:00", "persons"),
    ("persons", ("4", ENTER), "4", "car"),
    ("who[1]", ("l", "i", ENTER), "li", "member_age[1]"),
    ("member", ("2",), "1 .", "children"),
    ("city", ("x", "y", ENTER), "xy", "agree"),
]  # fmt: skip
"""Question, keys, what must be stored, the question that follows."""


def burst(seat: Seat, *keys: Press) -> None:
    """Now, all of them, whatever the window is doing."""
    handle = seat.window.windowHandle()
    for key in keys:
        assert not isinstance(key, tuple)
        text = "\r" if key == ENTER else "" if isinstance(key, Qt.Key) else key
        code = key if isinstance(key, Qt.Key) else Qt.Key(ord(key.upper()))
        QApplication.sendEvent(
            handle, QKeyEvent(QEvent.Type.KeyPress, code, Qt.KeyboardModifier.NoModifier, text)
        )


def open_(seat: Seat) -> str:
    """What is half typed in the field that is shown, and what stands marked in a list that somebody has touched."""
    field = seat.page._field
    if isinstance(field, LongChoiceInput):
        return field._list.text()
    typed = getattr(field, "_entry", None)
    return field.draft() or (typed.typed if typed else "")


def ids(case: tuple[str, tuple[str | Qt.Key, ...], str, str]) -> str:
    return f"{case[0]}-{case[2]}"


@pytest.mark.parametrize("case", KINDS, ids=ids)
def test_what_is_typed_in_one_go_is_taken_whole_and_what_is_typed_beyond_it_goes_nowhere(
    sit: Sit, case: tuple[str, tuple[str | Qt.Key, ...], str, str]
) -> None:
    name, keys, stored, after = case
    seat = sit(name)
    burst(seat, *keys, "1", "2", ENTER, "1", "1", ENTER)
    seat.at(after)
    assert seat.room.values[name].startswith(stored)
    seat.rest()
    assert seat.question.name == after, "the keys beyond have answered nothing"
    assert after not in seat.room.values or seat.question.value == seat.room.values[after]
    assert not open_(seat), "nor are they half typed"


@pytest.mark.parametrize("case", KINDS, ids=ids)
def test_of_a_burst_that_begins_on_a_new_screen_too_early_nothing_is_taken_and_it_is_said(
    sit: Sit, case: tuple[str, tuple[str | Qt.Key, ...], str, str]
) -> None:
    """The dangerous half: "12" of which the 1 is not taken would be a "2", "45" years would be 5."""
    name, keys, stored, after = case
    seat = sit(name)
    seat.window._pace.painted()
    seat.clock.advance(GUARD - 1)
    burst(seat, keys[0])
    seat.clock.advance(2)
    assert seat.window._pace.listening, "the screen itself would take keys by now"
    burst(seat, *keys[1:-1], *keys[-1:] * (len(keys) > 1))
    if name not in ("who[1]", "city"):  # a verbatim: letters that are missing are seen
        assert not open_(seat)
        assert "too early" in seat.hint
        assert not seat.window.awaits_desk
        seat.clock.advance(BURST)
        burst(seat, *keys)
        seat.at(after)
        assert seat.room.values[name].startswith(stored)


def test_keys_while_the_desk_is_busy_answer_neither_this_question_nor_the_next(sit: Sit) -> None:
    seat = sit("score")
    go_on = threading.Event()
    seat.bridge.tell(lambda _desk: go_on.wait(PATIENCE / 1000) and None)
    burst(seat, "8")
    seat.clock.advance(5000)
    burst(seat, "3", "1", "0", ENTER)
    assert seat.window.awaits_desk
    go_on.set()
    seat.qtbot.waitUntil(lambda: not seat.window.awaits_desk, timeout=PATIENCE)
    seat.window.pump()
    burst(seat, "5")
    seat.clock.advance(GUARD + 1)
    burst(seat, "7")
    seat.rest()
    assert seat.question.name == "rating"
    assert seat.room.values["score"] == "8"
    assert "rating" not in seat.room.values
    seat.press("7")
    seat.at("share")
    assert seat.room.values["rating"] == "7"


def test_keys_between_the_end_of_the_hold_and_the_painting_of_the_next_question_answer_nothing(
    sit: Sit,
) -> None:
    """A busy machine paints late: the old question still stands there, the desk is further on."""
    seat = sit("score")
    burst(seat, "8")
    seat.qtbot.waitUntil(lambda: not seat.window.awaits_desk, timeout=PATIENCE)
    seat.clock.advance(HOLD + 1)
    assert seat.question.name == "score", "not painted yet"
    burst(seat, "3")
    seat.at("rating")
    seat.rest()
    assert seat.question.name == "rating"
    assert (seat.room.values["score"], seat.room.values.get("rating")) == ("8", None)


def test_back_that_came_too_early_takes_the_correction_behind_it_along(sit: Sit) -> None:
    """F7 and a new score in one go: without the F7 the score would be this question's answer."""
    seat = sit("rating")
    seat.window._pace.painted()
    QTest.keyClick(seat.window.windowHandle(), Qt.Key.Key_F7)
    seat.clock.advance(GUARD + 1)
    burst(seat, "7")
    seat.rest()
    assert (seat.question.name, seat.room.values.get("rating")) == ("rating", None)
    seat.press(Qt.Key.Key_F7)
    seat.at("score")


def test_the_search_line_takes_every_key_and_erases_every_key(sit: Sit) -> None:
    seat = sit("occupation")
    burst(seat, "1", "2")
    assert seat.page.fields.long._list.text() == "12"
    burst(seat, BACK, BACK, "1", "0", "3")
    assert seat.page.fields.long._list.text() == "103"


def test_a_click_that_came_too_early_is_not_shown_as_an_answer(sit: Sit) -> None:
    seat = sit("score")
    seat.window._pace.painted()
    seat.page.fields.score.buttons["7"].click()
    assert not seat.window.awaits_desk
    assert seat.page.fields.score.readout.text() == ""
    seat.clock.advance(GUARD + 1)
    seat.page.fields.score.buttons["7"].click()
    seat.page.fields.score.buttons["3"].click()
    seat.at("rating")
    assert seat.room.values["score"] == "7"


def test_before_the_first_screen_is_painted_no_key_is_kept_for_it(station: Station) -> None:
    for key in ("L", "i", ENTER):
        station.raw(key)
    station.rest()
    station.until(lambda screen: screen.study != "")
    station.rest()
    assert not station.window.face.sign_in._name.text()
    assert station.desk.verbs == []


def test_two_digits_of_an_outcome_of_which_the_first_came_too_early_choose_no_other(station: Station) -> None:
    station.go_to("q1")
    station.bridge.tell(lambda _desk: station.desk.line_drops())
    station.until(lambda screen: screen.proposed == "39")
    station.window._pace.painted()
    station.raw("1")
    station.clock.advance(GUARD + 1)
    station.raw("3")
    page = station.window.face.outcome
    assert page._code.text() == "39"
    assert "too early" in page._hint.text()
    station.press("1", "3")
    assert page._code.text() == "13"


def test_saboteur_a_pace_that_forgets_the_key_it_has_refused_lets_half_a_number_through() -> None:
    clock = VirtualClock(now=0)
    pace = Pace(clock)
    pace.painted()
    assert not pace.listening
    assert pace.too_early()
    clock.advance(GUARD)
    assert pace.listening, "this alone would let the second digit through"
    assert pace.in_burst
    clock.advance(BURST)
    assert not pace.in_burst
