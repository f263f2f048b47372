"""The sound of a line whose samples run through a serial port: what came waits to be read, what goes never gets far ahead.

A device takes samples exactly as fast as it delivers them: one clock drives both. So "sent − received" is how much of our voice waits in
buffers anywhere on the way, the device's own included; beyond a tenth of a second it is dropped. That also holds over hours, when
the computer's clock and the device's drift apart.
"""

from collections import deque
from collections.abc import Callable

from hardware.base import RATE

AHEAD = RATE // 10
"""Most samples on their way to the device."""
_KEEP = RATE * 10
"""Samples kept for a reader that does not come."""


class StreamPcm:
    """A Pcm. pump: lets the line take in what the port has. send: puts int16 samples on the wire; None when they cannot be sent now."""

    def __init__(self, pump: Callable[[], None]) -> None:
        self._pump = pump
        self.send: Callable[[bytes], None] | None = None
        self._waiting: deque[bytes] = deque()
        self._keys = b""
        self.begin(0)

    def begin(self, now: int) -> None:
        """A stream begins. now: ms."""
        self.received = self.sent = self.dropped = self.overrun = 0
        self.loud = 0
        self.since = self.last_at = self.written_at = now
        self._waiting.clear()
        self._keys = b""

    def missing(self, now: int) -> int:
        """Samples that should have come by the clock and did not."""
        return max((now - self.since) * RATE // 1000 - self.received, 0)

    def came(self, samples: bytes, now: int) -> None:
        """Samples of the far side, int16 little-endian."""
        self._waiting.append(samples)
        self.received += len(samples) // 2
        self.last_at = now
        self.loud = self.loud or int(any(samples))
        while sum(map(len, self._waiting)) > 2 * _KEEP:
            self.overrun += len(self._waiting.popleft()) // 2

    def press(self, tones: bytes) -> None:
        """Keys as sound: they take the voice's place until they are through."""
        self._keys += tones

    def read(self) -> bytes:
        """See base.Pcm."""
        self._pump()
        read = []
        while self._waiting:
            read.append(self._waiting.popleft())
        return b"".join(read)

    def write(self, samples: bytes) -> None:
        """See base.Pcm."""
        self._pump()
        if self.send is None:
            return
        room = self._room()
        self.dropped += max(len(samples) - room, 0) // 2
        samples = samples[:room]
        keys, self._keys = self._keys[: len(samples)], self._keys[len(samples) :]
        self.sent += len(samples) // 2
        self.written_at = self.last_at
        if samples:
            self.send(keys + samples[len(keys) :])

    def _room(self) -> int:
        """Bytes that may go now. Where nothing was sent the device has played silence: that time is not made up for."""
        self.sent = max(self.sent, self.received)
        return max(AHEAD + self.received - self.sent, 0) * 2

    def fill(self, now: int) -> None:
        """Nobody writes, but there are keys to be heard: send them at the line's own pace."""
        if self._keys and self.send is not None and now - self.written_at > 200:
            room = self._room()
            keys, self._keys = self._keys[:room], self._keys[room:]
            self.sent += len(keys) // 2
            if keys:
                self.send(keys)
