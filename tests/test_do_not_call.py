"""People who do not want to be called: the centre's list, the draw, central's pool and every desk."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.central.pool_routes import pool_of
from app.clock import VirtualClock, system_entropy
from app.do_not_call import AT_A_DESK, DoNotCall, barred_in, number_key
from app.errors import StudyError, SyncError
from app.evidence.note import Signer
from app.queue_order import Asked
from app.queue_people import Bar
from app.sample.case import Attempt
from app.sample.frame import Frame, Segment
from app.sync.client import Client, RefusedError
from app.sync.shared_pool import exchange, heed
from app.withdrawal import Entry, entry_note, read_entry
from tests.sync.pool_room import OURS, Desk, Room, numbers
from tests.sync.world import CENTRE, NOW, STUDY

HASHED = number_key(CENTRE)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    room = Room(tmp_path, 6)
    yield room
    room.close()


@pytest.fixture
def listed(tmp_path: Path) -> DoNotCall:
    return DoNotCall(tmp_path / "dnc", CENTRE, VirtualClock(NOW))


def tell(room: Room, listed: DoNotCall, *, signer: Signer = CENTRE, study: str = STUDY) -> int:
    """As `sample dnc tell` does. Returns how many residents said so at a desk, and were new."""
    notes = [entry_note(study, entry, signer) for entry in listed.entries()]
    vkey = room.stores.signer.verifier
    with Client(room.url, "centre", CENTRE, [vkey], VirtualClock(NOW), system_entropy) as centre:
        answer = centre.post("/v1/pool/do-not-call", {"v": 1, "notes": notes})
    return listed.take_in([(row["key"], row["wall"]) for row in answer["withdrawn"]], study)


def round_of(desk: Desk, more: int = 0) -> None:
    heed(desk.store, OURS, exchange(desk.client, OURS, desk.quotas, system_entropy))
    desk.tell()
    desk.take("I01", more)


def test_the_list_keeps_who_and_why_and_no_number(listed: DoNotCall, tmp_path: Path) -> None:
    number = numbers(1)[0].number
    assert listed.decide([number, number], "督导01", f"来信：{number} 不要再打") == 1
    assert listed.decide([number], "督导01", "又来信") == 0, "it stands there already"
    (entry,) = listed.entries()
    assert (entry.key, entry.barred, entry.by, entry.wall) == (HASHED(number), True, "督导01", NOW)
    assert "不要再打" in entry.reason
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert number.encode() not in kept
    assert listed.decide([number], "督导02", "本人来电要求恢复", barred=False) == 1
    assert listed.on_it() == frozenset()
    assert kept.count(b"donotcall.set") == 1
    with pytest.raises(StudyError, match="Name and reason"):
        listed.decide([number], "督导01", " ")


def test_a_number_that_is_put_on_the_list_is_called_at_no_desk_from_the_next_round_on(
    room: Room, listed: DoNotCall
) -> None:
    one, two = room.desk(1), room.desk(2)
    one.take("I01", 2)
    gone, kept = numbers(2)
    listed.decide([gone.number, numbers(4)[3].number], "督导01", "来信要求")
    lines = len(room.stores.log.tree)
    tell(room, listed)
    tell(room, listed)
    assert len(room.stores.log.tree) == lines + 2, "each once, for the witness to see"
    round_of(one)
    assert one.store.bar_of(gone.id) == Bar(NOW, "", "督导01", "来信要求")
    assert one.store.bar_of(kept.id) is None
    assert one.queue.pick(Asked(NOW)) == kept.id
    assert one.queue.pick(Asked(NOW)) is None
    two.take("I01", 6)
    assert {case.id for case in two.store.cases()} == {
        case.id for case in numbers(6)[2:] if case.id != numbers(4)[3].id
    }


def test_central_learns_no_number_and_the_public_log_not_even_a_hash(room: Room, listed: DoNotCall) -> None:
    gone = numbers(1)[0].number
    listed.decide([gone], "督导01", "来信要求")
    lines = len(room.stores.log.tree)
    tell(room, listed)
    (line,) = room.stores.log.entries(lines, lines + 1)
    assert b'"barred":1' in line
    assert HASHED(gone).encode() not in line
    for path in (room.folder / "central").rglob("*"):
        assert gone.encode() not in (path.read_bytes() if path.is_file() else b"")


def test_edge_03_and_23_who_withdraws_at_a_desk_is_known_to_every_other_study(
    room: Room, listed: DoNotCall, tmp_path: Path
) -> None:
    desk = room.desk(1)
    desk.take("I01", 1)
    (gone,) = desk.store.cases()
    desk.store.save_case(gone.with_attempt(Attempt(NOW, "38", by="I01")))
    desk.tell()
    assert tell(room, listed) == 1
    assert tell(room, listed) == 0
    (entry,) = listed.entries()
    assert (entry.key, entry.by, entry.reason) == (HASHED(gone.number), AT_A_DESK, STUDY)
    other = Room(tmp_path / "other", 6)
    try:
        tell(other, listed)
        there = other.desk(1)
        there.take("I01", 6)
        assert gone.number not in {case.number for case in there.store.cases()}
        assert len(there.store.cases()) == 5
    finally:
        other.close()
    frame = Frame((Segment(gone.number[:7], "", "mobile"),), 4)
    assert barred_in(frame, listed.on_it(), CENTRE) == {gone.number}


def test_central_cannot_put_anybody_on_the_list_by_itself(room: Room, listed: DoNotCall) -> None:
    desk, stranger = room.desk(1), Signer("centre", b"z" * 32)
    desk.take("I01", 1)
    (case,) = desk.store.cases()
    listed.decide([case.number], "谁", "不知道")
    with pytest.raises(RefusedError):
        tell(room, listed, signer=stranger)
    with pytest.raises(RefusedError):
        tell(room, listed, study="another")
    entry = listed.entries()[0]
    forged = entry_note(STUDY, entry, stranger)
    other = entry_note(STUDY, Entry("0" * 32, True, "谁", "不知道", NOW), CENTRE)
    for note in (forged, other):
        with pytest.raises(SyncError, match="do-not-call"):
            heed(desk.store, OURS, {"barred": [{"case": case.id, "note": note}]})
    assert desk.store.bar_of(case.id) is None
    good = entry_note(STUDY, entry, CENTRE)
    heed(desk.store, OURS, {"barred": [{"case": case.id, "note": good}]})
    assert desk.store.bar_of(case.id) is not None
    assert read_entry(good, STUDY, CENTRE.verifier)[0] == entry.key


def test_taken_off_the_list_it_is_called_again(room: Room, listed: DoNotCall) -> None:
    number = numbers(1)[0].number
    listed.decide([number], "督导01", "来信要求")
    tell(room, listed)
    listed.clock.advance(1)  # type: ignore[attr-defined]
    listed.decide([number], "督导01", "本人来电要求恢复", barred=False)
    tell(room, listed)
    desk = room.desk(1)
    assert desk.take("I01", 1) == 1
    assert [case.number for case in desk.store.cases()] == [number]
    assert not pool_of(room.registry).withdrawn()
