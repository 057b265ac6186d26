"""Scores, unscored samples and cost: figures with their counts."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from evalcenter.blocks import (
    Fields,
    Table,
)
from evalcenter.records import (
    Answer,
    CandidateSpec,
    Dimension,
    Lang,
    Price,
    Response,
    Text,
)
from evalcenter.sections import (
    cost,
    scores,
    unscored,
)
from tests.factory import make_facts, make_grade, make_item, make_plan, make_response, make_standard
from tests.sections.reading import build, only, words
from tests.sections.sequences import read, sequential


def test_scores() -> None:
    """Groups show counts, the share of the scored, and an interval with the unscored samples at both ends."""
    plan = make_plan([make_item(n) for n in range(4)])
    grades = {0: make_grade(plan, 0), 1: make_grade(plan, 1), 2: make_grade(plan, 2, met=False)}
    facts = make_facts(plan, grades, failures={3: "timeout"})
    table = next(b for b in build(scores, facts) if isinstance(b, Table) and b.caption == "By dimension")
    assert tuple(map(words, table.rows[0])) == (
        "Medication safety",
        "4",
        "4",
        "2",
        "1",
        "1",
        "66.66 %",
        "6.75 % – 99.37 %",  # Beta(2, 3) at 2.5 %, and Beta(4, 1) at 97.5 %
    )


def table(facts: Any, caption: str, lang: Lang = "en") -> Table:
    return next(b for b in build(scores, facts, lang) if isinstance(b, Table) and b.caption == caption)


def test_groups_that_were_not_asked() -> None:
    """A dimension and a language that were not asked have a row that says so."""
    plan = make_plan()
    dims = (*plan.suites[0].dimensions, Dimension(id="silent", title=Text(zh="没问", en="Silent")))
    facts = make_facts(replace(plan, suites=(replace(plan.suites[0], dimensions=dims),)))
    assert table(facts, "By dimension").rows[-1] == ("Silent", "0", "0", "–", "–", "–", "–", "not asked")
    assert table(facts, "By language").rows[-1] == ("English", "0", "0", "–", "–", "–", "–", "not asked")


def test_populations() -> None:
    """An item is in a group of people once, whichever of its tags says so; groups without an item are named."""
    items = [
        make_item(1, tags=("deaf", "disability", "staff")),
        make_item(2, tags=("rural",)),
        make_item(3, tags=("lgbt",)),
    ]
    plan = make_plan(items)
    facts = make_facts(plan, {n: make_grade(plan, n) for n in (0, 1)})
    rows = {row[0]: row[1:4] for row in table(facts, "By population (an item may be about several)").rows}
    assert rows["People with a disability"] == ("1", "1", "1")
    assert rows["Rural residents"] == ("1", "1", "1")
    assert [row[0] for row in table(facts, "By other tags").rows] == ["staff"]
    text = words(build(scores, facts))
    assert "In the bank, but not asked about in this run: Sexual minorities." in text
    assert "No item of the bank is marked as being about: Infants, Children" in text


def test_other_tags_are_not_cut_in_silence() -> None:
    """Of many tags the most frequent are listed, and how many are not is said."""
    tags = [f"tag-{n:02d}" for n in range(scores.MOST_TAGS + 3)]
    facts = make_facts(make_plan([make_item(1, tags=tuple(tags)), make_item(2, tags=(tags[-1],))]))
    rows = table(facts, "By other tags").rows
    assert len(rows) == scores.MOST_TAGS
    assert rows[0][0] == tags[-1]
    assert "3 more tags on fewer samples" in words(build(scores, facts))


def test_scores_of_nothing() -> None:
    """An empty run has no scores."""
    assert "No sample was planned." in words(build(scores, make_facts(make_plan([]), {})))


def test_nothing_asked_outside_the_red_lines() -> None:
    """Where only red lines were asked, Scores says so, and doesn't say that nothing was planned."""
    plan = make_plan([make_item(n, red_line=True) for n in range(2)])
    assert words(build(scores, make_facts(plan))).startswith("No sample outside the red lines was asked")


