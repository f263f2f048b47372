"""Central's registry as a file: SQLite pages that carry their own check, so that a page which the disk has altered is never taken for true.

A plain SQLite file believes what it reads: one bit can take rows away without a word. SQLCipher puts an HMAC behind each page. Here it is
no lock: the key is public, for whoever can read this file can read central's signing key beside it. What has to stay secret in the registry
is sealed or hashed before it is written.

No write-ahead log, as the desk has: of a log that a crash leaves, SQLite uses what comes before the first wrong checksum and forgets the
rest, however long ago it was confirmed. With a rollback journal a commit returns when the pages themselves are on the disk; a journal is
left only of a change that nobody was told of.
"""

import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from app.canonical import digest
from app.errors import StorageError
from app.evidence import durable
from app.store_schema import Database, connect, connect_to_read, storage_faults

PAGE_KEY = digest(b"fangxin: checks of the pages of central's registry; no secret")
"""Public on purpose, see above."""
_WRONG = "Central's registry is damaged"
_RESTORE = "Stop central, keep this file for the supervisor and restore its newest copy."
_HELD = "Another program has central's registry open"
_PLAIN = b"SQLite format 3\0"
_PAGE = 4096
_HEAD = struct.Struct(">8sIIIII")
"""Of a part of a journal: magic, records, nonce, pages of the database before, sector, page."""
_MAGIC = bytes.fromhex("d9d505f920a163d7")
_SECTORS = frozenset(1 << n for n in range(5, 17))
_DAMAGED = frozenset({11, 26})
"""SQLite's codes for a page that is wrong, and for a first page that is."""


def open_pages(path: Path) -> Database:
    """Open or create the registry. Raises StorageError."""
    with _in_centrals_words(path):
        return connect(path, PAGE_KEY, one_thread=False, journal="TRUNCATE")


def open_to_read(path: Path) -> Database:
    """Look into a registry that is there, whoever else works with it. Raises StorageError."""
    with _in_centrals_words(path), storage_faults(path):
        database = connect_to_read(path, PAGE_KEY)
        try:
            database.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
        except BaseException:
            database.close()
            raise
        return database


def check(path: Path) -> None:
    """Read every page and hold it against its check; also those that a reader would take for zeros, as SQLCipher does with a wrong page in
    a long value. After a crash first its journal, then also whether tables and indexes agree. Raises StorageError that names the file."""
    journal = path.with_name(f"{path.name}-journal")
    with durable.storage_errors(journal):
        interrupted = journal.exists() and journal.stat().st_size > 0
        if interrupted and not _takes_back(journal):
            raise StorageError(_WRONG, where=str(journal), todo=_RESTORE)
    with _in_centrals_words(path), closing(open_to_read(path)) as database, storage_faults(path):
        database.execute("BEGIN")
        database.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()  # from here on nobody else writes
        wrong = database.execute("PRAGMA cipher_integrity_check").fetchall()
        if interrupted and not wrong:
            said = database.execute("PRAGMA integrity_check").fetchall()
            wrong = [row for row in said if row != ("ok",)]
        database.execute("COMMIT")
    if wrong:
        raise StorageError(_WRONG, where=f"{path}: {wrong[0][0]}", todo=_RESTORE)


def seal(path: Path) -> None:
    """Give the registry of an earlier version, a plain SQLite file, its checks; any other stays as it is. Whoever calls has central's lock.
    A crash leaves the old file or the new one. Raises StorageError when the old one does not hold."""
    if not _is_plain(path):
        return
    fresh = path.with_name(f"{path.name}.new")
    with durable.storage_errors(fresh):
        for left in path.parent.glob(f"{fresh.name}*"):
            left.unlink()
    with storage_faults(path), closing(connect(path, None)) as database:
        if database.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            raise StorageError(_WRONG, where=str(path), todo=_RESTORE)
        database.execute("ATTACH ? AS sealed KEY ?", [str(fresh), f"x'{PAGE_KEY.hex()}'"])
        database.execute("SELECT sqlcipher_export('sealed')").fetchall()
        database.execute("DETACH sealed")
    log = path.with_name(f"{path.name}-wal")
    with durable.storage_errors(path):
        if log.exists():  # the last one who lets go of the file empties its log
            raise StorageError(_HELD, where=str(path), todo="Close it and start central again.")
        fresh.replace(path)
        durable.sync_folder(path.parent)


def _takes_back(journal: Path) -> bool:
    """Whether the journal can take back all of the change that a crash has cut off. SQLite ends at the first record that is wrong and
    keeps the rest of the change without a word. Its form: https://www.sqlite.org/fileformat2.html#the_rollback_journal"""
    with journal.open("rb") as file:
        at = 0
        while len(head := file.read(_HEAD.size)) == _HEAD.size:
            magic, count, nonce, pages, sector, page = _HEAD.unpack(head)
            if not any(head[:12]):
                return True  # not safe yet, so that none of these pages has been touched
            if magic != _MAGIC or page != _PAGE or sector not in _SECTORS:
                return False
            file.seek(at + sector)
            if not count:
                return not file.read(1)
            if not all(_holds(file.read(_PAGE + 8), nonce, pages) for _ in range(count)):
                return False
            at = -(-file.tell() // sector) * sector
            file.seek(at)
    return True


def _holds(record: bytes, nonce: int, pages: int) -> bool:
    """A page's number, what it was, and a sum over every 200th of its bytes; for the others there is the page's own check."""
    if len(record) != _PAGE + 8:
        return False
    number, was, told = int.from_bytes(record[:4], "big"), record[4:-4], int.from_bytes(record[-4:], "big")
    return 1 <= number <= pages and (nonce + sum(was[_PAGE - 200 : 0 : -200])) % 2**32 == told


def _is_plain(path: Path) -> bool:
    if not path.exists():
        return False
    with durable.storage_errors(path), path.open("rb") as file:
        return file.read(len(_PLAIN)) == _PLAIN


@contextmanager
def _in_centrals_words(path: Path) -> Iterator[None]:
    try:
        yield
    except StorageError as error:
        if getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF not in _DAMAGED:
            raise
        if _is_plain(path):
            what, todo = "Central's registry was written by an earlier Fangxin", "Start central once."
            raise StorageError(what, where=str(path), todo=todo) from error
        raise StorageError(_WRONG, where=str(path), todo=_RESTORE) from error
