"""Administrative fines of invented cities: a band, a repeat, a correction in time, a cap, and what late payment costs a day.

Rules this module keeps:

* Each band is an article of its own, which is asked for beside the sum; half of the measurements stand on
  the end of a band or next to it.
* The notice says which days count: the last day of a period is in time, and a repeat is measured from decision to inspection.
* The daily addition is simple, starts on the day after the period and never exceeds the fine.
* Mistakes: another band, a repeat or a correction misjudged, the cap overlooked, a day more or less, the addition not limited.

It refuses discretion: no circumstance counts but those in the notice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from evalcenter.draws import Draws
from evalcenter.generators.drafting import Fact, say
from evalcenter.generators.moments import date_text, later
from evalcenter.generators.notices import (
    article_part,
    city,
    coin,
    desk,
    entry,
    money,
    money_part,
    numbered,
    opening,
    printed,
)
from evalcenter.generators.problems import Family, Gap, Part, Problem
from evalcenter.records import Lang

DAY: Final = timedelta(days=1)
NO_CAP: Final = 10**7
MATTERS: Final = (
    ("货车超载", "overloaded lorries", "超载比例", "Overload", "%", "%"),
    ("施工噪声", "building noise", "超过限值", "Above the noise limit", "分贝", "dB"),
    ("占道经营", "street trading without a permit", "占道面积", "Street area used", "平方米", "m²"),
    ("违规排水", "unlawful drainage", "超标比例", "Above the drainage limit", "%", "%"),
)
BANDS: Final = ("light", "medium", "heavy")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """Bands end at `edges` (included) and cost `fines`. Percentages are whole; `span` is months, `mend` and `pay` are days.

    `barred`: a repeat gets no reduction.
    """

    edges: tuple[int, int]
    fines: tuple[int, int, int]
    repeat: int
    span: int
    relief: int
    mend: int
    barred: bool
    cap: int
    pay: int
    daily: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    measured: int
    inspected: date
    before: date | None
    mended: date
    served: date
    paid: date


def band(rule: _Rule, case: _Case) -> int:
    """0 to 2: the band of the measurement."""
    return 0 if case.measured <= rule.edges[0] else 1 if case.measured <= rule.edges[1] else 2


def repeated(rule: _Rule, case: _Case) -> bool:
    """Whether an earlier decision is close enough."""
    return case.before is not None and later(case.inspected, -rule.span) <= case.before


def late(rule: _Rule, case: _Case) -> int:
    """The days after the period for payment."""
    return max(0, (case.paid - case.served).days - rule.pay)


def due(rule: _Rule, case: _Case, *, bound: bool = True) -> Decimal:
    """Fine and addition; the addition is limited to the fine if `bound`."""
    fine, again = Decimal(rule.fines[band(rule, case)]), repeated(rule, case)
    if again:
        fine = fine * (100 + rule.repeat) / 100
    if (case.mended - case.inspected).days <= rule.mend and not (again and rule.barred):
        fine = fine * (100 - rule.relief) / 100
    fine = min(fine, Decimal(rule.cap))
    added = fine * rule.daily * late(rule, case) / 100
    return fine + (min(added, fine) if bound else added)


def _drawn(draws: Draws) -> tuple[_Rule, _Case]:
    low = draws.between(10, 30)
    first = draws.between(3, 12) * 100
    second = first + draws.between(4, 20) * 100
    rule = _Rule(
        edges=(low, low + draws.between(10, 30)),
        fines=(first, second, second + draws.between(8, 40) * 100),
        repeat=draws.between(20, 100, 10),
        span=draws.choice((6, 12, 24)),
        relief=draws.between(20, 50, 10),
        mend=draws.choice((5, 7, 10, 15)),
        barred=draws.coin(1, 2),
        cap=second + draws.between(5, 50) * 100,
        pay=draws.choice((10, 15, 30)),
        daily=draws.choice((1, 2, 3)),
    )
    low, high = rule.edges
    edge = draws.choice((low, low + 1, high, high + 1))
    inspected = date(draws.between(2026, 2034), draws.between(1, 12), draws.between(1, 28))
    limit = later(inspected, -rule.span)
    earlier = draws.choice((limit, limit - DAY, inspected - draws.between(20, 700) * DAY))
    served = inspected + draws.between(rule.mend + 2, rule.mend + 25) * DAY
    after = draws.choice((0, 1, draws.between(2, 40), draws.between(2, 40), draws.between(90, 130)))
    return rule, _Case(
        measured=edge if draws.coin(1, 2) else draws.between(3, high + 40),
        inspected=inspected,
        before=earlier if draws.coin(2, 3) else None,
        mended=inspected + draws.choice((rule.mend, rule.mend + 1, draws.between(1, rule.mend + 1))) * DAY,
        served=served,
        paid=served + (rule.pay + after) * DAY,
    )


def _build(lang: Lang, draws: Draws) -> Problem | None:
    rule, case = _drawn(draws)
    at, right = int(lang == "en"), due(rule, case)
    matter, sign = draws.choice(MATTERS), coin(lang, draws)
    texts = (_zh if lang == "zh" else _en)(rule, (matter[at], matter[4 + at], sign))
    fixed = {"scope", *BANDS, "order", "wording"}
    names = ["scope", *BANDS, *draws.shuffled([name for name in texts if name not in fixed]), "order", "wording"]
    places, town = numbered(names), city(lang, draws)
    title = say(lang, f"{town}{matter[0]}处罚裁量规定", f"{town} Schedule of Fines: {matter[1]}")
    printed_rule = printed(lang, title, places, texts)
    value = f"{case.measured}{'' if matter[5] == '%' else ' '}{matter[4 + at]}"
    paid = money_part(lang, sign, right, _mistakes(lang, rule, case), f"{printed_rule}\n{case.measured}")
    if paid is None:
        return None
    return Problem(
        opening=opening(lang, draws, town, say(lang, f"{matter[0]}罚款", f"fine for {matter[1]}")),
        facts=_facts(lang, draws, case, (matter[2], matter[3], value)),
        noise=desk(lang, draws, draws.between(1, 2)),
        rule=printed_rule,
        ask=say(
            lang,
            "按规定，到缴款那天一共应缴多少(罚款加上逾期加处的部分)？",
            "Under the schedule, how much is due in all on the day of payment (fine and any addition for lateness)?",
        ),
        parts=(paid, _band_part(lang, places, BANDS[band(rule, case)])),
        working=say(
            lang,
            f"第 {band(rule, case) + 1} 档，逾期 {late(rule, case)} 天，合计 {money(sign, right)}",
            f"band {band(rule, case) + 1}, {late(rule, case)} days late, in all {money(sign, right)}",
        ),
        gaps=_gaps(lang, rule, case, {"title": title, **texts}),
    )


def _mistakes(lang: Lang, rule: _Rule, case: _Case) -> list[tuple[str, Decimal]]:
    low, high = rule.edges
    misread = (
        (
            say(lang, "等于界限的归到了上一档", "A limit put in the next band."),
            replace(rule, edges=(low - 1, high - 1)),
            case,
        ),
        (say(lang, "没有看出是再次违法", "The repeat was overlooked."), rule, replace(case, before=None)),
        (say(lang, "以前的处罚已超过期限也算再次", "An old decision was counted."), replace(rule, span=999), case),
        (say(lang, "忘了减轻", "The reduction was forgotten."), replace(rule, relief=0), case),
        (say(lang, "改正已晚仍给了减轻", "A late correction was rewarded."), replace(rule, mend=99), case),
        (
            say(lang, "再次违法不减轻的规定没看到", "An excluded reduction was given."),
            replace(rule, barred=False),
            case,
        ),
        (say(lang, "没有适用最高额", "The cap was overlooked."), replace(rule, cap=NO_CAP), case),
        (say(lang, "没有算逾期加处", "Lateness was overlooked."), rule, replace(case, paid=case.served)),
        (say(lang, "多算了一天", "A day too many."), rule, replace(case, paid=case.paid + DAY)),
        (say(lang, "从收到决定就开始加处", "Counted from the day of service."), replace(rule, pay=0), case),
        (
            say(lang, "只看了档次", "The band alone."),
            replace(rule, relief=0),
            replace(case, before=None, paid=case.served),
        ),
    )
    made = [(how, due(read, of)) for how, read, of in misread]
    how = say(lang, "加处没有封顶", "The addition was not limited.")
    return [(how, due(rule, case, bound=False)), *made]


def _band_part(lang: Lang, places: Mapping[str, int], right: str) -> Part:
    said = (
        say(lang, "档次条款", "Band article"),
        say(lang, "定下罚款档次的那一条的条号", "the number of the article that sets the band"),
        say(lang, "指明定下罚款档次的条款", "Names the article that sets the band"),
    )
    how = say(lang, "档次看错", "Another band was taken.")
    others = [(how, places[name]) for name in BANDS]
    return article_part(lang, said, places[right], [*others, (say(lang, "写成了总则", "The first article."), 1)])


def _facts(lang: Lang, draws: Draws, case: _Case, measure: tuple[str, str, str]) -> tuple[Fact, ...]:
    def dated(zh: str, en: str, day: date, said: str) -> Fact:
        return entry(lang, zh, en, date_text(lang, day, draws), said)

    before = say(lang, "无", "none") if case.before is None else date_text(lang, case.before, draws)
    zh, en, value = measure
    return (
        entry(lang, zh, en, value, say(lang, f"{zh}|检查数值|实测", f"{en.lower()}|measurement|measured")),
        dated("检查日期", "Inspected on", case.inspected, ""),
        entry(
            lang,
            "上一次同类处罚决定",
            "Last decision of this kind",
            before,
        ),
        dated(
            "改正日期",
            "Date of the correction",
            case.mended,
            "",
        ),
        dated(
            "收到处罚决定日期",
            "Date of service",
            case.served,
            say(
                lang,
                "收到处罚决定日期|收到处罚决定|收到决定|决定是哪天收到|送达",
                "date of service|service date|served|when the decision was served",
            ),
        ),
        dated(
            "缴款日期",
            "Date of payment",
            case.paid,
            say(
                lang,
                "缴款日期|缴款时间|缴纳日期|何时缴款|缴款那天|哪天缴款|哪一天缴款|缴款的日期|付款日期|缴费日期",
                "date of payment|payment date|day of payment|paid on|when it was paid|when the fine was paid",
            ),
        ),
    )


def _gaps(lang: Lang, rule: _Rule, case: _Case, texts: Mapping[str, str]) -> tuple[Gap, ...]:
    """What the schedule may lack: the band's article, and a percentage on which the sum depends."""
    wanted = {
        BANDS[band(rule, case)]: say(
            lang, "该档的罚款数额|罚款数额|该档|档次", "fine for this band|amount of the fine|band"
        )
    }
    if late(rule, case):
        wanted["late"] = say(
            lang,
            "逾期加处的比例|加处比例|加处|逾期",
            "daily addition for late payment|daily addition|daily rate|late payment",
        )
    if repeated(rule, case) and rule.fines[band(rule, case)] < rule.cap:
        wanted["repeat"] = say(
            lang, "再次违法加重的比例|加重比例|再次违法|加重", "increase for a repeat|increase|repeat"
        )
    made = []
    for name, words in wanted.items():
        rest = {key: text for key, text in texts.items() if key not in {name, "title"}}
        # The bands stay in front, so that what is left out leaves no trace in the numbering.
        order = sorted(rest, key=lambda key: (key != "scope", key not in BANDS, key in {"order", "wording"}))
        made.append(
            Gap(
                label=words.split("|")[0],
                names=tuple(words.split("|")),
                rule=printed(lang, texts["title"], numbered(order), rest),
            )
        )
    return tuple(made)


