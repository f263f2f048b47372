"""Writes down what happens around the calls: shifts, shares of the sample, receipts, faults. The calls themselves: ledger.py."""

import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from errno import errorcode
from pathlib import Path

from app.canonical import decode, encode
from app.clock import Clock, Entropy
from app.errors import FangxinError
from app.evidence.durable import storage_errors
from app.evidence.journal import Journal
from app.evidence.program import program_sha
from app.evidence.suite import suite_of
from app.room import Room
from app.sample.case import Case
from app.store import Store
from app.study.model import Study

_MET = "faults.met"


@dataclass(frozen=True, slots=True)
class Dialled:
    """A call that stood in the journal when it was opened. wall: ms, of its dial.start."""

    case: str
    wall: int


class ShiftLog:
    """Journal and store of one workstation. Every method raises StorageError when the disk does not take it."""

    def __init__(
        self, folder: Path, store: Store, journal: Journal, study: Study, clock: Clock, entropy: Entropy
    ) -> None:
        self.folder, self.store, self.journal, self.study = folder, store, journal, study
        self.clock, self.entropy, self.suite = clock, entropy, suite_of(study.suite)
        self._met: list[list[str]] = decode(store.setting(_MET, '{"met":[]}').encode())["met"]
        self.room = Room(folder, journal, store)

    def checkpoint(self) -> None:
        """Sign what has been written so far."""
        self.room.spend(self.journal.checkpoint)

    def new_id(self) -> str:
        """16 random hex digits: the only link between call, interview and contact."""
        return self.entropy(8).hex()

    def shift_opened(self, interviewer: str, app_version: str) -> None:
        """An interviewer has signed in. The name stands in the journal only as a commitment; the store keeps name and salt. What the
        program's files come to, and how much room the disk has, stand beside it."""
        shift = self.new_id()
        self.tell_faults()
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
        self.tell_faults()
        self.journal.append("shift.close")
        self.checkpoint()

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

    def corrected(self, call: str, case: str, was: str, outcome: str, reason: str) -> None:
        """The outcome of a call is put right; the line that gave the wrong one stays. The reason is kept as a supervisor's words are."""
        committed = self._committed(f"amend.{self.journal.size}", reason)
        self.journal.append("outcome.amend", call=call, case=case, was=was, outcome=outcome, reason=committed)
        self.checkpoint()

    def fault_met(self, error: FangxinError) -> None:
        """The disk has just refused something. It is not asked for more at this moment: the fault is kept, in the store too if that can
        be written, until tell_faults(). Never raises."""
        cause = error.__cause__
        code = errorcode.get(cause.errno or 0) if isinstance(cause, OSError) else None
        code = code or getattr(cause, "sqlite_errorname", None)
        if code is None:
            return  # not the disk's: said on screen, and nothing more
        place = Path(error.where)
        inside = place.is_relative_to(self.folder) and place != self.folder
        where = place.relative_to(self.folder).parts[0] if inside else "disk"
        if [where, code] not in self._met:  # one that stays is met at every step
            self._met.append([where, code])
            with suppress(FangxinError):
                self._keep_met()

    def tell_faults(self) -> None:
        """Say in the journal which faults were met since the last time; again at the next start if it cannot be said now."""
        if not self._met:
            return
        with self.journal.group():
            for where, code in self._met:
                self.journal.append("io.error", where=where, code=code)
        self._met = []
        self._keep_met()

    def synced(self, size: int, receipt: str) -> None:
        """Central has countersigned the first `size` lines."""
        self.journal.append("sync.receipt", size=size, sha256=self.suite.means.hexdigest(receipt.encode()))
        self.journal.checkpoint()

    def close(self) -> None:
        """Let go of journal and store."""
        with suppress(FangxinError):
            self.tell_faults()
        if self._met:
            with suppress(FangxinError):
                self._keep_met()  # the next start will tell
        self.journal.close()
        self.store.close()

    def _keep_met(self) -> None:
        self.store.set_setting(_MET, encode({"met": self._met}).decode())

    def _committed(self, key: str, name: str) -> str:
        """The commitment to a person's name, or words. Both and the salt are kept under this key in the store."""
        salt = self.entropy(32)
        self.store.set_setting(key, encode({"name": name, "salt": salt.hex()}).decode())
        return self.suite.means.commit(salt, name)
