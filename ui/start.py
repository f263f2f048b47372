"""The window's start: the surroundings are checked first, then Qt is loaded.

Qt is imported inside run(), after the check: on a machine without its libraries the import itself fails, and a person must get a
sentence, not a traceback or an abort.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from app.errors import UsageError
from app.sentences import said, system_language
from app.settings import Settings
from ui.desk_thread import DeskLike
from ui.sending import Rounds
from ui.surroundings import check_display, import_fault


def run(
    make_desk: Callable[[], DeskLike],
    *,
    data_dir: Path,
    language: str = "",
    rehearsal: bool = False,
    settings: Settings | None = None,
    rounds: Rounds | None = None,
    every: int = 0,
) -> int:
    """Show the desk until its window is closed; returns the exit code (0 closed, 1 fault, 2 no window possible here).

    make_desk is called on the desk's own thread and may raise FangxinError. language: "zh", "en", "" = as the system.
    rehearsal: say so from the first moment, before the desk has said so itself. settings: with the archive for what F12 opens. rounds:
    sends what is due, every so many minutes; None = this desk does not send by itself.
    """

    def show() -> int:
        from ui.application import show

        return show(
            make_desk,
            data_dir=data_dir,
            language=language,
            rehearsal=rehearsal,
            settings=settings,
            rounds=rounds,
            every=every,
        )

    return _shown(show, language)


def lead(settings: Settings, archive: Path | None, study: Path | None, draw: Path | None) -> int:
    """Show the team lead's window until it is closed; returns the exit code, as run() does. archive, study, draw: as ui.lead.room.room_of.

    Raises StudyError on a study folder that cannot be used."""

    def show() -> int:
        from ui.lead.application import show
        from ui.lead.room import room_of

        return show(room_of(settings, archive, study, draw), settings.language, settings.data_dir)

    return _shown(show, settings.language)


def _shown(show: Callable[[], int], language: str) -> int:
    try:
        check_display(os.environ, sys.platform)
        try:
            return show()
        except ImportError as error:
            raise import_fault(error) from error
    except UsageError as error:
        sys.stderr.write(f"{said(error, language or system_language())}\n")
        return error.exit_code
