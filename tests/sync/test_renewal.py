"""A workstation that was restored or damaged goes on under a new epoch, and the archive tells the whole story."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.__main__ import main
from app.canonical import decode
from app.central.log import log_signer
from app.clock import VirtualClock, seeded, system_entropy
from app.commands import sync as sync_command
from app.errors import SyncError
from app.evidence.journal import read
from app.evidence.verify import verify
from app.sync.client import Client, RefusedError
from app.sync.enrol import Introduction, enrol
from app.sync.outbox import sync_once
from app.sync.renewal import Reason, Succession, refuse_restored, succession
from app.sync.round_process import read_round
from app.workstation import Workstation, open_workstation
from tests.desk_room import Room, centre, package
from tests.desk_talk import answers, seat
from tests.evidence.test_second_verifier import SECOND
from tests.sync.world import NOW, Central, World, hostile, portal


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path) as world:
        yield world


def test_the_first_line_of_the_new_epoch_says_why_and_what_central_had(tmp_path: Path, world: World) -> None:
    central, station = world.central(), world.workstation()
    client = world.enrolled(station, central)
    station.call(1)
    sync_once(station.store, station.journal.path.parent, client)
    after = succession(client, Reason.RESTORED, [central.verifier])
    receipt = central.stores.journal(station.name).newest_receipt()
    assert receipt is not None
    assert after == Succession("restored", "0badcafe.1", 3, after.receipt)
    assert len(after.receipt) == 64


def test_before_anything_was_handed_in_there_is_nothing_to_name(tmp_path: Path, world: World) -> None:
    central, station = world.central(), world.workstation()
    client = world.enrolled(station, central)
    assert succession(client, Reason.DAMAGED, [central.verifier]).size == 0


def test_a_login_page_is_no_answer_and_nothing_begins(tmp_path: Path, world: World) -> None:
    central, station = world.central(), world.workstation()
    client = hostile(world, station, central, portal)
    with pytest.raises(SyncError):
        succession(client, Reason.RESTORED, [central.verifier])


def test_a_call_that_was_open_when_the_old_epoch_ended_is_settled_in_the_new_one(tmp_path: Path) -> None:
    room = seat(tmp_path)
    room.desk.sign_in("小李")
    room.desk.next_case()
    room.desk.dial()
    room.pass_time(1000)
    call = next(iter(room.station.store.open_calls()))
    crash(room)
    damaged = room.folder / "journals" / "1" / "journal.jsonl"
    station = open_workstation(room.folder, room.clock, seeded("again"))
    renewed = station.renew(Succession(Reason.DAMAGED, station.name, 0, ""))
    renewed.store.close()
    room.open()
    assert room.station.name.endswith(".2")
    first, *rest = [entry.data for entry in read(room.ledger.journal.path)]
    assert (first["type"], first["reason"], first["previous"]) == ("epoch.new", "damaged", station.name)
    assert {(line["type"], line["call"]) for line in rest} >= {
        ("rec.recovered", call),
        ("call.interrupted", call),
    }
    assert len(list(read(damaged))) > 3
    room.close()
    verdict = verify(room.folder)
    assert verdict.integrity_ok, verdict.text()
    assert "call.open" not in {each.rule for each in verdict.completeness}
    assert "epoch.new" in {each.rule for each in verdict.completeness}


def restored(folder: Path, world: World) -> tuple[Central, Room, Client]:
    """A workstation that handed in two calls, and was then set back to the image that was taken after the first."""
    central, room = serving(folder, world, interviews=3)
    client = enrolled(room, central, world)
    room.work(1)
    handed_in(room, client)
    room.close()
    shutil.copytree(room.folder, folder / "image")
    room.open()
    room.work(1)
    handed_in(room, client)
    room.close()
    shutil.rmtree(room.folder)
    shutil.copytree(folder / "image", room.folder)
    room.clock.advance(3_600_000)
    return central, room.open(), client


def test_a_restored_workstation_is_found_before_it_forks_and_goes_on_with_nothing_lost(
    tmp_path: Path, world: World
) -> None:
    central, room, client = restored(tmp_path, world)
    with pytest.raises(SyncError, match="an older copy was restored"):
        refuse_restored(client, room.ledger.journal.path.parent, [central.verifier])
    after = succession(client, Reason.RESTORED, [central.verifier])
    room.ledger.journal.close()
    room.station.renew(after).store.close()
    room.open()
    again = enrolled(room, central, world)
    room.work(1)
    handed_in(room, again)
    refuse_restored(again, room.ledger.journal.path.parent, [central.verifier])  # nothing to say now
    room.close()
    keys = [central.verifier, centre().publisher.verifier, log_signer(central.stores.signer).verifier]
    found = verify(central.stores.folder, keys=keys)
    assert found.ok, found.text()
    assert (found.counts["journals"], found.counts["calls"]) == (2, 3)
    assert central.stores.index.alarms() == ()
    archive, keys_file = central.stores.folder, tmp_path / "keys.txt"
    keys_file.write_text("".join(path.read_text() for path in sorted(archive.rglob("*.vkey"))))
    command = [sys.executable, "-I", str(SECOND), str(archive), str(keys_file)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_restored_workstation_that_is_not_asked_forks_and_is_refused(tmp_path: Path, world: World) -> None:
    central, room, client = restored(tmp_path, world)
    room.work(1)
    with pytest.raises(RefusedError, match="contradicts"):
        handed_in(room, client)
    room.close()
    assert len(central.stores.index.alarms()) == 1
    assert b'"type":"fork"' in central.stores.log.entries(0, 99)[-1]


def test_what_a_damaged_epoch_had_signed_is_handed_in_by_the_new_one(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    central, room = serving(tmp_path, world)
    enrolled(room, central, world)
    room.work(1)
    room.desk.sign_out()
    room.ledger.journal.close()
    room.station.renew(Succession(Reason.DAMAGED, room.station.name, 0, "")).store.close()
    room.open()
    enrolled(room, central, world)
    room.work(1)
    room.close()
    from_the_command_line(monkeypatch, central, room)
    assert main(["--data-dir", str(room.folder), "sync", "now"]) == 0, capsys.readouterr().err
    assert "lines of epoch 1" in capsys.readouterr().err
    found = verify(central.stores.folder)
    assert found.ok, found.text()
    assert (found.counts["journals"], found.counts["calls"]) == (2, 2)


def test_central_that_was_restored_from_an_old_copy_is_told_of_on_the_command_line(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    central, room = serving(tmp_path, world)
    client = enrolled(room, central, world)
    room.work(1)
    handed_in(room, client)
    name = room.station.name
    shutil.rmtree(central.stores.folder / "journals" / name)
    central.stores.forget(name)
    room.work(1)
    room.close()
    from_the_command_line(monkeypatch, central, room)
    monkeypatch.setenv("FANGXIN_LANGUAGE", "zh")
    monkeypatch.setattr(sync_command, "_pool", fails)
    assert main(["--data-dir", str(room.folder), "sync", "now", "--json"]) == 1
    said = capsys.readouterr()
    assert "中心服务器丢失了已出具回执的记录" in said.err
    told = read_round(1, said.out.encode(), b"")
    assert (
        "lost lines that it signed for" in decode(said.out.strip().encode())["alarm"],
        "cannot be reached" in told.fault,
    ) == (True, True)
    assert central.stores.journal(name).size > 3
    monkeypatch.setattr(sync_command, "_pool", lambda *_: None)
    for _ in range(2):
        assert main(["--data-dir", str(room.folder), "sync", "now"]) == 0
        assert "中心服务器丢失了已出具回执的记录" in capsys.readouterr().err, "nobody has seen it at the desk"
    room.open()
    room.desk.sign_in("小李")
    room.close()
    assert main(["--data-dir", str(room.folder), "sync", "now"]) == 0
    assert capsys.readouterr().err == ""


def serving(folder: Path, world: World, interviews: int = 2) -> tuple[Central, Room]:
    """Central with the study of a workstation at which so many residents answer."""
    central, room = world.central(), seat(folder, *(answers() for _ in range(interviews)))
    central.stores.install(
        package(folder),
        study=room.study.id,
        version=room.study.version,
        rehearsal=True,
        centre_vkey=centre().publisher.vkey,
    )
    return central, room


def fails(*_: object) -> None:
    """The pool's part of a round, when central goes away in the middle of it: what was heard before must not be lost."""
    raise SyncError("Central cannot be reached")


