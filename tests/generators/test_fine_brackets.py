"""Fines, worked out again from the printed schedule, the addition day by day."""

from __future__ import annotations

import re
from calendar import monthrange
from collections import Counter
from datetime import date, timedelta
from fractions import Fraction

import pytest

from evalcenter.records import Lang
from tests.generators.clock import moment
from tests.generators.reading import LANGS, articles, cites, draw, filed, one, place, text

DAY = timedelta(days=1)


def back(day: date, months: int) -> date:
    """So many calendar months before, month by month."""
    for _ in range(months):
        day = date(day.year - (day.month == 1), (day.month - 2) % 12 + 1, day.day)
    assert day.day <= monthrange(day.year, day.month)[1]
    return day


def bands(words: str) -> tuple[int, Fraction, int]:
    """The article of the band, its fine, and how many of the ends of bands lie beside the measurement."""
    measured = int(one(r"(?:超载比例|超过限值|占道面积|超标比例|overload|limit|area used)[：: ]*(\d+)", filed(words)))
    beside = 0
    at, fine = 0, Fraction(0)
    for number, body in articles(words).items():
        if not re.match(r"实测|Up to \d|Above \d", body):
            continue
        above = re.search(r"(?<!不)超过 (\d+)|Above (\d+)", body)
        most = re.search(r"不超过 (\d+)|[Uu]p to (\d+)", body)
        low = int(above[1] or above[2]) if above else -1
        high = int(most[1] or most[2]) if most else 10**9
        beside += measured in {high, high + 1}
        if low < measured <= high:
            at, fine = number, one(r"(?:罚款 |fine of [£$€])(\d+)", body)
    assert at, words
    return at, fine, beside


def again(words: str) -> tuple[Fraction, int, bool, int]:
    """The sum, the article of the band, whether the measurement lies beside an end, and the days of lateness."""
    record = filed(words)
    at, fine, beside = bands(words)
    inspected = moment("检查日期|inspected on", record).date()
    repeat = (
        re.search(r"(?:上一次同类处罚决定|last decision of this kind)[：: ]*(?:无|none)", record, re.IGNORECASE) is None
    )
    span = int(
        one(r"(?:检查之日前 |within )(\d+) (?:个月|months)", articles(words)[place("加重 \\d+%|% higher", words)])
    )
    if repeat:
        repeat = moment("上一次同类处罚决定|last decision of this kind", record).date() >= back(inspected, span)
        fine += fine * one(r"(?:加重 |fine is )(\d+)%", words) / 100 if repeat else 0
    mended = moment("改正日期|date of the correction", record).date()
    allowed = not (repeat and re.search("不适用减轻|gets no reduction", words))
    if allowed and mended <= inspected + int(one(r"(?:检查之日起|right within) (\d+)", words)) * DAY:
        fine -= fine * one(r"(?:减轻 |gets )(\d+)%", words) / 100
    fine = min(fine, one(r"(?:罚款最高 |fine is more than [£$€])(\d+)", words))
    served, paid = (
        moment("收到处罚决定日期|date of service", record).date(),
        moment("缴款日期|date of payment", record).date(),
    )
    pay = int(one(r"(?:收到决定之日起|fine is paid within) (\d+)", words))
    daily = one(r"(?:罚款数额的 |payment, )(\d+)%", words) / 100
    added, days, day = Fraction(0), 0, served + pay * DAY
    while day < paid:
        day, days, added = day + DAY, days + 1, added + fine * daily
    return fine + min(fine, added), at, bool(beside), days


@pytest.mark.parametrize("lang", LANGS)
def test_sum_and_band_follow_from_the_schedule(lang: Lang) -> None:
    """The printed schedule gives the sum and the article of the band; half of the measurements lie beside the end of a band."""
    near, seen = 0, Counter[int]()
    for number in range(400):
        item = draw("fine_brackets", lang, number, {"unanswerable": "0"})
        made, at, beside, days = again(text(item))
        assert Fraction(item.criteria[0].check["number"]["target"]) == made, text(item)
        assert cites(item, at), text(item)
        near += beside
        seen[min(days, 2)] += 1
    assert near >= 180
    assert min(seen[days] for days in range(3)) >= 30


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_missing_cannot_be_read(lang: Lang) -> None:
    """Where a fact or an article is left out, the sum cannot be worked out."""
    for number in range(200):
        with pytest.raises(AssertionError):
            again(text(draw("fine_brackets", lang, number, {"unanswerable": "1"})))
