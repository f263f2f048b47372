"""How long a desk waits for its next case, with ten thousand and with a million cases in its encrypted database."""

import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

from app.canonical import hexdigest
from app.pool import Pool
from app.queue_order import Asked, never_full
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


@dataclass(frozen=True)
class Shape:
    """What makes a sample awkward. cells: quota cells in which its columns put the cases; full: says so of a cell. barred: of a hundred
    numbers on the do-not-call list; booked: of a hundred cases with an appointment still to come."""

    name: str
    cells: tuple[str, ...] = ("",)
    full: Callable[[str], bool] = never_full
    barred: int = 1
    booked: int = 0


_MARGINS = tuple(
    f"sex={sex},age={age},home={home},group={group}"
    for sex, age, home, group in product("12", "123456", "12", "123")
)
PLAIN = Shape("")
SHAPES = (
    Shape(
        ", 42 cells by columns, half of them full",
        tuple(f"cell {n}" for n in range(42)),
        lambda known: known[-1] in "13579",
    ),
    Shape(
        ", three margins and group shares, three targets reached",
        _MARGINS,
        lambda known: "age=6" in known or "home=2" in known or "group=3" in known,
    ),
    Shape(", 30% barred, 10% with appointments", barred=30, booked=10),
)


def measure(sizes: tuple[int, ...], seed: str) -> list[Row]:
    """One row a size, and one for each awkward sample of 20,000: the pick, durable; before it twenty idle seconds in which what becomes
    due is moved, as the desk does."""
    rows, smallest = [], 0.0
    for size, shape in [*((size, PLAIN) for size in sizes), *((20_000, shape) for shape in SHAPES)]:
        took, worked, filled = _picks(size, random.Random(f"{seed}|{size}"), shape)
        p50, p99 = (percentile(took, share) * 1000 for share in (0.5, 0.99))
        own50, own99 = (percentile(worked, share) * 1000 for share in (0.5, 0.99))
        smallest = smallest or own99
        against = (
            f"of it on the processor {own50:.2f} and {own99:.2f} ms, p99 {own99 / smallest:.2f} × that of {sizes[0]:,} cases; filled in "
            f"{filled:.0f} s; synchronous writes included"
        )
        rows.append(
            Row(f"next case out of {size:,}{shape.name}", f"p50 {p50:.2f} ms, p99 {p99:.2f} ms", against)
        )
    return rows


def _picks(
    size: int, chance: random.Random, shape: Shape = PLAIN, times: int = 1000
) -> tuple[list[float], list[float], float]:
    """(seconds of each pick, seconds of processor of each, seconds of filling)."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        database = connect(path, bytes(range(32)))
        for statement in (*QUEUE_TABLES, *PEOPLE_TABLES, *QUEUE_KNOWN, *QUEUE_HEADS):
            database.execute(statement)
        pool = Pool(database, path, Plan(calendar=calendar_of(*HOURS, shipped_days())))
        began = time.perf_counter()
        for start in range(0, size, 20_000):
            numbers = range(start, min(size, start + 20_000))
            for n in numbers:
                if n % 100 < shape.barred:
                    pool.people.bar(_key(n), Bar(NOW, by="01", reason="asked for it"))
            rows = [_case(n, chance, shape) for n in numbers]
            pool.put(rows, NOW, [_key(n) for n in numbers], [_known(n, shape) for n in numbers])
        filled, now, took, worked = time.perf_counter() - began, NOW, list[float](), list[float]()
        caller = Caller("I01", frozenset({REFUSAL}))
        pool.advance(now)
        for _ in range(times):
            for _ in range(20):  # the desk does it every second between its cases
                now += 1_000
                pool.advance(now)
            began, own = time.perf_counter(), time.thread_time()
            found = pool.pick(Asked(now, caller=caller, full=shape.full))
            took.append(time.perf_counter() - began)
            worked.append(time.thread_time() - own)
            if found is not None:
                number = int(found, 16)
                called = _case(number, chance, PLAIN).with_attempt(
                    Attempt(now, chance.choice(KEYS), by="I02")
                )
                pool.put([called], now, known=[_known(number, shape)])
        database.close()
    return took, worked, filled


def _key(number: int) -> str:
    """Every twentieth number stands in two samples; every hundredth is on the do-not-call list."""
    return hexdigest(f"{number - (number % 20 == 1)}".encode())[:32]


def _known(number: int, shape: Shape) -> str:
    return shape.cells[number % len(shape.cells)]


def _case(number: int, chance: random.Random, shape: Shape) -> Case:
    units = ["", "1", "2", "3", "4", "5", "6", "7"]
    case = Case(f"{number:016x}", f"{chance.getrandbits(256):064x}", f"138{number:08d}", units[number % 8])
    for _ in range(chance.choice([0, 0, 1, 2])):
        case = case.with_attempt(
            Attempt(NOW - chance.randint(1, 5 * 86_400_000), chance.choice(KEYS), by="I02")
        )
    if chance.randrange(100) < shape.booked:
        due = NOW + chance.randint(1, 5 * 86_400) * 1000
        case = case.with_attempt(Attempt(NOW - 3_600_000, "32", due, by=chance.choice(["I01", "I02"])))
    return case
