"""How this program starts itself once more, for work that must not hold up a window or a desk: threads wait for one interpreter lock,
processes do not."""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

LOOK_WORD = "--field-look"
"""The hidden command that makes this program the process of app/look_process.py; here, so that no other start loads what that needs."""


def own_command(*words: str) -> list[str]:
    """What starts this program without a screen with these words, from source, installed, or frozen by PyInstaller."""
    frozen = getattr(sys, "frozen", False)
    return [*([sys.executable] if frozen else [sys.executable, "-m", "app"]), *words]


def surroundings() -> dict[str, str]:
    """The child's environment: it finds the same source as we did, wherever it is started from, and speaks UTF-8."""
    root = str(Path(__file__).resolve().parent.parent)
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH", ""))))
    return {**os.environ, "PYTHONPATH": path, "PYTHONUTF8": "1"}


def behind_flags() -> int:
    """Windows: no console window, and behind whatever a person or a telephone call waits for (not tried on Windows)."""
    if sys.platform == "win32":
        return subprocess.CREATE_NO_WINDOW | subprocess.BELOW_NORMAL_PRIORITY_CLASS
    return 0


def make_way(pid: int) -> None:
    """Elsewhere than on Windows: the same, once the child runs. A telephone call needs the processor more."""
    if sys.platform != "win32":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, pid, 10)


def claim_pipes() -> tuple[BinaryIO, BinaryIO]:
    """In the child, stdin and stdout for its parent alone: what a C library prints goes to stderr, and no program started from here
    inherits them."""
    source, sink = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return os.fdopen(source, "rb"), os.fdopen(sink, "wb", buffering=0)
