"""Contributions, wage tax, a pension and a housing loan, worked out from tables of invented cities.

Rules this module keeps:

* Rates, limits, divisors and formulas are drawn and printed; none of them is in force anywhere.
* Half of the wages and incomes stand on a limit or next to it: the lowest or highest base, the end of a tax band, a loan limit.
* Sums are exact to the hundredth, but for the pension: there no order of rounding changes the last place, or it is drawn again.
* Mistakes: no limit on the base, the other column, a row beside, an allowance forgotten, the highest rate for the whole income.

It refuses to give advice: it makes questions about tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from evalcenter.draws import Draws
from evalcenter.generators.drafting import Fact, say, short
from evalcenter.generators.formulas import near_tie, rounded
from evalcenter.generators.notices import city, coin, desk, entry, money, money_part, opening
from evalcenter.generators.problems import Family, Gap, Problem
from evalcenter.records import Lang

D = Decimal
SCHEMES: Final = (
    ("养老保险", "old-age insurance", (6, 9), (14, 20)),
    ("医疗保险", "health insurance", (2, 4), (6, 10)),
    ("失业保险", "unemployment insurance", (1, 1), (1, 2)),
    ("工伤保险", "accident insurance", (0, 0), (1, 2)),
    ("住房公积金", "housing fund", (5, 12), (5, 12)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sum:
    """A question about money before it is put together.

    `rows` are the lines of the rule, the one at `lost` being what it may lack, called by `lost_names`; `mistakes` are other sums.
    """

    subject: tuple[str, str]
    rows: tuple[str, ...]
    facts: tuple[Fact, ...]
    ask: str
    exact: Decimal
    mistakes: tuple[tuple[str, Decimal], ...]
    working: str
    lost: int
    lost_names: str


def _near(draws: Draws, limits: Sequence[int], step: int, span: tuple[int, int]) -> int:
    """A figure on one of `limits` or a step beside it in half of the draws, else anywhere in the span."""
    if draws.coin(1, 2):
        return draws.choice(limits) + step * (draws.below(3) - 1)
    return draws.between(*span, step)


def _base(wage: int, limits: tuple[int, int]) -> int:
    return min(max(wage, limits[0]), limits[1])


def _paid(lang: Lang, draws: Draws, sign: str) -> _Sum:
    """What worker or employer pays in a month."""
    rows = [(say(lang, zh, en), D(draws.between(*mine)), D(draws.between(*theirs))) for zh, en, mine, theirs in SCHEMES]
    low = draws.between(320, 480) * 10
    limits = (low, low * draws.between(4, 6))
    wage = _near(draws, limits, 100, (low - 1500, limits[1] + 6000))
    own, base = draws.coin(1, 2), D(_base(wage, limits))
    sums = sum((row[1] for row in rows), D(0)), sum((row[2] for row in rows), D(0))
    rates, other = sums if own else sums[::-1]
    fund = rows[-1][1] if own else rows[-1][2]
    text = [
        say(lang, f"{name}：个人 {mine}%，单位 {theirs}%", f"{name}: worker {mine}%, employer {theirs}%")
        for name, mine, theirs in rows
    ]
    bounds = say(
        lang,
        f"缴费基数为本人月工资，最低 {money(sign, limits[0])}，最高 {money(sign, limits[1])}；各项基数相同",
        f"the base of all of them is the monthly wage, but at least {money(sign, limits[0])} and at most {money(sign, limits[1])}",
    )
    who = say(lang, "个人" if own else "单位", "worker" if own else "employer")
    listed = say(lang, "、", ", ").join(row[0] for row in rows)
    order, gone = draws.shuffled(range(len(rows))), draws.below(len(rows))
    name = rows[order[gone]][0]
    return _Sum(
        subject=("月缴费额", "total of monthly contributions"),
        rows=(*(text[number] for number in order), bounds),
        facts=(_wage(lang, sign, wage), _years(lang, draws)),
        ask=say(
            lang,
            f"{listed}这五项，{who}部分每月合计缴多少？",
            f"What does the {who} pay in a month in all for these five: {listed}?",
        ),
        exact=base * rates / 100,
        mistakes=(
            (say(lang, "没有按上下限确定基数", "No limit on the base."), wage * rates / 100),
            (say(lang, "用了另一栏的比例", "The other column was taken."), base * other / 100),
            (say(lang, "两边一起算了", "Both sides were added up."), base * (rates + other) / 100),
            (say(lang, "漏了住房公积金", "The housing fund was left out."), base * (rates - fund) / 100),
        ),
        working=f"{short(base)} × {rates}%",
        lost=gone,
        lost_names=say(lang, f"{name}的比例|{name}", f"rate of {name}|{name}"),
    )


def _wage(lang: Lang, sign: str, wage: int) -> Fact:
    return entry(
        lang,
        "本人月工资",
        "Monthly wage",
        money(sign, wage),
        say(lang, "本人月工资|月工资|工资", "monthly wage|wage|salary|pay"),
    )


def _years(lang: Lang, draws: Draws) -> Fact:
    count = draws.between(2, 30)
    return entry(lang, "参加工作", "At work for", say(lang, f"{count} 年", f"{count} years"))


def _tax(lang: Lang, draws: Draws, sign: str) -> _Sum:
    """A month's wage tax by bands."""
    ends = [draws.between(10, 30) * 100]
    ends += [ends[0] + draws.between(30, 90) * 100]
    ends += [ends[1] + draws.between(60, 200) * 100]
    rates = sorted(draws.sample((3, 5, 8, 10, 12, 15, 20, 25, 30), 4))
    free, child, own = draws.between(30, 60) * 100, draws.between(4, 12) * 100, draws.between(20, 90) * 10
    children = draws.between(0, 3)
    left = _near(draws, ends, 10, (500, ends[-1] + 9000))
    wage = left + free + child * children + own

    def tax(income: int) -> Decimal:
        lows = (0, *ends)
        tops = (*ends, max(income, ends[-1]))
        parts = (
            max(0, min(income, top) - low) * D(rate) / 100 for low, top, rate in zip(lows, tops, rates, strict=True)
        )
        return sum(parts, D(0))

    top = rates[sum(left > end for end in ends)]
    bands = _bands(lang, sign, ends, rates)
    allowed = say(
        lang,
        f"应税所得为月工资减去个人缴费、基本减除 {money(sign, free)}，每名子女再减 {money(sign, child)}",
        f"taxable income is the monthly wage less the worker's contributions, less {money(sign, free)}, and less "
        f"{money(sign, child)} for each child",
    )
    return _Sum(
        subject=("工资税", "wage tax"),
        rows=(bands, allowed),
        facts=(
            _wage(lang, sign, wage),
            entry(
                lang,
                "当月个人缴费",
                "Worker's contributions",
                money(sign, own),
                say(lang, "当月个人缴费|个人缴费|缴费", "worker's contributions|contributions"),
            ),
            entry(
                lang,
                "子女人数",
                "Children",
                str(children),
            ),
        ),
        ask=say(lang, "这个月的工资税是多少？", "What is the wage tax for this month?"),
        exact=tax(left),
        mistakes=(
            (say(lang, "全部所得都按最高一档", "The highest rate for the whole income."), left * D(top) / 100),
            (say(lang, "没有减去子女部分", "The allowance for children was forgotten."), tax(left + child * children)),
            (say(lang, "没有减去个人缴费", "The contributions were forgotten."), tax(left + own)),
            (say(lang, "没有减去基本减除", "The basic allowance was forgotten."), tax(left + free)),
        ),
        working=say(lang, f"应税所得 {left}，逐档相加", f"taxable income {left}, band by band"),
        lost=0,
        lost_names=say(lang, "各段税率|税率|分段", "rates of the bands|tax rates|rates|bands"),
    )


