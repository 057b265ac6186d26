"""Clashing pairs, found again by checking every two medicines of the list against the printed table."""

from __future__ import annotations

import re
from itertools import combinations

import pytest

from evalcenter.generators.interaction_table import ACTIONS, CLASHES, NAMES
from evalcenter.records import Lang
from tests.generators.reading import LANGS, draw, text

GIVEN = {"unanswerable": "0"}


def listed(words: str) -> list[str]:
    """The medicines that the patient takes."""
    found = re.search(
        r"目前用药清单[： ]*([^，；。\n]+)|present medicines:? ?([^;.\n]+?) and ([a-z\- B12]+?)(?:[,;.\n]|$)",
        words,
        re.IGNORECASE | re.MULTILINE,
    )
    assert found, words
    return found[1].split("、") if found[1] else [*found[2].split(", "), found[3]]


@pytest.mark.parametrize("lang", LANGS)
def test_pair_and_instruction_follow_from_the_question(lang: Lang) -> None:
    """Exactly the pair that the table prints is the key, with its instruction; without such a pair the last option is."""
    without = 0
    for number in range(400):
        item = draw("interaction_table", lang, number, GIVEN)
        words = text(item)
        rows = {
            frozenset((one, two)): action
            for one, two, action in re.findall(r"(?m)^- (.+?) \+ (.+?)(?:：|: )(.+)$", words)
        }
        taken = listed(words)
        assert len(taken) == 4
        hits = [pair for pair in map(frozenset, combinations(taken, 2)) if pair in rows]
        assert len(hits) <= 1, words
        key = item.criteria[0].check["choice"]["key"]
        without += not hits
        if hits:
            assert {item.options[letter] for letter in key} == hits[0]
            assert item.examples.good[0].text.endswith(rows[hits[0]])
        else:
            assert key == [list(item.options)[-1]]
    assert 40 <= without <= 130


def test_no_list_holds_a_clash_that_the_table_is_silent_on() -> None:
    """Over all clashes known here, a list holds the printed pair and no other."""
    for number in range(300):
        item = draw("interaction_table", "en", number, GIVEN)
        taken = listed(text(item))
        known = [pair for pair in map(frozenset, combinations(taken, 2)) if pair in CLASHES]
        key = item.criteria[0].check["choice"]["key"]
        assert known == ([frozenset(item.options[letter] for letter in key)] if len(key) == 2 else [])


def test_every_clash_names_medicines_that_exist_here() -> None:
    """The list of clashes holds no misspelt name."""
    names = {name[1] for name in NAMES}
    assert all(pair <= names and len(pair) == 2 for pair in CLASHES)


@pytest.mark.parametrize("lang", LANGS)
def test_instructions_are_told_apart(lang: Lang) -> None:
    """No instruction, as printed, is taken for another."""
    for one in ACTIONS:
        for two in ACTIONS:
            said = (one.zh_said if lang == "zh" else one.en_said).split("|")
            shown = two.zh if lang == "zh" else two.en
            assert any(phrase in shown for phrase in said) == (one is two)


@pytest.mark.parametrize("lang", LANGS)
def test_without_the_list_nothing_can_be_said(lang: Lang) -> None:
    """Where the patient's list is left out, the options still name more medicines than the patient takes."""
    for number in range(100):
        item = draw("interaction_table", lang, number, {"unanswerable": "1"})
        assert len(item.options) == 7
        with pytest.raises(AssertionError):
            listed(text(item))
