"""The edge cases of notes/method.md §2.5 that only the desk knows, by their number; appointments, call-backs, cases that are pulled."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.canonical import commit, decode
from app.evidence.journal import read
from app.interview.screen import Notice, Page
from app.sample.case import Attempt
from tests.desk_room import Room
from tests.sample.room import when


def ready(tmp_path: Path) -> Room:
    room = Room(tmp_path / "desk").open()
    room.desk.sign_in("访问员01")
    return room


def call(room: Room, outcome: str, note: str = "") -> str:
    """One call that is hung up at once, closed with an outcome. Returns the case."""
    room.desk.next_case()
    assert room.desk.screen.case is not None
    case = room.desk.screen.case.case
    room.desk.dial()
    room.desk.hang_up()
    room.wait_for(Page.OUTCOME)
    room.desk.choose_outcome(outcome, note)
    return case


def test_an_appointment_is_kept_at_the_time_that_was_noted_by_whom_it_was_made(tmp_path: Path) -> None:
    room = ready(tmp_path)
    case = call(room, "32", "他说今晚7点半有空")
    (attempt,) = room.ledger.store.case(case).attempts
    assert attempt.due == when("2023-11-15 19:30")
    assert attempt.by == "I01"
    assert attempt.due > room.clock.wall()
    room.close()


def test_a_fixed_appointment_without_a_time_is_asked_for_again(tmp_path: Path) -> None:
    room = ready(tmp_path)
    call(room, "32", "晚点再打")
    assert (room.desk.screen.page, room.desk.screen.notice) == (Page.OUTCOME, Notice.TIME_NEEDED)
    room.desk.choose_outcome("32", "+30")
    assert room.desk.screen.page is Page.READY
    room.close()


def test_a_dialect_is_noted_for_whoever_calls_next(tmp_path: Path) -> None:
    room = ready(tmp_path)
    case = call(room, "40", "只讲宣汉话")
    assert room.ledger.store.case(case).attempts[0].need == "宣汉话"
    room.close()


def test_edge_19_who_calls_back_is_found_and_can_be_called_at_once(tmp_path: Path) -> None:
    room = ready(tmp_path)
    case = call(room, "36")
    number = room.ledger.store.case(case).number
    room.desk.called_back(f"{number[:3]}-{number[3:7]}-{number[7:]}")
    assert (room.desk.screen.page, room.desk.screen.notice) == (Page.CASE, Notice.CALLED_BACK)
    assert room.desk.screen.case is not None
    assert room.desk.screen.case.case == case
    (line,) = [entry.data for entry in read(room.ledger.journal.path) if entry.data["type"] == "case.pull"]
    assert line["reason"] == "the resident called back"
    assert number.encode() not in room.ledger.journal.path.read_bytes()
    room.close()


@pytest.mark.parametrize(
    "write", ["+86 {}".format, "0{}".format, lambda number: "".join(chr(ord(n) + 0xFEE0) for n in number)]
)
def test_edge_19_however_his_number_is_typed(tmp_path: Path, write: Callable[[str], str]) -> None:
    room = ready(tmp_path)
    room.desk.called_back(write(room.ledger.store.case(call(room, "36")).number))
    assert room.desk.screen.notice is Notice.CALLED_BACK
    room.close()


def test_edge_19_also_after_a_firm_refusal_because_he_asks(tmp_path: Path) -> None:
    room = ready(tmp_path)
    case = call(room, "38", "要求不再来电")
    room.desk.called_back(room.ledger.store.case(case).number)
    assert room.desk.screen.notice is Notice.CALLED_BACK
    room.desk.dial()
    assert room.desk.screen.page is Page.DIALING
    room.close()


def test_edge_19_nobody_gets_into_the_sample_by_calling(tmp_path: Path) -> None:
    room = ready(tmp_path)
    room.desk.called_back("13812345678")
    assert (room.desk.screen.page, room.desk.screen.notice) == (Page.READY, Notice.NOT_DRAWN)
    room.close()


def test_edge_28_a_supervisor_pulls_a_case_and_the_reason_stays(tmp_path: Path) -> None:
    room = ready(tmp_path)
    case = call(room, "16")
    room.desk.pull(case, " ")
    assert room.desk.screen.page is Page.READY
    room.desk.pull(case, "受访者托邻居来电，约现在")
    assert room.desk.screen.case is not None
    assert room.desk.screen.case.case == case
    (line,) = [e.data for e in read(room.ledger.journal.path) if e.data["type"] == "case.pull"]
    kept = decode(room.station.store.setting(f"pull.{line['seq']}").encode())
    assert kept["name"] == "受访者托邻居来电，约现在"
    assert line["reason"] == commit(bytes.fromhex(kept["salt"]), kept["name"])  # proved by it, not told
    assert line["by"] == "I01"
    room.close()


def test_edge_17_when_all_wait_the_time_of_the_next_is_said(tmp_path: Path) -> None:
    room = Room(tmp_path / "desk", size=1).open()
    room.desk.sign_in("访问员01")
    call(room, "15")
    room.desk.next_case()
    assert room.desk.screen.notice is Notice.NO_CASES
    assert int(room.desk.screen.notice_text) == room.ledger.store.cases()[0].attempts[0].ended + 30 * 60_000
    room.close()


def test_what_becomes_due_is_moved_while_nobody_waits_for_a_case(tmp_path: Path) -> None:
    """With a million cases the moving would be most of the next pick."""
    room = Room(tmp_path / "desk", size=1).open()
    room.desk.sign_in("访问员01")
    call(room, "15")
    assert sum(room.ledger.queue.counts().get(stage, 0) for stage in range(1, 10)) == 0
    room.clock.advance(31 * 60_000)
    room.desk.tick()
    assert sum(room.ledger.queue.counts().get(stage, 0) for stage in range(1, 10)) == 1
    room.close()


def test_edge_12_a_hard_refusal_is_never_handed_out_again(tmp_path: Path) -> None:
    room = Room(tmp_path / "desk", size=1).open()
    room.desk.sign_in("访问员01")
    call(room, "38", "要求不再来电")
    room.clock.advance(60 * 24 * 60 * 60 * 1000)
    room.desk.next_case()
    assert room.desk.screen.notice is Notice.NO_CASES
    room.close()


def test_the_appointment_survives_a_crash_between_outcome_and_store(tmp_path: Path) -> None:
    room = ready(tmp_path)
    room.desk.next_case()
    assert room.desk.screen.case is not None
    case = room.desk.screen.case.case
    room.desk.dial()
    room.desk.hang_up()
    room.wait_for(Page.OUTCOME)
    work = room.desk._work
    assert work is not None
    settle = room.ledger.settle
    room.ledger.settle = lambda *_, **__: None  # type: ignore[method-assign]
    room.desk.choose_outcome("32", "+60")
    room.ledger.settle = settle  # type: ignore[method-assign]
    room.close()
    again = replace(room).open()
    assert again.ledger.store.case(case).attempts[0].due > again.clock.wall()
    again.close()


def test_edge_12_a_case_that_is_taken_out_while_it_is_on_screen_is_not_dialled(tmp_path: Path) -> None:
    room = ready(tmp_path)
    room.desk.next_case()
    assert room.desk.screen.case is not None
    case = room.desk.screen.case.case
    room.ledger.store.save_case(room.ledger.store.case(case).closed())
    room.desk.dial()
    assert (room.desk.screen.page, room.desk.screen.notice) == (Page.READY, Notice.WITHDRAWN)
    assert not [entry for entry in read(room.ledger.journal.path) if entry.data["type"] == "dial.start"]
    room.close()


def test_edge_12_a_case_that_is_taken_out_during_its_call_stays_out(tmp_path: Path) -> None:
    room = Room(tmp_path / "desk", size=1).open()
    room.desk.sign_in("访问员01")
    room.desk.next_case()
    room.desk.dial()
    (case,) = room.ledger.store.cases()
    room.ledger.store.save_case(case.closed())
    room.desk.hang_up()
    room.wait_for(Page.OUTCOME)
    room.desk.choose_outcome("16")
    (after,) = room.ledger.store.cases()
    assert (after.state, [call.outcome for call in after.attempts]) == ("closed", ["16"])
    room.clock.advance(24 * 60 * 60 * 1000)
    room.desk.next_case()
    assert room.desk.screen.notice is Notice.NO_CASES
    room.close()


def test_where_fresh_numbers_fell_behind_they_come_before_other_redials(tmp_path: Path) -> None:
    """The share guard: three quarters of an hour's dials are to be fresh numbers; two of five were."""
    for percent, fresh in ((0, False), (75, True)):
        room = Room(tmp_path / f"desk{percent}", size=3).open()
        queue = room.ledger.queue
        calling = replace(queue.plan.rules.calling, fresh_percent=percent)
        queue.plan = replace(queue.plan, rules=replace(queue.plan.rules, calling=calling))
        room.desk.sign_in("访问员01")
        first, second = call(room, "16"), call(room, "16")
        for _ in range(3):
            for case in (first, second):
                room.ledger.store.open_call(room.ledger.new_id(), case, room.clock.wall())
        room.ledger.store.save_case(replace(room.ledger.store.case(first), attempts=(Attempt(1, "16"),)))
        room.desk.next_case()
        assert room.desk.screen.case is not None
        assert (room.desk.screen.case.case not in (first, second)) is fresh
        room.close()


def test_first_calls_of_an_hour_are_counted(tmp_path: Path) -> None:
    room = ready(tmp_path)
    store = room.ledger.store
    a, b, c = (case.id for case in store.cases()[:3])
    for n, (case, at) in enumerate(((a, 10), (a, 50), (b, 60), (b, 70), (c, 49))):
        store.open_call(f"call{n}", case, at)
    assert store.calls_since(50) == (3, 1)
    assert store.calls_since(71) == (0, 0)
    for n in range(5):
        store.close_call(f"call{n}", outcome="16", ended=80)
    room.close()
