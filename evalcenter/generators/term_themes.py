"""Four invented regulations, each with one defined term: its measures, what it includes and excludes, and its articles.

It refuses to decide whether a term covers a case: `defined_terms.py` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A figure of the case: label, unit, names when it is missing, the `span` of its limit, and its `least` value."""

    label: tuple[str, str]
    unit: tuple[str, str]
    names: tuple[str, str]
    span: tuple[int, int]
    at_most: bool = False
    least: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """Something that is so or not: label, what the record says in either case, and names when it is missing."""

    label: tuple[str, str]
    yes: tuple[str, str]
    no: tuple[str, str]
    names: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """A regulation. The first two measures belong to the term, the third to `word`, on which the return hangs.

    `texts` hold the articles in both languages, with the marks term, word, base (the article on the term), l0, l1, l2.
    """

    title: tuple[str, str]
    term: tuple[str, str]
    word: tuple[str, str]
    measures: tuple[Measure, Measure, Measure]
    include: Flag
    exclude: Flag
    texts: Mapping[str, tuple[str, str]]


_WORDING: Final = (
    "“不超过”“以上”“满”均包括本数。",
    '"At least" and "at most" include the figure named.',
)

STRUCTURES: Final = Theme(
    title=("公共空间搭建管理规定", "Structures in Public Places Rules"),
    term=("小型构筑物", "minor structure"),
    word=("短期搭建", "short-lived"),
    measures=(
        Measure(
            label=("占地面积", "Floor area"),
            unit=("平方米", "square metres"),
            names=("占地面积|面积", "floor area|area|size"),
            span=(6, 40),
            at_most=True,
        ),
        Measure(label=("高度", "Height"), unit=("米", "metres"), names=("高度", "height"), span=(3, 6), at_most=True),
        Measure(
            label=("搭建天数", "Days standing"),
            unit=("天", "days"),
            names=("搭建天数|天数|搭建时间", "days standing|number of days|days it stands|how long it stands"),
            span=(5, 30),
            at_most=True,
        ),
    ),
    include=Flag(
        label=("安放方式", "Setting"),
        yes=("装有轮子，可以推走", "on wheels, can be pushed away"),
        no=("固定在地面上", "fixed to the ground"),
        names=("安放方式|是否可以移动|安放", "setting|how it is set up|set up|on wheels|fixed"),
    ),
    exclude=Flag(
        label=("用途", "Use"),
        yes=("供人过夜", "people sleep in it"),
        no=("存放桌椅", "tables and chairs are stored in it"),
        names=("用途", "use|used for|purpose"),
    ),
    texts={
        "scope": ("在公共空间搭建，依照本规定。", "These rules are about what is put up in public places."),
        "base": (
            "“{term}”是指占地面积不超过 {l0} 平方米并且高度不超过 {l1} 米的搭建物。",
            'A "{term}" is anything put up with a floor area of at most {l0} square metres and a height of at most {l1} metres.',
        ),
        "include": (
            "装有轮子、可以推走的搭建物，不论面积和高度，都属于“{term}”。",
            'Whatever stands on wheels and can be pushed away is a "{term}", whatever its area and height.',
        ),
        "exclude": ("供人过夜的搭建物，不属于“{term}”。", 'Where people sleep in it, it is no "{term}".'),
        "back": (
            "符合{base}的搭建物，供人过夜但属于{word}的，仍属于“{term}”。",
            'What fits {base} and is {word} stays a "{term}" even though people sleep in it.',
        ),
        "word": (
            "“{word}”是指连续搭建不超过 {l2} 天。",
            'In these rules "{word}" means that it stands for at most {l2} days on end.',
        ),
        "duty": (
            "“{term}”实行备案，其他搭建物须经批准；备案和批准都不收费。",
            'A "{term}" is notified; anything else has to be approved. Neither costs anything.',
        ),
        "wording": _WORDING,
    },
)

