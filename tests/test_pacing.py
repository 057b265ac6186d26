"""Concurrency, rate limits and budgets, as rules over a clock that the test moves."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalcenter.pacing import BURST_S, FIRST_GUESS, Budget, Pace, Rate, Spent, tokens
from evalcenter.records import Answer, Price

PRICE = Price(currency="CNY", prompt=Decimal(2), completion=Decimal(8))
SECONDS = st.floats(0, 5, allow_nan=False)


def started(rate: Rate, gaps: list[float], units: list[int]) -> list[tuple[float, int]]:
    """When each of these wishes is let through, each coming so long after the one before was."""
    now, out = 0.0, []
    for gap, wanted in zip(gaps, units, strict=True):
        now += gap
        now += rate.wait(now)
        rate.take(now, wanted)
        out.append((now, wanted))
    return out


@settings(deadline=None)
@given(st.integers(1, 600), st.lists(SECONDS, min_size=1, max_size=200))
def test_no_minute_holds_more_than_the_rate_and_one_burst(per_minute: int, gaps: list[float]) -> None:
    """In every span of time, no more units start than the rate gives it, a second's worth and the one that crosses."""
    let_through = started(Rate(per_minute), gaps, [1] * len(gaps))
    for first in range(len(let_through)):
        for last in range(first, len(let_through)):
            span = let_through[last][0] - let_through[first][0]
            assert last - first + 1 <= (span + BURST_S) * per_minute / 60 + 2 + 1e-6


@settings(deadline=None)
@given(st.integers(1, 600), st.lists(SECONDS, min_size=1, max_size=50))
def test_a_rate_is_used_up(per_minute: int, gaps: list[float]) -> None:
    """Nothing waits longer than until the next unit is free."""
    rate = Rate(per_minute)
    now = 0.0
    for gap in gaps:
        now += gap
        wait = rate.wait(now)
        assert wait <= 60 / per_minute * 2
        now += wait
        rate.take(now)


def test_no_rate_never_waits() -> None:
    """Without a limit nothing waits."""
    rate = Rate(None)
    rate.take(0.0, 10**9)
    assert rate.wait(0.0) == 0


def test_units_given_back_are_free_again() -> None:
    """A call that took fewer tokens than expected gives the rest back."""
    kept, given_back = Rate(60), Rate(60)
    for rate in (kept, given_back):
        rate.take(0.0, 30)
    given_back.take(0.0, -20)
    assert (kept.wait(0.0), given_back.wait(0.0)) == (30 - BURST_S, 10 - BURST_S)


# -- concurrency ------------------------------------------------------------------------------------------------------


def test_push_back_halves() -> None:
    """An endpoint that pushes back gets half as many calls at once."""
    pace = Pace(16)
    pace.pushed_back(10.0, 9.0, None)
    assert (pace.room(7), pace.room(8)) == (True, False)


def test_calls_that_were_under_way_together_halve_once() -> None:
    """One overload is one reason to back off, however many calls it refuses."""
    pace = Pace(16)
    for late in range(16):
        pace.pushed_back(10.0 + late / 100, 9.0, None)
    assert pace.allowed == 8


def test_fixed_concurrency_stays() -> None:
    """In the fixed mode a refusal changes nothing but the pause."""
    pace = Pace(16, adaptive=False)
    pace.pushed_back(10.0, 9.0, 3.0)
    assert (pace.allowed, pace.wait(10.0)) == (16, 3.0)


def test_growth_is_one_for_each_round() -> None:
    """A full round of answers lets one more call in."""
    pace = Pace(16)
    pace.pushed_back(10.0, 9.0, None)
    for _ in range(9):
        pace.went_well()
    assert int(pace.allowed) == 9


@settings(deadline=None)
@given(st.integers(1, 64), st.lists(st.one_of(st.none(), SECONDS), max_size=300))
def test_concurrency_stays_within_its_bounds(most: int, happened: list[float | None]) -> None:
    """Whatever happens, at least one call may be in flight and never more than the limit."""
    pace = Pace(most)
    now = 0.0
    for gap in happened:
        if gap is None:
            pace.went_well()
        else:
            now += gap
            pace.pushed_back(now, now, None)
        assert pace.room(0)
        assert not pace.room(most)


def test_retry_after_holds_every_call_back() -> None:
    """A pause holds for the endpoint, and a shorter one does not end it."""
    pace = Pace(4)
    pace.pushed_back(10.0, 9.0, 30.0)
    pace.pushed_back(11.0, 9.0, 1.0)
    assert (pace.wait(11.0), pace.wait(40.0)) == (29.0, 0.0)


def test_rate_and_pause_both_hold() -> None:
    """The longest reason to wait counts."""
    pace = Pace(4, requests=6)
    pace.started(0.0, 0)
    pace.pushed_back(0.0, 0.0, 2.0)
    assert pace.wait(0.0) == 10 - BURST_S


# -- budgets ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("budget", "words"),
    [
        (Budget(calls=3), "the budget of 3 calls is spent"),
        (Budget(tokens=200), "the budget of 200 tokens is spent"),
        (Budget(money=Decimal("0.0005")), "the budget of 0.0005 CNY is spent"),
        (Budget(), ""),
        (Budget(calls=4, tokens=201, money=Decimal("0.001")), ""),
    ],
)
def test_budget(budget: Budget, words: str) -> None:
    """One more call is refused once a part of the budget is reached; 150 and 50 tokens cost 2 and 8 a million."""
    spent = Spent(calls=3, prompt=150, completion=50, answers=2)
    assert spent.over(budget, PRICE) == words


def test_calls_in_flight_count_against_a_budget() -> None:
    """What is in flight is counted at what calls have taken so far."""
    spent = Spent(calls=2, prompt=150, completion=50, answers=2)
    assert [bool(spent.over(Budget(tokens=500), PRICE, flying)) for flying in (2, 3)] == [False, True]


def test_money_without_a_price_is_no_limit() -> None:
    """Where nothing has a price, nothing is spent."""
    assert Spent(calls=1, prompt=10, completion=10, answers=1).over(Budget(money=Decimal(1)), None) == ""


def test_usual_before_anything_is_known() -> None:
    """Before the first answer a call is taken for a usual one."""
    assert Spent().usual == FIRST_GUESS


@pytest.mark.parametrize(
    ("answer", "counted"),
    [
        (Answer(text="abc", prompt_tokens=7, completion_tokens=2), (7, 2)),
        (Answer(text="abc", reasoning="wxyz"), (40, 7)),
        (Answer(text="", prompt_tokens=0, completion_tokens=0), (0, 0)),
    ],
)
def test_tokens(answer: Answer, counted: tuple[int, int]) -> None:
    """Tokens are the endpoint's; where it names none, one a character."""
    assert tokens(40, answer) == counted
