"""Infusion rates, recomputed with fractions from the words of the question."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest

from evalcenter.records import Lang
from tests.generators.reading import LANGS, close, draw, one, text

GIVEN = {"unanswerable": "0"}


def hours(words: str) -> Fraction:
    """The running time in hours."""
    label = r"(?:输注时间|running time)[：: ]*"
    found = re.search(
        rf"{label}(?:(\d+) ?(?:小时|hours?|h))?[ ]?(?:(\d+) ?(?:分钟|minutes|min))?", words, re.IGNORECASE
    )
    assert found
    return Fraction(int(found[1] or 0)) + Fraction(int(found[2] or 0), 60)


def again(words: str) -> Fraction:
    """The value that is asked for, along other lines than the generator's: amounts per hour first."""
    if re.search("应滴|drops per minute", words):
        drops = one(r"(?:输液总量|total volume)[：: ]*(\d+)", words) * one(r"(\d+) (?:滴|drops)/mL", words)
        return drops / hours(words) / 60
    if re.search("输液总量|total volume", words, re.IGNORECASE):
        return one(r"(?:输液总量|total volume)[：: ]*(\d+)", words) / hours(words)
    strength = one(r"(\d+) mg (?:稀释至|made up to)", words) / one(r"(?:稀释至|made up to) (\d+) mL", words)
    kg = one(r"([\d.]+) kg", words)
    dose = re.search(r"([\d.]+) μg/kg/min", words)
    if dose:
        return Fraction(dose[1]) * kg * 60 / 1000 / strength
    return one(r"([\d.]+) mL/h", words) * strength * 1000 / kg / 60


@pytest.mark.parametrize("lang", LANGS)
def test_the_rate_follows_from_the_question(lang: Lang) -> None:
    """Recomputing with fractions from the words of the question gives the target within half a unit of its last place."""
    for number in range(400):
        item = draw("infusion_rate", lang, number, GIVEN)
        assert close(again(text(item)), item), text(item)


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_missing_is_not_in_the_question(lang: Lang) -> None:
    """Where a value is left out, it cannot be read from the record."""
    for number in range(200):
        item = draw("infusion_rate", lang, number, {"unanswerable": "1"})
        assert [criterion.id for criterion in item.criteria] == ["names-missing", "no-result"]
        with pytest.raises(AssertionError):
            again(text(item))
