"""Points for residence in invented cities: a total by a printed table, a place in the list of applicants, and the cap that bites.

Rules this module keeps:

* Points come from schooling (the highest level alone), completed years of contributions and of residence, a home, completed blocks
  of voluntary hours; entries on the record cost points. Three items have a cap, and at most one of them takes points away.
* Equal totals are ranked by a second figure that the notice names; so many places are given away. Half of the spans end on a full
  year or a month before it.
* Mistakes: a begun year counted, a cap ignored, levels of schooling added up, a deduction overlooked, ties or places misread.
* What is left out is schooling, contributions or residence, or the points for schooling.

It refuses merit: only the table counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from evalcenter.draws import Draws
from evalcenter.generators.charters import Charter
from evalcenter.generators.drafting import Fact, say
from evalcenter.generators.notices import article_part, city, desk, opening
from evalcenter.generators.problems import Family, Part, Problem, Wrong, fact, number_part
from evalcenter.records import Lang

LEVELS: Final = (("高中", "secondary school"), ("大专", "diploma"), ("本科", "degree"))
HOMES: Final = (("租住登记房屋", "rents a registered home"), ("自有住房", "owns a home"))
SCHEMES: Final = (
    ("积分入学", "School Place Points", "school place"),
    ("积分落户", "Residence Permit Points", "residence permit"),
    ("公租房积分", "Public Housing Points", "public housing"),
)
BOTH: Final = {
    "zh": ("入选或落选", "落选或入选", "入选或者落选", "落选或者入选", "入选/落选", "落选/入选"),
    "en": ("admitted or waiting list", "waiting list or admitted", "admitted/waiting list", "waiting list/admitted"),
}
CAPPED: Final = ("paid", "lived", "hours")
UNCAPPED: Final = 10**6


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """`levels` and `homes` are points; `rates` and `caps` are those of contributions, residence and voluntary hours.

    `block` is the number of hours that earn points, `fine` what an entry costs. `tie` is "paid" or "lived".
    """

    levels: tuple[int, int, int]
    homes: tuple[int, int]
    rates: tuple[int, int, int]
    caps: tuple[int, int, int]
    block: int
    fine: int
    tie: str
    places: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Person:
    """`paid` and `lived` in months; `level` and `home` are places in their lists."""

    level: int
    paid: int
    lived: int
    home: int
    hours: int
    entries: int


def raw(rule: _Rule, who: _Person) -> tuple[int, int, int]:
    """The points of the three items with a cap, before it."""
    counts = (who.paid // 12, who.lived // 12, who.hours // rule.block)
    one, two, three = (count * rate for count, rate in zip(counts, rule.rates, strict=True))
    return one, two, three


def total(rule: _Rule, who: _Person) -> int:
    """The sum of all points."""
    capped = sum(min(points, cap) for points, cap in zip(raw(rule, who), rule.caps, strict=True))
    return rule.levels[who.level] + rule.homes[who.home] + capped - rule.fine * who.entries


_List = tuple[tuple[str, int, int, int], ...]
"""The other applicants: name, total, months of contributions, months of residence."""


def rank(rule: _Rule, who: _Person, others: _List, sum_: int) -> int:
    """The place of the applicant with `sum_` points among the others."""
    at = 2 if rule.tie == "paid" else 3
    own = who.paid if rule.tie == "paid" else who.lived
    return 1 + sum((row[1], row[at]) > (sum_, own) for row in others)


# -- the draw ---------------------------------------------------------------------------------------------------------


def _months(draws: Draws, years: int) -> int:
    return 12 * years + draws.choice((0, 0, 11, 11, draws.between(1, 10)))


def _drawn(draws: Draws) -> tuple[_Rule, _Person]:
    low = draws.between(10, 30, 5)
    home = draws.between(5, 15, 5)
    rates = (draws.between(3, 8), draws.between(2, 6), draws.between(2, 5))
    biting = draws.choice((*CAPPED, ""))
    counts = [draws.between(3, 9), draws.between(3, 9), draws.between(2, 8)]
    caps = []
    for at, name in enumerate(CAPPED):
        reached = rates[at] * counts[at]
        # A cap that is just reached takes nothing away.
        caps.append(
            reached - draws.between(1, rates[at]) if name == biting else reached + rates[at] * draws.choice((0, 1, 2))
        )
    block = draws.choice((10, 20, 25, 50))
    rule = _Rule(
        levels=(low, low + draws.between(10, 25, 5), low + draws.between(30, 60, 5)),
        homes=(home, home + draws.between(5, 20, 5)),
        rates=rates,
        caps=(caps[0], caps[1], caps[2]),
        block=block,
        fine=draws.between(5, 20, 5),
        tie=draws.choice(("paid", "lived")),
        places=draws.between(3, 6),
    )
    return rule, _Person(
        level=draws.below(3),
        paid=_months(draws, counts[0]),
        lived=_months(draws, counts[1]),
        home=draws.below(2),
        hours=block * counts[2] + draws.choice((0, block - 1, draws.below(block))),
        entries=draws.choice((0, 0, 1, 2)),
    )


def _others(lang: Lang, draws: Draws, rule: _Rule, who: _Person) -> _List:
    """Eight others about the applicant's total, one or two of them equal to it."""
    own = total(rule, who)
    names = "甲乙丙丁戊己庚辛" if lang == "zh" else "ABCDEFGH"
    sums = [own, draws.choice((own, own + 1)), *(own + draws.between(-25, 25) for _ in range(6))]
    rows = []
    for name, sum_ in zip(names, draws.shuffled(sums), strict=True):
        paid = who.paid + draws.choice((-1, 1, draws.between(2, 30), -draws.between(2, 20)))
        lived = who.lived + draws.choice((-1, 1, draws.between(2, 30), -draws.between(2, 20)))
        rows.append((name, max(1, sum_), paid, lived))
    return tuple(rows)


