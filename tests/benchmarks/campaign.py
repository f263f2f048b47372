"""A whole campaign on the real queue with a simulated clock: how many interviews come out of an interviewer's hour.

Jinan's figures set the scale: 172,000 dials, 20,000 completes. Compared with the same residents called (a) by hand down the list and (b)
from a FIFO with one fixed delay, and with two bounds: what comes of never calling twice, and of knowing who is at home. What is
assumed stands in assumed.py and is printed with the result; nothing was measured on people.
"""

import heapq
import random
import tempfile
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from app.pool import Pool
from app.queue_order import Asked
from app.queue_tables import PEOPLE_TABLES, QUEUE_HEADS, QUEUE_KNOWN, QUEUE_TABLES
from app.sample.calendar import Calendar, Slice, calendar_of, shipped_days
from app.sample.case import Attempt, Case
from app.sample.plan import REFUSAL, Caller, Plan
from app.store_schema import connect
from tests.benchmarks.assumed import ASSUMED, JINAN, in_words
from tests.benchmarks.row import Row, machine, percentile, table

SECOND, MINUTE, DAY = 1000, 60_000, 86_400_000
START = int(datetime(2026, 3, 2, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp() * 1000)
HOURS = (("09:00-12:00", "14:00-18:00", "18:30-21:00"), ("09:30-12:00", "14:00-18:00", "18:30-21:00"))


@dataclass(slots=True)
class Person:
    """Who lives behind a number."""

    dead: bool
    home: bool
    tried: list[int] = field(default_factory=lambda: [0] * 6)


@dataclass(slots=True)
class Count:
    """What came out. talked: seconds of interviews; paid: seconds at the seats; numbers: dialled at least once."""

    dials: int = 0
    completes: int = 0
    talked: float = 0.0
    paid: float = 0.0
    days: int = 0
    numbers: int = 0

    @property
    def an_hour(self) -> float:
        return self.completes / (self.paid / 3600) if self.paid else 0.0


class Town:
    """The residents, and what a call to one of them comes to."""

    def __init__(self, size: int, seed: str, calendar: Calendar) -> None:
        chance = random.Random(f"{seed}|town")
        self.people = [
            Person(chance.random() < ASSUMED.dead, chance.random() < ASSUMED.share_at_home)
            for _ in range(size)
        ]
        self._chance, self._calendar = random.Random(f"{seed}|calls"), calendar

    def call(self, number: int, at: Slice, *, booked: bool) -> tuple[str, float]:
        """(outcome key, seconds on the line)."""
        person, chance = self.people[number], self._chance
        if person.dead:
            return "11", ASSUMED.told
        draw = chance.random()
        if draw < ASSUMED.off:
            return "13", ASSUMED.told
        if draw < ASSUMED.off + ASSUMED.busy:
            return "15", ASSUMED.told
        bit = at.sort.bit
        table = ASSUMED.at_home if person.home else ASSUMED.answers
        likely = ASSUMED.kept if booked else table[bit] * ASSUMED.repeat ** person.tried[bit]
        person.tried[bit] += 1
        if chance.random() >= likely:
            return "16", ASSUMED.ring
        return self._spoken(chance.random())

    def _spoken(self, draw: float) -> tuple[str, float]:
        for key, share in (
            ("31", ASSUMED.hangs_up),
            ("36", ASSUMED.refuses),
            ("51", ASSUMED.not_eligible),
            ("32", ASSUMED.later),
        ):
            if draw < share:
                return key, 12.0 + ASSUMED.spoken
            draw -= share
        return "60", 12.0 + ASSUMED.interview


Pick = Callable[[int, int], "tuple[int, bool] | None"]
"""(now, seat) → (number, is it an appointment)."""
Tell = Callable[[int, int, str, int], None]
"""(number, seat, outcome, ended)."""


def shift(
    town: Town, calendar: Calendar, seats: int, target: int, pick: Pick, tell: Tell, between: float
) -> Count:
    """Call with so many seats until `target` interviews are in, or 60 days are over. between: seconds from hang-up to the next dial."""
    count, day = Count(), START // DAY
    for slice_ in calendar.ahead(START, until=START + 60 * DAY):
        if count.completes >= target:
            break
        if slice_.start // DAY != day or not count.days:
            day, count.days = slice_.start // DAY, count.days + 1
        free = [(slice_.start, seat) for seat in range(seats)]
        while free and count.completes < target:
            now, seat = heapq.heappop(free)
            if now >= slice_.end:
                continue
            chosen = pick(now, seat)
            if chosen is None:
                heapq.heappush(free, (now + MINUTE, seat))  # nothing is due: look again in a minute
                count.paid += 60
                continue
            key, seconds = town.call(chosen[0], slice_, booked=chosen[1])
            ended = now + int(seconds * SECOND)
            tell(chosen[0], seat, key, ended)
            count.dials += 1
            count.completes += key == "60"
            count.talked += seconds if key == "60" else 0
            count.paid += seconds + between
            heapq.heappush(free, (ended + int(between * SECOND), seat))
    return count


def by_queue(size: int, seed: str, seats: int, target: int, calendar: Calendar) -> tuple[Count, list[float]]:
    """On app.pool, as a room would: one key between calls."""
    chance = random.Random(f"{seed}|later")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pool.db"
        database = connect(path, None)
        for statement in (*QUEUE_TABLES, *PEOPLE_TABLES, *QUEUE_KNOWN, *QUEUE_HEADS):
            database.execute(statement)
        plan = Plan(calendar=calendar, ends=START + 60 * DAY)
        pool, cases = Pool(database, path, plan), {}
        for number in range(size):
            ticket = f"{random.Random(f'{seed}|{number}').getrandbits(256):064x}"
            cases[number] = Case(f"{number:016x}", ticket, f"138{number:08d}")
        seniors = frozenset(range(0, seats, 5))
        took: list[float] = []

        def pick(now: int, seat: int) -> tuple[int, bool] | None:
            skills = frozenset({REFUSAL}) if seat in seniors else frozenset()
            began = time.perf_counter()
            found = pool.pick(Asked(now, caller=Caller(f"I{seat:02}", skills)))
            took.append(time.perf_counter() - began)
            if found is None:
                return None
            number = int(found, 16)
            last = cases[number].attempts[-1] if cases[number].attempts else None
            return number, bool(last and last.outcome == "32")

        def tell(number: int, seat: int, key: str, ended: int) -> None:
            due = ended + int(chance.uniform(1, 26) * 60) * MINUTE if key == "32" else 0
            cases[number] = cases[number].with_attempt(Attempt(ended, key, due, f"I{seat:02}"))
            pool.put([cases[number]], ended)

        # One transaction around it all: the campaign measures the rules, not this disk. pick() by itself is in the queue's benchmark.
        with database.atomic():
            pool.put(cases.values(), START)
            count = shift(Town(size, seed, calendar), calendar, seats, target, pick, tell, ASSUMED.by_key)
        database.close()
    count.numbers = sum(bool(case.attempts) for case in cases.values())
    return count, took


def by_fifo(size: int, seed: str, seats: int, target: int, calendar: Calendar, *, hand: bool) -> Count:
    """hand: dialled by hand down the list, whoever was not reached again when the list is through. Else a FIFO as dialler programs have it:
    whoever was not reached again after four hours, before fresh numbers, whatever the hour."""
    fresh: deque[int] = deque(range(size))
    again: deque[tuple[int, int]] = deque()
    tries = [0] * size

    def pick(now: int, seat: int) -> tuple[int, bool] | None:
        if again and again[0][0] <= now and not (hand and fresh):
            return again.popleft()[1], False
        return (fresh.popleft(), False) if fresh else None

    def tell(number: int, seat: int, key: str, ended: int) -> None:
        tries[number] += 1
        if tries[number] < 6 and (key in {"13", "15", "16", "32"} or (key == "11" and tries[number] < 2)):
            again.append((ended + (0 if hand else 240 * MINUTE), number))

    between = ASSUMED.by_hand if hand else ASSUMED.by_key
    count = shift(Town(size, seed, calendar), calendar, seats, target, pick, tell, between)
    count.numbers = sum(n > 0 for n in tries)
    return count


def by_bounds(size: int, seed: str, seats: int, target: int, calendar: Calendar, *, knowing: bool) -> Count:
    """What no order can do without (each number once, none a second time) and what none can do: knowing who is at home by day, and calling
    the others in the evening and on rest days only."""
    town, at_home, others = Town(size, seed, calendar), deque[int](), deque[int]()
    for number, person in enumerate(town.people):
        (at_home if knowing and person.home else others).append(number)

    def pick(now: int, seat: int) -> tuple[int, bool] | None:
        here = calendar.slice_at(now, "")
        by_day = here is not None and not (here.sort.evening or here.sort.rest)
        line = at_home if knowing and by_day else others
        return (line.popleft(), False) if line else None

    def tell(number: int, seat: int, key: str, ended: int) -> None:
        """Nothing is remembered."""

    count = shift(town, calendar, seats, target, pick, tell, ASSUMED.by_key)
    count.numbers = size - len(at_home) - len(others)
    return count


def run(scale: float, seed: str) -> list[Row]:
    """The three ways and two bounds, on the same residents. scale: 1.0 = Jinan."""
    target, seats = int(20_000 * scale), max(6, int(60 * scale))
    size = int(target * 6)
    calendar = calendar_of(*HOURS, shipped_days())
    began = time.perf_counter()
    ours, took = by_queue(size, seed, seats, target, calendar)
    took.sort()
    head = f"{size:,} numbers at hand, {seats} seats, until {target:,} interviews; simulated, nothing measured on people"
    rows = [Row("campaign", f"seed {seed}", head)]
    for name, count in (
        ("  the queue", ours),
        ("  by hand, down the list", by_fifo(size, seed, seats, target, calendar, hand=True)),
        ("  FIFO, again after 4 hours", by_fifo(size, seed, seats, target, calendar, hand=False)),
        ("  each number once", by_bounds(size * 4, seed, seats, target, calendar, knowing=False)),
        ("  knowing who is at home", by_bounds(size * 8, seed, seats, target, calendar, knowing=True)),
    ):
        yielded = f"{count.completes / max(1, count.numbers):.1%} of {count.numbers:,} numbers used gave an interview"
        rows.append(
            Row(
                name,
                f"{count.an_hour:.2f} interviews an interviewer's hour",
                f"{count.an_hour / max(ours.an_hour, 1e-9):.2f} × the queue; {count.talked / max(count.paid, 1e-9):.0%} of the time "
                f"interviewing; {count.dials:,} dials, {count.dials / max(1, count.completes):.1f} each; {count.days} days; {yielded}",
            )
        )
    p50, p99 = (percentile(took, share) * 1000 for share in (0.5, 0.99))
    rows.append(
        Row(
            "  pick in it",
            f"p50 {p50:.2f} ms, p99 {p99:.2f} ms",
            f"{time.perf_counter() - began:.0f} s in all",
        )
    )
    return [*rows, *_plausible(ours), *(Row(f"  assumed: {what}", "", value) for what, value in in_words())]


def _plausible(ours: Count) -> list[Row]:
    """What came out beside what was published of real field work."""
    each = ours.dials / max(1, ours.completes)
    return [
        Row(
            "  dials a complete",
            f"{each:.1f}",
            f"{each / JINAN:.2f} × Jinan's {JINAN} (172,000 for 20,000); Guizhou 9 to 14",
        )
    ]


if __name__ == "__main__":
    import sys

    print(f"  machine  {machine()}")
    print(table(run(float(sys.argv[1]) if len(sys.argv) > 1 else 0.05, "12340")))
