"""The example of questionnaire.md is a questionnaire: nothing is said against it, and it speaks as the page says."""

from collections.abc import Callable
from itertools import takewhile
from pathlib import Path

import pytest

from app.questionnaire import xlsform
from app.questionnaire.lint.checker import check
from app.questionnaire.session import Session

GUIDE = Path(__file__).parents[2] / "resources" / "docs" / "questionnaire.md"
SETTINGS = {"form_id": "guide", "default_language": "中文 (zh)", "namespaces": 'cati="urn:fangxin:cati:1"'}
GIVEN = {
    "interviewer": "小李",
    "greeting_zh": "下午好",
    "greeting_en": "Good afternoon",
    "visited": "政务服务大厅",
}


@pytest.fixture
def workbook(write_workbook: Callable[..., Path]) -> Path:
    """The table below the heading on what the desk knows, as a workbook."""
    section = (
        GUIDE.read_text("utf-8").partition("### What the desk knows beforehand")[2].partition("\n### ")[0]
    )
    lines = section[section.index("| type |") :].splitlines()
    table = list(takewhile(lambda line: line.startswith("|"), lines))
    cells = [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in table]
    return write_workbook([dict(zip(cells[0], row, strict=True)) for row in cells[2:]], (), SETTINGS)


def test_nothing_is_said_against_it(workbook: Path) -> None:
    assert [(each.where, each.text("en")) for each in check(workbook).findings] == []


def test_it_greets_by_name_and_hour_and_names_what_the_sample_knows(workbook: Path) -> None:
    session = Session(xlsform.parse(xlsform.compile_workbook(workbook)), given=GIVEN)
    assert session.current
    assert session.text(session.current) == "下午好！我是访问员小李。"
    assert session.text(session.current, "en") == "Good afternoon, this is 小李."
    session.answer("")
    session.next()
    assert session.text(session.current) == "想听听您对政务服务大厅的看法。"


def test_elsewhere_it_still_reads_well(workbook: Path) -> None:
    session = Session(xlsform.parse(xlsform.compile_workbook(workbook)))
    assert session.current
    assert session.text(session.current) == "您好！我是访问员。"
