"""The witness: sees to it that central's log only ever grows, and says so with its signature (C2SP tlog-witness, tlog-cosignature).

What it has accepted is durable before it signs anything, in one atomic step: whatever crashes, never are there two cosignatures at one
size over different roots. What contradicts an accepted checkpoint is refused and kept: two checkpoints that central signed and that
cannot both be true are the proof that it has shown two histories.
"""

import base64
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Self

from app.canonical import hexdigest
from app.clock import Clock, Entropy
from app.errors import EvidenceError, StorageError
from app.evidence import durable
from app.evidence.keyfile import cosigner
from app.evidence.merkle import leaf_hash, verify_consistency
from app.evidence.note import Checkpoint, Signer, Verifier, cosign, open_note
from app.evidence.treefile import FileTree
from app.witness.asking import ForgedError, UnknownLogError, parsed, signed_by


@dataclass(frozen=True, slots=True)
class Answer:
    """As tlog-witness has it. status: 200 (text: the cosignature line), 400, 403, 404, 409 (text: the accepted size), 422. alarm: what a
    person must hear of, "" if nothing."""

    status: int
    text: str = ""
    alarm: str = ""


@dataclass
class Keeper:
    """One witness's folder: its key, the newest checkpoint that it accepted, its own copy of the log's lines, the cosigned checkpoints, and
    what it refused. log: the log's key. One process at a time. Raises StorageError when the disk refuses."""

    folder: Path
    log: Verifier
    signer: Signer
    clock: Clock
    tree: FileTree
    _lock: durable.Lock = field(repr=False)

    @classmethod
    def open(
        cls, folder: Path, log: Verifier, clock: Clock, entropy: Entropy, *, name: str = "witness"
    ) -> Self:
        """Open or begin a witness's folder; the first time it makes the witness's key, under this name."""
        with durable.storage_errors(folder):
            durable.make_folder(folder)
        lock = durable.Lock(folder / "lock")
        try:
            signer = witness_signer(folder, entropy, name)
            _watch_only(folder / "log.vkey", log)
            keeper = cls(folder, log, signer, clock, FileTree(folder / "tree"), lock)
            try:
                keeper._load()
            except BaseException:
                keeper.tree.close()
                raise
        except BaseException:
            lock.release()
            raise
        return keeper

    def close(self) -> None:
        """Let go of the folder."""
        self.tree.close()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def newest(self) -> Checkpoint | None:
        """The newest checkpoint that was accepted."""
        path = self.folder / "newest.note"
        with durable.storage_errors(path):
            note = path.read_bytes() if path.exists() else None
        if note is None:
            return None
        try:
            return Checkpoint.parse(open_note(note, [self.log]).text)
        except EvidenceError as error:
            todo = "Put back the newest copy of this file; the newest of cosigned/ begins with it."
            raise EvidenceError(error.what, where=str(path), todo=todo) from error

    @property
    def newest_note(self) -> str:
        """The same as central signed it, "" when nothing was accepted yet."""
        path = self.folder / "newest.note"
        with durable.storage_errors(path):
            return path.read_text(encoding="utf-8") if path.exists() else ""

    def add_checkpoint(self, request: str, entries: Sequence[bytes] | None = None) -> Answer:
        """Judge a tlog-witness request: "old <size>", the hashes of the consistency proof, an empty line, the checkpoint.

        entries: the log's lines from the accepted size on, to keep and to count; None = do without (they are then asked for the next time).
        """
        try:
            old, proof, note = parsed(request)
            point = Checkpoint.parse(signed_by(note, self.log))
        except UnknownLogError:
            return Answer(404)
        except ForgedError:
            return Answer(403, alarm="A checkpoint in the name of central's log has not its signature")
        except EvidenceError:
            return Answer(400)
        if old > point.size or point.origin != self.log.name:
            return Answer(400)
        accepted = self.newest
        held = accepted.size if accepted else 0
        if old != held:
            return self._not_from_here(point, note, held)
        refusal = self._contradiction(accepted, point, proof, entries)
        if refusal:
            self._keep_evidence(note, proof, refusal)
            return Answer(409 if old == point.size else 422, str(held) if old == point.size else "", refusal)
        return Answer(200, self._accept(point, note, entries))

    def _not_from_here(self, point: Checkpoint, note: str, held: int) -> Answer:
        """A request that does not begin where we stand. A checkpoint of the accepted size with another root is a fork all the same."""
        accepted, alarm = self.newest, ""
        if accepted is not None and point.size == held and point.root != accepted.root:
            alarm = f"Central has signed two different logs of {held} lines"
            self._keep_evidence(note, (), alarm)
        elif point.size < held:
            alarm = f"Central shows a log of {point.size} lines, but it has had {held}: it was rolled back"
            self._keep_evidence(note, (), alarm)
        return Answer(409, str(held), alarm)

    def _contradiction(
        self,
        accepted: Checkpoint | None,
        point: Checkpoint,
        proof: Sequence[bytes],
        entries: Sequence[bytes] | None,
    ) -> str:
        """Why this cannot be the continuation of what was accepted, "" when it is."""
        try:
            if accepted is None or accepted.size == 0:
                if proof:
                    return "A proof of nothing was given"
            else:
                verify_consistency(accepted.size, point.size, accepted.root, point.root, proof)
        except EvidenceError:
            size = accepted.size if accepted else 0
            return f"Central's log of {point.size} lines does not begin with the {size} lines that were accepted before"
        if entries is not None and not self._come_to(entries, point):
            return f"The lines that central shows do not come to the log of {point.size} lines that it signed"
        return ""

    def _come_to(self, entries: Iterable[bytes], point: Checkpoint) -> bool:
        self.tree.extend(leaf_hash(line) for line in entries)
        if (len(self.tree), self.tree.root()) == (point.size, point.root):
            return True
        self._rebuild(self.entries())
        return False

    def _accept(self, point: Checkpoint, note: str, entries: Sequence[bytes] | None) -> str:
        """Make it durable, then sign. Returns the cosignature line."""
        try:
            if entries:
                self._append(entries)
            self._promise(note)
        except StorageError:
            self._load()  # nothing was promised: forget what was read
            raise
        signed = cosign(note, self.signer, self.clock.wall() // 1000)
        path = self.folder / "cosigned" / f"{point.size:012}.note"
        with durable.storage_errors(path):
            durable.make_folder(path.parent)
            durable.write_file(path, signed.encode())
        return signed[len(note) :]

    def _promise(self, note: str) -> None:
        with durable.storage_errors(self.folder):
            # The promise. Everything before this may be lost, nothing after it may contradict it: so it comes before the signature.
            durable.write_file(self.folder / "newest.note", note.encode())

    def _append(self, entries: Sequence[bytes]) -> None:
        path = self.folder / "entries.jsonl"
        with durable.storage_errors(path):
            descriptor = durable.open_append(path)
            try:
                durable.write_all(descriptor, b"".join(line + b"\n" for line in entries))
                durable.sync_data(descriptor)
            finally:
                os.close(descriptor)

    def entries(self) -> Iterator[bytes]:
        """The log's lines as far as they were copied, one by one."""
        path = self.folder / "entries.jsonl"
        with durable.storage_errors(path):
            if not path.exists():
                return
            with path.open("rb") as file:
                for line in file:
                    if line.endswith(b"\n"):
                        yield line[:-1]

    def alarms(self) -> list[str]:
        """What was refused, oldest first: one sentence each."""
        with durable.storage_errors(self.folder):
            paths = sorted((self.folder / "refused").glob("*/why.txt"))
            return [path.read_text(encoding="utf-8").strip() for path in paths]

    def _keep_evidence(self, note: str, proof: Sequence[bytes], why: str) -> None:
        point = Checkpoint.parse(open_note(note, [self.log]).text)
        folder = self.folder / "refused" / f"{point.size:012}.{hexdigest(note.encode())[:8]}"
        with durable.storage_errors(folder):
            if (folder / "why.txt").exists():
                return
            durable.make_folder(folder)
            durable.write_file(folder / "refused.note", note.encode())
            durable.write_file(folder / "accepted.note", self.newest_note.encode())
            lines = "".join(f"{base64.b64encode(each).decode()}\n" for each in proof)
            durable.write_file(folder / "proof.txt", lines.encode())
            durable.write_file(folder / "why.txt", f"{why} ({self.clock.wall()})\n".encode())

    @property
    def copied(self) -> int:
        """Lines of the log that lie here. Fewer than were accepted when somebody gave us checkpoints without the lines."""
        return len(self.tree)

    def _load(self) -> None:
        """Cut off what was copied and not accepted; build the tree again where it does not come to what was accepted."""
        accepted, path = self.newest, self.folder / "entries.jsonl"
        size = accepted.size if accepted else 0
        self._remembers(size)
        self.tree.settle(leaf_hash(line) for line in islice(self.entries(), size))
        if self.copied == size:
            good = accepted is None or self.tree.root() == accepted.root
        else:
            # Checkpoints were accepted without their lines: then these here are the lines of an earlier one.
            good = not self.copied or self._cosigned_root(self.copied) == self.tree.root()
        if not good:
            what, where = "The witness's own copy of the log is damaged", str(path)
            raise EvidenceError(what, where=where, todo="Put back the newest copy of this file alone.")
        end = sum(len(line) + 1 for line in islice(self.entries(), size))
        with durable.storage_errors(path):
            if path.exists() and path.stat().st_size != end:
                with path.open("r+b") as file:
                    file.truncate(end)
                    durable.sync_data(file.fileno())

    def _remembers(self, size: int) -> None:
        """What was cosigned was accepted before. A witness that has forgotten it would sign another history at the same size."""
        with durable.storage_errors(self.folder):
            sizes = [
                int(path.stem) for path in (self.folder / "cosigned").glob("*.note") if path.stem.isdecimal()
            ]
        if max(sizes, default=0) > size:
            what = f"This witness has cosigned {max(sizes)} lines, but remembers only {size}: an older copy was restored, or a file is gone"
            todo = f"Put back the newest copy of this file; it is the beginning of cosigned/{max(sizes):012}.note."
            raise EvidenceError(what, where=str(self.folder / "newest.note"), todo=todo)

    def _cosigned_root(self, size: int) -> bytes | None:
        path = self.folder / "cosigned" / f"{size:012}.note"
        with durable.storage_errors(path):
            note = path.read_bytes() if path.exists() else b""
        try:
            return Checkpoint.parse(open_note(note, [self.log]).text).root
        except EvidenceError:
            return None

    def _rebuild(self, lines: Iterable[bytes]) -> None:
        self.tree.clear()
        self.tree.extend(leaf_hash(line) for line in lines)


def _watch_only(path: Path, log: Verifier) -> None:
    """One folder, one log: another key in its place would make every earlier promise void."""
    with durable.storage_errors(path):
        if not path.exists():
            durable.write_file(path, f"{log.vkey}\n".encode())
        elif path.read_bytes().strip() != log.vkey.encode():
            todo = "If central's key has truly changed, begin a new folder and keep this one."
            raise EvidenceError("This witness watches a log with another key", where=str(path), todo=todo)


def witness_signer(folder: Path, entropy: Entropy, name: str = "witness") -> Signer:
    """The witness's cosigning key; made the first time, never overwritten. Raises StorageError when a file of it is damaged or gone."""
    with durable.storage_errors(folder):
        durable.make_folder(folder)
    return cosigner(folder / "witness.key", folder / "witness.vkey", "The witness", name, entropy)
