"""Files of papers, checked again from the words of the list and of what was handed in."""

from __future__ import annotations

import calendar
import json
import re
from collections import Counter
from datetime import date
from typing import Any

import pytest

from evalcenter.records import Lang
from tests.generators.clock import moment
from tests.generators.reading import LANGS, draw, text

SAID = {
    r"他人代办|somebody else files": (r"由其弟弟|Filed by a brother", r"由本人提交|by the applicant in person"),
    r"场所系租用|premises are rented": (
        r"是租来的|^The premises are rented|\. The premises are rented",
        r"自有房屋|owns the premises",
    ),
    r"雇有员工|there are employees": (r"雇了两名员工|Two people are employed", r"没有雇用员工|Nobody is employed"),
}
RESULTS = {"zh": ("受理", "退回补正", "先行核实"), "en": ("accept", "return", "ask")}


def back(day: date, months: int) -> date:
    """The same day of the month, so many months before."""
    for _ in range(months):
        day = date(day.year - (day.month == 1), (day.month - 2) % 12 + 1, day.day)
    assert day.day <= calendar.monthrange(day.year, day.month)[1]
    return day


def again(words: str, lang: Lang) -> dict[str, Any]:
    """The JSON that the list and the file lead to."""
    first, second, _ = words.split("\n\n")
    listed, file = (first, second) if "- M1 " in first else (second, first)
    filed = moment("提交日期|day of filing|filed on|^", file).date()
    made: dict[str, Any] = {"missing": [], "expired": [], "unclear": []}
    for code, name, group, asked in re.findall(r"(?m)^- (M\d) ([^(：:\n]+?)(?: ?\((.+?)\))?[：:] ?(.+)$", listed):
        handed = re.search(rf"(?m)^- {name}(?=[，,( ×])(.*)$", file)
        needed: bool | None = True
        for pattern, (yes, no) in SAID.items():
            if re.search(pattern, group):
                needed = True if re.search(yes, file, re.MULTILINE) else False if re.search(no, file) else None
        if needed is False:
            continue
        if not handed:
            made["missing" if needed else "unclear"].append(code)
        elif count := re.search(r"(\d+) (?:份|张|copies)", asked):
            if int(re.findall(r"\d+", handed[1])[0]) < int(count[1]):
                made["missing"].append(code)
        elif "模糊" in handed[1] or "illegible" in handed[1]:
            made["unclear"].append(code)
        elif months := re.search(r"前 (\d) 个月|within (\d) month", asked):
            issued = moment("开具日期|issued", handed[1]).date()
            if issued < back(filed, int(months[1] or months[2])):
                made["expired"].append(code)
        elif re.search("有效期内|valid on", asked) and moment("有效期至|valid until", handed[1]).date() < filed:
            made["expired"].append(code)
    accept, returned, ask = RESULTS[lang]
    result = returned if made["missing"] or made["expired"] else ask if made["unclear"] else accept
    return made | {"result": result}


@pytest.mark.parametrize("lang", LANGS)
def test_the_answer_follows_from_list_and_file(lang: Lang) -> None:
    """List and file, read again, give the same codes and the same outcome; each outcome but asking is drawn often."""
    seen = Counter[str]()
    for number in range(400):
        item = draw("materials_check", lang, number)
        right = json.loads(item.examples.good[0].text)
        assert right == again(text(item), lang), text(item)
        seen[right["result"]] += 1
    accept, returned, _ = RESULTS[lang]
    assert seen[accept] >= 50
    assert seen[returned] >= 150


@pytest.mark.parametrize("lang", LANGS)
def test_something_is_unclear_where_it_is_asked_for(lang: Lang) -> None:
    """With the share at one, every file holds exactly one paper that cannot be judged; at zero none does."""
    for number in range(100):
        for part, count in (("1", 1), ("0", 0)):
            item = draw("materials_check", lang, number, {"unanswerable": part})
            assert len(again(text(item), lang)["unclear"]) == count
            assert len(json.loads(item.examples.good[0].text)["unclear"]) == count


@pytest.mark.parametrize("lang", LANGS)
def test_a_slip_fails_nothing_else(lang: Lang) -> None:
    """A mistake changes one field of the answer."""
    for number in range(100):
        item = draw("materials_check", lang, number)
        right = json.loads(item.examples.good[0].text)
        for example in item.examples.bad:
            wrong = json.loads(re.sub(r"(?s)^.*```json\n|\n```$", "", example.text))
            assert {key for key in right if right[key] != wrong[key]} == set(example.fails)
