"""Candidates that do not deserve the certificate, by a hair, in every setting that the guarantee covers.

Each is a `Procedure`: the product's own decision, put to a candidate at the boundary. What is simulated calls `stats.evidence` on
every run; what holds pass/fail scores alone is walked exactly. DRAWS looks are taken unless a full run ends before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import lru_cache, partial

import numpy as np
from numpy.random import Generator
from scipy import stats as distributions

from benchmarks.statistics_exact import (
    ALPHA,
    Bools,
    Floats,
    Procedure,
    ever,
    ever_fails,
    ever_passes,
    fixed,
    fixed_boundary,
    region,
    steps,
    walk,
)
from evalcenter import stats

DRAWS = 3000
LINE = 0.90
CERTIFY = 1 / ALPHA
COIN = 0.5
"""How often an answer that the judge passed goes to a person."""
KNOWN_BAD = 100
STRICT, LENIENT, BROKEN = (0.90, 0.85), (0.99, 0.50), (0.90, 0.40)
"""Judges: what share of right answers one passes, what share of wrong answers one catches."""


# -- what is drawn ----------------------------------------------------------------------------------------------------


def draws(rng: Generator, runs: int, n: int, rate: float | Floats) -> Floats:
    """Pass/fail scores, independent, that pass at `rate`."""
    return np.asarray(rng.random((runs, n)) < rate, dtype=np.float64)


def templates(rng: Generator, shape: tuple[int, ...], icc: float, rate: float = LINE) -> Floats:
    """Rates of templates: Beta with mean `rate`, such that two variants of one template correlate by `icc`."""
    if icc == 0:
        return np.full(shape, rate)
    return rng.beta(rate * (1 - icc) / icc, (1 - rate) * (1 - icc) / icc, size=shape)


def shuffled(rng: Generator, runs: int, cells: Floats) -> Floats:
    """The cells of a full run, in an order of its own for every run."""
    return rng.permuted(np.broadcast_to(cells, (runs, len(cells))), axis=1)


def clustered_bank(rng: Generator, count: int, icc: float, passing: int) -> Floats:
    """`count` templates of five variants, of which exactly `passing` pass, in template order."""
    cells = (rng.random((count, 5)) < templates(rng, (count, 1), icc)).astype(np.float64).ravel()
    over = int(cells.sum()) - passing
    turned = rng.choice(np.flatnonzero(cells == (1.0 if over > 0 else 0.0)), size=abs(over), replace=False)
    cells[turned] = 1.0 - cells[turned]
    return cells


def differences(n: int, up: int, down: int) -> Floats:
    """(1 + new - old) / 2 of `n` items, of which `up` got right and `down` got wrong."""
    return np.concatenate([np.ones(up), np.zeros(down), np.full(n - up - down, 0.5)])


def audited(rng: Generator, shape: tuple[int, int], rate: float, judge: tuple[float, float]) -> tuple[Floats, Bools]:
    """Audited scores, and which answers a person read: every one that the judge failed, and by a coin those that it passed.

    The loss of an answer is the coin's chance if it was flagged and confirmed as wrong, 1 if the coin found it wrong, else 0.
    """
    wrong = rng.random(shape) >= rate
    flagged = rng.random(shape) < np.where(wrong, judge[1], 1 - judge[0])
    read = flagged | (rng.random(shape) < COIN)
    loss = np.where(wrong & flagged, COIN, np.where(wrong & read, 1.0, 0.0))
    return 1 - loss, read


def audited_line(line: float = LINE) -> float:
    """Where one minus the audited loss stands if the rate stands at `line`."""
    return 1 - COIN * (1 - line)


# -- simulated settings -----------------------------------------------------------------------------------------------


def full_run(rng: Generator, runs: int, bank: int, line: float) -> Bools:
    """A full run of pass/fail cells, one short of the line."""
    short = round(bank * line) - 1
    cells = (np.arange(bank) < short).astype(np.float64)
    return ever(shuffled(rng, runs, cells), line, CERTIFY, bank)


def whole_decision(rng: Generator, runs: int, bank: int, line: Decimal) -> Bools:
    """The same through `decide`, with a floor two points lower and five dimensions."""
    rule = stats.Rule(line=line, floor=line - Decimal("0.02"), penalty=5, bank=bank, cap=bank, least=10)
    cells = (np.arange(bank) < int(bank * line) - 1).astype(np.float64)
    return np.asarray([stats.decide(run, rule).grade == "pass" for run in shuffled(rng, runs, cells)])


def false_conditional(rng: Generator, runs: int, bank: int, line: Decimal) -> Bools:
    """PASS or CONDITIONAL through `decide`, one cell below the floor."""
    floor = line - Decimal("0.05")
    rule = stats.Rule(line=line, floor=floor, bank=bank, cap=bank)
    cells = (np.arange(bank) < int(bank * floor) - 1).astype(np.float64)
    grades = [stats.decide(run, rule).grade for run in shuffled(rng, runs, cells)]
    return np.asarray([grade in {"pass", "conditional"} for grade in grades])


def clusters_full(rng: Generator, runs: int, icc: float) -> Bools:
    """A bank of 400 templates with 5 variants, cells shuffled, one short of the line."""
    return ever(shuffled(rng, runs, clustered_bank(rng, 400, icc, 1799)), LINE, CERTIFY, 2000)


def domain(rng: Generator, runs: int, icc: float) -> Bools:
    """New templates from the domain, scored by the mean of five variants; 1,000 of them."""
    rates = templates(rng, (runs, 1000), icc)
    return ever(rng.binomial(5, rates) / 5, LINE, CERTIFY)


def strata(rng: Generator, runs: int) -> Bools:
    """Ten strata drawn by a regulator's weights, from easy to hard, .90 when weighted so."""
    weights = np.arange(1, 11) / 55
    rates = np.linspace(0.80, 1.0, 10)
    rates += LINE - weights @ rates
    rates = np.clip(rates, 0, 1)
    rates[0] += (LINE - weights @ rates) / weights[0]
    stratum = rng.choice(10, size=(runs, DRAWS), p=weights)
    return ever(draws(rng, runs, DRAWS, rates[stratum]), LINE, CERTIFY)


