"""Fees, added up again unit by unit from the printed schedule."""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction

import pytest

from evalcenter.records import Lang
from tests.generators.reading import LANGS, articles, cites, draw, filed, one, place, text


def again(words: str) -> tuple[Fraction, int | None, bool]:
    """The fee, the article that sets it (if a limit does), and whether the quantity stands on the end of a band or next to it."""
    units = int(one(r"(?:申请数量|quantity)[：: ]*(\d+)", words))
    rush = re.search(
        r"(?:办理方式|Service)[：: ]*(加急|普通|express|standard)|express (?=;|,|\.)", words, re.IGNORECASE
    )
    who = re.search(r"(?:申请人类别|group of applicants)[：: ]*(.+?)(?:[；。;，,.\n]|$)", filed(words), re.IGNORECASE)
    assert rush, words
    assert who, words
    tiers = articles(words)[place("计量费按数量|rate by quantity", words)].split("：" if "计量" in words else ": ", 1)[
        1
    ]
    whole = "全部" in tiers or "all of them" in tiers
    limits = sorted({int(n) for n in re.findall(r"(\d+) (?:页|小时|天|份|车|(?!each)[a-z]+)", tiers)})
    low, high = limits[0], limits[-1]
    prices = [Fraction(n) for n in re.findall(r"每\S+? ([\d.]+) 元|at [£$€]([\d.]+)", tiers) for n in n if n]
    assert len(prices) == 3, tiers

    def price(unit: int) -> Fraction:
        return prices[0] if unit <= low else prices[1] if unit <= high else prices[2]

    made = sum((price(units if whole else unit) for unit in range(1, units + 1)), Fraction(0))
    made += one(r"(?:基本费 |basic fee of [£$€])(\d+)", words)
    if rush[1] in {"加急", "express"}:
        made += made * one(r"(?:加收 |service costs )(\d+)%", words) / 100
    group = re.search(r"申请人为(.+?)的，减收|and is for (.+?)\.$", words, re.MULTILINE)
    barred = re.search("不享受减收|gives up the reduction", words) and rush[1] in {"加急", "express"}
    if (one(r"(?:减收 |reduction is )(\d+)%", words), group) and who[1] == (group[1] or group[2]) and not barred:
        made -= made * one(r"(?:减收 |reduction is )(\d+)%", words) / 100
    cap, least = one(r"(?:最高 |more than [£$€])(\d+)", words), one(r"(?:最低 |less than [£$€])(\d+)", words)
    near = units in {low, low + 1, high, high + 1}
    if made > cap:
        return cap, place("收费最高|costs more than", words), near
    return (least, place("收费最低|costs less than", words), near) if made < least else (made, None, near)


@pytest.mark.parametrize("lang", LANGS)
def test_sum_and_limit_follow_from_the_schedule(lang: Lang) -> None:
    """The printed schedule gives the sum and the limit that sets it; half of the quantities stand beside the end of a band."""
    near, limited = 0, Counter[str]()
    for number in range(400):
        item = draw("fee_schedule", lang, number, {"unanswerable": "0"})
        made, at, beside = again(text(item))
        assert Fraction(item.criteria[0].check["number"]["target"]) == made, text(item)
        assert cites(item, at), text(item)
        near += beside
        words = articles(text(item)).get(at or 0, "none")
        limited[re.search("最高|最低|more|less|none", words)[0]] += 1  # type: ignore[index]
    assert near >= 180
    assert min(limited.values()) >= 50
    assert len(limited) == 3


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_missing_cannot_be_read(lang: Lang) -> None:
    """Where a fact or a clause is left out, the fee cannot be worked out."""
    for number in range(200):
        with pytest.raises(AssertionError):
            again(text(draw("fee_schedule", lang, number, {"unanswerable": "1"})))
