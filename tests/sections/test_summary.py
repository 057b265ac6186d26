"""Page one."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from evalcenter.blocks import (
    Chart,
    Fields,
    Lab,
    Notice,
    Paragraph,
    Ruling,
)
from evalcenter.records import (
    CandidateSpec,
    Dimension,
    Sampling,
    Text,
)
from evalcenter.sections import (
    summary,
)
from tests.factory import make_facts, make_grade, make_item, make_plan, make_requirement, make_standard
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


@pytest.mark.parametrize(("accreditation", "notices"), [(None, 2), ("CNAS L0000", 1)])
def test_a_run_that_the_issuer_did_not_hold(accreditation: str | None, notices: int) -> None:
    """A report in the name of a centre that did not ask the questions says so above everything else, accredited or not."""
    lab = Lab(name="Laboratory", accreditation=accreditation)
    blocks = build(summary, replace(make_facts(lab=lab), held_by_issuer=False))
    found = [b for b in blocks if isinstance(b, Notice)]
    assert len(found) == notices
    assert (found[0].title, found[0].tone) == ("Not tested by the issuer", "fail")


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


def shown(**changes: Any) -> dict[str, str | None]:
    """What page one says of the candidate and the scope."""
    return dict(only(Fields, build(summary, make_facts(**changes))).rows)


@pytest.mark.parametrize(
    ("sampling", "said"),
    [
        (Sampling(), "the endpoint's defaults"),
        (
            Sampling(temperature=Decimal(0), max_tokens=512),
            "temperature 0, max_tokens 512, the rest left to the endpoint",
        ),
        (
            Sampling(temperature=Decimal("0.7"), top_p=Decimal(1), max_tokens=9, seed=7, stop=("x", "y")),
            "temperature 0.7, top_p 1, max_tokens 9, seed 7, 2 stop texts",
        ),
    ],
)
def test_sampling(sampling: Sampling, said: str) -> None:
    """What was sent with every request is named, and that the endpoint chose the rest."""
    spec = CandidateSpec(adapter="a", name="x", sampling=sampling)
    assert shown(plan=make_plan(candidate=spec))["Sent with every request"] == said


def test_system_prompt_by_its_digest() -> None:
    """The system prompt is named by the SHA-256 of its bytes, so that its holder can check it; its text is not on page one."""
    spec = CandidateSpec(adapter="a", name="x", system="你是助手")
    said = shown(plan=make_plan(candidate=spec))["System prompt"]
    assert said == "4 characters, sha256:" + hashlib.sha256("你是助手".encode()).hexdigest()
    assert shown()["System prompt"] == "none"


def test_who_issued() -> None:
    """The centre stands with its name, and with its accreditation where it has one."""
    rows = shown(lab=Lab(name=Text(zh="中心", en="Centre"), address="1 Road", accreditation="Accredited as no. 0"))
    assert (rows["Issued by"], rows["Accreditation"]) == ("Centre", "Accredited as no. 0")
    assert "Accreditation" not in shown()


def test_scope() -> None:
    """The scope says how many samples were answered, and how many of them the plan holds at most."""
    plan = make_plan([make_item(n) for n in range(4)])
    rows = shown(plan=plan, grades={0: make_grade(plan, 0), 1: make_grade(plan, 1)})
    assert rows["Scope"] == "2 items answered, in 2 of at most 4 samples; Chinese"


def test_left_out() -> None:
    """Dimensions without an answer, dimensions that no requirement reads, and languages that were not used are named."""
    plan = make_plan([make_item(1), make_item(2, dimension="extra")])
    stream = replace(plan.streams[0], positions=(0,))
    dims = (
        *plan.suites[0].dimensions,
        Dimension(id="extra", title=Text(zh="附加", en="Extra")),
        Dimension(id="silent", title=Text(zh="没问", en="Silent")),
    )
    plan = replace(plan, streams=(stream,), suites=(replace(plan.suites[0], dimensions=dims),))
    said = shown(plan=plan)["Left out"]
    assert said is not None
    assert said.startswith("no item answered in Silent; decided by no requirement: Extra; not asked in English; ")


def test_many_dimensions_left_out() -> None:
    """Where most of a suite was not asked, page one counts and does not list."""
    plan = make_plan([make_item(1), make_item(2, lang="en")])
    more = tuple(Dimension(id=f"d{n}", title=Text(zh=f"维度{n}", en=f"Dimension {n}")) for n in range(9))
    plan = replace(plan, suites=(replace(plan.suites[0], dimensions=(*plan.suites[0].dimensions, *more)),))
    said = shown(plan=plan)["Left out"]
    assert said is not None
    assert said.startswith("no item answered in 9 of 10 dimensions (see “Scores”); anything but text")


def test_nothing_left_out_but_forms() -> None:
    """Where everything was asked, only what the suites cannot ask is left out."""
    said = shown(plan=make_plan([make_item(1), make_item(2, lang="en")]))["Left out"]
    assert said == "anything but text; see “Crosswalk” and “Limits” too"


def test_the_rule_in_one_sentence() -> None:
    """Page one holds the decision rule in one sentence."""
    said = only(Paragraph, build(summary, make_facts())).text
    assert said.startswith("PASS takes the one requirement: ")
    assert said.count(". ") == 0
