"""Which office of an invented city decides a case, by its charter: an office for each kind, three exceptions, and their order.

Rules this module keeps:

* The charter gives each kind of case to one office. Size, a protected area and a public applicant take it elsewhere, the area only
  where the case is not short; one article says which exception comes first. An office that takes in papers decides nothing.
* The deciding article is the one that gives the case to the office: the exception that prevails, or that of the kind.
* Half of the sizes and lengths stand on their limit or next to it. Offices are invented and given out by chance.
* What is left out is a fact that could change the office, or the article of the kind where no exception holds.

It refuses to route by plausibility: any office may have any kind of case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from evalcenter.draws import Draws
from evalcenter.generators.charters import Charter, choice_part
from evalcenter.generators.drafting import Fact, say
from evalcenter.generators.notices import article, article_part, city, desk, opening
from evalcenter.generators.problems import Family, Gap, Problem, fact
from evalcenter.records import Lang

OFFICES: Final[Mapping[Lang, tuple[str, ...]]] = {
    "zh": (
        "公共空间处",
        "市容管理所",
        "绿地管理站",
        "规划审查委员会",
        "风貌保护办公室",
        "联合审批室",
        "街区服务中心",
        "工程协调处",
        "滨水事务局",
        "综合许可科",
    ),
    "en": (
        "the Public Realm Unit",
        "the Licensing Panel",
        "the Streets Team",
        "the Green Spaces Service",
        "the Character Areas Office",
        "the Joint Approvals Desk",
        "the Works Committee",
        "the Ward Services Bureau",
        "the Waterside Board",
        "the Consents Section",
    ),
}
KINDS: Final[Mapping[Lang, tuple[str, ...]]] = {
    "zh": ("户外广告", "露天市集", "树木迁移", "围挡搭建", "路面开挖", "外墙彩绘", "景观灯光", "临时停车场"),
    "en": (
        "street trading",
        "outdoor signs",
        "tree felling",
        "scaffolding",
        "pavement works",
        "murals",
        "open-air events",
        "temporary car parks",
    ),
}
ZONES: Final[Mapping[Lang, tuple[str, ...]]] = {
    "zh": ("老码头片区", "槐荫里片区", "南城墙片区", "琴湖片区"),
    "en": ("the Old Wharf quarter", "the Minster quarter", "the Lace Mill quarter", "the Orchard quarter"),
}
PLACES: Final[Mapping[Lang, tuple[str, ...]]] = {
    "zh": ("新和大道", "东篱路", "科创园二期", "云桥社区"),
    "en": ("Harrow Road", "Mill Lane", "Northgate Road", "Station Parade"),
}
BODIES: Final = (
    ("一家事业单位", "a public body"),
    ("市属事业单位", "a public body owned by the city"),
)
PRIVATE: Final = (
    ("一家有限公司", "a private company"),
    ("个体工商户", "a sole trader"),
    ("本市居民", "a resident"),
    ("行业协会", "a trade association"),
)
EXCEPTIONS: Final = ("large", "zone", "public")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """Offices by role (a number for a kind of case, or an exception), and the limits; `first` lists the exceptions by rank."""

    kinds: tuple[str, ...]
    offices: Mapping[str, str]
    size: int
    days: int
    zone: str
    first: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """`kind` is a place in the rule's kinds; `size` in square metres."""

    kind: int
    size: int
    days: int
    zone: bool
    public: bool


def role(rule: _Rule, case: _Case) -> str:
    """What gives the case its office: an exception, or the kind."""
    holds = {
        "large": case.size > rule.size,
        "zone": case.zone and case.days > rule.days,
        "public": case.public,
    }
    return next((name for name in rule.first if holds[name]), f"kind{case.kind}")


def _drawn(lang: Lang, draws: Draws) -> tuple[_Rule, _Case]:
    kinds = tuple(draws.sample(KINDS[lang], 4))
    roles = (*(f"kind{at}" for at in range(4)), *EXCEPTIONS)
    rule = _Rule(
        kinds=kinds,
        offices=dict(zip(roles, draws.sample(OFFICES[lang], len(roles)), strict=True)),
        size=draws.between(20, 120, 5),
        days=draws.choice((7, 10, 15, 30)),
        zone=draws.choice(ZONES[lang]),
        first=tuple(draws.shuffled(EXCEPTIONS)),
    )
    sizes = (rule.size, rule.size + 1, draws.between(4, rule.size - 1), draws.between(rule.size + 2, rule.size + 90))
    spans = (rule.days, rule.days + 1, draws.between(2, rule.days - 1), draws.between(rule.days + 2, rule.days + 90))
    case = _Case(
        kind=draws.below(4),
        size=draws.choice((sizes[0], sizes[0], *sizes)),
        days=draws.choice(spans),
        zone=draws.coin(3, 5),
        public=draws.coin(2, 5),
    )
    return rule, case


