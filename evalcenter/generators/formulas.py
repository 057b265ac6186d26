"""Clinical formulas in exact decimal arithmetic, each with its published source.

Rules this module keeps:

* Arithmetic runs in one context: 28 significant digits, half-even, no trap left silent. Sums and products of the inputs are
  exact there; quotients, roots and powers are correct to about 27 digits. ``base ** exponent`` is ``exp(exponent *
  ln(base))``; ``ln``, ``exp`` and ``sqrt`` of the decimal standard are correctly rounded, so every platform gets the same
  digits.
* A result is rounded once, at the end, half up, by `rounded`.

It refuses to guess units: each function's docstring names them, its formula, and the publication. `formula_sources.py` holds the
full references.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Final

CTX: Final = Context(prec=28, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow])
UMOL_PER_MG_DL: Final = Decimal("88.4")
"""Micromoles per litre of creatinine in one milligram per decilitre."""


def rounded(value: Decimal, places: int) -> Decimal:
    """`value` with `places` decimals, half up."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def near_tie(value: Decimal, places: int, margin: Decimal = Decimal("0.02")) -> bool:
    """Whether `value` lies within `margin` of the last place from where rounding changes, so that honest roundings differ."""
    last = Decimal(1).scaleb(-places)
    remainder = abs(value) % last
    return abs(remainder - last / 2) < last * margin


def power(base: Decimal, exponent: Decimal) -> Decimal:
    """``base ** exponent`` for a positive base."""
    return CTX.exp(CTX.multiply(exponent, CTX.ln(base)))


def product(*factors: Decimal) -> Decimal:
    """The product of `factors`, from the left."""
    made = Decimal(1)
    for factor in factors:
        made = CTX.multiply(made, factor)
    return made


def ratio(above: Decimal, below: Decimal) -> Decimal:
    """`above` divided by `below`."""
    return CTX.divide(above, below)


def ckd_epi_2021(scr: Decimal, age: int, *, female: bool) -> Decimal:
    """EGFR in mL/min/1.73 m2 from creatinine in mg/dL (Inker 2021).

    142 × min(Scr/κ, 1)^α × max(Scr/κ, 1)^-1.200 × 0.9938^age, × 1.012 for women; κ 0.7 and α -0.241 for women, 0.9 and
    -0.302 for men.
    """
    kappa, alpha = (Decimal("0.7"), Decimal("-0.241")) if female else (Decimal("0.9"), Decimal("-0.302"))
    part = ratio(scr, kappa)
    low, high = power(min(part, Decimal(1)), alpha), power(max(part, Decimal(1)), Decimal("-1.200"))
    made = product(Decimal(142), low, high, CTX.power(Decimal("0.9938"), age))
    return product(made, Decimal("1.012")) if female else made


def ckd_epi_2009(scr: Decimal, age: int, *, female: bool) -> Decimal:
    """The superseded equation of 2009 (non-Black), in the units of `ckd_epi_2021`: a named mistake, never a target."""
    kappa, alpha = (Decimal("0.7"), Decimal("-0.329")) if female else (Decimal("0.9"), Decimal("-0.411"))
    part = ratio(scr, kappa)
    low, high = power(min(part, Decimal(1)), alpha), power(max(part, Decimal(1)), Decimal("-1.209"))
    made = product(Decimal(141), low, high, CTX.power(Decimal("0.993"), age))
    return product(made, Decimal("1.018")) if female else made


def cockcroft_gault(scr: Decimal, age: int, weight: Decimal, *, female: bool) -> Decimal:
    """Creatinine clearance in mL/min from creatinine in mg/dL and weight in kg (Cockcroft and Gault 1976).

    (140 - age) × weight / (72 × Scr), × 0.85 for women.
    """
    made = ratio(product(Decimal(140 - age), weight), product(Decimal(72), scr))
    return product(made, Decimal("0.85")) if female else made


def bmi(weight: Decimal, height_cm: Decimal) -> Decimal:
    """Body mass index in kg/m2 from kg and cm (WHO)."""
    metres = height_cm.scaleb(-2)
    return ratio(weight, product(metres, metres))


