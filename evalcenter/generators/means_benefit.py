"""Monthly benefits of invented cities that taper with income: household types, disregards, savings and a least payment.

Rules this module keeps:

* The benefit is the standard of the household type, with an addition for each child below an age, less the income that counts:
  a share of earnings above a disregard, other income in full, and a sum for each step of savings above a limit; never an allowance.
* Half of the children's ages and of the savings stand on their limit or a step beside it. A least payment sets about a fifth of the
  sums, and whether it does is asked for.
* Mistakes: the wrong household type, a disregard left out, earnings counted in full, the allowance counted, steps of savings
  counted the other way, a child at the limit counted.
* What is left out is the earnings of someone in work, or the row of the table for the household's type.

It refuses a benefit of nothing: what falls to nought is not drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from evalcenter.draws import Draws
from evalcenter.generators.charters import Charter, named_part
from evalcenter.generators.drafting import Fact, plain, say
from evalcenter.generators.notices import article_part, city, coin, desk, money, money_part, opening
from evalcenter.generators.problems import Family, Gap, Part, Problem, fact
from evalcenter.records import Lang

BENEFITS: Final = (
    ("生活补助", "Living Support"),
    ("住房补助", "Housing Support"),
    ("育儿补助", "Family Support"),
    ("取暖补助", "Heating Support"),
)
TYPES: Final = (("单人户", "single household"), ("夫妻户", "couple"), ("单亲户", "lone parent"))
OTHER: Final = (("抚养费", "maintenance"), ("房屋租金收入", "rent from a letting"), ("养老金", "pension"))
FREE: Final = (("护理津贴", "care allowance"), ("助残津贴", "mobility allowance"), ("灾害救济金", "disaster relief"))
CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """`standards` and `disregards` by type (single, couple, lone parent); a child counts below `age`.

    Savings above `limit` count `each` for every `step`, also a begun one if `begun`. `share` is in per cent.
    """

    standards: tuple[int, int, int]
    disregards: tuple[int, int, int]
    child: int
    age: int
    share: int
    limit: int
    step: int
    each: int
    begun: bool
    least: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Home:
    """`other` counts in full and `free` does not."""

    partner: bool
    children: tuple[int, ...]
    earned: int
    other: int
    free: int
    savings: int


def kind(rule: _Rule, home: _Home) -> int:
    """The household type: a place in TYPES."""
    if home.partner:
        return 1
    return 2 if any(age < rule.age for age in home.children) else 0


def countable(rule: _Rule, home: _Home) -> Decimal:
    """The income that counts in a month."""
    above = max(0, home.earned - rule.disregards[kind(rule, home)])
    beyond = max(0, home.savings - rule.limit)
    steps = -(-beyond // rule.step) if rule.begun else beyond // rule.step
    return Decimal(above * rule.share) / 100 + home.other + steps * rule.each


def due(rule: _Rule, home: _Home) -> tuple[Decimal, bool]:
    """The benefit of a month, and whether the least payment sets it."""
    children = sum(age < rule.age for age in home.children)
    made = rule.standards[kind(rule, home)] + rule.child * children - countable(rule, home)
    return (Decimal(rule.least), True) if 0 < made < rule.least else (made, False)


def _drawn(draws: Draws) -> tuple[_Rule, _Home]:
    single = draws.between(500, 900, 10)
    free = draws.between(60, 140, 10)
    rule = _Rule(
        standards=(single, single + draws.between(180, 320, 10), single + draws.between(60, 160, 10)),
        disregards=(free, free + draws.between(20, 60, 10), free + draws.between(70, 120, 10)),
        child=draws.between(80, 160, 10),
        age=draws.choice((16, 18)),
        share=draws.choice((40, 50, 60, 70, 75, 80)),
        limit=draws.between(2000, 9000, 500),
        step=draws.choice((100, 200, 250, 500)),
        each=draws.between(2, 9),
        begun=draws.coin(1, 2),
    )
    ages = [draws.choice((rule.age, rule.age - 1, draws.between(1, 14))) for _ in range(draws.below(4))]
    beyond = rule.step * draws.between(1, 8) + draws.choice((0, 1, -1, draws.between(2, rule.step - 2)))
    home = _Home(
        partner=draws.coin(2, 5),
        children=tuple(ages),
        earned=draws.between(180, 900),
        other=draws.between(40, 260, 5),
        free=draws.between(40, 200, 5),
        savings=rule.limit + (beyond if draws.coin(4, 5) else -draws.between(0, 900, 50)),
    )
    made = int(due(rule, home)[0])
    tens = max(0, made // 10 * 10)
    least = tens + 10 * draws.between(1, 6) if draws.coin(1, 4) else max(10, tens - 10 * draws.between(1, 12))
    return replace(rule, least=least), home


def _build(lang: Lang, draws: Draws) -> Problem | None:
    rule, home = _drawn(draws)
    right, least = due(rule, home)
    if right <= 5:
        return None
    sign, town, benefit = coin(lang, draws), city(lang, draws), draws.choice(BENEFITS)
    charter = _charter(lang, draws, rule, (town, benefit[lang == "en"], sign))
    facts = _facts(lang, draws, home, sign)
    said = charter.text() + "".join(one.value for one in facts)
    # A sum that the least payment sets is printed, and is told from an echo by the article beside it.
    paid = money_part(lang, sign, right, _mistakes(lang, rule, home), "" if least else said)
    counted = _counted_part(lang, rule, home, sign)
    if paid is None or counted is None:
        return None
    income = money(sign, countable(rule, home))
    return Problem(
        opening=opening(lang, draws, town, say(lang, benefit[0], benefit[1].lower())),
        facts=facts,
        noise=desk(lang, draws, draws.between(1, 2)),
        rule=charter.text(),
        ask=say(
            lang,
            draws.choice(("按办法，每月应发多少补助？计入的收入是多少？", "计算这一户每月的补助和计入收入。")),
            draws.choice(
                (
                    "What is the monthly benefit, and how much income counts?",
                    "Work out the income that counts and the benefit of a month.",
                )
            ),
        ),
        parts=(paid, counted, _least_part(lang, charter, least=least)),
        working=say(
            lang,
            f"计入收入 {income}，补助 {money(sign, right)}",
            f"income that counts {income}; benefit {money(sign, right)}",
        ),
        gaps=(_gap(lang, charter, rule, home, sign),),
    )


def _misread(lang: Lang, rule: _Rule, home: _Home) -> list[tuple[str, _Rule, _Home]]:
    nothing = (0, 0, 0)
    return [
        (say(lang, "没有减免计额", "The disregard was left out."), replace(rule, disregards=nothing), home),
        (say(lang, "劳动收入全额计入", "Earnings were counted in full."), replace(rule, share=100), home),
        (say(lang, "计入比例弄反", "The other share of earnings."), replace(rule, share=100 - rule.share), home),
        (say(lang, "把津贴也计入了", "The allowance was counted."), rule, replace(home, other=home.other + home.free)),
        (say(lang, "没有看存款", "Savings were overlooked."), rule, replace(home, savings=0)),
        (
            say(lang, "存款不足一档的算法弄反", "Steps of savings the other way."),
            replace(rule, begun=not rule.begun),
            home,
        ),
        (
            say(lang, "正好到年龄的子女也算了", "A child at the limit was counted."),
            replace(rule, age=rule.age + 1),
            home,
        ),
        (say(lang, "户型看成了另一种", "Another household type."), rule, replace(home, partner=not home.partner)),
    ]


def _mistakes(lang: Lang, rule: _Rule, home: _Home) -> list[tuple[str, Decimal]]:
    made = [(how, due(read, of)[0]) for how, read, of in _misread(lang, rule, home)]
    how = say(lang, "没有看最低发放额", "The least payment was overlooked.")
    return [(how, due(replace(rule, least=0), home)[0]), *made]


def _counted_part(lang: Lang, rule: _Rule, home: _Home, sign: str) -> Part | None:
    """The income that counts, on a line of its own."""
    right = countable(rule, home)
    sums = {how: countable(read, of) for how, read, of in _misread(lang, rule, home)}
    wrong = {money(sign, value): how for how, value in reversed(sums.items()) if value != right}
    if not wrong:
        return None
    shown = money(sign, right)
    bare = plain(right.quantize(CENT))
    figures = {bare, f"{right.quantize(CENT):,}", plain(right.normalize()), f"{right.normalize():,f}"}
    said = (
        "income",
        say(lang, "写出计入的收入", "Gives the income that counts"),
        say(lang, "计入收入", "Income that counts"),
        say(lang, "金额(元)", f"the sum in {sign}"),
    )
    marks = ("",) if lang == "zh" else ("", sign)
    return named_part(said, shown, [f"{mark}{figure}" for figure in sorted(figures) for mark in marks], wrong)


def _least_part(lang: Lang, charter: Charter, *, least: bool) -> Part:
    places = charter.places
    said = (
        say(lang, "最低额条款", "Least payment"),
        say(
            lang,
            "条号(补助由最低发放额定下的，写该条；不是的写“无”)",
            'the article on the least payment if that sets the benefit ("none" if it does not)',
        ),
        say(lang, "指明最低发放额是否起作用", "Says whether the least payment sets the benefit"),
    )
    how = say(lang, "最低发放额看错", "The least payment was misread.")
    others: list[tuple[str, int | None]] = [(how, places["least"]), (how, None), (how, places["standard"])]
    return article_part(lang, said, places["least"] if least else None, others)


def _gap(lang: Lang, charter: Charter, rule: _Rule, home: _Home, sign: str) -> Gap:
    """The table without the row of the household's type."""
    at = kind(rule, home)
    name = TYPES[at][lang == "en"]
    names = say(
        lang,
        f"{name}的标准和免计额|{name}|标准|免计额",
        f"standard and disregard for a {name}|{name}|standard|disregard",
    ).split("|")
    rest = replace(charter, tail=_table(lang, rule, sign, hidden=at))
    return Gap(label=names[0], names=tuple(names), rule=rest.text())