def _build(lang: Lang, draws: Draws) -> Problem | None:
    rule, who = _drawn(draws)
    sum_ = total(rule, who)
    others = _others(lang, draws, rule, who)
    scheme, town = draws.choice(SCHEMES), city(lang, draws)
    charter = _charter(lang, draws, rule, (town, scheme, _table(lang, others)))
    points = number_part(
        lang, Decimal(sum_), say(lang, "分", "points"), _mistakes(lang, rule, who), places=0, tolerance=Decimal(0)
    )
    if points is None or sum_ <= 0:
        return None
    return Problem(
        opening=opening(lang, draws, town, say(lang, scheme[0], f"application for {scheme[2]} points")),
        facts=_facts(lang, who),
        noise=desk(lang, draws, draws.between(1, 2)),
        rule=charter.text(),
        ask=say(
            lang,
            "按办法，这位申请人得多少分？与名单上的人一起排，排第几名，是否入选？",
            "By these rules, how many points does the applicant get? Ranked with the people in the table, what is the standing?",
        ),
        parts=(points, _result_part(lang, rule, who, others), _cap_part(lang, charter, rule, who)),
        working=say(lang, f"各项相加得 {sum_} 分", f"the items add up to {sum_} points"),
        gaps=(
            charter.gap(
                "levels",
                say(
                    lang,
                    "学历的分值|学历分值|学历的得分|学历",
                    "points for schooling|points for education|schooling|education",
                ),
            ),
        ),
    )


def _mistakes(lang: Lang, rule: _Rule, who: _Person) -> list[tuple[str, Decimal]]:
    begun = replace(who, paid=who.paid + 11, lived=who.lived + 11)
    made = [
        (say(lang, "不满一年的也算了一年", "Begun years were counted."), total(rule, begun)),
        (say(lang, "没有封顶", "The caps were overlooked."), total(replace(rule, caps=(UNCAPPED,) * 3), who)),
        (say(lang, "没有扣分", "The deduction was overlooked."), total(replace(rule, fine=0), who)),
        (say(lang, "漏了住房分", "The home was left out."), total(rule, who) - rule.homes[who.home]),
        (
            say(lang, "不满一档的时长也算了", "A begun block of hours was counted."),
            total(rule, replace(who, hours=who.hours + rule.block - 1)),
        ),
        (
            say(lang, "各级学历累加", "Levels of schooling were added up."),
            total(rule, who) + sum(rule.levels[: who.level]),
        ),
    ]
    return [(how, Decimal(points)) for how, points in made]


