"""How long a desk waits for its next case, with ten thousand and with a million cases in its encrypted database."""

import random
import tempfile
import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from app.canonical import hexdigest
from app.pool import Pool
from app.queue_order import Asked
from app.queue_people import Bar
from app.queue_tables import PEOPLE_TABLES, QUEUE_HEADS, QUEUE_KNOWN, QUEUE_TABLES
from app.sample.calendar import calendar_of, shipped_days
from app.sample.case import Attempt, Case
from app.sample.plan import REFUSAL, Caller, Plan
from app.store_schema import connect
from tests.benchmarks.row import Row, percentile

NOW = int(datetime(2026, 3, 3, 10, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp() * 1000)
HOURS = (("09:00-12:00", "14:00-18:00", "18:30-21:00"), ("09:30-12:00", "14:00-18:00", "18:30-21:00"))
KEYS = ["16", "15", "13", "11", "36", "14"]


def measure(sizes: tuple[int, ...], seed: str, cells: int = 0) -> list[Row]:
    """One row a size: the pick, durable; before it twenty idle seconds in which what becomes due is moved, as the desk does. cells: quota
    cells in which the sample's columns put the cases, every second one full; 0 = nothing is known beforehand."""
    rows, smallest = [], 0.0
    for size in sizes:
        took, filled = _picks(size, random.Random(f"{seed}|{size}"), cells=cells)
        p50, p99 = (percentile(took, share) * 1000 for share in (0.5, 0.99))
        smallest = smallest or p99
        against = f"p99 {p99 / smallest:.2f} × that of {sizes[0]:,} cases; filled in {filled:.0f} s; synchronous writes included"
        rows.append(Row(f"next case out of {size:,}", f"p50 {p50:.2f} ms, p99 {p99:.2f} ms", against))
    return rows


def _picks(size: int, chance: random.Random, times: int = 1000, cells: int = 0) -> tuple[list[float], float]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        database = connect(path, bytes(range(32)))
        for statement in (*QUEUE_TABLES, *PEOPLE_TABLES, *QUEUE_KNOWN, *QUEUE_HEADS):
            database.execute(statement)
        pool = Pool(database, path, Plan(calendar=calendar_of(*HOURS, shipped_days())))
        began = time.perf_counter()
        for start in range(0, size, 20_000):
            numbers = range(start, min(size, start + 20_000))
            for n in numbers[::100]:
                pool.people.bar(_key(n), Bar(NOW, by="01", reason="asked for it"))
            rows = [_case(n, chance) for n in numbers]
            pool.put(rows, NOW, [_key(n) for n in numbers], [_known(n, cells) for n in numbers])
        filled, now, took = time.perf_counter() - began, NOW, []
        caller = Caller("I01", frozenset({REFUSAL}))
        pool.advance(now)
        for _ in range(times):
            for _ in range(20):  # the desk does it every second between its cases
                now += 1_000
                pool.advance(now)
            began = time.perf_counter()
            found = pool.pick(
                Asked(now, caller=caller, full=lambda known: known.endswith(("1", "3", "5", "7", "9")))
            )
            took.append(time.perf_counter() - began)
            if found is not None:
                pool.put(
                    [_case(int(found, 16), chance).with_attempt(Attempt(now, chance.choice(KEYS), by="I02"))],
                    now,
                    known=[_known(int(found, 16), cells)],
                )
        database.close()
    return took, filled


def _key(number: int) -> str:
    """Every twentieth number stands in two samples; every hundredth is on the do-not-call list."""
    return hexdigest(f"{number - (number % 20 == 1)}".encode())[:32]


def _known(number: int, cells: int) -> str:
    return f"cell {number % cells}" if cells else ""


def _case(number: int, chance: random.Random) -> Case:
    units = ["", "1", "2", "3", "4", "5", "6", "7"]
    case = Case(f"{number:016x}", f"{chance.getrandbits(256):064x}", f"138{number:08d}", units[number % 8])
    for _ in range(chance.choice([0, 0, 1, 2])):
        case = case.with_attempt(
            Attempt(NOW - chance.randint(1, 5 * 86_400_000), chance.choice(KEYS), by="I02")
        )
    return case
