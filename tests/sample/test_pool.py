"""The queue as a table: it agrees with the rules, and two who ask at once get two cases."""

import multiprocessing as mp
import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from app import queue_people
from app.pool import Pool
from app.queue_order import Asked
from app.queue_people import Bar
from app.sample.case import Attempt, Case, State
from app.sample.plan import REFUSAL, Caller, Plan
from app.sample.queue import next_case
from app.store_schema import connect
from tests.sample.room import DAY, HOUR, MINUTE, PLAN, case, pool_of, when

MONDAY = when("2026-03-02 10:00")
KEYS = ["11", "13", "15", "16", "17", "19", "31", "32", "36", "39", "40", "60", ""]
CALLERS = [
    Caller("I01"),
    Caller("I02", frozenset({"达州话"})),
    Caller("I03", frozenset({REFUSAL}), shuns=frozenset({"2"})),
]
calls = st.lists(
    st.tuples(
        st.integers(1, 6 * DAY),
        st.sampled_from(KEYS),
        st.sampled_from([0, 30 * MINUTE, DAY]),
        st.sampled_from(CALLERS),
    ),
    max_size=4,
)


def history(number: int, unit: str, made: list[tuple[int, str, int, Caller]]) -> Case:
    made = sorted(made, key=lambda call: -call[0])
    attempts = tuple(
        Attempt(MONDAY - ago, key, MONDAY - ago + later if later and key == "32" else 0, who.id)
        for ago, key, later, who in made
    )
    state = State.FRESH if not attempts else State.OPEN if attempts[-1].outcome else State.RESUMABLE
    return Case(f"{number:016x}", f"{(number * 7919) % 1009:064x}", "13882800000", unit, attempts, state)


pools = st.lists(st.tuples(st.sampled_from(["", "1", "2"]), calls), min_size=1, max_size=8).map(
    lambda rows: [history(n, unit, made) for n, (unit, made) in enumerate(rows)]
)
steps = st.lists(
    st.tuples(
        st.integers(0, 30 * HOUR),
        st.sampled_from([None, *CALLERS]),
        st.sampled_from(["11", "13", "15", "16", "32", "36", "60"]),
    ),
    min_size=1,
    max_size=12,
)


SHORT = replace(PLAN, ends=when("2026-03-05 00:00"))
"""The field period closes during the walk."""


@settings(max_examples=150)
@given(pools, steps, st.sampled_from([PLAN, SHORT]))
def test_the_table_hands_out_what_the_rules_say(
    cases: list[Case], walk: list[tuple[int, Caller | None, str]], plan: Plan
) -> None:
    held = {one.id: one for one in cases}
    now = MONDAY
    with tempfile.TemporaryDirectory() as folder, pool_of(Path(folder), cases, now, plan) as pool:
        for wait, caller, key in walk:
            now += wait
            expected = next_case(held.values(), now, plan, caller)
            found = pool.pick(Asked(now, caller=caller))
            assert found == (expected.id if expected else None)
            if found is not None:
                due = now + DAY if key == "32" else 0
                held[found] = held[found].with_attempt(
                    Attempt(now + MINUTE, key, due, caller.id if caller else "")
                )
                pool.put([held[found]], now + MINUTE)


def test_edge_01_a_case_out_on_a_lease_is_not_handed_out_again(tmp_path: Path) -> None:
    with pool_of(tmp_path, [case("a"), case("b")], MONDAY) as pool:
        first, second = pool.pick(Asked(MONDAY)), pool.pick(Asked(MONDAY))
        assert first != second
        assert pool.pick(Asked(MONDAY)) is None


def test_edge_02_a_station_that_dies_gives_its_case_back_and_the_call_counts_once(tmp_path: Path) -> None:
    one = case("a")
    with pool_of(tmp_path, [one], MONDAY) as pool:
        assert pool.pick(Asked(MONDAY, "desk-7", lease=10 * MINUTE)) == one.id
        assert pool.lapsed(MONDAY + 9 * MINUTE) == ()
        (lost,) = pool.lapsed(MONDAY + 10 * MINUTE)
        assert (lost.case, lost.holder) == (one.id, "desk-7")
        pool.put([one.with_attempt(Attempt(MONDAY + 10 * MINUTE, ""))], MONDAY + 10 * MINUTE)
        assert pool.lapsed(MONDAY + 11 * MINUTE) == ()
        assert pool.pick(Asked(MONDAY + 11 * MINUTE)) == one.id


def test_edge_28_a_supervisor_pulls_a_case_that_is_not_in_somebodys_hands(tmp_path: Path) -> None:
    waiting = case("a", ("2026-03-02 09:30", "16"))
    with pool_of(tmp_path, [waiting], MONDAY) as pool:
        assert pool.pick(Asked(MONDAY)) is None
        assert pool.pull(waiting.id, Asked(MONDAY, "lead"))
        assert not pool.pull(waiting.id, Asked(MONDAY, "other"))


