"""How the evidence moved: what is drawn is what decided."""

from __future__ import annotations

from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalcenter import report
from evalcenter.blocks import Block, Fields, Paragraph, Subheading, Table, Trace
from evalcenter.records import Lang, Requirement, Text
from evalcenter.sections import evidence
from tests.factory import make_facts
from tests.sections.reading import build, only, words
from tests.sections.sequences import calibrated, read, sequential


def drawn(outcomes: str, requirement: Requirement | None = None, **changes: object) -> Trace:
    facts = read(outcomes, *([requirement] if requirement else []), **changes)  # type: ignore[arg-type]  # units or plan
    made: Trace = only(Trace, build(evidence, facts))
    return made


def test_nothing_sequential() -> None:
    """Without a sequential requirement there is nothing to show."""
    assert build(evidence, make_facts()) == ()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_blocks(lang: Lang) -> None:
    """The section is well-formed, the same each time, and has a title in both languages."""
    facts = read("p" * 42)
    once = build(evidence, facts, lang)
    assert once == build(evidence, facts, lang)
    assert all(isinstance(block, get_args(Block)) for block in once)
    assert evidence.plugin.title.zh != evidence.plugin.title.en


def test_pass() -> None:
    """42 flawless units prove 90 %: the path ends there, above 20 to 1, whatever was answered after it."""
    trace = drawn("p" * 60)
    assert (trace.units[0], trace.units[-1]) == (0, 42)
    assert (trace.said, trace.verdict, trace.at) == ("PASS after 42 units", "pass", 0)
    assert trace.curves[0].values[0] == "1"
    assert Decimal(trace.curves[0].values[-1]) > Decimal(trace.curves[0].needed) == 20
    assert Decimal(trace.curves[0].values[-2]) < 20


def test_fail() -> None:
    """Three failures at the start are decided against, on the curve against."""
    trace = drawn("fff" + "p" * 30)
    assert (trace.said, trace.verdict, trace.at) == ("FAIL after 3 units", "fail", 1)
    assert Decimal(trace.curves[1].values[-1]) > 20


def test_several_can_fail() -> None:
    """With D requirements by rate FAIL needs D times the evidence, in the chart as in the decision."""
    facts = read("p" * 50, sequential(), sequential(id="b"))
    for trace in (block for block in build(evidence, facts) if isinstance(block, Trace)):
        assert [curve.needed for curve in trace.curves] == ["20", "40"]


def test_version_rank() -> None:
    """The second version of a vendor needs 120 to 1."""
    trace = drawn("p" * 60, version_rank=2)
    assert trace.curves[0].needed == "120"
    assert trace.verdict == "inconclusive"


@pytest.mark.parametrize(
    ("outcomes", "units", "said"),
    [
        ("p" * 10 + "w", 60, "INCONCLUSIVE: after 10 units the next one waits for a person"),
        ("p" * 10, 60, "INCONCLUSIVE: no further answers after 10 units"),
        ("pppf" * 5, 20, "INCONCLUSIVE: all 20 units are spent"),
    ],
)
def test_undecided(outcomes: str, units: int, said: str) -> None:
    """Why a path ends undecided is said: a person is awaited, answers are missing, the cap is spent."""
    assert drawn(outcomes, sequential(line=Decimal("0.8")), units=units).said == said


def test_floor() -> None:
    """A floor has a curve of its own; when only it is proved the mark stands on it, and what refutes the line is drawn too."""
    trace = drawn("pppppppppf" * 20, sequential(line=Decimal("0.95"), floor=Decimal("0.8")), units=200)
    assert (trace.verdict, trace.at) == ("conditional", 2)
    labels = [curve.label.replace("\u00a0", " ") for curve in trace.curves]
    assert labels == [
        "evidence for at least 95 %",
        "evidence for less than 80 %",
        "evidence for the floor of 80 %",
        "evidence for less than 95 %",
    ]
    assert [curve.mark for curve in trace.curves] == ["PASS", "FAIL", "", ""]
    assert len(drawn("p" * 90, sequential(floor=Decimal("0.8")), units=90).curves) == 3


def test_calibrated() -> None:
    """A calibrated judge earns CONDITIONAL, at twice the evidence, on the curve for the line."""
    requirement = sequential(grading="calibrated")
    trace = drawn("p" * 90, requirement, units=90, calibrations=calibrated())
    assert (trace.verdict, trace.at, trace.curves[0].mark) == ("conditional", 0, "CONDITIONAL")
    assert trace.curves[0].needed == "40"


@pytest.mark.parametrize(
    ("caught", "shown", "why"), [(3, 3, "56 more"), (0, 80, "caught none"), (0, 0, "59 known-bad answers at least")]
)
def test_nothing_to_draw(caught: int, shown: int, why: str) -> None:
    """With too few known-bad answers, or none caught, nothing is drawn, and why is said."""
    requirement = sequential(grading="calibrated")
    blocks = build(evidence, read("p" * 60, requirement, calibrations=calibrated(caught, shown)))
    assert why in only(Paragraph, blocks).text
    assert not [block for block in blocks if isinstance(block, Trace)]


