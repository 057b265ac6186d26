"""What pairs of outcomes on the same questions prove: whether a version got better, and whether it is worse by more than a margin.

Rules this module keeps:

* Only pairs that differ say anything about a change; McNemar's test reads them exactly, for a number of pairs fixed beforehand.
* The difference of the rates is held as ``b = (1 + new - old) / 2``, a score in [0, 1], so that the evidence and the bounds of
  `stats` hold as they stand, after every pair and for whatever reason one stops.
* Nothing is dropped: an unscored outcome counts against each claim in turn.

References
----------
McNemar, Q. (1947). Psychometrika 12, 153-157; for the bounds see `stats`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from evalcenter import stats
from evalcenter.records import Outcome

Pair = tuple[Outcome, Outcome]
"""The outcomes of one question: by the old version, by the new one."""
Answer = Literal["not_worse", "worse", "open"]
DIGITS: Final = Decimal("0.000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """How many pairs passed both times, only before (`lost`), only now (`gained`), never; `unscored` ones lack an outcome."""

    both: int
    lost: int
    gained: int
    neither: int
    unscored: int

    @property
    def pairs(self) -> int:
        """How many pairs have both outcomes."""
        return self.both + self.lost + self.gained + self.neither


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The new rate minus the old one: as observed in the scored pairs, and its bounds, each ever wrong with probability alpha."""

    observed: Decimal | None
    lower: Decimal
    upper: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Whether the new version is worse by more than the margin, after how many pairs that was settled, and the evidence.

    Evidence is the highest that was reached, as a ratio, rounded down to six digits; 1E+12 stands for certainty.
    """

    answer: Answer
    pairs: int
    for_not_worse: Decimal
    for_worse: Decimal


def table(pairs: Sequence[Pair]) -> Table:
    """The 2x2 table of `pairs`."""
    counts = Counter(pairs)
    held = {name: counts[pair] for name, pair in _CELLS.items()}
    return Table(**held, unscored=len(pairs) - sum(held.values()))


_CELLS: Final[dict[str, Pair]] = {
    "both": ("pass", "pass"),
    "lost": ("pass", "fail"),
    "gained": ("fail", "pass"),
    "neither": ("fail", "fail"),
}


def mcnemar(lost: int, gained: int) -> Decimal:
    """The exact two-sided p of McNemar's test, to six digits; 1 where no pair differs."""
    from scipy.stats import binomtest

    if lost + gained == 0:
        return Decimal(1)
    return min(Decimal(1), Decimal(float(binomtest(lost, lost + gained, 0.5).pvalue)).quantize(DIGITS))


def shown(p: Decimal) -> str:
    """`p`, as `mcnemar` gives it, with its sign: one that six digits can't tell from nothing is below the last of them."""
    return f"p = {p.normalize():f}" if p else f"p < {DIGITS:f}"


def difference(pairs: Sequence[Pair], alpha: Decimal, bank: int | None = None) -> Difference:
    """The difference of the rates with its bounds, from pairs in random order.

    `bank` is how many pairs there are in all, where they are gone through in shuffled order without a gap.
    """
    worst, best = scores(pairs)
    low, _ = stats.bounds(worst, alpha, bank)
    _, high = stats.bounds(best, alpha, bank)
    counted = table(pairs)
    observed = Decimal(counted.gained - counted.lost) / counted.pairs if counted.pairs else None
    return Difference(
        observed=None if observed is None else observed.quantize(DIGITS), lower=2 * low - 1, upper=2 * high - 1
    )


def scores(pairs: Sequence[Pair]) -> tuple[list[float], list[float]]:
    """``(1 + new - old) / 2`` of every pair, with what is unscored against the new version, and in its favour."""
    known = {"pass": 1.0, "fail": 0.0}
    worst = [(1 + known.get(new, 0.0) - known.get(old, 1.0)) / 2 for old, new in pairs]
    best = [(1 + known.get(new, 1.0) - known.get(old, 0.0)) / 2 for old, new in pairs]
    return worst, best


def judge(pairs: Sequence[Pair], margin: Decimal, alpha: Decimal, bank: int | None = None) -> Judgement:
    """Whether the new rate is worse than the old one by more than `margin`: proved, refuted, or open.

    Each answer is proved at evidence 1/alpha; the first crossing counts. Raises ValueError unless 0 <= margin < 1.
    """
    if not 0 <= margin < 1:
        raise ValueError(f"a margin of {margin} is no difference of two rates; expected at least 0 and below 1")
    worst, best = scores(pairs)
    if not pairs:
        return Judgement(answer="open", pairs=0, for_not_worse=Decimal(1), for_worse=Decimal(1))
    line = (1 - margin) / 2
    good, bad = stats.evidence(worst, line, bank), stats.evidence(best, line, bank, against=True)
    fine, poor = stats.crossed(good, 1 / alpha), stats.crossed(bad, 1 / alpha)
    first: list[tuple[int, Answer]] = []
    if fine.any():
        first.append((int(fine.argmax()) + 1, "not_worse"))
    if poor.any():
        first.append((int(poor.argmax()) + 1, "worse"))
    at, answer = min(first, default=(len(pairs), "open"))
    return Judgement(
        answer=answer, pairs=at, for_not_worse=stats.ratio(float(good.max())), for_worse=stats.ratio(float(bad.max()))
    )
