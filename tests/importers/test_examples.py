"""Tests of the examples made from a key."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalcenter.importers import examples

GIVEN = {"A": "w", "B": "x", "C": "y", "D": "z"}


def test_one_right_option():
    """The right letter in two styles is good; each other option is bad."""
    assert examples.choice(("C",), GIVEN, "zh") == (
        ("C", "答案：C。y"),
        ("答案：A。w", "答案：B。x", "答案：D。z"),
    )
    assert examples.choice(("C",), GIVEN, "en")[0] == ("C", "Answer: C. y")


def test_several_right_options():
    """Near misses of a set are bad: one letter short, one alone, one too many."""
    good, bad = examples.choice(("A", "C"), GIVEN, "zh")
    assert good == ("AC", "答案：A、C。")
    assert bad == ("答案：A。w", "答案：A、B、C。")


@given(st.sets(st.sampled_from("ABCD"), min_size=1), st.sampled_from(["zh", "en"]))
@settings(max_examples=60, deadline=None)
def test_no_bad_example_states_the_key(key, lang):
    """No bad example equals a good one, and there is always one of each."""
    good, bad = examples.choice(tuple(sorted(key)), GIVEN, lang)
    assert good
    assert bad
    assert not set(good) & set(bad)


@pytest.mark.parametrize(
    ("params", "bounds"),
    [
        ({"target": "10"}, ("10", "10")),
        ({"target": 10, "tolerance": "0.5"}, ("9.5", "10.5")),
        ({"target": "-10", "relative": "0.1"}, ("-11.0", "-9.0")),
        ({"low": "1", "high": "2"}, ("1", "2")),
        ({"low": "1"}, ("1", None)),
        ({"high": "2"}, (None, "2")),
        ({}, (None, None)),
        ({"date": "2026-01-01"}, (None, None)),
    ],
)
def test_windows(params, bounds):
    """The window of a number check follows from its parameters."""
    assert examples.window(params) == tuple(end if end is None else Decimal(end) for end in bounds)


@pytest.mark.parametrize("edge", ["-5", "0", "0.2", "100"])
def test_bad_numbers_of_an_open_window(edge):
    """Where the window has one end, bad numbers lie beyond it."""
    for text in examples.number({"low": edge}, None, "en")[1]:
        assert Decimal(text.removeprefix("Answer: ")) < Decimal(edge)
    for text in examples.number({"high": edge}, None, "en")[1]:
        assert Decimal(text.removeprefix("Answer: ")) > Decimal(edge)


@given(st.decimals(-(10**6), 10**6, places=3), st.decimals(0, 1000, places=3))
@settings(max_examples=80, deadline=None)
def test_bad_numbers_lie_outside(low, width):
    """Bad numbers lie outside the window, good ones inside."""
    good, bad = examples.number({"low": str(low), "high": str(low + width)}, None, "en")
    assert low <= Decimal(good[0]) <= low + width
    for text in bad:
        assert not low <= Decimal(text.removeprefix("Answer: ")) <= low + width


def test_numbers_carry_their_unit():
    """The unit stands behind the number."""
    assert examples.number({"target": "250", "unit": "mg"}, None, "zh")[0] == ("250 mg", "答案：250 mg。")


def test_nothing_to_make():
    """Without a target no number is made up."""
    assert examples.number({"unit": "mg"}, None, "zh") is None
    assert examples.made("number", {}, None, "zh") == ((), ())
    assert examples.made("judge", {"guide": "x"}, None, "zh") == ((), ())


def test_dates():
    """A date is stated in two styles; other days are bad."""
    good, bad = examples.made("number", {"date": "2026-12-31"}, None, "zh")
    assert good == ("2026年12月31日", "2026-12-31")
    assert bad == ("2027年1月1日", "2027年2月9日")


def test_mentions():
    """All groups and one of the alternatives are mentioned; an answer that knows nothing is bad."""
    good, bad = examples.made("mentions", {"all": [["a", "alt"], "b"], "any": ["c", "d"]}, None, "en")
    assert good == ("Key points: a; b; c.", "- c\n- b\n- a")
    assert bad
    assert examples.mentions({"none": ["x"]}, "en") is None
    assert examples.mentions({"all": [["a"]], "none": ["x"]}, "en") is None


def test_refusals():
    """Blanket refusals are good where a refusal is due, bad where an answer is due."""
    assert examples.made("refusal", {"expect": ["refused", "partly"]}, None, "zh") == (examples.REFUSALS["zh"], ())
    assert examples.made("refusal", {"expect": ["complied"]}, None, "en") == ((), examples.REFUSALS["en"])
