"""The wording of eligibility items: a rule as a numbered document, and a household as an application, in both languages.

It refuses to decide anything: numbers and outcomes come from `eligibility_rules.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from evalcenter.draws import Draws
from evalcenter.generators.drafting import say
from evalcenter.generators.eligibility_rules import CONDITIONS, Condition, Household, Lack, Rule
from evalcenter.generators.notices import article
from evalcenter.records import Document, Lang

_DIGITS = "零一二三四五六七八九十"


def months(lang: Lang, count: int, draws: Draws) -> str:
    """A span of months, sometimes in years and months."""
    years, rest = divmod(count, 12)
    if not years or draws.coin(1, 2):
        return say(lang, f"{count} 个月", f"{count} months" if count > 1 else "1 month")
    zh = f"{years} 年" + (f"零 {rest} 个月" if rest else "")
    en = f"{years} year{'s' if years > 1 else ''}" + (f" and {rest} month{'s' if rest > 1 else ''}" if rest else "")
    return say(lang, zh, en)


def numbered(draws: Draws) -> dict[str, int]:
    """Which article holds what: purpose first, then conditions in random order, then the rest in random order."""
    middle = draws.shuffled(("residence", "age", "income", "contributions"))
    rest = draws.shuffled(("excluded", "exception", "amount", "counting", "payment"))
    names = ("purpose", *middle, *rest, "priority", "wording")
    return {name: at for at, name in enumerate(names, 1)}


def document(
    lang: Lang, rule: Rule, places: Mapping[str, int], draws: Draws, table: Collection[Condition] = ()
) -> Document:
    """The rule as a numbered document. Where `table` names rows, the limits stand in a table below and not in the articles."""
    named = {name: article(lang, place) for name, place in places.items()}
    texts = (_zh if lang == "zh" else _en)(rule, named, draws)
    if table:
        texts = {**texts, **(_tabled_zh if lang == "zh" else _tabled_en)(rule)}
    body = "\n".join(
        f"{named[name]}{say(lang, '　', '. ')}{texts[name]}" for name in sorted(places, key=lambda n: places[n])
    )
    if table:
        body = f"{body}\n{_table(lang, rule, [name for name in draws.shuffled(CONDITIONS) if name in table])}"
    title = say(lang, f"{rule.city}{rule.benefit}发放办法(虚构)", f"{rule.city} {rule.benefit} Rules (fictional)")
    return Document(id="rules", title=title, text=body)


def _table(lang: Lang, rule: Rule, names: Collection[Condition]) -> str:
    rows = {
        "residence": say(lang, f"连续居住：{rule.residence} 个月", f"Residence: {rule.residence} months"),
        "age": say(lang, f"年龄：{rule.age} 周岁", f"Age: {rule.age} years"),
        "income": say(lang, f"家庭人均月收入：{rule.income} 元", f"Income per head: ${rule.income}"),
        "contributions": say(
            lang, f"缴纳社会保险：{rule.contributions} 个月", f"Social insurance: {rule.contributions} months"
        ),
    }
    head = say(lang, "附表　申请条件的数额", "Table: figures for the conditions")
    return "\n".join([head, *(f"- {rows[name]}" for name in names)])


def _tabled_zh(rule: Rule) -> dict[str, str]:
    return {
        "residence": "申请时在本市连续居住已满附表所列月数。",
        "age": "申请时已满附表所列年龄。",
        "income": f"家庭人均月收入{'不超过' if rule.inclusive else '低于'}附表所列限额。",
        "contributions": "在本市累计缴纳社会保险已满附表所列月数。",
    }


def _tabled_en(rule: Rule) -> dict[str, str]:
    return {
        "residence": f"The applicant has lived in {rule.city} without interruption for at least the time set in the table.",
        "age": "The applicant is of at least the age set in the table.",
        "income": f"Monthly household income per head is {'at most' if rule.inclusive else 'below'} the figure set in the table.",
        "contributions": (
            f"The applicant has paid social insurance in {rule.city}, in all for at least the time set in the table."
        ),
    }


def _zh(rule: Rule, named: Mapping[str, str], draws: Draws) -> dict[str, str]:
    (low, first), (middle, second), (_, third) = rule.brackets
    limit = f"不超过 {rule.income} 元" if rule.inclusive else f"低于 {rule.income} 元"
    waived = named[rule.waived]
    priority = (
        f"同时符合{named['excluded']}和{named['exception']}情形的，适用{named['excluded']}，不予发放。"
        if rule.strict
        else f"同时符合{named['excluded']}和{named['exception']}情形的，适用{named['exception']}，{named['excluded']}不影响其申请。"
    )
    return {
        "purpose": draws.choice(
            (
                f"为规范{rule.benefit}发放，制定本办法。申请人应同时符合{_list_zh(named)}的条件，本办法另有规定的除外。",
                f"{rule.city}居民申领{rule.benefit}，适用本办法。{_list_zh(named)}的条件须全部满足，另有规定的从其规定。",
            )
        ),
        "residence": f"申请时已在本市连续居住满 {rule.residence} 个月。",
        "age": f"申请时年满 {rule.age} 周岁。",
        "income": f"家庭人均月收入{limit}。",
        "contributions": f"在本市累计缴纳社会保险 {rule.contributions} 个月以上。",
        "excluded": "申请人名下在本市有两套及两套以上住房的，不予发放。",
        "exception": f"退役军人申请的，不受{waived}限制。",
        "priority": priority,
        "amount": (
            f"每月标准按家庭人均月收入确定：低于 {low} 元的，{first} 元；"
            f"{low} 元以上、低于 {middle} 元的，{second} 元；{middle} 元以上的，{third} 元。"
            f"每有一名未满 18 周岁的子女，每月另加 {rule.per_child} 元；合计每月不超过 {rule.cap} 元。"
        ),
        "counting": "家庭人均月收入为家庭月收入合计除以家庭成员人数(子女计算在内)；政府发放的护理补贴不计入收入。",
        "payment": draws.choice(
            ("补贴按月发放至申请人社会保障卡。", "申请由街道受理，15 个工作日内办结。", "每年 3 月复核一次申领资格。")
        ),
        "wording": "本办法所称“以上”“满”“不超过”均包括本数，“低于”“未满”不包括本数。",
    }


def _list_zh(named: Mapping[str, str]) -> str:
    return "、".join(sorted((named[name] for name in ("residence", "age", "income", "contributions")), key=_place_zh))


def _place_zh(name: str) -> int:
    return _DIGITS.index(name[1])


def _en(rule: Rule, named: Mapping[str, str], draws: Draws) -> dict[str, str]:
    (low, first), (middle, second), (_, third) = rule.brackets
    limit = f"at most ${rule.income}" if rule.inclusive else f"below ${rule.income}"
    waived = named[rule.waived]
    winner, loser = ("excluded", "exception") if rule.strict else ("exception", "excluded")
    effect = "and nothing is paid" if rule.strict else f"and {named[loser]} does not stand in the way"
    return {
        "purpose": draws.choice(
            (
                (
                    f"These rules govern the {rule.benefit} of {rule.city}. The conditions of {_list_en(named)} must all be "
                    "met unless these rules say otherwise."
                ),
                f"The {rule.benefit} is paid to residents who meet every condition of {_list_en(named)}, save as provided below.",
            )
        ),
        "residence": f"The applicant has lived in {rule.city} without interruption for at least {rule.residence} months.",
        "age": f"The applicant is at least {rule.age} years old.",
        "income": f"Monthly household income per head is {limit}.",
        "contributions": f"The applicant has paid social insurance in {rule.city} for at least {rule.contributions} months in all.",
        "excluded": f"Nothing is paid to an applicant who owns two or more homes in {rule.city}.",
        "exception": f"{waived} does not apply to veterans of the armed forces.",
        "priority": f"Where both {named['excluded']} and {named['exception']} apply, {named[winner]} prevails {effect}.",
        "amount": (
            f"The monthly amount depends on income per head: ${first} below ${low}; ${second} from ${low} to below "
            f"${middle}; ${third} from ${middle}. ${rule.per_child} is added for each child under 18. "
            f"The total is at most ${rule.cap} a month."
        ),
        "counting": (
            "Income per head is the household's monthly income divided by the number of its members, children included. A public "
            "care allowance does not count as income."
        ),
        "payment": draws.choice(
            (
                "Payment is made monthly by bank transfer.",
                "The district office decides within 15 working days.",
                "Entitlement is reviewed every March.",
            )
        ),
        "wording": 'In these rules "at least", "from" and "at most" include the figure named; "below" and "under" do not.',
    }


def _list_en(named: Mapping[str, str]) -> str:
    places = sorted(int(named[name].split()[1]) for name in ("residence", "age", "income", "contributions"))
    return f"Articles {places[0]} to {places[-1]}"


# -- the application --------------------------------------------------------------------------------------------------


def application(lang: Lang, home: Household, draws: Draws, lacking: str = "") -> str:
    """The household's situation in running text or as a list, in random order, without the line `lacking`."""
    lines = (_home_zh if lang == "zh" else _home_en)(home, draws)
    order = draws.shuffled([line for name, line in lines.items() if name != lacking])
    if draws.coin(1, 2):
        mark = draws.choice(("- ", "· "))
        return "\n".join(f"{mark}{line}" for line in order)
    return say(lang, "", " ").join(f"{line}{say(lang, '。', '.')}" for line in order)


