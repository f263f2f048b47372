"""Two days of an invented field period: four people at three desks, one of whom picks numbers; quotas by county; cases that starve."""

import random
from collections.abc import Sequence

from app.resources import resource
from app.results.field import FieldReport, field_report
from app.results.heard import Heard
from app.results.table import CallRow
from app.sample.calling import calendar_for
from app.sample.cells import Known, cell_states
from app.sample.outcome import load_outcomes
from app.sample.quota import Cell, Closure, Kind, Quota
from app.sample.starved import Lack, Starved
from app.study.load import load
from app.study.model import StudySource
from tests.sample.room import MINUTE, when

OUTCOMES = load_outcomes()
NOW = when("2026-03-03 19:40")
PEOPLE = (
    ("I01 李梅", "0a1b2c3d"),
    ("I02 王强", "0a1b2c3d"),
    ("I03 周小燕", "4e5f6a7b"),
    ("I04 何志远", "8c9d0e1f"),
)
_COMING = ("16", "60", "13", "11", "16", "36", "60", "12", "15", "16", "51", "60", "31", "14", "32", "38")
QUOTA = Quota(
    Kind.INTERLOCKING,
    ("county",),
    {(("county", code),): n for code, n in zip("1234567", (60, 60, 30, 60, 30, 50, 60), strict=True)},
)


def study() -> StudySource:
    """The practice study."""
    return load(resource("studies", "dazhou-2017"))


def calls(count: int = 480) -> list[CallRow]:
    """Calls in the order of the draw, but for those of the last person, who chooses."""
    chance, found = random.Random("field room"), []
    tickets = list(range(count))
    for n in range(count):
        place = n % 4
        who, desk = PEOPLE[place]
        number = tickets[n] if place < 3 else (n * 197 + 91) % count
        key = chance.choice(_COMING)
        aapor, category = OUTCOMES[key].coded()
        hour = n // (count // 8)
        began = (
            when(f"2026-03-0{2 + hour // 4} {(9, 10, 15, 18)[hour % 4]:02}:30")
            + (n % (count // 8)) * MINUTE // 2
        )
        seconds = 410 if key == "60" else chance.randrange(12, 60)
        found.append(
            CallRow(
                f"c{n:05}",
                f"{number:016x}",
                desk,
                began,
                key,
                aapor,
                str(category),
                seconds,
                False,
                "",
                who,
                f"{number:064x}",
            )
        )
    return found


def filling(*closures: Closure) -> Known:
    """Half full, one cell full, one closed by a person."""
    done = dict(zip("1234567", (41, 22, 30, 37, 8, 19, 33), strict=True))
    running: dict[Cell, int] = {(("county", "1"),): 2, (("county", "4"),): 1}
    return Known({(("county", code),): n for code, n in done.items()}, running, closures)


CLOSED = Closure((("county", "5"),), "督导01", "受灾停访", when("2026-03-03 15:20"))
STARVED = (
    Starved(f"{7:016x}", Lack.SKILL, "宣汉话"),
    Starved(f"{31:016x}", Lack.MISSED, "2026-03-03 18:30"),
    Starved(f"{58:016x}", Lack.FOREIGN, "4"),
    Starved(f"{77:016x}", Lack.ANOTHER),
    Starved(f"{102:016x}", Lack.QUOTA, "5"),
    Starved(f"{140:016x}", Lack.HOURS),
)


DESKS = (
    Heard("9f8e7d6c", 0, silent=True),
    Heard("4e5f6a7b", when("2026-03-03 12:05"), silent=True),
    Heard("0a1b2c3d", when("2026-03-03 19:35"), silent=False),
    Heard("8c9d0e1f", when("2026-03-03 19:38"), silent=False),
)


def made(rows: Sequence[CallRow] | None = None) -> FieldReport:
    """The field report of those two days."""
    told, known = calls() if rows is None else rows, study()
    places = {call.case: 1 + int(call.case, 16) // 250 for call in told}
    cells = cell_states([QUOTA], filling(CLOSED), known.form)
    return field_report(
        told,
        OUTCOMES,
        calendar_for(known),
        released=500,
        replicate=places,
        starved=STARVED,
        cells=cells,
        desks=DESKS,
    )
