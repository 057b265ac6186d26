"""Page one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evalcenter.blocks import (
    Chart,
    Fields,
    Lab,
    Notice,
    Ruling,
)
from evalcenter.records import (
    CandidateSpec,
)
from evalcenter.sections import (
    summary,
)
from tests.factory import make_facts, make_plan, make_requirement, make_standard
from tests.sections.reading import build, only, words


def test_ruling() -> None:
    """Page one states the verdict with its word and reasons."""
    facts = make_facts()
    ruling = only(Ruling, build(summary, facts))
    assert (ruling.outcome, ruling.word) == ("inconclusive", "INCONCLUSIVE")
    assert ruling.reasons == tuple(r.en for r in facts.verdict.reasons)


def test_notices_come_first() -> None:
    """That a candidate is simulated, and that this is a self-test, stands above everything."""
    spec = CandidateSpec(adapter="reference", name="x", simulated=True)
    first, second = build(summary, make_facts(make_plan(candidate=spec)))[:2]
    assert isinstance(first, Notice)
    assert isinstance(second, Notice)
    assert "says nothing about any model" in first.text
    assert second.title == "自测 SELF-TEST"
    assert "not issued under accreditation" in second.text


@pytest.mark.parametrize(("accreditation", "notices"), [(None, 1), ("CNAS L0000", 0)])
def test_accreditation(accreditation: str | None, notices: int) -> None:
    """A laboratory without accreditation says so."""
    blocks = build(summary, make_facts(lab=Lab(name="Laboratory", accreditation=accreditation)))
    found = [b for b in blocks if isinstance(b, Notice)]
    assert len(found) == notices
    assert all("not issued under accreditation" in b.text for b in found)


def test_waiting() -> None:
    """Open reviews are announced beside the verdict."""
    facts = make_facts()
    waiting = replace(facts, verdict=replace(facts.verdict, awaiting_review=3))
    assert "3 reviews are still open" in words(build(summary, waiting))
    assert "3 项评审" in words(build(summary, waiting, "zh"))


def test_not_supplied() -> None:
    """A filing number, version or vendor that nobody gave is a field without a value."""
    rows = dict(only(Fields, build(summary, make_facts())).rows)
    assert [rows[name] for name in ("Filing number", "Version", "Vendor", "Model", "Endpoint", "Issued by")] == [
        None
    ] * 6


def test_chart_has_every_requirement() -> None:
    """The chart shows each requirement, one without a finding too, and marks unverified ones."""
    standard = make_standard(make_requirement(), make_requirement(id="b", status="unverified"))
    facts = make_facts(make_plan(standard=standard))
    facts = replace(facts, verdict=replace(facts.verdict, findings=facts.verdict.findings[:1]))
    first, second = only(Chart, build(summary, facts)).intervals
    assert (first.rate, first.line, first.note) == ("1.000000", "0.9", "")
    assert (second.rate, second.verdict, second.note) == (None, "inconclusive", "unverified")