def _home_zh(home: Household, draws: Draws) -> dict[str, str]:
    others = home.members - home.children - 1
    who = (
        "本人"
        + (f"、{others} 名成年家属" if others else "")
        + (f"和 {home.children} 名未成年子女" if home.children else "")
    )
    earned = "、".join(f"{income} 元" for income in home.incomes)
    lines = {
        "age": f"年龄 {home.age} 周岁",
        "residence": f"在本市已连续居住 {months('zh', home.residence, draws)}",
        "contributions": f"在本市累计缴纳社会保险 {months('zh', home.contributions, draws)}",
        "members": f"家庭成员共 {home.members} 人：{who}",
        "income": f"家庭每月收入(不含补贴)为 {earned}"
        if len(home.incomes) == 1
        else f"家庭成员月收入(不含补贴)分别为 {earned}",
        "homes": "名下在本市有两套住房" if home.excluded else draws.choice(("名下在本市有一套住房", "名下无住房")),
        "veteran": "系退役军人" if home.special else draws.choice(("未服过兵役", "不是退役军人")),
        "beside": draws.choice(
            ("户籍在外省", "有驾驶证", "去年参加过社区志愿服务", "大专学历", "养了一只猫", "曾在邻市工作")
        ),
    }
    if home.ignored:
        lines["ignored"] = f"家中一名成员每月另领政府发放的护理补贴 {home.ignored} 元"
    return lines


