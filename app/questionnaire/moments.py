"""Dates and times as questionnaires use them: local to the interview's time zone, read and written as ODK does.

Source of the rules: ODK XForms specification (date and time functions) and JavaRosa (DateUtils, DateFormatter).
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

DAY = 86_400_000
"""Milliseconds."""

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - local time; the zone is kept beside it
_DATE = re.compile(r"([+-]?\d{1,9})-(\d{1,2})-(\d{1,2})")
_TIME = re.compile(r"(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d*))?)?\s*(Z|[+-]\d{1,2}(?::?\d{2})?)?")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time. local: date and time of day where the interview is; ahead: minutes that this is ahead of UTC."""

    local: datetime
    ahead: int = 0

    @property
    def days(self) -> int:
        """Whole local days since 1970-01-01."""
        return (self.local - _EPOCH).days

    @property
    def decimal(self) -> float:
        """Days since 1970-01-01T00:00Z with their fraction."""
        since = self.local - _EPOCH - timedelta(minutes=self.ahead)
        return (since.days * DAY + since.seconds * 1000 + since.microseconds // 1000) / DAY

    @property
    def time_of_day(self) -> float:
        """Fraction of the local day."""
        since = self.local - _EPOCH
        return (since.seconds * 1000 + since.microseconds // 1000) / DAY

    @property
    def midnight(self) -> "Moment":
        """The beginning of the local day."""
        return Moment(self.local.replace(hour=0, minute=0, second=0, microsecond=0), self.ahead)

    @property
    def date(self) -> str:
        """2026-11-22."""
        return f"{self.local.year:04d}-{self.local.month:02d}-{self.local.day:02d}"

    @property
    def time(self) -> str:
        """14:30:00.000."""
        at = self.local
        return f"{at.hour:02d}:{at.minute:02d}:{at.second:02d}.{at.microsecond // 1000:03d}"

    @property
    def offset(self) -> str:
        """+08:00."""
        hours, minutes = divmod(abs(self.ahead), 60)
        return f"{'-' if self.ahead < 0 else '+'}{hours:02d}:{minutes:02d}"


def _ahead(zone: tzinfo, local: datetime) -> int:
    offset = zone.utcoffset(local)
    return round(offset.total_seconds() / 60) if offset else 0


def at_wall(milliseconds: int, zone: tzinfo) -> Moment:
    """The moment of a wall clock (ms since 1970 UTC). Raises OverflowError out of the years 1 to 9999."""
    local = (_EPOCH.replace(tzinfo=UTC) + timedelta(milliseconds=milliseconds)).astimezone(zone)
    naive = local.replace(tzinfo=None)
    return Moment(naive, _ahead(zone, naive))


def after_days(days: int, zone: tzinfo) -> Moment:
    """The local midnight so many days after 1970-01-01. Raises OverflowError out of the years 1 to 9999."""
    local = _EPOCH + timedelta(days=days)
    return Moment(local, _ahead(zone, local))


def parse(text: str, zone: tzinfo) -> Moment | None:
    """A date, or date and time with "T" between, with or without an offset; None when it is neither."""
    day, separator, clock = text.strip().partition("T")
    found = _DATE.fullmatch(day)
    if not found:
        return None
    try:
        local = datetime(int(found[1]), int(found[2]), int(found[3]))  # noqa: DTZ001 - local time
        if separator:
            return parse_time(clock, zone, local)
    except (ValueError, OverflowError):
        return None
    return Moment(local, _ahead(zone, local))


def parse_time(text: str, zone: tzinfo, day: datetime = _EPOCH) -> Moment | None:
    """A time of day on a day; None when it is none."""
    found = _TIME.fullmatch(text.strip())
    if not found:
        return None
    fraction = int(((found[4] or "0") + "000")[:3]) if found[4] else 0
    try:
        local = day.replace(
            hour=int(found[1]), minute=int(found[2]), second=int(found[3] or 0), microsecond=fraction * 1000
        )
        if found[5]:
            shift = timedelta(0) if found[5] == "Z" else _shift(found[5])
            utc = (local - shift).replace(tzinfo=UTC)
            local = utc.astimezone(zone).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None
    return Moment(local, _ahead(zone, local))


def _shift(text: str) -> timedelta:
    hours, _, minutes = text[1:].partition(":")
    if not minutes and len(hours) > 2:
        hours, minutes = hours[:-2], hours[-2:]
    shift = timedelta(hours=int(hours), minutes=int(minutes or 0))
    return -shift if text[0] == "-" else shift


def written(moment: Moment, pattern: str, *, chinese: bool = False) -> str | None:
    """The moment by a pattern of %Y %y %m %n %b %d %e %H %h %M %S %3 %a %%; None for a pattern with another letter."""
    pieces: list[str] = []
    letters = iter(pattern)
    for letter in letters:
        if letter != "%":
            pieces.append(letter)
            continue
        piece = _piece(moment.local, next(letters, ""), chinese=chinese)
        if piece is None:
            return None
        pieces.append(piece)
    return "".join(pieces)


def _piece(at: datetime, letter: str, *, chinese: bool) -> str | None:
    match letter:
        case "%":
            return "%"
        case "Y":
            return f"{at.year:04d}"
        case "y":
            return f"{at.year:04d}"[2:]
        case "m":
            return f"{at.month:02d}"
        case "n":
            return str(at.month)
        case "b":
            return f"{at.month}月" if chinese else _MONTHS[at.month - 1]
        case "d":
            return f"{at.day:02d}"
        case "e":
            return str(at.day)
        case "a":
            return f"周{'一二三四五六日'[at.weekday()]}" if chinese else _DAYS[at.weekday()]
    return _clock_piece(at, letter)


def _clock_piece(at: datetime, letter: str) -> str | None:
    match letter:
        case "H":
            return f"{at.hour:02d}"
        case "h":
            return str(at.hour)
        case "M":
            return f"{at.minute:02d}"
        case "S":
            return f"{at.second:02d}"
        case "3":
            return f"{at.microsecond // 1000:03d}"
    return None
