"""Appointments at invented service halls: the earliest time that can be booked, by a table of places and four rules.

Rules this module keeps:

* A time needs enough places for all who come, enough notice, and, where it is kept for elderly people, one who is old enough or so
  little time left that it is open to all. A wish of the applicant comes on top.
* The table holds at least three times that look free and are not. Notice stands on its limit often.
* Mistakes: each of the rules overlooked, or a limit counted wrongly.
* What is left out is the time of the request, or how many come or how old they are where that could change the answer.

It refuses to take a place away: nothing is booked, the question is what could be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final

from evalcenter.draws import Draws
from evalcenter.generators.charters import Charter
from evalcenter.generators.drafting import Fact, say
from evalcenter.generators.moments import moment_part, moment_text, shown, weekday
from evalcenter.generators.notices import city, desk, opening
from evalcenter.generators.problems import Problem, fact
from evalcenter.records import Lang

HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """Hours of `notice`, hours before which places for the elderly open to all (`opens`), and their `age`."""

    notice: int
    opens: int
    age: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slot:
    at: datetime
    left: int
    kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ask:
    """The request: when it is made, by how many, how old the applicant is, and the hour from which it suits."""

    now: datetime
    people: int
    age: int
    hour: int


def earliest(rule: _Rule, slots: tuple[_Slot, ...], ask: _Ask) -> datetime | None:
    """The first time that can be booked, or None."""
    return next(
        (
            slot.at
            for slot in slots
            if slot.left >= ask.people
            and slot.at - ask.now >= rule.notice * HOUR
            and (not slot.kept or ask.age >= rule.age or slot.at - ask.now <= rule.opens * HOUR)
            and slot.at.hour >= ask.hour
        ),
        None,
    )


def _drawn(draws: Draws) -> tuple[_Rule, tuple[_Slot, ...], _Ask]:
    rule = _Rule(notice=draws.choice((4, 8, 12, 24)), opens=draws.choice((30, 36, 48)), age=draws.choice((60, 65, 70)))
    day = date(draws.between(2026, 2035), draws.between(1, 12), draws.between(1, 25))
    hours = [(ahead, hour) for ahead in range(3) for hour in (9, 10, 11, 14, 15, 16)]
    slots = tuple(
        _Slot(
            at=datetime.combine(day + timedelta(days=ahead), time(hour)),
            left=draws.choice((0, 1, 1, 2, 3)),
            kept=draws.coin(2, 5),
        )
        for ahead, hour in sorted(draws.sample(hours, 10))
    )
    edge = draws.choice(slots[:5]).at - rule.notice * HOUR
    now = draws.choice((edge, edge + timedelta(minutes=1), edge - draws.between(1, 400) * timedelta(minutes=1)))
    age = draws.choice((rule.age, rule.age - 1, rule.age - 1, draws.between(20, 50)))
    return rule, slots, _Ask(now=now, people=draws.between(1, 3), age=age, hour=draws.choice((0, 0, 10, 14)))


def build(lang: Lang, draws: Draws) -> Problem | None:
    """A question about the earliest appointment, or None where nothing is left or no mistake stands out."""
    rule, slots, ask = _drawn(draws)
    right = earliest(rule, slots, ask)
    blocked = [slot for slot in slots if right and slot.at < right and slot.left and slot.at.hour >= ask.hour]
    if right is None or len(blocked) < 2 or not 7 <= ask.now.hour <= 20 or ask.now >= slots[0].at:
        return None
    part = moment_part(lang, right, _mistakes(lang, rule, slots, ask))
    if len(part.wrong) < 2:
        return None
    town = city(lang, draws)
    texts = (_zh if lang == "zh" else _en)(rule)
    order = ("scope", *draws.shuffled([name for name in texts if name not in {"scope", "wording"}]), "wording")
    title = say(lang, f"{town}政务服务大厅预约须知", f"{town} Service Centre: Booking an Appointment")
    table = _table(lang, slots)
    charter = Charter(lang=lang, title=title, order=order, texts=lambda _: texts, tail=table)
    words = say(lang, "号源表|余号表|时段表|附表", "table of places|table|list of times|places left")
    bare = replace(charter, tail="").gap("", words)
    return Problem(
        opening=opening(lang, draws, town, say(lang, "现场办理预约", "an appointment in person").removeprefix("an ")),
        facts=_facts(lang, draws, (rule, slots, ask)),
        noise=desk(lang, draws, draws.between(1, 2)),
        rule=charter.text(),
        ask=say(
            lang,
            "按须知和号源表，申请人最早可以约到哪一个时段(写开始的日期和时刻)？",
            "By these rules and the table, which is the earliest appointment that can be booked (date and starting time)?",
        ),
        parts=(part,),
        working=say(
            lang,
            f"依次排除前面的时段，到 {shown(right)} 才全部符合",
            f"{shown(right)} is the first that fits all rules",
        ),
        gaps=(bare,),
    )


def _mistakes(lang: Lang, rule: _Rule, slots: tuple[_Slot, ...], ask: _Ask) -> list[tuple[str, datetime]]:
    made = (
        (say(lang, "没有看提前时间", "The notice was overlooked."), replace(rule, notice=0), ask),
        (say(lang, "提前时间多要了一小时", "An hour too many of notice."), replace(rule, notice=rule.notice + 1), ask),
        (say(lang, "占用了老年专场", "A place kept for others."), replace(rule, age=0), ask),
        (say(lang, "专场开放给所有人的规定没看到", "Places that are open again."), replace(rule, opens=0), ask),
        (say(lang, "正好到年龄的没有算", "The age itself was not counted."), replace(rule, age=rule.age + 1), ask),
        (say(lang, "只看有没有余号", "One place for all."), rule, replace(ask, people=1)),
        (say(lang, "没有看申请人方便的时间", "The wish was overlooked."), rule, replace(ask, hour=0)),
    )
    found = [(how, earliest(read, slots, of)) for how, read, of in made]
    return [(how, at) for how, at in found if at]


def _facts(lang: Lang, draws: Draws, given: tuple[_Rule, tuple[_Slot, ...], _Ask]) -> tuple[Fact, ...]:
    rule, slots, ask = given
    right = earliest(rule, slots, ask)

    def wanted(others: list[_Ask], zh: str, en: str) -> str:
        return say(lang, zh, en) if any(earliest(rule, slots, other) != right for other in others) else ""

    wish = say(lang, f"{ask.hour} 点以后", f"{ask.hour}:00 or later") if ask.hour else say(lang, "都可以", "any time")
    return (
        fact(
            lang,
            "提出预约时间",
            "Time of booking",
            moment_text(lang, ask.now, draws),
            say(
                lang,
                "提出预约时间|提出预约的时间|预约提出时间|提出时间|何时提出",
                "time of booking|booking time|time of the booking|when the booking was made|time of the request",
            ),
        ),
        fact(
            lang,
            "同办人数",
            "People in the party",
            say(lang, f"{ask.people} 人", str(ask.people)),
            wanted(
                [replace(ask, people=count) for count in (1, 2, 3)],
                "同办人数|人数|几个人",
                "people in the party|number of people|how many people|party",
            ),
        ),
        fact(
            lang,
            "年龄",
            "Age",
            say(lang, f"均为 {ask.age} 周岁", f"{ask.age} (everyone in the party)"),
            wanted([replace(ask, age=age) for age in (0, 99)], "年龄|周岁", "age|how old"),
        ),
        fact(lang, "方便的时间", "Time of day that suits", wish),
    )


def _table(lang: Lang, slots: tuple[_Slot, ...]) -> str:
    rows = []
    for slot in slots:
        when = say(
            lang,
            f"{slot.at.month} 月 {slot.at.day} 日({weekday(lang, slot.at.date())}){slot.at:%H:%M}",
            f"{slot.at.date().isoformat()} ({weekday(lang, slot.at.date())}) {slot.at:%H:%M}",
        )
        left = say(lang, f"余 {slot.left} 个", f"{slot.left} left")
        kept = say(lang, "，老年专场", ", kept for older people") if slot.kept else ""
        rows.append(f"- {when}{say(lang, '：', ': ')}{left}{kept}")
    year = slots[0].at.year
    return "\n".join([say(lang, f"附表　号源({year} 年)", "Table of places"), *rows])


def _zh(rule: _Rule) -> Mapping[str, str]:
    return {
        "scope": "到政务服务大厅现场办理的预约，依照本须知；一个时段为一小时。",
        "notice": f"提出预约的时间与时段开始的时间，至少相隔 {rule.notice} 小时。",
        "party": "几个人同办一件事的，每人占一个号，须约在同一时段。",
        "kept": f"老年专场供年满 {rule.age} 周岁的人预约；提出预约时距专场开始不超过 {rule.opens} 小时的，余号向所有人开放。",
        "suits": "窗口按申请人方便的时间安排，时段应在该时间或以后开始。",
        "late": "预约后三次爽约的，一个月内不能再约。",
        "wording": "本须知所称“至少”“年满”“不超过”“以后”均包括本数。",
    }


def _en(rule: _Rule) -> Mapping[str, str]:
    return {
        "scope": "These rules are for appointments in person. Each lasts one hour.",
        "notice": f"At least {rule.notice} hours must lie between the moment of booking and the start of the appointment.",
        "party": "A party needs one place for each person, all at the same time.",
        "kept": f"Times kept for older people are for those aged {rule.age} or over. If the booking is made {rule.opens} hours "
        "or less before such a time starts, its places are open to anyone.",
        "suits": "Where a time of day is asked for, the appointment starts then or later in the day.",
        "late": "Three missed appointments mean no booking for a month.",
        "wording": "Every limit in these rules includes the figure named.",
    }
