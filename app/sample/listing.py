"""A frame that is a list: people who used a service, members of a group. Duplicates are found by keyed hash, faults told row by row.

All or nothing: a list with one bad row is not taken, and every bad row is named. Numbers are held as integers (8 bytes each), so that a
list of ten million takes a few hundred MB while it is read.
"""

from array import array
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.canonical import keyed, keyed_parts
from app.errors import StudyError
from app.sample.digits import BadRow, Ill, meant
from app.sample.frame import Segment
from app.sample.numbers import plain
from app.sample.reading import TOLD, Heard, read_rows, unheard

_HEADINGS = {
    "number": ("电话", "电话号码", "手机", "手机号", "手机号码", "联系电话", "phone", "tel"),
    "unit?": ("单位代码", "区县代码", "部门代码"),
}


@dataclass(frozen=True)
class Report:
    """What became of the rows. taken + repeats + earlier + bad_in_all = rows. twice, before: the first lines of repeats (the first
    occurrence stays) and of numbers that stood in an earlier list."""

    rows: int = 0
    taken: int = 0
    bad: tuple[BadRow, ...] = ()
    bad_in_all: int = 0
    repeats: int = 0
    twice: tuple[int, ...] = ()
    earlier: int = 0
    before: tuple[int, ...] = ()


@dataclass(frozen=True)
class Listing(Sequence[str]):
    """The numbers of a list in its order, without repeats. codes: unit codes; unit: index into codes, by number."""

    plain: NDArray[np.int64]
    unit: NDArray[np.int32]
    codes: tuple[str, ...] = field(default=("",))

    def __len__(self) -> int:
        return len(self.plain)

    def __getitem__(self, index: int) -> str:  # type: ignore[override]  # slices are not needed
        return _text(int(self.plain[index]))

    def __iter__(self) -> Iterator[str]:
        return (_text(int(value)) for value in self.plain)

    def __contains__(self, number: object) -> bool:
        return isinstance(number, str) and self._place(number) is not None

    def segment_of(self, number: str) -> Segment | None:
        """What the list says of a number: its unit."""
        at = self._place(number)
        if at is None:
            return None
        kind = "landline" if number.startswith("0") else "mobile"
        return Segment(number, self.codes[int(self.unit[at])], kind)

    def digest(self, secret: bytes) -> str:
        """What the bundle says of the list. Keyed with the draw's secret: a plain hash of a short list could be searched through."""
        return keyed_parts(secret, self._written()).hex()

    def _written(self) -> Iterator[bytes]:
        yield "\n".join(("list", *self.codes)).encode() + b"\n"
        for start in range(0, len(self), _PART):
            numbers, units = (values[start : start + _PART].tolist() for values in (self.plain, self.unit))
            yield b"".join(b"%d:%d\n" % pair for pair in zip(numbers, units, strict=True))

    def _place(self, number: str) -> int | None:
        if not (number.isascii() and number.isdigit() and len(number) < 18):
            return None
        order, whole = self._order, _whole(number)
        at = int(np.searchsorted(self.plain, whole, sorter=order))
        return int(order[at]) if at < len(order) and self.plain[order[at]] == whole else None

    @cached_property
    def _order(self) -> NDArray[np.int64]:
        return np.argsort(self.plain, kind="stable")


_PART = 100_000
"""Rows that are put into words at once."""


@dataclass(frozen=True)
class ListFrame:
    """A list as a frame to draw from. secret: the draw's, which keys the digest."""

    listing: Listing
    secret: bytes = field(repr=False)

    @cached_property
    def digest(self) -> str:
        """See Listing.digest."""
        return self.listing.digest(self.secret)

    def __len__(self) -> int:
        return len(self.listing)

    def __getitem__(self, index: int, /) -> str:
        return self.listing[index]

    def __contains__(self, number: object, /) -> bool:
        return number in self.listing

    def segment_of(self, number: str) -> Segment | None:
        """The unit of a number."""
        return self.listing.segment_of(number)


Marks = NDArray[np.uint64]
"""Keyed hashes of numbers, 8 bytes each: lists of two waves, or of two offices, are compared by them without showing each other numbers."""


def marks_of(listing: Listing, key: bytes) -> Marks:
    """The keyed hashes of a list's numbers, in ascending order, so that they say nothing about the list's."""
    return np.sort(_marks(listing.plain, key))


def read_listing(
    path: Path, key: bytes, earlier: Marks | None = None, heard: Heard = unheard
) -> tuple[Listing, Report]:
    """Read a list (columns number, and unit where bodies are drawn one by one). key: of the hash by which repeats are found. earlier:
    hashes under the same key of numbers that are left out.

    Raises StudyError on a file that is no such table. With bad rows the listing is empty: see the report."""
    numbers, units, lines = (
        array("q"),
        array("i"),
        array("q"),
    )  # a list of ten million would be 1 GB of objects
    bad, codes, rows, ill = list[BadRow](), dict[str, int](), 0, 0
    for line, row in read_rows(path, _HEADINGS, heard):
        rows += 1
        found = plain(row["number"])
        if isinstance(found, Ill):
            ill += 1
            if len(bad) < TOLD:
                bad.append(BadRow(line, found))
            continue
        numbers.append(_whole(found.digits))
        units.append(codes.setdefault(row.get("unit", ""), len(codes)))
        lines.append(line)
    if not rows:
        raise StudyError("The list has no rows", where=str(path))
    marks, place = _marks(numbers, key), np.frombuffer(lines, np.int64)
    known = np.zeros(len(marks), bool) if earlier is None else np.isin(marks, earlier)
    again = _repeats(marks) & ~known
    keep = ~(known | again)
    twice, before = (tuple(place[which][:TOLD].tolist()) for which in (again, known))
    taken = 0 if ill else int(keep.sum())
    report = Report(rows, taken, tuple(bad), ill, int(again.sum()), twice, int(known.sum()), before)
    if ill:
        return Listing(np.empty(0, np.int64), np.empty(0, np.int32)), report
    whole, unit = np.frombuffer(numbers, np.int64)[keep], np.frombuffer(units, np.int32)[keep]
    return Listing(whole, unit, tuple(codes) or ("",)), report


def read_columns(path: Path, names: Sequence[str], numbers: Collection[str]) -> dict[str, dict[str, str]]:
    """Number → column → text for some numbers of a list: panel data. The first row of a number counts, as when it was drawn. Raises
    StudyError when the table has no such column."""
    wanted = {"number": _HEADINGS["number"], **dict.fromkeys(names, ())}
    found: dict[str, dict[str, str]] = {}
    for _, row in read_rows(path, wanted):
        number = meant(row["number"])  # the sample has the last word on which numbers there are
        if not isinstance(number, Ill) and number.digits in numbers:
            found.setdefault(number.digits, {name: row[name] for name in names})
    return found


def _marks(numbers: "array[int] | NDArray[np.int64]", key: bytes) -> Marks:
    made = np.empty(len(numbers), np.uint64)
    for start in range(0, len(numbers), _PART):
        part = b"".join(keyed(key, b"%d" % number)[:8] for number in numbers[start : start + _PART].tolist())
        made[start : start + _PART] = np.frombuffer(part, ">u8")
    return made


def _repeats(marks: Marks) -> NDArray[np.bool_]:
    """True where a mark stood before."""
    order = np.argsort(marks, kind="stable")
    again = np.zeros(len(marks), bool)
    again[order[1:]] = marks[order[1:]] == marks[order[:-1]]
    return again


def _whole(number: str) -> int:
    return int(f"1{number}")  # a leading 0 would be lost


def _text(whole: int) -> str:
    return str(whole)[1:]
