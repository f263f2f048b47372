"""A study folder as people leave it: what is wrong is said with file and line, key or cell."""

import contextlib
import csv
import io
from collections.abc import Mapping
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import StudyError
from app.study.load import FORM, assemble, load
from app.study.model import StudySource
from app.study.tables import read_table

Files = dict[str, bytes]


def spoilt(source: StudySource, file: str, old: str, new: str) -> Files:
    """The study's files with one passage changed."""
    text = source.files[file].decode()
    assert old in text
    return {**source.files, file: text.replace(old, new, 1).encode()}


def fault(files: Mapping[str, bytes]) -> StudyError:
    with pytest.raises(StudyError) as caught:
        assemble(files)
    return caught.value


def test_the_study(dazhou: StudySource) -> None:
    assert (dazhou.id, dazhou.version, dazhou.caller) == ("dazhou-2017", 1, "028-12340")
    assert dazhou.ages == (18, 70)
    assert [unit.zh for unit in dazhou.units] == [
        "通川区",
        "达川区",
        "万源市",
        "宣汉县",
        "开江县",
        "大竹县",
        "渠县",
    ]
    assert [aspect.weight for aspect in dazhou.aspects] == [25, 30, 25, 20]
    assert dazhou.items == tuple(f"q{number:02d}" for number in range(1, 13))
    assert dazhou.rehearsal_only
    assert dazhou.index == "ratio-of-answered"
    assert sum(cell.persons for cell in dazhou.population) == 3_800_000
    assert "不受理举报和投诉" in dazhou.scripts["faq"]
    assert "12388" in dazhou.scripts["refusal"]
    assert dazhou.form is dazhou.form


def test_the_whole_folder_is_carried(dazhou: StudySource) -> None:
    assert set(dazhou.files) == {
        "study.toml", "units.csv", "population.csv", "roster.toml", "questionnaire.xlsx", FORM,
        "frame/landline.csv", "frame/mobile.csv", "scripts/faq.md", "scripts/refusal.md",
    }  # fmt: skip


@pytest.mark.parametrize(
    "name",
    ["study.toml", "units.csv", "population.csv", "roster.toml", "questionnaire.xlsx", "scripts/faq.md"],
)
def test_a_file_is_missing(name: str, folder: Path) -> None:
    (folder / name).unlink()
    with pytest.raises(StudyError, match="missing") as caught:
        load(folder)
    assert caught.value.where == name


def test_there_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="no study folder"):
        load(tmp_path / "nowhere")


def test_there_is_no_frame(folder: Path) -> None:
    for path in (folder / "frame").iterdir():
        path.unlink()
    with pytest.raises(StudyError, match="has no frame"):
        load(folder)


def test_a_workbook_with_a_formula_is_named_with_its_cell(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "questionnaire.xlsx")
    book["survey"]["C2"] = "=A1"
    book.save(folder / "questionnaire.xlsx")
    with pytest.raises(StudyError, match="formula") as caught:
        load(folder)
    assert caught.value.where == "questionnaire.xlsx survey!C2"


def test_odd_file_names_are_refused_before_anything_is_signed(folder: Path) -> None:
    (folder / "scripts" / "常见问题.md").write_text("x", encoding="utf-8")
    with pytest.raises(StudyError, match="plain letters"):
        load(folder)


def test_editor_droppings_are_left_out(folder: Path) -> None:
    (folder / "~$questionnaire.xlsx").write_bytes(b"x")
    (folder / "scripts" / "notes.txt").write_bytes(b"x")
    assert "scripts/notes.txt" not in load(folder).files


@pytest.mark.parametrize(
    ("old", "new", "says", "where"),
    [
        ('caller = "028-12340"', 'caller = "028-12340', "not valid TOML", "study.toml, line 6"),
        ("version = 1 ", "version = １ ", "not valid TOML", "study.toml, line 5"),
        ("version = 1 ", 'version = "1" ', "valid integer", "study.toml, version"),
        ("target_minutes", "target_minute", 'no key "target_minute"', "study.toml, target_minute"),
        ("weight = 30", "weight = 25", "add up to 95, not to 100", "study.toml, aspects"),
        ("weight = 30", "weight = 30.5", "valid integer", "study.toml, aspects 2 weight"),
        ('"q04", "q05"', '"q04", "q55"', "q55 is not in the questionnaire", "study.toml, aspects A2"),
        ('"q04", "q05"', '"q04", "q03"', "The item q03 stands 2 times", "study.toml, aspects"),
        ('"q04", "q05"', '"q04", "age"', "age has no scale", "study.toml, aspects A2"),
        ('"q04", "q05", "q06"', '"q04", "q05"', "q06 belongs to no aspect", "study.toml, aspects"),
        ('code = "A4"', 'code = "A1"', "A1 stands 2 times", "study.toml, aspects"),
        ('"ratio-of-answered"', '"best-of-three"', "ratio-of-answered", "study.toml, index definition"),
        ('id = "dazhou-2017"', 'id = "dazhou-2018"', "form_id is dazhou-2017", "questionnaire.xlsx settings, form_id"),
        ('languages = ["zh", "en"]', 'languages = ["zh", "fr"]', 'no texts in "fr"', "study.toml, languages"),
        ('"51", "52"', '"52"', "end_age ends with the outcome 51", "study.toml, outcomes"),
        ('"09:00-12:00"', '"12:00-09:00"', "not in order", "study.toml, hours workday"),
        ('"09:00-12:00"', '"9-12"', "should match pattern", "study.toml, hours workday 1"),
        ("ages = [18, 70]", "ages = [18, 65]", "do not cover 18 to 65", "population.csv, column age"),
    ],
)  # fmt: skip
def test_a_slip_in_study_toml(old: str, new: str, says: str, where: str, dazhou: StudySource) -> None:
    found = fault(spoilt(dazhou, "study.toml", old, new))
    assert says in found.what
    assert found.where == where


