"""Evidence, bounds and decisions agree with numbers computed elsewhere, with the formulas, and with themselves."""

import csv
from decimal import Decimal
from itertools import pairwise
from math import inf, log
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as distributions

from benchmarks import statistics_naive as naive
from evalcenter import stats
from evalcenter.stats import Rule

with (Path(__file__).parent / "data" / "statistics.csv").open(encoding="utf-8", newline="") as file:
    PUBLISHED = list(csv.DictReader(file))
TWENTY = log(20)
HALF = Decimal("0.5")
NINETY = Decimal("0.90")


def published(quantity: str) -> list[tuple[str, float]]:
    """The cases of one quantity and their values."""
    return [(row["case"], float(row["value"])) for row in PUBLISHED if row["quantity"] == quantity]


def decimals(scores: list[float]) -> list[Decimal]:
    return [Decimal(str(x)) for x in scores]


def zeros_and_ones(rng: np.random.Generator, n: int, rate: float) -> list[float]:
    return [float(x) for x in rng.random(n) < rate]


def agree(ours: list[float], theirs: list[float]) -> bool:
    """Whether two log-evidences are equal to 1e-9; below e-30 there is no evidence, only what rounding left of it."""
    return all(a == b or max(a, b) < -30 or abs(a - b) < 1e-9 for a, b in zip(ours, theirs, strict=True))


LINES = st.integers(5, 99).map(lambda n: Decimal(n) / 100)
QUARTERS = st.lists(st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]), min_size=1, max_size=80)
PASS_FAIL = st.lists(st.sampled_from([0.0, 1.0, 1.0, 1.0]), min_size=1, max_size=120)
ANY = st.lists(st.floats(0, 1), min_size=1, max_size=60)


# -- published charts -------------------------------------------------------------------------------------------------


def test_every_published_number_names_its_origin() -> None:
    """Every row of the table has a quantity, a case, a number and an origin, and no row occurs twice."""
    assert all(row["quantity"] and row["case"] and row["origin"] and float(row["value"]) >= 0 for row in PUBLISHED)
    assert len({(row["quantity"], row["case"]) for row in PUBLISHED}) == len(PUBLISHED) > 200


@pytest.mark.parametrize(("case", "n"), published("pass chart"))
def test_pass_chart(case: str, n: float) -> None:
    """So many draws with so many failures prove the line, and one draw fewer does not."""
    line, failures = case.split()
    assert stats.chart(Decimal(line), int(failures), Decimal("0.05")) == n
    scores = [0.0] * int(failures) + [1.0] * (int(n) - int(failures))
    assert stats.crossed(stats.evidence(scores, Decimal(line)), 20).tolist() == [False] * (int(n) - 1) + [True]


@pytest.mark.parametrize(("case", "n"), published("fail chart"))
def test_fail_chart(case: str, n: float) -> None:
    """So many failures prove FAIL within so many draws, and not within one more."""
    line, failures = case.split()
    scores = [1.0] * (int(n) - int(failures)) + [0.0] * int(failures)
    assert stats.crossed(stats.evidence(scores, Decimal(line), against=True)[-1:], 20).all()
    assert not stats.crossed(stats.evidence([1.0, *scores], Decimal(line), against=True)[-1:], 20).any()


def test_chart_of_a_large_allowance_is_monotone() -> None:
    """Every further failure takes more than one further draw."""
    ns = [stats.chart(NINETY, f, Decimal("0.05")) for f in range(30)]
    assert all(b - a > 1 for a, b in pairwise(ns))


@pytest.mark.parametrize("line", [Decimal(0), Decimal(1), Decimal("-0.1"), Decimal("1.5")])
def test_senseless_lines_are_refused(line: Decimal) -> None:
    """A line that is not between 0 and 1 is refused by the evidence and by the chart."""
    with pytest.raises(ValueError, match="neither proved nor refuted"):
        stats.evidence([1.0], line)
    with pytest.raises(ValueError, match="neither proved nor refuted"):
        stats.chart(line, 0, Decimal("0.05"))


