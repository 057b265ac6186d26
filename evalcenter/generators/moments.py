"""Dates and moments in questions and answers, in Chinese and English.

Rules this module keeps:

* A question writes dates in words or digits; the answer is asked for as YYYY-MM-DD, with HH:MM on the 24-hour clock where a
  time is due.
* A moment is read by phrases: the usual spellings of its date, then its time, behind the label of the line.
* Half of the drawn dates stand near the end of a month, and February is drawn often, leap years included.

It refuses to know today's date: every date is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from evalcenter.draws import Draws
from evalcenter.generators.drafting import MONTHS, say
from evalcenter.generators.problems import Part, Wrong, answer_label
from evalcenter.records import Lang

WEEKDAYS: Final = (
    ("周一", "Monday"),
    ("周二", "Tuesday"),
    ("周三", "Wednesday"),
    ("周四", "Thursday"),
    ("周五", "Friday"),
    ("周六", "Saturday"),
    ("周日", "Sunday"),
)


def drawn_date(draws: Draws) -> date:
    """A date from 2023 to 2034, often near the end of a month, and of February above all."""
    year = draws.between(2023, 2034)
    if draws.coin(1, 4):
        return date(draws.choice((2024, 2028, 2032, year)), 2, draws.between(20, 28))
    month = draws.between(1, 12)
    return date(year, month, draws.between(24, 28) if draws.coin(1, 3) else draws.between(1, 28))


def drawn_moment(draws: Draws, step: int = 15) -> datetime:
    """A date with a time of day, in steps of `step` minutes."""
    minutes = draws.between(0, 24 * 60 - 1, step)
    return datetime.combine(drawn_date(draws), datetime.min.time()) + timedelta(minutes=minutes)


def later(start: date, months: int) -> date:
    """The same day `months` calendar months later, or the last day of that month where it has no such day."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    after = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(start.day, (after - timedelta(days=1)).day))


def date_text(lang: Lang, day: date, draws: Draws) -> str:
    """The date as a record would write it."""
    if draws.coin(1, 3):
        return day.isoformat()
    if lang == "zh":
        return (
            f"{day.year} 年 {day.month} 月 {day.day} 日"
            if draws.coin(1, 2)
            else f"{day.year}年{day.month}月{day.day}日"
        )
    month = MONTHS[day.month - 1]
    return f"{day.day} {month} {day.year}" if draws.coin(1, 2) else f"{month} {day.day}, {day.year}"


def moment_text(lang: Lang, moment: datetime, draws: Draws) -> str:
    """The moment as a record would write it."""
    clock = moment.strftime("%H:%M")
    written = date_text(lang, moment.date(), draws)
    return say(lang, f"{written} {clock}", f"{clock} on {written}" if draws.coin(1, 2) else f"{written}, {clock}")


def weekday(lang: Lang, day: date) -> str:
    """The day of the week."""
    return WEEKDAYS[day.weekday()][lang == "en"]


def shown(moment: datetime) -> str:
    """The moment as it is asked for."""
    return moment.strftime("%Y-%m-%d %H:%M")


def moment_check(label: str, moment: datetime) -> dict[str, Any]:
    """A check by the `mentions` grader: behind `label` stand the date and the time."""
    day, month = moment.date(), MONTHS[moment.month - 1]
    dates = (
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day:%Y/%m/%d}",
        f"{day.year}-{day.month}-{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y}年{day:%m}月{day:%d}日",
        f"{day.year} 年 {day.month} 月 {day.day} 日",
        f"{day.day} {month} {day.year}",
        f"{month} {day.day}, {day.year}",
    )
    clocks = {moment.strftime("%H:%M"), f"{moment.hour}:{moment:%M}"}
    # "T" glues date and time together, so that spelling is listed whole.
    whole = [f"{label}...{day.isoformat()}T{moment:%H:%M}"]
    orders = [f"{label}...{written}...{clock}" for written in dict.fromkeys(dates) for clock in sorted(clocks)]
    return {"mentions": {"any": [*orders, *whole], "negation": "ignore"}}


def moment_part(lang: Lang, right: datetime, mistakes: Sequence[tuple[str, datetime]]) -> Part:
    """A part whose answer is a moment; mistakes that lead to it are left out."""
    label = answer_label(lang)
    wrong = {moment: how for how, moment in reversed(mistakes) if moment != right}
    return Part(
        id="value",
        text=say(
            lang, "给出的日期和时刻与按规则算得的一致", "The date and time stated are those that the rule leads to"
        ),
        check=moment_check(label, right),
        label=label,
        form=say(lang, "日期和时刻(YYYY-MM-DD HH:MM，24 小时制)", "date and time (YYYY-MM-DD HH:MM, 24-hour clock)"),
        right=shown(right),
        wrong=tuple(Wrong(how=how, shown=shown(moment)) for moment, how in wrong.items()),
    )


def date_part(lang: Lang, right: date, mistakes: Sequence[tuple[str, date]]) -> Part:
    """A part whose answer is a date; mistakes that lead to it are left out."""
    wrong = {day: how for how, day in reversed(mistakes) if day != right}
    return Part(
        id="value",
        text=say(lang, "给出的日期与按规则算得的一致", "The date stated is the one that the rule leads to"),
        check={"number": {"date": right.isoformat()}},
        label=answer_label(lang),
        form=say(lang, "日期(YYYY-MM-DD)", "the date (YYYY-MM-DD)"),
        right=right.isoformat(),
        wrong=tuple(Wrong(how=how, shown=day.isoformat()) for day, how in wrong.items()),
    )
