"""Method, limits, identification and evidence: what is never left out."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from evalcenter import plan as planning
from evalcenter.blocks import (
    Fields,
    Lab,
    Points,
    Table,
)
from evalcenter.records import (
    CandidateSpec,
    Coverage,
    Earlier,
    Sampling,
    Source,
    Text,
)
from evalcenter.sections import (
    digests,
    identification,
    limits,
    method,
)
from tests.factory import make_facts, make_item, make_plan, make_requirement, make_standard
from tests.sections.reading import build, only, words
from tests.sections.sequences import read, sequential


def test_method() -> None:
    """The method names the sampling, clauses, coverage, sources, and marks what is unverified."""
    coverage = Coverage(risks=("bank:A.1",), min_items=7, clause="A.1", status="unverified")
    requirement = make_requirement(
        coverage=(coverage,), floor=Decimal("0.8"), sample=20, min_bank=100, status="unverified"
    )
    spec = CandidateSpec(
        adapter="a", name="x", system="Be brief.", sampling=Sampling(temperature=Decimal("0.7"), stop=("END",))
    )
    text = words(
        build(
            method,
            make_facts(make_plan(standard=make_standard(requirement), candidate=spec, stopping=planning.FIXED)),
        )
    )
    for said in (
        "Be brief.",
        "0.7",
        "'END'",
        "the endpoint's default",
        "≥ 90 % (unverified), α 5 %, β 5 %, floor 80 %, at least 1 items, a bank of at least 100, 20 drawn, unscored cap 2 %",
        "A.1 (unverified)",
        "Package leaflet",
        "No deviation",
    ):
        assert said in text


def test_stopping_rule() -> None:
    """The usual stopping rule is worded in Chinese; another one is printed as it is."""
    assert "固定样本" in words(build(method, make_facts(make_plan(stopping=planning.FIXED)), "zh"))
    assert "停止规则：other" in words(build(method, make_facts(make_plan(stopping="other")), "zh"))


def test_sequential() -> None:
    """A sequential standard names all that its promises rest on, its own kind of bounds, and what fixes each requirement."""
    requirement = sequential(claim="full_run", epochs=2, unit="set", id="full")
    judged = sequential(id="judged", grading="audited", audit_rate=Decimal("0.25"))
    text = words(build(method, read("p" * 42, requirement, judged, sequential(id="c", grading="calibrated"))))
    for letter in "abcdefgh":
        assert f"{letter}) " in text
    for said in (
        "confidence sequence by betting (arXiv 2010.09686, 2006.04347)",
        "a full run, at most 60 units, 2 epochs, a unit is a set of variants",
        "expected over the bank, at most 60 units, judge, audited 25 %",
        "judge, calibrated",
    ):
        assert said in text
    assert "Clopper" not in text
    assert "序贯判定的全部前提" in words(build(method, read("p" * 42), "zh"))


def test_bounds_of_both_kinds() -> None:
    """Where both kinds of bounds are used both are named; where none is sequential nothing is said of assumptions."""
    both = words(build(method, read("p" * 42, sequential(), make_requirement(id="b"))))
    assert "Clopper" in both
    assert "by betting" in both
    fixed = words(build(method, make_facts()))
    assert "by betting" not in fixed
    assert "rest on" not in fixed.replace("items rest on", "")


def test_version_rank() -> None:
    """What is promised over several versions is said: nothing, or alpha over all of them."""
    assert "nothing is promised over several submitted versions" in words(build(method, read("p" * 42)))
    text = words(build(method, read("p" * 42, version_rank=3)))
    assert "This is version 3 of this vendor, held to 1/12 of each requirement's alpha" in text
    assert "α 0.417 %" in text


def test_carried_on() -> None:
    """A run that carries on an earlier one says so."""
    text = words(build(method, read("p" * 42, earlier=Earlier(head="sha256:0", positions=1200))))
    assert "carries on an earlier one, whose plan held 1,200 samples" in text
    assert "carries on" not in words(build(method, read("p" * 42)))


def test_coverage_without_tally() -> None:
    """A coverage whose counts are missing counts as none."""
    requirement = make_requirement(coverage=(Coverage(risks=("bank:A.1",), min_items=7, clause="A.1"),))
    facts = make_facts(make_plan(standard=make_standard(requirement)))
    facts = replace(facts, scores=replace(facts.scores, tallies=()))
    table = next(b for b in build(method, facts) if isinstance(b, Table) and b.caption == "Coverage of risks")
    assert table.rows[0][2] == "0"


def test_sources() -> None:
    """A source whose text was opened is told from one that was not; sources of sealed items are not named."""
    plan = make_plan([make_item(1, sources=("open",)), make_item(2, visibility="sealed", sources=("secret",))])
    suite = replace(
        plan.suites[0], sources={"open": Source(title="Opened", opened=True), "secret": Source(title="Secret")}
    )
    text = words(build(method, make_facts(replace(plan, suites=(suite,)))))
    assert "Opened" in text
    assert "Secret" not in text
    none = make_facts(make_plan([make_item(1, sources=())]))
    assert "Sources" not in words(build(method, none))


def test_deviations() -> None:
    """Deviations are listed in the method and in the field for them."""
    facts = make_facts(deviations=(Text(zh="中断", en="The run was interrupted."),))
    assert "The run was interrupted." in words(build(method, facts))
    assert "The run was interrupted." in words(build(identification, facts))


def test_limits() -> None:
    """The standard's own limits come first; unverified figures, simulation and missing accreditation are named."""
    standard = make_standard(make_requirement(status="unverified"), limits=(Text(zh="甲", en="No images."),))
    spec = CandidateSpec(adapter="reference", name="x", simulated=True)
    points = only(Points, build(limits, make_facts(make_plan(standard=standard, candidate=spec)))).items
    assert points[0] == "No images."
    assert any("1 requirements are unverified" in p for p in points)
    assert any("simulated" in p for p in points)
    assert any("not issued under accreditation" in p for p in points)


def test_limits_of_an_accredited_report() -> None:
    """A verified, accredited test of a real candidate prints only what always holds."""
    facts = make_facts(lab=Lab(name="L", accreditation="A"))
    assert len(only(Points, build(limits, facts)).items) == 4


@pytest.mark.parametrize(("visibility", "shown"), [("public", True), ("sealed", False)])
def test_seed(visibility: str, shown: bool) -> None:
    """The seed is printed only where no item is sealed."""
    plan = make_plan([make_item(1, visibility=visibility)], seed="the-seed")
    assert ("the-seed" in words(build(digests, make_facts(plan)))) is shown


def test_digests() -> None:
    """Plan, journal, suites, plugins and environment are named."""
    facts = make_facts()
    text = words(build(digests, facts))
    for said in (facts.plan_digest, facts.journal_head, facts.plan.suites[0].digest, "number", "python", "3.11"):
        assert said in text
    assert not [b for b in build(digests, make_facts(make_plan(plugins=()))) if isinstance(b, Table)]


def test_the_journal_goes_on_behind_the_verdict() -> None:
    """The digest of the journal is called the verdict's, since the report's own entry comes behind it."""
    facts = make_facts()
    rows = dict(only(Fields, build(digests, facts)[:2]).rows)
    assert rows["The verdict's entry in the journal"] == facts.journal_head
    assert "Journal entries, up to the verdict" in rows
