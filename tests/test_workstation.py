"""Putting a workstation together on its data folder: keys, store, study, journal; and what it says when it cannot."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.centre import Centre
from app.clock import VirtualClock, seeded
from app.errors import StorageError, StudyError, UsageError
from app.evidence.durable import Lock
from app.evidence.journal import read
from app.study.bundle import build
from app.workstation import Workstation, open_workstation
from tests.desk_room import CENTRAL, NOON, centre, package, source


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOON)


@pytest.fixture
def station(tmp_path: Path, clock: VirtualClock) -> Iterator[Workstation]:
    station = open_workstation(tmp_path / "data", clock, seeded("station"))
    yield station
    station.store.close()


def packed(folder: Path, version: int, by: Centre | None = None, expires: int = NOON + 10**9) -> bytes:
    """The study, another version of it, or somebody else's."""
    by = by or centre()
    path = build(
        replace(source(), version=version),
        version=version,
        expires=expires,
        recipients=by.recipients,
        central_vkey=CENTRAL.vkey,
        witness_vkeys=(),
        signer=by.publisher,
        out=folder / f"v{version}.study",
    )
    return path.read_bytes()


def test_a_new_folder_becomes_a_workstation_that_is_the_same_the_next_time(
    station: Workstation, tmp_path: Path, clock: VirtualClock
) -> None:
    assert station.study() is None
    station.store.close()
    again = open_workstation(tmp_path / "data", clock, seeded("something else"))
    assert (again.name, again.keys.signer.vkey) == (station.name, station.keys.signer.vkey)
    again.store.close()


def test_an_installed_study_is_checked_again_at_every_start(station: Workstation, tmp_path: Path) -> None:
    installed = station.install_study(package(tmp_path), centre().publisher.verifier)
    assert station.study() == installed
    (file,) = (station.folder / "study").glob("*.study")
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    with pytest.raises(StudyError):
        station.study()


def test_a_study_that_vanished_is_said(station: Workstation, tmp_path: Path) -> None:
    station.install_study(package(tmp_path), centre().publisher.verifier)
    next((station.folder / "study").glob("*.study")).unlink()
    with pytest.raises(StudyError, match=r"gone.*Install it again"):
        station.study()


def test_a_study_is_replaced_by_a_newer_one_only(station: Workstation, tmp_path: Path) -> None:
    publisher = centre().publisher.verifier
    station.install_study(packed(tmp_path, 3), publisher)
    with pytest.raises(StudyError, match="older"):
        station.install_study(packed(tmp_path, 2), publisher)
    kept = station.study()
    assert kept is not None
    assert kept.version == 3
    station.install_study(packed(tmp_path, 4), publisher)
    now = station.study()
    assert now is not None
    assert now.version == 4


@pytest.mark.parametrize("what", ["another publisher", "expired", "not a package", "empty", "half of it"])
def test_a_study_that_is_not_good_is_refused_and_the_old_one_stays(
    station: Workstation, tmp_path: Path, what: str
) -> None:
    publisher = centre().publisher.verifier
    station.install_study(packed(tmp_path, 1), publisher)
    data = {
        "another publisher": packed(tmp_path, 2, Centre.generate("other/publisher", seeded("other"))),
        "expired": packed(tmp_path, 2, expires=NOON - 1),
        "not a package": b"PK\x03\x04 nonsense",
        "empty": b"",
        "half of it": packed(tmp_path, 2)[:5000],
    }[what]
    with pytest.raises(StudyError):
        station.install_study(data, publisher)
    kept = station.study()
    assert kept is not None
    assert kept.version == 1
    assert [path.suffix for path in (station.folder / "study").iterdir()] == [".study"]


def test_the_first_line_of_the_journal_says_whose_it_is(station: Workstation, tmp_path: Path) -> None:
    study = station.install_study(package(tmp_path), centre().publisher.verifier)
    ledger = station.open_ledger(study, rehearsal=True)
    ledger.journal.close()
    again = station.open_ledger(study, rehearsal=True)
    again.journal.close()
    (line,) = [entry.data for entry in read(again.journal.path)]
    assert (line["type"], line["device"], line["vkey"]) == (
        "epoch.new",
        station.keys.device,
        station.keys.signer.vkey,
    )
    assert line["origin"] == f"fangxin/dazhou-2017/{station.keys.device}/1"