EVENTS: Final = Theme(
    title=("公众活动安全规定", "Safety of Gatherings Rules"),
    term=("公众活动", "public event"),
    word=("大量售票", "widely sold"),
    measures=(
        Measure(
            label=("预计人数", "Expected attendance"),
            unit=("人", "people"),
            names=("预计人数|人数", "expected attendance|attendance|number of people"),
            span=(100, 600),
        ),
        Measure(
            label=("持续时间", "Duration"),
            unit=("小时", "hours"),
            names=("持续时间|时长", "duration|how long|length"),
            span=(3, 8),
        ),
        Measure(
            label=("售出门票", "Tickets sold"),
            unit=("张", "tickets"),
            names=("售出门票|门票数量|售票数量|票数|门票", "tickets sold|number of tickets|ticket sales"),
            span=(20, 90),
        ),
    ),
    include=Flag(
        label=("现场效果", "Effects"),
        yes=("燃放冷焰火", "cold fireworks"),
        no=("只用灯光", "lights only"),
        names=("现场效果|是否燃放|效果", "effects|fireworks"),
    ),
    exclude=Flag(
        label=("参加者", "Participants"),
        yes=("只有主办单位员工及家属", "the organiser's staff and their families only"),
        no=("任何人都可报名", "anyone may sign up"),
        names=("参加者|哪些人参加|参加人员", "participants|who takes part|who may attend|taking part"),
    ),
    texts={
        "scope": ("在本市举办活动，依照本规定。", "These rules apply to gatherings in the city."),
        "base": (
            "“{term}”是指预计人数 {l0} 人以上并且持续 {l1} 小时以上的活动。",
            'A "{term}" is a gathering of at least {l0} people that lasts at least {l1} hours.',
        ),
        "include": (
            "燃放冷焰火的活动，不论人数和时间，都属于“{term}”。",
            'A gathering with cold fireworks is a "{term}", however many come and however long it lasts.',
        ),
        "exclude": (
            "只有主办单位员工及其家属参加的活动，不属于“{term}”。",
            'A gathering for the organiser\'s staff and their families only is no "{term}".',
        ),
        "back": (
            "符合{base}的活动，只有主办单位员工及其家属参加但{word}的，仍属于“{term}”。",
            'A gathering for staff and families that fits {base} and is {word} stays a "{term}".',
        ),
        "word": (
            "“{word}”是指售出门票 {l2} 张以上。",
            'In these rules "{word}" means that at least {l2} tickets have been sold.',
        ),
        "duty": (
            "举办“{term}”的，应当在举办前 20 日提交安全方案。",
            'The organiser of a "{term}" hands in a safety plan 20 days ahead.',
        ),
        "wording": _WORDING,
    },
)

HOUSEHOLDS: Final = Theme(
    title=("家庭用水补贴规定", "Household Water Rebate Rules"),
    term=("家庭成员", "household member"),
    word=("长期同住", "long settled"),
    measures=(
        Measure(
            label=("过去一年同住月数", "Months at the address in the past year"),
            unit=("个月", "months"),
            names=("同住月数|同住时间|同住", "months at the address|months lived|past year"),
            span=(5, 10),
        ),
        Measure(
            label=("分担家庭开支的比例", "Share of household costs"),
            unit=("%", "%"),
            names=("开支的比例|开支比例|分担比例|比例", "share of household costs|share of costs|share"),
            span=(10, 30),
        ),
        Measure(
            label=("累计同住年数", "Years at the address in all"),
            unit=("年", "years"),
            names=("累计同住年数|年数|累计同住", "years at the address|years in all|number of years"),
            span=(3, 9),
        ),
    ),
    include=Flag(
        label=("在读情况", "Occupation"),
        yes=("在外地全日制就读", "full-time student in another city"),
        no=("已经工作", "in work"),
        names=("在读情况|是否在读|就读", "occupation|student|studies|studying"),
    ),
    exclude=Flag(
        label=("居住方式", "Living arrangement"),
        yes=("按月付房租", "pays a monthly rent"),
        no=("与亲属共同生活", "shares the home as family"),
        names=("居住方式|是否付房租|房租", "living arrangement|rent|how the person lives there"),
    ),
    texts={
        "scope": ("家庭用水补贴按“{term}”人数发放。", 'The rebate is paid for each "{term}".'),
        "base": (
            "“{term}”是指过去一年同住满 {l0} 个月并且分担家庭开支 {l1}% 以上的人。",
            'A "{term}" spent at least {l0} months of the past year at the address and bears at least {l1}% of its costs.',
        ),
        "include": (
            "在外地全日制就读的，不论同住时间和开支，都属于“{term}”。",
            'A full-time student in another city is a "{term}", whatever the months and the costs.',
        ),
        "exclude": ("按月付房租的人，不属于“{term}”。", 'A person who pays a monthly rent is no "{term}".'),
        "back": (
            "符合{base}、按月付房租但{word}的人，仍属于“{term}”。",
            'A person who fits {base} and is {word} stays a "{term}" even when paying a monthly rent.',
        ),
        "word": (
            "“{word}”是指累计同住满 {l2} 年。",
            'In these rules "{word}" means having lived at the address for at least {l2} years in all.',
        ),
        "duty": ("“{term}”发生变化的，应当在一个月内告知。", "Changes are reported within a month."),
        "wording": _WORDING,
    },
)

