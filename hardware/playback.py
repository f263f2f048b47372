"""Plays a recording through the computer's sound system, straight from memory: left and right as they were recorded, or mixed.

Blocking writes: whoever listens does nothing else meanwhile. Not tried on Windows and not with a real sound card.
"""

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from hardware.audio.devices import Device, Format, find, formats
from hardware.audio.passage import Passage
from hardware.audio.portaudio import ABSENT, PortAudio, host_settings
from hardware.audio.resample import Floats
from hardware.base import RATE

if not ABSENT:
    import sounddevice

_TELEPHONE = Format(RATE)
_AHEAD = 0.3
"""Seconds that the device holds: a busy computer must not tear the sound, and nobody answers it. "high" stands for 35 ms behind ALSA."""
_REST = bytes(2 * round(RATE * (_AHEAD + 0.2)))


def open_playback(ear: str, *, mono: bool) -> "DevicePlayback":
    """The output called `ear` (as [sound] in settings.toml names it; "" = the system's usual one), open. mono: both sides in both ears; a
    device with one channel mixes in any case. Raises OSError when there is no such device, or it speaks no format of ours."""
    if ABSENT:
        raise OSError(ABSENT)
    device = find(ear, PortAudio().devices(), speaks=True)
    if device is None:
        raise OSError(f'there is no sound output "{ear}"' if ear else "there is no sound output")
    # The widest first: one channel would lose who said it.
    wide = sorted(formats(device.rate, device.outputs), key=lambda form: -form[1])
    refused = ""
    for rate, channels, floats in wide:
        form = Format(rate, channels, floats)
        try:
            return DevicePlayback(_open(device, form), form, mono=mono)
        except (sounddevice.PortAudioError, ValueError) as error:
            refused = refused or str(error)
    raise OSError(f"{device} cannot be opened: {refused}")


def _open(device: Device, form: Format) -> Any:
    stream = sounddevice.RawOutputStream(
        device=device.index,
        samplerate=form.rate,
        channels=form.channels,
        dtype="float32" if form.floats else "int16",
        latency=_AHEAD,
        **host_settings(device),
    )
    stream.start()
    return stream


class DevicePlayback:
    """A Playback over an open blocking stream of this format."""

    def __init__(self, stream: Any, form: Format, *, mono: bool) -> None:
        self._stream, self._form, self._mixed = stream, form, mono or form.channels != 2
        self._ways = Passage(RATE, form.rate), Passage(RATE, form.rate)
        self._closed = False

    def play(self, left: bytes, right: bytes) -> None:
        """Converted to the device's rate and written; waits while the device has enough."""
        sides = [
            way.feed(_TELEPHONE.heard(side)) for way, side in zip(self._ways, (left, right), strict=True)
        ]
        with _as_os_errors():
            self._stream.write(self._block(*sides))

    def finish(self) -> None:
        """Silence first, longer than the device holds: PortAudio's stop should wait for its buffers, but behind ALSA PulseAudio dropped
        what they held and 40 ms more (measured)."""
        self.play(_REST, _REST)
        with _as_os_errors():
            self._stream.stop()

    def close(self) -> None:
        """Abort, then close."""
        if not self._closed:
            self._closed = True
            for end in (self._stream.abort, self._stream.close):
                with contextlib.suppress(sounddevice.PortAudioError):
                    end()

    def _block(self, left: Floats, right: Floats) -> bytes:
        if self._mixed:
            return self._form.block((left + right) * np.float32(0.5))
        both = np.clip(np.stack((left, right), axis=1), -1, 1)
        if self._form.floats:
            return both.astype("<f4").tobytes()
        return np.clip(np.rint(both * 32768), -32768, 32767).astype("<i2").tobytes()


@contextlib.contextmanager
def _as_os_errors() -> Iterator[None]:
    try:
        yield
    except sounddevice.PortAudioError as error:
        raise OSError(str(error)) from error
