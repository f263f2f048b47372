"""Pictures of the team lead's pages, for people: python -m tests.ui.shots_lead FOLDER [--scale 2]. Not a test."""

import argparse
import os
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QApplication, QWidget


def _take(app: QApplication, window: QWidget, path: Path, what: str) -> None:
    for _ in range(4):
        app.processEvents()
    window.grab().save(f"{path}-{what}.png")


def _shoot(folder: Path, width: int, height: int) -> None:
    from app.clock import VirtualClock
    from app.errors import StorageError
    from tests.results.field_room import NOW, made, study
    from tests.ui.test_lead import Looker
    from ui.errands import Errands
    from ui.language import Language
    from ui.lead.keys import Key
    from ui.lead.look import LookHaltedError
    from ui.lead.room import Room
    from ui.lead.window import LeadWindow
    from ui.theme import Appearance, Theme

    app = QApplication([])
    theme, errands, known, language = Theme(app), Errands(), study(), Language("zh")
    report = made()
    quiet = replace(made([]), starved=(), cells=())
    for iso in ("zh", "en"):
        language.use(iso)
        for appearance in (Appearance.LIGHT, Appearance.DARK):
            theme.use(appearance)
            rooms = {
                "field": (Room(Looker(lambda _now: (known, report))), report),
                "nothing": (Room(Looker(lambda _now: (known, quiet))), quiet),
                "design": (Room(None, known, 26_000), None),
                "empty": (Room(None), None),
                "reading": (Room(Looker(lambda _now: (known, report))), None),
            }
            for name, (room, found) in rooms.items():
                window = LeadWindow(room, errands, VirtualClock(NOW), language, theme)
                window.resize(width, height)
                window.show()
                if found is not None:
                    window._looked(NOW, (known, found))

                take = partial(_take, app, window, folder / f"{iso}-{appearance.value}")

                if name == "design":
                    window.turn_to(Key.DESIGN)
                    take("design")
                    window.design.targets["3"].setText("x")
                    window.design._changed()
                    take("design-wrong")
                    window.design.targets["3"].setText("15")
                    window.design.target.setText("60")
                    window.design._changed()
                    take("design-cautions")
                elif name == "reading":
                    window.looking = True
                    window._heard(37, 100)
                    take("reading-first")
                    window.looking = False
                    window._failed(LookHaltedError("The look was stopped"))
                    take("reading-stopped")
                    window._looked(NOW, (known, report))
                    window.looking = True
                    window._heard(64, 100)
                    take("reading-again")
                    window.looking = False
                else:
                    take(name)
                if name == "field":
                    bar = window.field._area.verticalScrollBar()
                    bar.setValue(bar.maximum())
                    take("field-below")
                    window._failed(
                        StorageError(
                            "There is no such folder",
                            where="/mnt/central",
                            todo="Look at its name, or make it first.",
                        )
                    )
                    bar.setValue(0)
                    take("field-failed")
                window.close()
                window.deleteLater()
    errands.stop()


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scale", default="1")
    parser.add_argument("--size", default="1366x768")
    wanted = parser.parse_args()
    os.environ["QT_SCALE_FACTOR"] = wanted.scale
    if not os.environ.get("DISPLAY"):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    wanted.folder.mkdir(parents=True, exist_ok=True)
    width, _, height = wanted.size.partition("x")
    _shoot(wanted.folder, int(width), int(height))


if __name__ == "__main__":
    main()