def test_edge_04_a_full_cell_hands_out_only_appointments(tmp_path: Path) -> None:
    booked = case("b", ("2026-03-02 09:30", "32", "2026-03-02 10:00"), unit="1")
    with pool_of(tmp_path, [case("a", unit="1"), booked], MONDAY) as pool:
        full = Asked(MONDAY, closed=frozenset({"1"}))
        assert pool.pick(full) == booked.id
        assert pool.pick(full) is None


def test_who_is_known_to_lie_in_a_full_cell_is_not_called_unless_he_has_begun_or_was_promised(
    tmp_path: Path,
) -> None:
    booked = case("b", ("2026-03-02 09:30", "32", "2026-03-02 10:00"))
    begun = case("c", ("2026-02-20 10:00", "39"))
    cases = [case("a"), case("d", ("2026-02-25 10:00", "16")), booked, begun, case("e")]
    with pool_of(tmp_path, [], MONDAY) as pool:
        pool.put(cases, MONDAY, known=["man", "man", "man", "man", "woman"])
        men = Asked(MONDAY, full=lambda known: known == "man")
        assert [pool.pick(men) for _ in range(4)] == [booked.id, begun.id, cases[4].id, None]
        assert {pool.pick(Asked(MONDAY)) for _ in range(2)} == {cases[0].id, cases[1].id}, (
            "there is a place again"
        )


def test_fresh_numbers_come_before_other_redials_when_they_fell_behind(tmp_path: Path) -> None:
    redial, fresh = case("a", ("2026-02-27 10:00", "14")), case("b")
    with pool_of(tmp_path, [redial, fresh], MONDAY) as pool:
        assert pool.pick(Asked(MONDAY, fresh_first=True)) == fresh.id
        assert pool.pick(Asked(MONDAY, fresh_first=True)) == redial.id


def test_edge_13_one_who_knows_the_resident_is_not_given_the_number(tmp_path: Path) -> None:
    with pool_of(tmp_path, [], MONDAY) as pool:
        one, two = case("a"), case("b")
        pool.put([one, two], MONDAY, ["hash-of-his-mother", "another"])
        relative = Caller("I01", knows=frozenset({"hash-of-his-mother"}))
        assert pool.pick(Asked(MONDAY, caller=relative)) == two.id
        assert pool.pick(Asked(MONDAY, caller=relative)) is None
        assert pool.pick(Asked(MONDAY, caller=Caller("I02"))) == one.id


def test_edge_10_the_same_question_after_a_restart_has_the_same_answer(tmp_path: Path) -> None:
    cases = [case("c"), case("a"), case("b", ("2026-02-27 10:00", "16"))]
    with pool_of(tmp_path, cases, MONDAY) as pool:
        before = pool.pick(Asked(MONDAY))
        pool.put([one for one in cases if one.id == before], MONDAY)
    with pool_of(tmp_path, [], MONDAY) as pool:
        assert pool.pick(Asked(MONDAY)) == before


def _ask(path: str, start: "mp.synchronize.Event", answers: "mp.Queue[list[str]]") -> None:
    database = connect(Path(path), None)
    pool = Pool(database, Path(path), PLAN)
    start.wait()
    got = []
    while (found := pool.pick(Asked(MONDAY, str(mp.current_process().pid)))) is not None:
        got.append(found)
    answers.put(got)
    database.close()


def test_edge_01_and_22_eight_stations_empty_one_pool_without_a_double_call(tmp_path: Path) -> None:
    """With real processes."""
    cases = [replace(case("a"), id=f"{n:016x}", ticket=f"{n:064x}") for n in range(200)]
    with pool_of(tmp_path, cases, MONDAY):
        pass
    context = mp.get_context("spawn")
    start, answers = context.Event(), context.Queue()
    path = str(tmp_path / "pool.db")
    stations = [context.Process(target=_ask, args=(path, start, answers)) for _ in range(8)]
    for station in stations:
        station.start()
    start.set()
    got = [one for _ in stations for one in answers.get(timeout=60)]
    for station in stations:
        station.join(60)
    assert sorted(got) == sorted(one.id for one in cases)


