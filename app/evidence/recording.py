"""A call's recording: a standard age file that grows chunk by chunk, and a tail journal beside it that makes every second durable.

An age chunk holds four seconds of sound and opens only when it is whole, so until the recording is closed each second also goes
into `<call>.age.tail` (app/evidence/tail.py), whose frame 0 is the WAV header. Then the tail is removed and any age program opens
the file. After a crash nobody here can decrypt it or go on with it: both files go to the centre as they are, and join() runs there.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from app.clock import Entropy, system_entropy
from app.errors import SealError, StorageError
from app.evidence import wav
from app.evidence.age import CHUNK, TAG, Reader, Writer, of_one_suite
from app.evidence.durable import (
    create,
    make_folder,
    reserve,
    storage_errors,
    sync_data,
    sync_folder,
    write_all,
)
from app.evidence.means import S1, Means
from app.evidence.stanza import Unwraps, Wraps
from app.evidence.tail import OVERHEAD, Frames, read_frames

_HEADER = wav.header()
_AGE_HEADER = 8192
"""Room for an age header: some 60 recipients."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a running recording has got: the age file's bytes and their SHA-256 (hex), and the samples that are durable."""

    bytes: int
    sha256: str
    samples: int


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed recording. sha256: of the file; payload_sha256: of nonce and payload, the same after a re-wrap. samples: per channel."""

    sha256: str
    payload_sha256: str
    bytes: int
    samples: int


@dataclass(frozen=True, slots=True)
class Remains:
    """A recording that was not closed, as found; tail None: there is none. When the journal has a rec.close with this age_sha256,
    the call is whole and the tail merely came back with a power cut."""

    age: Path
    age_sha256: str
    age_bytes: int
    tail: Path | None
    tail_sha256: str
    tail_bytes: int


class Recorder:
    """The recording of one call. On construction header and nonce are durable and the disk is reserved: dial only then.

    header_sha: SHA-256 (hex) of header and nonce. Every method may raise StorageError; the files are then left as they stand, and
    what was durable before stays so. For one thread.
    """

    def __init__(
        self,
        path: Path,
        call_id: str,
        recipients: Sequence[Wraps],
        entropy: Entropy,
        *,
        reserve_seconds: int,
    ) -> None:
        """Raises StorageError when the file is there already or the disk has no room for reserve_seconds; nothing is left then."""
        self.path, self.seconds_durable, self._means = path, 0, of_one_suite(recipients)
        self._pending = bytearray()
        with storage_errors(path):
            make_folder(path.parent)
            # The tail is made first and removed last: an .age without a tail is a closed one.
            self._tail = _Growing(tail_of(path), self._means)
            try:
                self._age = _Growing(path, self._means)
            except OSError:
                self._tail.discard()
                raise
        try:
            with storage_errors(path):
                self._begin(recipients, entropy, reserve_seconds, call_id)
        except BaseException:
            self._tail.discard()
            self._age.discard()
            raise

    def write(self, left: bytes, right: bytes) -> None:
        """Add sound of both sides: int16 little-endian, 8000 Hz, equally long. Full seconds are durable on return."""
        self._check_open()
        self._pending += wav.interleave(left, right)
        whole = len(self._pending) // wav.SECOND * wav.SECOND
        if not whole:
            return
        with self._letting_go_on_fault():
            block = bytes(self._pending[:whole])
            seconds = [block[at : at + wav.SECOND] for at in range(0, whole, wav.SECOND)]
            self._tail.write(b"".join(self._frames.seal(second) for second in seconds))
            sync_data(self._tail.descriptor)
            del self._pending[:whole]
            self.seconds_durable += len(seconds)  # acknowledged only now
            before = self._age.size
            self._writer.write(block)
            if self._age.size != before:
                sync_data(self._age.descriptor)

    def mark(self) -> Mark:
        """Where the recording stands, for the journal."""
        return Mark(self._age.size, self._age.sha.hexdigest(), self.seconds_durable * wav.RATE)

    def close(self) -> Closed:
        """Seal what is left, make all durable, remove the tail. Nothing can be added after that."""
        self._check_open()
        with self._letting_go_on_fault():
            self._writer.write(bytes(self._pending))
            self._writer.finish()
            os.ftruncate(self._age.descriptor, self._age.size)  # gives back what was reserved beyond
            os.fsync(self._age.descriptor)
        self._age.close()
        # The recording is whole now, and a tail that stays or comes back does no harm (Remains): neither a virus scanner that
        # holds it nor a power cut before the folder is written may spoil the call.
        self._tail.discard()
        with suppress(OSError):
            sync_folder(self.path.parent)
        samples = self.seconds_durable * wav.RATE + len(self._pending) // wav.CHANNELS
        return Closed(self._age.sha.hexdigest(), self._payload.hexdigest(), self._age.size, samples)

    def abandon(self) -> None:
        """Let go of both files as they stand, for remains_of(). May be called again."""
        self._age.close()
        self._tail.close()

    def _begin(self, recipients: Sequence[Wraps], entropy: Entropy, seconds: int, call_id: str) -> None:
        for file, size in zip((self._age, self._tail), sizes(seconds), strict=True):
            reserve(file.descriptor, size, self.path.parent)
        self._writer = Writer(self._age, recipients, entropy)
        self.header_sha = self._age.sha.hexdigest()
        self._payload = self._age.also = self._means.new()
        self._payload.update(self._writer.nonce)
        self._frames = Frames(self._writer.file_key, self._writer.nonce, call_id, self._means)
        self._tail.write(self._frames.seal(_HEADER))
        self._writer.write(_HEADER)
        for file in (self._tail, self._age):
            os.fsync(file.descriptor)
        sync_folder(self.path.parent)

    def _check_open(self) -> None:
        if self._age.descriptor < 0:
            raise StorageError("This recording is closed", where=str(self.path))

    @contextmanager
    def _letting_go_on_fault(self) -> Iterator[None]:
        try:
            with storage_errors(self.path):
                yield
        except BaseException:
            self.abandon()  # never a second try: after a failed fsync the next one reports success over lost sound
            raise


class _Growing:
    """A new file with its size and running hashes."""

    def __init__(self, path: Path, means: Means) -> None:
        self._path = path
        self.descriptor = create(path)
        self.size = 0
        self.sha, self.also = means.new(), means.new()

    def write(self, data: bytes) -> None:
        write_all(self.descriptor, data)
        self.size += len(data)
        self.sha.update(data)
        self.also.update(data)

    def close(self) -> None:
        # Forgotten first: a descriptor closed twice would be another file's.
        descriptor, self.descriptor = self.descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def discard(self) -> None:
        self.close()
        with suppress(OSError):
            self._path.unlink()


def tail_of(path: Path) -> Path:
    """Where the tail journal of a recording lies."""
    return path.with_name(path.name + ".tail")


def sizes(seconds: int) -> tuple[int, int]:
    """Bytes that the age file and the tail of a recording so long grow to, at most."""
    chunks = (seconds + 1) * wav.SECOND // CHUNK + 1
    return _AGE_HEADER + chunks * (CHUNK + TAG), (seconds + 2) * (wav.SECOND + OVERHEAD)


def remains_of(path: Path, means: Means = S1) -> Remains:
    """What is left of the recording at path. Raises StorageError when it cannot be read."""
    tail = tail_of(path)
    age_sha, age_bytes = _digest(path, means)
    if not tail.exists():
        return Remains(path, age_sha, age_bytes, None, "", 0)
    return Remains(path, age_sha, age_bytes, tail, *_digest(tail, means))


def plaintext(
    age: BinaryIO, tail: BinaryIO | None, identities: Sequence[Unwraps], call_id: str
) -> Iterator[bytes]:
    """The recording as far as it can be had: whole chunks of the age file, then what the tail has beyond them. Every byte is
    authenticated. Raises SealError now when the header does not open; never later."""
    reader = Reader(age, identities)
    return _pieces(reader, tail, call_id)


def join(
    age: Path,
    tail: Path | None,
    identities: Sequence[Unwraps],
    out: Path | None = None,
    *,
    call_id: str,
    recipients: Sequence[Wraps] = (),
    entropy: Entropy = system_entropy,
) -> int:
    """At the centre: put the remains of a call together. Returns the samples recovered, per channel.

    out: a new WAV file, or with recipients a new complete age file; None: only count. call_id: as the journal's rec.recovered says;
    a tail of another call adds nothing. Raises SealError when no identity fits or the file holds no recording of ours, StorageError
    when a file cannot be read or written.
    """
    with storage_errors(age), age.open("rb") as sealed, tail.open("rb") if tail else nullcontext() as rest:
        pieces = plaintext(sealed, rest, identities, call_id)
        first = next(pieces, b"")
        if not first.startswith(_HEADER):
            raise SealError("There is no sound in this recording", where=str(age))
        whole = chain([first], pieces)
        size = sum(map(len, whole)) if out is None else _keep(whole, out, recipients, entropy)
    return (size - len(_HEADER)) // wav.CHANNELS


def _pieces(reader: Reader, tail: BinaryIO | None, call_id: str) -> Iterator[bytes]:
    have = 0
    with suppress(SealError):  # the file stops somewhere: that is why we are here
        for chunk in reader:
            have += len(chunk)
            yield chunk
    if reader.complete or tail is None:
        return
    for offset, data in read_frames(tail, reader.file_key, reader.nonce, call_id, reader.means):
        if offset <= have < offset + len(data):
            yield data[have - offset :]
            have = offset + len(data)


def _keep(pieces: Iterator[bytes], out: Path, recipients: Sequence[Wraps], entropy: Entropy) -> int:
    size = 0
    with storage_errors(out), out.open("xb") as file:
        writer = Writer(file, recipients, entropy) if recipients else None
        for piece in pieces:
            size += len(piece)
            (writer or file).write(piece)
        if writer is not None:
            writer.finish()
        else:
            file.seek(0)
            file.write(wav.header((size - len(_HEADER)) // wav.CHANNELS))  # now the length is known
        file.flush()
        os.fsync(file.fileno())
    return size


def _digest(path: Path, means: Means) -> tuple[str, int]:
    with storage_errors(path), path.open("rb") as file:
        return means.of_file(file), file.tell()
