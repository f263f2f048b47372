"""A workstation that was restored or damaged goes on under a new epoch, and the archive tells the whole story."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.clock import seeded
from app.errors import SyncError
from app.evidence.journal import read
from app.evidence.verify import verify
from app.sync.outbox import sync_once
from app.sync.renewal import Reason, Succession, succession
from app.workstation import open_workstation
from tests.desk_room import Room
from tests.desk_talk import seat
from tests.sync.world import World, hostile, portal


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
