"""The XLSForm workbook before it is compiled: is it one, is it safe, and at which cell stands what.

scan() reads it with all its faults for the author's check; read() raises the first of what pyxform would let pass in silence
(formulas, macros, full-width signs inside expressions). Every fault has an address.
"""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.errors import StudyError
from app.questionnaire.package import Sheet, WorkbookError, letters, read_sheets

SHEETS = ("survey", "choices", "settings", "external_choices", "entities", "osm")
"""The sheets that an XLSForm may have; others are the author's own notes."""

EXPRESSIONS = frozenset(
    {
        "relevant",
        "constraint",
        "calculation",
        "calculate",
        "required",
        "readonly",
        "choice_filter",
        "repeat_count",
    }
)
"""Columns that hold an expression."""

_REFERENCE = re.compile(r"\$\{\s*([^}]*?)\s*\}")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|“[^”]*”|‘[^’]*’")
_WIDE: Mapping[str, str] = {
    **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    "　": " ",
    "≥": ">=",
    "≤": "<=",
    "≠": "!=",
    "×": "*",
    "÷": "div",
    "【": "[",
    "】": "]",
    "。": ".",
    "、": ",",
}
"""Signs that a Chinese keyboard gives, and what an expression needs instead."""


@dataclass(frozen=True)
class Fault:
    """Something that no expression is needed to see. rule: as in the check's catalogue; address: file sheet!cell."""

    rule: str
    address: str
    value: str


@dataclass(frozen=True)
class Workbook:
    """The texts of a workbook. rows: sheet → {row number → {column heading → text}}; columns: sheet → {heading → letter}."""

    path: Path
    rows: Mapping[str, Mapping[int, Mapping[str, str]]] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    def address(self, sheet: str, row: int, column: str) -> str:
        """File, sheet!cell; the column may be named in short ("label" for "label::中文 (zh)")."""
        headings = self.columns.get(sheet, {})
        full = next((name for name in headings if name == column or name.partition("::")[0] == column), "")
        return f"{self.path.name} {sheet}!{headings.get(full, '')}{row}"

    def of_question(self, name: str, column: str) -> str:
        """Where a question's column stands; just the file if it has no row of its own."""
        return self.where("name", name, column)

    def where(self, key: str, value: str, column: str) -> str:
        """Address of `column` in the first row of the survey sheet whose cell `key` is `value`; just the file if there is none."""
        for row, cells in self.rows.get("survey", {}).items():
            if cells.get(key) == value:
                return self.address("survey", row, column)
        return self.path.name

    def tables(self) -> dict[str, list[dict[str, str]]]:
        """The sheets as pyxform takes them: rows in their places, blank ones as empty tables.

        Headings go along, because pyxform finds some columns (trigger) by their place among them.
        """
        found: dict[str, list[dict[str, str]]] = {}
        for sheet, rows in self.rows.items():
            last = max(rows, default=1)
            found[sheet] = [dict(rows.get(number, {})) for number in range(2, last + 1)]
            headings = dict.fromkeys(
                (*self.columns.get(sheet, {}), *(key for row in found[sheet] for key in row)), ""
            )
            found[f"{sheet}_header"] = [headings]
        return found


def scan(path: Path) -> Workbook:
    """All texts with what is wrong with single cells. Raises WorkbookError when it is no workbook of a questionnaire."""
    sheets = read_sheets(path, frozenset(SHEETS))
    rows: dict[str, dict[int, dict[str, str]]] = {}
    columns: dict[str, dict[str, str]] = {}
    faults: list[Fault] = []
    for name, sheet in sheets.items():
        columns[name], rows[name] = _table(sheet)
        faults += [
            Fault(rule, f"{path.name} {sheet.title}!{cell}", value) for rule, cell, value in sheet.faults
        ]
        faults += _twice(path, sheet)
    if "survey" not in rows:
        raise WorkbookError("no-survey", 'The workbook has no sheet "survey"', where=path.name)
    return Workbook(path, rows, columns, tuple(faults))


