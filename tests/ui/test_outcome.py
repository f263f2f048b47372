"""The outcome of a call: proposed, confirmed, chosen by two digits, found by a word."""

import pytest
from PySide6.QtCore import Qt

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
