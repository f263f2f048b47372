"""The window's start: the surroundings are checked first, then Qt is loaded.

Qt is imported inside run(), after the check: on a machine without its libraries the import itself fails, and a person must get a
sentence, not a traceback or an abort.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from app.errors import UsageError
from ui.desk_thread import DeskLike
from ui.sending import Rounds
from ui.surroundings import check_display, import_fault


def run(
    make_desk: Callable[[], DeskLike],
    *,
    data_dir: Path,
    language: str = "",
    rehearsal: bool = False,
    rounds: Rounds | None = None,
    every: int = 0,
) -> int:
    """Show the desk until its window is closed; returns the exit code (0 closed, 1 fault, 2 no window possible here).

    make_desk is called on the desk's own thread and may raise FangxinError. language: "zh", "en", "" = as the system.
    rehearsal: say so from the first moment, before the desk has said so itself. rounds: sends what is due, every so many minutes;
    None = this desk does not send by itself.
    """
    try:
        check_display(os.environ, sys.platform)
        try:
            from ui.application import show
        except ImportError as error:
            raise import_fault(error) from error
    except UsageError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return show(
        make_desk, data_dir=data_dir, language=language, rehearsal=rehearsal, rounds=rounds, every=every
    )
