"""Laboratory values from conventional into SI units and back, by the factor of the right analyte.

Rules this module keeps:

* One mmol is its molar mass in milligrams, so mg/dL = mmol/L × molar mass ÷ 10. Molar masses in g/mol: glucose 180.156, cholesterol
  386.65, creatinine 113.12, calcium 40.078, bilirubin 584.66, two atoms of nitrogen in urea 28.014; triglycerides by the convention
  of laboratories, 885.7 (triolein 885.4). The usual rounded factors (18, 38.67, 88.4, 4, 17.1, 2.8, 88.57) give the same
  within the tolerance.
* The tolerance is 0.6 % or a unit of the last place, whichever is wider: every factor in use lies within it.
* A mistake is the factor of another analyte of the same panel, the factor used the wrong way round, or BUN taken for urea.

It refuses to interpret the value.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from evalcenter.draws import Draws
from evalcenter.generators.drafting import Fact, plain, say, short
from evalcenter.generators.formulas import rounded
from evalcenter.generators.problems import Family, Problem, beside, fact, number_part
from evalcenter.records import Lang

D = Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Analyte:
    """`factor` conventional units are one SI unit. `low` to `high` are drawn in steps of the last of `si` or `us` decimals."""

    zh: str
    en: str
    names: tuple[str, str]
    factor: Decimal
    low: Decimal
    high: Decimal
    si_unit: str
    si: int
    us: int


ANALYTES: Final = tuple(
    Analyte(zh=zh, en=en, names=names, factor=D(factor), low=D(low), high=D(high), si_unit=unit, si=si, us=us)
    for zh, en, names, factor, low, high, unit, si, us in (
        ("葡萄糖", "Glucose", ("葡萄糖|血糖", "glucose|blood sugar"), "18.0156", "3.2", "28", "mmol/L", 1, 0),
        ("总胆固醇", "Total cholesterol", ("胆固醇", "cholesterol"), "38.665", "2.6", "9.5", "mmol/L", 2, 0),
        ("甘油三酯", "Triglycerides", ("甘油三酯|三酰甘油", "triglyceride"), "88.57", "0.5", "9", "mmol/L", 2, 0),
        ("肌酐", "Creatinine", ("肌酐", "creatinine"), "0.01131222", "45", "700", "μmol/L", 0, 2),
        ("血尿素氮(BUN)", "Blood urea nitrogen (BUN)", ("尿素|BUN", "urea|bun"), "2.8014", "2.5", "30", "mmol/L", 1, 0),
        ("总钙", "Total calcium", ("钙", "calcium"), "4.0078", "1.6", "3.5", "mmol/L", 2, 1),
        ("总胆红素", "Total bilirubin", ("胆红素", "bilirubin"), "0.058466", "6", "300", "μmol/L", 0, 1),
    )
)


def _shown(analyte: Analyte, value: Decimal, *, si: bool) -> str:
    unit = analyte.si_unit if si else "mg/dL"
    return f"{plain(rounded(value, analyte.si if si else analyte.us))} {unit}"


def _drawn(analyte: Analyte, draws: Draws, *, si: bool) -> Decimal:
    factor = D(1) if si else analyte.factor
    places = analyte.si if si else analyte.us
    low, high = (int((bound * factor).scaleb(places)) for bound in (analyte.low, analyte.high))
    return D(draws.between(max(low, 1), high)).scaleb(-places)


def _fact(lang: Lang, analyte: Analyte, value: Decimal, *, si: bool) -> Fact:
    return fact(lang, analyte.zh, analyte.en, _shown(analyte, value, si=si), analyte.names[lang == "en"])


def _build(lang: Lang, draws: Draws) -> Problem | None:
    panel = draws.sample(ANALYTES, draws.between(3, 5))
    asked, others = panel[0], panel[1:]
    si = draws.coin(1, 2)
    value = _drawn(asked, draws, si=si)
    right = value * asked.factor if si else value / asked.factor
    places, unit = (asked.us, "mg/dL") if si else (asked.si, asked.si_unit)
    # One step of the last place, so that a value converted by a rounded factor and rounded again still fits.
    tolerance = max(D(1).scaleb(-places), rounded(right * D("0.006"), places + 1))
    mistakes = [
        (
            f"× {short(rounded(1 / other.factor if not si else other.factor, 4))}",
            value * (other.factor if si else 1 / other.factor),
        )
        for other in ANALYTES
        if other is not asked and (other.factor < 1) == (asked.factor < 1)
    ]
    mistakes.append(
        (say(lang, "乘除用反", "multiplied for divided"), value / asked.factor if si else value * asked.factor)
    )
    if asked.zh.startswith("血尿素氮"):
        mistakes.append(
            (
                say(lang, "按尿素的分子量", "by the molar mass of whole urea"),
                right * D("6.006") / asked.factor if si else right * asked.factor / D("6.006"),
            )
        )
    part = number_part(lang, rounded(right, places), unit, draws.shuffled(mistakes), places=places, tolerance=tolerance)
    if part is None or right < D(3).scaleb(-places) * 4:
        return None
    name = say(lang, asked.zh, asked.en[:1].lower() + asked.en[1:])
    if asked.zh.startswith("血尿素氮") and not si:
        name = say(lang, "血尿素氮(BUN)对应的尿素", "the urea that this BUN stands for")
    target = say(
        lang,
        draws.choice(
            (
                f"把{name}换算成 {unit}，{_decimals(lang, places)}。",
                f"对方医院的报告用 {unit}。{name}换算后是多少？{_decimals(lang, places)}。",
            )
        ),
        draws.choice(
            (
                f"Convert the value for {name} into {unit}, {_decimals(lang, places)}.",
                f"The other hospital reports in {unit}. What is the value for {name} there, {_decimals(lang, places)}?",
            )
        ),
    )
    noise = tuple(
        Fact(label=f.label, value=f.value, inline=f.inline)
        for f in (_fact(lang, other, _drawn(other, draws, si=si), si=si) for other in others)
    )
    return Problem(
        opening=_opening(lang, draws),
        facts=(_fact(lang, asked, value, si=si),),
        noise=(*noise, *beside(lang, draws, 1)),
        ask=target,
        parts=(part,),
        working=f"{_shown(asked, value, si=si)} {'×' if (si == (asked.factor > 1)) else '÷'} {_known(asked)} ≈ {part.right}",
    )


def _known(analyte: Analyte) -> str:
    factor = analyte.factor if analyte.factor > 1 else 1 / analyte.factor
    return plain(rounded(factor, 1 if analyte.factor < 1 else 2))


def _decimals(lang: Lang, places: int) -> str:
    if not places:
        return say(lang, "取整数", "to a whole number")
    return say(lang, f"保留 {places} 位小数", f"to {places} decimal place{'s' if places > 1 else ''}")


def _opening(lang: Lang, draws: Draws) -> str:
    return say(
        lang,
        draws.choice(
            (
                "患者带来的化验单：",
                "转诊病历里的检验结果如下。",
                "体检报告摘录：",
                "检验科发来的结果：",
                "海外就诊归来，化验如下：",
            )
        ),
        draws.choice(
            (
                "Results that the patient brought along:",
                "From the referral letter, blood results:",
                "Extract from a health check:",
                "The laboratory sends these values.",
                "Blood results from a hospital abroad:",
            )
        ),
    )


plugin: Final = Family("unit_conversion", _build)