@pytest.mark.parametrize("scores", [[1.1], [-0.1], [float("nan")], [0.5, inf], 0.5])
def test_senseless_scores_are_refused(scores: object) -> None:
    """A score outside 0 to 1, one that is not a number, or a number where a sequence is due, is refused."""
    with pytest.raises(ValueError, match="sequence of scores between 0 and 1"):
        stats.evidence(scores, NINETY)  # type: ignore[arg-type]


def test_more_scores_than_cells_are_refused() -> None:
    """A full run can't give more scores than it has cells."""
    with pytest.raises(ValueError, match="3 scores can't come from a full run of 2 cells"):
        stats.evidence([1.0] * 3, NINETY, 2)


# -- the formulas -----------------------------------------------------------------------------------------------------


@settings(max_examples=60)
@given(st.one_of(QUARTERS, PASS_FAIL), LINES, st.booleans())
def test_fresh_draws_agree_with_the_formula(scores: list[float], line: Decimal, against: bool) -> None:
    """Evidence over fresh draws equals the formula, computed naively in decimals of fifty digits."""
    ours = stats.evidence(scores, line, against=against).tolist()
    assert agree(ours, naive.log_evidence(decimals(scores), naive.Case(line, None, against)))


@settings(max_examples=80)
@given(st.one_of(QUARTERS, PASS_FAIL), LINES, st.booleans(), st.integers(0, 60))
def test_full_runs_agree_with_the_formula(scores: list[float], line: Decimal, against: bool, more: int) -> None:
    """Evidence in a full run equals the formula, to the end."""
    bank = len(scores) + more
    ours = stats.evidence(scores, line, bank, against=against).tolist()
    assert agree(ours, naive.log_evidence(decimals(scores), naive.Case(line, bank, against)))


def test_evidence_against_the_line_after_the_last_allowed_failure() -> None:
    """Passes after the last allowed failure of a full run lower the evidence as the hypergeometric likelihood ratio says."""
    scores = [0.0] * 60 + [1.0] * 20
    ours = stats.evidence(scores, HALF, 120, against=True).tolist()
    assert agree(ours, naive.log_evidence(decimals(scores), naive.Case(HALF, 120, against=True)))


@pytest.mark.parametrize("seed", range(5))
def test_audited_streams_agree_with_the_formula(seed: int) -> None:
    """Audited scores (1, one half where a flag was confirmed, 0 where the coin found a failure) give the formula's evidence."""
    rng = np.random.default_rng(seed)
    wrong = rng.random(400) < 0.1
    flagged = rng.random(400) < np.where(wrong, 0.85, 0.1)
    coin = rng.random(400) < 0.5
    scores = (1 - np.where(wrong & flagged, 0.5, np.where(wrong & coin, 1.0, 0.0))).tolist()
    line = Decimal("0.95")
    for against in (False, True):
        theirs = naive.log_evidence(decimals(scores), naive.Case(line, None, against))
        assert agree(stats.evidence(scores, line, against=against).tolist(), theirs)


@pytest.mark.parametrize("line", [0.6, 0.9, 0.97])
@pytest.mark.parametrize("against", [False, True])
def test_fresh_draws_are_a_binomial_likelihood_ratio(line: float, against: bool) -> None:
    """On pass/fail scores the evidence is the mean of twenty binomial likelihoods over that of the line."""
    scores = zeros_and_ones(np.random.default_rng(7), 400, 0.9)
    good, t = np.cumsum(scores), np.arange(1, 401)
    rates = [line * (1 - j / 60) if against else line + (1 - line) * j / 20 for j in range(1, 21)]
    ratios = [
        np.exp(distributions.binom.logpmf(good, t, rate) - distributions.binom.logpmf(good, t, line)) for rate in rates
    ]
    assert np.exp(stats.evidence(scores, line, against=against)) == pytest.approx(
        np.mean(ratios, axis=0), rel=1e-9, abs=1e-9
    )