def _bands(lang: Lang, sign: str, ends: Sequence[int], rates: Sequence[int]) -> str:
    one, two, three = (money(sign, end) for end in ends)
    a, b, c, d = rates
    return say(
        lang,
        f"工资税分段计算：应税所得不超过 {one}的部分 {a}%，超过 {one}至 {two}的部分 {b}%，超过 {two}至 {three}的部分 {c}%，"
        f"超过 {three}的部分 {d}%",
        f"wage tax by bands: {a}% on taxable income up to {one}, {b}% on the part from there to {two}, {c}% on the part from there "
        f"to {three}, {d}% on the rest",
    )


def _pension(lang: Lang, draws: Draws, sign: str) -> _Sum | None:
    """A month's pension from an average wage and an account."""
    ages = draws.sample((50, 53, 55, 58, 60, 62, 63, 65), 4)
    divisors = dict(zip(sorted(ages), sorted((draws.between(100, 230) for _ in ages), reverse=True), strict=True))
    age = draws.choice(ages)
    average, balance = draws.between(400, 1100) * 10, draws.between(2000, 24_000) * 10
    years, index = draws.between(15, 40), D(draws.between(60, 300, 5)) / 100
    basic = average * (1 + index) / 2 * years / 100
    account = D(balance) / divisors[age]
    exact = basic + account
    if (
        len(set(divisors.values())) < 4
        or near_tie(exact, 2)
        or rounded(exact, 2) != rounded(basic, 2) + rounded(account, 2)
    ):
        return None
    table = say(lang, "，", ", ").join(
        say(lang, f"{at} 岁 {months} 个月", f"age {at}: {months} months") for at, months in divisors.items()
    )
    others = [months for at, months in divisors.items() if at != age]
    return _Sum(
        subject=("养老金", "pension"),
        rows=_pension_rows(lang, table),
        facts=_pension_facts(lang, (money(sign, average), short(index), money(sign, balance)), (years, age)),
        ask=say(lang, "月养老金是多少(四舍五入到分)？", "What is the monthly pension (rounded to two decimals)?"),
        exact=rounded(exact, 2),
        mistakes=(
            (say(lang, "计发月数看错一行", "The months of another age."), basic + D(balance) / draws.choice(others)),
            (say(lang, "没有加账户部分", "The account was left out."), basic),
            (say(lang, "没有除以 2", "Not divided by 2."), basic * 2 + account),
            (
                say(lang, "缴费指数没有加 1", "The 1 beside the index was left out."),
                average * index / 2 * years / 100 + account,
            ),
        ),
        working=f"{short(basic)} + {balance} ÷ {divisors[age]}",
        lost=3,
        lost_names=say(lang, "计发月数表|计发月数", "table of months by age|number of months|table of months"),
    )


