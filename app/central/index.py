"""Central's small index: enrolment codes, enrolled devices, spent nonces, alarms, and what study this central serves.

Nothing in it is secret from who runs central, except the codes, which stand there only as hashes. Its file: pages.py.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from app.canonical import Value, hexdigest
from app.central import given, pages, shared
from app.clock import Entropy
from app.sample.plan import Plan
from app.store_schema import Database, Migration, migrate, storage_faults

_LOG_LINES = "log_lines"
_CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without letters and digits that are mistaken for each other when read aloud."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A device epoch that may hand in. name: "<device>.<epoch>". recipient: age1…, for its assignments."""

    name: str
    vkey: str
    recipient: str


@dataclass(frozen=True, slots=True)
class Alarm:
    """A device has signed a history that contradicts the one it handed in before. kept: folder with both checkpoints."""

    name: str
    size: int
    wall: int


class Index:
    """The index file. Used by one thread at a time; StorageError when the disk refuses."""

    def __init__(self, database: Database, path: Path) -> None:
        self._database, self._path = database, path

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open or create the index."""
        database = pages.open_pages(path)
        try:
            migrate(database, path, _MIGRATIONS)
        except BaseException:
            database.close()
            raise
        return cls(database, path)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def pool(self, plan: Plan) -> shared.SharedPool:
        """The cases that the desks share, by this plan."""
        return shared.SharedPool(self._database, self._path, plan)

    def issue_code(self, entropy: Entropy, now: int) -> str:
        """A new one-time enrolment code like "K7QX-M2PD-9HTW" (59 bits): told to one workstation's supervisor. now: ms wall."""
        letters = [_CODE_LETTERS[int.from_bytes(entropy(8), "big") % len(_CODE_LETTERS)] for _ in range(12)]
        code = "-".join("".join(letters[at : at + 4]) for at in (0, 4, 8))
        self._write("INSERT INTO codes VALUES (?, ?, '')", _hash(code), now)
        return code

    def enrol(self, code: str, device: Enrolled) -> bool:
        """Spend a code on a device. True again for the same device (its answer was lost on the way); False: wrong or spent."""
        with storage_faults(self._path), self._database.atomic():
            rows = list(self._database.query("SELECT used_by FROM codes WHERE hash = ?", [_hash(code)]))
            if not rows or rows[0]["used_by"] not in ("", device.vkey):
                return False
            known = self.enrolled(device.name)
            if known is not None and known.vkey != device.vkey:
                return False
            self._database.execute("UPDATE codes SET used_by = ? WHERE hash = ?", [device.vkey, _hash(code)])
            values = [device.name, device.vkey, device.recipient]
            self._database.execute(
                "INSERT INTO devices VALUES (?, ?, ?) ON CONFLICT (name) DO NOTHING", values
            )
        return True

    def enrolled(self, name: str) -> Enrolled | None:
        """The device epoch of this name."""
        rows = self._rows("SELECT * FROM devices WHERE name = ?", name)
        return Enrolled(**rows[0]) if rows else None

    def devices(self) -> tuple[Enrolled, ...]:
        """All enrolled device epochs."""
        return tuple(Enrolled(**row) for row in self._rows("SELECT * FROM devices ORDER BY name"))

    def spend_nonce(self, key_id: str, nonce: str, now: int, keep: int) -> bool:
        """Remember a nonce; False when it was spent before. Those older than `keep` ms are forgotten: their time has run out."""
        with storage_faults(self._path), self._database.atomic():
            self._database.execute("DELETE FROM nonces WHERE wall < ?", [now - keep])
            statement = "INSERT INTO nonces VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
            return bool(self._database.execute(statement, [key_id, nonce, now]).rowcount == 1)

    def raise_alarm(self, alarm: Alarm) -> None:
        """Keep an alarm for the people who run central and the supervisor."""
        self._write("INSERT INTO alarms VALUES (?, ?, ?)", alarm.name, alarm.size, alarm.wall)

    def alarms(self) -> tuple[Alarm, ...]:
        """All alarms, oldest first."""
        return tuple(Alarm(**row) for row in self._rows("SELECT name, size, wall FROM alarms ORDER BY rowid"))

    def setting(self, key: str) -> str:
        """A remembered value, "" when there is none."""
        rows = self._rows("SELECT value FROM settings WHERE key = ?", key)
        return str(rows[0]["value"]) if rows else ""

    def set_settings(self, values: dict[str, str]) -> None:
        """Remember values, all or none."""
        with storage_faults(self._path), self._database.atomic():
            for key, value in values.items():
                self._database.execute("REPLACE INTO settings VALUES (?, ?)", [key, value])

    def announce(self, lines: int) -> None:
        """Remember that central's log is about to have so many lines; durable on return. Whoever puts an older copy of this file back
        puts an older number back with it."""
        self.set_settings({_LOG_LINES: str(lines)})

    def announced(self) -> int:
        """How many lines central's log has, or one more when a crash came between."""
        return int(self.setting(_LOG_LINES) or 0)

    def _write(self, statement: str, *values: Value) -> None:
        with storage_faults(self._path):
            self._database.execute(statement, values)

    def _rows(self, query: str, *values: Value) -> list[dict[str, Any]]:
        with storage_faults(self._path):
            return list(self._database.query(query, values))


def _hash(code: str) -> str:
    # Read aloud and typed: case, spaces and dashes say nothing.
    return hexdigest("".join(code.upper().replace("-", "").split()).encode())


def _first_tables(database: Database) -> None:
    for statement in (
        "CREATE TABLE codes (hash TEXT PRIMARY KEY, issued INTEGER NOT NULL, used_by TEXT NOT NULL) STRICT",
        "CREATE TABLE devices (name TEXT PRIMARY KEY, vkey TEXT NOT NULL, recipient TEXT NOT NULL) STRICT",
        """CREATE TABLE nonces (key_id TEXT NOT NULL, nonce TEXT NOT NULL, wall INTEGER NOT NULL,
           PRIMARY KEY (key_id, nonce)) STRICT, WITHOUT ROWID""",
        "CREATE INDEX nonces_by_age ON nonces (wall)",
        "CREATE TABLE alarms (name TEXT NOT NULL, size INTEGER NOT NULL, wall INTEGER NOT NULL) STRICT",
        "CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
    ):
        database.execute(statement)


_MIGRATIONS: tuple[Migration, ...] = (
    _first_tables,
    shared.create,
    shared.seal_cells,
    shared.know_people,
    shared.know_cells,
    given.give_cases,
    shared.know_heads,
)
