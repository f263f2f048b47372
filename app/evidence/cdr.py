"""Reads a carrier's list of calls (CDR, 话单) as carriers and switchboards really write it: any order of columns, Chinese or English heads,
full-width digits, GB18030, tabs or semicolons, times with and without a zone, durations as seconds, as 00:01:30 or as 1分30秒.

What is read is values only; comparing them with the journals is audit/carrier.py's business.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from app.clock import CHINA
from app.errors import EvidenceError
from app.evidence.durable import storage_errors

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "number": (
        "number",
        "called",
        "callednumber",
        "callee",
        "dst",
        "destination",
        "bnumber",
        "被叫",
        "被叫号码",
        "被叫号",
        "对方号码",
        "号码",
    ),
    # A switchboard's list has the answer and the dialling, the talk and the whole: what begins with the answer comes first.
    "start": (
        "answer",
        "answered",
        "answertime",
        "应答时间",
        "通话开始时间",
        "通话起始时间",
        "start",
        "calltime",
        "starttime",
        "time",
        "开始时间",
        "起始时间",
        "通话时间",
        "呼叫时间",
        "时间",
    ),
    "date": ("date", "day", "日期", "通话日期"),
    "duration": (
        "billsec",
        "talk",
        "talktime",
        "通话时长",
        "通话时长秒",
        "duration",
        "seconds",
        "时长",
        "时长秒",
        "计费时长",
    ),
    "end": ("end", "endtime", "结束时间", "通话结束时间", "挂机时间"),
    "direction": ("direction", "calltype", "呼叫类型", "通话类型", "呼叫方向", "类型", "方向"),
}
"""What a column means → the heads by which it is known, without case, spaces and brackets. Of several in one list the first that has
something in a row counts for that row: an unanswered call has no time of answer."""
_COMING_IN = ("in", "incoming", "inbound", "mt", "被叫", "呼入", "来电")
_NO_CALL = ("sms", "data", "短信", "彩信", "流量", "上网")
_TIMES = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y%m%d%H%M%S",
    "%Y%m%d %H%M%S",
    "%d.%m.%Y %H:%M:%S",
    "%Y-%m-%d",
)
_CLOCK = re.compile(r"(\d{1,3}):(\d{2})(?::(\d{2}))?")
_PARTS = re.compile(
    r"(?:(\d{1,9})\s*(?:小时|时|h))?\s*(?:(\d{1,9})\s*(?:分钟|分|min|m))?\s*(?:(\d{1,9})\s*(?:秒|sec|s))?"
)
_ZONE = re.compile(r"\s*(Z|UTC|[+-]\d{2}:?\d{2})$")


class _UnreadableError(Exception):
    """What could not be read in a row, in words."""


@dataclass(frozen=True, slots=True)
class CarrierCall:
    """A row. line: in the file, from 1. number: as written, "" = not told. start: ms since 1970 UTC when it was answered (or dialled, when
    nobody answered). seconds: from answer to end, 0 = not answered."""

    line: int
    number: str
    start: int
    seconds: int


@dataclass(frozen=True)
class CarrierList:
    """A carrier's list. calls: those that went out, in the order of the file; passed_over: rows that are no outgoing call; refused: (line,
    why) of rows that could not be read."""

    name: str
    calls: tuple[CarrierCall, ...]
    passed_over: int
    refused: tuple[tuple[int, str], ...]


def read_list(path: Path, zone: timezone = CHINA) -> CarrierList:
    """Read the file. zone: of times that name none. Raises EvidenceError when it is no such list, StorageError when it cannot be read."""
    with storage_errors(path):
        text = _decoded(path.read_bytes())
    rows = _rows(text)
    head_line, head = next(((n, row) for n, row in rows if len(row) > 1), (0, []))
    columns = _columns(head)
    if not {"start", "duration"} <= columns.keys() and not {"start", "end"} <= columns.keys():
        what = "This carrier's list has no columns for the start and the duration of a call"
        todo = f"Its first row must name them: {', '.join(COLUMNS)} (see resources/docs/witness.md)."
        raise EvidenceError(what, where=f"{path.name}, line {head_line or 1}", todo=todo)
    calls, passed_over, refused = [], 0, []
    for line, row in rows:
        if not any(cell.strip() for cell in row):
            continue
        cells = {name: _first(row, places) for name, places in columns.items()}
        direction = _plain(cells.get("direction", ""))
        silent = not any(cells.get(name) for name in ("start", "duration", "end"))  # a remark below the list
        if silent or direction in _COMING_IN or direction in _NO_CALL:
            passed_over += 1
            continue
        try:
            calls.append(_call(line, cells, zone))
        except _UnreadableError as error:
            refused.append((line, str(error)))
    return CarrierList(path.name, tuple(calls), passed_over, tuple(refused))


def same_number(ours: str, theirs: str) -> bool:
    """Whether a carrier's number may be ours: prefixes of country, trunk and area may be there or not, digits may be hidden by stars."""
    a, b = _digits(ours), _digits(theirs)
    if not a or not b:
        return False
    if "*" in b:
        return len(a) == len(b) and all(y in ("*", x) for x, y in zip(a, b, strict=True))
    short, long = sorted((a, b), key=len)
    # A local number without its area code has 7 or 8 digits; mobile numbers are always whole.
    return a == b or (7 <= len(short) <= 8 and long.endswith(short) and long.startswith("0"))


