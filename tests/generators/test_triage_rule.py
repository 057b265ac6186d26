"""Triage levels, found again from the printed rule and the record."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from evalcenter.records import Lang
from tests.generators.reading import LANGS, draw, one, text


def again(words: str) -> tuple[int, str]:
    """The level and the limit of its line."""
    rule = {
        int(n): line
        for n, line in re.findall(
            r"(?m)^- (?:level |第)([1-4])(.+)$",
            words.translate({ord(a): b for a, b in zip("一二三四", "1234", strict=True)}),
            re.IGNORECASE,
        )
    }
    lift = one(r"(?:年满|from the age of) (\d+)", words)
    record = "\n\n".join(block for block in words.split("\n\n") if not re.search("(?m)^- (?:Level 1|第一级)", block))

    def value(label: str) -> float:
        return float(one(rf"(?:{label})[：: ]*([\d.]+)", record))

    spo2, sbp, rr, hr = (
        value(label)
        for label in (
            "血氧饱和度|oxygen saturation",
            "收缩压|systolic pressure",
            "呼吸频率|respiratory rate",
            "心率|heart rate",
        )
    )
    heat, pain, age = value("体温|temperature"), value("疼痛评分|pain score"), value("患者|patient")
    low = [float(n) for n in re.findall(r"(?:低于|below) (\d+)", rule[1] + rule[2])]
    from_up = [float(n) for n in re.findall(r"(?:达到|respiratory rate|heart rate) (\d+)", rule[1] + rule[2])]
    sign = re.split("：|: ", rule[2], maxsplit=1)[1]
    sign = re.split("，或血氧|, or oxygen", sign)[0]
    minor = [float(n) for n in re.findall(r"(?:达到|评分|频率|temperature|score|rate) ([\d.]+)", rule[3])]
    if spo2 < low[0] or sbp < low[1] or rr >= from_up[0]:
        level = 1
    elif (
        sign in record.translate({ord(a): b for a, b in zip("一二三四", "1234", strict=True)})
        or spo2 < low[2]
        or hr >= from_up[1]
    ):
        level = 2
    else:
        level = 3 if sum(a >= b for a, b in zip((heat, pain, rr), minor, strict=True)) >= 2 else 4
        level -= age >= lift or bool(re.search("妊娠 \\d|weeks pregnant", record))
    limit = re.search(r"(\d+) (?:分钟内|minutes)", rule[level])
    return level, limit[1] if limit else ""


@pytest.mark.parametrize("lang", LANGS)
def test_level_and_limit_follow_from_the_question(lang: Lang) -> None:
    """The printed rule gives the level and its time limit; every level is drawn in at least a tenth of the questions."""
    seen: Counter[int] = Counter()
    for number in range(400):
        item = draw("triage_rule", lang, number, {"unanswerable": "0"})
        level, limit = again(text(item))
        seen[level] += 1
        assert item.criteria[0].check["choice"]["key"] == ["ABCD"[level - 1]], text(item)
        phrases = item.criteria[1].check["mentions"]["any"]
        assert (
            any(limit in phrase for phrase in phrases)
            if limit
            else any(re.search("立即|at once", phrase) for phrase in phrases)
        )
    assert min(seen[level] for level in (1, 2, 3, 4)) >= 40


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_missing_could_still_mean_level_one(lang: Lang) -> None:
    """Where a vital sign is left out, it is one of the three that level 1 looks at, and it cannot be read."""
    for number in range(200):
        with pytest.raises(AssertionError, match=r"血氧|收缩压|呼吸"):
            again(text(draw("triage_rule", lang, number, {"unanswerable": "1"})))
