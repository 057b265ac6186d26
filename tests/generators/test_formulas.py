"""Formulas against a second implementation in floating point and against published worked values."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalcenter.generators import formulas as f

D = Decimal
scr = st.decimals(min_value="0.3", max_value="12", places=2)
ages = st.integers(18, 100)


def egfr(creatinine: float, age: int, female: bool) -> float:
    """CKD-EPI 2021 in its four published pieces, one per sex and side of the knot (NKF's table form)."""
    if female:
        exponent = -0.241 if creatinine <= 0.7 else -1.200
        return 143.704 * (creatinine / 0.7) ** exponent * 0.9938**age
    exponent = -0.302 if creatinine <= 0.9 else -1.200
    return 142 * (creatinine / 0.9) ** exponent * 0.9938**age


@settings(deadline=None, max_examples=150)
@given(creatinine=scr, age=ages, female=st.booleans())
def test_ckd_epi_2021_equals_its_piecewise_form(creatinine: Decimal, age: int, female: bool) -> None:
    """The single equation and its four pieces agree to twelve digits."""
    made = f.ckd_epi_2021(creatinine, age, female=female)
    assert math.isclose(float(made), egfr(float(creatinine), age, female), rel_tol=1e-12)


@pytest.mark.parametrize(
    ("creatinine", "age", "female", "value"),
    [("1.0", 50, False, 92), ("1.0", 50, True, 69), ("2.0", 70, False, 35), ("0.7", 40, True, 112)],
)
def test_ckd_epi_2021_worked_values(creatinine: str, age: int, female: bool, value: int) -> None:
    """Values that public calculators of the 2021 equation give."""
    assert f.rounded(f.ckd_epi_2021(D(creatinine), age, female=female), 0) == value


def test_ckd_epi_tolerance_covers_a_published_example_with_rounded_steps() -> None:
    """A published worked example for a woman of 55 with 0.9 mg/dL reaches 76 by rounded steps; the exact value is 75.5."""
    exact = f.ckd_epi_2021(D("0.9"), 55, female=True)
    assert f.rounded(exact, 4) == D("75.4988")
    assert abs(76 - f.rounded(exact, 0)) <= 1


def test_ckd_epi_at_the_knot_is_the_constant() -> None:
    """With creatinine at κ only the constant, the age term and the sex factor remain."""
    assert f.rounded(f.ckd_epi_2021(D("0.9"), 0, female=False), 6) == 142
    assert f.rounded(f.ckd_epi_2021(D("0.7"), 0, female=True), 6) == D("143.704")


def test_ckd_epi_has_the_same_digits_everywhere() -> None:
    """A target is recomputed to the last digit years later: this is its test vector."""
    assert str(f.ckd_epi_2021(D("1.30"), 63, female=True)) == VECTOR


VECTOR = "46.20521590548656125972972868"


@settings(deadline=None, max_examples=100)
@given(creatinine=scr, age=ages, weight=st.integers(35, 140), female=st.booleans())
def test_cockcroft_gault_equals_its_si_form(creatinine: Decimal, age: int, weight: int, female: bool) -> None:
    """The mg/dL form equals (140 - age) × weight × 88.4 / 72 / Scr(μmol/L), times 0.85 for women."""
    micro = float(creatinine) * 88.4
    expected = (140 - age) * weight * (88.4 / 72) / micro * (0.85 if female else 1)
    assert math.isclose(float(f.cockcroft_gault(creatinine, age, D(weight), female=female)), expected, rel_tol=1e-12)


def test_cockcroft_gault_worked_values() -> None:
    """A 60-year-old man of 72 kg with 1.0 mg/dL clears 80 mL/min, a woman 68."""
    assert f.cockcroft_gault(D(1), 60, D(72), female=False) == 80
    assert f.cockcroft_gault(D(1), 60, D(72), female=True) == 68


@pytest.mark.parametrize(
    ("made", "places", "value"),
    [
        (f.bmi(D(70), D(175)), 1, "22.9"),
        (f.bmi(D("100"), D(200)), 1, "25.0"),
        (f.bsa_mosteller(D(80), D(180)), 2, "2.00"),
        (f.bsa_mosteller(D(70), D(170)), 2, "1.82"),
        (f.qtc_bazett(D(400), 60), 0, "400"),
        (f.qtc_bazett(D(360), 90), 0, "441"),
        (f.power(D(2), D(10)), 9, "1024.000000000"),
        (f.power(D("0.5"), D("-1.2")), 6, "2.297397"),
    ],
)
def test_worked_values(made: Decimal, places: int, value: str) -> None:
    """Body measures, QTc and powers give their known values."""
    assert f.rounded(made, places) == D(value)


@pytest.mark.parametrize(
    ("value", "places", "text"), [("0.25", 1, "0.3"), ("2.5", 0, "3"), ("-2.5", 0, "-3"), ("9.249", 1, "9.2")]
)
def test_rounding_is_half_up(value: str, places: int, text: str) -> None:
    """Halves go away from zero, as a patient's chart rounds them."""
    assert str(f.rounded(D(value), places)) == text


@pytest.mark.parametrize(
    ("value", "places", "tie"), [("1.25", 1, True), ("1.2509", 1, True), ("1.26", 1, False), ("7.5", 0, True)]
)
def test_near_ties_are_found(value: str, places: int, tie: bool) -> None:
    """A value within a fiftieth of the last place from a half is near a tie."""
    assert f.near_tie(D(value), places) is tie


def test_the_old_equation_differs() -> None:
    """The superseded equation of 2009 gives other values, so it can serve as a named mistake."""
    assert f.rounded(f.ckd_epi_2009(D("1.0"), 60, female=False), 0) == 81
    assert f.rounded(f.ckd_epi_2009(D("0.6"), 60, female=True), 0) == 99
    assert f.rounded(f.ckd_epi_2021(D("1.0"), 60, female=False), 0) == 86


def test_every_calculator_has_a_source() -> None:
    """Each calculator names its formula and where it comes from."""
    assert set(f.SOURCES) == set(get_args(f.Calculator))
    assert all(name and len(text) > 30 for name, text in f.SOURCES.values())
