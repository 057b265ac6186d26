"""Deadlines, counted again day by day on a calendar built from the printed table."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta

import pytest

from evalcenter.records import Lang
from tests.generators.clock import MONTHS, moment
from tests.generators.reading import LANGS, draw, filed, marks, one, place, text

DAY = timedelta(days=1)


def calendar(words: str, *, bare: bool = False) -> set[date]:
    """The working days of the year and the beginning of the next, by the table, or `bare` of it."""
    year = int(one(r"(?:附表　|days off in )(\d{4})", words))
    days = {date(year, 1, 1) + n * DAY for n in range(450) if (date(year, 1, 1) + n * DAY).isoweekday() <= 5}
    table = next(block for block in re.split("附表　(?=\\d{4})|Table: (?=days off)", words)[1:]).split("\n\n")[0]
    rows = re.findall(r"(?m)^- .+?[：:] ?(.+)$", table)
    for row in [] if bare else rows:
        ends = [date(year, int(m), int(d)) for m, d in re.findall(r"(\d+) 月 (\d+) 日", row)]
        ends += [date(year, MONTHS.index(m) + 1, int(d)) for d, m in re.findall(rf"(\d+) ({'|'.join(MONTHS)})", row)]
        span = {ends[0] + n * DAY for n in range((ends[-1] - ends[0]).days + 1)}
        if re.search("周[六日]", row):
            days |= span
        else:
            days -= span
    return days


def start(words: str, works: set[date]) -> date:
    """The day of receipt, put off where it came late or on a day off."""
    place("视为下一个工作日|counts as received", words)
    came = moment("收到申请时间|date and time of receipt", re.sub(r"\((?:周.|a \w+)\)| \(a \w+\)", "", filed(words)))
    clock = re.search(r"(?:晚于|comes in after) (\d\d):(\d\d)", words)
    assert clock
    day = came.date() + (DAY if (came.hour, came.minute) > (int(clock[1]), int(clock[2])) else 0 * DAY)
    while day not in works:
        day += DAY
    return day


def again(words: str, *, bare: bool = False) -> date | int:
    """The date, or the number of working days, that is asked for."""
    works, record = calendar(words, bare=bare), filed(words)
    if re.search("申请复核的最后一天是|last date on which a review", words):
        day = moment("决定送达日期|date of service", record).date()
        for _ in range(int(one(r"(?:送达的次日起|may be asked for within) (\d+)", words))):
            day += DAY
        return min(open_day for open_day in works if open_day >= day)
    first = start(words, works)
    if re.search("用了多少个工作日|how many working days", words):
        last = moment("作出决定日期|date of the decision", record).date()
        return len([day for day in works if first < day <= last])
    paused: set[date] = set()
    if re.search("补正通知日期|more papers asked for on", record, re.IGNORECASE):
        asked = moment("发出补正通知日期|more papers asked for on", record).date()
        came = moment("收到补正材料日期|date on which the papers came in", record).date()
        paused = {asked + n * DAY for n in range(1, (came - asked).days + 1)}
    counted = sorted(day for day in works - paused if day > first)
    return counted[int(one(r"(?:次日起|made within) (\d+) (?:个工作日|working days)", words)) - 1]


@pytest.mark.parametrize("lang", LANGS)
def test_the_answer_follows_from_notice_and_table(lang: Lang) -> None:
    """Counting on a calendar gives the answer; the plain weekdays alone give another one in most questions."""
    kinds, table = Counter[str](), 0
    for number in range(400):
        item = draw("working_days", lang, number, {"unanswerable": "0"})
        made = again(text(item))
        check = item.criteria[0].check["number"]
        shown = check.get("date") or int(check["target"])
        assert shown == (made.isoformat() if isinstance(made, date) else made), text(item)
        kinds["date" if isinstance(made, date) else "count"] += 1
        table += again(text(item), bare=True) != made
        assert marks(item, text(item))["value"] != "met"
    assert kinds["count"] >= 60
    assert table >= 200


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_missing_cannot_be_read(lang: Lang) -> None:
    """Where a date or the table is left out, nothing can be counted."""
    for number in range(200):
        with pytest.raises(AssertionError):
            again(text(draw("working_days", lang, number, {"unanswerable": "1"})))
