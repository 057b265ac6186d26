"""Fees of invented cities: a basic fee, rates in three bands, a surcharge, a reduction, a cap and a least fee.

Rules this module keeps:

* The schedule is printed as a notice; it says whether a rate holds for its own band or for the whole quantity, whether a limit
  belongs to the lower band, and in which order surcharge, reduction and limits follow.
* Half of the quantities stand on the end of a band or next to it. A cap or a least fee decides half of the sums, and the article
  that does is asked for.
* Mistakes are the same schedule misread: the other kind of band, a step left out, a limit ignored, an excluded reduction given.
* What is left out is the quantity, the rates, or a percentage on which the sum depends.

It refuses discretion: who gets a reduction stands in the notice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from evalcenter.draws import Draws
from evalcenter.generators.drafting import Fact, plain, say, short
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

SERVICES: Final = (
    ("档案复制", "records copying", "页", "pages"),
    ("体育馆场地", "sports hall hire", "小时", "hours"),
    ("临时占道", "street occupation", "天", "days"),
    ("水质检测", "water testing", "份", "samples"),
    ("译文认证", "certified translation", "页", "pages"),
    ("建筑垃圾清运", "builders' waste collection", "车", "loads"),
)
FAVOURED: Final = (
    ("在校学生", "students"),
    ("低保家庭成员", "recipients of the basic allowance"),
    ("残疾人", "disabled residents"),
    ("个体工商户", "sole traders"),
)
OTHERS: Final = (("一般居民", "residents without a special status"), ("有限公司", "limited companies"))
NO_CAP: Final = 10**7
HUNDRED: Final = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fee:
    """The schedule: bands end at `edges` (included), `prices` are per unit. `whole`: the band's rate holds for all units.

    `barred`: who pays the surcharge gets no reduction. Percentages are whole.
    """

    base: int
    edges: tuple[int, int]
    prices: tuple[Decimal, Decimal, Decimal]
    whole: bool
    rush: int
    relief: int
    barred: bool
    cap: int = NO_CAP
    least: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    units: int
    rush: bool
    favoured: bool


def due(fee: _Fee, case: _Case) -> tuple[Decimal, str | None]:
    """The fee, and which limit sets it: "cap", "least" or None."""
    low, high = fee.edges
    if fee.whole:
        band = 0 if case.units <= low else 1 if case.units <= high else 2
        rated = case.units * fee.prices[band]
    else:
        parts = (min(case.units, low), max(0, min(case.units, high) - low), max(0, case.units - high))
        rated = sum((units * price for units, price in zip(parts, fee.prices, strict=True)), Decimal(0))
    made = fee.base + rated
    if case.rush:
        made = made * (100 + fee.rush) / HUNDRED
    if case.favoured and not (case.rush and fee.barred):
        made = made * (100 - fee.relief) / HUNDRED
    if made > fee.cap:
        return Decimal(fee.cap), "cap"
    return (Decimal(fee.least), "least") if made < fee.least else (made, None)


def _drawn(draws: Draws) -> tuple[_Fee, _Case]:
    low = draws.between(10, 60, 5)
    high = low + draws.between(10, 90, 5)
    rates = sorted(draws.sample(range(3, 41), 3), reverse=draws.coin(1, 2))
    one, two, three = (Decimal(rate) / 2 for rate in rates)
    fee = _Fee(
        base=draws.between(10, 90, 5),
        edges=(low, high),
        prices=(one, two, three),
        whole=draws.coin(1, 2),
        rush=draws.between(20, 60, 10),
        relief=draws.between(20, 60, 10),
        barred=draws.coin(1, 2),
    )
    edge = draws.choice((low, low + 1, high, high + 1))
    units = edge if draws.coin(1, 2) else draws.between(5, high + 60)
    case = _Case(units=units, rush=draws.coin(1, 2), favoured=draws.coin(1, 2))
    return _limited(fee, due(fee, case)[0], draws), case


def _limited(fee: _Fee, sum_: Decimal, draws: Draws) -> _Fee:
    """The schedule with one limit near the sum and the other far off: either decides in a quarter of the draws."""
    tens = int(sum_ // 10)
    below, above = 10 * tens, 10 * tens + 10
    below -= 10 if below == sum_ else 0
    wanted, slack = draws.below(4), 10 * draws.choice((0, 0, draws.between(0, 12)))
    if wanted == 0:
        return replace(fee, cap=below - min(slack, below // 2) // 10 * 10, least=10 * max(1, tens // 4))
    if wanted == 1:
        return replace(fee, cap=2 * above + 10 * draws.between(10, 40), least=above + slack)
    if wanted == 2:
        return replace(fee, cap=2 * above + 10 * draws.between(10, 40), least=max(10, below - slack))
    return replace(fee, cap=above + slack, least=max(10, 10 * (tens // 3)))


def _build(lang: Lang, draws: Draws) -> Problem | None:
    fee, case = _drawn(draws)
    right, limit = due(fee, case)
    if not 0 < fee.least < fee.cap or fee.base >= fee.cap:
        return None
    at = int(lang == "en")
    service, sign = draws.choice(SERVICES), coin(lang, draws)
    favoured = draws.choice(FAVOURED)[at]
    who = favoured if case.favoured else draws.choice((*OTHERS, *(one for one in FAVOURED if one[at] != favoured)))[at]
    texts = (_zh if lang == "zh" else _en)(fee, (service[at], service[at + 2], favoured, sign))
    names = ["scope", *draws.shuffled([name for name in texts if name not in {"scope", "order", "wording"}])]
    places = numbered([*names, "order", "wording"])
    town = city(lang, draws)
    title = say(lang, f"{town}{service[0]}收费办法", f"{town} Schedule of Fees: {service[1]}")
    rule = printed(lang, title, places, texts)
    facts = _facts(lang, case, f"{case.units} {service[at + 2]}", who)
    # A sum that a limit sets is printed there, and is told from an echo by the article that is asked for beside it.
    said = "" if limit else f"{rule}\n{case.units}"
    paid = money_part(lang, sign, right, _mistakes(lang, fee, case), said)
    if paid is None:
        return None
    return Problem(
        opening=opening(lang, draws, town, say(lang, f"{service[0]}收费", f"{service[1]} fee")),
        facts=facts,
        noise=desk(lang, draws, draws.between(1, 2)),
        rule=rule,
        ask=say(
            lang,
            draws.choice(("按这份办法，这一笔应收多少钱？", "依照办法计算应缴的费用。")),
            draws.choice(("By this schedule, what is the fee?", "How much is to be paid under the schedule?")),
        ),
        parts=(paid, _limit_part(lang, places, limit)),
        working=_working(lang, fee, case, money(sign, right)),
        gaps=_gaps(lang, fee, case, {"title": title, **texts}),
    )


def _mistakes(lang: Lang, fee: _Fee, case: _Case) -> list[tuple[str, Decimal]]:
    """The schedule misread in one way each."""
    low, high = fee.edges
    misread = (
        (say(lang, "分段与全额弄反了", "Whole quantity and bands mixed up."), replace(fee, whole=not fee.whole), case),
        (say(lang, "没有适用封顶", "The cap was overlooked."), replace(fee, cap=NO_CAP), case),
        (say(lang, "没有适用最低收费", "The least fee was overlooked."), replace(fee, least=0), case),
        (say(lang, "加急不享受减免的规定没看到", "A reduction that is excluded."), replace(fee, barred=False), case),
        (
            say(lang, "加急与减免弄反了", "Surcharge and reduction mixed up."),
            replace(fee, barred=False, rush=-fee.relief, relief=-fee.rush),
            case,
        ),
        (say(lang, "忘了加急加收", "The surcharge was forgotten."), fee, replace(case, rush=False)),
        (say(lang, "忘了减免", "The reduction was forgotten."), fee, replace(case, favoured=False)),
        (say(lang, "不符合的也给了减免", "A reduction for the wrong group."), fee, replace(case, favoured=True)),
        (say(lang, "漏了基本费", "The basic fee was left out."), replace(fee, base=0), case),
        (
            say(lang, "等于界限的归到了上一档", "A limit put in the next band."),
            replace(fee, edges=(low - 1, high - 1)),
            case,
        ),
    )
    return [(how, due(read, of)[0]) for how, read, of in misread]


def _limit_part(lang: Lang, places: Mapping[str, int], limit: str | None) -> Part:
    said = (
        say(lang, "限额条款", "Limiting article"),
        say(
            lang,
            "条号(最后的金额由封顶或最低收费定下的，写该条；都没有起作用的写“无”)",
            'the article on the cap or the least fee if that sets the sum ("none" if neither does)',
        ),
        say(
            lang, "指明定下金额的限额条款，没有则说明", "Names the limit that sets the sum, or says that no limit does"
        ),
    )
    others = (
        (say(lang, "以为到了封顶", "The cap was thought to be reached."), places["cap"]),
        (say(lang, "以为不足最低收费", "The least fee was thought to hold."), places["least"]),
        (say(lang, "没有看限额", "The limits were not looked at."), None),
    )
    return article_part(lang, said, places[limit] if limit else None, others)


def _facts(lang: Lang, case: _Case, units: str, who: str) -> tuple[Fact, ...]:
    return (
        entry(
            lang,
            "申请数量",
            "Quantity",
            units,
            say(lang, "申请数量|数量|用量", "quantity|amount applied for|number of"),
        ),
        entry(
            lang,
            "办理方式",
            "Service",
            say(lang, "加急" if case.rush else "普通", "express" if case.rush else "standard"),
        ),
        entry(
            lang,
            "申请人类别",
            "Group of applicants",
            who,
        ),
    )


def _gaps(lang: Lang, fee: _Fee, case: _Case, texts: Mapping[str, str]) -> tuple[Gap, ...]:
    """What the schedule may lack: the rates, and a percentage on which the sum depends."""
    wanted = {"tiers": say(lang, "分档单价|单价|收费标准", "rate by quantity|rates|prices|unit price")}
    if case.rush and due(replace(fee, rush=0), case)[0] < fee.cap:
        wanted["rush"] = say(lang, "加急加收比例|加收比例|加急", "express surcharge|surcharge|percentage for express")
    if case.favoured and not (case.rush and fee.barred) and due(replace(fee, relief=0), case)[0] > fee.least:
        wanted["relief"] = say(
            lang, "减免比例|减收比例|减免|减收", "rate of the reduction|reduction|percentage taken off"
        )
    made = []
    for name, words in wanted.items():
        rest = {key: text for key, text in texts.items() if key not in {name, "title"}}
        rule = printed(lang, texts["title"], numbered(list(rest)), rest)
        made.append(Gap(label=words.split("|")[0], names=tuple(words.split("|")), rule=rule))
    return tuple(made)


def _working(lang: Lang, fee: _Fee, case: _Case, end: str) -> str:
    steps = [
        say(lang, f"基本费 {fee.base}，加 {case.units} 个计量单位的费用", f"{fee.base} and the rate for {case.units}")
    ]
    if case.rush:
        steps.append(f"× {plain(Decimal(100 + fee.rush) / HUNDRED)}")
    if case.favoured and not (case.rush and fee.barred):
        steps.append(f"× {plain(Decimal(100 - fee.relief) / HUNDRED)}")
    return say(lang, "，", ", ").join([*steps, say(lang, f"比对限额后为 {end}", f"held against the limits: {end}")])


def _zh(fee: _Fee, words: tuple[str, str, str, str]) -> dict[str, str]:
    service, unit, favoured, sign = words
    low, high = fee.edges
    one, two, three = (short(price) for price in fee.prices)
    bands = (
        f"数量不超过 {low} {unit}的，全部按每{unit} {one} 元计；"
        f"超过 {low} {unit}、不超过 {high} {unit}的，全部按每{unit} {two} 元计；"
        f"超过 {high} {unit}的，全部按每{unit} {three} 元计。"
        if fee.whole
        else f"不超过 {low} {unit}的部分，每{unit} {one} 元；超过 {low} {unit}至 {high} {unit}的部分，每{unit} {two} 元；"
        f"超过 {high} {unit}的部分，每{unit} {three} 元。"
    )
    return {
        "scope": f"在本市办理{service}业务的收费，适用本办法。",
        "base": f"每笔业务收取基本费 {money(sign, fee.base)}。",
        "tiers": f"计量费按数量收取：{bands}",
        "rush": f"加急办理的，加收 {fee.rush}%。",
        "relief": f"申请人为{favoured}的，减收 {fee.relief}%。",
        "barred": "加急办理的，不享受减收。" if fee.barred else "加急办理的，仍可享受减收。",
        "cap": f"每笔业务的收费最高 {money(sign, fee.cap)}。",
        "least": f"每笔业务的收费最低 {money(sign, fee.least)}。",
        "payment": "费用应在领取结果前缴清，收费时出具财政票据。",
        "order": "计算次序：基本费与计量费相加，加急的在此基础上加收，再对符合条件的减收，最后比对最高和最低收费。",
        "wording": "本办法所称“不超过”包括本数，“超过”不包括本数。",
    }


def _en(fee: _Fee, words: tuple[str, str, str, str]) -> dict[str, str]:
    service, unit, favoured, sign = words
    low, high = fee.edges
    one, two, three = (money(sign, price) for price in fee.prices)
    bands = (
        f"up to {low} {unit}, all of them at {one} each; above {low} and up to {high} {unit}, all of them at {two} each; "
        f"above {high} {unit}, all of them at {three} each."
        if fee.whole
        else f"the first {low} {unit} at {one} each; those above {low} and up to {high} {unit} at {two} each; "
        f"those above {high} {unit} at {three} each."
    )
    barred = "gives up the reduction" if fee.barred else "keeps any reduction"
    return {
        "scope": f"This schedule governs what the city charges for {service}.",
        "base": f"A basic fee of {money(sign, fee.base)} is due on every application.",
        "tiers": f"A rate by quantity is added: {bands}",
        "rush": f"Express service costs {fee.rush}% more.",
        "relief": f"The reduction is {fee.relief}% and is for {favoured}.",
        "barred": f"An applicant who chooses express service {barred}.",
        "cap": f"No application costs more than {money(sign, fee.cap)}.",
        "least": f"No application costs less than {money(sign, fee.least)}.",
        "payment": "Payment is due before the result is handed over; a receipt is given.",
        "order": (
            "Basic fee and rate are added up first; then comes the extra charge for express service, then the reduction, "
            "and last the highest and the lowest sum."
        ),
        "wording": 'In this schedule "up to" includes the figure named and "above" does not.',
    }


plugin: Final = Family("fee_schedule", _build, "3")
