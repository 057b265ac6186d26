"""Credit codes, checked again from the printed values by trying every sign."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from evalcenter.records import Lang
from tests.generators.reading import LANGS, draw, text


def code(words: str) -> str:
    """The code of the record."""
    found = re.search(r"(?<![\w→])[A-Z][0-9A-Z]000000[0-9A-Z□]{10}(?!\w)", words)
    assert found, words
    return found[0]


def values(words: str) -> dict[str, int]:
    """The printed value of each sign."""
    return {sign: int(value) for sign, value in re.findall(r"([0-9A-Z])→(\d+)", words)}


def sound(held: str, value: dict[str, int]) -> bool:
    """Whether the signs, each weighted with three times the weight before it, and the last one add up to a multiple of 31."""
    added = 0
    for sign in held[16::-1]:
        added = 3 * added + value[sign]
    return (added + value[held[17]]) % 31 == 0


def fitting(held: str, value: dict[str, int]) -> str:
    """The one sign that may stand at the blank."""
    (made,) = [sign for sign in value if sound(held.replace("□", sign), value)]
    return made


SAID = (r"第 18 位与规则相符|18 fits", r"与规则不符|18 does not fit", r"含有不可用|holds a character")


@pytest.mark.parametrize("lang", LANGS)
def test_signs_and_findings_follow_from_the_code(lang: Lang) -> None:
    """Trying every sign gives the one that fits, and the finding; every finding is drawn often."""
    seen = Counter[int]()
    for number in range(400):
        item = draw("credit_code", lang, number, {"unanswerable": "0"})
        words, lines = text(item), item.examples.good[0].text.split("\n")
        held, value = code(words), values(words)
        assert len(value) == 31
        last = re.split("：|: ", lines[-1])[1]
        if "□" in held:
            assert last == fitting(held, value)
            continue
        at = 2 if set(held) - set(value) else 0 if sound(held, value) else 1
        seen[at] += 1
        assert last == (("无" if lang == "zh" else "none") if at == 2 else fitting(f"{held[:17]}□", value))
        (letter,) = [key for key, said in item.options.items() if re.search(SAID[at], said)]
        assert item.criteria[0].check["choice"]["key"] == [letter]
    assert min(seen[at] for at in range(3)) >= 30


@pytest.mark.parametrize("lang", LANGS)
def test_the_printed_weights_are_powers_of_three(lang: Lang) -> None:
    """The weights that the question prints are those of the rule modulo 31."""
    weights = re.search(r"(?:\d+ ){16}\d+", text(draw("credit_code", lang, 0)))
    assert weights
    assert [int(n) for n in weights[0].split()] == [3**at % 31 for at in range(17)]


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_missing_is_not_in_the_question(lang: Lang) -> None:
    """Where the code is left out, there is none."""
    for number in range(200):
        with pytest.raises(AssertionError):
            code(text(draw("credit_code", lang, number, {"unanswerable": "1"})))