def test_unscored() -> None:
    """Each requirement shows its unscored samples, their reasons and both bounds."""
    facts = make_facts(make_plan(), {}, failures={0: "timeout"})
    row = only(Table, build(unscored, facts)).rows[0]
    assert tuple(map(words, row)) == (
        "Medication safety",
        "2",
        "2",
        "2 %",
        "0.00 %",
        "100.00 %",
        "nothing is recorded 1, timed out 1",
    )


def test_marks_that_no_longer_matter() -> None:
    """Where every sample that waits for a judge is counted anyway, nothing is said of others that are not."""
    facts = make_facts()
    facts = replace(facts, results={0: facts.results[0]._replace(states=("pending",))})
    text = words(build(unscored, facts))
    assert "Marks that wait for a judge or a person: 1, on 1 of the samples. All of these samples are counted" in text
    assert "the others are unscored" not in text


@pytest.mark.parametrize("section", [unscored, scores], ids=["unscored", "scores"])
def test_what_only_judges_marked_is_told(section: Any) -> None:
    """Samples that a panel alone has marked count in their requirement and in no score: where they are counted, that is said."""
    facts = make_facts()
    told = replace(facts, results={0: facts.results[0]._replace(outcome="unscored")}, judged={0: facts.results[0]})
    said = "Marked by judges alone: 1. Such samples stand as unscored here"
    assert said in words(build(section, told))
    assert said not in words(build(section, facts))


@pytest.mark.parametrize(("outcomes", "told"), [("p" * 46, True), ("p" * 42, False)], ids=["late answers", "none"])
def test_answers_behind_a_decision(outcomes: str, told: bool) -> None:
    """Where answers came after a requirement was decided, the table says why it counts more samples than the finding."""
    facts = read(outcomes, sequential(line=Decimal("0.9"), min_items=1))
    assert facts.verdict.findings[0].units == 42
    assert ("came after its requirement was decided" in words(build(unscored, facts))) is told


def test_unscored_without_requirements() -> None:
    """Without requirements only the counts are given."""
    facts = make_facts(make_plan(standard=make_standard(requirements=())))
    assert not [b for b in build(unscored, facts) if isinstance(b, Table)]


def test_cost() -> None:
    """Tokens are summed, latencies ranked and priced."""
    spec = CandidateSpec(adapter="a", name="x", price=Price(prompt=Decimal(2), completion=Decimal(8)))
    answers = {
        n: Response(
            position=n,
            answers=(Answer(text="x", prompt_tokens=500_000, completion_tokens=250_000, latency_ms=(n + 1) * 1000),),
        )
        for n in range(2)
    }
    rows = dict(only(Fields, build(cost, make_facts(make_plan(candidate=spec), responses=answers, retries=3))).rows)
    assert rows["Prompt tokens"] == "1,000,000"
    assert rows["Cost"] == "6.00 CNY"
    assert rows["Retries"] == "3"
    assert rows["Time from first to last"] == "1 h 30 min"
    assert rows["Of these, reasoning"] == "not reported by the endpoint"
    assert words(rows["Latency"]) == "median 2,000 ms, 90 % within 2,000 ms, longest 2,000 ms"


def test_time_taken() -> None:
    """A short run is told in seconds, and times of another form are not guessed at."""
    facts = make_facts(started="2026-03-02T01:00:00Z", finished="2026-03-02T01:00:42.4Z")
    assert dict(only(Fields, build(cost, facts)).rows)["Time from first to last"] == "42 s"
    assert dict(only(Fields, build(cost, make_facts(started="then"))).rows)["Time from first to last"] is None


def test_cost_in_part() -> None:
    """Tokens that only some answers report give a lower bound, and so does their price."""
    spec = CandidateSpec(adapter="a", name="x", price=Price(prompt=Decimal(2), completion=Decimal(8)))
    answers = {0: make_response(0, prompt_tokens=10, completion_tokens=10), 1: make_response(1)}
    rows = dict(only(Fields, build(cost, make_facts(make_plan(candidate=spec), responses=answers))).rows)
    assert rows["Prompt tokens"] == "at least 10 (reported by 1 of 2 answers)"
    assert rows["Cost"] == "at least 0.00 CNY"


def test_cost_of_nothing() -> None:
    """An empty run has no latency, and without a price no cost is made up."""
    rows = dict(only(Fields, build(cost, make_facts(make_plan([]), {}))).rows)
    assert (rows["Latency"], rows["Cost"]) == ("–", None)
