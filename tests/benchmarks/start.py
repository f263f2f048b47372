"""Cold starts, each in a process of its own: the desk until a name can be typed, and a bare PySide6 window until it is painted.

    python -m tests.benchmarks.start desk|bare FOLDER

Prints one JSON object (CPU seconds so far) and ends at the first paint of a usable window; the caller times the whole process.
"""

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def bare(_folder: Path) -> None:
    """A window with a label and a line to type in."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMainWindow, QVBoxLayout, QWidget

    app = QApplication(["bare"])
    window, middle = QMainWindow(), QWidget()
    layout = QVBoxLayout(middle)
    layout.addWidget(QLabel("姓名"))
    layout.addWidget(QLineEdit())
    window.setCentralWidget(middle)
    window.resize(1366, 768)
    window.show()
    QTimer.singleShot(0, lambda: (window.grab(), _ended()))
    app.exec()


def desk(folder: Path) -> None:
    """The practice desk as `fangxin --rehearse` opens it."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from app import log
    from app.clock import SystemClock, system_entropy
    from app.interview.screen import Page, Screen
    from app.resources import resource
    from app.workplace import Place, practice_desk
    from ui.bridge import Bridge
    from ui.language import Language
    from ui.theme import Theme
    from ui.window import DeskWindow

    app = QApplication(["fangxin"])
    path = log.start(folder)
    place = Place(folder / "practice", SystemClock(), system_entropy)
    bridge = Bridge(lambda: practice_desk(place, resource("studies", "dazhou-2017")))
    window = DeskWindow(bridge, clock=SystemClock(), language=Language("zh"), theme=Theme(app), log=path)
    window.ending.unattended = True
    window.resize(1366, 768)

    def usable(screen: Screen) -> None:
        if screen.page is Page.SIGN_IN:
            QTimer.singleShot(0, lambda: (window.grab(), _ended()))

    window.painted.connect(usable)
    bridge.crashed.connect(lambda error: (sys.stderr.write(f"{error!r}\n"), os._exit(1)))
    bridge.refused.connect(lambda error: (sys.stderr.write(f"{error}\n"), os._exit(1)))
    window.show()
    bridge.start()
    app.exec()


def _ended() -> None:
    times = os.times()
    sys.stdout.write(json.dumps({"cpu": times.user + times.system}) + "\n")
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    {"bare": bare, "desk": desk}[sys.argv[1]](Path(sys.argv[2]))
