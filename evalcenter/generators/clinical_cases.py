"""Patients whose value is computed by an equation: kidney function and the chemistry of blood.

Rules this module keeps:

* A case names the equation, and where several forms are in use it states the coefficients too: the question has one answer.
* The tolerance covers rounding of intermediate steps; `docs/generators.md` derives it for each equation.

It refuses to word the whole question: `clinical_score.py` does that.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from evalcenter.draws import Draws
from evalcenter.generators import formulas as f
from evalcenter.generators.clinical_facts import (
    Case,
    Slip,
    age_fact,
    coarse,
    height_fact,
    lab,
    noise,
    sex_fact,
    weight_fact,
)
from evalcenter.generators.drafting import Fact, plain, say, short
from evalcenter.records import Lang

D = Decimal


def creatinine(lang: Lang, draws: Draws, *, female: bool) -> tuple[Decimal, Fact, str]:
    """Creatinine in mg/dL, as a fact in one of two units, and the words that lead from one to the other."""
    names = ("肌酐", "Scr") if lang == "zh" else ("creatinine",)
    if draws.coin(1, 2):
        micro = draws.between(62, 380 if female else 420)
        scr = f.ratio(D(micro), f.UMOL_PER_MG_DL)
        steps = f"{micro} ÷ 88.4 = {plain(f.rounded(scr, 3))} mg/dL"
        return scr, lab("血肌酐", "Serum creatinine", lang, str(micro), "μmol/L", *names), steps
    scr = D(draws.between(70, 430)).scaleb(-2)
    return scr, lab("血肌酐", "Serum creatinine", lang, plain(scr), "mg/dL", *names), f"Scr = {plain(scr)} mg/dL"


def ckd_epi_2021(lang: Lang, draws: Draws) -> Case:
    """EGFR by CKD-EPI 2021."""
    female, age = draws.coin(1, 2), draws.between(22, 88)
    scr, fact, steps = creatinine(lang, draws, female=female)
    exact = f.ckd_epi_2021(scr, age, female=female)
    kappa, alpha = ("0.7", "-0.241") if female else ("0.9", "-0.302")
    s = plain(f.rounded(scr, 2))
    ask = say(
        lang,
        draws.choice(
            (
                "请用 CKD-EPI 2021 公式(不含种族项)计算 eGFR(mL/min/1.73 m²)，四舍五入取整数。",
                "按 2021 版 CKD-EPI 方程(无种族系数)，该患者的 eGFR 是多少 mL/min/1.73 m²？取整数。",
                "需要 eGFR 来判断 CKD 分期，请用 2021 年 CKD-EPI 方程(不计种族)计算，单位 mL/min/1.73 m²，结果取整。",
            )
        ),
        draws.choice(
            (
                "What is the eGFR by the 2021 CKD-EPI equation (without race), in mL/min/1.73 m², rounded to a whole number?",
                "Please work out the eGFR with the race-free CKD-EPI equation of 2021 (mL/min/1.73 m², whole number).",
                "For CKD staging we need the eGFR from CKD-EPI 2021 (no race term), mL/min/1.73 m², to the nearest whole number.",
            )
        ),
    )
    other, old = f.ckd_epi_2021(scr, age, female=not female), f.ckd_epi_2009(scr, age, female=female)
    no_age = f.ratio(exact, f.CTX.power(D("0.9938"), age))
    wrong = say(lang, "取", "with")
    return Case(
        ask=ask,
        exact=exact,
        places=0,
        tolerance=coarse(exact),
        unit="mL/min/1.73m²",
        working=f"{steps}; κ = {kappa}, α = {alpha}; 142 × min(Scr/κ,1)^α × max(Scr/κ,1)^-1.200 × 0.9938^{age}"
        + (" × 1.012" if female else ""),
        facts=(age_fact(lang, age), sex_fact(lang, female=female), fact),
        noise=noise(lang, draws, 2),
        slips=(
            Slip(how=f"Scr {s}; {wrong} κ = {'0.9' if female else '0.7'}", value=other),
            Slip(how=f"142 × min({s}/{kappa},1)^{alpha} × max({s}/{kappa},1)^-1.200", value=no_age),
            Slip(how=f"141 × max({s}/{kappa},1)^-1.209 × 0.993^{age}", value=old),
            Slip(how=f"141 × max({s}/{kappa},1)^-1.209 × 0.993^{age} × 1.159", value=f.product(old, D("1.159"))),
        ),
    )


def cockcroft_gault(lang: Lang, draws: Draws) -> Case:
    """Creatinine clearance by Cockcroft–Gault with actual weight."""
    female, age = draws.coin(3, 5), draws.between(35, 90)
    weight = D(draws.between(42, 92) if female else draws.between(50, 98))
    scr, fact, steps = creatinine(lang, draws, female=female)
    exact = f.cockcroft_gault(scr, age, weight, female=female)
    man = f.cockcroft_gault(scr, age, weight, female=False)
    s = plain(f.rounded(scr, 2))
    ask = say(
        lang,
        draws.choice(
            (
                "调整抗菌药剂量前，请用 Cockcroft–Gault 公式(按实际体格)估算内生肌酐清除率，单位 mL/min，取整数。",
                "请按 Cockcroft–Gault 公式算出肌酐清除率(mL/min，四舍五入取整，不做体表面积校正)。",
                "药师要核对剂量：Cockcroft–Gault 法的 CrCl 是多少 mL/min？结果取整。",
            )
        ),
        draws.choice(
            (
                "Before an anticoagulant is dosed: what is the Cockcroft–Gault creatinine clearance in mL/min, as a whole number?",
                "Work out the creatinine clearance by Cockcroft and Gault (mL/min, whole number, not corrected for body surface).",
                "The pharmacist asks for the CrCl by Cockcroft–Gault in mL/min. Round to a whole number.",
            )
        ),
    )
    base = f"(140 − {age}) × {short(weight)} ÷ (72 × {s})"
    slips = [
        Slip(how=base, value=man) if female else Slip(how=base + " × 0.85", value=f.product(man, D("0.85"))),
        Slip(
            how=f"{age} × {short(weight)} ÷ (72 × {s})", value=f.ratio(f.product(D(age), weight), f.product(D(72), scr))
        ),
        Slip(how=f"CKD-EPI: Scr {s}", value=f.ckd_epi_2021(scr, age, female=female)),
    ]
    return Case(
        ask=ask,
        exact=exact,
        places=0,
        tolerance=coarse(exact),
        unit="mL/min",
        working=f"{steps}; {base}" + (" × 0.85" if female else ""),
        # "creatinine" stands in the question itself, so that naming it would not show that its value is missing.
        facts=(age_fact(lang, age), sex_fact(lang, female=female), weight_fact(lang, weight), replace(fact, names=())),
        noise=(height_fact(lang, draws.between(148, 190)), *noise(lang, draws, 1)),
        slips=tuple(slips),
    )


def corrected_calcium(lang: Lang, draws: Draws) -> Case:
    """Albumin-adjusted calcium, in mg/dL or mmol/L, with the coefficients stated."""
    si = draws.coin(3, 5) if lang == "zh" else draws.coin(2, 5)
    if si:
        calcium, albumin = D(draws.between(170, 245)).scaleb(-2), D(draws.between(18, 36))
        factor, normal, unit, alb_unit, places = D("0.02"), D(40), "mmol/L", "g/L", 2
    else:
        calcium, albumin = D(draws.between(68, 98)).scaleb(-1), D(draws.between(18, 36)).scaleb(-1)
        factor, normal, unit, alb_unit, places = D("0.8"), D("4.0"), "mg/dL", "g/dL", 1
    gap = factor * (normal - albumin)
    rule = say(
        lang,
        f"以白蛋白 {normal} {alb_unit} 为准，每低 1 {alb_unit} 加 {factor} {unit}",
        f"add {factor} {unit} for each {alb_unit} of albumin below {normal} {alb_unit}",
    )
    digits = say(lang, "一位" if places == 1 else "两位", "one decimal place" if places == 1 else "two decimal places")
    ask = say(
        lang,
        draws.choice(
            (
                f"请计算校正血钙({rule})，单位 {unit}，保留{digits}小数。",
                f"低蛋白血症时总钙偏低。按“{rule}”校正后是多少 {unit}？保留{digits}小数。",
            )
        ),
        draws.choice(
            (
                f"What is the albumin-adjusted calcium in {unit}, to {digits}? Rule: {rule}.",
                f"Please adjust the calcium for albumin ({rule}); answer in {unit}, {digits}.",
            )
        ),
    )
    names = (("血钙", "总钙", "钙") if lang == "zh" else ("calcium",)), (("白蛋白",) if lang == "zh" else ("albumin",))
    return Case(
        ask=ask,
        exact=calcium + gap,
        places=places,
        tolerance=D("0.05") if places == 1 else D("0.005"),
        unit=unit,
        working=f"{calcium} + {factor} × ({normal} − {albumin})",
        facts=(
            lab("血清总钙", "Total calcium", lang, plain(calcium), unit, *names[0]),
            lab("白蛋白", "Albumin", lang, plain(albumin), alb_unit, *names[1]),
        ),
        noise=(
            age_fact(lang, draws.between(30, 85)),
            lab("血磷", "Phosphate", lang, plain(D(draws.between(80, 160)).scaleb(-2)), "mmol/L"),
            *noise(lang, draws, 1),
        ),
        slips=(
            Slip(how=f"{calcium} − {factor} × ({normal} − {albumin})", value=calcium - gap),
            Slip(how=f"{calcium} + {factor} × {albumin}", value=calcium + factor * albumin),
            Slip(how=f"{calcium} + ({normal} − {albumin}) ÷ 10", value=calcium + (normal - albumin) / 10),
        ),
        margin=D("0.02"),
    )


def anion_gap(lang: Lang, draws: Draws) -> Case:
    """Anion gap without potassium."""
    na, bicarbonate, gap = draws.between(128, 150), draws.between(6, 26), draws.between(7, 28)
    chloride = na - bicarbonate - gap
    k = D(draws.between(28, 58)).scaleb(-1)
    ask = say(
        lang,
        draws.choice(
            (
                "请计算阴离子间隙(不计钾)，单位 mmol/L，取整数。",
                "代谢性酸中毒待查：不含钾的阴离子间隙(AG)是多少 mmol/L？取整数。",
            )
        ),
        draws.choice(
            (
                "What is the anion gap (potassium not counted), in mmol/L, as a whole number?",
                "Work out the anion gap without potassium, mmol/L, whole number.",
            )
        ),
    )
    zh = lang == "zh"
    return Case(
        ask=ask,
        exact=D(gap),
        places=0,
        tolerance=D(0),
        unit="mmol/L",
        working=f"{na} − ({chloride} + {bicarbonate})",
        facts=(
            lab("钠", "Sodium", lang, str(na), "mmol/L", *(("钠", "Na") if zh else ("sodium", "Na"))),
            lab("氯", "Chloride", lang, str(chloride), "mmol/L", *(("氯", "Cl") if zh else ("chloride", "Cl"))),
            lab(
                "碳酸氢根",
                "Bicarbonate",
                lang,
                str(bicarbonate),
                "mmol/L",
                *(("碳酸氢", "HCO3") if zh else ("bicarbonate", "HCO3")),
            ),
        ),
        noise=(
            lab("钾", "Potassium", lang, plain(k), "mmol/L"),
            lab("血糖", "Glucose", lang, plain(D(draws.between(42, 240)).scaleb(-1)), "mmol/L"),
            age_fact(lang, draws.between(20, 88)),
        ),
        slips=(
            Slip(how=f"{na} + {k} − ({chloride} + {bicarbonate})", value=D(gap) + k),
            Slip(how=f"{na} − {chloride}", value=D(na - chloride)),
            Slip(how=f"{na} − {chloride} + {bicarbonate}", value=D(na - chloride + bicarbonate)),
        ),
    )


def osmolality(lang: Lang, draws: Draws) -> Case:
    """Calculated osmolality, in mmol/L or from mg/dL, with the form stated."""
    na = draws.between(122, 158)
    k = D(draws.between(30, 56)).scaleb(-1)
    zh = lang == "zh"
    si = draws.coin(4, 5) if zh else draws.coin(1, 2)
    if si:
        glucose, urea = D(draws.between(40, 450)).scaleb(-1), D(draws.between(30, 280)).scaleb(-1)
        exact, unit, form = (
            2 * na + glucose + urea,
            "mmol/L",
            say(lang, "2×钠+葡萄糖+尿素(均为 mmol/L)", "2 × Na + glucose + urea, all in mmol/L"),
        )
        working = f"2 × {na} + {glucose} + {urea}"
    else:
        glucose, urea = D(draws.between(80, 800)), D(draws.between(10, 80))
        exact, unit = 2 * na + f.ratio(glucose, D(18)) + f.ratio(urea, D("2.8")), "mg/dL"
        form = say(lang, "2×钠+葡萄糖/18+尿素氮/2.8", "2 × Na + glucose/18 + BUN/2.8")
        working = f"2 × {na} + {glucose} ÷ 18 + {urea} ÷ 2.8"
    ask = say(
        lang,
        draws.choice(
            (
                f"请按“{form}”计算血浆渗透压，单位 mOsm/kg，取整数。",
                f"按常用算式({form})，计算渗透压是多少 mOsm/kg？四舍五入取整。",
            )
        ),
        draws.choice(
            (
                f"Give the calculated osmolality ({form}) in mOsm/kg, rounded to a whole number.",
                f"What is the calculated serum osmolality in mOsm/kg? Use {form}; whole number.",
            )
        ),
    )
    return Case(
        ask=ask,
        exact=exact,
        places=0,
        tolerance=D(1),
        unit="mOsm/kg",
        working=working,
        facts=(
            lab("血钠", "Serum sodium", lang, str(na), "mmol/L", *(("钠",) if zh else ("sodium", "Na"))),
            lab("血糖", "Blood glucose", lang, plain(glucose), unit, *(("糖",) if zh else ("glucose", "sugar"))),
            lab(
                "血尿素" if si else "血尿素氮",
                "Serum urea" if si else "Blood urea nitrogen",
                lang,
                plain(urea),
                unit,
                *(("尿素",) if zh else ("urea", "BUN")),
            ),
        ),
        noise=(lab("血钾", "Serum potassium", lang, plain(k), "mmol/L"), age_fact(lang, draws.between(20, 88))),
        slips=(
            Slip(how=f"{na} + {glucose} + {urea}", value=na + (exact - 2 * na)),
            Slip(how=f"2 × ({na} + {k}) + ...", value=exact + 2 * k),
            Slip(how=f"2 × {na} + {glucose}", value=exact - (urea if si else f.ratio(urea, D("2.8")))),
        ),
    )
