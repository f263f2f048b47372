"""Handing in without a network, by the commands that IT types: out of the workstation, into central, back again."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from app.canonical import hexdigest
from app.central.registry import Registry
from app.central.server import running
from app.central.stores import FolderStore
from app.clock import SystemClock, system_entropy
from app.resources import resource
from app.workstation import open_workstation
from tests.commands.conftest import Run

STUDY = str(resource("studies", "dazhou-2017"))


@pytest.fixture
def run(fangxin: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """One command; the data folder is named as the command finds it."""
    monkeypatch.setenv("FANGXIN_DATA_DIR", "station")
    return fangxin


@pytest.fixture
def room(run: Run, monkeypatch: pytest.MonkeyPatch) -> str:
    """Central with a study; a workstation that was enrolled on the network once, and has a sealed file to hand in. Returns its hash."""
    run("centre", "keygen", "keys")
    run("central", "key", "--data", "central")
    keys = ("--keys", "keys", "--central", "central/central.vkey")
    assert run("study", "build", STUDY, *keys, "--out", "d.study")[0] == 0
    run("central", "install", "d.study", "--data", "central", "--key", "keys/publisher.vkey")
    code = run("central", "enrol", "--data", "central")[1].strip()
    with (
        FolderStore.open(Path("central"), system_entropy) as stores,
        running(Registry(stores, SystemClock())) as url,
    ):
        monkeypatch.setenv("FANGXIN_CENTRAL_URL", url)
        known = ("--publisher", "keys/publisher.vkey", "--central", "central/central.vkey")
        assert run("sync", "enrol", "--code", code, *known)[0] == 0
    station = open_workstation(Path("station"), SystemClock(), system_entropy)
    study = station.study()
    assert study is not None
    station.open_ledger(study, rehearsal=True).journal.close()
    sealed = Path("station/objects/sealed")
    sealed.parent.mkdir(exist_ok=True)
    sealed.write_bytes(b"sealed" * 1000)
    station.store.enqueue(hexdigest(sealed.read_bytes()), "contact", sealed, 6000)
    station.store.close()
    return hexdigest(sealed.read_bytes())


def waiting() -> int:
    with closing(open_workstation(Path("station"), SystemClock(), system_entropy).store) as store:
        return len(store.pending())


def test_out_into_central_and_back(run: Run, room: str) -> None:
    code, said, told = run("sync", "export", "stick", "--json")
    assert (code, json.loads(said), told) == (0, {"objects": 1, "events": 1}, "")
    assert waiting() == 1  # on a stick is not sent
    code, said, told = run("central", "import", "stick", "--data", "central", "--json")
    assert (code, told) == (0, "")
    (taken,) = json.loads(said)["taken"]
    assert (taken["lines"], taken["batches"]) == (1, 1)
    assert (Path("central/objects") / room).is_file()
    code, said, told = run("sync", "import", "stick")
    assert (code, told) == (0, "")
    assert said == "1 sealed files and 1 journal lines are countersigned by central\n"
    assert waiting() == 0


def test_a_stick_that_was_not_at_central_brings_nothing_back(run: Run, room: str) -> None:
    run("sync", "export", "stick")
    code, said, told = run("sync", "import", "stick")
    assert (code, said) == (1, "")
    assert "No receipt of central's for this workstation is on this stick (stick)" in told
    assert waiting() == 1


def test_a_file_that_was_altered_on_the_way_is_named_and_not_taken(run: Run, room: str) -> None:
    run("sync", "export", "stick")
    (Path("stick/objects") / room).write_bytes(b"x" * 6000)
    code, said, told = run("central", "import", "stick", "--data", "central")
    assert (code, said) == (1, "")
    assert room in told
    assert not (Path("central/objects") / room).exists()


def test_an_empty_stick_is_no_success(run: Run, room: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    code, said, told = run("central", "import", "empty", "--data", "central")
    assert (code, said) == (2, "")
    assert "Nothing on this stick comes from a workstation (empty)" in told


@pytest.mark.parametrize("command", ["export", "import"])
def test_a_workstation_without_a_study_says_so(run: Run, command: str) -> None:
    code, said, told = run("sync", command, "stick")
    assert (code, said) == (2, "")
    assert "No study is installed here yet" in told
    assert not Path("stick").exists()


def test_an_older_registry_is_named_and_can_be_gone_on_with(run: Run, room: str) -> None:
    registry = Path("central/.central/index.db")
    older = registry.read_bytes()
    run("sync", "export", "stick")
    assert run("central", "import", "stick", "--data", "central")[0] == 0
    registry.write_bytes(older)
    for command in (
        ("import", "stick"),
        ("status",),
        ("enrol",),
        ("install", "d.study", "--key", "keys/publisher.vkey"),
    ):
        code, said, told = run("central", *command, "--data", "central")
        assert (code, said) == (1, ""), command
        assert "an older registry was put back" in told
        assert "fangxin central accept-older" in told
    code, said, told = run("central", "accept-older", "--data", "central")
    assert code == 0, told
    assert "must be enrolled again" in said
    assert run("central", "import", "stick", "--data", "central")[0] == 0
    code, said, told = run("central", "accept-older", "--data", "central")
    assert (code, said) == (1, "")
    assert "nothing to accept" in told


def test_a_folder_that_is_no_centrals_has_no_registry_to_accept(run: Run) -> None:
    code, _, told = run("central", "accept-older", "--data", "elsewhere")
    assert (code, "This is not central's folder" in told) == (2, True), told
    assert not Path("elsewhere").exists()
