"""Which recorded announcement is being played: the landmarks heard, laid against those of a library.

Landmarks find the recording and where it lies; then its single peaks are laid over those heard. A label is given only when all
of this holds, because most announcements begin with the same words, and many end with the same:
- hits: at least HITS landmarks lie where they lie in the recording;
- margin: of the peaks heard that two recordings do not share, MARGIN times as many are this one's as any other label's;
- no hole: it matches throughout, also where a sister that nobody has put into the library would differ by one syllable;
- length: what was heard reaches over ENOUGH of it, or all of it, so that a sister has had time to differ.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hardware.base import Cause
from hardware.landmarks import LINES, Landmarks

HITS = 40
MARGIN = 2.0
DISTINCT = 8
"""Peaks of its own, apart from every other label's, that must have been heard."""
ENOUGH = 280
"""Frames of 16 ms: 4.5 s."""
DOUBT = 0.3
"""How much likelier, as a natural logarithm, it may be for any stretch of HOLES that it is not the recording's."""
POWER = 2.5
"""The same for other words in any stretch that is spoken, on average: with less, noise hides the difference."""
HOLES = (20,)
"""Frames of the stretches that are looked at: 320 ms, a syllable or two."""

_CHANCE = 0.15  # of a recording's peaks that other words of the same voice have too
_SHARE = 0.25  # of the recording's peaks that must be found: with fewer, chance hits fill the holes
_RIVAL = 8  # landmarks at one place that another recording must have to be compared; chance gives fewer
_MOST = 3750  # frames of a call that are looked at: a minute
_LONGEST = 2500  # frames of a recording, at most: 40 s

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """A recording in the library. label: what the room calls it (an outcome's key); cause: what it means for the line."""

    label: str
    cause: Cause
    landmarks: Landmarks


@dataclass(frozen=True, slots=True)
class Match:
    """Which recording it is. at, until: frames of what was heard over which it lies. hits: landmarks that match. share (0–1): of its
    peaks that were found. distinct, rival: peaks of its own, and of the strongest other label's own, among those that were heard."""

    label: str
    cause: Cause
    at: int
    until: int
    hits: int
    share: float
    distinct: int
    rival: int

    @property
    def confidence(self) -> int:
        """0–100: how well it fits. No probability: what was measured stands in resources/docs/hearing.md."""
        return round(99 - 20 * max(0.8 - self.share, 0) - 10 * self.rival / max(self.distinct, 1))


class Library:
    """Recordings, ready to be looked up."""

    def __init__(self, references: Sequence[Reference] = ()) -> None:
        self.references = tuple(each for each in references if len(each.landmarks))
        marks = [each.landmarks for each in self.references]
        self.sheets = tuple(Sheet(each) for each in marks)
        hashes = np.concatenate([np.zeros(0, np.uint32), *(each.hashes for each in marks)])
        order = np.argsort(hashes, kind="stable")
        self._hashes = hashes[order]
        owners = np.repeat(np.arange(len(marks)), [len(each) for each in marks])
        frames = np.concatenate([np.zeros(0, np.int32), *(each.frames for each in marks)])
        self._owners, self._frames = owners[order], frames[order].astype(np.int64)

    def find(self, heard: Landmarks) -> tuple[Ints, Ints]:
        """Every recording that has one of these landmarks, and by how many frames it then lies later in what is heard."""
        first = np.searchsorted(self._hashes, heard.hashes, "left")
        count = np.searchsorted(self._hashes, heard.hashes, "right") - first
        which = np.repeat(np.arange(len(heard)), count)
        place = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count) + first[which]
        return self._owners[place], heard.frames[which] - self._frames[place]


class Sheet:
    """The peaks of a recording as a picture, a little blurred: codecs and noise move a peak by a line, and frames never coincide."""

    def __init__(self, landmarks: Landmarks) -> None:
        self.peaks = landmarks.peaks()
        self.length = int(landmarks.frames[-1]) + 1
        self._picture = blurred(self.peaks, self.length)

    def shows(self, peaks: Ints) -> NDArray[np.bool_]:
        """Which of these peaks it has."""
        inside = (peaks[:, 0] >= 0) & (peaks[:, 0] < self.length)
        shown = np.zeros(len(peaks), bool)
        shown[inside] = self._picture[peaks[inside, 0], peaks[inside, 1]]
        return shown

    def matched(self, heard: Ints, first: int, until: int) -> tuple[Floats, Floats]:
        """Per frame from first to before until: how many peaks it has, and how many of them are among those heard."""
        own = self.peaks[(self.peaks[:, 0] >= first) & (self.peaks[:, 0] < until)] - (first, 0)
        near = heard[(heard[:, 0] >= first - 1) & (heard[:, 0] <= until)] - (first, 0)
        found = own[blurred(near, until - first)[own[:, 0], own[:, 1]], 0]
        size = until - first
        return (
            np.bincount(own[:, 0], minlength=size).astype(float),
            np.bincount(found, minlength=size).astype(float),
        )