CARPARKS: Final = Theme(
    title=("停车场所管理规定", "Parking Places Rules"),
    term=("经营性停车场", "commercial car park"),
    word=("普遍开放", "generally open"),
    measures=(
        Measure(
            label=("车位数", "Spaces"),
            unit=("个", "spaces"),
            names=("车位数|车位", "spaces|number of spaces"),
            span=(20, 90),
        ),
        Measure(
            label=("每天开放", "Daily opening"),
            unit=("小时", "hours"),
            names=("每天开放|开放时间|开放小时", "daily opening|opening hours|hours open|open each day"),
            span=(6, 14),
        ),
        Measure(
            label=("外来车辆占比", "Share of outside vehicles"),
            unit=("%", "%"),
            names=("外来车辆占比|占比|外来车辆", "share of outside vehicles|outside vehicles|share"),
            span=(20, 60),
        ),
    ),
    include=Flag(
        label=("收费方式", "Charging"),
        yes=("扫码按分钟计费", "billed by the minute through an app"),
        no=("按月固定费用", "a fixed monthly sum"),
        names=("收费方式|计费方式|收费", "charging|how it charges|billing|billed"),
    ),
    exclude=Flag(
        label=("设置单位", "Operator"),
        yes=("医院", "a hospital"),
        no=("物业公司", "a property company"),
        names=("设置单位|由谁设置|设置人", "operator|who runs it|run by"),
    ),
    texts={
        "scope": ("本市停车场所的管理，依照本规定。", "These rules apply to parking in the city."),
        "base": (
            "“{term}”是指车位 {l0} 个以上并且每天开放 {l1} 小时以上的停车场所。",
            'A "{term}" is a parking place of at least {l0} spaces that is open for at least {l1} hours a day.',
        ),
        "include": (
            "扫码按分钟计费的停车场所，不论车位和开放时间，都属于“{term}”。",
            'A place that bills by the minute through an app is a "{term}", whatever its spaces and hours.',
        ),
        "exclude": ("医院设置的停车场所，不属于“{term}”。", 'A place run by a hospital is no "{term}".'),
        "back": (
            "符合{base}、由医院设置但{word}的，仍属于“{term}”。",
            'A place run by a hospital that fits {base} and is {word} stays a "{term}".',
        ),
        "word": (
            "“{word}”是指外来车辆占比在 {l2}% 以上。",
            'In these rules "{word}" means that at least {l2}% of the vehicles come from outside.',
        ),
        "duty": (
            "“{term}”应当公示价格，每年登记一次。",
            'A "{term}" shows its prices and registers every year.',
        ),
        "wording": _WORDING,
    },
)

THEMES: Final = (STRUCTURES, EVENTS, HOUSEHOLDS, CARPARKS)
