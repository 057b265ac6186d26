"""The decision rules in words: a guarantee only where there is one."""

from __future__ import annotations

from decimal import Decimal

import pytest

from evalcenter.records import Requirement, Tally
from evalcenter.sections import rules
from tests.factory import make_requirement


def tally(requirement: str, planned: int) -> Tally:
    return Tally(
        requirement=requirement,
        planned=planned,
        items=planned,
        good=planned,
        bad=0,
        unscored={},
        unconfirmed=0,
        confirmed=0,
        bank=planned,
        covers={},
    )


def said(*requirements: Requirement, planned: int = 300) -> str:
    return " ".join(rules.sentences(requirements, [tally(r.id, planned) for r in requirements], "en")).replace(
        "\u00a0", " "
    )


def test_bound() -> None:
    """A bound promises both errors."""
    text = said(make_requirement())
    assert "true rate is below 90 % would pass this requirement with probability at most 5 %" in text
    assert "truly reaches the line would be failed with probability at most 5 %" in text


def test_floor() -> None:
    """A floor adds its own promise."""
    text = said(make_requirement(floor=Decimal("0.8"), beta=Decimal("0.02")))
    assert "below the floor of 80 % would get even CONDITIONAL with probability at most 5 %" in text
    assert "reaches the floor would be failed with probability at most 2 %" in text


def test_several_lines() -> None:
    """Requirements of one kind share a sentence that names their lines and the largest error."""
    text = said(make_requirement(), make_requirement(id="b", line=Decimal("0.8"), alpha=Decimal("0.1")))
    assert text.count("Confidence bound") == 1
    assert "its line of 80 % or 90 % would pass such a requirement with probability at most 10 %" in text


def test_point_has_no_guarantee() -> None:
    """A point value promises nothing, and says how often a model below it passes."""
    text = said(make_requirement(rule="point"), planned=1000)
    assert "gives no guarantee" in text
    assert "1,000 independent samples a model whose true rate is 89 %" in text
    assert "about 16.9 %" in text
    assert "at most 5 %" not in text


def test_point_without_samples() -> None:
    """Without a sample no chance is computed."""
    assert "one point too low" not in said(make_requirement(rule="point"), planned=0)


def test_points_with_different_lines() -> None:
    """Several point values are named, without a chance that would belong to one of them."""
    text = said(make_requirement(rule="point"), make_requirement(id="b", rule="point", line=Decimal("0.95")))
    assert "90 % or 95 %" in text
    assert "one point too low" not in text


@pytest.mark.parametrize(("n", "bound"), [(59, "4.96"), (299, "1.00"), (2995, "0.10")])
def test_zero(n: int, bound: str) -> None:
    """Zero tolerance states what no violation in n bounds, conditionally, and that it is not zero risk."""
    text = said(make_requirement(rule="zero", measure="violations", line=Decimal(1)), planned=n)
    assert f"Even no violation at all in {n:,} questions only bounds the rate on such questions at {bound}" in text
    assert "not zero risk" in text


def test_zero_unasked() -> None:
    """A red line that nobody asked about shows nothing."""
    assert "nothing is shown" in said(make_requirement(rule="zero"), planned=0)


def test_unverified_line() -> None:
    """A line whose source was not opened carries the word wherever its rule is stated."""
    assert "90 % (unverified)" in said(make_requirement(status="unverified"))
    assert "90 % (unverified)" in said(make_requirement(rule="point", status="unverified"))


def test_nothing_required() -> None:
    """Without requirements there is no rule to state."""
    assert rules.sentences((), (), "zh") == ()


# Computed with scipy.stats.binom.sf(k - 1, n, p), n and k as given, and published for the fixed rule of 1,000 items.
TAILS = [
    ("0.89", "0.90", 1000, "0.169"),
    ("0.90", "0.90", 1000, "0.527"),
    ("0.95", "0.95", 300, "0.568"),
    ("0.94", "0.95", 300, "0.279"),
]


@pytest.mark.parametrize(("true", "line", "n", "chance"), TAILS)
def test_chance(true: str, line: str, n: int, chance: str) -> None:
    """The chance to pass a point value equals the binomial tail."""
    assert abs(rules.chance_to_pass(Decimal(true), Decimal(line), n) - Decimal(chance)) < Decimal("0.001")


def test_chance_of_one() -> None:
    """One outcome passes with its own rate."""
    assert rules.chance_to_pass(Decimal("0.5"), Decimal("0.9"), 1) == Decimal("0.5")
