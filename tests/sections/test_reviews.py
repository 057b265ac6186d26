"""The report says how people read, how far they agreed and whom they overruled; it names nobody."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import pytest

from evalcenter import reviewing, scoring
from evalcenter.blocks import Block, Facts, Fields, Table
from evalcenter.records import Criterion, Grade, Lang, Mark, Read, Result, Review, Scope, Text
from evalcenter.sections import reviews
from tests.factory import make_facts, make_item, make_plan, make_requirement, make_response, make_standard
from tests.sections.reading import build, words

OPEN = Criterion(id="a", text="a", check={"judge": {}})


def says(position: int, reader: str, state: Any, role: Any = "reader") -> Review:
    return Review(position=position, reader=reader, role=role, marks=(Read(criterion="a", state=state),))


def facts(
    *read: Review, count: int = 4, judged: str | None = "not_met", readers: Any = 2, criterion: Criterion = OPEN
) -> Facts:
    """Facts of `count` answers with one criterion, read so."""
    zero = make_requirement(rule="zero", measure="violations", scope=Scope(), confirm="person")
    plan = make_plan(
        [make_item(n, criteria=(criterion,)) for n in range(count)], standard=make_standard(zero), readers=readers
    )
    state = "not_met" if criterion.critical else "pending"
    by: dict[int, list[Review]] = {}
    for one in read:
        by.setdefault(one.position, []).append(one)
    machine = {p: graded(plan.items[p], p, state, "graders") for p in range(count)}
    rule, grades = reviewing.rule_of(plan), dict(machine)
    for position, held in by.items():
        grades[position] = (
            reviewing.follows(rule, plan.items[position], "complete", machine[position], held) or machine[position]
        )
    panel = {p: Result.of(graded(plan.items[p], p, judged, "judge:panel")) for p in by} if judged else {}
    made = make_facts(plan, grades, responses={p: make_response(p) for p in grades})
    return replace(made, reviews={p: tuple(held) for p, held in by.items()}, machine=machine, judged=panel)


def graded(item: Any, position: int, state: Any, by: str) -> Grade:
    mark = Mark(criterion="a", state=state, reason=Text(zh="", en=""))
    return scoring.grade(item, position, "complete", (mark,), by)


READ = [
    *(says(p, reader, "met") for p in range(3) for reader in ("Dr Li", "Dr Wang")),
    says(3, "Dr Li", "met"),
    says(3, "Dr Wang", "not_met"),
    says(3, "Dr Zhao", "not_met", "arbiter"),
]


def rows(blocks: tuple[Block, ...], caption: str) -> dict[str, tuple[str, ...]]:
    (table,) = [block for block in blocks if isinstance(block, Table) and caption in block.caption]
    return {row[0]: tuple(cell.replace("\u00a0", " ") for cell in row[1:]) for row in table.rows}


def test_nothing_is_said_where_nobody_read() -> None:
    """No reviews, no section."""
    assert build(reviews, facts()) == ()


def test_counts_of_readings() -> None:
    """Answers, readers and arbitrations are counted; the arbiter is no reader."""
    (fields,) = [block for block in build(reviews, facts(*READ)) if isinstance(block, Fields)]
    said = {name: value and value.replace("\u00a0", " ") for name, value in fields.rows}
    assert said == {
        "Answers read": "4",
        "Of these, read by two": "4",
        "People who read": "2",
        "Settled by a third": "1 / 4 (25.00 %)",
        "Not settled yet": "0",
    }


def test_agreement_is_of_first_marks_with_its_interval() -> None:
    """Three of four alike: the share with its exact interval, and AC1, kappa and alpha beside it."""
    found = rows(build(reviews, facts(*READ, says(3, "Dr Wang", "met"))), "agreed at first")
    assert found["Share in agreement"] == ("75.00 %", "19.41 % – 99.37 %", "3 / 4")
    assert found["Cohen κ"][0] == "0.00"
    assert set(found) == {"Share in agreement", "Gwet AC1", "Cohen κ", "Krippendorff α"}


def test_without_a_second_reader_there_is_no_agreement() -> None:
    """One reading of each answer says nothing of agreement."""
    blocks = build(reviews, facts(says(0, "Dr Li", "met"), readers=1))
    assert "agreed at first" not in words(blocks)
    assert "whose marks stand" in words(blocks)


def test_what_people_changed_of_a_judges_marks() -> None:
    """Settled marks that differ from the panel's are counted by where they went."""
    found = rows(build(reviews, facts(*READ)), "people changed")
    assert found == {"A judge's marks": ("4", "3", "0", "75.00 %", "19.41 % – 99.37 %")}


def test_what_people_changed_of_a_graders_red_lines() -> None:
    """A crossed red line that people lift is a grader overruled."""
    critical = Criterion(id="a", text="a", check={"says": {"word": "x"}}, critical=True)
    found = rows(build(reviews, facts(*READ, judged=None, criterion=critical)), "people changed")
    assert found == {"Red lines crossed, by a grader": ("4", "3", "0", "75.00 %", "19.41 % – 99.37 %")}


def test_what_no_judge_marked_is_compared_with_nothing() -> None:
    """Without a panel there is nobody to overrule."""
    assert "people changed" not in words(build(reviews, facts(*READ, judged=None)))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nobody_is_named(lang: Lang) -> None:
    """Readers and arbiters are counted, in both languages, in well-formed blocks."""
    blocks = build(reviews, facts(*READ), lang)
    assert all(isinstance(block, get_args(Block)) for block in blocks)
    assert not any(name in words(blocks) for name in ("Li", "Wang", "Zhao"))
    for block in blocks:
        if isinstance(block, Table):
            assert {len(row) for row in block.rows} == {len(block.head)}


def test_all_of_one_kind_is_said_in_words() -> None:
    """Where all marks are the same a coefficient that is not defined says why, in either language."""
    read = [says(p, reader, "met") for p in range(3) for reader in ("A", "B")]
    assert rows(build(reviews, facts(*read)), "agreed at first")["Cohen κ"][0] == "–"
    assert "偶然也会如此一致" in words(build(reviews, facts(*read), "zh"))
