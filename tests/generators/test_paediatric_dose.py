"""Children's doses, recomputed with fractions from the printed rule."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest

from evalcenter.records import Lang
from tests.generators.reading import LANGS, close, draw, one, text


def again(words: str) -> tuple[Fraction, bool]:
    """The milligrams asked for, and whether a maximum changed them."""
    kg = one(r"(?:体重|weight)[：: ]*([\d.]+) (?:kg|磅|lb)", words)
    if re.search(r"(?:体重|weight)[：: ]*[\d.]+ (?:磅|lb)", words, re.IGNORECASE):
        kg /= Fraction("2.2")
    free = one(r"(\d+) mg/kg", words) * kg
    day = one(r"(?:每日最多|at most) (\d+) mg(?: per day| in a day|，)", words)
    if re.search(r"每日 \d+ mg/kg|mg/kg per day", words):
        times = one(r"(?:平均分|in) (\d) (?:次|equal)", words)
        total = min(free, day)
        changed = total < free
    else:
        times = one(r"(\d) (?:次；|times a day)", words)
        total = min(min(free, one(r"(?:单次最多|at most) (\d+) mg(?: in one dose|；)", words)) * times, day)
        changed = total < free * times
    return (total if re.search("一天总共|whole day", words) else total / times), changed


@pytest.mark.parametrize("lang", LANGS)
def test_the_dose_follows_from_the_question(lang: Lang) -> None:
    """The printed rule applied with fractions gives the target, and in at least a third of the questions a maximum decides."""
    limited = 0
    for number in range(400):
        item = draw("paediatric_dose", lang, number, {"unanswerable": "0"})
        made, changed = again(text(item))
        limited += changed
        assert close(made, item), text(item)
    assert limited >= 133


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_missing_is_not_in_the_question(lang: Lang) -> None:
    """Where the weight is left out, no dose can be worked out."""
    for number in range(200):
        with pytest.raises(AssertionError):
            again(text(draw("paediatric_dose", lang, number, {"unanswerable": "1"})))
