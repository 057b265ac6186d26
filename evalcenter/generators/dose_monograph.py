"""Short monographs of invented paediatric drugs, and the children they are applied to.

Rules this module keeps:

* Every drug is invented and its monograph says so: nothing that a model remembers can help or mislead it.
* Limits are unambiguous: "at least" includes the limit, maxima may be reached, and the order of weight-based dose, maximum and
  renal reduction is spelled out.
* Amounts are exact decimals: weights in half kilograms, doses in whole milligrams per kilogram.

It refuses to name a real medicine.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from evalcenter.draws import Draws
from evalcenter.generators.drafting import Fact, say, short
from evalcenter.generators.formulas import rounded
from evalcenter.records import Document, Lang

DRUGS: Final = (
    ("维洛坦宁", "Velotanine"),
    ("赛菲罗酮", "Zefirolone"),
    ("曲芬莫特", "Trifenmot"),
    ("培拉西诺", "Pelacinol"),
    ("卡利多芬", "Calidofene"),
    ("米塔罗嗪", "Mitarozine"),
    ("奥西普酯", "Oxipravate"),
    ("莱维妥明", "Levitomin"),
    ("布兰索星", "Bransoxin"),
    ("尼莫替韦", "Nimotivar"),
    ("多瑞卡因酮", "Dorecanone"),
    ("法罗米定", "Faromidine"),
    ("戈尼替酸", "Gonitic acid"),
    ("海博西林酮", "Heboxilone"),
    ("伊卡普兰", "Icaprane"),
    ("朱诺西平", "Junoxipen"),
)
STRENGTHS: Final = ((100, 5), (120, 5), (125, 5), (160, 5), (200, 5), (250, 5), (20, 1), (25, 1), (40, 1), (50, 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Monograph:
    """What a monograph fixes.

    `rate` is mg/kg per dose, or per day in `times` equal doses where `daily` is true. `max_single` and `max_daily` are mg; a
    daily regime has no maximum for the single dose (0). `strength` mg are in `volume` mL. There are `times` to `most` doses a
    day. `min_age` is in months, `min_weight` in kg. Below an eGFR of `renal` the single dose is halved.
    """

    drug: str
    rate: int
    daily: bool
    times: int
    most: int
    max_single: int
    max_daily: int
    strength: int
    volume: int
    min_age: int
    min_weight: int
    renal: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """Age in months, weight in kg, and eGFR in mL/min/1.73 m2."""

    age: int
    weight: Decimal
    egfr: int


def single_dose(drug: Monograph, child: Child, *, cap: bool = True, renal: bool = True, divide: bool = True) -> Decimal:
    """The single dose in mg. The switches leave a step out: that is how the classic mistakes are made."""
    dose = drug.rate * child.weight
    if drug.daily:
        dose = min(dose, Decimal(drug.max_daily)) if cap else dose
        dose = dose / drug.times if divide else dose
    elif cap:
        dose = min(dose, Decimal(drug.max_single))
    return dose / 2 if renal and child.egfr < drug.renal else dose


def draw_monograph(lang: Lang, draws: Draws, *, daily: bool, most: int, share: int) -> Monograph:
    """A monograph. `share`: how many single maxima the daily maximum holds."""
    strength, volume = draws.choice(STRENGTHS)
    times = draws.choice((2, 3, 4)) if daily else 3
    min_age, min_weight = draws.choice(((3, 4), (3, 5), (6, 5), (6, 6), (12, 7), (12, 8), (24, 9), (24, 10)))
    rate = draws.choice((20, 30, 40, 45, 60)) if daily else draws.choice((5, 6, 8, 10, 12, 15))
    reach = draws.between(16, 36)
    cap = max(50, rate * reach // 50 * 50)
    return Monograph(
        drug=draws.choice(DRUGS)[0 if lang == "zh" else 1],
        rate=rate,
        daily=daily,
        times=times,
        most=most,
        max_single=0 if daily else cap,
        max_daily=cap if daily else cap * share,
        strength=strength,
        volume=volume,
        min_age=min_age,
        min_weight=min_weight,
        renal=draws.choice((30, 40, 50)),
    )


def draw_child(draws: Draws, drug: Monograph, *, heavy: bool, weak: bool) -> Child:
    """A child whom the drug is allowed for; `heavy` ones reach the maximum. One in four stands exactly at the age limit."""
    age = draws.between(drug.min_age, 155)
    if draws.coin(1, 4) and not heavy:
        age = drug.min_age
    reach = Decimal(drug.max_daily if drug.daily else drug.max_single) / drug.rate
    weight = max(usual_weight(age) * draws.between(88, 118) / 100, Decimal(drug.min_weight))
    if heavy:
        weight = reach * draws.between(106, 130) / 100
        age = max(drug.min_age, int(weight * 6) - 48 + draws.between(0, 12))
    weight = (weight * 2).to_integral_value() / 2
    egfr = draws.between(12, drug.renal - 1) if weak else draws.choice((drug.renal, draws.between(drug.renal + 5, 130)))
    return Child(age=age, weight=weight, egfr=egfr)


def usual_weight(age: int) -> Decimal:
    """A rough usual weight in kg for an age in months, to draw likely children: never used for a dose."""
    return Decimal(age + 9) / 2 if age < 12 else Decimal(age) / 6 + 8


def age_text(lang: Lang, months: int) -> str:
    """An age in months or in years and months."""
    years, rest = divmod(months, 12)
    if months < 24:
        return say(lang, f"{months} 个月", f"{months} months")
    if not rest:
        return say(lang, f"{years} 岁", f"{years} years")
    return say(
        lang, f"{years} 岁 {rest} 个月", f"{years} years {rest} months" if rest > 1 else f"{years} years 1 month"
    )


def document(lang: Lang, drug: Monograph, draws: Draws) -> Document:
    """The monograph as the candidate reads it, its sections in random order."""
    lines = _zh(drug, draws) if lang == "zh" else _en(drug, draws)
    numbered = "\n".join(f"{number}. {line}" for number, line in enumerate(draws.shuffled(lines), 1))
    head = say(
        lang,
        f"{drug.drug}口服混悬液(虚构药品，仅用于测试，不存在于任何市场)",
        f"{drug.drug} oral suspension (an invented medicine, for testing only; it does not exist on any market)",
    )
    return Document(
        id="monograph",
        title=say(lang, f"{drug.drug}口服混悬液说明书(虚构)", f"{drug.drug} oral suspension: monograph (invented)"),
        text=f"{head}\n{numbered}",
    )


def _zh(drug: Monograph, draws: Draws) -> list[str]:
    age = age_text("zh", drug.min_age)
    if drug.daily:
        dosing = f"用量：每日 {drug.rate} mg/kg，平均分 {drug.times} 次服用；每日总量最大 {drug.max_daily} mg。"
    else:
        each = f"每次 {drug.rate} mg/kg，每日 {_range(drug)} 次；"
        dosing = f"用量：{each}单次最大 {drug.max_single} mg，每日总量最大 {drug.max_daily} mg(达到最大量不算超过)。"
    return [
        dosing,
        f"规格：每 {drug.volume} mL 含{drug.drug} {drug.strength} mg。"
        if drug.volume > 1
        else f"规格：每 mL 含{drug.drug} {drug.strength} mg。",
        f"适用人群：{age}及以上(含 {age})且体重不低于 {drug.min_weight} kg 的儿童；不符合者禁用。",
        (
            f"肾功能：eGFR 低于 {drug.renal} mL/min/1.73 m² 时，按“用量”(含最大量限制)得出的单次剂量减半，次数不变；"
            f"eGFR 等于或高于 {drug.renal} 时不调整。"
        ),
        draws.choice(("贮藏：2～8 ℃，开封后 14 天内用完。", "贮藏：25 ℃以下避光保存，开封后 30 天内用完。")),
        draws.choice(("用前摇匀，可与食物同服。", "餐前 30 分钟服用，用前充分摇匀。")),
        draws.choice(("常见不良反应：腹泻、皮疹(发生率约 3%)。", "常见不良反应：嗜睡、恶心(发生率约 5%)。")),
    ]


def _en(drug: Monograph, draws: Draws) -> list[str]:
    if drug.daily:
        dosing = f"Dosage: {drug.rate} mg/kg per day in {drug.times} equal doses; at most {drug.max_daily} mg per day."
    else:
        each = f"{drug.rate} mg/kg per dose, {_range(drug)} times daily; "
        dosing = (
            f"Dosage: {each}at most {drug.max_single} mg in a single dose and {drug.max_daily} mg in a day "
            "(reaching a maximum is allowed)."
        )
    age = age_text("en", drug.min_age)
    return [
        dosing,
        f"Strength: {drug.strength} mg of {drug.drug} in " + (f"{drug.volume} mL." if drug.volume > 1 else "each mL."),
        f"For children aged {age} or more who weigh at least {drug.min_weight} kg. Not to be used otherwise.",
        (
            f"Renal function: with an eGFR below {drug.renal} mL/min/1.73 m² work out the single dose by the dosage given here "
            "(maximum included), then halve it; the number of doses stays the same. "
            f"With an eGFR of {drug.renal} or more nothing changes."
        ),
        draws.choice(
            (
                "Store at 2 to 8 °C; use within 14 days of opening.",
                "Store below 25 °C, away from light; use within 30 days.",
            )
        ),
        draws.choice(("Shake before use. May be taken with food.", "Shake well; take 30 minutes before a meal.")),
        draws.choice(
            (
                "Common reactions: diarrhoea and rash (about 3 %).",
                "Common reactions: drowsiness and nausea (about 5 %).",
            )
        ),
    ]


def _range(drug: Monograph) -> str:
    return f"{drug.times}" if drug.most == drug.times else f"{drug.times}–{drug.most}"


def facts(lang: Lang, child: Child, draws: Draws) -> tuple[Fact, ...]:
    """The child's record; age, weight and eGFR among facts that are not needed. Only the weight may be left out."""
    kg, age = f"{short(child.weight)} kg", age_text(lang, child.age)
    rows = (
        ("年龄", "Age", age, say(lang, f"患儿 {age}", f"the child is {age} old"), ()),
        (
            "体重",
            "Weight",
            kg,
            say(lang, f"体重 {kg}", f"weighs {kg}"),
            say(lang, "体重", "weight|body weight|weigh|weighs").split("|"),
        ),
        ("eGFR", "eGFR", f"{child.egfr} mL/min/1.73 m²", f"eGFR {child.egfr} mL/min/1.73 m²", ()),
        ("体温", "Temperature", f"{draws.choice(('37.8', '38.4', '38.9', '39.2'))} ℃", None, ()),
        ("血红蛋白", "Haemoglobin", f"{draws.between(102, 138)} g/L", None, ()),
        (
            "上次就诊",
            "Last visit",
            say(lang, f"{draws.between(2, 20)} 天前", f"{draws.between(2, 20)} days ago"),
            None,
            (),
        ),
    )
    return tuple(
        Fact(
            label=say(lang, zh, en),
            value=value,
            inline=inline or f"{say(lang, zh, en.lower())} {value}",
            names=tuple(names),
        )
        for zh, en, value, inline, names in rows
    )


def opening(lang: Lang, draws: Draws) -> str:
    """A first line for the record."""
    return say(
        lang,
        draws.choice(
            (
                "儿科门诊患儿资料：",
                "病房药师请你核对：",
                "住院患儿，查房记录如下。",
                "儿童用药咨询：",
                "请看这位小患者：",
            )
        ),
        draws.choice(
            (
                "Paediatric clinic. The child:",
                "The ward pharmacist asks for a check.",
                "From the ward round:",
                "A question about a child's medicine.",
                "Please look at this young patient.",
            )
        ),
    )


def milligrams(dose: Decimal) -> str:
    """A dose in mg with at most one decimal."""
    return short(rounded(dose, 1))
