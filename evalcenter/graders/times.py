"""Times of day in running text, Chinese and English: 4 p.m., 下午4点, 16:30, 四点半, 12 noon.

Rules this module keeps:

* A time is read where it carries a part of the day, minutes, or a word of the clock (时, o'clock's 点); of a range both ends.
* Its key is the minutes since midnight, so that 4 p.m. = 16:00 = 下午4点.
* A time with a point (10.20) is one only behind or before a word that tells times.

It refuses to guess: a bare number is no time.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Final

from evalcenter.graders import spelled

Time = tuple[int, int, str]
"""Start, end and key of a time of day."""

_NUMBER: Final = r"(?:\d{1,2}|[一二两三四五六七八九十]{1,3})"
_HOUR_EN: Final = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_TIME_EN: Final = re.compile(
    rf"(?<![\d.:A-Za-z])(?:(\d{{1,2}})(?:[:.](\d\d))?[ ]?(?:-|–|—|to|until"
    rf"|and)[ ]?)?(?:(\d{{1,2}})(?:[:.](\d\d))?|({_HOUR_EN}))[ \u2009\u202f\xa0]?(?:([ap])\.?m\b|(?<=12 )(noon"
    rf"|midday|midnight)\b)",
    re.IGNORECASE,
)
_PART: Final = "凌晨|早上|早晨|清晨|早|上午|中午|正午|午间|下午|午后|傍晚|晚上|晚间|晚|夜里|夜间|当晚"
_TIME_ZH: Final = re.compile(
    rf"(?<![\d.第])({_PART})?[ ]?({_NUMBER})(?:[点时]钟?(?![间候段])|[:：∶](?=\d\d))[ ]?(?:(半|[一三]刻|整)"
    rf"|({_NUMBER})(分)?)?"
)
_COUNTED: Final = re.compile(r"\d{1,2}[ ]?点(?=[^\d\s。,，;；前后之左至到-]|[:：])")
_UNTIL: Final = re.compile(r"[ ]?(?:至|到|-|–|—|~|～|和|、)+[ ]?")
_DOTTED: Final = re.compile(r"(\d{1,2})\.([0-5]\d)(?!\.?\d)")
_CLOCK_CUE: Final = re.compile(
    r"(?:\b(?:at|from|until|till|before|after|between)[ ]|[上下中]午|早上|晚上|至|到|于)[ ]?$", re.I
)
_STARTS: Final = re.compile(r"[ ]?(?:开始|开门|出发|发车|起飞)")
_NOON: Final = re.compile(r"\bnoon\b|\bmidday\b|正午")
_MIDNIGHT: Final = re.compile(r"\bmidnight\b|午夜")
_QUARTERS: Final = {"半": 30, "一刻": 15, "三刻": 45, "整": 0}


def _hour(hour: int, part: str) -> int:
    """The hour from 0 to 23 of an hour with its part of the day."""
    late = (
        part in {"p", "下午", "午后", "傍晚"}
        or (part in {"晚上", "晚间", "晚", "夜里", "夜间", "当晚"} and hour >= 5)
        or (part in {"中午", "正午", "午间"} and hour < 10)
    )
    if part == "a" or (part in {"晚上", "夜里", "凌晨", "夜间"} and hour == 12):
        return hour % 12
    return hour + 12 if late and hour < 12 else hour % 24


@lru_cache(maxsize=64)
def read_times(text: str) -> tuple[Time, ...]:
    """Times of day that carry a part of the day or minutes: start, end and key."""
    times = list(_times_en(text))
    taken = [(start, end) for start, end, _ in times]
    for time in _times_zh(text):
        at = bisect_right(taken, (time[1], 0))
        if not (at and taken[at - 1][1] > time[0]):
            times.append(time)
    return tuple(times)


def _times_en(text: str) -> Iterator[Time]:
    """4 p.m., 4:30pm, 2-4 pm, 12 noon."""
    for found in _TIME_EN.finditer(text):
        first, first_minute, digits, minute, word, half, named = found.groups()
        last = digits or str(_HOUR_EN.split("|").index(word.lower()) + 1)
        half = (half or ("a" if named.lower() == "midnight" else "p")).lower()
        if int(last) > 12:
            continue
        if first and int(first) <= 12:
            own = half if int(first) % 12 <= int(last) % 12 else "a" if half == "p" else "p"
            yield found.start(), found.end(1), _key(_hour(int(first), own), int(first_minute or 0))
        yield found.start(3 if digits else 5), found.end(), _key(_hour(int(last), half), int(minute or 0))


def _times_zh(text: str) -> Iterator[Time]:
    """下午4点, 下午2点到4点, 16时30分, 四点半, 16:30."""
    part, until = "", -1
    for found in _TIME_ZH.finditer(text):
        here, hour, named, minute, told = found.groups()
        carried = part if until >= 0 and _UNTIL.fullmatch(text, until, found.start()) else ""
        part, until = here or carried, found.end()
        hours, minutes = (
            spelled.read_zh(word or "零") if not (word or "").isdigit() else Decimal(word) for word in (hour, minute)
        )
        if hours is None or minutes is None or hours > 24 or minutes > 59:
            continue
        sure = text[found.end(2)] == "时" or (
            hour.isdigit() and text[found.end(2)] == "点" and not _COUNTED.match(text, found.start(2))
        )
        exact = named or told or (minute and (part or text[found.start(4) - 1] in ":：∶"))
        if part or exact or sure:
            end = found.end() if exact or not minute else found.start(4)
            after = int(minutes) if exact and not named else _QUARTERS.get(named or "", 0)
            yield found.start(), end, _key(_hour(int(hours), part), after)


def _key(hour: int, minute: int) -> str:
    return f"{hour * 60 + minute}min"


def named(text: str) -> Iterator[str]:
    """The keys of noon and midnight, where the text names them."""
    lowered = text.lower()
    if _NOON.search(lowered):
        yield _key(12, 0)
    if _MIDNIGHT.search(lowered):
        yield _key(0, 0)


def dotted(text: str, at: int) -> str:
    """The key of a time of day written with a point (at 10.20) at `at`, or ""."""
    found = _DOTTED.match(text, at)
    if not found or int(found[1]) > 23:
        return ""
    timed = _CLOCK_CUE.search(text, max(0, at - 9), at) or _STARTS.match(text, found.end())
    return _key(int(found[1]), int(found[2])) if timed else ""
