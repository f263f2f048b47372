"""Pictures of every kind of question, for people: python -m tests.ui.shots_kinds FOLDER [--scale 2] [--language en] [--look dark].

Not a test. The real window before the real desk, on the practice study all-kinds.
"""

import argparse
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

Keys = tuple[object, ...]
SIZE = (1366, 768)
PATIENCE = 6000
"""Turns of the event loop, 10 ms each, until the desk must have answered; a loaded machine needs seconds to build it."""


def scenes() -> Iterator[tuple[str, str, Keys, dict[str, str]]]:
    """Name of the picture, question, keys that are pressed on it, answers that differ on the way to it."""
    from PySide6.QtCore import Qt

    shift, ctrl, key = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier, Qt.Key
    yield "01-score", "score", (), {}
    yield "02-probe", "score", (key.Key_F2,), {}
    yield "03-vague", "score", ((key.Key_F2, shift),), {}
    yield "04-soft", "score", ("2",), {}
    yield "05-rating", "rating", (), {}
    yield "06-share", "share", ("4",), {}
    yield "07-hours", "hours", ("1", ".", "5"), {}
    yield "08-channels", "channels", ("2", "3"), {}
    yield "09-order", "order", ("3", "1"), {}
    yield "10-occupation", "occupation", ("1", "2"), {}
    yield "11-date", "last_visit", tuple("2023110"), {}
    yield "12-time", "arrived", tuple("143"), {}
    yield "13-date-time", "finished", tuple("202311021600"), {}
    yield "14-together", "car", (), {}
    yield "15-who", "who[1]", (), {}
    yield "16-another", "member", (), {}
    yield "17-remove", "member", ((key.Key_Delete, ctrl),), {}
    yield "18-counted", "grade[2]", (), {"children": "3", "grade[1]": "4"}
    yield "19-shown-only", "people_named", (), {}
    yield "20-default", "city", (), {}
    yield "21-agree", "agree", (), {}
    yield "22-no-options", "town", (), {"county": "3"}
    yield "23-go-to", "city", (key.Key_F3,), {}
    yield "24-voids", "county", (key.Key_F7, key.Key_F7, "2"), {}
    yield "25-voids-more", "score", (key.Key_F3, *[key.Key_PageUp] * 3, key.Key_Return, "2"), {}


def shoot(folder: Path, language: str, look: str, scale: int, only: str) -> None:
    """Everything that `only` is part of the name of."""
    from PySide6.QtWidgets import QApplication

    from tests.ui.kinds_desk import KindsRoom
    from ui.language import Language
    from ui.theme import Appearance, Theme

    app = QApplication([])
    tongue, theme = Language(language), Theme(app)
    theme.use(Appearance(look))
    for name, question, keys, changes in scenes():
        if only in name:
            with tempfile.TemporaryDirectory() as data:
                room = KindsRoom(Path(data) / "desk", question, language, changes)
                _take(room.make, keys, tongue, theme, scale, folder / f"{name}.png")


def _take(
    make: Callable[[], object], keys: Keys, language: object, theme: object, scale: int, path: Path
) -> None:
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    from app.clock import VirtualClock
    from ui.bridge import Bridge
    from ui.window import DeskWindow

    clock = VirtualClock(now=0)
    bridge = Bridge(make)  # type: ignore[arg-type]
    window = DeskWindow(bridge, clock=clock, language=language, theme=theme, log=Path("fangxin.log"))  # type: ignore[arg-type]
    window.resize(SIZE[0] // scale, SIZE[1] // scale)
    window.show()
    QTest.qWaitForWindowExposed(window)
    window.activateWindow()
    QTest.qWaitForWindowActive(window)
    bridge.start()

    def rest() -> None:
        for _ in range(PATIENCE):
            QTest.qWait(10)
            clock.advance(100)
            window.pump()
            if not window.awaits_desk and window.shown is not None and window.shown.question is not None:
                break
        else:
            raise SystemExit(f"{path.name}: the desk has not answered, there is nothing to photograph")
        clock.advance(2000)
        window.pump()
        clock.advance(2000)
        QTest.qWait(20)

    rest()
    for key in keys:
        handle = window.windowHandle()
        if isinstance(key, tuple):
            QTest.keyClick(handle, *key)
        else:
            QTest.keyClick(handle, Qt.Key(ord(key)) if isinstance(key, str) else key)  # type: ignore[call-overload]
        rest()
    window.grab().save(str(path))
    bridge.stop()
    window.ending.done = True
    window.close()
    window.deleteLater()


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scale", type=int, default=1)
    parser.add_argument("--language", default="zh", choices=("zh", "en"))
    parser.add_argument("--look", default="light", choices=("light", "dark"))
    parser.add_argument("--only", default="")
    wanted = parser.parse_args()
    os.environ["QT_SCALE_FACTOR"] = str(wanted.scale)
    if not os.environ.get("DISPLAY"):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    wanted.folder.mkdir(parents=True, exist_ok=True)
    shoot(wanted.folder, wanted.language, wanted.look, wanted.scale, wanted.only)


if __name__ == "__main__":
    main()
