"""Tables as operators and offices hand them over: CSV in whatever encoding, or XLSX, row by row with line numbers, in bounded memory."""

import codecs
import csv
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from io import TextIOWrapper
from itertools import chain
from pathlib import Path
from typing import Any

from app.errors import StudyError
from app.log import mask

_CHUNK = 1 << 20
_OFTEN = 20_000
"""Lines between two words about how far it is."""
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))

TOLD = 1000
"""Bad rows that are named one by one; the rest is counted."""
Row = tuple[int, Mapping[str, str]]
"""(line, from 1; the header is line 1), column → text without blanks around it."""
Heard = Callable[[int, int], None]
"""(done, of how much): bytes of a text, rows of a workbook. It may raise to stop."""


def unheard(done: int, total: int) -> None:
    """Nobody waits."""


def read_rows(path: Path, columns: Mapping[str, Sequence[str]], heard: Heard = unheard) -> Iterator[Row]:
    """The rows of a table. columns: our name → the headings it may have ("号段", "prefix" …), matched without case and width; a name that
    ends in "?" may be absent. Raises StudyError: no such file, unknown encoding, missing column, ragged line; nothing was yielded twice."""
    book = path.suffix.lower() in {".xlsx", ".xlsm", ".xls"}
    lines = _xlsx(path, heard) if book else _csv(path, heard)
    first = next(lines, None)
    if first is None or not any(first[1]):
        raise StudyError("The table is empty", where=str(path))
    place = _heading(path, first[1], columns)
    wanted, width, least = tuple(place.items()), len(first[1]), max(place.values()) + 1
    for line, cells in lines:
        if not least <= len(cells) <= width:
            if not "".join(cells).strip():
                continue
            raise StudyError(
                f"The line has {len(cells)} cells instead of {width}", where=f"{path}, line {line}"
            )
        row = {name: cells[at].strip() for name, at in wanted}
        if not any(row.values()) and not "".join(cells).strip():
            continue
        yield line, row


def _heading(path: Path, cells: Sequence[str], columns: Mapping[str, Sequence[str]]) -> dict[str, int]:
    place: dict[str, int] = {}
    for name, headings in columns.items():
        plain = name.removesuffix("?")
        known = {_key(heading) for heading in (plain, *headings)}
        fit = [at for at, cell in enumerate(cells) if _key(cell) in known]
        named = [at for at in fit if _key(cells[at]) == _key(plain)]  # our own name decides
        if len(fit) > 1 and len(named) != 1:
            has = ", ".join(cells[at].strip() for at in fit)
            raise StudyError(
                f"Several columns may be {plain}: {has}",
                where=f"{path}, line 1",
                todo=f"Head the one that is meant {plain}, and the others otherwise.",
            )
        if fit:
            place[plain] = (named or fit)[0]
        elif not name.endswith("?"):
            listed = ", ".join(dict.fromkeys((plain, *headings)))
            has = ", ".join(cell.strip()[:20] for cell in cells[:12] if cell.strip())
            raise StudyError(
                f"The table has no column {plain}; its first line says: {mask(has)}",
                where=f"{path}, line 1",
                todo=f"It may be headed: {listed}.",
            )
    return place


def _key(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold().lstrip("\ufeff")


def _csv(path: Path, heard: Heard) -> Iterator[tuple[int, list[str]]]:
    last = 0
    try:
        total = path.stat().st_size
        encoding = encoding_of(path)
        with path.open("rb") as raw, TextIOWrapper(raw, encoding, newline="") as file:
            head = file.readline(_CHUNK)
            delimiter = max(",\t;", key=head.count)
            reader = csv.reader(chain([head], file), delimiter=delimiter, strict=True)
            for cells in reader:
                last = reader.line_num
                yield last, cells
                if not last % _OFTEN:
                    heard(raw.tell(), total)
    except csv.Error as error:
        # reader.line_num is where it gave up, which after an open quotation mark is thousands of lines further on
        what = f"The line is not valid CSV, perhaps a quotation mark that is never closed: {error}"
        raise StudyError(what, where=f"{path}, line {last + 1}") from error
    except UnicodeError as error:
        raise StudyError(
            "The text is damaged: it cannot be read as the encoding that its beginning shows",
            where=f"{path}, after line {last}",
            todo=_SAVE,
        ) from error
    except FileNotFoundError as error:
        raise StudyError("The file is not there", where=str(path)) from error
    except OSError as error:
        raise StudyError(f"The table cannot be read: {error.strerror}", where=str(path)) from error


_SAVE = 'Save it as "CSV UTF-8".'


def encoding_of(path: Path) -> str:
    """UTF-8 (with or without mark), UTF-16 (the same), or GB 18030 (what Excel writes on a Chinese Windows). Reads the whole file once.
    Raises StudyError when it is none of them."""
    with path.open("rb") as file:
        start = file.read(_CHUNK)
    for bom, name in _BOMS:
        if start.startswith(bom):
            return name
    for name in ("utf-8", "gb18030"):
        if _decodes(path, name):
            return name
    # No mark. Most of a list is digits: in UTF-16 every other byte of it is 0.
    evens, odds = start[0::2].count(0), start[1::2].count(0)
    for name, zeros, others in (("utf-16-le", odds, evens), ("utf-16-be", evens, odds)):
        if zeros > max(4, len(start) // 8) and not others:
            return name
    raise StudyError("The table is neither UTF-8 nor UTF-16 nor GB 18030 text", where=str(path), todo=_SAVE)


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


def _xlsx(path: Path, heard: Heard) -> Iterator[tuple[int, list[str]]]:
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
            if not line % _OFTEN:
                heard(line, sheet.total_height)
    except FileNotFoundError as error:
        raise StudyError("The file is not there", where=str(path)) from error
    except (CalamineError, OSError) as error:
        raise StudyError("This is no readable workbook", where=str(path)) from error


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)
