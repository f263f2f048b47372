"""What no author sends on purpose: bombs, entities, endless cells and lists, answers of 10 MB. Bounded time and memory, clear words."""

import datetime as dt
import io
import resource
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from app.errors import AnswerError, StudyError
from app.questionnaire import package, workbook, xlsform
from app.questionnaire.form import Form
from app.questionnaire.lint.checker import check
from app.questionnaire.session import Session
from tests.questionnaire import corpus

WriteWorkbook = Callable[..., Path]
GOOD = [{"type": "select_one v", "name": "q", "label": "?"}, {"type": "note", "name": "bye", "label": "Bye"}]
VILLAGES = [{"list_name": "v", "name": "0", "label": "村0"}]
PATIENCE = 120.0
"""Seconds: generous, for busy machines; without limits these would take minutes or all memory."""


def rewritten(path: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """The same workbook with its parts changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    path.write_bytes(out.getvalue())
    return path


def first(path: Path) -> tuple[str, str]:
    finding = check(path).findings[0]
    return finding.rule, finding.text("zh")


@pytest.mark.long
def test_a_hundred_thousand_choices_work(write_workbook: WriteWorkbook) -> None:
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>v</t></is></c><c r="B{n}"><v>{n}</v></c>'
        f'<c r="C{n}" t="inlineStr"><is><t>村{n}</t></is></c></row>'
        for n in range(3, 100_002)
    ).encode()

    def more(name: str, data: bytes) -> bytes:
        return data.replace(b"</sheetData>", rows + b"</sheetData>") if name.endswith("sheet2.xml") else data

    path = rewritten(write_workbook(GOOD, VILLAGES), more)
    begun = time.monotonic()
    report = check(path)
    assert time.monotonic() - begun < PATIENCE
    assert report.findings == ()


def test_an_interview_with_a_hundred_thousand_choices(write_workbook: WriteWorkbook) -> None:
    xml = xlsform.compile_workbook(write_workbook(GOOD, VILLAGES))
    item = "<item><name>0</name><label>村0</label></item>"
    assert item in xml
    more = "".join(item.replace("0", str(n)) for n in range(100_000))
    form = xlsform.parse(xml.replace(item, more))
    session = Session(form)
    begun = time.monotonic()
    session.answer("99999")
    assert time.monotonic() - begun < 5
    assert session.answers == {"q": "99999"}
    assert session.choice_text(form.by_name["q"], "99999") == "村99999"
    assert [choice.name for choice in session.search(form.by_name["q"], "９９９９", 4)] == [
        "9999",
        "19999",
        "29999",
        "39999",
    ]
    assert [choice.name for choice in session.search(form.by_name["q"], "村12345 ")] == ["12345"]
    assert session.search(form.by_name["q"], "镇") == ()


@pytest.mark.parametrize(
    "head",
    [
        b'<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        b'<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    ],
)
def test_entities_inside_a_workbook_are_refused(head: bytes, write_workbook: WriteWorkbook) -> None:
    path = rewritten(
        write_workbook(GOOD, VILLAGES),
        lambda name, data: head + data if name.endswith("sheet1.xml") else data,
    )
    assert first(path)[0] == "not-a-workbook"
    with pytest.raises(StudyError, match="not an Excel workbook"):
        workbook.read(path)


def test_a_bomb_under_the_limit_of_bytes_stops_at_the_limit_of_cells(write_workbook: WriteWorkbook) -> None:
    """120 MiB of empty cells: packed to next to nothing."""
    row = b"<row><c/></row>" * 100_000

    def more(name: str, data: bytes) -> bytes:
        return (
            data.replace(b"</sheetData>", row * 60 + b"</sheetData>") if name.endswith("sheet2.xml") else data
        )

    path = rewritten(write_workbook(GOOD, VILLAGES), more)
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    assert first(path)[0] == "too-large"
    assert time.monotonic() - begun < PATIENCE
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300 << 10


def test_far_too_many_rows(write_workbook: WriteWorkbook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MOST_ROWS", 1)
    assert first(write_workbook(GOOD, VILLAGES)) == (
        "too-large",
        "工作簿解开以后太大，远远超出一份问卷应有的内容。",
    )


def test_a_cell_longer_than_a_spreadsheet_holds(write_workbook: WriteWorkbook) -> None:
    def longer(name: str, data: bytes) -> bytes:
        return data.replace(b"<t>Bye</t>", b"<t>" + b"x" * 40_000 + b"</t>")

    rules = [finding.rule for finding in check(rewritten(write_workbook(GOOD, VILLAGES), longer)).findings]
    assert "cell-too-long" in rules


def test_brackets_without_end(write_workbook: WriteWorkbook) -> None:
    rows = [*GOOD, {"type": "text", "name": "t", "label": "?", "relevant": "(" * 200 + "1" + ")" * 200}]
    assert [finding.rule for finding in check(write_workbook(rows, VILLAGES)).findings] == ["expression-deep"]


def test_what_pyxform_or_the_engine_refuses_is_said_too(write_workbook: WriteWorkbook) -> None:
    """Nothing that the rules do not know slips through: a good check means a questionnaire that compiles."""
    rows = [*GOOD, {"type": "text", "name": "t", "label": "?", "relevant": "/data/nothing = 1"}]
    finding = check(write_workbook(rows, VILLAGES)).findings[0]
    assert (finding.rule, finding.where) == ("does-not-compile", "questionnaire.xlsx survey!D4")
    assert "/data/nothing" in finding.text("en")


def test_no_file_at_all(tmp_path: Path) -> None:
    assert first(tmp_path / "none.xlsx") == ("no-workbook", "找不到问卷文件。")
    assert first(tmp_path / "none.xlsm")[0] == "macros"


def test_an_answer_of_ten_megabytes_is_refused_at_once(tmp_path: Path) -> None:
    form: Form = xlsform.parse(xlsform.compile_workbook(corpus.write(corpus.base(), tmp_path / "base.xlsx")))
    session = Session(
        form, {"consent": "1", "age": "40", "county": "1", "q1": "5", "media": "tv"}, "idea", "zh"
    )
    begun = time.monotonic()
    with pytest.raises(AnswerError, match="太长"):
        session.answer("字" * 10_000_000)
    assert time.monotonic() - begun < 1
    assert "idea" not in session.stored


def test_a_date_cell_reads_as_its_date(write_workbook: WriteWorkbook) -> None:
    path = write_workbook([{**GOOD[1], "default": dt.datetime(2026, 11, 22)}])  # noqa: DTZ001 - a cell has no time zone
    assert workbook.scan(path).rows["survey"][2]["default"] == "2026-11-22 00:00:00"
