"""How far raters agree on the same items, beyond what chance would give them: AC1, kappa, alpha and plain agreement.

Rules this module keeps:

* Sums and quotients are exact fractions, rounded once, at the end: values to six decimals, intervals outward. Counts alone
  decide, so the order of items never matters, nor that of raters, nor what the categories are called.
* A figure that is not defined is None, and `reason` says why; so is an interval that the data cannot give. Where no item differs
  from the others there is no spread to learn from: an interval of no width would claim certainty.
* Nothing is dropped in silence: `items` counts what was used, `left_out` what was not. A rating that is missing is None; a
  judge's "could not be judged" is either that or a category of its own, and the caller says which.
* Categories are names without an order.

What the intervals are: the share of unanimous items has an exact one (`stats`). Those of AC1 and kappa are large-sample
intervals of the linearised coefficient (the variance of Gwet 2008, and of Fleiss, Cohen and Everitt 1969 with n - 1 for n) with
Student's t. That of alpha is a percentile bootstrap over items, from a seed. All three take items as drawn independently: with
several ratings of one answer, or variants of one question, they are too narrow. They are also too narrow where few disagreements
are seen, under about 50 items or where nearly all is of one category (`docs/validation/judges.md` has the measured coverage):
trust the exact one there.

References
----------
Gwet, K. L. (2008). British Journal of Mathematical and Statistical Psychology 61, 29-48; missing ratings: Handbook of Inter-Rater
Reliability. Cohen, J. (1960). Educational and Psychological Measurement 20, 37-46. Fleiss, J. L., Cohen, J. and Everitt, B. S.
(1969). Psychological Bulletin 72, 323-327. Krippendorff, K. (2011). Computing Krippendorff's alpha-reliability.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Final

from evalcenter import stats
from evalcenter.draws import Draws

Ratings = Sequence[Sequence[str | None]]
"""One row for each item, one column for each rater; None where a rater gave none."""
RESAMPLES: Final = 999
"""So many that the ends of a 95 % interval are the 25th lowest and the 25th highest."""
NO_PAIR: Final = "no item has two ratings"
ONE_CATEGORY: Final = "all ratings are of one category, so chance alone would agree as well"
UNNAMED: Final = "all ratings are of one category and no others were named, so their number is not known"
NO_SPREAD: Final = "no item differs from the others in what it says of agreement; read the share of unanimous items"
_Pattern = tuple[int, ...]
_Deviations = list[tuple[Fraction, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """`part` of `whole` with its exact two-sided interval (Clopper and Pearson).

    Of nothing there is no rate, and the interval is everything.
    """

    part: int
    whole: int
    rate: Decimal | None
    lower: Decimal
    upper: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """Agreement as it stands: the chance that two ratings of an item are the same, and the share of unanimous items.

    `pairs` is the mean over items with at least two ratings; only `unanimous` has an exact interval. With two raters the two
    are the same figure; with more, fewer items are unanimous.
    """

    pairs: Decimal | None
    unanimous: Share
    left_out: int
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """Agreement beyond chance: 1 is perfect, 0 what chance gives. `reason` says why there is no value, or no interval."""

    value: Decimal | None
    lower: Decimal | None
    upper: Decimal | None
    items: int
    left_out: int
    reason: str | None


def share(part: int, whole: int, alpha: Decimal) -> Share:
    """`part` of `whole`; the interval misses the true share with probability at most `alpha`, half of it on each side.

    Raises ValueError unless 0 <= part <= whole and 0 < alpha < 1.
    """
    _check(alpha)
    if whole == part == 0:
        return Share(part=0, whole=0, rate=None, lower=Decimal(0), upper=Decimal(1))
    low, high = stats.lower(part, whole, alpha / 2), stats.upper(part, whole, alpha / 2)
    return Share(part=part, whole=whole, rate=rounded(Fraction(part, whole)), lower=low, upper=high)


def raw(ratings: Ratings, alpha: Decimal) -> Raw:
    """Plain agreement among the raters of the same items. Raises ValueError for ratings that make no table."""
    _, found = _patterns(ratings)
    twice = {pattern: count for pattern, count in found.items() if sum(pattern) >= 2}
    items = sum(twice.values())
    alike = sum(count for pattern, count in twice.items() if max(pattern) == sum(pattern))
    return Raw(
        pairs=rounded(_mean((_alike(pattern), count) for pattern, count in twice.items())) if items else None,
        unanimous=share(alike, items, alpha),
        left_out=found.total() - items,
        reason=None if items else NO_PAIR,
    )


def ac1(ratings: Ratings, alpha: Decimal, categories: Sequence[str] | None = None) -> Coefficient:
    """Gwet's AC1 for two raters or more, with ratings missing.

    Chance is taken from how evenly the categories are used over all rated items, those with one rating included; it stays below
    1/q, which is why AC1 does not collapse where nearly all is of one category, as kappa does.

    Parameters
    ----------
    ratings : sequence of rows
        One row for each item, one column for each rater, None where missing.
    alpha : Decimal
        What the interval may miss, 0 < alpha < 1.
    categories : sequence of str, optional
        All categories that could be given, at least two. Their number counts, used or not. Left out: those that were used.

    Returns
    -------
    Coefficient
        Undefined where no item has two ratings, or where one category is used and no others were named.
    """
    _check(alpha)
    names, found = _patterns(ratings, categories)
    rated = {pattern: count for pattern, count in found.items() if sum(pattern)}
    n, twice = sum(rated.values()), sum(count for pattern, count in rated.items() if sum(pattern) >= 2)
    left_out = found.total() - n
    if not twice or len(names) < 2:
        return _undefined(UNNAMED if twice else NO_PAIR, left_out=found.total())
    use = [
        _mean((Fraction(pattern[at], sum(pattern)), count) for pattern, count in rated.items())
        for at in range(len(names))
    ]
    chance = sum((one * (1 - one) for one in use), Fraction(0)) / (len(names) - 1)
    agreed = sum((_alike(pattern) * count for pattern, count in rated.items()), Fraction(0)) / twice
    value = (agreed - chance) / (1 - chance)
    deviations = []
    for pattern, count in rated.items():
        # as published: how many items have two ratings is taken as fixed, which widens the interval where some have one
        own = Fraction(n, twice) * (_alike(pattern) - chance) if sum(pattern) >= 2 else Fraction(0)
        drawn = sum((k * (1 - one) for k, one in zip(pattern, use, strict=True)), Fraction(0)) / sum(pattern)
        by_chance = 2 * (1 - value) * (drawn / (len(names) - 1) - chance)
        deviations.append(((own - by_chance) / (1 - chance) - value, count))
    return _with_interval(value, deviations, alpha, left_out)


def kappa(ratings: Ratings, alpha: Decimal) -> Coefficient:
    """Cohen's kappa of two raters, over the items that both rated.

    To be read beside AC1: where nearly all is of one category, kappa is low for raters who hardly ever differ. Undefined where both
    use one and the same category throughout. Raises ValueError for other than two raters.
    """
    _check(alpha)
    _patterns(ratings)
    if any(len(row) != 2 for row in ratings):
        raise ValueError(f"kappa is for two raters; got {len(ratings[0])}. Use ac1 or krippendorff_alpha for more")
    pairs = Counter((one, other) for one, other in ratings if one is not None and other is not None)
    n, left_out = pairs.total(), len(ratings) - pairs.total()
    if not n:
        return _undefined(NO_PAIR, left_out=left_out)
    first: Counter[str] = Counter()
    second: Counter[str] = Counter()
    for (one, other), count in pairs.items():
        first[one] += count
        second[other] += count
    chance = Fraction(sum(count * second[name] for name, count in first.items()), n * n)
    if chance == 1:
        return _undefined(ONE_CATEGORY, left_out=left_out, items=n)
    agreed = Fraction(sum(count for (one, other), count in pairs.items() if one == other), n)
    value = (agreed - chance) / (1 - chance)
    deviations = [
        (
            ((one == other) - agreed - (1 - value) * (Fraction(second[one] + first[other], n) - 2 * chance))
            / (1 - chance),
            count,
        )
        for (one, other), count in pairs.items()
    ]
    return _with_interval(value, deviations, alpha, left_out)


def krippendorff_alpha(ratings: Ratings, alpha: Decimal, seed: str, resamples: int = RESAMPLES) -> Coefficient:
    """Krippendorff's alpha for names without an order, two raters or more, with ratings missing.

    Items with one rating or none say nothing and are left out. The interval holds the middle of `resamples` alphas, each of as many
    items drawn with replacement (`Draws(seed, "agreement/alpha")`, items sorted by their counts). A resample in which alpha is not
    defined counts outward on either side; where these alone reach the end, there is no interval. Undefined where all
    ratings are of one category.
    """
    _check(alpha)
    tail = floor((resamples + 1) * Fraction(alpha) / 2)
    if tail < 1:
        raise ValueError(
            f"{resamples} resamples cannot show an interval at alpha {alpha}; expected {ceil(2 / Fraction(alpha)) - 1} at least"
        )
    _, found = _patterns(ratings)
    twice = Counter({pattern: count for pattern, count in found.items() if sum(pattern) >= 2})
    items, left_out = twice.total(), found.total() - twice.total()
    value = _alpha(twice)
    if value is None:
        return _undefined(ONE_CATEGORY if items else NO_PAIR, left_out=left_out, items=items)
    if len(twice) == 1 or value == 1:
        return _coefficient(value, None, items, left_out, NO_SPREAD)
    draws, each = Draws(seed, "agreement/alpha"), sorted(twice.elements())
    drawn = [_alpha(Counter(draws.choices(each, len(each)))) for _ in range(resamples)]
    known = sorted(one for one in drawn if one is not None)
    beyond = resamples - len(known)
    if beyond >= tail:
        return _coefficient(value, None, items, left_out, f"{beyond} of {resamples} resamples are of one category only")
    at = tail - beyond
    return _coefficient(value, (known[at - 1], known[-at]), items, left_out, None)


def rounded(value: Fraction) -> Decimal:
    """A fraction to six decimals, half to even."""
    return Decimal(round(value * 10**stats.DIGITS)).scaleb(-stats.DIGITS)


def _alpha(found: Counter[_Pattern]) -> Fraction | None:
    """Alpha of items with at least two ratings each; None where there is nothing that could differ."""
    used = [sum(pattern[at] * count for pattern, count in found.items()) for at in range(len(next(iter(found), ())))]
    whole = sum(used)
    expected = whole * whole - sum(one * one for one in used)
    if not expected:
        return None
    differing = sum(
        (
            Fraction(count * (sum(pattern) ** 2 - sum(one * one for one in pattern)), sum(pattern) - 1)
            for pattern, count in found.items()
        ),
        Fraction(0),
    )
    return 1 - (whole - 1) * differing / expected


def _patterns(ratings: Ratings, categories: Sequence[str] | None = None) -> tuple[tuple[str, ...], Counter[_Pattern]]:
    """The categories, sorted, and how many items have which counts of them."""
    widths = {len(row) for row in ratings}
    if any(isinstance(row, str) for row in ratings) or len(widths) > 1 or widths & {0, 1}:
        raise ValueError(
            f"expected a row of ratings for each item, all of one length, at least 2; got lengths {sorted(widths)}"
        )
    given = [rating for row in ratings for rating in row if rating is not None]
    odd = next((rating for rating in given if not isinstance(rating, str) or not rating), None)
    if odd is not None:
        raise ValueError(f"{odd!r} is no rating; expected a category's name, or None where there is none")
    if categories is not None and (isinstance(categories, str) or len(set(categories)) < max(2, len(categories))):
        raise ValueError(f"expected at least two categories, each named once; got {categories!r}")
    names = tuple(sorted(set(given) if categories is None else set(categories)))
    unknown = sorted(set(given) - set(names))
    if unknown:
        raise ValueError(f"{unknown[0]!r} is not among the categories {', '.join(names)}")
    rows = (Counter(row) for row in ratings)
    return names, Counter(tuple(row[name] for name in names) for row in rows)


def _alike(pattern: _Pattern) -> Fraction:
    """The share of pairs of an item's ratings that are the same; 0 for a lone rating."""
    m = sum(pattern)
    return Fraction(sum(one * (one - 1) for one in pattern), m * (m - 1)) if m >= 2 else Fraction(0)


