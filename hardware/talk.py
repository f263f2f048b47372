"""Is it music, is it somebody speaking, and after the answer: is it a person or a machine?

Music instead of ringing holds its notes and has no pauses; speech glides, and pauses after every few words. What is neither is not
named. After the answer only time and a beep tell: a person says a word or two and waits, a machine speaks on. These are hints.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hardware.base import RATE
from hardware.bursts import Burst, Spectra

_SPAN = 30  # chunks of 100 ms that music or speech is judged by
_LOWEST, _HIGHEST = 8, 112
_QUIET = 100.0  # amplitude below which a chunk says nothing (−47 dBm0)
_ABOVE = 4.0  # times the power of the quietest chunk of the span: that is sound, not the line's noise
_LAG = 12  # frames over which a note is held and a voice has moved on
_HOLDS, _GLIDES = (
    0.66,
    0.40,
)  # share of loud frames whose strongest line is still there after _LAG: music above, speech below
_PAUSES, _RESTS = 0.2, 0.1  # share of frames that are pauses: speech above, music below
_USED, _LINES = (
    0.03,
    4,
)  # so many lines must be the strongest in so large a share of the loud frames: a tone has two at most
_BUSY, _FULL = 0.2, 0.5  # share of loud frames: of anything that is named, and of music
_LATELY = 300  # chunks among which the quietest is the line's own noise: nobody speaks for half a minute without a pause
_BRIDGE = 6  # chunks of pause within one greeting
_LONG = 45  # chunks: nobody greets for so long
_AT_ONCE, _OPENING, _WAITS = 3, 35, 12  # chunks: an assistant speaks at once, for so long, and then waits
_BEEP = (150, 1500)  # ms
_BEEP_HERTZ = (350.0, 2300.0)


@dataclass(frozen=True, slots=True)
class Hint:
    """What it seems to be. at, end: sample offsets. confidence: 0–100."""

    tone: str
    at: int
    end: int
    confidence: int


class Talk:
    """Takes chunks of 100 ms (their spectra, and the tones that ended in them) and says what it seems to be, once."""

    def __init__(self) -> None:
        self._levels: deque[NDArray[np.float64]] = deque(maxlen=_SPAN)
        self._means: deque[float] = deque(maxlen=_LATELY)
        self._tops: deque[NDArray[np.intp]] = deque(maxlen=_SPAN)
        self._chunk = 0
        self._said: set[str] = set()
        self._greeting: _Greeting | None = None

    def answered(self) -> None:
        """From here on it is told whether a person or a machine has answered."""
        self._greeting = _Greeting(self._chunk)

    def hear(self, power: Spectra, ended: list[Burst]) -> list[Hint]:
        """The next chunk."""
        band = power[:, _LOWEST:_HIGHEST]
        level = band.sum(axis=1)
        self._levels.append(level)
        self._means.append(float(level.mean()))
        self._tops.append(band.argmax(axis=1))
        self._chunk += 1
        if self._greeting is not None:
            loud = float(level.mean()) > max(_ABOVE * min(self._means), _power(_QUIET))
            hint = self._greeting.hear(self._chunk, loud, ended)
        else:
            hint = self._kind() if self._chunk % 5 == 0 and len(self._levels) == _SPAN else None
        if hint is None or hint.tone in self._said:
            return []
        self._said.add(hint.tone)
        return [hint]

    def _kind(self) -> Hint | None:
        level, top = np.concatenate(self._levels), np.concatenate(self._tops)
        mean = float(level.mean())
        if mean < _power(_QUIET):
            return None
        loud = level > 0.25 * mean
        used = np.bincount(top[loud]) >= max(_USED * np.count_nonzero(loud), 1)
        if np.count_nonzero(used) < _LINES or np.mean(loud) < _BUSY:
            return None  # a tone, or a noise here and there
        floor = min(float(each.mean()) for each in self._levels)
        rests = float(np.mean(level < 0.05 * mean))
        pauses = float(np.mean(level - floor < 0.05 * (mean - floor))) if mean > 2 * floor else 0.0
        both = loud[:-_LAG] & loud[_LAG:]
        holds = float(np.mean(np.abs(top[:-_LAG] - top[_LAG:])[both] <= 1)) if both.any() else 0.0
        end = self._chunk * RATE // 10
        if holds > _HOLDS and rests < _RESTS and np.mean(loud) > _FULL:
            return Hint("music", end - _SPAN * RATE // 10, end, round(min(50 + 120 * (holds - _HOLDS), 95)))
        if holds < _GLIDES and pauses > _PAUSES:
            return Hint("speech", end - _SPAN * RATE // 10, end, round(min(50 + 120 * (_GLIDES - holds), 95)))
        return None


class _Greeting:
    """The first words after the answer. answered: the chunk in which it came."""

    def __init__(self, answered: int) -> None:
        self._answered = answered
        self._first = self._last = 0  # chunks of the first and the latest sound of the greeting
        self._over = False
        self._beep: Burst | None = None

    def hear(self, chunk: int, loud: bool, ended: list[Burst]) -> Hint | None:  # noqa: FBT001
        beeps = [each for each in ended if _is_beep(each)]
        if beeps and self._length >= 15:
            self._beep = beeps[-1]
        if self._beep is not None:
            quiet = not loud and chunk * RATE // 10 - self._beep.end > 4 * RATE // 10
            late = chunk * RATE // 10 - self._beep.end > RATE
            if quiet:
                return Hint("machine", self._beep.start, self._beep.end, 90)
            self._beep = None if late else self._beep
        if loud and not self._over:
            self._first, self._last = self._first or chunk, chunk
        if self._first and not self._over and chunk - self._last > _BRIDGE:
            self._over = True
        at, end = (self._first - 1) * RATE // 10, self._last * RATE // 10
        if self._first and self._length >= _LONG and not self._over:
            return Hint("machine", at, end, 60)
        prompt = self._first - self._answered <= _AT_ONCE and self._length >= _OPENING
        return (
            Hint("assistant", at, end, 50) if self._over and prompt and chunk - self._last == _WAITS else None
        )

    @property
    def _length(self) -> int:
        return self._last - self._first + 1 if self._first else 0


def _is_beep(burst: Burst) -> bool:
    return (
        _BEEP[0] <= burst.milliseconds <= _BEEP[1]
        and _BEEP_HERTZ[0] <= burst.hertz <= _BEEP_HERTZ[1]
        and burst.purity >= 0.9
        and burst.even >= 0.8
    )


def _power(amplitude: float) -> float:
    """What a sine of this amplitude has in a spectrum (Hann window of 256)."""
    return (amplitude * 256) ** 2 * 3 / 32