def _zh(rule: _Rule, words: tuple[str, str, str]) -> dict[str, str]:
    matter, unit, sign = words
    low, high = (f"{edge}{'' if unit == '%' else ' '}{unit}" for edge in rule.edges)
    one, two, three = (money(sign, fine) for fine in rule.fines)
    barred = "不适用减轻的规定" if rule.barred else "仍可适用减轻的规定"
    return {
        "scope": f"对{matter}行为的罚款，按本规定裁量。",
        "light": f"实测不超过 {low}的，罚款 {one}。",
        "medium": f"实测超过 {low}、不超过 {high}的，罚款 {two}。",
        "heavy": f"实测超过 {high}的，罚款 {three}。",
        "repeat": f"检查之日前 {rule.span} 个月内已有同类处罚决定的，为再次违法，罚款加重 {rule.repeat}%；"
        "往前推到对应日，对应日当天的决定也算在内。",
        "relief": f"检查之日起 {rule.mend} 日内(检查当天不计)改正的，罚款减轻 {rule.relief}%。",
        "barred": f"再次违法的，{barred}。",
        "cap": f"经加重、减轻后的罚款最高 {money(sign, rule.cap)}。",
        "late": f"应在收到决定之日起 {rule.pay} 日内(收到当天不计)缴款；逾期的，从期满次日起到缴款当天，每天按罚款数额的 "
        f"{rule.daily}% 加处，加处的总额不超过罚款数额。",
        "order": "先定档次，再加重，再减轻，再比对最高额，最后计算逾期加处。",
        "wording": "本规定所称“不超过”包括本数，“超过”不包括本数。期限按自然日计算，不因节假日顺延。",
    }


