"""A small invented field period: seven districts of very different size, everything that can happen on a call."""

import csv
import random
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from app.results.index import Item, Respondent
from app.results.summary import Report, Subject, build
from app.results.table import CallRow, InterviewRow
from app.sample.outcome import load_outcomes
from app.study.model import Aspect, Unit

VECTORS = Path(__file__).parent.parent / "vectors"
UNITS = (
    Unit("1", "通川区", "Tongchuan District", 170),
    Unit("2", "达川区", "Dachuan District", 180),
    Unit("3", "万源市", "Wanyuan City", 75),
    Unit("4", "宣汉县", "Xuanhan County", 178),
    Unit("5", "开江县", "Kaijiang County", 78),
    Unit("6", "大竹县", "Dazhu County", 150),
    Unit("7", "渠县", "Qu County", 169),
)
COMPLETES = {"1": 46, "2": 41, "3": 12, "4": 38, "5": 6, "6": 31, "7": 0}
WORDS = (
    ("市领导对反腐败工作重视不重视", "Importance the leaders attach to fighting corruption"),
    ("对老百姓身边的腐败问题重视不重视", "Importance attached to corruption close to ordinary people"),
    ("对管好家人和身边工作人员重视不重视", "Importance attached to keeping families and staff in order"),
    ("腐败现象总的遏制得怎么样", "Curbing of corruption, all in all"),
    ("公款吃喝、公款送礼、公车私用遏制得怎么样", "Curbing of private spending at public expense"),
    ("办事托关系、送红包遏制得怎么样", "Curbing of connections and gifts of money"),
    ("全市干部廉洁不廉洁", "Integrity of officials in the city"),
    ("本区县干部廉洁不廉洁", "Integrity of officials in one's own county"),
    ("平时能接触到的基层干部廉洁不廉洁", "Integrity of local officials one has to do with"),
    ("对消除腐败有没有信心", "Confidence that corruption will be ended"),
    ("对反映的问题得到认真查处有没有信心", "Confidence that reports are properly looked into"),
    ("对三五年后腐败比现在少有没有信心", "Confidence that there will be less in three to five years"),
)
ITEMS = tuple(Item(f"q{n:02d}", zh, en) for n, (zh, en) in enumerate(WORDS, start=1))
ASPECTS = (
    Aspect(
        "A1",
        "市领导重视反腐败程度",
        "Importance the city's leadership attaches to fighting corruption",
        25,
        ("q01", "q02", "q03"),
    ),
    Aspect("A2", "腐败现象遏制程度", "Curbing of corruption", 30, ("q04", "q05", "q06")),
    Aspect("A3", "干部廉洁程度", "Integrity of local officials", 25, ("q07", "q08", "q09")),
    Aspect("A4", "对消除腐败的信心", "Confidence in ending corruption", 20, ("q10", "q11", "q12")),
)
SUBJECT = Subject(
    "dazhou-2017",
    1,
    "达州市党风廉政建设社会评价电话调查（2017年）",
    "Telephone evaluation of clean-government work in Dazhou (2017)",
    "028-12340",
    UNITS,
    ASPECTS,
    ITEMS,
)
DAY = 86_400_000
NOON = 17_500 * DAY + 4 * 3_600_000


def call(
    case: str, n: int, outcome: str, *, rehearsal: bool = False, interviewer: str = "", aapor: str = ""
) -> CallRow:
    """The n-th call to a case, a day after the one before."""
    known = load_outcomes().get(outcome)
    code = aapor or (known.aapor if known else "")
    category = known.category.value if known else ""
    number = f"{case}-{n}"
    return CallRow(
        number,
        case,
        "0a1b2c3d",
        NOON + n * DAY,
        outcome,
        code,
        category,
        40 + 7 * n,
        rehearsal,
        "",
        interviewer,
    )


def interview(
    case: str, unit: str, chance: random.Random, *, rehearsal: bool, outcome: str = "60"
) -> InterviewRow:
    """An interview with scores that are higher in the later districts; one answer in twelve is "does not know" or declined."""
    mild = chance.choice([-3, -2, -1, -1, 0, 0, 0, 1, 1, 2]) + int(unit) // 5
    answers = {
        item.name: chance.choice(["98", "99"])
        if chance.random() < 1 / 12
        else str(min(10, chance.choice([6, 7, 8, 8, 9]) + mild))
        for item in ITEMS
    }
    return InterviewRow(f"i{case}", case, unit, answers, 350, rehearsal, outcome)


def field_work(*, rehearsal: bool, completes: dict[str, int]) -> tuple[list[CallRow], list[InterviewRow]]:
    """Calls and interviews of a field period."""
    chance = random.Random("field work")
    calls, interviews = [], []
    for unit, wanted in completes.items():
        for n in range(wanted):
            case = f"c{unit}{n:03d}"
            calls += [call(case, k, "16", rehearsal=rehearsal) for k in range(n % 3)]
            calls.append(call(case, 5, "60", rehearsal=rehearsal))
            interviews.append(interview(case, unit, chance, rehearsal=rehearsal))
    others = [
        ["11", "11"],
        ["11"],
        ["12"],
        ["13", "16"],
        ["16"] * 6,
        ["15", "36"],
        ["31"],
        ["36", "36"],
        ["38"],
        ["39"],
        ["40"],
        ["41"],
    ]
    others += [
        ["33", "16"],
        ["51"],
        ["52"],
        ["53"],
        ["54"],
        ["14", "14"],
        ["17"],
        ["18"],
        ["19", "16"],
        ["20"],
        ["16", "37"],
        ["11", "16"],
        [""],
    ]
    for n in range(9 * len(others)):
        case = f"x{n:03d}"
        calls += [call(case, k, key, rehearsal=rehearsal) for k, key in enumerate(others[n % len(others)])]
    interviews.append(interview("x009", "1", chance, rehearsal=rehearsal, outcome="39"))
    return calls, interviews


@pytest.fixture
def subject() -> Subject:
    return SUBJECT


@pytest.fixture
def report() -> Callable[..., Report]:
    """A report on that field period: report(rehearsal=True, completes={unit: interviews})."""

    def made(
        *, rehearsal: bool = True, completes: dict[str, int] | None = None, released: int = 420
    ) -> Report:
        calls, interviews = field_work(rehearsal=rehearsal, completes=completes or COMPLETES)
        return build(SUBJECT, calls, interviews, created=date(2017, 11, 30), released=released)

    return made


@pytest.fixture
def city() -> tuple[Respondent, ...]:
    """The 640 invented respondents of the reference runs, with their base weights."""
    with (VECTORS / "survey" / "city2023.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Respondent(
                row["county"],
                {q: float(row[q]) for q in row if q.startswith("q") and row[q]},
                float(row["base_w"]),
            )
            for row in csv.DictReader(file)
        )
