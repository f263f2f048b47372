"""The window around the pages: idempotent, honest about what goes on, and never waiting."""

import threading
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.interview.screen import Entered, LineView, Notice, Page, Screen, UnsavedView
from tests.faults.owed import Look
from tests.ui.conftest import PATIENCE, Station
from tests.ui.shots import screens
from ui.actions import Act
from ui.dialogs import Crash, LeavingCall, LeavingOutcome, WorldFault

ENTER = Qt.Key.Key_Return


def paint(station: Station, screen: Screen) -> None:
    station.clock.advance(1000)
    station.window._arrived(screen)
    station.clock.advance(1000)


def picture(widget: QWidget) -> bytes:
    for _ in range(3):  # nested layouts settle in a few rounds; grab() does not wait for them
        QApplication.processEvents()
    image = widget.grab().toImage()
    return bytes(image.constBits())


@pytest.mark.parametrize("iso", ["zh", "en"])
def test_showing_a_screen_twice_changes_nothing(still: Station, iso: str) -> None:
    still.language.use(iso)
    face = still.window.face
    for name, screen in screens(iso):
        paint(still, screen)
        face.pages[screen.page].setFocus()  # no blinking cursor in the picture
        before = picture(face)
        face.draw(screen)
        face.draw(replace(screen))
        assert picture(face) == before, name


def test_a_page_keeps_nothing_of_another_call(still: Station) -> None:
    """Any order of screens gives the same picture as that screen alone."""
    some = dict(screens("zh"))
    paint(still, some["13b-stored"])
    paint(still, some["05-case"])
    once = picture(still.window.face)
    for name in ("20-outcome", "24-stopped", "12-county", "01-sign-in", "05-case"):
        paint(still, some[name])
    assert picture(still.window.face) == once


def test_the_rehearsal_banner_is_on_every_page(still: Station) -> None:
    for name, screen in screens("zh"):
        paint(still, screen)
        assert still.window.face.banner.isVisible(), name
        paint(still, replace(screen, rehearsal=False))
        assert not still.window.face.banner.isVisible(), name


def test_the_lamp_follows_the_recording_and_cannot_be_pressed(still: Station) -> None:
    some = dict(screens("en"))
    paint(still, some["13-q1"])
    lamp = still.window.face.status._lamp
    assert lamp.text() == "● Recording"
    assert lamp.focusPolicy() is Qt.FocusPolicy.NoFocus
    assert type(lamp).__name__ == "QLabel"
    paint(still, some["24-stopped"])
    assert lamp.text() == "▲ Recording trouble"


def test_the_practice_resident_is_heard_and_listens_in_between(still: Station) -> None:
    some = dict(screens("en"))
    caption = still.window.face.caption
    paint(still, some["13a-said"])
    assert "I’d say an eight" in caption._words.text()
    field = still.window.face.interview.fields.score
    before = field.mapToGlobal(field.rect().topLeft())
    paint(still, some["13-q1"])
    assert caption._words.text() == "is listening …"
    assert field.mapToGlobal(field.rect().topLeft()) == before, "the answer field does not move"
    paint(still, replace(some["13-q1"], rehearsal=False))
    assert not caption.isVisible()


def test_the_opening_note_has_no_number(still: Station) -> None:
    some = dict(screens("en"))
    paint(still, some["09-intro"])
    assert still.window.face.interview._progress.text() == ""
    paint(still, some["10-age"])
    assert still.window.face.interview._progress.text() == "1 of 6"


def test_a_stopped_desk_says_what_to_do_and_keeps_the_technical_words_apart(still: Station) -> None:
    paint(still, dict(screens("en"))["24-stopped"])
    notice = still.window.face.notice
    assert "tell your supervisor" in notice._text.text()
    assert "The disk is full" in notice._detail.text()
    assert notice._frame.property("tone") == "danger"


def test_a_stopped_desk_invites_nobody_to_dial(still: Station) -> None:
    still.language.use("zh")
    some, page = dict(screens("zh")), still.window.face.case
    paint(still, some["06b-case-stopped"])
    assert (page._button.text(), page._button.property("role")) == ("重新拨号　回车", "again")
    assert page._history.text() == "请告知督导。故障排除后再重新拨号。"
    paint(still, some["05-case"])
    assert (page._button.text(), page._button.property("role")) == ("拨号　回车", "primary")
    paint(still, replace(some["03-ready"], notice=Notice.STOPPED, notice_text="The disk is full (/data)."))
    assert still.window.face.ready._button.property("role") == "again"


