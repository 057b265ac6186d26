"""Notices, put back into their chain and followed day by day."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from fractions import Fraction

import pytest

from evalcenter.records import Lang
from tests.generators.clock import moment
from tests.generators.reading import LANGS, draw, filed, names, one, text

NUMBER = r"(\w+〔\d+〕\d+号|[A-Z]{3} \d{4}/\d+)"
DAY = timedelta(days=1)


def again(words: str) -> tuple[Fraction, str, bool, str]:
    """The sum, the notice, whether the day lies at the beginning of a notice, and which clause came into play."""
    record = filed(words)
    applied, decided = moment("申请日期|date of application", record), moment("决定日期|date of decision", record)
    by_decision = bool(re.search("以作出决定之日为准|day of the decision says", words))
    lines = re.findall(r"(?m)^- (.+)$", "\n".join(block for block in words.split("\n\n") if block != record))
    before, starts, rates, shifts = {}, {}, {}, set()
    for line in lines:
        head = re.match(rf"{NUMBER} ?\(", line)
        if not head:
            continue
        starts[head[1]] = moment("，自|takes effect on", line)
        rates[head[1]] = one(r"每\S+? (\d+) 元", line) if "元" in line else one(r"[£$€](\d+) for", line)
        old = re.search(rf"(?:替代|replaces ){NUMBER}", line)
        if old:
            before[head[1]] = old[1]
        if re.search("施行前已提出|Applications made before|also covers earlier", line):
            shifts.add(head[1])
    last = next(iter(set(starts) - set(before.values())))
    pause = next((line for line in lines if re.search("暂停执行|is suspended", line)), "")
    span = (moment("号自|suspended from", pause), moment("起至|to", pause)) if pause else None

    def held(day: object) -> str:
        """The notice in force on a day, found by going back along the chain."""
        name = last
        while starts[name] > day and name in before:
            name = before[name]
        return before[name] if span and name == last and span[0] <= day <= span[1] else name

    name, clause = held(decided if by_decision else applied), "plain"
    if (
        span
        and held(decided if by_decision else applied) != last
        and starts[last] <= (decided if by_decision else applied)
    ):
        clause = "pause"
    if by_decision:
        while name in shifts and applied < starts[name]:
            name, clause = before[name], "shift"
    else:
        day = applied
        while day < decided:
            day += DAY
            if held(day) in shifts and starts[held(day)] == day:
                name, clause = held(day), "shift"
    day = decided if by_decision else applied
    near = any(start in {day, day + DAY} for start in starts.values())
    return rates[name] * one(r"(?:申请数量|number applied for)[：: ]*(\d+)", record), name, near, clause


@pytest.mark.parametrize("lang", LANGS)
def test_sum_and_notice_follow_from_the_file(lang: Lang) -> None:
    """The printed notices give the sum and the notice; clauses decide often, and days at a beginning are drawn often."""
    near, seen = 0, Counter[str]()
    for number in range(400):
        item = draw("notice_timeline", lang, number, {"unanswerable": "0"})
        made, name, beside, clause = again(text(item))
        assert Fraction(item.criteria[0].check["number"]["target"]) == made, text(item)
        assert names(item, 1, name), text(item)
        near += beside
        seen[clause] += 1
    assert near >= 180
    assert min(seen[clause] for clause in ("plain", "shift", "pause")) >= 15


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_missing_cannot_be_read(lang: Lang) -> None:
    """Where a day of the case or of a notice is left out, the notice cannot be found."""
    for number in range(200):
        with pytest.raises(AssertionError):
            again(text(draw("notice_timeline", lang, number, {"unanswerable": "1"})))
