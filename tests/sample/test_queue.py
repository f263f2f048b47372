"""The next case: the order, the delays, the caps, and what must hold for any state."""

import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import StudyError
from app.sample.case import Attempt, Case, State, day_of
from app.sample.disposition import disposition
from app.sample.outcome import Category, Rules, load_rules
from app.sample.plan import Plan
from app.sample.queue import Due, Rank, explain, next_case, next_due, status

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
NOON = 20_000 * DAY + 4 * HOUR  # 12:00 in China
RULES = load_rules()
PLAN = Plan(RULES)


def case(ticket: str, *attempts: tuple[int, str] | tuple[int, str, int], number: str = "13882800000") -> Case:
    """A case with attempts (minutes after noon, outcome[, appointment in minutes after noon])."""
    made = [Attempt(NOON + a[0] * MINUTE, a[1], NOON + a[2] * MINUTE if len(a) > 2 else 0) for a in attempts]
    state = State.OPEN if made else State.FRESH
    return Case(f"{ticket:0>16}", f"{ticket:0>64}", number, "", tuple(made), state)


def ticket(found: Case | None) -> str:
    return found.ticket.lstrip("0") if found else ""


def at(minutes: int) -> int:
    return NOON + minutes * MINUTE


def wait(case: Case, now: int = NOON) -> int:
    """Minutes after noon when the case is due."""
    due = status(case, now, PLAN)
    assert isinstance(due, Due)
    return (due.at - NOON) // MINUTE


def done(case: Case, now: int = NOON) -> bool:
    return not isinstance(status(case, now, PLAN), Due)


def test_fresh_numbers_go_by_ticket_not_by_place() -> None:
    assert ticket(next_case([case("c"), case("a"), case("b")], NOON)) == "a"


def test_nothing_is_due_in_an_empty_pool() -> None:
    assert next_case([], NOON) is None
    assert next_due([], NOON) is None


def test_the_whole_order() -> None:
    cut_off = case("9").interrupted(at(-5))
    pool = [
        cut_off,
        case("8", (-60, "33", 0)),
        case("7", (-200, "33", -100)),
        case("6", (-8 * 1440, "39")),
        case("5", (-40, "15")),
        case("4", (-300, "16")),
        case("3"),
    ]
    order = []
    while pool:
        best = next_case(pool, NOON)
        assert best is not None
        order.append(ticket(best))
        pool.remove(best)
    assert order == ["9", "8", "7", "6", "5", "4", "3"]


def test_of_two_appointments_the_one_whose_window_ends_first() -> None:
    assert ticket(next_case([case("a", (-60, "33", 4)), case("b", (-60, "33", 1))], NOON)) == "b"


def test_a_cut_off_interview_goes_first_for_ten_minutes_and_is_not_lost_then() -> None:
    cut_off, appointment = case("b").interrupted(at(0)), case("a", (-60, "33", 0))
    assert ticket(next_case([cut_off, appointment], at(9))) == "b"
    assert ticket(next_case([cut_off, appointment], at(10))) == "a"
    assert ticket(next_case([cut_off, case("a")], at(10_000))) == "b"


@pytest.mark.parametrize(
    ("key", "minutes"),
    [
        ("13", 240),
        ("14", 60),
        ("15", 30),
        ("16", 240),
        ("17", 1440),
        ("18", 240),
        ("19", 60),
        ("31", 4320),
        ("36", 10080),
        ("37", 10080),
    ],
)
def test_the_delay_runs_from_the_end_of_the_call(key: str, minutes: int) -> None:
    waiting = case("a", (0, key))
    assert wait(waiting) == minutes
    assert next_case([waiting], at(minutes) - 1) is None
    assert next_case([waiting], at(minutes)) == waiting


@pytest.mark.parametrize(
    "key", ["20", "21", "35", "38", "41", "51", "52", "53", "54", "55", "56", "57", "60", "61"]
)
def test_a_final_outcome_ends_the_case(key: str) -> None:
    assert done(case("a", (0, key)))
    assert next_case([case("a", (0, key))], at(10**7)) is None


def test_a_vacant_number_is_dialled_once_more_on_another_day() -> None:
    assert wait(case("a", (0, "11"))) == 12 * 60
    assert wait(case("a", (-11 * 60, "11"))) == 12 * 60  # heard at 1:00, so 12 h later is still the same day
    assert done(case("a", (0, "11"), (1500, "11")))


