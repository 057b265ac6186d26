"""Steroid doses, recomputed with fractions from the printed table."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest

from evalcenter.records import Lang
from tests.generators.reading import LANGS, close, draw, text

TIMES = {
    "每日 1 次|once daily": 1,
    "每日 2 次|twice daily": 2,
    "每日 3 次|three times daily": 3,
    "每 6 小时 1 次|every 6 hours": 4,
}


def again(words: str) -> Fraction:
    """Milligrams of the new drug in a day: how many equivalents are given, times what one is of the new drug."""
    table = {name: Fraction(mg) for name, mg in re.findall(r"(?m)^- ([a-z一-龥]+)[：:] ?([\d.]+) mg$", words)}
    names = "|".join(sorted(table, key=len, reverse=True))
    given = re.search(rf"({names})(?:单次剂量|, one dose)[：: ]*([\d.]+) mg", words, re.IGNORECASE)
    often = [times for pattern, times in TIMES.items() if re.search(pattern, words, re.IGNORECASE)]
    asked = re.search(rf"(?:改为|mg of )({names})", words)
    assert len(often) == 1, words
    assert given, words
    assert asked, words
    equivalents = Fraction(given[2]) * often[0] / table[given[1].lower()]
    return equivalents * table[asked[1]]


@pytest.mark.parametrize("lang", LANGS)
def test_the_dose_follows_from_the_question(lang: Lang) -> None:
    """The printed table gives the target."""
    for number in range(400):
        item = draw("steroid_equivalence", lang, number, {"unanswerable": "0"})
        assert close(again(text(item)), item), text(item)


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_missing_is_not_in_the_question(lang: Lang) -> None:
    """Without dose or frequency nothing can be converted."""
    for number in range(200):
        with pytest.raises(AssertionError):
            again(text(draw("steroid_equivalence", lang, number, {"unanswerable": "1"})))