def blurred(peaks: Ints, length: int) -> NDArray[np.bool_]:
    """Frame by line: is there a peak here or next to it?"""
    picture = np.zeros((length + 2, LINES + 2), bool)
    for aside in (-1, 0, 1):
        frames = np.clip(peaks[:, 0] + 1 + aside, 0, length + 1)
        for line in (-1, 0, 1):
            picture[frames, peaks[:, 1] + 1 + line] = True
    return picture[1:-1, 1:-1]


class Recogniser:
    """Lays what is heard in one call against a library."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._votes = np.zeros((len(library.references), _LONGEST + _MOST + 1), np.int16)
        self._heard: Ints = np.zeros((0, 2), np.int64)

    def hear(self, heard: Landmarks, until: int) -> Match | None:
        """Take the next landmarks; all that begin before frame `until` have come. The recording, when it is certain by now."""
        if not self._library.references or not len(heard) or until > _MOST:
            return None
        owners, later = self._library.find(heard)
        kept = later > -_LONGEST
        np.add.at(self._votes, (owners[kept], later[kept] + _LONGEST), 1)
        self._heard = np.concatenate((self._heard, heard.peaks()))
        places, scores = self._places()
        best = int(scores.argmax())
        return self._judged(best, places, scores, until) if scores[best] >= HITS else None

    def _places(self) -> tuple[Ints, Ints]:
        """Per recording: where it most likely lies, and how many landmarks say so."""
        pairs = self._votes[:, 1:] + self._votes[:, :-1]  # it may lie half a frame beside
        index = np.arange(len(pairs))
        place = pairs.argmax(axis=1)
        second = self._votes[index, place + 1] > self._votes[index, place]
        return place + second - _LONGEST, pairs[index, place].astype(np.int64)

    def _judged(self, best: int, places: Ints, scores: Ints, until: int) -> Match | None:
        sheet = self._library.sheets[best]
        wanted, found = np.zeros(sheet.length), np.zeros(sheet.length)
        spans = []
        for place in self._passes(best, int(places[best])):
            first, last = max(-place, 0), min(until - place, sheet.length)
            if last > first:
                one, other = sheet.matched(self._heard - (place, 0), first, last)
                wanted[first:last] += one
                found[first:last] += other
                spans.append((last - first, first + place, last + place))
        longest, begin, end = max(spans, default=(0, 0, 0))
        share = float(found.sum() / max(wanted.sum(), 1))
        if longest < min(ENOUGH, 0.9 * sheet.length) or share < _SHARE or _doubtful(wanted, found, share):
            return None
        own, rival = self._rivals(best, places, scores)
        if own < DISTINCT or own < MARGIN * rival:
            return None
        reference = self._library.references[best]
        return Match(reference.label, reference.cause, begin, end, int(scores[best]), share, own, rival)

    def _passes(self, best: int, place: int) -> list[int]:
        """Where it was heard: announcements are played again and again, and every time tells more."""
        votes = self._votes[best].astype(np.int64)
        pairs = votes[1:] + votes[:-1]
        found = [place]
        for each in np.flatnonzero(pairs >= HITS)[::-1]:
            at = int(each + (votes[each + 1] > votes[each])) - _LONGEST
            if all(abs(at - other) > HOLES[-1] for other in found):
                found.append(at)
        return found

    def _rivals(self, best: int, places: Ints, scores: Ints) -> tuple[int, int]:
        """The label that comes nearest: how many of the peaks heard are this one's alone, and how many that one's alone."""
        label = self._library.references[best].label
        mine = self._library.sheets[best].shows(self._heard - (int(places[best]), 0))
        nearest = int(mine.sum()), 0
        for other in np.flatnonzero(scores >= _RIVAL):
            if self._library.references[other].label != label:
                theirs = self._library.sheets[other].shows(self._heard - (int(places[other]), 0))
                pair = int((mine & ~theirs).sum()), int((theirs & ~mine).sum())
                nearest = min(nearest, pair, key=lambda each: each[0] - MARGIN * each[1])
        return nearest


def _doubtful(wanted: Floats, found: Floats, share: float) -> bool:
    """Some stretch fits so badly that it may be something else, or so much is noise that it would not be seen if it were.

    share: of the peaks found in all. Compared are the chances of what was found if it is the recording, and if it is other words.
    """
    if len(wanted) < HOLES[-1]:
        return True
    here, elsewhere = min(share, 0.95), _CHANCE
    hit, miss = np.log(elsewhere / here), np.log((1 - elsewhere) / (1 - here))
    for size in HOLES:
        window = np.ones(size)
        expected, had = np.convolve(wanted, window, "valid"), np.convolve(found, window, "valid")
        if float((had * hit + (expected - had) * miss).max()) > DOUBT:
            return True
    # At the longest size: what other words would show, on average, in the sparsest stretch that is spoken.
    spoken = expected[expected >= 0.5 * np.median(expected)]
    return float(spoken.min() * (elsewhere * hit + (1 - elsewhere) * miss)) < POWER