def bsa_mosteller(weight: Decimal, height_cm: Decimal) -> Decimal:
    """Body surface area in m2 from kg and cm: the square root of height·weight/3600 (Mosteller 1987)."""
    return CTX.sqrt(ratio(product(weight, height_cm), Decimal(3600)))


def qtc_bazett(qt_ms: Decimal, rate: int) -> Decimal:
    """QTc in ms from QT in ms and beats per minute: QT divided by the square root of 60/rate (Bazett 1920)."""
    return ratio(qt_ms, CTX.sqrt(ratio(Decimal(60), Decimal(rate))))


# -- salts and gaps ---------------------------------------------------------------------------------------------------


def corrected_sodium(sodium: Decimal, glucose: Decimal, factor: Decimal, step: Decimal) -> Decimal:
    """Sodium in mmol/L at normal glucose: `factor` for each `step` of glucose above one `step` (Katz 1973: 1.6; Hillier 1999: 2.4).

    Na + factor × (glucose - step) / step, with a step of 100 mg/dL or 5.6 mmol/L.
    """
    return CTX.add(sodium, product(factor, ratio(glucose - step, step)))


def calculated_osmolality(sodium: Decimal, *parts: tuple[Decimal, Decimal]) -> Decimal:
    """2 × Na plus each part divided by its divisor (1 for mmol/L; 18 glucose, 2.8 urea nitrogen, 4.6 ethanol in mg/dL)."""
    return sum((ratio(amount, divisor) for amount, divisor in parts), 2 * sodium)


# -- the liver --------------------------------------------------------------------------------------------------------

UMOL_BILIRUBIN: Final = Decimal("17.1")
"""Micromoles per litre of bilirubin in one milligram per decilitre."""


def clamp(value: Decimal, low: str, high: str = "Infinity") -> Decimal:
    """`value`, but not below `low` nor above `high`."""
    return min(max(value, Decimal(low)), Decimal(high))


@dataclass(frozen=True, slots=True, kw_only=True)
class Liver:
    """What MELD scores need: bilirubin and creatinine in mg/dL, INR, sodium in mmol/L, albumin in g/dL.

    `dialysed`: twice or more within the last week.
    """

    bilirubin: Decimal
    creatinine: Decimal
    inr: Decimal
    dialysed: bool = False
    sodium: Decimal = Decimal(137)
    albumin: Decimal = Decimal("3.5")
    female: bool = False


def meld(liver: Liver) -> Decimal:
    """MELD, unrounded (Kamath 2001 with the bounds of the OPTN).

    9.57 ln(creatinine) + 3.78 ln(bilirubin) + 11.20 ln(INR) + 6.43; nothing below 1.0, creatinine at most 4.0, and 4.0 if dialysed.
    """
    creatinine = Decimal(4) if liver.dialysed else clamp(liver.creatinine, "1", "4")
    return meld_unbounded(clamp(liver.bilirubin, "1"), creatinine, clamp(liver.inr, "1"))


def meld_unbounded(bilirubin: Decimal, creatinine: Decimal, inr: Decimal) -> Decimal:
    """The weighted sum of MELD without any bounds."""
    weighted = ((creatinine, "9.57"), (bilirubin, "3.78"), (inr, "11.20"))
    return sum((product(Decimal(weight), CTX.ln(value)) for value, weight in weighted), Decimal("6.43"))


def meld_na(score: Decimal, sodium: Decimal) -> Decimal:
    """MELD-Na from a MELD `score`, unrounded (OPTN 2016).

    MELD + 1.32 × (137 - Na) - 0.033 × MELD × (137 - Na), with sodium from 125 to 137, where MELD is above 11; else MELD.
    """
    if score <= 11:
        return score
    below = 137 - clamp(sodium, "125", "137")
    return score + product(Decimal("1.32"), below) - product(Decimal("0.033"), score, below)