def _result_part(lang: Lang, rule: _Rule, who: _Person, others: _List) -> Part:
    """In or out, with the place in the list."""
    label = say(lang, "入选与名次", "Standing")
    place = rank(rule, who, others, total(rule, who))
    flipped = rank(replace(rule, tie="lived" if rule.tie == "paid" else "paid"), who, others, total(rule, who))

    def shown(at: int, taken: bool) -> str:  # noqa: FBT001 - the two halves of one answer
        return say(
            lang, f"{'入选' if taken else '落选'}，第 {at} 名", f"{'admitted' if taken else 'waiting list'}, rank {at}"
        )

    taken = place <= rule.places
    words = (
        say(lang, "入选", "admitted")
        if taken
        else say(lang, "落选|未入选|没有入选|不入选", "waiting list|not admitted|not selected")
    )
    ranks = (f"第{place}名", f"{place}") if lang == "zh" else (f"{place}", f"{place}{_ordinal(place)}")
    phrases = [
        phrase
        for word in words.split("|")
        for spelled in ranks
        for phrase in (f"{label}...{word}...{spelled}", f"{label}...{spelled}...{word}")
    ]
    slips = {
        shown(place, not taken): say(lang, "名额看错", "The number of places was misread."),
        shown(flipped, flipped <= rule.places): say(lang, "同分的先后弄错", "Ties were ranked wrongly."),
        shown(place + 1, place + 1 <= rule.places): say(lang, "同分的都排在了前面", "All equals were put before."),
    }
    right = shown(place, taken)
    return Part(
        id="result",
        text=say(lang, "写出是否入选和名次", "Gives the outcome and the rank"),
        check={"mentions": {"any": phrases, "none": [f"{label}...{both}" for both in BOTH[lang]]}},
        label=label,
        form=say(lang, "“入选”或者“落选”，再加名次", '"admitted" or "waiting list", and the rank'),
        right=right,
        wrong=tuple(Wrong(how=how, shown=slip) for slip, how in slips.items() if slip != right),
    )


def _ordinal(number: int) -> str:
    return {1: "st", 2: "nd", 3: "rd"}.get(number, "th")


def _cap_part(lang: Lang, charter: Charter, rule: _Rule, who: _Person) -> Part:
    """The article whose cap takes points away, or none."""
    places = charter.places
    bites = [name for name, points, cap in zip(CAPPED, raw(rule, who), rule.caps, strict=True) if points > cap]
    said = (
        say(lang, "封顶条款", "Capped by"),
        say(
            lang,
            "条号(因封顶而少得分的那一项所在的条；没有这样的项写“无”)",
            'the article of the item that loses points to its cap ("none" if no item does)',
        ),
        say(
            lang,
            "指明因封顶而少得分的项目所在的条款，没有则说明",
            "Names the article whose cap takes points away, or says there is none",
        ),
    )
    how = say(lang, "封顶看错", "Another cap.")
    others: list[tuple[str, int | None]] = [(how, places[name]) for name in CAPPED]
    return article_part(lang, said, places[bites[0]] if bites else None, [*others, (how, None)])


# -- the words --------------------------------------------------------------------------------------------------------


def _span(lang: Lang, months: int) -> str:
    years, rest = divmod(months, 12)
    zh = f"{years} 年" + (f" {rest} 个月" if rest else "")
    en = f"{years} year{'s' if years != 1 else ''}" + (f" {rest} month{'s' if rest > 1 else ''}" if rest else "")
    return say(lang, zh, en)


def _facts(lang: Lang, who: _Person) -> tuple[Fact, ...]:
    entries = say(lang, f"{who.entries} 条" if who.entries else "无", str(who.entries) if who.entries else "none")
    return (
        fact(
            lang,
            "学历",
            "Schooling",
            LEVELS[who.level][lang == "en"],
            say(lang, "学历|文化程度", "schooling|education|qualification"),
        ),
        fact(
            lang,
            "累计缴费",
            "Contribution record",
            _span(lang, who.paid),
            say(
                lang,
                "累计缴费|缴费年限|缴费时间|缴费|社保",
                "contribution record|contributions|contribution|how long contributions",
            ),
        ),
        fact(
            lang,
            "连续居住",
            "Residence so far",
            _span(lang, who.lived),
            say(
                lang,
                "连续居住|居住年限|居住时间",
                "residence so far|length of residence|residence|how long the applicant has lived",
            ),
        ),
        fact(lang, "住房", "Home", HOMES[who.home][lang == "en"]),
        fact(
            lang,
            "志愿服务",
            "Voluntary work",
            say(lang, f"{who.hours} 小时", f"{who.hours} hours"),
        ),
        fact(lang, "不良记录", "Entries on the record", entries),
    )


