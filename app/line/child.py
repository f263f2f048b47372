"""The line worker's process as an object: started when made, and certainly gone after end()."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from app.errors import LineError
from app.line.messages import Begin
from app.line.pipes import Pipe
from app.own_process import surroundings

_LAST_BREATH = 2.0
"""Seconds for a process whose pipe has ended to be gone by itself: then its exit code says how."""
_ERRORS_AT_MOST = 1_000_000
"""Bytes of old error output that are kept when a worker starts."""

WORKER_WORD = "--line-worker"
"""The hidden command that makes this program the line worker: a frozen build has no other interpreter to start."""


def worker_command() -> list[str]:
    """What starts the line worker, from source, installed, or frozen by PyInstaller."""
    frozen = getattr(sys, "frozen", False)
    return [sys.executable, WORKER_WORD] if frozen else [sys.executable, "-m", "app.line_worker"]


class Child:
    """command: starts it. begin: what it is told first. errors: file for what its libraries say on stderr, None = nowhere. log: hears of
    bad lines. Raises LineError when the system does not start it."""

    def __init__(
        self, command: Sequence[str], begin: Begin, errors: Path | None, log: Callable[[str], None]
    ) -> None:
        try:
            with _opened(errors) as stderr:
                self._process = subprocess.Popen(
                    list(command),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=stderr,
                    env=surroundings(),
                    creationflags=_flags(),
                )
        except OSError as error:
            raise LineError(f"The line worker cannot be started: {error.strerror or error}") from error
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.pid = self._process.pid
        self.pipe = Pipe(self._process.stdout, self._process.stdin, log)
        self.pipe.send(begin)

    def end(self) -> str:
        """It is no more, and writes no more: killed unless it has ended by itself. Returns how it ended: "exit 0", "SIGKILL" …"""
        if self.pipe.ended:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_LAST_BREATH)
        if self._process.poll() is None:
            self._process.kill()
        code = self._process.wait()
        self.pipe.close()
        self.pipe.join()
        with suppress(ValueError):
            if code < 0:
                return signal.Signals(-code).name
        return f"exit {code}"


def _opened(errors: Path | None) -> BinaryIO:
    if errors is None:
        return Path(os.devnull).open("wb")
    errors.parent.mkdir(parents=True, exist_ok=True)
    large = errors.exists() and errors.stat().st_size > _ERRORS_AT_MOST
    return errors.open("wb" if large else "ab")


def _flags() -> int:
    """Windows: no console window, and a little before the others, as sound is waiting (not tried on Windows)."""
    if sys.platform == "win32":
        return subprocess.CREATE_NO_WINDOW | subprocess.ABOVE_NORMAL_PRIORITY_CLASS
    return 0
