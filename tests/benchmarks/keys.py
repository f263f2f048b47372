"""From the key press to the next question painted, in the real window with the real desk on its own thread.

    python -m tests.benchmarks.keys FOLDER SEED INTERVIEWS

Prints one JSON object: ms from the press of the key that gives the answer to the return of the next question's paint event, and how
much of it the window holds the entered value on screen on purpose.
"""

import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.clock import SystemClock, VirtualClock
from app.interview.screen import Page, QuestionView, Screen
from tests.desk_room import NOON, Room, talker
from tests.desk_talk import SAYS, drawn
from ui.bridge import Bridge
from ui.language import Language
from ui.pace import HOLD
from ui.theme import Theme
from ui.window import DeskWindow

_PATIENCE = 60.0


class RunningClock(VirtualClock):
    """Real time, but a study's day."""

    def __init__(self) -> None:
        super().__init__(NOON)
        self._began = time.monotonic_ns()

    def mono(self) -> int:
        return (time.monotonic_ns() - self._began) // 1_000_000

    def wall(self) -> int:
        return NOON + self.mono()


class Hands(QObject):
    """Types into the window and waits for what is painted."""

    def __init__(self, app: QApplication, window: DeskWindow) -> None:
        super().__init__()
        self._app, self._window = app, window
        self.painted_at = 0.0
        window.face.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent, /) -> bool:
        if event.type() == QEvent.Type.UpdateRequest:
            self.painted_at = time.perf_counter()
        return False

    @property
    def screen(self) -> Screen:
        assert self._window.shown is not None
        return self._window.shown

    def until(self, page: Page, question: str = "") -> float:
        """Spin the event loop until this is painted; returns when it was, by the clock of perf_counter."""
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            self._app.processEvents()
            shown = self._window.shown
            if shown is not None and shown.page is page and _other(shown.question, question):
                self._window.grab()  # every pixel of it is drawn, whatever the platform coalesces
                return time.perf_counter()
            time.sleep(0.0005)
        raise RuntimeError(f"the window never showed {page.value} after {question or 'the start'}")

    def press(self, *keys: str | Qt.Key) -> float:
        """Keys, once the window listens; returns when the last one was pressed."""
        pressed = 0.0
        for key in keys:
            while not self._window._pace.listening:
                self._app.processEvents()
                time.sleep(0.0005)
            pressed = time.perf_counter()
            QTest.keyClick(self._window.windowHandle(), key)  # type: ignore[call-overload]
        return pressed


def _other(question: QuestionView | None, name: str) -> bool:
    return not name or (question is not None and question.name != name)


def keys_for(question: QuestionView) -> tuple[str | Qt.Key, ...]:
    """What an interviewer presses."""
    if question.kind in ("note", "text"):
        return (Qt.Key.Key_Return,)
    value = SAYS[question.name]
    return (
        (*value, Qt.Key.Key_Return) if question.kind == "integer" and question.scale is None else tuple(value)
    )


def interview(hands: Hands) -> list[tuple[str, float]]:
    """One call; (kind of the question that was answered, ms until the next was painted)."""
    hands.press(Qt.Key.Key_Return)
    hands.until(Page.CASE)
    hands.press(Qt.Key.Key_Return)
    hands.until(Page.INTERVIEW)
    times = []
    while (question := hands.screen.question) is not None and question.name != "thanks":
        pressed = hands.press(*keys_for(question))
        painted = hands.until(Page.INTERVIEW, question.name)
        times.append(
            ("held" if question.kind not in ("note", "text") else "free", (painted - pressed) * 1000)
        )
    hands.press(Qt.Key.Key_Return)
    hands.until(Page.OUTCOME)
    hands.press(Qt.Key.Key_Return)
    hands.until(Page.READY)
    return times


def main(folder: Path, seed: str, interviews: int) -> None:
    """Sit down, do the interviews, print the times."""
    app = QApplication(["fangxin"])
    rooms: list[Room] = []

    def make_desk():  # type: ignore[no-untyped-def]
        people = {case.number: talker(case.number, pickup_after=0.1) for case in drawn(seed, 40)}
        rooms.append(Room(folder / "desk", seed, 40, people, RunningClock()).open())
        return rooms[0].desk

    bridge = Bridge(make_desk)
    window = DeskWindow(
        bridge, clock=SystemClock(), language=Language("zh"), theme=Theme(app), log=folder / "log"
    )
    window.ending.unattended = True
    window.resize(1366, 768)
    window.show()
    hands = Hands(app, window)
    bridge.start()
    hands.until(Page.SIGN_IN)
    hands.press("L", "i", Qt.Key.Key_Return)
    hands.until(Page.READY)
    times = [each for _ in range(interviews) for each in interview(hands)]
    bridge.stop()
    print(
        json.dumps({"hold": HOLD, **{kind: [t for k, t in times if k == kind] for kind in ("held", "free")}})
    )
    sys.stdout.flush()
    os._exit(0)  # the desk's files are closed; Qt's own goodbyes are not measured


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
