"""Deadlines of invented agencies, in working days and calendar days, with a table of holidays in the question.

Rules this module keeps:

* The table is invented and holds for the question alone: days off, and in Chinese questions weekend days that are worked instead.
* The notice says which day is the first, what is late in the day, which days are left out, and what moves a last day.
* A holiday lies in or beside the days that are counted; half of the receipts stand at the end of the day.
* Mistakes: the table or the worked weekends overlooked, the first day counted, a late receipt taken for an early one, calendar
  days for working days, a last day that is not moved.

It refuses to know any real calendar of holidays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from evalcenter.draws import Draws
from evalcenter.generators.drafting import MONTHS, Fact, say
from evalcenter.generators.moments import date_part, date_text, weekday
from evalcenter.generators.notices import city, desk, entry, numbered, opening, printed
from evalcenter.generators.problems import Family, Gap, Part, Problem, number_part
from evalcenter.records import Lang

DAY: Final = timedelta(days=1)
NAMES: Final[Mapping[Lang, tuple[str, ...]]] = {
    "zh": ("建市纪念日", "丰收节", "湖灯节", "迎新节", "植树周", "开渔节", "采茶节", "长者节"),
    "en": ("Founders' Day", "Harvest Holiday", "Harbour Day", "Civic Day", "Spring Closure", "Lantern Day"),
}
MATTERS: Final = (
    ("食品摊位备案", "food stall registration"),
    ("户外广告许可", "outdoor sign permit"),
    ("临时用电许可", "temporary power permit"),
    ("公益岗位申请", "community post application"),
    ("老旧电梯补助", "lift renewal grant"),
    ("停车位共享备案", "parking share registration"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Calendar:
    """Days off by holiday, and weekend days that are worked."""

    off: tuple[tuple[str, date, int], ...]
    worked: tuple[date, ...]

    def open(self, day: date) -> bool:
        """Whether the office works on `day`."""
        if day in self.worked:
            return True
        return day.weekday() < 5 and not any(start <= day < start + length * DAY for _, start, length in self.off)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """`term` working days and `plea` calendar days; what comes in later than `close` counts for the next working day.

    `paused` is the day of a request for more papers and the day on which they came: the days after the first one, up to the
    second, do not count.
    """

    calendar: _Calendar
    term: int
    plea: int
    close: time
    received: datetime
    paused: tuple[date, date] | None = None


def begun(case: _Case) -> date:
    """The working day for which the receipt counts."""
    late = case.received.time() > case.close
    return _following(case.calendar, case.received.date() + (DAY if late else 0 * DAY))


def _following(calendar: _Calendar, day: date) -> date:
    while not calendar.open(day):
        day += DAY
    return day


def ends(case: _Case, start: date) -> date:
    """The last of `term` working days after `start`."""
    day, left = start, case.term
    while left:
        day += DAY
        left -= case.calendar.open(day) and not (case.paused and case.paused[0] < day <= case.paused[1])
    return day


def spent(case: _Case, start: date, end: date) -> int:
    """The working days after `start`, `end` included."""
    days = (start + step * DAY for step in range(1, (end - start).days + 1))
    return sum(case.calendar.open(day) for day in days)


# -- the draw ---------------------------------------------------------------------------------------------------------


def _drawn(lang: Lang, draws: Draws) -> _Case:
    day = date(draws.between(2027, 2036), 1, 15) + draws.between(0, 240) * DAY
    close = time(draws.choice((16, 17)), draws.choice((0, 30)))
    edge = datetime.combine(day, close)
    minute = timedelta(minutes=1)
    moments = (edge, edge + minute, datetime.combine(day, time(9)) + draws.between(0, 400, 5) * minute)
    term, plea = draws.between(5, 30), draws.choice((10, 15, 20, 30, 45, 60))
    received = draws.choice((*moments[:2], moments[2], moments[2]))
    return _Case(
        calendar=_calendar(lang, draws, day, (term * 7 // 5, plea)),
        term=term,
        plea=plea,
        close=close,
        received=received,
    )


def _calendar(lang: Lang, draws: Draws, day: date, spans: tuple[int, int]) -> _Calendar:
    """Two or three holidays: one about the last day or soon after the first, the others anywhere near."""
    off: list[tuple[str, date, int]] = []
    last = day + draws.choice(spans) * DAY
    for at, name in enumerate(draws.sample(NAMES[lang], draws.between(2, 3))):
        length = draws.between(3, 7) if lang == "zh" else draws.choice((1, 1, 2, 4))
        if at == 0:
            start = last - draws.below(length) * DAY if draws.coin(1, 2) else day + draws.between(1, 5) * DAY
        else:
            start = day + draws.between(-12, (last - day).days + 15) * DAY
        if all(
            start > other + span * DAY + 2 * DAY or other > start + length * DAY + 2 * DAY for _, other, span in off
        ):
            off.append((name, start, length))
    bare = _Calendar(off=tuple(sorted(off, key=lambda row: row[1])), worked=())
    near = [
        start + step * DAY
        for _, start, length in off
        for step in (*range(-6, 0), *range(length, length + 6))
        if (start + step * DAY).weekday() >= 5 and not any(a <= start + step * DAY < a + n * DAY for _, a, n in off)
    ]
    count = min(len(set(near)), draws.between(1, 3)) if lang == "zh" else 0
    return replace(bare, worked=tuple(sorted(draws.sample(sorted(set(near)), count))))


# -- the three questions ----------------------------------------------------------------------------------------------

_Asked = tuple[Part | None, tuple[Fact, ...], str, str]
"""The part, the facts, the question and the working."""


def _term(lang: Lang, draws: Draws, case: _Case) -> tuple[_Case, _Asked]:
    start = begun(case)
    if draws.coin(1, 2):
        asked = _following(case.calendar, start + draws.between(1, 6) * DAY)
        case = replace(case, paused=(asked, asked + draws.between(2, 12) * DAY))
    right = ends(case, start)
    plain_days = replace(case.calendar, off=(), worked=())
    part = date_part(
        lang,
        right,
        (
            (
                say(lang, "没有看节假日表", "The table was not looked at."),
                ends(replace(case, calendar=plain_days), start),
            ),
            (
                say(lang, "漏了补班日", "Worked weekends were overlooked."),
                ends(replace(case, calendar=replace(case.calendar, worked=())), start),
            ),
            (
                say(lang, "把起算当天也算了进去", "The first day was counted."),
                ends(replace(case, term=case.term - 1), start),
            ),
            (say(lang, "没有扣除补正的时间", "The pause was not left out."), ends(replace(case, paused=None), start)),
            (
                say(lang, "没有注意收件已晚或当天不上班", "A late receipt was taken for an early one."),
                ends(case, case.received.date()),
            ),
            (say(lang, "按自然日数", "Calendar days were counted."), start + case.term * DAY),
        ),
    )
    ask = say(lang, "按规定，最晚应在哪一天作出决定？", "By which date must the decision be made at the latest?")
    working = f"{start.isoformat()} + {case.term} → {right.isoformat()}"
    return case, (part, (_received(lang, draws, case), *_pause(lang, draws, case)), ask, working)


def _plea(lang: Lang, draws: Draws, case: _Case) -> tuple[_Case, _Asked]:
    served = case.received.date()
    last = served + case.plea * DAY
    right = _following(case.calendar, last)
    weekend = replace(case.calendar, off=(), worked=())
    part = date_part(
        lang,
        right,
        (
            (say(lang, "没有顺延", "The last day was not moved."), last),
            (say(lang, "顺延时没有看节假日表", "Moved without the table."), _following(weekend, last)),
            (
                say(lang, "送达当天也算了进去", "The day of service was counted."),
                _following(case.calendar, last - DAY),
            ),
            (
                say(lang, "按工作日数", "Working days were counted."),
                ends(replace(case, term=case.plea), served),
            ),
            (say(lang, "多顺延了一天", "Moved a day too far."), right + DAY),
        ),
    )
    facts = (
        entry(
            lang,
            "决定送达日期",
            "Date of service",
            _day(lang, draws, served),
            say(
                lang,
                "决定送达日期|送达日期|送达时间|送达|哪天收到决定|收到决定",
                "date of service|served|service date|when it was served|date of delivery|when the decision was received",
            ),
        ),
    )
    ask = say(lang, "申请复核的最后一天是哪一天？", "What is the last date on which a review can be asked for?")
    return case, (part, facts, ask, f"{served.isoformat()} + {case.plea} = {last.isoformat()} → {right.isoformat()}")


def _spent(lang: Lang, draws: Draws, case: _Case) -> tuple[_Case, _Asked]:
    start = begun(case)
    end = _following(case.calendar, start + draws.between(6, 40) * DAY)
    right = spent(case, start, end)
    weekdays = replace(case, calendar=_Calendar(off=(), worked=()))
    rough = replace(case, calendar=replace(case.calendar, worked=()))
    # The terms of the notice are figures that an echo would give.
    if right in {case.term, case.plea} or right < 3:
        return case, (None, (), "", "")
    part = number_part(
        lang,
        Decimal(right),
        say(lang, "个工作日", "working days"),
        (
            (say(lang, "没有看节假日表", "The table was not looked at."), Decimal(spent(weekdays, start, end))),
            (say(lang, "漏了补班日", "Worked weekends were overlooked."), Decimal(spent(rough, start, end))),
            (say(lang, "把起算当天也算了进去", "The first day was counted."), Decimal(right + 1)),
            (say(lang, "少算了办结当天", "The last day was not counted."), Decimal(right - 1)),
            (say(lang, "按自然日数", "Calendar days were counted."), Decimal((end - start).days)),
        ),
        places=0,
        tolerance=Decimal(0),
    )
    decided = entry(
        lang,
        "作出决定日期",
        "Date of the decision",
        _day(lang, draws, end),
        say(
            lang,
            "作出决定日期|决定日期|决定作出|何时作出决定",
            "date of the decision|decision date|date of decision|when the decision",
        ),
    )
    ask = say(
        lang,
        "按规定计算，这件事从受理到作出决定用了多少个工作日(受理当天不计，决定当天计入)？",
        "By these rules, how many working days did the decision take (the day of receipt not counted, that of the "
        "decision counted)?",
    )
    return case, (
        part,
        (_received(lang, draws, case), decided),
        ask,
        f"{start.isoformat()} … {end.isoformat()}: {right}",
    )


# -- the words --------------------------------------------------------------------------------------------------------


def _day(lang: Lang, draws: Draws, day: date) -> str:
    shown, name = date_text(lang, day, draws), weekday(lang, day)
    return say(lang, f"{shown}({name})", f"{shown} (a {name})") if draws.coin(1, 2) else shown


def _received(lang: Lang, draws: Draws, case: _Case) -> Fact:
    clock = case.received.strftime("%H:%M")
    return entry(
        lang,
        "收到申请时间",
        "Date and time of receipt",
        f"{_day(lang, draws, case.received.date())} {clock}",
        say(
            lang,
            "收到申请时间|收到申请|收件时间|收到时间|申请日期|申请收到|申请是什么时候收到|申请是哪天收到|申请时间|收件日期",
            "date and time of receipt|date of receipt|time of receipt|when the application was received|"
            "when the application arrived|when the application came in|when it was received|date of application|"
            "application date|received",
        ),
    )


def _pause(lang: Lang, draws: Draws, case: _Case) -> tuple[Fact, ...]:
    if case.paused is None:
        return ()
    asked, came = case.paused
    return (
        entry(lang, "发出补正通知日期", "More papers asked for on", _day(lang, draws, asked)),
        entry(
            lang,
            "收到补正材料日期",
            "Date on which the papers came in",
            _day(lang, draws, came),
            say(
                lang,
                "收到补正材料|补正材料收到|补正材料|补正日期",
                "date on which the papers came in|papers came in|papers were received|date of the papers|missing papers arrived",
            ),
        ),
    )


def _texts(lang: Lang, case: _Case, matter: str) -> dict[str, str]:
    close = case.close.strftime("%H:%M")
    if lang == "zh":
        return {
            "scope": f"{matter}的办理期限，按本规定计算。",
            "term": f"自收到申请的次日起 {case.term} 个工作日内作出决定。",
            "late": f"申请晚于 {close} 收到的，或者在非工作日收到的，视为下一个工作日收到；{close} 及以前收到的，算当天。",
            "pause": "通知申请人补正材料的，从发出通知的次日起到补正材料实际收到的那天止，不计入办理期限；"
            "收到那天是不是工作日都一样。",
            "plea": f"对决定不服的，可自送达的次日起 {case.plea} 日(自然日)内申请复核；"
            "最后一天不是工作日的，顺延到其后第一个工作日。",
            "counter": "窗口中午不休息，电话咨询不计为申请。",
            "wording": "工作日指周一至周五，但附表所列放假的日子除外；附表所列补班的日子也是工作日。",
        }
    return {
        "scope": f"Time limits for a {matter} are worked out by these rules.",
        "term": f"The decision is made within {case.term} working days; the first of them is the one after the day of receipt.",
        "late": f"An application that comes in after {close}, or on a day that is not a working day, counts as received on the "
        f"next working day; {close} itself is in time.",
        "pause": "Where more papers are asked for, the days after the request, up to and including the day on which they "
        "come in, do not count; it makes no difference whether that day is a working day.",
        "plea": f"A review may be asked for within {case.plea} calendar days, the day of service not counted; if the last "
        "day is not a working day, the next working day takes its place.",
        "counter": "The counter stays open over lunch; a telephone call is not an application.",
        "wording": "Working days are Monday to Friday, except for the days in the table below.",
    }


def _table(lang: Lang, calendar: _Calendar) -> str:
    rows = []
    for name, start, length in calendar.off:
        last = start + (length - 1) * DAY
        if lang == "zh":
            rows.append(
                f"- {name}：{start.month} 月 {start.day} 日至 {last.month} 月 {last.day} 日放假，共 {length} 天"
            )
        elif length == 1:
            rows.append(f"- {name}: {start.day} {MONTHS[start.month - 1]}")
        else:
            rows.append(
                f"- {name}: {start.day} {MONTHS[start.month - 1]} to {last.day} {MONTHS[last.month - 1]}, both included"
            )
    rows += [f"- 补班：{day.month} 月 {day.day} 日({weekday(lang, day)})" for day in calendar.worked]
    year = calendar.off[0][1].year
    return "\n".join([say(lang, f"附表　{year} 年放假和补班", f"Table: days off in {year}"), *rows])


def _build(lang: Lang, draws: Draws) -> Problem | None:
    drawn = _drawn(lang, draws)
    days = [*(start + step * DAY for _, start, n in drawn.calendar.off for step in (0, n)), *drawn.calendar.worked]
    case, (part, facts, ask, working) = draws.choice((_term, _term, _plea, _spent))(lang, draws, drawn)
    reach = case.received.date() + timedelta(days=120)
    if part is None or {day.year for day in days} != {case.received.year} or reach.year != case.received.year:
        return None
    town, matter = city(lang, draws), draws.choice(MATTERS)[lang == "en"]
    texts = _texts(lang, case, matter)
    order = draws.shuffled([name for name in texts if name not in {"scope", "wording"}])
    title = say(lang, f"{town}{matter}办理期限规定", f"{town} Time Limits: {matter}")
    rule = printed(lang, title, numbered(["scope", *order, "wording"]), texts)
    label = say(lang, "节假日附表", "Table of days off")
    names = say(
        lang, "节假日附表|附表|放假安排|放假和补班|节假日", "table of days off|table|days off|holidays|holiday list"
    )
    return Problem(
        opening=opening(lang, draws, town, matter),
        facts=facts,
        noise=desk(lang, draws, draws.between(2, 3)),
        rule=f"{rule}\n{_table(lang, case.calendar)}",
        ask=ask,
        parts=(part,),
        working=working,
        gaps=(Gap(label=label, names=tuple(names.split("|")), rule=rule),),
    )


plugin: Final = Family("working_days", _build, "2")
