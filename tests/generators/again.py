"""The equations of the calculators once more, in floating point, from the text that the candidate reads.

Nothing here is taken from the generators: labels are found by regular expressions, equations stand in another form.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date, timedelta

from tests.generators.reading import need, value


def age(q: str) -> float:
    """The age in years."""
    found = re.search(r"(\d+) (?:岁|years)", q)
    assert found
    return float(found[1])


def female(q: str) -> bool:
    """The patient's sex, which must be there once."""
    found = re.findall(r"性别[： ]*([男女])|([男女])性|\b(female|male)\b", q, re.IGNORECASE)
    assert len(found) == 1, q
    return "".join(found[0]).lower() in {"女", "female"}


def creatinine(q: str) -> float:
    """Creatinine in mg/dL."""
    label = "(?:血肌酐|serum creatinine)"
    micro = value(q, label, "μmol/L")
    return need(q, label, "mg/dL") if micro is None else micro / 88.4


def ckd(q: str) -> float:
    """CKD-EPI 2021, table form."""
    knot, low, scale = (0.7, -0.241, 142 * 1.012) if female(q) else (0.9, -0.302, 142.0)
    part = creatinine(q) / knot
    return scale * part ** (low if part < 1 else -1.2) * 0.9938 ** age(q)


def clearance(q: str) -> float:
    """Cockcroft–Gault."""
    return (140 - age(q)) * need(q, "(?:体重|weight)", "kg") / 72 / creatinine(q) * (0.85 if female(q) else 1)


def calcium(q: str) -> float:
    """Calcium adjusted for albumin."""
    si = value(q, "(?:血清总钙|total calcium)", "mmol/L")
    albumin = need(q, "(?:白蛋白|albumin)", "g/d?L")
    if si is not None:
        return si + 0.02 * (40 - albumin)
    return need(q, "(?:血清总钙|total calcium)", "mg/dL") + 0.8 * (4 - albumin)


def gap(q: str) -> float:
    """Anion gap."""
    return (
        need(q, "(?:^|[^血清])(?:钠|sodium)", "mmol")
        - need(q, "(?:氯|chloride)", "mmol")
        - need(q, "(?:碳酸氢根|bicarbonate)", "mmol")
    )


def osmoles(q: str) -> float:
    """Calculated osmolality."""
    sugar, urea = "(?:血糖|blood glucose)", "(?:血尿素氮?|serum urea|blood urea nitrogen)"
    sodium = 2 * need(q, "(?:血钠|serum sodium)", "mmol/L")
    si = value(q, sugar, "mmol/L")
    if si is not None:
        return sodium + si + need(q, urea, "mmol/L")
    return sodium + need(q, sugar, "mg/dL") / 18 + need(q, urea, "mg/dL") / 2.8


def size(q: str) -> tuple[float, float]:
    """Weight in kg and height in m."""
    return need(q, "(?:体重|weight)", "kg"), need(q, "(?:身高|height)", "cm") / 100


def ldl(q: str) -> float:
    """LDL by Friedewald."""
    names = ("(?:总胆固醇|total cholesterol)", "(?:HDL-C|HDL cholesterol)", "(?:甘油三酯|triglycerides)")
    si = value(q, names[0], "mmol/L") is not None
    total, high, fat = (need(q, name, "mmol/L" if si else "mg/dL") for name in names)
    return total - high - fat / (2.2 if si else 5)


def corrected_sodium(q: str) -> float:
    """Sodium at normal glucose: the rule is read from the question."""
    factor = 1.6 if "Katz" in q else 2.4
    sodium, sugar = need(q, "(?:血钠|serum sodium)"), "(?:血糖|blood glucose)"
    si = value(q, sugar, "mmol/L")
    steps = si / 5.6 if si is not None else need(q, sugar, "mg/dL") / 100
    return sodium + factor * (steps - 1)


