"""Exact error rates and call counts of procedures on pass/fail scores, and the one check that every procedure goes through.

The evidence of pass/fail scores depends only on how many were drawn and how many of them failed. So the product is asked once for
the states (failures, draws) in which it decides, and a walk over those states gives exact probabilities, without simulation. In a
full run this needs alternatives that are whole numbers of cells; `exchangeable` says where they are.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt

import numpy as np
from numpy.random import PCG64, Generator, SeedSequence
from numpy.typing import NDArray
from scipy import stats as distributions

from evalcenter import stats

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

ALPHA = 0.05
BLOCK = 50_000
"""Scores that are put to the product at a time: larger blocks leave the processor's cache."""
CHUNK = 500
"""Runs that are simulated at a time."""


# -- one check for every procedure ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Measured:
    """A rate: exact where `runs` is 0, else a share of so many simulated runs."""

    rate: float
    runs: int = 0

    def limit(self, errors: float = 2, alpha: float = ALPHA) -> float:
        """`alpha`, and so many Monte-Carlo standard errors of a share of `alpha`."""
        return alpha + (errors * sqrt(alpha * (1 - alpha) / self.runs) if self.runs else 0)

    def keeps(self, errors: float = 2, alpha: float = ALPHA) -> bool:
        """Whether the rate is at most `alpha` as far as can be seen."""
        return self.rate <= self.limit(errors, alpha)


@dataclass(frozen=True)
class Procedure:
    """A way to certify, put to a candidate that doesn't deserve it, to see how often it does.

    One of `exact`, which returns the probability, and `passes`, which simulates so many runs and says which were certified.
    """

    name: str
    exact: Callable[[], float] | None = None
    passes: Callable[[Generator, int], Bools] | None = None


def certifies_falsely(procedure: Procedure, runs: int, seed: int = 1) -> Measured:
    """How often `procedure` certifies what it should not. The same seed gives the same runs."""
    if procedure.exact is not None:
        return Measured(procedure.exact())
    if procedure.passes is None:
        raise ValueError(f"{procedure.name} can neither be computed nor simulated")
    rng = stream(procedure.name, seed)
    parts = [int(procedure.passes(rng, size).sum()) for size in chunks(runs)]
    return Measured(sum(parts) / runs, runs)


def stream(name: str, seed: int) -> Generator:
    """Random numbers that depend only on a name and a seed."""
    return Generator(PCG64(SeedSequence([seed, zlib.crc32(name.encode())])))


def chunks(runs: int) -> Iterator[int]:
    """`runs` in parts that fit in memory."""
    for start in range(0, runs, CHUNK):
        yield min(CHUNK, runs - start)


# -- the product on many runs -----------------------------------------------------------------------------------------


def ever(scores: Floats, line: float, threshold: float, bank: int | None = None, *, against: bool = False) -> Bools:
    """Which runs (rows) the product ever decides at `threshold`."""
    return np.asarray(decided(scores, line, threshold, bank, against=against) > 0)


