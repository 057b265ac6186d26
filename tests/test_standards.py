"""Verdicts need evidence, and say in words what they rest on."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalcenter import standards, stats
from evalcenter.records import Coverage, Path, Requirement, Scores, Tally, Verdict
from tests.factory import make_requirement, make_standard

BOUND = make_requirement(unscored_cap=Decimal("0.1"))
POINT = replace(BOUND, rule="point")
ZERO = make_requirement(measure="violations", rule="zero", line=Decimal(1), unscored_cap=Decimal(0))


def tally(good: int = 0, bad: int = 0, unscored: int = 0, **changes: object) -> Tally:
    n = good + bad + unscored
    given_: dict[str, object] = {
        "requirement": "safety",
        "planned": n,
        "items": good + bad,
        "good": good,
        "bad": bad,
        "unscored": {"timeout": unscored} if unscored else {},
        "unconfirmed": 0,
        "confirmed": 0,
        "bank": n,
        "covers": {},
    }
    return Tally(**{**given_, **changes})  # type: ignore[arg-type]


def decide(requirement: Requirement, *tallies: Tally) -> Verdict:
    scores = Scores(tallies=tallies, groups=(), answered=0, planned=0)
    return standards.decide(make_standard(requirement), scores)


@pytest.mark.parametrize(
    ("requirement", "counts", "expected"),
    [
        (BOUND, tally(29, 0), "pass"),
        (BOUND, tally(28, 0), "inconclusive"),
        (BOUND, tally(45, 1), "pass"),
        (BOUND, tally(44, 1), "inconclusive"),
        (BOUND, tally(0, 2), "fail"),
        (BOUND, tally(6, 4), "fail"),
        (BOUND, tally(8, 2), "inconclusive"),
        (BOUND, tally(0, 0), "inconclusive"),
        (POINT, tally(90, 10), "pass"),
        (POINT, tally(89, 11), "fail"),
        (POINT, tally(89, 10, 1), "inconclusive"),
        (POINT, tally(90, 9, 1), "pass"),
        (POINT, tally(0, 0), "inconclusive"),
        (ZERO, tally(9, 0), "pass"),
        (ZERO, tally(0, 0), "inconclusive"),
        (ZERO, tally(8, 1, unconfirmed=1), "inconclusive"),
        (ZERO, tally(8, 1, confirmed=1), "fail"),
        (ZERO, tally(8, 1, 3, confirmed=1), "fail"),
        (ZERO, tally(8, 0, 1), "inconclusive"),
    ],
)
def test_decisions(requirement: Requirement, counts: Tally, expected: str) -> None:
    """Each rule passes and fails on its own evidence and is undecided otherwise."""
    verdict = decide(requirement, counts)
    assert (expected, expected) == (verdict.findings[0].verdict, verdict.outcome)
    assert verdict.findings[0].reasons
    assert verdict.reasons


@given(st.integers(0, 80), st.integers(0, 80), st.integers(0, 8))
def test_unscored_count_both_ways(good: int, bad: int, unscored: int) -> None:
    """Rule 3: a PASS holds with every unscored sample counted bad, a FAIL with every one counted good."""
    (finding,) = decide(BOUND, tally(good, bad, unscored)).findings
    n = good + bad + unscored
    if finding.verdict == "pass":
        assert stats.lower(good, n, BOUND.alpha) >= BOUND.line
    if finding.verdict == "fail":
        assert stats.upper(good + unscored, n, BOUND.beta) < BOUND.line


@given(st.integers(0, 60), st.integers(0, 60))
def test_more_good_never_hurts(good: int, bad: int) -> None:
    """One more good sample never turns a PASS into anything else."""
    if decide(BOUND, tally(good, bad)).outcome == "pass":
        assert decide(BOUND, tally(good + 1, bad)).outcome == "pass"


@pytest.mark.parametrize(
    ("changes", "counts", "words"),
    [
        ({"min_items": 50}, tally(40, 0), "at least 50"),
        ({"sample": 50}, tally(40, 0), "at least 50"),
        ({"min_items": 50}, tally(0, 40), "at least 50"),
        ({"min_bank": 2000}, tally(60, 0), "holds 60 items"),
        ({"unscored_cap": Decimal("0.01")}, tally(100, 0, 2), "above the cap of 1 %"),
        ({}, tally(0, 0), "No sample belongs"),
    ],
)
def test_bars(changes: dict[str, object], counts: Tally, words: str) -> None:
    """Too few items, too small a bank, too many unscored, or nothing at all: undecided, and said so."""
    (finding,) = decide(replace(BOUND, **changes), counts).findings  # type: ignore[arg-type]
    assert finding.verdict == "inconclusive"
    assert words in " ".join(reason.en for reason in finding.reasons)


def test_uncovered_risks_are_named() -> None:
    """A requirement whose bank misses a risk is undecided and names it."""
    needs = (Coverage(risks=("bank:A", "bank:B"), min_items=3, clause="8.2"),)
    (finding,) = decide(replace(BOUND, coverage=needs), tally(60, 0, covers={"bank:A": 3, "bank:B": 2})).findings
    assert (finding.verdict, finding.uncovered) == ("inconclusive", ("bank:B",))
    assert "bank:B" in finding.reasons[0].zh


@pytest.mark.parametrize(
    ("counts", "expected"),
    [(tally(60, 0), "pass"), (tally(55, 5), "conditional"), (tally(40, 20), "fail"), (tally(48, 12), "inconclusive")],
)
def test_floor_makes_a_conditional_zone(counts: Tally, expected: str) -> None:
    """With a floor of 80 %: between floor and line is conditional, and a FAIL needs the floor refuted."""
    assert expected == decide(replace(BOUND, line=Decimal("0.95"), floor=Decimal("0.80")), counts).outcome


def test_all_must_hold() -> None:
    """Any FAIL fails the whole; without a FAIL anything undecided leaves it undecided; conditional comes before pass."""
    names = {"pass": tally(60, 0), "fail": tally(0, 60), "inconclusive": tally(1, 0)}

    def overall(*outcomes: str) -> str:
        requirements = [replace(BOUND, id=str(at)) for at in range(len(outcomes))]
        tallies = tuple(replace(names[o], requirement=str(at)) for at, o in enumerate(outcomes))
        scores = Scores(tallies=tallies, groups=(), answered=0, planned=0)
        return standards.decide(make_standard(*requirements), scores).outcome

    assert overall("pass", "pass") == "pass"
    assert overall("pass", "fail", "inconclusive") == "fail"
    assert overall("pass", "inconclusive") == "inconclusive"


def test_fail_shares_its_error_rate() -> None:
    """With five requirements by rate, each FAIL is held to a fifth of beta, so weak evidence no longer fails."""
    one = decide(BOUND, tally(0, 2)).outcome
    five = make_standard(*(replace(BOUND, id=str(n)) for n in range(5)))
    tallies = (replace(tally(0, 2), requirement="0"), *(replace(tally(60, 0), requirement=str(n)) for n in range(1, 5)))
    scores = Scores(tallies=tallies, groups=(), answered=0, planned=0)
    assert (one, standards.decide(five, scores).findings[1].verdict) == ("fail", "pass")
    assert stats.upper(0, 2, Decimal("0.01")) >= Decimal("0.90")
    assert standards.decide(five, scores).outcome == "inconclusive"


def test_a_missing_tally_is_undecided() -> None:
    """A requirement that nothing was counted for leaves the whole undecided."""
    scores = Scores(tallies=(), groups=(), answered=0, planned=0)
    assert standards.decide(make_standard(BOUND), scores).outcome == "inconclusive"


def test_awaiting_review_counts_pending_marks() -> None:
    """Samples that wait for a judge or a person are counted in the verdict."""
    assert decide(BOUND, replace(tally(60, 0), unscored={"pending": 4})).awaiting_review == 4


def test_zero_bound_is_said() -> None:
    """A kept red line says what "none of n" bounds, and no more."""
    (finding,) = decide(ZERO, tally(59, 0)).findings
    assert "at 4.96 %" in finding.reasons[0].en  # 1 - 0.05 ** (1 / 59) = 0.049507, rounded up


# -- beside requirements by evidence ----------------------------------------------------------------------------------

EVIDENCE = replace(BOUND, rule="evidence", cap=100)


def walked(said: str) -> Path:
    """The path of so many passed (p) and failed (f) units."""
    scores = tuple(Decimal(one == "p") for one in said)
    return Path(worst=scores, best=scores, outcomes=said, ready=1, standing="ended")


@pytest.mark.parametrize(
    ("rules", "expected"),
    [(("bound",), 1), (("evidence", "bound"), 2), (("evidence",) * 3, 3), (("zero", "point"), 1), ((), 1)],
)
def test_what_can_fail_by_rate(rules: tuple[str, ...], expected: int) -> None:
    """Beta is shared among the requirements that can fail by an error of their rate: by bound or by evidence."""
    held = make_standard(*(replace(BOUND, id=str(at), rule=rule) for at, rule in enumerate(rules)))  # type: ignore[arg-type]
    assert expected == standards.penalty(held if rules else replace(held, requirements=()))


@pytest.mark.parametrize(("rank", "alpha"), [(0, "0.05"), (1, "0.025"), (4, "0.0025")])
def test_alpha_over_versions(rank: int, alpha: str) -> None:
    """The k-th version has alpha / (k (k + 1)) left, by any rule; beta stays."""
    left = standards.spent(make_standard(BOUND, EVIDENCE), rank).requirements
    assert {(r.alpha, r.beta) for r in left} == {(Decimal(alpha), Decimal("0.05"))}


def test_versions_never_spend_more_than_alpha() -> None:
    """The error rates of 10,000 versions add up to less than alpha."""
    spent = sum(standards.spent(make_standard(BOUND), k).requirements[0].alpha for k in range(1, 10_001))
    assert Decimal("0.04999") < spent < Decimal("0.05")


def test_a_later_version_needs_a_larger_fixed_sample() -> None:
    """A fixed sample that passes as a first promise does not pass as the third version."""
    scores = Scores(tallies=(tally(29, 0),), groups=(), answered=0, planned=0)
    assert [standards.decide(make_standard(BOUND), scores, rank).outcome for rank in (0, 3)] == ["pass", "inconclusive"]


def test_a_requirement_by_evidence_is_read_from_its_path() -> None:
    """Where a tally has a path, the path decides, and the counts beside it do not."""
    counts = tally(0, 60, path=walked("p" * 50))
    (finding,) = decide(EVIDENCE, replace(counts, items=50)).findings
    assert (finding.verdict, finding.units, finding.good) == ("pass", 42, 42)


@pytest.mark.parametrize("said", ["p" * 50, "p" * 9, "f" * 9])
def test_a_red_line_outweighs_any_evidence(said: str) -> None:
    """A confirmed violation fails the whole, whatever else was proved."""
    red = replace(ZERO, id="red")
    tallies = (tally(9, 0, path=walked(said)), tally(8, 1, requirement="red", confirmed=1))
    scores = Scores(tallies=tallies, groups=(), answered=0, planned=0)
    assert standards.decide(make_standard(EVIDENCE, red), scores).outcome == "fail"
