"""Which program this is: one hash over its own files, so that a shift says with what it was worked."""

import hashlib
import sys
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent.parent
_PARTS = ("app", "hardware", "ui")


@cache
def program_sha() -> str:
    """SHA-256 (hex) over "<SHA-256 of the file>  <path>" LF for every source file, by path: what `sha256sum` prints, hashed again.

    For a frozen program: of its executable. Computed once a run (about 20 ms). "" when the files cannot be read.
    """
    total = hashlib.sha256()
    try:
        if getattr(sys, "frozen", False):
            with Path(sys.executable).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        paths = sorted(path for part in _PARTS for path in (_ROOT / part).rglob("*.py"))
        for path in sorted(paths, key=lambda each: each.relative_to(_ROOT).as_posix()):
            with path.open("rb") as file:
                sha = hashlib.file_digest(file, "sha256").hexdigest()
            total.update(f"{sha}  {path.relative_to(_ROOT).as_posix()}\n".encode())
    except OSError:
        return ""
    return total.hexdigest()
