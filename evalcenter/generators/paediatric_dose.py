"""A child's dose in milligrams by weight, with a maximum for the dose and for the day, all printed in the question.

Rules this module keeps:

* The drug is invented. Rule in the prompt: either mg/kg for each dose with both maxima, where a day above its maximum is
  shared out equally
  over the doses, or mg/kg for the day in equal doses, with a maximum for the day.
* Weights in pounds come with the factor to be used, and are exact in tenths of a kilogram.
* Mistakes: a maximum forgotten, the dose of a day taken for one dose or the other way round, pounds read as kilograms.

It refuses to ask where both maxima lead to the same dose as none of them in a way that no mistake shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from evalcenter.draws import Draws
from evalcenter.generators.dose_monograph import DRUGS
from evalcenter.generators.drafting import Fact, say, short
from evalcenter.generators.problems import Family, Problem, beside, fact, number_part
from evalcenter.records import Lang

D = Decimal
POUNDS: Final = D("2.2")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """`rate` is mg/kg per dose, or per day where `daily`; maxima in mg, `single` is 0 where there is none."""

    drug: str
    rate: int
    daily: bool
    times: int
    single: int
    day: int

    def each(self, kg: Decimal, *, single: bool = True, day: bool = True) -> Decimal:
        """One dose in mg; the switches forget a maximum."""
        dose = self.rate * kg
        if self.daily:
            return (min(dose, D(self.day)) if day else dose) / self.times
        dose = min(dose, D(self.single)) if single else dose
        return min(dose, D(self.day) / self.times) if day else dose


def _drawn(lang: Lang, draws: Draws, kg: Decimal) -> _Rule:
    daily, times = draws.coin(1, 2), draws.choice((2, 3, 4))
    rate = draws.choice((20, 25, 30, 40, 50, 80)) if daily else draws.choice((5, 7, 10, 12, 15, 20))
    dose = rate * kg
    reached = draws.choice(("none", "single", "day"))
    below, above = draws.between(60, 92), draws.between(110, 160)
    single = int(dose * (below if reached == "single" else above) / 100) // 10 * 10
    total = dose if daily else min(dose, D(single)) * times
    day = int(total * (below if reached == "day" else above) / 100) // 10 * 10
    return _Rule(
        drug=draws.choice(DRUGS)[lang == "en"],
        rate=rate,
        daily=daily,
        times=times,
        single=0 if daily else single,
        day=day // times * times if daily else day,
    )


def _build(lang: Lang, draws: Draws) -> Problem | None:
    kg = D(draws.between(12, 90)) / 2
    rule = _drawn(lang, draws, kg)
    pounds, whole_day = draws.coin(1, 4 if lang == "en" else 10), draws.coin(1, 3)
    shown = kg * POUNDS if pounds else kg
    count = rule.times if whole_day else 1
    each = rule.each(kg)
    mistakes = [
        (say(lang, "没有看单次最大量", "single maximum not applied"), rule.each(kg, single=False) * count),
        (say(lang, "没有看每日最大量", "daily maximum not applied"), rule.each(kg, day=False) * count),
        (say(lang, "两个最大量都没有看", "neither maximum applied"), rule.each(kg, single=False, day=False) * count),
        (say(lang, "单次与每日弄混", "dose and day mixed up"), each if whole_day else each * rule.times),
        (say(lang, "多除了一次次数", "divided once too often"), each * count / rule.times),
        (say(lang, "磅当成了公斤", "pounds read as kilograms"), rule.each(shown) * count),
    ]
    part = number_part(lang, each * count, "mg", mistakes, places=1, tolerance=D("0.1"))
    tablet = draws.choice((10, 25, 50, 100, 125, 250, 500))
    if part is None or rule.each(kg) < 5 or abs(each * count - tablet) < 1:
        return None
    ask = (
        say(
            lang,
            "按上述规则，这个孩子一天总共用多少 mg？保留 1 位小数。",
            "By the rule given, how many mg does this child get in a whole day? Give 1 decimal place.",
        )
        if whole_day
        else say(
            lang,
            "按上述规则，这个孩子每次用多少 mg？保留 1 位小数。",
            "By the rule given, how many mg is one dose for this child? Give 1 decimal place.",
        )
    )
    return Problem(
        opening=_opening(lang, draws),
        facts=(_weight(lang, shown, pounds=pounds), _age(lang, draws, kg)),
        noise=beside(lang, draws, draws.between(1, 3)),
        rule=_text(lang, rule, tablet, pounds=pounds),
        ask=ask,
        parts=(part,),
        working=f"{rule.rate} × {short(kg)} = {short(rule.rate * kg)} mg"
        + say(lang, f"，按规则得 {part.right}", f", by the rule {part.right}"),
    )


def _weight(lang: Lang, shown: Decimal, *, pounds: bool) -> Fact:
    value = f"{short(shown)} {say(lang, '磅', 'lb') if pounds else 'kg'}"
    return fact(lang, "体重", "Weight", value, say(lang, "体重", "weight|weigh|weighs|body weight"))


def _age(lang: Lang, draws: Draws, kg: Decimal) -> Fact:
    years = max(1, int(kg) // 3 - draws.between(1, 2))
    return fact(lang, "年龄", "Age", say(lang, f"{years} 岁", f"{years} years" if years > 1 else "1 year"))


def _text(lang: Lang, rule: _Rule, tablet: int, *, pounds: bool) -> str:
    # The strength is beside the point; it stands last, so that copying the last figure finds no maximum.
    name = say(lang, f"{rule.drug}(虚构药品)用量规则", f"Dosing rule for {rule.drug} (an invented medicine)")
    if rule.daily:
        body = say(
            lang,
            f"每日 {rule.rate} mg/kg，平均分 {rule.times} 次；每日最多 {rule.day} mg，超过时按每日最大量平均分。",
            (
                f"{rule.rate} mg/kg per day, in {rule.times} equal doses; at most "
                f"{rule.day} mg per day (this amount is then shared out equally)."
            ),
        )
    else:
        body = say(
            lang,
            f"每次 {rule.rate} mg/kg，每日 {rule.times} 次；单次最多 {rule.single} mg；每日最多 {rule.day} mg，"
            "一天的总量若会超过，就把每日最大量平均分到各次。",
            f"{rule.rate} mg/kg per dose, {rule.times} times a day; at most "
            f"{rule.single} mg in one dose; at most {rule.day} mg in a day: "
            "if the day would exceed this, the daily maximum is shared out equally over the doses.",
        )
    factor = say(lang, "1 kg 按 2.2 磅换算。", " Take 1 kg as 2.2 lb.") if pounds else ""
    strength = say(lang, f"规格：每片 {tablet} mg，可掰开。", f" Tablets of {tablet} mg, scored.")
    return f"{name}{say(lang, '：', ': ')}{body}{factor}{strength}"


def _opening(lang: Lang, draws: Draws) -> str:
    return say(
        lang,
        draws.choice(
            (
                "儿科病房，请核对剂量。",
                "社区门诊来了一个孩子：",
                "家长在药房咨询，孩子的情况：",
                "儿科轮转考核题。",
                "急诊儿科，护士记录：",
            )
        ),
        draws.choice(
            (
                "Children's ward; please check a dose.",
                "A child is seen at the health centre:",
                "A parent asks at the pharmacy. The child:",
                "From a paediatric rotation quiz.",
                "Paediatric emergency room, nurse's note:",
            )
        ),
    )


plugin: Final = Family("paediatric_dose", _build)
