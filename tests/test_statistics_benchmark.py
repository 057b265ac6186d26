"""The guarantee holds at the boundary, procedures that break it are found out, and the published figures come out again.

This is the short form of ``benchmarks/statistics.py``: exact where it is cheap, few runs elsewhere, three standard errors allowed.
"""

import csv
from functools import partial
from itertools import permutations
from math import factorial
from pathlib import Path

import numpy as np
import pytest

from benchmarks import statistics_cost as cost
from benchmarks import statistics_exact as exact
from benchmarks import statistics_scenarios as settings
from benchmarks import statistics_wrong as wrong
from benchmarks.statistics_exact import Measured, Procedure, certifies_falsely
from evalcenter import stats

with (Path(__file__).parent / "data" / "statistics.csv").open(encoding="utf-8", newline="") as file:
    PUBLISHED = {(row["quantity"], row["case"]): float(row["value"]) for row in csv.DictReader(file)}
SCENARIOS = {one.name: one for one in settings.scenarios()}
SLOW = {
    "expected, line 0.90, 10000 looks",
    "expected, line 0.80, 3000 looks",
    "false FAIL, expected, line 0.80",
    "false FAIL, expected, line 0.90",
    "five dimensions on the line: false FAIL",
    "false FAIL, full run of 2000, line 0.90",
    "judge calibrated on 100 known-bad answers",
}
EXACT = [name for name, one in SCENARIOS.items() if one.exact is not None and name not in SLOW]
QUICK = {
    "full run of 500, line 0.95": 2000,
    "domain, means of 5 variants, ICC 0.3": 1000,
    "ten strata, a regulator's weights": 2000,
    "epochs of 500 stochastic items": 1000,
    "judge .90/.85, audited": 2000,
    "judge .90/.40, audited": 2000,
    "better, no difference": 1000,
    "five dimensions on the line: any badge": 2000,
    "rubric in quarters, full run of 1000": 1000,
    "whole decision, full run of 300, line 0.80": 500,
    "CONDITIONAL below the floor, full run of 300": 500,
    "400 templates x 5, ICC 0.3, full run": 500,
    "not more than two points worse, full run of 2000": 500,
}


@pytest.fixture
def shorter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings without an end take 800 draws."""
    monkeypatch.setattr(settings, "DRAWS", 800)
    settings.stopped.cache_clear()


def published(name: str) -> float:
    return PUBLISHED["false certification", name]


# -- the guarantee ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXACT)
def test_exact_false_certification(name: str) -> None:
    """Computed exactly, a candidate below the line is certified (one on it is failed) with probability at most alpha."""
    measured = certifies_falsely(SCENARIOS[name], 0)
    assert measured.runs == 0
    assert 0 < measured.rate <= 0.05


@pytest.mark.parametrize("name", [n for n in EXACT if "line 0" in n and n != "full run of 300, line 0.80"])
def test_exact_rates_are_those_published(name: str) -> None:
    """The exact rates equal the published exact ones to four digits."""
    assert certifies_falsely(SCENARIOS[name], 0).rate == pytest.approx(published(name), abs=5.1e-5)


@pytest.mark.usefixtures("shorter")
@pytest.mark.parametrize(("name", "runs"), QUICK.items())
def test_simulated_false_certification(name: str, runs: int) -> None:
    """Simulated, a candidate below the line is certified no more often than alpha and three standard errors."""
    measured = certifies_falsely(SCENARIOS[name], runs)
    assert measured.runs == runs
    assert measured.rate > 0
    assert measured.keeps(errors=3)


def test_calibrated_judge() -> None:
    """With 100 known-bad answers, and a catch rate that carries over, a judge's word certifies falsely at most at alpha."""
    assert settings.calibrated(horizon=300) <= 0.05


def test_every_setting_is_listed_once() -> None:
    """At least twenty settings are measured, and no two have the same name (which seeds them)."""
    assert len(SCENARIOS) == len(settings.scenarios()) >= 20
    assert set(QUICK) | set(EXACT) | SLOW <= set(SCENARIOS)


# -- the check can fail -----------------------------------------------------------------------------------------------


def test_a_threshold_that_is_too_low_is_found_out() -> None:
    """The same walk finds the product out if it certified at 14 : 1."""
    assert not Measured(exact.ever_passes(0.95, 0.95, 3000, threshold=14)).keeps()


