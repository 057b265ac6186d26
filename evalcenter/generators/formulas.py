"""Clinical formulas in exact decimal arithmetic, each with its published source.

Rules this module keeps:

* Arithmetic runs in one context: 28 significant digits, half-even, no trap left silent. Sums and products of the inputs are
  exact there; quotients, roots and powers are correct to about 27 digits. ``base ** exponent`` is ``exp(exponent *
  ln(base))``; ``ln``, ``exp`` and ``sqrt`` of the decimal standard are correctly rounded, so every platform gets the same
  digits.
* A result is rounded once, at the end, half up, by `rounded`.

It refuses to guess units: each function's docstring names them. Sources: CKD-EPI 2021 (Inker 2021), Cockcroft–Gault (1976),
albumin-adjusted calcium (after Payne 1973), anion gap, calculated osmolality, body mass index (WHO), body surface area
(Mosteller 1987), mean arterial pressure, LDL cholesterol (Friedewald 1972), QTc (Bazett 1920), CHA2DS2-VASc (Lip 2010),
CURB-65 (Lim 2003). The table `SOURCES` holds the full references.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from types import MappingProxyType
from typing import Final, Literal

Calculator = Literal[
    "ckd_epi_2021",
    "cockcroft_gault",
    "corrected_calcium",
    "anion_gap",
    "osmolality",
    "bmi",
    "bsa_mosteller",
    "mean_arterial_pressure",
    "friedewald_ldl",
    "qtc_bazett",
    "cha2ds2_vasc",
    "curb_65",
]

SOURCES: Final[Mapping[Calculator, tuple[str, str]]] = MappingProxyType(
    {
        "ckd_epi_2021": (
            "CKD-EPI creatinine equation 2021, without race",
            (
                "Inker LA, Eneanya ND, Coresh J, et al. New creatinine- and cystatin C-based equations to estimate GFR without "
                "race. N Engl J Med 2021;385:1737-1749; kidney.org/ckd-epi-creatinine-equation-2021"
            ),
        ),
        "cockcroft_gault": (
            "Creatinine clearance by Cockcroft and Gault",
            "Cockcroft DW, Gault MH. Prediction of creatinine clearance from serum creatinine. Nephron 1976;16:31-41",
        ),
        "corrected_calcium": (
            "Albumin-adjusted calcium, 0.8 mg/dL per g/dL (0.02 mmol/L per g/L) below 4.0 g/dL (40 g/L)",
            (
                "The common rounded form of the adjustment of Payne RB, Little AJ, Williams RB, Milner JR. Br Med J 1973;4:643-646;"
                " coefficients differ between laboratories, so the question states them"
            ),
        ),
        "anion_gap": (
            "Anion gap without potassium: Na - (Cl + HCO3)",
            (
                "Emmett M, Narins RG. Clinical use of the anion gap. Medicine (Baltimore) 1977;56:38-54; "
                "forms with potassium exist, so the question says which"
            ),
        ),
        "osmolality": (
            "Calculated osmolality: 2 Na + glucose + urea (mmol/L); mg/dL divided by 18 and 2.8",
            "Textbook formula; several forms are in use (with potassium, other factors), so the question states this one",
        ),
        "bmi": (
            "Body mass index, kg/m2",
            "WHO Technical Report Series 894. Obesity: preventing and managing the global epidemic. Geneva 2000",
        ),
        "bsa_mosteller": (
            "Body surface area by Mosteller",
            "Mosteller RD. Simplified calculation of body-surface area. N Engl J Med 1987;317:1098",
        ),
        "mean_arterial_pressure": (
            "Mean arterial pressure, diastolic plus a third of the pulse pressure",
            "Textbook approximation for a normal heart rate; the question names it",
        ),
        "friedewald_ldl": (
            "LDL cholesterol by Friedewald, for triglycerides below 400 mg/dL (4.5 mmol/L)",
            "Friedewald WT, Levy RI, Fredrickson DS. Clin Chem 1972;18:499-502; 2.2 is the usual divisor in mmol/L",
        ),
        "qtc_bazett": (
            "QT corrected for heart rate by Bazett, QT / sqrt(RR in seconds)",
            "Bazett HC. An analysis of the time-relations of electrocardiograms. Heart 1920;7:353-370",
        ),
        "cha2ds2_vasc": (
            "CHA2DS2-VASc",
            "Lip GYH, Nieuwlaat R, Pisters R, Lane DA, Crijns HJGM. Chest 2010;137:263-272",
        ),
        "curb_65": (
            "CURB-65",
            "Lim WS, van der Eerden MM, Laing R, et al. Thorax 2003;58:377-382",
        ),
    }
)

CTX: Final = Context(prec=28, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow])
UMOL_PER_MG_DL: Final = Decimal("88.4")
"""Micromoles per litre of creatinine in one milligram per decilitre."""


def rounded(value: Decimal, places: int) -> Decimal:
    """`value` with `places` decimals, half up."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def near_tie(value: Decimal, places: int) -> bool:
    """Whether `value` lies within a fiftieth of the last place from where rounding changes, so that honest roundings differ."""
    last = Decimal(1).scaleb(-places)
    remainder = abs(value) % last
    return abs(remainder - last / 2) < last / 50


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
