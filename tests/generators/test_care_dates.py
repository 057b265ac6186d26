"""Dates of care, recomputed from the words of the question day by day."""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime, timedelta

import pytest

from evalcenter.generators.moments import later
from evalcenter.records import Lang
from tests.generators.clock import moment
from tests.generators.reading import LANGS, draw, one, text

DAY = timedelta(days=1)
WEEK = {"周一": 0, "周二": 1, "周三": 2, "周四": 3, "周五": 4} | {
    name: at for at, name in enumerate(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"))
}


def months_on(day: date, months: int) -> date:
    """Month by month on the calendar, the day kept where it exists."""
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def fasting(words: str) -> datetime:
    """The start less the hours of what is asked."""
    start = moment("手术开始时间|start of the operation", words)
    asked = re.search(r"还可以进(.+?)？|may the patient have (.+?)\?", words)
    assert asked
    what = asked[1] or asked[2]
    hours = one(rf"(?:{what}至少(?:提前 )?|no {what} for at least ) ?(\d+)", words)
    return start - timedelta(hours=int(hours))


def vaccine(words: str) -> date:
    """The first day on which both intervals have passed."""
    first = moment("第 1 剂接种日期|date of dose 1", words).date()
    second = moment("第 2 剂接种日期|date of dose 2", words).date()
    one_three = int(one(r"(?:第 1 剂至少间隔|comes at least) (\d+)", words))
    two_three = int(one(r"(?:第 2 剂至少间隔|and at least) (\d+)", words))
    return max(months_on(first, one_three), months_on(second, two_three))


def follow_up(words: str) -> date:
    """Day by day to the date and on to an open day."""
    day = moment("出院日期|date of discharge", words).date()
    found = re.search(r"(?:出院后满|follow-up is) (\d+) (周|天|weeks|days)", words)
    days = re.search(r"只在(.+?)开诊|open on (.+?) only", words)
    assert found, words
    assert days, words
    for _ in range(int(found[1]) * (7 if found[2] in {"周", "weeks"} else 1)):
        day += DAY
    opened = {WEEK[name] for name in re.split("、|, ", days[1] or days[2])}
    while calendar.weekday(day.year, day.month, day.day) not in opened:
        day += DAY
    return day


def supply(words: str) -> date:
    """Tablet by tablet until the last one, then back."""
    day = moment("开始服药日期|date of the first tablet", words).date()
    left, daily = (
        int(one(r"(?:发药数量|number of tablets supplied)[：: ]*(\d+)", words)),
        int(one(r"(?:每天服|only\):) (\d) (?:片|tablet)", words)),
    )
    while left > daily:
        left, day = left - daily, day + DAY
    return day - int(one(r"(?:之前|asked for) (\d+) (?:天|days)", words)) * DAY


def again(words: str) -> date:
    """The date, or the moment, that is asked for."""
    for sign, way in (("禁食|Fasting", fasting), ("接种|dose 3", vaccine), ("复诊|follow-up", follow_up)):
        if re.search(sign, words):
            return way(words)
    return supply(words)


@pytest.mark.parametrize("lang", LANGS)
def test_the_date_follows_from_the_question(lang: Lang) -> None:
    """Counting on the calendar from the words of the question gives the date."""
    for number in range(400):
        item = draw("care_dates", lang, number, {"unanswerable": "0"})
        made = again(text(item))
        shown = f"{made:%Y-%m-%d %H:%M}" if isinstance(made, datetime) else made.isoformat()
        assert item.examples.good[0].text.endswith(shown), (shown, text(item))
        check = item.criteria[0].check
        assert "mentions" in check or check["number"]["date"] == shown


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_missing_is_not_in_the_question(lang: Lang) -> None:
    """Where a value is left out, the date cannot be worked out."""
    for number in range(200):
        with pytest.raises(AssertionError):
            again(text(draw("care_dates", lang, number, {"unanswerable": "1"})))


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2023, 1, 31), 1, date(2023, 2, 28)),
        (date(2023, 12, 15), 1, date(2024, 1, 15)),
        (date(2024, 3, 31), -1, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2023, 8, 31), 6, date(2024, 2, 29)),
        (date(2023, 11, 30), 1, date(2023, 12, 30)),
    ],
)
def test_calendar_months(start: date, months: int, end: date) -> None:
    """The same day some months on, or the last day of a shorter month; leap years included."""
    assert later(start, months) == end
