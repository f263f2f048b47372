"""The page and the workbook."""

import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest

from app.errors import StorageError
from app.results.report import write_html, write_report, write_xlsx
from app.results.summary import Report
from app.results.words import REHEARSAL

Made = Callable[..., Report]
GOLDEN = Path(__file__).parents[1] / "golden" / "report.html"
VOID = {"meta", "line", "circle"}


class Reader(HTMLParser):
    """Checks nesting and gathers what the page would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.outside: list[str] = []
        self.text: list[str] = []

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.outside += [
            value or "" for name, value in attrs if name in ("src", "href", "action", "xlink:href", "data")
        ]
        if tag in ("script", "link", "iframe", "img", "object", "form"):
            self.outside.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def written(report: Report, folder: Path) -> str:
    write_html(report, folder / "report.html")
    return (folder / "report.html").read_text(encoding="utf-8")


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


def rows(page: str) -> list[list[str]]:
    """Every table row as the texts of its cells."""
    found = re.findall(r"<tr[^>]*>(.*?)</tr>", page, re.S)
    return [
        [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)]
        for row in found
    ]


def test_the_page_is_what_it_was(report: Made, tmp_path: Path) -> None:
    """Golden file. When the page is meant to change: look at the new one in a browser and on paper, then copy it over the golden one."""
    page = written(report(), tmp_path)
    assert page == GOLDEN.read_text(encoding="utf-8"), f"the page has changed: see {tmp_path / 'report.html'}"


def test_the_same_rows_give_the_same_bytes(report: Made, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_html(report(), tmp_path / f"{name}.html")
        write_xlsx(report(), tmp_path / f"{name}.xlsx")
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def test_the_page_needs_nothing_from_outside_and_is_well_nested(report: Made, tmp_path: Path) -> None:
    page = written(report(), tmp_path)
    reader = read(page)
    assert reader.open == []
    assert reader.outside == []
    assert not re.search(r"url\(|@import|https?:|//\w", page)
    assert page.startswith('<!DOCTYPE html>\n<html lang="zh-CN">')


def test_a_rehearsal_says_so_in_red_before_anything_else(report: Made, tmp_path: Path) -> None:
    page = written(report(), tmp_path)
    body = page.index("<body>")
    assert page.index('<div class="banner"', body) < page.index("<h1>", body)
    assert f"<title>【{REHEARSAL.zh} {REHEARSAL.en}】" in page
    text = "".join(read(page).text)
    assert "演练数据" in text
    assert "REHEARSAL" in text


def test_a_report_on_real_data_has_no_banner(report: Made, tmp_path: Path) -> None:
    page = written(report(rehearsal=False), tmp_path)
    assert '<div class="banner"' not in page
    assert "演练" not in page


def test_every_unit_has_its_number_index_interval_and_drawing(report: Made, tmp_path: Path) -> None:
    made = report()
    page = written(made, tmp_path)
    units = {row[0]: row for row in rows(page) if len(row) == 7}
    for line in made.units:
        row = units[line.unit.zh + line.unit.en]
        assert row[1] == str(line.figure.n)
        if line.figure.estimate is None:
            assert row[2:4] == ["—", "—"]
        else:
            assert line.figure.estimate.low is not None
            assert line.figure.estimate.high is not None
            assert row[2] == f"{line.figure.estimate.value:.1f}"
            assert row[3] == f"{line.figure.estimate.low:.1f}–{min(100, line.figure.estimate.high):.1f}"
        best, worst = (line.rank.best, line.rank.worst) if line.rank else (0, 0)
        assert row[5] == ("—" if not line.rank else f"{best}–{worst}" if best < worst else str(best))
    assert page.count('class="reach"') == 7  # six units and the city
    assert "样本不足" in units["万源市Wanyuan City"][6]
    assert "无样本" in units["渠县Qu County"][6]


def test_every_rate_stands_beside_its_formula_and_numbers(report: Made, tmp_path: Path) -> None:
    made = report()
    found = {
        row[-4]: row[-3:] for row in rows(written(made, tmp_path)) if len(row) in (4, 5) and "/" in row[-1]
    }
    for name, rate in made.rates.items():
        assert rate.value is not None
        assert found[name][0] == f"{100 * rate.value:.1f}%"
        assert found[name][1] == rate.formula
        assert found[name][2].startswith(f"{rate.above:,.0f} / ")


def test_outcomes_stand_with_their_aapor_codes(report: Made, tmp_path: Path) -> None:
    page = rows(written(report(), tmp_path))
    assert ["11", "空号Number does not exist", "4.31", "NE", "36"] in page
    assert ["4.31", "NE", "空号Number does not exist", "9"] in page
    assert ["3.11", "UH", "未拨Not dialled", "21"] in page


def test_the_definition_stands_in_the_notes(report: Made, tmp_path: Path) -> None:
    text = "".join(read(written(report(), tmp_path)).text)
    for words in (
        "“腐败现象遏制程度”占30%",
        "不计分",
        "按人口比例",
        "AAPOR",
        "不是名次",
        "没有覆盖到的",
        "Curbing of corruption 30%",
    ):
        assert words in text


def test_what_is_withheld_stands_nowhere(report: Made, tmp_path: Path) -> None:
    """Saboteur: the score that a rehearsal shows must not appear in any writer's output of real data."""
    practice, real = report(), report(rehearsal=False)
    page = written(real, tmp_path)
    write_xlsx(real, tmp_path / "real.xlsx")
    cells = {
        cell.value
        for sheet in openpyxl.load_workbook(tmp_path / "real.xlsx")
        for row in sheet.iter_rows()
        for cell in row
    }
    for line in practice.units:
        if line.unit.code in "35":
            estimate = line.figure.estimate
            assert estimate is not None
            assert estimate.value is not None
            interval = f"{estimate.low:.1f}–{estimate.high:.1f}"
            assert interval in written(practice, tmp_path / "practice")
            assert interval not in page
            assert estimate.value not in cells
    assert [row[1:4] for row in rows(page) if row and row[0].startswith("开江县")] == [["—", "—", "—"]]


