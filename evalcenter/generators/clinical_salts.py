"""Patients with a corrected sodium, an albumin-adjusted anion gap or an osmolal gap. The rules are those of `clinical_cases.py`.

Every question states the form it wants (factor, normal albumin, divisors), because several are in use.
"""

from __future__ import annotations

from decimal import Decimal

from evalcenter.draws import Draws
from evalcenter.generators import formulas as f
from evalcenter.generators.clinical_facts import Case, Slip, age_fact, lab, noise
from evalcenter.generators.drafting import Fact, plain, say
from evalcenter.records import Lang

D = Decimal


def _sodium(lang: Lang, sodium: int) -> Fact:
    return lab("血钠", "Serum sodium", lang, str(sodium), "mmol/L", *say(lang, "血钠|钠", "sodium|Na").split("|"))


def _glucose(lang: Lang, glucose: Decimal, unit: str) -> Fact:
    return lab("血糖", "Blood glucose", lang, plain(glucose), unit, *say(lang, "血糖", "glucose|sugar").split("|"))


def _chosen(lang: Lang, draws: Draws, zh: tuple[str, ...], en: tuple[str, ...]) -> str:
    """One of the wordings in `lang`."""
    return draws.choice(zh if lang == "zh" else en)


def corrected_sodium(lang: Lang, draws: Draws) -> Case:
    """Sodium corrected for a high glucose, by Katz (1.6) or Hillier (2.4), with one decimal."""
    sodium = draws.between(116, 140)
    factor, other, author = draws.choice(((D("1.6"), D("2.4"), "Katz"), (D("2.4"), D("1.6"), "Hillier")))
    if draws.coin(9, 10) if lang == "zh" else draws.coin(1, 2):
        glucose, step, unit = D(draws.between(140, 480)).scaleb(-1), D("5.6"), "mmol/L"
    else:
        glucose, step, unit = D(draws.between(260, 860)), D(100), "mg/dL"
    exact = f.corrected_sodium(D(sodium), glucose, factor, step)
    rule = say(
        lang,
        f"{author} 法：血糖超过 {step} {unit} 的部分，每 {step} {unit} 血钠加 {factor} mmol/L",
        f"{author}: {factor} mmol/L for every {step} {unit} above {step} {unit}",
    )
    ask = _chosen(
        lang,
        draws,
        (
            f"高血糖时测得的钠偏低。请计算校正后的值({rule})，单位 mmol/L，保留一位小数。",
            f"糖尿病高渗状态，补液前要校正钠。{rule}。结果是多少 mmol/L？保留一位小数。",
        ),
        (
            f"What is the value corrected for hyperglycaemia ({rule}), in mmol/L, to one decimal place?",
            f"Before fluids are chosen: please correct for the hyperglycaemia. {rule}. Answer in mmol/L, one decimal place.",
        ),
    )
    over = f"({plain(glucose)} − {step}) ÷ {step}"
    gain = exact - sodium
    return Case(
        ask=ask,
        exact=exact,
        places=1,
        tolerance=D("0.2"),
        unit="mmol/L",
        working=f"{sodium} + {factor} × {over}",
        facts=(_sodium(lang, sodium), _glucose(lang, glucose, unit)),
        noise=(
            lab("血钾", "Serum potassium", lang, plain(D(draws.between(30, 58)).scaleb(-1)), "mmol/L"),
            age_fact(lang, draws.between(20, 88)),
            *noise(lang, draws, 1),
        ),
        slips=(
            Slip(how=f"{sodium} + {other} × {over}", value=f.corrected_sodium(D(sodium), glucose, other, step)),
            Slip(how=f"{sodium} − {factor} × {over}", value=sodium - gain),
            Slip(how=f"{sodium} + {factor} × {plain(glucose)} ÷ {step}", value=exact + factor),
        ),
        margin=D("0.02"),
    )


