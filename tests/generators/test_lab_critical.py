"""Laboratory reports, judged again from the words of the question."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import pytest

from evalcenter.records import Lang
from tests.generators.reading import LANGS, draw, text

WHO = {
    "zh": ("急救小组", "值班医生", "责任护士", "无需通知"),
    "en": ("rapid response team", "doctor on duty", "nurse in charge", "nobody"),
}


def again(words: str, lang: Lang) -> dict[str, Any]:
    """The JSON that the table and the report lead to."""
    table = {
        code: [Decimal(part) for part in parts]
        for code, *parts in re.findall(
            r"(?m)^- (\w+) ?\(.+?(?:参考范围|reference range) ([\d.]+)–([\d.]+).*? ≤ ([\d.]+) .+? ≥ ([\d.]+)$", words
        )
    }
    made: dict[str, Any] = {"abnormal": [], "critical": [], "not_assessable": []}
    report = re.findall(r"(?m)^(\w+)[：:] ?(未报告|not reported|[\d.]+)(.*)$", words)
    assert {code for code, *_ in report} == set(table)
    for code, value, rest in report:
        low, high, least, most = table[code]
        if not value[0].isdigit() or "溶血" in rest or "haemolysed" in rest:
            made["not_assessable"].append(code)
            continue
        if not low <= Decimal(value) <= high:
            made["abnormal"].append(code)
        if Decimal(value) <= least or Decimal(value) >= most:
            made["critical"].append(code)
    urgent = set(made["critical"]) & {"K", "Na", "Glu", "pH"}
    at = 0 if urgent else 1 if made["critical"] else 2 if made["abnormal"] else 3
    return made | {"call_first": WHO[lang][at]}


@pytest.mark.parametrize("lang", LANGS)
def test_the_answer_follows_from_the_question(lang: Lang) -> None:
    """Table and report, read again, give the same lists and the same person; critical values stand in a third at least."""
    critical = 0
    for number in range(400):
        item = draw("lab_critical", lang, number)
        right = json.loads(item.examples.good[0].text)
        made = again(text(item), lang)
        assert {key: sorted(value) for key, value in right.items()} == {
            key: sorted(value) for key, value in made.items()
        }, text(item)
        critical += bool(right["critical"])
    assert critical >= 133


@pytest.mark.parametrize("lang", LANGS)
def test_something_cannot_be_judged_where_it_is_asked_for(lang: Lang) -> None:
    """With the share at one, every report holds exactly one result that cannot be judged; at zero none does."""
    for number in range(100):
        for part, count in (("1", 1), ("0", 0)):
            item = draw("lab_critical", lang, number, {"unanswerable": part})
            assert len(json.loads(item.examples.good[0].text)["not_assessable"]) == count
