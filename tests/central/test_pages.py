"""Central's registry on a disk that alters what lies on it: refused in words, or every answer as before."""

import shutil
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from unittest.mock import patch

import pytest
import sqlcipher3

from app.central import pages
from app.central.index import Enrolled, Index
from app.central.pool_wire import Offered
from app.central.standing import standing
from app.central.stores import FolderStore, open_index
from app.clock import seeded
from app.errors import StorageError
from app.sample.plan import Caller, Plan
from app.store_schema import connect
from tests.faults.damage import flipped
from tests.sync.world import NOW

PAGE = 4096
DEVICES = tuple(Enrolled(f"{number:08x}.1", f"vkey {number}", "age1") for number in range(12))


def fill(index: Index) -> None:
    """As much as makes every kind of page: a table's root and leaves, its index, a value too long for its page, and free pages."""
    for device in DEVICES:
        index.enrol(index.issue_code(seeded(device.name), NOW), device)
    pool = index.pool(Plan())
    cases = [
        Offered(
            f"c{n}",
            f"t{n}",
            "4",
            mobile=n % 2 == 0,
            key=f"k{n}",
            sealed=bytes([n]) * (9000 if n == 7 else 300),
        )
        for n in range(60)
    ]
    pool.add(cases, NOW)
    assert len(pool.lease("desk-1", Caller("I01"), 5, NOW, frozenset())) == 5
    pool.decide("a note " * 3000)
    index.set_settings({"long": "x" * 30_000})
    index.set_settings({"long": ""})  # its pages are free now


def _all(folder: Path) -> list[list[object]]:
    with closing(pages.open_to_read(folder / ".central" / "index.db")) as database:
        return [list(database.query(f'SELECT * FROM "{name}"')) for name in sorted(database.table_names())]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with FolderStore.open(tmp_path / "central", seeded("x")) as stores:
        fill(stores.index)
    return tmp_path / "central"


def _index(folder: Path) -> Path:
    return folder / ".central" / "index.db"


def _start(folder: Path) -> None:
    FolderStore.open(folder, seeded("x")).close()


def _places(data: bytes) -> Iterator[int]:
    """Four bytes of every page: its first, one amid what it holds, its vector and its check; and the salt at the file's beginning."""
    for page in range(0, len(data), PAGE):
        yield from (page, page + 2017, page + PAGE - 80, page + PAGE - 1)


def test_a_turned_bit_on_any_page_is_named_before_central_answers(folder: Path) -> None:
    data = _index(folder).read_bytes()
    assert len(data) > 20 * PAGE
    for at in _places(data):
        _index(folder).write_bytes(flipped(data, at, at % 8))
        with pytest.raises(StorageError, match=r"registry is damaged.*index\.db.*newest copy"):
            _start(folder)
    _index(folder).write_bytes(data)
    _start(folder)


