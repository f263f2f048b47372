"""A program of its own that does a driver's work, and speaks JSON lines on its standard input and output.

Threads live here and nowhere above: take() hands over what was said, with the time at which it came.
"""

import json
import queue
import subprocess
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from hardware.exchange import Clock

Event = dict[str, Any]
"""One line of the program: "event" names it. Ours: "gone" (it has ended; "code"), "stderr" (it muttered; "text")."""

_WINDOWS = ("CREATE_NO_WINDOW", "ABOVE_NORMAL_PRIORITY_CLASS")
"""No black window beside the desk, and its clock before other programs' work: sound that is late is lost. Elsewhere they do not exist."""
FAREWELL_S = 6.0
"""Seconds that a program may take to end after close(); then it is killed."""


class Program:
    """A running program. OSError when it cannot even be started. clock: stamps what it says."""

    def __init__(self, command: Sequence[str], clock: Clock) -> None:
        flags = sum(getattr(subprocess, name, 0) for name in _WINDOWS)
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            list(command), stdin=pipe, stdout=pipe, stderr=pipe, creationflags=flags
        )
        self._clock = clock
        self._said: queue.SimpleQueue[tuple[int, Event]] = queue.SimpleQueue()
        self._muttering = threading.Thread(target=self._overhear, name="program's stderr", daemon=True)
        self._muttering.start()
        threading.Thread(target=self._listen, name="program's stdout", daemon=True).start()

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def say(self, do: str, **values: object) -> None:
        """Tell it something. Nothing happens when it is gone: that is heard from take()."""
        line = json.dumps({"do": do, **values}) + "\n"
        stdin = self._process.stdin
        assert stdin is not None
        with suppress(OSError, ValueError):
            stdin.write(line.encode())
            stdin.flush()

    def take(self) -> list[tuple[int, Event]]:
        """What it said since last asked: (the clock's ms, event), oldest first. The last one ever is "gone"."""
        said = []
        with suppress(queue.Empty):
            while True:
                said.append(self._said.get_nowait())
        return said

    def wait(self, seconds: float) -> tuple[int, Event] | None:
        """The next thing it says; None when it says nothing for so long."""
        with suppress(queue.Empty):
            return self._said.get(timeout=seconds)
        return None

    def kill(self) -> None:
        """End it now."""
        with suppress(OSError):
            self._process.kill()

    def close(self) -> None:
        """Ask it to end; killed in the background when it does not."""
        self.say("close")
        stdin = self._process.stdin
        assert stdin is not None
        with suppress(OSError):
            stdin.close()
        threading.Thread(target=self._see_off, name="program's end", daemon=True).start()

    def _see_off(self) -> None:
        try:
            self._process.wait(FAREWELL_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def _listen(self) -> None:
        stdout = self._process.stdout
        assert stdout is not None
        with stdout:
            for line in stdout:
                with suppress(ValueError):
                    event = json.loads(line)
                    if isinstance(event, dict):
                        self._said.put((self._clock.mono(), event))
        code = self._process.wait()
        self._muttering.join(1.0)
        with suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()
        self._said.put((self._clock.mono(), {"event": "gone", "code": code}))

    def _overhear(self) -> None:
        stderr = self._process.stderr
        assert stderr is not None
        with stderr:
            for line in stderr:
                text = line.decode("utf-8", "replace").rstrip()
                self._said.put((self._clock.mono(), {"event": "stderr", "text": text}))
