"""An Excel workbook (.xlsx) read cell by cell, in bounded time and memory: a zip of XML parts (ECMA-376 part 1, SpreadsheetML).

Its own small reader and not a spreadsheet library: a questionnaire needs the texts, and must know what such a library hides:
formulas, error values and merged cells, each with its address. Nothing is evaluated, no link is followed.
"""

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import IO

from lxml import etree

from app.errors import StudyError

MOST_MEMBERS = 1_000
MOST_BYTES = 128 << 20
"""Unpacked size: 100,000 rows of choices take some 20 MiB."""
MOST_ROWS = 250_000
MOST_COLUMNS = 300
MOST_CELLS = 3_000_000
MOST_TAGS = 5_000_000
"""In one part: what bounds time and memory. 100,000 rows of five choices have some two million."""

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_DATES = frozenset({*range(14, 23), *range(45, 48)})
"""Built-in number formats that show a date or time (ECMA-376 18.8.30)."""
_DATE_LETTERS = re.compile(r"[ymdhs]", re.IGNORECASE)
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a cell has no time zone


class WorkbookError(StudyError):
    """A file that is no usable workbook at all. rule: the check's stable name for it."""

    def __init__(self, rule: str, what: str, *, where: str = "", todo: str = "") -> None:
        self.rule = rule
        super().__init__(what, where=where, todo=todo)


@dataclass(slots=True)
class Sheet:
    """rows: row number → {column letter → text}, blank cells left out. faults: (rule, cell address, what stands there)."""

    title: str
    rows: dict[int, dict[str, str]] = field(default_factory=dict)
    faults: list[tuple[str, str, str]] = field(default_factory=list)


def read_sheets(path: Path, wanted: frozenset[str]) -> dict[str, Sheet]:
    """Lower-case sheet name → sheet, of those that are wanted. Raises WorkbookError."""
    _check_file(path)
    try:
        with zipfile.ZipFile(path) as archive:
            return _sheets(archive, path, wanted)
    except OverflowError as error:
        raise _too_large(path) from error
    except (
        zipfile.BadZipFile,
        etree.XMLSyntaxError,
        LookupError,
        ValueError,
        OSError,
        NotImplementedError,
    ) as error:
        raise _no_workbook(path) from error


def _check_file(path: Path) -> None:
    if path.suffix.lower() == ".xlsm":
        raise _macros(path)
    if not path.is_file():
        raise WorkbookError("no-workbook", "There is no questionnaire workbook", where=str(path))
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise _no_workbook(path) from error
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_BYTES:
        raise _too_large(path)
    if any(member.filename.lower().endswith("vbaproject.bin") for member in members):
        raise _macros(path)


def _macros(path: Path) -> WorkbookError:
    todo = 'Save it as "Excel workbook (.xlsx)".'
    return WorkbookError("macros", "The workbook contains macros", where=path.name, todo=todo)


def _no_workbook(path: Path) -> WorkbookError:
    what = "This file is not an Excel workbook (.xlsx)"
    return WorkbookError("not-a-workbook", what, where=path.name, todo="Save it as .xlsx again.")


def _too_large(path: Path) -> WorkbookError:
    what = "The workbook unpacks to far more than a questionnaire has"
    return WorkbookError("too-large", what, where=path.name)


def _sheets(archive: zipfile.ZipFile, path: Path, wanted: frozenset[str]) -> dict[str, Sheet]:
    book = _part(archive, "xl/workbook.xml")
    links = {
        str(link.get("Id")): str(link.get("Target")) for link in _part(archive, "xl/_rels/workbook.xml.rels")
    }
    found: dict[str, Sheet] = {}
    reader: _Reader | None = None
    for node in book.iter(f"{_MAIN}sheet"):
        title = str(node.get("name"))
        if title.strip().lower() in wanted:
            target = links[str(node.get(_LINK))]
            member = target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
            reader = reader or _Reader(archive, path)
            found.setdefault(title.strip().lower(), reader.sheet(title, member))
    return found


def _bounded(file: IO[bytes]) -> IO[bytes]:
    """The part from its beginning, once it is known to have no entities and not too many tags: a bomb is counted, not parsed."""
    head = file.read(2048)
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise ValueError("a workbook part declares a document type")
    tags = head.count(b"<")
    while chunk := file.read(1 << 20):
        tags += chunk.count(b"<")
        if tags > MOST_TAGS:
            raise OverflowError
    file.seek(0)
    return file


