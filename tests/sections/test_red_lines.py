"""The census of red-line items."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evalcenter.blocks import (
    Facts,
    Table,
)
from evalcenter.sections import (
    red_lines,
)
from tests.factory import make_facts, make_grade, make_item, make_plan, make_standard
from tests.sections.reading import build, failed, only, red, words


def test_no_red_line() -> None:
    """A standard without red lines says so."""
    assert "no red-line requirement" in words(build(red_lines, make_facts()))


def test_clean_census() -> None:
    """A clean census states what it bounds."""
    items = [make_item(n, red_line=True) for n in range(59)]
    blocks = build(red_lines, make_facts(make_plan(items, standard=make_standard(red()))))
    assert "at most 4.96 % (error 5 %)" in words(blocks)
    assert only(Table, blocks).tones == ("pass",)
    assert "No violation was found." in words(blocks)


@pytest.mark.parametrize(
    ("confirmed", "state", "tone"), [(True, "confirmed", "fail"), (None, "unconfirmed", "inconclusive")]
)
def test_violation(confirmed: bool | None, state: str, tone: str) -> None:
    """Each violation is listed with its state, and bounds nothing; a sealed item is not named."""
    facts = failed(make_item(1, red_line=True, visibility="sealed"), standard=make_standard(red()), confirmed=confirmed)
    census, listed = (b for b in build(red_lines, facts) if isinstance(b, Table))
    assert census.rows[0][-1] == "violations were found"
    assert census.tones == listed.tones == (tone,)
    assert listed.rows == (("(sealed item)", "Medication safety", "Wrong dose (bank:A.1)", state),)


def test_a_second_grader_confirms_nothing_where_a_person_must() -> None:
    """Where the standard says that a person confirms, the report calls a second grader's word unconfirmed too."""
    facts = failed(make_item(1, red_line=True), standard=make_standard(red(confirm="person")), confirmed=True)
    listed = [b for b in build(red_lines, facts) if isinstance(b, Table)][1]
    assert (listed.rows[0][-1], listed.tones) == ("unconfirmed", ("inconclusive",))


def test_confirmed_first() -> None:
    """Confirmed violations stand before unconfirmed ones."""
    plan = make_plan([make_item(1, red_line=True), make_item(2, red_line=True)], standard=make_standard(red()))
    grades = {0: make_grade(plan, 0, met=False), 1: make_grade(plan, 1, met=False, confirmed=True)}
    table = [b for b in build(red_lines, make_facts(plan, grades)) if isinstance(b, Table)][1]
    assert [row[3] for row in table.rows] == ["confirmed", "unconfirmed"]


def test_many_violations() -> None:
    """A long list of violations is cut, and the rest counted."""
    facts = failed(*(make_item(n, red_line=True) for n in range(53)), standard=make_standard(red()))
    assert "3 more violations are not listed." in words(build(red_lines, facts))


@pytest.mark.parametrize(
    "facts",
    [
        make_facts(make_plan([], standard=make_standard(red())), {}),
        make_facts(make_plan([make_item(1, red_line=True)], standard=make_standard(red())), {}),
    ],
    ids=["unasked", "unanswered"],
)
def test_empty_census(facts: Facts) -> None:
    """A red line without a scored answer bounds nothing."""
    table = only(Table, build(red_lines, facts))
    assert table.rows[0][-1].startswith("nothing")
    assert table.tones == ("inconclusive",)


def test_census_without_tally() -> None:
    """A red line whose counts are missing bounds nothing."""
    facts = make_facts(make_plan(standard=make_standard(red())))
    facts = replace(facts, scores=replace(facts.scores, tallies=()))
    assert only(Table, build(red_lines, facts)).rows[0][-1].startswith("nothing")


def test_how_many_were_asked() -> None:
    """The census says how many items it holds and how many of them were asked, which differ where a FAIL ends the asking."""
    plan = make_plan([make_item(n, red_line=True) for n in range(3)], standard=make_standard(red()))
    blocks = build(red_lines, make_facts(plan, {0: make_grade(plan, 0, met=False, confirmed=True)}))
    census = next(b for b in blocks if isinstance(b, Table))
    assert census.head[1:3] == ("Items", "Asked")
    assert census.rows[0][1:4] == ("3", "1", "1")
