"""Insulin before a meal: carbohydrate ratio with correction, and a sliding scale.

Rules this module keeps:

* The rule is printed in the question, every number of it drawn afresh: it is nobody's regimen and none is recalled.
* Carbohydrate rule: grams ÷ ratio + (glucose − target) ÷ sensitivity where glucose is above target, less the insulin still active
  (taken from the correction alone, never below zero); the sum is rounded once, to the step of the pen.
* A draw whose sum stands on a rounding tie is refused. Limits of the scale belong to the row that says "from".

It refuses to call a dose right for a real person: only the printed rule is applied.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from evalcenter.draws import Draws
from evalcenter.generators.drafting import Fact, say, short
from evalcenter.generators.problems import Family, Problem, beside, fact, number_part
from evalcenter.records import Lang

D = Decimal
MEALS: Final = (("早餐", "breakfast"), ("午餐", "lunch"), ("晚餐", "dinner"))
MG: Final = 18
"""mg/dL in one mmol/L of glucose, only to draw like values in both units: no question converts."""


def _unit(draws: Draws, lang: Lang) -> str:
    return "mg/dL" if draws.coin(1, 2 if lang == "en" else 5) else "mmol/L"


def _opening(lang: Lang, draws: Draws, meal: tuple[str, str]) -> str:
    return say(
        lang,
        draws.choice(
            (
                f"住院的糖尿病患者，{meal[0]}前的记录：",
                f"一位用胰岛素的患者要吃{meal[0]}了，资料如下。",
                f"糖尿病教育课上的练习({meal[0]}前)：",
                f"护士核对{meal[0]}前胰岛素，病历写着：",
            )
        ),
        draws.choice(
            (
                f"An inpatient with diabetes, before {meal[1]}:",
                f"Someone on insulin is about to have {meal[1]}. The record:",
                f"An exercise from diabetes class (before {meal[1]}):",
                f"A nurse checks the insulin before {meal[1]}. The chart says:",
            )
        ),
    )


def _glucose_fact(lang: Lang, value: str) -> Fact:
    return fact(
        lang,
        "餐前血糖",
        "Glucose before the meal",
        value,
        say(lang, "血糖", "glucose|blood sugar|sugar"),
    )


def _carbohydrate(lang: Lang, draws: Draws) -> Problem | None:
    unit, meal = _unit(draws, lang), draws.choice(MEALS)
    si = unit == "mmol/L"
    grams, ratio = draws.between(20, 110), draws.choice((5, 6, 8, 10, 12, 15))
    target = D(draws.between(55, 75)) / 10 if si else D(draws.between(100, 140, 5))
    factor = D(draws.between(10, 40, 5)) / 10 if si else D(draws.between(20, 70, 5))
    glucose = D(draws.between(48, 190)) / 10 if si else D(draws.between(86, 340))
    active, step = D(draws.choice((0, 0, 5, 10, 15, 20))) / 10, D(draws.choice(("1", "0.5")))
    right = D(grams) / ratio + max(D(0), max(D(0), (glucose - target) / factor) - active)
    mistakes = _mistakes(lang, D(grams), ratio, (glucose, target, factor, active))
    steps = [(how, _stepped(value, step)) for how, value in mistakes.items() if value > 0]
    part = number_part(lang, _stepped(right, step), "U", steps, places=1 if step < 1 else 0, tolerance=D(0))
    scaled = right / step
    tie = abs(scaled - scaled.to_integral_value(rounding="ROUND_FLOOR") - D("0.5"))
    if part is None or tie < D("0.06") or abs(glucose - target) * 20 < factor:
        return None
    correction = right - D(grams) / ratio
    working = f"{grams} ÷ {ratio} + {short(correction.quantize(D('0.01')))}"
    return Problem(
        opening=_opening(lang, draws, meal),
        facts=_meal_facts(lang, (f"{short(glucose)} {unit}", f"{grams} g", f"{short(active)} U")),
        noise=beside(lang, draws, draws.between(1, 2)),
        rule=_carbohydrate_rule(lang, (f"{ratio}", f"{short(target)} {unit}", f"{short(factor)} {unit}", short(step))),
        ask=say(
            lang,
            "按上述规则，这一餐前应注射多少单位？",
            "By the rule given, how many units are injected before this meal?",
        ),
        parts=(part,),
        working=f"{working} ≈ {part.right}",
    )


def _mistakes(
    lang: Lang, grams: Decimal, ratio: int, given: tuple[Decimal, Decimal, Decimal, Decimal]
) -> dict[str, Decimal]:
    """What classic mistakes give, before rounding. `given`: glucose, target, sensitivity, active insulin."""
    glucose, target, factor, active = given
    food, over = grams / ratio, max(D(0), (glucose - target) / factor)
    correction = max(D(0), over - active)
    return {
        say(lang, "没有加校正量", "no correction added"): food,
        say(lang, "只算了校正量", "correction alone"): correction,
        say(lang, "没有扣除体内仍有效的胰岛素", "active insulin not taken off"): food + over,
        say(lang, "没有减目标血糖", "target not taken off"): food + max(D(0), glucose / factor - active),
        say(lang, "低于目标时倒扣", "taken off below target"): food + (glucose - target) / factor - active,
        say(lang, "碳水系数和校正系数用反", "ratio and sensitivity swapped"): grams / factor + correction,
    }


def _meal_facts(lang: Lang, shown: tuple[str, str, str]) -> tuple[Fact, ...]:
    glucose, grams, active = shown
    food = say(lang, "碳水|饮食|食物", "carbohydrate|carbs|carb|meal content|food")
    left = say(
        lang,
        "仍有效|活性胰岛素|体内胰岛素|剩余胰岛素|有效的胰岛素",
        "still active|active insulin|insulin on board|insulin active",
    )
    return (
        _glucose_fact(lang, glucose),
        fact(lang, "本餐碳水化合物", "Carbohydrate in the meal", grams, food),
        fact(lang, "体内仍有效的胰岛素", "Insulin still active", active, left),
    )


def _stepped(value: Decimal, step: Decimal) -> Decimal:
    return (value / step).quantize(D(1), rounding="ROUND_HALF_UP") * step


def _carbohydrate_rule(lang: Lang, given: tuple[str, str, str, str]) -> str:
    ratio, target, factor, step = given
    return say(
        lang,
        f"规则(仅供本题)：① 每 {ratio} g 碳水化合物用 1 U；② 血糖高于 {target} 时，超出部分每 {factor} 加 1 U 作校正量，"
        f"不高于该值时校正量为 0；③ 体内仍有效的胰岛素只从校正量里扣，扣到 0 为止；④ 两部分相加，最后一次性四舍五入到 {step} U。",
        f"Rule (for this question only): 1) 1 U for every {ratio} g of "
        f"carbohydrate. 2) With glucose above {target}, the correction is "
        f"1 U for every {factor} above it; otherwise the correction is 0. 3) Insulin still active comes off the correction alone, "
        f"down to 0. 4) Add both and round once, at the end, to the nearest {step} U.",
    )


def _scale(lang: Lang, draws: Draws) -> Problem | None:
    unit, meal = _unit(draws, lang), draws.choice(MEALS)
    si = unit == "mmol/L"
    start, width = draws.between(39, 45), draws.between(20, 36)
    limits = [start, *(start + 40 + width * row for row in range(5))]  # tenths of mmol/L
    steps = draws.between(1, 3)
    extra = [-draws.between(1, 2), 0, *(steps * (row + 1) for row in range(4))]
    base = draws.between(4, 12)
    row = draws.between(-1, 5)
    ends = [*limits[1:], limits[-1] + 40]
    tenths = (
        limits[row]
        if draws.coin(1, 4) and row >= 0
        else draws.between(*((28, start - 1) if row < 0 else (limits[row], ends[row] - 1)))
    )
    shown = [_value(limit, si=si) for limit in limits]
    right = base + extra[row] if row >= 0 else 0
    part = number_part(
        lang,
        D(right),
        "U",
        [(f"{base} + {extra[at]}", D(base + extra[at])) for at in (row - 1, row + 1) if 0 <= at < 6]
        + [
            (say(lang, "只写了增减量", "adjustment alone"), D(abs(extra[row]))),
            (say(lang, "只写了基础量", "usual dose alone"), D(base)),
            (say(lang, "把减看成加", "sign turned round"), D(base - extra[row])),
        ],
        places=0,
        tolerance=D(0),
    )
    facts = (
        _glucose_fact(lang, f"{_value(tenths, si=si)} {unit}"),
        fact(
            lang,
            "餐前固定剂量",
            "Usual dose before meals",
            f"{base} U",
            say(lang, "固定剂量|基础剂量|餐前剂量|固定量", "usual dose|fixed dose|base dose|meal dose"),
        ),
    )
    # An amount that stands in the question as it is would be found by copying it.
    if part is None or right in {base, *(abs(units) for units in extra if units)}:
        return None
    return Problem(
        opening=_opening(lang, draws, meal),
        facts=facts,
        noise=beside(lang, draws, draws.between(1, 3)),
        rule=_scale_rule(lang, shown, extra, unit),
        ask=say(
            lang, "按上表，这一餐前应注射多少单位？", "By the scale, how many units are injected before this meal?"
        ),
        parts=(part,),
        working=f"{base} {'−' if extra[row] < 0 else '+'} {abs(extra[row])} = {part.right}"
        if row >= 0
        else say(lang, f"{facts[0].value}，低于 {shown[0]}", f"{facts[0].value} is below {shown[0]}"),
    )


def _value(tenths: int, *, si: bool) -> str:
    return short(D(tenths) / 10) if si else str(tenths * MG // 10)


def _scale_rule(lang: Lang, shown: list[str], extra: list[int], unit: str) -> str:
    head = say(
        lang,
        f"餐前追加量表(仅供本题；血糖单位 {unit}；“起”含该值；低于 {shown[0]} 时不注射，先处理低血糖)：",
        f"Sliding scale (for this question only; glucose in {unit}; 'from' includes the value; "
        f"below {shown[0]} inject nothing and treat the low glucose first):",
    )
    rows = []
    for at, limit in enumerate(shown):
        end = say(lang, f"，低于 {shown[at + 1]}", f" to below {shown[at + 1]}") if at + 1 < len(shown) else ""
        word = say(lang, "减" if extra[at] < 0 else "加", "subtract" if extra[at] < 0 else "add")
        change = f"{word} {abs(extra[at])} U" if extra[at] else say(lang, "不变", "no change")
        rows.append(say(lang, f"- {limit} 起{end}：固定剂量{change}", f"- from {limit}{end}: usual dose, {change}"))
    return "\n".join([head, *rows])


def _build(lang: Lang, draws: Draws) -> Problem | None:
    return draws.choice((_carbohydrate, _scale))(lang, draws)


plugin: Final = Family("insulin_dose", _build)
