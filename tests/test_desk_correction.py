"""Edge 16 of notes/method.md §2.5: a wrong outcome is put right by a new line, never by changing the old one."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.canonical import commit, decode
from app.errors import StorageError
from app.evidence.journal import read
from app.interview.screen import Notice, Page
from app.leases import owed
from app.queue_order import Asked
from tests.desk_room import Room
from tests.sample.room import when
from tests.test_desk_edges import call, ready


def lines(room: Room, kind: str) -> list[dict[str, object]]:
    return [entry.data for entry in read(room.ledger.journal.path) if entry.data["type"] == kind]


def outcomes(room: Room, case: str) -> list[str]:
    return [attempt.outcome for attempt in room.ledger.store.case(case).attempts]


def test_edge_16_a_wrong_outcome_is_put_right_and_the_queue_follows(tmp_path: Path) -> None:
    room = ready(tmp_path)
    case = call(room, "38", "挂错键")
    assert room.ledger.store.bar_of(case) is not None
    room.desk.tick()
    assert room.desk.screen.correctable
    room.desk.correct()
    screen = room.desk.screen
    assert (screen.page, screen.notice, screen.proposed) == (Page.OUTCOME, Notice.CORRECTING, "38")
    assert "60" not in {outcome.key for outcome in screen.outcomes}
    room.desk.choose_outcome("16", " ")
    assert room.desk.screen.notice is Notice.NOTE_REQUIRED
    room.desk.choose_outcome("16", "按错键，实为无人接听")
    assert (room.desk.screen.page, room.desk.screen.notice) == (Page.READY, Notice.CORRECTED)
    assert "60" in {outcome.key for outcome in room.desk.screen.outcomes}
    assert outcomes(room, case) == ["16"]
    assert room.ledger.store.bar_of(case) is None
    (given,), (amended,) = lines(room, "outcome.commit"), lines(room, "outcome.amend")
    assert given["outcome"] == "38"
    assert (amended["call"], amended["was"], amended["outcome"]) == (given["call"], "38", "16")
    kept = decode(room.station.store.setting(f"amend.{amended['seq']}").encode())
    assert amended["reason"] == commit(bytes.fromhex(kept["salt"]), kept["name"])
    assert "按错键".encode() not in room.ledger.journal.path.read_bytes()
    room.clock.advance(24 * 60 * 60 * 1000)
    assert case in {room.ledger.queue.pick(Asked(room.clock.wall())) for _ in range(60)}, (
        "dialled again when it is due"
    )
    room.close()


def test_edge_16_an_appointment_that_was_missed_by_a_key_is_made(tmp_path: Path) -> None:
    room = ready(tmp_path)
    case = call(room, "16")
    room.desk.correct()
    room.desk.choose_outcome("32", "晚点")
    assert room.desk.screen.notice is Notice.TIME_NEEDED
    room.desk.choose_outcome("32", "他说今晚7点半有空")
    (attempt,) = room.ledger.store.case(case).attempts
    assert (attempt.outcome, attempt.due, attempt.by) == ("32", when("2023-11-15 19:30"), "I01")
    room.close()


def test_edge_16_the_outcome_that_stands_changes_nothing_and_again_goes_to_the_call_before(
    tmp_path: Path,
) -> None:
    room = ready(tmp_path)
    first, second = call(room, "16"), call(room, "14")
    room.desk.correct()
    room.desk.choose_outcome("14")
    assert (room.desk.screen.page, lines(room, "outcome.amend")) == (Page.READY, [])
    room.desk.correct()
    room.desk.correct()
    assert room.desk.screen.case is not None
    assert room.desk.screen.case.case == first
    room.desk.choose_outcome("13", "关机提示音")
    assert (outcomes(room, first), outcomes(room, second)) == (["13"], ["14"])
    room.desk.correct()
    room.desk.correct()
    room.desk.correct()
    assert room.desk.screen.page is Page.READY, "after the oldest there is none"
    room.close()


def test_edge_16_only_so_long_and_in_the_same_shift(tmp_path: Path) -> None:
    room = ready(tmp_path)
    call(room, "16")
    room.desk.correct()
    room.clock.advance(10 * 60_000 + 1)
    room.desk.choose_outcome("13", "关机提示音")
    assert (room.desk.screen.page, room.desk.screen.notice) == (Page.READY, Notice.TOO_LATE)
    room.desk.correct()
    assert room.desk.screen.page is Page.READY
    call(room, "16")
    room.desk.sign_out()
    room.desk.sign_in("访问员02")
    room.desk.correct()
    assert room.desk.screen.page is Page.READY, "what another one gave is hers"
    assert lines(room, "outcome.amend") == []
    room.close()


@pytest.mark.parametrize("journalled", [True, False])
def test_edge_16_a_crash_in_a_correction_leaves_all_of_it_or_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, journalled: bool
) -> None:
    room = ready(tmp_path)
    case = call(room, "16")
    room.desk.correct()
    if journalled:
        monkeypatch.setattr("app.correction._apply", lambda _: None)  # the machine goes off here
    else:
        monkeypatch.setattr(room.ledger, "corrected", _cut_off)
    room.desk.choose_outcome("13", "关机提示音")
    monkeypatch.undo()
    assert outcomes(room, case) == ["16"]
    room.close()
    again = replace(room).open()
    assert outcomes(again, case) == (["13"] if journalled else ["16"])
    assert len(lines(again, "outcome.amend")) == journalled
    again.close()


def _cut_off(*_: str) -> None:
    raise StorageError("cut off")


def test_edge_16_central_hears_of_a_correction_after_it_was_told_the_call(tmp_path: Path) -> None:
    room = ready(tmp_path)
    case = call(room, "16")
    store = room.ledger.store
    store.set_setting(f"pool.number.{case}", "k")  # a case of the room's pool, told and let go
    store.take_out(case, cut_off=True)
    room.desk.correct()
    room.desk.choose_outcome("13", "关机提示音")
    assert owed(store) == {case: 0}
    assert (store.case(case).state, outcomes(room, case)) == ("closed", ["13"])
    room.close()
