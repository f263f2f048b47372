"""The journal: one line of canonical JSON for everything that must not vanish, each naming the hash of the line before it.

A line: v=1, origin, seq (from 0), prev (hex SHA-256 of the previous line without its newline; zeros first), wall and mono (ms),
boot, type, rehearsal (0|1) and the type's own fields. Lines are also the leaves of a Merkle tree whose root stands in the
checkpoints. The chain shows any change in the middle; a cut at the end shows only against a checkpoint that somebody else holds.
When the wall clock has jumped since the line before, the journal says so itself, in a line of its own (clock.jump).
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Self

from app.canonical import Value, encode
from app.clock import Clock, Reading
from app.errors import EvidenceError, StorageError
from app.evidence.appended import Appended
from app.evidence.checkpoints import Checkpoints
from app.evidence.durable import Lock, make_folder, storage_errors
from app.evidence.lines import FIELDS, GENESIS, LONGEST, Chain, Entry, lines, read
from app.evidence.merkle import Tree, leaf_hash
from app.evidence.note import Checkpoint, Signer

__all__ = ["GENESIS", "LONGEST", "Chain", "Entry", "Journal", "read"]


class Journal:
    """The journal of one device epoch, open for writing; one process at a time. size: lines, head: hash of the last, root: 32 bytes;
    torn: bytes that open() found behind the last whole line and cut off.

    After a StorageError from append() nothing more is taken: what the disk has is known only after opening again. A full disk alone is
    known to have taken nothing, and may be tried again.
    """

    def __init__(
        self, folder: Path, origin: str, signer: Signer, clock: Clock, lock: Lock, *, rehearsal: bool
    ) -> None:
        """Use open()."""
        self.path = folder / "journal.jsonl"
        self.checkpoints = folder / "checkpoints"
        self.origin, self.means = origin, signer.means
        self.tree = Tree(self.means.digest)
        self._signer, self._clock, self._lock, self._rehearsal = signer, clock, lock, 1 if rehearsal else 0
        self._chain = Chain(origin, means=self.means)
        self._batch: list[bytes] | None = None
        self._clocks: Reading | None = None  # when the two clocks were last known to agree
        self._signed_at: Reading | None = None
        self._file = Appended(self.path)
        self.torn = 0

    @classmethod
    def open(
        cls,
        folder: Path,
        origin: str,
        signer: Signer,
        clock: Clock,
        *,
        rehearsal: bool,
        heard: Callable[[Mapping[str, Value]], None] = lambda _: None,
    ) -> Self:
        """Open or begin the journal in folder. A torn last line is cut off; everything else must hold. heard: is told every line there is.

        Raises EvidenceError naming the line (or the checkpoint) that does not hold, and leaves the file as it was found; StorageError
        when another process has the journal open or the disk refuses.
        """
        with storage_errors(folder):
            make_folder(folder / "checkpoints")
        lock = Lock(folder / "journal.lock")
        try:
            journal = cls(folder, origin, signer, clock, lock, rehearsal=rehearsal)
        except BaseException:
            lock.release()
            raise
        try:
            journal._load(heard)
        except BaseException:
            journal.close()
            raise
        return journal

    @property
    def _notes(self) -> Checkpoints:
        return Checkpoints(self.checkpoints, self.origin, self._signer)

    @property
    def size(self) -> int:
        """Durable lines."""
        return len(self.tree)

    @property
    def head(self) -> str:
        """Hex SHA-256 of the last durable line; GENESIS when there is none."""
        return self._chain.head

    @property
    def root(self) -> bytes:
        """Merkle root over the durable lines."""
        return self.tree.root()

    def append(self, kind: str, /, **fields: Value) -> Entry:
        """Add an event of this type. On return it is durable; inside group(), when the group is left.

        Raises StorageError when the disk does not take it; ValueError or TypeError on fields no line may have (our bug).
        """
        if self._batch is None:
            with self.group():
                return self.append(kind, **fields)
        if clash := FIELDS.keys() & fields.keys():
            raise ValueError(f"these fields are the journal's own: {sorted(clash)}")
        now = Reading.of(self._clock)
        if self._clocks is not None and (expected := self._clocks.jumped(now)) is not None:
            self._add(self._batch, now, "clock.jump", {"before": expected, "after": now.wall})
            self._clocks = now
        self._clocks = self._clocks if self._clocks and self._clocks.boot == now.boot else now
        return self._add(self._batch, now, kind, fields)

    def _add(self, batch: list[bytes], now: Reading, kind: str, fields: Mapping[str, Value]) -> Entry:
        seq = len(self.tree) + len(batch)
        prev = self.means.hexdigest(batch[-1]) if batch else self._chain.head
        data = {
            "v": 1,
            "origin": self.origin,
            "seq": seq,
            "prev": prev,
            "type": kind,
            "rehearsal": self._rehearsal,
        }
        data |= {"wall": now.wall, "mono": now.mono, "boot": now.boot, **fields}
        line = encode(data)
        if len(line) >= LONGEST:
            raise ValueError("this line is too long")
        batch.append(line)
        return Entry(line, data, seq + 1)

    @contextmanager
    def group(self) -> Iterator[None]:
        """Several appends, one write: all durable when the block is left, none when it raises. A power cut may keep the first few."""
        if self._batch is not None:
            yield  # the outer group writes
            return
        self._file.check()
        self._batch, clocks = [], self._clocks
        try:
            yield
            batch = self._batch
        except BaseException:
            self._clocks = (
                clocks  # a jump that was noticed here stands in no line: the next one must notice it again
            )
            raise
        finally:
            self._batch = None
        if batch:
            self._commit(batch)

    def checkpoint(self) -> str:
        """A signed note over all durable lines, durable under checkpoints/. Asking twice gives the same note. Raises StorageError."""
        if self._batch is not None:
            raise ValueError("a checkpoint inside a group would promise lines that are not written")
        note = self._notes.sign(self.size, self.root)
        self._signed_at = Reading.of(self._clock)
        return note

    def checkpoint_within(self, milliseconds: int) -> None:
        """A checkpoint, unless one was signed less than so long ago and the machine has not been started since. Raises StorageError."""
        now, last = Reading.of(self._clock), self._signed_at
        if last is None or last.boot != now.boot or now.mono - last.mono >= milliseconds:
            self.checkpoint()

    def reserve(self, more: int) -> None:
        """Make sure that so many bytes of lines can still be written. Raises StorageError."""
        self._file.reserve(more)

    @property
    def sound(self) -> bool:
        """Whether more is taken. So after a StorageError from append() or group(): then nothing of it was kept."""
        return self._file.sound

    def give_up(self) -> None:
        """Write nothing more in this run."""
        self._file.give_up()

    def close(self) -> None:
        """Let go of file and lock. Nothing is lost: every line is durable already."""
        self._file.close()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _commit(self, batch: list[bytes]) -> None:
        self._file.write(b"".join(line + b"\n" for line in batch))
        for line in batch:
            self.tree.append(leaf_hash(line, self.means.digest))
        self._chain = replace(self._chain, seq=len(self.tree), head=self.means.hexdigest(batch[-1]))

    def _load(self, heard: Callable[[Mapping[str, Value]], None]) -> None:
        with storage_errors(self.path):
            promised = self._notes.newest()
            with self.path.open("rb") as file:
                good = self._replay(file, promised, heard)
                file.seek(good)
                rest = file.read(LONGEST)
        # Before anything is cut off: a file that does not hold stays as it is, for those who will look into it.
        if promised is not None and self.size < promised.size:
            raise EvidenceError(
                f"The journal has {self.size} lines, but this workstation signed a checkpoint over {promised.size}",
                where=str(self.path),
                todo="An older copy was restored, or lines were removed: begin a new epoch: `fangxin sync renew`.",
            )
        if rest:
            self._cut_off(rest, good)

    def _cut_off(self, rest: bytes, good: int) -> None:
        """The write that the last run did not live to acknowledge. Cut off, else the next line would be glued to it."""
        with suppress(EvidenceError):
            replace(self._chain).follow(rest[:-1])
            # A whole line, and something else where its newline should be: no write that was cut short leaves that.
            raise StorageError(
                "The last line of the journal has lost its newline to another byte: the disk has altered it",
                where=f"{self.path}, line {self.size + 1}",
                todo="Stop using this workstation and ask IT. Then begin a new epoch: `fangxin sync renew`.",
            )
        self._file.cut(good)
        self.torn = len(rest)

    def _replay(
        self, file: BinaryIO, promised: Checkpoint | None, heard: Callable[[Mapping[str, Value]], None]
    ) -> int:
        """Take in the lines there are; returns their bytes."""
        size = 0
        for line in lines(file, self.path):
            try:
                data = self._chain.follow(line)
            except EvidenceError as error:
                raise EvidenceError(error.what, where=f"{self.path}, {error.where}") from error
            heard(data)
            self.tree.append(leaf_hash(line, self.means.digest))
            self._clocks = Reading(data["wall"], data["mono"], data["boot"])
            size += len(line) + 1
            if promised is not None and len(self.tree) == promised.size and self.root != promised.root:
                what = "The journal is not what its own checkpoint says: lines were changed"
                raise EvidenceError(what, where=f"{self.path}, up to line {promised.size}")
        return size