def test_a_suspended_number_is_tried_once_more_after_three_days() -> None:
    assert wait(case("a", (0, "12"))) == 3 * 1440
    assert done(case("a", (0, "12"), (4320, "12")))
    assert done(case("a", (0, "11"), (1440, "12")))  # dead on two days, whatever the wording


def test_a_busy_number_is_tried_early_twice_a_day() -> None:
    assert wait(case("a", (0, "15"))) == 30
    assert wait(case("a", (0, "15"), (30, "15"))) == 60
    assert wait(case("a", (0, "15"), (30, "15"), (60, "15"))) == 300
    assert wait(case("a", (-1440, "15"), (-1410, "15"), (0, "15"))) == 30


def test_not_more_than_two_calls_a_day() -> None:
    twice = case("a", (-180, "16"), (60, "16"))
    assert wait(twice) == 12 * 60  # next midnight, though 240 minutes are over at 17:00
    assert wait(case("a", (60, "16"))) == 300


def test_a_mobile_is_given_up_after_six_attempts_and_a_landline_after_eight() -> None:
    calls = [(day * 1440, "16") for day in range(8)]
    assert not done(case("a", *calls[:5]))
    assert done(case("a", *calls[:6]))
    assert not done(case("a", *calls[:7], number="08182370000"))
    assert done(case("a", *calls, number="08182370000"))


def test_what_the_line_refused_uses_up_no_attempt() -> None:
    calls = [(day * 1440, "16") for day in range(5)]
    assert not done(case("a", *calls, *[(7200 + n * 60, "19") for n in range(20)]))


def test_a_call_that_was_cut_off_uses_up_one() -> None:
    calls = [(day * 1440, "16") for day in range(5)]
    cut_off = case("a", *calls).interrupted(at(7200)).with_attempt(Attempt(at(7300), "16"))
    assert done(cut_off)


def test_a_soft_refusal_is_asked_once_more_and_never_a_third_time() -> None:
    assert wait(case("a", (0, "36"))) == 7 * 1440
    assert done(case("a", (0, "36"), (10080, "37")))
    assert done(case("a", (0, "36"), (10080, "16"), (20000, "39")))
    assert done(case("a", (0, "37"), (10080, "38")))


def test_edge_05_an_appointment_blocks_the_case_until_its_window_and_is_kept_beyond_the_cap() -> None:
    tried = [(-1440 * day, "16") for day in range(6, 1, -1)]
    booked = case("a", *tried, (-60, "33", 300))
    assert wait(booked) == 295
    assert next_case([booked], at(294)) is None
    assert next_case([booked], at(295)) == booked


def test_an_appointment_without_a_time_waits_its_delay() -> None:
    assert wait(case("a", (0, "42"))) == 115


def test_nobody_at_the_appointed_time_means_two_more_tries() -> None:
    tried = [(-1440 * day, "16") for day in range(5, 0, -1)]
    booked = (0, "32", 100)
    assert wait(case("a", *tried, booked, (100, "16"))) == 130
    assert wait(case("a", *tried, booked, (100, "16"), (130, "15"))) == 130 + 1440
    assert done(
        case("a", *tried, booked, (100, "16"), (130, "15"), (1570, "16"))
    )  # 5 + 1 are the six; these three were free
    assert wait(case("a", booked, (100, "16"), (130, "15"), (2000, "16"))) == 2000 + 240


def test_edge_18_a_line_limit_at_the_appointed_time_keeps_the_appointment_and_its_delay() -> None:
    capped = case("a", (0, "32", 100), (100, "19"))
    assert wait(capped) == 160
    due = status(capped, at(160), PLAN)
    assert isinstance(due, Due)
    assert due.rank is Rank.OVERDUE


def test_who_answers_at_the_appointed_time_and_refuses_has_refused() -> None:
    assert wait(case("a", (0, "32", 100), (100, "36"))) == 100 + 10080


def test_a_case_taken_out_by_a_person_is_never_handed_out() -> None:
    assert done(case("a").closed())
    assert next_case([case("a", (0, "33", 1)).closed()], at(10**6)) is None


def test_edge_17_when_all_wait_the_queue_says_until_when() -> None:
    pool = [case("a", (0, "16")), case("b", (0, "15")), case("c", (0, "60"))]
    assert next_case(pool, at(5)) is None
    assert next_due(pool, at(5)) == at(30)
    assert next_due(pool, at(500)) == at(500)
    assert next_due([case("c", (0, "60"))], NOON) is None