def test_without_an_answer() -> None:
    """A run without a single answer shows the decision chart and no path."""
    blocks = build(evidence, read(""))
    assert "no evidence to draw" in only(Paragraph, blocks).text.lower()
    assert only(Table, blocks).rows


def test_notes() -> None:
    """When a minimum of items or unscored units matter, the caption says so."""
    trace = drawn("p" * 20 + "u" + "p" * 39, sequential(min_items=20, unscored_cap=Decimal("0.2")))
    assert "before 20 distinct items are scored, which unit 20 brought" in trace.caption
    assert "count against both sides" in trace.caption
    assert drawn("p" * 42).caption == ""


def test_bounds() -> None:
    """The bounds at the end stand beside their own error rates."""
    rows = {words(name): words(value) for name, value in only(Fields, build(evidence, read("p" * 42))).rows}
    assert rows["Units read"] == "42"
    assert rows["Lower bound (at any time wrong with probability ≤ 5 %)"].startswith("90.")
    assert rows["Upper bound (at any time wrong with probability ≤ 5 %)"] == "100.00 %"


# The figures that a regulator is given for 90 %: PASS with so many units, FAIL within so many (one requirement).
CHART = [("42", "–"), ("66", "–"), ("85", "–"), ("103", "3"), ("120", "8"), ("137", "13"), ("152", "18"), ("168", "23")]


def test_decision_chart() -> None:
    """The decision chart is the published one, with a dash for what the plan's units can't bring."""
    table = only(Table, build(evidence, read("p" * 42, sequential(cap=170), units=170)))
    assert table.head == ("Line", *"012345678")
    passes, fails = table.rows
    assert [words(cell) for cell in (passes[0], fails[0])] == ["90 % PASS", "90 % FAIL"]
    assert list(zip(passes[1:9], fails[1:9], strict=True)) == CHART
    assert (passes[9], fails[9]) == ("–", "29")


def test_decision_chart_of_a_tiny_plan() -> None:
    """A plan of fewer units than failures in the chart is filled up with dashes."""
    table = only(Table, build(evidence, read("ppp", units=3)))
    assert table.rows[0][1:] == ("–",) * 9
    assert {len(row) for row in table.rows} == {10}


def test_decision_chart_of_a_full_run() -> None:
    """A full run's chart says that its order matters, and needs fewer units."""
    table = only(Table, build(evidence, read("p" * 42, sequential(claim="full_run", cap=None))))
    assert words(table.rows[0][0]) == "90 %, failures first PASS"
    assert int(table.rows[0][1]) < 42


def test_charts_are_shared() -> None:
    """Requirements with the same chart share its rows; different ones of one line are named."""
    same = read("p" * 42, sequential(), sequential(id="b"))
    assert len(only(Table, build(evidence, same)).rows) == 2
    titles = (Text(zh="甲", en="First"), Text(zh="乙", en="Second"))
    other = sequential(id="b", title=titles[1], beta=Decimal("0.01"))
    table = only(Table, build(evidence, read("p" * 42, sequential(title=titles[0]), other)))
    assert [words(row[0]) for row in table.rows] == [
        f"90 % ({t}) {w}" for t in ("First", "Second") for w in ("PASS", "FAIL")
    ]


@pytest.mark.parametrize("changes", [{"grading": "audited"}, {"measure": "points"}])
def test_no_decision_chart(changes: dict[str, str]) -> None:
    """Points and judged answers have no chart of counts."""
    blocks = build(evidence, read("p" * 42, sequential(**changes)))
    assert not [block for block in blocks if isinstance(block, Table)]


@given(st.integers(0, 100_000))
@settings(deadline=None, max_examples=50)
def test_thinned(units: int) -> None:
    """A path keeps its start and its end, rises, and has at most 400 points."""
    kept = evidence.thinned(units)
    assert (kept[0], kept[-1]) == (0, units)
    assert list(kept) == sorted(set(kept))
    assert len(kept) <= evidence.DRAWN


def test_hostile_title() -> None:
    """A title is a heading, never a part of the picture, and is escaped in every form."""
    evil = "<script>alert(1)</script> | $x$ \u202e"
    facts = read("p" * 42, sequential(title=Text(zh=evil, en=evil)))
    assert only(Trace, build(evidence, facts))
    assert isinstance(build(evidence, facts)[1], Subheading)
    built = report.build(facts, {"evidence": evidence.plugin}, "en")
    for form in ("html", "json", "md"):
        raw = report.render(built, form).decode()  # type: ignore[arg-type]
        assert "\u202e" not in raw
        assert form == "json" or "<script>" not in raw


@pytest.mark.parametrize("form", ["html", "json", "md"])
def test_every_form(form: report.Form) -> None:
    """The section is rendered in every form, to the same bytes each time."""
    facts = read("p" * 20 + "f" + "p" * 39)
    raw = [report.render(report.build(facts, {"evidence": evidence.plugin}, "zh"), form) for _ in range(2)]
    assert raw[0] == raw[1]
    assert "不低于 90 %" in raw[0].decode().replace("\u00a0", " ")
