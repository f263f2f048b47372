"""The live way of sound from one device to another: converted, made safe, and kept from growing late when the two clocks differ."""

from collections import deque

import numpy as np

from hardware.audio.resample import Floats, Resampler

AIM = 0.005
"""Seconds that should wait in front of the player when least waits: enough for a wake-up that comes a little late."""

LATEST = 0.08
"""Seconds waiting at which old sound is thrown away: a late voice is worse than a gap."""

_PULL = 0.005  # largest change of speed to hold the aim
_STIFF = 0.5  # change of speed per second of deviation
_SPAN = 0.5  # seconds over which the least is looked for


class Queue:
    """Bytes on their way to a player whose callback takes them. One thread puts, another takes; neither waits for the other."""

    def __init__(self, frame: int) -> None:
        self._frame = frame
        self._blocks: deque[bytes] = deque()
        self._rest = b""
        self._put = self._taken = 0
        self.starved = 0
        """Frames of silence that had to be played because nothing was there."""

    @property
    def waiting(self) -> int:
        """Frames put and not yet taken."""
        return (self._put - self._taken) // self._frame

    def put(self, block: bytes) -> None:
        """Add at the end."""
        self._put += len(block)
        self._blocks.append(block)

    def take(self, frames: int) -> bytes:
        """Exactly so many frames; silence where nothing is. Called by the sound system."""
        wanted = frames * self._frame
        found = [self._rest]
        have = len(self._rest)
        while have < wanted:
            try:
                block = self._blocks.popleft()
            except IndexError:
                break
            found.append(block)
            have += len(block)
        whole = b"".join(found)
        given, self._rest = whole[:wanted], whole[wanted:]
        self._taken += len(given)
        if len(given) < wanted:
            self.starved += (wanted - len(given)) // self._frame
            given += bytes(wanted - len(given))
        return given


class Passage:
    """From a source of `rate` Hz to a player of `out` Hz. queue: what waits in front of the player; None: the player takes all at once and
    at its own pace (a softphone), and the speed is the nominal one."""

    def __init__(self, rate: int, out: int, queue: Queue | None = None) -> None:
        self.rate, self.out = rate, out
        self._queue = queue
        self._resampler = Resampler(rate, out)
        self._signal: Floats = np.zeros(2 * self._resampler.reach, np.float32)
        self._position = float(self._resampler.reach)
        self._starved = -1
        self._late = False
        self._least, self._looked, self._off = 1.0, 0.0, 0.0

    def feed(self, sound: Floats) -> Floats:
        """What is to be played now of it."""
        self._signal = np.concatenate((self._signal, sound))
        end = len(self._signal) - self._resampler.reach
        speed = self.rate / self.out * (1 + self._pull(len(sound) / self.rate))
        count = max(0, int(np.ceil((end - self._position) / speed)))
        positions = self._position + speed * np.arange(count, dtype=np.float64)
        heard = self._resampler.read(self._signal, positions)
        self._position += speed * count
        gone = int(self._position) - self._resampler.reach
        if gone > 0:
            self._signal = self._signal[gone:]
            self._position -= gone
        return self._in_time(heard)

    def _pull(self, incoming: float) -> float:
        """Faster when too much waits, slower when too little. incoming: seconds of sound that are just being added."""
        if self._queue is None:
            return 0.0
        self._least = min(self._least, self._queue.waiting / self.out)
        self._looked += incoming
        if self._looked >= _SPAN:
            self._off, self._least, self._looked = self._least - AIM, 1.0, 0.0
        return min(max(self._off * _STIFF, -_PULL), _PULL)

    def _in_time(self, heard: Floats) -> Floats:
        """Too late: leave out until it is in time again. Run dry: begin again with the aim in hand, or it runs dry at every block."""
        if self._queue is None or not len(heard):
            return heard
        waits = self._queue.waiting / self.out
        self._late = waits > (AIM + 0.01 if self._late else LATEST)
        if self._late:
            return heard[:0]
        dry, self._starved = self._queue.starved != self._starved, self._queue.starved
        if dry and waits < AIM:
            return np.concatenate((np.zeros(round((AIM - waits) * self.out), np.float32), heard))
        return heard