def test_a_stopped_desk_speaks_of_a_call_only_while_one_is_on(still: Station) -> None:
    for iso, ending in (("en", "ending the call"), ("zh", "正在结束通话")):
        still.language.use(iso)
        some = dict(screens(iso))
        for name, in_call in (
            ("07-dialing", True),
            ("08-ringing", True),
            ("13-q1", True),
            ("03-ready", False),
            ("05-case", False),
            ("20-outcome", False),
        ):
            paint(still, replace(some[name], notice=Notice.STOPPED, notice_text="The disk is full (/data)."))
            assert (ending in still.window.face.notice._text.text()) is in_call, (iso, name)


def test_the_last_message_speaks_of_a_call_only_when_one_was_on(still: Station) -> None:
    still.language.use("zh")
    face, some = still.window.face, dict(screens("zh"))
    for screen, said in (
        (some["13-q1"], "正在结束通话并封存录音…"),
        (some["03-ready"], "正在关闭工作台…"),
        (None, "正在关闭工作台…"),
    ):
        face.take_leave(screen)
        assert face._message.text() == said


def test_what_could_not_be_saved_stands_on_the_screen_for_paper(still: Station) -> None:
    unsaved = (
        UnsavedView(Entered.ANSWER, "0badcafe", "q07", "9"),
        UnsavedView(Entered.OUTCOME, "0badcafe", "39", "磁盘坏了"),
        UnsavedView(Entered.REMARK, "0badcafe", "", "明天再打"),
    )
    notice = still.window.face.notice
    paint(still, replace(dict(screens("en"))["24-stopped"], unsaved=unsaved))
    assert notice._paper.isVisible()
    assert notice._paper.text().splitlines()[1:] == [
        "case 0badcafe, question q07: 9",
        "case 0badcafe, outcome 39 磁盘坏了",
        "case 0badcafe, remark: 明天再打",
    ]
    paint(still, dict(screens("en"))["24-stopped"])
    assert not notice._paper.isVisible()


def test_only_keys_that_do_something_are_shown(still: Station) -> None:
    def caps() -> set[str]:
        return {
            button._cap.text() for button in still.window.face.keys._buttons.values() if button.isVisible()
        }

    some = dict(screens("en"))
    paint(still, some["01-sign-in"])
    assert caps() == {"F1", "F10"}
    paint(still, some["09-intro"])
    assert caps() == {"F1", "F5", "F8", "F10", "F11", "Ctrl+M"}
    paint(still, some["15-comment"])
    assert caps() == {"F1", "F2", "F3", "F5", "F7", "F8", "F9", "F10", "F11", "Ctrl+M"}
    paint(still, some["20-outcome"])
    assert caps() == {"F1", "F8", "F10"}


def test_help_lists_this_page_s_keys(station: Station) -> None:
    station.go_to("q1")
    station.press(Qt.Key.Key_F1)
    panel = station.window.face.help
    assert panel.isVisible()
    words = [text.text() for _cap, text in panel._lines if text.isVisible()]
    assert "One question back; Enter keeps its answer" in words
    assert panel._scores.isVisible()
    for _page in range(3):  # as many as the list has in this window
        if panel.isVisible():
            station.press(Qt.Key.Key_F1)
    assert not panel.isVisible()


def test_the_reason_of_a_correction_has_one_name_in_the_bar_in_the_help_and_beside_its_field(
    still: Station,
) -> None:
    face = still.window.face
    for iso, name in (("en", "reason"), ("zh", "更正原因")):
        still.language.use(iso)
        paint(still, dict(screens(iso))["25a-correcting"])
        (helped,) = [text for cap, text in face.help._lines if cap.text() == "F8"]
        button = face.keys._buttons[Act.NOTE]
        said = (helped.text(), button.toolTip(), button._words.text(), face.outcome._note_word.text())
        assert [words for words in said if name not in words.lower()] == [], iso


