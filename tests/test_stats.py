"""Exact bounds agree with numbers computed elsewhere and keep their promise."""

from decimal import Decimal
from fractions import Fraction
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalcenter import stats

ALPHA = Decimal("0.05")


@st.composite
def counts(draw: st.DrawFn) -> tuple[int, int]:
    n = draw(st.integers(1, 400))
    return draw(st.integers(0, n)), n


def at_least(good: int, n: int, rate: Decimal) -> Fraction:
    """P(X >= good) for X ~ Binomial(n, rate), exactly, in rational arithmetic."""
    p = Fraction(rate)
    return sum((comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(good, n + 1)), Fraction(0))


@given(counts())
def test_agrees_with_statsmodels(pair: tuple[int, int]) -> None:
    """The bounds are statsmodels' Clopper-Pearson interval (method "beta") to six digits."""
    from statsmodels.stats.proportion import proportion_confint

    good, n = pair
    low, high = proportion_confint(good, n, alpha=0.1, method="beta")
    assert float(stats.lower(good, n, ALPHA)) == pytest.approx(low, rel=2e-5, abs=1e-9)
    assert float(stats.upper(good, n, ALPHA)) == pytest.approx(high, rel=2e-5, abs=1e-9)


@given(st.integers(1, 1_000_000), st.decimals("0.0001", "0.5", places=4))
def test_all_or_none_agree_with_the_general_form(n: int, alpha: Decimal) -> None:
    """Where all or none were good, the bounds are scipy's quantiles of the beta distribution, to six digits."""
    from scipy.special import betaincinv

    assert float(stats.lower(n, n, alpha)) == pytest.approx(betaincinv(n, 1, float(alpha)), rel=1e-5)
    assert float(stats.upper(0, n, alpha)) == pytest.approx(betaincinv(1, n, float(1 - alpha)), rel=1e-5)


@settings(max_examples=40)
@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(1, n), st.just(n))))
def test_lower_bound_keeps_its_promise_exactly(pair: tuple[int, int]) -> None:
    """At the lower bound as the true rate, seeing so many good ones has probability at most alpha, in exact arithmetic."""
    good, n = pair
    bound = stats.lower(good, n, ALPHA)
    assert at_least(good, n, bound) <= Fraction(ALPHA)
    assert at_least(good, n, bound + Decimal("0.0001")) > Fraction(ALPHA) * Fraction(99, 100)


@given(counts())
def test_bounds_hold_the_observed_rate(pair: tuple[int, int]) -> None:
    """The observed rate lies between its bounds, which lie between 0 and 1."""
    good, n = pair
    low, high = stats.lower(good, n, ALPHA), stats.upper(good, n, ALPHA)
    assert 0 <= low <= Decimal(good) / n <= high <= 1


@given(counts())
def test_mirror(pair: tuple[int, int]) -> None:
    """The upper bound of good is one less the lower bound of bad, up to outward rounding."""
    good, n = pair
    assert stats.upper(good, n, ALPHA) == pytest.approx(1 - stats.lower(n - good, n, ALPHA), abs=Decimal("0.000002"))


@given(counts())
def test_six_digits(pair: tuple[int, int]) -> None:
    """A bound has at most six significant digits."""
    good, n = pair
    assert len(stats.lower(good, n, ALPHA).normalize().as_tuple().digits) <= 6


@pytest.mark.parametrize(("n", "bound"), [(59, "0.0496"), (299, "0.00997"), (2995, "0.0009998")])
def test_zero_of_n(n: int, bound: str) -> None:
    """0 of 59, 299 and 2,995 bound the rate at 5 %, 1 % and 0.1 %."""
    assert float(stats.zero_bound(n, ALPHA)) == pytest.approx(float(bound), rel=2e-3)


@pytest.mark.parametrize(
    ("line", "failures", "n"), [("0.90", 0, 29), ("0.95", 0, 59), ("0.99", 0, 299), ("0.90", 1, 46)]
)
def test_needed_sample(line: str, failures: int, n: int) -> None:
    """29, 59 and 299 flawless samples prove 90, 95 and 99 %; with one failure 90 % takes 46."""
    assert n == stats.needed(Decimal(line), failures, ALPHA)


@pytest.mark.parametrize("args", [(-1, 5, ALPHA), (6, 5, ALPHA), (0, 0, ALPHA), (1, 5, Decimal(0)), (1, 5, Decimal(1))])
def test_senseless_counts_are_refused(args: tuple[int, int, Decimal]) -> None:
    """More good than there were, no sample at all, or an error rate outside 0 to 1 is refused."""
    with pytest.raises(ValueError, match="expected 0 <= good"):
        stats.lower(*args)


def test_needed_refuses_certainty() -> None:
    """No sample proves a rate of 1."""
    with pytest.raises(ValueError, match="cannot be proved"):
        stats.needed(Decimal(1), 0, ALPHA)


@pytest.mark.parametrize(("good", "n", "line"), [(916, 1000, "0.90"), (292, 300, "0.95")])
def test_what_the_point_thresholds_would_need(good: int, n: int, line: str) -> None:
    """916 of 1,000 prove 90 % and 292 of 300 prove 95 %; one fewer does not."""
    assert stats.lower(good, n, ALPHA) >= Decimal(line) > stats.lower(good - 1, n, ALPHA)


@pytest.mark.parametrize(
    ("evidences", "expected"),
    [
        (["20"], (True,)),
        (["19.9"], (False,)),
        (["20", "20"], (True, True)),
        (["39", "0.5"], (False, False)),
        (["40", "0"], (True, False)),
        (["100", "0", "0", "0", "0"], (True, False, False, False, False)),
        (["99", "0", "0", "0", "0"], (False, False, False, False, False)),
        ([], ()),
    ],
)
def test_single_claims_need_the_mean_with_any_others(evidences: list[str], expected: tuple[bool, ...]) -> None:
    """A claim may be made singly when the mean of its evidence with every set of the others reaches 1/alpha."""
    assert stats.alone([Decimal(e) for e in evidences], Decimal("0.05")) == expected
