"""A call's recording as the line worker sees it: sound in, news out. On the caller's thread, or on one of its own behind a ring in
memory, so that a disk that stalls costs no sound."""

import errno
import os
import queue
import threading
from collections.abc import Callable
from typing import Protocol

from app.errors import StorageError
from app.evidence.recording import Recorder
from app.line.contract import Marked, Report, Saved, Stalled, Trouble
from hardware.base import RATE

MARK_EVERY = 10 * RATE
"""Samples between two marks of a running recording in the journal (notes/security.md §2.2: every 10 s)."""
RING = 60 * RATE
"""Samples that wait in memory for a slow disk: 30 s of stall (notes/security.md §3.3), and what comes while the disk catches up."""
_PATIENCE = 60.0
"""Seconds that finish_now() gives the disk."""

_Sound = tuple[bytes, bytes]


class Tape(Protocol):
    """The recording of one call. After finish() one Saved or Trouble is in the news, and `over` is true."""

    @property
    def seconds_durable(self) -> int:
        """Whole seconds that would survive a power cut now."""

    @property
    def over(self) -> bool:
        """Nothing is written any more, and nothing more will be in the news than there is now."""

    def put(self, left: bytes, right: bytes) -> None:
        """More sound of both sides: int16 little-endian, 8000 Hz, equally long."""

    def news(self) -> list[Report]:
        """Marked, Saved and Trouble since the last look."""

    def finish(self) -> None:
        """Nothing more comes: close it."""

    def finish_now(self) -> None:
        """finish(), and wait until it is over."""

    def abandon(self) -> None:
        """Let go of the files as they stand."""


NewTape = Callable[[Recorder], Tape]


class DirectTape:
    """Writes on the caller's thread: what is put is on the disk on return."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._news: list[Report] = []
        self._samples = self._marked = 0
        self.over = False

    @property
    def seconds_durable(self) -> int:
        """Whole seconds that would survive a power cut now."""
        return self._recorder.seconds_durable

    def put(self, left: bytes, right: bytes) -> None:
        """More sound; a full second of it is durable on return."""
        if self.over:
            return
        try:
            self._recorder.write(left, right)
            self._samples += len(left) // 2
            if self._samples - self._marked >= MARK_EVERY:
                self._marked = self._samples
                self._news.append(Marked(self._recorder.mark()))
        except StorageError as error:
            self._end(Trouble(error))

    def news(self) -> list[Report]:
        """Marked, Saved and Trouble since the last look."""
        news, self._news = self._news, []
        return news

    def finish(self) -> None:
        """Close it."""
        if self.over:
            return
        try:
            self._end(Saved(self._recorder.close()))
        except StorageError as error:
            self._end(Trouble(error))

    def finish_now(self) -> None:
        """Close it."""
        self.finish()

    def abandon(self) -> None:
        """Let go of the files as they stand."""
        self.over = True
        self._recorder.abandon()

    def _end(self, last: Report) -> None:
        self.over = True
        self._news.append(last)


class RingTape:
    """Writes on a thread of its own. put() and finish() return at once; up to RING samples wait for the disk, and all that waits is
    written with one sync, so that a disk that takes seconds for each still keeps up. When it does not, Stalled is told at once and the
    call must be ended; what waits is written when the disk takes it after all, and then the recording ends with Trouble."""

    def __init__(self, recorder: Recorder) -> None:
        self._direct = DirectTape(recorder)
        self._jobs: queue.SimpleQueue[_Sound | Callable[[], None] | None] = queue.SimpleQueue()
        self._news: queue.SimpleQueue[Report] = queue.SimpleQueue()
        self._put = self._written = 0
        self._full = self._ended = False
        self._thread = threading.Thread(target=self._write, name="recording", daemon=True)
        self._thread.start()

    @property
    def seconds_durable(self) -> int:
        """Whole seconds that would survive a power cut now."""
        return self._direct.seconds_durable

    @property
    def over(self) -> bool:
        """The thread is through, and its last word was heard."""
        return self._ended and self._news.empty()

    def put(self, left: bytes, right: bytes) -> None:
        """More sound. Returns at once."""
        if self._full:
            return
        samples = len(left) // 2
        if self._put + samples - self._written > RING:
            self._full = True
            self._news.put(Stalled(_stalled()))
            self._jobs.put(None)
            return
        self._put += samples
        self._jobs.put((left, right))

    def news(self) -> list[Report]:
        """Marked, Saved, Stalled and Trouble since the last look."""
        news: list[Report] = []
        while not self._news.empty():
            news.append(self._news.get())
        return news

    def finish(self) -> None:
        """Nothing more comes. Returns at once; Saved or Trouble follows in the news."""
        self._jobs.put(self._direct.finish)
        self._jobs.put(None)

    def finish_now(self) -> None:
        """Wait for the disk, for a while."""
        self.finish()
        self._thread.join(_PATIENCE)

    def abandon(self) -> None:
        """Let go of the files as they stand, once the disk has taken what it is writing."""
        self._jobs.put(self._direct.abandon)
        self._jobs.put(None)
        self._thread.join(_PATIENCE)

    def _all(self, first: _Sound) -> Callable[[], None] | None:
        """Write this sound and what waits behind it; returns what came after the sound, at once when nothing did."""
        sounds: list[_Sound] = []
        job: _Sound | Callable[[], None] | None = first
        while isinstance(job, tuple):
            sounds.append(job)
            job = self._jobs.get_nowait() if not self._jobs.empty() else _nothing
        left, right = (b"".join(side) for side in zip(*sounds, strict=True))
        self._direct.put(left, right)
        self._written += len(left) // 2
        return job

    def _write(self) -> None:
        try:
            while (job := self._jobs.get()) is not None:
                then = self._all(job) if isinstance(job, tuple) else job
                if then is not None:
                    then()
                for report in self._direct.news():
                    self._news.put(report)
                if then is None:
                    break
            if self._full and not self._direct.over:
                self._direct.abandon()
                self._news.put(Trouble(_stalled()))
        except Exception as error:
            # Our bug, but the call must not go on unrecorded because of it; the thread's traceback goes to the log.
            self._news.put(Trouble(StorageError(f"The recording failed: {type(error).__name__}")))
            raise
        finally:
            self._ended = True


def _nothing() -> None:
    """Nothing waits."""


def _stalled() -> StorageError:
    error = StorageError(
        f"The disk has not taken any sound for {RING // RATE} s",
        todo="Ask IT: the disk may be failing, or a virus scanner holds it.",
    )
    error.__cause__ = OSError(
        errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT)
    )  # the journal names it by its code
    return error
