"""Asking ALSA itself whether a device can be opened, before PortAudio is asked to.

On Linux PortAudio (19.6, and its newest source) keeps the result of its every step in one variable for all threads (`paUtilErr_`,
pa_unix_util.h). While it opens a device that refuses, the thread of any other stream may set that to "no error": then Pa_OpenStream goes on
with a stream that is not there, and the process dies, or Pa_StartStream waits for ever (PortAudio #535). With two streams running that took
less than a hundred attempts (tests/real/test_absent.py). So it is asked to open only what does open; ALSA, which has no such variable,
answers in 1 to 2 ms (PulseAudio).
"""

import ctypes
import functools
import re
import sys
from typing import Any

_PLAYBACK, _CAPTURE = 0, 1  # snd_pcm_stream_t
_NONBLOCK = 1  # SND_PCM_NONBLOCK
_DEVIATION = 100
"""A rate may be off by one part in so many: as PortAudio takes it (RATE_MAX_DEVIATE_RATIO)."""


class AlsaError(Exception):
    """What ALSA does not do, in its own words."""


def refusal(device: str, rate: int, channels: int, *, speaks: bool) -> str:
    """Why a device of PortAudio's list does not open so; "" = it does, or there is nobody to be asked. A capturing device is started, too:
    a sound server finds some faults only then. What sample format it has does not matter: PortAudio converts."""
    library = _library()
    if library is None:
        return ""
    pcm, wanted = ctypes.c_void_p(), ctypes.c_void_p()
    try:
        _did(
            library.snd_pcm_open(
                ctypes.byref(pcm), _pcm(device), _PLAYBACK if speaks else _CAPTURE, _NONBLOCK
            )
        )
        _did(library.snd_pcm_hw_params_malloc(ctypes.byref(wanted)))
        _configure(library, pcm, wanted, rate, channels)
        if not speaks:  # a player that is given nothing to play is not startable
            _did(library.snd_pcm_start(pcm))
    except AlsaError as reason:
        return str(reason)
    finally:
        if wanted:
            library.snd_pcm_hw_params_free(wanted)
        if pcm:
            library.snd_pcm_close(pcm)
    return ""


def _configure(library: Any, pcm: ctypes.c_void_p, wanted: ctypes.c_void_p, rate: int, channels: int) -> None:
    got, most = ctypes.c_uint(rate), ctypes.c_uint(channels)
    _did(library.snd_pcm_hw_params_any(pcm, wanted))
    # The nearest: PortAudio mixes one channel into two where a device knows no single one.
    _did(library.snd_pcm_hw_params_set_channels_near(pcm, wanted, ctypes.byref(most)))
    _did(library.snd_pcm_hw_params_set_rate_near(pcm, wanted, ctypes.byref(got), None))
    if most.value < channels:
        raise AlsaError(f"only {most.value} channels")
    if abs(got.value - rate) * _DEVIATION > rate:
        raise AlsaError(f"no {rate} Hz")
    _did(library.snd_pcm_hw_params(pcm, wanted))  # which prepares it, and connects it at a sound server


def _did(answer: int) -> None:
    if answer < 0:
        library = _library()
        raise AlsaError(
            library.snd_strerror(answer).decode("utf-8", "replace") if library is not None else ""
        )


def _pcm(device: str) -> bytes:
    """ALSA's own name: what PortAudio puts into brackets after a card's name, or the name of a plugin as it is."""
    card = re.search(r"\((hw:\d+,\d+)\)$", device)
    return (card[1] if card else device).encode()


@functools.cache
def _library() -> Any:
    """None = no ALSA on this computer."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        library = ctypes.CDLL("libasound.so.2")
    except OSError:
        return None
    library.snd_strerror.restype = ctypes.c_char_p
    return library
