"""Reading dates and moments back out of a question, by patterns of the tests' own."""

from __future__ import annotations

import re
from calendar import month_name
from datetime import date as day_of
from datetime import datetime, time

MONTHS = list(month_name)[1:]
_NAMES = "|".join(MONTHS)
_DATE = rf"(?:(\d{{4}})-(\d\d)-(\d\d)|(\d{{4}}) ?年 ?(\d+) ?月 ?(\d+) ?日|(\d+) ({_NAMES}) (\d{{4}})|({_NAMES}) (\d+), (\d{{4}}))"


def moment(label: str, words: str) -> datetime:
    """The date behind `label`, with its time where it has one."""
    found = re.search(rf"(?:{label})[：: ]*(?:(\d\d):(\d\d) on )?{_DATE}(?:,? (\d\d):(\d\d))?", words, re.IGNORECASE)
    if not found:
        raise AssertionError(f"no {label} in {words}")
    h1, m1, *day, h2, m2 = found.groups()
    if day[0] or day[3]:
        year, month, date = (int(part) for part in (day[0:3] if day[0] else day[3:6]))
    elif day[6]:
        year, month, date = int(day[8]), MONTHS.index(day[7]) + 1, int(day[6])
    else:
        year, month, date = int(day[11]), MONTHS.index(day[9]) + 1, int(day[10])
    return datetime.combine(day_of(year, month, date), time(int(h1 or h2 or 0), int(m1 or m2 or 0)))
