"""The report as an Excel workbook: the same figures as the page, as numbers to go on calculating with."""

from collections.abc import Iterable
from datetime import UTC, datetime, time
from io import BytesIO
from typing import Any

from app.results.ranks import Rank
from app.results.summary import Figure, Report
from app.results.words import (
    CATEGORIES,
    CITY,
    RATE_GROUPS,
    REHEARSAL,
    REHEARSAL_WHY,
    SHOWN,
    TOTAL,
    Words,
    meaning,
    notes,
)

_Cell = str | float | int | None
_HEAD = {"bold": True, "bg_color": "#E6ECF0", "bottom": 1, "text_wrap": True, "valign": "vcenter"}
_BANNER = {"bold": True, "font_color": "#FFFFFF", "bg_color": "#B3261E"}
_BODY = {"valign": "vcenter", "text_wrap": True}


class _Book:
    """A workbook and its formats: index with one decimal, item mean with two, percentages."""

    def __init__(self, book: Any, report: Report) -> None:
        self._book, self._report = book, report
        named = {"head": _HEAD, "banner": _BANNER, "text": _BODY, "title": {"bold": True, "font_size": 14}}
        named |= {"one": _BODY | {"num_format": "0.0"}, "two": _BODY | {"num_format": "0.00"}}
        named |= {"percent": _BODY | {"num_format": "0.0%"}, "count": _BODY | {"num_format": "#,##0"}}
        self._formats = {name: book.add_format(fields) for name, fields in named.items()}

    def sheet(
        self, name: str, columns: Iterable[tuple[str, str, float]], rows: Iterable[Iterable[_Cell]]
    ) -> None:
        """A sheet. columns: heading, format, width. None leaves a cell empty: hidden or not defined."""
        sheet, layout, at = self._book.add_worksheet(name), tuple(columns), 0
        if self._report.rehearsal:
            sheet.write_string(
                0,
                0,
                f"{REHEARSAL.zh} {REHEARSAL.en}　{REHEARSAL_WHY.zh} {REHEARSAL_WHY.en}",
                self._formats["banner"],
            )
            for column in range(1, len(layout)):
                sheet.write_blank(0, column, None, self._formats["banner"])
            at = 1
        sheet.write_string(
            at, 0, f"{self._report.subject.zh} {self._report.subject.en}", self._formats["title"]
        )
        for column, (heading, style, width) in enumerate(layout):
            sheet.set_column(column, column, width, self._formats[style])
            sheet.write_string(at + 1, column, heading, self._formats["head"])
        for line, row in enumerate(rows, start=at + 2):
            for column, value in enumerate(row):
                self._write(sheet, line, column, value, layout[column][1])
        sheet.freeze_panes(at + 2, 0)
        sheet.set_paper(9)  # A4
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(at + 1)

    def _write(self, sheet: Any, row: int, column: int, value: _Cell, style: str) -> None:
        if isinstance(value, str):  # never as a formula, whatever it begins with
            sheet.write_string(row, column, value, self._formats["text"])
        elif value is not None:
            sheet.write_number(row, column, value, self._formats[style])


def workbook(report: Report) -> bytes:
    """The whole workbook as bytes; the same report gives the same bytes."""
    import xlsxwriter  # slow, and only the centre has it

    out = BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    created = datetime.combine(report.created, time(), UTC).replace(tzinfo=None)
    book.set_properties({"title": report.subject.zh, "author": "Fangxin", "created": created})
    made = _Book(book, report)
    _index(made, report)
    _rates(made, report)
    _outcomes(made, report)
    _items(made, report)
    made.sheet("说明 Notes", (("说明", "text", 90), ("Notes", "text", 90)), notes(report))
    book.close()
    return out.getvalue()


def _index(book: _Book, report: Report) -> None:
    columns = (
        ("代码 Code", "text", 10),
        ("区县 Unit", "text", 14),
        ("Unit", "text", 22),
        ("有效样本 n", "count", 12),
        ("指数 Index", "one", 12),
        ("标准误 SE", "two", 12),
        ("95%下限 Low", "one", 12),
        ("95%上限 High", "one", 12),
        ("备注 Remark", "text", 28),
        ("最好名次 Best rank", "count", 12),
        ("最差名次 Worst rank", "count", 12),
    )
    rows = [["", *CITY, *_numbers(report.city, 100.0)]]
    rows += [
        [line.unit.code, line.unit.zh, line.unit.en, *_numbers(line.figure, 100.0), *_ranks(line.rank)]
        for line in report.units
    ]
    book.sheet("指数 Index", columns, rows)


