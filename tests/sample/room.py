"""A room to try the queue in: real hours, real holidays, a field period, and a pool on a file."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from app.pool import Pool
from app.queue_order import Asked
from app.queue_tables import PEOPLE_TABLES, QUEUE_HEADS, QUEUE_KNOWN, QUEUE_TABLES
from app.sample.calendar import calendar_of, shipped_days
from app.sample.case import Attempt, Case, State
from app.sample.plan import Caller, Plan
from app.sample.queue import next_case
from app.store_schema import connect

CHINA = ZoneInfo("Asia/Shanghai")
WORKDAY = ("09:00-12:00", "14:00-18:00", "18:30-21:00")
RESTDAY = ("09:30-12:00", "14:00-18:00", "18:30-21:00")
CALENDAR = calendar_of(WORKDAY, RESTDAY, shipped_days())
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


def when(text: str) -> int:
    """ "2026-03-02 10:00" in China as ms wall."""
    return int(datetime.fromisoformat(text).replace(tzinfo=CHINA).timestamp() * 1000)


PLAN = Plan(calendar=CALENDAR, starts=when("2026-02-23 00:00"), ends=when("2026-03-23 00:00"))


def case(
    ticket: str,
    *calls: tuple[str, str] | tuple[str, str, str],
    number: str = "13882800000",
    unit: str = "",
    by: str = "",
    need: str = "",
) -> Case:
    """A case with calls ("2026-03-02 10:00", outcome[, appointment])."""
    made = [Attempt(when(c[0]), c[1], when(c[2]) if len(c) > 2 else 0, by, need) for c in calls]
    state = State.OPEN if made else State.FRESH
    return Case(f"{ticket:0>16}", f"{ticket:0>64}", number, unit, tuple(made), state)


@contextmanager
def pool_of(folder: Path, cases: Sequence[Case], now: int, plan: Plan = PLAN) -> Iterator[Pool]:
    """A pool with these cases."""
    path = folder / "pool.db"
    database = connect(path, None)
    try:
        tables = (*QUEUE_TABLES, *PEOPLE_TABLES, *QUEUE_KNOWN, *QUEUE_HEADS)
        for statement in () if database.table("queue").exists() else tables:
            database.execute(statement)
        pool = Pool(database, path, plan)
        pool.put(cases, now)
        yield pool
    finally:
        database.close()


def handed(cases: Sequence[Case], now: int, plan: Plan = PLAN, caller: Caller | None = None) -> Case | None:
    """The case that the room's queue hands out at `now`: the table of the real pool, filled after the last call there was; the rules say
    the same."""
    known = {one.id: one for one in cases}
    filled = max((call.ended for one in cases for call in one.attempts), default=now)
    with TemporaryDirectory() as folder, pool_of(Path(folder), cases, min(filled, now), plan) as pool:
        found = pool.pick(Asked(now, caller=caller))
    assert found == getattr(next_case(cases, now, plan, caller), "id", None), "table and rules disagree"
    return known[found] if found else None
