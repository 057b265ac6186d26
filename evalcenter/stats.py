"""Exact one-sided bounds for a finished sample of pass/fail outcomes.

Rules this module keeps:

* A bound is exact (Clopper and Pearson, 1934): it is wrong with probability at most `alpha`, at every sample size. No normal
  approximation is used anywhere.
* A bound is rounded outward to six significant digits, so that a decision never rests on a digit that another platform's
  arithmetic may print differently.
* Nothing is random here. numpy and scipy are imported when a function is called.

The bounds are stated for independent outcomes with one rate. They stay valid, and become wider than needed, when items are
drawn without replacement from a finite bank, and when every item has a rate of its own and the claim is about their mean
(Hoeffding, 1956: the binomial spreads the most among all such sums).
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from typing import Final

DIGITS: Final = 6


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
    return _round(_beta_quantile(float(alpha), good, n - good + 1), ROUND_FLOOR)


def upper(good: int, n: int, alpha: Decimal) -> Decimal:
    """The exact upper confidence bound of a rate; see `lower`. It is 1 when everything was good."""
    _check(good, n, alpha)
    if good == n:
        return Decimal(1)
    return _round(_beta_quantile(float(1 - alpha), good + 1, n - good), ROUND_CEILING)


def zero_bound(n: int, alpha: Decimal) -> Decimal:
    """What "0 of `n`" really bounds: the rate of violations is at most 1 - alpha**(1/n), which is about 3/n at 5 %."""
    return 1 - lower(n, n, alpha)


def needed(line: Decimal, failures: int, alpha: Decimal) -> int:
    """The smallest sample in which `failures` failures still prove a rate of at least `line`, 0 < line < 1."""
    if not 0 < line < 1:
        raise ValueError(f"a line of {line} cannot be proved by any sample; expected a line between 0 and 1")
    n = failures + 1
    while lower(n - failures, n, alpha) < line:
        n = n * 2
    low, high = n // 2, n
    while high - low > 1:
        middle = (low + high) // 2
        enough = middle > failures and lower(middle - failures, middle, alpha) >= line
        low, high = (low, middle) if enough else (middle, high)
    return high


def _check(good: int, n: int, alpha: Decimal) -> None:
    if not (n >= 1 and 0 <= good <= n and 0 < alpha < 1):
        raise ValueError(f"expected 0 <= good <= n, n >= 1 and 0 < alpha < 1; got good={good}, n={n}, alpha={alpha}")


def _beta_quantile(share: float, a: int, b: int) -> float:
    from scipy.special import betaincinv

    return float(betaincinv(a, b, share))


def _round(value: float, direction: str) -> Decimal:
    return min(Decimal(1), Context(prec=DIGITS, rounding=direction).create_decimal(Decimal(value)))
