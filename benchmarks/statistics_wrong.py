"""Twelve ways to certify that look sound and are not, each at the boundary, for the check that must find every one of them out.

A procedure is tried in the settings in which it fails; it counts as found out if one of them exceeds alpha clearly. Judged ones
pass what a judge reports; CLT stands for a normal approximation at 1.645 standard errors.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.random import Generator
from scipy import stats as distributions

from benchmarks.statistics_exact import ALPHA, Bools, Floats, Procedure, ever, region, walk
from benchmarks.statistics_scenarios import (
    BROKEN,
    CERTIFY,
    DRAWS,
    LENIENT,
    LINE,
    STRICT,
    calibrated,
    clustered_bank,
    draws,
    templates,
)

LABELS = 200
JUDGED = 1000
Z = float(distributions.norm.ppf(1 - ALPHA))


# -- looking again and again ------------------------------------------------------------------------------------------


def repeated(test: Callable[[int, int], bool], every: int = 50, last: int = 2000) -> float:
    """P(PASS) of a fixed-sample test (of passes and sample size) that is looked at again and again."""
    wins = np.zeros((last + 1, last), dtype=bool)
    for t in range(every, last + 1, every):
        wins[: t + 1, t - 1] = [test(t - f, t) for f in range(t + 1)]
    return walk(LINE, wins).passed


def exact_test(good: int, n: int) -> bool:
    """The exact binomial test at alpha."""
    return bool(distributions.binom.sf(good - 1, n, LINE) <= ALPHA)


def observed(good: int, n: int) -> bool:
    """The observed rate reaches the line."""
    return good >= LINE * n - 1e-9


# -- the wrong unit, or the wrong order -------------------------------------------------------------------------------


def template_order(rng: Generator, runs: int, icc: float) -> Bools:
    """A full run of 400 templates x 5, one cell short, that takes the variants of a template one after the other."""
    found = np.zeros(runs, dtype=bool)
    for start in range(0, runs, 50):  # a bank of its own for every 50 runs
        bank = clustered_bank(rng, 400, icc, 1799).reshape(400, 5)
        order = np.argsort(rng.random((min(50, runs - start), 400)), axis=1)
        cells = bank[order].reshape(len(order), 2000)
        found[start : start + 50] = ever(cells, LINE, CERTIFY, 2000)
    return found


def items_as_domain(rng: Generator, runs: int, icc: float, count: int = 400) -> Bools:
    """Evidence on the single items of `count` new templates x 5, as if independent, read as a claim about the domain."""
    return ever(draws(rng, runs, count * 5, np.repeat(templates(rng, (runs, count), icc), 5, axis=1)), LINE, CERTIFY)


def fixed_as_domain(rng: Generator, runs: int, icc: float) -> Bools:
    """The exact test of 1,000 items, 200 templates x 5, read as a claim about the domain."""
    good = rng.binomial(5, templates(rng, (runs, 200), icc)).sum(axis=1)
    return np.asarray(distributions.binom.sf(good - 1, 1000, LINE) <= ALPHA)


def clustered_errors(rng: Generator, runs: int, count: int, icc: float = 0.3) -> Bools:
    """CLT with a clustered standard error over `count` templates x 5."""
    means = rng.binomial(5, templates(rng, (runs, count), icc)) / 5
    return np.asarray(means.mean(axis=1) - Z * means.std(axis=1, ddof=1) / np.sqrt(count) >= LINE)


def completion_order(rng: Generator, runs: int, in_flight: int = 32, n: int = 1000, slower: float = 3.0) -> Bools:
    """Results taken as they come in, `in_flight` at a time, where failures take `slower` times as long."""
    started = draws(rng, runs, n, LINE)
    takes = rng.exponential(size=(runs, n)) * np.where(started == 1, 1.0, slower)
    slots = np.arange(in_flight)[None, :].repeat(runs, axis=0)
    ends = takes[:, :in_flight].copy()
    rows, seen = np.arange(runs), np.empty((runs, n))
    for t in range(n):
        first = ends.argmin(axis=1)
        seen[:, t] = started[rows, slots[rows, first]]
        follows = in_flight + t
        if follows < n:
            ends[rows, first] += takes[:, follows]
            slots[rows, first] = follows
        else:
            ends[rows, first] = np.inf
    return ever(seen, LINE, CERTIFY)


# -- judges -----------------------------------------------------------------------------------------------------------


def taken_as_truth(judge: tuple[float, float]) -> float:
    """P(PASS) where what the judge passes counts as right."""
    rate = LINE * judge[0] + (1 - LINE) * (1 - judge[1])
    return walk(rate, region(LINE, CERTIFY, (int(DRAWS * (1 - LINE)) + 2, DRAWS))).passed


def rogan_gladen(
    rng: Generator,
    runs: int,
    judge: tuple[float, float] = STRICT,
    here: tuple[float, float] | None = None,
    rate: float = LINE,
    *,
    delta: bool = True,
) -> Bools:
    """A corrected rate of 1,000 judged answers, the judge's two rates from 200 labels of a random sample.

    The errors of the two rates are carried through (`delta`) or taken as known. `here` is how the judge does on this candidate.
    """
    right = rng.binomial(LABELS, LINE, size=runs)
    wrong = LABELS - right
    passes, catch = rng.binomial(right, judge[0]) / right, rng.binomial(wrong, judge[1]) / wrong
    sens, spec = here or judge
    seen = rng.binomial(JUDGED, rate * sens + (1 - rate) * (1 - spec), size=runs) / JUDGED
    gain = passes + catch - 1
    estimate = (seen + catch - 1) / gain
    variance = seen * (1 - seen) / JUDGED
    if delta:
        variance = (
            variance + estimate**2 * passes * (1 - passes) / right + (1 - estimate) ** 2 * catch * (1 - catch) / wrong
        )
    return np.asarray((gain > 0) & (estimate - Z * np.sqrt(variance) / gain >= LINE))


def prediction_powered(rng: Generator, runs: int, judge: tuple[float, float]) -> Bools:
    """PPI++ with its CLT: 200 of 1,000 judged answers labelled, the judge weighted as the labels suggest."""
    truth, seen = draws(rng, runs, JUDGED, LINE), np.empty((runs, JUDGED))
    seen[:] = rng.random((runs, JUDGED)) < np.where(truth == 1, judge[0], 1 - judge[1])
    y, f, rest = truth[:, :LABELS], seen[:, :LABELS], seen[:, LABELS:]
    others = JUDGED - LABELS
    covariance = ((y - y.mean(axis=1, keepdims=True)) * (f - f.mean(axis=1, keepdims=True))).sum(axis=1) / (LABELS - 1)
    spread = seen.var(axis=1, ddof=1)
    weight = covariance / ((1 + LABELS / others) * np.maximum(spread, 1e-12))
    residual: Floats = y - weight[:, None] * f
    estimate = weight * rest.mean(axis=1) + residual.mean(axis=1)
    variance = weight**2 * rest.var(axis=1, ddof=1) / others + residual.var(axis=1, ddof=1) / LABELS
    return np.asarray(estimate - Z * np.sqrt(variance) >= LINE)


# -- the list ---------------------------------------------------------------------------------------------------------


def wrong_procedures() -> dict[str, list[Procedure]]:
    """Every wrong procedure with the settings it is tried in."""
    return {
        "exact test repeated every 50 items": [Procedure("up to 2000", exact=partial(repeated, exact_test))],
        "stop when the observed rate is 0.90": [Procedure("every 50, up to 2000", exact=partial(repeated, observed))],
        "evidence per item, templates in order": _over(template_order, "icc", (0.1, 0.3)),
        "item-level evidence read as a domain claim": _over(items_as_domain, "icc", (0.1, 0.3)),
        "fixed exact test read as a domain claim": _over(fixed_as_domain, "icc", (0.1, 0.3)),
        "clustered standard errors, CLT": _over(clustered_errors, "count", (20, 50, 200)),
        "results in the order of completion": [Procedure("failures 3x slower, 32 in flight", passes=completion_order)],
        "a lenient judge taken as truth": [Procedure("judge .99/.50", exact=partial(taken_as_truth, LENIENT))],
        "Rogan-Gladen, the judge's rates taken as known": [
            Procedure("200 labels", passes=partial(rogan_gladen, delta=False))
        ],
        "Rogan-Gladen with delta errors": [
            Procedure("delta, judge .90/.85", passes=rogan_gladen),
            Procedure("delta, judge .99/.50", passes=partial(rogan_gladen, judge=LENIENT)),
            Procedure("delta, .85 that becomes .40", passes=partial(rogan_gladen, here=BROKEN)),
        ],
        "PPI++, CLT": [
            Procedure("PPI++, judge .90/.85", passes=partial(prediction_powered, judge=STRICT)),
            Procedure("PPI++, judge .99/.50", passes=partial(prediction_powered, judge=LENIENT)),
        ],
        "calibrated judge whose catch rate does not carry over": [
            Procedure(".85 that becomes .40", exact=partial(calibrated, BROKEN[1]))
        ],
    }


def _over(passes: Callable[..., Bools], name: str, values: tuple[float, ...]) -> list[Procedure]:
    return [
        Procedure(f"{passes.__name__}, {name} {value}", passes=partial(passes, **{name: value})) for value in values
    ]
