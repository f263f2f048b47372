"""The edge cases of notes/method.md §2.5, named by their number; what is handed out here, the real pool's table hands out. Those of
stations, leases, restart and full cells are in test_pool.py, those of a call at the desk in tests/test_desk_edges.py."""

import re
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from app.central.index import Index
from app.central.pool_wire import Offered
from app.drawing import DrawRoom
from app.errors import StudyError
from app.queue_order import Asked
from app.sample.calendar import Days, calendar_of, read_days, shipped_days
from app.sample.case import Attempt, day_of
from app.sample.disposition import disposition
from app.sample.outcome import Category
from app.sample.plan import REFUSAL, Caller, Plan, eligible, skills_missing, wants
from app.sample.queue import Due, Finished, Rank, explain, level, next_due, status
from app.sample.spread import sort_of, tried
from tests.sample.room import CALENDAR, DAY, HOUR, MINUTE, PLAN, RESTDAY, WORKDAY, case, handed, pool_of, when
from tests.test_drawing import BARRED, DICE, FRAME, SECRET, bundle, room

MONDAY = when("2026-03-02 10:00")


def test_each_of_the_thirty_edge_cases_has_a_test_that_bears_its_number() -> None:
    tests = Path(__file__).parents[1]
    named = {
        int(number)
        for path in tests.rglob("test_*.py")
        for name in re.findall(r"^ *def test_edge_(\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
        for number in re.match(r"\d\d(?:_and_\d\d)*", name)[0].split("_and_")  # type: ignore[index]
    }
    assert named == set(range(1, 31))


def drawn(folder: Path) -> DrawRoom:
    """600 numbers in replicates of 250."""
    draws = room(folder)
    draws.commit("w1", bundle(), SECRET)
    draws.draw("w1", FRAME, DICE, BARRED)
    return draws


def due(one: object, now: int, plan: Plan = PLAN) -> Due:
    found = status(one, now, plan)  # type: ignore[arg-type]
    assert isinstance(found, Due), found
    return found


def test_edge_05_an_appointment_is_kept_at_the_limit_of_attempts() -> None:
    calls = [(f"2026-02-2{n} 10:0{n}", "16") for n in range(3, 8)]
    booked = case("a", *calls, ("2026-02-28 10:00", "32", "2026-03-02 10:00"))
    assert handed([booked], MONDAY, PLAN) == booked


def test_edge_06_an_appointment_on_a_day_that_becomes_silent_is_moved_and_shown() -> None:
    local = read_days('[2026]\nsilent = ["03-02"]', "calendar.toml", local=True)
    mourning = replace(PLAN, calendar=calendar_of(WORKDAY, RESTDAY, shipped_days().with_local(local)))
    booked = case("a", ("2026-03-01 10:00", "32", "2026-03-02 20:00"))
    assert due(booked, MONDAY).window_end == when("2026-03-02 20:15")
    evening, morning = when("2026-03-02 20:00"), when("2026-03-03 09:04")
    assert handed([booked], evening, PLAN) == booked
    assert handed([booked], evening, mourning) is None
    assert handed([booked], morning, mourning) == booked
    moved = due(booked, MONDAY, mourning)
    assert moved.moved
    assert moved.window_end == when("2026-03-03 09:15")
    assert "moved" in explain(booked, MONDAY, mourning)


def test_edge_07_an_appointment_waits_for_its_owner_only_so_long() -> None:
    booked = case("a", ("2026-03-01 10:00", "32", "2026-03-02 10:00"), by="I01")
    mine, other = Caller("I01"), Caller("I02")
    early, late = MONDAY - 4 * MINUTE, MONDAY + 5 * MINUTE
    assert handed([booked], early, PLAN, mine) == booked
    assert handed([booked], early, PLAN, other) is None
    assert handed([booked], late, PLAN, other) == booked


def test_edge_08_a_clock_that_steps_back_hands_nothing_out_early() -> None:
    rung = case("a", ("2026-03-02 10:00", "14"))
    at = due(rung, MONDAY).at
    assert handed([rung], at, PLAN) == rung
    assert handed([rung], at - HOUR, PLAN) is None


def test_edge_08_midnight_in_china_begins_the_next_day_whatever_the_station_thinks() -> None:
    """Two calls a day are the limit; 16:00 UTC is midnight."""
    twice = case("a", ("2026-03-02 09:00", "14"), ("2026-03-02 15:00", "14"))
    assert handed([twice], when("2026-03-02 20:59"), PLAN) is None
    assert due(twice, when("2026-03-02 20:59")).at == when("2026-03-03 09:00")
    assert handed([twice], when("2026-03-03 09:00"), PLAN) == twice


def test_edge_09_the_delay_runs_from_the_end_of_the_call() -> None:
    """Its outcome may be noted an hour after it."""
    ended = case("a", ("2026-03-02 10:00", "14"))
    assert due(ended, MONDAY).at == MONDAY + HOUR
    assert handed([ended], MONDAY + HOUR - 1, PLAN) is None
    assert handed([ended], MONDAY + HOUR, PLAN) == ended


def test_edge_11_a_replicate_is_released_whole_and_none_of_the_next(tmp_path: Path) -> None:
    """What is drawn and not released is not there; a replicate that is released again is the same."""
    draws = drawn(tmp_path)
    first = draws.release("w1", 1, FRAME)
    assert [len(draws.release("w1", n, FRAME)) for n in (1, 2, 3)] == [250, 250, 100]
    assert draws.release("w1", 1, FRAME) == first
    second = {one.id for one in draws.release("w1", 2, FRAME)}
    with pool_of(tmp_path, first, MONDAY) as pool:
        handed = [pool.pick(Asked(MONDAY)) for _ in range(251)]
    assert handed[-1] is None
    assert set(handed[:-1]) == {one.id for one in first}
    assert not second & set(handed)


def test_edge_11_a_release_that_is_cut_off_leaves_nothing_behind(tmp_path: Path) -> None:
    """Central takes a replicate whole or not at all."""
    with closing(Index.open(tmp_path / "index.db")) as index:
        pool = index.pool(PLAN)
        good = [Offered(f"{n:016x}", f"{n:064x}", "", True, f"{n:032x}", b"sealed") for n in range(3)]
        torn = replace(good[2], sealed=None)  # type: ignore[arg-type]
        with pytest.raises(Exception, match="sealed"):
            pool.add([*good[:2], torn], MONDAY)
        assert pool.lease("desk", Caller("I01"), 3, MONDAY, frozenset()) == []
        assert pool.add(good, MONDAY) == 3
        assert len(pool.lease("desk", Caller("I01"), 3, MONDAY, frozenset())) == 3


def test_edge_12_after_a_hard_refusal_nobody_calls_again_and_a_case_taken_out_is_not_handed_out() -> None:
    refused = case("a", ("2026-03-02 09:30", "38"))
    assert isinstance(status(refused, MONDAY, PLAN), Finished)
    assert handed([refused], MONDAY + 20 * DAY, PLAN) is None
    waiting = case("b", ("2026-03-01 10:00", "32", "2026-03-02 10:00"))
    assert handed([waiting], MONDAY, PLAN) == waiting
    assert handed([waiting.closed()], MONDAY, PLAN) is None
    assert isinstance(status(waiting.closed(), MONDAY, PLAN), Finished)


def test_edge_13_nobody_calls_his_own_county() -> None:
    one = case("a", unit="3")
    assert handed([one], MONDAY, PLAN, Caller("I01", shuns=frozenset({"3"}))) is None
    assert handed([one], MONDAY, PLAN, Caller("I01", shuns=frozenset({"4"}))) == one
    assert not eligible(one, Caller("I01", shuns=frozenset({"3"})), MONDAY, PLAN)
    assert eligible(one, Caller("I01", shuns=frozenset({"4"})), MONDAY, PLAN)
    assert not eligible(one, Caller("I01", knows=frozenset({"k"})), MONDAY, PLAN, "k")


def test_edge_14_a_soft_refusal_is_for_another_interviewer_with_the_skill_or_for_nobody() -> None:
    refused = case("a", ("2026-02-23 10:00", "36"), by="I01")
    now = due(refused, MONDAY).at
    senior, author = Caller("I09", frozenset({REFUSAL})), Caller("I01", frozenset({REFUSAL}))
    assert handed([refused], now, PLAN, Caller("I02")) is None
    assert handed([refused], now, PLAN, author) is None
    assert handed([refused], now, PLAN, senior) == refused
    assert isinstance(
        status(case("b", ("2026-02-23 10:00", "36"), ("2026-03-02 10:00", "36")), now, PLAN), Finished
    )


@pytest.mark.parametrize("between", ["13", "15", "16", "19", ""])
def test_edge_14_a_call_at_which_nobody_spoke_does_not_give_the_refusal_back(between: str) -> None:
    """He who refused I01 is not given to I01, nor to whoever has not the skill, because the senior's call met a busy line."""
    refused = case("a", ("2026-02-23 10:00", "36"), by="I01")
    tried_again = refused.with_attempt(Attempt(MONDAY, between, by="I09"))
    now = due(tried_again, MONDAY).at or MONDAY
    senior, author = Caller("I09", frozenset({REFUSAL})), Caller("I01", frozenset({REFUSAL}))
    assert handed([tried_again], now, PLAN, Caller("I02")) is None
    assert handed([tried_again], now, PLAN, author) is None
    assert handed([tried_again], now, PLAN, senior) == tried_again
    asked = tried_again.with_attempt(Attempt(MONDAY + HOUR, "33", MONDAY + DAY, by="I09"))
    assert handed([asked], MONDAY + DAY + 6 * MINUTE, PLAN, Caller("I02")) == asked, "he has spoken since"


def test_edge_15_a_dialect_that_nobody_on_shift_speaks_is_kept_and_shown() -> None:
    spoken = case("a", ("2026-03-02 09:00", "40"), need="宣汉话")
    later = due(spoken, MONDAY).at
    assert handed([spoken], later, PLAN, Caller("I01", frozenset({"达州话"}))) is None
    assert handed([spoken], later, PLAN, Caller("I02", frozenset({"宣汉话"}))) == spoken
    assert skills_missing([wants(spoken, PLAN).skill], [Caller("I01")]) == ("宣汉话",)


def test_edge_17_when_all_wait_the_time_is_named_and_nothing_is_drawn() -> None:
    busy = case("a", ("2026-03-02 10:00", "15"))
    assert handed([busy], MONDAY, PLAN) is None
    assert handed([busy], MONDAY + 30 * MINUTE, PLAN) == busy
    assert next_due([busy], MONDAY, PLAN) == MONDAY + 30 * MINUTE


def test_edge_18_what_the_line_refused_uses_up_no_attempt() -> None:
    refused = case("a", *[(f"2026-03-0{n} 10:00", "19") for n in range(1, 9)])
    now = when("2026-03-09 10:00")
    assert handed([refused], now, PLAN) == refused
    assert not tried(refused, PLAN)
    rung = case("a", *[(f"2026-03-0{n} 10:00", "14") for n in range(1, 9)])
    assert handed([rung], now, PLAN) is None, "as many calls that rang are the limit"


@pytest.mark.parametrize("final", ["35", "41", "20", "51", "56"])
def test_edge_19_an_appointment_asked_for_by_whoever_called_back_is_kept_though_his_case_was_finished(
    final: str,
) -> None:
    back = case("a", ("2026-03-01 10:00", final), ("2026-03-01 15:00", "32", "2026-03-02 10:00"))
    assert handed([back], MONDAY, PLAN) == back
    unmet = back
    while isinstance(found := status(unmet, MONDAY, PLAN), Due):
        unmet = unmet.with_attempt(Attempt(found.at + MINUTE, "16"))
    assert len(unmet.attempts) == 5, "the call and two more tries, and then it is finished as before"
    assert "is final" in found.why


@pytest.mark.parametrize("final", ["38", "60"])
def test_edge_19_no_appointment_opens_an_interview_or_the_do_not_call_list(final: str) -> None:
    back = case("a", ("2026-03-01 10:00", final), ("2026-03-01 15:00", "32", "2026-03-02 10:00"))
    assert handed([back], MONDAY, PLAN) is None
    later = case("b", ("2026-03-01 10:00", "32", "2026-03-02 10:00"), ("2026-03-01 15:00", "35"))
    assert handed([later], MONDAY, PLAN) is None, "what came after the appointment is what holds"


def test_edge_20_the_field_ends_with_an_appointment_open() -> None:
    """Nobody is called after the field period, not even by appointment; the case is one that was not reached (2.20), no refusal."""
    booked = case("a", ("2026-03-20 10:00", "33", "2026-03-22 20:50"))
    last_day, after = when("2026-03-22 21:00"), when("2026-03-23 00:00")
    assert handed([booked], last_day, PLAN) == booked
    for now in (after, when("2026-03-23 09:00")):
        assert handed([booked, case("b")], now, PLAN) is None
        assert status(booked, now, PLAN) == Finished(
            "the field period is over, and the appointment was not kept", lapsed=True
        )
    assert status(case("b"), after, PLAN) == Finished(
        "the field period has no more hours for it", lapsed=True
    )
    closed = disposition(booked.attempts, PLAN.rules.outcomes)
    assert (closed.aapor, closed.category) == ("2.20", Category.NC)


def test_edge_20_an_appointment_beyond_a_field_period_that_was_shortened_is_finished() -> None:
    booked = case("a", ("2026-03-20 10:00", "33", "2026-03-24 10:00"))
    assert isinstance(status(booked, when("2026-03-20 11:00"), PLAN), Finished)
    assert handed([booked], when("2026-03-24 10:00"), PLAN) is None


def test_edge_29_a_call_that_was_cut_off_without_a_sound_is_resumed_and_counts_once() -> None:
    cut = case("a").interrupted(MONDAY)
    assert due(cut, MONDAY + MINUTE).rank is Rank.RESUMABLE
    assert handed([cut, case("b")], MONDAY + MINUTE, PLAN) == cut
    five = [(f"2026-02-2{n} 1{n}:00", "14") for n in range(3, 8)]
    spent = case("a", *five).interrupted(when("2026-02-28 10:00"))
    again = spent.with_attempt(Attempt(when("2026-02-28 10:05"), "14"))
    assert handed([again], when("2026-03-20 10:00"), PLAN) is None, "the sixth of six"


def test_edge_25_a_saturday_that_is_worked_has_the_hours_of_a_workday() -> None:
    at = CALENDAR.slice_at(when("2026-02-14 09:10"))
    assert at is not None
    assert not at.sort.rest
    february = replace(PLAN, starts=when("2026-02-01 00:00"))
    assert handed([case("a")], when("2026-02-14 09:10"), february) == case("a")
    assert (
        handed([case("a")], when("2026-02-07 09:10"), february) is None
    )  # an ordinary Saturday begins at 9:30


def test_edge_26_a_retry_on_the_edge_of_a_window_waits_for_the_next() -> None:
    rung = case("a", ("2026-03-02 11:00", "14"))  # one hour later is 12:00, when the morning ends
    assert due(rung, MONDAY).at == when("2026-03-02 14:00")
    assert handed([rung], when("2026-03-02 12:00"), PLAN) is None
    assert handed([rung], when("2026-03-02 14:00"), PLAN) == rung
    earlier = case("b", ("2026-03-02 10:59", "14"))
    assert handed([earlier], when("2026-03-02 11:59"), PLAN) == earlier
    assert due(earlier, MONDAY).at == when("2026-03-02 11:59")


def test_edge_27_a_lower_limit_holds_from_now_on() -> None:
    calling = replace(PLAN.rules.calling, attempts_mobile=2)
    strict = replace(PLAN, rules=replace(PLAN.rules, calling=calling))
    twice = case("a", ("2026-02-26 10:00", "16"), ("2026-02-27 15:00", "16"))
    assert isinstance(status(twice, MONDAY, PLAN), Due)
    assert isinstance(status(twice, MONDAY, strict), Finished)
    saturday = when("2026-02-28 18:30")
    assert handed([twice], saturday, PLAN) == twice
    assert handed([twice], saturday, strict) is None


def test_edge_30_a_forwarded_number_is_tried_in_another_slice() -> None:
    """Its delay alone would end on the next morning, and mornings were tried."""
    forwarded = case("a", ("2026-03-02 09:30", "18"), ("2026-03-02 18:40", "18"))
    again = due(forwarded, when("2026-03-02 18:40")).at
    assert again == when("2026-03-03 14:00")
    assert handed([forwarded], when("2026-03-03 09:30"), PLAN) is None
    assert handed([forwarded], again, PLAN) == forwarded
    sort = CALENDAR.slice_at(again)
    assert sort is not None
    assert sort.sort not in {sort_of(call, forwarded, PLAN) for call in forwarded.attempts}


# Slices and spread


def test_nobody_is_called_outside_hours_but_at_his_own_wish() -> None:
    night = when("2026-03-02 22:00")
    wished = case("b", ("2026-03-02 10:00", "32", "2026-03-02 22:00"))
    assert handed([case("a")], night, PLAN) is None
    assert next_due([case("a")], night, PLAN) == when("2026-03-03 09:00")
    assert handed([case("a"), wished], night, PLAN) == wished


def test_no_answer_goes_to_a_sort_of_slice_that_was_not_tried() -> None:
    rung = case("a", ("2026-03-02 10:00", "16"))
    assert due(rung, MONDAY).at == when("2026-03-02 14:00")
    twice = case("a", ("2026-03-02 10:00", "16"), ("2026-03-02 14:10", "16"))
    assert due(twice, when("2026-03-02 14:10")).at == when(
        "2026-03-03 18:30"
    )  # two calls a day, then the evening


def test_nobody_is_given_up_without_an_evening_and_a_rest_day() -> None:
    mornings = [(f"2026-02-{n} 10:00", "16") for n in (24, 25, 26, 27)]
    now = when("2026-02-27 10:00")
    assert due(case("a", *mornings), now).at == when("2026-02-28 18:30") or due(
        case("a", *mornings), now
    ).at == when("2026-03-01 18:30")
    one_left = case("a", *mornings, ("2026-03-02 18:40", "16"))
    at = CALENDAR.slice_at(due(one_left, MONDAY).at)
    assert at is not None
    assert at.sort.rest


@pytest.mark.parametrize("keys", ["14", "15", "14 15", "15 16", "13 14 15 16 18"])
@pytest.mark.parametrize("begins", ["2026-02-24 09:00", "2026-02-25 15:10", "2026-02-27 20:30"])
def test_nobody_is_given_up_before_the_spread_whatever_the_line_said(keys: str, begins: str) -> None:
    """Called as soon as it may be: three sorts of slice, five days, an evening, a rest day; not more than two calls a day, but for two
    early re-dials of a busy number."""
    said, one, now = keys.split(), case("a"), when(begins)
    while isinstance(found := status(one, now, PLAN), Due):
        now = max(now, found.at) + 2 * MINUTE
        one = one.with_attempt(Attempt(now, said[len(one.attempts) % len(said)]))
    assert not found.lapsed
    sorts, days = tried(one, PLAN), [call.day for call in one.attempts]
    assert len(one.attempts) == 6
    assert len(sorts) >= 3
    assert days[-1] - days[0] >= 4
    assert any(sort.evening for sort in sorts)
    assert any(sort.rest for sort in sorts)
    assert max(days.count(day) for day in days) <= (4 if "15" in said else 2)


def test_a_busy_number_is_quick_only_while_it_is() -> None:
    """After the third busy call it is an ordinary re-dial, and the early ones do not make room for more than two others that day."""
    quick = case("a", ("2026-03-02 09:30", "15"))
    assert level(quick, due(quick, MONDAY), MONDAY, PLAN) is Rank.BUSY
    busy = [(f"2026-03-02 {at}", "15") for at in ("09:00", "09:30", "10:00")]
    slow = case("a", *busy)
    assert due(slow, MONDAY).rank is Rank.REDIAL
    again = case("a", *busy, ("2026-03-02 14:00", "15"))
    assert due(again, MONDAY).at >= when("2026-03-03 09:00")


def test_an_untried_slice_counts_more_and_most_when_it_is_the_last() -> None:
    mornings = case("b", ("2026-02-27 10:00", "14"))
    afternoons = case("a", ("2026-02-27 15:00", "14"))
    assert handed([mornings, afternoons], MONDAY, PLAN) == afternoons
    assert level(afternoons, due(afternoons, MONDAY), MONDAY, PLAN) is Rank.UNTRIED
    last = when("2026-03-20 10:00")  # Friday of the last week
    assert level(afternoons, due(afternoons, last), last, PLAN) is Rank.LAST_SLICE


def test_a_county_under_water_is_left_alone() -> None:
    flood = read_days('[2026]\ncounties = { "3" = ["03-01..03-05"] }', "local", local=True)
    plan = replace(PLAN, calendar=calendar_of(WORKDAY, RESTDAY, shipped_days().with_local(flood)))
    assert handed([case("a", unit="3"), case("b", unit="4")], MONDAY, plan) == case("b", unit="4")
    assert due(case("a", unit="3"), MONDAY, plan).at == when("2026-03-06 09:00")


def test_new_years_eve_is_silent() -> None:
    assert CALENDAR.slices_of(day_of(when("2026-02-16 10:00"))) == ()
    assert CALENDAR.opens(when("2026-02-15 21:00")) == when("2026-02-18 09:30")


def test_a_year_that_is_not_in_the_table_is_not_guessed() -> None:
    with pytest.raises(StudyError, match="does not know the year 2031"):
        CALENDAR.slices_of(day_of(when("2031-03-03 10:00")))
    # Saboteur: with the weekday as a guess this would be an ordinary workday.
    assert calendar_of(WORKDAY, RESTDAY, Days(frozenset({2031}))).slices_of(day_of(when("2031-03-03 10:00")))


@pytest.mark.parametrize("key", ["12", "16", "31", "36", ""])
def test_where_the_calendar_ends_before_the_field_the_case_waits_and_is_not_given_up(key: str) -> None:
    """The notice for 2027 is not in the table yet: nobody is called by guess, and nothing is lost when it comes."""
    open_end = replace(PLAN, starts=0, ends=0)
    last = when("2026-12-31 20:59")
    one = case("a", ("2026-12-31 20:58", key)) if key else case("a")
    waits = due(one, last + HOUR, open_end)
    assert waits.at >= when("2027-01-01 00:00")
    assert "the calendar does not know 2027" in waits.why
    assert due(one, when("2027-01-20 10:00"), open_end).at == when("2027-01-21 00:00"), "day by day"
    known = read_days('[2027]\ncomplete = true\nrest = ["01-01..01-03"]', "calendar.toml", local=True)
    plan = replace(open_end, calendar=calendar_of(WORKDAY, RESTDAY, shipped_days().with_local(known)))
    assert due(one, last + HOUR, plan).at >= when("2027-01-01 09:30")
    assert "does not know" not in due(one, last + HOUR, plan).why


def test_an_appointment_on_a_day_that_the_calendar_does_not_know_is_kept_as_it_was_made() -> None:
    open_end = replace(PLAN, starts=0, ends=0)
    booked = case("a", ("2026-12-29 10:00", "32", "2027-01-05 19:30"))
    assert due(booked, when("2026-12-29 10:01"), open_end).at == when("2027-01-05 19:25")
    assert handed([booked], when("2027-01-05 19:30"), open_end) == booked
    kept = booked.with_attempt(Attempt(when("2027-01-05 19:32"), "16"))
    assert due(kept, when("2027-01-05 19:32"), open_end).at == when("2027-01-05 20:02")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[26]\n", "named by its year"),
        ('[2026]\nrest = ["13-01"]', "no day"),
        ('[2026]\nrest = ["05-02..05-01"]', "ends before"),
        ('[2026]\nrest = "05-01"', "list"),
        ("[2026]\nfeast = []", "no entry"),
        ("[2026\n", "not valid TOML"),
    ],
)
def test_a_calendar_with_a_fault_names_it(text: str, words: str) -> None:
    with pytest.raises(StudyError, match=words):
        read_days(text, "calendar.toml")


@pytest.mark.parametrize(
    "hours", [("9-12",), ("12:00-09:00",), ("09:00-12:00", "11:00-13:00"), ("09:00-25:00",)]
)
def test_hours_that_are_none_are_refused(hours: tuple[str, ...]) -> None:
    with pytest.raises(StudyError):
        calendar_of(hours, RESTDAY, None)


def test_a_day_of_slices_covers_what_the_study_says() -> None:
    assert [s.sort.name for s in CALENDAR.slices_of(day_of(MONDAY))] == [
        "workday-1",
        "workday-2",
        "workday-3",
    ]
    assert CALENDAR.slices_of(day_of(MONDAY))[0].start == when("2026-03-02 09:00")
    assert next(iter(CALENDAR.ahead(MONDAY, until=MONDAY + DAY))).start == when("2026-03-02 09:00")
