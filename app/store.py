"""The desk's own memory: cases, calls, drafts, what waits to be sent. A working view; the evidence does not depend on it.

Every method that writes has committed durably when it returns, so "saved" may be shown at once. One Store belongs to one
thread; the sync thread opens its own on the same file. Any method raises StorageError when the disk or the file refuses.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from app.errors import StorageError
from app.evidence.durable import reserve, storage_errors
from app.interview.events import Event, from_line
from app.interview.interview import Interview, fold
from app.store_cases import CaseTable
from app.store_schema import MIGRATIONS, Migration, connect, migrate, storage_faults

_CALLS_SINCE = """SELECT TOTAL(late) AS calls, TOTAL(first >= ?) AS fresh FROM (
    SELECT MIN(started) AS first, SUM(started >= ?) AS late FROM calls GROUP BY "case" HAVING late > 0)"""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A sealed file on its way to central. kind: recording, tail, interview or contact. bytes: its size."""

    sha256: str
    kind: str
    path: Path
    bytes: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """Central's countersignature under our checkpoint of `size` journal lines."""

    origin: str
    size: int
    note: str


class Store(CaseTable):
    """The encrypted database of one workstation."""

    @classmethod
    def open(cls, path: Path, key: bytes, steps: Sequence[Migration] = MIGRATIONS) -> Self:
        """Open or create the store with its raw 32-byte key. StorageError: wrong key, newer schema, full, read-only, in use."""
        database = connect(path, key)
        try:
            migrate(database, path, steps)
            store = cls(database, path)
            store._forget_freed_pages()  # a close_interview() that a crash or a reader cut short is finished here
        except BaseException:
            database.close()
            raise
        return store

    def reserve(self, more: int) -> None:
        """Make sure that the log beside the file can grow by so many bytes, as far as the system can promise that."""
        log = self._path.with_name(self._path.name + "-wal")
        with storage_errors(log):
            # Nobody locks the log itself: closing another descriptor of it takes no lock away, as it would on the database.
            descriptor = os.open(log, os.O_RDWR)
            try:
                reserve(descriptor, os.fstat(descriptor).st_size + more, log.parent)
            finally:
                os.close(descriptor)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    # Calls

    def open_call(self, call: str, case: str, started: int) -> None:
        """A call begins (before anything is dialled). started: ms wall."""
        self._write("INSERT INTO calls VALUES (?, ?, ?, NULL, 'open', '')", call, case, started)

    def close_call(self, call: str, *, outcome: str, ended: int) -> None:
        """A call is over and has its outcome."""
        self._write(
            "UPDATE calls SET state = 'closed', outcome = ?, ended = ? WHERE id = ?", outcome, ended, call
        )

    def calls_since(self, wall: int) -> tuple[int, int]:
        """(calls, among them first calls of their case) that began at `wall` or later. Reads the table of calls once."""
        (row,) = self._rows(_CALLS_SINCE, wall, wall)
        return int(row["calls"]), int(row["fresh"])

    def interrupt_call(self, call: str, ended: int) -> None:
        """A call that a crash cut off was found and logged; it will get no outcome of its own."""
        self._write("UPDATE calls SET state = 'interrupted', ended = ? WHERE id = ?", ended, call)

    def knows_call(self, call: str) -> bool:
        """Whether there ever was such a call here."""
        return bool(self._rows("SELECT 1 FROM calls WHERE id = ?", call))

    def open_calls(self) -> dict[str, str]:
        """Call → case of the calls without an end, oldest first: at start-up, what a crash cut off."""
        rows = self._rows("SELECT id, \"case\" FROM calls WHERE state = 'open' ORDER BY started, id")
        return {row["id"]: row["case"] for row in rows}

    # Interviews

    def open_interview(self, interview: str, case: str, call: str) -> None:
        """An interview begins in a call."""
        self._write("INSERT INTO interviews VALUES (?, ?, ?, 'open')", interview, case, call)

    def interview_of(self, case: str) -> str | None:
        """The id of a case's unfinished interview."""
        rows = self._rows("SELECT id FROM interviews WHERE \"case\" = ? AND state = 'open'", case)
        return str(rows[0]["id"]) if rows else None

    def record_event(self, interview: str, event: bytes) -> int:
        """Add one event (canonical JSON) to an open interview; durable on return. Returns its number, from 0."""
        with self._transaction():
            if not self._rows("SELECT id FROM interviews WHERE id = ? AND state = 'open'", interview):
                raise StorageError("This interview is not open", where=interview)
            select = "SELECT COALESCE(MAX(n) + 1, 0) AS n FROM interview_events WHERE interview = ?"
            number = int(self._rows(select, interview)[0]["n"])
            self._database.execute(
                "INSERT INTO interview_events VALUES (?, ?, ?)", [interview, number, event]
            )
        return number

    def open_interviews(self) -> tuple[str, ...]:
        """The ids of all unfinished interviews."""
        return tuple(
            row["id"] for row in self._rows("SELECT id FROM interviews WHERE state = 'open' ORDER BY rowid")
        )

    def events(self, interview: str) -> tuple[Event, ...]:
        """What has happened in an open interview, oldest first; empty once it is closed."""
        rows = self._rows("SELECT event FROM interview_events WHERE interview = ? ORDER BY n", interview)
        return tuple(from_line(row["event"]) for row in rows)

    def interview(self, interview: str) -> Interview:
        """An open interview as its events add up."""
        return fold(self.events(interview))

    def close_interview(self, interview: str) -> None:
        """The sealed interview has taken over: the draft is deleted and overwritten, in the file and in the log beside it."""
        with self._transaction():
            self._database.execute("DELETE FROM interview_events WHERE interview = ?", [interview])
            self._database.execute("UPDATE interviews SET state = 'closed' WHERE id = ?", [interview])
        self._forget_freed_pages()

    # Sending

    def enqueue(self, sha256: str, kind: str, path: Path, size: int) -> None:
        """A sealed file is due for sending. Saying so twice changes nothing."""
        folder = self._path.parent
        place = path.relative_to(folder) if path.is_relative_to(folder) else path.absolute()
        statement = "INSERT INTO outbox VALUES (?, ?, ?, ?, 'waiting') ON CONFLICT (sha256) DO NOTHING"
        self._write(statement, sha256, kind, place.as_posix(), size)

    def pending(self) -> tuple[Parcel, ...]:
        """What central has not signed for yet, in the order in which it came in."""
        rows = self._rows(
            "SELECT sha256, kind, path, bytes FROM outbox WHERE state = 'waiting' ORDER BY rowid"
        )
        return tuple(Parcel(r["sha256"], r["kind"], self._path.parent / r["path"], r["bytes"]) for r in rows)

    def mark_sent(self, hashes: Iterable[str]) -> None:
        """Central has signed for these. Call only with a verified signature in hand."""
        with self._transaction():
            for sha256 in hashes:
                self._database.execute("UPDATE outbox SET state = 'sent' WHERE sha256 = ?", [sha256])

    def withdraw(self, sha256: str) -> None:
        """A sealed file that no journal line ever named is not due any more."""
        self._write("DELETE FROM outbox WHERE sha256 = ? AND state = 'waiting'", sha256)

    def mark_waiting(self, hashes: Iterable[str]) -> None:
        """Central has lost these again: they are due once more."""
        with self._transaction():
            for sha256 in hashes:
                self._database.execute("UPDATE outbox SET state = 'waiting' WHERE sha256 = ?", [sha256])

    def keep_receipt(self, receipt: Receipt) -> None:
        """File a verified receipt."""
        self._write("REPLACE INTO receipts VALUES (?, ?, ?)", receipt.origin, receipt.size, receipt.note)

    def last_receipt(self, origin: str) -> Receipt | None:
        """The receipt for the longest journal of this origin."""
        rows = self._rows("SELECT * FROM receipts WHERE origin = ? ORDER BY size DESC LIMIT 1", origin)
        return Receipt(**rows[0]) if rows else None

    def _forget_freed_pages(self) -> None:
        # The log may still hold the page as it was before the overwrite. A reader in the sync thread can keep it from
        # being emptied; then the next close or start does it.
        with storage_faults(self._path):
            self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
