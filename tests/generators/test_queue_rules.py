"""Queues called again one by one, and appointments tried one by one, from the printed rules."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta

import pytest

from evalcenter.records import Lang
from tests.generators.clock import moment
from tests.generators.reading import LANGS, articles, cites, draw, filed, names, one, place, text

PRIORITY, KEPT = "年满.*为优先类|are in the priority class", "为按时|no later than .* is in"
SLOTS = "号源|appointment that can be booked"


def minute(clock: str) -> int:
    """The minute of the day."""
    return int(clock[:2]) * 60 + int(clock[3:])


def queue(words: str) -> list[tuple[str, str, int]]:
    """Ticket, class and class article of those called, in order."""
    rules = articles(words)
    at = {
        "priority": place(PRIORITY, words),
        "kept": place(KEPT, words),
        "plain": place("为普通类；|is in the general class;", words),
    }
    age = one(r"(?:年满|aged) (\d+)", rules[at["priority"]])
    grace = one(r"(?:时刻后|no later than) (\d+)", rules[at["kept"]])
    ranked = rules[place("先于.*先于|are called before those", words)]
    first = "priority" if re.search("优先类.*?预约类|priority.*appointment", ranked) else "kept"
    turn = int(one(r"(?:叫满|After every) (\d+)", words))
    waiting: list[tuple[tuple[int, int, int], str, str]] = []
    for ticket, said in re.findall(r"([A-K]\d{3})[：: ]*\((.+?)\)", filed(words)):
        took = re.search(r"(\d\d:\d\d) 取号|ticket at (\d\d:\d\d)", said)
        assert took, said
        came = minute(took[1] or took[2])
        slot = re.search(r"(?:预约|booked for) (\d\d:\d\d)", said)
        classes = set()
        if one(r"(?:^|/ |、)(?:aged )?(\d+)(?: 岁|(?= /|$))", said) >= age or re.search(
            "孕妇|残疾|pregnant|disability", said
        ):
            classes.add("priority")
        if slot and came - minute(slot[1]) <= grace:
            classes.add("kept")
        kind = first if first in classes else classes.pop() if classes else "plain"
        rank = 2 if kind == "plain" else 0 if kind == first else 1
        waiting.append(((rank, minute(slot[1]) if slot and kind == "kept" else came, came), ticket, kind))
    made, run = [], 0
    while waiting:
        plain = sorted(row for row in waiting if row[2] == "plain")
        ahead = sorted(row for row in waiting if row[2] != "plain")
        row = plain[0] if plain and (run == turn or not ahead) else ahead[0]
        run = 0 if row in plain else run + 1
        waiting.remove(row)
        made.append((row[1], row[2], at[row[2]]))
    return made


def slot(words: str) -> tuple[datetime, int]:
    """The first time that can be booked, and how many earlier ones have a place left."""
    record = filed(words)
    now = moment("提出预约时间|time of booking", record)
    people, age = (
        one(r"(?:同办人数|people in the party)[：: ]*(\d)", record),
        one(r"(?:均为|\bage)[：: ]*(\d+)", record),
    )
    hour = re.search(r"(?:方便的时间|that suits)[：: ]*(\d+)", record)
    notice = one(r"(?:相隔|At least) (\d+)", words)
    opens, old = (
        one(r"(?:不超过|made) (\d+) (?:小时|hours or less)", words),
        one(r"(?:供年满|for those aged) (\d+)", words),
    )
    year = re.search(r"号源\((\d+)", words)
    free = 0
    for line in re.findall(r"(?m)^- (.+\d\d:\d\d.+)$", words.split("附表　号源" if year else "Table of places")[1]):
        zh = re.match(r"(\d+) 月 (\d+) 日\S+?(\d\d):(\d\d)：余 (\d)", line)
        en = re.match(r"(\d+)-(\d+)-(\d+) \(\w+\) (\d\d):(\d\d): (\d)", line)
        figures = [int(year[1]), *map(int, zh.groups())] if zh and year else [*map(int, en.groups())] if en else []
        start, left = datetime(*figures[:5]), figures[5]  # noqa: DTZ001 - a wall clock without a zone
        if hour and start.hour < int(hour[1]):
            continue
        hours = (start - now) / timedelta(hours=1)
        closed = re.search("专场|kept", line) and age < old and hours > opens
        if left >= people and hours >= notice and not closed:
            return start, free
        free += left > 0
    raise AssertionError(f"nothing free in {words}")


@pytest.mark.parametrize("lang", LANGS)
def test_ticket_and_class_follow_from_the_rules(lang: Lang) -> None:
    """The printed rules give the ticket and its class; each class is asked about often."""
    seen: Counter[str] = Counter()
    for number in range(600):
        item = draw("queue_rules", lang, number, {"unanswerable": "0"})
        words = text(item)
        if re.search(SLOTS, words):
            continue
        nth = int(one(r"(?:第 |is number )(\d+) ?(?:个被叫到|to be called)", words))
        ticket, kind, at = queue(words)[nth - 1]
        assert names(item, 0, ticket), words
        assert cites(item, at), words
        seen[kind] += 1
    assert seen.total() >= 300
    assert min(seen[kind] for kind in ("priority", "kept", "plain")) >= 60


@pytest.mark.parametrize("lang", LANGS)
def test_appointment_follows_from_the_table(lang: Lang) -> None:
    """The printed table and rules give the earliest time; at least two earlier ones look free."""
    asked = 0
    for number in range(1300):
        item = draw("queue_rules", lang, number, {"unanswerable": "0"})
        if re.search(SLOTS, text(item)):
            asked += 1
            made, free = slot(text(item))
            assert f"{made:%Y-%m-%d...%H:%M}" in item.criteria[0].check["mentions"]["any"][0], text(item)
            assert free >= 2
    assert asked >= 400


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_missing_cannot_be_read(lang: Lang) -> None:
    """Where a fact, an article or the table is left out, the answer cannot be found."""
    for number in range(200):
        words = text(draw("queue_rules", lang, number, {"unanswerable": "1"}))
        with pytest.raises((AssertionError, IndexError)):
            (slot if re.search(SLOTS, words) else queue)(words)