@pytest.mark.parametrize(
    ("one", "now", "words"),
    [
        (case("a"), 0, "May be dialled now, level 9 (fresh): never dialled, in ticket order."),
        (case("a", (0, "13")), 5, "Not before 2024-10-04 16:00: 13 关机 (Switched off) at 2024-10-04 12:00."),
        (case("a", (0, "15")), 30, "May be dialled now, level 5 (busy): 15 占线/通话中 (Busy) at 2024-10-04 12:00."),
        (case("a", (0, "60")), 5, "Finished: 60 完成 (Complete) at 2024-10-04 12:00 is final."),
        (case("a", (0, "32", 60)), 5, "Not before 2024-10-04 12:55: appointment at 2024-10-04 13:00."),
        (case("a").closed(), 5, "Finished: taken out of this queue by a person, or given back to the room's pool."),
        (case("a").interrupted(NOON), 1, "May be dialled now, level 1 (resumable): the last call was cut off and can be resumed."),
    ],
)  # fmt: skip
def test_the_queue_explains_itself(one: Case, now: int, words: str) -> None:
    assert explain(one, at(now)) == words


def test_a_limit_is_explained() -> None:
    assert "and 2 such calls are the limit" in explain(case("a", (0, "17"), (1440, "17")), NOON)
    assert "6 attempts without an interview" in explain(
        case("a", *[(n * 1440, "13") for n in range(6)]), NOON
    )
    assert "nobody at the appointed time, try 1 after it" in explain(
        case("a", (0, "33", 9), (9, "16")), at(10)
    )


def test_an_outcome_that_the_table_does_not_know_stops_the_queue() -> None:
    with pytest.raises(StudyError, match="99"):
        next_case([case("a", (0, "99"))], NOON)


# What must hold for any state

KEYS = sorted(RULES.outcomes)
calls = st.lists(st.tuples(st.integers(0, 20_000), st.sampled_from(KEYS)), max_size=9).map(
    lambda made: sorted(made)
)
pools = st.lists(st.tuples(calls, st.booleans()), max_size=8).map(
    lambda made: [
        case(f"{n + 1:x}", *history).interrupted(at(history[-1][0] + 1))
        if cut and history
        else case(f"{n + 1:x}", *history)
        for n, (history, cut) in enumerate(made)
    ]
)


def in_delay(one: Case, now: int, rules: Rules = RULES) -> bool:
    """Written apart from the queue: the last outcome's least delay is not over, or the case is finished."""
    if one.state is State.RESUMABLE or not one.attempts:
        return False
    outcomes = [rules.outcomes[a.outcome] for a in one.attempts if a.outcome]
    ends = [n for n, o in enumerate(outcomes) if o.final]
    since = outcomes[ends[-1] + 1 :] if ends else outcomes
    shut = {outcomes[n].key for n in ends} & {"38", "60", "61"}
    if any(o.appointment for o in since) and not shut:
        return False  # appointments have their own times, tested above
    minutes = outcomes[-1].retry_minutes if outcomes else 0
    return bool(ends) or now < one.attempts[-1].ended + minutes * MINUTE


@settings(deadline=None)  # the machine is shared
@given(pools, st.integers(0, 30_000), st.randoms(use_true_random=False))
def test_the_same_state_gives_the_same_case(pool: list[Case], now: int, chance: random.Random) -> None:
    found = next_case(pool, at(now))
    shuffled = chance.sample(pool, len(pool))
    assert next_case(shuffled, at(now)) == found
    assert next_case(iter(shuffled), at(now)) == found


@settings(deadline=None)  # the machine is shared
@given(pools, st.integers(0, 30_000))
def test_no_case_is_handed_out_in_its_delay(pool: list[Case], now: int) -> None:
    found = next_case(pool, at(now))
    assert found is None or not in_delay(found, at(now), RULES)


@settings(deadline=None)  # the machine is shared
@given(pools, st.integers(0, 30_000))
def test_ties_go_by_ticket(pool: list[Case], now: int) -> None:
    found = next_case(pool, at(now))
    if found is None:
        return
    mine = status(found, at(now), PLAN)
    assert isinstance(mine, Due)
    for other in pool:
        due = status(other, at(now), PLAN)
        if (
            isinstance(due, Due)
            and due.at <= at(now)
            and (due.rank, due.window_end) == (mine.rank, mine.window_end)
        ):
            assert found.ticket <= other.ticket


@settings(deadline=None)  # the machine is shared
@given(pools, st.integers(0, 30_000))
def test_a_case_is_due_exactly_when_the_queue_says(pool: list[Case], now: int) -> None:
    moment = next_due(pool, at(now))
    if moment is None:
        assert next_case(pool, at(10**8)) is None
    else:
        assert next_case(pool, moment) is not None
        if moment > at(now):
            assert next_case(pool, moment - 1) is None


