"""What a standard will probably decide, and after how many calls, for a true rate that is given: planning before money is spent.

Rules this module keeps:

* Nothing is simulated. The evidence of pass/fail scores depends on how many were drawn and how many of them failed, so the
  product is asked once where it decides, and a walk over (drawn, failed) gives the probabilities.
* The boundaries are those of `stats.evidence`, `stats.lower` and `stats.upper`; no second formula for them stands here.

In a full run whose compared rates are no whole numbers of cells, the evidence also depends a little on where the failures came; the
boundary is then taken for failures that came first, which is at most a unit too late.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from evalcenter import stats
from evalcenter.prospects import Case

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BLOCK: Final = 40_000
"""Scores that are put to the product at a time."""
DIGITS: Final = Decimal("0.000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Odds:
    """The chance of each grade at one true rate, to six digits, and the mean and the median number of calls.

    `rate` is what was given, `true` the share of the bank that comes nearest to it.
    """

    rate: Decimal
    true: Decimal
    passed: Decimal
    failed: Decimal
    conditional: Decimal
    inconclusive: Decimal
    mean: Decimal
    median: Decimal


# -- the chances ------------------------------------------------------------------------------------------------------


def odds(case: Case, rates: Sequence[Decimal]) -> tuple[Odds, ...]:
    """The chances of each grade at every one of `rates`. Raises ValueError for a rate outside [0, 1], or a case without `n`."""
    if any(not 0 <= rate <= 1 for rate in rates):
        raise ValueError("a true rate lies between 0 and 1")
    if case.n is None:
        raise ValueError(f"{case.requirement.id}: the number of units is not known")
    if case.n < case.least or case.n == 0:
        return tuple(_odds(case, rate, {"mean": case.n, "median": case.n}) for rate in rates)
    if case.requirement.rule == "evidence":
        return _walked(case, case.n, rates)
    return tuple(_odds(case, rate, _fixed(case, case.n, rate)) for rate in rates)


def failing(case: Case, rate: Decimal) -> int:
    """How many cells of the bank fail at a true rate of `rate`, rounded to the nearest."""
    return int(((1 - rate) * (case.bank or 0)).to_integral_value(ROUND_HALF_UP))


def _odds(case: Case, rate: Decimal, found: Mapping[str, float]) -> Odds:
    """`found` as a record; what is barred becomes inconclusive, and so does the rest."""
    passed, failed, conditional = (_rounded(found.get(grade, 0.0)) for grade in ("pass", "fail", "conditional"))
    if case.barred:
        passed = conditional = Decimal(0)
    true = rate if case.bank is None else (1 - Decimal(failing(case, rate)) / case.bank).quantize(DIGITS)
    return Odds(
        rate=rate,
        true=true,
        passed=passed,
        failed=failed,
        conditional=conditional,
        inconclusive=max(Decimal(0), 1 - passed - failed - conditional),
        mean=(Decimal(found["mean"]) * case.width).quantize(Decimal("0.1")),
        median=(Decimal(found["median"]) * case.width).quantize(Decimal("0.1")),
    )


def _rounded(chance: float) -> Decimal:
    return min(Decimal(1), max(Decimal(0), Decimal(chance).quantize(DIGITS)))


# -- fixed rules ------------------------------------------------------------------------------------------------------


def allowed(case: Case) -> tuple[int, int, int]:
    """Of a fixed rule: (most failures that pass, most that reach the floor, fewest that fail); -1 and n + 1 where none do."""
    requirement, n = case.requirement, case.n or 0
    if requirement.rule == "point":
        most = _most(n, lambda bad: n - bad >= requirement.line * n)
        return most, most, most + 1
    floor = requirement.line if requirement.floor is None else requirement.floor
    beta = requirement.beta / case.penalty

    def reaches(bad: int, line: Decimal) -> bool:
        return stats.lower(n - bad, n, requirement.alpha) >= line

    return (
        _most(n, lambda bad: reaches(bad, requirement.line)),
        _most(n, lambda bad: reaches(bad, floor)),
        _most(n, lambda bad: stats.upper(n - bad, n, beta) >= floor) + 1,
    )


def _most(n: int, holds: Callable[[int], bool]) -> int:
    """The largest of 0 .. n that `holds`, which it does up to there; -1 if none."""
    low, high = -1, n + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def _fixed(case: Case, n: int, rate: Decimal) -> dict[str, float]:
    from scipy.stats import binom, hypergeom

    drawn = binom(n, float(1 - rate)) if case.bank is None else hypergeom(case.bank, failing(case, rate), n)
    passing, flooring, refuted = allowed(case)
    passed = float(drawn.cdf(passing)) if passing >= 0 else 0.0
    failed = float(drawn.sf(refuted - 1))
    conditional = float(drawn.cdf(min(flooring, refuted - 1))) - passed if case.requirement.floor is not None else 0.0
    return {"pass": passed, "fail": failed, "conditional": conditional, "mean": n, "median": n}


# -- sequential rules -------------------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def boundary(line: Decimal, threshold: Decimal, n: int, bank: int | None, *, against: bool) -> tuple[int, ...]:
    """After each of `n` draws: the most failures that prove the line, or the fewest that refute it; -1 and n + 1 if none do."""
    import numpy as np

    drawn = np.arange(1, n + 1)
    edge = np.full(n, n + 1 if against else -1)
    rows = max(1, BLOCK // n)
    for start in range(0, n + 1, rows):
        failed = np.arange(start, min(start + rows, n + 1))
        scores = np.where(drawn <= failed[:, None], 0.0, 1.0)
        here = stats.crossed(stats.evidence(scores, line, bank, against=against), threshold) & (
            drawn >= failed[:, None]
        )
        any_, first, last = here.any(axis=0), here.argmax(axis=0), len(failed) - 1 - here[::-1].argmax(axis=0)
        edge = np.where(any_, np.minimum(edge, failed[first]) if against else failed[last], edge)
        if bool(here[-1, -1]) if against else not here[-1].any():
            break
    if against and bank is not None:
        edge = _on_the_line(edge, line, threshold, bank)
    return tuple(int(one) for one in edge)


def _on_the_line(edge: NDArray[np.int64], line: Decimal, threshold: Decimal, bank: int) -> NDArray[np.int64]:
    """`edge` where the failures are all that the line allows: one that came early refutes it, one that comes late does not."""
    import numpy as np

    most = (1 - line) * bank
    if most != int(most) or most < 1 or most >= len(edge):
        return edge
    failed = int(most)

    def refutes(drawn: int) -> bool:
        scores = [0.0] * (failed - 1) + [1.0] * (drawn - failed) + [0.0]
        return bool(stats.crossed(stats.evidence(scores, line, bank, against=True)[-1:], threshold)[0])

    last = failed + _most(len(edge) - failed, lambda passed: refutes(failed + passed))
    late = np.arange(1, len(edge) + 1) > last
    return np.where(late & (edge == failed), failed + 1, edge)


def _walked(case: Case, n: int, rates: Sequence[Decimal]) -> tuple[Odds, ...]:
    import numpy as np

    edges = _edges(case, n)
    stops = np.zeros((len(rates), n + 1))
    ended = {"pass": np.zeros(len(rates)), "fail": np.zeros(len(rates)), "conditional": np.zeros(len(rates))}
    alive = np.zeros((len(rates), max(min(n, max(edges.refuted)), case.least) + 2))
    alive[:, 0] = 1.0
    failed = np.arange(alive.shape[1])
    chance = np.array([float(1 - rate) for rate in rates])[:, None]
    cells = np.array([failing(case, rate) for rate in rates])[:, None]
    for t in range(1, n + 1):
        lost = alive * (chance if case.bank is None else np.clip((cells - failed) / (case.bank - t + 1), 0.0, 1.0))
        alive -= lost
        alive[..., 1:] += lost[..., :-1]
        if t < case.least:
            continue
        for grade, ends in edges.after(t, failed):
            mass = alive[:, ends].sum(axis=1)
            ended[grade] += mass
            stops[:, t] += mass
            alive[:, ends] = 0.0
    if edges.floor is not None and n >= case.least:
        ended["conditional"] += alive[:, failed <= edges.floor[n - 1]].sum(axis=1)
    stops[:, n] += alive.sum(axis=1)
    mean = stops @ np.arange(n + 1)
    median = np.argmax(np.cumsum(stops, axis=1) >= 0.5 - 1e-12, axis=1)
    return tuple(
        _odds(
            case,
            rate,
            {
                **{grade: float(of[at]) for grade, of in ended.items()},
                "mean": float(mean[at]),
                "median": int(median[at]),
            },
        )
        for at, rate in enumerate(rates)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Edges:
    """After each draw: up to `proved` failures PASS, from `refuted` on FAIL; `floor` proves the floor, `under` refutes the line."""

    proved: tuple[int, ...]
    refuted: tuple[int, ...]
    floor: tuple[int, ...] | None
    under: tuple[int, ...]

    def after(self, t: int, failed: NDArray[np.int64]) -> list[tuple[str, NDArray[np.bool_]]]:
        """What ends after draw `t`, in the order in which the product looks: the grade, and after how many failures."""
        found = [("pass", failed <= self.proved[t - 1]), ("fail", failed >= self.refuted[t - 1])]
        if self.floor is None:
            return found
        return [*found, ("conditional", (failed <= self.floor[t - 1]) & (failed >= self.under[t - 1]))]


def _edges(case: Case, n: int) -> _Edges:
    requirement = case.requirement
    line, sure = requirement.line, 1 / requirement.alpha
    floor, doubt = requirement.floor, case.penalty / requirement.beta
    refuted = boundary(line if floor is None else floor, doubt, n, case.bank, against=True)
    return _Edges(
        proved=boundary(line, sure, n, case.bank, against=False),
        refuted=refuted,
        floor=None if floor is None else boundary(floor, sure, n, case.bank, against=False),
        under=() if floor is None else boundary(line, doubt, n, case.bank, against=True),
    )
