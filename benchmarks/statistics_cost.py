"""What a decision costs in calls and labels, how well bounds cover, how fast it is, and whether a second implementation agrees.

Calls on pass/fail scores are exact. Costs with a judge or a paired score are simulated with the product deciding every run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from math import inf, log, sqrt
from time import process_time

import numpy as np
from numpy.random import Generator

from benchmarks import statistics_naive as naive
from benchmarks.statistics_exact import (
    Bools,
    Floats,
    Measured,
    Walk,
    chunks,
    decided,
    exchangeable,
    fixed,
    fixed_boundary,
    region,
    stream,
    walk,
)
from benchmarks.statistics_scenarios import (
    CERTIFY,
    COIN,
    LINE,
    STRICT,
    audited,
    audited_line,
    calibrations,
    differences,
    draws,
    recertification_line,
    shuffled,
    templates,
)
from benchmarks.statistics_wrong import rogan_gladen
from evalcenter import stats

OPTIMUM = {0.70: 23, 0.80: 72, 0.85: 235, 0.88: 877, 0.92: 852, 0.93: 466, 0.95: 173, 0.97: 83, 0.99: 47}
"""Mean calls of the best rule that doesn't know the rate, full run of 2,000 at .90: from the prototype's dynamic programme."""
RATES = tuple(OPTIMUM)


def wald(rate: float, line: float) -> float:
    """Wald's lower limit on mean calls at both errors .05: ln 20 / KL."""
    if rate == line:
        return inf
    terms = ((rate, line), (1 - rate, 1 - line))
    return log(CERTIFY) / sum(a * log(a / b) for a, b in terms if a)


# -- calls ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stopped:
    """Simulated runs: after how many scores each stopped, and whether it passed or failed."""

    calls: Floats
    passed: Bools
    failed: Bools


def expected_calls(rate: float, line: float, horizon: int) -> Walk:
    """Fresh draws until PASS or FAIL, exactly; what is undecided after `horizon` has spent it."""
    rows = int(horizon * (1 - line) + 16 * sqrt(horizon * line * (1 - line))) + 10
    size = (rows, horizon)
    result = walk(rate, region(line, CERTIFY, size), region(line, CERTIFY, size, against=True))
    return _complete(result)


def full_run_calls(passing: int, line: float, bank: int) -> Walk:
    """A full run until PASS or FAIL, exactly. One failure more than the line allows decides it."""
    size = (round(bank * (1 - line)) + 2, bank)
    wins, loses = region(line, CERTIFY, size, bank), region(line, CERTIFY, size, bank, against=True)
    return _complete(walk(passing, wins, loses, bank))


def _complete(result: Walk) -> Walk:
    if result.beyond > 1e-9:
        raise ValueError(f"runs leave the table of states with probability {result.beyond}")
    return result


def stops(scores: Floats, line: float, bank: int | None = None) -> Stopped:
    """Where the product stops each run (row), read in growing parts so that what follows a decision costs nothing."""
    runs, n = scores.shape
    calls, passed, failed = np.full(runs, n), np.zeros(runs, dtype=bool), np.zeros(runs, dtype=bool)
    left, length = np.arange(runs), 125
    while left.size:
        length = min(2 * length, n)
        part = scores[left, :length]
        won = decided(part, line, CERTIFY, bank)
        lost = decided(part, line, CERTIFY, bank, against=True)
        first = (won > 0) & ((lost == 0) | (won < lost))
        done = (won > 0) | (lost > 0)
        calls[left[done]] = np.where(first, won, lost)[done]
        passed[left], failed[left] = first, done & ~first
        left = left[~done] if length < n else left[:0]
    return Stopped(calls, passed, failed)


def simulated_calls(make: Callable[[Generator, int], Floats], line: float, bank: int | None, runs: int) -> Stopped:
    """`stops` over so many runs of scores that `make` draws."""
    rng = stream(f"{line} {bank}", 2)
    parts = [stops(make(rng, size), line, bank) for size in chunks(runs)]
    return Stopped(*(np.concatenate([getattr(p, name) for p in parts]) for name in ("calls", "passed", "failed")))


