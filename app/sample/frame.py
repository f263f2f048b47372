"""The frame: all numbers that can be drawn, as segments with random tails. Never materialised: number i is computed.

Mobile: 7-digit prefix + 4 digits (fixes the city, never the county). Landline: area code + exchange + 4 digits (fixes the unit).
"""

import csv
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from app.canonical import encode, hexdigest
from app.errors import StudyError

TAIL = 4
"""Digits that are drawn behind a prefix."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A block of numbers. prefix: its fixed digits. unit: code of the unit that a landline exchange serves, "" for mobiles.
    kind: "mobile" or "landline". operator: the carrier's name or code, "" if unknown."""

    prefix: str
    unit: str
    kind: str
    operator: str = ""


class Drawable(Protocol):
    """What can be drawn from: a frame of segments, or a list of people (listing.py). Numbers in a fixed order, from 0."""

    @property
    def digest(self) -> str:
        """What the draw's bundle says of it."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> str: ...

    def __contains__(self, number: object, /) -> bool: ...

    def segment_of(self, number: str) -> Segment | None:
        """What is known of a number; None when it cannot be drawn."""


@dataclass(frozen=True)
class Frame(Sequence[str]):
    """The numbers of all segments, in the order given: frame[i] is the number at index i, from 0. digits: length of the tail.

    Raises StudyError on repeated prefixes. The order matters to a draw, so the digest covers it."""

    segments: tuple[Segment, ...]
    digits: int = TAIL

    def __post_init__(self) -> None:
        if len({segment.prefix for segment in self.segments}) != len(self.segments):
            raise StudyError("A prefix stands twice in the frame")

    def __len__(self) -> int:
        return len(self.segments) * self._block

    def __getitem__(self, index: int) -> str:  # type: ignore[override]  # a slice of 10^7 numbers is what we avoid
        if not 0 <= index < len(self):
            raise IndexError(f"the frame has no number {index}")
        block, tail = divmod(index, self._block)
        return f"{self.segments[block].prefix}{tail:0{self.digits}d}"

    def __iter__(self) -> Iterator[str]:
        return (self[index] for index in range(len(self)))

    def __contains__(self, number: object) -> bool:
        return isinstance(number, str) and self.segment_of(number) is not None

    def segment_of(self, number: str) -> Segment | None:
        """The segment a number belongs to, or None when it cannot be drawn."""
        tail = number[-self.digits :]
        whole = len(tail) == self.digits and number.isascii() and number.isdigit()
        return self._by_prefix.get(number[: -self.digits]) if whole else None

    @cached_property
    def digest(self) -> str:
        """Hex SHA-256 over the canonical frame: it goes into the draw's bundle hash and the design record."""
        rows = [[s.prefix, s.unit, s.kind, s.operator] for s in self.segments]
        return hexdigest(encode({"v": 1, "digits": self.digits, "segments": rows}))

    @property
    def _block(self) -> int:
        return int(10**self.digits)

    @cached_property
    def _by_prefix(self) -> dict[str, Segment]:
        return {segment.prefix: segment for segment in self.segments}


def load_frame(paths: Iterable[Path]) -> Frame:
    """Read segment tables (UTF-8 CSV with the columns prefix, unit, kind, operator), sorted by prefix: the order of files and rows
    changes nothing. Raises StudyError naming file and line; nothing is taken from a table with an error."""
    found: dict[str, tuple[Segment, str]] = {}
    for path in paths:
        for line, row in _rows(path):
            where = f"{path}:{line}"
            segment = _segment(row, where)
            _, first = found.setdefault(segment.prefix, (segment, where))
            if first != where:
                raise StudyError(
                    f"The prefix {segment.prefix} stands twice; it is also at {first}", where=where
                )
    if not found:
        raise StudyError(
            "The frame has no segments", todo="Put at least one segment table into the study's frame folder."
        )
    return Frame(tuple(found[prefix][0] for prefix in sorted(found)))


_COLUMNS = ("prefix", "unit", "kind", "operator")


def frame_size(study: Path) -> int:
    """Numbers in the frame of a study folder, 0 when it has none. Raises StudyError on a table that cannot be read."""
    tables = sorted((study / "frame").glob("*.csv"))
    return len(load_frame(tables)) if tables else 0


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            names = [(name or "").strip() for name in reader.fieldnames or ()]
            reader.fieldnames = names
            if missing := [column for column in _COLUMNS if column not in names]:
                raise StudyError(
                    f"The segment table lacks the column {', '.join(missing)}", where=f"{path}:1"
                )
            for row in reader:
                if None in row or None in row.values():
                    raise StudyError(
                        f"This row has not {len(names)} fields", where=f"{path}:{reader.line_num}"
                    )
                yield reader.line_num, {name: row[name].strip() for name in _COLUMNS}
    except OSError as error:
        raise StudyError(f"The segment table cannot be read: {error.strerror}", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise StudyError(
            "The segment table is not UTF-8 text", where=str(path), todo="Save it as CSV UTF-8."
        ) from error
    except csv.Error as error:
        raise StudyError(
            f"The segment table is not valid CSV: {error}", where=f"{path}:{reader.line_num}"
        ) from error


def _segment(row: dict[str, str], where: str) -> Segment:
    written, unit, kind = row["prefix"], row["unit"], row["kind"]
    prefix = unicodedata.normalize("NFKC", written).replace("-", "").replace(" ", "")
    if not (prefix.isascii() and prefix.isdigit()):
        raise StudyError(
            f'"{written}" is not a number prefix',
            where=where,
            todo="Format the column as text in the spreadsheet.",
        )
    match kind:
        case "mobile":
            _mobile(prefix, unit, where)
        case "landline":
            _landline(prefix, unit, where)
        case _:
            raise StudyError(f'kind is "{kind}", but must be mobile or landline', where=where)
    return Segment(prefix, unit, kind, row["operator"])


def _mobile(prefix: str, unit: str, where: str) -> None:
    if len(prefix) != 7 or prefix[0] != "1" or prefix[1] not in "3456789":
        raise StudyError(f'"{prefix}" is not a mobile segment of 7 digits from 13 to 19', where=where)
    if unit:
        raise StudyError(
            f"A mobile segment fixes the city, never the unit, so {unit} cannot stand here",
            where=where,
            todo="Leave the unit empty; the screening question asks for it.",
        )


def _landline(prefix: str, unit: str, where: str) -> None:
    if not prefix.startswith("0"):
        raise StudyError(
            f'The landline prefix "{prefix}" does not begin with its area code\'s 0',
            where=where,
            todo="Spreadsheets drop leading zeros: format the column as text.",
        )
    if not 6 <= len(prefix) <= 8:  # 0xx(x) + exchange of 3 or 4 digits: 10 to 12 digits with the tail
        raise StudyError(f'"{prefix}" is not an area code and exchange of 6 to 8 digits', where=where)
    if not unit:
        raise StudyError("A landline exchange needs the code of its unit", where=where)