@pytest.mark.parametrize(
    ("procedure", "runs"),
    [
        (Procedure("repeated", exact=partial(wrong.repeated, wrong.exact_test, last=500)), 0),
        (Procedure("observed", exact=partial(wrong.repeated, wrong.observed, last=500)), 0),
        (Procedure("order", passes=partial(wrong.template_order, icc=0.3)), 300),
        (Procedure("items", passes=partial(wrong.items_as_domain, icc=0.3)), 300),
        (Procedure("fixed", passes=partial(wrong.fixed_as_domain, icc=0.3)), 2000),
        (Procedure("clusters", passes=partial(wrong.clustered_errors, count=20)), 2000),
        (Procedure("completion", passes=wrong.completion_order), 300),
        (Procedure("lenient", exact=partial(wrong.taken_as_truth, wrong.LENIENT)), 0),
        (Procedure("known", passes=partial(wrong.rogan_gladen, delta=False)), 2000),
        (Procedure("delta", passes=partial(wrong.rogan_gladen, judge=wrong.LENIENT)), 4000),
        (Procedure("powered", passes=partial(wrong.prediction_powered, judge=wrong.LENIENT)), 4000),
        (Procedure("moved", exact=partial(settings.calibrated, wrong.BROKEN[1], 300)), 0),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_wrong_procedures_are_found_out(procedure: Procedure, runs: int) -> None:
    """Each of the twelve wrong procedures exceeds alpha by more than three standard errors."""
    assert not certifies_falsely(procedure, runs).keeps(errors=3)


def test_twelve_wrong_procedures() -> None:
    """The long form tries twelve."""
    assert len(wrong.wrong_procedures()) == 12


def test_the_right_unit_is_not_found_out() -> None:
    """The templates' means, in place of the items, pass the same check in the setting that breaks item-level evidence."""
    procedure = Procedure("means", passes=partial(settings.domain, icc=0.3))
    assert certifies_falsely(procedure, 300).keeps(errors=3)


def test_a_procedure_without_a_measure_is_refused() -> None:
    """What can be neither computed nor simulated is an error, not a pass."""
    with pytest.raises(ValueError, match="neither be computed nor simulated"):
        certifies_falsely(Procedure("nothing"), 10)


def test_limits() -> None:
    """An exact rate may be alpha at most; 20,000 runs may exceed it by two standard errors, .0531."""
    assert Measured(0.05).keeps()
    assert not Measured(0.0501).keeps()
    assert Measured(0.05, 20_000).limit() == pytest.approx(0.0531, abs=5e-5)


# -- the exact walk ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("passing", "bank"), [(5, 7), (6, 8), (4, 8)])
def test_the_walk_counts_every_order(passing: int, bank: int) -> None:
    """The walk's probabilities are those of all orders of a small bank, each decided by the product."""
    line, threshold = 0.6, 1.2
    size = (bank + 1, bank)
    steps = [
        exact.np.asarray(order, dtype=float) for order in set(permutations([1] * passing + [0] * (bank - passing)))
    ]
    orders = exact.np.array(steps)
    at = stats.crossed(stats.evidence(orders, line), threshold)
    first = [int(row.argmax()) + 1 if row.any() else 0 for row in at]
    walked = exact.walk(passing, exact.region(line, threshold, size), bank=bank)
    weight = factorial(passing) * factorial(bank - passing) / factorial(bank)
    assert walked.passed == pytest.approx(sum(t > 0 for t in first) * weight)
    assert walked.stops.tolist() == pytest.approx([first.count(t) * weight for t in range(1, bank + 1)])


def test_the_walk_agrees_with_simulated_stops() -> None:
    """Mean calls of simulated full runs lie within four standard errors of the exact ones, towards PASS and towards FAIL."""
    for passing in (1940, 1500):
        walked = cost.full_run_calls(passing, 0.9, 2000)
        cells = (np.arange(2000) < passing).astype(float)
        done = cost.simulated_calls(lambda rng, size, cells=cells: settings.shuffled(rng, size, cells), 0.9, 2000, 400)
        assert done.calls.mean() == pytest.approx(walked.mean, abs=4 * done.calls.std() / 400**0.5)
        assert done.passed.all() == (passing == 1940)


def test_a_full_run_whose_order_matters_is_not_walked() -> None:
    """A bank whose alternatives are not whole cells is refused: 25 failures can't be split in twenty."""
    assert not exact.exchangeable(0.95, 500)
    with pytest.raises(ValueError, match="depends on the order"):
        exact.ever_passes(474, 0.95, 500, 500)


# -- published figures ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [0.70, 0.80, 0.85, 0.95, 0.97, 0.99])
def test_expected_calls(rate: float) -> None:
    """Mean and median calls at .90 are those published to 3 %, and keep to the limits against Wald and the fixed 1,000."""
    from benchmarks.statistics import MEDIAN_LIMITS, WALD_LIMITS

    walked = cost.expected_calls(rate, 0.9, 2000)
    assert walked.mean == pytest.approx(PUBLISHED["mean calls, expected", f"{rate:.2f}"], rel=0.03)
    assert walked.median == pytest.approx(PUBLISHED["median calls, expected", f"{rate:.2f}"], rel=0.03)
    assert walked.median <= MEDIAN_LIMITS[rate]
    assert walked.mean <= WALD_LIMITS[rate] * cost.wald(rate, 0.9)
    assert cost.wald(rate, 0.9) == pytest.approx(PUBLISHED["Wald limit at 0.90", f"{rate:.2f}"], abs=0.6)


@pytest.mark.parametrize("rate", [0.70, 0.80, 0.85, 0.88, 0.95, 0.97, 0.99])
def test_full_run_calls(rate: float) -> None:
    """Mean calls of a full run of 2,000 are those published to 3 %, and within 15 % of the best possible."""
    walked = cost.full_run_calls(round(2000 * rate), 0.9, 2000)
    assert walked.mean == pytest.approx(PUBLISHED["mean calls, full run of 2000", f"{rate:.2f}"], rel=0.03)
    assert walked.mean <= 1.15 * PUBLISHED["best possible mean calls, full run of 2000", f"{rate:.2f}"]
    assert cost.OPTIMUM[rate] == PUBLISHED["best possible mean calls, full run of 2000", f"{rate:.2f}"]


def test_labels_with_a_judge() -> None:
    """A .90/.85 judge that nobody trusts takes about the published labels at .99, and some labels no judge saves."""
    one = cost.audited_cost(0.99, settings.STRICT, 300)
    assert one.labels == pytest.approx(PUBLISHED["mean labels, audited", "0.99"], rel=0.1)
    assert one.passed == 1
    assert cost.physical_floor() == pytest.approx(PUBLISHED["labels that no judge can save", "0.90"], abs=0.05)


def test_recertification() -> None:
    """With the old version's outcomes a new one is certified in about the published number of calls."""
    done = cost.recertification_calls(0.95, 0.01, 300)
    assert done.calls.mean() == pytest.approx(PUBLISHED["mean calls, re-certification", "0.95 0.01"], rel=0.12)


@pytest.mark.parametrize("mean", [0.5, 0.8, 0.9, 0.95, 0.99])
@pytest.mark.parametrize("upper", [False, True])
def test_bounds_are_rarely_ever_wrong(mean: float, upper: bool) -> None:
    """Computed exactly, a bound is ever wrong within 1,000 fresh draws with probability at most alpha, near the published."""
    measured = cost.misses(mean, 0, None, upper=upper)
    side = "upper" if upper else "lower"
    assert measured.rate <= 0.05
    assert measured.rate == pytest.approx(PUBLISHED[f"{side} bound ever wrong, expected", f"{mean}"], abs=0.009)


@pytest.mark.parametrize("mean", [0.5, 0.8, 0.9])
def test_bounds_of_full_runs_are_rarely_ever_wrong(mean: float) -> None:
    """The same for the lower bound in a full run of 1,000."""
    measured = cost.misses(mean, 0, 1000, upper=False)
    assert measured.rate <= 0.05
    assert measured.rate == pytest.approx(PUBLISHED["lower bound ever wrong, full run of 1000", f"{mean}"], abs=0.009)


@pytest.mark.parametrize(
    ("rate", "points"), [("0.88", 880), ("0.89", 890), ("0.895", 895), ("0.90", 900), ("0.91", 910)]
)
def test_what_a_point_threshold_lets_through(rate: str, points: int) -> None:
    """900 of 1,000, drawn from 2,000 or from very many, let through what was published."""
    of_bank = exact.fixed(2 * points, 900, 1000, 2000)
    large = exact.distributions.binom.sf(899, 1000, float(rate))
    assert of_bank == pytest.approx(PUBLISHED["point threshold 900 of 1000, bank of 2000", rate], abs=6e-4)
    assert large == pytest.approx(PUBLISHED["point threshold 900 of 1000, large bank", rate], abs=6e-4)


@pytest.mark.parametrize(("line", "draws", "bank"), [(0.90, 1000, 2000), (0.95, 300, 500)])
def test_what_a_fixed_sample_needs(line: float, draws: int, bank: int) -> None:
    """An exact fixed test needs as many passes as published."""
    case = f"{line:.2f} {draws} bank of {bank}"
    assert exact.fixed_boundary(line, draws, bank) == PUBLISHED["passes that a fixed sample needs", case]


def test_the_independent_implementation_agrees() -> None:
    """Product and naive implementation agree to 1e-9, and in every stop and grade, on 8 random streams of four kinds."""
    worst, differ = cost.disagreement(8)
    assert worst <= 1e-9
    assert differ == 0


def test_a_decision_is_fast() -> None:
    """A decision over 3,000 scores takes less than 50 ms of the processor."""
    assert cost.decision_seconds() < 0.05
