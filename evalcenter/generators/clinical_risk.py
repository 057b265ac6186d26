"""Patients whose ten-year cardiovascular risk is asked for by the model of the Framingham study.

Nobody knows the model by heart, so the question gives both sexes' coefficients: what is tested is taking the right column, the
right pressure and the right unit. It refuses risks above 35 % and below 2 %, where the model is not used.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Final

from evalcenter.draws import Draws
from evalcenter.generators import formulas as f
from evalcenter.generators.clinical_facts import Case, Slip, age_fact, lab, named, noise, sex_fact
from evalcenter.generators.drafting import Fact, plain, say
from evalcenter.records import Lang

D = Decimal
_ROWS: Final = (
    ("age", "ln(年龄，岁)", "ln(years of age)"),
    ("cholesterol", "ln(总胆固醇，mg/dL)", "ln(total cholesterol, mg/dL)"),
    ("hdl", "ln(HDL，mg/dL)", "ln(HDL, mg/dL)"),
    ("untreated", "ln(收缩压)，未服降压药时", "ln(systolic pressure) if untreated"),
    ("treated", "ln(收缩压)，服降压药时", "ln(systolic pressure) if treated"),
    ("smoking", "吸烟", "smoker"),
    ("diabetes", "糖尿病", "diabetes"),
    ("mean", "均值", "mean"),
    ("survival", "S0", "S0"),
)


def _table(lang: Lang) -> str:
    """Both columns of the model."""
    lines = [
        f"{say(lang, zh, en)}: {plain(getattr(f.WOMEN, name))} / {plain(getattr(f.MEN, name))}"
        for name, zh, en in _ROWS
    ]
    return "\n".join(lines)


def _lipid(lang: Lang, zh: str, en: str, milligrams: int, *, si: bool) -> Fact:
    value = plain(f.rounded(f.ratio(D(milligrams), D("38.67")), 2)) if si else str(milligrams)
    return lab(zh, en, lang, value, "mmol/L" if si else "mg/dL")


def framingham_2008(lang: Lang, draws: Draws) -> Case:
    """General cardiovascular risk in % with one decimal; cholesterol stands in mmol/L (38.67 mg/dL) or in mg/dL."""
    female = draws.coin(1, 2)
    si = draws.coin(9, 10) if lang == "zh" else draws.coin(1, 2)
    cholesterol, hdl = draws.between(140, 290), draws.between(32, 82)
    amounts = [f.rounded(f.ratio(D(n), D("38.67")), 2) * D("38.67") if si else D(n) for n in (cholesterol, hdl)]
    heart = f.Heart(
        age=draws.between(34, 72),
        cholesterol=amounts[0],
        hdl=amounts[1],
        systolic=draws.between(106, 168),
        treated=draws.coin(1, 2),
        smoker=draws.coin(2, 5),
        diabetic=draws.coin(1, 4),
    )
    own, other = (f.WOMEN, f.MEN) if female else (f.MEN, f.WOMEN)
    exact = f.framingham_2008(heart, own)
    usual = D(2) <= exact <= D(35)
    return Case(
        ask=_ask(lang, draws),
        exact=exact,
        places=1,
        tolerance=D("0.3"),
        unit="%",
        working=_sum(heart, own),
        facts=_facts(lang, heart, female=female, lipids=(cholesterol, hdl), si=si),
        noise=(
            lab("舒张压", "Diastolic pressure", lang, str(draws.between(62, 98)), "mmHg"),
            *noise(lang, draws, 1),
        ),
        slips=(
            Slip(how=say(lang, "用了另一性别的系数", "the other sex's column"), value=f.framingham_2008(heart, other)),
            Slip(
                how=say(lang, "降压治疗的系数取反", "the wrong coefficient of pressure"),
                value=f.framingham_2008(replace(heart, treated=not heart.treated), own),
            ),
            Slip(
                how=say(lang, "漏掉吸烟与糖尿病", "smoking and diabetes left out"),
                value=f.framingham_2008(replace(heart, smoker=False, diabetic=False), own),
            ),
            Slip(how=say(lang, "HDL 与总胆固醇颠倒", "HDL and total cholesterol swapped"), value=_swapped(heart, own)),
        ),
        rivals=() if usual else (exact + 1,),
    )


def _swapped(heart: f.Heart, weights: f.Weights) -> Decimal:
    return f.framingham_2008(replace(heart, cholesterol=heart.hdl, hdl=heart.cholesterol), weights)


def _sum(heart: f.Heart, weights: f.Weights) -> str:
    pressure = weights.treated if heart.treated else weights.untreated
    terms = [
        f"{weights.age} × ln({heart.age})",
        f"{weights.cholesterol} × ln({plain(f.rounded(heart.cholesterol, 1))})",
        f"{pressure} × ln({heart.systolic})",
        *([str(weights.smoking)] if heart.smoker else []),
        *([str(weights.diabetes)] if heart.diabetic else []),
    ]
    total = f"{' + '.join(terms)} − {-weights.hdl} × ln({plain(f.rounded(heart.hdl, 1))}) − {weights.mean}"
    return f"100 × (1 − {weights.survival}^exp({total}))"


def _facts(lang: Lang, heart: f.Heart, *, female: bool, lipids: tuple[int, int], si: bool) -> tuple[Fact, ...]:
    """The patient. Only the sex may be left out: the table names everything else."""
    yes, no = say(lang, "有", "yes"), say(lang, "无", "no")
    joint = say(lang, "：", ": ")
    return (
        age_fact(lang, heart.age),
        sex_fact(lang, female=female),
        _lipid(lang, "总胆固醇", "Total cholesterol", lipids[0], si=si),
        _lipid(lang, "HDL-C", "HDL cholesterol", lipids[1], si=si),
        lab("收缩压", "Systolic pressure", lang, str(heart.systolic), "mmHg"),
        named(lang, say(lang, "降压药", "Treatment for hypertension"), yes if heart.treated else no, joint=joint),
        named(lang, say(lang, "目前吸烟", "Current smoking"), yes if heart.smoker else no, joint=joint),
        named(lang, say(lang, "糖尿病", "Diabetes"), yes if heart.diabetic else no, joint=joint),
    )


def _ask(lang: Lang, draws: Draws) -> str:
    zh = draws.choice(
        (
            "请按下列 Framingham 一般心血管病模型(2008)计算 10 年风险",
            "体检咨询：用 Framingham 2008 模型算 10 年心血管病风险",
        )
    )
    en = draws.choice(
        (
            "What is the ten-year risk by the Framingham general cardiovascular model of 2008, in %, to one decimal place?",
            "Please work out the ten-year risk with the Framingham model of 2008, in %, to one decimal place.",
        )
    )
    return say(
        lang,
        f"{zh}，单位 %，保留一位小数：风险 = 100 × (1 − S0^exp(Σ系数×变量 − 均值))，是为 1、否为 0；胆固醇 1 mmol/L = 38.67 mg/dL；"
        f"中间步骤至少留四位小数。系数(女 / 男)：\n{_table(lang)}",
        f"{en} Risk = 100 × (1 − S0^exp(Σ coefficient × variable − mean)); yes is 1, no is 0; "
        f"1 mmol/L of cholesterol is 38.67 mg/dL; keep at least four decimals on the way. "
        f"Coefficients (women / men):\n{_table(lang)}",
    )
