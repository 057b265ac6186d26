"""Offices, found again from the printed charter by striking exceptions off its list."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from evalcenter.records import Lang
from tests.generators.reading import LANGS, NUMERALS, articles, cites, draw, filed, one, place, text

MARKS = {
    "large": "不论何种事项|Whatever its kind",
    "zone": "不适用本条|puts the case before",
    "public": "国家机关|public body applies",
}
OFFICE = r"由(\S+?)审批[；。]|decided by (the .+?)\.|goes to (the .+?)\.|before (the .+?), unless|, (the .+?) decides"


def office(body: str) -> str:
    """The office that an article names."""
    found = re.search(OFFICE, body)
    assert found, body
    return next(group for group in found.groups() if group)


def again(words: str) -> tuple[str, int, list[str], bool]:
    """The office, the article that gives it the case, which exceptions hold, and whether the size lies beside its limit."""
    record, rules = filed(words), articles(words)
    at = {name: place(mark, words) for name, mark in MARKS.items()}
    size = one(r"(?:占用面积|area taken)[：: ]*(\d+)", record)
    days = one(r"(?:占用期限|duration)[：: ]*(\d+)", record)
    site = re.search(r"(?:地点|site)[：: ]*([^；;\n，]+)", record, re.IGNORECASE)
    kind = re.search(r"(?:事项类别|kind of case)[：: ]*([^；;\n，,。.]+)", record, re.IGNORECASE)
    assert site, words
    assert kind, words
    zone = re.search(r"地点在(\S+?)内的|A site in (the \S.+? quarter)", rules[at["zone"]])
    assert zone, words
    limit = one(r"(?:超过|more than) (\d+)", rules[at["large"]])
    short = one(r"(?:不超过|unless it lasts) (\d+)", rules[at["zone"]])
    holds = {
        "large": size >= limit + 1,
        "zone": (zone[1] or zone[2]) in record and not days <= short,
        "public": bool(re.search("事业单位|a public body", record)),
    }
    base = place(rf"^{kind[1]}，由|^Applications for {kind[1]} ", words)
    ranked = rules[place("两种以上例外|more than one exception", words)]
    order = [NUMERALS.index(zh) if zh else int(en) for zh, en in re.findall(r"第(\S+?)条|Article (\d+)", ranked)]
    left = [number for number in dict.fromkeys(order) if number in {at[name] for name in holds if holds[name]}]
    right = left[0] if left else base
    return office(rules[right]), right, [name for name in holds if holds[name]], size in {limit, limit + 1}


@pytest.mark.parametrize("lang", LANGS)
def test_office_and_article_follow_from_the_charter(lang: Lang) -> None:
    """The printed charter gives the office and the article; no, one and several exceptions are all drawn often."""
    near, seen = 0, Counter[int]()
    for number in range(400):
        item = draw("case_routing", lang, number, {"unanswerable": "0"})
        made, at, held, beside = again(text(item))
        assert item.options[item.criteria[0].check["choice"]["key"][0]] == made, text(item)
        assert cites(item, at), text(item)
        near += beside
        seen[min(len(held), 2)] += 1
    assert near >= 180
    assert min(seen[count] for count in range(3)) >= 60


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_missing_cannot_be_read(lang: Lang) -> None:
    """Where a fact or the article of the kind is left out, the office cannot be found."""
    for number in range(200):
        with pytest.raises(AssertionError):
            again(text(draw("case_routing", lang, number, {"unanswerable": "1"})))