def small_bank_calls(rate: float, runs: int) -> Stopped:
    """A full run of 500 at line .95, where the order matters a little."""
    cells = (np.arange(500) < round(500 * rate)).astype(np.float64)
    return simulated_calls(lambda rng, size: shuffled(rng, size, cells), 0.95, 500, runs)


def fixed_thousand(passing: int) -> tuple[float, float]:
    """P(right) and P(undecided) of the exact test of 1,000 of 2,000 cells, both errors .05."""
    needs = fixed_boundary(LINE, 1000, 2000)
    fails = next(k for k in range(1000, 0, -1) if 1 - fixed(1800, k + 1, 1000, 2000) <= 0.05)
    wins, loses = fixed(passing, needs, 1000, 2000), 1 - fixed(passing, fails + 1, 1000, 2000)
    return (wins if passing >= 1800 else loses), 1 - wins - loses


def recertification_calls(rate: float, flips: float, runs: int) -> Stopped:
    """A version as good as the last, of which `flips` of 2,000 answers turn each way, against .90 by the old outcomes."""
    cells = differences(2000, round(2000 * flips), round(2000 * flips))
    return simulated_calls(lambda rng, size: shuffled(rng, size, cells), recertification_line(rate), 2000, runs)


# -- judges -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class JudgeCost:
    """Mean calls and mean labels to a decision, and how often it was PASS."""

    calls: float
    labels: float
    passed: float


def audited_cost(rate: float, judge: tuple[float, float], runs: int, horizon: int = 6000) -> JudgeCost:
    """Audited grading at a coin of one half."""
    rng = stream(f"audited {rate} {judge}", 3)
    calls = labels = passed = 0.0
    for size in chunks(runs):
        scores, read = audited(rng, (size, horizon), rate, judge)
        stop = stops(scores, audited_line())
        calls += stop.calls.sum()
        labels += np.cumsum(read, axis=1)[np.arange(size), stop.calls - 1].sum()
        passed += stop.passed.sum()
    return JudgeCost(calls / runs, labels / runs, passed / runs)


def calibrated_cost(rate: float, horizon: int = 3000) -> JudgeCost:
    """A judge calibrated on 100 known-bad answers, exactly; 3,000 calls at most."""
    walks = [
        (chance, walk(1 - (1 - rate) * STRICT[1], wins))
        for chance, wins in calibrations(STRICT[1], horizon)
        if wins is not None
    ]
    calls = sum(chance * one.mean for chance, one in walks)
    flagged = rate * (1 - STRICT[0]) + (1 - rate) * STRICT[1]
    return JudgeCost(calls, calls * flagged, sum(chance * one.passed for chance, one in walks))


def corrected_power(rate: float, runs: int) -> float:
    """P(PASS) of the Rogan-Gladen rule with delta errors: 200 calibration labels and 1,000 judged answers."""
    return float(rogan_gladen(stream(f"power {rate}", 4), runs, rate=rate).mean())


def physical_floor() -> float:
    """Labels that no judge can save: unaudited passes could all be misses."""
    return log(CERTIFY) / -log(LINE)


# -- coverage ---------------------------------------------------------------------------------------------------------

HAIR = 1e-7
"""How far from the truth a bound has to be to be wrong: a bound that equals the mean of a finished full run is right."""


def misses(mean: float, runs: int, bank: int | None, *, upper: bool, draws_: int = 1000) -> Measured:
    """How often a bound of pass/fail scores is ever wrong within 1,000 scores: exact where the order doesn't matter."""
    line = mean - HAIR if upper else mean + HAIR
    if bank is None or (exchangeable(mean, bank, against=upper) and not upper):
        rate: float | int = mean if bank is None else round(mean * bank)
        size = (min(draws_, int(draws_ * (1 - mean) + 12 * sqrt(draws_ * mean * (1 - mean)) + 5)) + 1, draws_)
        result = walk(rate, region(line, CERTIFY, size, bank, against=upper), bank=bank)
        return Measured(result.passed + result.beyond)
    cells = (np.arange(bank) < round(bank * mean)).astype(np.float64)
    return _simulated_misses(lambda rng, size: shuffled(rng, size, cells), (line, bank), runs, upper=upper)


