"""The time of an appointment as an interviewer types it, on the keyboard as it is: 1830, 明天 1830, +30, 12-05 18:30, 周六上午10点."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.clock import in_china

_LATEST = timedelta(days=60)
_DAYS = {"今天": 0, "今晚": 0, "明天": 1, "明晚": 1, "后天": 2, "大后天": 3, "today": 0, "tomorrow": 1}
_WEEKDAYS = "一二三四五六日"
_RELATIVE = re.compile(r"\+(\d{1,4})(?!\d)")
_DATE = re.compile(r"(\d{1,2})([-/月.])(\d{1,2})[日号]?")
_DAY_OF_MONTH = re.compile(r"(?<!\d)(\d{1,2})[日号](?![楼线门院店机])")
_DAYS_LATER = re.compile(r"(\d{1,2})(天|周|个?星期|个?礼拜)之?后")
_WEEKDAY = re.compile(r"(下个?)?(?:周|星期|礼拜)([一二三四五六日天])")
_ANOTHER_DAY = re.compile(
    r"下下|周末|昨[天晚日]|(?<!大)前天|[明去]年|个月|[年月]之?后|月[初底末]|初[一二三四五六七八九十]"
)
"""Words that name some day which is not worked out: never taken for today."""
_CLOCK = re.compile(r"(\d{1,2})[:：点时.](\d{1,2}|半|[一三]刻)?分?")
_DIGITS = re.compile(r"(?<!\d)([01]?\d|2[0-3])([0-5]\d)(?!\d)")
_SPOKEN = re.compile(
    r"(?<![周期拜初零一二两三四五六七八九十])([零一二两三四五六七八九十]{1,3})(?=[点时分月日号天周]|个?星期|个?礼拜)"
    r"|(?<=[点时])([零一二两三四五六七八九十]{1,3})(?!刻)"
)
_NUMERALS = {
    "零": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_PARTS = {"半": 30, "一刻": 15, "三刻": 45}
_LATER = ("下午", "晚", "午后", "pm")


@dataclass(frozen=True, slots=True)
class Meant:
    """wall: the moment, ms. said: it again in one form, "2026-03-03 18:30": shown so that a slip is seen."""

    wall: int
    said: str


def appointment(text: str, now: int) -> Meant | None:
    """The first moment after `now` (ms wall) that the text means; None when it names no time, a day that is not understood, or a
    moment that is past or 60 days off. A time without a day is today's, or tomorrow's when it has passed."""
    plain = _SPOKEN.sub(lambda found: str(_number(found[0])), unicodedata.normalize("NFKC", text).lower())
    here = in_china(now)
    if relative := _RELATIVE.search(plain):
        return _meant(here + timedelta(minutes=int(relative[1])), here)
    if _ANOTHER_DAY.search(plain):
        return None
    try:
        day, rest = _day(plain, here)
    except ValueError:
        return None
    clock = _clock(rest)
    if clock is None:
        return None
    hour, minute = clock
    later = any(word in rest or word in plain for word in _LATER)
    if (later and hour < 12) or ("中午" in plain and hour < 6):
        hour += 12
    elif hour == 12 and "晚" in plain:  # midnight, as people say it
        hour, day = 0, (day or here) + timedelta(days=1)
    try:
        moment = (day or here).replace(hour=hour, minute=minute, second=0, microsecond=0)
    except ValueError:
        return None
    if day is None and moment <= here:
        moment += timedelta(days=1)
    return _meant(moment, here)


def _day(plain: str, here: datetime) -> tuple[datetime | None, str]:
    """(the day that is named, the text without its date). Raises ValueError when there is no such day."""
    for word in sorted(_DAYS, key=len, reverse=True):
        if word in plain:
            return here + timedelta(days=_DAYS[word]), plain.replace(word, "晚" if "晚" in word else "", 1)
    if found := _WEEKDAY.search(plain):
        wanted = _WEEKDAYS.index("日" if found[2] == "天" else found[2])
        ahead = (wanted - here.weekday()) % 7 + (7 if found[1] and wanted >= here.weekday() else 0)
        return here + timedelta(days=ahead), plain.replace(found[0], "", 1)
    if found := _DAYS_LATER.search(plain):
        days = int(found[1]) * (1 if found[2] == "天" else 7)
        return here + timedelta(days=days), plain.replace(found[0], "", 1)
    if found := _DATE.search(plain):
        try:
            day = here.replace(month=int(found[1]), day=int(found[3]))
        except ValueError:
            if found[2] == ".":  # 18.30 is an hour
                return None, plain
            raise
        if day.date() < here.date():
            day = day.replace(year=here.year + 1)
        return day, plain.replace(found[0], "", 1)
    if found := _DAY_OF_MONTH.search(plain):
        return _this_month_or_next(int(found[1]), here), plain.replace(found[0], "", 1)
    return None, plain


def _this_month_or_next(day: int, here: datetime) -> datetime:
    """5号: today or the first one to come. Raises ValueError when that month has no such day."""
    if day >= here.day:
        return here.replace(day=day)
    return (here.replace(day=1) + timedelta(days=31)).replace(day=day)


def _clock(rest: str) -> tuple[int, int] | None:
    if found := _CLOCK.search(rest):
        return int(found[1]), _PARTS.get(found[2]) or int(found[2] or 0)
    if found := _DIGITS.search(rest):
        return int(found[1]), int(found[2])
    return None


def _number(spoken: str) -> int:
    """十 → 10, 十二 → 12, 三十 → 30, 二十五 → 25."""
    tens, ten, ones = spoken.partition("十")
    if not ten:
        return _NUMERALS[spoken[-1]]
    return 10 * _NUMERALS.get(tens[-1:] or "一", 1) + (_NUMERALS.get(ones[-1:], 0) if ones else 0)


def _meant(moment: datetime, here: datetime) -> Meant | None:
    if not here < moment <= here + _LATEST:
        return None
    return Meant(int(moment.timestamp() * 1000), moment.strftime("%Y-%m-%d %H:%M"))
