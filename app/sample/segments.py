"""Segment tables of the operators made into the frame of one city: CSV, XLSX, or phone.dat.

Taken over are segments of the city whose range exists and has people behind it; what was left out, and the table's SHA-256, go into the
design record: the table decides who can be called, so anybody must be able to get it and look.
"""

import csv
import struct
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from app.canonical import file_hexdigest
from app.errors import StudyError
from app.evidence.durable import new_file
from app.sample.digits import BadRow, Ill
from app.sample.frame import Frame, Segment
from app.sample.numbers import plain_prefix, segment_ill
from app.sample.reading import TOLD, Heard, read_rows, unheard
from app.sample.records import Record, write_records

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


class TableError(StudyError):
    """Rows of a table are no segments. rows: the first of them; nothing is taken from any table."""

    def __init__(self, path: Path, rows: Sequence[BadRow], seen: int) -> None:
        self.rows = tuple(rows[:TOLD])
        super().__init__(
            f"{len(rows)} of {seen} rows cannot be taken, so nothing was written",
            where=str(path),
            todo="Mend the lines above.",
        )


def import_segments(
    paths: Sequence[Path], city: str, date: str, heard: Heard = unheard
) -> tuple[Frame, list[Record]]:
    """The frame of a city ("达州" or "达州市") out of operators' tables, sorted by prefix. date: of the table, as its supplier says.

    Raises StudyError: unreadable, no segment at all; TableError with every row that is no segment, or a segment twice and different."""
    wanted, found, records = _short(city), dict[str, Segment](), list[Record]()
    for path in paths:
        seen, other, ill, bad = 0, 0, Counter[Ill](), list[BadRow]()
        taken = len(found)
        for line, segment, place in _segments(path, heard):
            seen += 1
            if isinstance(segment, Ill):
                bad.append(BadRow(line, segment))
            elif _short(place) != wanted:
                other += 1
            elif (fault := segment_ill(segment.prefix)) is not None:
                ill[fault] += 1
            elif segment.kind == "landline" and not segment.unit:
                bad.append(BadRow(line, Ill.UNIT))
            elif found.setdefault(segment.prefix, segment) != segment:
                bad.append(BadRow(line, Ill.TWICE))
        if bad:
            raise TableError(path, bad, seen)
        counts = {fault.name.lower(): n for fault, n in ill.items()}
        records.append(
            Record(path.name, file_hexdigest(path), date, city, seen, len(found) - taken, other, counts)
        )
    if not found:
        raise StudyError(
            f'No segment of "{city}" is in the tables', todo="Write the city as the table does, as 达州."
        )
    frame = Frame(tuple(found[prefix] for prefix in sorted(found)))
    return frame, [replace(record, frame=frame.digest) for record in records]


def write_frame(frame: Frame, records: Sequence[Record], path: Path) -> None:
    """The frame as the study's own table (frame/mobile.csv), and the record beside it. Raises OSError; a frame that is there stays."""
    with new_file(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("prefix", "unit", "kind", "operator"))
        writer.writerows((s.prefix, s.unit, s.kind, s.operator) for s in frame.segments)
        write_records(records, path)


def _segments(path: Path, heard: Heard) -> Iterator[tuple[int, Segment | Ill, str]]:
    if path.suffix.lower() == ".dat":
        yield from _phone_dat(path)
        return
    for line, row in read_rows(path, _HEADINGS, heard):
        prefix = plain_prefix(row["prefix"])
        if isinstance(prefix, Ill):
            yield line, prefix, row["city"]
            continue
        mobile = prefix.startswith("1")
        unit, kind = ("", "mobile") if mobile else (row.get("unit", ""), "landline")
        yield line, Segment(prefix, unit, kind, row.get("operator", "")), row["city"]


def _phone_dat(path: Path) -> Iterator[tuple[int, Segment, str]]:
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
        yield (
            (at - first) // _ENTRY.size + 1,
            Segment(str(prefix), "", "mobile", _OPERATORS.get(operator, "")),
            city,
        )


def _short(city: str) -> str:
    return city.strip().removesuffix("市")
