"""Where central keeps things: a folder in the archive's layout. It alone is the evidence and can be carried away and checked.

`.central/` inside it holds what is only central's business: its signing key, the index, half-finished uploads, sealed
assignments. Every method raises StorageError when the disk refuses.
"""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from app.central import pages
from app.central.held import HeldJournal
from app.central.index import Index
from app.central.log import CentralLog, log_signer
from app.clock import Clock, Entropy
from app.errors import StorageError
from app.evidence import durable
from app.evidence.batch import Manifest, place_for
from app.evidence.keyfile import cosigner
from app.evidence.note import Signer


class FolderStore:
    """Central's folder: objects, journals, batches, the study. One process, one thread at a time."""

    def __init__(
        self, folder: Path, signer: Signer, index: Index, log: CentralLog, lock: durable.Lock
    ) -> None:
        self.folder, self.signer, self.index, self.log = folder, signer, index, log
        self._private, self._lock = folder / ".central", lock
        self._held: dict[str, HeldJournal] = {}
        log.announced = index.announce

    @classmethod
    def open(
        cls, folder: Path, entropy: Entropy, *, name: str = "central", older_registry: Clock | None = None
    ) -> Self:
        """Open or set up central's folder; the first time it makes central's key, under this name. older_registry: go on with a registry
        that was put back, and say so in the log, by this clock. StorageError when another central has it open, when registry and
        log do not belong together, and when an older registry was announced and it is none."""
        private = folder / ".central"
        with durable.storage_errors(folder):
            for part in (
                "objects",
                "journals",
                "devices",
                "batches",
                "study",
                ".central/parts",
                ".central/assignments",
            ):
                (folder / part).mkdir(parents=True, exist_ok=True)
        lock = durable.Lock(private / "lock", "Central is running on this folder", "Stop it first: Ctrl+C.")
        try:
            signer = cosigner(private / "central.key", folder / "central.vkey", "Central", name, entropy)
            with durable.storage_errors(folder):
                durable.write_file(folder / "log.vkey", log_signer(signer).vkey.encode() + b"\n")
            index = private / "index.db"
            _registry_is_there(folder, index)
            log = CentralLog.open(folder / "log", private / "log.tree", log_signer(signer))
            try:
                stores = cls(folder, signer, _registry(index), log, lock)
                try:
                    stores._belong_together(older_registry)
                except BaseException:
                    stores.index.close()
                    raise
                return stores
            except BaseException:
                log.close()
                raise
        except BaseException:
            lock.release()
            raise

    def close(self) -> None:
        """Let go of the folder."""
        self.index.close()
        self.log.close()
        self._lock.release()

    def _belong_together(self, older_registry: Clock | None) -> None:
        """Refuse a registry or a log of which an older copy was put back, unless it is to be gone on with."""
        path, lines, known = self.folder / ".central" / "index.db", len(self.log.tree), self.index.announced()
        if known > lines + 1:  # one more: a crash came before the line
            what = f"Central's log has {lines} lines, but its registry knows of {known}: an older log was put back"
            raise StorageError(
                what, where=str(self.folder / "log"), todo="Restore the newest copy; call the supervisor."
            )
        if older_registry is None:
            not_older(path, known, lines)
        elif known >= lines:
            raise StorageError(
                "Central's registry is as new as its log: there is nothing to accept", where=str(path)
            )
        else:
            self.log.append(older_registry, "registry", lines=known)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    # Objects

    def has(self, sha256: str) -> bool:
        """Whether the object lies here whole."""
        return self.object(sha256).is_file()

    def object(self, sha256: str) -> Path:
        """Where an object lies once it is whole."""
        return self.folder / "objects" / sha256

    def offset(self, sha256: str) -> int:
        """Bytes of the object that lie here."""
        path = self.object(sha256) if self.has(sha256) else self._part(sha256)
        with durable.storage_errors(path):
            return path.stat().st_size if path.exists() else 0

    def add(self, sha256: str, body: bytes) -> None:
        """Put bytes behind those that lie here; durable on return. A torn write only makes the next offset smaller."""
        path = self._part(sha256)
        with durable.storage_errors(path):
            descriptor = durable.open_append(path)
            try:
                durable.write_all(descriptor, body)
                durable.sync_data(descriptor)
            finally:
                os.close(descriptor)

    def complete(self, sha256: str) -> bool:
        """Check the whole against its name and put it in its place; wrong bytes are thrown away, and the answer is False."""
        path = self._part(sha256)
        with durable.storage_errors(path):
            with path.open("rb") as file:
                right = hashlib.file_digest(file, "sha256").hexdigest() == sha256
            if right:
                path.replace(self.object(sha256))
                durable.sync_folder(self.object(sha256).parent)
            else:
                path.unlink()
        return right

    def take_file(self, sha256: str, path: Path) -> bool:
        """Copy an object in from a folder (USB stick). False when the file is not what its name says."""
        if not self.has(sha256):
            with durable.storage_errors(path), path.open("rb") as file:
                self._part(sha256).unlink(missing_ok=True)
                while piece := file.read(2**20):
                    self.add(sha256, piece)
            return self.complete(sha256)
        return True

    def _part(self, sha256: str) -> Path:
        return self._private / "parts" / sha256

    # Journals and what belongs to them

    def journal(self, name: str) -> HeldJournal:
        """The journal of a device epoch ("<device>.<epoch>"), empty when nothing came yet."""
        if name not in self._held:
            self._held[name] = HeldJournal(self.folder / "journals" / name, self.signer.verifier)
        return self._held[name]

    def forget(self, name: str) -> None:
        """Read the journal from disk the next time: what was added in memory did not hold."""
        self._held.pop(name, None)

    def batch(self, name: str, manifest: Manifest) -> Path:
        """Where a manifest belongs."""
        return place_for(self.folder / "batches" / name, manifest)

    def put(self, path: Path, data: bytes) -> None:
        """Write a file whole or not at all, somewhere below the folder."""
        with durable.storage_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            durable.write_file(path, data)

    # The study, and assignments: sealed to the device, unreadable here

    def install(
        self,
        package: bytes,
        *,
        study: str,
        version: int,
        rehearsal: bool,
        centre_vkey: str,
        witness_vkeys: Sequence[str] = (),
    ) -> None:
        """Serve this study package from now on. rehearsal: practice calls are what it is for. The caller has checked it."""
        name = f"{study}-{version}.study"
        self.put(self.folder / "study" / name, package)
        self.put(self.folder / "publisher.vkey", centre_vkey.encode() + b"\n")
        values = {
            "study": study,
            "package": name,
            "rehearsal": "1" if rehearsal else "0",
            "centre": centre_vkey,
            "witnesses": "\n".join(witness_vkeys),
        }
        self.index.set_settings(values)

    def package(self) -> bytes:
        """The study package that is served. StorageError when none was installed."""
        name = self.index.setting("package")
        if not name:
            raise StorageError(
                "Central has no study yet", where=str(self.folder), todo="Install a study package first."
            )
        with durable.storage_errors(self.folder / "study" / name):
            return (self.folder / "study" / name).read_bytes()

    def assignment(self, device: str) -> bytes | None:
        """The sealed assignment that waits for a device."""
        path = self._private / "assignments" / device
        with durable.storage_errors(path):
            return path.read_bytes() if path.exists() else None

    def put_assignment(self, device: str, sealed: bytes) -> None:
        """Keep a sealed assignment; the newest counts."""
        self.put(self._private / "assignments" / device, sealed)


