"""Looks at the field work in a process of its own: reading a hundred thousand calls takes the interpreter lock for seconds at a time, and a
window on the same lock stands still.

The child lives from look to look, because what it has read of the journals stays read. It is told what to look at and then the time of
each look, and answers with how far it has read and with what it found: pickles, over pipes that nobody else holds.
"""

import pickle
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import IO

from app.crash import be_discreet, trace_of
from app.errors import FangxinError
from app.own_process import LOOK_WORD, behind_flags, claim_pipes, make_way, own_command, surroundings
from app.progress import Sources, field_work
from app.results.field import FieldReport
from app.results.told import Told
from app.study.model import StudySource

_SELDOM = 0.25
"""Seconds between two words about how far it has read."""

Tell = Callable[[int, int], None]
"""(bytes read, bytes to read)."""


class LookEndedError(FangxinError):
    """The child is gone without an answer. what: how it ended, as the system says it."""


class LookHaltedError(FangxinError):
    """The look was stopped on request."""


@dataclass(frozen=True, slots=True)
class _Fault:
    """A fault of ours in the child: where it happened, without any text of its data."""

    trace: str


class LookProcess:
    """look() blocks and is for one thread; halt() is for any other. command: starts the child; () = this program."""

    def __init__(self, sources: Sources, command: Sequence[str] = ()) -> None:
        self._sources = replace(sources, study=_bare(sources.study)) if sources.study else sources
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
        if isinstance(found, _Fault):
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
            _send(child.stdin, self._sources)
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
) -> tuple[StudySource, FieldReport] | FangxinError | _Fault:
    """The child's answer."""
    assert child.stdin is not None
    assert child.stdout is not None
    _send(child.stdin, now)
    while isinstance(said := pickle.load(child.stdout), list):  # noqa: S301 — our own child, a pipe that nobody else holds
        tell(*said)
    answer: tuple[StudySource, FieldReport] | FangxinError | _Fault = said
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


def _send(sink: IO[bytes], what: object) -> None:
    sink.write(pickle.dumps(what))
    sink.flush()


def main() -> int:
    """The child: looks whenever its parent asks, and ends with it; returns the exit code."""
    be_discreet()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the whole group: the window ends us
    source, sink = claim_pipes()
    with suppress(EOFError, BrokenPipeError):
        sources: Sources = pickle.load(source)  # noqa: S301 — our own parent
        looked = replace(sources, told=Told(_seldom(sink)))
        while True:
            now: int = pickle.load(source)  # noqa: S301 — our own parent
            _send(sink, _answer(looked, now))
    return 0


def _answer(sources: Sources, now: int) -> object:
    try:
        study, report = field_work(sources, now)
    except FangxinError as error:
        return error
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 — the window shows it, with its place, as a fault of ours
        return _Fault(trace_of(error))
    return _bare(study), report


def _bare(study: StudySource) -> StudySource:
    """A copy that has not parsed its questionnaire yet: the parser's closures cannot travel."""
    return replace(study)


def _seldom(sink: IO[bytes]) -> Tell:
    last = time.monotonic()

    def tell(read: int, of: int) -> None:
        nonlocal last
        if time.monotonic() - last >= _SELDOM:
            last = time.monotonic()
            _send(sink, [read, of])

    return tell