def meld_3(liver: Liver, ceiling: str = "3") -> Decimal:
    """MELD 3.0, unrounded (Kim 2021).

    1.33 if female + 4.56 ln(bilirubin) + 0.82 (137 - Na) - 0.24 (137 - Na) ln(bilirubin) + 9.09 ln(INR) + 11.14 ln(creatinine)
    + 1.85 (3.5 - albumin) - 1.83 (3.5 - albumin) ln(creatinine) + 6; bilirubin, INR and creatinine not below 1.0, creatinine at
    most 3.0 and 3.0 if dialysed, sodium 125 to 137, albumin 1.5 to 3.5. `ceiling` is creatinine's: another one is a named mistake.
    """
    creatinine = CTX.ln(Decimal(ceiling) if liver.dialysed else clamp(liver.creatinine, "1", ceiling))
    bilirubin, inr = CTX.ln(clamp(liver.bilirubin, "1")), CTX.ln(clamp(liver.inr, "1"))
    salt = 137 - clamp(liver.sodium, "125", "137")
    protein = Decimal("3.5") - clamp(liver.albumin, "1.5", "3.5")
    terms = (
        Decimal("1.33") if liver.female else Decimal(0),
        product(Decimal("4.56"), bilirubin),
        product(Decimal("0.82"), salt),
        -product(Decimal("0.24"), salt, bilirubin),
        product(Decimal("9.09"), inr),
        product(Decimal("11.14"), creatinine),
        product(Decimal("1.85"), protein),
        -product(Decimal("1.83"), protein, creatinine),
    )
    return sum(terms, Decimal(6))


# -- the heart --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Coefficients of the general cardiovascular risk model with lipids, for one sex (D'Agostino 2008, table 2)."""

    age: Decimal
    cholesterol: Decimal
    hdl: Decimal
    untreated: Decimal
    treated: Decimal
    smoking: Decimal
    diabetes: Decimal
    mean: Decimal
    survival: Decimal


def _weights(text: str) -> Weights:
    age, cholesterol, hdl, untreated, treated, smoking, diabetes, mean, survival = map(Decimal, text.split())
    return Weights(
        age=age,
        cholesterol=cholesterol,
        hdl=hdl,
        untreated=untreated,
        treated=treated,
        smoking=smoking,
        diabetes=diabetes,
        mean=mean,
        survival=survival,
    )


WOMEN: Final = _weights("2.32888 1.20904 -0.70833 2.76157 2.82263 0.52873 0.69154 26.1931 0.95012")
MEN: Final = _weights("3.06117 1.12370 -0.93263 1.93303 1.99881 0.65451 0.57367 23.9802 0.88936")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heart:
    """What the model needs: years, total and HDL cholesterol in mg/dL, systolic pressure in mmHg, and three yes-or-no facts."""

    age: int
    cholesterol: Decimal
    hdl: Decimal
    systolic: int
    treated: bool
    smoker: bool
    diabetic: bool


def framingham_2008(heart: Heart, weights: Weights) -> Decimal:
    """Risk of a cardiovascular event within ten years, in % (D'Agostino 2008): 100 × (1 - S0 ^ exp(sum - mean)).

    The sum weighs ln(age), ln(cholesterol), ln(HDL), ln(pressure) as treated or untreated, smoking and diabetes.
    """
    pairs = (
        (weights.age, CTX.ln(Decimal(heart.age))),
        (weights.cholesterol, CTX.ln(heart.cholesterol)),
        (weights.hdl, CTX.ln(heart.hdl)),
        (weights.treated if heart.treated else weights.untreated, CTX.ln(Decimal(heart.systolic))),
        (weights.smoking, Decimal(heart.smoker)),
        (weights.diabetes, Decimal(heart.diabetic)),
    )
    total = sum((product(weight, value) for weight, value in pairs), -weights.mean)
    return 100 * (1 - power(weights.survival, CTX.exp(total)))


# -- pregnancy --------------------------------------------------------------------------------------------------------


def due_by_days(first: date, cycle: int = 28) -> date:
    """The due date, 280 days after the first day of the last period, and a day later for each day of `cycle` above 28."""
    return first + timedelta(days=280 + cycle - 28)


def due_by_calendar(first: date) -> date | None:
    """The due date nine months and seven days later (Naegele's calendar rule); None where the order of the steps matters."""
    days_first = _months_later(first + timedelta(days=7), 9)
    months_first = _months_later(first, 9)
    if days_first is None or months_first is None or months_first + timedelta(days=7) != days_first:
        return None
    return days_first


def _months_later(when: date, months: int) -> date | None:
    years, month = divmod(when.month - 1 + months, 12)
    try:
        return when.replace(year=when.year + years, month=month + 1)
    except ValueError:
        return None
