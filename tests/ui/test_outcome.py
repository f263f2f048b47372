"""The outcome of a call: proposed, confirmed, chosen by two digits, found by a word."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.interview.screen import Page
from tests.ui.conftest import Station

ENTER = Qt.Key.Key_Return


@pytest.fixture
def after(station: Station) -> Station:
    """A call that broke off at the first score: 39 is proposed."""
    station.go_to("q1")
    station.bridge.tell(lambda _desk: station.desk.line_drops())
    station.until(lambda s: s.page is Page.OUTCOME)
    return station


def test_enter_confirms_the_proposal(after: Station) -> None:
    assert "Broke off" in after.window.face.outcome._chosen.text()
    after.press(ENTER)
    assert after.desk.outcomes == [("39", "")]


def test_two_digits_choose_and_enter_confirms(after: Station) -> None:
    after.press("3")
    assert after.window.face.outcome._code.text() == "3_"
    after.press("7")
    assert after.desk.outcomes == []
    after.press(ENTER)
    assert after.desk.outcomes == [("37", "")]


def test_half_a_code_is_not_confirmed(after: Station) -> None:
    after.press("3", ENTER)
    assert after.desk.outcomes == []
    assert "two digits" in after.window.face.outcome._hint.text()


def test_a_digit_no_outcome_begins_with_is_refused(after: Station) -> None:
    after.press("9")
    assert "No outcome begins with 9" in after.window.face.outcome._hint.text()
    after.press(ENTER)
    assert after.desk.outcomes == [("39", "")]


def test_a_second_code_replaces_the_first(after: Station) -> None:
    after.press(*"13", *"16", ENTER)
    assert after.desk.outcomes == [("16", "")]


def test_an_outcome_that_needs_a_note_asks_for_it(after: Station) -> None:
    after.press(*"38", ENTER)
    assert after.desk.outcomes == []
    assert after.window.face.outcome._note.hasFocus()
    after.press(*"do not call", ENTER)
    assert after.desk.outcomes == [("38", "do not call")]


def test_a_note_is_offered_for_any_outcome(after: Station) -> None:
    after.press(Qt.Key.Key_F8, *"angry", ENTER)
    assert after.desk.outcomes == [("39", "angry")]


def test_a_word_finds_an_outcome_and_enter_does_not_confirm_it_yet(after: Station) -> None:
    after.press("/", *"powered")
    assert after.window.face.outcome._code.text() == "13"
    after.press(ENTER)
    assert after.desk.outcomes == []
    after.press(ENTER)
    assert after.desk.outcomes == [("13", "")]


def test_chinese_words_find_too(after: Station) -> None:
    after.window.face.outcome.focus_filter()
    after.window.face.outcome._filter.setText("空号")
    assert after.window.face.outcome._code.text() == "11"


def test_arrows_move_down_and_across(after: Station) -> None:
    after.press(*"36", Qt.Key.Key_Down)
    assert after.window.face.outcome._code.text() == "37"
    after.press(Qt.Key.Key_Left)
    assert after.window.face.outcome._code.text() == "20"


def test_a_complete_that_is_none_is_not_accepted_and_says_why(after: Station) -> None:
    after.press(*"60", ENTER)
    after.until(lambda s: s.notice.value == "not_accepted")
    assert "only an interview asked to its end" in after.window.face.notice._text.text()
    assert after.screen.page is Page.OUTCOME


def test_the_next_call_begins_without_the_last_choice(after: Station) -> None:
    after.press(*"38", Qt.Key.Key_F8, *"firm", ENTER)
    after.until(lambda s: s.page is Page.READY)
    after.press(ENTER, ENTER)
    after.until(lambda s: s.page is Page.INTERVIEW)
    after.bridge.tell(lambda _desk: after.desk.line_drops())
    after.until(lambda s: s.page is Page.OUTCOME)
    assert after.window.face.outcome._code.text() == "39"
    assert after.window.face.outcome._note.text() == ""


def ctrl_z(station: Station) -> None:
    station.rest()
    QTest.keyClick(station.window.windowHandle(), Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    station.rest()


def test_edge_16_a_wrong_outcome_is_put_right_by_keyboard(after: Station) -> None:
    """Ctrl+Z after the call: the outcome as it stands is marked, two digits choose another, Enter asks for the reason and takes it."""
    after.press(*"36", ENTER)
    after.until(lambda s: s.page is Page.READY)
    after.desk.show(correctable=True)
    after.until(lambda s: s.correctable)
    ctrl_z(after)
    after.until(lambda s: s.page is Page.OUTCOME and s.correcting)
    page = after.window.face.outcome
    assert "138****0417" in page._heading.text()
    assert "as it stands" in page._chosen.text()
    after.press(*"13", Qt.Key.Key_F8, *"tone", ENTER)
    assert after.desk.outcomes == [("36", ""), ("13", "tone")]
    after.until(lambda s: s.page is Page.READY)
    assert "stays on record" in after.window.face.notice._text.text()


def test_where_no_outcome_can_be_put_right_the_key_does_nothing(after: Station) -> None:
    ctrl_z(after)
    assert after.screen.page is Page.OUTCOME
    assert "correct" not in [verb[0] for verb in after.desk.verbs]
