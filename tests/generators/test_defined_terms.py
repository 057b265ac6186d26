"""Defined terms, applied again: every article is put to the case, and those that are set aside are struck out."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from evalcenter.records import Lang
from tests.generators.reading import LANGS, NUMERALS, articles, cites, draw, filed, one, place, text

BASE = '”是指(?!连续|售出|累计|外来)|^A ".+" (?:is (?:anything|a gathering of|a parking)|spent)'
INCLUDE = "不论.+都属于|whatever its|whatever the|however many"
EXCLUDE = '，不属于|is no "'
BACK = "仍属于| stays a "
WORD = "”是指(?:连续|售出|累计|外来)|^In these rules"
FIGURES = (
    ("占地面积|floor area", "高度|height", "搭建天数|days standing"),
    ("预计人数|expected attendance", "持续时间|duration", "售出门票|tickets sold"),
    ("过去一年同住月数|in the past year", "开支的比例|household costs", "累计同住年数|address in all"),
    ("车位数|spaces", "每天开放|daily opening", "外来车辆占比|outside vehicles"),
)
INCLUDED = "装有轮子|on wheels|冷焰火|cold fireworks|在外地全日制|full-time student|扫码按分钟|by the minute"
PLAIN = "固定在地面|fixed to|只用灯光|lights only|已经工作|in work|按月固定|fixed monthly"
EXCLUDED = "供人过夜|sleep in it|员工及家属|families only|按月付房租|pays a monthly|医院|hospital"
FREE = "存放桌椅|are stored|任何人都可|anyone may|与亲属共同|as family|物业公司|property company"


def again(words: str) -> tuple[bool, int]:
    """Whether the term covers the case, and the article that makes it so."""
    record, rules = filed(words), articles(words)
    at = {
        name: place(mark, words)
        for name, mark in (("base", BASE), ("in", INCLUDE), ("out", EXCLUDE), ("back", BACK), ("word", WORD))
    }
    most = "不超过" in rules[at["base"]] or "at most" in rules[at["base"]]
    limits = [int(n) for n in re.findall(r"\d+", rules[at["base"]])] + [int(one(r"(\d+)", rules[at["word"]]))]
    labels = next((row for row in FIGURES if re.search(row[0], record, re.IGNORECASE)), FIGURES[0])
    values = [int(one(rf"(?:{label})[：: ]*(\d+)", record)) for label in labels]
    fits = [(limit - value if most else value - limit) >= 0 for limit, value in zip(limits, values, strict=True)]
    assert re.search(f"{INCLUDED}|{PLAIN}", record), words
    assert re.search(f"{EXCLUDED}|{FREE}", record), words
    hits = []
    if all(fits[:2]):
        hits.append(at["base"])
    if re.search(INCLUDED, record):
        hits.append(at["in"])
    if re.search(EXCLUDED, record):
        hits.append(at["out"])
        if all(fits):
            hits.append(at["back"])
            hits.remove(at["out"])
            hits.remove(at["base"])
    ranked = rules[place("不再适用|is disregarded", words)]
    prevails = re.search(r"适用第(\S+?)条，不再|(\d+) prevails", ranked)
    assert prevails, words
    inner = NUMERALS.index(prevails[1]) if prevails[1] else int(prevails[2])
    if at["in"] in hits and at["out"] in hits:
        hits.remove(at["out"] if inner == at["in"] else at["in"])
    if at["out"] in hits:
        return False, at["out"]
    return (True, hits[-1]) if hits else (False, at["base"])


@pytest.mark.parametrize("lang", LANGS)
def test_cover_and_article_follow_from_the_regulation(lang: Lang) -> None:
    """The printed articles say whether the term covers the case and by which; every article decides often."""
    seen: Counter[tuple[bool, str]] = Counter()
    for number in range(400):
        item = draw("defined_terms", lang, number, {"unanswerable": "0"})
        covered, at = again(text(item))
        shown = item.options[item.criteria[0].check["choice"]["key"][0]]
        assert shown in (("属于", "It is covered") if covered else ("不属于", "It is not covered")), text(item)
        assert cites(item, at), text(item)
        body = articles(text(item))[at]
        seen[covered, next(mark for mark in (BACK, EXCLUDE, INCLUDE, BASE) if re.search(mark, body))] += 1
    assert len(seen) == 5
    assert min(seen.values()) >= 25


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_missing_cannot_be_read(lang: Lang) -> None:
    """Where a fact or the second definition is left out, the term cannot be applied."""
    for number in range(200):
        with pytest.raises(AssertionError):
            again(text(draw("defined_terms", lang, number, {"unanswerable": "1"})))
