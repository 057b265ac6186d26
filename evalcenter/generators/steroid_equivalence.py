"""From one glucocorticoid to another by the table in the question, with what that table does not compare.

Rules this module keeps:

* Rule in the prompt: equivalent milligrams for the anti-inflammatory effect (hydrocortisone 20, cortisone 25, prednisone and
  prednisolone
  5, methylprednisolone and triamcinolone 4, betamethasone 0.6, dexamethasone 0.75). They are the usual textbook figures;
  since tables
  differ, the one that is printed holds.
* The amount of a day is asked; single amounts and their number are given.
* The table's note says what it does not compare (salt-retaining effect, duration of action); an answer has to name one of them.

It refuses to advise a switch.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from evalcenter.draws import Draws
from evalcenter.generators.drafting import say, short
from evalcenter.generators.formulas import ratio, rounded
from evalcenter.generators.problems import Family, Part, Problem, Wrong, beside, fact, number_part
from evalcenter.records import Lang

D = Decimal
TABLE: Final[tuple[tuple[str, str, Decimal, tuple[str, ...]], ...]] = (
    # zh, en, equivalent mg, amounts of one dose in mg
    ("氢化可的松", "hydrocortisone", D(20), ("10", "20", "25", "30", "50", "100")),
    ("可的松", "cortisone", D(25), ("12.5", "25", "37.5", "50")),
    ("泼尼松", "prednisone", D(5), ("5", "7.5", "10", "15", "20", "25", "30", "40")),
    ("泼尼松龙", "prednisolone", D(5), ("5", "7.5", "10", "15", "20", "25", "30")),
    ("甲泼尼龙", "methylprednisolone", D(4), ("4", "8", "12", "16", "20", "24", "32", "40")),
    ("曲安西龙", "triamcinolone", D(4), ("4", "8", "12", "16", "24")),
    ("倍他米松", "betamethasone", D("0.6"), ("0.6", "1.2", "1.8", "2.4", "3")),
    ("地塞米松", "dexamethasone", D("0.75"), ("0.75", "1.5", "2.25", "3", "4", "6")),
)
TIMES: Final = (
    (1, "每日 1 次", "once daily"),
    (2, "每日 2 次", "twice daily"),
    (3, "每日 3 次", "three times daily"),
    (4, "每 6 小时 1 次", "every 6 hours"),
)
CAVEATS: Final = {
    "zh": "盐皮质激素|水盐|保钠|潴钠|钠潴留|水钠|留钠|作用时间|作用持续|持续时间|半衰期",
    "en": "mineralocorticoid|salt|sodium|fluid retention|duration|half-life|half life|how long",
}


def _build(lang: Lang, draws: Draws) -> Problem | None:
    rows = draws.sample(TABLE, draws.between(5, 8))
    old, new, other = rows[:3]
    dose, (times, zh, en) = D(draws.choice(old[3])), draws.choice(TIMES)
    total = dose * times
    exact = ratio(total * new[2], old[2])
    places = 1 if new[2] >= 4 else 2
    # A figure of the question would be found by copying it.
    if exact in {dose, *(row[2] for row in rows)} or old[2] == new[2] or not D("0.5") <= exact <= 400:
        return None
    part = number_part(
        lang,
        rounded(exact, 4),
        "mg",
        (
            (f"{short(total)} × {short(old[2])} ÷ {short(new[2])}", total * old[2] / new[2]),
            (f"{short(dose)} × {short(new[2])} ÷ {short(old[2])}", dose * new[2] / old[2]),
            (f"{short(total)} × {short(other[2])} ÷ {short(old[2])}", total * other[2] / old[2]),
            (say(lang, "毫克数照搬", "milligrams copied"), total),
        ),
        places=places,
        tolerance=D("0.1") if places == 1 else D("0.02"),
    )
    now, then = say(lang, old[0], old[1]), say(lang, new[0], new[1])
    facts = (
        fact(
            lang,
            f"{now}单次剂量",
            f"{now.capitalize()}, one dose",
            f"{short(dose)} mg",
            say(lang, "单次剂量|剂量|每次多少|多少 mg", "one dose|dose|amount|how much|strength"),
        ),
        fact(
            lang,
            "用药次数",
            "Frequency",
            say(lang, zh, en),
            say(
                lang,
                "次数|频次|频率|每日几次|每天几次|给药间隔",
                "frequency|how often|times a day|interval|doses per day",
            ),
        ),
    )
    if part is None:
        return None
    return Problem(
        opening=_opening(lang, draws),
        facts=facts,
        noise=beside(lang, draws, draws.between(1, 3)),
        rule=_table(lang, draws.shuffled(rows)),
        ask=say(
            lang,
            f"只按上表换算，改为{then}，每日总量是多少 mg？保留 {places} 位小数。",
            f"By the table alone, how many mg of {then} per day, in all, correspond to this? "
            f"Give {places} decimal place{'s' if places > 1 else ''}.",
        ),
        parts=(part, _caveat(lang)),
        working=f"{short(dose)} × {times} × {short(new[2])} ÷ {short(old[2])} ≈ {part.right}",
    )


def _table(lang: Lang, rows: list[tuple[str, str, Decimal, tuple[str, ...]]]) -> str:
    head = say(lang, "等效剂量表(仅供本题)：", "Equivalent doses (for this question only):")
    lines = [f"- {say(lang, row[0], row[1])}{say(lang, '：', ': ')}{short(row[2])} mg" for row in rows]
    note = say(
        lang,
        "注：只比较抗炎(糖皮质激素)作用；水盐(盐皮质激素)作用和作用时间不在比较之列。",
        "Note: anti-inflammatory (glucocorticoid) effect only; mineralocorticoid effect and duration of action are not compared.",
    )
    return "\n".join([head, *lines, note])


def _caveat(lang: Lang) -> Part:
    return Part(
        id="caveat",
        text=say(lang, "点明此表没有比较的一种作用", "Names an effect that the table leaves out"),
        check={"mentions": {"any": CAVEATS[lang].split("|"), "negation": "ignore"}},
        label=say(lang, "提醒", "Caveat"),
        form=say(lang, "一句话，说出此表没有比较的是什么", "one sentence that says what the table does not compare"),
        right=say(
            lang,
            "此表不比较盐皮质激素作用和作用时间。",
            "the table does not compare mineralocorticoid effect or duration.",
        ),
        wrong=(
            Wrong(
                how=say(lang, "换算后即可直接替换。", "The switch can be made straight away."),
                shown=say(
                    lang, "两药完全等效，可以放心替换。", "the two are fully equivalent and can be swapped freely."
                ),
            ),
        ),
    )


def _opening(lang: Lang, draws: Draws) -> str:
    return say(
        lang,
        draws.choice(
            (
                "病房查房，讨论换药。",
                "药师收到一张咨询单：",
                "患者出院前要换成口服药，目前：",
                "轮转医生问：",
                "门诊用药核对：",
            )
        ),
        draws.choice(
            (
                "Ward round, a switch is being discussed.",
                "The pharmacist receives a query:",
                "Before discharge the drug is to be changed. At present:",
                "A junior doctor asks:",
                "Medicines check in clinic:",
            )
        ),
    )


plugin: Final = Family("steroid_equivalence", _build)
