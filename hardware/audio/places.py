"""The places where a device belongs (microphone, line, ear …): opened by name, watched, given up when dead, opened again when back.

Two callers: watch() is light and called every few ms; mend() may take seconds (opening, asking what is there, renewing PortAudio's list)
and runs on a thread of its own. Neither is called by two threads at once.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from hardware.audio.devices import Cards, Device, Format, SoundError, Stream, find, plain
from hardware.audio.passage import Queue

SILENT = 400
"""ms without a block after which a device is told to be lost. Blocks come every 5 or 10 ms; a busy machine held them for 310."""

DEAD = 1000
"""ms without a block after which its stream is given up and opened anew."""

ATTENTION = 100
"""ms that one look counts at most: a process that slept itself must not declare its devices dead."""

_RUNNING = 20  # blocks
_SLOW_START = 3000  # ms until the first block of a stream that has just been opened
_AGAIN = 1000  # ms between two attempts to open a device
_LOOK = 2000  # ms between two looks at who is connected
_STUBBORN = 5  # failures of a device that PortAudio believes to know
_RENEW = 2000  # ms until the list is renewed again when it did not help; twice as long after each
_RENEW_MOST = 60_000

Tell = Callable[[str, str, bool], None]
"""(what, value, good) of a Condition."""

Log = Callable[[str, str], None]
"""(direction, text): "<" what the device did, ">" what we did to it, "!" what went wrong."""


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
    def dead(self) -> bool:
        """Whether its stream is to be given up."""
        # A player that ran dry may pause by itself (PulseAudio's null sinks: 1.6 s); opening it anew would only make it pause again.
        hasty = self.alive and not self.speaks
        return self.stream is not None and self.quiet >= (DEAD if hasty else _SLOW_START)

    def open(self, cards: Cards) -> None:
        """Open the device. SoundError."""
        device = find(self.wanted, cards.devices(), speaks=self.speaks)
        if device is None:
            raise SoundError(f"{self.wanted or 'the usual device'}: not there")
        self.quiet, self.alive, self._opened = 0, False, self._blocks
        self.stream = self._open(cards, device)
        self.peer, self.failures = self.stream.whose(), 0

    def shut(self) -> None:
        """Close the stream."""
        if self.stream is not None:
            self.stream.close()
            self.stream = None

    def look(self, elapsed: int) -> None:
        """Did a block come in the `elapsed` ms since the last look?"""
        if self._blocks != self._seen:
            self._seen, self.quiet = self._blocks, 0
            self.alive = self._blocks - self._opened >= _RUNNING
        elif self.stream is not None:
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

    def shut(self) -> None:
        """Close the stream; the recording is told."""
        if self.stream is not None:
            super().shut()
            self.arrived.append(Gone())

    def _open(self, cards: Cards, device: Device) -> Stream:
        return cards.listen(device, self._ready, urgent=self.what == "line-audio")

    def _ready(self, form: Format) -> Callable[[bytes, bool], None]:
        self.form = form
        self.arrived.append(Opened(form))

        def take(samples: bytes, flagged: bool) -> None:  # noqa: FBT001 — the sound system's own signature
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


class Places:
    """All places of a workplace and the one sound system behind them. idle: whether no call is on (then a renewal costs nothing)."""

    def __init__(
        self, places: list[Place], cards: Cards, mono: Callable[[], int], tell: Tell, log: Log
    ) -> None:
        self._places, self._cards, self._mono = places, cards, mono
        self._tell, self._log = tell, log
        self._last_watch = mono()
        self._last_look = mono() - _LOOK
        self._next_renewal, self._patience = mono(), _RENEW
        self.idle = True

    def watch(self) -> None:
        """Light: notice who has fallen silent or speaks again."""
        now = self._mono()
        elapsed, self._last_watch = now - self._last_watch, now
        for place in self._places:
            place.look(elapsed)
            if place.alive and place.quiet >= SILENT and not place.trouble:
                self._trouble(place, "lost")
            elif place.alive and place.quiet == 0 and place.trouble and place.stream is not None:
                self._well(place)

    def mend(self) -> None:
        """Slow: give up what is dead, open what is not open, look whether somebody is there again or somewhere else."""
        now = self._mono()
        for place in self._places:
            if place.dead:
                self._log("!", f"{place.what}: no block for {place.quiet} ms, closing")
                place.shut()
            if place.stream is None and now >= place.next_attempt:
                self._try(place)
        if now - self._last_look >= _LOOK:
            self._last_look = now
            self._who_is_connected()
            self._who_is_back()

    def close(self) -> None:
        """Close everything."""
        for place in self._places:
            place.shut()

    def _try(self, place: Place) -> None:
        place.next_attempt = self._mono() + _AGAIN
        try:
            place.open(self._cards)
        except SoundError as error:
            place.failures += 1
            if place.failures == 1:
                self._log("!", f"{place.what}: {error}")
            if not place.trouble:
                self._trouble(place, "not there")
        else:
            self._log(">", f"{place.what}: opened {place.wanted or 'the usual device'} {place.peer}".rstrip())

    def _who_is_connected(self) -> None:
        """A sound server may have moved a stream to another device without a word: that is not what is to be recorded."""
        for place in self._places:
            if place.stream is None or not place.peer:
                continue
            whose = place.stream.whose()
            if whose and whose != place.peer:
                self._log("!", f"{place.what}: moved from {place.peer} to {whose}, closing")
                place.shut()
                self._trouble(place, f"moved to {whose}")

    def _who_is_back(self) -> None:
        """PortAudio does not see what was plugged in after it started. Its list is renewed when somebody missing is there again, or when
        nobody would notice; all streams are closed for that time and opened again."""
        missing = [place for place in self._places if place.stream is None and place.failures]
        if not missing:
            self._patience = _RENEW
            return
        now = self._mono()
        if now < self._next_renewal or not self._worth_renewing(missing):
            return
        self._next_renewal, self._patience = now + self._patience, min(2 * self._patience, _RENEW_MOST)
        self._log(">", "renewing the list of sound devices")
        for place in self._places:
            place.shut()
        try:
            self._cards.rescan()
        except Exception as error:  # noqa: BLE001 — whatever the sound system throws, the next look tries again
            self._log("!", f"renewing failed: {error}")
            return
        for place in self._places:
            self._try(place)

    def _worth_renewing(self, missing: list[Place]) -> bool:
        """With open streams in a call, only when a fresh look finds somebody whom PortAudio does not know."""
        if self.idle or not any(place.stream is not None for place in self._places):
            return True
        known = frozenset(plain(device.name) for device in self._cards.devices())
        if all(_among(place.wanted, known) for place in missing if place.wanted) and not any(
            place.failures >= _STUBBORN for place in missing
        ):
            return False
        there = self._cards.present()
        return there is not None and any(
            _among(place.wanted, there) if place.wanted else bool(there - known) for place in missing
        )

    def _trouble(self, place: Place, text: str) -> None:
        place.trouble = text
        self._tell(place.what, text, False)

    def _well(self, place: Place) -> None:
        place.trouble = ""
        self._tell(place.what, "good", True)


def _among(wanted: str, there: frozenset[str]) -> bool:
    """Whether a device of this name is in the list of what is there; names may be cut after 31 characters."""
    name = plain(wanted)
    return any(
        name == each or name.startswith(f"{each}, ") or (len(each) >= 29 and name.startswith(each))
        for each in there
    )
