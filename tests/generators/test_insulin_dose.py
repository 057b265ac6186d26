"""Insulin doses, recomputed with fractions from the printed rule and the record."""

from __future__ import annotations

import math
import re
from fractions import Fraction

import pytest

from evalcenter.records import Lang
from tests.generators.reading import LANGS, close, draw, one, text


def glucose(words: str) -> Fraction:
    """The glucose before the meal."""
    return one(r"(?:餐前血糖|glucose before the meal)[：: ]*([\d.]+) m", words)


def scale(words: str) -> Fraction:
    """The dose by the sliding scale: the last row whose limit is reached."""
    sugar, dose = glucose(words), one(r"(?:餐前固定剂量|usual dose before meals)[：: ]*(\d+) U", words)
    if sugar < one(r"(?:^|；|; )(?:低于|below) ([\d.]+)(?: 时不注射| inject nothing)", words):
        return Fraction(0)
    change = None
    for limit, sign, units in re.findall(
        r"(?m)^- (?:from )?([\d.]+)(?: 起)?.*?(加|减|add|subtract|不变|no change)(?: (\d+) U)?$", words
    ):
        if sugar >= Fraction(limit):
            change = int(units or 0) * (-1 if sign in {"减", "subtract"} else 1)
    assert change is not None
    return dose + change


def ratio(words: str) -> Fraction:
    """The dose by carbohydrate and correction, in steps of the pen."""
    food = one(r"(?:本餐碳水化合物|carbohydrate in the meal)[：: ]*(\d+) g", words) / one(
        r"(?:每|every) (\d+) g", words
    )
    target = one(r"(?:高于|above) ([\d.]+) m", words)
    high = (glucose(words) - target) / one(r"(?:每|every) ([\d.]+) m", words)
    active = one(r"(?:体内仍有效的胰岛素|insulin still active)[：: ]*([\d.]+) U", words)
    step = one(r"(?:四舍五入到|to the nearest) ([\d.]+) U", words)
    total = food + (max(Fraction(0), high - active) if high > 0 else 0)
    return math.floor(total / step + Fraction(1, 2)) * step


@pytest.mark.parametrize("lang", LANGS)
def test_the_dose_follows_from_the_question(lang: Lang) -> None:
    """The printed rule, applied with fractions to the words of the question, gives the target; both kinds are drawn often."""
    kinds = 0
    for number in range(400):
        item = draw("insulin_dose", lang, number, {"unanswerable": "0"})
        words = text(item)
        by_scale = "本餐" not in words and "Carbohydrate in" not in words and "carbohydrate in" not in words
        kinds += by_scale
        assert close(scale(words) if by_scale else ratio(words), item), words
    assert 100 <= kinds <= 300


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_missing_is_not_in_the_question(lang: Lang) -> None:
    """Where a value is left out, neither rule can be applied."""
    for number in range(200):
        words = text(draw("insulin_dose", lang, number, {"unanswerable": "1"}))
        for way in (scale, ratio):
            with pytest.raises(AssertionError):
                way(words)