def ending(number: str) -> str:
    """Its last four digits: what numbers that may be the same have in common. "" when the carrier hides them or tells none."""
    last = _digits(number)[-4:]
    return last if len(last) == 4 and last.isdecimal() else ""


def _digits(number: str) -> str:
    """The national number: 0818… for a landline, 1… with 11 digits for a mobile."""
    text = unicodedata.normalize("NFKC", number).strip().removesuffix(".0")
    digits = "".join(letter for letter in text if letter.isdecimal() or letter == "*")
    abroad = re.fullmatch(r"(?:00)?86(0?\d[\d*]{7,11})", digits) if len(digits) > 11 else None
    if abroad:
        digits = abroad[1] if abroad[1].startswith(("0", "1")) else f"0{abroad[1]}"
    return digits[1:] if re.fullmatch(r"01[3-9][\d*]{9}", digits) else digits


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else encoding)
        except UnicodeDecodeError:
            continue
    raise EvidenceError("This carrier's list is no text", todo="Save it as CSV (UTF-8).")


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    normal = unicodedata.normalize("NFKC", text)  # full-width digits, commas and colons become plain ones
    first = next((line for line in normal.splitlines() if line.strip()), "")
    separator = max(",;\t|", key=first.count)
    reader = csv.reader(io.StringIO(normal, newline=""), delimiter=separator)
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise EvidenceError(
            f"This carrier's list is no CSV: {error}", where=f"line {reader.line_num}"
        ) from error


def _plain(head: str) -> str:
    return re.sub(r"\(.*?\)|[\s_\-./:\"]", "", unicodedata.normalize("NFKC", head)).lower()


def _columns(head: Sequence[str]) -> dict[str, list[int]]:
    """Meaning → the places of the columns that fit, in the order in which their heads are listed."""
    names = [_plain(each) for each in head]
    found = {
        meaning: [names.index(alias) for alias in aliases if alias in names]
        for meaning, aliases in COLUMNS.items()
    }
    return {meaning: places for meaning, places in found.items() if places}


def _first(row: Sequence[str], places: Iterable[int]) -> str:
    """What the first of these columns says that says anything in this row."""
    return next((row[at].strip() for at in places if at < len(row) and row[at].strip()), "")


def _call(line: int, cells: Mapping[str, str], zone: timezone) -> CarrierCall:
    if not cells["start"]:
        raise _UnreadableError("it has no time")
    start = _moment(f"{cells.get('date', '')} {cells['start']}".strip(), zone)
    if told := cells.get("duration", ""):
        return CarrierCall(line, cells.get("number", ""), start, _seconds(told))
    end = cells.get("end", "")
    if not end:
        raise _UnreadableError("it has no duration")
    seconds = round((_moment(end, zone) - start) / 1000)
    if seconds < 0:
        raise _UnreadableError("it ends before it begins")
    return CarrierCall(line, cells.get("number", ""), start, seconds)


def _moment(text: str, zone: timezone) -> int:
    """ms since 1970 UTC. Raises _UnreadableError."""
    try:
        return _in_time(text, zone)
    except (ValueError, OverflowError) as error:  # a zone of 99 hours, the year 1 east of Greenwich
        raise _UnreadableError(f'"{text[:40]}" is no time') from error


def _in_time(text: str, zone: timezone) -> int:
    plain = (
        text.replace("/", "-")
        .replace("年", "-")
        .replace("月", "-")
        .replace("日", " ")
        .replace("T", " ")
        .strip()
        .strip("'\"`")
    )
    if plain.isdecimal() and len(plain) in (10, 13):  # Unix seconds or milliseconds
        return int(plain) * (1000 if len(plain) == 10 else 1)
    named = _ZONE.search(plain) if ":" in plain else None
    if named:
        plain = plain[: named.start()]
        offset = named[1].replace(":", "")
        zone = (
            UTC
            if offset in ("Z", "UTC")
            else timezone(timedelta(hours=int(offset[:3]), minutes=int(offset[0] + offset[3:])))
        )
    plain, _, fraction = plain.partition(".") if re.search(r":\d{2}\.\d+$", plain) else (plain, "", "")
    for form in _TIMES:
        try:
            moment = datetime.strptime(plain, form).replace(tzinfo=zone).astimezone(UTC)
        except ValueError:
            continue
        return round(moment.timestamp()) * 1000 + int(fraction[:3].ljust(3, "0") or 0)
    raise ValueError(text)


def _seconds(text: str) -> int:
    """A duration. Raises _UnreadableError."""
    plain = text.strip().strip("'\"`")
    if re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", plain):
        return round(float(plain))
    if clock := _CLOCK.fullmatch(plain):
        hours, minutes, seconds = (clock[1], clock[2], clock[3]) if clock[3] else ("0", clock[1], clock[2])
        return int(hours) * 3600 + int(minutes) * 60 + int(seconds)
    parts = _PARTS.fullmatch(plain)
    if plain and parts and any(parts.groups()):
        hours, minutes, seconds = (int(each or 0) for each in parts.groups())
        return hours * 3600 + minutes * 60 + seconds
    raise _UnreadableError(f'"{text[:40]}" is no duration')
