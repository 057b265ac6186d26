"""What is drawn of a path is what decided it, and the chart of counts agrees with the decisions that it foretells."""

from __future__ import annotations

from decimal import Decimal
from math import log
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalcenter import sequential, stats
from evalcenter.records import Calibration, Path, Requirement, Tally
from tests.factory import make_requirement


def requirement(**changes: Any) -> Requirement:
    return make_requirement(rule="evidence", cap=2000, **changes)


def path(letters: str, *, caught: tuple[int, int] | None = None, ended: bool = False) -> Path:
    held = caught and Calibration(requirement="safety", caught=caught[0], shown=caught[1], source="a file")
    return Path(
        worst=tuple(Decimal(letter == "p") for letter in letters),
        best=tuple(Decimal(letter != "f") for letter in letters),
        outcomes=letters,
        ready=1,
        standing="ended" if ended else "missing",
        calibration=held,
    )


def tally(held: Path) -> Tally:
    units = len(held.worst)
    return Tally(
        requirement="safety",
        planned=units,
        items=units,
        good=units,
        bad=0,
        unscored={},
        unconfirmed=0,
        confirmed=0,
        bank=units,
        covers={},
        path=held,
    )


@given(st.text("ppppppppfu", min_size=1, max_size=60), st.sampled_from([None, Decimal("0.8")]), st.integers(1, 5))
@settings(deadline=None, max_examples=20)
def test_trace_is_what_decided(letters: str, floor: Decimal | None, penalty: int) -> None:
    """The last ratios of a trace are those of the finding, after as many units; its thresholds are those of the decision."""
    asked, held = requirement(floor=floor), path(letters, ended=True)
    found = sequential.finding(asked, tally(held), held, penalty)
    trace = sequential.trace(asked, held, penalty)
    assert trace is not None
    line, against = trace.curves[:2]
    assert (line.claim, against.claim) == ("line", "against")
    assert len(line.ratios) == len(against.ratios) == found.units
    assert (line.ratios[-1], against.ratios[-1]) == (found.for_pass, found.for_fail)
    assert (line.needed, against.needed) == sequential.needed(asked, penalty) == (Decimal(20), Decimal(20 * penalty))
    assert [curve.claim for curve in trace.curves[2:]] == (["floor", "under"] if floor else [])


def test_a_short_ratio_is_kept() -> None:
    """One passed unit at 90 % leaves 0.825 of the evidence against: no last digit of a double makes it 0.824999."""
    held = path("p" + "f" * 3)
    trace = sequential.trace(requirement(), held, 1)
    assert trace is not None
    assert trace.curves[1].ratios[0] == Decimal("0.825")


def test_trace_of_a_calibrated_judge() -> None:
    """A calibrated judge's evidence is for a line moved by its catch rate, against the line as it stands, at half of alpha."""
    asked, held = requirement(grading="calibrated"), path("p" * 40, caught=(80, 80))
    trace = sequential.trace(asked, held, 1)
    assert trace is not None
    caught = stats.lower(80, 80, Decimal("0.025"))
    moved = float(stats.evidence([1.0] * 40, 1 - caught * Decimal("0.1"))[-1])
    assert float(trace.curves[0].ratios[-1].ln()) == pytest.approx(moved, abs=1e-5)
    unmoved = float(stats.evidence([1.0] * 40, 0.9, against=True)[-1])
    assert float(trace.curves[1].ratios[-1].ln()) == pytest.approx(unmoved, abs=1e-5)
    assert sequential.needed(asked, 2) == (Decimal(40), Decimal(40))


JUDGES = [
    (None, "59 known-bad answers at least"),
    ((0, 0), "59 known-bad answers at least"),
    ((58, 58), "1 more"),
    ((0, 59), "caught none of the 59"),
]


@pytest.mark.parametrize(("caught", "why"), JUDGES)
def test_judges_that_nothing_rests_on(caught: tuple[int, int] | None, why: str) -> None:
    """A judge that was not tried, hardly tried, or that caught nothing decides nothing, in words and without a trace."""
    asked, held = requirement(grading="calibrated"), path("p" * 100, caught=caught)
    found = sequential.finding(asked, tally(held), held, 1)
    assert found.verdict == "inconclusive"
    assert why in found.reasons[-1].en
    assert sequential.trace(asked, held, 1) is None


@pytest.mark.parametrize("caught", [None, (0, 0), (0, 80)])
def test_no_bound_on_an_untried_judge(caught: tuple[int, int] | None) -> None:
    """What a judge lets through that may catch nothing puts no lower bound on the rate, and estimates none."""
    held = path("p" * 100, caught=caught)
    found = sequential.finding(requirement(grading="calibrated"), tally(held), held, 1)
    assert (found.lower, found.rate) == (Decimal(0), None)


@given(st.integers(0, 8), st.integers(1, 4), st.integers(0, 10**6))
@settings(deadline=None, max_examples=30)
def test_chart_foretells(failures: int, penalty: int, seed: int) -> None:
    """Whatever the order of the units, at the chart's counts the evidence is just enough, and one unit away it is not."""
    asked = requirement()
    row = sequential.chart(asked, 300, penalty)[failures]
    to_pass, to_fail = sequential.needed(asked, penalty)

    def reached(n: int, *, against: bool) -> bool:
        scores = [0.0] * failures + [1.0] * (n - failures)
        Random(seed).shuffle(scores)
        found = stats.evidence(scores, asked.line, against=against)[-1]
        return bool(found >= log(to_fail if against else to_pass))

    assert row.passes is not None
    assert reached(row.passes, against=False)
    assert not reached(row.passes - 1, against=False)
    if row.fails is not None:
        assert reached(row.fails, against=True)
        assert not reached(row.fails + 1, against=True)
    elif failures:
        assert not reached(failures, against=True)


def test_chart_of_a_full_run() -> None:
    """In a full run the chart is what its evidence does when the failures come first, and never reaches beyond its cells."""
    asked = requirement(claim="full_run")
    for row in sequential.chart(asked, 60, 1, 60):
        scores = [0.0] * row.failures + [1.0] * (60 - row.failures)
        crossings = stats.crossed(stats.evidence(scores, asked.line, 60), 20)
        assert row.passes == (int(crossings.argmax()) + 1 if crossings.any() else None)
    assert len(sequential.chart(asked, 3, 1, 3)) == 4
