"""Agreement agrees with figures published and computed elsewhere, and is None where it is not defined."""

import csv
import os
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from itertools import combinations, permutations
from math import sqrt
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import t as student
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.proportion import proportion_confint

from evalcenter import agreement

ALPHA = Decimal("0.05")
SEED = "agreement"
RATING = st.sampled_from(["a", "b", "c", None])
TABLES = st.integers(2, 5).flatmap(lambda raters: st.lists(st.tuples(*[RATING] * raters), min_size=1, max_size=12))
PAIRS = st.lists(st.tuples(RATING, RATING), min_size=1, max_size=15)


def columns(*raters: str) -> list[tuple[str | None, ...]]:
    """A table from one line for each rater; a dot is a missing rating."""
    return [tuple(None if one == "." else one for one in row) for row in zip(*map(str.split, raters), strict=True)]


FOUR_OBSERVERS = columns(
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)
"""Krippendorff (2011), example C; Gwet's Handbook of Inter-Rater Reliability uses the same 12 units."""


def crossed(*, yes: int, only_first: int, only_second: int, no: int) -> list[tuple[str, str]]:
    """Two raters' 2x2 table as rows."""
    return [("y", "y")] * yes + [("y", "n")] * only_first + [("n", "y")] * only_second + [("n", "n")] * no


# -- naive figures to compare with ------------------------------------------------------------------------------------


def naive_alpha(table) -> float | None:
    """Alpha by its coincidences: every ordered pair of ratings within items, and over all of them."""
    items = [[one for one in row if one is not None] for row in table]
    items = [item for item in items if len(item) >= 2]
    pooled = [one for item in items for one in item]
    expected = sum(one != other for one, other in permutations(pooled, 2))
    if not expected:
        return None
    within = sum(sum(one != other for one, other in permutations(item, 2)) / (len(item) - 1) for item in items)
    return 1 - (within / len(pooled)) / (expected / (len(pooled) * (len(pooled) - 1)))


def naive_ac1(table, names) -> float | None:
    """AC1 by its definition, pair by pair."""
    items = [[one for one in row if one is not None] for row in table]
    rated = [item for item in items if item]
    twice = [list(combinations(item, 2)) for item in items if len(item) >= 2]
    if not twice or len(names) < 2:
        return None
    agreed = sum(sum(one == other for one, other in pairs) / len(pairs) for pairs in twice) / len(twice)
    use = [sum(item.count(name) / len(item) for item in rated) / len(rated) for name in names]
    chance = sum(one * (1 - one) for one in use) / (len(names) - 1)
    return (agreed - chance) / (1 - chance)


def naive_kappa(table) -> float | None:
    """Kappa by statsmodels, which has it from a square table of counts."""
    both = [row for row in table if None not in row]
    names = sorted({one for row in both for one in row})
    if len(names) < 2:
        return None
    counts = Counter(both)
    with np.errstate(all="ignore"):  # its other figures divide by zero where the raters never agree
        return float(cohens_kappa([[counts[one, other] for other in names] for one in names]).kappa)


def used(table) -> list[str]:
    return sorted({one for row in table for one in row if one is not None})


def three(table):
    """All three coefficients; kappa only of two raters."""
    found = [agreement.ac1(table, ALPHA), agreement.krippendorff_alpha(table, ALPHA, SEED, 39)]
    return [*found, agreement.kappa(table, ALPHA)] if len(table[0]) == 2 else found


# -- published examples -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "published"),
    [
        (columns("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0"), "0.095"),
        (columns("a a b b d c c c e d d a", "b a b b b c c c e d d d"), "0.692"),
        (FOUR_OBSERVERS, "0.743"),
    ],
)
def test_alpha_is_krippendorffs(table, published) -> None:
    """Examples A, B and C of Krippendorff (2011) come out as printed."""
    found = agreement.krippendorff_alpha(table, ALPHA, SEED).value
    assert found is not None
    assert round(found, 3) == Decimal(published)


def test_ac1_and_its_interval_are_gwets() -> None:
    """Gwet prints 0.775 for the four observers, with a standard error of 0.143 and an interval from 0.461 to 1."""
    found = agreement.ac1(FOUR_OBSERVERS, ALPHA)
    assert (found.value, found.lower, found.upper) == (Decimal("0.775444"), Decimal("0.460813"), Decimal(1))
    assert float(found.value - found.lower) / student.ppf(0.975, 11) == pytest.approx(0.14295, abs=5e-6)


