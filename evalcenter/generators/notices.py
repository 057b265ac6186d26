"""Numbered notices of invented cities, and answers that cite an article or name a sum of money: what the government families share.

Rules this module keeps:

* A notice says that it is fictional; its articles are numbered after they are put in order, so that references always fit.
* An answer that cites says which article on a line of its own, in digits or in Chinese numerals, or that there is none. A line
  that lists several articles cites none.
* A sum that the question states itself is never the answer to it, and a mistake that gives the right sum is no mistake.

It refuses to decide anything: sums, articles and mistakes come from the family.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from evalcenter.draws import Draws
from evalcenter.generators.drafting import Fact, number_check, plain, say
from evalcenter.generators.problems import Part, Wrong, answer_label, fact
from evalcenter.records import Lang

CITIES: Final = {
    "zh": ("澜泽市", "青岚市", "望汐市", "霁川市", "松澄市", "岚浦市", "璟州市", "汀原市", "沅祁市", "禾岫市"),
    "en": ("Calderholm", "Northmere", "Wrenford", "Tavinport", "Ashwick Vale", "Port Ellery", "Eastholm", "Lindmarsh"),
}
SURNAMES: Final = {
    "zh": "赵钱孙周吴郑冯陈褚卫蒋沈韩杨",
    "en": "Ash|Bell|Cole|Dunn|Ellis|Frost|Grant|Hale|Irwin|Judd|Kerr|Lowe",
}
_DIGITS: Final = "零一二三四五六七八九十"
_LISTED: Final = (
    r"[^\w\n(（]{0,4}(?:(?:或者?|和|及|or|and)\W{0,3})?"
    r"(?:第\s?[\d一二三四五六七八九十]{1,3}\s?条|art(?:icles?)?\b\W{0,3}\d)"
)
"""An article named beside "none"."""
_FIGURE: Final = re.compile(r"\d[\d,]*(?:\.\d+)?")


def city(lang: Lang, draws: Draws) -> str:
    """An invented city."""
    return draws.choice(CITIES[lang])


def applicant(lang: Lang, draws: Draws) -> str:
    """An invented name."""
    if lang == "zh":
        return draws.choice(SURNAMES["zh"]) + draws.choice(("某", "女士", "先生"))
    return draws.choice(("Mr ", "Ms ")) + draws.choice(SURNAMES["en"].split("|"))


def article(lang: Lang, number: int) -> str:
    """The name of article `number` (1 to 19)."""
    if lang == "en":
        return f"Article {number}"
    return f"第{_numeral(number)}条"


def _numeral(number: int) -> str:
    return _DIGITS[number] if number <= 10 else f"十{_DIGITS[number - 10]}"


def numbered(names: Sequence[str]) -> dict[str, int]:
    """Which article holds what, in the order of `names`."""
    return {name: at for at, name in enumerate(names, 1)}


def printed(lang: Lang, title: str, places: Mapping[str, int], texts: Mapping[str, str]) -> str:
    """The notice as text: its title, said to be fictional, and `texts` under the numbers of `places`."""
    head = say(lang, f"《{title}》(虚构，仅供本题)", f"{title} (fictional, for this question only)")
    rows = [
        f"{article(lang, places[name])}{say(lang, '　', '. ')}{texts[name]}"
        for name in sorted(places, key=lambda name: places[name])
    ]
    return "\n".join([head, *rows])


# -- answers ----------------------------------------------------------------------------------------------------------


def article_part(
    lang: Lang, said: tuple[str, str, str], right: int | None, others: Sequence[tuple[str, int | None]]
) -> Part:
    """A part that cites the article `right`, or says that there is none.

    `said` holds the line's label, the form that is asked for, and the criterion's text. `others` are mistakes with the article
    that each ends with; those that end with the right one are left out.
    """
    label, form, text = said
    none = say(lang, "无", "none")
    if right is None:
        words = say(lang, "无|没有|不适用|不涉及", "none|neither|no article|not applicable|n/a")
        cited = rf"\W{{0,6}}(?:{words})(?!{_LISTED})"
    else:
        cited = _cited_zh(right) if lang == "zh" else _cited_en(right)
    written = r"\s{0,2}".join(re.escape(word) for word in label.split())
    check = {"format": {"pattern": rf"(?is).*{written}{cited}[\s\S]*+"}}
    wrong = {at: how for how, at in reversed(others) if at != right}
    return Part(
        id="article",
        text=text,
        check=check,
        label=label,
        form=form,
        right=none if right is None else article(lang, right),
        wrong=tuple(Wrong(how=how, shown=none if at is None else article(lang, at)) for at, how in wrong.items()),
    )


def _cited_zh(right: int) -> str:
    """What stands behind the label: article `right`, and not a list with another one in it."""
    number = rf"(?:{_numeral(right)}|{right})"
    other = r"第?\s{0,2}[\d一二三四五六七八九十]{1,3}\s{0,2}(?:条|(?!\w))"
    joined = r"(?:[^\w\n(（]{1,6}|[^\w\n(（]{0,4}(?:和|与|及|以及|或|或者|并|至|到)[^\w\n(（]{0,4})"
    named = rf"[^\n第]{{0,32}}第\s{{0,2}}{number}\s{{0,2}}条"
    return rf"(?:{named}|\W{{0,8}}{number}(?![\w.]))(?!{joined}{other})"


def _cited_en(right: int) -> str:
    """What stands behind the label: article `right`, and not a list with another one in it."""
    title = r"art(?:icles?)?\b\W{0,3}(?:no\b\W{0,2})?"
    named = rf"(?:(?!\bart(?:icles?)?\b)[^\n]){{0,80}}+{title}"
    bare = r"\W{0,8}(?:(?:is|no)\b\W{0,2})?"
    ended = r"\d{1,2}(?:[^\w\n]{0,4}(?:\n|$|(?:and|or)\b)|\s?[,/&])"
    joined = r"[^\w\n(]{0,6}(?:(?:and|or|to|with|plus)\b[^\w\n(]{0,4})?"
    return rf"(?:{named}|{bare}){right}\b(?!{joined}(?:{title}\d|{ended}))"


def coin(lang: Lang, draws: Draws) -> str:
    """The sign of the money that a question uses: yuan in Chinese, one of three in English."""
    return say(lang, "元", draws.choice(("£", "$", "€")))


def money(sign: str, amount: Decimal | int) -> str:
    """A sum as the question and the answer write it: 120.50 元, £120.50; whole sums without decimals."""
    value = Decimal(amount)
    shown = plain(value.quantize(Decimal(1)) if value == value.to_integral_value() else value.quantize(Decimal("0.01")))
    return f"{shown} 元" if sign == "元" else f"{sign}{shown}"


def money_part(
    lang: Lang, sign: str, amount: Decimal, mistakes: Sequence[tuple[str, Decimal]], said: str
) -> Part | None:
    """A part whose answer is a sum; None where it has more than two decimals, `said` states it, or no mistake is left.

    A mistake must be off by five hundredths at least, and is rounded to hundredths.
    """
    cent = Decimal("0.01")
    if amount != amount.quantize(cent) or amount <= 0 or amount in stated(said):
        return None
    found: dict[Decimal, str] = {}
    for how, value in mistakes:
        if value >= 0 and abs(value - amount) >= Decimal("0.05"):
            found.setdefault(value.quantize(cent), how)
    if not found:
        return None
    return Part(
        id="amount",
        text=say(lang, "最后给出的金额与按规定算得的一致", "The sum finally stated is the one that the rules lead to"),
        check=number_check(amount.quantize(cent), Decimal("0.005"), sign),
        label=answer_label(lang),
        form=say(lang, "金额(元，最多两位小数)", f"the sum in {sign} (at most two decimals)"),
        right=money(sign, amount),
        wrong=tuple(Wrong(how=how, shown=money(sign, value)) for value, how in found.items()),
    )


def stated(words: str) -> frozenset[Decimal]:
    """Every figure that a text holds."""
    return frozenset(Decimal(found[0].replace(",", "")) for found in _FIGURE.finditer(words))


# -- the counter ------------------------------------------------------------------------------------------------------


def entry(lang: Lang, zh: str, en: str, value: str, names: str = "") -> Fact:
    """A fact of a file at a counter: a colon stands between label and value in running text too."""
    made, colon = fact(lang, zh, en, value, names), say(lang, "：", ": ")
    return replace(made, inline=f"{made.inline.removesuffix(value).rstrip()}{colon}{value}", joint=colon)


def desk(lang: Lang, draws: Draws, count: int) -> tuple[Fact, ...]:
    """`count` facts of any file at a counter that no rule here looks at."""
    rows = (
        ("收件编号", "Reference", f"{draws.choice('ABCDEFGH')}{draws.between(1000, 9999)}"),
        ("受理窗口", "Counter", say(lang, f"{draws.between(2, 28)} 号", f"no. {draws.between(2, 28)}")),
        (
            "提交方式",
            "Handed in",
            say(lang, draws.choice(("网上", "窗口", "邮寄")), draws.choice(("online", "at the counter", "by post"))),
        ),
        (
            "联系方式",
            "Contact",
            say(lang, draws.choice(("已登记手机", "仅留邮箱")), draws.choice(("phone on file", "e-mail only"))),
        ),
        ("等候人数", "People waiting", say(lang, f"{draws.between(0, 19)} 人", str(draws.between(0, 19)))),
        (
            "经办人",
            "Handled by",
            f"{draws.choice(SURNAMES['zh'])}某" if lang == "zh" else f"{draws.choice(SURNAMES['en'].split('|'))}",
        ),
    )
    return tuple(entry(lang, *row) for row in draws.sample(rows, count))


def opening(lang: Lang, draws: Draws, place: str, subject: str) -> str:
    """How a case reaches the desk."""
    who = applicant(lang, draws)
    return say(
        lang,
        draws.choice(
            (
                f"{place}政务服务大厅，{who}来问{subject}：",
                f"热线工单({place})，来电人{who}，事由：{subject}。",
                f"请帮窗口核对，事项是{subject}，登记如下。",
                f"培训用案例：{place}{who}，{subject}。",
                f"{who}在网上留言询问{subject}，系统里的记录是：",
            )
        ),
        draws.choice(
            (
                f"{who} is at the counter in {place} about the {subject}:",
                f"Call note, {place}: {who}, about the {subject}.",
                f"Please check this {subject} for the desk.",
                f"A case from staff training in {place}: {who}, {subject}.",
                f"{who} writes in to ask about the {subject}. On file:",
            )
        ),
    )