def field_work(rules: Rules, seed: str, cases: int = 36, days: int = 24) -> list[Case]:
    """A small field period: at every half hour from 9 to 21 the best case is dialled, with whatever comes of it."""
    chance = random.Random(seed)
    pool = {c.id: c for c in (case(f"{n + 1:x}") for n in range(cases))}
    usual = ["16"] * 6 + [
        "15",
        "15",
        "13",
        "13",
        "11",
        "12",
        "14",
        "17",
        "18",
        "19",
        "31",
        "32",
        "33",
        "34",
        "36",
        "37",
        "38",
        "39",
        "42",
    ]
    now = NOON - 3 * HOUR
    for step in range(days * 24):
        found = next_case(pool.values(), now, Plan(rules))
        if found is not None:
            key = chance.choice([*usual, "60", "51", "53"])
            due = now + chance.randrange(1, 48) * 30 * MINUTE if key in ("32", "33") else 0
            pool[found.id] = found.with_attempt(Attempt(now + 2 * MINUTE, key, due))
        now += 30 * MINUTE + (12 * HOUR if step % 24 == 23 else 0)
    return list(pool.values())


def broken_promises(worked: Sequence[Case]) -> list[str]:
    """What the protocol promises to whoever is called, read off the histories."""
    found = []
    for one in worked:
        keys = [a.outcome for a in one.attempts]
        firm = [n for n, key in enumerate(keys) if key == "38" or RULES.outcomes[key].final]
        if firm and firm[0] != len(keys) - 1:
            found.append("dialled after the end")
        if sum(key in ("36", "37", "39") for key in keys) > 2:
            found.append("asked a third time")
        made = [n for n, key in enumerate(keys) if RULES.outcomes[key].appointment]
        plain = one.attempts[: made[0]] if made else one.attempts
        days = [a.day for a in plain if RULES.outcomes[a.outcome].attempt and a.outcome != "15"]
        if any(days.count(day) > 2 for day in days):
            found.append("more than two calls a day")
        if not made and sum(RULES.outcomes[key].attempt for key in keys) > 6:
            found.append("more than six attempts")
        for before, after in pairwise(plain):
            if before.outcome in ("36", "37") and after.ended - before.ended < 7 * DAY:
                found.append("asked again within a week")
            if before.outcome == "11" and day_of(after.ended) == day_of(before.ended):
                found.append("confirmed a vacant number on the same day")
    return found


@pytest.mark.parametrize("seed", ["1", "2", "3", "4"])
def test_a_field_period_keeps_every_promise(seed: str) -> None:
    worked = field_work(RULES, seed)
    assert sum(len(one.attempts) for one in worked) > 100
    assert broken_promises(worked) == []
    assert {disposition(one.attempts, RULES.outcomes).category for one in worked} > {
        Category.I,
        Category.R,
        Category.NE,
    }
    assert field_work(RULES, seed) == worked


@pytest.mark.parametrize(
    ("key", "change", "promise"),
    [
        ("36", {"retry_minutes": 60}, "asked again within a week"),
        ("37", {"max": 9}, "asked a third time"),
        ("38", {"final": False, "retry_minutes": 60}, "dialled after the end"),
        ("11", {"retry_minutes": 60, "other_day": False}, "confirmed a vacant number on the same day"),
    ],
)
def test_a_spoiled_rule_is_noticed(key: str, change: dict[str, int], promise: str) -> None:
    """Saboteur: the check above is not blind."""
    outcomes = {**RULES.outcomes, key: replace(RULES.outcomes[key], **change)}  # type: ignore[arg-type]
    if key == "37":
        outcomes = {k: replace(o, max=9) if o.tally == "soft_refusal" else o for k, o in outcomes.items()}
        outcomes = {
            k: replace(o, retry_minutes=1440) if o.tally == "soft_refusal" else o for k, o in outcomes.items()
        }
    assert promise in {
        p for seed in "1234" for p in broken_promises(field_work(replace(RULES, outcomes=outcomes), seed))
    }


def test_a_spoiled_delay_is_noticed() -> None:
    """Saboteur: without its delay the case would be handed out, and the property above would say so."""
    hasty = replace(RULES, outcomes={**RULES.outcomes, "16": replace(RULES.outcomes["16"], retry_minutes=0)})
    found = next_case([case("a", (0, "16"))], at(1), Plan(hasty))
    assert found is not None
    assert in_delay(found, at(1), RULES)
