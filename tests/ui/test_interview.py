"""An interview by keyboard alone, as an interviewer does it."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLabel

from app.clock import VirtualClock
from app.interview.screen import Page
from tests.ui.conftest import PATIENCE, Station
from tests.ui.fake_desk import FakeDesk
from ui.pace import Pace

ENTER = Qt.Key.Key_Return


def readout(station: Station) -> str:
    return station.window.face.interview.fields.score.readout.text()


def hint(station: Station) -> str:
    return station.window.face.interview._hint.text()


def test_a_whole_interview_without_tab_or_mouse(station: Station) -> None:
    station.call()
    while station.screen.page is Page.INTERVIEW and station.screen.question is not None:
        name = station.screen.question.name
        if name == "comment":
            station.press(*"good work")
        station.press(*FakeDesk.keys_for(station.screen.question))
        station.leave(name)
    station.until(lambda s: s.page is Page.OUTCOME)
    assert station.screen.proposed == "60"
    station.press(ENTER)
    station.until(lambda s: s.page is Page.READY)
    assert station.desk.answers == {
        "intro": "",
        "age": "45",
        "lives": "1",
        "county": "3",
        "q1": "8",
        "q2": "10",
        "comment": "good work",
        "end": "",
    }
    assert station.desk.outcomes == [("60", "")]
    assert station.screen.counts.completes == 1


@pytest.mark.parametrize("key", ["0", "2", "7", "9"])
def test_a_score_is_stored_at_one_key(station: Station, key: str) -> None:
    station.go_to("q1")
    station.press(key)
    station.until(lambda s: s.question is not None and s.question.name == "q2")
    assert station.desk.answers["q1"] == key


def test_ten_is_ten_and_the_next_question_stays_empty(station: Station) -> None:
    station.go_to("q1")
    station.press("1")
    assert station.screen.question is not None
    assert station.screen.question.name == "q1"
    assert readout(station) == "1_"
    assert "0 makes 10" in hint(station)
    assert "Enter takes 1" in hint(station)
    station.press("0")
    station.until(lambda s: s.question is not None and s.question.name == "q2")
    assert station.desk.answers["q1"] == "10"
    assert "q2" not in station.desk.answers


def test_one_is_one_with_enter(station: Station) -> None:
    station.go_to("q1")
    station.press("1", ENTER)
    station.until(lambda s: s.question is not None and s.question.name == "q2")
    assert station.desk.answers["q1"] == "1"


@pytest.mark.parametrize("key", ["5", "x", "-"])
def test_after_one_any_other_key_is_refused(station: Station, key: str) -> None:
    station.go_to("q1")
    station.press("1", key)
    assert "q1" not in station.desk.answers
    assert "First finish “1”" in hint(station)


def test_dont_know_while_a_one_waits_is_refused_too(station: Station) -> None:
    station.go_to("q1")
    station.press("1", Qt.Key.Key_F9)
    assert "q1" not in station.desk.answers


def test_a_decimal_is_refused_with_the_scripted_probe_in_the_interview_s_language(station: Station) -> None:
    station.go_to("q1")
    station.press(".")
    assert "请您打一个整数分" in hint(station)
    assert "Whole points only" in hint(station)
    assert "q1" not in station.desk.answers


def test_seven_point_five_in_a_hurry_answers_one_question_only(station: Station) -> None:
    """The 7 is stored at its key; the point comes while it is being shown; the 5 must not become the next answer."""
    station.go_to("q1")
    station.press("7", wait=False)
    station.clock.advance(280)
    station.press(".", wait=False)
    station.qtbot.waitUntil(lambda: not station.window.awaits_desk, timeout=PATIENCE)
    station.clock.advance(280)
    station.window.pump()
    station.press("5", wait=False)
    station.rest()
    assert station.desk.answers["q1"] == "7"
    assert "q2" not in station.desk.answers


def test_one_point_five_takes_nothing(station: Station) -> None:
    station.go_to("q1")
    station.press("1")
    for key in ".5":
        station.clock.advance(200)
        station.press(key, wait=False)
    assert "q1" not in station.desk.answers
    assert readout(station) == ""


def test_the_entered_score_is_shown_before_the_next_question(station: Station) -> None:
    station.go_to("q1")
    station.press("8", wait=False)
    station.qtbot.waitUntil(lambda: not station.window.awaits_desk, timeout=PATIENCE)
    assert station.desk.answers["q1"] == "8"
    assert readout(station) == "8"
    station.clock.advance(299)
    station.window.pump()
    assert station.screen.question is not None
    assert station.screen.question.name == "q1"
    station.clock.advance(1)
    station.window.pump()
    assert station.screen.question.name == "q2"
    assert readout(station) == ""


def test_keys_within_a_quarter_second_of_a_new_question_are_ignored(station: Station) -> None:
    station.go_to("q1")
    station.press("8", wait=False)
    station.qtbot.waitUntil(lambda: not station.window.awaits_desk, timeout=PATIENCE)
    station.clock.advance(300)
    station.window.pump()
    station.clock.advance(249)
    station.press("3", wait=False)
    station.rest()
    assert "q2" not in station.desk.answers
    station.press("3")
    assert station.desk.answers["q2"] == "3"


def test_a_finger_resting_on_a_key_answers_once(station: Station) -> None:
    station.go_to("q1")
    for auto_repeat in (False, True, True, True):
        event = QKeyEvent(
            QEvent.Type.KeyPress, Qt.Key.Key_8, Qt.KeyboardModifier.NoModifier, "8", auto_repeat
        )
        QApplication.sendEvent(station.window.windowHandle(), event)
        station.rest()
    assert station.desk.answers["q1"] == "8"
    assert "q2" not in station.desk.answers


def test_full_width_digits_are_taken(station: Station) -> None:
    station.go_to("age")
    for letter in "４５":
        station.rest()
        event = QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, letter)
        QApplication.sendEvent(station.window.windowHandle(), event)
    station.press(ENTER)
    assert station.desk.answers["age"] == "45"


@pytest.mark.parametrize("key", [Qt.Key.Key_F9, "-"])
def test_dont_know_has_its_own_key(station: Station, key: Qt.Key | str) -> None:
    station.go_to("q1")
    station.press(key)
    assert station.desk.answers["q1"] == "98"


def test_refused_has_its_own_key(station: Station) -> None:
    station.go_to("q1")
    station.press(Qt.Key.Key_F6)
    assert station.desk.answers["q1"] == "99"


def test_a_question_without_dont_know_says_so(station: Station) -> None:
    station.go_to("lives")
    station.press(Qt.Key.Key_F9)
    assert "no “Don’t know”" in hint(station)
    assert "lives" not in station.desk.answers


def test_back_shows_the_stored_score_and_enter_keeps_it(station: Station) -> None:
    station.go_to("q2")
    station.press(Qt.Key.Key_F7)
    station.until(lambda s: s.question is not None and s.question.name == "q1")
    assert readout(station) == "8"
    station.press(ENTER)
    station.until(lambda s: s.question is not None and s.question.name == "q2")
    assert station.desk.answers["q1"] == "8"


def test_a_number_takes_digits_only(station: Station) -> None:
    station.go_to("age")
    station.press("x")
    assert hint(station) == "Digits only here."
    station.press(ENTER)
    assert hint(station) == "Enter an answer first."
    assert "age" not in station.desk.answers


def test_a_value_the_desk_refuses_stays_unanswered_and_says_why(station: Station) -> None:
    station.go_to("q1")
    field = station.window.face.interview.fields.score
    field.commit("7.5")  # no key can do this; a study's own constraint might
    station.rest()
    station.until(lambda s: s.question is not None and bool(s.question.error))
    assert hint(station) == "请打整数分（0到10分）。"
    assert readout(station) == ""


def test_typed_words_survive_the_ticking_of_the_clock(station: Station) -> None:
    station.go_to("comment")
    station.press(*"more light")
    elapsed = station.screen.elapsed
    station.until(lambda s: s.elapsed > elapsed)
    assert station.window.face.interview.draft() == "more light"


def test_words_not_yet_entered_when_the_line_drops_become_the_note(station: Station) -> None:
    station.go_to("comment")
    station.press(*"more li")
    station.bridge.tell(lambda _desk: station.desk.line_drops())
    station.until(lambda s: s.page is Page.OUTCOME)
    assert "more li" in station.window.face.outcome._note.text()


def test_a_note_is_written_without_leaving_the_question(station: Station) -> None:
    station.go_to("q1")
    station.press(Qt.Key.Key_F8, *"noisy", ENTER)
    assert station.desk.notes == ["noisy"]
    station.press("8")
    assert station.desk.answers["q1"] == "8"


def test_escape_closes_the_note_and_stores_nothing(station: Station) -> None:
    station.go_to("q1")
    station.press(Qt.Key.Key_F8, *"oops", Qt.Key.Key_Escape, "8")
    assert station.desk.notes == []
    assert station.desk.answers["q1"] == "8"


def test_the_interview_changes_language_and_the_window_does_not(station: Station) -> None:
    station.go_to("q1")
    station.press(Qt.Key.Key_F11)
    station.until(lambda s: s.language == "en")
    assert "How much weight" in station.window.face.interview.wording.read.text()
    assert station.language.current == "en"
    station.press(Qt.Key.Key_F10)
    assert station.language.current == "zh"
    assert "How much weight" in station.window.face.interview.wording.read.text()
    assert "不读" in station.window.face.interview.wording.not_read.text()


def test_hanging_up_an_interview_takes_two_presses(station: Station) -> None:
    station.go_to("q1")
    station.press(Qt.Key.Key_F5)
    assert ("hang_up",) not in station.desk.verbs
    assert "once more" in hint(station)
    station.press(Qt.Key.Key_F5)
    station.until(lambda s: s.page is Page.OUTCOME)
    assert ("hang_up",) in station.desk.verbs


def test_an_answer_between_takes_the_first_press_back(station: Station) -> None:
    station.go_to("q1")
    station.press(Qt.Key.Key_F5, "8")
    station.until(lambda s: s.question is not None and s.question.name == "q2")
    station.press(Qt.Key.Key_F5)
    assert ("hang_up",) not in station.desk.verbs


def test_ringing_is_hung_up_with_one_press_and_enter_does_nothing(station: Station) -> None:
    station.desk.rings = 10_000
    station.until(lambda s: s.page is Page.SIGN_IN)
    station.press(*"Li", ENTER, ENTER, ENTER)
    station.until(lambda s: s.page is Page.DIALING)
    station.press(ENTER)
    assert ("hang_up",) not in station.desk.verbs
    station.press(Qt.Key.Key_F5)
    station.until(lambda s: s.page is Page.OUTCOME)
    assert station.screen.proposed == "16"


def test_what_is_not_read_is_never_in_the_text_to_read(station: Station) -> None:
    station.go_to("q1")
    question, page = station.screen.question, station.window.face.interview
    assert question is not None
    reading = [w.text() for w in page.findChildren(QLabel) if w.property("role") == "question"]
    assert reading == [question.read_aloud]
    assert page.wording.instruction.text() == question.instruction
    assert page.wording.instruction.isVisible()
    assert page.wording.not_read.text() == "Not read"


def test_saboteur_a_pace_without_hold_or_guard_lets_a_hurried_key_through() -> None:
    """The two tests above go red when the pace listens at once."""
    clock = VirtualClock(now=0)
    careful, careless = Pace(clock), Pace(clock)
    careful.entered()
    careful.painted()
    assert careless.listening
    assert not careful.listening
    clock.advance(300)
    assert careful.listening