def adjusted_gap(q: str) -> float:
    """Anion gap plus a quarter of the missing grams of albumin in a litre."""
    grams = value(q, "(?:白蛋白|albumin)", "g/L")
    grams = need(q, "(?:白蛋白|albumin)", "g/dL") * 10 if grams is None else grams
    base = need(q, "(?:血钠|serum sodium)") - need(q, "(?:血氯|serum chloride)") - need(q, "(?:碳酸氢根|bicarbonate)")
    return base + (40 - grams) / 4


def gap_of_osmoles(q: str) -> float:
    """Measured less calculated osmolality, ethanol where it was measured."""
    ethanol = value(q, "(?:血乙醇|blood ethanol)")
    if ethanol is None:
        assert not re.search("乙醇|ethanol", q)
        ethanol = 0.0
    si = value(q, "(?:血糖|blood glucose)", "mmol/L") is not None
    return need(q, "(?:实测渗透压|osmolality by freezing point)") - osmoles(q) - ethanol / (1 if si else 4.6)


def framingham(q: str) -> float:
    """The model with the published hazard ratios of yes-or-no factors and one product of powers, in %."""

    def yes(label: str) -> bool:
        found = re.search(
            rf"(?i)(?:{label})[：:] ?(有|无|yes|no)\b", q.replace("，", " ").replace("。", " ").replace("；", " ")
        )
        assert found, label
        return found[1].lower() in {"有", "yes"}

    names = ("(?:总胆固醇|total cholesterol)", "(?:HDL-C|HDL cholesterol)")
    si = value(q, names[0], "mmol/L") is not None
    total, high = (need(q, name, "mmol/L") * 38.67 if si else need(q, name, "mg/dL") for name in names)
    treated = yes("降压药|treatment for hypertension")
    pressure = need(q, "(?:收缩压|systolic pressure)", "mmHg")
    if female(q):
        hazard = age(q) ** 2.32888 * total**1.20904 / high**0.70833 * pressure ** (2.82263 if treated else 2.76157)
        hazard *= math.exp(0.52873 * yes("目前吸烟|current smoking") + 0.69154 * yes("糖尿病|diabetes") - 26.1931)
        return 100 - 100 * 0.95012**hazard
    hazard = age(q) ** 3.06117 * total**1.12370 / high**0.93263 * pressure ** (1.99881 if treated else 1.93303)
    hazard *= math.exp(0.65451 * yes("目前吸烟|current smoking") + 0.57367 * yes("糖尿病|diabetes") - 23.9802)
    return 100 - 100 * 0.88936**hazard


def liver(q: str, most: float) -> tuple[float, float, float]:
    """Logarithms of bilirubin, creatinine and INR as they enter a MELD score."""
    micro = value(q, "(?:总胆红素|total bilirubin)", "μmol/L")
    bilirubin = need(q, "(?:总胆红素|total bilirubin)", "mg/dL") if micro is None else micro / 17.1
    dialysed = re.search("近一周透析[： ]*2|dialysis in the last week:? twice", q, re.IGNORECASE) is not None
    scr = most if dialysed else sorted((1.0, creatinine(q), most))[1]
    return math.log(max(1.0, bilirubin)), math.log(scr), math.log(max(1.0, need(q, "INR")))


def meld(q: str) -> float:
    """MELD in the form 10 × (0.957 ln creatinine + 0.378 ln bilirubin + 1.12 ln INR + 0.643)."""
    bilirubin, scr, inr = liver(q, 4.0)
    return 10 * (0.957 * scr + 0.378 * bilirubin + 1.12 * inr + 0.643)


def meld_na(q: str) -> float:
    """MELD-Na in factored form: MELD + (137 - Na) × (1.32 - 0.033 MELD)."""
    base = math.floor(meld(q) + 0.5)
    below = 137 - sorted((125.0, need(q, "(?:血钠|serum sodium)"), 137.0))[1]
    return base + below * (1.32 - 0.033 * base) if base > 11 else base


