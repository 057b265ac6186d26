"""Clinical calculators, recomputed in floating point from the text that the candidate reads."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import Decimal
from typing import get_args

import pytest

from evalcenter import canon
from evalcenter.draws import Draws
from evalcenter.errors import InputError
from evalcenter.generators import clinical_score, drafting
from evalcenter.generators.formulas import Calculator
from evalcenter.records import Lang
from tests.generators.reading import LANGS, draw, need, text, value

CALCULATORS = get_args(Calculator)


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


def chads(q: str) -> float:
    """CHA2DS2-VASc from the words of the vignette."""
    signs = {
        "射血分数|ejection fraction": 1,
        "长期服氨氯地平|on amlodipine": 1,
        "服二甲双胍|on metformin": 1,
        "三年前脑梗死|去年短暂性|stroke three years|attack last year": 2,
        "陈旧性心肌梗死|下肢动脉疾病|主动脉弓斑块|previous myocardial|claudication|arch plaque": 1,
    }
    points = sum(points for sign, points in signs.items() if re.search(sign, q))
    return points + (2 if age(q) >= 75 else 1 if age(q) >= 65 else 0) + female(q)


def curb(q: str) -> float:
    """CURB-65 from the values of the vignette."""
    pressure = re.search(r"(\d+)/(\d+) mmHg", q)
    assert pressure
    si = value(q, "(?:血尿素|blood urea)", "mmol/L")
    urea = si > 7 if si is not None else need(q, "BUN", "mg/dL") > 19
    return (
        bool(re.search("新出现|newly", q))
        + urea
        + (need(q, "(?:呼吸频率|respiratory rate)") >= 30)
        + (int(pressure[1]) < 90 or int(pressure[2]) <= 60)
        + (age(q) >= 65)
    )


AGAIN: dict[str, Callable[[str], float]] = {
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
    "cha2ds2_vasc": chads,
    "curb_65": curb,
}
STEP = {
    "corrected_calcium": {"mmol/L": 2, "mg/dL": 1},
    "bmi": 1,
    "bsa_mosteller": 2,
    "friedewald_ldl": {"mmol/L": 2, "mg/dL": 0},
}


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("calculator", CALCULATORS)
def test_the_target_follows_from_the_question(calculator: Calculator, lang: Lang) -> None:
    """Recomputing in floating point from the words of the question gives the target, to the last place asked for."""
    for number in range(80):
        item = draw("clinical_score", lang, number, {"calculators": [calculator], "unanswerable": "0"})
        check = item.criteria[0].check["number"]
        places = STEP.get(calculator, 0)
        places = places[check["unit"]] if isinstance(places, dict) else places
        again = AGAIN[calculator](text(item))
        assert abs(again - float(check["target"])) <= 0.5 * 10**-places + 1e-9, (again, check, text(item))


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("calculator", CALCULATORS)
def test_each_calculator_alone_makes_distinct_items(calculator: Calculator, lang: Lang) -> None:
    """A suite may ask for one calculator only: 300 draws still give at least 297 different questions."""
    made = {text(draw("clinical_score", lang, number, {"calculators": [calculator]})) for number in range(300)}
    assert len(made) >= 297


@pytest.mark.parametrize("lang", LANGS)
def test_bad_values_lie_outside_twice_the_tolerance(lang: Lang) -> None:
    """A named mistake is never near enough to pass."""
    for number in range(300):
        item = draw("clinical_score", lang, number, {"unanswerable": "0"})
        check = item.criteria[0].check["number"]
        for example in item.examples.bad:
            last = float(re.findall(r"(?:答案：|Answer: )([\d.]+)", example.text)[-1])
            assert abs(last - float(check["target"])) > 2 * float(check["tolerance"])


def test_the_male_and_female_equations_are_told_apart() -> None:
    """The value by the other sex's parameters is among the bad answers wherever it lies outside the window."""
    shown = 0
    for number in range(60):
        item = draw("clinical_score", "en", number, {"calculators": ["ckd_epi_2021"], "unanswerable": "0"})
        q = text(item)
        other = ckd(re.sub(r"(?i)\b(fe)?male\b", "male" if female(q) else "female", q, count=1))
        shown += any(f"Answer: {math.floor(other + 0.5)} " in example.text for example in item.examples.bad)
    assert shown >= 50