def test_words_from_the_study_cannot_break_the_page(report: Made, tmp_path: Path) -> None:
    made = report()
    nasty = replace(made, subject=replace(made.subject, zh="<script>alert(1)</script>&", en='"><img src=x>'))
    page = written(nasty, tmp_path)
    assert read(page).outside == []
    assert "&lt;script&gt;" in page
    write_xlsx(nasty, tmp_path / "nasty.xlsx")
    assert openpyxl.load_workbook(tmp_path / "nasty.xlsx").sheetnames[0] == "指数 Index"


def sheets(report: Report, folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    write_xlsx(report, folder / "report.xlsx")
    book = openpyxl.load_workbook(folder / "report.xlsx")
    return {name: [tuple(row) for row in book[name].iter_rows(values_only=True)] for name in book.sheetnames}


def test_the_workbook_cell_by_cell(report: Made, tmp_path: Path) -> None:
    made = report()
    found = sheets(made, tmp_path)
    assert list(found) == ["指数 Index", "回答率 Rates", "结果码 Outcomes", "题目均值 Items", "说明 Notes"]
    assert all(str(sheet[0][0]).startswith("演练数据 REHEARSAL") for sheet in found.values())

    index = found["指数 Index"]
    assert index[2] == (
        "代码 Code",
        "区县 Unit",
        "Unit",
        "有效样本 n",
        "指数 Index",
        "标准误 SE",
        "95%下限 Low",
        "95%上限 High",
        "备注 Remark",
        "最好名次 Best rank",
        "最差名次 Worst rank",
    )
    assert made.city.estimate is not None
    assert index[3][1:5] == ("全市", "Whole city", 174, pytest.approx(made.city.estimate.value))
    for row, line in zip(index[4:], made.units, strict=True):
        estimate = line.figure.estimate
        assert row[:4] == (line.unit.code, line.unit.zh, line.unit.en, line.figure.n)
        assert row[4] == (None if estimate is None else pytest.approx(estimate.value))
        assert row[5] == (None if estimate is None else pytest.approx(estimate.se))
        assert row[9:] == ((line.rank.best, line.rank.worst) if line.rank else (None, None))
    assert index[6][8] == "样本不足 n < 30"
    assert index[10][4:] == (None, None, None, None, "无样本 no interviews", None, None)


def test_the_workbook_s_rates_outcomes_and_items(report: Made, tmp_path: Path) -> None:
    made = report()
    found = sheets(made, tmp_path)
    rates = {row[1]: row for row in found["回答率 Rates"][3:20]}
    for name, rate in made.rates.items():
        assert rates[name][2:] == (
            pytest.approx(rate.value),
            rate.formula,
            rate.above,
            pytest.approx(rate.below),
        )
    assert [row[0] for row in found["回答率 Rates"][20:]] == ["AAPOR默认算法 AAPOR default"] * 2

    outcomes = found["结果码 Outcomes"]
    assert ("通话 calls", "11", "空号", "Number does not exist", "4.31", "NE", 36) in [
        tuple(v or "" for v in row) for row in outcomes
    ]
    assert ("通话 calls", "", "合计", "Total", "", "", 695) in [
        tuple(v or "" for v in row) for row in outcomes
    ]

    items = found["题目均值 Items"][3:]
    assert [row[0] for row in items[:4]] == ["A1", "q01", "q02", "q03"]
    assert [row[3] for row in items if row[3] is not None] == [0.25, 0.3, 0.25, 0.2]
    first = made.aspects[0].items[0]
    assert first.figure.estimate is not None
    assert items[1][4:6] == (first.figure.n, pytest.approx(first.figure.estimate.value))
    assert items[1][10] == first.unscored
    assert len(found["说明 Notes"]) > 8


def test_the_workbook_carries_the_report_s_date_and_no_clock(report: Made, tmp_path: Path) -> None:
    write_xlsx(report(), tmp_path / "report.xlsx")
    data = (tmp_path / "report.xlsx").read_bytes()
    with zipfile.ZipFile(BytesIO(data)) as book:
        assert {member.date_time for member in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = book.read("docProps/core.xml").decode()
    assert core.count("2017-11-30T00:00:00Z") == 2


def test_a_report_on_real_data_has_no_banner_in_the_workbook(report: Made, tmp_path: Path) -> None:
    found = sheets(report(rehearsal=False), tmp_path)
    assert all("演练" not in str(value) for sheet in found.values() for row in sheet for value in row)


def test_where_it_cannot_be_written_is_said(report: Made, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(StorageError, match="cannot be written"):
        write_html(report(), tmp_path / "taken" / "report.html")
    with pytest.raises(StorageError, match="cannot be written"):
        write_xlsx(report(), tmp_path)


def test_a_report_that_could_not_be_written_whole_is_not_left_in_half(report: Made, tmp_path: Path) -> None:
    (tmp_path / "report.xlsx").mkdir()
    with pytest.raises(StorageError, match="cannot be written"):
        write_report(report(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["report.xlsx"]