def albumin_adjusted_anion_gap(lang: Lang, draws: Draws) -> Case:
    """The anion gap without potassium, adjusted for a low albumin, with one decimal."""
    sodium, bicarbonate, gap = draws.between(128, 148), draws.between(8, 26), draws.between(4, 20)
    chloride = sodium - bicarbonate - gap
    potassium = D(draws.between(28, 58)).scaleb(-1)
    if draws.coin(9, 10) if lang == "zh" else draws.coin(1, 2):
        albumin, normal, factor, unit = D(draws.between(14, 36)), D(40), D("0.25"), "g/L"
    else:
        albumin, normal, factor, unit = D(draws.between(14, 36)).scaleb(-1), D("4.0"), D("2.5"), "g/dL"
    added = factor * (normal - albumin)
    rule = say(
        lang,
        f"以 {normal} {unit} 为正常，每低 1 {unit} 加 {factor} mmol/L",
        f"add {factor} mmol/L for each {unit} below {normal} {unit}",
    )
    ask = _chosen(
        lang,
        draws,
        (
            f"低蛋白血症会掩盖酸中毒。请计算经白蛋白校正的阴离子间隙(不计钾；{rule})，单位 mmol/L，保留一位小数。",
            f"ICU 患者，阴离子间隙(不含钾)按白蛋白校正后是多少 mmol/L？规则：{rule}。保留一位小数。",
        ),
        (
            f"What is the anion gap (potassium not counted) adjusted for albumin? Rule: {rule}. In mmol/L, one decimal place.",
            f"Please give the albumin-adjusted anion gap without potassium ({rule}), mmol/L, to one decimal place.",
        ),
    )
    zh = lang == "zh"
    base = f"{sodium} − ({chloride} + {bicarbonate})"
    return Case(
        ask=ask,
        exact=gap + added,
        places=1,
        tolerance=D("0.05"),
        unit="mmol/L",
        working=f"{base} + {factor} × ({normal} − {plain(albumin)})",
        facts=(
            _sodium(lang, sodium),
            lab("血氯", "Serum chloride", lang, str(chloride), "mmol/L", *(("氯",) if zh else ("chloride",))),
            lab(
                "碳酸氢根", "Bicarbonate", lang, str(bicarbonate), "mmol/L", *(("碳酸氢",) if zh else ("bicarbonate",))
            ),
            lab("白蛋白", "Albumin", lang, plain(albumin), unit, *(("血白蛋白", "白蛋白") if zh else ("albumin",))),
        ),
        noise=(
            lab("血钾", "Serum potassium", lang, plain(potassium), "mmol/L"),
            lab("乳酸", "Lactate", lang, plain(D(draws.between(8, 74)).scaleb(-1)), "mmol/L"),
            age_fact(lang, draws.between(20, 88)),
        ),
        slips=(
            Slip(how=base, value=D(gap)),
            Slip(how=f"{base} − {factor} × ({normal} − {plain(albumin)})", value=gap - added),
            Slip(
                how=f"{sodium} + {potassium} − ({chloride} + {bicarbonate}) + {factor} × ({normal} − {plain(albumin)})",
                value=gap + added + potassium,
            ),
            Slip(how=f"{base} + ({normal} − {plain(albumin)})", value=gap + normal - albumin),
        ),
        margin=D("0.02"),
    )


