"""Where threads meet Qt."""

import subprocess
import sys
import threading

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.conftest import PATIENCE
from tests.ui.fake_desk import FakeDesk
from ui.bridge import Bridge


def test_screens_arrive_on_the_window_s_thread(qtbot: QtBot) -> None:
    heard: list[tuple[str, int]] = []
    bridge = Bridge(FakeDesk)

    def hear(screen: object) -> None:
        heard.append((type(screen).__name__, threading.get_ident()))

    bridge.screen_changed.connect(hear)
    with qtbot.waitSignal(bridge.screen_changed, timeout=PATIENCE):
        bridge.start()
    bridge.stop()
    qtbot.waitUntil(lambda: bool(heard), timeout=PATIENCE)
    assert heard[0] == ("Screen", threading.get_ident())


def test_slow_work_runs_elsewhere_and_is_told_here(qtbot: QtBot) -> None:
    bridge = Bridge(FakeDesk)
    told: list[int] = []
    failed: list[BaseException] = []
    bridge.run(threading.get_ident, lambda there: told.extend((there, threading.get_ident())), failed.append)
    qtbot.waitUntil(lambda: len(told) == 2, timeout=PATIENCE)
    assert told[1] == threading.get_ident() != told[0]
    assert failed == []
    bridge.stop()


def test_work_that_fails_is_told_as_failed(qtbot: QtBot) -> None:
    bridge = Bridge(FakeDesk)
    told: list[BaseException] = []

    def fail() -> None:
        raise OSError("no disk")

    bridge.run(fail, lambda _result: None, told.append)
    qtbot.waitUntil(lambda: len(told) == 1, timeout=PATIENCE)
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
    qtbot.waitUntil(lambda: len(told) == 200, timeout=PATIENCE)
    for who in range(4):
        assert [what for w, what in told if w == who] == list(range(50))
    bridge.stop()


_LATE = """
import sys, threading
from PySide6.QtWidgets import QApplication
from app.interview.screen import Screen
from tests.ui.fake_desk import FakeDesk
from ui import application
from ui.bridge import Bridge

class Rounds:
    def stop(self): pass

class Itself(Bridge):
    # the saboteur: the sender's own method hears; once that does no harm, PySide is mended and the lambda in _send can go
    class _Signal:
        def __init__(self, signal): self.signal = signal
        def connect(self, hearer):
            sender = hearer.__closure__[0].cell_contents
            self.signal.connect(sender.heard)
    def __getattribute__(self, name):
        found = super().__getattribute__(name)
        return Itself._Signal(found) if name == "screen_changed" and self.hearing else found
    hearing = False

app = QApplication([])
for _ in range(200):
    bridge = (Itself if sys.argv[1] == "itself" else Bridge)(FakeDesk)
    bridge.hearing = True
    stop = application._send(Rounds(), 5, bridge)
    bridge.hearing = False
    desk = threading.Thread(target=lambda: [bridge.screen_changed.emit(Screen()) for _ in range(20)])
    desk.start()
    desk.join()
    stop()
    for thread in threading.enumerate():
        if thread.name == "sender":
            thread.join()
    del stop, desk
    app.processEvents()
print("well")
"""


@pytest.mark.parametrize(("hearer", "ends"), [("as shipped", True), ("itself", False)])
def test_a_screen_that_comes_when_the_sender_is_gone_does_not_end_the_process(
    hearer: str, ends: bool
) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _LATE, hearer], capture_output=True, text=True, timeout=240, check=False
    )
    assert ("well" in ran.stdout) is ends, ran.stderr[-2000:]
    assert (ran.returncode < 0) is not ends, f"ended with {ran.returncode}: {ran.stderr[-2000:]}"
