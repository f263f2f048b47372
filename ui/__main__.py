"""fangxin with its window: composes the desk, the one place in ui that names a driver. Without Qt, so that every command starts fast."""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from app.__main__ import Face
from app.__main__ import main as fangxin
from app.clock import SystemClock, system_entropy
from app.commands.selftest import Check
from app.desk import Desk
from app.line_worker import LineWorker
from app.practice_room import open_practice_room
from app.resources import resource
from app.sample.outcome import load_outcomes
from app.settings import Settings
from hardware.rehearsal import Rehearsal
from ui.start import run


def practice_desk(folder: Path, study: str = "dazhou-2017") -> Desk:
    """The desk on the rehearsal line, its data in folder. study: a shipped one. Call on the desk's own thread; raises FangxinError."""
    clock = SystemClock()
    room = open_practice_room(folder, resource("studies", study), clock, system_entropy)
    try:
        line = Rehearsal(room.residents, clock, room.seed)
        worker = LineWorker(line.line, line.sound, system_entropy)
        return Desk(room.ledger, worker, load_outcomes(), practice=line.practice)
    except BaseException:
        room.ledger.close()
        raise


def open_desk(settings: Settings, rehearse: bool) -> int:  # noqa: FBT001 — the signature is app's OpenDesk
    """The window. There are no real lines in this version, so it is the practice desk either way."""
    study = settings.practice_study
    folder = settings.data_dir / ("practice" if study == "dazhou-2017" else f"practice-{study}")
    if not rehearse:
        sys.stderr.write("This version has no real telephone lines yet: the desk opens for practice calls.\n")
    return run(
        lambda: practice_desk(folder, study),
        data_dir=settings.data_dir,
        language=settings.language,
        rehearsal=True,
    )


def _window() -> str:
    """The window can be built and painted; needs Qt's libraries, no screen."""
    from ui.selftest import paint  # Qt only when asked for

    return paint()


def _desk() -> str:
    with tempfile.TemporaryDirectory() as folder:
        desk = practice_desk(Path(folder) / "practice")
        try:
            return f"practice desk ready, {desk.screen.study}"
        finally:
            desk.close()


def face() -> Face:
    """What the window adds to the command line."""
    return Face(open_desk, (Check("window", _window), Check("desk", _desk)))


def main(arguments: Sequence[str] | None = None) -> int:
    """The command fangxin; returns its exit code."""
    return fangxin(arguments, face())


if __name__ == "__main__":
    sys.exit(main())