def _table(lang: Lang, others: _List) -> str:
    rows = [
        say(
            lang,
            f"- {name}：{sum_} 分，缴费 {_span(lang, paid)}，居住 {_span(lang, lived)}",
            f"- {name}: {sum_} points, contributions {_span(lang, paid)}, residence {_span(lang, lived)}",
        )
        for name, sum_, paid, lived in others
    ]
    return "\n".join([say(lang, "名单　其他申请人", "Table: the other applicants"), *rows])


def _charter(lang: Lang, draws: Draws, rule: _Rule, words: tuple[str, tuple[str, str, str], str]) -> Charter:
    town, scheme, table = words
    texts = (_zh if lang == "zh" else _en)(rule)
    middle = draws.shuffled([name for name in texts if name not in {"scope", "wording"}])
    title = say(lang, f"{town}{scheme[0]}办法", f"{town} {scheme[1]} Rules")
    return Charter(lang=lang, title=title, order=("scope", *middle, "wording"), texts=lambda _: texts, tail=table)


def _zh(rule: _Rule) -> Mapping[str, str]:
    levels = "，".join(f"{LEVELS[at][0]} {points} 分" for at, points in enumerate(rule.levels))
    tie = "累计缴费" if rule.tie == "paid" else "连续居住"
    return {
        "scope": "申请人的总分，为学历、累计缴费、连续居住、住房、志愿服务五项得分之和减去扣分。",
        "levels": f"学历：{levels}；只按最高学历计一次。",
        "paid": f"累计缴费每满 1 年计 {rule.rates[0]} 分，最高 {rule.caps[0]} 分。",
        "lived": f"连续居住每满 1 年计 {rule.rates[1]} 分，最高 {rule.caps[1]} 分。",
        "home": f"住房：{HOMES[0][0]} {rule.homes[0]} 分，{HOMES[1][0]} {rule.homes[1]} 分。",
        "hours": f"志愿服务每满 {rule.block} 小时计 {rule.rates[2]} 分，最高 {rule.caps[2]} 分。",
        "fine": f"不良记录每条扣 {rule.fine} 分。",
        "rank": f"按总分从高到低排名，取前 {rule.places} 名入选，其余落选。",
        "tie": f"总分相同的，{tie}时间长的排在前面。",
        "wording": "“每满”是指足额，零头不计；最高分只限制所在的那一项。",
    }


def _en(rule: _Rule) -> Mapping[str, str]:
    levels = ", ".join(
        f"{points} for a {LEVELS[at][1]}" if at else f"{points} for {LEVELS[at][1]}"
        for at, points in enumerate(rule.levels)
    )
    tie = "contributions have been paid longer" if rule.tie == "paid" else "residence is longer"
    return {
        "scope": "A total is the sum of the points for schooling, contributions, residence, home and voluntary work, less "
        "deductions.",
        "levels": f"Schooling: {levels}; only the highest level counts.",
        "paid": f"Contributions: {rule.rates[0]} points for every completed year, {rule.caps[0]} at most.",
        "lived": f"Residence: {rule.rates[1]} points for every completed year, {rule.caps[1]} at most.",
        "home": f"Home: {rule.homes[0]} points for an applicant who {HOMES[0][1]}, {rule.homes[1]} for one who {HOMES[1][1]}.",
        "hours": f"Voluntary work: {rule.rates[2]} points for every completed {rule.block} hours, {rule.caps[2]} at most.",
        "fine": f"Every entry on the record costs {rule.fine} points.",
        "rank": f"Applicants are ranked by their totals. The first {rule.places} are admitted; the others go on the waiting list.",
        "tie": f"Of two equal totals, the one whose {tie} goes first.",
        "wording": "What is left over after the last completed year or block earns nothing. A maximum limits its own item only.",
    }


plugin: Final = Family("residence_points", _build, "2")
