"""What pairs prove agrees with figures computed elsewhere, and keeps its promise."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalcenter import paired, stats
from evalcenter.paired import Pair, Table
from evalcenter.records import Outcome

ALPHA = Decimal("0.05")
MARGIN = Decimal("0.02")
LOST: Pair = ("pass", "fail")
GAINED: Pair = ("fail", "pass")
SAME: Pair = ("pass", "pass")
OUTCOMES: tuple[Outcome, ...] = ("pass", "fail", "unscored")
PAIRS = st.lists(st.tuples(st.sampled_from(OUTCOMES), st.sampled_from(OUTCOMES)), max_size=40)


def shuffled(n: int, lost: float, gained: float, seed: int, *, again: bool = False) -> list[Pair]:
    """`n` pairs of which these shares changed, in random order; `again` draws with replacement."""
    held = [LOST] * round(n * lost) + [GAINED] * round(n * gained)
    held += [SAME] * (n - len(held))
    rng = np.random.default_rng(seed)
    return [held[at] for at in (rng.integers(0, n, n) if again else rng.permutation(n))]


def test_the_table_counts_every_pair_once() -> None:
    """Two outcomes make one of four cells; what lacks one is unscored."""
    pairs: list[Pair] = [SAME, LOST, LOST, GAINED, ("fail", "fail"), ("unscored", "pass"), ("fail", "unscored")]
    assert paired.table(pairs) == Table(both=1, lost=2, gained=1, neither=1, unscored=2)
    assert paired.table(pairs).pairs == 5


@pytest.mark.parametrize(("lost", "gained"), [(0, 0), (0, 1), (3, 3), (1, 6), (12, 3), (40, 22), (0, 25), (5, 4)])
def test_mcnemar_agrees_with_statsmodels(lost: int, gained: int) -> None:
    """The exact two-sided p is statsmodels'."""
    from statsmodels.stats.contingency_tables import mcnemar

    expected = mcnemar([[7, lost], [gained, 2]], exact=True).pvalue if lost + gained else 1.0
    assert float(paired.mcnemar(lost, gained)) == pytest.approx(min(1.0, expected), abs=1e-6)


@pytest.mark.parametrize(
    ("lost", "gained", "shown"),
    [(0, 54, "p < 0.000001"), (0, 16, "p = 0.000031"), (12, 0, "p = 0.000488"), (0, 0, "p = 1")],
)
def test_no_chance_is_called_nothing(lost: int, gained: int, shown: str) -> None:
    """A p too small for six digits is said to be below them, never to be 0."""
    assert paired.shown(paired.mcnemar(lost, gained)) == shown


@given(PAIRS)
@settings(max_examples=25, deadline=None)
def test_bounds_hold_what_was_observed(pairs: list[Pair]) -> None:
    """The bounds of the difference lie in [-1, 1] around the observed one, and go wider with every unscored outcome."""
    scored = [pair for pair in pairs if "unscored" not in pair]
    found = paired.difference(scored, ALPHA)
    assert -1 <= found.lower <= found.upper <= 1
    if found.observed is not None:
        assert found.lower <= found.observed <= found.upper
    closed = [(("pass" if old == "unscored" else old), ("fail" if new == "unscored" else new)) for old, new in pairs]
    assert paired.difference(pairs, ALPHA).lower == paired.difference(closed, ALPHA).lower  # type: ignore[arg-type]


def test_nothing_is_known_without_pairs() -> None:
    """No pairs: no observed difference, the widest bounds, and an open question."""
    found = paired.difference([], ALPHA)
    assert (found.observed, found.lower, found.upper) == (None, -1, 1)
    assert paired.judge([], MARGIN, ALPHA).answer == "open"


def test_bounds_are_the_engines() -> None:
    """The difference is twice the mean of (1 + new - old) / 2, less one."""
    pairs = shuffled(200, 0.1, 0.05, 1)
    low, high = stats.bounds([(1 + (n == "pass") - (o == "pass")) / 2 for o, n in pairs], ALPHA)
    found = paired.difference(pairs, ALPHA)
    assert (found.observed, found.lower, found.upper) == (Decimal("-0.05"), 2 * low - 1, 2 * high - 1)


MEASURED = {  # shares lost and gained; the answer; mean pairs until then in a full run of 2000
    "4 % flips each way": (0.04, 0.04, "not_worse", 781),
    "better by 2 points": (0.03, 0.05, "not_worse", 300),
    "1 % flips each way": (0.01, 0.01, "not_worse", 367),
    "worse by 5 points": (0.065, 0.015, "worse", 465),
    "worse by 10 points": (0.12, 0.02, "worse", 189),
}


@pytest.mark.parametrize("name", MEASURED)
def test_pairs_until_a_decision_agree_with_the_prototype(name: str) -> None:
    """60 seeded full runs of 2000 pairs end in that answer, after as many pairs on average (within 15 %)."""
    lost, gained, answer, mean = MEASURED[name]
    found = [paired.judge(shuffled(2000, lost, gained, seed), MARGIN, ALPHA, 2000) for seed in range(60)]
    assert {one.answer for one in found} == {answer}
    assert np.mean([one.pairs for one in found]) == pytest.approx(mean, rel=0.15)


def test_independent_pairs_stay_open_more_often() -> None:
    """4 % flips each way, drawn independently: two thirds are decided by 2000 pairs."""
    found = [paired.judge(shuffled(2000, 0.04, 0.04, seed, again=True), MARGIN, ALPHA) for seed in range(60)]
    assert sum(one.answer == "not_worse" for one in found) / 60 == pytest.approx(0.67, abs=0.18)


@pytest.mark.parametrize(("lost", "answer"), [(0.06, "not_worse"), (0.059, "worse")])
def test_wrong_answers_are_rarer_than_alpha(lost: float, answer: str) -> None:
    """Just on the wrong side of the margin, each answer is given wrongly in at most 5 % of full runs (200, two errors allowed)."""
    found = [
        paired.judge(shuffled(400, lost + 0.0025 * (answer == "not_worse"), 0.04, s), MARGIN, ALPHA, 400)
        for s in range(200)
    ]
    assert sum(one.answer == answer for one in found) / 200 <= 0.05 + 2 * (0.05 * 0.95 / 200) ** 0.5


def test_a_full_run_ends_certain() -> None:
    """Once all pairs are read the answer is certain: exactly on the margin is not worse by more than it."""
    pairs = shuffled(100, 0.02, 0.0, 3)
    found = paired.judge(pairs, MARGIN, ALPHA, 100)
    assert (found.answer, found.for_not_worse) == ("not_worse", stats.CERTAIN)


def test_unscored_outcomes_prove_nothing() -> None:
    """A new run without outcomes is neither shown to be worse nor shown not to be."""
    assert paired.judge([("pass", "unscored")] * 400, MARGIN, ALPHA).answer == "open"
    assert paired.judge([("fail", "unscored")] * 400, MARGIN, ALPHA).answer != "worse"


@pytest.mark.parametrize("margin", ["-0.01", "1", "2"])
def test_a_margin_beyond_its_range_is_refused(margin: str) -> None:
    """A margin is a difference of rates from 0 up to, not including, 1."""
    with pytest.raises(ValueError, match="margin"):
        paired.judge([SAME], Decimal(margin), ALPHA)
