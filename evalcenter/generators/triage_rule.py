"""Triage levels of invented arrivals, computed from vital signs and complaints by the rule in the question.

Rules this module keeps:

* Rule in the prompt: four levels with their limits and the minutes within which a doctor must see the patient. The limits
  are drawn, and
  follow no single published scale; they stand in the neighbourhood of common ones, so that no answer would shock a clinician.
* The highest level whose condition holds is the right one; old age or pregnancy lifts levels 3 and 4 by one.
* Values stand on a limit often. A value that is left out is one that could still mean level 1.

It refuses to be a triage tool: it makes questions, not decisions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from evalcenter.draws import Draws
from evalcenter.generators.drafting import Fact, say
from evalcenter.generators.problems import Family, Part, Problem, Wrong, answer_label, beside, fact
from evalcenter.records import Lang

SIGNS: Final = (
    ("突发一侧肢体无力", "sudden weakness of one side"),
    ("胸痛伴大汗", "chest pain with sweating"),
    ("呕血", "vomiting blood"),
    ("剧烈头痛，突然发作", "sudden severe headache"),
    ("误服药物过量 1 小时", "an overdose taken an hour ago"),
)
PLAIN: Final = (
    ("脚踝扭伤", "a twisted ankle"),
    ("流涕、咽痛 2 天", "a runny nose and sore throat for 2 days"),
    ("手指小切口，已止血", "a small cut on a finger, no longer bleeding"),
    ("腹泻 3 次，精神好", "three loose stools, otherwise well"),
    ("皮疹伴瘙痒 1 周", "an itchy rash for a week"),
    ("慢性腰痛，要求开药", "long-standing back pain, asking for medicine"),
)
LETTERS: Final = "ABCD"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """The printed limits.

    Level 1: below `spo2` or `sbp`, or from `rr` up. Level 2: `sign`, below `spo2_2`, or from `hr` up. Level 3: two of `heat`
    (tenths
    of ℃), `pain`, `rr_3`, each from its limit up.
    `old` is the age from which levels 3 and 4 go up. `minutes` are the limits of the levels, the first being 0.
    """

    spo2: int
    sbp: int
    rr: int
    spo2_2: int
    hr: int
    heat: int
    pain: int
    rr_3: int
    old: int
    minutes: tuple[int, int, int, int]
    sign: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arrival:
    spo2: int
    sbp: int
    rr: int
    hr: int
    heat: int
    pain: int
    age: int
    pregnant: bool
    signed: bool


def level(rule: _Rule, who: _Arrival, *, lift: bool = True, strict: bool = False, one: bool = False) -> int:
    """The level, 1 to 4. Switches make mistakes: no lifting, a limit not counted as reached, one sign enough for level 3."""
    off = 1 if strict else 0
    if who.spo2 < rule.spo2 or who.sbp < rule.sbp or who.rr >= rule.rr + off:
        return 1
    if who.signed or who.spo2 < rule.spo2_2 or who.hr >= rule.hr + off:
        return 2
    minor = (who.heat >= rule.heat + off) + (who.pain >= rule.pain + off) + (who.rr >= rule.rr_3 + off)
    found = 3 if minor >= (1 if one else 2) else 4
    return found - 1 if lift and (who.age >= rule.old + off or who.pregnant) else found


def _rule(draws: Draws) -> _Rule:
    spo2 = draws.between(85, 89)
    rr = draws.choice((30, 32, 35))
    return _Rule(
        spo2=spo2,
        sbp=draws.choice((80, 85, 90)),
        rr=rr,
        spo2_2=draws.between(91, 94),
        hr=draws.choice((125, 130, 135, 140)),
        heat=draws.choice((380, 385, 390)) // 10 * 10 + draws.choice((0, 5)),
        pain=draws.between(6, 8),
        rr_3=draws.between(21, 25),
        old=draws.choice((65, 70, 75, 80)),
        minutes=(0, draws.choice((10, 15)), draws.choice((30, 45)), draws.choice((60, 120, 180, 240))),
        sign=draws.choice(SIGNS),
    )


def _arrival(draws: Draws, rule: _Rule) -> _Arrival:
    """Someone of about any level: each value is usual, on its limit or beyond it."""
    wanted = draws.between(1, 4)
    first = draws.below(3) if wanted == 1 else -1
    second = draws.below(3) if wanted == 2 else -1
    minor = set(draws.sample(range(3), 2 if wanted == 3 else draws.below(2)))
    age = draws.choice(
        (rule.old, rule.old - 1, draws.between(16, 45), draws.between(30, 60), draws.between(rule.old, 92))
    )
    return _Arrival(
        spo2=_saturation(draws, rule, (first == 0, second == 0)),
        sbp=draws.between(62, rule.sbp - 1)
        if first == 1
        else draws.choice((rule.sbp, draws.between(rule.sbp + 5, 165))),
        rr=_breaths(draws, rule, (first == 2, 2 in minor)),
        hr=_edge(draws, (rule.hr, 165)) if second == 1 else draws.choice((rule.hr - 1, draws.between(62, rule.hr - 2))),
        heat=_edge(draws, (rule.heat, rule.heat + 12)) if 0 in minor else draws.between(362, rule.heat - 1),
        pain=draws.between(rule.pain, 10) if 1 in minor else draws.between(0, rule.pain - 1),
        age=age,
        pregnant=18 <= age <= 44 and draws.coin(1, 3),
        signed=second == 2,
    )


def _edge(draws: Draws, span: tuple[int, int]) -> int:
    """A value of the span, its lower end in half of the draws."""
    return draws.choice((span[0], draws.between(*span)))


def _saturation(draws: Draws, rule: _Rule, low: tuple[bool, bool]) -> int:
    if low[0]:
        return draws.between(78, rule.spo2 - 1)
    return draws.between(rule.spo2, rule.spo2_2 - 1) if low[1] else _edge(draws, (rule.spo2_2, 99))


def _breaths(draws: Draws, rule: _Rule, high: tuple[bool, bool]) -> int:
    if high[0]:
        return draws.between(rule.rr, rule.rr + 8)
    return _edge(draws, (rule.rr_3, rule.rr - 1)) if high[1] else draws.between(13, rule.rr_3 - 1)


def _build(lang: Lang, draws: Draws) -> Problem | None:
    rule = _rule(draws)
    who = _arrival(draws, rule)
    right = level(rule, who)
    wrong = {
        level(rule, who, lift=False): say(lang, "没有按年龄或妊娠上调", "Not lifted for age or pregnancy."),
        level(rule, who, strict=True): say(lang, "等于界限的没有算", "A value on the limit was not counted."),
        level(rule, who, one=True): say(lang, "只满足一条就算第三级", "One sign was taken as enough."),
    }
    for near in (right - 1, right + 1):
        if 1 <= near <= 4:
            wrong.setdefault(near, say(lang, "凭印象定级", "Judged by impression."))
    wrong.pop(right, None)
    return Problem(
        opening=_opening(lang, draws),
        facts=_facts(lang, draws, (rule, who)),
        noise=tuple(
            row for row in beside(lang, draws, 3) if row.label in {"过敏史", "Allergies", "血红蛋白", "Haemoglobin"}
        ),
        rule=_text(lang, rule),
        ask=say(
            lang,
            "按规则，这位患者是哪一级？医生最迟应在多久之内接诊？",
            "By the rule, which level is this, and how soon at the latest must a doctor see the patient?",
        ),
        parts=(
            _level_part(lang, right, wrong),
            _limit_part(lang, right, rule, [rule.minutes[at - 1] for at in wrong]),
        ),
        working=say(lang, f"逐条对照规则，符合第 {right} 级", f"checked line by line: level {right}"),
        options={LETTERS[at]: _called(lang, at + 1) for at in range(4)},
    )


def _called(lang: Lang, at: int) -> str:
    return say(lang, f"第{'一二三四'[at - 1]}级", f"level {at}")


def _level_part(lang: Lang, right: int, wrong: dict[int, str]) -> Part:
    return Part(
        id="level",
        text=say(lang, "选出规则所定的级别", "Chooses the level that the rule gives"),
        check={"choice": {"key": [LETTERS[right - 1]]}},
        label=answer_label(lang),
        form=say(lang, "选项字母", "the letter of the option"),
        right=LETTERS[right - 1],
        wrong=tuple(Wrong(how=how, shown=LETTERS[at - 1]) for at, how in wrong.items()),
    )


def _limit(lang: Lang, minutes: int) -> str:
    return say(lang, f"{minutes} 分钟" if minutes else "立即", f"{minutes} minutes" if minutes else "at once")


def _limit_part(lang: Lang, right: int, rule: _Rule, others: list[int]) -> Part:
    label, minutes = say(lang, "时限", "Time limit"), rule.minutes[right - 1]
    if minutes:
        units = ("{} 分钟", "{}分钟", "{} min") if lang == "zh" else ("{} minute", "{} min", "{}-minute", "{}min")
        phrases = [unit.format(minutes) for unit in units]
        if minutes % 60 == 0:
            hours = minutes // 60
            phrases += [f"{hours} 小时", f"{hours}小时"] if lang == "zh" else [f"{hours} hour", f"{hours} h"]
    else:
        zh, en = "立即|马上|立刻|0 分钟|0分钟", "at once|immediate|immediately|0 minutes|0 min|now|straight away"
        phrases = say(lang, zh, en).split("|")
    return Part(
        id="limit",
        text=say(lang, "写出该级别的接诊时限", "Gives the time limit of that level"),
        check={"mentions": {"any": [f"{label}...{phrase}" for phrase in phrases], "negation": "ignore"}},
        label=label,
        form=say(lang, "规则中该级的时限", "the limit that the rule gives for this level"),
        right=_limit(lang, minutes),
        wrong=tuple(
            Wrong(how=say(lang, "时限看错一行", "The limit of another line."), shown=_limit(lang, one))
            for one in others
            if one != minutes
        ),
    )


def _facts(lang: Lang, draws: Draws, given: tuple[_Rule, _Arrival]) -> tuple[Fact, ...]:
    rule, who = given
    complaint = (rule.sign if who.signed else draws.choice(PLAIN))[lang == "en"]
    weeks = draws.between(10, 34)
    age = say(lang, f"{who.age} 岁", f"{who.age} years")
    if who.pregnant:
        age += say(lang, f"，妊娠 {weeks} 周", f", {weeks} weeks pregnant")
    rr, hr = (say(lang, f"{count} 次/分", f"{count}/min") for count in (who.rr, who.hr))

    def names(zh: str, en: str) -> str:
        # Where another value means level 1 already, the answer stands without this one.
        return "" if level(rule, who) == 1 else say(lang, zh, en)

    return (
        fact(lang, "主诉", "Complaint", complaint),
        fact(lang, "患者", "Patient", age),
        fact(
            lang,
            "血氧饱和度",
            "Oxygen saturation",
            f"{who.spo2} %",
            names("血氧|SpO2|氧饱和度", "saturation|SpO2|oxygen"),
        ),
        fact(
            lang,
            "收缩压",
            "Systolic pressure",
            f"{who.sbp} mmHg",
            names("收缩压|血压", "systolic|blood pressure|pressure"),
        ),
        fact(
            lang,
            "呼吸频率",
            "Respiratory rate",
            rr,
            names("呼吸频率|呼吸", "respiratory rate|breathing rate|respiration|respiratory"),
        ),
        fact(lang, "心率", "Heart rate", hr),
        fact(lang, "体温", "Temperature", f"{who.heat // 10}.{who.heat % 10} ℃"),
        fact(lang, "疼痛评分", "Pain score", f"{who.pain}/10"),
    )


def _text(lang: Lang, rule: _Rule) -> str:
    heat = f"{rule.heat // 10}.{rule.heat % 10}"
    two, three, four = rule.minutes[1:]
    if lang == "zh":
        lines = (
            "分诊规则(仅供本题，不作临床使用)：从上往下对照，取最先符合的一级。",
            (
                f"- 第一级(立即接诊)：血氧饱和度低于 {rule.spo2} %，或收缩压低于 "
                f"{rule.sbp} mmHg，或呼吸频率达到 {rule.rr} 次/分及以上。"
            ),
            f"- 第二级({two} 分钟内)：{rule.sign[0]}，或血氧饱和度低于 {rule.spo2_2} %，或心率达到 {rule.hr} 次/分及以上。",
            (
                f"- 第三级({three} 分钟内)：下列至少两条：体温达到 {heat} ℃及以上；"
                f"疼痛评分 {rule.pain} 分及以上；呼吸频率 {rule.rr_3} 次/分及以上。"
            ),
            f"- 第四级({four} 分钟内)：其余。",
            f"- 年满 {rule.old} 岁或妊娠者，第三级、第四级各上调一级。",
        )
    else:
        lines = (
            "Triage rule (for this question only, not for clinical use). Read from the top; the first level that fits holds.",
            (
                f"- Level 1 (at once): oxygen saturation below {rule.spo2} %, or systolic "
                f"pressure below {rule.sbp} mmHg, or respiratory rate {rule.rr}/min or more."
            ),
            (
                f"- Level 2 (within {two} minutes): {rule.sign[1]}, or oxygen "
                f"saturation below {rule.spo2_2} %, or heart rate {rule.hr}/min or more."
            ),
            (
                f"- Level 3 (within {three} minutes): at least two of these: temperature {heat} ℃ "
                f"or more; pain score {rule.pain} or more; respiratory rate {rule.rr_3}/min or more."
            ),
            f"- Level 4 (within {four} minutes): all others.",
            f"- From the age of {rule.old}, and in pregnancy, levels 3 and 4 go up by one.",
        )
    return "\n".join(lines)


def _opening(lang: Lang, draws: Draws) -> str:
    return say(
        lang,
        draws.choice(
            (
                "急诊预检台，刚到的患者：",
                "分诊护士记录：",
                "夜间急诊，家属陪同就诊。",
                "救护车送来一位患者，交接单写着：",
                "急诊分诊培训案例。",
            )
        ),
        draws.choice(
            (
                "Emergency reception, a new arrival:",
                "The triage nurse notes:",
                "Night shift, brought in by a relative.",
                "Handed over by the ambulance crew:",
                "A case from a triage course.",
            )
        ),
    )


plugin: Final = Family("triage_rule", _build)
