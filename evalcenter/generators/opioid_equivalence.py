"""Opioids: the oral morphine equivalents of a day, and a new opioid's dose with the printed reduction.

Rules this module keeps:

* Rule in the prompt: a table of factors (mg of oral morphine for 1 mg), the reduction for incomplete cross-tolerance in per cent,
  and that doses on demand count as they were taken. Tables differ, so the one that is printed holds; its figures are those of
  common public tables (codeine 0.15, tramadol 0.2, hydrocodone 1, oxycodone 1.5, hydromorphone 5, tapentadol 0.4).
* The answer has to say what must be watched for (slowed breathing or sedation), in a line of its own.
* Methadone and fentanyl are left out: their conversion is no matter of one factor.

It refuses to advise a dose for a real person.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from evalcenter.draws import Draws
from evalcenter.generators.drafting import Fact, say, short
from evalcenter.generators.problems import Family, Part, Problem, Wrong, beside, fact, number_part
from evalcenter.records import Lang

D = Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Opioid:
    """`factor`: mg of oral morphine for 1 mg by mouth."""

    zh: str
    en: str
    factor: Decimal
    doses: tuple[int, ...]


OPIOIDS: Final = tuple(
    Opioid(zh=zh, en=en, factor=D(factor), doses=doses)
    for zh, en, factor, doses in (
        ("吗啡", "morphine", "1", (5, 10, 15, 20, 30)),
        ("羟考酮", "oxycodone", "1.5", (5, 10, 15, 20)),
        ("氢吗啡酮", "hydromorphone", "5", (2, 4, 6, 8)),
        ("可待因", "codeine", "0.15", (15, 30, 60)),
        ("曲马多", "tramadol", "0.2", (50, 75, 100)),
        ("氢可酮", "hydrocodone", "1", (5, 10, 15)),
        ("他喷他多", "tapentadol", "0.4", (50, 75, 100)),
    )
)
WATCH: Final = {
    "zh": "呼吸抑制|呼吸减慢|呼吸变慢|呼吸频率|呼吸|镇静|嗜睡|意识",
    "en": "respiratory depression|respiratory rate|breathing|respiration|sedation|drowsiness|drowsy|sleepiness",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Regimen:
    """Two opioids by mouth: one regular, one on demand, taken `taken` of at most `allowed` times."""

    regular: Opioid
    dose: int
    times: int
    demand: Opioid
    extra: int
    taken: int
    allowed: int

    def morphine(self, count: int) -> Decimal:
        """Oral morphine of a day in mg, with `count` doses on demand."""
        return self.dose * self.times * self.regular.factor + self.extra * count * self.demand.factor


def _build(lang: Lang, draws: Draws) -> Problem | None:
    regular, demand = draws.sample(OPIOIDS, 2)
    new = draws.choice([row for row in OPIOIDS if row.factor >= 1 and row not in {regular, demand}])
    taken = draws.between(1, 4)
    made = _Regimen(
        regular=regular,
        dose=draws.choice(regular.doses),
        times=draws.choice((2, 3, 4)),
        demand=demand,
        extra=draws.choice(demand.doses),
        taken=taken,
        allowed=taken + draws.between(1, 3),
    )
    switch = draws.coin(1, 2)
    part, ask, note, working = _switched(lang, draws, made, new) if switch else _total(lang, made)
    if part is None or made.morphine(taken) > 300:
        return None
    rows = draws.shuffled(OPIOIDS)
    head = say(
        lang,
        "口服吗啡等效系数(仅供本题；1 mg 相当于口服吗啡的 mg 数)：",
        "Oral morphine equivalents (for this question only; mg of oral morphine for 1 mg by mouth):",
    )
    lines = [f"- {say(lang, row.zh, row.en)}{say(lang, '：', ': ')}{short(row.factor)}" for row in rows]
    rule = say(lang, "按需用药按实际用的次数算。", "Doses on demand count as they were taken.") + note
    return Problem(
        opening=_opening(lang, draws),
        facts=_facts(lang, made),
        noise=beside(lang, draws, draws.between(1, 2)),
        rule="\n".join([head, *lines, rule]),
        ask=ask,
        parts=(part, _watch(lang)),
        working=f"{working} ≈ {part.right}",
    )


def _facts(lang: Lang, made: _Regimen) -> tuple[Fact, ...]:
    regular, demand = say(lang, made.regular.zh, made.regular.en), say(lang, made.demand.zh, made.demand.en)
    often = say(lang, f"每日 {made.times} 次", ("", "", "twice", "three times", "four times")[made.times] + " daily")
    return (
        fact(
            lang,
            "规律用药",
            "Regular medicine",
            say(lang, f"{regular} {made.dose} mg 口服，{often}", f"{regular} {made.dose} mg by mouth, {often}"),
        ),
        fact(
            lang,
            "按需用药",
            "Medicine on demand",
            say(
                lang,
                f"{demand}每次 {made.extra} mg 口服，每日最多 {made.allowed} 次",
                f"{demand} {made.extra} mg by mouth, up to {made.allowed} times a day",
            ),
        ),
        fact(
            lang,
            "过去 24 小时按需实际使用次数",
            "Number of doses taken on demand in the last 24 h",
            say(lang, f"{made.taken} 次", str(made.taken)),
            say(
                lang,
                "实际使用|实际用|用了几次|次数|按需",
                "on demand|how many|number of doses|actually taken|last 24|as needed|prn|breakthrough",
            ),
        ),
    )


def _arithmetic(made: _Regimen, count: int) -> str:
    return f"{made.dose} × {made.times} × {short(made.regular.factor)} + {made.extra} × {count} × {short(made.demand.factor)}"


def _total(lang: Lang, made: _Regimen) -> tuple[Part | None, str, str, str]:
    per = made.dose * made.regular.factor + made.extra * made.taken * made.demand.factor
    part = number_part(
        lang,
        made.morphine(made.taken),
        "mg",
        (
            (_arithmetic(made, made.allowed), made.morphine(made.allowed)),
            (_arithmetic(made, 0), made.morphine(0)),
            (say(lang, "规律用药只算了一次", "regular doses counted once"), per),
            (
                say(lang, "两药的系数用反", "factors swapped"),
                made.dose * made.times * made.demand.factor + made.extra * made.taken * made.regular.factor,
            ),
        ),
        places=1,
        tolerance=D("0.1"),
    )
    ask = say(
        lang,
        "过去 24 小时共相当于口服吗啡多少 mg？保留 1 位小数。",
        "To how many mg of oral morphine do the last 24 hours add up? Give 1 decimal place.",
    )
    return part, ask, "", _arithmetic(made, made.taken)


def _switched(lang: Lang, draws: Draws, made: _Regimen, new: Opioid) -> tuple[Part | None, str, str, str]:
    less, times = draws.choice((25, 30, 40, 50)), draws.choice((2, 3, 4))
    base = made.morphine(made.taken)

    def dose(morphine: Decimal, *, kept: int = 100 - less, parts: int = times) -> Decimal:
        return morphine * kept / 100 / new.factor / parts

    part = number_part(
        lang,
        dose(base).quantize(D("0.0001")),
        "mg",
        (
            (say(lang, "没有减量", "reduction forgotten"), dose(base, kept=100)),
            (say(lang, "每日总量当成单次", "the day's amount taken for one dose"), dose(base, parts=1)),
            (
                say(lang, "按允许次数而不是实际次数", "doses allowed, not doses taken"),
                dose(made.morphine(made.allowed)),
            ),
            (say(lang, "只减成所减的比例", "reduced to the percentage, not by it"), dose(base, kept=less)),
            (say(lang, "系数乘除用反", "factor multiplied"), base * (100 - less) / 100 * new.factor / times),
        ),
        places=1,
        tolerance=D("0.1"),
    )
    name = say(lang, new.zh, new.en)
    note = say(
        lang,
        f"换药时，因交叉耐受不完全，把吗啡等效总量减去 {less}% 再换算。",
        f" On a switch the total is reduced by {less}% for incomplete cross-tolerance before it is converted.",
    )
    ask = say(
        lang,
        f"按上述规则把以上两药全部换成口服{name}，每日平均分 {times} 次，每次多少 mg？保留 1 位小数。",
        (
            f"By these rules both are replaced by oral {name} in {times} "
            "equal doses a day. How many mg is one dose? Give 1 decimal place."
        ),
    )
    return part, ask, note, f"({_arithmetic(made, made.taken)}) × {100 - less}% ÷ {short(new.factor)} ÷ {times}"


def _watch(lang: Lang) -> Part:
    return Part(
        id="caveat",
        text=say(lang, "写明调整期间首先要监测的危险", "Names the danger that must be monitored first"),
        check={"mentions": {"any": WATCH[lang].split("|")}},
        label=say(lang, "提醒", "Caveat"),
        form=say(
            lang,
            "一句话，写明用药调整时最要紧的危险是什么",
            "one sentence that names the most serious danger to watch for",
        ),
        right=say(
            lang,
            "换算只是估计，须密切观察呼吸抑制和过度镇静。",
            "a conversion is an estimate; watch for respiratory depression and sedation.",
        ),
        wrong=(
            Wrong(
                how=say(lang, "换算表已经保证安全。", "The table makes it safe."),
                shown=say(
                    lang,
                    "主要是可能便秘，其余不必担心。",
                    "constipation is the main problem; nothing else is of concern.",
                ),
            ),
        ),
    )


def _opening(lang: Lang, draws: Draws) -> str:
    return say(
        lang,
        draws.choice(
            (
                "癌痛患者的镇痛用药记录：",
                "疼痛门诊复诊，用药如下。",
                "安宁疗护病房交班：",
                "药师审核镇痛医嘱：",
                "疼痛护理记录摘录：",
            )
        ),
        draws.choice(
            (
                "Pain medicines of a patient with cancer:",
                "Pain clinic, follow-up. Medicines:",
                "Palliative ward, handover:",
                "A pharmacist checks analgesic orders:",
                "Extract from the pain chart:",
            )
        ),
    )


plugin: Final = Family("opioid_equivalence", _build)