def domain_misses(icc: float, runs: int, *, upper: bool) -> Measured:
    """The same for the means of five variants of 1,000 new templates."""
    line = LINE - HAIR if upper else LINE + HAIR

    def make(rng: Generator, size: int) -> Floats:
        return rng.binomial(5, templates(rng, (size, 1000), icc)) / 5

    return _simulated_misses(make, (line, None), runs, upper=upper)


def _simulated_misses(
    make: Callable[[Generator, int], Floats], claim: tuple[float, int | None], runs: int, *, upper: bool
) -> Measured:
    rng = stream(f"{claim} {upper}", 5)
    found = sum(
        int((decided(make(rng, size), claim[0], CERTIFY, claim[1], against=upper) > 0).sum()) for size in chunks(runs)
    )
    return Measured(found / runs, runs)


# -- speed and agreement ----------------------------------------------------------------------------------------------


def decision_seconds(n: int = 3000) -> float:
    """Processor seconds of one decision over `n` scores, the best of five."""
    scores = draws(stream("speed", 1), 1, n, LINE)[0]
    rule = stats.Rule(line=Decimal("0.90"), cap=n)
    times = []
    for _ in range(5):
        start = process_time()
        stats.decide(scores, rule)
        times.append(process_time() - start)
    return min(times)


def run_seconds(n: int, share: int) -> float:
    """Processor seconds of 20,000 runs of `n` scores on one core, of which one in `share` is measured."""
    scores = draws(stream("speed", 2), 20_000 // share, n, LINE)
    start = process_time()
    decided(scores, LINE, CERTIFY)
    return (process_time() - start) * share


def disagreement(streams: int = 40) -> tuple[float, int]:
    """The largest difference to the independent implementation, and in how many streams the stop or the grade differs."""
    worst, differ = 0.0, 0
    for number in range(streams):
        scores, line, bank = _stream(stream(f"agreement {number}", 6), number % 4)
        values = [float(x) for x in scores]
        for against in (False, True):
            ours = stats.evidence(values, line, bank, against=against)
            theirs = naive.log_evidence(scores, naive.Case(line, bank, against))
            worst = max(worst, *(_apart(a, b) for a, b in zip(ours.tolist(), theirs, strict=True)))
        done = stats.decide(values, stats.Rule(line=line, bank=bank))
        differ += naive.decide(scores, line, bank, Decimal("0.05")) != (done.grade, done.units)
    return worst, differ


def _apart(a: float, b: float) -> float:
    """The difference of two logarithms; evidence below e-30 is none, whether rounding left a trace of it or not."""
    return 0.0 if a == b or max(a, b) < -30 else abs(a - b)


def _stream(rng: Generator, kind: int) -> tuple[list[Decimal], Decimal, int | None]:
    """Scores of one of four kinds: pass/fail, rubric in quarters, full run, audited."""
    line, rate = Decimal(int(rng.integers(60, 99))) / 100, float(rng.uniform(0.6, 1.0))
    if kind == 0:
        return [Decimal(int(x)) for x in draws(rng, 1, 300, rate)[0]], line, None
    if kind == 1:
        return [Decimal(int(x)) / 4 for x in rng.binomial(4, rate, size=300)], line, None
    if kind == 2:
        return [Decimal(int(x)) / 4 for x in rng.binomial(4, rate, size=300)], line, 300
    scores, _ = audited(rng, (1, 300), rate, STRICT)
    return [Decimal(str(x)) for x in scores[0]], 1 - Decimal(str(COIN)) * (1 - line), None


def largest_certified(failures: int, line: float = LINE) -> int:
    """The most draws of which `failures` failed that still prove FAIL; for the decision chart."""
    size = (failures + 1, 60 * failures)
    return int(np.flatnonzero(region(line, CERTIFY, size, against=True)[failures]).max()) + 1