def osmolal_gap(lang: Lang, draws: Draws) -> Case:
    """Measured less calculated osmolality, with ethanol in half of the cases."""
    sodium, drunk = draws.between(128, 148), draws.coin(1, 2)
    si = draws.coin(9, 10) if lang == "zh" else draws.coin(1, 2)
    if si:
        amounts = [D(draws.between(*span)).scaleb(-1) for span in ((40, 180), (28, 160), (80, 700))]
        divisors, unit = [D(1)] * 3, "mmol/L"
    else:
        amounts = [D(draws.between(*span)) for span in ((76, 320), (9, 58), (40, 320))]
        divisors, unit = [D(18), D("2.8"), D("4.6")], "mg/dL"
    parts = list(zip(amounts, divisors, strict=True))[: 3 if drunk else 2]
    calculated = f.calculated_osmolality(D(sodium), *parts)
    measured = int(f.rounded(calculated, 0)) + draws.between(-4, 58)
    exact = measured - calculated
    form = _form(lang, si=si, drunk=drunk)
    ask = _chosen(
        lang,
        draws,
        (
            f"怀疑中毒。请计算渗透压间隙(实测值减计算值，计算值={form})，单位 mOsm/kg，取整数。",
            f"渗透压间隙是多少 mOsm/kg？计算渗透压用“{form}”，结果四舍五入取整，可为负。",
        ),
        (
            f"Possible poisoning: what is the osmolal gap, measured less calculated ({form}), in mOsm/kg, as a whole number?",
            f"Please give the osmolal gap in mOsm/kg (it may be negative). Calculated osmolality is {form}; whole number.",
        ),
    )
    sums = " + ".join(f"{plain(amount)}" + ("" if divisor == 1 else f" ÷ {divisor}") for amount, divisor in parts)
    short_sum = f.calculated_osmolality(D(sodium), *parts[:-1])
    return Case(
        ask=ask,
        exact=exact,
        places=0,
        tolerance=D(1),
        unit="mOsm/kg",
        working=f"{measured} − (2 × {sodium} + {sums})",
        facts=_osmoles(lang, (str(measured), str(sodium), *map(plain, amounts[: len(parts)])), unit, si=si),
        noise=(
            lab("血钾", "Serum potassium", lang, plain(D(draws.between(30, 56)).scaleb(-1)), "mmol/L"),
            age_fact(lang, draws.between(18, 76)),
        ),
        slips=(
            Slip(how=f"{measured} − ({sodium} + {sums})", value=exact + sodium),
            Slip(how=f"{measured} − (2 × {sodium} + … − {plain(parts[-1][0])})", value=measured - short_sum),
            Slip(how=f"(2 × {sodium} + {sums}) − {measured}", value=-exact),
            Slip(how=f"{measured} − 2 × {sodium}", value=D(measured - 2 * sodium)),
        ),
        margin=D("0.02"),
        least=D(-80),
    )


def _form(lang: Lang, *, si: bool, drunk: bool) -> str:
    if si:
        return say(
            lang,
            f"2×钠+葡萄糖+尿素{'+乙醇' if drunk else ''}，均为 mmol/L",
            f"2 × Na + glucose + urea{' + ethanol' if drunk else ''}, all in mmol/L",
        )
    return say(
        lang,
        f"2×钠+葡萄糖/18+尿素氮/2.8{'+乙醇/4.6' if drunk else ''}",
        f"2 × Na + glucose/18 + BUN/2.8{' + ethanol/4.6' if drunk else ''}",
    )


def _osmoles(lang: Lang, texts: tuple[str, ...], unit: str, *, si: bool) -> tuple[Fact, ...]:
    """The facts of an osmolal gap; the measured osmolality is never left out, because the question is about it."""
    zh = lang == "zh"
    urea = ("血尿素", "Serum urea") if si else ("血尿素氮", "Blood urea nitrogen")
    made = [
        lab("实测渗透压", "Osmolality by freezing point", lang, texts[0], "mOsm/kg"),
        lab("血钠", "Serum sodium", lang, texts[1], "mmol/L", *(("钠",) if zh else ("sodium", "Na"))),
        lab("血糖", "Blood glucose", lang, texts[2], unit, *(("糖",) if zh else ("glucose", "sugar"))),
        lab(*urea, lang, texts[3], unit, *(("尿素",) if zh else ("urea", "BUN"))),
    ]
    if len(texts) > 4:
        made.append(
            lab("血乙醇", "Blood ethanol", lang, texts[4], unit, *(("乙醇", "酒精") if zh else ("ethanol", "alcohol")))
        )
    return tuple(made)
