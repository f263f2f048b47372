"""A pair of pipes with messages on them. Reading and writing happen on threads of their own, so that neither a silent nor a stuffed
other side ever holds up the one thread that works."""

import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import IO

from app.line.codec import BadLineError, decode, encode
from app.line.messages import LONGEST, Message

_FAREWELL = 2.0
"""Seconds in which what was sent last may still get out."""
_LONGEST_LOOK = 500


class Silence:
    """How long the other side has said nothing, in ms, as far as we were listening: one look counts 500 ms at most, because a process that
    was held up (or a machine that slept) has not been listening. mono: the monotonic clock, ms."""

    def __init__(self, mono: Callable[[], int]) -> None:
        self._mono = mono
        self._looked = mono()
        self.milliseconds = 0

    def broken(self) -> None:
        """It has said something."""
        self.milliseconds = 0

    def look(self) -> int:
        """Its length by now."""
        now = self._mono()
        self.milliseconds += min(now - self._looked, _LONGEST_LOOK)
        self._looked = now
        return self.milliseconds


class Pipe:
    """source, sink: open binary streams; this object owns them. log: hears of bad lines, never their content. A sink whose other side may
    hang and not read must be unbuffered: closing a buffered one waits for the write that is stuck."""

    def __init__(self, source: IO[bytes], sink: IO[bytes], log: Callable[[str], None]) -> None:
        self._source, self._sink, self._log = source, sink, log
        self._inbox: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._outbox: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self.ended = False
        """The other side is gone: end of file, or a broken pipe. What it said before has been received by then."""
        self._reader = threading.Thread(target=self._read, name="pipe in", daemon=True)
        self._writer = threading.Thread(target=self._write, name="pipe out", daemon=True)
        self._reader.start()
        self._writer.start()

    def send(self, message: Message) -> None:
        """Say something. Returns at once; nothing happens when the other side is gone."""
        self._outbox.put(encode(message))

    def receive(self, seconds: float = 0.0) -> Message | None:
        """The next message; None when none comes in time or the other side is gone (then `ended` is set)."""
        if self.ended:
            return None
        try:
            message = self._inbox.get(timeout=seconds) if seconds > 0 else self._inbox.get_nowait()
        except queue.Empty:
            return None
        self.ended = message is None
        return message

    def close(self) -> None:
        """Let what was sent go out, then close the own end; the other side sees the end of file."""
        self._outbox.put(b"")
        self._writer.join(_FAREWELL)
        with suppress(OSError, ValueError):
            self._sink.close()

    def join(self) -> None:
        """After close(), when the other side is known to be gone: nothing of this pipe is left behind."""
        self._reader.join(_FAREWELL)

    def _read(self) -> None:
        try:
            while line := self._source.readline(LONGEST):
                try:
                    self._inbox.put(decode(line))
                except BadLineError as error:
                    self._log(f"a line that says nothing: {error} ({len(line)} bytes)")
        except (OSError, ValueError) as error:
            self._log(f"the pipe cannot be read: {error}")
        finally:
            self._inbox.put(None)
            self._source.close()

    def _write(self) -> None:
        try:
            while line := self._outbox.get():
                rest = memoryview(line)
                while rest:
                    rest = rest[self._sink.write(rest) :]
                self._sink.flush()
        except (OSError, ValueError):
            self._inbox.put(None)  # a broken pipe: nobody is there to be spoken to
