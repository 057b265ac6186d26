"""Points, counted up again year by year, and the list put in order one by one."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from evalcenter.records import Lang
from tests.generators.reading import LANGS, articles, cites, draw, filed, one, place, text

ITEMS = {
    "paid": "累计缴费每满|^Contributions:",
    "lived": "连续居住每满|^Residence:",
    "hours": "志愿服务每满|^Voluntary work:",
}
SPAN = r"(\d+) (?:年|years?)(?: (\d+) (?:个月|months?))?"


def figure(pattern: str, words: str) -> int:
    """The whole number that a pattern finds."""
    return int(one(pattern, words))


def months(label: str, words: str) -> int:
    """A span in months."""
    found = re.search(rf"(?:{label})[：: ]*(\d+) (?:年|years)(?: (\d+) )?", words, re.IGNORECASE)
    if not found:
        raise AssertionError(f"no {label} in {words}")
    return int(found[1]) * 12 + int(found[2] or 0)


def again(words: str) -> tuple[int, int, bool, int | None, bool]:
    """Points, rank, whether admitted, the article whose cap bites, and whether somebody else has as many points."""
    record, rules = filed(words), articles(words)
    at = {name: place(mark, words) for name, mark in ITEMS.items()}
    schooling = rules[place("^学历：|^Schooling:", words)]
    level = re.search(
        r"(?:学历|schooling)[：: ]*(高中|大专|本科|secondary school|diploma|degree)", record, re.IGNORECASE
    )
    assert level, words
    zh = "分" in schooling
    points = figure(rf"{level[1]} (\d+) 分" if zh else rf"(\d+) for (?:a )?{level[1]}", schooling)
    home = rules[place("^住房：|^Home:", words)]
    if re.search("自有住房|owns a home", record):
        points += figure(r"自有住房 (\d+)" if zh else r"(\d+) for one", home)
    else:
        points += figure(r"租住登记房屋 (\d+)" if zh else r"(\d+) points for an", home)
    spans = {
        "paid": months("累计缴费|contribution record", record),
        "lived": months("连续居住|residence so far", record),
        "hours": int(one(r"(?:志愿服务|voluntary work)[：: ]*(\d+)", record)),
    }
    capped = None
    for name, span in spans.items():
        body = rules[at[name]]
        step = figure(r"(?:每满|completed) (\d+) (?:小时|hours)", body) if name == "hours" else 12
        rate = figure(r"计 (\d+) 分" if zh else r"(\d+) points", body)
        most = figure(r"最高 (\d+)" if zh else r"(\d+) at most", body)
        made, left = 0, span
        while left >= step:
            left, made = left - step, made + rate
            if made > most:
                made, capped = most, at[name]
                break
        points += made
    entries = re.search(r"(?:不良记录|entries on the record)[：: ]*(\d+)", record, re.IGNORECASE)
    points -= int(entries[1]) * figure(r"(?:每条扣 |costs )(\d+)", words) if entries else 0
    by_paid = bool(re.search("累计缴费时间长|contributions have been", words))
    rows = re.findall(rf"(?m)^- \S(?:：|: )(\d+) .+?{SPAN}\D+?{SPAN}$", words)
    assert len(rows) == 8, words
    rank, own, equal = 1, spans["paid" if by_paid else "lived"], False
    for sum_, *parts in rows:
        years = [int(part or 0) for part in parts]
        other = years[0] * 12 + years[1] if by_paid else years[2] * 12 + years[3]
        equal = equal or int(sum_) == points
        rank += int(sum_) > points or (int(sum_) == points and other > own)
    return points, rank, rank <= figure(r"(?:取前 |The first )(\d+)", words), capped, equal


@pytest.mark.parametrize("lang", LANGS)
def test_points_rank_and_cap_follow_from_the_rules(lang: Lang) -> None:
    """The printed rules give points, rank and cap; caps, both outcomes and equal totals are drawn often."""
    seen: Counter[str] = Counter()
    for number in range(400):
        item = draw("residence_points", lang, number, {"unanswerable": "0"})
        points, rank, admitted, capped, equal = again(text(item))
        assert item.criteria[0].check["number"]["target"] == str(points), text(item)
        first = item.criteria[1].check["mentions"]["any"][0]
        word = ("入选" if admitted else "落选") if lang == "zh" else ("admitted" if admitted else "waiting list")
        assert first.endswith(f"...{word}...第{rank}名" if lang == "zh" else f"...{word}...{rank}"), text(item)
        assert cites(item, capped), text(item)
        seen.update({"admitted": admitted, "capped": capped is not None, "equal": equal})
    assert 80 <= seen["admitted"] <= 320
    assert 200 <= seen["capped"] <= 360
    assert seen["equal"] >= 380


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_missing_cannot_be_read(lang: Lang) -> None:
    """Where a fact or the points for schooling are left out, the total cannot be worked out."""
    for number in range(200):
        with pytest.raises(AssertionError):
            again(text(draw("residence_points", lang, number, {"unanswerable": "1"})))
