"""Where threads meet Qt."""

import threading

from pytestqt.qtbot import QtBot

from tests.ui.fake_desk import FakeDesk
from ui.bridge import Bridge


def test_screens_arrive_on_the_window_s_thread(qtbot: QtBot) -> None:
    heard: list[tuple[str, int]] = []
    bridge = Bridge(FakeDesk)

    def hear(screen: object) -> None:
        heard.append((type(screen).__name__, threading.get_ident()))

    bridge.screen_changed.connect(hear)
    with qtbot.waitSignal(bridge.screen_changed, timeout=3000):
        bridge.start()
    bridge.stop()
    qtbot.waitUntil(lambda: bool(heard), timeout=3000)
    assert heard[0] == ("Screen", threading.get_ident())


def test_slow_work_runs_elsewhere_and_is_told_here(qtbot: QtBot) -> None:
    bridge = Bridge(FakeDesk)
    told: list[int] = []
    failed: list[BaseException] = []
    bridge.run(threading.get_ident, lambda there: told.extend((there, threading.get_ident())), failed.append)
    qtbot.waitUntil(lambda: len(told) == 2, timeout=3000)
    assert told[1] == threading.get_ident() != told[0]
    assert failed == []
    bridge.stop()


def test_work_that_fails_is_told_as_failed(qtbot: QtBot) -> None:
    bridge = Bridge(FakeDesk)
    told: list[BaseException] = []

    def fail() -> None:
        raise OSError("no disk")

    bridge.run(fail, lambda _result: None, told.append)
    qtbot.waitUntil(lambda: len(told) == 1, timeout=3000)
    assert str(told[0]) == "no disk"
    bridge.stop()


def test_many_calls_from_many_threads_arrive_each_thread_s_in_order(qtbot: QtBot) -> None:
    bridge = Bridge(FakeDesk)
    told: list[tuple[int, int]] = []
    tell = bridge.here(lambda who, what: told.append((who, what)))
    threads = [
        threading.Thread(target=lambda w=who: [tell(w, what) for what in range(50)]) for who in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    qtbot.waitUntil(lambda: len(told) == 200, timeout=3000)
    for who in range(4):
        assert [what for w, what in told if w == who] == list(range(50))
    bridge.stop()