def _misread(lang: Lang, rule: _Rule, case: _Case) -> list[tuple[str, str]]:
    """What gives the case its office when the charter is misread in one way each."""
    backwards = replace(rule, first=rule.first[::-1])
    made = [
        (say(lang, "例外的先后弄反了", "Exceptions taken in the wrong order."), role(backwards, case)),
        (say(lang, "等于界限也算超过", "The limit itself was counted."), role(replace(rule, size=rule.size - 1), case)),
        (say(lang, "没有注意期限短", "A short case was overlooked."), role(replace(rule, days=0), case)),
        (
            say(lang, "期限正好的也当成超过", "The last short day was missed."),
            role(replace(rule, days=rule.days - 1), case),
        ),
        (say(lang, "没有看例外", "The exceptions were overlooked."), f"kind{case.kind}"),
    ]
    made += [(say(lang, "看到一个例外就用了", "An exception that does not prevail."), name) for name in rule.first]
    return [*made, (say(lang, "事项看错一行", "Another kind of case."), f"kind{(case.kind + 1) % 4}")]


def _build(lang: Lang, draws: Draws) -> Problem | None:
    rule, case = _drawn(lang, draws)
    right = role(rule, case)
    town = city(lang, draws)
    charter = _charter(lang, draws, rule, town)
    places = charter.places
    wrong: dict[str, str] = {}
    for how, name in _misread(lang, rule, case):
        if name != right:
            wrong.setdefault(name, how)
    kept = dict(list(wrong.items())[:4])
    office, options = choice_part(
        lang,
        draws,
        ("office", say(lang, "选出有权决定的机构", "Chooses the office that decides")),
        rule.offices[right],
        {rule.offices[name]: how for name, how in kept.items()},
    )
    said = (
        say(lang, "依据条款", "Deciding article"),
        say(lang, "把本案交给该机构的那一条的条号", "the number of the article that gives the case to that office"),
        say(lang, "指明把本案交给该机构的条款", "Names the article that gives the case to that office"),
    )
    cited = article_part(lang, said, places[right], [(how, places[name]) for name, how in kept.items()])
    return Problem(
        opening=opening(lang, draws, town, say(lang, "公共空间占用审批", "use of public space")),
        facts=_facts(lang, draws, rule, case),
        noise=desk(lang, draws, draws.between(1, 3)),
        rule=charter.text(),
        ask=say(
            lang,
            draws.choice(("按这份分工规定，本案由哪个机构审批？", "请判断：这件事归哪个机构决定？")),
            draws.choice(("Under the charter, which office decides this case?", "Who decides this application?")),
        ),
        parts=(office, cited),
        working=say(
            lang,
            f"适用{article(lang, places[right])}，由{rule.offices[right]}决定",
            f"{article(lang, places[right])} gives it to {rule.offices[right]}",
        ),
        options=options,
        gaps=_gaps(lang, charter, rule, case),
    )


def _facts(lang: Lang, draws: Draws, rule: _Rule, case: _Case) -> tuple[Fact, ...]:
    right = role(rule, case)

    def wanted(others: list[_Case], zh: str, en: str) -> str:
        """The names of a fact that could change the office, or none."""
        return say(lang, zh, en) if any(role(rule, other) != right for other in others) else ""

    where = rule.zone if case.zone else draws.choice(PLACES[lang])
    number = draws.between(2, 88)
    spot = say(
        lang, f"{where} {number} 号", f"{number} Quay Street, in {rule.zone}" if case.zone else f"{number} {where}"
    )
    sizes = [replace(case, size=rule.size), replace(case, size=rule.size + 1)]
    return (
        fact(
            lang,
            "事项类别",
            "Kind of case",
            rule.kinds[case.kind],
            wanted(
                [replace(case, kind=(case.kind + 1) % 4)],
                "事项类别|事项",
                "kind of case|type of case|kind of application",
            ),
        ),
        fact(
            lang,
            "占用面积",
            "Area taken",
            say(lang, f"{case.size} 平方米", f"{case.size} square metres"),
            wanted(sizes, "占用面积|面积", "area taken|area|size"),
        ),
        fact(
            lang,
            "地点",
            "Site",
            spot,
            wanted([replace(case, zone=not case.zone)], "地点|位置|地址", "site|location|address|place"),
        ),
        fact(
            lang,
            "占用期限",
            "Duration",
            say(lang, f"{case.days} 日", f"{case.days} days"),
            wanted(
                [replace(case, days=rule.days), replace(case, days=rule.days + 1)],
                "占用期限|期限|占用天数|天数",
                "duration|length|number of days|how long",
            ),
        ),
        fact(lang, "申请人", "Applicant", draws.choice(BODIES if case.public else PRIVATE)[lang == "en"]),
    )