def test_a_ledger_that_another_window_holds_is_refused_in_plain_words(
    station: Workstation, tmp_path: Path
) -> None:
    study = station.install_study(package(tmp_path), centre().publisher.verifier)
    folder = station.folder / "journals" / "1"
    folder.mkdir(parents=True)
    lock = Lock(folder / "journal.lock")
    with pytest.raises(
        StorageError, match=r"already running on this data folder.*Close the other window first"
    ):
        station.open_ledger(study, rehearsal=True)
    lock.release()
    station.open_ledger(study, rehearsal=True).journal.close()


def test_a_folder_below_a_file_cannot_be_used(tmp_path: Path, clock: VirtualClock) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError) as error:
        open_workstation(tmp_path / "file" / "data", clock, seeded("x"))
    assert str(tmp_path / "file") in str(error.value)


def test_a_lost_key_is_said_and_nothing_is_made_anew(station: Workstation, clock: VirtualClock) -> None:
    station.store.close()
    before = (station.folder / "store.db").read_bytes()
    (station.folder / "device.key").unlink()
    with pytest.raises(StorageError, match="key of this workstation is gone"):
        open_workstation(station.folder, clock, seeded("x"))
    assert (station.folder / "store.db").read_bytes() == before
    assert not (station.folder / "device.key").exists()


class TestTheCentresKeys:
    """app/centre.py: the keys that open and sign everything."""

    def test_they_come_back_from_their_files(self, tmp_path: Path) -> None:
        made = Centre.generate("test/publisher", seeded("keys"))
        made.write(tmp_path / "keys")
        read_back = Centre.read(tmp_path / "keys")
        assert read_back.recipients == made.recipients
        assert read_back.publisher.vkey == made.publisher.vkey
        assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "keys").glob("*.key"))

    def test_they_are_never_written_over(self, tmp_path: Path) -> None:
        Centre.generate("test/publisher", seeded("keys")).write(tmp_path)
        before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
        with pytest.raises(UsageError, match="keys in this folder already"):
            Centre.generate("test/publisher", seeded("other keys")).write(tmp_path)
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("centre.key", b""),
            ("lead.key", b"AGE-SECRET-KEY-1NONSENSE\n"),
            ("contact.key", b"\xff\xfe\x00"),
            ("publisher.key", b"name only"),
            ("publisher.key", b"name\nnot hex\n"),
            ("publisher.key", b"name\n00\n"),
            ("publisher.key", b""),
        ],
    )
    def test_a_broken_key_file_is_named(self, tmp_path: Path, name: str, content: bytes) -> None:
        Centre.generate("test/publisher", seeded("keys")).write(tmp_path)
        (tmp_path / name).write_bytes(content)
        with pytest.raises(Exception, match=name) as error:
            Centre.read(tmp_path)
        assert type(error.value).__name__ in ("SealError", "StorageError")

    def test_a_missing_key_file_is_named(self, tmp_path: Path) -> None:
        Centre.generate("test/publisher", seeded("keys")).write(tmp_path)
        (tmp_path / "publisher.key").unlink()
        with pytest.raises(StorageError, match=r"not there.*publisher\.key"):
            Centre.read(tmp_path)


def test_a_study_that_is_over_is_not_called_but_still_handed_in(
    station: Workstation, tmp_path: Path, clock: VirtualClock
) -> None:
    station.install_study(package(tmp_path), centre().publisher.verifier)
    clock.advance(2 * 10**10)  # its last day is over, or the computer's clock has run ahead
    with pytest.raises(StudyError, match=r"expired on .*clock says 2024-07-03: if that is wrong, set it"):
        station.study()
    study = station.study(calling=False)
    assert study is not None
    assert study.id == "dazhou-2017"
