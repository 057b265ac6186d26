"""Formulas against a second implementation in floating point and against published worked values."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalcenter.generators import formula_sources
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
    assert list(formula_sources.SOURCES) == list(get_args(formula_sources.Calculator))
    assert all(len(text) > 30 for text in formula_sources.SOURCES.values())


# -- salts and gaps ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sodium", "glucose", "factor", "step", "value"),
    [
        (130, "600", "1.6", "100", "138"),  # 130 + 1.6 × 5
        (130, "600", "2.4", "100", "142"),  # 130 + 2.4 × 5
        (128, "33.6", "1.6", "5.6", "136"),  # 33.6 is six times 5.6: 128 + 1.6 × 5
        (135, "100", "2.4", "100", "135"),
    ],
)
def test_corrected_sodium_worked_values(sodium: int, glucose: str, factor: str, step: str, value: str) -> None:
    """Katz adds 1.6 and Hillier 2.4 mmol/L for each step of glucose above the first one."""
    assert f.corrected_sodium(D(sodium), D(glucose), D(factor), D(step)) == D(value)


@pytest.mark.parametrize(
    ("parts", "value"),
    [
        ([(D(90), D(18)), (D(14), D("2.8"))], 290),  # 280 + 5 + 5
        ([(D(5), D(1)), (D(5), D(1))], 290),
        ([(D(90), D(18)), (D(14), D("2.8")), (D(92), D("4.6"))], 310),  # + 20
    ],
)
def test_osmolality_worked_values(parts: list[tuple[Decimal, Decimal]], value: int) -> None:
    """Twice a sodium of 140 with glucose 5, urea 5 and ethanol 20 mmol/L, in either unit."""
    assert f.calculated_osmolality(D(140), *parts) == value


# -- the liver --------------------------------------------------------------------------------------------------------

labs = st.decimals(min_value="0.3", max_value="12", places=1)
livers = st.builds(
    f.Liver,
    bilirubin=labs,
    creatinine=labs,
    inr=st.decimals(min_value="0.8", max_value="6", places=1),
    dialysed=st.booleans(),
    sodium=st.integers(110, 155).map(D),
    albumin=st.decimals(min_value="0.8", max_value="5", places=1),
    female=st.booleans(),
)


def bounded(number: Decimal, low: float, high: float) -> float:
    """`number` between `low` and `high`."""
    return sorted((low, float(number), high))[1]


@settings(deadline=None, max_examples=150)
@given(liver=livers)
def test_meld_equals_its_form_by_powers(liver: f.Liver) -> None:
    """exp(MELD) is a product of powers: creatinine^9.57 × bilirubin^3.78 × INR^11.2 × e^6.43."""
    scr = 4.0 if liver.dialysed else bounded(liver.creatinine, 1, 4)
    product = scr**9.57 * bounded(liver.bilirubin, 1, 99) ** 3.78 * bounded(liver.inr, 1, 99) ** 11.2
    assert math.isclose(float(f.meld(liver)), math.log(product) + 6.43, rel_tol=1e-12)


@settings(deadline=None, max_examples=150)
@given(liver=livers)
def test_meld_3_equals_its_form_by_decimal_logarithms(liver: f.Liver) -> None:
    """The same value from logarithms to base ten, terms collected by variable."""
    scr = math.log10(3.0 if liver.dialysed else bounded(liver.creatinine, 1, 3))
    bilirubin, inr = math.log10(bounded(liver.bilirubin, 1, 99)), math.log10(bounded(liver.inr, 1, 99))
    salt, lack = 137 - bounded(liver.sodium, 125, 137), 3.5 - bounded(liver.albumin, 1.5, 3.5)
    logs = (4.56 - 0.24 * salt) * bilirubin + 9.09 * inr + (11.14 - 1.83 * lack) * scr
    expected = logs * math.log(10) + 0.82 * salt + 1.85 * lack + 6 + (1.33 if liver.female else 0)
    assert math.isclose(float(f.meld_3(liver)), expected, rel_tol=1e-11)


def test_meld_of_normal_values_is_the_constant() -> None:
    """With every value at or below 1.0 nothing but 6.43 remains, and 6 in MELD 3.0 (7.33 for a woman)."""
    well = f.Liver(bilirubin=D("0.4"), creatinine=D("0.6"), inr=D("0.9"), sodium=D(140), albumin=D("4.2"))
    assert f.meld(well) == D("6.43")
    assert f.meld_3(well) == 6
    assert f.meld_3(replace(well, female=True)) == D("7.33")


def test_meld_worked_values() -> None:
    """Powers of two by hand, ln 2 = 0.693147: bilirubin 4, creatinine 2, INR 2."""
    liver = f.Liver(bilirubin=D(4), creatinine=D(2), inr=D(2), sodium=D(130), albumin=D("2.5"))
    # 0.693147 × (2 × 3.78 + 9.57 + 11.2) + 6.43 = 0.693147 × 28.33 + 6.43
    assert f.rounded(f.meld(liver), 3) == D("26.067")
    # MELD 26: 26 + 1.32 × 7 - 0.033 × 26 × 7 = 26 + 9.24 - 6.006
    assert f.meld_na(D(26), D(130)) == D("29.234")
    # 9.12 ln 2 + 5.74 - 3.36 ln 2 + 9.09 ln 2 + 11.14 ln 2 + 1.85 - 1.83 ln 2 + 6 = 24.16 ln 2 + 13.59
    assert f.rounded(f.meld_3(liver), 3) == D("30.336")


@pytest.mark.parametrize(
    ("score", "sodium", "value"),
    [
        ("11", 125, "11"),
        ("12", 125, "23.088"),
        ("12", 120, "23.088"),
        ("20", 137, "20"),
        ("20", 145, "20"),
        ("40", 125, "40"),
    ],
)
def test_meld_na_keeps_its_bounds(score: str, sodium: int, value: str) -> None:
    """Sodium counts above MELD 11 only, between 125 and 137, and no longer at MELD 40 (1.32 = 0.033 × 40)."""
    assert f.meld_na(D(score), D(sodium)) == D(value)


@settings(deadline=None, max_examples=100)
@given(liver=livers, more=st.decimals(min_value="0.1", max_value="3", places=1))
def test_scores_never_fall_when_the_liver_gets_worse(liver: f.Liver, more: Decimal) -> None:
    """More bilirubin or a higher INR never lowers MELD or MELD 3.0, and less sodium never lowers MELD 3.0."""
    for worse in (
        replace(liver, bilirubin=liver.bilirubin + more),
        replace(liver, inr=liver.inr + more),
    ):
        assert f.meld(worse) >= f.meld(liver)
        assert f.meld_3(replace(worse, sodium=D(137))) >= f.meld_3(replace(liver, sodium=D(137)))


@pytest.mark.parametrize(("name", "top"), [("meld", "4"), ("meld_3", "3")])
def test_creatinine_is_capped(name: str, top: str) -> None:
    """Above the cap, and after two dialyses, creatinine counts as the cap."""
    score = getattr(f, name)
    liver = f.Liver(bilirubin=D(2), creatinine=D(top), inr=D("1.5"))
    assert (
        score(replace(liver, creatinine=D(9))) == score(liver) == score(replace(liver, creatinine=D(1), dialysed=True))
    )


# -- the heart --------------------------------------------------------------------------------------------------------


def test_framingham_gives_the_two_published_examples() -> None:
    """The woman and the man of the publication's worked examples have 10.48 % and 15.62 %."""
    woman = f.Heart(age=61, cholesterol=D(180), hdl=D(47), systolic=124, treated=False, smoker=True, diabetic=False)
    man = f.Heart(age=53, cholesterol=D(161), hdl=D(55), systolic=125, treated=True, smoker=False, diabetic=True)
    assert f.rounded(f.framingham_2008(woman, f.WOMEN), 2) == D("10.48")
    assert f.rounded(f.framingham_2008(man, f.MEN), 2) == D("15.62")


