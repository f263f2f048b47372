"""One place where a device belongs (microphone, line, ear …) and what comes in or goes out there. places.py keeps them all going.

Three hands: the sound system's callback, the thread that watches, the thread that mends. Opening and closing may hang there for ever; what
the recording must know of a device does not wait for them.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from hardware.audio.devices import Cards, Device, Format, SoundError, Stream, find
from hardware.audio.passage import Queue

DEAD = 1000
"""ms without a block after which its stream is given up and opened anew."""

ATTENTION = 100
"""ms that one look counts at most: a process that slept itself must not declare its devices dead."""

_RUNNING = 20  # blocks
_SLOW_START = 3000  # ms until the first block of a stream that has just been opened


@dataclass(frozen=True, slots=True)
class Opened:
    """From here on blocks of this format."""

    form: Format


@dataclass(frozen=True, slots=True)
class Block:
    """Samples that came at `time` (ms). flagged: some were lost before."""

    time: int
    samples: bytes
    flagged: bool = False


@dataclass(frozen=True, slots=True)
class Gone:
    """The stream is closed: nothing more until the next Opened."""


Arrived = Opened | Block | Gone


class Place:
    """One device of the workplace. what: its name in conditions. wanted: device name, "" = the usual one."""

    speaks = False

    def __init__(self, what: str, wanted: str, mono: Callable[[], int]) -> None:
        self.what, self.wanted, self._mono = what, wanted, mono
        self.stream: Stream | None = None
        self.trouble = ""
        """What is wrong with it now; "" = nothing."""
        self.failures = 0
        """Attempts to open since it was last open."""
        self.peer = ""
        self.next_attempt = 0
        self.quiet = 0
        """ms for which no block came, as far as somebody was awake to see it."""
        self.alive = False
        """Whether it has been running since it was opened. Some devices take a few blocks at once and then nothing for two seconds."""
        self._blocks = self._seen = self._opened = 0

    @property
    def overdue(self) -> bool:
        """Whether a block should have come by now."""
        # A player that ran dry may pause by itself (PulseAudio's null sinks: 1.6 s); opening it anew would only make it pause again.
        hasty = self.alive and not self.speaks
        return self.quiet >= (DEAD if hasty else _SLOW_START)

    @property
    def dead(self) -> bool:
        """Whether its stream is to be closed."""
        return self.stream is not None and self.overdue

    def open(self, cards: Cards) -> None:
        """Open the device. SoundError, and whatever a driver throws."""
        device = find(self.wanted, cards.devices(), speaks=self.speaks)
        if device is None:
            raise SoundError(f"{self.wanted or 'the usual device'}: not there")
        self.quiet, self.alive, self._opened = 0, False, self._blocks
        try:
            self.stream = self._open(cards, device)
        except Exception:
            self.give_up()
            raise
        self.peer, self.failures = self.stream.whose(), 0

    def shut(self) -> None:
        """Close the stream. That may hang: all else is done before."""
        stream, self.stream = self.stream, None
        if stream is not None:
            stream.close()

    def give_up(self) -> None:
        """Nothing is expected of the stream any more, open or not. Light."""

    def look(self, elapsed: int) -> None:
        """Did a block come in the `elapsed` ms since the last look?"""
        if self._blocks != self._seen:
            self._seen, self.quiet = self._blocks, 0
            self.alive = self._blocks - self._opened >= _RUNNING
        else:
            self.quiet += min(elapsed, ATTENTION)

    def _open(self, cards: Cards, device: Device) -> Stream:
        raise NotImplementedError


class Intake(Place):
    """A place where sound comes in. Blocks wait in `arrived` for the recording (never thrown away) and in `live` for the ear (the last half
    second). Deques: the callback of the sound system appends, nobody waits for a lock."""

    def __init__(self, what: str, wanted: str, mono: Callable[[], int]) -> None:
        super().__init__(what, wanted, mono)
        self.arrived: deque[Arrived] = deque()
        self.live: deque[bytes] = deque(maxlen=100)
        self.form = Format(48_000)
        self.muted = False
        self._current: Opened | None = None
        self._told_gone = True

    def shut(self) -> None:
        """Close the stream. What a stream that does not let itself be closed still brings is ignored."""
        self.give_up()
        self._current = None
        super().shut()

    def give_up(self) -> None:
        """Tell the recording that nothing more comes: the other side must not wait until a device that is gone has let itself be closed.
        Should blocks come again all the same, they are taken."""
        if not self._told_gone:
            self.arrived.append(Gone())
            self._told_gone = True  # only now: a callback in between must not be followed by the Gone

    def _open(self, cards: Cards, device: Device) -> Stream:
        return cards.listen(device, self._ready, urgent=self.what == "line-audio")

    def _ready(self, form: Format) -> Callable[[bytes, bool], None]:
        opened = Opened(form)
        self.form, self._current, self._told_gone = form, opened, False
        self.arrived.append(opened)

        def take(samples: bytes, flagged: bool) -> None:  # noqa: FBT001 — the sound system's own signature
            if self._current is not opened or not samples:
                return
            if self._told_gone:
                self._told_gone = False
                self.arrived.append(opened)
            if self.muted:
                samples = bytes(len(samples))
            self.arrived.append(Block(self._mono(), samples, flagged))
            self.live.append(samples)
            self._blocks += 1

        return take


class Outlet(Place):
    """A place where sound goes out: what is put into `queue` is played."""

    speaks = True

    def __init__(self, what: str, wanted: str, mono: Callable[[], int]) -> None:
        super().__init__(what, wanted, mono)
        self.form = Format(48_000)
        self.queue: Queue | None = None

    def shut(self) -> None:
        """Close the stream."""
        self.queue = None
        super().shut()

    def _open(self, cards: Cards, device: Device) -> Stream:
        return cards.speak(device, self._ready)

    def _ready(self, form: Format) -> Callable[[int], bytes]:
        queue = Queue(form.frame)
        self.form, self.queue = form, queue

        def give(frames: int) -> bytes:
            self._blocks += 1
            return queue.take(frames)

        return give