def epochs(rng: Generator, runs: int) -> Bools:
    """500 items that are mostly always right or always wrong, drawn with replacement, each draw a fresh call."""
    rates = rng.beta(0.45, 0.05, size=500)
    mean = rates.mean()
    rates = rates * LINE / mean if mean > LINE else 1 - (1 - rates) * (1 - LINE) / (1 - mean)
    item = rng.integers(500, size=(runs, DRAWS))
    return ever(draws(rng, runs, DRAWS, rates[item]), LINE, CERTIFY)


def rubric(rng: Generator, runs: int) -> Bools:
    """A full run of 1,000 rubric scores in quarters, a quarter point short of the line."""
    points = np.sort(rng.choice(5, size=1000, p=[0.03, 0.03, 0.04, 0.1, 0.8]))[::-1].copy()
    over = int(points.sum()) - (4 * 900 - 1)
    movable = np.flatnonzero(points > 0) if over > 0 else np.flatnonzero(points < 4)
    points[rng.choice(movable, size=abs(over), replace=False)] -= np.sign(over)
    return ever(shuffled(rng, runs, points / 4), LINE, CERTIFY, 1000)


def judged(rng: Generator, runs: int, judge: tuple[float, float]) -> Bools:
    """Audited grading by a judge whom nobody trusts."""
    scores, _ = audited(rng, (runs, DRAWS), LINE, judge)
    return ever(scores, audited_line(), CERTIFY)


def paired_full(rng: Generator, runs: int) -> Bools:
    """A version that is two points and one item worse, called "not more than two points worse", over the full bank."""
    return ever(shuffled(rng, runs, differences(2000, 80, 121)), 0.49, CERTIFY, 2000)


def superior(rng: Generator, runs: int) -> Bools:
    """A version called "better" that is not: 4 % of the answers turn each way."""
    u = rng.random((runs, DRAWS))
    return ever(np.where(u < 0.04, 1.0, np.where(u < 0.08, 0.0, 0.5)), 0.5, CERTIFY)


def recertified(rng: Generator, runs: int) -> Bools:
    """A new version one item short of .90, after an old one whose full run on the same bank gave .93."""
    return ever(shuffled(rng, runs, differences(2000, 20, 81)), recertification_line(0.93), CERTIFY, 2000)


def recertification_line(old: float) -> float:
    """Where (1 + new - old) / 2 stands on average if the new version stands on LINE and the old one at `old`."""
    return (1 + LINE - old) / 2


@lru_cache(maxsize=2)
def stopped(threshold: float) -> tuple[Floats, Floats]:
    """What evidence a dimension on the line ends with, if it goes on up to `threshold` or DRAWS: values and probabilities."""
    rows = int(DRAWS * (1 - LINE)) + 150
    wins = region(LINE, threshold, (rows, DRAWS))
    f = np.arange(rows)
    values, masses = [], []
    at = np.zeros(rows)
    for t, at in steps(LINE, DRAWS, rows):
        here = np.flatnonzero(wins[:, t - 1] & (at > 0)) if t < DRAWS else np.flatnonzero(at > 0)
        for failures in here:
            values.append(_value(int(f[failures]), t))
            masses.append(at[failures])
        at[here] = 0.0
    return np.asarray(values), np.asarray(masses) / np.sum(masses)


def _value(failures: int, t: int) -> float:
    scores = np.concatenate([np.zeros(failures), np.ones(t - failures)])
    return float(np.exp(stats.evidence(scores, LINE)[-1]))


def badge(rng: Generator, runs: int) -> Bools:
    """Five dimensions on the line, each run to 5/alpha: whether the closed test on means of evidence certifies any.

    Where each ends is drawn from the exact distribution.
    """
    values, masses = stopped(5 * CERTIFY)
    ends = rng.choice(values, size=(runs, 5), p=masses)
    alpha = Decimal(str(ALPHA))
    return np.asarray([any(stats.alone([Decimal(x) for x in run], alpha)) for run in ends.tolist()])


