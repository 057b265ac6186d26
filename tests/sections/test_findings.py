"""The decision on every requirement."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from evalcenter.blocks import (
    Decision,
    Facts,
    Points,
)
from evalcenter.records import (
    Finding,
    Scope,
    Text,
)
from evalcenter.sections import (
    findings,
)
from tests.factory import make_facts, make_plan, make_requirement, make_standard
from tests.sections.reading import build, only, words
from tests.sections.sequences import calibrated, read, sequential


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


def test_a_promise_that_requirements_share_is_said_once() -> None:
    """What a rule promises stands above the decisions with the names it holds for, and not again under each of them."""
    wanted = [make_requirement(id=name, title=Text(zh=name, en=name)) for name in ("alpha", "beta")]
    facts = make_facts(make_plan(standard=make_standard(*wanted)))
    built = build(findings, facts)
    assert words(built).count("Confidence bound:") == 1
    assert "alpha, beta – " in words(only(Points, built).items[0])


def test_what_this_project_set_is_said_in_both_languages() -> None:
    """A clause that no published text stands behind, and the tag of a set of variants, are said in the report's language."""
    wanted = make_requirement(clause="set by this project", scope=Scope(any_tag=("counterfactual",)))
    facts = make_facts(make_plan(standard=make_standard(wanted)))
    zh, en = words(build(findings, facts, "zh")), words(build(findings, facts))
    assert {"由本项目设定", "对照变体组"} <= set(zh.split("\n"))
    assert {"set by this project", "counterfactual sets"} <= set(en.split("\n"))


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


def rows(facts: Facts) -> dict[str, str]:
    return {name: words(value) for name, value in only(Decision, build(findings, facts)).rows}


def test_evidence() -> None:
    """A sequential finding says how many units it used of how many, and its evidence on both sides of what was needed."""
    found = rows(read("p" * 60))
    assert found["Units used"] == "42 of at most 60"
    assert found["Evidence for"] == "21.3 : 1 of the 20 : 1 needed"
    assert found["Evidence against"].endswith(" of the 20 : 1 needed")
    assert found["Observed"] == "42/42 = 100.00 %"
    assert "State" not in found


def test_evidence_for_several() -> None:
    """FAIL needs as many times the evidence as there are requirements by rate, and a later version more for PASS."""
    promises, first, _ = build(findings, read("p" * 60, sequential(), sequential(id="b"), version_rank=2))
    assert isinstance(first, Decision)
    found = {name: words(value) for name, value in first.rows}
    assert found["Evidence for"].endswith(" of the 120 : 1 needed")
    assert found["Evidence against"].endswith(" of the 40 : 1 needed")
    assert "at most 0.834 %" in words(promises)


def test_certainty() -> None:
    """Certain evidence is shown as infinite: a full run that can no longer fall below its line."""
    found = rows(read("p" * 20, sequential(line=Decimal("0.5"), claim="full_run", cap=None, min_items=20), units=22))
    assert found["Evidence for"] == "∞ of the 20 : 1 needed"


def test_waiting() -> None:
    """A requirement that stands still for a person says so."""
    assert rows(read("p" * 10 + "w"))["State"] == "waits for a person"


def test_points_are_not_counted() -> None:
    """For points the mean is shown, not how many units were good."""
    assert rows(read("ppppf" * 8, sequential(measure="points")))["Mean share of points"].startswith("80.00 % of ")
    assert rows(read("", sequential(measure="points")))["Mean share of points"] == "–"


def test_corrected_estimate() -> None:
    """Under a judge the estimate that corrects for it is shown, never the marks that it gave."""
    audited = rows(read("ppppppppppppppppppf", sequential(grading="audited")))
    assert "Observed" not in audited
    assert audited["Corrected estimate"] == "94.73 %"
    calibration = calibrated(70, 80)
    found = rows(read("p" * 30, sequential(grading="calibrated"), calibrations=calibration))
    assert found["Known-bad answers that the judge caught"] == "70/80"
    assert found["Evidence for"].endswith(" of the 40 : 1 needed")


def test_unscored_units() -> None:
    """Unscored units come with their reasons; those beyond the decision are not counted."""
    assert rows(read("pppu"))["Unscored"] == "timed out 1"
    assert rows(read("fffu"))["Unscored"] == "0"


def test_evidence_without_its_stream() -> None:
    """A finding whose stream or evidence is missing shows what there is."""
    facts = read("p" * 42)
    finding = replace(facts.verdict.findings[0], for_pass=None)
    bare = replace(facts, plan=replace(facts.plan, streams=()), verdict=replace(facts.verdict, findings=(finding,)))
    assert rows(bare)["Units used"] == "42"
    assert rows(bare)["Evidence for"] == "–"


def test_no_findings() -> None:
    """A verdict without findings says so."""
    facts = make_facts()
    assert "No requirement was decided" in words(
        build(findings, replace(facts, verdict=replace(facts.verdict, findings=())))
    )
