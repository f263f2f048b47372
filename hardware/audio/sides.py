"""Both sides of a call on one timeline: sample k of either is what was to be heard k/8 ms after the start, whatever clocks, stalls and
lost devices did to it. Silence is put in where sound is missing, and every such sample is counted.
"""

from collections import deque
from itertools import pairwise

import numpy as np

from hardware.audio.resample import Floats
from hardware.audio.stretch import Mask, Stretch
from hardware.base import RATE, AudioBlock

BACKLOG = 600 * RATE
"""Most samples that one take() hands over; the rest follows with the next. A laptop that slept must not fill the memory."""

FIRST = 1000.0
"""ms that the first block of a device may be old. A device that is being opened may take for ever (PulseAudio, after a source vanished:
11 s and more): the other side must be written meanwhile."""


class Side:
    """One source as it comes and goes. expected: its absence is a loss from the start; otherwise only once it has begun (a softphone has no
    sound before the network sends some, and then silence is right)."""

    def __init__(self, *, expected: bool) -> None:
        self._expected = self._counted = expected
        self._first: Stretch | None = None
        self._stretches: deque[Stretch] = deque()

    def begin(self, time: float) -> None:
        """A new call begins at `time` (ms)."""
        self._counted = self._expected or any(not each.closed for each in self._stretches)
        self._first = None
        self.skip(time)

    def opened(self, rate: int) -> None:
        """The device is open, anew or for the first time."""
        self.closed()
        self._stretches.append(Stretch(rate))
        if not self._counted:
            self._counted, self._first = True, self._stretches[-1]

    def heard(self, time: float, samples: Floats, *, flagged: bool = False) -> int:
        """A block came at `time`. Returns how many of the source's samples were just found to be lost before."""
        return self._stretches[-1].heard(time, samples, flagged=flagged) if self._stretches else 0

    def closed(self) -> None:
        """The device is gone."""
        if self._stretches:
            self._stretches[-1].close()

    def known_until(self, now: float) -> float:
        """ms up to which it is certain what is to be heard, silence included."""
        if not self._stretches or self._stretches[-1].closed:
            return now
        if not self._stretches[-1].begun:
            return now - FIRST
        return min(now, self._stretches[-1].known_until())

    def read(self, time: float, count: int) -> tuple[Floats, Mask]:
        """`count` samples from `time` on, and which of them stand for sound that is missing."""
        sound = np.zeros(count, np.float32)
        missing = np.full(count, self._counted)
        at = 0
        while at < count and (stretch := self._at(time + at * 1000 / RATE)):
            begin = time + at * 1000 / RATE
            length = count - at
            if stretch.closed and len(self._stretches) > 1:
                length = min(length, max(1, int((stretch.known_until() - begin) * RATE / 1000)))
            piece = slice(at, at + length)
            sound[piece], gone = stretch.read(begin, length)
            if stretch is self._first:  # nothing was missing before it began
                gone &= begin + np.arange(length) * 1000 / RATE >= stretch.begins()
            missing[piece] = gone
            at += length
        return sound, missing

    def skip(self, time: float) -> None:
        """Nobody wants to hear what was before `time` (ms)."""
        if stretch := self._at(time):
            stretch.skip(time)

    def _at(self, time: float) -> Stretch | None:
        while self._stretches and self._stretches[0].closed and self._stretches[0].known_until() <= time:
            self._stretches.popleft()
        return self._stretches[0] if self._stretches else None


class TwoSides:
    """The interviewer's side (left) and the respondent's (right)."""

    def __init__(self, left: Side, right: Side) -> None:
        self.left, self.right = left, right
        self._zero: float | None = None
        self._given = 0

    def start(self, now: float) -> None:
        """Sample 0 is now (ms)."""
        self._zero, self._given = now, 0
        for side in (self.left, self.right):
            side.begin(now)

    def stop(self) -> None:
        """Nothing is taken any more."""
        self._zero = None

    def take(self, now: float) -> list[AudioBlock]:
        """All that has become certain, in order, without hole or overlap; blocks of at most 1 s, all gap or no gap."""
        if self._zero is None:
            for side in (self.left, self.right):
                side.skip(
                    now
                )  # between calls sound is heard, for the clocks' sake, but nothing is kept of it
            return []
        certain = min(self.left.known_until(now), self.right.known_until(now))
        until = min(int((certain - self._zero) * RATE / 1000), self._given + BACKLOG)
        blocks: list[AudioBlock] = []
        while self._given < until:
            blocks += self._blocks(min(RATE, until - self._given))
        return blocks

    def _blocks(self, count: int) -> list[AudioBlock]:
        assert self._zero is not None
        time = self._zero + self._given * 1000 / RATE
        left, no_left = self.left.read(time, count)
        right, no_right = self.right.read(time, count)
        gap = no_left | no_right
        edges = [0, *(np.flatnonzero(np.diff(gap)) + 1).tolist(), count]
        blocks = []
        for begin, end in pairwise(edges):
            lost = end - begin if gap[begin] else 0
            block = AudioBlock(self._given + begin, words(left[begin:end]), words(right[begin:end]), lost)
            blocks.append(block)
        self._given += count
        return blocks


def words(sound: Floats) -> bytes:
    """int16 little-endian of full scale ±1; what is louder is cut off."""
    return np.clip(np.rint(sound * 32768), -32768, 32767).astype("<i2").tobytes()
