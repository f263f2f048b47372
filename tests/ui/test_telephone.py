"""The telephone in the window: answered by hand, dialling by itself, what the device says."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.errors import LineError
from app.interview.screen import LineView, Notice, Page, RecordingView
from app.interview.telephone_views import ConditionView, DeviceView
from tests.ui.conftest import Station
from tests.ui.shots import screens
from ui.actions import ACTIONS, Act

ENTER, SPACE = Qt.Key.Key_Return, Qt.Key.Key_Space
RINGS = "somebody is calling this line: try again when it is quiet"


def dialling(station: Station, device: DeviceView) -> None:
    """A number is being dialled on this device; the line does not answer by itself."""
    station.desk.rings = 10**9
    station.until(lambda s: s.page is Page.SIGN_IN)
    station.press(*"Li", ENTER)
    station.until(lambda s: s.page is Page.READY)
    station.press(ENTER)
    station.until(lambda s: s.page is Page.CASE)
    station.press(ENTER)
    station.bridge.tell(lambda _desk: station.desk.show(device=device))
    station.until(lambda s: s.page is Page.DIALING and s.device == device)


def told(station: Station) -> list[str]:
    """The verbs that the desk was told."""
    return [verb[0] for verb in station.desk.verbs]


def test_on_a_line_that_cannot_tell_space_says_that_somebody_answers(station: Station) -> None:
    dialling(station, DeviceView(marks_answer=True))
    assert station.window.face.dialing._answered.isVisible()
    assert "press Space" in station.window.face.dialing._text.text()
    station.press(SPACE)
    station.until(lambda s: s.page is Page.INTERVIEW)
    assert told(station).count("mark_answered") == 1


def test_on_a_line_that_tells_space_does_nothing(station: Station) -> None:
    dialling(station, DeviceView())
    assert not station.window.face.dialing._answered.isVisible()
    station.press(SPACE)
    assert "mark_answered" not in told(station)


def test_enter_is_not_the_key_for_answered_and_space_held_down_counts_once(station: Station) -> None:
    dialling(station, DeviceView(marks_answer=True))
    station.press(ENTER)
    assert "mark_answered" not in told(station)
    station.press(SPACE)
    station.until(lambda s: s.page is Page.INTERVIEW)
    station.press(SPACE)
    assert told(station).count("mark_answered") == 1


def test_who_dials_by_hand_is_told_so(station: Station) -> None:
    dialling(station, DeviceView(marks_answer=True, by_hand=True))
    assert "Dial this number on your telephone" in station.window.face.dialing._text.text()


def test_dialling_by_itself_can_be_paused_and_gone_on_with_where_it_is_allowed(station: Station) -> None:
    dialling(station, DeviceView())
    station.window.press(Act.AUTO_DIAL)
    station.rest()
    assert "pause" not in told(station), "not allowed here"
    station.bridge.tell(lambda _desk: station.desk.show(auto_dial=True))
    station.until(lambda s: s.auto_dial is True)
    button = station.window.face.keys._buttons[Act.AUTO_DIAL]
    assert button.isVisible()
    button.click()
    station.until(lambda s: s.auto_dial is False)
    assert told(station).count("pause") == 1


@pytest.mark.parametrize(
    ("device", "text", "tone"),
    [
        (DeviceView(), "", "quiet"),
        (DeviceView(present=False, muted=True), "Device unplugged", "danger"),
        (DeviceView(muted=True), "Muted", "danger"),
        (
            DeviceView(conditions=(ConditionView("echo", "the headset, after 40 ms", good=False),)),
            "Echo: the headset, after 40 ms",
            "danger",
        ),
        (
            DeviceView(conditions=(ConditionView("microphone-level", "silent", good=False),)),
            "Microphone: silent",
            "danger",
        ),
        (
            DeviceView(conditions=(ConditionView("registration", "home"), ConditionView("signal", "17"))),
            "Network: registered · Signal: 17",
            "quiet",
        ),
        (DeviceView(conditions=(ConditionView("line-audio", "good"),)), "", "quiet"),
        (
            DeviceView(conditions=(ConditionView("signal", "-108 dBm", good=False),)),
            "Weak signal: -108 dBm",
            "danger",
        ),
        (
            DeviceView(conditions=(ConditionView("signal", "unknown", good=False),)),
            "Signal: unknown",
            "danger",
        ),
        (
            DeviceView(conditions=(ConditionView("fault", RINGS, good=False),)),
            "Incoming call: wait until it is quiet",
            "danger",
        ),
        (
            DeviceView(conditions=(ConditionView("sim", "SIM PIN", good=False),)),
            "SIM card: asks for its PIN",
            "danger",
        ),
    ],
)
def test_the_strip_says_what_is_wrong_with_the_telephone_and_nothing_else(
    still: Station, device: DeviceView, text: str, tone: str
) -> None:
    ready = dict(screens("en"))["03-ready"]
    still.clock.advance(1000)
    still.window._arrived(replace(ready, device=device))
    chip = still.window.face.status._device
    assert (chip.text(), chip.property("tone")) == (text, tone)
    assert chip.isVisible() is bool(text)


def test_the_tooltip_says_what_lasts_in_words_of_the_window(still: Station) -> None:
    still.language.use("zh")
    conditions = (
        ConditionView("line", ""),
        ConditionView("ear", "good"),
        ConditionView("handset", "off the hook"),
        ConditionView("incoming", "ringing at 4711"),
        ConditionView("line-audio", "moved to USB PnP", good=False),
    )
    still.clock.advance(1000)
    still.window._arrived(replace(dict(screens("zh"))["03-ready"], device=DeviceView(conditions=conditions)))
    assert still.window.face.status._device.toolTip().splitlines() == [
        "耳机：正常",
        "话机：手柄已拿起",
        "线路声音：被系统换接到 USB PnP，已停用",
    ]


def test_somebody_who_rings_is_no_device_fault_and_is_said_whole(still: Station) -> None:
    still.language.use("zh")
    rings = DeviceView(conditions=(ConditionView("fault", RINGS, good=False),))
    still.clock.advance(1000)
    still.window._arrived(replace(dict(screens("zh"))["03-ready"], device=rings))
    assert still.window.face.status._device.text() == "来电：正在振铃，请等铃声停了再拨"
    assert not still.window.face.notice.isVisible()


def test_a_line_that_cannot_be_opened_is_said_whole_and_leaves_the_strip_its_room(still: Station) -> None:
    error = LineError("The line voice_modem cannot be opened: no answer", where="COM3", todo="Ask IT.")
    device = DeviceView(conditions=(ConditionView("line", str(error), good=False),))
    face, whole = still.window.face, "线路 voice_modem 打不开：没有回应（COM3）。请联系技术人员。"
    still.language.use("zh")
    ready = replace(dict(screens("zh"))["03-ready"], device=device)
    still.clock.advance(1000)
    still.window._arrived(ready)
    assert face.notice._text.isVisible()
    assert face.notice._text.text() == whole
    assert face.status._device.text() == "线路 voice_modem 打不开：没有回应（COM3…"
    still.clock.advance(1000)
    still.window._arrived(replace(ready, notice=Notice.STOPPED, notice_text="The disk is full (/data)."))
    assert face.notice._detail.text() == "请告知督导：磁盘已满（/data）。"
    still.clock.advance(1000)
    still.window._arrived(replace(ready, device=DeviceView()))
    assert not face.notice.isVisible()


def test_a_lost_line_program_is_said_in_both_languages(still: Station) -> None:
    for iso, words in (("en", "The line program failed"), ("zh", "线路程序出错")):
        still.language.use(iso)
        screen = replace(dict(screens(iso))["20-outcome"], notice=Notice.LINE_LOST, notice_text="SIGKILL")
        still.clock.advance(1000)
        still.window._arrived(screen)
        assert words in still.window.face.notice._text.text()
        assert "SIGKILL" in still.window.face.notice._detail.text()


def test_a_resident_who_calls_back_is_found_by_his_number(station: Station) -> None:
    station.until(lambda s: s.page is Page.SIGN_IN)
    station.press(*"Li", ENTER)
    station.until(lambda s: s.page is Page.READY)
    station.press(Qt.Key.Key_F4)
    assert station.window.face.call_back.isVisible()
    station.press(*"13882800417", ENTER)
    station.until(lambda s: s.page is Page.CASE and s.notice is Notice.CALLED_BACK)
    assert ("called_back", "13882800417") in [tuple(verb) for verb in station.desk.verbs]
    assert not station.window.face.call_back.isVisible()


def test_mute_has_a_key_of_its_own_and_the_recording_runs_on(station: Station) -> None:
    station.call()
    QTest.keyClick(station.window.windowHandle(), Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    station.until(lambda screen: screen.device.muted)
    assert station.screen.recording is RecordingView.ON
    assert station.window.face.keys._buttons[Act.MUTE]._words.text() == "Unmute"
    QTest.keyClick(station.window.windowHandle(), Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    station.until(lambda screen: not screen.device.muted)


def test_no_mute_without_a_call_nor_on_a_telephone_dialled_by_hand(station: Station) -> None:
    station.call()
    talking = station.screen
    (mute,) = (action for action in ACTIONS if action.act is Act.MUTE)
    assert mute.works(talking)
    assert not mute.works(replace(talking, device=DeviceView(by_hand=True)))
    assert not mute.works(replace(talking, line=LineView.RINGING))
