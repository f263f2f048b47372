"""The process that reads the archive for the team lead's window (app/look_process.py), as its parent sees it: one thread looks and waits,
another may end the look."""

import pickle
import signal
import subprocess
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from app.errors import FangxinError
from app.look_process import Fault, Tell, bare, send
from app.own_process import LOOK_WORD, behind_flags, make_way, own_command, surroundings
from app.progress import Sources
from app.results.field import FieldReport
from app.study.model import StudySource


class LookEndedError(FangxinError):
    """The child is gone without an answer. what: how it ended, as the system says it."""


class LookHaltedError(FangxinError):
    """The look was stopped on request."""


class LookProcess:
    """look() blocks and is for one thread; halt() is for any other. command: starts the child; () = this program."""

    def __init__(self, sources: Sources, command: Sequence[str] = ()) -> None:
        self._sources = replace(sources, study=bare(sources.study)) if sources.study else sources
        self._command = list(command) or own_command(LOOK_WORD)
        self._lock, self._over = threading.Lock(), False
        self._child: subprocess.Popen[bytes] | None = None
        self._busy = False

    def look(self, now: int, tell: Tell) -> tuple[StudySource, FieldReport]:
        """What field_work finds at `now` (ms wall). tell: hears of the reading, on this thread.

        Raises what field_work raises; LookEndedError when the child dies, LookHaltedError when it was stopped."""
        child = self._begun()
        try:
            found = _asked(child, now, tell)
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            raise self._gone(child) from error
        with self._lock:
            self._busy = False
        if isinstance(found, FangxinError):
            raise found
        if isinstance(found, Fault):
            raise RuntimeError(f"in the process that reads the archive:\n{found.trace}")
        return found

    def halt(self, *, for_good: bool = False) -> None:
        """End the running look, and the child. for_good: no look can begin any more."""
        with self._lock:
            self._over = self._over or for_good
            child, self._child, busy = self._child, None, self._busy
        if child is not None:
            child.kill()
            if not busy:  # else the thread that waits for its answer sees to it
                _buried(child)

    def _begun(self) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._over:
                raise LookHaltedError("No look begins any more")
            if (
                self._child is not None and self._child.poll() is not None
            ):  # it died between two looks: nothing is lost
                _buried(self._child)
                self._child = None
            if self._child is None:
                self._child = self._start()
            self._busy = True
            return self._child

    def _start(self) -> subprocess.Popen[bytes]:
        try:
            child = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=surroundings(),
                creationflags=behind_flags(),
            )
        except OSError as error:
            raise LookEndedError(error.strerror or str(error)) from error
        make_way(child.pid)
        assert child.stdin is not None
        with suppress(OSError):  # it is dead already: the question will tell
            send(child.stdin, self._sources)
        return child

    def _gone(self, child: subprocess.Popen[bytes]) -> FangxinError:
        child.kill()
        how = _buried(child)
        with self._lock:
            self._busy = False
            halted = self._child is not child
            if not halted:
                self._child = None
        return LookHaltedError("The look was stopped") if halted else LookEndedError(how)


def _asked(
    child: subprocess.Popen[bytes], now: int, tell: Tell
) -> tuple[StudySource, FieldReport] | FangxinError | Fault:
    """The child's answer."""
    assert child.stdin is not None
    assert child.stdout is not None
    send(child.stdin, now)
    while isinstance(said := pickle.load(child.stdout), list):  # noqa: S301 — our own child, a pipe that nobody else holds
        tell(*said)
    answer: tuple[StudySource, FieldReport] | FangxinError | Fault = said
    return answer


def _buried(child: subprocess.Popen[bytes]) -> str:
    """Its pipes are closed and it is no more. Returns how it ended: "exit 0", "SIGKILL" …"""
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
    code = child.wait()
    with suppress(ValueError):
        if code < 0:
            return signal.Signals(-code).name
    return f"exit {code}"
