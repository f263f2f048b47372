"""Tables as operators and offices hand them over: CSV in whatever encoding, or XLSX, row by row with line numbers, in bounded memory."""

import codecs
import csv
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from app.errors import StudyError

_CHUNK = 1 << 20
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))

Row = tuple[int, Mapping[str, str]]
"""(line, from 1; the header is line 1), column → text without blanks around it."""


def read_rows(path: Path, columns: Mapping[str, Sequence[str]]) -> Iterator[Row]:
    """The rows of a table. columns: our name → the headings it may have ("号段", "prefix" …), matched without case and width; a name that
    ends in "?" may be absent. Raises StudyError: no such file, unknown encoding, missing column, ragged line; nothing was yielded twice."""
    lines = _xlsx(path) if path.suffix.lower() in {".xlsx", ".xlsm", ".xls"} else _csv(path)
    first = next(lines, None)
    if first is None or not any(first[1]):
        raise StudyError("The table is empty", where=str(path))
    place = _heading(path, first[1], columns)
    width = len(first[1])
    for line, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > width or max(place.values()) >= len(cells):
            raise StudyError(
                f"The line has {len(cells)} cells instead of {width}", where=f"{path}, line {line}"
            )
        yield line, {name: cells[at].strip() for name, at in place.items()}


def _heading(path: Path, cells: Sequence[str], columns: Mapping[str, Sequence[str]]) -> dict[str, int]:
    found = {_key(cell): at for at, cell in reversed(list(enumerate(cells)))}
    place: dict[str, int] = {}
    for name, headings in columns.items():
        plain = name.removesuffix("?")
        at = next((found[_key(h)] for h in (plain, *headings) if _key(h) in found), None)
        if at is not None:
            place[plain] = at
        elif not name.endswith("?"):
            listed = ", ".join(dict.fromkeys((plain, *headings)))
            raise StudyError(
                f"The table has no column {plain}",
                where=f"{path}, line 1",
                todo=f"It may be headed: {listed}.",
            )
    return place


def _key(text: str) -> str:
    return "".join(text.split()).casefold().lstrip("\ufeff")


def _csv(path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        encoding = encoding_of(path)
        with path.open(encoding=encoding, newline="") as file:
            head = file.readline(_CHUNK)
            delimiter = max(",\t;", key=head.count)
            reader = csv.reader(chain([head], file), delimiter=delimiter, strict=True)
            try:
                for cells in reader:
                    yield reader.line_num, cells
            except csv.Error as error:
                raise StudyError(
                    f"The line is not valid CSV: {error}", where=f"{path}, line {reader.line_num}"
                ) from error
    except OSError as error:
        raise StudyError(f"The table cannot be read: {error.strerror}", where=str(path)) from error


def encoding_of(path: Path) -> str:
    """UTF-8 (with or without mark), UTF-16 with its mark, or GB 18030 (what Excel writes on a Chinese Windows). Reads the whole file once.
    Raises StudyError when it is none of them."""
    with path.open("rb") as file:
        start = file.read(4)
    for bom, name in _BOMS:
        if start.startswith(bom):
            return name
    for name in ("utf-8", "gb18030"):
        if _decodes(path, name):
            return name
    raise StudyError(
        "The table is neither UTF-8 nor UTF-16 nor GB 18030 text",
        where=str(path),
        todo='Save it as "CSV UTF-8".',
    )


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                if "\0" in decoder.decode(chunk):
                    return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _xlsx(path: Path) -> Iterator[tuple[int, list[str]]]:
    from python_calamine import (  # the centre's library: a workstation has none
        CalamineError,
        CalamineWorkbook,
    )

    if path.suffix.lower() == ".xlsm":
        raise StudyError("A workbook with macros is not opened", where=str(path), todo="Save it as .xlsx.")
    try:
        sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
        for line, cells in enumerate(sheet.iter_rows(), start=1 + (sheet.start[0] if sheet.start else 0)):
            yield line, [_text(cell) for cell in cells]
    except (CalamineError, OSError) as error:
        raise StudyError("This is no readable workbook", where=str(path)) from error


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)
