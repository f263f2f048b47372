"""The field report as people get it: text, JSON and the team lead's page are what they were."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from app.canonical import encode
from app.commands.fieldwork import document, text
from app.results.field import FEWEST, field_report
from app.results.field_page import field_page
from app.results.field_words import why
from app.results.report import write_field
from app.sample.calling import calendar_for
from app.sample.cells import Known, cell_states, counted
from app.sample.quota import Closure
from app.sample.starved import Lack, Starved
from tests.results.field_room import CLOSED, NOW, OUTCOMES, QUOTA, calls, filling, made, study

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.mark.parametrize("kind", ["html", "txt", "json"])
def test_the_report_is_what_it_was(kind: str, tmp_path: Path) -> None:
    """Golden files. When the report is meant to change: look at the new one, then copy it over the golden one."""
    path = tmp_path / f"field.{kind}"
    match kind:
        case "html":
            write_field(made(), study(), NOW, path)
        case "txt":
            path.write_text(text(made(), study(), "en") + "\n", encoding="utf-8")
        case _:
            path.write_bytes(encode(document(made())) + b"\n")
    assert path.read_text(encoding="utf-8") == (GOLDEN / path.name).read_text(encoding="utf-8"), f"see {path}"


def test_the_page_needs_nothing_from_outside() -> None:
    page = field_page(made(), study(), NOW)
    assert not re.search(r"url\(|@import|https?:|//\w|<script", page)


def test_the_team_lead_sees_no_result_and_no_number() -> None:
    """§5.4: who leads interviewers must not see what he could steer."""
    page = field_page(made(), study(), NOW)
    assert "指数" not in page
    assert not re.search(r"1[3-9]\d{9}", page)


def test_who_picks_numbers_stands_out_on_the_page() -> None:
    found = made()
    honest = [found.cherry[name] for name in found.cherry if not name.startswith("I04")]
    assert honest == [0, 0, 0]
    assert (found.cherry["I04 何志远"] or 0) > 0.3


def test_an_index_of_a_handful_of_numbers_is_not_told() -> None:
    few = calls()[: 4 * (FEWEST - 1)]
    assert set(made(few).cherry.values()) == {None}


def test_today_is_the_part_of_today() -> None:
    today, hours = made().of_day("2026-03-03")
    assert today.calls == sum(tally.calls for tally in hours.values()) == 240
    assert list(hours) == ["09", "10", "15", "18"]
    assert made().of_day("2026-03-09")[0].calls == 0


def test_a_cell_says_who_closed_it_and_why() -> None:
    again = Closure(CLOSED.cell, "督导02", "恢复", CLOSED.wall + 1, open=True)
    states = {state.cell: state for state in cell_states([QUOTA], filling(CLOSED), study().form)}
    assert (states["county=5"].open, states["county=5"].decided) == (False, CLOSED)
    assert (states["county=3"].open, states["county=3"].decided) == (False, None)
    assert (states["county=1"].open, states["county=1"].running, states["county=1"].zh) == (True, 2, "通川区")
    reopened = {state.cell: state for state in cell_states([QUOTA], filling(CLOSED, again))}
    assert (reopened["county=5"].open, reopened["county=5"].decided) == (True, again)
    assert reopened["county=5"].zh == "county=5"


def test_what_is_not_known_of_a_cell_is_not_0() -> None:
    decided = Known(decisions=(CLOSED,))
    found = replace(made(), cells=cell_states([QUOTA], decided, study().form))
    page, told = field_page(found, study(), NOW), document(found)["quotas"]
    assert "没有机房密钥无法得知" in page
    assert "Quota Tongchuan District (county=1): target 60, open or full: not known here" in text(
        found, study(), "en"
    )
    assert isinstance(told, list)
    assert [cell["open"] for cell in told] == [None, None, None, None, False, None, None]
    assert {(cell["done"], cell["running"]) for cell in told} == {(None, None)}
    full = Known(done={(("county", "3"),): 30})
    states = {state.cell: state.open for state in cell_states([QUOTA], full)}
    assert (states["county=3"], states["county=1"]) == (False, None), "full is full, whatever is under way"


def test_finished_interviews_are_counted_in_their_cells() -> None:
    found = counted([QUOTA], [{"county": "1"}, {"county": "1", "sex": "2"}, {"sex": "1"}])
    assert found == {(("county", "1"),): 2}


def test_nothing_dialled_yet_says_so() -> None:
    empty = field_report([], OUTCOMES, calendar_for(study()))
    page = field_page(empty, study(), NOW)
    assert "还没有拨打记录" in page
    assert "本项目没有设配额" in page


@pytest.mark.parametrize("lack", list(Lack))
def test_every_reason_has_its_words(lack: Lack) -> None:
    told = why(Starved("1", lack, "refusal"))
    assert told.zh
    assert told.en
    assert "{" not in told.zh + told.en
    assert Starved("1", lack, "x").text.endswith(".")
