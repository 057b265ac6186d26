"""Infusion rates: mL/h, drops per minute, and μg/kg/min to mL/h and back.

Rules this module keeps:

* Everything needed is in the question; the drop factor and the strength of the syringe are given and never recalled.
* Rule: plain arithmetic. mL/h = mL ÷ h; drops/min = mL × drops/mL ÷ min; mL/h = μg/kg/min × kg × 60 ÷ (1000 × mg/mL).
* A value near a rounding tie is not asked; two named mistakes lie beyond twice the tolerance.

It refuses to say whether a rate is wise: the order is given, and only its arithmetic is asked.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from evalcenter.draws import Draws
from evalcenter.generators.drafting import Fact, say, short
from evalcenter.generators.problems import Family, Part, Problem, beside, fact, number_part
from evalcenter.records import Lang

D = Decimal
FLUIDS: Final = (
    ("0.9% 氯化钠注射液", "0.9% sodium chloride"),
    ("5% 葡萄糖注射液", "5% glucose"),
    ("乳酸钠林格液", "Ringer's lactate"),
    ("复方电解质注射液", "a balanced electrolyte solution"),
)
PUMPED: Final[tuple[tuple[str, str, tuple[int, int], int, tuple[int, ...]], ...]] = (
    # zh, en, least and greatest dose in tenths or hundredths of μg/kg/min, the exponent, mg in 50 mL
    ("多巴胺", "dopamine", (20, 120), 1, (100, 150, 200, 300)),
    ("多巴酚丁胺", "dobutamine", (20, 150), 1, (100, 150, 200, 250)),
    ("去甲肾上腺素", "norepinephrine", (3, 60), 2, (2, 4, 6, 8)),
    ("肾上腺素", "adrenaline", (2, 40), 2, (1, 2, 3, 5)),
    ("硝酸甘油", "nitroglycerin", (10, 300), 2, (10, 20, 25, 30)),
)


def _opening(lang: Lang, draws: Draws) -> str:
    return say(
        lang,
        draws.choice(
            (
                "病房医嘱如下。",
                "值班护士请你帮忙核对输液速度。",
                "交班时看到这样一条医嘱：",
                "监护室记录：",
                "输液前双人核对：",
            )
        ),
        draws.choice(
            (
                "An order on the ward:",
                "A nurse asks you to check a rate before it is started.",
                "From the handover sheet:",
                "Intensive care, current record:",
                "Second check before an infusion:",
            )
        ),
    )


def _span(lang: Lang, minutes: int, draws: Draws) -> str:
    hours, rest = divmod(minutes, 60)
    if minutes <= 120 and draws.coin(1, 2):
        return say(lang, f"{minutes} 分钟", f"{minutes} minutes")
    if not rest:
        return say(lang, f"{hours} 小时", f"{hours} hour{'s' if hours > 1 else ''}")
    return (
        say(lang, f"{hours} 小时 {rest} 分钟", f"{hours} h {rest} min")
        if hours
        else say(lang, f"{rest} 分钟", f"{rest} minutes")
    )


def _volume_facts(lang: Lang, draws: Draws, volume: int, minutes: int) -> tuple[Fact, Fact]:
    fluid = draws.choice(FLUIDS)[lang == "en"]
    return (
        fact(
            lang,
            "输液总量",
            "Total volume",
            say(lang, f"{volume} mL({fluid})", f"{volume} mL of {fluid}"),
            say(lang, "总量|液体量|输液量|体积|容量|毫升", "volume|how much fluid|amount of fluid|millilitres"),
        ),
        fact(
            lang,
            "输注时间",
            "Running time",
            _span(lang, minutes, draws),
            say(lang, "输注时间|输液时间|时长|多长时间|时间", "running time|duration|infusion time|how long|time"),
        ),
    )


def _per_hour(lang: Lang, draws: Draws) -> Problem | None:
    volume, minutes = draws.between(50, 1500, 50), draws.between(30, 720, 15)
    hours, rest = divmod(minutes, 60)
    misread = D(hours) + D(rest) / 100  # 2 h 30 min taken for 2.30 h
    exact = D(volume) * 60 / minutes
    part = number_part(
        lang,
        exact,
        "mL/h",
        (
            (f"{volume} ÷ {short(misread)}", volume / misread),
            (f"{volume} ÷ {minutes}", D(volume) / minutes),
            (f"{volume} ÷ {hours or 1}", D(volume) / (hours or 1)),
            (f"{volume} ÷ {hours + 1}", D(volume) / (hours + 1)),
        ),
        places=1,
        tolerance=D("0.1"),
    )
    return _problem(
        lang,
        draws,
        part,
        _volume_facts(lang, draws, volume, minutes),
        say(
            lang, "输液泵应设为多少 mL/h？保留 1 位小数。", "At how many mL/h must the pump run? Give 1 decimal place."
        ),
        f"{volume} mL × 60 ÷ {minutes} min",
    )


def _drops(lang: Lang, draws: Draws) -> Problem | None:
    volume, minutes, factor = draws.between(50, 1000, 25), draws.between(30, 600, 15), draws.choice((10, 15, 20, 60))
    unit = say(lang, "滴/分", "drops/min")
    wrong = 15 if factor == 20 else 20
    exact = D(volume) * factor / minutes
    if not 8 <= exact <= 150:
        return None
    part = number_part(
        lang,
        exact,
        unit,
        (
            (f"{volume} × {wrong} ÷ {minutes}", D(volume) * wrong / minutes),
            (f"{volume} × 60 ÷ {minutes}", D(volume) * 60 / minutes),
            (f"{volume} ÷ {minutes}", D(volume) / minutes),
            (f"{volume} × 60 ÷ {minutes} × 60 ÷ {factor}", D(volume) * 3600 / minutes / factor),
        ),
        places=0,
        tolerance=D(1) if exact >= 40 else D("0.5"),
    )
    drop = fact(
        lang,
        "滴系数",
        "Drop factor",
        say(lang, f"{factor} 滴/mL", f"{factor} drops/mL"),
        say(lang, "滴系数|每毫升滴数|点滴系数|滴/mL|滴数", "drop factor|drops per ml|drops/ml|giving set"),
    )
    return _problem(
        lang,
        draws,
        part,
        (*_volume_facts(lang, draws, volume, minutes), drop),
        say(
            lang,
            "重力输液时每分钟应滴多少滴？取整数。",
            "How many drops per minute does the gravity drip need? Give a whole number.",
        ),
        f"{volume} × {factor} ÷ {minutes}",
    )


def _weight(lang: Lang, draws: Draws) -> tuple[D, Fact]:
    kg = D(draws.between(84, 208)) / 2
    return kg, fact(lang, "体重", "Weight", f"{short(kg)} kg", say(lang, "体重", "weight|weigh|body weight"))


def _strength(lang: Lang, mg: int, name: str) -> Fact:
    ml = 50
    return fact(
        lang,
        "配制浓度",
        "Syringe",
        say(lang, f"{name} {mg} mg 稀释至 {ml} mL", f"{name} {mg} mg made up to {ml} mL"),
        say(lang, "浓度|配制|稀释|多少 mg|药量", "concentration|strength|syringe|diluted|made up|how many mg"),
    )


def _pumped(lang: Lang, draws: Draws) -> Problem | None:
    drug = draws.choice(PUMPED)
    name = say(lang, drug[0], drug[1])
    dose = D(draws.between(*drug[2])).scaleb(-drug[3])
    kg, weight = _weight(lang, draws)
    mg = draws.choice(drug[4])
    exact = dose * kg * 60 * 50 / (1000 * mg)
    if not D(1) <= exact <= 60:
        return None
    part = number_part(
        lang,
        exact,
        "mL/h",
        (
            (f"{short(dose)} × {short(kg)} × 60 ÷ 1000 × {mg} ÷ 50", dose * kg * 60 * mg / 50000),
            (f"{short(dose)} × 60 × 50 ÷ {mg}", dose * 60 * 50 / mg),
            (f"{short(dose)} × {short(kg)} × {mg} ÷ 50", dose * kg * mg / 50),
            (f"{short(dose)} × {short(kg)} × 50 ÷ {mg}", dose * kg * 50 / mg),
        ),
        places=1,
        tolerance=D("0.1"),
    )
    order = fact(
        lang,
        "医嘱剂量",
        "Ordered dose",
        f"{short(dose)} μg/kg/min",
        say(lang, "剂量|医嘱|μg/kg/min", "ordered dose|dose|order|prescribed rate"),
    )
    return _problem(
        lang,
        draws,
        part,
        (order, weight, _strength(lang, mg, name)),
        say(
            lang,
            f"{name}注射泵应设为多少 mL/h？保留 1 位小数。",
            f"At how many mL/h must the {name} pump run? Give 1 decimal place.",
        ),
        f"{short(dose)} × {short(kg)} × 60 ÷ 1000 ÷ ({mg} ÷ 50)",
    )


def _running(lang: Lang, draws: Draws) -> Problem | None:
    drug = draws.choice(PUMPED[:2])
    name = say(lang, drug[0], drug[1])
    kg, weight = _weight(lang, draws)
    mg, rate = draws.choice(drug[4]), D(draws.between(20, 160)) / 10
    exact = rate * mg * 1000 / 50 / 60 / kg
    part = number_part(
        lang,
        exact,
        "μg/kg/min",
        (
            (f"{short(rate)} × {mg} × 1000 ÷ 50 ÷ {short(kg)}", exact * 60),
            (f"{short(rate)} × {mg} ÷ 50 ÷ 60 × 1000", exact * kg),
            (f"{short(rate)} × {mg} ÷ 50 ÷ {short(kg)}", exact * 60 / 1000),
            (f"{short(rate)} × 50 × 1000 ÷ {mg} ÷ 60 ÷ {short(kg)}", rate * 50000 / mg / 60 / kg),
        ),
        places=1,
        tolerance=D("0.1"),
    )
    speed = fact(
        lang,
        "目前泵速",
        "Present pump rate",
        f"{short(rate)} mL/h",
        say(lang, "泵速|速度|mL/h", "pump rate|rate|ml/h|running at"),
    )
    return _problem(
        lang,
        draws,
        part,
        (speed, weight, _strength(lang, mg, name)),
        say(
            lang,
            f"患者目前得到的{name}是多少 μg/kg/min？保留 1 位小数。",
            f"How many μg/kg/min of {name} is the patient receiving? Give 1 decimal place.",
        ),
        f"{short(rate)} × {mg} × 1000 ÷ 50 ÷ 60 ÷ {short(kg)}",
    )


def _problem(
    lang: Lang, draws: Draws, part: Part | None, facts: tuple[Fact, ...], ask: str, working: str
) -> Problem | None:
    if part is None:
        return None
    return Problem(
        opening=_opening(lang, draws),
        facts=facts,
        noise=beside(lang, draws, draws.between(1, 3)),
        ask=ask,
        parts=(part,),
        working=f"{working} ≈ {part.right}",
    )


def _build(lang: Lang, draws: Draws) -> Problem | None:
    return draws.choice((_per_hour, _drops, _pumped, _running))(lang, draws)


plugin: Final = Family("infusion_rate", _build)