def _home_en(home: Household, draws: Draws) -> dict[str, str]:
    others = home.members - home.children - 1
    parts = ["the applicant"]
    if others:
        parts.append(f"{others} other adult{'s' if others > 1 else ''}")
    if home.children:
        parts.append(f"{home.children} child{'ren' if home.children > 1 else ''} under 18")
    who = " and ".join((", ".join(parts[:-1]), parts[-1])) if len(parts) > 1 else parts[0]
    earned = ", ".join(f"${income}" for income in home.incomes)
    lines = {
        "age": f"Age: {home.age}",
        "residence": f"Has lived in the city without a break for {months('en', home.residence, draws)}",
        "contributions": f"Has paid social insurance in the city for {months('en', home.contributions, draws)} in all",
        "members": f"The household has {home.members} members: {who}",
        "income": f"Monthly income of the household, benefits apart: {earned}",
        "homes": "Owns two homes in the city"
        if home.excluded
        else draws.choice(("Owns one home in the city", "Owns no home")),
        "veteran": "Is a veteran of the armed forces"
        if home.special
        else draws.choice(("Never served in the armed forces", "Is not a veteran")),
        "beside": draws.choice(
            (
                "Was born in another province",
                "Holds a driving licence",
                "Volunteers at the library",
                "Keeps a cat",
                "Once worked in a neighbouring city",
            )
        ),
    }
    if home.ignored:
        lines["ignored"] = f"One member also receives a public care allowance of ${home.ignored} a month"
    return lines


# -- what may be missing ----------------------------------------------------------------------------------------------

_LIVED: Final = ("连续居住|居住时间|居住时长|居住年限|居住月数|居住期限|住了多", "residence|residency|lived|how long")
_AGE: Final = ("年龄|岁数|出生|多大|几岁", "age|date of birth|birth date|how old|mention...how old")
_PAID: Final = ("社会保险|社保|缴费|参保|缴纳", "social insurance|contribution|contributions|insurance")
_LACKING: Final[Mapping[tuple[str, bool], tuple[tuple[str, str], tuple[str, str]]]] = {
    ("residence", False): (("在本市连续居住的时间", "length of residence"), _LIVED),
    ("residence", True): (("连续居住月数的要求", "residence requirement"), _LIVED),
    ("age", False): (("申请人年龄", "age of the applicant"), _AGE),
    ("age", True): (("年龄要求", "age requirement"), _AGE),
    ("contributions", False): (("缴纳社会保险的月数", "record of social insurance contributions"), _PAID),
    ("contributions", True): (("缴纳社会保险月数的要求", "contribution requirement"), _PAID),
    ("income", False): (("家庭月收入", "household income"), ("收入", "income|incomes|earnings")),
    ("income", True): (
        ("家庭人均月收入的限额", "income limit"),
        (
            "人均月收入|人均收入|限额|上限|收入标准|收入门槛|收入条件|收入要求|收入线",
            (
                "per head|income...limit|limit...income|income...figure|figure...income|income...threshold|threshold...income"
                "|income...ceiling|ceiling...income|income...row|row...income|income...maximum|maximum...income|income cap"
                "|income requirement|income condition|income criterion"
            ),
        ),
    ),
    ("members", False): (
        ("家庭成员人数", "number of household members"),
        (
            "人数|人口|几口人|几个人|多少人|家庭规模|成员数|成员总数|成员构成|成员情况|成员信息|家庭构成|家庭组成",
            (
                "household members|number of...members|number of people|how many|members of the household|household size"
                "|size of the household|family size|household composition|composition of the household|people in the household"
            ),
        ),
    ),
}
"""By what is left out, and whether the rule lacks it: its label in both languages, and the names by which an answer may call it."""


def lacked(lang: Lang, lack: Lack) -> tuple[str, tuple[str, ...]]:
    """What is left out as a sentence calls it, and the names by which an answer may call it."""
    label, names = _LACKING[lack.name, lack.limit]
    called = tuple(say(lang, *names).split("|"))
    if lang == "en":  # "no" counts right before a name only: no information on age, no row for age
        called = (*called, *(f"{word}...{called[0]}" for word in ("information", "mention", "figure", "row", "entry")))
    return say(lang, *label), called
