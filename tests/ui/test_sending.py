"""Sending in the background: on a thread of its own, told to the desk, shown between calls; a stuck round delays nobody."""

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel

from app.clock import VirtualClock
from app.interview.screen import LineView, Page, Screen, SendingView
from app.settings import Settings
from app.sync.rhythm import FIRST_PAUSE, SOON, Rhythm
from app.sync.round_process import RoundProcess, Told, read_round, round_command
from tests.ui.conftest import Station
from tests.ui.shots import screens
from ui.sending import Sender

PATIENCE = 60
"""Seconds to wait for what a loaded machine does late."""
NOON = 1_700_020_800_000


@dataclass
class StandIn:
    """answers: how the rounds go. begun: who was signed in at each. stuck: a round that never ends by itself."""

    answers: "queue.Queue[Told]" = field(default_factory=queue.Queue)
    begun: "queue.Queue[str]" = field(default_factory=queue.Queue)
    threads: set[int] = field(default_factory=set)

    def run(self, who: str, *, counts: bool = False) -> Told:
        self.threads.add(threading.get_ident())
        self.begun.put("counts" if counts else who)
        return self.answers.get(timeout=PATIENCE)

    def stop(self) -> None:
        self.answers.put(Told(-1, away=True, fault="killed"))


@dataclass
class Place:
    clock: VirtualClock
    rounds: StandIn
    told: "queue.Queue[SendingView]"
    sender: Sender

    def later(self, milliseconds: int, screen: Screen) -> None:
        self.clock.advance(milliseconds)
        self.sender.heard(screen)


@pytest.fixture
def place() -> Iterator[Place]:
    clock, rounds = VirtualClock(NOON), StandIn()
    told: queue.Queue[SendingView] = queue.Queue()
    sender = Sender(Rhythm(300_000, clock.mono(), lambda: 0.5), rounds, clock, told.put)
    sender.start()
    yield Place(clock, rounds, told, sender)
    sender.stop()


READY = Screen(page=Page.READY, interviewer="李梅")


def test_a_round_is_made_for_whoever_is_signed_in_and_told(place: Place) -> None:
    place.rounds.answers.put(Told(0))
    place.later(FIRST_PAUSE, READY)
    assert place.rounds.begun.get(timeout=PATIENCE) == "李梅"
    view = place.told.get(timeout=PATIENCE)
    assert (view.last, view.since) == (place.clock.wall(), 0)
    assert threading.get_ident() not in place.rounds.threads


def test_during_a_call_no_round_begins_and_after_it_one_does(place: Place) -> None:
    place.rounds.answers.put(Told(0))
    on_line = replace(READY, page=Page.INTERVIEW, line=LineView.TALKING)
    place.sender.heard(on_line)
    place.later(FIRST_PAUSE * 2, on_line)
    assert place.rounds.begun.empty()
    place.later(0, replace(READY, page=Page.OUTCOME, line=LineView.ENDED))
    assert place.rounds.begun.get(timeout=PATIENCE) == "李梅"


def test_who_begins_in_a_nearly_full_cell_tells_the_counts_during_the_call_and_only_once(
    place: Place,
) -> None:
    place.rounds.answers.put(Told(0))
    place.later(FIRST_PAUSE, READY)
    assert place.rounds.begun.get(timeout=PATIENCE) == "李梅"
    place.told.get(timeout=PATIENCE)
    on_line = replace(READY, page=Page.INTERVIEW, line=LineView.TALKING, scarce=True)
    place.sender.heard(on_line)
    place.rounds.answers.put(Told(0, away=True, fault="Central cannot be reached"))
    place.later(SOON, on_line)
    assert place.rounds.begun.get(timeout=PATIENCE) == "counts"
    place.later(SOON, on_line)
    place.rounds.answers.put(Told(0))
    place.later(SOON, replace(READY, page=Page.OUTCOME, line=LineView.ENDED))
    place.later(SOON, READY)
    place.later(SOON, READY)
    assert place.rounds.begun.get(timeout=PATIENCE) == "李梅", "the whole round comes after the call"


def test_central_that_is_away_and_one_that_refuses_are_told_apart(place: Place) -> None:
    place.rounds.answers.put(Told(3, away=True, fault="Central cannot be reached"))
    place.later(FIRST_PAUSE, READY)
    away = place.told.get(timeout=PATIENCE)
    assert (away.waiting, away.since, away.refused) == (3, place.clock.wall(), "")
    place.rounds.answers.put(Told(3, fault="Central refused: fork"))
    place.later(FIRST_PAUSE, READY)
    refused = place.told.get(timeout=PATIENCE)
    assert (refused.since, refused.refused) == (away.since, "Central refused: fork")


def test_the_end_does_not_wait_for_a_round_that_hangs(place: Place) -> None:
    place.later(FIRST_PAUSE, READY)
    place.rounds.begun.get(timeout=PATIENCE)
    place.sender.stop()
    assert place.told.empty()


@pytest.mark.parametrize(
    ("code", "out", "err", "told"),
    [
        (0, b'{"events":4,"objects":2,"waiting":0}\n', b"", Told(0)),
        (
            1,
            b'{"error":"away","refused":false,"waiting":3}\n',
            b"fangxin: away\n",
            Told(3, away=True, fault="away"),
        ),
        (
            1,
            b'{"error":"no","refused":true,"waiting":3,"word":"fork"}\n',
            b"fangxin: no\n",
            Told(3, fault="no", word="fork"),
        ),
        (
            2,
            b"",
            b"fangxin: No study is installed here yet.\n",
            Told(-1, fault="No study is installed here yet."),
        ),
        (-9, b"", b"", Told(-1, fault="exit -9")),
    ],
)
def test_what_a_round_has_said_is_read(code: int, out: bytes, err: bytes, told: Told) -> None:
    assert read_round(code, out, err) == told


