"""Budget figures, added up again line by line from the printed table."""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction

import pytest

from evalcenter.records import Lang
from tests.generators.reading import LANGS, articles, cites, close, draw, one, place, text

NOTES = {
    "part": '^“其中”行|begins "of which" is',
    "transfer": "^转移支付|^Transfers",
    "carry": "^上年结转|^Sums brought",
    "base": "比上年增长|Growth is measured",
}
KINDS = {"part": "其中|of which", "transfer": "转移|Transfers", "carry": "结转|Brought"}


def again(words: str) -> tuple[Fraction, str, int]:
    """The value, what is asked for, and the article that decides about the line in question."""
    rules = articles(words)
    at = {name: place(mark, words) for name, mark in NOTES.items() if name != "base"}
    said = re.search(
        r"按编制说明，(\S+?)类|what does (.+?) come to|all spending of \d+ is (.+?) \(|does (.+?) grow", words
    )
    assert said, words
    name = next(group for group in said.groups() if group)
    letter = re.search(rf"“(.)”为{name}类|([KLM]) is {name}", rules[place("代字|Letters in", words)])
    assert letter, words
    counts = {kind: not re.search("不计入|neither", rules[at[kind]]) for kind in ("transfer", "carry")}
    asked = (
        "sum"
        if (said[1] and "是多少" in words) or said[2]
        else "growth"
        if re.search("比上年增长百|grow in", words)
        else "share"
    )
    column = 1
    if asked == "growth":
        column = 1 if re.search("预算数为基数|year's budget", rules[place(NOTES["base"], words)]) else 2
    made, every, before = Fraction(0), Fraction(0), Fraction(0)
    kinds = {}
    for row in re.findall(r"(?m)^(\d+ \| .+)$", words):
        number, item, mark, *cells = (cell.strip() for cell in row.split("|"))
        kind = next((key for key, word in KINDS.items() if re.search(word, item)), "own")
        kinds[int(number)] = kind
        if kind == "part" or not counts.get(kind, True):
            continue
        assert "—" not in cells, words
        sums = [Fraction(cell.replace(",", "")) for cell in cells]
        every += sums[0]
        if mark == (letter[1] or letter[2]):
            made, before = made + sums[0], before + sums[column]
    line = kinds[int(one(r"(?:决定第 |whether line )(\d+)", words))]
    value = {"sum": made, "share": made / every * 100, "growth": (made / before - 1) * 100}[asked]
    return value, asked, at[line]


@pytest.mark.parametrize("lang", LANGS)
def test_value_and_note_follow_from_the_table(lang: Lang) -> None:
    """The printed table and notes give the value and the article; each question is asked often."""
    seen: Counter[str] = Counter()
    for number in range(400):
        item = draw("budget_table", lang, number, {"unanswerable": "0"})
        made, asked, at = again(text(item))
        assert close(made, item), text(item)
        assert cites(item, at), text(item)
        seen[asked] += 1
    assert min(seen[asked] for asked in ("sum", "share", "growth")) >= 80


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_missing_cannot_be_read(lang: Lang) -> None:
    """Where an amount or a note is left out, the value cannot be worked out."""
    for number in range(200):
        with pytest.raises(AssertionError):
            again(text(draw("budget_table", lang, number, {"unanswerable": "1"})))
