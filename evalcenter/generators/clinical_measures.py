"""Patients with a body measure, a pressure, a lipid or an interval to be computed. The rules are those of `clinical_facts.py`.

It refuses to ask a question whose formula has rival forms without naming the form.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from evalcenter.draws import Draws
from evalcenter.generators import formulas as f
from evalcenter.generators.clinical_facts import (
    Case,
    Slip,
    age_fact,
    height_fact,
    lab,
    noise,
    sex_fact,
    weight_fact,
)
from evalcenter.generators.drafting import Fact, plain, say, short
from evalcenter.records import Lang

D = Decimal
RATES: Final = tuple(rate for rate in range(78, 128) if rate not in {93, 105, 111, 117, 121, 124})
"""Heart rates at which rounding RR and its root to two decimals moves a QTc by less than 3.5 ms."""


def bmi(lang: Lang, draws: Draws) -> Case:
    """Body mass index with one decimal."""
    height, weight = draws.between(146, 194), D(draws.between(420, 1180)).scaleb(-1)
    exact, metres = f.bmi(weight, D(height)), plain(D(height).scaleb(-2))
    ask = say(
        lang,
        draws.choice(
            (
                "请计算体质指数(BMI)，单位 kg/m²，保留一位小数。",
                "营养筛查要填 BMI(kg/m²)，请算出来，保留一位小数。",
                "该患者的 BMI 是多少 kg/m²？四舍五入到一位小数。",
            )
        ),
        draws.choice(
            (
                "What is the body mass index in kg/m², to one decimal place?",
                "The nutrition screen asks for the BMI (kg/m²). Please give it to one decimal place.",
                "Calculate the BMI in kg/m² and round it to one decimal place.",
            )
        ),
    )
    return Case(
        ask=ask,
        exact=exact,
        places=1,
        tolerance=D("0.1"),
        unit="kg/m²",
        working=f"{short(weight)} ÷ {metres}²",
        facts=(height_fact(lang, height), weight_fact(lang, weight)),
        noise=(age_fact(lang, draws.between(20, 88)), sex_fact(lang, female=draws.coin(1, 2)), *noise(lang, draws, 1)),
        slips=(
            Slip(how=f"{short(weight)} ÷ {metres}", value=f.ratio(weight, D(height).scaleb(-2))),
            Slip(how=f"{short(weight)} ÷ (2 × {metres})", value=f.ratio(weight, D(height).scaleb(-2) * 2)),
            Slip(how=f"{short(weight)} ÷ {height} × 100 ÷ 2", value=f.ratio(weight * 50, D(height))),
            Slip(how=f"{short(weight)} × 0.45 ÷ {metres}²", value=f.product(exact, D("0.45"))),
        ),
    )


def bsa_mosteller(lang: Lang, draws: Draws) -> Case:
    """Body surface area with two decimals."""
    height, weight = draws.between(120, 192), D(draws.between(220, 1050)).scaleb(-1)
    exact, under = f.bsa_mosteller(weight, D(height)), f.ratio(f.product(weight, D(height)), D(3600))
    ask = say(
        lang,
        draws.choice(
            (
                "化疗前请按 Mosteller 公式计算体表面积，单位 m²，保留两位小数。",
                "用 Mosteller 公式，体表面积(BSA)是多少 m²？保留两位小数。",
            )
        ),
        draws.choice(
            (
                "Before chemotherapy: what is the body surface area by Mosteller in m², to two decimal places?",
                "Calculate the BSA with the Mosteller formula (m², two decimal places).",
            )
        ),
    )
    return Case(
        ask=ask,
        exact=exact,
        places=2,
        tolerance=D("0.01"),
        unit="m²",
        working=f"√({height} × {short(weight)} ÷ 3600)",
        facts=(height_fact(lang, height), weight_fact(lang, weight)),
        noise=(sex_fact(lang, female=draws.coin(1, 2)), *noise(lang, draws, 2)),
        slips=(
            Slip(how=f"{height} × {short(weight)} ÷ 3600", value=under),
            Slip(how=f"√({height} × {short(weight)} ÷ 3000)", value=f.CTX.sqrt(f.product(under, D("1.2")))),
            Slip(how=f"√(({height} + {short(weight)}) ÷ 60)", value=f.CTX.sqrt(f.ratio(height + weight, D(60)))),
        ),
    )


def mean_arterial_pressure(lang: Lang, draws: Draws) -> Case:
    """Mean arterial pressure from a cuff reading."""
    diastolic = draws.between(42, 104)
    systolic = diastolic + draws.between(22, 84)
    exact = f.ratio(D(systolic + 2 * diastolic), D(3))
    ask = say(
        lang,
        draws.choice(
            (
                "请用“舒张压+1/3 脉压”估算平均动脉压，单位 mmHg，取整数。",
                "按常用近似式(舒张压加脉压的三分之一)，平均动脉压约为多少 mmHg？取整。",
            )
        ),
        draws.choice(
            (
                "Estimate the mean arterial pressure (diastolic plus one third of the pulse pressure) in mmHg, as a whole number.",
                "What is the mean arterial pressure in mmHg, whole number? Use diastolic plus a third of the pulse pressure.",
            )
        ),
    )
    upper = ("收缩压", "高压") if lang == "zh" else ("systolic",)
    return Case(
        ask=ask,
        exact=exact,
        places=0,
        tolerance=D("0.5"),
        unit="mmHg",
        working=f"{diastolic} + ({systolic} − {diastolic}) ÷ 3",
        facts=(
            lab("收缩压", "Systolic pressure", lang, str(systolic), "mmHg", *upper),
            lab("舒张压", "Diastolic pressure", lang, str(diastolic), "mmHg"),
        ),
        noise=(
            lab("心率", "Heart rate", lang, str(draws.between(58, 112)), say(lang, "次/分", "beats/min")),
            age_fact(lang, draws.between(20, 88)),
            *noise(lang, draws, 1),
        ),
        slips=(
            Slip(how=f"({systolic} + {diastolic}) ÷ 2", value=D(systolic + diastolic) / 2),
            Slip(how=f"(2 × {systolic} + {diastolic}) ÷ 3", value=f.ratio(D(2 * systolic + diastolic), D(3))),
            Slip(how=f"({systolic} − {diastolic}) ÷ 3", value=f.ratio(D(systolic - diastolic), D(3))),
        ),
    )


def friedewald_ldl(lang: Lang, draws: Draws) -> Case:
    """LDL cholesterol by Friedewald, in mmol/L or mg/dL."""
    si = draws.coin(9, 10) if lang == "zh" else draws.coin(1, 2)
    if si:
        hdl, tg, ldl = draws.between(80, 190), draws.between(60, 420), draws.between(150, 480)
        part = f.ratio(D(tg), D("2.2"))
        total = f.rounded(D(hdl + ldl) + part, 0)
        values = tuple(D(v).scaleb(-2) for v in (int(total), hdl, tg))
        divisor, unit, places, tolerance, texts = D("2.2"), "mmol/L", 2, D("0.02"), tuple(plain(v) for v in values)
    else:
        hdl, tg, ldl = draws.between(30, 80), draws.between(60, 380), draws.between(60, 190)
        values = (D(hdl + ldl + tg // 5), D(hdl), D(tg))
        divisor, unit, places, tolerance, texts = D(5), "mg/dL", 0, D(1), tuple(plain(v) for v in values)
    tc, high, fat = values
    exact = tc - high - f.ratio(fat, divisor)
    return Case(
        ask=_friedewald_ask(lang, draws, unit, places),
        exact=exact,
        places=places,
        tolerance=tolerance,
        unit=unit,
        working=f"{texts[0]} − {texts[1]} − {texts[2]} ÷ {divisor}",
        facts=_lipids(lang, texts, unit),
        noise=(
            lab("空腹血糖", "Fasting glucose", lang, plain(D(draws.between(42, 98)).scaleb(-1)), "mmol/L"),
            age_fact(lang, draws.between(25, 84)),
        ),
        slips=(
            Slip(how=f"{texts[0]} − {texts[1]} − {texts[2]}", value=tc - high - fat),
            Slip(
                how=f"{texts[0]} − {texts[1]} − {texts[2]} ÷ {5 if si else '2.2'}",
                value=tc - high - f.ratio(fat, D(5) if si else D("2.2")),
            ),
            Slip(how=f"{texts[0]} − {texts[1]}", value=tc - high),
        ),
    )


def _lipids(lang: Lang, texts: tuple[str, ...], unit: str) -> tuple[Fact, ...]:
    zh = lang == "zh"
    total = ("总胆固醇", "TC") if zh else ("total cholesterol",)
    high = ("HDL", "高密度") if zh else ("HDL", "high-density")
    fat = ("甘油三酯", "TG") if zh else ("triglyceride", "triglycerides", "TG")
    return (
        lab("总胆固醇", "Total cholesterol", lang, texts[0], unit, *total),
        lab("HDL-C", "HDL cholesterol", lang, texts[1], unit, *high),
        lab("甘油三酯", "Triglycerides", lang, texts[2], unit, *fat),
    )


def _friedewald_ask(lang: Lang, draws: Draws, unit: str, places: int) -> str:
    digits = say(
        lang, "取整数" if places == 0 else "保留两位小数", "whole number" if places == 0 else "two decimal places"
    )
    return say(
        lang,
        draws.choice(
            (
                f"请用 Friedewald 公式估算 LDL-C，单位 {unit}，{digits}。",
                f"按 Friedewald 公式，低密度脂蛋白胆固醇是多少 {unit}？{digits}。",
            )
        ),
        draws.choice(
            (
                f"Estimate LDL cholesterol with the Friedewald formula in {unit} ({digits}).",
                f"What is the Friedewald LDL-C in {unit}? Answer as: {digits}.",
            )
        ),
    )


def qtc_bazett(lang: Lang, draws: Draws) -> Case:
    """QTc by Bazett from a rate that is far enough from 60 for the corrections to differ."""
    rate, qt = draws.choice(RATES), D(draws.between(290, 400, 2))
    exact = f.qtc_bazett(qt, rate)
    rr = f.ratio(D(60), D(rate))
    fridericia = f.ratio(qt, f.power(rr, f.ratio(D(1), D(3))))
    ask = say(
        lang,
        draws.choice(
            (
                "开始用可能延长 QT 的药物前，请按 Bazett 公式计算 QTc，单位 ms，取整数。",
                "用 Bazett 公式校正后的 QTc 是多少 ms？四舍五入取整。",
            )
        ),
        draws.choice(
            (
                "Before a QT-prolonging drug is started: what is the QTc by Bazett, in ms, as a whole number?",
                "Correct the QT interval with Bazett's formula; answer in ms, rounded to a whole number.",
            )
        ),
    )
    short_rr = plain(f.rounded(rr, 3))
    return Case(
        ask=ask,
        exact=exact,
        places=0,
        tolerance=D(4),
        unit="ms",
        working=f"RR = 60 ÷ {rate} = {short_rr} s; {qt} ÷ √{short_rr}",
        facts=(
            lab(
                "QT 间期",
                "QT interval",
                lang,
                plain(qt),
                "ms",
                *(("QT 间期", "QT 值") if lang == "zh" else ("QT interval",)),
            ),
            lab(
                "心率",
                "Heart rate",
                lang,
                str(rate),
                say(lang, "次/分", "beats/min"),
                *(("心率", "RR") if lang == "zh" else ("heart rate", "RR")),
            ),
        ),
        noise=(
            lab("PR 间期", "PR interval", lang, str(draws.between(130, 196, 2)), "ms"),
            lab("QRS 时限", "QRS duration", lang, str(draws.between(76, 108, 2)), "ms"),
            age_fact(lang, draws.between(20, 88)),
        ),
        slips=(
            Slip(how=f"{qt} ÷ {short_rr}^(1/3)", value=fridericia),
            Slip(how=f"{qt} ÷ {short_rr}", value=f.ratio(qt, rr)),
            Slip(how=f"{qt} × √{short_rr}", value=f.product(qt, f.CTX.sqrt(rr))),
        ),
    )