def meld_3(q: str) -> float:
    """MELD 3.0 with its terms collected by logarithm."""
    bilirubin, scr, inr = liver(q, 3.0)
    below = 137 - sorted((125.0, need(q, "(?:血钠|serum sodium)"), 137.0))[1]
    grams = value(q, "(?:白蛋白|albumin)", "g/L")
    grams = need(q, "(?:白蛋白|albumin)", "g/dL") * 10 if grams is None else grams
    lack = 3.5 - sorted((1.5, grams / 10, 3.5))[1]
    logs = bilirubin * (4.56 - 0.24 * below) + 9.09 * inr + scr * (11.14 - 1.83 * lack)
    return 6 + 1.33 * female(q) + logs + 0.82 * below + 1.85 * lack


_MONTH = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def day(q: str, label: str) -> date:
    """The date behind `label`."""
    zh = re.search(rf"{label}[： ]*(\d+)年(\d+)月(\d+)日", q)
    if zh:
        return date(int(zh[1]), int(zh[2]), int(zh[3]))
    en = re.search(rf"(?i){label}:? (\d+) (\w+) (\d+)", q)
    assert en, label
    return date(int(en[3]), _MONTH.index(en[2]) + 1, int(en[1]))


PERIOD = "(?:末次月经第一天|first day of the last period)"


def due(q: str) -> float:
    """The due date: 40 weeks, with the cycle's surplus, or the calendar rule by month and day."""
    first = day(q, PERIOD)
    if re.search("内格莱|Naegele", q):
        later = first + timedelta(days=7)
        month = later.month - 3
        return date(later.year + (month > 0), month if month > 0 else month + 12, later.day).toordinal()
    surplus = int(need(q, "(?:规律，|regular, )", "(?:天|days)")) - 28
    return (first + timedelta(weeks=40, days=surplus)).toordinal()


def weeks(q: str) -> float:
    """Completed weeks, counted week by week."""
    at, count = day(q, PERIOD), 0
    while at + timedelta(weeks=1) <= day(q, r"(?:检查日|\bvisit)"):
        at, count = at + timedelta(weeks=1), count + 1
    return count


def scanned(q: str) -> float:
    """The due date after a scan: the day on which the scan's pregnancy began replaces the period where it is far enough."""
    first, scan = day(q, PERIOD), day(q, "(?:首次检查日期|day of the first examination)")
    size = re.search(r"(?i)(?:头臀长推算孕周|crown-rump length that day)[：: ]*(\d+) (?:周|weeks) (\d+) (?:天|days)", q)
    assert size
    began = scan - timedelta(weeks=int(size[1]), days=int(size[2]))
    limit = 5 if scan - first < timedelta(weeks=9) else 7
    return ((began if abs((began - first).days) > limit else first) + timedelta(weeks=40)).toordinal()


EQUATIONS: dict[str, Callable[[str], float]] = {
    "ckd_epi_2021": ckd,
    "cockcroft_gault": clearance,
    "corrected_calcium": calcium,
    "anion_gap": gap,
    "osmolality": osmoles,
    "bmi": lambda q: size(q)[0] / size(q)[1] ** 2,
    "bsa_mosteller": lambda q: math.sqrt(size(q)[0] * size(q)[1] * 100 / 3600),
    "mean_arterial_pressure": lambda q: (
        (need(q, "(?:收缩压|systolic pressure)") + 2 * need(q, "(?:舒张压|diastolic pressure)")) / 3
    ),
    "friedewald_ldl": ldl,
    "qtc_bazett": lambda q: need(q, "(?:QT 间期|QT interval)", "ms") / math.sqrt(60 / need(q, "(?:心率|heart rate)")),
    "corrected_sodium": corrected_sodium,
    "albumin_adjusted_anion_gap": adjusted_gap,
    "osmolal_gap": gap_of_osmoles,
    "framingham_2008": framingham,
    "meld": meld,
    "meld_na": meld_na,
    "meld_3": meld_3,
    "due_date": due,
    "gestational_age": weeks,
    "ultrasound_dating": scanned,
}
