"""Pregnancies to be dated: due date from the last period, completed weeks, due date after an early scan.

Rules this module keeps:

* The question says which form of Naegele's rule is meant, and at what difference a scan replaces the period: forms and national
  thresholds differ. Dates on which the order of the calendar rule's steps would matter are not drawn.
* A date is exact: there is no tolerance.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from evalcenter.draws import Draws
from evalcenter.errors import InputError
from evalcenter.generators import formulas as f
from evalcenter.generators.clinical_facts import Case, Slip, day, lab, named
from evalcenter.generators.drafting import REDRAWS, Fact, say
from evalcenter.records import Lang

D = Decimal
_FROM = date(2023, 1, 1)
_HISTORIES = (
    ("首次妊娠", "first pregnancy"),
    ("孕 2 产 1", "second pregnancy, one child"),
    ("孕 3 产 1，流产 1 次", "third pregnancy, one child, one miscarriage"),
)


def _day(draws: Draws) -> date:
    return _FROM + timedelta(days=draws.below(1400))


def _period(lang: Lang, first: date) -> Fact:
    return named(
        lang,
        say(lang, "末次月经第一天", "First day of the last period"),
        day(lang, first),
        *say(lang, "末次月经", "last period|last menstrual period|LMP").split("|"),
    )


def _dated(when: date) -> Decimal:
    return D(when.toordinal())


def _said(lang: Lang, value: Decimal) -> str:
    return day(lang, date.fromordinal(int(value)))


def _noise(lang: Lang, draws: Draws) -> tuple[Fact, ...]:
    return (
        named(lang, say(lang, "孕产史", "Obstetric history"), say(lang, *draws.choice(_HISTORIES))),
        lab("产妇年龄", "Mother's age", lang, str(draws.between(20, 43)), say(lang, "岁", "years")),
        lab("孕前体重", "Weight before pregnancy", lang, str(draws.between(44, 88)), "kg"),
    )


_FORMS = {
    "days": ("按 280 天推算", "count 280 days"),
    "cycle": (
        "按 280 天推算，周期比 28 天长几天就顺延几天，短几天就提前几天",
        "count 280 days, later by each day that the cycle is longer than 28, earlier by each day that it is shorter",
    ),
    "calendar": (
        "按内格莱法则：日期加 7，月份减 3(或加 9)",
        "use Naegele's calendar rule: seven days later, three months back, one year on",
    ),
}


def due_date(lang: Lang, draws: Draws) -> Case:
    """The due date from the last period: 280 days, with the cycle's length, or by the calendar rule."""
    for _ in range(REDRAWS):
        first, form = _day(draws), draws.choice(("days", "cycle", "calendar"))
        cycle = draws.choice((24, 25, 26, 30, 32, 33, 35)) if form == "cycle" else 28
        due = f.due_by_calendar(first) if form == "calendar" else f.due_by_days(first, cycle)
        if due:
            break
    else:
        raise InputError(f"no date in {REDRAWS} tries")
    rule = say(lang, *_FORMS[form])
    return Case(
        ask=draws.choice(
            (
                say(lang, f"请推算预产期({rule})。", f"What is the due date? Please {rule}."),
                say(
                    lang, f"产检建册要填预产期，{rule}。是哪一天？", f"The booking form asks for the due date; {rule}."
                ),
            )
        ),
        exact=_dated(due),
        places=0,
        tolerance=D(0),
        unit="",
        working=f"{day(lang, first)} + {due.toordinal() - first.toordinal()} {say(lang, '天', 'days')}",
        facts=(
            _period(lang, first),
            named(
                lang,
                say(lang, "月经周期", "Cycle"),
                say(lang, f"规律，{cycle} 天", f"regular, {cycle} days"),
                *(say(lang, "月经周期", "cycle").split("|") if form == "cycle" else ()),
            ),
        ),
        noise=_noise(lang, draws),
        slips=_due_slips(lang, first, form, cycle),
        subject="pregnant",
        asked=say(lang, "日期(年、月、日)", "the date (day, month and year)"),
        dated=True,
    )


def _due_slips(lang: Lang, first: date, form: str, cycle: int) -> tuple[Slip, ...]:
    """The other form of the rule, the cycle forgotten or turned round, and spans that are not the length of a pregnancy."""
    spans = (280, 308 - cycle, 266, 273, 270) if form == "cycle" else (266, 273, 270)
    slips = [Slip(how=f"{day(lang, first)} + {days}", value=D(first.toordinal() + days)) for days in spans]
    other = f.due_by_days(first) if form == "calendar" else f.due_by_calendar(first)
    if other and form != "cycle":
        slips.insert(0, Slip(how=say(lang, "改用另一算法", "by the other form of the rule"), value=_dated(other)))
    return tuple(slips)


