"""What the two channels of a call held from pick-up to the end, counted as the sound comes: an interview whose recording nobody could ever
check is found when it ends, and a dead microphone after three seconds. Levels only: nothing here knows speech from music."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from app.line.contract import Counts, Coverage, Covered, Report, Unheard
from hardware.base import RATE, AudioBlock

LOST_AFTER = RATE
"""Samples of lost sound after which somebody is told: in a row, or in pieces, of which ten good samples make up for one."""
_MAKES_UP = 10
DEAD_AFTER = 3 * RATE
"""Samples without any signal after which a channel counts as dead."""
PAUSE = 30 * RATE
"""The same for a respondent who was heard before: many networks send nothing at all while he is silent."""
_SLICE = RATE // 10
_SPEECH = 10 ** (-40 / 20) * 32768
"""Root mean square of a tenth of a second that counts as speech: −40 dBFS. Telephone speech has −26 dBov (ITU-T P.56), line noise −60."""
_SILENCE = 10 ** (-55 / 20) * 32768
_FULL = 32_700


@dataclass
class _Channel:
    name: str
    missing: int = 0
    silent: int = 0
    clipped: int = 0
    speech: int = 0
    trouble: bool = False
    _heard: bool = False
    _lost_for: float = 0.0
    _losing: bool = False
    _dead_for: int = 0

    def take(self, sound: npt.NDArray[np.int16], *, lost: bool, excused: bool) -> bool:
        """One slice. Returns whether trouble began or ended with it."""
        size = len(sound)
        # A line that is open has some noise: every sample alike is a pulled plug, or a network that saves on silence.
        dead = not lost and int(sound.max()) == int(sound.min())
        self._lose(size if lost else -size / _MAKES_UP)
        self._dead_for = self._dead_for + size if dead and not excused else 0
        patience = PAUSE if self._heard and self.name == "right" else DEAD_AFTER
        if lost:
            self.missing += size
        elif self._dead_for >= patience:
            self.missing += (
                size if self._dead_for - size >= patience else self._dead_for
            )  # the whole pause, once
        elif not dead:
            self._heard = True
            self._measure(sound)
        before, self.trouble = self.trouble, self._losing or self._dead_for >= patience
        return before is not self.trouble

    def _lose(self, size: float) -> None:
        """More lost, or made up for. What was told is taken back when half is made up for: not at the first good tenth of a second."""
        self._lost_for = min(max(0.0, self._lost_for + size), LOST_AFTER)
        self._losing = self._lost_for >= (LOST_AFTER / 2 if self._losing else LOST_AFTER)

    def _measure(self, sound: npt.NDArray[np.int16]) -> None:
        size, level = len(sound), float(np.sqrt(np.mean(np.square(sound, dtype=np.float64))))
        self.silent += size if level < _SILENCE else 0
        self.speech += size if level >= _SPEECH else 0
        self.clipped += int(np.count_nonzero(np.abs(sound.astype(np.int32)) >= _FULL))

    @property
    def counts(self) -> Counts:
        return Counts(self.missing, self.silent, self.clipped, self.speech)


@dataclass
class Levels:
    """One call, from its pick-up on: answered(), then feed() whatever is recorded."""

    spoken: int = 0
    muted: bool = False
    _on: bool = False
    _left: _Channel = field(default_factory=lambda: _Channel("left"))
    _right: _Channel = field(default_factory=lambda: _Channel("right"))

    def answered(self) -> None:
        """Somebody is on the line: from here on it counts."""
        self._on = True

    def feed(self, block: AudioBlock, at: int) -> list[Report]:
        """More sound, from sample `at` of the recording on. Returns what the interviewer should know of."""
        if not self._on:
            return []
        news: list[Report] = []
        sides = ((self._left, block.left), (self._right, block.right))
        for channel, sound in sides:
            whole = np.frombuffer(sound, dtype="<i2")
            for begin in range(0, len(whole), _SLICE):
                piece = whole[begin : begin + _SLICE]
                # While he is muted the interviewer is not on the line either: nothing of the call is missing from the recording.
                excused = self.muted and channel is self._left
                if channel.take(piece, lost=bool(block.gap), excused=excused):
                    news.append(Unheard(channel.name, at + begin, over=not channel.trouble))
        self.spoken += block.samples
        return news

    def lacks(self, samples: int) -> None:
        """So many samples of the call never came, on either side."""
        if self._on:
            self.spoken += samples
            for channel in (self._left, self._right):
                channel.missing += samples

    def ended(self) -> list[Report]:
        """The call is over: what its recording covers, once; nothing when nobody was ever on the line."""
        if not self._on:
            return []
        self._on = False
        return [Covered(Coverage(self.spoken, self._left.counts, self._right.counts))]
