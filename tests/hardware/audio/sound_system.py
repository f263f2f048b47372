"""A sound system without hardware: devices that can be plugged in and pulled, moved, stalled and renamed; blocks come as time is moved on.

Like PortAudio's, its list of devices is frozen until rescan(), a pulled device's stream stays open and silent, and rescan() with an open
stream is a crash.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from app.clock import VirtualClock
from hardware.audio.devices import Device, Format, Give, SoundError, Stream, Take
from hardware.audio.resample import Floats
from hardware.base import Condition, LineEvent
from hardware.sound import DeviceSound

BLOCK = 10
"""ms."""


@dataclass
class Socket:
    """Where a device can be plugged in. sounds: (first sample, count) → what its microphone hears. played: what its speaker was given."""

    name: str
    form: Format = field(default_factory=lambda: Format(48_000))
    inputs: int = 1
    outputs: int = 0
    sounds: Callable[[int, int], Floats] = lambda start, count: np.full(count, 0.25, np.float32)
    plugged: bool = True
    refuses: bool = False
    silent: bool = False  # opens, but never a block comes
    ppm: float = 0.0
    moved_to: str = ""
    nameless: bool = False
    played: list[bytes] = field(default_factory=list)


class FakeStream:
    def __init__(self, system: "FakeSystem", socket: Socket, take: Take | None, give: Give | None) -> None:
        self.system, self.socket, self.take, self.give = system, socket, take, give
        self.form = self.format = socket.form
        self.dead = False
        self.made = 0
        self.began = system.clock.mono()
        self.flag_next = False

    def whose(self) -> str:
        return "" if self.socket.nameless else self.socket.moved_to or self.socket.name

    def close(self) -> None:
        if self in self.system.open:
            self.system.open.remove(self)

    def advance(self) -> None:
        frames = self.form.rate * BLOCK // 1000
        until = (self.system.clock.mono() - self.began) * self.form.rate * (1 + self.socket.ppm * 1e-6) / 1000
        while self.made + frames <= until:
            if self.take is not None:
                self.take(self.form.block(self.socket.sounds(self.made, frames)), self.flag_next)
                self.flag_next = False
            if self.give is not None:
                self.socket.played.append(self.give(frames))
            self.made += frames

    def lose(self, milliseconds: int) -> None:
        """Samples of so much time are gone; the next block says so."""
        self.made += self.form.rate * milliseconds // 1000
        self.flag_next = True


class FakeSystem:
    """The Cards of the tests."""

    def __init__(self, clock: VirtualClock, sockets: Sequence[Socket]) -> None:
        self.clock = clock
        self.sockets = {socket.name: socket for socket in sockets}
        self.open: list[FakeStream] = []
        self.rescans = 0
        self.stalled = False
        self._known = self._seen()

    def devices(self) -> Sequence[Device]:
        return self._known

    def present(self) -> frozenset[str] | None:
        return frozenset(device.name for device in self._seen())

    def rescan(self) -> None:
        assert not self.open, "PortAudio would have crashed"
        self.rescans += 1
        self._known = self._seen()

    def listen(self, device: Device, ready: Callable[[Format], Take], *, urgent: bool) -> Stream:
        return self._opened(device, ready(self._socket(device).form), None)

    def speak(self, device: Device, ready: Callable[[Format], Give]) -> Stream:
        return self._opened(device, None, ready(self._socket(device).form))

    def advance(self) -> None:
        for stream in list(self.open):
            if not self.socket_of(stream).plugged:
                stream.dead = True
            if not stream.dead and not self.stalled and not stream.socket.silent:
                stream.advance()

    def socket_of(self, stream: FakeStream) -> Socket:
        return stream.socket

    def stream(self, name: str) -> FakeStream:
        return next(stream for stream in self.open if stream.socket.name == name)

    def _seen(self) -> list[Device]:
        plugged = [each for each in self.sockets.values() if each.plugged]
        return [
            Device(each.name, "ALSA", index, each.inputs, each.outputs, each.form.rate)
            for index, each in enumerate(plugged)
        ]

    def _socket(self, device: Device) -> Socket:
        socket = self.sockets[device.name]
        if socket.refuses or not socket.plugged:
            raise SoundError(f"{device}: refused")
        return socket

    def _opened(self, device: Device, take: Take | None, give: Give | None) -> Stream:
        stream = FakeStream(self, self._socket(device), take, give)
        self.open.append(stream)
        return stream


class Workplace:
    """A DeviceSound on that system. Time passes only by advance(); every 5 ms the live way runs, every 50 ms the mending."""

    def __init__(
        self, *sockets: Socket, pcm: object = None, tones: Callable[[], bytes] = lambda: b"", **options: str
    ) -> None:
        self.clock = VirtualClock(1_700_000_000_000, 5_000)
        self.log: list[tuple[str, str]] = []
        self.system = FakeSystem(self.clock, sockets)
        self.sound = DeviceSound(
            options, pcm, self.clock, lambda way, text: self.log.append((way, text)), self.system, tones
        )
        self.told: list[LineEvent] = []
        self.advance(1000)

    def advance(self, milliseconds: int) -> None:
        for _ in range(0, milliseconds, 5):
            self.clock.advance(5)
            self.system.advance()
            self.sound.pump()
            if self.clock.mono() % 50 == 0:
                self.sound.mend()

    def conditions(self) -> list[tuple[str, str, bool]]:
        """(what, value, good) since the last time."""
        new = list(self.sound.heard())
        self.told += new
        return [(each.what, each.value, each.good) for each in new if isinstance(each, Condition)]


def headset(**changes: object) -> Socket:
    return Socket("Headset", outputs=1, **changes)  # type: ignore[arg-type]


def adapter(**changes: object) -> Socket:
    return Socket("Line adapter", Format(8_000), **changes)  # type: ignore[arg-type]
