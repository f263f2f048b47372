"""The edge cases of notes/method.md §2.5 that only the desk knows, by their number; appointments, call-backs, cases that are pulled."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.canonical import commit, decode
from app.evidence.journal import read
from app.interview.screen import Notice, Page
from app.queue_people import Bar
from app.sample.case import Attempt
from app.sample.disposition import disposition
from app.sample.outcome import Category
from app.sample.plan import Caller
from app.sample.pull import WEEK, Fate, Pull
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


def give(
    room: Room, case: str, reason: str = "受访者托邻居来电，约现在", *, ago: int = 0, note: str = "1"
) -> Pull:
    """As the desk's round of sending hears it from central."""
    pull = Pull(case, room.station.name[:8], "督导01", reason, room.clock.wall() - ago, note * 64)
    room.ledger.pulls.heard([pull], room.clock.wall())
    return pull


def pulled(room: Room) -> list[dict[str, Any]]:
    """The journal's lines about cases that were pulled."""
    return [e.data for e in read(room.ledger.journal.path) if e.data["type"] == "case.pull"]


def test_edge_28_the_case_that_a_supervisor_gives_comes_next_and_the_reason_stays(tmp_path: Path) -> None:
    room = ready(tmp_path)
    case = call(room, "16")
    room.clock.advance(1000)
    given = give(room, case)
    assert room.desk.screen.page is Page.READY, "nothing jumps onto the screen"
    room.desk.next_case()
    screen = room.desk.screen
    assert screen.case is not None
    assert (screen.case.case, screen.notice, screen.notice_text) == (case, Notice.GIVEN, given.reason)
    (line,) = pulled(room)
    kept = decode(room.station.store.setting(f"pull.{line['seq']}").encode())
    assert kept["name"] == given.reason
    assert line["reason"] == commit(bytes.fromhex(kept["salt"]), kept["name"])  # proved by it, not told
    assert (line["by"], line["decision"]) == ("I01", given.sha256)
    assert given.reason.encode() not in room.ledger.journal.path.read_bytes()
    room.close()


def test_edge_28_given_twice_it_is_taken_once_also_when_the_note_is_played_again(tmp_path: Path) -> None:
    room = ready(tmp_path)
    case = call(room, "16")
    room.clock.advance(1000)
    ahead = -5 * 60_000  # the supervisor's clock: the call will seem to come before his word
    give(room, case, ago=ahead)
    last = give(room, case, ago=ahead, note="2")
    assert call(room, "16") == case
    for _ in range(3):
        room.ledger.pulls.heard([last], room.clock.wall())
        assert call(room, "16") != case
    assert len(pulled(room)) == 1
    room.close()


def test_edge_28_after_a_crash_before_the_call_it_comes_again_and_stands_in_the_journal_once(
    tmp_path: Path,
) -> None:
    room = ready(tmp_path)
    case = call(room, "16")
    room.clock.advance(1000)
    give(room, case)
    room.desk.next_case()
    room.close()  # with the case on screen, not dialled
    room.open()
    room.desk.sign_in("访问员01")
    assert call(room, "16") == case
    assert call(room, "16") != case
    assert len(pulled(room)) == 1
    room.close()


@pytest.mark.parametrize(
    ("fate", "outcome", "decided_ago", "then"),
    [
        (Fate.FINISHED, "20", 0, 0),
        (Fate.BARRED, "38", 0, 0),
        (Fate.CALLED, "16", 60_000, 0),
        (Fate.LATE, "16", 0, WEEK),
    ],
)
def test_edge_28_what_is_not_taken_says_why(
    tmp_path: Path, fate: Fate, outcome: str, decided_ago: int, then: int
) -> None:
    """A case that is finished, whose resident does not want it, that was called since the decision; a decision of last week."""
    room = ready(tmp_path)
    case = call(room, outcome, "要求不再来电")
    room.clock.advance(1000)
    give(room, case, ago=decided_ago)
    room.clock.advance(then)
    room.desk.next_case()
    assert room.desk.screen.notice is not Notice.GIVEN
    assert pulled(room) == []
    ((_, said),) = room.ledger.pulls.of(case)
    assert said is fate
    assert [told for _, told in room.ledger.pulls.untold()] == [fate], "and central will hear of it"
    room.close()


def test_edge_28_nobody_is_given_his_own_number_by_a_supervisor(tmp_path: Path) -> None:
    room = ready(tmp_path)
    own = room.ledger.store.cases()[0]
    give(room, own.id)
    knows = frozenset({room.ledger.number_key(own.number)})
    key, queue, now = room.ledger.number_key, room.ledger.queue, room.clock.wall()
    pulls = room.ledger.pulls
    assert pulls.next(queue, now, Caller("I01", knows=knows), key) is None
    assert pulls.next(queue, now, Caller("I02"), key) is not None, "it waits for somebody else"
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


@pytest.mark.parametrize(
    ("key", "note", "category", "again"),
    [("42", "+60", Category.NC, True), ("51", "", Category.NE, False), ("34", "", Category.NC, True)],
    ids=["he drives", "a minor", "somebody else of the house"],
)
def test_edge_23_whoever_is_reached_at_an_appointment_but_cannot_be_asked_has_not_refused(
    tmp_path: Path, key: str, note: str, category: Category, *, again: bool
) -> None:
    room = Room(tmp_path / "desk", size=1).open()
    room.desk.sign_in("访问员01")
    case = call(room, "32", "+30")
    room.clock.advance(30 * 60_000)
    assert call(room, key, note) == case
    attempts, rules = room.ledger.store.case(case).attempts, room.ledger.queue.plan.rules.outcomes
    assert disposition(attempts, rules).category is category
    room.clock.advance(5 * 24 * 60 * 60_000 if key == "34" else 60 * 60_000)
    room.desk.next_case()
    assert (room.desk.screen.case is not None) is again
    room.close()


def test_edge_20_an_appointment_after_the_field_period_is_not_made(tmp_path: Path) -> None:
    """Nobody would keep it. He is told so while the resident is still on his mind, and an earlier one is taken."""
    room = ready(tmp_path)
    queue = room.ledger.queue
    queue.plan = replace(queue.plan, ends=when("2023-11-16 00:00"))
    call(room, "32", "明天 1830")
    assert (room.desk.screen.page, room.desk.screen.notice) == (Page.OUTCOME, Notice.AFTER_FIELD)
    room.desk.choose_outcome("33", "明天晚上7点")
    assert (room.desk.screen.page, room.desk.screen.notice) == (Page.OUTCOME, Notice.AFTER_FIELD)
    room.desk.choose_outcome("32", "今晚 1930")
    assert room.desk.screen.page is Page.READY
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


def test_edge_12_a_number_that_is_put_on_the_list_while_it_is_on_screen_is_not_dialled(
    tmp_path: Path,
) -> None:
    room = ready(tmp_path)
    room.desk.next_case()
    assert room.desk.screen.case is not None
    case = room.desk.screen.case.case
    room.ledger.store.bar(case, Bar(room.clock.wall(), "", "督导01", "来信要求"))
    room.desk.dial()
    assert (room.desk.screen.page, room.desk.screen.notice) == (Page.READY, Notice.WITHDRAWN)
    assert not [entry for entry in read(room.ledger.journal.path) if entry.data["type"] == "dial.start"]
    assert room.ledger.queue.hindrance(case) is Fate.BARRED, "and nobody has it in hand"
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
