"""Benefits, worked out again item by item, savings step by step."""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction

import pytest

from evalcenter.records import Lang
from tests.generators.reading import LANGS, articles, cites, draw, filed, one, place, text

SUM = r"[£$€]?(\d+(?:\.\d+)?)"


def again(words: str) -> tuple[Fraction, Fraction, int | None, str, bool]:
    """Benefit, income that counts, the article of the least payment if it holds, the type, and whether a child is at the limit."""
    record, rules = filed(words), articles(words)
    assert re.search(r"(?:同住成员|household)[：: ]*(?:本人|the applicant)", record, re.IGNORECASE), words
    told = re.search(r"child(?:ren)? aged ([\d, and]+)", record)
    ages = [int(age) for age in re.findall(r"(\d+) 周岁", record) + re.findall(r"\d+", told[1] if told else "")]
    limit = int(one(r"(?:不满 |child under )(\d+)", rules[place("应发标准为|is entitled to the standard", words)]))
    young = [age for age in ages if age <= limit - 1]
    couple = re.search("本人、配偶|and a partner", record)
    name = ("夫妻户", "couple") if couple else ("单亲户", "lone parent") if young else ("单人户", "single household")
    row = re.search(rf"(?m)^- (?:{'|'.join(name)})(?:：标准 |: standard ){SUM}.+?(?:免计额 |disregard ){SUM}", words)
    assert row, words
    entitled = Fraction(row[1]) + len(young) * one(rf"(?:子女，加 |and to ){SUM}", words)
    earned = one(rf"(?:每月劳动收入|monthly earnings)[：: ]*{SUM}", record) - Fraction(row[2])
    counts = max(Fraction(0), earned) * one(r"(?:按 |; )(\d+)%", words) / 100
    counts += one(rf"(?:抚养费|房屋租金收入|养老金|maintenance|rent from a letting|pension)[：: ]*{SUM}", record)
    savings = one(rf"(?:存款|savings)[：: ]*{SUM}", record) - one(rf"(?:存款超过 |Savings above ){SUM}", words)
    step, each = (
        one(rf"(?:每 |steps of ){SUM}(?: 元为一档|\.)", words),
        one(rf"(?:计入每月收入 |counts as ){SUM}", words),
    )
    begun = re.search("不足一档的按一档计|begun step counts as a whole", words)
    while savings >= step or (savings > 0 and begun):
        savings, counts = savings - step, counts + each
    at = place("差额大于零|more than nothing", words)
    least = one(rf"(?:低于 |less than ){SUM}", rules[at])
    made = entitled - counts
    held = 0 < made < least
    return (least if held else made), counts, at if held else None, name[1], limit in ages


@pytest.mark.parametrize("lang", LANGS)
def test_benefit_income_and_least_payment_follow_from_the_rules(lang: Lang) -> None:
    """The printed rules give benefit, income and whether the least payment holds; types and limits are drawn often."""
    seen: Counter[str] = Counter()
    for number in range(400):
        item = draw("means_benefit", lang, number, {"unanswerable": "0"})
        made, counts, at, kind, edge = again(text(item))
        assert Fraction(item.criteria[0].check["number"]["target"]) == made, text(item)
        phrase = item.criteria[1].check["mentions"]["any"][0]
        assert one(rf"\.\.\.{SUM}", phrase) == counts, text(item)
        assert cites(item, at), text(item)
        seen.update([kind, "least" if at else "free", "edge" if edge else "off"])
    assert min(seen[kind] for kind in ("couple", "lone parent", "single household")) >= 60
    assert 50 <= seen["least"] <= 200
    assert seen["edge"] >= 80


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_missing_cannot_be_read(lang: Lang) -> None:
    """Where the earnings or the row of the type are left out, the benefit cannot be worked out."""
    for number in range(200):
        with pytest.raises(AssertionError):
            again(text(draw("means_benefit", lang, number, {"unanswerable": "1"})))