def _pension_rows(lang: Lang, table: str) -> tuple[str, ...]:
    return (
        say(lang, "月养老金为基础部分与账户部分之和", "the monthly pension is a basic part and an account part"),
        say(
            lang,
            "基础部分＝月平均工资 ×(1＋缴费指数)÷ 2 × 缴费年限 × 1%",
            "basic part = average monthly wage × (1 + contribution index) ÷ 2 × years of contributions × 1%",
        ),
        say(lang, "账户部分＝账户余额 ÷ 计发月数", "account part = balance of the account ÷ number of months"),
        say(lang, f"计发月数(按领取时的年龄)：{table}", f"number of months, by age at the start: {table}"),
    )


def _pension_facts(lang: Lang, shown: tuple[str, str, str], counts: tuple[int, int]) -> tuple[Fact, ...]:
    average, index, balance = shown
    years, age = counts
    return (
        entry(
            lang,
            "月平均工资",
            "Average monthly wage",
            average,
            say(lang, "月平均工资|平均工资", "average monthly wage|average wage"),
        ),
        entry(
            lang,
            "缴费指数",
            "Contribution index",
            index,
            say(lang, "缴费指数|指数", "contribution index|index"),
        ),
        entry(
            lang,
            "缴费年限",
            "Years of contributions",
            say(lang, f"{years} 年", str(years)),
            say(lang, "缴费年限|年限|缴费年数", "years of contributions|contribution years|number of years"),
        ),
        entry(
            lang,
            "账户余额",
            "Balance of the account",
            balance,
            say(lang, "账户余额|余额", "balance of the account|account balance|balance"),
        ),
        entry(
            lang,
            "领取时年龄",
            "Age at the start",
            say(lang, f"{age} 岁", str(age)),
            say(lang, "领取时年龄|领取年龄|年龄", "age at the start|age"),
        ),
    )