def test_without_checks_of_its_pages_a_turned_bit_would_take_cases_away_unseen(folder: Path) -> None:
    """The saboteur: the same registry as a plain file, as it was before."""
    _index(folder).unlink()
    with patch.object(pages, "PAGE_KEY", None):
        with closing(Index.open(_index(folder))) as index:
            fill(index)
        data = _index(folder).read_bytes()
        whole = _all(folder)
        unseen = 0
        for at in range(2017, len(data), PAGE // 4):
            _index(folder).write_bytes(flipped(data, at, at % 8))
            with suppress(Exception):  # named, in whatever words
                unseen += _all(folder) != whole
    assert unseen


@pytest.mark.parametrize("page", range(1, 12))
def test_a_page_of_zeros_is_no_empty_page(folder: Path, page: int) -> None:
    data = _index(folder).read_bytes()
    _index(folder).write_bytes(data[: page * PAGE] + bytes(PAGE) + data[(page + 1) * PAGE :])
    with pytest.raises(StorageError, match="registry is damaged"):
        _start(folder)


def test_an_operator_is_told_by_status_while_central_runs(folder: Path) -> None:
    with FolderStore.open(folder, seeded("x")) as stores:
        open_index(folder).close()
        data = _index(folder).read_bytes()
        _index(folder).write_bytes(flipped(data, len(data) - PAGE + 9, 0))
        with pytest.raises(StorageError, match="registry is damaged"):
            open_index(folder)
        assert stores.index.enrolled(DEVICES[0].name) == DEVICES[0]


def test_what_was_confirmed_lies_in_the_file_itself(folder: Path, tmp_path: Path) -> None:
    """No log beside it, whose end SQLite forgets without a word when a bit of it has turned: kill -9 leaves nothing but the file."""
    with FolderStore.open(folder, seeded("x")) as stores:
        device = Enrolled("99999999.1", "v", "age1")
        stores.index.enrol(stores.index.issue_code(seeded("y"), NOW), device)
        copy = tmp_path / "copy.db"
        copy.write_bytes(_index(folder).read_bytes())
        assert not list(folder.glob(".central/index.db-wal"))
    with closing(Index.open(copy)) as index:
        assert index.enrolled(device.name) == device


def cut_off(folder: Path) -> Path:
    """What a kill in mid-commit leaves: some pages of a change, and beside them the journal of what they were. Returns the journal."""
    path, kept = _index(folder), folder.parent / "kept"
    kept.mkdir()
    with closing(Index.open(path)) as index:
        database = index._database
        database.execute("PRAGMA cache_size = 1")
        database.execute("BEGIN IMMEDIATE")
        database.execute("UPDATE pool_cases SET attempts = '[[1,\"16\"]]'")
        database.execute("UPDATE devices SET vkey = 'another'")
        for one in path.parent.glob("index.db*"):
            shutil.copyfile(one, kept / one.name)
        database.execute("ROLLBACK")
    for one in kept.iterdir():
        shutil.copyfile(one, path.with_name(one.name))
    return path.with_name("index.db-journal")


class TestAChangeThatACrashCutOff:
    def test_is_taken_back(self, folder: Path) -> None:
        before = _all(folder)
        assert cut_off(folder).stat().st_size > PAGE
        _start(folder)
        assert _all(folder) == before

    @pytest.mark.parametrize(
        ("what", "at"),
        [
            ("its first bytes", 0),
            ("how many pages it has, one more or less", 11),
            ("how many pages it has, many more", 10),
            ("its nonce", 15),
            ("the size of the database", 19),
            ("its sector", 22),
            ("a page's number", 512 + 3),
            ("a page", 512 + 4 + 777),
            ("a page's sum", 512 + 4 + PAGE + 3),
        ],
    )
    def test_is_not_taken_back_in_part(self, folder: Path, what: str, at: int) -> None:
        """SQLite would stop at the first wrong record and believe the other half of the change."""
        journal = cut_off(folder)
        data = journal.read_bytes()
        assert int.from_bytes(data[20:24], "big") == 512, "of another machine's sectors"
        journal.write_bytes(flipped(data, at, 0))
        with pytest.raises(StorageError, match="registry is damaged"):
            _start(folder)

    def test_that_was_only_begun_is_forgotten(self, folder: Path) -> None:
        """Killed, or without power, before the journal was safe: no page has been touched yet."""
        before, whole = _all(folder), _index(folder).read_bytes()
        journal = cut_off(folder)
        kept = journal.read_bytes()
        _index(folder).write_bytes(whole)
        for left in (bytes(9000), bytes(12) + kept[12:512], bytes(12) + kept[12:9000]):
            journal.write_bytes(left)
            _start(folder)
            assert _all(folder) == before


class TestTheRegistryOfAnEarlierVersion:
    @pytest.fixture
    def old(self, folder: Path) -> Path:
        """A plain file with a log beside it, as a killed central left it."""
        rows = _all(folder)
        _index(folder).unlink()
        live = folder.parent / "live.db"
        plain = patch.object(pages, "open_pages", lambda path: connect(path, None, one_thread=False))
        with plain, closing(Index.open(live)) as index:
            fill(index)
            for name in ("live.db", "live.db-wal"):
                target = _index(folder).with_name(name.replace("live", "index"))
                target.write_bytes((folder.parent / name).read_bytes())
        self.rows = rows
        return folder

    def test_is_taken_over_with_all_that_it_holds(self, old: Path) -> None:
        assert _index(old).with_name("index.db-wal").stat().st_size > 0
        _start(old)
        assert _all(old) == self.rows
        assert not _index(old).read_bytes().startswith(b"SQLite")
        assert {path.name for path in old.glob(".central/index*")} == {"index.db", "index.db-journal"}

    def test_is_not_opened_before_central_has(self, old: Path) -> None:
        with pytest.raises(StorageError, match=r"earlier Fangxin.*Start central once"):
            open_index(old)
        with pytest.raises(StorageError, match="earlier Fangxin"):
            standing(old, NOW)

    def test_survives_a_crash_in_the_middle(self, old: Path) -> None:
        with patch.object(Path, "replace", side_effect=OSError(5, "")), pytest.raises(StorageError):
            _start(old)
        _start(old)
        assert _all(old) == self.rows

    def test_is_not_taken_over_when_it_does_not_hold(self, old: Path) -> None:
        with closing(sqlcipher3.connect(str(_index(old)))) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            database.execute("PRAGMA writable_schema = ON")
            (root,) = database.execute(
                "SELECT rootpage FROM sqlite_master WHERE name = 'pool_cases'"
            ).fetchone()
        data = bytearray(_index(old).read_bytes())
        data[(root - 1) * PAGE + 3] ^= 1  # the number of entries on the page
        _index(old).write_bytes(data)
        with pytest.raises(StorageError, match="registry is damaged"):
            _start(old)
        assert _index(old).read_bytes() == data