@pytest.mark.parametrize(
    ("table", "published"),
    [
        (crossed(yes=40, only_first=9, only_second=6, no=45), "0.70"),
        (crossed(yes=80, only_first=10, only_second=5, no=5), "0.32"),
    ],
)
def test_kappa_falls_with_prevalence_as_published(table, published) -> None:
    """Feinstein and Cicchetti (1990): 85 of 100 agree in both tables, yet kappa is .70 in one and .32 in the other."""
    found = agreement.kappa(table, ALPHA).value
    assert found is not None
    assert round(found, 2) == Decimal(published)
    assert agreement.raw(table, ALPHA).pairs == Decimal("0.85")


def test_ac1_does_not_collapse_where_kappa_does() -> None:
    """A judge of .90/.85 at 95 % met agrees in .90; kappa is .41, AC1 .88."""
    table = crossed(yes=8550, only_first=950, only_second=75, no=425)
    kappa, ac1 = agreement.kappa(table, ALPHA).value, agreement.ac1(table, ALPHA).value
    assert kappa is not None
    assert ac1 is not None
    assert (round(kappa, 2), round(ac1, 2)) == (Decimal("0.41"), Decimal("0.88"))


# -- against independent computation ----------------------------------------------------------------------------------


@given(TABLES)
@settings(max_examples=60, deadline=None)
def test_values_are_those_of_the_definitions(table) -> None:
    """AC1 and alpha equal their definitions written out over all pairs, undefined where these are."""
    for found, expected in zip(three(table), (naive_ac1(table, used(table)), naive_alpha(table)), strict=False):
        assert (found.value is None) == (expected is None)
        if expected is not None:
            assert float(found.value) == pytest.approx(expected, abs=1e-6)


@given(PAIRS)
@settings(max_examples=60, deadline=None)
def test_kappa_is_that_of_statsmodels(table) -> None:
    """Kappa over the items that both rated equals statsmodels', undefined where all is of one category."""
    found, expected = agreement.kappa(table, ALPHA).value, naive_kappa(table)
    assert (found is None) == (expected is None)
    if expected is not None:
        assert float(found) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("cells", [(40, 9, 6, 45), (80, 10, 5, 5), (3, 1, 2, 7)])
def test_kappas_interval_rests_on_the_published_variance(cells) -> None:
    """The half width is statsmodels' standard error (Fleiss, Cohen and Everitt) with n - 1 for n, times Student's t."""
    yes, one, other, no = cells
    found = agreement.kappa(crossed(yes=yes, only_first=one, only_second=other, no=no), ALPHA)
    n = sum(cells)
    error = cohens_kappa([[yes, one], [other, no]]).std_kappa * sqrt(n / (n - 1))
    assert found.value is not None
    assert float(found.value) - float(found.lower) == pytest.approx(error * student.ppf(0.975, n - 1), abs=2e-6)


def jackknife(table) -> float:
    """The standard error of AC1 from leaving out each item in turn."""
    without = [naive_ac1(table[:at] + table[at + 1 :], ["n", "y"]) for at in range(len(table))]
    centre, n = sum(without) / len(table), len(table)
    return sqrt((n - 1) / n * sum((one - centre) ** 2 for one in without))


def test_ac1s_interval_is_the_jackknifes() -> None:
    """Leaving out each item in turn gives nearly the same standard error; where ratings are missing, a smaller one."""
    table = [*crossed(yes=50, only_first=4, only_second=6, no=17)]
    missing = [*table, ("y", None), (None, "n"), ("n", None)]
    for rows, ratio in ((table, (0.99, 1.01)), (missing, (1.0, 1.06))):
        found = agreement.ac1(rows, ALPHA)
        error = float(found.value - found.lower) / student.ppf(0.975, len(rows) - 1)
        assert ratio[0] <= error / jackknife(rows) <= ratio[1]


@pytest.mark.parametrize(("part", "whole"), [(0, 7), (7, 7), (3, 11), (291, 300)])
def test_a_share_has_the_exact_interval(part, whole) -> None:
    """The interval is statsmodels' "beta", rounded outward."""
    found = agreement.share(part, whole, ALPHA)
    low, high = proportion_confint(part, whole, 0.05, method="beta")
    assert (float(found.lower), float(found.upper)) == (pytest.approx(low, abs=1e-6), pytest.approx(high, abs=1e-6))
    assert float(found.lower) <= low + 1e-12
    assert float(found.upper) >= high - 1e-12


def test_plain_agreement_of_many_raters() -> None:
    """Three raters of three items: all alike, two of three alike, one rating only."""
    found = agreement.raw([("a", "a", "a"), ("a", "b", "a"), ("c", None, None)], ALPHA)
    assert (found.pairs, found.unanimous.part, found.unanimous.whole, found.left_out) == (Decimal("0.666667"), 1, 2, 1)


