"""The local database underneath: SQLCipher through sqlite-utils, its tables, and how they came to be.

sqlite-utils binds itself at import to pysqlite3 when there is one, else to Python's own sqlite3. We want it bound to
SQLCipher's build (encrypted pages, a SQLite without the WAL-reset bug), so sqlcipher3 stands in for pysqlite3 during that
one import (notes/libraries.md §2).
"""

import importlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import sqlcipher3

from app.errors import StorageError
from app.evidence.durable import storage_errors
from app.queue_tables import PEOPLE_TABLES, QUEUE_HEADS, QUEUE_KNOWN, QUEUE_TABLES


@contextmanager
def _sqlcipher_as_pysqlite3() -> Iterator[None]:
    stand_ins = {"pysqlite3": sqlcipher3, "pysqlite3.dbapi2": sqlcipher3.dbapi2}
    before = {name: sys.modules.get(name) for name in stand_ins}
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module


with _sqlcipher_as_pysqlite3():
    from sqlite_utils import Database as _Database

if importlib.import_module("sqlite_utils.utils").sqlite3 is not sqlcipher3:
    raise ImportError("sqlite_utils was imported before app.store_schema and is bound to another SQLite")


class Database(_Database):
    """The one SQLCipher-bound Database, whose transactions take their turn when they begin."""

    @contextmanager
    def atomic(self) -> "Iterator[Database]":
        """As sqlite-utils has it, but the outermost one begins as a writer. One that begins by reading could not write any more when
        another process, the one that sends, has written meanwhile: SQLite refuses that at once, however long it may wait."""
        if self.conn.in_transaction:
            with super().atomic():
                yield self
            return
        self.conn.execute("BEGIN IMMEDIATE")
        try:
            yield self
            self.conn.execute("COMMIT")
        except BaseException:
            self.rollback()
            raise


Migration = Callable[[Database], None]
"""One step from a schema to the next. Runs inside the transaction that also records it."""

_BUSY_SECONDS = 10.0


@contextmanager
def storage_faults(path: Path) -> Iterator[None]:
    """Turns what SQLite says about the disk or the file into a StorageError; our own mistakes pass through."""
    try:
        yield
    except (sqlcipher3.dbapi2.OperationalError, sqlcipher3.dbapi2.DatabaseError) as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == _IO_ERROR and _is_full(path):
            code = _FULL  # what SQLite calls it when it cannot make the index of its log
        fault = _FAULTS.get(code)
        if fault is None:
            raise
        what, todo = fault
        raise StorageError(what, where=str(path), todo=todo) from error
    except MemoryError as error:
        # SQLCipher's answer when it cannot decrypt a page in the middle of a commit; memory is the last thing that these files need.
        what, todo = _FAULTS[11]
        raise StorageError(what, where=str(path), todo=todo) from error


def connect(path: Path, key: bytes | None, *, one_thread: bool = True, journal: str = "WAL") -> Database:
    """Open or create a database file, private to its owner. key: 32 raw bytes, or None for a plain file.

    synchronous=FULL: what is committed survives a power cut. Deleted rows are overwritten (secure_delete).
    journal: SQLite's journal mode; with WAL others may read while one writes.
    one_thread=False: the caller sees to it that only one thread at a time uses it. Raises StorageError.
    """
    if key is not None and len(key) != 32:
        raise StorageError("The database key has not 32 bytes", where=str(path))
    with storage_faults(path):
        with storage_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        connection = sqlcipher3.connect(str(path), timeout=_BUSY_SECONDS, check_same_thread=one_thread)
        try:
            _unlock(connection, key)
            for pragma in (
                f"journal_mode = {journal}",
                "synchronous = FULL",
                "foreign_keys = ON",
                "secure_delete = ON",
                "wal_autocheckpoint = 8000",  # pages: the log is emptied when an interview closes, not while somebody waits for a case
                "cache_size = -65536",  # KiB: a room's cases stay decrypted in memory, or every pick would decrypt its pages anew
            ):
                connection.execute(f"PRAGMA {pragma}").fetchall()
            return Database(connection, execute_plugins=False)
        except BaseException:
            connection.close()
            raise


def connect_to_read(path: Path, key: bytes | None) -> Database:
    """Open a database file that is there, to read only, whoever else works with it. Raises StorageError."""
    with storage_faults(path):
        # Not mode=ro: what a crash left behind in a journal could not be taken back, and nothing be read.
        place = f"{path.resolve().as_uri()}?mode=rw"
        connection = sqlcipher3.connect(place, uri=True, timeout=_BUSY_SECONDS)
        try:
            _unlock(connection, key)
            connection.execute("PRAGMA query_only = ON")
            return Database(connection, execute_plugins=False)
        except BaseException:
            connection.close()
            raise


