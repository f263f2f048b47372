"""Hears what the line says: network tones, fax machines, recorded announcements, music, machines that answer.

Give it the respondent's channel as it comes; it gives line events. It works in steps of 100 ms of its own, so however the sound
is sliced the same is heard. Pure arithmetic: no device, no clock, no thread. About 1 % of one core while a call is on.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hardware.announcements import Library, Recogniser
from hardware.base import RATE, Announcement, LineEvent, ToneHeard
from hardware.bursts import STEP, WINDOW, Bursts, spectra
from hardware.cadence import NETWORK, Cadence, Meaning
from hardware.landmarks import STEP as HOP
from hardware.landmarks import Surveyor
from hardware.talk import Hint, Talk

CHUNK = RATE // 10
"""Samples that are taken at a time."""

KEPT = 60 * RATE
"""Samples before the answer of which a clip can be cut."""


_TONE = 250  # ms: a shorter one is part of a word
_SILENCE = 200  # amplitude
CLIP = 12 * RATE
"""Samples of a clip: an announcement's Chinese half, and what leads up to it."""


def spoken(sound: bytes) -> bytes:
    """The longest stretch of a sound (int16, 8000 Hz) without a network tone, and without the silence at its ends: what an announcement
    says. Empty when it is all tone or silence."""
    samples = np.frombuffer(sound[: len(sound) // 2 * 2], "<i2")
    if len(samples) < CHUNK:
        return b""
    bursts = Bursts()
    power = spectra(np.concatenate((np.zeros(WINDOW - STEP), samples.astype(np.float64))))
    found = [*bursts.hear(power), *([bursts.open] if bursts.open else [])]
    tones = [each for each in found if NETWORK[0] <= each.hertz <= NETWORK[1] and each.milliseconds >= _TONE]
    edges = [(0, 0), *((each.start, each.end) for each in tones), (len(samples), len(samples))]
    begin, end = max(((one[1], two[0]) for one, two in pairwise(edges)), key=lambda gap: gap[1] - gap[0])
    steps = np.abs(samples[begin : begin + (end - begin) // CHUNK * CHUNK].astype(np.int32)).reshape(
        -1, CHUNK
    )
    loud = np.flatnonzero(steps.max(axis=1) > _SILENCE) if len(steps) else np.zeros(0, int)
    if not len(loud):
        return b""
    return samples[begin + loud[0] * CHUNK : begin + (loud[-1] + 1) * CHUNK].tobytes()


class Listener:
    """Listens to one call, from its first sound on. library: the announcements it knows.

    at and samples of its events are offsets in that sound, mono is the milliseconds of it that had been heard.
    """

    def __init__(self, call_id: str, library: Library | None = None) -> None:
        self._call, self._answered = call_id, False
        self._rest, self._heard = b"", 0
        self._kept, self._kept_from = bytearray(), 0
        self._carry: NDArray[np.float64] = np.zeros(WINDOW - STEP)
        self._bursts, self._cadence = Bursts(), Cadence()
        self._talk = Talk()
        self._surveyor, self._recogniser = Surveyor(), Recogniser(library or Library())
        self._matched = False

    def answered(self) -> None:
        """Somebody took the call. From here on nothing is kept, and what was kept is forgotten: a clip never holds a resident's voice."""
        if not self._answered:
            self._talk.answered()
        self._answered = True
        self._kept, self._kept_from = bytearray(), self._heard

    def feed(self, right: bytes) -> list[LineEvent]:
        """Take the next sound (int16 little-endian, 8000 Hz) and tell what is recognised by now. Any slicing, even within a sample."""
        sound = self._rest + right
        size = 2 * CHUNK
        whole = len(sound) // size * size
        self._rest = sound[whole:]
        events: list[LineEvent] = []
        for at in range(0, whole, size):
            events += self._chunk(sound[at : at + size])
        return events

    def clip(self, at: int, samples: int) -> bytes:
        """What was heard there, int16 little-endian; empty or shorter when it is not kept (any more): see answered() and KEPT."""
        first = 2 * max(at - self._kept_from, 0)
        return bytes(self._kept[first : max(2 * (at + samples - self._kept_from), 0)])

    def overheard(self) -> tuple[int, bytes]:
        """The last seconds of what was heard before answer, and their sample offset; empty once somebody has answered."""
        at = max(self._kept_from, self._heard - CLIP)
        return at, self.clip(at, CLIP)

    def _chunk(self, sound: bytes) -> Sequence[LineEvent]:
        if not self._answered:
            self._kept += sound
            if (over := len(self._kept) - 2 * KEPT) > 0:
                del self._kept[:over]
                self._kept_from += over // 2
        samples = np.frombuffer(sound, "<i2").astype(np.float64)
        window = np.concatenate((self._carry, samples))
        self._carry = window[-(WINDOW - STEP) :]
        self._heard += CHUNK
        power = spectra(window)
        return [*self._tones(power), *self._announced(samples)]

    def _tones(self, power: NDArray[np.float64]) -> list[LineEvent]:
        ended = self._bursts.hear(power)
        found: list[Meaning | Hint] = [
            *self._cadence.hear(ended, self._bursts.open, self._heard),
            *self._talk.hear(power, ended),
        ]
        return [
            ToneHeard(self._mono, self._call, each.tone, each.at, each.end - each.at, each.confidence)
            for each in found
        ]

    def _announced(self, samples: NDArray[np.float64]) -> list[LineEvent]:
        if self._answered or self._matched:
            return []
        match = self._recogniser.hear(self._surveyor.hear(samples), self._surveyor.settled)
        if match is None:
            return []
        self._matched = True  # what has been told once is not told again: announcements repeat themselves
        at, until = match.at * HOP, match.until * HOP
        return [
            Announcement(
                self._mono, self._call, match.cause, match.confidence, match.label, at, max(until - at, 0)
            )
        ]

    @property
    def _mono(self) -> int:
        return self._heard * 1000 // RATE