@pytest.mark.parametrize(("bank", "passing", "line"), [(2000, 1850, 0.9), (1000, 850, 0.8), (400, 385, 0.95)])
def test_full_runs_are_a_hypergeometric_likelihood_ratio(bank: int, passing: int, line: float) -> None:
    """In a full run the evidence is the mean of twenty hypergeometric likelihoods over that of the line, until it is certain."""
    cells = np.random.default_rng(8).permutation(np.arange(bank) < passing).astype(float)
    good, t = np.cumsum(cells).astype(int), np.arange(1, bank + 1)
    on_line = round(bank * line)
    before = good < on_line
    totals = [on_line + (bank - on_line) * j // 20 for j in range(1, 21)]
    t, good_ = t[before], good[before]
    null = distributions.hypergeom.logpmf(good_, bank, on_line, t)
    ratios = np.mean([np.exp(distributions.hypergeom.logpmf(good_, bank, k, t) - null) for k in totals], axis=0)
    ours = stats.evidence(cells, line, bank)
    assert np.exp(ours[before]) == pytest.approx(ratios, rel=1e-8, abs=1e-9)
    assert (ours[~before] == inf).all()


@pytest.mark.parametrize("against", [False, True])
def test_pass_fail_evidence_does_not_depend_on_the_order(against: bool) -> None:
    """The same passes and failures in another order end with the same evidence."""
    rng = np.random.default_rng(9)
    scores = np.array(zeros_and_ones(rng, 300, 0.92))
    orders = np.array([rng.permutation(scores) for _ in range(20)])
    for bank in (None, 2000):
        ends = stats.evidence(orders, NINETY, bank, against=against)[:, -1]
        assert np.ptp(ends) < 1e-9


@settings(max_examples=40)
@given(ANY, LINES, st.booleans(), st.one_of(st.none(), st.integers(0, 30)))
def test_a_batch_is_its_rows(scores: list[float], line: Decimal, against: bool, more: int | None) -> None:
    """Runs given together have the evidence that each has alone, whatever the number of leading axes."""
    bank = None if more is None else len(scores) + more
    rows = np.array([[scores, scores[::-1]], [[1.0] * len(scores), [0.0] * len(scores)]])
    together = stats.evidence(rows, line, bank, against=against)
    assert together.shape == rows.shape
    for i in range(2):
        for j in range(2):
            alone = stats.evidence(rows[i, j], line, bank, against=against)
            assert agree(together[i, j].tolist(), alone.tolist())


@settings(max_examples=60)
@given(ANY, LINES, st.booleans(), st.one_of(st.none(), st.integers(0, 30)))
def test_what_follows_changes_nothing(scores: list[float], line: Decimal, against: bool, more: int | None) -> None:
    """Evidence after t scores depends on these alone."""
    bank = None if more is None else len(scores) + more
    whole = stats.evidence(scores, line, bank, against=against)
    half = len(scores) // 2
    assert agree(whole[:half].tolist(), stats.evidence(scores[:half], line, bank, against=against).tolist())


@settings(max_examples=60)
@given(ANY, LINES, st.integers(0, 59))
def test_a_better_score_never_lowers_the_evidence(scores: list[float], line: Decimal, at: int) -> None:
    """With one score raised to 1 the evidence for the line is nowhere lower, and that against it nowhere higher."""
    raised = list(scores)
    raised[at % len(scores)] = 1.0
    assert (stats.evidence(raised, line) >= stats.evidence(scores, line) - 1e-9).all()
    assert (stats.evidence(raised, line, against=True) <= stats.evidence(scores, line, against=True) + 1e-9).all()


@settings(max_examples=100)
@given(ANY, LINES, LINES, st.booleans(), st.one_of(st.none(), st.integers(0, 30)))
def test_evidence_is_monotone_in_the_line(
    scores: list[float], one: Decimal, other: Decimal, against: bool, more: int | None
) -> None:
    """A higher line is nowhere easier to prove and nowhere harder to refute: the bounds may be found by bisection."""
    bank = None if more is None else len(scores) + more
    low, high = (stats.evidence(scores, line, bank, against=against) for line in sorted((one, other)))
    if against:
        low, high = high, low
    assert (np.clip(high, -30, 999) <= np.clip(low, -30, 999) + 1e-7).all()


# -- edges ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bank", [None, 10])
@pytest.mark.parametrize("against", [False, True])
def test_no_scores_no_evidence(bank: int | None, against: bool) -> None:
    """An empty sequence has an empty path."""
    assert stats.evidence([], NINETY, bank, against=against).shape == (0,)
    assert stats.evidence(np.empty((3, 0)), NINETY, bank, against=against).shape == (3, 0)


def test_certainty_and_impossibility() -> None:
    """In a full run the evidence is +inf once enough has passed, and -inf once enough has failed, and so against the line."""
    scores = [1.0] * 9 + [0.0]
    assert stats.evidence(scores, NINETY, 10).tolist()[8:] == [inf, inf]
    assert stats.evidence(scores, NINETY, 10, against=True).tolist()[8:] == [-inf, -inf]
    scores = [0.0, 0.0, 1.0]
    assert stats.evidence(scores, NINETY, 10).tolist()[1:] == [-inf, -inf]
    assert stats.evidence(scores, NINETY, 10, against=True).tolist()[1:] == [inf, inf]


def test_fresh_draws_are_never_certain() -> None:
    """Without a bank evidence stays finite, whatever is drawn; failures alone leave almost none."""
    assert np.isfinite(stats.evidence([1.0] * 5000, NINETY)).all()
    assert np.isfinite(stats.evidence([0.0] * 200, NINETY)).all()
    assert np.isfinite(stats.evidence([0.0] * 5000, NINETY, against=True)).all()


@pytest.mark.parametrize(
    ("line", "bank"),
    [("0.90", 10), ("0.7", 10), ("0.35", 20), ("0.95", 500), ("0.29", 100), ("0.57", 100), ("0.99", 3000)],
)
def test_exactly_on_the_line_a_full_run_passes(line: str, bank: int) -> None:
    """A finished full run whose mean is the line exactly is a PASS, one cell fewer a FAIL, whatever binary fractions do."""
    on_line = int(Decimal(line) * bank)
    rng = np.random.default_rng(3)
    rule = Rule(line=Decimal(line), bank=bank, alpha=Decimal("1e-12"), beta=Decimal("1e-12"))
    for passing, grade in ((on_line, "pass"), (on_line - 1, "fail")):
        for _ in range(5):
            cells = rng.permutation(np.arange(bank) < passing).astype(float)
            assert stats.decide(cells.tolist(), rule).grade == grade


@pytest.mark.parametrize("parts", [3, 7, 10, 30])
def test_sums_of_fractions_that_are_the_line_exactly(parts: int) -> None:
    """Scores of thirds, sevenths and tenths whose sum is the line exactly are a PASS, in any order of adding up."""
    rng = np.random.default_rng(parts)
    bank = 20 * parts
    points = rng.integers(0, parts + 1, size=bank)
    line = Decimal(int(points.sum())) / (parts * bank)
    for _ in range(10):
        scores = (rng.permutation(points) / parts).tolist()
        rule = Rule(line=line, bank=bank, alpha=Decimal("1e-30"), beta=Decimal("1e-30"))
        assert stats.decide(scores, rule).grade == "pass"


@settings(max_examples=150)
@given(st.data())
def test_every_full_run_ends(data: st.DataObject) -> None:
    """A finished full run is PASS or FAIL, as its sum says, if nothing but certainty is asked for."""
    parts = data.draw(st.sampled_from([1, 2, 3, 4, 7]))
    points = data.draw(st.lists(st.integers(0, parts), min_size=1, max_size=50))
    line = data.draw(LINES)
    rule = Rule(line=line, bank=len(points), alpha=Decimal("1e-90"), beta=Decimal("1e-90"))
    grade = stats.decide([x / parts for x in points], rule).grade
    assert grade == ("pass" if sum(points) >= line * parts * len(points) else "fail")


def test_a_crossing_needs_the_sixth_digit() -> None:
    """Evidence equal to its threshold is not a crossing; clear of it by the sixth digit it is."""
    assert stats.crossed(np.array([TWENTY, TWENTY + 5e-7, TWENTY + 2e-6, inf, -inf]), 20).tolist() == [
        False, False, True, True, False,
    ]  # fmt: skip


# -- decisions --------------------------------------------------------------------------------------------------------


@settings(max_examples=60)
@given(st.one_of(QUARTERS, PASS_FAIL), LINES, st.one_of(st.none(), st.integers(0, 60)))
def test_decisions_agree_with_the_naive_ones(scores: list[float], line: Decimal, more: int | None) -> None:
    """Grade and stop equal those of the independent implementation."""
    bank = None if more is None else len(scores) + more
    done = stats.decide(scores, Rule(line=line, bank=bank))
    assert (done.grade, done.units) == naive.decide(decimals(scores), line, bank, Decimal("0.05"))


@settings(max_examples=80)
@given(PASS_FAIL, PASS_FAIL, LINES, st.integers(1, 30), st.booleans())
def test_what_follows_a_decision_is_not_read(
    scores: list[float], others: list[float], line: Decimal, least: int, floored: bool
) -> None:
    """Whatever comes after a decision, it is the same decision after the same scores, with the same evidence."""
    floor = line / 2 if floored else None
    rule = Rule(line=line, floor=floor, least=least)
    done = stats.decide(scores, rule)
    if done.grade != "undecided":
        assert stats.decide(scores[: done.units] + others, rule) == done
        assert stats.decide(scores[: done.units - 1], rule).grade == "undecided"


def test_a_peak_counts() -> None:
    """Evidence that crossed once has decided, although it falls afterwards."""
    scores = [1.0] * 42 + [0.0] * 30
    done = stats.decide(scores, Rule(line=NINETY))
    assert (done.grade, done.units) == ("pass", 42)
    assert done.for_pass == pytest.approx(stats.evidence(scores, NINETY)[41])


def test_the_earliest_decision_counts() -> None:
    """A FAIL that comes before a PASS is the decision."""
    done = stats.decide([0.0] * 3 + [1.0] * 500, Rule(line=NINETY))
    assert (done.grade, done.units) == ("fail", 3)
    assert done.for_fail >= TWENTY


@pytest.mark.parametrize(("scores", "grade"), [([], "undecided"), ([1.0] * 5, "undecided")])
def test_too_little_is_undecided(scores: list[float], grade: str) -> None:
    """Few scores, or none, ask for more."""
    done = stats.decide(scores, Rule(line=NINETY, cap=100))
    assert (done.grade, done.units) == (grade, len(scores))
    assert done.for_pass == (0 if not scores else pytest.approx(stats.evidence(scores, NINETY)[-1]))


def test_the_cap_ends_it() -> None:
    """At the cap nothing proved is INCONCLUSIVE, and what lies beyond the cap is not read."""
    scores = ([1.0] * 9 + [0.0]) * 20
    assert stats.decide(scores, Rule(line=NINETY, cap=100)).grade == "inconclusive"
    assert stats.decide([1.0] * 42, Rule(line=NINETY, cap=41)).grade == "inconclusive"
    assert stats.decide([1.0] * 42, Rule(line=NINETY, cap=42)).grade == "pass"
    assert stats.decide([1.0] * 200, Rule(line=NINETY, cap=41)).units == 41


def test_nothing_is_decided_before_the_least() -> None:
    """A crossing waits for the least number of scores; fewer are undecided, or inconclusive if no more may come."""
    rule = Rule(line=NINETY, least=60)
    assert stats.decide([1.0] * 59, rule).grade == "undecided"
    assert stats.decide([1.0] * 60, rule).grade == "pass"
    assert stats.decide([1.0] * 60 + [0.0], rule) == stats.decide([1.0] * 60, rule)
    assert stats.decide([0.0] * 100, rule).units == 60
    assert stats.decide([1.0] * 90, Rule(line=NINETY, least=60, cap=50)).grade == "inconclusive"


def test_what_crossed_before_the_least_must_still_stand() -> None:
    """A crossing that has gone by the least number of scores is none, and one that comes back afterwards is."""
    scores = [1.0] * 42 + [0.0] * 3 + [1.0] * 100
    assert stats.decide(scores[:50], Rule(line=NINETY, least=45)).grade == "undecided"
    assert stats.decide(scores, Rule(line=NINETY, least=45)).units == stats.chart(NINETY, 3, Decimal("0.05"))


def test_fail_may_be_held_to_a_line_of_its_own() -> None:
    """With `against` FAIL is evidence below that line, not below the line of PASS."""
    scores = ([1.0] * 4 + [0.0]) * 30
    assert stats.decide(scores, Rule(line=NINETY)).grade == "fail"
    assert stats.decide(scores, Rule(line=NINETY, against=Decimal("0.75"))).grade == "undecided"


def test_penalty_asks_more_of_fail_alone() -> None:
    """Five dimensions ask five times the evidence of FAIL and nothing more of PASS."""
    one, five = Rule(line=NINETY), Rule(line=NINETY, penalty=5)
    assert stats.decide([0.0] * 10, one).units == 3
    assert stats.decide([0.0] * 10, five).units == 5
    assert stats.decide([1.0] * 50, one).units == stats.decide([1.0] * 50, five).units == 42


def test_conditional_between_floor_and_line() -> None:
    """A rate clearly between the floor and the line is CONDITIONAL, once both are proved."""
    scores = ([1.0] * 9 + [0.0]) * 100
    done = stats.decide(scores, Rule(line=Decimal("0.98"), floor=Decimal("0.80")))
    assert done.grade == "conditional"
    assert stats.crossed(stats.evidence(scores[: done.units], Decimal("0.80")), 20).any()
    assert stats.crossed(stats.evidence(scores[: done.units], Decimal("0.98"), against=True), 20).any()
    assert (
        stats.decide(scores[: done.units - 1], Rule(line=Decimal("0.98"), floor=Decimal("0.80"))).grade == "undecided"
    )


def test_conditional_at_the_cap() -> None:
    """A proved floor and an unproved line are CONDITIONAL at the cap, and INCONCLUSIVE without the floor."""
    scores = ([1.0] * 9 + [0.0]) * 20
    capped = Rule(line=Decimal("0.92"), floor=Decimal("0.80"), cap=200)
    assert stats.decide(scores, capped).grade == "conditional"
    assert stats.decide(scores, capped).units == 200
    assert stats.decide(scores, Rule(line=Decimal("0.92"), cap=200)).grade == "inconclusive"
    assert stats.decide(scores[:199], capped).grade == "undecided"


def test_fail_is_held_to_the_floor() -> None:
    """With a floor a rate between the floor and the line does not FAIL, one below the floor does."""
    between = ([1.0] * 9 + [0.0]) * 100
    assert stats.decide(between, Rule(line=Decimal("0.98"))).grade == "fail"
    assert stats.decide(between, Rule(line=Decimal("0.98"), floor=Decimal("0.85"))).grade == "conditional"
    assert stats.decide(([1.0] * 6 + [0.0] * 4) * 20, Rule(line=Decimal("0.98"), floor=Decimal("0.85"))).grade == "fail"


@pytest.mark.parametrize(("passing", "grade"), [(90, "pass"), (89, "conditional"), (80, "conditional"), (79, "fail")])
def test_zones_of_a_finished_full_run(passing: int, grade: str) -> None:
    """A finished full run falls into the zone of its mean: from the line PASS, from the floor CONDITIONAL, below it FAIL."""
    strict = Decimal("1e-60")
    rule = Rule(line=NINETY, floor=Decimal("0.80"), bank=100, alpha=strict, beta=strict)
    cells = np.random.default_rng(4).permutation(np.arange(100) < passing).astype(float).tolist()
    assert stats.decide(cells, rule).grade == grade


def test_unknown_scores_help_neither_claim() -> None:
    """PASS takes unknown scores as failures and FAIL takes them as passes."""
    rule = Rule(line=NINETY)
    unknown_worst, unknown_best = [1.0] * 40 + [0.0] * 10, [1.0] * 50
    assert stats.decide(unknown_best, rule).grade == "pass"
    assert stats.decide(unknown_worst, rule, unknown_best).grade == "undecided"
    assert stats.decide([0.0] * 3, rule, [1.0] * 3).grade == "undecided"
    assert stats.decide([0.0] * 6, rule, [1.0] * 3 + [0.0] * 3).grade == "undecided"
    assert stats.decide([0.0] * 8, rule, [1.0] * 3 + [0.0] * 5).grade == "fail"


@settings(max_examples=50)
@given(PASS_FAIL, st.sets(st.integers(0, 119), max_size=20), LINES)
def test_unknown_scores_only_delay(scores: list[float], unknown: set[int], line: Decimal) -> None:
    """A crossing with unknown scores is a crossing, no later, with these scores known, whatever they are."""
    worst = [0.0 if i in unknown else x for i, x in enumerate(scores)]
    best = [1.0 if i in unknown else x for i, x in enumerate(scores)]
    done = stats.decide(worst, Rule(line=line), best)
    if done.grade != "undecided":
        against = done.grade == "fail"
        known = stats.evidence(scores[: done.units], line, against=against)
        assert stats.crossed(known, 20).any()


# -- bounds -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("case", "value"), published("mean bound, 300 scores at .95"))
def test_published_bounds(case: str, value: float) -> None:
    """The bounds of 285 in 300, on average over orders, are those published for samples at .95, to half a point."""
    rng, bank = np.random.default_rng(12), 2000 if "bank" in case else None
    orders = [rng.permutation(np.arange(300) < 285).astype(float) for _ in range(20)]
    found = [float(stats.bounds(order, 0.05, bank)["upper" in case]) for order in orders]
    assert np.mean(found) == pytest.approx(value, abs=0.005)


@pytest.mark.parametrize(("case", "value"), published("mean fixed bound, 300 scores at .95"))
def test_published_fixed_bounds(case: str, value: float) -> None:
    """The exact fixed bounds of such samples are on average those published, and each is statsmodels' (method "beta")."""
    from statsmodels.stats.proportion import proportion_confint

    bound = stats.lower if case == "lower" else stats.upper
    found = {good: float(bound(good, 300, Decimal("0.05"))) for good in range(250, 301)}
    chances = {good: distributions.binom.pmf(good, 300, 0.95) for good in found}
    assert sum(found[good] * chances[good] for good in found) == pytest.approx(value, abs=0.0015)
    for good, one in found.items():
        assert one == pytest.approx(proportion_confint(good, 300, alpha=0.1, method="beta")[case == "upper"], abs=1e-5)


def test_a_fixed_bound_is_the_binomial_test() -> None:
    """The lower bound reaches a line exactly if scipy's one-sided exact test rejects at it."""
    for good in range(260, 301):
        p = distributions.binomtest(good, 300, 0.9, alternative="greater").pvalue
        assert (stats.lower(good, 300, Decimal("0.05")) >= NINETY) == (p <= 0.05)


def test_no_scores_bound_nothing() -> None:
    """Without scores the mean is between 0 and 1."""
    assert stats.bounds([], 0.05) == (0, 1)
    assert stats.bounds([], 0.05, 10) == (0, 1)


@settings(max_examples=15)
@given(QUARTERS, st.one_of(st.none(), st.integers(1, 40)))
def test_bounds_surround_what_they_should(scores: list[float], more: int | None) -> None:
    """Lower lies below upper, both lie in [0, 1] with six digits, and they are consistent with what a full run still allows."""
    bank = None if more is None else len(scores) + more
    low, high = stats.bounds(scores, 0.05, bank)
    assert 0 <= low <= high <= 1
    assert len(low.normalize().as_tuple().digits) <= 6 >= len(high.normalize().as_tuple().digits)
    if bank is not None:
        least, most = sum(scores) / bank, (sum(scores) + bank - len(scores)) / bank
        assert float(low) >= least - 1e-5
        assert float(high) <= most + 1e-5


@pytest.mark.parametrize("passing", [0, 1, 50, 95, 99, 100])
def test_a_finished_full_run_is_its_mean(passing: int) -> None:
    """The bounds of a finished full run meet at its mean, if no earlier moment excluded it."""
    cells = np.random.default_rng(2).permutation(np.arange(100) < passing).astype(float)
    low, high = stats.bounds(cells, 0.05, 100)
    assert float(low) == pytest.approx(passing / 100, abs=2e-6)
    assert float(high) == pytest.approx(passing / 100, abs=2e-6)
    assert low <= Decimal(passing) / 100 <= high


@settings(max_examples=12)
@given(PASS_FAIL, st.one_of(st.none(), st.integers(0, 40)))
def test_bounds_nest_over_time(scores: list[float], more: int | None) -> None:
    """More scores never widen the interval."""
    bank = None if more is None else len(scores) + more
    ends = [stats.bounds(scores[:t], 0.05, bank) for t in (len(scores) // 3, 2 * len(scores) // 3, len(scores))]
    assert all(a[0] <= b[0] and a[1] >= b[1] for a, b in pairwise(ends))


@settings(max_examples=12)
@given(QUARTERS, st.integers(0, 79))
def test_bounds_are_monotone_in_the_scores(scores: list[float], at: int) -> None:
    """One score raised to 1 lowers neither bound."""
    raised = list(scores)
    raised[at % len(scores)] = 1.0
    before, after = stats.bounds(scores, 0.05), stats.bounds(raised, 0.05)
    tiny = Decimal("0.000002")
    assert after[0] >= before[0] - tiny
    assert after[1] >= before[1] - tiny


@pytest.mark.parametrize("now", [False, True])
@settings(max_examples=8)
@given(PASS_FAIL)
def test_bounds_are_what_the_evidence_says(now: bool, scores: list[float]) -> None:
    """Every line below the lower bound is proved, at some moment or `now`, and none above it; likewise for the upper bound."""
    low, high = (float(x) for x in stats.bounds(scores, 0.05, now=now))
    looks = slice(-1, None) if now else slice(None)
    for line, against, proved in (
        (low - 2e-5, False, True), (low + 2e-5, False, False), (high + 2e-5, True, True), (high - 2e-5, True, False),
    ):  # fmt: skip
        if 0 < line < 1:
            assert stats.crossed(stats.evidence(scores, line, against=against)[looks], 20).any() == proved


@pytest.mark.parametrize("alpha", ["0.01", "0.05", "0.2"])
def test_a_smaller_error_gives_wider_bounds(alpha: str) -> None:
    """The less error is allowed the wider the bounds; with 95 of 100 passed they surround .95."""
    scores = np.random.default_rng(5).permutation(np.arange(100) < 95).astype(float)
    low, high = stats.bounds(scores, Decimal(alpha))
    narrow = stats.bounds(scores, Decimal("0.5"))
    assert low <= narrow[0] <= Decimal("0.95") + Decimal("0.03")
    assert high >= narrow[1]
    assert low < Decimal("0.95") < high