def _en(rule: _Rule, words: tuple[str, str, str]) -> dict[str, str]:
    matter, unit, sign = words
    low, high = (f"{edge}{'' if unit == '%' else ' '}{unit}" for edge in rule.edges)
    one, two, three = (money(sign, fine) for fine in rule.fines)
    barred = "gets no reduction under this schedule" if rule.barred else "may still get the reduction"
    return {
        "scope": f"This schedule sets the fines for {matter}.",
        "light": f"Up to {low}: a fine of {one}.",
        "medium": f"Above {low} and up to {high}: a fine of {two}.",
        "heavy": f"Above {high}: a fine of {three}.",
        "repeat": f"Where a decision of this kind was made within {rule.span} months before the inspection, the fine is "
        f"{rule.repeat}% higher. Months are counted back to the same day of the month, which is still within them.",
        "relief": f"Whoever puts things right within {rule.mend} days (the day of the inspection not counted) gets "
        f"{rule.relief}% off.",
        "barred": f"Whoever repeats the offence {barred}.",
        "cap": f"After increase and reduction, no fine is more than {money(sign, rule.cap)}.",
        "late": f"The fine is paid within {rule.pay} days of service (the day of service not counted). From the day after that, "
        f"and up to the day of payment, {rule.daily}% of the fine is added for each day; what is added is never more than the "
        "fine itself.",
        "order": "The band comes first, then the increase, the reduction and the highest fine, and the addition for lateness last.",
        "wording": '"Up to" includes the figure named and "above" does not. All days are calendar days; no period is moved '
        "for holidays.",
    }


plugin: Final = Family("fine_brackets", _build, "3")
