"""The store when the world is against it: crash, full disk, wrong key, a curious reader."""

import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.errors import StorageError
from app.interview.events import Answered
from app.store import Store
from app.store_schema import MIGRATIONS, Database, connect
from tests.store_room import CANARY, KEY, answer, case, fill, pages, small_disk


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "store.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store.open(path, KEY) as store:
        yield store


@pytest.fixture
def begun(store: Store) -> Store:
    store.put_cases([case()])
    store.open_call("call1", case().id, 1)
    store.open_interview("i1", case().id, "call1")
    return store


class TestSecrecy:
    def test_nothing_of_a_closed_interview_stays_in_the_file(self, begun: Store, path: Path) -> None:
        for _ in range(200):
            begun.record_event("i1", answer(CANARY))
        begun.close_interview("i1")
        assert path.with_name("store.db-wal").stat().st_size == 0
        assert CANARY.encode() not in pages(path)

    def test_saboteur_a_store_that_only_unlinks_the_draft_is_caught(self, begun: Store, path: Path) -> None:
        for _ in range(200):
            begun.record_event("i1", answer(CANARY))
        begun._database.execute("PRAGMA secure_delete = OFF").fetchall()
        begun.close_interview("i1")
        assert CANARY.encode() in pages(path)

    def test_number_and_answer_are_unreadable_without_the_key(self, begun: Store, path: Path) -> None:
        begun.record_event("i1", answer(CANARY))
        raw = b"".join(file.read_bytes() for file in path.parent.iterdir())
        assert CANARY.encode() not in raw
        assert case().number.encode() not in raw
        assert not raw.startswith(b"SQLite format")

    @pytest.mark.skipif(os.name != "posix", reason="POSIX permissions")
    def test_the_file_is_its_owners_alone(self, store: Store, path: Path) -> None:
        store.set_setting("x", "y")
        modes_ = {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
        assert modes_ == {0o600}


class TestTrouble:
    def test_a_wrong_key(self, store: Store, path: Path, capfd: pytest.CaptureFixture[str]) -> None:
        store.close()
        with pytest.raises(StorageError, match="does not open with this workstation's key"):
            Store.open(path, bytes(32))
        assert capfd.readouterr().err == ""

    def test_a_key_of_a_wrong_length(self, path: Path) -> None:
        with pytest.raises(StorageError, match="32 bytes"):
            Store.open(path, b"short")

    def test_a_file_that_is_no_database(self, path: Path) -> None:
        path.parent.mkdir()
        path.write_bytes(b"hello" * 2000)
        with pytest.raises(StorageError, match="does not open"):
            Store.open(path, KEY)
        assert path.read_bytes() == b"hello" * 2000

    def test_a_folder_in_the_files_place(self, path: Path) -> None:
        path.mkdir(parents=True)
        with pytest.raises(StorageError, match="cannot be written"):
            Store.open(path, KEY)

    def test_data_of_a_newer_version_is_left_alone(self, store: Store, path: Path) -> None:
        store.close()
        newer = (*MIGRATIONS, lambda database: database.execute("CREATE TABLE later (x) "))
        with Store.open(path, KEY, newer):
            pass
        before = path.read_bytes()
        with pytest.raises(StorageError, match=r"newer Fangxin.*schema 6.*knows 5.*nothing was changed"):
            Store.open(path, KEY)
        assert path.read_bytes() == before

    def test_a_step_that_fails_leaves_neither_table_nor_record(self, store: Store, path: Path) -> None:
        store.close()

        def half(database: Database) -> None:
            database.execute("CREATE TABLE half (x) ")
            raise RuntimeError("power cut")

        with pytest.raises(RuntimeError):
            Store.open(path, KEY, (*MIGRATIONS, half))
        database = connect(path, KEY)
        assert "half" not in database.table_names()
        assert [row["version"] for row in database.query("SELECT version FROM migrations")] == list(
            range(1, len(MIGRATIONS) + 1)
        )
        database.close()

    def test_another_program_in_the_middle_of_writing(
        self, store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = connect(path, KEY)
        other.begin()
        other.execute("REPLACE INTO settings VALUES ('a', 'b')")
        store._database.execute("PRAGMA busy_timeout = 0").fetchall()
        with pytest.raises(StorageError, match="Another program holds the database"):
            store.set_setting("x", "y")
        other.rollback()
        other.close()
        store.set_setting("x", "y")

    def test_a_page_that_rotted_on_the_disk_is_noticed(self, begun: Store, path: Path) -> None:
        begun.close()
        data = bytearray(path.read_bytes())
        data[4096 + 100] ^= 1
        path.write_bytes(data)
        with pytest.raises(StorageError):
            read_all(path)

    @pytest.mark.real
    def test_a_full_disk_loses_nothing_that_was_confirmed(self, tmp_path: Path) -> None:
        with small_disk(tmp_path, "4m") as disk, Store.open(disk / "store.db", KEY) as store:
            fill(disk)
            confirmed: list[str] = []
            with pytest.raises(StorageError, match="disk is full"):
                write_on_and_on(store, confirmed)
            assert confirmed
            (disk / "ballast").unlink()
            store.set_setting("after", "goes on")
            assert all(store.setting(key) for key in confirmed)
            assert store.setting("after") == "goes on"

    @pytest.mark.real
    def test_a_read_only_disk(self, tmp_path: Path) -> None:
        with small_disk(tmp_path, "4m") as disk:
            with Store.open(disk / "store.db", KEY) as store:
                store.set_setting("x", "y")
            subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
            with pytest.raises(StorageError, match=r"[Rr]ead-only"):
                Store.open(disk / "store.db", KEY)
            subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
            with Store.open(disk / "store.db", KEY) as store:
                assert store.setting("x") == "y"


def write_on_and_on(store: Store, confirmed: list[str]) -> None:
    for number in range(100_000):
        store.set_setting(f"key{number}", "x" * 2000)
        confirmed.append(f"key{number}")


def read_all(path: Path) -> None:
    with Store.open(path, KEY) as store:
        store.cases()
        store.setting("x")
        store.pending()


_CHILD = """
import sys
from pathlib import Path
from app.interview.events import Answered, to_line
from app.store import Store
store = Store.open(Path(sys.argv[1]), bytes(range(32)))
for number in range(100_000):
    store.record_event("i1", to_line(Answered("q1", str(number), "00", "call1", 1, 2)))
    print(number, flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="kill -9")
@pytest.mark.parametrize("lines", [1, 7, 40])
def test_kill_9_loses_no_answer_that_was_acknowledged(begun: Store, path: Path, lines: int) -> None:
    begun.close()
    child = subprocess.Popen([sys.executable, "-c", _CHILD, path], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    for _ in range(lines):
        child.stdout.readline()
    child.send_signal(signal.SIGKILL)
    acknowledged = lines + len(child.stdout.read().splitlines())
    child.wait()
    child.stdout.close()
    with Store.open(path, KEY) as store:
        values = [event.value for event in store.events("i1") if isinstance(event, Answered)]
    assert len(values) in (acknowledged, acknowledged + 1)
    assert values == [str(number) for number in range(len(values))]


def test_a_transaction_that_begins_by_reading_may_still_write_when_another_process_writes(
    tmp_path: Path,
) -> None:
    """The desk writes an answer while the round that sends, a process of its own, settles a case."""
    path, key = tmp_path / "store.db", bytes(32)
    ready, go = threading.Event(), threading.Event()

    def send() -> None:
        with Store.open(path, key) as other:
            ready.set()
            go.wait(10)
            other.set_setting("sent", "1")

    with Store.open(path, key) as desk:
        sender = threading.Thread(target=send)
        sender.start()
        assert ready.wait(10)
        with desk.together():
            assert desk.setting("answer") == ""
            go.set()
            sender.join(0.3)  # a saboteur's plain BEGIN lets it through here, and refuses the next line
            desk.set_setting("answer", "7")
        sender.join(10)
        assert (desk.setting("answer"), desk.setting("sent")) == ("7", "1")
