"""fangxin with its window: the desk on this workplace's line, or on the practice line. Without Qt, so that commands start fast."""

import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from app.__main__ import Face
from app.__main__ import main as fangxin
from app.clock import SystemClock, system_entropy
from app.commands.selftest import Check
from app.resources import resource
from app.settings import Settings
from app.sync.round_process import RoundProcess
from app.workplace import Place, field_desk, line_choice, practice_desk
from hardware.audio.clip import player
from ui.start import lead, run


def open_desk(settings: Settings, rehearse: bool) -> int:  # noqa: FBT001 — the signature is app's OpenDesk
    """The window, on the practice line or on this workplace's real one."""
    study = settings.practice_study
    practice = "practice" if study == "dazhou-2017" else f"practice-{study}"
    place = Place(
        settings.data_dir / practice if rehearse else settings.data_dir, SystemClock(), system_entropy
    )
    if rehearse:
        make_desk = partial(practice_desk, place, resource("studies", study), player())
    else:
        line_choice(settings)  # a sentence on the terminal, before any window
        make_desk = partial(field_desk, place, settings, player())
    by_itself = bool(settings.central_url and settings.sync_minutes) and not rehearse
    return run(
        make_desk,
        data_dir=settings.data_dir,
        language=settings.language,
        rehearsal=rehearse,
        settings=settings,
        rounds=RoundProcess(settings) if by_itself else None,
        every=settings.sync_minutes,
    )


def _window() -> str:
    """The window can be built and painted; needs Qt's libraries, no screen."""
    from ui.selftest import paint  # Qt only when asked for

    return paint()


def _desk() -> str:
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder) / "practice", SystemClock(), system_entropy)
        desk = practice_desk(place, resource("studies", "dazhou-2017"))
        try:
            return f"practice desk ready, {desk.screen.study}"
        finally:
            desk.close()


def face() -> Face:
    """What the window adds to the command line."""
    return Face(open_desk, lead, (Check("window", _window), Check("desk", _desk)))


def main(arguments: Sequence[str] | None = None) -> int:
    """The command fangxin; returns its exit code."""
    return fangxin(arguments, face())


if __name__ == "__main__":
    sys.exit(main())