def _loan(lang: Lang, draws: Draws, sign: str) -> _Sum:
    """The highest housing loan: the least of three limits."""
    times, share = draws.between(10, 20), draws.choice((60, 70, 80))
    alone, couple = draws.between(30, 60) * 10_000, draws.between(65, 110) * 10_000
    two = draws.coin(1, 2)
    top = couple if two else alone
    balance = _near(draws, (top // times // 100 * 100,), 100, (15_000, 60_000))
    price = draws.choice((draws.between(40, 200), top // 10_000 * 100 // share + 1)) * 10_000
    by_balance, by_price = D(balance * times), D(price * share) / 100
    limits = (by_balance, by_price, D(top))
    other = D(alone if two else couple)
    return _Sum(
        subject=("公积金贷款额度", "housing fund loan"),
        rows=(
            say(lang, f"不超过账户余额的 {times} 倍", f"not more than {times} times the balance of the account"),
            say(lang, f"不超过房价的 {share}%", f"not more than {share}% of the price of the home"),
            say(
                lang,
                f"一人申请的最高 {money(sign, alone)}，夫妻共同申请的最高 {money(sign, couple)}",
                f"not more than {money(sign, alone)} for one applicant and {money(sign, couple)} for a couple",
            ),
            say(lang, "以上各项取最低的一个", "the lowest of these holds"),
        ),
        facts=(
            entry(
                lang,
                "账户余额",
                "Balance of the account",
                money(sign, balance),
                say(lang, "账户余额|余额", "balance of the account|account balance|balance"),
            ),
            entry(
                lang,
                "房价",
                "Price of the home",
                money(sign, price),
                say(lang, "房价|房屋总价|总价", "price of the home|price"),
            ),
            entry(
                lang,
                "申请方式",
                "Applicants",
                say(lang, "夫妻共同申请" if two else "一人申请", "a couple" if two else "one person"),
            ),
        ),
        ask=say(lang, "最多可以贷多少？", "What is the highest loan?"),
        exact=min(limits),
        mistakes=(
            (say(lang, "取了最高的一个", "The highest limit was taken."), max(limits)),
            (say(lang, "取了中间的一个", "The middle limit was taken."), sorted(limits)[1]),
            (say(lang, "用了另一种申请方式的最高额", "The cap for the other case."), min(by_balance, by_price, other)),
            (say(lang, "只看了余额", "The balance alone."), by_balance),
        ),
        working=say(lang, "，", ", ").join(short(limit) for limit in limits),
        lost=draws.below(2),
        lost_names="",
    )


def _build(lang: Lang, draws: Draws) -> Problem | None:
    sign = coin(lang, draws)
    asked = draws.choice((_paid, _tax, _pension, _loan))(lang, draws, sign)
    if asked is None:
        return None
    head = say(
        lang,
        f"{asked.subject[0]}算法(虚构，仅供本题)：",
        f"How the {asked.subject[1]} is worked out (fictional, for this question only):",
    )
    rows = [f"- {row}{say(lang, '。', '.')}" for row in asked.rows]
    rule = "\n".join([head, *rows])
    said = "\n".join([rule, *(one.value for one in asked.facts)])
    part = money_part(lang, sign, asked.exact, asked.mistakes, said)
    if part is None:
        return None
    names = tuple(asked.lost_names.split("|"))
    short_rule = "\n".join([head, *rows[: asked.lost], *rows[asked.lost + 1 :]])
    return Problem(
        opening=opening(lang, draws, city(lang, draws), asked.subject[lang == "en"]),
        facts=asked.facts,
        noise=desk(lang, draws, 1),
        rule=rule,
        ask=asked.ask,
        parts=(part,),
        working=asked.working,
        gaps=(Gap(label=names[0], names=names, rule=short_rule),) if asked.lost_names else (),
    )


plugin: Final = Family("social_accounts", _build, "2")
