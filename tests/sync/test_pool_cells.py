"""What the sample knows of a case, and how full the quota cells are: for the room's desks, and not for central."""

from base64 import b64decode, b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.canonical import Value, encode
from app.central.pool_routes import pool_of
from app.central.shared import LEASE
from app.clock import VirtualClock, seeded, system_entropy
from app.errors import StudyError, SyncError
from app.evidence.age import encrypt
from app.evidence.note import Signer
from app.interview.events import Answered, Opened, to_line
from app.quotas import decision_note
from app.sample.quota import Closure
from app.sync.client import Client, RefusedError
from tests.sync.pool_room import MEN, ROOM, Desk, Room, numbers
from tests.sync.world import CENTRE, NOW, STUDY


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    room = Room(tmp_path, 30)
    yield room
    room.close()


def test_what_the_sample_knows_comes_with_the_case_and_central_sees_none_of_it(room: Room) -> None:
    desk = room.desk(1)
    desk.take("I01", 2)
    assert [dict(desk.store.columns_of(case.id)) for case in desk.store.cases()] == [
        {"窗口": "大厅0", "sex": "1"},
        {"窗口": "大厅1", "sex": "2"},
    ]
    sizes = {len(row["sealed"]) for row in room.stores.index._database.query("SELECT sealed FROM pool_cases")}
    assert len(sizes) == 1
    for path in (room.folder / "central").rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        assert "大厅".encode() not in data
        assert "窗口".encode() not in data


def test_quota_counts_of_the_others_come_back_and_under_way_only_while_they_are_heard_of(room: Room) -> None:
    one, two = room.desk(1), room.desk(2)
    one.quotas.finished(["sex=1"])
    one.quotas.finished(["sex=1"])
    begin_interview(one, "1")
    one.talk()
    two.talk()
    filling = two.quotas.filling()
    assert (dict(filling.done), dict(filling.running)) == ({MEN: 2}, {MEN: 1})
    assert not two.quotas.verdict({"sex": "1"}, started=False).open
    assert one.quotas.verdict({"sex": "1"}, started=False).open, "its own interview takes its own place"
    room.clock.advance(LEASE + 1)
    two.talk()
    assert dict(two.quotas.filling().running) == {}
    assert two.quotas.verdict({"sex": "1"}, started=False).open


def begin_interview(desk: Desk, sex: str) -> None:
    """A call is on, and the screener was answered."""
    case = numbers(1)[0]
    desk.store.save_case(case)
    desk.store.open_call("call", case.id, NOW)
    desk.store.open_interview("interview", case.id, "call")
    desk.store.record_event("interview", to_line(Opened("interview", case.id, "call", "00", "zh", NOW)))
    desk.store.record_event("interview", to_line(Answered("sex", sex, "00", "call", 0, NOW, "")))


def test_central_can_neither_read_nor_write_the_counts(room: Room) -> None:
    one, two = room.desk(1), room.desk(2)
    one.quotas.finished(["sex=1"])
    one.talk()
    database = room.stores.index._database
    (row,) = database.query("SELECT * FROM pool_cells")
    assert b"sex" not in row["sealed"]
    forged = b64decode(seal({"desk": "00000001", "done": {"sex=1": 99}, "running": {}, "mark": "0" * 64}))
    database.execute("UPDATE pool_cells SET sealed = ?", [forged])
    with pytest.raises(SyncError, match="quota cells"):
        two.talk()
    database.execute(
        "UPDATE pool_cells SET sealed = ?, desk = 'cccccccc' WHERE desk = '00000001'", [row["sealed"]]
    )
    with pytest.raises(SyncError, match="quota cells"):
        two.talk()
    assert dict(two.quotas.filling().done) == {}


def seal(document: dict[str, Value]) -> str:
    return b64encode(encrypt(encode(document), [ROOM.recipient], seeded("forger"))).decode()


def test_a_cell_that_a_supervisor_closes_is_closed_at_every_desk_with_its_next_round(room: Room) -> None:
    desks = [room.desk(1), room.desk(2)]
    lines = len(room.stores.log.tree)
    hand_in(room, Closure(MEN, "督导01", "洪水", NOW))
    hand_in(room, Closure(MEN, "督导01", "洪水", NOW))
    assert len(room.stores.log.tree) == lines + 1, "once, and for the witness to see"
    assert b'"cell":"sex=1"' in room.stores.log.entries(lines, lines + 1)[0]
    for desk in desks:
        desk.talk()
        assert not desk.quotas.verdict({"sex": "1"}, started=False).open
        assert desk.quotas.verdict({"sex": "1"}, started=True).open
        assert desk.quotas.verdict({"sex": "2"}, started=False).open
    hand_in(room, Closure(MEN, "督导01", "水退了", NOW + 1, open=True))
    desks[0].talk()
    assert desks[0].quotas.verdict({"sex": "1"}, started=False).open


def hand_in(room: Room, decision: Closure, *, study: str = STUDY, signer: Signer = CENTRE) -> None:
    with Client(
        room.url, "centre", CENTRE, [room.stores.signer.verifier], VirtualClock(NOW), system_entropy
    ) as centre:
        centre.post("/v1/pool/decisions", {"v": 1, "note": decision_note(study, decision, signer)})


def test_central_cannot_close_a_cell_by_itself(room: Room) -> None:
    desk, stranger = room.desk(1), Signer("centre", b"z" * 32)
    with pytest.raises(RefusedError):
        hand_in(room, Closure(MEN, "谁", "不知道", NOW), signer=stranger)
    with pytest.raises(RefusedError):
        hand_in(room, Closure(MEN, "督导01", "洪水", NOW), study="another")
    pool_of(room.registry).decide(decision_note(STUDY, Closure(MEN, "谁", "不知道", NOW), stranger))
    with pytest.raises(SyncError, match="quota cells"):
        desk.talk()
    assert desk.quotas.verdict({"sex": "1"}, started=False).open


def test_a_decision_that_was_heard_stays_when_central_withholds_it(room: Room) -> None:
    desk = room.desk(1)
    hand_in(room, Closure(MEN, "督导01", "洪水", NOW))
    desk.talk()
    room.stores.index._database.execute("DELETE FROM pool_decisions")
    desk.talk()
    assert not desk.quotas.verdict({"sex": "1"}, started=False).open


def test_a_decision_needs_one_line_for_who_and_one_for_why() -> None:
    with pytest.raises(StudyError):
        Closure(MEN, " ", "洪水", NOW)
    with pytest.raises(StudyError, match="one line"):
        decision_note(STUDY, Closure(MEN, "督导01", "洪水\nopen", NOW), CENTRE)
