"""Calendar dates in running text, Chinese and English.

Rules this module keeps:

* 2026年3月4日, 2026-03-04, 2026/3/4, 二〇二六年三月四日, 4 March 2026, March 4th, 2026 are read in either language.
* 03/04/2026 is month first in an English text, unless only day first makes a date; in a Chinese text it is read only where one
  order makes a date.
* A date without a year (3月4日, March 4) is read with `year` None. A day that the calendar does not have is no date.

It refuses to count: "three days later" and two-digit years are no dates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from evalcenter.graders import numeral_text, spelled
from evalcenter.records import Lang


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """One date; ``text[start:end]`` of the original holds it. `year` is None where none was written."""

    year: int | None
    month: int
    day: int
    start: int
    end: int

    def fits(self, wanted: date) -> bool:
        """Whether this is `wanted`, as far as it was written."""
        return (self.month, self.day) == (wanted.month, wanted.day) and self.year in {None, wanted.year}


_MONTHS: Final = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH: Final = (
    r"(?P<{0}>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|(?-i:May|MAY)|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_ZH: Final = "〇零一二三四五六七八九十"
_PATTERN: Final = re.compile(
    rf"""(?<![A-Za-z0-9./-])(?P<y1>\d{{4}})(?:[ ]?年[ ]?(?P<m1>\d{{1,2}})[ ]?月[ ]?(?P<d1>\d{{1,2}})[ ]?[日号]?
        |(?P<sep>[-/.])(?P<m2>\d{{1,2}})(?P=sep)(?P<d2>\d{{1,2}}))(?!\d)
    |(?P<y3>[{_ZH[:-1]}]{{4}})年(?P<m3>[{_ZH}]{{1,3}})月(?P<d3>[{_ZH}]{{1,3}})[日号]?
    |(?<!\d)(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?[ ](?:of[ ])?{_MONTH.format("m4")}(?:,?[ ](?P<y4>\d{{4}}))?(?![A-Za-z0-9])
    |(?<![A-Za-z]){_MONTH.format("m5")}[ ](?P<d5>\d{{1,2}})(?:st|nd|rd|th)?(?!\d|\.\d)(?:,?[ ](?P<y5>\d{{4}})(?!\d))?(?![A-Za-z])
    |(?<![\d/.-])(?P<a6>\d{{1,2}})(?P<sep6>[/.-])(?P<b6>\d{{1,2}})(?P=sep6)(?P<y6>\d{{4}})(?![\d/])
    |(?<!\d)(?P<m7>\d{{1,2}})[ ]?月[ ]?(?P<d7>\d{{1,2}})[ ]?[日号]
    |(?<![{_ZH}])(?P<m8>[{_ZH[2:]}]{{1,2}})月(?P<d8>[{_ZH[2:]}]{{1,3}})[日号]""",
    re.VERBOSE | re.IGNORECASE,
)
_SIGN: Final = re.compile(rf"月|\d[-/.]\d|[adfjmnos](?:{'|'.join(month[1:] for month in _MONTHS)})", re.IGNORECASE)
"""Every date holds one of these (or a month with another first letter, which is looked at in vain)."""


def read_dates(text: str, lang: Lang) -> tuple[Dated, ...]:
    """All dates of `text` in order, with spans in `text` itself. Pure, bounded for any text."""
    folded, places = numeral_text.fold(text)
    if not _SIGN.search(folded):
        return ()
    return tuple(
        Dated(year=year, month=month, day=day, start=places[start], end=places[end - 1] + 1)
        for year, month, day, start, end in _read(folded, lang)
    )


def _read(text: str, lang: Lang) -> Iterator[tuple[int | None, int, int, int, int]]:
    for found in _PATTERN.finditer(text):
        for year, month, day in _orders(found, lang):
            if _exists(year, month, day):
                yield year, month, day, found.start(), found.end()
                break


def _orders(found: re.Match[str], lang: Lang) -> list[tuple[int | None, int, int]]:
    """What the match may mean, most likely first."""
    if found["a6"]:
        first, second, year = int(found["a6"]), int(found["b6"]), int(found["y6"])
        if lang == "zh" and first <= 12 and second <= 12 and first != second:
            return []
        return [(year, first, second), (year, second, first)]
    for n in "1234578":
        months = found["m" + n] or (found["m2"] if n == "1" else None)
        if months:
            days = found["d" + n] or found["d2"]
            written = None if n in "78" else found["y" + n]
            return [(None if written is None else _number(written), _month(months), _number(days))]
    return []


def _number(words: str) -> int:
    if words.isascii():
        return int(words)
    read = spelled.read_zh(words)
    return int(read) if read is not None else 0


def _month(words: str) -> int:
    lowered = words[:3].lower()
    return _MONTHS.index(lowered) + 1 if lowered in _MONTHS else _number(words)


def _exists(year: int | None, month: int, day: int) -> bool:
    try:
        date(2024 if year is None else year, month, day)
    except (ValueError, OverflowError):
        return False
    return True
