"""Citizen numbers, checked again as powers of two modulo eleven, by trying every sign."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

import pytest

from evalcenter.records import Lang
from tests.generators.reading import LANGS, draw, text

TEN = "0123456789X"


def sound(number: str) -> bool:
    """Whether 18 signs are one modulo eleven, the last with weight one and each before it with twice the next one's."""
    return sum(TEN.index(sign) * 2 ** (17 - at) for at, sign in enumerate(number)) % 11 == 1


def code(words: str) -> str:
    """The number of the record."""
    found = re.search(r"(?<![\d→])00[\dX□]{16}(?![\dX□])", words)
    assert found, words
    return found[0]


def fitting(number: str) -> str:
    """The one sign that may stand at the blank."""
    blanks = TEN if number.endswith("□") else TEN[:10]
    (made,) = [sign for sign in blanks if sound(number.replace("□", sign))]
    return made


def finding(number: str) -> int:
    """0: all is right, 1: the last sign is wrong, 2: the day of birth does not exist."""
    if not sound(number):
        return 1
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return 2
    return 0


SAID = (r"出生日期也存在|birth exists", r"与规则不符|18 does not fit", r"日历上不存在|no such day")


@pytest.mark.parametrize("lang", LANGS)
def test_signs_and_findings_follow_from_the_number(lang: Lang) -> None:
    """Trying every sign gives the one that fits, and the finding; every finding is drawn often."""
    seen = Counter[int]()
    for number in range(400):
        item = draw("citizen_id", lang, number, {"unanswerable": "0"})
        words, lines = text(item), item.examples.good[0].text.split("\n")
        held = code(words)
        last = re.split("：|: ", lines[-1])[1]
        if "□" in held:
            assert last == fitting(held)
            continue
        at = finding(held)
        seen[at] += 1
        assert last == fitting(f"{held[:17]}□")
        (letter,) = [key for key, said in item.options.items() if re.search(SAID[at], said)]
        assert item.criteria[0].check["choice"]["key"] == [letter]
    assert min(seen[at] for at in range(3)) >= 30


@pytest.mark.parametrize("lang", LANGS)
def test_the_printed_weights_are_powers_of_two(lang: Lang) -> None:
    """The weights and the table that the question prints are those of the rule modulo eleven."""
    words = text(draw("citizen_id", lang, 0))
    weights = re.search(r"(?:(?:\d+ ){16}\d+)", words)
    assert weights
    assert [int(n) for n in weights[0].split()] == [2 ** (17 - at) % 11 for at in range(17)]
    table = dict(re.findall(r"(\d+)→(\w+)", words))
    assert table == {str(rest): TEN[(1 - rest) % 11] for rest in range(11)}


@pytest.mark.parametrize("lang", LANGS)
def test_no_number_can_be_real(lang: Lang) -> None:
    """Every number that a question or an answer prints begins with a region that does not exist."""
    for number in range(200):
        item = draw("citizen_id", lang, number)
        words = text(item) + "".join(example.text for example in (*item.examples.good, *item.examples.bad))
        assert all(found.startswith("00") for found in re.findall(r"(?<!\d)\d{17}[\dX]", words))


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_missing_is_not_in_the_question(lang: Lang) -> None:
    """Where the number is left out, there is none."""
    for number in range(200):
        with pytest.raises(AssertionError):
            code(text(draw("citizen_id", lang, number, {"unanswerable": "1"})))
