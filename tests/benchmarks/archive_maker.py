"""Makes archives of any size: desks with their journals and calls, recordings written by the real recorder, or re-wrapped from such.

A re-wrapped recording is a file of its own: another call, another header, so another hash. Its sealed sound is that of an earlier one, byte
for byte, and on a file system that can clone (XFS, btrfs) lies on the disk once for all of them; whoever reads it has to read it again.
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from mmap import ACCESS_READ, mmap
from pathlib import Path

from app.clock import Entropy, seeded
from app.evidence import stanza
from app.evidence.age import Reader
from app.evidence.note import Signer
from app.evidence.recording import Closed, Mark, Recorder
from tests.evidence.archive import hand_in, put, tiny_package
from tests.evidence.pen import CENTRAL, CENTRE, LEAD, PUBLISHER, Pen, Recording, Talk

ANSWERS = 15
_MARK = 10
"""Seconds between two marks of a recording."""
_FICLONE = 0x40049409


@dataclass(frozen=True)
class Size:
    """An archive: calls of so many seconds, so many of them a desk; own: calls whose sound is their own."""

    calls: int
    seconds: int
    own: int
    a_desk: int = 500

    @property
    def desks(self) -> int:
        """How many workstations, the last of which may have fewer calls."""
        return -(-self.calls // self.a_desk)


def device(desk: int) -> Signer:
    """The key of a desk, numbered from 1."""
    return Signer(f"fangxin/{desk:08x}/1", hashlib.sha256(b"desk %d" % desk).digest())


def keys(size: Size) -> list[str]:
    """All that an auditor is given."""
    return [each.vkey for each in (CENTRAL, PUBLISHER, *(device(desk) for desk in range(1, size.desks + 1)))]


def make(archive: Path, scratch: Path, size: Size) -> int:
    """Each desk hands in once, at the end of its shift. scratch: a fast folder for a desk's day. Returns how many calls are re-wrapped."""
    # a desk's own recordings lie in the archive only once it has handed in: whole desks record, the others re-wrap
    own = min(size.calls, -(-size.own // size.a_desk) * size.a_desk)
    source, left = _Source(archive / "objects", own), size.calls
    for desk in range(1, size.desks + 1):
        signer, name = device(desk), f"{desk:08x}.1"
        pen = Pen.begin(scratch / name, signer, seed=f"desk {desk}", record=source.begin)
        with pen.journal:
            pen.sign_in()
            for _ in range(min(left, size.a_desk)):
                _call(pen, source, size.seconds)
            pen.write("shift.close")
            put(archive / "devices" / f"{name}.vkey", signer.vkey.encode() + b"\n")
            hand_in(pen, archive, name=name)
        left -= size.a_desk
        shutil.rmtree(scratch / name)
    for name, key in (("central.vkey", CENTRAL), ("publisher.vkey", PUBLISHER)):
        put(archive / name, key.vkey.encode() + b"\n")
    put(archive / "study" / "tiny-1.study", tiny_package())
    return source.rewrapped


def _call(pen: Pen, source: "_Source", seconds: int) -> None:
    talk = pen.dial(pen.id())
    talk.answered()
    steps = max(1, seconds // _MARK)
    for step in range(max(steps, ANSWERS)):
        if step < steps:
            source.speak(talk, min(seconds, _MARK))
            talk.mark()
        if step < ANSWERS:
            talk.answer(f"q{step:02}", "7")
    talk.end("remote_hangup", "60")
    source.ended(talk)


@dataclass
class _Made:
    """A recording that others are made of: where it lies, and how far it was at each mark and at its end."""

    path: Path
    marks: list[Mark]
    closed: Closed


@dataclass
class _Source:
    """Where the recordings come from: `own` of the recorder, the others of those, in turns."""

    objects: Path
    own: int
    rewrapped: int = 0
    _made: list[_Made] = field(default_factory=list)
    _turn: Iterator[_Made] | None = None
    _noise: bytes = field(default_factory=lambda: seeded("noise")(16_000 * _MARK))

    def begin(self, path: Path, call: str, entropy: Entropy) -> Recording:
        """A new recording."""
        if len(self._made) < self.own:
            recipients = [CENTRE.recipient, LEAD.recipient]
            return _Marked(path, call, recipients, entropy, reserve_seconds=2)
        self._turn = self._turn or cycle(self._made)
        self.rewrapped += 1
        return _Rewrapped(next(self._turn), self.objects, entropy)

    def speak(self, talk: Talk, seconds: int) -> None:
        """So much sound of both sides, always the same: it is sealed under another key each time."""
        talk.recorder.write(*[self._noise[: 16_000 * seconds]] * 2)
        talk.sample += seconds * 8000
        talk.pen.clock.advance(seconds * 1000)

    def ended(self, talk: Talk) -> None:
        """Take the recording of a finished call for others to be made of."""
        if isinstance(talk.recorder, _Marked):
            closed = talk.recorder.closed
            self._made.append(_Made(self.objects / closed.sha256, talk.recorder.marks, closed))


class _Marked(Recorder):
    """A recorder that keeps its marks and its end."""

    marks: list[Mark]
    closed: Closed

    def mark(self) -> Mark:
        mark = super().mark()
        self.marks = [*getattr(self, "marks", []), mark]
        return mark

    def close(self) -> Closed:
        self.closed = super().close()
        return self.closed


class _Rewrapped:
    """The recording of another call, sealed anew: the file key under a new header, nonce and sound as they were."""

    def __init__(self, made: _Made, objects: Path, entropy: Entropy) -> None:
        self._made, self._objects, self._marks = made, objects, iter(made.marks)
        with made.path.open("rb") as file:
            opened = Reader(file, [CENTRE])
            self._at = file.tell() - len(opened.nonce)
            self._old = mmap(file.fileno(), 0, access=ACCESS_READ)
        stanzas = [each.recipient.wrap(opened.file_key, entropy) for each in (CENTRE, LEAD)]
        self._header = stanza.render(stanzas, opened.file_key)
        if len(self._header) != self._at:
            raise ValueError("the new header is not as long as the old one")
        self._sha, self.path = hashlib.sha256(self._header), made.path
        self.header_sha = hashlib.sha256(self._header + opened.nonce).hexdigest()

    def write(self, left: bytes, right: bytes) -> None:
        """Its sound is there already."""

    def mark(self) -> Mark:
        """At the same byte as the one that it is made of."""
        mark = next(self._marks)
        return Mark(mark.bytes, self._hashed(mark.bytes), mark.samples)

    def close(self) -> Closed:
        """Put the file among the objects: only its first block takes room where the file system can clone."""
        closed = self._made.closed
        sha256 = self._hashed(closed.bytes)
        self.path = self._objects / sha256
        with self._made.path.open("rb") as source, self.path.open("xb") as target:
            if _cloned(source.fileno(), target.fileno()):
                os.pwrite(target.fileno(), self._header, 0)
            else:
                target.write(self._header + self._old[len(self._header) :])
        self._old.close()
        return Closed(sha256, closed.payload_sha256, closed.bytes, closed.samples)

    def abandon(self) -> None:
        """Nothing is open."""

    def _hashed(self, end: int) -> str:
        with memoryview(self._old) as whole, whole[self._at : end] as piece:
            self._sha.update(piece)
        self._at = end
        return self._sha.hexdigest()


def _cloned(source: int, target: int) -> bool:
    try:
        fcntl.ioctl(target, _FICLONE, source)
    except OSError:
        return False
    return True
