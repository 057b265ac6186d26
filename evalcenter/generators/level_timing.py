"""When to draw a level, when the next dose is due, and what is left after some half-lives.

Rules this module keeps:

* Rule in the prompt: the interval, how long before a dose the trough is drawn, what to do about a missed dose, the
  half-life, and that
  the level halves with each of them.
* Times are on the 24-hour clock with dates; midnight, ends of months and 29 February are crossed often.
* Mistakes: the dose before or after, after for before, a day off, linear decay, one half-life more or fewer.

It refuses to name a drug's real half-life: the drug is invented.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from evalcenter.draws import Draws
from evalcenter.generators.dose_monograph import DRUGS
from evalcenter.generators.drafting import Fact, say, short
from evalcenter.generators.moments import drawn_moment, moment_part, moment_text, shown
from evalcenter.generators.problems import Family, Part, Problem, beside, fact, number_part
from evalcenter.records import Lang

D = Decimal
DAY: Final = timedelta(days=1)


def _hours(count: Decimal | int) -> timedelta:
    return timedelta(minutes=int(D(count) * 60))


def _trough(lang: Lang, draws: Draws) -> Problem:
    first, every = drawn_moment(draws), draws.choice((6, 8, 12, 24))
    dose, before = draws.between(3, 9), draws.choice((15, 30, 45, 60))
    due = first + _hours(every * (dose - 1))
    right = due - timedelta(minutes=before)
    part = moment_part(
        lang,
        right,
        (
            (say(lang, "多数了一剂", "one dose too many"), right + _hours(every)),
            (say(lang, "在给药后采血", "drawn after the dose"), due + timedelta(minutes=before)),
            (say(lang, "写成了给药时刻", "the time of the dose"), due),
            (say(lang, "少数了一剂", "one dose too few"), right - _hours(every)),
            (say(lang, "日期差一天", "a day off"), right + DAY),
        ),
    )
    facts = (
        _start(lang, draws, first),
        fact(
            lang,
            "给药间隔",
            "Interval",
            say(lang, f"每 {every} 小时一次", f"every {every} hours"),
            say(lang, "间隔|几小时一次|频次|频率", "interval|how often|frequency|every how many"),
        ),
    )
    rule = say(
        lang,
        f"规则：首剂算第 1 剂，各剂严格按间隔给药；谷浓度在第 {dose} 剂给药前 {before} 分钟采血。",
        (
            "Rule: the first dose counts as dose 1 and the interval is kept "
            f"exactly; the trough is drawn {before} minutes before dose {dose}."
        ),
    )
    ask = say(lang, "谷浓度应在何时采血？", "When is the trough drawn?")
    working = f"{shown(first)} + {dose - 1} × {every} h − {before} min = {shown(right)}"
    return _problem(lang, draws, part, facts, (rule, ask, working))


def _start(lang: Lang, draws: Draws, first: datetime) -> Fact:
    return fact(
        lang,
        "首剂时间",
        "Time of the first dose",
        moment_text(lang, first, draws),
        say(lang, "首剂|第一剂|首次给药|开始时间", "first dose|time of dose 1|start time|when it was started"),
    )


def _missed(lang: Lang, draws: Draws) -> Problem:
    due, every = drawn_moment(draws, 60), draws.choice((6, 8, 12, 24))
    minutes = every * 60
    late = draws.choice(
        (minutes // 2, draws.between(15, minutes // 2 - 15, 15), draws.between(minutes // 2 + 15, minutes - 15, 15))
    )
    now = due + timedelta(minutes=late)
    skip = late >= minutes // 2
    following = due + _hours(every)
    right = following if skip else now
    part = moment_part(
        lang,
        right,
        (
            (say(lang, "补服的规则用反", "the rule turned round"), now if skip else following),
            (say(lang, "从现在起重新算间隔", "the interval counted from now"), now + _hours(every)),
            (say(lang, "日期差一天", "a day off"), right + DAY),
            (say(lang, "又跳过一剂", "one more dose skipped"), following + _hours(every)),
        ),
    )
    facts = (
        fact(
            lang,
            "漏服的那一剂原定时间",
            "Due time of the missed dose",
            moment_text(lang, due, draws),
            say(lang, "原定|漏服|应服", "due time|was due|missed dose|due time|scheduled"),
        ),
        fact(
            lang,
            "现在时间",
            "Present time",
            moment_text(lang, now, draws),
            say(lang, "现在|目前的时间|当前时间|此刻", "time now|current time|what time|present time"),
        ),
    )
    rule = say(
        lang,
        f"规则：该药每 {every} 小时服一次。漏服后，若距原定时间不到间隔的一半，发现时立即补服，之后仍按原时间表；"
        "若已达到或超过一半，这一剂不补，等到下一个原定时间再服。",
        (
            f"Rule: the medicine is taken every {every} hours. If less than half "
            "an interval has passed since the missed dose was due, it is taken at "
            "once and the old schedule goes on; if half or more has passed, "
            "that dose is left out and the next one is taken when it is due."
        ),
    )
    ask = say(lang, "下一次服药是在什么时候？", "When is the medicine taken next?")
    working = say(
        lang,
        f"已过 {late} 分钟，一半是 {minutes // 2} 分钟",
        f"{late} minutes have passed; half is {minutes // 2} minutes",
    )
    return _problem(lang, draws, part, facts, (rule, ask, working))


def _half_life(lang: Lang, hours: Decimal) -> Fact:
    return fact(
        lang,
        "半衰期",
        "Half-life",
        say(lang, f"{short(hours)} 小时", f"{short(hours)} hours"),
        say(lang, "半衰期|t1/2|消除速度", "half-life|half life|elimination"),
    )


def _level(lang: Lang, level: Decimal) -> Fact:
    return fact(
        lang,
        "当时血药浓度",
        "Level at that time",
        f"{short(level)} mg/L",
        say(lang, "浓度|血药|测得值|mg/L", "level|concentration|mg/l"),
    )


def _taken(lang: Lang, draws: Draws, start: datetime) -> Fact:
    return fact(
        lang,
        "采血时间",
        "Time of the sample",
        moment_text(lang, start, draws),
        say(
            lang,
            "采血时间|采血|采样时间|几点采",
            "sample taken|time of the sample|sampling time|sample time|sample|when it was taken",
        ),
    )


def _falls(lang: Lang, draws: Draws) -> Problem:
    start, half, count = drawn_moment(draws), D(draws.between(6, 96)) / 2, draws.between(1, 4)
    level = D(draws.between(2, 40)) * 2**count / 2
    goal = level / 2**count
    right = start + _hours(half * count)
    part = moment_part(
        lang,
        right,
        (
            (say(lang, "多算一个半衰期", "one half-life too many"), right + _hours(half)),
            (say(lang, "少算一个半衰期", "one half-life too few"), right - _hours(half)),
            (say(lang, "按匀速下降计算", "taken for a steady fall"), start + _hours(2 * half * (level - goal) / level)),
            (say(lang, "日期差一天", "a day off"), right + DAY),
        ),
    )
    rule = _halving(lang)
    ask = say(
        lang,
        f"若不再用药，血药浓度何时正好降到 {short(goal)} mg/L？",
        f"If the drug is stopped now, when has the level fallen to exactly {short(goal)} mg/L?",
    )
    working = f"{short(level)} ÷ 2^{count} = {short(goal)}; {count} × {short(half)} h = {short(count * half)} h"
    return _problem(
        lang,
        draws,
        part,
        (_taken(lang, draws, start), _level(lang, level), _half_life(lang, half)),
        (rule, ask, working),
    )


def _halving(lang: Lang) -> str:
    return say(
        lang,
        "规则：每经过一个半衰期，血药浓度减半；吸收已完成，只考虑消除。",
        "Rule: the level halves with every half-life; absorption is complete, so only elimination counts.",
    )


def _remains(lang: Lang, draws: Draws) -> Problem | None:
    start, half, count = drawn_moment(draws), D(draws.between(4, 48)) / 2, draws.between(2, 5)
    level = D(draws.between(8, 160)) / 2
    then = start + _hours(half * count)
    part = number_part(
        lang,
        level / 2**count,
        "mg/L",
        (
            (f"{short(level)} ÷ 2^{count + 1}", level / 2 ** (count + 1)),
            (f"{short(level)} ÷ 2^{count - 1}", level / 2 ** (count - 1)),
            (f"{short(level)} ÷ (2 × {count})", level / (2 * count)),
            (f"{short(level)} ÷ {count}", level / count),
        ),
        places=2,
        tolerance=D("0.01"),
    )
    later = moment_text(lang, then, draws)
    ask = say(
        lang,
        f"若不再用药，{later}的血药浓度是多少 mg/L？保留 2 位小数。",
        f"If the drug is stopped now, what is the level in mg/L at {later}? Give 2 decimal places.",
    )
    working = f"{short(half * count)} h ÷ {short(half)} h = {count}; {short(level)} ÷ 2^{count}"
    facts = (_taken(lang, draws, start), _level(lang, level), _half_life(lang, half))
    if part is None:
        return None
    return _problem(lang, draws, part, facts, (_halving(lang), ask, f"{working} = {part.right}"))


def _problem(lang: Lang, draws: Draws, part: Part, facts: tuple[Fact, ...], said: tuple[str, str, str]) -> Problem:
    rule, ask, working = said
    drug = draws.choice(DRUGS)[lang == "en"]
    opening = say(
        lang,
        draws.choice(
            (
                f"一位患者正在使用{drug}(虚构药品)。",
                f"临床药师会诊，用药为{drug}(虚构药品)：",
                f"病房来电询问{drug}(虚构药品)的时间安排。",
            )
        ),
        draws.choice(
            (
                f"A patient is on {drug} (an invented medicine).",
                f"Pharmacy consultation about {drug} (an invented medicine):",
                f"The ward rings up about the timing of {drug} (an invented medicine).",
            )
        ),
    )
    noise = beside(lang, draws, draws.between(1, 2))
    return Problem(opening=opening, facts=facts, noise=noise, rule=rule, ask=ask, parts=(part,), working=working)


def _build(lang: Lang, draws: Draws) -> Problem | None:
    return draws.choice((_trough, _missed, _falls, _remains))(lang, draws)


plugin: Final = Family("level_timing", _build)