@settings(deadline=None, max_examples=60)
@given(years=st.integers(30, 73), lipids=st.integers(120, 300), hdl=st.integers(25, 90), pressure=st.integers(95, 179))
def test_framingham_rises_with_every_risk(years: int, lipids: int, hdl: int, pressure: int) -> None:
    """Age, cholesterol, pressure, treatment, smoking and diabetes raise the risk, HDL lowers it, for both sexes."""
    base = f.Heart(
        age=years, cholesterol=D(lipids), hdl=D(hdl), systolic=pressure, treated=False, smoker=False, diabetic=False
    )
    worse = (
        replace(base, age=years + 1),
        replace(base, cholesterol=D(lipids + 1)),
        replace(base, hdl=D(hdl - 1)),
        replace(base, systolic=pressure + 1),
        replace(base, treated=True),
        replace(base, smoker=True),
        replace(base, diabetic=True),
    )
    for weights in (f.WOMEN, f.MEN):
        assert all(f.framingham_2008(one, weights) > f.framingham_2008(base, weights) for one in worse)


# -- pregnancy --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "by_days", "by_calendar"),
    [
        (
            "2024-01-01",
            "2024-10-07",
            "2024-10-08",
        ),  # a leap year: 280 days fall a day short of nine months and seven days
        ("2023-01-01", "2023-10-08", "2023-10-08"),
        ("2025-06-10", "2026-03-17", "2026-03-17"),
        (
            "2024-05-25",
            "2025-03-01",
            None,
        ),  # seven days later is June, nine months later is 25 February: the order matters
    ],
)
def test_due_dates_by_hand(first: str, by_days: str, by_calendar: str | None) -> None:
    """280 days and the calendar rule, counted on a calendar."""
    start = date.fromisoformat(first)
    assert f.due_by_days(start) == date.fromisoformat(by_days)
    assert f.due_by_calendar(start) == (date.fromisoformat(by_calendar) if by_calendar else None)


@settings(deadline=None, max_examples=200)
@given(first=st.dates(date(2000, 1, 1), date(2060, 1, 1)))
def test_the_two_rules_differ_by_three_days_at_most(first: date) -> None:
    """Nine months and seven days are 280 to 283 days, or one less where February has 28."""
    found = f.due_by_calendar(first)
    assert found is None or -1 <= (found - f.due_by_days(first)).days <= 3


def test_a_longer_cycle_moves_the_due_date() -> None:
    """Each day of the cycle above 28 is a day later, each below a day earlier."""
    first = date(2025, 3, 1)
    assert (f.due_by_days(first, 33) - f.due_by_days(first)).days == 5
    assert (f.due_by_days(first, 25) - f.due_by_days(first)).days == -3


@settings(deadline=None, max_examples=100)
@given(creatinine=scr, age=ages, female=st.booleans())
def test_kidney_function_falls_with_age_and_creatinine(creatinine: Decimal, age: int, female: bool) -> None:
    """Both estimates fall when a year or a tenth of creatinine is added."""
    now = f.ckd_epi_2021(creatinine, age, female=female)
    assert f.ckd_epi_2021(creatinine, age + 1, female=female) < now
    assert f.ckd_epi_2021(creatinine + D("0.1"), age, female=female) < now
    clear = f.cockcroft_gault(creatinine, age, D(70), female=female)
    assert f.cockcroft_gault(creatinine, age + 1, D(70), female=female) < clear
    assert f.cockcroft_gault(creatinine + D("0.1"), age, D(70), female=female) < clear