def _registry(path: Path) -> Index:
    """The registry, with every page of it looked at before anything is answered from it."""
    pages.seal(path)
    if path.exists():
        pages.check(path)
    return Index.open(path)


def _registry_is_there(folder: Path, index: Path) -> None:
    """A registry is made once. In the place of one that was lost, an empty one would know no study and refuse every workstation."""
    with durable.storage_errors(index):
        lost = not (index.exists() and index.stat().st_size)
        began = [*(folder / "devices").glob("*.vkey"), *(folder / "study").glob("*.study")]
    if lost and began:
        what = "Central's registry is gone or empty, but work has begun here"
        raise StorageError(what, where=str(index), todo="Restore the newest copy of this file.")


def not_older(path: Path, known: int, lines: int) -> None:
    """Refuse a registry that knows of fewer lines of the log than there are: each was announced to it before it was written."""
    if known < lines:
        what = f"Central's log has {lines} lines, but its registry knows of {known}: an older registry was put back"
        todo = "Restore its newest copy. Where there is none: fangxin central accept-older"
        raise StorageError(what, where=str(path), todo=todo)


def open_index(folder: Path) -> Index:
    """The index of a central that may be running: to issue a code or to look at devices and alarms meanwhile."""
    path = folder / ".central" / "index.db"
    if not path.exists():
        raise StorageError(
            "This is not central's folder", where=str(folder), todo="Give the folder that central uses."
        )
    pages.check(path)
    log = folder / "log" / "entries.jsonl"
    with durable.storage_errors(
        log
    ):  # before the registry: a line that comes meanwhile is announced there already
        lines = _lines(log) if log.exists() else 0
    index = Index.open(path)
    try:
        not_older(path, index.announced(), lines)
    except BaseException:
        index.close()
        raise
    return index


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(piece.count(b"\n") for piece in iter(lambda: file.read(2**20), b""))
