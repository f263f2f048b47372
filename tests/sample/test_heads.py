"""The heads of groups: a pick looks at few of them, and finds the same case as the rules do that look at all."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from app.pool import Pool
from app.queue_order import Asked
from app.queue_tables import HEADS, OWN, QUEUE_HEADS, QUEUE_KNOWN, QUEUE_TABLES, distinct
from app.sample.case import Attempt, Case
from app.sample.plan import Caller
from app.sample.queue import Due, Rank, next_case, status
from app.store_schema import connect
from tests.sample.room import DAY, MINUTE, PLAN, case, pool_of
from tests.sample.test_pool import MONDAY, pools, steps

_LATE = """SELECT COUNT(*) FROM queue_groups AS one WHERE stage BETWEEN 1 AND 9 AND n > 0 AND (first_end, first_ticket) > (
    SELECT window_end, ticket FROM queue WHERE stage = one.stage AND skill = one.skill AND unit = one.unit AND tried = one.tried
    AND known = one.known ORDER BY window_end, ticket LIMIT 1)"""


def late_heads(pool: Pool) -> int:
    """Heads that stand after the first row of their group."""
    return int(pool._database.execute(_LATE).fetchone()[0])


def dialled(held: list[Case], known: dict[str, str], full: str, now: int) -> list[Case]:
    """Who may be called although a cell is full."""
    free = []
    for one in held:
        due = status(one, now, PLAN)
        if known[one.id] != full or (isinstance(due, Due) and due.rank <= Rank.BROKEN_OFF):
            free.append(one)
    return free


@settings(max_examples=100)
@given(pools, steps, st.lists(st.sampled_from(["", "man", "woman"]), min_size=8, max_size=8), st.data())
def test_with_full_cells_the_table_hands_out_what_the_rules_say_and_no_head_is_late(
    cases: list[Case], walk: list[tuple[int, Caller | None, str]], cells: list[str], data: st.DataObject
) -> None:
    held, now = {one.id: one for one in cases}, MONDAY
    known = dict(zip(held, cells, strict=False))
    with tempfile.TemporaryDirectory() as folder, pool_of(Path(folder), [], now) as pool:
        pool.put(cases, now, known=list(known.values()))
        for wait, caller, key in walk:
            now += wait
            full = data.draw(st.sampled_from(["none", "man", "woman"]))
            expected = next_case(dialled(list(held.values()), known, full, now), now, PLAN, caller)
            found = pool.pick(Asked(now, caller=caller, full=lambda cell, full=full: cell == full))  # type: ignore[misc]
            assert found == (expected.id if expected else None)
            assert late_heads(pool) == 0
            if found is not None:
                due = now + DAY if key == "32" else 0
                made = Attempt(now + MINUTE, key, due, caller.id if caller else "")
                held[found] = held[found].with_attempt(made)
                pool.put([held[found]], now + MINUTE, known=[known[found]])
                assert late_heads(pool) == 0


def test_saboteur_a_late_head_hands_out_the_wrong_case(tmp_path: Path) -> None:
    fresh = [case(ticket, unit=unit) for ticket, unit in (("1", "a"), ("2", "b"), ("3", "b"))]
    with pool_of(tmp_path, fresh, MONDAY) as pool:
        assert pool.best(Asked(MONDAY)) == fresh[0].id
        pool._database.execute("UPDATE queue_groups SET first_ticket = ? WHERE unit = 'a'", ["f" * 64])
        assert late_heads(pool) == 1
        assert pool.best(Asked(MONDAY)) == fresh[1].id


def test_few_groups_are_looked_into_however_many_there_are(tmp_path: Path) -> None:
    cases = [case(f"{n:04x}", unit=f"{n % 40}") for n in range(400)]
    with pool_of(tmp_path, [], MONDAY) as pool:
        pool.put(cases, MONDAY, known=[f"cell {n % 7}" for n in range(400)])
        asked = Asked(MONDAY, full=lambda cell: cell in {"cell 0", "cell 1", "cell 2"})
        looked: list[object] = []
        first = pool._order._first
        pool._order._first = lambda *each: (looked.append(each), first(*each))[1]  # type: ignore[method-assign]
        found = [pool.pick(asked) for _ in range(100)]
    free = [one.id for n, one in enumerate(cases) if n % 7 > 2]
    assert found == free[:100]
    assert len(looked) < 3 * 100, (
        "of 280 groups, the one that is next and those that have lost their first row"
    )


def test_heads_groups_and_owners_are_found_by_an_index(tmp_path: Path) -> None:
    with pool_of(tmp_path, [], MONDAY) as pool:
        for statement, places in (
            (HEADS.format(where="unit IN (?)"), 2),
            (OWN, 3),
            *((distinct(column), 0) for column in ("skill", "unit", "known")),
        ):
            plan = pool._database.execute(f"EXPLAIN QUERY PLAN {statement}", [""] * places).fetchall()
            said = [step[3] for step in plan]
            assert any("INDEX queue_" in step for step in said), said
            assert not any("TEMP B-TREE" in step for step in said), said


def test_a_queue_of_the_version_before_goes_on_with_its_cases(tmp_path: Path) -> None:
    path = tmp_path / "pool.db"
    database = connect(path, None)
    for statement in (*QUEUE_TABLES, *QUEUE_KNOWN):
        database.execute(statement)
    for ticket in ("3", "1", "2"):
        values = [f"case {ticket}", 9, 9, "", "u", 0, 0, ticket, "", 0, "", "", ""]
        names = '"case", stage, "then", skill, unit, tried, window_end, ticket, owner, owner_until, not_by, number_key, known'
        places = ", ".join("?" * 13)
        database.execute(f"INSERT INTO queue ({names}) VALUES ({places})", values)
    for statement in QUEUE_HEADS:
        database.execute(statement)
    pool = Pool(database, path, PLAN)
    assert [pool.best(Asked(MONDAY))] == ["case 1"]
    assert late_heads(pool) == 0
    database.close()
