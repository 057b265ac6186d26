"""Opioid equivalents, recomputed with fractions from the printed table and the record."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest

from evalcenter.records import Lang
from tests.generators.reading import LANGS, close, draw, one, text

DAILY = {"twice": 2, "three times": 3, "four times": 4}


def again(words: str) -> Fraction:
    """The milligrams that are asked for."""
    table = {name: Fraction(factor) for name, factor in re.findall(r"(?m)^- ([a-z一-龥]+)[：:] ?([\d.]+)$", words)}
    assert len(table) == 7
    names = "|".join(sorted(table, key=len, reverse=True))
    regular = re.search(
        rf"({names}) (\d+) mg (?:口服，每日 (\d) 次|by mouth, (twice|three times|four times) daily)", words
    )
    demand = re.search(rf"({names})(?:每次)? (\d+) mg (?:口服，每日最多|by mouth, up to)", words)
    assert regular, words
    assert demand, words
    taken = one(r"(?:按需实际使用次数|on demand in the last 24 h)[：: ]*(\d+)", words)
    times = int(regular[3] or DAILY[regular[4]])
    morphine = table[regular[1]] * int(regular[2]) * times + table[demand[1]] * int(demand[2]) * taken
    if "%" not in re.sub(r"\d+ %", "", words):
        return morphine
    new = re.search(rf"(?:换成口服|replaced by oral )({names})", words)
    assert new, words
    kept = 1 - one(r"(?:减去|reduced by) (\d+)%", words) / 100
    return morphine * kept / table[new[1]] / one(r"(?:平均分|in) (\d) (?:次|equal)", words)


@pytest.mark.parametrize("lang", LANGS)
def test_the_dose_follows_from_the_question(lang: Lang) -> None:
    """The printed table and rules give the target, for totals and for switches."""
    switches = 0
    for number in range(400):
        item = draw("opioid_equivalence", lang, number, {"unanswerable": "0"})
        words = text(item)
        switches += bool(re.search("换成口服|replaced by", words))
        assert close(again(words), item), words
    assert 120 <= switches <= 280


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_missing_is_not_in_the_question(lang: Lang) -> None:
    """Without the doses taken on demand nothing can be added up."""
    for number in range(200):
        with pytest.raises(AssertionError):
            again(text(draw("opioid_equivalence", lang, number, {"unanswerable": "1"})))
