"""Contributions, tax, pensions and loans, worked out again from the printed tables by fractions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from fractions import Fraction

import pytest

from evalcenter.records import Lang
from tests.generators.reading import LANGS, draw, one, text

SUM = r"(?:[£$€])?(\d+(?:\.\d+)?)"


def record(words: str) -> str:
    """The file of the case, without the rule."""
    return next(
        block for block in words.split("\n\n")[:2] if "仅供本题" not in block and "for this question only" not in block
    )


def held(label: str, words: str) -> Fraction:
    """The figure behind `label` in the file."""
    return one(rf"(?:{label})[：: ]*{SUM}", record(words))


def paid(words: str) -> Fraction:
    """Each of the five by itself."""
    wage = held("本人月工资|monthly wage", words)
    low, high = one(rf"(?:最低 |at least ){SUM}", words), one(rf"(?:最高 |at most ){SUM}", words)
    base = low if wage < low else high if wage > high else wage
    own = bool(re.search("个人部分每月|does the worker pay", words))
    asked = re.search(r"(?m)^(.+)这五项，|for these five: (.+)\?", words)
    assert asked, words
    made = Fraction(0)
    for name in re.split("、|, ", asked[1] or asked[2]):
        row = re.search(rf"(?m)^- {name}[：:] ?(?:个人|worker) (\d+)%[，,] ?(?:单位|employer) (\d+)%", words)
        assert row, (name, words)
        made += base * Fraction(row[1] if own else row[2]) / 100
    return made


def tax(words: str) -> Fraction:
    """Unit by unit in steps of ten."""
    found = re.search(
        rf"不超过 {SUM} 元的部分 (\d+)%，超过 \d+ 元至 (\d+) 元的部分 (\d+)%，超过 \d+ 元至 (\d+) 元的部分 (\d+)%，"
        r"超过 \d+ 元的部分 (\d+)%",
        words,
    )
    if found:
        a, one_end, b = found[2], found[1], found[4]
        ends, rates = [int(one_end), int(found[3]), int(found[5])], [a, b, found[6], found[7]]
    else:
        rates = re.findall(r"(\d+)% on", words)
        ends = [int(n) for n in re.findall(r"(?:up to|there to) [£$€](\d+)", words)]
    assert len(ends) == 3, words
    assert len(rates) == 4, words
    left = held("本人月工资|monthly wage", words) - held("当月个人缴费|worker's contributions", words)
    left -= one(rf"(?:基本减除 |contributions, less ){SUM}", words)
    left -= held("子女人数|children", words) * one(rf"(?:每名子女再减 |and less ){SUM}", words)
    made, ten = Fraction(0), Fraction(10)
    assert left % ten == 0
    for step in range(int(left / ten)):
        made += ten * Fraction(rates[sum(10 * step >= end for end in ends)]) / 100
    return made


def pension(words: str) -> Fraction:
    """Basic part and account part."""
    age = int(held("领取时年龄|age at the start", words))
    months = one(rf"(?:{age} 岁 |age {age}: )(\d+)", words)
    index = 1 + held("缴费指数|contribution index", words)
    basic = (
        held("月平均工资|average monthly wage", words)
        * index
        / 2
        * held("缴费年限|years of contributions", words)
        / 100
    )
    return basic + held("账户余额|balance of the account", words) / months


def loan(words: str) -> Fraction:
    """The least of the limits."""
    two = "夫妻共同申请" in record(words) or "a couple" in record(words)
    top = one(
        rf"(?:夫妻共同申请的最高 |applicant and ){SUM}" if two else rf"(?:一人申请的最高 |more than (?=\S+ for)){SUM}",
        words,
    )
    balance = held("账户余额|balance of the account", words) * one(r"(?:余额的 |more than )(\d+) (?:倍|times)", words)
    return min(top, balance, held("房价|price of the home", words) * one(r"(?:房价的 |more than )(\d+)%", words) / 100)


KINDS: dict[str, Callable[[str], Fraction]] = {
    "月缴费额算法|monthly contributions is": paid,
    "工资税算法|wage tax is": tax,
    "养老金算法|pension is": pension,
    "贷款额度算法|fund loan is": loan,
}


def again(words: str) -> tuple[str, Fraction]:
    """The kind of question and its sum."""
    (kind,) = [kind for kind in KINDS if re.search(kind, words)]
    return kind, KINDS[kind](words)


@pytest.mark.parametrize("lang", LANGS)
def test_the_sum_follows_from_the_table(lang: Lang) -> None:
    """The printed table gives the sum to the hundredth; each kind is asked in a tenth of the questions at least."""
    seen = Counter[str]()
    for number in range(400):
        item = draw("social_accounts", lang, number, {"unanswerable": "0"})
        kind, made = again(text(item))
        seen[kind] += 1
        assert abs(Fraction(item.criteria[0].check["number"]["target"]) - made) <= Fraction(1, 200), text(item)
    assert min(seen[kind] for kind in KINDS) >= 40


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_missing_cannot_be_read(lang: Lang) -> None:
    """Where a figure or a row is left out, the sum cannot be worked out."""
    for number in range(200):
        with pytest.raises(AssertionError):
            again(text(draw("social_accounts", lang, number, {"unanswerable": "1"})))
