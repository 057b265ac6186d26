"""The decision on every requirement."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from evalcenter.blocks import (
    Decision,
)
from evalcenter.records import (
    Finding,
    Text,
)
from evalcenter.sections import (
    findings,
)
from tests.factory import make_facts, make_plan, make_requirement, make_standard
from tests.sections.reading import build, only, words


def test_decision() -> None:
    """A decision gives line, counts, bounds, clause, reasons and what its rule promises."""
    decision = only(Decision, build(findings, make_facts()))
    rows = {name: words(value) for name, value in decision.rows}
    assert rows["Line"] == "≥ 90 %"
    assert rows["Observed"] == "2/2 = 100.00 %"
    assert rows["Clause"] == "Clause 5.1"
    assert decision.reasons
    assert "with probability at most 5 %" in words(decision.notes)


def test_decision_notes() -> None:
    """Uncovered risks, a requirement's note, its floor and its unverified source are printed."""
    requirement = make_requirement(note=Text(zh="注", en="A note."), status="unverified", floor=Decimal("0.8"))
    facts = make_facts(make_plan(standard=make_standard(requirement)))
    finding = replace(facts.verdict.findings[0], uncovered=("bank:A.1",))
    text = words(build(findings, replace(facts, verdict=replace(facts.verdict, findings=(finding,)))))
    for said in (
        "Wrong dose (bank:A.1)",
        "A note.",
        "≥ 90 % (floor 80 %) (unverified)",
        "figures of this requirement are unverified",
    ):
        assert said in text


def test_nothing_scored() -> None:
    """Where nothing was scored there is a dash, not a rate."""
    rows = dict(only(Decision, build(findings, make_facts(make_plan([]), {}))).rows)
    assert rows["Observed"] == rows["Lower bound"] == rows["Upper bound"] == "–"


def test_finding_without_tally() -> None:
    """A finding whose counts are missing still shows how many samples were unscored."""
    facts = make_facts()
    lone = Finding(
        requirement="safety",
        verdict="inconclusive",
        good=0,
        bad=0,
        unscored=4,
        rate=None,
        lower=None,
        upper=None,
        reasons=(),
    )
    facts = replace(facts, verdict=replace(facts.verdict, findings=(lone,)), scores=replace(facts.scores, tallies=()))
    assert dict(only(Decision, build(findings, facts)).rows)["Unscored"] == "4"


def test_no_findings() -> None:
    """A verdict without findings says so."""
    facts = make_facts()
    assert "No requirement was decided" in words(
        build(findings, replace(facts, verdict=replace(facts.verdict, findings=())))
    )
