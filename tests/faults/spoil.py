"""What a fault or a saboteur needs: something else in the place of what the product calls, and a count that a forked child can add to."""

import mmap
import struct
from collections.abc import Callable

from app.evidence.recording import Closed, Recorder
from hardware.base import RATE

_NUMBER = struct.Struct("<q")
HELD = 3
"""Seconds of sound that keeps_seconds_in_memory() keeps."""


def spoil(owner: object, name: str, by: object) -> Callable[[], None]:
    """Put it there; returns how to undo that. AssertionError when the owner knows no such name any more: what nobody calls spoils nothing,
    and the trial would be green for the wrong reason."""
    assert hasattr(owner, name), f"{owner} has no {name}: nothing would be spoiled"
    real = getattr(owner, name)
    setattr(owner, name, by)
    return lambda: setattr(owner, name, real)


class Tally:
    """How often a fault struck, counted across a fork: made before it, added to in the child, read by the parent."""

    def __init__(self) -> None:
        self._shared = mmap.mmap(-1, _NUMBER.size)

    @property
    def count(self) -> int:
        """So far."""
        (count,) = _NUMBER.unpack_from(self._shared)
        return int(count)

    def add(self) -> None:
        """Once more. Takes no memory of its own, for a child that has none left."""
        _NUMBER.pack_into(self._shared, 0, self.count + 1)


def keeps_seconds_in_memory() -> None:
    """The saboteur: a recorder that buffers, as most do, and counts what it holds as kept."""
    write, close = Recorder.write, Recorder.close
    held: list[tuple[bytes, bytes]] = []

    def flush(self: Recorder) -> None:
        self.seconds_durable -= _seconds(held)
        write(self, b"".join(left for left, _ in held), b"".join(right for _, right in held))
        held.clear()

    def lazy(self: Recorder, left: bytes, right: bytes) -> None:
        before = _seconds(held)
        held.append((left, right))
        self.seconds_durable += _seconds(held) - before
        if _seconds(held) >= HELD:
            flush(self)

    def whole(self: Recorder) -> Closed:
        flush(self)
        return close(self)

    Recorder.write, Recorder.close = lazy, whole  # type: ignore[method-assign]


def _seconds(held: list[tuple[bytes, bytes]]) -> int:
    return sum(len(left) for left, _ in held) // 2 // RATE