# -- the words --------------------------------------------------------------------------------------------------------


def _facts(lang: Lang, draws: Draws, home: _Home, sign: str) -> tuple[Fact, ...]:
    ages = draws.shuffled(home.children)
    zh = (
        "本人"
        + ("、配偶" if home.partner else "")
        + (f"，子女 {'、'.join(f'{age} 周岁' for age in ages)}" if ages else "")
    )
    en = "the applicant" + (" and a partner" if home.partner else "")
    if ages:
        en += f"; child{'ren' if len(ages) > 1 else ''} aged " + " and ".join(
            (", ".join(str(age) for age in ages[:-1]), str(ages[-1])) if len(ages) > 1 else (str(ages[0]),)
        )
    other, free = draws.choice(OTHER), draws.choice(FREE)
    earned = say(lang, "劳动收入|工资|月工资|薪酬", "earnings|wages|pay|salary|earned income")
    return (
        fact(lang, "同住成员", "Household", say(lang, zh, en)),
        fact(lang, "就业", "Work", say(lang, "在职", "in work")),
        fact(lang, "每月劳动收入", "Monthly earnings", money(sign, home.earned), earned),
        fact(lang, f"每月{other[0]}", f"Monthly {other[1]}", money(sign, home.other)),
        fact(lang, f"每月{free[0]}", f"Monthly {free[1]}", money(sign, home.free)),
        fact(lang, "存款", "Savings", money(sign, home.savings)),
    )


