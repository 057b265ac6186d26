"""Scores, unscored samples and cost: figures with their counts."""

from __future__ import annotations

from decimal import Decimal

from evalcenter.blocks import (
    Fields,
    Table,
)
from evalcenter.records import (
    Answer,
    CandidateSpec,
    Price,
    Response,
)
from evalcenter.sections import (
    cost,
    scores,
    unscored,
)
from tests.factory import make_facts, make_grade, make_item, make_plan, make_response, make_standard
from tests.sections.reading import build, only, words


def test_scores() -> None:
    """Groups show counts, the share of the scored, and both bounds of the unscored."""
    plan = make_plan([make_item(n) for n in range(4)])
    grades = {0: make_grade(plan, 0), 1: make_grade(plan, 1), 2: make_grade(plan, 2, met=False)}
    facts = make_facts(plan, grades, failures={3: "timeout"})
    table = next(b for b in build(scores, facts) if isinstance(b, Table) and b.caption == "By dimension")
    assert tuple(map(words, table.rows[0])) == (
        "Medication safety",
        "4",
        "2",
        "1",
        "1",
        "66.66 %",
        "50.00 %",
        "75.00 %",
    )


def test_scores_of_nothing() -> None:
    """An empty run has no scores."""
    assert "No sample was planned." in words(build(scores, make_facts(make_plan([]), {})))


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
    assert rows["Of these, reasoning"] == "not reported by the endpoint"
    assert words(rows["Latency"]) == "median 2,000 ms, 90 % within 2,000 ms, longest 2,000 ms"


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
