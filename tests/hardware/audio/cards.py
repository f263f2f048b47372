"""Simulated sound cards: clocks that are wrong, blocks that come late, in bursts, not at all. No threads, no real time."""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hardware.audio.sides import Side, TwoSides
from hardware.base import RATE, AudioBlock

_TABLE = np.convolve(np.random.default_rng(7).normal(0, 0.3, 1 << 18), np.ones(5) / 5, "same")


def noise(times: NDArray[np.float64]) -> NDArray[np.float32]:
    """A sound whose every moment is different, at true times in ms: noise below 1 kHz, half a minute long, then again."""
    at = times * 8 % (len(_TABLE) - 1)
    whole = at.astype(np.int64)
    part = at - whole
    return (_TABLE[whole] * (1 - part) + _TABLE[whole + 1] * part).astype(np.float32)


@dataclass
class Card:
    """A source. ppm: how much too fast it samples. loses: (true ms, samples) pairs; stalls: (true ms, ms) in which nothing arrives,
    then all at once. jitter: ms by which a block may be late. flags: whether it admits losses. rest: true ms in which it is dead."""

    rate: int = RATE
    ppm: float = 0.0
    block: int = 160
    jitter: float = 0.0
    loses: Sequence[tuple[float, int]] = ()
    stalls: Sequence[tuple[float, float]] = ()
    flags: bool = True
    sound: Callable[[NDArray[np.float64]], NDArray[np.float32]] = noise
    seed: int = 0
    starts: float = 0.0
    _at: int = 0  # samples made, lost ones included
    _order: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._losses = sorted(self.loses)

    def true_time(self, index: int) -> float:
        return self.starts + index * 1000 / (self.rate * (1 + self.ppm * 1e-6))

    def blocks(self, until: float) -> Iterable[tuple[float, NDArray[np.float32], bool]]:
        """(arrival ms, samples, flagged) of every block recorded before `until`, in order of arrival."""
        last = 0.0
        while True:
            flagged = False
            if self._losses and self.true_time(self._at) >= self._losses[0][0]:
                self._at += self._losses.pop(0)[1]
                flagged = self.flags
            end = self.true_time(self._at + self.block)
            if end > until:
                return
            index = np.arange(self._at, self._at + self.block)
            times = self.starts + index * 1000 / (self.rate * (1 + self.ppm * 1e-6))
            arrival = end + self._random.random() * self.jitter
            for begin, length in self.stalls:
                if begin <= arrival < begin + length:
                    arrival = begin + length
            last = max(last, arrival)
            self._at += self.block
            yield last, self.sound(times), flagged


def play(
    left: Card, right: Card, seconds: float, step: float = 50.0, start: float = 2000.0
) -> tuple[list[AudioBlock], TwoSides]:
    """Run both cards from 0, a call from `start` ms on for so many seconds, looked at every `step` ms."""
    sides = TwoSides(Side(expected=True), Side(expected=True))
    end = start + seconds * 1000
    coming = []
    for side, card in ((sides.left, left), (sides.right, right)):
        side.opened(card.rate)
        coming.append((side, iter(list(card.blocks(end)))))
    waiting = [next(blocks, None) for _, blocks in coming]
    heard: list[AudioBlock] = []
    looks = int(end / step)
    begun = False
    for look in range(1, looks + 1):
        now = look * step
        if not begun and now >= start:
            sides.start(start)
            begun = True
        for number, (side, blocks) in enumerate(coming):
            while (block := waiting[number]) is not None and block[0] <= now:
                side.heard(block[0], block[1], flagged=block[2])
                waiting[number] = next(blocks, None)
        heard += sides.take(now)
    return heard, sides


def joined(blocks: Iterable[AudioBlock]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Left and right as numbers, full scale 1."""
    blocks = list(blocks)
    left, right = (
        np.frombuffer(b"".join(getattr(block, name) for block in blocks), "<i2") / 32768
        for name in ("left", "right")
    )
    return left, right


def delays(sound: NDArray[np.float64], start: float = 2000.0, every: int = 4000) -> list[float]:
    """By how many ms the sound is off, looked at in pieces of 0.25 s; only pieces that are found again at all (within 125 ms)."""
    found = []
    for at in range(1000, len(sound) - 3000, every):
        piece = sound[at : at + 2000]
        times = start + (np.arange(at - 1000, at + 3000)) / 8
        whole = noise(times).astype(np.float64)
        match = np.correlate(whole, piece, "valid")
        best = int(match.argmax())
        alike = match[best] / np.sqrt((piece**2).sum() * (whole[best : best + 2000] ** 2).sum() + 1e-12)
        if alike > 0.7:
            found.append((1000 - best) / 8)
    return found
