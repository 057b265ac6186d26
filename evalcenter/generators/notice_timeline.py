"""Notices of one invented agency that replace each other: which one holds for a case, and what it pays.

Rules this module keeps:

* Each notice has a number, a day of issue, a day from which it holds, and an amount. Each replaces the one before; one may have a
  transitional clause, or be suspended for a while; one is about another matter, and one is a draft.
* Whether the day of the application or that of the decision counts is said in the standing rules. Half of the cases lie on the day
  from which a notice holds or on the day before.
* Mistakes: day of issue for the day from which it holds, the other day of the case, no transition, the newest notice whatever the
  day, a draft, a suspension overlooked.
* What is left out is a day of the case on which another notice could hold, or the day from which the notice in question holds.

It refuses to know any real notice: numbers and agencies are invented.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from evalcenter.draws import Draws
from evalcenter.generators.charters import named_part
from evalcenter.generators.drafting import Fact, say
from evalcenter.generators.moments import date_text
from evalcenter.generators.notice_file import DAY, Line, Notice, drawn, gap, number, text
from evalcenter.generators.notices import city, coin, desk, money, money_part, opening
from evalcenter.generators.problems import Family, Problem, fact
from evalcenter.records import Lang

MATTERS: Final = (
    ("旧家具回收补贴", "bulky waste rebate", "旧家电回收补贴", "appliance rebate", "件", "item"),
    ("雨水花园补贴", "rain garden grant", "屋顶绿化补贴", "green roof grant", "平方米", "square metre"),
    ("夜校学费补贴", "evening class bursary", "图书购置补贴", "book bursary", "门课", "course"),
    ("老旧门窗更换补贴", "window renewal grant", "外墙保温补贴", "insulation grant", "扇", "window"),
    ("自行车停放架补贴", "cycle stand grant", "充电桩补贴", "charging point grant", "个", "stand"),
)
AGENCIES: Final = (
    ("惠民办", "Public Grants Office", "PGO"),
    ("城乡服务局", "Neighbourhood Services Agency", "NSA"),
    ("便民署", "Residents' Support Board", "RSB"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    applied: date
    decided: date
    count: int


def ruling(line: Line, case: _Case) -> Notice:
    """The notice that holds for the case."""

    def at(day: date) -> int:
        place = max((place for place, notice in enumerate(line.notices) if notice.holds <= day), default=0)
        paused = line.paused and line.paused[0] <= day <= line.paused[1]
        return place - 1 if paused and place == len(line.notices) - 1 else place

    if line.by_decision:
        place = at(case.decided)
        while place and line.notices[place].shifts and case.applied < line.notices[place].holds:
            place -= 1
        return line.notices[place]
    place = at(case.applied)
    later = [spot for spot, one in enumerate(line.notices) if one.shifts and one.holds <= case.decided]
    return line.notices[max(place, *later, 0)]


def _drawn(lang: Lang, draws: Draws, agency: tuple[str, str, str]) -> tuple[Line, _Case]:
    year, serial = draws.between(2026, 2032), draws.between(3, 20)
    day = date(year, draws.between(1, 12), draws.between(1, 28))
    notices: list[Notice] = []
    for amount in draws.sample(range(20, 200, 5), 4):
        issued = day - draws.between(8, 70) * DAY
        serial = (
            serial + draws.between(2, 9) if notices and notices[-1].issued.year == issued.year else draws.between(2, 30)
        )
        name = number(lang, agency, issued.year, serial)
        notices.append(Notice(number=name, issued=issued, holds=day, amount=amount))
        day += draws.between(80, 300) * DAY
    at = draws.between(1, 3)
    first = notices[at].holds
    counts = draws.choice((first, first - DAY, first + draws.between(2, 79) * DAY))
    span = draws.between(5, 120) * DAY
    by_decision, paused = draws.coin(1, 2), None
    if draws.coin(1, 2):
        spot = min(3, at + (0 if by_decision else draws.below(2)))
        notices[spot] = replace(notices[spot], shifts=True)
    elif draws.coin(2, 3):
        start = notices[3].holds + draws.between(5, 40) * DAY
        paused = (start, start + draws.between(20, 60) * DAY)
        if at == 3:
            counts = draws.choice((paused[0] - DAY, paused[0], paused[1], paused[1] + DAY, counts))
    line = Line(notices=tuple(notices), by_decision=by_decision, paused=paused)
    case = (counts - span, counts) if by_decision else (counts, counts + span)
    return line, _Case(applied=case[0], decided=case[1], count=draws.between(2, 9))


def _misread(lang: Lang, line: Line, case: _Case) -> list[tuple[str, Notice]]:
    bare = replace(line, notices=tuple(replace(one, shifts=False) for one in line.notices))
    issued = replace(line, notices=tuple(replace(one, holds=one.issued) for one in line.notices))
    late = replace(line, notices=tuple(replace(one, holds=one.holds + DAY) for one in line.notices))
    made = (
        (say(lang, "没有看过渡规定", "The transitional clause was overlooked."), bare),
        (say(lang, "没有看暂停执行", "The suspension was overlooked."), replace(line, paused=None)),
        (say(lang, "把印发日期当成施行日期", "The day of issue was taken."), issued),
        (
            say(lang, "看错了以哪一天为准", "The other day of the case."),
            replace(bare, by_decision=not line.by_decision),
        ),
        (say(lang, "施行当天没有算", "The first day was left out."), late),
    )
    found = [(how, ruling(read, case)) for how, read in made]
    return [*found, (say(lang, "直接用了最新的通知", "The newest notice, whatever the day."), line.notices[-1])]


def _build(lang: Lang, draws: Draws) -> Problem | None:
    agency = draws.choice(AGENCIES)
    line, case = _drawn(lang, draws, agency)
    right = ruling(line, case)
    matter, town, sign = draws.choice(MATTERS), city(lang, draws), coin(lang, draws)
    at = int(lang == "en")
    file = drawn(lang, draws, line, (town, (matter[at], matter[2 + at], matter[4 + at]), sign, agency))
    rule = text(file)
    others = [(how, notice) for how, notice in _misread(lang, line, case) if notice.number != right.number]
    sums = [(how, Decimal(notice.amount * case.count)) for how, notice in others]
    sums.append((say(lang, "用了征求意见稿", "A draft was taken."), Decimal(file.draft[1] * case.count)))
    paid = money_part(lang, sign, Decimal(right.amount * case.count), sums, rule)
    if paid is None or len(others) < 2:
        return None
    said = (
        "notice",
        say(lang, "写出适用的通知的文号", "Gives the number of the notice that holds"),
        say(lang, "适用文号", "Notice that holds"),
        say(lang, "该通知的文号", "the number of the notice"),
    )
    wrong = {notice.number: how for how, notice in reversed(others)}
    wrong.setdefault(file.other[0], say(lang, "另一事项的通知", "A notice on another matter."))
    return Problem(
        opening=opening(lang, draws, town, matter[at]),
        facts=_facts(lang, draws, (line, case), say(lang, matter[4], f"{matter[5]}s")),
        noise=desk(lang, draws, draws.between(1, 2)),
        rule=rule,
        ask=say(
            lang,
            draws.choice(("这笔补贴应发多少钱？适用哪一份通知？", "按这些文件，应发多少，依据的是哪一份通知？")),
            draws.choice(
                ("How much is due in this case, and under which notice?", "What is paid, and which notice holds?")
            ),
        ),
        parts=(paid, named_part(said, right.number, _spelled(lang, right.number), wrong, alone=True)),
        working=say(
            lang,
            f"适用{right.number}，{right.amount} × {case.count} = {money(sign, right.amount * case.count)}",
            f"{right.number} holds; {right.amount} × {case.count} = {money(sign, right.amount * case.count)}",
        ),
        gaps=() if right == line.notices[0] else (gap(file, right),),
    )


def _spelled(lang: Lang, number: str) -> tuple[str, ...]:
    """Other usual ways to write the number of a notice."""
    if lang == "en":
        year, serial = number.split(" ")[1].split("/")
        return (f"{year}/{serial}", f"No. {serial} of {year}", f"{serial}/{year}", f"{year}-{serial}")
    year, serial = number.split("〔")[1].removesuffix("号").split("〕")
    ends = (f"{serial}号", f"第{serial}号")
    return tuple(f"{one}{year}{two}{end}" for one, two in ("〔〕", "[]", "()", "【】", "［］") for end in ends) + tuple(
        f"{year}年{end}" for end in ends
    )


def _facts(lang: Lang, draws: Draws, given: tuple[Line, _Case], unit: str) -> tuple[Fact, ...]:
    line, case = given
    right = ruling(line, case)
    days = [one.holds - step * DAY for one in line.notices for step in (0, 1)] + [*(line.paused or ())]

    def wanted(others: list[_Case], zh: str, en: str) -> str:
        """The names of a day on which another notice could hold, or none."""
        changed = any(ruling(line, other) != right for other in others if other.applied <= other.decided)
        return say(lang, zh, en) if changed else ""

    return (
        fact(
            lang,
            "申请日期",
            "Date of application",
            date_text(lang, case.applied, draws),
            wanted(
                [replace(case, applied=day) for day in days],
                "申请日期|申请时间|何时申请|申请日",
                "date of application|application date|day of application|date of the application|when the application",
            ),
        ),
        fact(
            lang,
            "决定日期",
            "Date of decision",
            date_text(lang, case.decided, draws),
            wanted(
                [replace(case, decided=day) for day in days],
                "决定日期|决定时间|何时决定|决定日",
                "date of decision|decision date|day of decision|date of the decision|when the decision",
            ),
        ),
        fact(lang, "申请数量", "Number applied for", f"{case.count} {unit}"),
    )


plugin: Final = Family("notice_timeline", _build, "2")
