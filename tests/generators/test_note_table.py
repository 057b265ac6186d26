"""Planted values, found again in the note by patterns of the test's own."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from evalcenter.records import Lang
from tests.generators.clock import moment
from tests.generators.reading import LANGS, draw, text

WORDS = {"once": 1, "twice": 2, "three times": 3}


def found(pattern: str, note: str) -> str | None:
    """What the first group that took part holds; None where nothing does."""
    match = re.search(pattern, note)
    return next(group for group in match.groups() if group) if match else None


def number(pattern: str, note: str) -> int | None:
    """The whole number that `pattern` finds, or None."""
    value = found(pattern, note)
    return int(value) if value else None


def again(words: str) -> dict[str, Any]:
    """The object that the note leads to."""
    note = words.split("\n\n", 1)[1]
    pressure = re.search(r"(?:今日血压|pressure today) (\d+)/(\d+)", note)
    drug = re.search(r"(?:目前服用|Now takes )(\S+) (\d+) mg(?:，每日 (\d) 次| (once|twice|three times))", note)
    assert pressure, note
    assert drug, note
    try:
        follow = moment("嘱|seen again on", note).date().isoformat()
    except AssertionError:
        follow = None
    woman = re.search(r"(?:患者|。)女|woman", note)
    return {
        "age": number(r"(?:女|男)，(\d+) 岁|(\d+)-year-old", note),
        "sex": "female" if woman else "male",
        "complaint": found(r"“([^ ，]+)|主诉：([^ ，]+)|(?:comes with|Complaint:) ([a-z ]+?)(?: for|,)", note),
        "days_ill": number(r" (\d+) 天|for (\d+) days", note),
        "systolic": int(pressure[1]),
        "diastolic": int(pressure[2]),
        "pulse": number(r"(?:脉搏|Pulse) (\d+)", note),
        "weight_kg": number(r"(?:体重|Weight) (\d+)", note),
        "drug": drug[1],
        "dose_mg": int(drug[2]),
        "times_per_day": int(drug[3] or WORDS[drug[4]]),
        "allergy": found(r"对(\S+?)过敏|Allergic to ([a-z ]+)\.", note),
        "follow_up": follow,
    }


@pytest.mark.parametrize("lang", LANGS)
def test_the_table_follows_from_the_note(lang: Lang) -> None:
    """Every field, read again from the note, is the one that is asked for; some are null."""
    empty = 0
    for at in range(400):
        item = draw("note_table", lang, at)
        right = json.loads(item.examples.good[0].text)
        assert right == again(text(item)), text(item)
        empty += None in right.values()
    assert empty >= 100


@pytest.mark.parametrize("lang", LANGS)
def test_two_facts_are_missing_where_it_is_asked_for(lang: Lang) -> None:
    """With the share at one, every note lacks exactly two facts."""
    for at in range(100):
        item = draw("note_table", lang, at, {"unanswerable": "1"})
        assert list(json.loads(item.examples.good[0].text).values()).count(None) == 2


@pytest.mark.parametrize("lang", LANGS)
def test_all_criteria_together_cover_every_field(lang: Lang) -> None:
    """No field of the table goes unread."""
    item = draw("note_table", lang, 0)
    read = {key for criterion in item.criteria for key in criterion.check["format"]["json_schema"]["required"]}
    assert read == set(json.loads(item.examples.good[0].text))