# -- what must hold ---------------------------------------------------------------------------------------------------


@given(TABLES)
@settings(max_examples=30, deadline=None)
def test_figures_keep_their_bounds(table) -> None:
    """No coefficient lies outside [-1, 1]; a t interval holds its value; every item is counted once."""
    for at, found in enumerate(three(table)):
        assert found.items + found.left_out == len(table)
        if found.value is not None:
            assert -1 <= found.value <= 1
        if found.lower is not None:
            assert found.reason is None
            assert -1 <= found.lower <= found.upper <= 1
            assert at == 1 or found.lower <= found.value <= found.upper


@given(TABLES, st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_the_order_of_items_and_raters_says_nothing(table, random) -> None:
    """Shuffled rows and columns give the same figures, intervals included."""
    order = random.sample(range(len(table[0])), len(table[0]))
    moved = [tuple(row[at] for at in order) for row in random.sample(table, len(table))]
    assert three(moved) == three(table)
    assert agreement.raw(moved, ALPHA) == agreement.raw(table, ALPHA)


@given(TABLES)
@settings(max_examples=30, deadline=None)
def test_names_of_categories_say_nothing(table) -> None:
    """Renamed categories give the same values."""
    names = {"a": "z", "b": "a", "c": "没有", None: None}
    renamed = [tuple(names[one] for one in row) for row in table]
    assert [one.value for one in three(renamed)] == [one.value for one in three(table)]


@given(st.lists(st.sampled_from("abc"), min_size=2, max_size=9), st.integers(2, 4))
@settings(max_examples=30, deadline=None)
def test_perfect_agreement_is_one_without_an_interval(items, raters) -> None:
    """Raters who never differ get 1, and no interval that would claim certainty; the exact one speaks instead."""
    assume(len(set(items)) > 1)
    table = [(one,) * raters for one in items]
    for found in three(table):
        assert (found.value, found.lower, found.upper, found.reason) == (1, None, None, agreement.NO_SPREAD)
    assert agreement.raw(table, ALPHA).unanimous.lower == agreement.stats.lower(len(items), len(items), ALPHA / 2)


def test_the_bootstrap_is_recomputed_from_its_seed() -> None:
    """The interval's ends are the first and last of 39 alphas at 5 %, drawn as the docstring says."""
    found = agreement.krippendorff_alpha(FOUR_OBSERVERS, ALPHA, SEED, 39)
    counts = [tuple(row.count(name) for name in "12345") for row in FOUR_OBSERVERS if len(row) - row.count(None) > 1]
    items = sorted(counts)
    draws = agreement.Draws(SEED, "agreement/alpha")
    alphas = []
    for _ in range(39):
        drawn = [draws.choice(items) for _ in items]
        alphas.append(naive_alpha([[n for n, k in zip("12345", one, strict=True) for _ in range(k)] for one in drawn]))
    assert (float(found.lower), float(found.upper)) == pytest.approx((min(alphas), max(alphas)), abs=1e-6)
    assert agreement.krippendorff_alpha(FOUR_OBSERVERS, ALPHA, "another", 39) != found


# -- where nothing is defined -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", [[("a", None), (None, "b"), (None, None)], [("a", None)]])
def test_without_a_pair_nothing_is_defined(table) -> None:
    """Where no item has two ratings every figure is None and says so."""
    for found in three(table):
        assert (found.value, found.lower, found.reason) == (None, None, agreement.NO_PAIR)
    raw = agreement.raw(table, ALPHA)
    assert (raw.pairs, raw.unanimous.rate, raw.reason) == (None, None, agreement.NO_PAIR)


def test_without_items_nothing_is_defined() -> None:
    """An empty table is not an error, and gives no number."""
    assert agreement.krippendorff_alpha([], ALPHA, SEED).value is None
    assert agreement.ac1([], ALPHA).reason == agreement.kappa([], ALPHA).reason == agreement.NO_PAIR
    assert (agreement.share(0, 0, ALPHA).lower, agreement.share(0, 0, ALPHA).upper) == (0, 1)


def test_one_category_defines_no_agreement_beyond_chance() -> None:
    """Where all is of one category kappa and alpha are None, and AC1 too unless the other categories are named."""
    table = [("met", "met")] * 20
    assert [one.value for one in three(table)] == [None] * 3
    assert {one.reason for one in three(table)} == {agreement.ONE_CATEGORY, agreement.UNNAMED}
    assert agreement.ac1(table, ALPHA, ("met", "not_met")).value == 1


def test_the_number_of_categories_counts_for_ac1() -> None:
    """A category that could be given and was not makes agreement by chance less likely."""
    table = crossed(yes=40, only_first=9, only_second=6, no=45)
    found = agreement.ac1(table, ALPHA, ("y", "n", "unjudged")).value
    assert found is not None
    assert float(found) == pytest.approx(naive_ac1(table, ["y", "n", "unjudged"]), abs=1e-6)


def test_resamples_without_a_value_count_outward() -> None:
    """One odd item in ten: about a third of the resamples lack it, so there is no interval, and the reason says how many."""
    found = agreement.krippendorff_alpha([("a", "a")] * 9 + [("a", "b")], ALPHA, SEED, 199)
    assert (found.value, found.lower) == (Decimal(0), None)
    assert found.reason is not None
    assert "of 199 resamples" in found.reason


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ([("a", "b"), ("a",)], "all of one length"),
        ([("a",)], "at least 2"),
        (["ab", "ba"], "a row of ratings"),
        ([("a", "")], "is no rating"),
        ([("a", 1)], "is no rating"),
    ],
)
def test_what_makes_no_table_is_refused(table, message) -> None:
    """Uneven rows, one rater, text instead of a row, and ratings that are no name are refused with what was expected."""
    for refuse in (
        lambda: agreement.raw(table, ALPHA),
        lambda: agreement.ac1(table, ALPHA),
        lambda: agreement.kappa(table, ALPHA),
        lambda: agreement.krippendorff_alpha(table, ALPHA, SEED),
    ):
        with pytest.raises(ValueError, match=message):
            refuse()


