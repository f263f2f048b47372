"""Quotas at the desk: asked at the screener, never against somebody who has begun, counted once."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from app.interview.screen import Notice, Page
from app.quotas import Quotas
from app.sample.quota import FEW, Closure, Kind, Policy, Quota
from tests.desk_room import Room, talker
from tests.desk_talk import SAYS

FULL = {"county=4": 3}


def quota(target: int, policy: Policy = Policy.STOP) -> Quota:
    codes = [str(n) for n in range(1, 8)]
    return Quota(Kind.MARGINAL, ("county",), {(("county", code),): target for code in codes}, policy)


def seat(tmp_path: Path, *quotas: Quota) -> Room:
    room = Room(tmp_path / "desk").open()
    numbers = [case.number for case in room.ledger.store.cases()]
    room.close()
    room = replace(room, residents={number: talker(number) for number in numbers}).open()
    ledger = room.ledger
    ledger.quotas = Quotas(ledger.store, quotas)
    room.desk.sign_in("访问员01")
    return room


def walk(room: Room, until: str = "") -> None:
    """Ring, and answer until a question is on screen, or to the end."""
    if room.desk.screen.page is not Page.INTERVIEW:
        room.desk.next_case()
        room.desk.dial()
        room.wait_for(Page.INTERVIEW)
    for _ in range(60):
        question = room.desk.screen.question
        if question is None or question.name == until or room.desk.screen.page is not Page.INTERVIEW:
            return
        before = room.desk.screen
        room.desk.answer(SAYS.get(question.name, ""))
        if room.desk.screen.question == before.question:
            return


def test_a_resident_of_a_full_cell_is_thanked_and_not_asked(tmp_path: Path) -> None:
    room = seat(tmp_path, quota(3))
    room.ledger.quotas.heard(FULL, {})
    walk(room)
    assert room.desk.screen.notice is Notice.QUOTA_FULL
    question = room.desk.screen.question
    assert question is not None
    room.desk.answer("7")
    assert room.desk.screen.question is not None
    room.desk.hang_up()
    room.wait_for(Page.OUTCOME)
    talk = room.desk._work.conversation if room.desk._work else None
    assert talk is not None
    assert talk.outcome_if_cut == "56"
    assert not any(name.startswith("q0") for name in talk.state.answers)
    room.close()


def test_a_wrong_county_can_be_corrected_and_the_interview_goes_on(tmp_path: Path) -> None:
    room = seat(tmp_path, quota(3))
    room.ledger.quotas.heard(FULL, {})
    walk(room)
    room.desk.jump("county")
    room.desk.answer("3")
    room.desk.confirm()
    assert room.desk.screen.notice is not Notice.QUOTA_FULL
    room.close()


def test_interviews_of_the_others_under_way_count_too(tmp_path: Path) -> None:
    room = seat(tmp_path, quota(3))
    room.ledger.quotas.heard({"county=4": 2}, {"county=4": 1})
    walk(room)
    assert room.desk.screen.notice is Notice.QUOTA_FULL
    room.close()


def test_edge_21_a_cell_that_fills_up_meanwhile_ends_no_interview(tmp_path: Path) -> None:
    room = seat(tmp_path, quota(3))
    walk(room, until="q03")
    room.ledger.quotas.heard(FULL, {})
    walk(room)
    room.wait_for(Page.OUTCOME)
    assert room.desk.screen.proposed == "60"
    room.close()


def test_a_finished_interview_fills_its_cell_once(tmp_path: Path) -> None:
    room = seat(tmp_path, quota(3))
    walk(room)
    room.wait_for(Page.OUTCOME)
    room.desk.choose_outcome("60")
    assert room.ledger.quotas.done() == {"county=4": 1}
    room.close()
    again = replace(room).open()
    assert Quotas(again.ledger.store, (quota(3),)).done() == {"county=4": 1}
    again.close()


def test_over_quota_where_the_study_allows_it(tmp_path: Path) -> None:
    room = seat(tmp_path, quota(3, Policy.ALLOW))
    room.ledger.quotas.heard(FULL, {})
    walk(room)
    room.wait_for(Page.OUTCOME)
    assert room.desk.screen.proposed == "60"
    room.close()


def test_a_cell_that_a_supervisor_has_closed_takes_nobody_and_once_opened_again_it_does(
    tmp_path: Path,
) -> None:
    room = seat(tmp_path, quota(300))
    county = (("county", "4"),)
    flood = Closure(county, "督导01", "洪水", 1)
    room.ledger.quotas.decided([flood])
    walk(room)
    assert room.desk.screen.notice is Notice.QUOTA_FULL
    room.ledger.quotas.decided([Closure(county, "督导01", "水退了", 2, open=True)])
    room.desk.jump("county")
    walk(room, until="q03")
    assert room.desk.screen.question is not None
    assert room.desk.screen.question.name == "q03"
    room.close()


def test_numbers_of_a_full_county_are_not_dialled_but_appointments_are_kept(tmp_path: Path) -> None:
    room = seat(tmp_path, quota(3))
    room.ledger.quotas.heard({f"county={n}": 3 for n in range(1, 8)}, {})
    room.desk.next_case()
    case = room.desk.screen.case
    assert case is not None
    assert room.ledger.store.case(case.case).mobile, "a mobile may live anywhere"
    room.close()


def screened_then_called_again(room: Room, meanwhile: Callable[[], None]) -> None:
    """He is screened, has no time, and is called half an hour later."""
    walk(room, until="scoring")
    room.desk.hang_up()
    room.wait_for(Page.OUTCOME)
    room.desk.choose_outcome("32", "+30")
    meanwhile()
    room.clock.advance(30 * 60_000)
    room.desk.next_case()
    room.desk.dial()
    room.wait_for(Page.INTERVIEW)


def test_edge_04_a_cell_that_filled_up_before_the_appointment_ends_it_politely(tmp_path: Path) -> None:
    """The appointment is kept, and ends before anything is asked."""
    room = seat(tmp_path, quota(3))
    screened_then_called_again(room, lambda: room.ledger.quotas.heard(FULL, {}))
    assert room.desk.screen.notice is Notice.QUOTA_FULL
    before = room.desk.screen.question
    room.desk.answer("")
    assert room.desk.screen.question is not None
    assert before is not None
    assert (room.desk.screen.question.name, bool(room.desk.screen.question.error)) == (before.name, True)
    room.close()


def test_where_the_study_says_finish_whoever_was_let_in_is_interviewed_all_the_same(tmp_path: Path) -> None:
    room = seat(tmp_path, quota(3, Policy.FINISH))
    screened_then_called_again(room, lambda: room.ledger.quotas.heard(FULL, {}))
    assert room.desk.screen.notice is not Notice.QUOTA_FULL
    walk(room)
    room.wait_for(Page.OUTCOME)
    assert room.desk.screen.proposed == "60"
    room.close()


def test_where_the_study_says_finish_nobody_new_begins(tmp_path: Path) -> None:
    room = seat(tmp_path, quota(3, Policy.FINISH))
    room.ledger.quotas.heard(FULL, {})
    walk(room)
    assert room.desk.screen.notice is Notice.QUOTA_FULL
    room.close()


def test_a_cell_that_opened_again_before_the_second_call_lets_him_in(tmp_path: Path) -> None:
    room = seat(tmp_path, quota(3))
    room.ledger.quotas.heard(FULL, {})
    walk(room)
    assert room.desk.screen.notice is Notice.QUOTA_FULL
    room.desk.hang_up()
    room.wait_for(Page.OUTCOME)
    room.desk.choose_outcome("32", "+30")
    room.ledger.quotas.decided([Closure((("county", "4"),), "督导01", "补足样本", 1, open=True)])
    room.clock.advance(30 * 60_000)
    room.desk.next_case()
    room.desk.dial()
    room.wait_for(Page.INTERVIEW)
    assert room.desk.screen.notice is not Notice.QUOTA_FULL
    walk(room)
    room.wait_for(Page.OUTCOME)
    assert room.desk.screen.proposed == "60"
    room.close()


def test_who_takes_one_of_the_last_places_of_a_cell_is_told_apart_while_his_call_is_on(
    tmp_path: Path,
) -> None:
    """The other desks are told then (ui/sending.py), and not when his interview is over."""
    room = seat(tmp_path, quota(FEW + 3))
    room.ledger.quotas.heard({"county=4": 1}, {})
    walk(room, "q01")
    assert not room.desk.screen.scarce, "enough places are left"
    walk(room)
    room.wait_for(Page.OUTCOME)
    room.desk.choose_outcome("60")
    room.ledger.quotas.heard({"county=4": 2}, {})
    walk(room, "q01")
    assert room.desk.screen.scarce
    assert room.ledger.quotas.running() == {"county=4": 1}, "that is what they hear"
    walk(room)
    room.wait_for(Page.OUTCOME)
    room.desk.choose_outcome("60")
    assert not room.desk.screen.scarce
    room.close()