def _unlock(connection: sqlcipher3.Connection, key: bytes | None) -> None:
    if key is not None:
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")


def migrate(database: Database, path: Path, steps: Sequence[Migration]) -> None:
    """Bring the tables up to date: each missing step in one transaction together with its record. Raises StorageError."""
    with storage_faults(path):
        database.execute(
            "CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT"
        )
        done: int = database.execute("SELECT COALESCE(MAX(version), 0) FROM migrations").fetchone()[0]
        if done > len(steps):
            raise StorageError(
                "This data was written by a newer Fangxin",
                where=f"{path}, schema {done}, this program knows {len(steps)}",
                todo="Install the newer version again; nothing was changed.",
            )
        for version, step in enumerate(steps[done:], start=done + 1):
            with database.atomic():
                step(database)
                database.execute("INSERT INTO migrations VALUES (?, ?)", [version, step.__name__])


def _first_tables(database: Database) -> None:
    for statement in _FIRST_TABLES:
        database.execute(statement)


_FIRST_TABLES = (
    """CREATE TABLE cases (
        id TEXT PRIMARY KEY, ticket TEXT NOT NULL, number TEXT NOT NULL, unit TEXT NOT NULL,
        state TEXT NOT NULL, attempts TEXT NOT NULL) STRICT""",
    """CREATE TABLE calls (
        id TEXT PRIMARY KEY, "case" TEXT NOT NULL REFERENCES cases (id), started INTEGER NOT NULL, ended INTEGER,
        state TEXT NOT NULL CHECK (state IN ('open', 'closed', 'interrupted')), outcome TEXT NOT NULL) STRICT""",
    """CREATE TABLE interviews (
        id TEXT PRIMARY KEY, "case" TEXT NOT NULL REFERENCES cases (id), call TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('open', 'closed'))) STRICT""",
    # One unfinished interview a case: begin() resumes it instead of opening another.
    "CREATE UNIQUE INDEX one_open_interview ON interviews (\"case\") WHERE state = 'open'",
    """CREATE TABLE interview_events (
        interview TEXT NOT NULL REFERENCES interviews (id), n INTEGER NOT NULL, event BLOB NOT NULL,
        PRIMARY KEY (interview, n)) STRICT, WITHOUT ROWID""",
    """CREATE TRIGGER events_are_only_added BEFORE UPDATE ON interview_events
       BEGIN SELECT RAISE(ABORT, 'an interview event is never changed'); END""",
    """CREATE TABLE outbox (
        sha256 TEXT PRIMARY KEY, kind TEXT NOT NULL, path TEXT NOT NULL, bytes INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('waiting', 'sent'))) STRICT""",
    """CREATE TABLE receipts (
        origin TEXT NOT NULL, size INTEGER NOT NULL, note TEXT NOT NULL, PRIMARY KEY (origin, size)) STRICT""",
    "CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
)


def _queue(database: Database) -> None:
    for statement in QUEUE_TABLES:
        database.execute(statement)


def _people(database: Database) -> None:
    for statement in PEOPLE_TABLES:
        database.execute(statement)


def _queue_known(database: Database) -> None:
    for statement in QUEUE_KNOWN:
        database.execute(statement)


def _queue_heads(database: Database) -> None:
    for statement in QUEUE_HEADS:
        database.execute(statement)


MIGRATIONS: tuple[Migration, ...] = (_first_tables, _queue, _people, _queue_known, _queue_heads)
"""The desk's schema. Add at the end; never change a step that has shipped."""


def _is_full(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < _A_LITTLE
    except OSError:
        return False


_IO_ERROR, _FULL = 10, 13
DISK_FULL = "The disk is full"
_A_LITTLE = 1 << 16
"""Bytes that SQLite may want at once."""
_FAULTS = {  # SQLite's primary result codes
    5: ("Another program holds the database", "Close the other Fangxin window and try again."),
    6: ("Another program holds the database", "Close the other Fangxin window and try again."),
    8: ("The data folder is read-only", "Make the folder writable for this user."),
    10: ("The disk does not take or give the data", "Stop interviewing here and check the disk."),
    11: (
        "The database is damaged",
        "Keep the folder as it is and ask the centre; the journal holds the evidence.",
    ),
    13: (DISK_FULL, "Free some disk space; nothing that was confirmed is lost."),
    14: ("The database cannot be opened", "Check that the folder exists and is writable for this user."),
    23: ("The database may not be used by this user", "Check the folder's permissions."),
    26: (
        "The database does not open with this workstation's key",
        "It is from another workstation, or the key was lost.",
    ),
}
