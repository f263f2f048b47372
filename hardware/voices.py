"""Voices made of arithmetic: harmonics under moving formants, in syllables, tones, phrases and pauses. Nobody can be recognised.

What comes out is speech-like (a meter, a codec and a listener's ear take it for talk without words), so that a rehearsal
exercises the recording with something that behaves like sound. Each voice is made once per seed; talking takes slices.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from hardware.base import RATE
from hardware.tones import Samples, repeat

Curve = NDArray[np.float64]
"""A quantity over time."""

PEAK = 11_000
"""Loudest sample of a voice: about −9 dBFS, what a well set microphone gives."""

_FRAME = RATE // 200  # harmonics change their strength every 5 ms
_SECONDS = 16
_HIGHEST = 3400  # Hz: what the telephone network carries

_VOWELS = (
    (780, 1250, 2600),
    (520, 900, 2500),
    (480, 1600, 2500),
    (310, 2250, 2950),
    (350, 750, 2400),
    (320, 1750, 2250),
)
"""First three formants in Hz of a, o, e, i, u, ü for a grown man; textbook values, rounded."""

_CONTOURS = ((1.25, 1.25), (0.95, 1.25), (0.9, 0.8), (1.3, 0.8), (1.0, 0.95))
"""The four tones of Mandarin and the neutral one: pitch at the beginning and at the end of a syllable, times the voice's own."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """How somebody talks. pitch: Hz. tract: formants, times a man's. pace: syllables per second. steady: 0 lively – 1 read off."""

    pitch: float
    tract: float
    pace: float
    steady: float


INTERVIEWER = Speaker(pitch=215, tract=1.17, pace=4.6, steady=0.35)
RESIDENT = Speaker(pitch=112, tract=0.98, pace=4.0, steady=0.0)
OPERATOR = Speaker(pitch=245, tract=1.2, pace=4.2, steady=0.75)
"""The recorded announcement of the network."""


@dataclass(frozen=True, slots=True)
class _Syllable:
    start: int
    length: int
    vowel: tuple[int, int, int]
    contour: tuple[float, float]
    breath: float  # strength of the consonant's noise
    opens: bool  # it is the first of its phrase


class Voice:
    """One speaker. The same speaker and seed give the same sound."""

    def __init__(self, speaker: Speaker, seed: str) -> None:
        random = np.random.default_rng([round(speaker.pitch), *seed.encode()])
        syllables = list(_syllables(speaker, random))
        self._loop = _spoken(speaker, syllables, random)
        self._phrases = tuple(syllable.start for syllable in syllables if syllable.opens)

    def samples(self, start: int, count: int) -> Samples:
        """`count` samples from index `start` of an endless murmur on."""
        return repeat(self._loop, start, count)

    def phrase(self, number: int) -> int:
        """The index at which the number-th phrase (counted round and round) begins."""
        return self._phrases[number % len(self._phrases)]


@lru_cache(maxsize=6)
def voice(speaker: Speaker, seed: str) -> Voice:
    """The voice of a speaker, made (in some 40 ms) only when this seed is new to the process."""
    return Voice(speaker, seed)


def _syllables(speaker: Speaker, random: np.random.Generator) -> Iterator[_Syllable]:
    """Phrases of a few syllables, each followed by a pause, until the loop is nearly full."""
    at = 0
    while at < (_SECONDS - 2) * RATE:
        for place in range(random.integers(4, 9)):
            length = round(RATE / speaker.pace * random.uniform(0.8, 1.2))
            vowel = _VOWELS[random.integers(len(_VOWELS))]
            contour = _CONTOURS[random.integers(len(_CONTOURS))]
            breath = float(random.choice((0.0, 0.3, 0.7)))
            yield _Syllable(at, length, vowel, contour, breath, opens=place == 0)
            at += length
        at += round(RATE * random.uniform(0.25, 0.6))


def _spoken(speaker: Speaker, syllables: list[_Syllable], random: np.random.Generator) -> Samples:
    length = (_SECONDS + 2) * RATE
    pitch, loudness, breath = np.full(length, float(speaker.pitch)), np.zeros(length), np.zeros(length)
    formants = np.full((3, length // _FRAME), 500.0)
    for syllable in syllables:
        here = slice(syllable.start, syllable.start + syllable.length)
        frames = slice(here.start // _FRAME, -(-here.stop // _FRAME))
        way = np.linspace(0, 1, syllable.length)
        first, last = (1 + (height - 1) * (1 - speaker.steady) for height in syllable.contour)
        pitch[here] *= first + (last - first) * way
        loudness[here] = np.minimum(1, np.minimum(way / 0.12, (1 - way) / 0.35)) ** 2
        breath[here] = syllable.breath * np.clip(1 - way / 0.25, 0, 1)
        formants[:, frames] = speaker.tract * np.array(syllable.vowel)[:, None]
    voiced = _harmonics(pitch, formants, speaker.pitch) * loudness
    bright = np.diff(random.normal(0, 1, length), prepend=0.0)  # differences of noise hiss, as consonants do
    sound: Curve = voiced / np.abs(voiced).max() + 0.12 * bright * breath
    end = syllables[-1].start + syllables[-1].length + RATE // 2
    return np.clip(sound[:end] * PEAK, -PEAK, PEAK).astype(np.int16)


def _harmonics(pitch: Curve, formants: NDArray[np.float64], lowest: float) -> Curve:
    """A buzz of the given pitch (Hz per sample) through resonances (Hz per frame), by adding harmonics up to _HIGHEST."""
    phase: Curve = np.cumsum(pitch) * (2 * np.pi / RATE)
    frame_pitch = pitch[::_FRAME]
    sound: Curve = np.zeros_like(phase)
    twice, before, wave = 2 * np.cos(phase), np.zeros_like(phase), np.sin(phase)
    for number in range(1, int(_HIGHEST / (0.8 * lowest)) + 1):
        hertz = frame_pitch * number
        strength = np.where(hertz < _HIGHEST, _resonance(hertz, formants) / number, 0.0)
        sound += np.repeat(strength, _FRAME) * wave
        # sin((k+1)x) = 2 cos x sin kx − sin((k−1)x): one sine for all harmonics
        before, wave = wave, twice * wave - before
    return sound


def _resonance(hertz: Curve, formants: NDArray[np.float64]) -> Curve:
    """How strongly the vocal tract passes a frequency, per frame."""
    gains, widths = np.array([[1.0], [0.8], [0.5]]), np.array([[70.0], [100.0], [150.0]])
    passed: Curve = (gains / (1 + ((hertz - formants) / widths) ** 2)).sum(axis=0)
    return passed
