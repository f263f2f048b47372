"""Segment tables of the operators made into the frame of one city: CSV, XLSX, or phone.dat.

Taken over are segments of the city whose range exists and has people behind it; what was left out, and the table's SHA-256, go into the
design record: the table decides who can be called, so anybody must be able to get it and look.
"""

import csv
import struct
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.canonical import file_hexdigest
from app.errors import StudyError
from app.sample.frame import Frame, Segment
from app.sample.numbers import Ill, segment_ill
from app.sample.reading import read_rows

_HEADINGS = {
    "prefix": ("号段", "手机号段", "phone", "局号", "mobile"),
    "province?": ("省", "省份"),
    "city": ("城市", "市", "归属地", "地市"),
    "operator?": ("运营商", "isp", "卡类型", "carrier"),
    "unit?": ("区县代码", "县区代码"),
    "kind?": ("类型",),
}
_OPERATORS = {
    1: "移动",
    2: "联通",
    3: "电信",
    4: "电信虚拟",
    5: "联通虚拟",
    6: "移动虚拟",
    7: "广电",
    8: "广电虚拟",
}
_ENTRY = struct.Struct("<iiB")


@dataclass(frozen=True, slots=True)
class Record:
    """What the design record says of an imported table. sha256: of the file. seen: rows of it; taken, other_city and ill add up to it."""

    table: str
    sha256: str
    date: str
    city: str
    seen: int
    taken: int
    other_city: int
    ill: dict[str, int]


def import_segments(paths: Sequence[Path], city: str, date: str) -> tuple[Frame, list[Record]]:
    """The frame of a city ("达州" or "达州市") out of operators' tables, sorted by prefix. date: of the table, as its supplier says.

    Raises StudyError: unreadable, a row that is no segment, a prefix twice with different cities, no segment at all."""
    wanted, found, records = _short(city), dict[str, Segment](), list[Record]()
    for path in paths:
        seen, other, ill = 0, 0, Counter[Ill]()
        taken = len(found)
        for where, segment, place in _segments(path):
            seen += 1
            if _short(place) != wanted:
                other += 1
            elif (fault := segment_ill(segment.prefix)) is not None:
                ill[fault] += 1
            elif found.setdefault(segment.prefix, segment) != segment:
                raise StudyError(f"The segment {segment.prefix} stands twice and differs", where=where)
        counts = {fault.name.lower(): n for fault, n in ill.items()}
        records.append(
            Record(path.name, file_hexdigest(path), date, city, seen, len(found) - taken, other, counts)
        )
    if not found:
        raise StudyError(
            f'No segment of "{city}" is in the tables', todo="Write the city as the table does, as 达州."
        )
    return Frame(tuple(found[prefix] for prefix in sorted(found))), records


def write_frame(frame: Frame, path: Path) -> None:
    """The frame as the study's own table (frame/mobile.csv)."""
    with path.open("x", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("prefix", "unit", "kind", "operator"))
        writer.writerows((s.prefix, s.unit, s.kind, s.operator) for s in frame.segments)


def _segments(path: Path) -> Iterator[tuple[str, Segment, str]]:
    if path.suffix.lower() == ".dat":
        yield from _phone_dat(path)
        return
    for line, row in read_rows(path, _HEADINGS):
        where, prefix = f"{path}, line {line}", row["prefix"].removesuffix(".0")
        unit = row.get("unit", "")
        mobile = prefix.startswith("1")
        if not (prefix.isascii() and prefix.isdigit()) or (
            len(prefix) != 7 if mobile else not prefix.startswith("0")
        ):
            raise StudyError(
                f'"{prefix[:20]}" is neither a mobile segment of 7 digits nor an area code with its exchange',
                where=where,
            )
        yield (
            where,
            Segment(
                prefix, "" if mobile else unit, "mobile" if mobile else "landline", row.get("operator", "")
            ),
            row["city"],
        )


def _phone_dat(path: Path) -> Iterator[tuple[str, Segment, str]]:
    """phone.dat: 4 bytes of version, 4 with the offset of the index, texts "province|city|zip|area" ended by 0, then entries of 9 bytes
    (segment, offset of its text, operator), all little-endian."""
    data = path.read_bytes()
    if (
        len(data) < 8
        or (len(data) - (first := int.from_bytes(data[4:8], "little"))) % _ENTRY.size
        or first < 8
    ):
        raise StudyError("This is no phone.dat", where=str(path))
    for at in range(first, len(data), _ENTRY.size):
        prefix, offset, operator = _ENTRY.unpack_from(data, at)
        end = data.find(b"\0", offset, first)
        if not 8 <= offset < first or end < 0 or not 1_000_000 <= prefix <= 1_999_999:
            raise StudyError("An entry of phone.dat is damaged", where=f"{path}, byte {at}")
        place = data[offset:end].decode("utf-8", "replace").split("|")
        city = place[1] if len(place) > 1 else ""
        yield f"{path}, byte {at}", Segment(str(prefix), "", "mobile", _OPERATORS.get(operator, "")), city


def _short(city: str) -> str:
    return city.strip().removesuffix("市")