def turns(qtbot: QtBot, until: threading.Event) -> list[Look]:
    """The turns of the event loop, a timer of 5 ms running, until the event is set."""
    looks = [Look.now()]
    timer = QTimer()
    timer.setInterval(5)
    timer.timeout.connect(lambda: looks.append(Look.now()))
    timer.start()
    qtbot.waitUntil(until.is_set, timeout=PATIENCE)
    timer.stop()
    return [*looks, Look.now()]


def gaps(qtbot: QtBot, until: threading.Event) -> list[float]:
    """Seconds between two of them, less what the machine owed meanwhile."""
    both = pairwise(turns(qtbot, until))
    return sorted(later.at - earlier.at - later.owed_since(earlier) for earlier, later in both)


def hold(desk_verb: threading.Event, seconds: float) -> threading.Event:
    """Let the verb go on after `seconds`; the returned event is set then."""
    done = threading.Event()

    def release() -> None:
        desk_verb.set()
        done.set()

    threading.Timer(seconds, release).start()
    return done


def typical(between: list[float]) -> float:
    """The gap that 98 of 100 stay below, seconds."""
    return between[int(len(between) * 0.98)]


def test_a_verb_of_two_seconds_does_not_stop_the_window(station: Station) -> None:
    """Compared with the same window on the same machine before and after it, when the desk has nothing to do: other programs may steal
    moments from all three alike, the desk from none."""
    station.go_to("q1")
    idle = gaps(station.qtbot, hold(threading.Event(), 1.0))
    station.desk.slow["answer"] = threading.Event()
    station.press("8", wait=False)
    between = gaps(station.qtbot, hold(station.desk.slow["answer"], 2.0))
    after = gaps(station.qtbot, hold(threading.Event(), 1.0))
    assert len(between) > min(100, len(idle), len(after)), "twice the time, so at least as many turns"
    assert typical(between) < max(0.05, 2 * typical(idle), 2 * typical(after))
    assert between[-1] < max(0.5, 2 * idle[-1], 2 * after[-1]), "nor did it wait for the desk even once"


def test_saboteur_the_same_verb_on_the_window_s_own_thread_stops_it(station: Station) -> None:
    station.go_to("q1")
    station.desk.slow["answer"] = threading.Event()
    done = hold(station.desk.slow["answer"], 0.8)
    QTimer.singleShot(50, lambda: station.desk.answer("8"))
    assert max(later.at - earlier.at for earlier, later in pairwise(turns(station.qtbot, done))) > 0.5


def test_while_a_slow_verb_runs_no_key_is_an_answer_and_the_wait_is_mentioned(station: Station) -> None:
    station.go_to("q1")
    station.desk.slow["answer"] = threading.Event()
    station.press("8", wait=False)
    station.clock.advance(5000)
    station.press("9", "9", wait=False)
    page = station.window.face.interview
    station.qtbot.waitUntil(lambda: "Saving" in page._hint.text(), timeout=PATIENCE)
    station.desk.slow["answer"].set()
    station.rest()
    assert "Saving" not in page._hint.text()
    assert [verb for verb in station.desk.verbs if verb[0] == "answer"] == [("answer", "8")]


def test_hanging_up_does_not_wait_for_a_slow_answer_to_be_painted(station: Station) -> None:
    station.go_to("q1")
    station.desk.slow["answer"] = threading.Event()
    station.press("8", wait=False)
    station.press(Qt.Key.Key_F5, Qt.Key.Key_F5, wait=False)
    station.desk.slow["answer"].set()
    station.until(lambda s: s.page is Page.OUTCOME)
    assert ("hang_up",) in station.desk.verbs


def test_closing_between_calls_asks_nothing_and_ends_the_desk(station: Station) -> None:
    station.until(lambda s: s.page is Page.SIGN_IN)
    station.window.close()
    station.qtbot.waitUntil(lambda: not station.window.isVisible(), timeout=PATIENCE)
    assert station.desk.closed
    assert station.window.ending.exit_code == 0


def test_closing_during_a_call_asks_and_enter_goes_on(station: Station) -> None:
    station.go_to("q1")
    station.window.close()
    question = station.window.ending.dialog
    assert isinstance(question, LeavingCall)
    QTest.keyClick(question, ENTER)
    assert station.window.isVisible()
    assert not station.desk.closed
    station.press("8")
    assert station.desk.answers["q1"] == "8"


