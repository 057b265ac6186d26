"""What a sequence of scores proves: evidence that may be looked at after every score, and exact bounds for a fixed sample.

Rules this module keeps:

* `evidence` is anytime-valid: below the line it ever reaches 1/alpha with probability at most alpha (Ville's inequality), however
  often one looks and for whatever reason one stops. Nothing is asked of the scores but that they lie in [0, 1] and come in an
  order that was drawn at random.
* A crossing that depends on digits after the sixth counts as not crossed, so that a decision never rests on a digit that
  another platform's arithmetic may print differently. Bounds are rounded outward to six significant digits.
* Fixed samples get exact bounds (Clopper and Pearson, 1934). No normal approximation is used anywhere.
* Nothing is random here. numpy and scipy are imported when a function is called.

The claim is about the mean that the scores' order makes true: of a bank (or of a wider domain) from which units are drawn
afresh, or of a finite list of `bank` cells that is gone through in shuffled order. ``docs/statistics.md`` says what each means.

References
----------
Waudby-Smith and Ramdas (2024), Estimating means of bounded random variables by betting, arXiv 2010.09686; the same (2020),
Confidence sequences for sampling without replacement, arXiv 2006.04347. Clopper and Pearson (1934), Biometrika 26, 404-413.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from math import exp, expm1, inf, isfinite, log, log1p
from typing import TYPE_CHECKING, Final, Literal

from evalcenter.betting import SLACK, Evidence

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

CERTAIN: Final = Decimal("1E+12")
DIGITS: Final = 6
MARGIN: Final = 1e-6
"""A crossing must be clear of its threshold by this share: the sixth significant digit."""
Grade = Literal["pass", "fail", "conditional", "inconclusive", "undecided"]


# -- evidence ---------------------------------------------------------------------------------------------------------


def evidence(
    scores: ArrayLike, line: Decimal | float, bank: int | None = None, *, against: bool = False
) -> NDArray[np.float64]:
    """The natural logarithm of the evidence for "the mean is at least `line`" after each score.

    Parameters
    ----------
    scores : array_like, shape (..., n)
        Scores in [0, 1] in the order in which they were drawn; leading axes are runs of their own.
    line : Decimal or float
        The line, 0 < line < 1.
    bank : int, optional
        How many cells a full run has, where the scores are drawn from them without replacement. Left out, every score is a fresh
        draw, independent of the others and with the same mean.
    against : bool
        Turn the claim round: "the mean is below `line`".

    Returns
    -------
    ndarray, shape (..., n)
        ``log(mean over j of prod(1 + f_j (x - m) / m))`` with the bets ``f_j = j/20``, where m is the mean of the next score if the
        claim stands exactly on its line: `line` itself, or ``(N line - S) / (N - t)`` in a full run, in which bets grow by ``(1 -
        line) / (1 - line - F/N)`` up to 1 (S is what was scored so far, F what was lost). For scores of 0 and 1 this is the
        likelihood ratio of a mixture of 20 rates against the line, binomial or hypergeometric. Against the line it is the same
        of ``1 - x`` with ``f_j = j/60``. It is -inf once the claim can no longer hold, and +inf once it is certain.
    """
    return Evidence(line, bank, against=against).extend(scores)


def crossed(path: NDArray[np.float64], threshold: Decimal | float) -> NDArray[np.bool_]:
    """Where log-evidence reaches `threshold` clearly: by more than the sixth significant digit."""
    import numpy as np

    return np.asarray(path >= log(threshold) + MARGIN)


def chart(line: Decimal | float, failures: int, alpha: Decimal | float) -> int:
    """How many pass/fail draws, `failures` of them failed, prove a mean of at least `line`; to print before a run.

    The order does not matter. Raises ValueError where the line is not between 0 and 1.
    """

    def proves(n: int) -> bool:
        path = evidence([0.0] * failures + [1.0] * (n - failures), line)
        return bool(crossed(path[-1:], 1 / float(alpha))[0])

    return _smallest(failures + 1, proves)


def _smallest(least: int, holds: Callable[[int], bool]) -> int:
    """The smallest number from `least` on that `holds`, which it then does for good."""
    high = least
    while not holds(high):
        high *= 2
    low = max(least - 1, high // 2)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def bounds(
    scores: ArrayLike, alpha: Decimal | float, bank: int | None = None, *, now: bool = False
) -> tuple[Decimal, Decimal]:
    """The lower and the upper bound of the mean after the last score; each is ever wrong with probability at most `alpha`.

    They are the ends of a confidence sequence: valid at any time, however often one looks. `scores` and `bank` are as for
    `evidence`. What was once excluded stays so; with `now` only the evidence after the last score counts, so that the bounds say
    the same as a decision made on it. (0, 1) without scores.
    """
    import numpy as np

    x = np.asarray(scores)
    if x.ndim != 1:
        raise ValueError("expected the scores of one run")
    if not x.size:
        return Decimal(0), Decimal(1)

    def clear(line: float, *, against: bool) -> float:
        """By how much the evidence for one claim is beyond its threshold, at its peak or now."""
        claim = Evidence(line, bank, against=against)
        found = claim.last(x) if now else float(claim.extend(x).max())
        return found - log(1 / float(alpha)) - MARGIN

    low = _highest(lambda middle: clear(middle, against=False))
    high = 1 - _highest(lambda middle: clear(1 - middle, against=True))
    return _share(low, ROUND_FLOOR), _share(high, ROUND_CEILING)


def _highest(clear: Callable[[float], float]) -> float:
    """The highest share up to which everything is excluded (`clear` is at least 0), for evidence falls as its line rises.

    Found between two shares by straight lines, and by halves where these don't help. A bound on a round figure (a full run that
    stands exactly on its line) is that figure.
    """
    low, high, at_low, at_high = 0.0, 1.0, inf, -inf
    for step in range(90):
        if high - low <= 1e-9:
            break
        middle = (low + high) / 2
        if step % 3 and isfinite(at_low) and isfinite(at_high):
            near_root = low + (high - low) * at_low / (at_low - at_high)
            aside = (
                (high - low) / 1024 if step % 3 == 1 else -(high - low) / 1024
            )  # from either side, so that both ends move
            middle = min(max(near_root + aside, low + 1e-10), high - 1e-10)
        value = clear(middle)
        low, high, at_low, at_high = (middle, high, value, at_high) if value >= 0 else (low, middle, at_low, value)
    near = round(high, DIGITS)
    if near >= 1:
        return 1.0 if clear(1 - SLACK) >= 0 else low
    return near if near > low and clear(near) >= 0 else low


def alone(evidences: Sequence[Decimal], alpha: Decimal) -> tuple[bool, ...]:
    """Which of several claims may be made singly: all such statements together are wrong with probability at most `alpha`.

    A closed test on means of e-values (Vovk and Wang 2021, arXiv 1912.06116): a claim stands when the mean of its evidence with any
    set of the others reaches 1/alpha. `evidences` are ratios at the time of the stop, not their peaks.
    """
    found = []
    for at, own in enumerate(evidences):
        total, stands = own, own * alpha >= 1
        for count, other in enumerate(sorted((*evidences[:at], *evidences[at + 1 :])), start=2):
            total += other
            stands = stands and total * alpha >= count
        found.append(stands)
    return tuple(found)


def ratio(logarithm: float) -> Decimal:
    """Evidence as a ratio, rounded down to six digits; `CERTAIN` stands for certainty.

    Twelve digits are kept first: the last ones of a double differ between platforms, and 0.825 must not become 0.824999 by them.
    """
    return CERTAIN if logarithm >= log(float(CERTAIN)) else _round(exp(logarithm), ROUND_FLOOR)


# -- the decision -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When a sequence of scores is decided.

    PASS at evidence 1/alpha for a mean of at least `line`; FAIL at `penalty`/beta for one below the floor (the line where there
    is none), or below `against` where it is given. With a floor, CONDITIONAL where the floor is proved and the line (or
    `refuted`) refuted, or the cap spent. Nothing is decided before `least` scores, and what crossed earlier must still stand
    then; nothing stays undecided at `cap`. `bank` is the number of cells of a full run.
    """

    line: Decimal
    alpha: Decimal = Decimal("0.05")
    beta: Decimal = Decimal("0.05")
    floor: Decimal | None = None
    against: Decimal | None = None
    refuted: Decimal | None = None
    penalty: int = 1
    bank: int | None = None
    cap: int | None = None
    least: int = 1

    @property
    def failing(self) -> Decimal:
        """The line below which the mean must be for a FAIL."""
        if self.against is not None:
            return self.against
        return self.line if self.floor is None else self.floor

    @property
    def missing(self) -> Decimal:
        """The line below which the mean must be for CONDITIONAL before the cap."""
        return self.line if self.refuted is None else self.refuted


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided after how many scores; ``undecided`` asks for more. Evidence in natural logarithms at that moment."""

    grade: Grade
    units: int
    for_pass: float
    for_fail: float


def decide(scores: ArrayLike, rule: Rule, best: ArrayLike | None = None, barred: ArrayLike | None = None) -> Decision:
    """The first decision on the way through `scores`; what follows it is not read.

    `best` holds the scores with everything unknown in the candidate's favour, which FAIL is held to; `scores` then hold it against.
    `barred` says after which scores neither PASS nor CONDITIONAL may be decided, whatever the evidence.
    """
    import numpy as np

    low = np.asarray(scores)
    high = low if best is None else np.asarray(best)
    if rule.least < 1 or len(low) != len(high):
        raise ValueError("expected least >= 1, and as many scores on either side")
    low, high = low[: rule.cap], high[: rule.cap]
    for_pass = evidence(low, rule.line, rule.bank)
    for_fail = evidence(high, rule.failing, rule.bank, against=True)
    spent = rule.cap is not None and len(low) >= rule.cap
    free = np.ones(len(low), bool) if barred is None else ~np.asarray(barred, dtype=bool)[: len(low)]
    found: list[tuple[int, Grade]] = []
    _found(found, "pass", free & crossed(for_pass, 1 / rule.alpha), rule.least)
    _found(found, "fail", crossed(for_fail, rule.penalty / rule.beta), rule.least)
    if rule.floor is not None:
        held = free & crossed(evidence(low, rule.floor, rule.bank), 1 / rule.alpha)
        under = crossed(evidence(high, rule.missing, rule.bank, against=True), rule.penalty / rule.beta)
        _found(found, "conditional", held & under, rule.least)
        if spent and len(low) >= rule.least and held[-1]:
            found.append((len(low), "conditional"))
    units, grade = min(found, key=lambda one: one[0], default=(len(low), "inconclusive" if spent else "undecided"))
    return Decision(
        grade=grade,
        units=units,
        for_pass=float(for_pass[units - 1]) if units else 0.0,
        for_fail=float(for_fail[units - 1]) if units else 0.0,
    )


def _found(found: list[tuple[int, Grade]], grade: Grade, at: NDArray[np.bool_], least: int) -> None:
    """Add when `grade` is decided: at the first crossing that is not before `least` scores."""
    late = at[least - 1 :]
    if late.any():
        found.append((int(late.argmax()) + least, grade))


# -- a fixed sample ---------------------------------------------------------------------------------------------------


def lower(good: int, n: int, alpha: Decimal) -> Decimal:
    """The exact lower confidence bound of a rate.

    Parameters
    ----------
    good, n : int
        Good outcomes, and all outcomes, 0 <= good <= n, n >= 1.
    alpha : Decimal
        Probability that the bound lies above the true rate, 0 < alpha < 1.

    Returns
    -------
    Decimal
        The ``alpha`` quantile of Beta(good, n - good + 1), rounded down; 0 when nothing was good.

    References
    ----------
    Clopper, C. J. and Pearson, E. S. (1934). Biometrika 26, 404-413.
    """
    _check(good, n, alpha)
    if good == 0:
        return Decimal(0)
    return _share(_beta_quantile(float(alpha), good, n - good + 1), ROUND_FLOOR)


def upper(good: int, n: int, alpha: Decimal) -> Decimal:
    """The exact upper confidence bound of a rate; see `lower`. It is 1 when everything was good."""
    _check(good, n, alpha)
    if good == n:
        return Decimal(1)
    return _share(_beta_quantile(float(1 - alpha), good + 1, n - good), ROUND_CEILING)


def zero_bound(n: int, alpha: Decimal) -> Decimal:
    """What "0 of `n`" really bounds: the rate of violations is at most 1 - alpha**(1/n), which is about 3/n at 5 %."""
    return 1 - lower(n, n, alpha)


def needed(line: Decimal, failures: int, alpha: Decimal) -> int:
    """The smallest sample in which `failures` failures still prove a rate of at least `line`, 0 < line < 1."""
    if not 0 < line < 1:
        raise ValueError(f"a line of {line} cannot be proved by any sample; expected a line between 0 and 1")
    return _smallest(failures + 1, lambda n: lower(n - failures, n, alpha) >= line)


def _check(good: int, n: int, alpha: Decimal) -> None:
    if not (n >= 1 and 0 <= good <= n and 0 < alpha < 1):
        raise ValueError(f"expected 0 <= good <= n, n >= 1 and 0 < alpha < 1; got good={good}, n={n}, alpha={alpha}")


def _beta_quantile(share: float, a: int, b: int) -> float:
    if (
        b == 1
    ):  # all were good: the usual case has a closed form, and needs no library that takes a quarter of a second to load
        return exp(log(share) / a)
    if a == 1:
        return -expm1(log1p(-share) / b)
    from scipy.special import betaincinv

    return float(betaincinv(a, b, share))


def _share(value: float, direction: str) -> Decimal:
    return min(Decimal(1), _round(value, direction))


def _round(value: float, direction: str) -> Decimal:
    steady = Context(prec=2 * DIGITS).create_decimal(Decimal(value))  # the last bits differ between platforms
    return Context(prec=DIGITS, rounding=direction).create_decimal(steady)
