"""Questions that were asked more than once, and public beside sealed items."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from evalcenter.blocks import Facts, Table
from evalcenter.records import Item, Lang
from evalcenter.sections import practice, stability
from tests.factory import make_facts, make_grade, make_item, make_plan
from tests.sections.reading import build, only, words


def asked(items: list[Item], outcomes: list[tuple[int, str]]) -> Facts:
    """A run in which the item of each index came out as p, f or u, in this order."""
    plan = make_plan(items, order=tuple(index for index, _ in outcomes))
    states: dict[str, dict[str, Any]] = {"p": {}, "f": {"met": False}, "u": {"state": "complete"}}
    grades = {}
    for position, (_, outcome) in enumerate(outcomes):
        kept = states[outcome] if outcome != "u" else {}
        grades[position] = make_grade(plan, position, **kept)
        if outcome == "u":
            grades[position] = make_grade(plan, position, met=True, state="truncated")
    return make_facts(plan, grades)


def items(*kinds: str, **changes: Any) -> list[Item]:
    """An item for each of `kinds`: public or sealed."""
    return [make_item(n, visibility=kind, **changes) for n, kind in enumerate(kinds, start=1)]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_was_asked_twice(lang: Lang) -> None:
    """Where no item has two scored answers, no figure is made."""
    facts = asked(items("public", "public"), [(0, "p"), (1, "f"), (1, "u")])
    assert words(build(stability, facts, lang)).split("\n")[0] in (
        "没有一道题得到两次以上评分，因此未测得稳定性。",
        "Not measured: no item has two scored answers.",
    )


def test_flips() -> None:
    """Items that came out both ways are counted by dimension, and the public ones named with how often each way."""
    held = [*items("public", "public"), make_item(3, dimension="other"), make_item(4, visibility="sealed")]
    outcomes = [(0, "p"), (0, "p"), (1, "p"), (1, "f"), (1, "f"), (2, "f"), (2, "f"), (3, "p"), (3, "f")]
    blocks = build(stability, asked(held, outcomes))
    assert "4 items were scored more than once, 9 samples in all. 2 of them came out the same" in words(blocks)
    by_dimension, both_ways = (block for block in blocks if isinstance(block, Table))
    assert by_dimension.rows == (
        ("Medication safety", "3", "7", "1", "2", "33.33\u00a0%"),
        ("other", "1", "2", "1", "0", "100.00\u00a0%"),
    )
    assert both_ways.rows == (("med-zh-dose-002", "Medication safety", "1", "2"),)
    assert "med-zh-dose-004" not in words(blocks)


def test_many_flips_are_not_cut_in_silence() -> None:
    """Of many items that came out both ways the first are listed, and how many are not is said."""
    n = stability.MOST + 2
    facts = asked(items(*["public"] * n), [(index, outcome) for index in range(n) for outcome in "pf"])
    assert "2 more are not listed." in words(build(stability, facts))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_sealed_items(lang: Lang) -> None:
    """Without sealed items the gap is not measured, and this is said."""
    text = words(build(practice, make_facts(), lang))
    assert ("the run holds no sealed items" if lang == "en" else "没有密封题") in text


def test_no_dimension_with_both() -> None:
    """Where no dimension holds both kinds nothing is compared."""
    held = [make_item(1), make_item(2, visibility="sealed", dimension="other")]
    assert "no dimension holds both" in words(build(practice, asked(held, [(0, "p"), (1, "p")])))


def halves(public: str, sealed: str) -> Facts:
    """A run of one item for each letter, which is how it came out."""
    held = items(*["public"] * len(public), *["sealed"] * len(sealed))
    return asked(held, list(enumerate(public + sealed)))


def test_a_clear_gap() -> None:
    """A dimension in which chance does not explain the gap is named."""
    blocks = build(practice, halves("p" * 40, "f" * 40))
    row = only(Table, blocks).rows[0]
    assert row[:5] == ("Medication safety", "40", "100.00\u00a0%", "40", "0.00\u00a0%")
    # 1 - 2 * (1 - 0.0125 ** (1 / 40)), rounded down; there is no more than 100 points.
    assert row[5] == "+79.24 – +100.00"
    assert only(Table, blocks).tones == ("inconclusive",)
    assert "clearly better in: Medication safety." in words(blocks)


def test_no_clear_gap() -> None:
    """A small difference is no gap, and unscored items count both ways."""
    blocks = build(practice, halves("p" * 8, "p" * 6 + "fu"))
    assert only(Table, blocks).tones == ("neutral",)
    assert "In no dimension" in words(blocks)
    least, most = only(Table, blocks).rows[0][5].split(" – ")
    assert Decimal(least.replace("−", "-")) < 0 < Decimal(most)


def test_an_item_counts_once() -> None:
    """Many answers to two questions are two items, by the first answer to each, and no gap."""
    facts = asked(items("public", "sealed"), [(0, "p"), (1, "f")] + [(0, "p"), (1, "f")] * 40)
    blocks = build(practice, facts)
    assert only(Table, blocks).rows[0][1:5] == ("1", "100.00\u00a0%", "1", "0.00\u00a0%")
    assert only(Table, blocks).tones == ("neutral",)


def test_red_lines_stand_apart() -> None:
    """Red-line items take no part in the comparison."""
    facts = asked(items("public", "sealed", red_line=True), [(0, "p"), (1, "f")])
    assert "no sealed items" in words(build(practice, facts))
