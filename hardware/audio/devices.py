"""Sound devices by name, and the formats they speak. Cards is what the computer's sound system can do; portaudio.py is the real one."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from hardware.audio.resample import Floats

HOSTS = (
    "Windows WASAPI",
    "Core Audio",
    "ALSA",
    "JACK Audio Connection Kit",
    "Windows DirectSound",
    "MME",
    "OSS",
)
"""Host APIs, the best first. WDM-KS takes the device away from everybody: only when it is asked for by name."""

RATES = (48_000, 44_100, 32_000, 16_000, 8_000)

Take = Callable[[bytes, bool], None]
"""(samples of a block, whether sound was lost before it); called on the sound system's own thread."""

Give = Callable[[int], bytes]
"""How many frames are wanted → their bytes, no fewer; called on the sound system's own thread."""


class SoundError(Exception):
    """A device cannot be opened: not there, taken, or it speaks no format of ours. The text is for the log."""


@dataclass(frozen=True, slots=True)
class Device:
    """A device as the sound system lists it. rate: its own, as far as it says. index: of this list, until the next
    rescan. usual_in, usual_out: it is what the system takes when nobody says otherwise."""

    name: str
    host: str
    index: int
    inputs: int
    outputs: int
    rate: int = 48_000
    usual_in: bool = False
    usual_out: bool = False

    def __str__(self) -> str:
        return f"{self.name}, {self.host}"


@dataclass(frozen=True, slots=True)
class Format:
    """How samples lie in a block: rate in Hz, channels side by side, float32 (or int16)."""

    rate: int
    channels: int = 1
    floats: bool = False

    @property
    def frame(self) -> int:
        """Bytes of one moment."""
        return self.channels * (4 if self.floats else 2)

    def heard(self, block: bytes) -> Floats:
        """One channel, full scale ±1, of a block: the mean of its channels. A part of a moment at its end, and what is no number, is a
        driver's fault that must not cost the call."""
        kind = "<f4" if self.floats else "<i2"
        whole = np.frombuffer(block, kind, len(block) // self.frame * self.channels)
        sound = whole.reshape(-1, self.channels).astype(np.float32)
        if self.floats:
            np.nan_to_num(sound, copy=False, posinf=1, neginf=-1)
        else:
            sound /= 32768
        if self.channels == 1:
            return sound[:, 0]
        mean: Floats = sound.mean(axis=1, dtype=np.float32)
        return mean

    def block(self, sound: Floats) -> bytes:
        """The same sound on all channels."""
        wide = np.repeat(np.clip(sound, -1, 1)[:, None], self.channels, axis=1)
        if self.floats:
            return wide.astype("<f4").tobytes()
        return np.clip(np.rint(wide * 32768), -32768, 32767).astype("<i2").tobytes()


class Stream(Protocol):
    """An open device."""

    format: Format

    def whose(self) -> str:
        """The name of the device that is really behind the stream now; "" when that cannot be known."""

    def close(self) -> None:
        """Stop and let go; no callback comes afterwards. Never raises."""


class Cards(Protocol):
    """The computer's sound system."""

    def devices(self) -> Sequence[Device]:
        """What it knows. A list made once, when it started: what was plugged in later is not in it until rescan()."""

    def present(self) -> frozenset[str] | None:
        """Plain names of what is there right now, without disturbing open streams; None when that cannot be known. May take a second."""

    def rescan(self) -> None:
        """Make the list anew. Every stream must be closed: it would be dead, or the process."""

    def listen(self, device: Device, ready: Callable[[Format], Take], *, urgent: bool) -> Stream:
        """Open for recording, in the best format both sides speak; ready() is asked once, before the first block. urgent: somebody waits to
        hear it; otherwise in larger portions, which are safer and cheaper. SoundError."""

    def speak(self, device: Device, ready: Callable[[Format], Give]) -> Stream:
        """Open for playing; ready() is asked once, before the first block. SoundError."""


def plain(name: str) -> str:
    """A device's name without what changes from one plugging-in to the next: "(hw:1,0)" of ALSA, the "2- " of Windows."""
    name = re.sub(r"\s*\((plug)?hw:\d+,\d+\)", "", name)
    name = re.sub(r"(^|\()\d+- ", r"\1", name)
    return " ".join(name.split())


def find(wanted: str, devices: Iterable[Device], *, speaks: bool) -> Device | None:
    """The device called `wanted` ("NAME" or "NAME, HOST API"; "" = the usual one); None when it is not there. Never another one instead.

    Names are compared plain; of several host APIs the best wins. MME cuts names after 31 characters, so there a beginning is enough,
    if MME is asked for: two models may begin alike.
    """
    able = [each for each in devices if (each.outputs if speaks else each.inputs) > 0]
    name, _, host = wanted.rpartition(", ")
    if host in {each.host for each in able} | set(HOSTS):
        able = [each for each in able if each.host == host]
    else:
        name = wanted
        able = [each for each in able if each.host in HOSTS or each.name == wanted]
    able.sort(key=lambda each: HOSTS.index(each.host) if each.host in HOSTS else len(HOSTS))
    looked_for = plain(name)
    for device in able:
        if not wanted and (device.usual_out if speaks else device.usual_in):
            return device
        shown = plain(device.name)
        cut = device.host == host == "MME" and len(device.name) >= 31 and looked_for.startswith(shown)
        if shown == looked_for or cut:
            return device
    return None


def formats(own_rate: int, channels: int) -> list[tuple[int, int, bool]]:
    """(rate, channels, floats) in the order in which they are tried: the device's own rate first, for every conversion costs time.

    int16 before float32 (half the bytes in the callback), one channel before two (the rest of the way has one).
    """
    rates = [own_rate, *(rate for rate in RATES if rate != own_rate)]
    wide = [count for count in (1, 2) if count <= channels] or [channels]
    return [(rate, count, floats) for rate in rates for count in wide for floats in (False, True)]