def _part(archive: zipfile.ZipFile, name: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    with archive.open(name) as file:
        return etree.fromstring(_bounded(file).read(), parser)


class _Reader:
    """The parts that all sheets share: texts and date formats."""

    def __init__(self, archive: zipfile.ZipFile, path: Path) -> None:
        self._archive, self._path = archive, path
        self._names = set(archive.namelist())
        self._texts = list(self._shared())
        self._dates = self._date_styles()
        self._cells = 0

    def _each(self, member: str, *tags: str) -> Iterator[etree._Element]:
        """The elements with these tags, one at a time; what was read is let go."""
        with self._archive.open(member) as file:
            stream = _bounded(file)
            names = [f"{_MAIN}{tag}" for tag in tags]
            for _, node in etree.iterparse(
                stream, tag=names, resolve_entities=False, no_network=True, load_dtd=False
            ):
                yield node
                node.clear()
                while node.getprevious() is not None:
                    del node.getparent()[0]

    def _shared(self) -> Iterator[str]:
        if "xl/sharedStrings.xml" in self._names:
            for node in self._each("xl/sharedStrings.xml", "si"):
                yield _plain(node)

    def _date_styles(self) -> frozenset[int]:
        if "xl/styles.xml" not in self._names:
            return frozenset()
        styles = _part(self._archive, "xl/styles.xml")
        own = {
            int(node.get("numFmtId", "0"))
            for node in styles.iter(f"{_MAIN}numFmt")
            if _DATE_LETTERS.search(re.sub(r'"[^"]*"|\[[^]]*\]|\\.', "", node.get("formatCode", "")))
        }
        formats = styles.find(f"{_MAIN}cellXfs")
        each = formats if formats is not None else ()
        return frozenset(n for n, node in enumerate(each) if int(node.get("numFmtId", "0")) in _DATES | own)

    def sheet(self, title: str, member: str) -> Sheet:
        """One sheet. Raises WorkbookError when it has far too many cells."""
        sheet, number = Sheet(title), 0
        for node in self._each(member, "row", "mergeCell"):
            if node.tag == f"{_MAIN}mergeCell":
                area = str(node.get("ref"))
                sheet.faults.append(("merged-cells", area.partition(":")[0], area))
                continue
            number = int(node.get("r") or number + 1)
            cells = self._row(sheet, node, number)
            if cells:
                sheet.rows[number] = cells
                self._cells += len(cells)
            if len(sheet.rows) > MOST_ROWS or self._cells > MOST_CELLS:
                raise _too_large(self._path)
        return sheet

    def _row(self, sheet: Sheet, row: etree._Element, number: int) -> dict[str, str]:
        cells: dict[str, str] = {}
        for place, node in enumerate(row):
            if place >= MOST_COLUMNS:
                break
            address = str(node.get("r") or f"{_letter(place)}{number}")
            found = _CELL.fullmatch(address)
            text = self._text(sheet, node, address).strip()
            if text and found:
                cells[found[1]] = text
        return cells

    def _text(self, sheet: Sheet, cell: etree._Element, address: str) -> str:
        kind, raw = cell.get("t", "n"), ""
        for node in cell:
            if node.tag == f"{_MAIN}f":
                sheet.faults.append(("formula", address, f"={node.text or ''}"))
            elif node.tag == f"{_MAIN}is":
                return _plain(node)
            elif node.tag == f"{_MAIN}v":
                raw = node.text or ""
        if kind == "s" and raw:
            return self._texts[int(raw)]
        if kind == "e":
            sheet.faults.append(("error-value", address, raw))
            return ""
        if kind == "b":
            return "TRUE" if raw == "1" else "FALSE"
        return _number(raw, dated=int(cell.get("s", "0")) in self._dates) if kind == "n" and raw else raw


def _plain(node: etree._Element) -> str:
    """Text of a string item: all runs, without the phonetic guides above them."""
    parts: list[str] = []
    for child in node:
        if child.tag == f"{_MAIN}t":
            parts.append(child.text or "")
        elif child.tag == f"{_MAIN}r":
            parts += [each.text or "" for each in child.iter(f"{_MAIN}t")]
    return "".join(parts)


def _number(raw: str, *, dated: bool) -> str:
    value = float(raw)
    if dated and 0 < value < 3_000_000:
        moment = _EPOCH + timedelta(seconds=round(value * 86_400))
        return moment.strftime("%Y-%m-%d %H:%M:%S")
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _letter(place: int) -> str:
    """0 → A, 26 → AA."""
    text, place = "", place + 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def letters(row: Mapping[str, str]) -> list[str]:
    """The column letters of a row in the order of the sheet."""
    return sorted(row, key=lambda letter: (len(letter), letter))