@pytest.mark.parametrize(
    ("file", "old", "new", "says", "where"),
    [
        ("units.csv", "code,zh,en,share", "code,zh,en,shares", 'no column "shares"', "units.csv, line 1"),
        ("units.csv", "code,zh,en,share", "code,zh,en,en", 'column "en" stands twice', "units.csv, line 1"),
        ("units.csv", "code,zh,en,share\n", "", 'no column "1"', "units.csv, line 1"),
        ("units.csv", ",75", ",7.5", '"7.5" is not a whole number', "units.csv, line 4, column share"),
        ("units.csv", ",75", ",76", "add up to 1001", "units.csv, column share"),
        ("units.csv", ",75", "", "3 cells instead of 4", "units.csv, line 4"),
        ("units.csv", "达川区", "", "The cell is empty", "units.csv, line 3, column zh"),
        ("units.csv", "2,达川区", "8,达川区", "unit 8 is no choice", "units.csv, code 8"),
        ("units.csv", "达川区", '"达川区', "not valid CSV", "units.csv, line 8"),
        ("population.csv", "1,1,18-29", "1,1,18–29", "not written as", "population.csv, line 2, column age"),
        ("population.csv", "1,1,18-29", "1,3,18-29", "unknown unit or sex", "population.csv, unit 1, sex 3, age 18-29"),
        ("population.csv", "1,1,18-29,72600", "1,1,18-29,172600", "per mille of the population", "population.csv"),
        ("population.csv", "1,1,18-29,72600\n", "", "1 1 18-29 is missing", "population.csv"),
        ("roster.toml", 'id = "I02"', 'id = "I01"', "I01 stands 2 times", "roster.toml"),
        ("roster.toml", 'role = "lead"', 'role = "boss"', "interviewer", "roster.toml, people 4 role"),
        ("frame/landline.csv", "0818900,1", "0818900,77", 'no unit "77"', "frame/landline.csv, line 2, column unit"),
        ("frame/mobile.csv", "1600052,,", "1600052,3,", "fixes the city", "frame/mobile.csv, line 2, column unit"),
        ("frame/mobile.csv", "1600052", "16000O2", "not made of", "frame/mobile.csv, line 2, column prefix"),
        ("frame/mobile.csv", "mobile,移动", "satellite,移动", "not mobile or landline", "frame/mobile.csv, line 2, column kind"),
    ],
)  # fmt: skip
def test_a_slip_in_a_table(file: str, old: str, new: str, says: str, where: str, dazhou: StudySource) -> None:
    found = fault(spoilt(dazhou, file, old, new))
    assert says in found.what
    assert found.where == where


def test_a_table_saved_in_gbk_names_the_line(dazhou: StudySource) -> None:
    text = dazhou.files["units.csv"].decode()
    found = fault({**dazhou.files, "units.csv": text.encode("gbk")})
    assert (found.what, found.where) == ("The table is not UTF-8", "units.csv, line 2")


def test_what_spreadsheets_do_is_taken(dazhou: StudySource) -> None:
    """A byte order mark, Windows line ends, full-width digits, an empty last line."""
    text = (
        dazhou.files["units.csv"]
        .decode()
        .replace("\n", "\r\n")
        .replace("3,万源市,Wanyuan City,75", "３,万源市,Wanyuan City,７５")
    )
    study = assemble({**dazhou.files, "units.csv": b"\xef\xbb\xbf" + text.encode() + b",,,\r\n"})
    assert study.units == dazhou.units


def test_an_empty_table(dazhou: StudySource) -> None:
    assert "is missing" in fault({**dazhou.files, "units.csv": b""}).what
    assert "no rows" in fault({**dazhou.files, "units.csv": b"code,zh,en,share\n"}).what


def test_a_table_without_end_is_not_read_to_its_end() -> None:
    with pytest.raises(StudyError, match="more than 200000 rows"):
        read_table(b"a\n" + b"1\n" * 3_000_000, "t.csv", ("a",))
    with pytest.raises(StudyError, match="not valid CSV"):
        read_table(b"a\n" + b"x" * 300_000, "t.csv", ("a",))


cells = st.text(st.characters(codec="utf-8", categories=("L", "N", "P")), min_size=1, max_size=8)


@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=5))
def test_tables_are_read_as_written(rows: list[tuple[str, str]]) -> None:
    stream = io.StringIO()
    csv.writer(stream).writerows([("a", "b"), *rows])
    read = read_table(stream.getvalue().encode(), "t.csv", ("b", "a"))
    assert [(row.text("a"), row.text("b")) for row in read] == rows


@given(st.binary(max_size=80))
def test_any_bytes_are_a_table_or_a_sentence(data: bytes) -> None:
    with pytest.raises(StudyError) as caught:
        read_table(b"a,b,a\n" + data, "t.csv", ("a", "b"))
    assert caught.value.where.startswith("t.csv")
    with contextlib.suppress(StudyError):
        read_table(b"a,b\n" + data, "t.csv", ("a", "b"))
