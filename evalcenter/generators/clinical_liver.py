"""Patients with cirrhosis and a score by logarithms: MELD, MELD-Na, MELD 3.0. The rules are those of `clinical_cases.py`.

A score is a whole number without tolerance: a draw within 0.2 of a rounding tie is refused, and so is one in which the order of
rounding decides. In most patients one value lies outside the formula's bounds, because that is where the scores go wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from evalcenter.draws import Draws
from evalcenter.generators import formulas as f
from evalcenter.generators.clinical_facts import Case, Slip, age_fact, lab, named, noise, sex_fact
from evalcenter.generators.drafting import Fact, plain, say
from evalcenter.records import Lang

D = Decimal
MARGIN = D("0.2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """Values as they are computed with, and the facts in which they are told."""

    liver: f.Liver
    facts: tuple[Fact, ...]
    steps: str


def _lab(draws: Draws, lang: Lang, span: tuple[int, int], per: Decimal) -> tuple[Decimal, str, str]:
    """A value in mg/dL, drawn in tenths of it or in whole μmol/L, with its text and unit."""
    if draws.coin(9, 10) if lang == "zh" else draws.coin(1, 2):
        micro = draws.between(int(span[0] * per / 10), int(span[1] * per / 10))
        return f.ratio(D(micro), per), str(micro), "μmol/L"
    value = D(draws.between(*span)).scaleb(-1)
    return value, plain(value), "mg/dL"


def _patient(lang: Lang, draws: Draws) -> Patient:
    zh = lang == "zh"
    bilirubin, bilirubin_text, bilirubin_unit = _lab(
        draws, lang, (5, 9) if draws.coin(1, 4) else (12, 140), f.UMOL_BILIRUBIN
    )
    spans = ((5, 9), (12, 29), (12, 29), (32, 58))
    creatinine, creatinine_text, creatinine_unit = _lab(draws, lang, draws.choice(spans), f.UMOL_PER_MG_DL)
    inr = D(draws.between(9, 30)).scaleb(-1)
    dialysed = draws.coin(1, 6)
    steps = []
    if bilirubin_unit == "μmol/L":
        steps.append(f"{bilirubin_text} ÷ 17.1 = {plain(f.rounded(bilirubin, 2))} mg/dL")
    if creatinine_unit == "μmol/L":
        steps.append(f"{creatinine_text} ÷ 88.4 = {plain(f.rounded(creatinine, 2))} mg/dL")
    facts = (
        lab("总胆红素", "Total bilirubin", lang, bilirubin_text, bilirubin_unit, "胆红素" if zh else "bilirubin"),
        # After two dialyses the formula takes its ceiling, so that nobody needs the measured value.
        lab(
            "血肌酐",
            "Serum creatinine",
            lang,
            creatinine_text,
            creatinine_unit,
            *(() if dialysed else say(lang, "肌酐", "creatinine").split()),
        ),
        lab("INR", "INR", lang, plain(inr), "", "INR", "国际标准化比值" if zh else "international normalised ratio"),
        named(
            lang,
            say(lang, "近一周透析", "Dialysis in the last week"),
            say(lang, "2 次", "twice") if dialysed else say(lang, "无", "none"),
            joint=say(lang, "：", ": "),
        ),
    )
    liver = f.Liver(bilirubin=bilirubin, creatinine=creatinine, inr=inr, dialysed=dialysed)
    return Patient(liver=liver, facts=facts, steps="; ".join(steps))


def _bounded(liver: f.Liver, ceiling: str) -> tuple[str, str, str]:
    """Bilirubin, creatinine and INR as they enter the formula, in texts."""
    creatinine = D(ceiling) if liver.dialysed else f.clamp(liver.creatinine, "1", ceiling)
    values = (f.clamp(liver.bilirubin, "1"), creatinine, f.clamp(liver.inr, "1"))
    return tuple(plain(f.rounded(value, 2)) for value in values)  # type: ignore[return-value]


def _working(patient: Patient, text: str) -> str:
    return f"{patient.steps}; {text}" if patient.steps else text


def _noise(lang: Lang, draws: Draws, *more: Fact) -> tuple[Fact, ...]:
    return (age_fact(lang, draws.between(24, 76)), *more, *noise(lang, draws, 1))


def _asks(lang: Lang, draws: Draws, zh: tuple[str, ...], en: tuple[str, ...]) -> str:
    return draws.choice(zh if lang == "zh" else en)


def _raw(liver: f.Liver) -> Decimal:
    """MELD from the values as measured, with no bound at all: what forgetting the bounds gives."""
    return f.meld_unbounded(liver.bilirubin, liver.creatinine, liver.inr)


def meld(lang: Lang, draws: Draws) -> Case:
    """The original MELD with the bounds of the transplant network."""
    patient = _patient(lang, draws)
    liver, exact = patient.liver, f.meld(patient.liver)
    bilirubin, creatinine, inr = _bounded(liver, "4")
    terms = f"9.57 × ln({creatinine}) + 3.78 × ln({bilirubin}) + 11.20 × ln({inr})"
    log10 = f.ratio(exact - D("6.43"), f.CTX.ln(D(10))) + D("6.43")
    sodium = lab("血钠", "Serum sodium", lang, str(draws.between(124, 142)), "mmol/L")
    return Case(
        ask=_asks(
            lang,
            draws,
            (
                "请计算原始 MELD 评分(不含血钠；低于 1.0 的检验值按 1.0 计，按 UNOS/OPTN 规则设上限)，取整数。",
                "肝移植评估：不加血钠的 MELD 是几分？按 OPTN 的上下限规则，四舍五入取整。",
            ),
            (
                "What is the original MELD score (without sodium, OPTN lower and upper bounds), as a whole number?",
                "Transplant work-up: please work out the MELD without sodium, with the bounds of UNOS/OPTN, rounded.",
            ),
        ),
        exact=exact,
        places=0,
        tolerance=D(0),
        unit="",
        working=_working(patient, f"{terms} + 6.43"),
        facts=patient.facts,
        noise=_noise(lang, draws, sodium),
        slips=(
            Slip(how=say(lang, "检验值不设上下限", "no bounds applied"), value=_raw(liver)),
            Slip(how=terms, value=exact - D("6.43")),
            Slip(how=f"log10: {terms} + 6.43", value=log10),
            Slip(how="MELD 3.0", value=f.meld_3(liver)),
        ),
        margin=MARGIN,
        rivals=(D(40),) if exact > 40 else (),
    )


def meld_na(lang: Lang, draws: Draws) -> Case:
    """MELD-Na in the form of 2016."""
    patient = _patient(lang, draws)
    sodium = draws.between(121, 141)
    first = f.meld(patient.liver)
    base = f.rounded(first, 0)
    exact = f.meld_na(base, D(sodium))
    low, high = (f.rounded(first + sign * MARGIN, 0) for sign in (-1, 1))
    rivals = [f.meld_na(value, D(sodium)) for value in (first, low, high)]
    below = 137 - f.clamp(D(sodium), "125", "137")
    raw = base + _times("1.32", 137 - D(sodium)) - _times("0.033", base, 137 - D(sodium))
    return Case(
        ask=_asks(
            lang,
            draws,
            (
                "请计算 MELD-Na(2016 年 OPTN 公式，MELD 取整后再加血钠校正)，取整数。",
                "肝移植评估：按 2016 版 OPTN 规则，含血钠的 MELD-Na 是几分？取整数。",
            ),
            (
                "What is the MELD-Na by the OPTN formula of 2016 (MELD rounded first), as a whole number?",
                "Please work out the sodium MELD in the OPTN version of 2016, rounded to a whole number.",
            ),
        ),
        exact=exact,
        places=0,
        tolerance=D(0),
        unit="",
        working=_working(
            patient,
            f"MELD {plain(base)}; {plain(base)} + 1.32 × {plain(below)} − 0.033 × {plain(base)} × {plain(below)}"
            if base > 11
            else f"MELD {plain(base)} ≤ 11",
        ),
        facts=(*patient.facts, lab("血钠", "Serum sodium", lang, str(sodium), "mmol/L")),
        noise=_noise(lang, draws),
        slips=(
            Slip(how=say(lang, "不校正血钠", "no correction for sodium"), value=base),
            Slip(how=say(lang, f"血钠不设界限，取 {sodium}", f"sodium taken as {sodium}, unbounded"), value=raw),
            Slip(
                how=say(lang, "检验值不设上下限", "no bounds applied"), value=f.meld_na(_raw(patient.liver), D(sodium))
            ),
            Slip(how="MELD 3.0", value=f.meld_3(replace(patient.liver, sodium=D(sodium)))),
            Slip(how=f"{plain(base)} + 1.32 × {plain(below)}", value=base + _times("1.32", below)),
        ),
        margin=MARGIN,
        rivals=(*rivals, D(40)) if exact > 40 else tuple(rivals),
    )


def _times(weight: str, *values: Decimal) -> Decimal:
    """`weight` times all `values`."""
    return f.product(D(weight), *values)


def meld_3(lang: Lang, draws: Draws) -> Case:
    """MELD 3.0 of an adult."""
    patient = _patient(lang, draws)
    female, sodium, tenths = draws.coin(1, 2), draws.between(121, 141), draws.between(13, 42)
    liver = replace(patient.liver, female=female, sodium=D(sodium), albumin=D(tenths).scaleb(-1))
    exact = f.meld_3(liver)
    grams = draws.coin(9, 10) if lang == "zh" else draws.coin(1, 2)
    albumin = (str(tenths), "g/L") if grams else (plain(liver.albumin), "g/dL")
    bilirubin, creatinine, inr = _bounded(liver, "3")
    salt = plain(137 - f.clamp(liver.sodium, "125", "137"))
    protein = plain(D("3.5") - f.clamp(liver.albumin, "1.5", "3.5"))
    terms = (
        f"{'1.33 + ' if female else ''}4.56 × ln({bilirubin}) + 0.82 × {salt} − 0.24 × {salt} × ln({bilirubin}) + 9.09 × ln({inr}) "
        f"+ 11.14 × ln({creatinine}) + 1.85 × {protein} − 1.83 × {protein} × ln({creatinine}) + 6"
    )
    other = f.meld_3(replace(liver, female=not female))
    zh = lang == "zh"
    return Case(
        ask=_asks(
            lang,
            draws,
            (
                "请计算 MELD 3.0 评分(成人；注意各项的上下限)，取整数。",
                "肝移植分配现用 MELD 3.0。这位成人患者是几分？四舍五入取整。",
            ),
            (
                "What is the MELD 3.0 score of this adult (with its bounds), as a whole number?",
                "Liver allocation now goes by MELD 3.0. Please work it out for this adult and round it.",
            ),
        ),
        exact=exact,
        places=0,
        tolerance=D(0),
        unit="",
        working=_working(patient, terms),
        facts=(
            *patient.facts,
            sex_fact(lang, female=female),
            lab("血钠", "Serum sodium", lang, str(sodium), "mmol/L", "血钠" if zh else "sodium"),
            lab("白蛋白", "Albumin", lang, *albumin, "白蛋白" if zh else "albumin"),
        ),
        noise=_noise(lang, draws),
        slips=(
            Slip(how=say(lang, "性别项用错", "the term for sex taken wrongly"), value=other),
            Slip(how=say(lang, "肌酐上限取 4.0", "creatinine capped at 4.0"), value=f.meld_3(liver, "4")),
            Slip(how="MELD", value=f.meld(liver)),
            Slip(how="MELD-Na", value=f.meld_na(f.rounded(f.meld(liver), 0), liver.sodium)),
            Slip(how=say(lang, "不计白蛋白", "albumin left out"), value=f.meld_3(replace(liver, albumin=D("3.5")))),
        ),
        margin=MARGIN,
        rivals=(D(40),) if exact > 40 else (),
    )