# -- exact settings ---------------------------------------------------------------------------------------------------


def calibrated(catch: float = STRICT[1], horizon: int = DRAWS, rate: float = LINE) -> float:
    """P(PASS) on a judge that caught `catch` of the answers it was calibrated on and STRICT's share of this candidate's.

    Mixed over what the calibration finds; catches that together have less than a millionth are counted as certified.
    """
    return sum(
        chance * walk(1 - (1 - rate) * catch, wins).passed if wins is not None else chance
        for chance, wins in calibrations(STRICT[1], horizon)
    )


def calibrations(catch: float, horizon: int, line: float = LINE) -> Iterable[tuple[float, Bools | None]]:
    """Every likely outcome of a calibration: its probability, and where the product then certifies (alpha is halved)."""
    k = np.arange(KNOWN_BAD + 1)
    chances = distributions.binom.pmf(k, KNOWN_BAD, catch)
    rest = 0.0
    for caught, chance in zip(k, chances, strict=True):
        if chance < 1e-7:
            rest += chance
            continue
        floor = float(stats.lower(int(caught), KNOWN_BAD, Decimal(str(ALPHA / 2))))
        moved = 1 - floor * (1 - line)
        rows = int(horizon * (1 - moved)) + 2
        yield float(chance), region(moved, 2 * CERTIFY, (rows, horizon))
    yield float(rest), None


def one_of_five() -> float:
    """P(all five dimensions PASS), one of them on the line and four at .95."""
    return ever_passes(LINE, LINE, DRAWS) * ever_passes(0.95, LINE, DRAWS) ** 4


def any_of_five_fails() -> float:
    """P(any of five dimensions on the line FAILs at five times the evidence)."""
    return 1 - (1 - ever_fails(LINE, LINE, DRAWS, threshold=5 * CERTIFY)) ** 5


def fixed_sample() -> float:
    """P(PASS) by the exact test of 1,000 of 2,000 cells, one short of the line."""
    return fixed(1799, fixed_boundary(LINE, 1000, 2000), 1000, 2000)


# -- the list ---------------------------------------------------------------------------------------------------------


def scenarios() -> list[Procedure]:
    """Every setting, in the order of the table."""
    return [*_exact(), *_simulated()]


def _exact() -> list[Procedure]:
    def made(name: str, compute: Callable[[], float]) -> Procedure:
        return Procedure(name, exact=compute)

    full = [(2000, 0.90), (1000, 0.80), (300, 0.80), (2000, 0.95), (400, 0.95)]
    return [
        made("fixed exact test, 1000 of 2000", fixed_sample),
        *(made(f"full run of {n}, line {p:.2f}", partial(ever_passes, round(n * p) - 1, p, n, n)) for n, p in full),
        *(
            made(f"expected, line {p:.2f}, 3000 looks", partial(ever_passes, p, p, DRAWS))
            for p in (0.80, 0.90, 0.95, 0.99)
        ),
        made("expected, line 0.90, 10000 looks", partial(ever_passes, LINE, LINE, 10_000)),
        *(
            made(f"false FAIL, expected, line {p:.2f}", partial(ever_fails, p, p, DRAWS))
            for p in (0.80, 0.90, 0.95, 0.99)
        ),
        made("false FAIL, full run of 2000, line 0.90", partial(ever_fails, 1800, LINE, 2000, 2000)),
        made("judge calibrated on 100 known-bad answers", calibrated),
        made("five dimensions, one on the line, four at 0.95", one_of_five),
        made("five dimensions on the line: false FAIL", any_of_five_fails),
        made("three sessions of 1000 pooled, true 0.895", partial(ever_passes, 0.895, LINE, DRAWS)),
    ]


def _simulated() -> list[Procedure]:
    def made(name: str, passes: Callable[[Generator, int], Bools]) -> Procedure:
        return Procedure(name, passes=passes)

    return [
        made("full run of 500, line 0.95", partial(full_run, bank=500, line=0.95)),
        made("whole decision, full run of 300, line 0.80", partial(whole_decision, bank=300, line=Decimal("0.80"))),
        made(
            "CONDITIONAL below the floor, full run of 300", partial(false_conditional, bank=300, line=Decimal("0.85"))
        ),
        *(made(f"400 templates x 5, ICC {icc}, full run", partial(clusters_full, icc=icc)) for icc in (0, 0.1, 0.3)),
        *(made(f"domain, means of 5 variants, ICC {icc}", partial(domain, icc=icc)) for icc in (0, 0.1, 0.3)),
        made("ten strata, a regulator's weights", strata),
        made("epochs of 500 stochastic items", epochs),
        made("rubric in quarters, full run of 1000", rubric),
        made("judge .90/.85, audited", partial(judged, judge=STRICT)),
        made("judge .90/.40, audited", partial(judged, judge=BROKEN)),
        made("judge .99/.50, audited", partial(judged, judge=LENIENT)),
        made("not more than two points worse, full run of 2000", paired_full),
        made("better, no difference", superior),
        made("new version after one at 0.93, full run of 2000", recertified),
        made("five dimensions on the line: any badge", badge),
    ]
