"""Where the files shipped with the program lie, from source, installed, or frozen by PyInstaller."""

import sys
from pathlib import Path


def resource(*parts: str) -> Path:
    """A path below resources/."""
    root = getattr(sys, "_MEIPASS", None)
    base = Path(root) if root else Path(__file__).resolve().parent.parent
    return base.joinpath("resources", *parts)
