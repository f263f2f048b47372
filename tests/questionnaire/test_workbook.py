"""A workbook as it comes back from Excel or WPS: what is wrong with it is said with its cell, before anything is compiled."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import pytest

from app.errors import StudyError
from app.questionnaire import workbook, xlsform

WriteWorkbook = Callable[..., Path]
GOOD = [{"type": "integer", "name": "age", "label": "Age?"}, {"type": "note", "name": "bye", "label": "Bye"}]


def fault(path: Path) -> StudyError:
    with pytest.raises(StudyError) as caught:
        xlsform.compile_workbook(path)
    return caught.value


def test_there_is_none(tmp_path: Path) -> None:
    assert "There is no questionnaire workbook" in fault(tmp_path / "questionnaire.xlsx").what


@pytest.mark.parametrize("content", [b"", b"<html>", b"PK\x03\x04 broken", b"\xd0\xcf\x11\xe0 old excel"])
def test_it_is_something_else(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "questionnaire.xlsx"
    path.write_bytes(content)
    assert "not an Excel workbook" in fault(path).what


def test_it_is_a_zip_of_something_else(tmp_path: Path) -> None:
    path = tmp_path / "questionnaire.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("holiday.jpg", b"x")
    assert "not an Excel workbook" in fault(path).what


def test_macros_are_refused_by_name_and_by_content(write_workbook: WriteWorkbook, tmp_path: Path) -> None:
    path = write_workbook(GOOD)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    assert "macros" in fault(path).what
    assert "macros" in fault(tmp_path / "questionnaire.xlsm").what


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "questionnaire.xlsx"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as member,
    ):
        for _ in range(300):
            member.write(bytes(1 << 20))
    assert path.stat().st_size < 4 << 20
    assert "far more than a questionnaire has" in fault(path).what


def test_a_formula_instead_of_a_value(write_workbook: WriteWorkbook) -> None:
    path = write_workbook([GOOD[0], {"type": "note", "name": "bye", "label": '=CONCATENATE("a","b")'}])
    found = fault(path)
    assert "formula" in found.what
    assert found.where == "questionnaire.xlsx survey!C3"


def test_an_error_value(write_workbook: WriteWorkbook) -> None:
    path = write_workbook(GOOD)
    book = openpyxl.load_workbook(path)
    cell = book["survey"]["C2"]
    cell.value, cell.data_type = "#REF!", "e"
    book.save(path)
    found = fault(path)
    assert ("#REF!" in found.what, found.where) == (True, "questionnaire.xlsx survey!C2")


def test_a_reference_to_nothing(write_workbook: WriteWorkbook) -> None:
    found = fault(
        write_workbook([*GOOD, {"type": "text", "name": "q", "label": "?", "relevant": "${agee} > 3"}])
    )
    assert found.what == "There is no question named agee"
    assert found.where == "questionnaire.xlsx survey!D4"
    assert "age" in found.todo


@pytest.mark.parametrize(
    ("column", "text", "sign"),
    [
        ("relevant", "（${age} > 3)", "（"),
        ("relevant", "${age} ＝ 3", "＝"),
        ("constraint", ". < １８", "１"),
        ("calculation", "if(${age} > 1， 2, 3)", "，"),
        ("relevant", "＄｛age｝ > 3", "＄"),
        ("label", "您＄｛age｝岁？", "full-width"),
    ],
)
def test_full_width_signs(column: str, text: str, sign: str, write_workbook: WriteWorkbook) -> None:
    row = {"type": "text", "name": "q", "label": "?", column: text}
    found = fault(write_workbook([*GOOD, row]))
    assert sign in found.what
    assert found.where.endswith("4")
    assert found.todo


def test_full_width_signs_in_quoted_text_are_fine(write_workbook: WriteWorkbook) -> None:
    row = {
        "type": "text",
        "name": "q",
        "label": "好吗（请说）？",
        "constraint": ". != '（不详）' and . != “，”",
    }
    assert "（不详）" in xlsform.compile_workbook(write_workbook([*GOOD, row]))


def test_no_survey_sheet(tmp_path: Path) -> None:
    path = tmp_path / "questionnaire.xlsx"
    openpyxl.Workbook().save(path)
    assert 'no sheet "survey"' in fault(path).what


def test_cells_are_found_by_question_and_column(write_workbook: WriteWorkbook) -> None:
    book = workbook.read(write_workbook(GOOD))
    assert book.of_question("bye", "label") == "questionnaire.xlsx survey!C3"
    assert book.of_question("gone", "label") == "questionnaire.xlsx"


def test_a_long_list_of_choices_is_read_to_its_end(write_workbook: WriteWorkbook) -> None:
    """20,000 villages, in a file that says it has two rows. Written by hand: openpyxl would take longer than the test."""
    path = write_workbook(
        [{"type": "select_one v", "name": "q", "label": "?"}], [{"list_name": "v", "name": "0", "label": "0"}]
    )
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>v</t></is></c><c r="B{n}" t="inlineStr"><is><t>{n}</t></is></c></row>'
        for n in range(3, 20_003)
    )
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(
                name,
                data.replace(b"</sheetData>", rows.encode() + b"</sheetData>")
                if name.endswith("sheet2.xml")
                else data,
            )
    path.write_bytes(out.getvalue())
    assert len(workbook.read(path).rows["choices"]) == 20_001
