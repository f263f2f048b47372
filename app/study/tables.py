"""CSV tables as people save them: every fault named with file, line and column, full-width digits taken as digits."""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from app.errors import StudyError

TABLES: Mapping[str, tuple[str, ...]] = {
    "units.csv": ("code", "zh", "en", "share"),
    "population.csv": ("unit", "sex", "age", "persons"),
}
"""The tables of a study that have one name, with their columns."""
SEGMENTS = ("prefix", "unit", "kind", "operator")
"""Columns of every table in frame/."""
MOST_ROWS = 200_000
"""Rows of one table; a city has some thousand segments."""
_WHOLE = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table. file and line (from 1, the header is line 1) are for messages."""

    file: str
    line: int
    cells: Mapping[str, str]

    def text(self, column: str) -> str:
        """The cell, which must not be empty."""
        value = self.cells[column]
        if not value:
            raise self.fault(column, "The cell is empty")
        return value

    def optional(self, column: str) -> str:
        """The cell; "" when empty."""
        return self.cells[column]

    def whole(self, column: str) -> int:
        """The cell as a whole number of at least 0."""
        value = unicodedata.normalize("NFKC", self.text(column)).strip()
        if not _WHOLE.fullmatch(value):
            raise self.fault(column, f'"{value[:40]}" is not a whole number')
        return int(value)

    def code(self, column: str) -> str:
        """The cell as a code: full-width letters and digits become ordinary ones."""
        return unicodedata.normalize("NFKC", self.text(column)).strip()

    def taken(self, faults: list[StudyError], **reads: Callable[["Row", str], str]) -> dict[str, str]:
        """Several cells at once: column → how it is read. What is wrong with them is gathered; a faulty cell is blank."""
        found = dict.fromkeys(reads, "")
        for column, read in reads.items():
            try:
                found[column] = read(self, column)
            except StudyError as fault:
                faults.append(fault)
        return found

    def fault(self, column: str, problem: str) -> StudyError:
        """An error at this cell."""
        return StudyError(problem, where=f"{self.file}, line {self.line}, column {column}")


def read_table(
    data: bytes, file: str, columns: Sequence[str], faults: list[StudyError] | None = None
) -> list[Row]:
    """The rows below the header. Raises StudyError: not UTF-8, an unknown, missing or repeated column, a ragged or repeated line.
    faults: ragged lines are gathered there and left out, instead of raised."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise StudyError(
            "The table is not UTF-8", where=f"{file}, line {line}", todo='Save it as "CSV UTF-8".'
        ) from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[Row] = []
    try:
        heading = [cell.strip() for cell in next(reader, [])]
        _check_heading(heading, file, columns)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                try:
                    rows.append(_row(cells, heading, file, reader.line_num))
                except StudyError as fault:
                    if faults is None:
                        raise
                    faults.append(fault)
            if len(rows) > MOST_ROWS:
                raise StudyError(f"The table has more than {MOST_ROWS} rows", where=file)
    except csv.Error as error:
        raise StudyError(
            f"The line is not valid CSV: {error}", where=f"{file}, line {reader.line_num}"
        ) from error
    if not rows and not faults:
        raise StudyError("The table has no rows", where=file)
    return rows


def _check_heading(heading: Sequence[str], file: str, columns: Sequence[str]) -> None:
    where = f"{file}, line 1"
    known = ", ".join(columns)
    for column in heading:
        if column not in columns:
            raise StudyError(f'There is no column "{column}"', where=where, todo=f"The columns are: {known}.")
        if heading.count(column) > 1:
            raise StudyError(f'The column "{column}" stands twice', where=where)
    for column in columns:
        if column not in heading:
            raise StudyError(
                f'The column "{column}" is missing', where=where, todo=f"The columns are: {known}."
            )


def _row(cells: Sequence[str], heading: Sequence[str], file: str, line: int) -> Row:
    if len(cells) != len(heading):
        raise StudyError(
            f"The line has {len(cells)} cells instead of {len(heading)}", where=f"{file}, line {line}"
        )
    return Row(file, line, {name: cell.strip() for name, cell in zip(heading, cells, strict=True)})
