"""What time a source's samples are from: its own clock against ours, and how many samples it lost without a word.

A block can come late (a busy machine, a held interpreter lock), never before it was recorded. So the earliest arrivals tell the clock
and later ones tell nothing: the lower edge of the lateness is followed by a phase-locked loop of second order, as NTP's clock
filter does. A lateness that does not go away again, although blocks keep coming, is lost sound.
"""

from collections import deque

WINDOW = 1000.0
"""ms over which the earliest arrival is taken."""

STEEPEST = 0.0005
"""Largest error of a sound card's clock that is believed (500 ppm; crystals are within 200)."""

_LATE = 18.0  # ms: from here on a block is suspicious; less is pulled, not filled
_FLAGGED = 3.0  # ms: the same when the device itself said that it lost something
_SURE = 1000.0  # ms of steady lateness until it counts as loss
_SURE_FLAGGED = 300.0
_LATEST = 250.0  # ms: the last part of that time, whose earliest arrival measures the loss
_SPARSE = 1000.0  # ms: a dying device may bring a block now and then; one that brings none for so long is given up (place.DEAD)
_FAR = 3.0  # ms in one window: more than any drift; says nothing of the slope
_FRESH = 200.0  # ms: how long a new source is listened to before its first sample is placed


class SourceClock:
    """The clock of one uninterrupted source. rate: nominal samples per second. Times are ms of our monotonic clock."""

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self._phase: float | None = None  # time of sample 0, as far as the edge is known at _at
        self._slope = 0.0  # ms by which that moves per ms: the clock's error
        self._at = 0.0
        self._began = 0.0
        self._last = 0.0
        self._window: tuple[float, float] | None = None  # where the window began, earliest arrival in it
        self._spread = 1.0
        self._suspect: float | None = None
        self._flagged = False
        self._late: deque[tuple[float, float]] = deque()

    @property
    def error(self) -> float:
        """How wrong the source's clock is: 0.0001 = 100 ppm too slow."""
        return self._slope

    @property
    def begun(self) -> bool:
        """Whether it has been heard at all: before that it knows no time."""
        return self._phase is not None

    @property
    def settled(self) -> bool:
        """Whether all that came may be placed: false while a new source is young or a late block may mean loss."""
        return self._phase is not None and self._suspect is None and self._last - self._began >= _FRESH

    @property
    def suspicious(self) -> bool:
        """Whether the latest blocks may come after a loss."""
        return self._suspect is not None

    def index(self, time: float) -> float:
        """Which sample was recorded at this time; before anything was heard: 0."""
        if self._phase is None:
            return 0.0
        return (time - self._zero(time)) * self.rate / 1000

    def time(self, index: float) -> float:
        """When this sample was recorded (the inverse of index())."""
        span = index * 1000 / self.rate
        if self._phase is None:
            return span
        return (span + self._phase - self._slope * self._at) / (1 - self._slope)

    def heard(self, time: float, end: int, *, flagged: bool = False) -> int:
        """Samples up to before index `end` had come by `time`. flagged: the device says that some were lost before this block.

        Returns how many samples were lost at the place where suspicion began, as soon as that is sure; mostly 0. The caller
        then counts them into his indices: `end` of the next call includes them.
        """
        lateness = time - end * 1000 / self.rate
        self._last = time
        if self._phase is None:
            self._phase, self._at, self._began, self._window = lateness, time, time, (time, lateness)
        late = lateness - self._zero(time)
        if time - self._began < _FRESH:
            self._phase = min(self._phase, lateness)
            self._window = (time, self._phase)
            return 0
        if self._suspect is None and (flagged or late > self._threshold()):
            self._suspect, self._flagged = time, False
            self._late.clear()
        if self._suspect is not None:
            self._flagged |= flagged
            return self._judge(time, late)
        self._follow(time, lateness)
        return 0

    def _zero(self, time: float) -> float:
        return (self._phase or 0.0) + self._slope * (time - self._at)

    def _threshold(self) -> float:
        return _FLAGGED if self._suspect is not None and self._flagged else max(_LATE, 4 * self._spread)

    def _judge(self, time: float, late: float) -> int:
        """Is it only late, or lost? Late blocks catch up sooner or later; after a loss none does."""
        assert self._suspect is not None
        self._late.append((time, late))
        while self._late[0][0] < time - (_LATEST if len(self._late) > 2 else _SPARSE):
            self._late.popleft()
        age = time - self._suspect
        caught_up = late <= self._threshold()
        if caught_up and (not self._flagged or age >= _SURE_FLAGGED):
            self._suspect = None
            return 0
        least = min(each for _, each in self._late)
        steady = self._late[-1][0] - self._late[0][0] >= _LATEST / 2 and (len(self._late) > 2 or age >= _SURE)
        if age < (_SURE_FLAGGED if self._flagged else _SURE) or not steady or least <= self._threshold():
            return 0
        self._suspect, self._window = None, None
        return round(least * self.rate / 1000)

    def _follow(self, time: float, lateness: float) -> None:
        """One step of the loop at the end of each window. Upwards reluctantly (it may be load), downwards quickly (nothing is early)."""
        began, least = self._window or (time, lateness)
        least = min(least, lateness - self._slope * (time - began))
        self._window = (began, least)
        if time - began < WINDOW:
            return
        off = least - self._zero(began)
        pull, bend = (0.1, 0.005) if off > 0 else (0.5, 0.02)
        if (
            off < -_FAR
        ):  # nothing is early: what was believed of the edge was wrong. That tells nothing of the slope
            pull, bend = 1.0, 0.0
        self._spread += 0.1 * (abs(off) - self._spread)
        self._phase = self._zero(time) + pull * off
        slope = self._slope + bend * min(off, _FAR) / (time - began)
        self._slope = min(max(slope, -STEEPEST), STEEPEST)
        self._at, self._window = time, None
