"""The report as a value: what is shown of whom, and what is taken out before any writer sees it."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.results.index import Estimate, index
from app.results.summary import (
    FEW,
    SOME,
    Report,
    Shown,
    Subject,
    UnitLine,
    build,
    figure,
    protect,
    subject_of,
    visible,
)
from app.results.table import respondents
from app.study.load import load
from tests.results.conftest import ASPECTS, COMPLETES, ITEMS, UNITS, call, field_work, interview

Made = Callable[..., Report]
STUDY = Path(__file__).parents[2] / "resources" / "studies" / "dazhou-2017"


def shown(report: Report) -> dict[str, tuple[Shown, int | None]]:
    return {line.unit.code: (line.figure.shown, line.figure.n) for line in report.units}


def test_a_rehearsal_shows_small_samples_and_says_so(report: Made) -> None:
    made = report()
    assert made.rehearsal
    assert shown(made) == {
        "1": (Shown.FULL, 46),
        "2": (Shown.FULL, 41),
        "3": (Shown.SMALL, 12),
        "4": (Shown.FULL, 38),
        "5": (Shown.SMALL, 6),
        "6": (Shown.FULL, 31),
        "7": (Shown.NONE, 0),
    }
    assert all(line.figure.estimate for line in made.units if line.unit.code != "7")


def test_real_data_withhold_small_samples(report: Made) -> None:
    """Below 10 nothing, below 30 no score; and no single hidden number that the total would give away."""
    made = report(rehearsal=False)
    assert not made.rehearsal
    assert shown(made)["5"] == (Shown.HIDDEN, None)
    assert shown(made)["3"] == (Shown.WITHHELD, None)
    assert all(line.figure.estimate is None for line in made.units if line.unit.code in "357")


def test_a_unit_that_is_not_shown_has_no_rank_and_gives_none_away(report: Made) -> None:
    """Neither withheld, hidden nor covered units are among those that were compared."""
    few = {"1": 46, "2": 41, "3": 33, "4": 38, "5": 6, "6": 31, "7": 35}
    for made in (report(rehearsal=False), report(rehearsal=False, completes=few)):
        seen = [line for line in made.units if line.figure.shown is Shown.FULL]
        assert 1 < len(seen) < 6
        assert {line.rank.of for line in made.units if line.rank} == {len(seen)}
        assert [line.unit.code for line in made.units if line.rank] == [line.unit.code for line in seen]


def test_a_single_withheld_unit_is_covered_by_another(report: Made) -> None:
    few = {"1": 46, "2": 41, "3": 33, "4": 38, "5": 6, "6": 31, "7": 35}
    assert shown(report(rehearsal=False, completes=few))["6"] == (Shown.COVERED, None)
    some = {**few, "5": 16}
    made = report(rehearsal=False, completes=some)
    assert shown(made)["5"] == (Shown.WITHHELD, 16)
    assert shown(made)["6"] == (Shown.COVERED, 31)


def test_two_hidden_units_cover_each_other(report: Made) -> None:
    made = report(rehearsal=False, completes={"1": 46, "2": 41, "3": 9, "4": 38, "5": 6, "6": 15, "7": 35})
    assert shown(made)["6"] == (Shown.WITHHELD, 15)
    assert {shown(made)[code] for code in "35"} == {(Shown.HIDDEN, None)}


@settings(deadline=None)  # the machine is shared
@given(st.lists(st.integers(0, 45), min_size=1, max_size=7))
def test_nothing_of_a_small_unit_can_be_worked_out(sizes: list[int]) -> None:
    """For any real field period: no score below 30, no number below 10, and neither is ever the only one that is hidden, unless there is
    one unit only: then the city's own figure is as small."""
    some = Estimate(80.0, 1.0, 30, 29, 78.0, 82.0)
    lines = protect(
        tuple(
            UnitLine(unit, figure(some, size, rehearsal=False))
            for unit, size in zip(UNITS, sizes, strict=False)
        )
    )
    for line, size in zip(lines, sizes, strict=True):
        assert line.figure.estimate is None or size >= SOME
        assert line.figure.n in (None, size)
        assert not 0 < size < FEW or line.figure.n is None
    scoreless = [
        size for line, size in zip(lines, sizes, strict=True) if size and line.figure.estimate is None
    ]
    numberless = [size for line, size in zip(lines, sizes, strict=True) if line.figure.n is None]
    if sum(size > 0 for size in sizes) > 1:
        assert len(scoreless) != 1
        assert len(numberless) != 1 or numberless[0] >= FEW