def _table(sheet: Sheet) -> tuple[dict[str, str], dict[int, dict[str, str]]]:
    """Headings with their letters, and the rows below: the first row with anything in it is the heading."""
    numbers = sorted(sheet.rows)
    if not numbers:
        return {}, {}
    headings = sheet.rows[numbers[0]]
    found: dict[str, str] = {}
    for letter in letters(headings):
        found.setdefault(headings[letter], letter)
    rows = {}
    for number in numbers[1:]:
        cells = sheet.rows[number]
        texts = {name: cells[letter] for name, letter in found.items() if letter in cells}
        if texts:
            rows[number] = texts
    return found, rows


def _twice(path: Path, sheet: Sheet) -> Iterator[Fault]:
    """A heading that stands twice: only the first column would be read."""
    head = min(sheet.rows, default=0)
    seen: set[str] = set()
    for letter in letters(sheet.rows.get(head, {})):
        heading = sheet.rows[head][letter]
        if heading in seen:
            yield Fault("heading-twice", f"{path.name} {sheet.title}!{letter}{head}", heading)
        seen.add(heading)


_SAYS: Mapping[str, tuple[str, str]] = {
    "formula": ("The cell holds a formula", "Paste its value instead."),
    "error-value": ("The cell holds the error {value}", ""),
    "heading-twice": ('Two columns have the heading "{value}"', ""),
    "merged-cells": ("The cells {value} are merged: only the first of them holds anything", "Unmerge them."),
}


def read(path: Path) -> Workbook:
    """Open and check a workbook. Raises StudyError with sheet!cell for the first fault."""
    book = scan(path)
    for fault in book.faults:
        what, todo = _SAYS[fault.rule]
        raise StudyError(what.format(value=fault.value), where=fault.address, todo=todo)
    for sheet, row, column, text in each(book):
        _check_signs(book, sheet, row, column, text)
    _check_references(book)
    return book


def each(book: Workbook) -> Iterator[tuple[str, int, str, str]]:
    """Every cell as (sheet, row number, column heading, text)."""
    for sheet, rows in book.rows.items():
        for row, cells in rows.items():
            for column, text in cells.items():
                yield sheet, row, column, text


def wide_sign(expression: str) -> str:
    """The first full-width sign of an expression, outside its quoted texts; "" if there is none."""
    return next((sign for sign in _QUOTED.sub("", expression) if sign in _WIDE), "")


def narrowed(expression: str) -> str:
    """The expression with every full-width sign outside quoted texts replaced."""
    pieces, at = [], 0
    for quoted in _QUOTED.finditer(expression):
        pieces += [expression[at : quoted.start()].translate(_TABLE), quoted.group()]
        at = quoted.end()
    return "".join([*pieces, expression[at:].translate(_TABLE)])


_TABLE = {ord(wide): narrow for wide, narrow in _WIDE.items()}


def wide_reference(text: str) -> bool:
    """A text with ${…} written in full-width signs."""
    return "＄｛" in text or "$｛" in text or "＄{" in text


def _check_signs(book: Workbook, sheet: str, row: int, column: str, text: str) -> None:
    """Full-width signs look right and mean nothing to a form engine."""
    where = book.address(sheet, row, column)
    if column.partition("::")[0] in EXPRESSIONS:
        sign = wide_sign(text)
        if sign:
            raise StudyError(
                f'The expression has the full-width sign "{sign}"',
                where=where,
                todo=f"Write it so: {narrowed(text)}",
            )
    elif wide_reference(text):
        raise StudyError("The reference is written with full-width signs", where=where, todo="Type ${name}.")


def _check_references(book: Workbook) -> None:
    names = [cells["name"] for cells in book.rows["survey"].values() if "name" in cells]
    known = set(names)
    for sheet, row, column, text in each(book):
        for wanted in _REFERENCE.findall(text) if "${" in text else ():
            name = wanted.removeprefix("last-saved#")
            if name not in known:
                near = difflib.get_close_matches(name, names, 1)
                raise StudyError(
                    f"There is no question named {name}",
                    where=book.address(sheet, row, column),
                    todo=f"Is {near[0]} meant?" if near else "",
                )