def _rates(book: _Book, report: Report) -> None:
    columns = (
        ("类别 Kind", "text", 22),
        ("代号 Name", "text", 12),
        ("数值 Value", "percent", 12),
        ("公式 Formula", "text", 26),
        ("分子 Above", "two", 12),
        ("分母 Below", "two", 12),
    )
    groups = {prefix: f"{words.zh} {words.en}" for prefix, words in RATE_GROUPS.items()}
    rows: list[list[_Cell]] = [
        [groups[name.rstrip("0123456789")], name, rate.value, rate.formula, rate.above, rate.below]
        for name, rate in report.rates.items()
    ]
    for name in ("e", "RR3"):
        rate = report.plain[name]
        rows.append(["AAPOR默认算法 AAPOR default", name, rate.value, rate.formula, rate.above, rate.below])
    book.sheet("回答率 Rates", columns, rows)


def _outcomes(book: _Book, report: Report) -> None:
    columns = (
        ("统计 Counts", "text", 22),
        ("编码 Code", "text", 12),
        ("含义 Meaning", "text", 44),
        ("Meaning", "text", 44),
        ("AAPOR", "text", 10),
        ("类 Class", "text", 10),
        ("数量 Number", "count", 12),
    )
    calls, cases, classes = "通话 calls", "号码（最终结果） cases", "号码（类别） classes"
    rows: list[list[_Cell]] = [
        [calls, o.key, o.zh, o.en, o.aapor, o.category.value, n] for o, n in report.outcomes
    ]
    cut = report.calls - sum(n for _, n in report.outcomes)
    if cut:
        rows.append([calls, "", "通话中断，没有给出结果", "Cut off before an outcome was given", "", "", cut])
    rows.append([calls, "", *TOTAL, "", "", report.calls])
    rows += [
        [cases, "", *meaning(line), line.aapor, line.category.value, line.cases] for line in report.codes
    ]
    rows.append([cases, "", *TOTAL, "", "", report.cases])
    rows += [[classes, "", *CATEGORIES[name], "", name, n] for name, n in report.counts.items()]
    book.sheet("结果码 Outcomes", columns, rows)


def _items(book: _Book, report: Report) -> None:
    columns = (
        ("代码 Code", "text", 10),
        ("方面、题目", "text", 50),
        ("Aspect, item", "text", 50),
        ("权重 Weight", "percent", 12),
        ("打分人数 Scored", "count", 12),
        ("得分 Score", "two", 12),
        ("标准误 SE", "two", 12),
        ("95%下限 Low", "two", 12),
        ("95%上限 High", "two", 12),
        ("备注 Remark", "text", 28),
        ("不计分 Not scored", "count", 12),
    )
    rows: list[list[_Cell]] = []
    for line in report.aspects:
        aspect = line.aspect
        rows.append([aspect.code, aspect.zh, aspect.en, aspect.weight / 100, *_numbers(line.figure, 100.0)])
        rows.extend(
            [
                one.item.name,
                one.item.zh,
                one.item.en,
                None,
                *_numbers(one.figure, float(one.item.high)),
                one.unscored,
            ]
            for one in line.items
        )
    book.sheet("题目均值 Items", columns, rows)


def _ranks(rank: Rank | None) -> list[_Cell]:
    return [None, None] if rank is None else [rank.best, rank.worst]


def _numbers(figure: Figure, highest: float) -> list[_Cell]:
    """n, value, SE, low, high (cut at the ends of the scale), remark."""
    words: Words = SHOWN[figure.shown]
    remark = f"{words.zh} {words.en}".strip()
    estimate = figure.estimate
    if estimate is None:
        return [figure.n, None, None, None, None, remark]
    low = None if estimate.low is None else max(0.0, estimate.low)
    high = None if estimate.high is None else min(highest, estimate.high)
    return [figure.n, estimate.value, estimate.se, low, high, remark]
