"""Where in its file a fault stands: keys of a TOML file and rows of a table, as faults name them, found again as line numbers."""

import re
from collections import Counter
from collections.abc import Mapping

from app.errors import StudyError
from app.study.tables import TABLES, read_table

_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.-]+)\s*\]")
_KEY = re.compile(r"\s*([\w-]+)\s*=")


def lined(where: str, files: Mapping[str, bytes]) -> str:
    """ "study.toml, aspects 2 weight" → "study.toml, line 31, aspects 2 weight"; as it is when there is no line to be found.

    files: of the study, by their path. Tables: "units.csv, code 8" → the first row with that cell.
    """
    file, _, rest = where.partition(", ")
    data = files.get(file, b"")
    if not data or not rest or rest.startswith("line "):
        return where
    line = _in_toml(data, rest.split()) if file.endswith(".toml") else _in_table(data, file, rest)
    return f"{file}, line {line}, {rest}" if line else where


def _in_toml(data: bytes, keys: list[str]) -> int:
    """Of the longest part of the keys that stands somewhere; 0 = nowhere."""
    found: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    counts: Counter[tuple[str, ...]] = Counter()
    for number, line in enumerate(data.decode("utf-8-sig", "replace").splitlines(), 1):
        if header := _HEADER.match(line):
            table = tuple(header[2].split("."))
            found.setdefault(table, number)
            if header[1] == "[[":
                counts[table] += 1
                table = (*table, str(counts[table]))
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault((*table, key[1]), number)
            if key[1] in {"code", "id"}:
                found.setdefault((*table[:-1], line.partition("=")[2].split("#")[0].strip(" \"'")), number)
    return next((found[part] for size in range(len(keys), 0, -1) if (part := tuple(keys[:size])) in found), 0)


def _in_table(data: bytes, file: str, rest: str) -> int:
    wanted = dict(pair.partition(" ")[::2] for pair in rest.split(", "))
    columns = TABLES.get(file, ())
    if not wanted or not wanted.keys() <= set(columns):
        return 0
    try:
        rows = read_table(data, file, columns)
    except StudyError:
        return 0
    matching = (row.line for row in rows if all(row.cells[name] == text for name, text in wanted.items()))
    return next(matching, 0)