def gestational_age(lang: Lang, draws: Draws) -> Case:
    """Completed weeks on a given day."""
    first, days = _day(draws), draws.between(36, 290)
    today = first + timedelta(days=days)
    weeks = days // 7
    on = say(lang, "检查日", "the day of the visit")
    return Case(
        ask=say(
            lang,
            draws.choice(("检查日孕周满几周(只数满周，不足一周不计)？", "请算出检查日已满的孕周数，零头天数不计。")),
            draws.choice(
                (
                    "How many completed weeks of pregnancy is that on the day of the visit (odd days not counted)?",
                    "Please give the gestational age on the day of the visit in completed weeks, without the odd days.",
                )
            ),
        ),
        exact=D(weeks),
        places=0,
        tolerance=D(0),
        unit=say(lang, "周", "weeks"),
        working=f"({days} − {days % 7}) ÷ 7",
        facts=(
            _period(lang, first),
            named(lang, say(lang, "检查日", "Visit"), day(lang, today)),
        ),
        noise=_noise(lang, draws),
        slips=(
            Slip(how=say(lang, f"{on}减去两周", "counted from conception"), value=D(weeks - 2)),
            Slip(how=say(lang, "进到下一周", "counted as begun weeks"), value=D(weeks + 1)),
            Slip(how=f"{days} ÷ 30 × 4", value=f.rounded(D(days) * 4 / 30, 0)),
            Slip(how=say(lang, "从末次月经次周数起", "one week dropped"), value=D(weeks - 1)),
        ),
        subject="pregnant",
    )


_SCAN_RULE = (
    (
        "按月经算孕 8 周 6 天及以前，两者相差超过 5 天才改用超声；9 周 0 天至 13 周 6 天，相差超过 7 天才改用超声；"
        "预产期为满 280 天"
    ),
    (
        "up to 8 weeks 6 days by the period the scan replaces it if they differ by more than 5 days; from 9 weeks 0 days to "
        "13 weeks 6 days, if by more than 7 days; the due date is at 280 days"
    ),
)
_EARLY = ((48, 62, 5), (63, 88, 7))
"""Days of pregnancy by the period at the scan, from and to, and the difference in days above which the scan counts."""


def ultrasound_dating(lang: Lang, draws: Draws) -> Case:
    """The due date after a first-trimester scan, which replaces the period only where the two differ by more than a threshold."""
    first = _day(draws)
    low, high, limit = draws.choice(_EARLY)
    days = draws.between(low, high)
    size = draws.choice((limit, limit + 1, limit - 2, limit + 4)) * draws.choice((1, -1))
    scan, by_scan = first + timedelta(days=days), days + size
    by_period, by_ultrasound = f.due_by_days(first), scan + timedelta(days=280 - by_scan)
    changes = abs(size) > limit
    right, wrong = (by_ultrasound, by_period) if changes else (by_period, by_ultrasound)
    base, added = (scan, 280 - by_scan) if changes else (first, 280)
    between = date.fromordinal((by_period.toordinal() + by_ultrasound.toordinal()) // 2)
    rule = say(lang, *_SCAN_RULE)
    return Case(
        ask=say(
            lang,
            draws.choice((f"最终预产期定在哪一天？规则：{rule}。", f"请按下面的规则核定预产期：{rule}。")),
            draws.choice(
                (f"Which due date should stand? Rule: {rule}.", f"Please settle the due date by this rule: {rule}.")
            ),
        ),
        exact=_dated(right),
        places=0,
        tolerance=D(0),
        unit="",
        working=say(
            lang,
            f"按月经 {days // 7} 周 {days % 7} 天，与头臀长相差 {abs(size)} 天；{day(lang, base)} + {added} 天",
            f"{days // 7} weeks {days % 7} days by the period, {abs(size)} days apart; {day(lang, base)} + {added} days",
        ),
        facts=(
            _period(lang, first),
            named(
                lang,
                say(lang, "首次检查日期", "Day of the first examination"),
                day(lang, scan),
                *say(lang, "首次检查日期|检查日期", "day of the first examination|examination date").split("|"),
            ),
            named(
                lang,
                say(lang, "当日头臀长推算孕周", "Gestational age by crown-rump length that day"),
                say(lang, f"{by_scan // 7} 周 {by_scan % 7} 天", f"{by_scan // 7} weeks {by_scan % 7} days"),
                *say(lang, "头臀长", "crown-rump length|crown-rump|CRL").split("|"),
            ),
        ),
        noise=_noise(lang, draws),
        slips=(
            Slip(how=say(lang, "改用另一依据", "by the other evidence"), value=_dated(wrong)),
            Slip(how=say(lang, "取两者中点", "halfway between the two"), value=_dated(between)),
            Slip(how=say(lang, "加 266 天", "plus 266 days"), value=_dated(right) - 14),
        ),
        subject="pregnant",
        asked=say(lang, "日期(年、月、日)", "the date (day, month and year)"),
        dated=True,
    )