def _table(lang: Lang, rule: _Rule, sign: str, hidden: int = -1) -> str:
    rows = [
        say(
            lang,
            f"- {TYPES[at][0]}：标准 {money(sign, rule.standards[at])}，免计额 {money(sign, rule.disregards[at])}",
            f"- {TYPES[at][1]}: standard {money(sign, rule.standards[at])}, disregard {money(sign, rule.disregards[at])}",
        )
        for at in range(3)
        if at != hidden
    ]
    return "\n".join([say(lang, "附表　每月标准和免计额", "Table: standards and disregards, monthly"), *rows])


def _charter(lang: Lang, draws: Draws, rule: _Rule, words: tuple[str, str, str]) -> Charter:
    town, benefit, sign = words
    texts = (_zh if lang == "zh" else _en)(rule, sign)
    middle = draws.shuffled([name for name in texts if name not in {"scope", "wording"}])
    title = say(lang, f"{town}{benefit}发放办法", f"{town} {benefit} Rules")
    order = ("scope", *middle, "wording")
    return Charter(lang=lang, title=title, order=order, texts=lambda _: texts, tail=_table(lang, rule, sign))


def _zh(rule: _Rule, sign: str) -> Mapping[str, str]:
    begun = "不足一档的按一档计" if rule.begun else "不足一档的不计"
    return {
        "scope": "每月补助为应发标准减去计入收入；差额为零或者负数的，不发。",
        "standard": f"应发标准为附表中该户型的标准，每有一名不满 {rule.age} 周岁的同住子女，加 {money(sign, rule.child)}。",
        "types": f"夫妻户是指与配偶同住的；单亲户是指无配偶同住、有不满 {rule.age} 周岁同住子女的；其余为单人户。",
        "earned": f"劳动收入先减去附表中该户型的免计额，余下部分按 {rule.share}% 计入。",
        "other": "抚养费、租金、养老金等其他收入全额计入。",
        "free": "护理津贴、助残津贴和灾害救济金不计入。",
        "savings": f"存款超过 {money(sign, rule.limit)}的部分，每 {money(sign, rule.step)}为一档，"
        f"每档计入每月收入 {money(sign, rule.each)}，{begun}。",
        "least": f"差额大于零但低于 {money(sign, rule.least)}的，按 {money(sign, rule.least)}发放。",
        "payment": "补助按月发到登记的账户，每年复核一次。",
        "wording": "“不满”不包括本数，“超过”不包括本数。",
    }


def _en(rule: _Rule, sign: str) -> Mapping[str, str]:
    begun = "a begun step counts as a whole one" if rule.begun else "a begun step does not count"
    return {
        "scope": "The benefit of a month is what the household is entitled to, less the income that counts. Where nothing is "
        "left, nothing is paid.",
        "standard": f"A household is entitled to the standard for its type in the table, and to {money(sign, rule.child)} more "
        f"for every child under {rule.age} who lives in it.",
        "types": f"A couple is an applicant who lives with a partner. A lone parent lives with no partner and with a child under "
        f"{rule.age}. Anyone else counts as a single household, even with adult children.",
        "earned": f"From earnings the disregard for the type in the table is taken off first; {rule.share}% of the rest counts.",
        "other": "Other income, such as maintenance, rent or a pension, counts in full.",
        "free": "A care or mobility allowance and disaster relief are left out of account.",
        "savings": f"Savings above {money(sign, rule.limit)} are divided into steps of {money(sign, rule.step)}. Every step "
        f"counts as {money(sign, rule.each)} of monthly income; {begun}.",
        "least": f"What is more than nothing and less than {money(sign, rule.least)} is raised to {money(sign, rule.least)}.",
        "payment": "Payment is monthly; entitlement is looked at again once a year.",
        "wording": '"Under" and "above" leave out the figure named.',
    }


plugin: Final = Family("means_benefit", _build, "2")