def _mean(weighted: Iterable[tuple[Fraction, int]]) -> Fraction:
    held = list(weighted)
    return sum((value * count for value, count in held), Fraction(0)) / sum(count for _, count in held)


def _with_interval(value: Fraction, deviations: _Deviations, alpha: Decimal, left_out: int) -> Coefficient:
    """`value` with a t interval from what each item pulls it by."""
    from scipy.special import stdtrit

    n = sum(count for _, count in deviations)
    variance = sum((one * one * count for one, count in deviations), Fraction(0)) / (n * max(1, n - 1))
    if not variance:
        return _coefficient(value, None, n, left_out, NO_SPREAD)
    steady = Context(prec=2 * stats.DIGITS)  # the last bits of a float differ between platforms
    quantile = Fraction(steady.create_decimal(Decimal(float(stdtrit(n - 1, float(1 - alpha / 2))))))
    wide = Context(prec=40)
    error = Fraction(wide.sqrt(wide.divide(Decimal(variance.numerator), Decimal(variance.denominator))))
    return _coefficient(value, (value - quantile * error, value + quantile * error), n, left_out, None)


def _coefficient(
    value: Fraction, ends: tuple[Fraction, Fraction] | None, items: int, left_out: int, reason: str | None
) -> Coefficient:
    scale, low, high = 10**stats.DIGITS, None, None
    if ends is not None:
        low = Decimal(max(-scale, floor(ends[0] * scale))).scaleb(-stats.DIGITS)
        high = Decimal(min(scale, ceil(ends[1] * scale))).scaleb(-stats.DIGITS)
    return Coefficient(value=rounded(value), lower=low, upper=high, items=items, left_out=left_out, reason=reason)


def _undefined(reason: str, *, left_out: int, items: int = 0) -> Coefficient:
    return Coefficient(value=None, lower=None, upper=None, items=items, left_out=left_out, reason=reason)


def _check(alpha: Decimal) -> None:
    if not 0 < alpha < 1:
        raise ValueError(f"expected 0 < alpha < 1; got {alpha}")