@pytest.mark.parametrize("lang", LANGS)
def test_a_missing_value_is_really_missing(lang: Lang) -> None:
    """With every item unanswerable, no item has a target, and the record does not hold enough to compute one."""
    for number in range(120):
        calculator = CALCULATORS[number % len(CALCULATORS)]
        item = draw("clinical_score", lang, number, {"calculators": [calculator], "unanswerable": "1"})
        assert [criterion.id for criterion in item.criteria] == ["names-missing", "no-result"]
        with pytest.raises((AssertionError, TypeError)):
            AGAIN[calculator](text(item).split("\n\n")[0])


@pytest.mark.parametrize("lang", LANGS)
def test_the_share_of_unanswerable_items_is_kept(lang: Lang) -> None:
    """By default about one item in ten lacks a value."""
    lacking = sum(draw("clinical_score", lang, number).criteria[0].id == "names-missing" for number in range(1000))
    assert 70 <= lacking <= 130


@pytest.mark.parametrize("lang", LANGS)
def test_tolerances_cover_coarsely_rounded_steps(lang: Lang) -> None:
    """Rounding creatinine, ratio, root and factors to two or three decimals on the way still gives an accepted value."""
    for number in range(60):
        for calculator, coarse in COARSE.items():
            item = draw("clinical_score", lang, number, {"calculators": [calculator], "unanswerable": "0"})
            check = item.criteria[0].check["number"]
            made = math.floor(coarse(text(item)) + 0.5)
            assert abs(made - float(check["target"])) <= float(check["tolerance"]), (made, check, text(item))


def coarse_ckd(q: str) -> float:
    """CKD-EPI 2021 with every step rounded."""
    knot, low, scale = (0.7, -0.241, 1.012) if female(q) else (0.9, -0.302, 1.0)
    part = round(round(creatinine(q), 2) / knot, 2)
    return 142 * round(part ** (low if part < 1 else -1.2), 3) * round(0.9938 ** age(q), 3) * scale


def coarse_clearance(q: str) -> float:
    """Cockcroft–Gault from creatinine rounded to two decimals."""
    return (
        (140 - age(q)) * need(q, "(?:体重|weight)", "kg") / (72 * round(creatinine(q), 2)) * (0.85 if female(q) else 1)
    )


def coarse_qtc(q: str) -> float:
    """QTc with RR and its root rounded to two decimals."""
    root = round(math.sqrt(round(60 / need(q, "(?:心率|heart rate)"), 2)), 2)
    return need(q, "(?:QT 间期|QT interval)", "ms") / root


COARSE: dict[str, Callable[[str], float]] = {
    "ckd_epi_2021": coarse_ckd,
    "cockcroft_gault": coarse_clearance,
    "qtc_bazett": coarse_qtc,
}


def test_every_calculator_is_drawn() -> None:
    """The default draws all calculators."""
    assert set(clinical_score.Params().calculators) == set(CALCULATORS) == set(clinical_score.BUILDERS)


def test_the_first_item_is_fixed() -> None:
    """A version 1 item never changes: its digest is a test vector."""
    assert (
        canon.digest(draw("clinical_score", "en", 0))
        == "sha256:d5aa6962173941adf1b40de663353fbd75de860f689b4ce79ecdc57554e06c3c"
    )


def test_a_calculator_without_usable_cases_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    """When no draw is usable the generator says so instead of asking a disputed question."""
    monkeypatch.setattr(clinical_score, "_slips", lambda case: {})
    with pytest.raises(InputError, match="no usable case"):
        clinical_score.plugin.make(clinical_score.Params(calculators=("bmi",)), "en", Draws("s", "p"))


def test_numbers_lose_their_trailing_zeros_only() -> None:
    """A weight of 12.50 is written 12.5, and 400 stays 400."""
    assert [drafting.short(Decimal(number)) for number in ("12.50", "400", "7.00", "0.5")] == [
        "12.5",
        "400",
        "7",
        "0.5",
    ]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("calculator", ["bsa_mosteller", "friedewald_ldl", "corrected_calcium"])
def test_the_number_of_decimals_is_never_the_answer(calculator: Calculator, lang: Lang) -> None:
    """An echo of "two decimal places" never states the target (a surface of 2.00 m² once let it pass)."""
    for number in range(300):
        item = draw("clinical_score", lang, number, {"calculators": [calculator], "unanswerable": "0"})
        assert item.criteria[0].check["number"]["target"] not in {"2.00", "2.01", "1.99"}
