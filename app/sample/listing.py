"""A frame that is a list: people who used a service, members of a group. Duplicates are found by keyed hash, faults told row by row.

All or nothing: a list with one bad row is not taken, and every bad row is named. Numbers are held as integers (8 bytes each), so that a
list of ten million takes some 100 MB.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.canonical import keyed
from app.errors import StudyError
from app.sample.frame import Segment
from app.sample.numbers import ADVICE, Ill, plain
from app.sample.reading import read_rows

TOLD = 1000
"""Bad rows that are named one by one; the rest is counted."""

_HEADINGS = {
    "number": ("电话", "电话号码", "手机", "手机号", "手机号码", "联系电话", "phone", "tel"),
    "unit?": ("单位代码", "区县代码", "部门代码"),
}


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is not taken. Never the number itself: reports are passed around."""

    line: int
    ill: Ill

    def __str__(self) -> str:
        advice = ADVICE.get(self.ill, "")
        return f"line {self.line}: {self.ill}" + (f". {advice}" if advice else "")


@dataclass(frozen=True)
class Report:
    """What became of the rows. taken + duplicates + bad = rows. twice: lines of duplicates, the first occurrence stays."""

    rows: int = 0
    taken: int = 0
    bad: tuple[BadRow, ...] = ()
    bad_in_all: int = 0
    twice: tuple[int, ...] = ()


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
        return isinstance(number, str) and number.isdigit() and _whole(number) in self._known

    def segment_of(self, number: str) -> Segment | None:
        """What the list says of a number: its unit."""
        if number not in self:
            return None
        at = self._known[_whole(number)]
        kind = "landline" if number.startswith("0") else "mobile"
        return Segment(number, self.codes[int(self.unit[at])], kind)

    def digest(self, secret: bytes) -> str:
        """What the bundle says of the list. Keyed with the draw's secret: a plain hash of a short list could be searched through."""
        rows = b"".join(
            b"%d:%d\n" % pair for pair in zip(self.plain.tolist(), self.unit.tolist(), strict=True)
        )
        return keyed(secret, "\n".join(("list", *self.codes)).encode() + b"\n" + rows).hex()

    @cached_property
    def _known(self) -> dict[int, int]:
        return {int(value): at for at, value in enumerate(self.plain)}


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


def read_listing(path: Path, key: bytes) -> tuple[Listing, Report]:
    """Read a list (columns number, and unit where bodies are drawn one by one). key: of the hash by which duplicates are found.

    Raises StudyError on a file that is no such table. With bad rows the listing is empty: see the report."""
    numbers: list[int] = []
    units: list[int] = []
    lines: list[int] = []
    bad: list[BadRow] = []
    codes: dict[str, int] = {}
    rows = ill = 0
    for line, row in read_rows(path, _HEADINGS):
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
    keep, twice = _without_repeats(numbers, key)
    report = Report(rows, 0 if ill else len(keep), tuple(bad), ill, tuple(lines[at] for at in twice[:TOLD]))
    if ill:
        return Listing(np.empty(0, np.int64), np.empty(0, np.int32)), report
    plain_ = np.array(numbers, np.int64)[keep]
    return Listing(plain_, np.array(units, np.int32)[keep], tuple(codes) or ("",)), report


def read_columns(path: Path, names: Sequence[str], numbers: Collection[str]) -> dict[str, dict[str, str]]:
    """Number → column → text for some numbers of a list: panel data. The first row of a number counts, as when it was drawn. Raises
    StudyError when the table has no such column."""
    wanted = {"number": _HEADINGS["number"], **dict.fromkeys(names, ())}
    found: dict[str, dict[str, str]] = {}
    for _, row in read_rows(path, wanted):
        number = plain(row["number"])
        if not isinstance(number, Ill) and number.digits in numbers:
            found.setdefault(number.digits, {name: row[name] for name in names})
    return found


def _without_repeats(numbers: Sequence[int], key: bytes) -> tuple[list[int], list[int]]:
    """Places of first occurrences, and of repeats. By keyed hash, so that the same comparison works between lists whose numbers may not be
    put side by side."""
    seen: set[int] = set()
    keep: list[int] = []
    twice: list[int] = []
    for at, number in enumerate(numbers):
        mark = int.from_bytes(keyed(key, b"%d" % number)[:8], "big")
        (twice if mark in seen else keep).append(at)
        seen.add(mark)
    return keep, twice


def _whole(number: str) -> int:
    return int(f"1{number}")  # a leading 0 would be lost


def _text(whole: int) -> str:
    return str(whole)[1:]
