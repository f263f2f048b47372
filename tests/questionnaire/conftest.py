"""The study's own form, compiled once a run, and a way to write small workbooks."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import pytest

from app.questionnaire import xlsform
from app.questionnaire.form import Form

DAZHOU = Path(__file__).parents[2] / "resources" / "studies" / "dazhou-2017" / "questionnaire.xlsx"

Rows = Sequence[Mapping[str, str]]
WriteWorkbook = Callable[..., Path]


@pytest.fixture(scope="session")
def dazhou_xml() -> str:
    return xlsform.compile_workbook(DAZHOU)


@pytest.fixture(scope="session")
def dazhou(dazhou_xml: str) -> Form:
    return xlsform.parse(dazhou_xml)


@pytest.fixture
def write_workbook(tmp_path: Path) -> WriteWorkbook:
    """Writes questionnaire.xlsx from rows (dicts by column heading); settings default to an id."""

    def write(survey: Rows, choices: Rows = (), settings: Mapping[str, str] | None = None) -> Path:
        book = openpyxl.Workbook()
        book.remove(book.worksheets[0])
        for name, rows in (
            ("survey", survey),
            ("choices", choices),
            ("settings", [settings or {"form_id": "small"}]),
        ):
            if rows:
                sheet = book.create_sheet(name)
                columns = list(dict.fromkeys(column for row in rows for column in row))
                sheet.append(columns)
                for row in rows:
                    sheet.append([row.get(column) for column in columns])
        path = tmp_path / "questionnaire.xlsx"
        book.save(path)
        return path

    return write
