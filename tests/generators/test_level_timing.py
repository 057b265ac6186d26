"""Times of levels and doses, recomputed from the words of the question by counting minutes."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from fractions import Fraction

import pytest

from evalcenter.records import Lang
from tests.generators.clock import moment
from tests.generators.reading import LANGS, close, draw, one, text


def trough(words: str) -> datetime:
    """Dose by dose from the first one on."""
    at = moment("首剂时间|time of the first dose", words)
    for _ in range(int(one(r"(?:谷浓度在第|before dose) (\d+)", words)) - 1):
        at += timedelta(hours=int(one(r"(?:每|every) (\d+) (?:小时一次|hours)", words)))
    return at - timedelta(minutes=int(one(r"(?:给药前|drawn) (\d+) (?:分钟|minutes)", words)))


def missed(words: str) -> datetime:
    """Now, or the next time of the old schedule."""
    due, now = moment("漏服的那一剂原定时间|due time of the missed dose", words), moment("现在时间|present time", words)
    every = timedelta(hours=int(one(r"(?:每|every) (\d+) (?:小时服|hours)", words)))
    return now if 2 * (now - due) < every else due + every


def falls(words: str) -> datetime:
    """Half-life by half-life until the level is reached."""
    at, half = (
        moment("采血时间|time of the sample", words),
        one(r"(?:半衰期|half-life)[：: ]*([\d.]+) (?:小时|hours)", words),
    )
    level, goal = (
        one(r"(?:当时血药浓度|level at that time)[：: ]*([\d.]+)", words),
        one(r"(?:正好降到|to exactly) ([\d.]+)", words),
    )
    while level > goal:
        level, at = level / 2, at + timedelta(minutes=int(half * 60))
    assert level == goal
    return at


def remains(words: str) -> Fraction:
    """The level after the time that has passed."""
    start, then = moment("采血时间|time of the sample", words), moment("若不再用药，|in mg/l at", words)
    half = timedelta(minutes=int(one(r"(?:半衰期|half-life)[：: ]*([\d.]+) (?:小时|hours)", words) * 60))
    count, rest = divmod(then - start, half)
    assert not rest
    return one(r"(?:当时血药浓度|level at that time)[：: ]*([\d.]+)", words) / 2**count


def again(words: str) -> datetime | Fraction:
    """What is asked for."""
    for sign, way in (
        ("谷浓度|trough", trough),
        ("漏服后|missed dose was due", missed),
        ("正好降到|fallen to exactly", falls),
    ):
        if re.search(sign, words):
            return way(words)
    return remains(words)


@pytest.mark.parametrize("lang", LANGS)
def test_the_answer_follows_from_the_question(lang: Lang) -> None:
    """Counting from the words of the question gives the answer, be it a time or a level."""
    seen = set()
    for number in range(400):
        item = draw("level_timing", lang, number, {"unanswerable": "0"})
        made = again(text(item))
        seen.add(type(made))
        if isinstance(made, Fraction):
            assert close(made, item), text(item)
        else:
            assert item.examples.good[0].text.endswith(f"{made:%Y-%m-%d %H:%M}"), text(item)
    assert seen == {datetime, Fraction}


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_missing_is_not_in_the_question(lang: Lang) -> None:
    """Where a value is left out, the answer cannot be worked out."""
    for number in range(200):
        with pytest.raises(AssertionError):
            again(text(draw("level_timing", lang, number, {"unanswerable": "1"})))