def from_the_command_line(monkeypatch: pytest.MonkeyPatch, central: Central, room: Room) -> None:
    """`fangxin sync now` finds this central, this clock and this study, and draws from no pool."""
    monkeypatch.setenv("FANGXIN_CENTRAL_URL", central.url)
    monkeypatch.setattr(sync_command, "_central_of", lambda _: central.verifier)
    monkeypatch.setattr(sync_command, "SystemClock", lambda: VirtualClock(NOW))
    monkeypatch.setattr(sync_command, "_pool", lambda *_: None)
    monkeypatch.setattr(Workstation, "study", lambda *_, **__: room.study)


def enrolled(room: Room, central: Central, world: World) -> Client:
    """The room's workstation, introduced to central with a code."""
    code = central.stores.index.issue_code(seeded(room.station.name), NOW)
    keys, clock = room.station.keys, VirtualClock(NOW)
    client = Client(
        central.url, room.station.name, keys.signer, [central.verifier], clock, system_entropy, attempts=1
    )
    enrol(client, code, Introduction(room.station.name, keys.signer.verifier, keys.identity.recipient))
    return world._stack.enter_context(client)


def handed_in(room: Room, client: Client) -> None:
    """One round, and the receipt into the journal."""
    room.ledger.journal.checkpoint()
    done = sync_once(room.station.store, room.ledger.journal.path.parent, client)
    assert done.receipt is not None
    room.ledger.synced(done.receipt.size, done.receipt.note)


def crash(room: Room) -> None:
    """The process dies: nothing is closed politely."""
    room.worker.abandon()
    room.ledger.journal.close()
    room.ledger.store.close()


def test_saboteur_without_the_old_journals_the_open_call_would_be_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app import recovery

    whole = recovery._journals
    monkeypatch.setattr(recovery, "_journals", lambda ledger: whole(ledger)[-1:])
    with pytest.raises(AssertionError):
        test_a_call_that_was_open_when_the_old_epoch_ended_is_settled_in_the_new_one(tmp_path)
