"""The computer's sound system through PortAudio (sounddevice). Its callbacks only hand bytes over; nothing here computes.

Not tried on Windows and not with a real sound card: there was PulseAudio behind ALSA. What is written for WASAPI follows PortAudio's and
sounddevice's documentation (shared mode with automatic conversion; exclusive mode would take the headset away from everybody).
"""

import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from hardware.audio import alsa
from hardware.audio.devices import Device, Format, Give, SoundError, Stream, Take, formats
from hardware.audio.present import Peers, Watched, present

try:
    import sounddevice
except (ImportError, OSError) as error:  # no PortAudio on this computer: the desk must start all the same
    ABSENT = f"no sound system: {error}"
else:
    ABSENT = ""
    """Why there is no sound system at all; "" = there is one."""

BLOCK, SHORT_BLOCK = 0.010, 0.005
"""Seconds of one block, and of one that somebody waits for. Every block needs the interpreter for a moment: short ones make the way to the
ear 22 ms shorter (measured), short ones everywhere were too many for a process with four busy threads."""

_KEEP, _KEEP_SERVED = 0.1, 0.04
"""Seconds that a device itself keeps for us while the interpreter is busy; a sound server keeps seconds anyhow. PortAudio's ALSA part hands
over a third of it at once (measured: 0.1 → 30 ms, "low" → 10 ms), and the ear has to wait for that."""

_LOOK, _LOOKS = 0.01, 50
"""Seconds between two looks whether a stream has ended by itself, and how many. Counted, not timed: while this thread finds its turn the
stream's own thread finds it, too."""


class PortAudio:
    """sounddevice as Cards. One per process: PortAudio itself has one list and one state."""

    def __init__(self) -> None:
        self._peers = Peers()

    def devices(self) -> Sequence[Device]:
        """What PortAudio saw when it started."""
        if ABSENT:
            return ()
        try:
            hosts, found = sounddevice.query_hostapis(), sounddevice.query_devices()
        except sounddevice.PortAudioError:
            return ()  # between a failed rescan and the next
        return [
            Device(
                str(each["name"]),
                str(hosts[each["hostapi"]]["name"]),
                int(each["index"]),
                int(each["max_input_channels"]),
                int(each["max_output_channels"]),
                round(each["default_samplerate"]),
                each["index"] == hosts[each["hostapi"]]["default_input_device"],
                each["index"] == hosts[each["hostapi"]]["default_output_device"],
            )
            for each in found
        ]

    def present(self) -> frozenset[str] | None:
        """Asked from outside of this process's PortAudio."""
        return present()

    def rescan(self) -> None:
        """Terminate and initialise. sounddevice has no public call for it (python-sounddevice #125)."""
        if ABSENT:
            return
        with contextlib.suppress(sounddevice.PortAudioError):
            sounddevice._terminate()  # noqa: SLF001
        sounddevice._initialize()  # noqa: SLF001

    def listen(self, device: Device, ready: Callable[[Format], Take], *, urgent: bool) -> Stream:
        """Open for recording."""

        def callback(form: Format, over: threading.Event) -> Callable[..., None]:
            take = ready(form)

            def heard(block: Any, frames: int, times: Any, status: sounddevice.CallbackFlags) -> None:  # noqa: ARG001
                if over.is_set():
                    raise sounddevice.CallbackAbort
                take(bytes(block), bool(status.input_overflow))

            return heard

        # A bare card would lose what it does not keep. WASAPI hands over every 10 ms in any case (read, not tried).
        served = device.host == "ALSA" and "(hw:" not in device.name
        keep = _KEEP if not served else "low" if urgent else _KEEP_SERVED
        return self._open(device, callback, keep, speaks=False)

    def speak(self, device: Device, ready: Callable[[Format], Give]) -> Stream:
        """Open for playing, with the smallest delay that the device offers."""

        def callback(form: Format, over: threading.Event) -> Callable[..., None]:
            give = ready(form)

            def wanted(block: Any, frames: int, times: Any, status: sounddevice.CallbackFlags) -> None:  # noqa: ARG001
                if over.is_set():
                    block[:] = bytes(len(block))  # the ear must not hear what lay in the memory
                    raise sounddevice.CallbackAbort
                block[:] = give(frames)

            return wanted

        return self._open(device, callback, "low", speaks=True)

    def _open(
        self,
        device: Device,
        callback: Callable[[Format, threading.Event], Callable[..., None]],
        latency: float | str,
        *,
        speaks: bool,
    ) -> Stream:
        kind = sounddevice.RawOutputStream if speaks else sounddevice.RawInputStream
        refused: list[str] = []
        for rate, count, floats in formats(device.rate, device.outputs if speaks else device.inputs):
            form = Format(rate, count, floats)
            if device.host == "ALSA" and (why := alsa.refusal(device.name, rate, count, speaks=speaks)):
                refused.append(f"{rate}/{count}: {why}")
                continue  # to ask PortAudio all the same may end this process, and the recording with it
            over = threading.Event()
            try:
                stream = _running(kind, device, form, latency, callback(form, over))
            except (sounddevice.PortAudioError, ValueError) as error:
                refused.append(f"{rate}/{count}/{'float32' if floats else 'int16'}: {error}")
                continue
            return _Open(stream, form, self._peers.watch(speaks=speaks), over)
        raise SoundError(f"{device}: no format fits. {'; '.join(refused[:3])}")


def _running(
    kind: Callable[..., Any],
    device: Device,
    form: Format,
    latency: float | str,
    callback: Callable[..., None],
) -> Any:
    stream = kind(
        device=device.index,
        samplerate=form.rate,
        channels=form.channels,
        dtype="float32" if form.floats else "int16",
        blocksize=round(form.rate * (SHORT_BLOCK if latency == "low" else BLOCK)),
        latency=latency,
        callback=callback,
        **host_settings(device),
    )
    try:
        stream.start()
    except sounddevice.PortAudioError:
        stream.close()  # or the device stays taken: by us
        raise
    return stream


def host_settings(device: Device) -> dict[str, Any]:
    """What a stream of this device's host API is opened with besides."""
    if device.host == "Windows WASAPI":
        return {"extra_settings": sounddevice.WasapiSettings(auto_convert=True)}
    return {}


class _Open:
    """An open PortAudio stream. over: once it is set, the stream's callback ends its own thread."""

    def __init__(self, stream: Any, form: Format, watched: Watched, over: threading.Event) -> None:
        self._stream, self.format, self._watched, self._over = stream, form, watched, over

    def whose(self) -> str:
        """To whom it is connected now, as the sound server says; "" = not known (yet)."""
        return self._watched.whose()

    def close(self) -> None:
        """Let it end by itself, then close. PortAudio's abort cancels the stream's thread (pthread_cancel) in the middle of anything:
        of waiting for the interpreter, which nobody gets afterwards, or of PulseAudio's lock. So abort is left for a device that brings no
        block any more. A pulled USB card closes within 0.1 s; errors mean that it is gone already."""
        self._over.set()
        for _ in range(_LOOKS):
            if not self._active():
                break
            time.sleep(_LOOK)
        for end in (self._stream.abort if self._active() else self._stream.stop, self._stream.close):
            with contextlib.suppress(sounddevice.PortAudioError):
                end()
        self._watched.closed()

    def _active(self) -> bool:
        with contextlib.suppress(sounddevice.PortAudioError):
            return bool(self._stream.active)
        return False
