"""Writes down what happens around the calls: shifts, shares of the sample, receipts, listening, faults. The calls themselves: ledger.py."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from app.canonical import commit, encode, hexdigest
from app.clock import Clock, Entropy
from app.evidence.durable import storage_errors
from app.evidence.journal import Journal
from app.evidence.program import program_sha
from app.sample.case import Case
from app.store import Store
from app.study.model import Study


class ShiftLog:
    """Journal and store of one workstation. Every method raises StorageError when the disk does not take it."""

    def __init__(
        self, folder: Path, store: Store, journal: Journal, study: Study, clock: Clock, entropy: Entropy
    ) -> None:
        self.folder, self.store, self.journal, self.study = folder, store, journal, study
        self.clock, self.entropy = clock, entropy

    def new_id(self) -> str:
        """16 random hex digits: the only link between call, interview and contact."""
        return self.entropy(8).hex()

    def shift_opened(self, interviewer: str, app_version: str) -> None:
        """An interviewer has signed in. The name stands in the journal only as a commitment; the store keeps name and salt. What the
        program's files come to, and how much room the disk has, stand beside it."""
        shift = self.new_id()
        with storage_errors(self.folder):
            free = shutil.disk_usage(self.folder).free
        self.journal.append(
            "shift.open",
            shift=shift,
            interviewer=self._committed(f"shift.{shift}", interviewer),
            app=app_version,
            app_sha=program_sha(),
            study=self.study.id,
            version=self.study.version,
            study_sha=self.study.sha256,
            disk_free=free,
        )

    def shift_closed(self) -> None:
        """The interviewer has signed out."""
        self.journal.append("shift.close")
        self.journal.checkpoint()

    def assigned(
        self, sha256: str, cases: Sequence[Case], columns: Mapping[str, Mapping[str, str]] | None = None
    ) -> None:
        """A share of the sample has come. sha256: of the sealed assignment. columns: case id → what the sample knows beforehand."""
        self.store.put_columns(columns or {})
        self.store.put_cases(cases)
        self.journal.append("assignment.accept", sha256=sha256, cases=len(cases))

    def called_back(self, case: str, by: str) -> None:
        """A case was taken out of the queue's order because its resident called. by: number on the roster, "" = not on it."""
        self.journal.append("case.pull", case=case, reason="the resident called back", by=by)

    def pulled(self, case: str, reason: str, by: str) -> None:
        """A supervisor has given this very case to this desk. His words may name somebody: they stand in the journal as a commitment, and
        the store keeps them under that line's number."""
        committed = self._committed(f"pull.{self.journal.size}", reason)
        self.journal.append("case.pull", case=case, reason=committed, by=by)

    def listening(self, call: str, listener: str, way: str) -> str:
        """Somebody begins to listen to a call; durable before he hears anything. way: "live" or "review". Returns the id to stop with.

        The listener's name stands in the journal only as a commitment, as an interviewer's does.
        """
        listening = self.new_id()
        name = self._committed(f"listen.{listening}", listener)
        self.journal.append("listen.start", listening=listening, call=call, listener=name, way=way)
        return listening

    def listened(self, call: str, listening: str, samples: int) -> None:
        """He has stopped. samples: how much of it he heard."""
        self.journal.append("listen.stop", listening=listening, call=call, samples=samples)

    def fault(self, where: str, code: str) -> None:
        """The system refused something that the work needs, outside a call. where: what part; code: its name ("ENOSPC")."""
        self.journal.append("io.error", where=where, code=code)

    def synced(self, size: int, receipt: str) -> None:
        """Central has countersigned the first `size` lines."""
        self.journal.append("sync.receipt", size=size, sha256=hexdigest(receipt.encode()))
        self.journal.checkpoint()

    def close(self) -> None:
        """Let go of journal and store."""
        self.journal.close()
        self.store.close()

    def _committed(self, key: str, name: str) -> str:
        """The commitment to a person's name, or words. Both and the salt are kept under this key in the store."""
        salt = self.entropy(32)
        self.store.set_setting(key, encode({"name": name, "salt": salt.hex()}).decode())
        return commit(salt, name)
