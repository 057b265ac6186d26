"""Dates of care by a rule in the question: fasting, vaccine intervals, follow-up on clinic days, supplies that run out.

Rules this module keeps:

* Rule in the prompt; no schedule is recalled. Calendar months end on the last day where the month is too short, and the rule
  says so.
* "Days after" does not count the first day; a supply counts the day of the first tablet, and the rule says so.
* Mistakes: a month taken for 30 days, a day off, the weekend forgotten, the wrong interval, a supply counted from the day after.

It refuses to know public holidays: clinic days are days of the week.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from evalcenter.draws import Draws
from evalcenter.generators.drafting import Fact, say
from evalcenter.generators.moments import (
    WEEKDAYS,
    date_part,
    date_text,
    drawn_date,
    later,
    moment_part,
    moment_text,
    shown,
    weekday,
)
from evalcenter.generators.problems import Family, Part, Problem, beside, fact
from evalcenter.records import Lang

DAY: Final = timedelta(days=1)


def _fasting(lang: Lang, draws: Draws) -> Problem:
    start = datetime.combine(drawn_date(draws), datetime.min.time()) + timedelta(
        minutes=draws.between(7 * 60, 15 * 60, 15)
    )
    solid, milk, clear = draws.choice((8, 10, 12)), 6, draws.choice((2, 3))
    asked = draws.below(3)
    hours = (solid, milk, clear)[asked]
    right = start - timedelta(hours=hours)
    others = [other for other in (solid, milk, clear) if other != hours]
    part = moment_part(
        lang,
        right,
        (
            *(
                (say(lang, f"用了 {other} 小时", f"{other} hours used"), start - timedelta(hours=other))
                for other in others
            ),
            (say(lang, "日期差一天", "a day off"), right - DAY if right.date() == start.date() else right + DAY),
            (say(lang, "往后推算", "counted forwards"), start + timedelta(hours=hours)),
        ),
    )
    what = ((("固体食物", "solid food"), ("牛奶或配方奶", "milk or formula"), ("清水等清饮料", "clear fluids"))[asked])[
        lang == "en"
    ]
    rule = say(
        lang,
        f"术前禁食规则(仅供本题)：固体食物至少提前 {solid} 小时停止，牛奶或配方奶至少 {milk} 小时，清水等清饮料至少 {clear} 小时。",
        "Fasting rule (for this question only): no solid food for at least "
        f"{solid} hours before, no milk or formula for at least {milk} hours, "
        f"no clear fluids for at least {clear} hours.",
    )
    facts = (
        fact(
            lang,
            "手术开始时间",
            "Start of the operation",
            moment_text(lang, start, draws),
            say(
                lang,
                "手术开始|手术时间|开始时间|几点手术",
                "operation starts|start of the operation|time of the operation|operation time|start time",
            ),
        ),
    )
    ask = say(
        lang,
        f"按规则，最晚到什么时候还可以进{what}？",
        f"By the rule, until when at the latest may the patient have {what}?",
    )
    return _problem(lang, draws, part, facts, (rule, ask, f"{shown(start)} − {hours} h = {shown(right)}"))


def _vaccine(lang: Lang, draws: Draws) -> Problem:
    first = drawn_date(draws)
    if draws.coin(1, 3):
        first = later(first, 0).replace(day=1) - DAY  # the last day of a month
    gap, second_due, rest = draws.choice(((1, 6, 5), (2, 6, 4), (1, 4, 3), (2, 12, 6), (1, 12, 8)))
    second = later(first, gap) + timedelta(days=draws.between(0, 75))
    plan, least = later(first, second_due), later(second, rest)
    right = max(plan, least)
    part = date_part(
        lang,
        right,
        (
            (say(lang, "只看了其中一个间隔", "one interval alone"), min(plan, least)),
            (
                say(lang, "一个月当作 30 天", "a month taken for 30 days"),
                max(first + timedelta(days=30 * second_due), second + timedelta(days=30 * rest)),
            ),
            (say(lang, "日期差一天", "a day off"), right + DAY),
            (say(lang, "月份少算一个", "a month too few"), later(right, -1)),
        ),
    )
    rule = say(
        lang,
        f"接种规则(仅供本题)：第 3 剂须同时满足：与第 1 剂至少间隔 {second_due} 个月，与第 2 剂至少间隔 {rest} 个月。"
        "按日历月计算，满月之日即可接种；当月没有对应日期的，以该月最后一天为准。",
        f"Rule (for this question only): dose 3 comes at least {second_due} "
        f"months after dose 1 and at least {rest} months after dose 2; both hold. "
        "Calendar months count: the same day of the month is early enough, and where the month has no such day, its last day is.",
    )
    facts = (
        _dated(
            lang,
            draws,
            ("第 1 剂接种日期", "Date of dose 1"),
            first,
            say(lang, "第 1 剂|第1剂|第一剂|首剂", "dose 1|first dose"),
        ),
        _dated(
            lang,
            draws,
            ("第 2 剂接种日期", "Date of dose 2"),
            second,
            say(lang, "第 2 剂|第2剂|第二剂", "dose 2|second dose"),
        ),
    )
    ask = say(lang, "第 3 剂最早可以在哪一天接种？", "What is the earliest date for dose 3?")
    working = f"max({plan.isoformat()}, {least.isoformat()}) = {right.isoformat()}"
    return _problem(lang, draws, part, facts, (rule, ask, working))


def _dated(lang: Lang, draws: Draws, label: tuple[str, str], day: date, names: str) -> Fact:
    return fact(lang, *label, date_text(lang, day, draws), names)


def _open(day: date, days: Sequence[int]) -> date:
    """The first day from `day` on that falls on one of `days` of the week."""
    while day.weekday() not in days:
        day += DAY
    return day


def _follow_up(lang: Lang, draws: Draws) -> Problem:
    out, weeks = drawn_date(draws), draws.coin(1, 2)
    count = draws.between(2, 16) if weeks else draws.between(10, 100)
    days = sorted(draws.sample(range(5), draws.between(1, 3)))
    target = out + timedelta(days=count * 7 if weeks else count)
    right = _open(target, days)
    before = target
    while before.weekday() not in days:
        before -= DAY
    part = date_part(
        lang,
        right,
        (
            (say(lang, "没有顺延到门诊日", "not moved to a clinic day"), target),
            (say(lang, "提前到了前一个门诊日", "moved to the clinic day before"), before),
            (say(lang, "把出院当天算作第 1 天", "the day of discharge counted"), _open(target - DAY, days)),
            (say(lang, "星期推错一天", "weekday one off"), right + DAY),
            (say(lang, "少算一周", "a week too few"), right - 7 * DAY),
        ),
    )
    names = say(lang, "、", ", ").join(WEEKDAYS[day][lang == "en"] for day in days)
    span = say(lang, f"{count} {'周' if weeks else '天'}", f"{count} {'weeks' if weeks else 'days'}")
    rule = say(
        lang,
        f"复诊规则(仅供本题)：出院后满 {span}复诊(出院当天不计)；该门诊只在{names}开诊，若当天不开诊，顺延到其后第一个开诊日。",
        f"Rule (for this question only): follow-up is {span} after discharge "
        f"(the day of discharge is day 0). The clinic is open on {names} only; "
        "if it is closed that day, the first open day after it holds.",
    )
    written = date_text(lang, out, draws)
    day_name = weekday(lang, out)
    value = say(lang, f"{written}({day_name})", f"{written} (a {day_name})")
    facts = (
        fact(
            lang,
            "出院日期",
            "Date of discharge",
            value,
            say(lang, "出院日期|出院时间|何时出院|出院", "discharged|discharge date|date of discharge|discharge"),
        ),
    )
    ask = say(lang, "复诊应安排在哪一天？", "On which date is the follow-up?")
    working = f"{out.isoformat()} + {span} = {target.isoformat()} ({weekday(lang, target)}) → {right.isoformat()}"
    return _problem(lang, draws, part, facts, (rule, ask, working))


def _supply(lang: Lang, draws: Draws) -> Problem:
    start, daily = drawn_date(draws), draws.choice((1, 2, 3, 4))
    tablets = daily * draws.between(14, 98)
    early = draws.between(3, 10)
    last = start + timedelta(days=tablets // daily - 1)
    right = last - early * DAY
    part = date_part(
        lang,
        right,
        (
            (say(lang, "没有把第一天算进去", "first day not counted"), right + DAY),
            (say(lang, "写成了最后一片的日期", "the day of the last tablet"), last),
            (say(lang, "每天按 1 片计", "one tablet a day"), start + timedelta(days=tablets - 1 - early)),
            (say(lang, "往后推了几天", "days added, not taken off"), last + early * DAY),
            (say(lang, "多减了一天", "a day too early"), right - DAY),
        ),
    )
    rule = say(
        lang,
        f"续方规则(仅供本题)：从开始服药的当天起算，每天服 {daily} 片；在服最后一片的那一天之前 {early} 天提出续方。",
        f"Rule (for this question only): {daily} tablet{'s' if daily > 1 else ''} "
        "a day, the first day included; the new prescription is asked for "
        f"{early} days before the day of the last tablet.",
    )
    facts = (
        _dated(
            lang,
            draws,
            ("开始服药日期", "Date of the first tablet"),
            start,
            say(
                lang,
                "开始服药|开始日期|首日|哪天开始|起始",
                "first tablet|start date|starting date|when it was started|started",
            ),
        ),
        fact(
            lang,
            "发药数量",
            "Number of tablets supplied",
            say(lang, f"{tablets} 片", str(tablets)),
            say(
                lang,
                "数量|发药|多少片|片数|几片",
                "tablets supplied|number of tablets|how many tablets|quantity|supply",
            ),
        ),
    )
    ask = say(lang, "应在哪一天提出续方？", "On which date is the new prescription asked for?")
    working = f"{tablets} ÷ {daily} = {tablets // daily}; {last.isoformat()} − {early} = {right.isoformat()}"
    return _problem(lang, draws, part, facts, (rule, ask, working))


def _problem(lang: Lang, draws: Draws, part: Part, facts: tuple[Fact, ...], said: tuple[str, str, str]) -> Problem:
    rule, ask, working = said
    opening = say(
        lang,
        draws.choice(
            (
                "家属打电话来核对日期。",
                "预约台的记录：",
                "护士站请你帮忙算一个日期。",
                "社区卫生服务中心的登记：",
                "患者想确认时间安排：",
            )
        ),
        draws.choice(
            (
                "A relative rings up to check a date.",
                "From the appointments desk:",
                "The nurses ask you to work out a date.",
                "Entry at the health centre:",
                "A patient wants to be sure about the timing:",
            )
        ),
    )
    noise = beside(lang, draws, draws.between(1, 2))
    return Problem(opening=opening, facts=facts, noise=noise, rule=rule, ask=ask, parts=(part,), working=working)


def _build(lang: Lang, draws: Draws) -> Problem | None:
    return draws.choice((_fasting, _vaccine, _follow_up, _supply))(lang, draws)


plugin: Final = Family("care_dates", _build)