def test_edge_03_a_number_that_stands_in_two_samples_is_on_one_telephone_at_a_time(tmp_path: Path) -> None:
    wave1, wave2, other = case("a"), case("b"), case("c")
    with pool_of(tmp_path, [], MONDAY) as pool:
        pool.put([wave1, wave2, other], MONDAY, ["k", "k", "m"])
        assert pool.pick(Asked(MONDAY)) == wave1.id
        assert not pool.pull(wave2.id, Asked(MONDAY))
        assert pool.pick(Asked(MONDAY)) == other.id
        assert pool.pick(Asked(MONDAY)) is None
        pool.put([wave1.with_attempt(Attempt(MONDAY, "60"))], MONDAY)
        assert pool.pick(Asked(MONDAY)) is None


def test_edge_03_a_number_that_was_called_rests_in_the_other_sample(tmp_path: Path) -> None:
    """Seven days after a call in one sample it is fresh in the other, the day before it is not; only an appointment there is kept."""
    wave1, wave2 = case("a"), case("b")
    booked = case("c", ("2026-02-22 10:00", "32", "2026-03-03 10:00"))
    called = wave1.with_attempt(Attempt(MONDAY, "60", by="I01"))
    with pool_of(tmp_path, [], MONDAY) as pool:
        pool.put([wave1, wave2, booked, case("d")], MONDAY, ["k", "k", "k", "m"])
        assert pool.pick(Asked(MONDAY)) == wave1.id
        pool.put([called], MONDAY)
        assert pool.pick(Asked(MONDAY)) == case("d").id
        assert pool.pick(Asked(MONDAY)) is None
        assert pool.next_due(MONDAY) == when("2026-03-03 09:55")
        assert pool.pick(Asked(MONDAY + DAY)) == booked.id
        pool.put([booked.with_attempt(Attempt(MONDAY + DAY, "60"))], MONDAY + DAY)
        pool.put([wave2], MONDAY + DAY)  # its row is made anew, as after another plan
        assert pool.pick(Asked(MONDAY + 8 * DAY - 1)) is None
        assert pool.pick(Asked(MONDAY + 8 * DAY)) == wave2.id


def test_edge_03_a_call_that_the_line_refused_makes_nobody_rest(tmp_path: Path) -> None:
    wave1, wave2 = case("a"), case("b")
    with pool_of(tmp_path, [], MONDAY) as pool:
        pool.put([wave1, wave2], MONDAY, ["k", "k"])
        assert pool.pick(Asked(MONDAY)) == wave1.id
        pool.put([wave1.with_attempt(Attempt(MONDAY, "19"))], MONDAY)
        assert pool.pick(Asked(MONDAY)) == wave2.id


def test_edge_12_and_23_who_refuses_firmly_in_one_sample_is_not_called_in_the_other(tmp_path: Path) -> None:
    """Whoever is reached decides for the number. An appointment that was made before does not hold against it."""
    wave1, booked = case("a"), case("b", ("2026-02-22 10:00", "32", "2026-03-02 11:00"))
    with pool_of(tmp_path, [], MONDAY) as pool:
        pool.put([wave1, booked], MONDAY, ["k", "k"])
        assert pool.pick(Asked(MONDAY)) == wave1.id
        pool.put([wave1.with_attempt(Attempt(MONDAY, "38"))], MONDAY)
        for later in (0, HOUR, 20 * DAY):
            assert pool.pick(Asked(MONDAY + later)) is None
        assert not pool.pull(booked.id, Asked(MONDAY))
        assert pool.pull(booked.id, Asked(MONDAY), finished=True), "but when he calls himself"
        assert not pool.renew(booked.id, Asked(MONDAY)), "and a desk does not keep such a case"


def test_edge_12_of_two_decisions_about_a_number_the_later_one_holds(tmp_path: Path) -> None:
    one = case("a")
    with pool_of(tmp_path, [], MONDAY) as pool:
        pool.put([one], MONDAY, ["k"])
        assert pool.people.bar("k", Bar(MONDAY, by="督导01", reason="来信要求")) == ()
        assert pool.people.bar("k", Bar(MONDAY - 1, barred=False)) == ()
        assert pool.pick(Asked(MONDAY)) is None
        assert pool.people.bar("k", Bar(MONDAY + 1, barred=False)) == (one.id,)
        pool.put([one], MONDAY)
        assert pool.pick(Asked(MONDAY)) == one.id


def test_what_is_known_of_a_number_is_found_by_an_index(tmp_path: Path) -> None:
    """Without it each case that is put looks through all others: an evening for a hundred thousand."""
    with pool_of(tmp_path, [], MONDAY) as pool:
        for statement, places in ((queue_people._STOP, 1), (queue_people._CASES, 1), (queue_people._REST, 5)):
            steps = pool._database.execute(f"EXPLAIN QUERY PLAN {statement}", [""] * places).fetchall()
            said = [step[3] for step in steps]
            assert any("queue_numbers" in step for step in said), said
            assert not any(step.startswith("SCAN") for step in said), said