def _gaps(lang: Lang, charter: Charter, rule: _Rule, case: _Case) -> tuple[Gap, ...]:
    """The article of the kind, where the case rests on it."""
    name = f"kind{case.kind}"
    if role(rule, case) != name:
        return ()
    kind = rule.kinds[case.kind]
    words = say(
        lang,
        f"{kind}由哪个机构审批|{kind}的规定|{kind}的条款|{kind}",
        f"article on {kind}|office for {kind}|{kind}",
    )
    return (charter.gap(name, words),)


# -- the words --------------------------------------------------------------------------------------------------------


def _charter(lang: Lang, draws: Draws, rule: _Rule, town: str) -> Charter:
    kinds = draws.shuffled([f"kind{at}" for at in range(4)])
    rest = draws.shuffled([*EXCEPTIONS, "intake", "time"])
    order = ("scope", *kinds, *rest, "priority", "wording")
    title = say(lang, f"{town}公共空间事项审批分工规定", f"{town} Charter of Decisions on Public Space")
    number = draws.between(5, 20)
    write = _zh if lang == "zh" else _en
    return Charter(lang=lang, title=title, order=order, texts=lambda places: write(rule, places, number))


def _zh(rule: _Rule, places: Mapping[str, int], number: int) -> dict[str, str]:
    named = [article("zh", places[name]) for name in rule.first]
    texts = {f"kind{at}": f"{kind}，由{rule.offices[f'kind{at}']}审批。" for at, kind in enumerate(rule.kinds)}
    return texts | {
        "scope": "占用公共空间的事项由哪个机构审批，依照本规定；有例外情形的，按例外办理。",
        "large": f"占用面积超过 {rule.size} 平方米的，不论何种事项，由{rule.offices['large']}审批。",
        "zone": f"地点在{rule.zone}内的，由{rule.offices['zone']}审批；占用期限不超过 {rule.days} 日的，不适用本条。",
        "public": f"申请人是国家机关或者事业单位的，由{rule.offices['public']}审批。",
        "intake": "申请统一由政务大厅综合窗口接收；接收材料的机构不因此取得审批权。",
        "time": f"审批自受理之日起 {number} 个工作日内完成。",
        "priority": f"同时符合两种以上例外的，先适用{named[0]}，其次{named[1]}，最后{named[2]}。",
        "wording": "本规定所称“超过”不包括本数，“不超过”包括本数。",
    }


def _en(rule: _Rule, places: Mapping[str, int], number: int) -> dict[str, str]:
    named = [article("en", places[name]) for name in rule.first]
    texts = {
        f"kind{at}": f"Applications for {kind} are decided by {rule.offices[f'kind{at}']}."
        for at, kind in enumerate(rule.kinds)
    }
    return texts | {
        "scope": "This charter says who decides on the use of public space. An exception below displaces the office named for a "
        "kind of case.",
        "large": f"Whatever its kind, a case that takes more than {rule.size} square metres goes to {rule.offices['large']}.",
        "zone": f"A site in {rule.zone} puts the case before {rule.offices['zone']}, unless it lasts {rule.days} days or less.",
        "public": f"Where a public body applies, {rule.offices['public']} decides.",
        "intake": "All applications are handed in at the city's front desk; taking in papers gives no power to decide.",
        "time": f"Decisions are made within {number} working days.",
        "priority": f"If more than one exception fits, {named[0]} comes before {named[1]}, and {named[1]} before {named[2]}.",
        "wording": '"More than" leaves out the figure named; "or less" includes it.',
    }


plugin: Final = Family("case_routing", _build, "2")