def test_nobody_signed_in_keeps_no_case(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, central_url="http://127.0.0.1:9")
    assert round_command(settings, "")[-2:] == ["--keep", "0"]
    assert round_command(settings, "李梅")[-2:] == ["--who", "李梅"]
    assert round_command(settings, "李梅", counts=True)[-2:] == ["--json", "--counts"]


def test_the_window_says_how_the_sending_stands_between_calls_only(station: Station) -> None:
    panel = station.window.face.sending
    station.until(lambda s: s.page is Page.SIGN_IN)
    assert not panel.isVisible()
    station.language.use("zh")
    view = SendingView(at=NOON, last=NOON - 22 * 60_000, waiting=3, since=NOON - 10 * 60_000)
    station.bridge.tell(lambda desk: desk.sending(view))
    station.until(lambda s: s.sending == view)
    assert panel.isVisible()
    assert panel.words(view) == (
        "最近上传：11:38。待上传的加密文件：3 个。自 11:50 起连不上中心服务器；数据都保存在本机，连通后自动上传。"
    )
    assert "11-14 11:38" in panel.words(replace(view, last=view.last - 24 * 3_600_000))
    station.bridge.tell(lambda _desk: station.desk.talk_at("q1"))
    station.until(lambda s: s.page is Page.INTERVIEW)
    assert not panel.isVisible()


def test_a_fork_is_a_stop_in_red_that_is_said_in_chinese(station: Station) -> None:
    panel = station.window.face.sending
    station.language.use("zh")
    fork = "Central refused: This contradicts what the device handed in before (POST http://10.0.0.2:12340/v1/x)."
    view = SendingView(at=NOON, last=NOON, waiting=3, since=NOON, refused=fork, word="fork")
    station.bridge.tell(lambda desk: desk.sending(view))
    station.until(lambda s: s.sending == view)
    warned = [each for each in panel.findChildren(QLabel) if each.property("tone") == "danger"]
    assert [each.text() for each in warned if each.isVisible()] == [panel.alarm(view)]
    assert panel._warning.property("tone") == "danger"
    assert panel.alarm(view) == "上传未成功：本工作站的记录与此前上传的不一致。请停止访问，联系督导。"
    assert panel.alarm(view) not in panel.words(view)
    assert panel.alarm(replace(view, word="")) == (
        "上传未成功：中心服务器不接受：这与该设备以前上传的内容矛盾（POST http://10.0.0.2:12340/v1/x）。"
    )
    well = SendingView(at=NOON, last=NOON)
    station.bridge.tell(lambda desk: desk.sending(well))
    station.until(lambda s: s.sending == well)
    assert not any(each.isVisible() for each in warned)
    other = replace(view, word="clock")
    station.bridge.tell(lambda desk: desk.sending(other))
    station.until(lambda s: s.sending == other)
    assert (panel._warning.property("tone"), panel._warning.isVisible()) == ("warning", True)


def test_a_desk_that_must_stop_shows_it_beside_the_case_and_not_in_a_call(still: Station) -> None:
    fork = SendingView(at=NOON, refused="Central refused", word="fork")
    panel, shown = still.window.face.sending, dict(screens("en"))
    for name, seen in (("03-ready", True), ("05-case", True), ("13-q1", False)):
        for view, visible in ((fork, seen), (replace(fork, word="clock"), seen and name == "03-ready")):
            still.clock.advance(1000)
            still.window._arrived(replace(shown[name], sending=view))
            assert panel.isVisible() is visible, (name, view.word)
    for page, name in ((still.window.face.ready, "03-ready"), (still.window.face.case, "05-case")):
        for view, role in ((fork, "again"), (SendingView(at=NOON), "primary")):
            still.clock.advance(1000)
            still.window._arrived(replace(shown[name], sending=view))
            assert page._button.property("role") == role


def test_what_central_had_lost_is_a_warning_though_the_sending_goes_on(station: Station) -> None:
    view = SendingView(
        alarm="Central had lost lines that it signed for (it held 0 of 3); they are handed in again"
    )
    panel = station.window.face.sending
    station.language.use("zh")
    station.bridge.tell(lambda desk: desk.sending(view))
    station.until(lambda s: s.sending == view)
    warned = [each for each in panel.findChildren(QLabel) if each.property("tone") == "warning"]
    assert [each.text() for each in warned if each.isVisible()] == [
        "中心服务器丢失了已出具回执的记录（仅剩 0 条，应有 3 条），本机正在重新上传。请告知督导。"
    ]
    assert panel.words(view) == "", "no round of this window has said yet when anything was sent"
    both = replace(view, refused="Central refused: fork", word="fork")
    assert panel.alarm(both).splitlines() == [
        panel.alarm(replace(both, alarm="")),
        panel.alarm(view),
    ]


def test_a_real_round_says_what_is_wrong_and_ends_when_it_is_told_to(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('central_url = "http://127.0.0.1:9"')
    settings = Settings(data_dir=tmp_path)
    assert "No study is installed" in RoundProcess(settings).run("").fault
    stopped = RoundProcess(settings)
    stopped.stop()
    assert stopped.run("").fault
