"""What the window needs from the machine, checked before Qt is touched. Without Qt, so that it can say so."""

from collections.abc import Mapping

from app.errors import UsageError

_TODO = "“fangxin demo” runs everything without a window."


def check_display(environ: Mapping[str, str], platform: str) -> None:
    """Raises UsageError on a Linux machine without a display. An explicit QT_QPA_PLATFORM other than xcb or wayland is believed."""
    if not platform.startswith("linux"):
        return
    wanted = environ.get("QT_QPA_PLATFORM", "")
    if wanted and not wanted.startswith(("xcb", "wayland")):
        return
    if not environ.get("DISPLAY") and not environ.get("WAYLAND_DISPLAY"):
        raise UsageError("There is no display here, so the desk window cannot be shown", todo=_TODO)


def import_fault(error: ImportError) -> UsageError:
    """Qt's own libraries are missing (libEGL, libGL …): the loader's words, and the way out."""
    return UsageError("The window's libraries cannot be loaded", where=str(error), todo=_TODO)


def start_fault(message: str) -> UsageError:
    """Qt gave up while it started (no connection to the display, libxcb-cursor missing …): its first line, and the way out."""
    lines = message.strip().splitlines()
    return UsageError("The desk window cannot be shown", where=lines[0] if lines else "", todo=_TODO)