def test_closing_during_a_call_all_the_same_hangs_up_first(station: Station) -> None:
    station.go_to("q1")
    station.window.close()
    question = station.window.ending.dialog
    assert isinstance(question, LeavingCall)
    question.leave.click()
    station.qtbot.waitUntil(lambda: not station.window.isVisible(), timeout=PATIENCE)
    assert [verb[0] for verb in station.desk.verbs][-2:] == ["hang_up", "close"]
    assert station.desk.screen.line is LineView.ENDED


def test_closing_before_the_outcome_is_entered_asks(station: Station) -> None:
    station.go_to("q1")
    station.bridge.tell(lambda _desk: station.desk.line_drops())
    station.until(lambda s: s.page is Page.OUTCOME)
    station.window.close()
    assert isinstance(station.window.ending.dialog, LeavingOutcome)


def test_a_bug_in_the_desk_shows_a_report_without_numbers_and_the_log_s_place(
    station: Station, tmp_path: Path
) -> None:
    station.go_to("q1")
    station.desk.broken = "answer"
    station.press("8", wait=False)
    station.qtbot.waitUntil(lambda: station.window.ending.dialog is not None, timeout=PATIENCE)
    crash = station.window.ending.dialog
    assert isinstance(crash, Crash)
    crash.copy.click()
    report = QGuiApplication.clipboard().text()
    assert "KeyError" in report
    assert "13800138000" not in report
    assert str(tmp_path / "fangxin.log") in crash._body.text()
    assert [verb[0] for verb in station.desk.verbs][-2:] == ["hang_up", "close"]
    crash.close_button.click()
    station.qtbot.waitUntil(lambda: not station.window.isVisible(), timeout=PATIENCE)
    assert station.window.ending.exit_code == 1


def test_a_note_refused_by_the_desk_is_said_beside_the_page(still: Station) -> None:
    paint(still, dict(screens("en"))["22-note-required"])
    assert "needs a note" in still.window.face.notice._text.text()
    assert still.window.face.outcome._note.property("needed") == "yes"


def test_no_case_is_a_state_of_its_own(still: Station) -> None:
    paint(still, dict(screens("en"))["04-no-cases"])
    assert still.window.face.ready._heading.text() == "No case right now"
    assert not still.window.face.notice.isVisible()
    due = datetime(2026, 11, 26, 18, 40, tzinfo=timezone(timedelta(hours=8)))
    paint(still, replace(still.screen, notice_text=str(round(due.timestamp() * 1000))))
    assert "11-26 18:40" in still.window.face.ready._text.text()


def test_a_fault_of_the_world_at_the_start_is_shown_as_it_is_worded(station: Station) -> None:
    from app.errors import StorageError

    fault = WorldFault(
        None, StorageError("The data folder is in use", where="/data", todo="Close the other window.")
    )
    assert fault._head.text() == "The disk or the local data cannot be used"
    assert fault._body.text() == "The data folder is in use (/data). Close the other window."
    assert not fault.report.isVisible()


def test_a_call_without_more_room_says_how_many_minutes_are_left(still: Station) -> None:
    paint(still, replace(dict(screens("en"))["20-outcome"], notice=Notice.NO_ROOM, notice_text="7"))
    notice = still.window.face.notice
    assert "only 7 more min" in notice._text.text()
    assert not notice._detail.isVisible()


def test_who_is_given_a_case_reads_that_and_why(still: Station) -> None:
    paint(
        still,
        replace(dict(screens("en"))["20-outcome"], notice=Notice.GIVEN, notice_text="He is at home now"),
    )
    notice = still.window.face.notice
    assert "team lead gives you this case" in notice._text.text()
    assert notice._detail.text() == "He is at home now", "told to him, and not to be passed on"


def test_every_notice_has_words(still: Station) -> None:
    for notice in Notice:
        paint(still, replace(dict(screens("en"))["20-outcome"], notice=notice))
        shown = still.window.face.notice.isVisible()
        assert shown == (notice not in (Notice.NONE, Notice.NO_CASES))
        assert bool(still.window.face.notice._text.text()) or notice is Notice.NONE
