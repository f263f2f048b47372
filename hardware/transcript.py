"""The line's transcript: every raw line that goes to the device or comes from it, with its time. It is the bug report.

Drivers do not know this module: they are handed `log`, a Log, which is Transcript.note. Digits that may be a telephone number are
masked before anything is kept; a garbage-spewing device cannot fill the disk; a slow disk never holds up the line.
"""

import queue
import re
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

Log = Callable[[str, str], None]
"""(direction, text): "in" from the device, "out" to it, "note" the driver's own remark. One line at a time; any thread."""

LONGEST = 400
"""Characters of a line that are kept."""
LARGEST = 4_000_000
"""Bytes of a file; then it becomes NAME.1 and a new one begins."""
_MARKS = {"in": "<", "out": ">", "note": "-"}
_NUMBER = re.compile(r"\d(?:[ ()-]{0,2}\d){6,}")
_SEEN = 3


def masked(text: str) -> str:
    """The text with every run of seven digits and more (spaces, brackets, dashes within) as 138********: its first three digits and
    its length stay, as the fault often lies in a prefix or a lost digit."""

    def hide(found: re.Match[str]) -> str:
        digits = [sign for sign in found[0] if sign.isdigit()]
        return "".join(digits[:_SEEN]) + "*" * (len(digits) - _SEEN)

    return _NUMBER.sub(hide, text)


def visible(text: str) -> str:
    """One printable line: control characters and undecodable bytes as escapes, cut at LONGEST characters."""
    shown = "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}… ({len(shown)} characters)"


def wall_clock() -> datetime:
    """Now, UTC."""
    return datetime.now(UTC)


class Transcript:
    """path: the file, made with its folder when missing, continued when there; None: nothing is kept. Nothing here ever raises for what
    the disk does: the line is more important than its log."""

    def __init__(self, path: Path | None, now: Callable[[], datetime] = wall_clock) -> None:
        self._path, self._now = path, now
        self._queue: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="transcript", daemon=True)
        if path is not None:
            self._thread.start()

    def note(self, direction: str, text: str) -> None:
        """Keep a line. direction: "in", "out" or "note". Returns at once; any thread."""
        time = self._now().astimezone(UTC).isoformat(timespec="milliseconds")
        line = f"{time.removesuffix('+00:00')}Z {_MARKS.get(direction, '?')} {visible(masked(text))}"
        if self._path is not None:
            self._queue.put(line)

    def close(self) -> None:
        """Everything noted so far is handed to the disk (waits 2 s for it at most)."""
        if self._path is not None:
            self._queue.put(None)
            self._thread.join(2.0)

    def _write(self) -> None:
        line: str | None = ""
        while (line := self._queue.get()) is not None:
            lines = [line]
            with suppress(queue.Empty):
                while (line := self._queue.get_nowait()) is not None:
                    lines.append(line)
            with suppress(OSError):
                self._append("".join(f"{each}\n" for each in lines))
            if line is None:
                return

    def _append(self, text: str) -> None:
        assert self._path is not None
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if self._path.exists() and self._path.stat().st_size > LARGEST:
            self._path.replace(self._path.with_name(self._path.name + ".1"))
        with self._path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
