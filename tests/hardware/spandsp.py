"""libspandsp's super_tone_rx by ctypes, taught three cadences of the Chinese network: a second opinion on tones.

It is content with one cycle, and takes some words of Mandarin for a busy tone (notes/telephony.md §5): a vote, not a truth.
"""

import ctypes
import ctypes.util
from collections import Counter

from numpy.typing import NDArray

CADENCES = {"ringback": (1000, 4000), "busy": (350, 350), "congestion": (700, 700)}
NAMES = tuple(CADENCES)
_TOLERANCE = 0.1


def present() -> bool:
    """The library is installed."""
    return ctypes.util.find_library("spandsp") is not None


def votes(samples: NDArray) -> Counter[str]:
    """How often it says which tone in a sound (int16, 8000 Hz)."""
    library = ctypes.CDLL(ctypes.util.find_library("spandsp"))
    descriptor = _taught(library)
    said: Counter[str] = Counter()
    told = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.c_int)

    @told
    def heard(_user: object, code: int, _level: int, _delay: int) -> None:
        if 0 <= code < len(NAMES):
            said[NAMES[code]] += 1

    library.super_tone_rx_init.restype = ctypes.c_void_p
    library.super_tone_rx_init.argtypes = [ctypes.c_void_p, ctypes.c_void_p, told, ctypes.c_void_p]
    state = ctypes.c_void_p(library.super_tone_rx_init(None, descriptor, heard, None))
    library.super_tone_rx.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int]
    library.super_tone_rx(state, samples.ctypes.data_as(ctypes.c_void_p), len(samples))
    library.super_tone_rx_free.argtypes = [ctypes.c_void_p]
    library.super_tone_rx_free(state)
    return said


def _taught(library: ctypes.CDLL) -> ctypes.c_void_p:
    library.super_tone_rx_make_descriptor.restype = ctypes.c_void_p
    library.super_tone_rx_make_descriptor.argtypes = [ctypes.c_void_p]
    descriptor = ctypes.c_void_p(library.super_tone_rx_make_descriptor(None))
    library.super_tone_rx_add_tone.argtypes = [ctypes.c_void_p]
    library.super_tone_rx_add_element.argtypes = [ctypes.c_void_p] + [ctypes.c_int] * 5
    for on, off in CADENCES.values():
        number = library.super_tone_rx_add_tone(descriptor)
        for hertz, length in ((450, on), (0, off)):
            span = (int(length * (1 - _TOLERANCE)), int(length * (1 + _TOLERANCE)))
            library.super_tone_rx_add_element(descriptor, number, hertz, 0, *span)
    return descriptor
