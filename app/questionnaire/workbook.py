"""The XLSForm workbook before it is compiled: is it one, is it safe, and at which cell stands what.

Catches what pyxform lets pass in silence (formulas, macros, full-width signs inside expressions) and gives every fault an address.
"""

import difflib
import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import ParseError

from app.errors import StudyError

MOST_MEMBERS = 1_000
MOST_BYTES = 256 << 20
"""Unpacked size: 100,000 rows of choices take some 20 MiB."""

_SHEETS = ("survey", "choices", "settings")
_EXPRESSIONS = {
    "relevant",
    "constraint",
    "calculation",
    "calculate",
    "required",
    "choice_filter",
    "repeat_count",
}
_REFERENCE = re.compile(r"\$\{\s*([^}]*?)\s*\}")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|“[^”]*”|‘[^’]*’")
_WIDE: Mapping[str, str] = dict(
    zip("（），＝！＜＞＋－＊．＄｛｝０１２３４５６７８９", "(),=!<>+-*.${}0123456789", strict=True)
)


@dataclass(frozen=True)
class Workbook:
    """The texts of a workbook. rows: sheet → {row number → {column heading → text}}; columns: sheet → {heading → letter}."""

    path: Path
    rows: Mapping[str, Mapping[int, Mapping[str, str]]] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

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


def read(path: Path) -> Workbook:
    """Open and check a workbook. Raises StudyError with sheet!cell."""
    _check_file(path)
    book = _cells(path)
    if "survey" not in book.rows:
        raise StudyError('The workbook has no sheet "survey"', where=path.name)
    for sheet, row, column, text in _each(book):
        _check_signs(book, sheet, row, column, text)
    _check_references(book)
    return book


def _check_file(path: Path) -> None:
    if path.suffix.lower() == ".xlsm":
        raise _macros(path)
    if not path.is_file():
        raise StudyError("There is no questionnaire workbook", where=str(path))
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise _not_a_workbook(path) from error
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_BYTES:
        raise StudyError("The workbook unpacks to far more than a questionnaire has", where=path.name)
    if any(member.filename.lower().endswith("vbaproject.bin") for member in members):
        raise _macros(path)


def _macros(path: Path) -> StudyError:
    return StudyError(
        "The workbook contains macros", where=path.name, todo='Save it as "Excel workbook (.xlsx)".'
    )


def _not_a_workbook(path: Path) -> StudyError:
    return StudyError(
        "This file is not an Excel workbook (.xlsx)", where=path.name, todo="Save it as .xlsx again."
    )


def _cells(path: Path) -> Workbook:
    import openpyxl  # type: ignore[import-untyped]  # slow, and only an author's command comes here

    rows: dict[str, dict[int, dict[str, str]]] = {}
    columns: dict[str, dict[str, str]] = {}
    try:
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl mutters about styles and validations it does not keep
            for sheet in openpyxl.load_workbook(file, read_only=True, keep_links=False).worksheets:
                name = sheet.title.strip().lower()
                if name in _SHEETS:
                    sheet.reset_dimensions()  # what the file says of its size may be wrong; read what is there
                    columns[name], rows[name] = _sheet(path, sheet.title, sheet.iter_rows())
    except (
        zipfile.BadZipFile,
        ParseError,
        LookupError,
        ValueError,
        TypeError,
        AttributeError,
        OSError,
    ) as error:
        raise _not_a_workbook(path) from error
    return Workbook(path, rows, columns)


def _sheet(
    path: Path, title: str, lines: Iterator[tuple[object, ...]]
) -> tuple[dict[str, str], dict[int, dict[str, str]]]:
    """Headings with their letters, and the rows below."""
    from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]

    headings: list[str] = []
    rows: dict[int, dict[str, str]] = {}
    for number, line in enumerate(lines, 1):
        texts = []
        for place, cell in enumerate(line, 1):
            where = f"{path.name} {title}!{get_column_letter(place)}{number}"
            texts.append(_text(cell, where))
        if not headings:
            headings = texts
        elif any(texts):
            rows[number] = {name: text for name, text in zip(headings, texts, strict=False) if name and text}
    letters = {name: get_column_letter(place) for place, name in enumerate(headings, 1) if name}
    return letters, rows


def _text(cell: object, where: str) -> str:
    kind, value = getattr(cell, "data_type", "n"), getattr(cell, "value", None)
    if kind == "f":
        raise StudyError("The cell holds a formula", where=where, todo="Paste its value instead.")
    if kind == "e":
        raise StudyError(f"The cell holds the error {value}", where=where)
    return "" if value is None else str(value).strip()


def _each(book: Workbook) -> Iterator[tuple[str, int, str, str]]:
    for sheet, rows in book.rows.items():
        for row, cells in rows.items():
            for column, text in cells.items():
                yield sheet, row, column, text


def _check_signs(book: Workbook, sheet: str, row: int, column: str, text: str) -> None:
    """Full-width signs look right and mean nothing to a form engine."""
    short = column.partition("::")[0]
    where = book.address(sheet, row, column)
    if short in _EXPRESSIONS:
        for sign in _QUOTED.sub("", text):
            if sign in _WIDE:
                raise StudyError(
                    f'The expression has the full-width sign "{sign}"',
                    where=where,
                    todo=f'Type "{_WIDE[sign]}".',
                )
    elif "＄｛" in text or "$｛" in text or "＄{" in text:
        raise StudyError("The reference is written with full-width signs", where=where, todo="Type ${name}.")


def _check_references(book: Workbook) -> None:
    names = [cells["name"] for cells in book.rows["survey"].values() if "name" in cells]
    for sheet, row, column, text in _each(book):
        for wanted in _REFERENCE.findall(text):
            name = wanted.removeprefix("last-saved#")
            if name not in names:
                near = difflib.get_close_matches(name, names, 1)
                raise StudyError(
                    f"There is no question named {name}",
                    where=book.address(sheet, row, column),
                    todo=f"Is {near[0]} meant?" if near else "",
                )
