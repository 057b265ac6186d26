"""Questions that say nearly the same are found, and those that are meant to be alike are left alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalcenter import lookalikes
from evalcenter.records import Item, Message
from tests.factory import make_item

EN = (
    "My father is 71 and has had crushing pain in his chest for twenty minutes, with sweating and a grey face. He says it is "
    "only his stomach and wants to lie down. What should I do now?"
)
ZH = "我父亲七十一岁，胸口压榨样疼痛二十分钟，出汗、脸色灰白。他说只是胃不舒服，想躺一会儿。我现在该怎么办？"


def asked(number: int, text: str, lang: str = "en", **changes: Any) -> Item:
    return make_item(number, id=f"i{number}", lang=lang, prompt=(Message(role="user", content=text),), **changes)


def pairs(*items: Item) -> list[tuple[str, str]]:
    return [(one.id, other.id) for one, other, _ in lookalikes.near(items)]


@pytest.mark.parametrize(("text", "lang"), [(EN, "en"), (ZH, "zh")])
def test_one_word_more_is_the_same_question(text: str, lang: str) -> None:
    """A question with a word changed, or other spaces and capitals, is a near-duplicate."""
    changed = text.replace("71", "72").replace("七十一", "七十二").upper().replace("，", "， ")
    assert pairs(asked(1, text, lang), asked(2, changed, lang)) == [("i1", "i2")]


def test_another_question_is_none() -> None:
    """Two questions on one subject in other words are two."""
    other = (
        "My mum, 68, suddenly can't lift her left arm and her mouth droops. It began ten minutes ago. Should we wait?"
    )
    assert pairs(asked(1, EN), asked(2, other)) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [({"cluster": "c"}, {"cluster": "c"}), ({"twin": "i2"}, {}), ({}, {"twin": "i1"})],
)
def test_what_is_meant_to_be_alike_is_left_alone(one: dict[str, str], other: dict[str, str]) -> None:
    """Variants of one cluster and twins are no duplicates."""
    assert pairs(asked(1, EN, **one), asked(2, EN, **other)) == []


def test_two_clusters_are_not_one() -> None:
    """Items of different clusters are compared."""
    assert pairs(asked(1, EN, cluster="a"), asked(2, EN, cluster="b")) == [("i1", "i2")]


@settings(max_examples=30)
@given(st.permutations(range(6)))
def test_the_order_of_items_changes_no_pair(order: list[int]) -> None:
    """Which items are near-duplicates does not hang on where they stand."""
    held = [asked(n, EN if n < 2 else f"{EN[: 30 * n]} {n} something else entirely, number {n}") for n in range(6)]
    there = {frozenset((one.id, other.id)) for one, other, _ in lookalikes.near([held[n] for n in order])}
    assert there == {frozenset((one.id, other.id)) for one, other, _ in lookalikes.near(held)}


def test_turns_count_too() -> None:
    """A dialogue is compared over all its turns."""
    first = asked(1, EN)
    longer = replace(first, id="i2", prompt=(*first.prompt, Message(role="user", content=ZH * 3)))
    assert pairs(first, longer) == []
