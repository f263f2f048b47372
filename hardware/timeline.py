"""What is to be heard on a rehearsal line, and when: pieces of sound laid on two channels, mixed as time goes by.

Positions are samples since the clock's zero (8 per millisecond), so sound and line events share one time. What has been mixed
once is never changed: sound is only added from now on, and a cut takes effect from now on.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from hardware.base import RATE
from hardware.tones import Samples, repeat

Sounding = Callable[[int, int], Samples]
"""(start, count) → count samples from index start on."""

KNEE = 24_000
"""Up to here the limiter lets everything through unchanged."""

FADE = RATE // 100
"""Samples of fade at both ends of a piece: 10 ms, so that nothing clicks."""

_NOISE_SECONDS = 7
_NOISE_LEVEL = 14.0  # standard deviation: about −64 dBm0, what an idle line and a quiet room sound like


class Channel(IntEnum):
    """Side of the recording."""

    LEFT = 0
    """The interviewer."""
    RIGHT = 1
    """The respondent and the network."""


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A sound on one channel from sample `start` to before sample `end`. talk: part of a conversation, may be interrupted."""

    channel: Channel
    start: int
    end: int
    sound: Sounding
    talk: bool = False

    def until(self, at: int) -> "Piece":
        """The same sound, fading out from sample `at` on if it is still there."""
        return replace(self, end=min(self.end, at + FADE))

    def mix(self, into: NDArray[np.int32], at: int) -> None:
        """Add what falls into the samples from `at` on."""
        first, last = max(self.start, at), min(self.end, at + len(into))
        if first >= last:
            return
        heard = self.sound(first - self.start, last - first).astype(np.int32)
        if first < self.start + FADE or last > self.end - FADE:
            index = np.arange(first, last)
            edge = np.minimum(index - self.start, self.end - 1 - index)
            heard = (heard * np.minimum(edge / FADE, 1)).astype(np.int32)
        into[first - at : last - at] += heard


class Timeline:
    """The pieces of sound around now. seed: of the comfort noise."""

    def __init__(self, seed: str) -> None:
        random = np.random.default_rng([0, *seed.encode()])
        noise = random.normal(0, _NOISE_LEVEL, (2, _NOISE_SECONDS * RATE))
        self._noise: NDArray[np.int16] = noise.round().astype(np.int16)
        self._pieces: list[Piece] = []

    def add(self, piece: Piece) -> None:
        """Lay a piece; it must not begin before what has been mixed."""
        self._pieces.append(piece)

    def cut(self, at: int, *, talk_only: bool = False) -> None:
        """Let everything (or only talk) fall silent at sample `at`; nothing laid so far begins after it."""
        kept = [piece for piece in self._pieces if piece.start < at or (talk_only and not piece.talk)]
        self._pieces = [piece.until(at) if piece.talk or not talk_only else piece for piece in kept]

    def forget(self, before: int) -> None:
        """Drop what ended before sample `before`."""
        self._pieces = [piece for piece in self._pieces if piece.end > before]

    def mixed(self, channel: Channel, start: int, count: int) -> Samples:
        """`count` samples of one channel from sample `start` on. Never clips."""
        sound = repeat(self._noise[channel], start, count).astype(np.int32)
        for piece in self._pieces:
            if piece.channel is channel:
                piece.mix(sound, start)
        return limited(sound)


def limited(sound: NDArray[np.int32]) -> Samples:
    """int16 without clipping: linear up to KNEE, above it bent smoothly towards full scale. Sample by sample, so slices agree."""
    size = np.abs(sound)
    if int(size.max(initial=0)) > KNEE:
        room = 32_767 - KNEE
        bent = KNEE + room * np.tanh((size - KNEE) / room)
        sound = np.where(size > KNEE, np.sign(sound) * bent, sound).astype(np.int32)
    return sound.astype(np.int16)