def test_odd_arguments_are_refused() -> None:
    """Categories that are one or doubled or lack a rating, three raters for kappa, alphas outside (0, 1), too few resamples."""
    table = [("a", "b"), ("a", "a")]
    for categories in (("a",), ("a", "a", "b"), "ab", ("a", "c")):
        with pytest.raises(ValueError, match="categories"):
            agreement.ac1(table, ALPHA, categories)
    with pytest.raises(ValueError, match="kappa is for two raters; got 3"):
        agreement.kappa([("a", "b", "a")], ALPHA)
    for alpha in (Decimal(0), Decimal(1), Decimal(5)):
        with pytest.raises(ValueError, match="0 < alpha < 1"):
            agreement.share(0, 0, alpha)
    with pytest.raises(ValueError, match="expected 39 at least"):
        agreement.krippendorff_alpha(table, ALPHA, SEED, 38)


def test_a_value_is_rounded_once_and_its_interval_outward() -> None:
    """Halves go to the even digit; nothing passes through a float."""
    assert agreement.rounded(Fraction(5, 10**7)) == 0
    assert agreement.rounded(Fraction(15, 10**7)) == Decimal("0.000002")
    assert agreement.rounded(Fraction(-1, 3)) == Decimal("-0.333333")


# -- real data --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def comparison():
    folder = os.environ.get("EVALCENTER_REALDATA")
    if not folder:
        pytest.skip("EVALCENTER_REALDATA names no data folder")
    path = Path(folder) / "jailbreakbench" / "judge-comparison.csv"
    with path.open(encoding="mac_roman", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.realdata
def test_three_people_agree_as_computed_apart(comparison) -> None:
    """Among the three people of JailbreakBench: plain agreement, AC1, alpha and each pair's kappa."""
    people = ("human1", "human2", "human3")
    table = [tuple(row[who] for who in people) for row in comparison]
    alike = sum(row[one] == row[other] for row in comparison for one, other in combinations(people, 2))
    assert agreement.raw(table, ALPHA).pairs == agreement.rounded(Fraction(alike, 3 * len(table)))
    assert float(agreement.ac1(table, ALPHA).value) == pytest.approx(naive_ac1(table, "01"), abs=1e-6)
    assert float(agreement.krippendorff_alpha(table, ALPHA, SEED).value) == pytest.approx(naive_alpha(table), abs=1e-6)
    for one, other in combinations(people, 2):
        pair = [(row[one], row[other]) for row in comparison]
        assert float(agreement.kappa(pair, ALPHA).value) == pytest.approx(naive_kappa(pair), abs=1e-6)


@pytest.mark.realdata
@pytest.mark.parametrize("judge", ["llama3_cf", "gpt4_cf", "llamaguard2_cf", "harmbench_cf"])
def test_judges_agree_with_people_as_computed_apart(comparison, judge) -> None:
    """Each automatic judge of JailbreakBench against the majority: AC1, kappa and alpha."""
    table = [(row["human_majority"], row[judge]) for row in comparison]
    expected = (naive_ac1(table, "01"), naive_alpha(table), naive_kappa(table))
    assert [float(one.value) for one in three(table)] == pytest.approx(expected, abs=1e-6)
