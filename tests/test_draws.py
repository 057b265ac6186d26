"""Draws are recomputable, unbiased and separate."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalcenter.draws import Draws


def test_vector_of_the_first_words() -> None:
    """The first four numbers below 2**64 of a named stream are the words of SHA-256 of its documented block."""
    draws = Draws("seed", "purpose")
    assert [draws.below(1 << 64) for _ in range(4)] == [
        11079172594305029685,
        10897314350321169026,
        14458469603726378078,
        11492889736228050826,
    ]


def test_vector_of_a_shuffle() -> None:
    """A shuffle of ten has one documented outcome for a seed."""
    assert Draws("1", "order").shuffled(range(10)) == [9, 8, 6, 5, 0, 2, 1, 7, 4, 3]


@given(st.text(), st.integers(1, 1000))
def test_below_stays_below(seed: str, n: int) -> None:
    """A draw below n lies between 0 and n - 1."""
    assert 0 <= Draws(seed, "p").below(n) < n


@given(st.text(max_size=5), st.lists(st.integers(), max_size=30))
def test_shuffle_is_a_permutation(seed: str, values: list[int]) -> None:
    """Shuffling neither drops nor adds anything."""
    assert Counter(values) == Counter(Draws(seed, "p").shuffled(values))


@given(st.text(max_size=5), st.integers(0, 20))
def test_sample_has_no_repeats(seed: str, count: int) -> None:
    """A sample holds different things."""
    drawn = Draws(seed, "p").sample(range(20), count)
    assert count == len(set(drawn)) == len(drawn)


@given(st.text(max_size=5), st.integers(1, 40), st.integers(0, 20))
def test_many_choices_are_so_many_choices(seed: str, options: int, count: int) -> None:
    """Drawn together or one by one, the same come up, and the stream goes on at the same place."""
    one, many = Draws(seed, "p"), Draws(seed, "p")
    assert many.choices(range(options), count) == [one.choice(range(options)) for _ in range(count)]
    assert many.below(1 << 64) == one.below(1 << 64)


def test_purposes_are_separate() -> None:
    """What one purpose draws does not depend on what another drew."""
    first = Draws("s", "a")
    second = Draws("s", "b")
    alone = [Draws("s", "b").below(100)]
    first.below(100)
    assert alone == [second.below(100)]


def test_no_value_is_favoured() -> None:
    """Over 6,000 throws of a die every face comes up between 900 and 1,100 times."""
    draws = Draws("die", "throws")
    faces = Counter(draws.below(6) for _ in range(6000))
    assert all(900 <= faces[face] <= 1100 for face in range(6))


def test_between_keeps_the_step() -> None:
    """A draw between bounds lies on the grid of its step and reaches both ends."""
    draws = Draws("s", "p")
    assert {10, 15, 20} == {draws.between(10, 22, 5) for _ in range(100)}


def test_coin_has_its_probability() -> None:
    """A coin with 1 in 4 falls true about a quarter of the time."""
    draws = Draws("s", "coin")
    assert 900 <= sum(draws.coin(1, 4) for _ in range(4000)) <= 1100


@pytest.mark.parametrize("n", [0, -1, (1 << 64) + 1])
def test_below_refuses(n: int) -> None:
    """There is nothing to draw below 0, and no word is longer than 64 bits."""
    with pytest.raises(ValueError, match="cannot draw below"):
        Draws("s", "p").below(n)


def test_sample_refuses_more_than_there_is() -> None:
    """Ten cannot be drawn from three."""
    with pytest.raises(ValueError, match="cannot draw 10 from 3"):
        Draws("s", "p").sample(range(3), 10)