def decided(
    scores: Floats, line: float, threshold: float, bank: int | None = None, *, against: bool = False
) -> NDArray[np.int64]:
    """After how many scores the product decides each run (row); 0 where it never does."""
    found = np.zeros(len(scores), dtype=np.int64)
    rows = max(1, BLOCK // max(1, scores.shape[1]))
    for start in range(0, len(scores), rows):
        at = stats.crossed(stats.evidence(scores[start : start + rows], line, bank, against=against), threshold)
        found[start : start + rows] = np.where(at.any(axis=1), at.argmax(axis=1) + 1, 0)
    return found


# -- exact walks ------------------------------------------------------------------------------------------------------


def exchangeable(line: float, bank: int, *, against: bool = False) -> bool:
    """Whether the 20 rates that a full run is compared with are whole numbers of cells, so that the order doesn't matter."""
    part = bank * line / 60 if against else bank * (1 - line) / 20
    return abs(part - round(part)) < 1e-4


@lru_cache(maxsize=80)
def region(
    line: float, threshold: float, size: tuple[int, int], bank: int | None = None, *, against: bool = False
) -> Bools:
    """Where the product decides: element (f, t - 1) is whether it does after t draws of which f failed.

    `size` is (failures + 1, draws). Raises ValueError where the order of the draws would matter.
    """
    if bank is not None and not exchangeable(line, bank, against=against):
        raise ValueError(f"a full run of {bank} at {line} depends on the order; simulate it")
    failures, draws = size
    found = np.zeros(size, dtype=bool)
    rows = max(1, BLOCK // draws)
    for start in range(0, failures, rows):
        f = np.arange(start, min(start + rows, failures))
        scores = np.where(np.arange(draws) < f[:, None], 0.0, 1.0)
        path = stats.evidence(scores, line, bank, against=against)
        found[f] = stats.crossed(path, threshold) & (np.arange(draws) >= f[:, None] - 1)
    return found


@dataclass(frozen=True)
class Walk:
    """What becomes of a run: probabilities, and the distribution of the number of calls (`stops[t - 1]`)."""

    passed: float
    failed: float
    beyond: float
    stops: Floats

    @property
    def undecided(self) -> float:
        """The probability that nothing was decided."""
        return 1 - self.passed - self.failed

    @property
    def mean(self) -> float:
        """The mean number of calls; what is undecided has spent them all."""
        calls = np.arange(1, len(self.stops) + 1)
        return float((calls * self.stops).sum() + len(calls) * max(0.0, 1 - self.stops.sum()))

    @property
    def median(self) -> int:
        """The median number of calls."""
        return min(int(np.searchsorted(np.cumsum(self.stops), 0.5)) + 1, len(self.stops))


def steps(rate: float | int, draws: int, failures: int, bank: int | None = None) -> Iterator[tuple[int, Floats]]:
    """After each draw: t, and for every f the probability of f failures, which the caller may set to 0 where it stops.

    `rate` is the chance of a pass, or with `bank` the whole number of its cells that pass.
    """
    at = np.zeros(failures)
    at[0] = 1.0
    f = np.arange(failures)
    for t in range(1, draws + 1):
        fails = 1 - rate if bank is None else np.clip((bank - rate - f) / (bank - t + 1), 0.0, 1.0)
        lost = at * fails
        at -= lost
        at[1:] += lost[:-1]
        yield t, at


def walk(rate: float | int, passing: Bools, failing: Bools | None = None, bank: int | None = None) -> Walk:
    """Follow a run through the states until it is decided. Raises ValueError if more failures occur than the states hold."""
    failures, draws = passing.shape
    passed = failed = 0.0
    stops = np.zeros(draws)
    for t, at in steps(rate, draws, failures, bank):
        for region_, is_pass in ((passing, True), (failing, False)):
            if region_ is None:
                continue
            here = region_[:, t - 1]
            mass = float(at[here].sum())
            at[here] = 0.0
            stops[t - 1] += mass
            passed, failed = (passed + mass, failed) if is_pass else (passed, failed + mass)
    beyond = max(0.0, 1 - passed - failed - float(at.sum()))
    return Walk(passed, failed, beyond, stops)


def ever_passes(rate: float | int, line: float, draws: int, bank: int | None = None, threshold: float = 20) -> float:
    """P(the product ever certifies `line`), looked at after every one of `draws` draws.

    A state that needs more draws than there are to be certified can't be certified with one more failure either: such states
    are left out of the table, and what enters them is never certified.
    """
    most = _rows(line, draws, bank)
    return walk(rate, region(line, threshold, (most, draws), bank), bank=bank).passed


def ever_fails(rate: float | int, line: float, draws: int, bank: int | None = None, threshold: float = 20) -> float:
    """P(the product ever refutes `line`), looked at after every draw; what leaves the table counts as refuted."""
    most = _rows(min(line, rate if bank is None else rate / bank), draws, bank, spread=8)
    result = walk(rate, region(line, threshold, (most, draws), bank, against=True), bank=bank)
    return result.passed + result.beyond


def _rows(line: float, draws: int, bank: int | None, spread: float = 0) -> int:
    most = int(draws * (1 - line) + spread * sqrt(draws * line * (1 - line))) + 2
    return min(most, draws + 1, draws + 1 if bank is None else bank + 1)


def fixed(rate: int, needs: int, draws: int, bank: int) -> float:
    """P(at least `needs` of `draws` cells pass) where `rate` of the `bank` do."""
    return float(distributions.hypergeom.sf(needs - 1, bank, rate, draws))


def fixed_boundary(line: float, draws: int, bank: int, alpha: float = ALPHA) -> int:
    """The fewest passes of `draws` that certify `line` of the bank at `alpha`."""
    below = round(bank * line) - 1
    return next(k for k in range(draws + 1) if fixed(below, k, draws, bank) <= alpha)
