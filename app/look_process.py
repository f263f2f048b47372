"""Looks at the field work in a process of its own: reading a hundred thousand calls takes the interpreter lock for seconds at a time, and a
window on the same lock stands still. This is the child; ui/lead/look.py is its parent.

The child lives from look to look, because what it has read of the journals stays read. It is told what to look at and then the time of
each look, and answers with how far it has read and with what it found: pickles, over pipes that nobody else holds.
"""

import pickle
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import IO

from app.crash import be_discreet, trace_of
from app.errors import FangxinError
from app.own_process import claim_pipes
from app.progress import Sources, field_work
from app.results.told import Told
from app.study.model import StudySource

_SELDOM = 0.25
"""Seconds between two words about how far it has read."""

Tell = Callable[[int, int], None]
"""(bytes read, bytes to read)."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of ours in the child: where it happened, without any text of its data."""

    trace: str


def send(sink: IO[bytes], what: object) -> None:
    """One word to the other side."""
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
            send(sink, _answer(looked, now))
    return 0


def _answer(sources: Sources, now: int) -> object:
    try:
        study, report = field_work(sources, now)
    except FangxinError as error:
        return error
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 — the window shows it, with its place, as a fault of ours
        return Fault(trace_of(error))
    return bare(study), report


def bare(study: StudySource) -> StudySource:
    """A copy that has not parsed its questionnaire yet: the parser's closures cannot travel."""
    return replace(study)


def _seldom(sink: IO[bytes]) -> Tell:
    last = time.monotonic()

    def tell(read: int, of: int) -> None:
        nonlocal last
        if time.monotonic() - last >= _SELDOM:
            last = time.monotonic()
            send(sink, [read, of])

    return tell