@pytest.mark.parametrize(
    ("n", "real", "practice"),
    [
        (0, "none", "none"),
        (1, "hidden", "small"),
        (9, "hidden", "small"),
        (10, "withheld", "small"),
        (29, "withheld", "small"),
        (30, "full", "full"),
    ],
)
def test_the_limits(n: int, real: str, practice: str) -> None:
    assert visible(n, rehearsal=False) == real
    assert visible(n, rehearsal=True) == practice


def test_one_practice_row_makes_the_whole_report_a_rehearsal(subject: Subject) -> None:
    """Saboteur: a single row of a rehearsal slipped in among real ones is not averaged away."""
    calls, interviews = field_work(rehearsal=False, completes={"1": 40})
    created = date(2017, 11, 30)
    assert not build(subject, calls, interviews, created=created).rehearsal
    assert build(subject, [*calls, call("z", 0, "16", rehearsal=True)], interviews, created=created).rehearsal
    assert build(
        subject, calls, [*interviews, replace(interviews[0], case="z", rehearsal=True)], created=created
    ).rehearsal


def test_the_city_weighs_each_unit_by_its_population(subject: Subject, report: Made) -> None:
    _, interviews = field_work(rehearsal=True, completes={"1": 40, "2": 10})
    made = build(subject, [], interviews, created=date(2017, 11, 30))
    parts = [
        respondents([row for row in interviews if row.unit == unit and row.outcome == "60"], ITEMS)
        for unit in "12"
    ]
    by_hand = index([*parts[0], *parts[1]], ASPECTS, [170 / 40] * 40 + [180 / 10] * 10)
    assert made.city.estimate is not None
    assert made.city.estimate.value == pytest.approx(by_hand.value)


def test_the_rates_leave_out_the_dead_and_keep_the_default_beside(report: Made) -> None:
    made = report()
    assert made.rates["e"].formula == "K / (K+NE-dead)"
    assert made.plain["e"].formula == "K / (K+NE)"
    assert made.rates["RR1"] == made.plain["RR1"]
    assert sum(made.counts.values()) == made.cases == 420
    dialled = {row.case for row in field_work(rehearsal=True, completes=COMPLETES)[0]}
    assert made.undialled == 420 - len(dialled)
    assert sum(line.cases for line in made.codes) == 420


def test_a_complete_interview_of_nowhere_is_counted_but_not_scored(subject: Subject) -> None:
    row = interview("a", "9", random.Random("1"), rehearsal=True)
    made = build(subject, [call("a", 0, "60", rehearsal=True)], [row], created=date(2017, 11, 30))
    assert (made.scored, made.unplaced, made.counts["I"]) == (0, 1, 1)
    assert made.city.shown is Shown.NONE


def test_a_report_on_nothing(subject: Subject) -> None:
    made = build(subject, [], [], created=date(2017, 11, 30))
    assert not made.rehearsal
    assert made.city.estimate is None
    assert all(rate.value is None for rate in made.rates.values())


def test_items_say_how_many_gave_no_score(report: Made) -> None:
    made = report()
    for aspect in made.aspects:
        for line in aspect.items:
            assert line.figure.n is not None
            assert line.unscored == 174 - line.figure.n


def test_the_shipped_study_has_a_subject() -> None:
    found = subject_of(load(STUDY))
    assert [item.name for item in found.items] == [f"q{n:02d}" for n in range(1, 13)]
    assert {(item.low, item.high, item.dk, item.refused) for item in found.items} == {(0, 10, "98", "99")}
    assert (
        "……" in next(item for item in found.items if item.name == "q08").zh
    )  # where each respondent hears his own county
    assert not any("$" in item.zh + item.en for item in found.items)
    assert (
        found.items[0].zh == "您觉得达州市的领导对反腐败工作重视不重视？"
    )  # the question, without how to score
    assert all(item.zh.endswith("？") and item.en.endswith("?") for item in found.items)
