"""Handing in without a network: stick out, central, stick back."""

from pathlib import Path

import pytest

from app.central.carry import Imported, import_from
from app.central.intake import IntakeError
from app.errors import EvidenceError, StorageError
from app.sync.carry import Carried, export_to, take_back
from app.sync.outbox import sync_once
from tests.sync.world import Central, Workstation, World


@pytest.fixture
def station(world: World, central: Central) -> Workstation:
    station = world.workstation()
    world.enrolled(station, central)
    station.call(1)
    return station


def out(station: Workstation, stick: Path) -> Carried:
    return export_to(stick, station.store, station.journal.path.parent, station.name, station.signer)


def back(station: Workstation, stick: Path, central: Central) -> Carried:
    folder = station.journal.path.parent
    return take_back(stick, station.store, folder, station.name, station.signer.verifier, [central.verifier])


def test_there_and_back(central: Central, station: Workstation, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    assert out(station, stick) == Carried(2, 3)
    assert len(station.store.pending()) == 2  # on a stick is not sent
    (key,) = (stick / "devices").iterdir()
    assert key.read_text(encoding="utf-8") == f"{station.signer.vkey}\n", (
        "whose journal it is, anybody can tell"
    )
    assert import_from(stick, central.registry) == [Imported(station.name, 3, 1)]
    assert back(station, stick, central) == Carried(2, 3)
    assert station.store.pending() == ()
    receipt = station.store.last_receipt(station.journal.origin)
    assert receipt is not None
    assert receipt.size == 3


def test_doing_it_twice_changes_nothing(central: Central, station: Workstation, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    for _ in range(2):
        out(station, stick)
        import_from(stick, central.registry)
    for _ in range(2):
        assert back(station, stick, central) == Carried(2, 3)
    assert central.stores.journal(station.name).size == 3


def test_the_network_goes_on_where_the_stick_stopped(
    world: World, central: Central, station: Workstation, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    out(station, stick)
    import_from(stick, central.registry)
    back(station, stick, central)
    station.call(2)
    done = sync_once(station.store, station.journal.path.parent, world.client(station, central))
    assert (done.objects, done.events) == (2, 3)
    out(station, stick)
    assert import_from(stick, central.registry) == [Imported(station.name, 6, 1)]


def test_a_stick_that_comes_after_the_network_is_still_signed_for(
    world: World, central: Central, station: Workstation, tmp_path: Path
) -> None:
    out(station, tmp_path / "stick")
    station.call(2)
    sync_once(station.store, station.journal.path.parent, world.client(station, central))
    assert import_from(tmp_path / "stick", central.registry) == [Imported(station.name, 6, 1)]
    assert back(station, tmp_path / "stick", central) == Carried(2, 3)
    receipt = station.store.last_receipt(station.journal.origin)
    assert receipt is not None
    assert receipt.size == 6


def test_a_stick_that_never_was_at_central_brings_nothing_back(
    central: Central, station: Workstation, tmp_path: Path
) -> None:
    out(station, tmp_path / "stick")
    assert back(station, tmp_path / "stick", central) == Carried(0, 0)
    assert len(station.store.pending()) == 2


def test_a_changed_file_on_the_stick_is_refused(
    central: Central, station: Workstation, tmp_path: Path
) -> None:
    out(station, tmp_path / "stick")
    victim = next((tmp_path / "stick" / "objects").iterdir())
    victim.write_bytes(victim.read_bytes()[:-1] + b"x")
    with pytest.raises(IntakeError, match=victim.name):
        import_from(tmp_path / "stick", central.registry)
    assert not central.stores.has(victim.name)


def test_a_changed_line_on_the_stick_is_refused(
    central: Central, station: Workstation, tmp_path: Path
) -> None:
    out(station, tmp_path / "stick")
    journal = tmp_path / "stick" / "journals" / station.name / "journal.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b'"samples":8000', b'"samples":9000'))
    with pytest.raises(IntakeError):
        import_from(tmp_path / "stick", central.registry)
    assert central.stores.journal(station.name).size == 0


def test_a_forged_receipt_on_the_stick_is_noticed(
    central: Central, station: Workstation, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    out(station, stick)
    import_from(stick, central.registry)
    (receipt,) = (stick / "journals" / station.name / "receipts").iterdir()
    receipt.write_text(receipt.read_text(encoding="utf-8").replace("\n3\n", "\n9\n"), encoding="utf-8")
    with pytest.raises(EvidenceError, match="false"):
        back(station, stick, central)
    assert len(station.store.pending()) == 2


def test_an_unknown_workstation_is_refused(world: World, central: Central, tmp_path: Path) -> None:
    stranger = world.workstation("deadbeef")
    stranger.call(1)
    out(stranger, tmp_path / "stick")
    with pytest.raises(IntakeError, match="not enrolled"):
        import_from(tmp_path / "stick", central.registry)


def test_a_stick_in_whose_place_is_a_file(station: Workstation, tmp_path: Path) -> None:
    (tmp_path / "stick").write_bytes(b"")
    with pytest.raises(StorageError):
        out(station, tmp_path / "stick")


def test_what_is_no_plain_file_of_ours_on_a_stick_is_not_opened(
    central: Central, station: Workstation, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    out(station, stick)
    folder = stick / "journals" / station.name / "checkpoints"
    (folder / "x.note").write_bytes(b"\xff")
    with pytest.raises(IntakeError, match=r"no file of a workstation.*x\.note"):
        import_from(stick, central.registry)
    (folder / "x.note").unlink()
    (folder / "000000000009.note").write_bytes(b"\xff")
    with pytest.raises(IntakeError, match=r"no file of a workstation.*000000000009\.note"):
        import_from(stick, central.registry)
    (folder / "000000000009.note").unlink()
    journal = folder.parent / "journal.jsonl"
    journal.rename(tmp_path / "elsewhere")
    journal.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(IntakeError, match=r"no file of a workstation.*journal\.jsonl"):
        import_from(stick, central.registry)
    (stick / "objects" / ("a" * 64)).symlink_to("/dev/zero")
    with pytest.raises(IntakeError, match="no file of a workstation"):
        import_from(stick, central.registry)


def test_a_workstation_that_has_signed_nothing_yet_has_nothing_to_carry(world: World, tmp_path: Path) -> None:
    fresh = world.workstation("deadbeef")
    assert out(fresh, tmp_path / "stick") == Carried(0, 0)
