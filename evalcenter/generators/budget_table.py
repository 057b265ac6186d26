"""Sums, shares and growth from budget tables of invented cities, with lines that must not be counted.

Rules this module keeps:

* Every line has a letter; the notes say which group a letter stands for, that "of which" lines are in the line above, whether
  transfers and what is brought forward count, and against which of two earlier columns growth is reckoned.
* The total at the foot adds up what the notes leave out, and is no answer. The note that decides about one line is asked for too.
* Mistakes: a line counted twice or against the notes, another column, another group, the foot taken for the total.
* What is left out is one amount of the group, the letter of the group, or the column for growth.

It refuses negative results: growth that is asked for is growth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from evalcenter.draws import Draws
from evalcenter.generators.charters import Charter
from evalcenter.generators.drafting import Fact, say
from evalcenter.generators.notices import article_part, city, coin, money_part, stated
from evalcenter.generators.problems import Family, Gap, Part, Problem, fact, number_part
from evalcenter.records import Lang

GROUPS: Final = (("民生", "Community care"), ("设施", "Works"), ("运行", "Administration"))
ITEMS: Final[Mapping[Lang, tuple[str, ...]]] = {
    "zh": (
        "东湖项目",
        "青石项目",
        "明德项目",
        "槐安项目",
        "长乐项目",
        "南屏项目",
        "云汀项目",
        "和顺项目",
        "景行项目",
        "北辰项目",
    ),
    "en": (
        "Ashby",
        "Brook End",
        "Cotter",
        "Drayton",
        "Elm Court",
        "Fenwick",
        "Garth",
        "Hollins",
        "Ivel",
        "Jarrow Street",
    ),
}
"""Names of projects that do not give their group away."""
PARTS: Final = (("设备购置", "equipment"), ("人员经费", "wages"), ("场地租金", "rent"), ("外包服务", "contractors"))
LETTERS: Final = {"zh": ("甲", "乙", "丙"), "en": ("K", "L", "M")}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A line of the table. `kind`: own, part (of the line above), transfer or carry. `sums`: this year, last plan, last outturn."""

    name: str
    group: int
    kind: str
    sums: tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Notes:
    """Whether transfers and what is brought forward count, and the column for growth: 1 the plan, 2 the outturn."""

    transfer: bool
    carry: bool
    base: int
    parts: bool = False


def reckoned(lines: tuple[_Line, ...], notes: _Notes, group: int | None, column: int = 0) -> int:
    """What the lines that count add up to, of one group or of all (None)."""
    counts = {"own": True, "part": notes.parts, "transfer": notes.transfer, "carry": notes.carry}
    return sum(line.sums[column] for line in lines if group in {None, line.group} and counts[line.kind])


def _drawn(lang: Lang, draws: Draws) -> tuple[tuple[_Line, ...], _Notes, int]:
    scale = 1 if lang == "zh" else 100
    asked = draws.below(3)
    lines: list[_Line] = []

    def sums(most: int = 3000) -> tuple[int, int, int]:
        last = draws.between(most // 6, most)
        plan = last + draws.between(-last // 8, last // 5)
        now = max(plan, last) + draws.between(1, last // 4 + 2)
        return (now * scale, plan * scale, last * scale)

    names = draws.sample(ITEMS[lang], 9)
    for group in range(3):
        for name in names[3 * group : 3 * group + draws.between(2, 3)]:
            own = sums()
            lines.append(_Line(name=name if lang == "zh" else f"{name} scheme", group=group, kind="own", sums=own))
            if draws.coin(1, 2) if group == asked else draws.coin(1, 4):
                low = sums(min(own) // scale // 2)
                part = say(lang, f"其中：{draws.choice(PARTS)[0]}", f"of which {draws.choice(PARTS)[1]}")
                lines.append(_Line(name=part, group=group, kind="part", sums=low))
    if not any(line.kind == "part" and line.group == asked for line in lines):
        return _drawn(lang, draws)
    extra = (
        _Line(name=say(lang, "对街道的转移支付", "Transfers to wards"), group=asked, kind="transfer", sums=sums(900)),
        _Line(name=say(lang, "上年结转支出", "Brought forward"), group=asked, kind="carry", sums=sums(700)),
    )
    # What belongs to a part line must stay above it, so only whole lines are put in.
    spots = [spot for spot in range(len(lines) + 1) if spot == len(lines) or lines[spot].kind != "part"]
    for line in extra:
        spot = draws.choice(spots)
        lines.insert(spot, line)
        spots = [spot for spot in range(len(lines) + 1) if spot == len(lines) or lines[spot].kind != "part"]
    notes = _Notes(transfer=draws.coin(1, 2), carry=draws.coin(1, 2), base=draws.between(1, 2))
    return tuple(lines), notes, asked


# -- the three questions ----------------------------------------------------------------------------------------------


def _misread(lang: Lang, notes: _Notes) -> list[tuple[str, _Notes]]:
    return [
        (say(lang, "“其中”行又加了一遍", "A line was counted twice."), replace(notes, parts=True)),
        (say(lang, "转移支付弄反了", "Transfers against the note."), replace(notes, transfer=not notes.transfer)),
        (say(lang, "结转弄反了", "Brought forward against the note."), replace(notes, carry=not notes.carry)),
        (say(lang, "基数用错了一栏", "Growth against the other column."), replace(notes, base=3 - notes.base)),
    ]


def _value(kind: str, lines: tuple[_Line, ...], notes: _Notes, group: int) -> Decimal:
    """The sum, the share or the growth (both in per cent)."""
    made = Decimal(reckoned(lines, notes, group))
    if kind == "sum":
        return made
    if kind == "share":
        return 100 * made / reckoned(lines, notes, None)
    base = reckoned(lines, notes, group, notes.base)
    return 100 * (made - base) / base


def _mistakes(lang: Lang, kind: str, lines: tuple[_Line, ...], notes: _Notes, group: int) -> list[tuple[str, Decimal]]:
    made = [(how, _value(kind, lines, read, group)) for how, read in _misread(lang, notes)]
    own = Decimal(reckoned(lines, notes, group))
    other = _value(kind, lines, notes, (group + 1) % 3)
    made.append((say(lang, "看错了类别", "Another group."), other))
    if kind == "sum":
        made.append((say(lang, "看错了年份", "Another year."), Decimal(reckoned(lines, notes, group, 2))))
    if kind == "share":
        made.append((say(lang, "用了表末合计", "The foot of the table was used."), 100 * own / _foot(lines)[0]))
    if kind == "growth":
        base = Decimal(reckoned(lines, notes, group, notes.base))
        made.append((say(lang, "除以了本年数", "Divided by this year."), 100 * (own - base) / own))
    return made


def _value_part(
    lang: Lang, sign: str, kind: str, given: tuple[tuple[_Line, ...], _Notes, int], said: str
) -> Part | None:
    lines, notes, group = given
    exact, mistakes = _value(kind, lines, notes, group), _mistakes(lang, kind, lines, notes, group)
    if kind == "sum" and lang == "en":
        return money_part(lang, sign, exact, mistakes, said)
    if kind == "sum":
        return (
            number_part(lang, exact, "万元", mistakes, places=0, tolerance=Decimal(0))
            if exact not in stated(said)
            else None
        )
    if exact < Decimal("0.5"):
        return None
    return number_part(lang, exact, "%", mistakes, places=1, tolerance=Decimal("0.05"))


def _build(lang: Lang, draws: Draws) -> Problem | None:
    lines, notes, group = _drawn(lang, draws)
    kind = draws.choice(("sum", "share", "growth"))
    sign, year, town = coin(lang, draws), draws.between(2027, 2038), city(lang, draws)
    letters = tuple(draws.shuffled(LETTERS[lang]))
    texts = (_zh if lang == "zh" else _en)(notes, letters, sign)
    order = ("scope", *draws.shuffled([name for name in texts if name != "scope"]))
    charter = Charter(
        lang=lang,
        title=say(lang, f"{town} {year} 年预算表编制说明", f"{town} Budget {year}: Notes to the Table"),
        order=order,
        texts=lambda _: texts,
        tail=_table(lang, lines, letters, year),
    )
    value = _value_part(lang, sign, kind, (lines, notes, group), charter.text())
    if value is None:
        return None
    name = GROUPS[group][lang == "en"]
    row = draws.choice([at for at, line in enumerate(lines, 1) if line.group == group and line.kind != "own"])
    ask = _asked(lang, kind, name, year)
    return Problem(
        opening=say(
            lang,
            draws.choice(
                ("财政股核对预算表，附带的登记信息：", "人大代表询问预算，经办记录如下：", "预算公开前的复核单：")
            ),
            draws.choice(
                (
                    "A councillor asks about the budget. On file:",
                    "Finance desk, check before publication:",
                    "From the treasurer's file:",
                )
            ),
        ),
        facts=(),
        noise=_beside(lang, draws, year),
        rule=charter.text(),
        ask=ask,
        parts=(value, _note_part(lang, charter, lines[row - 1], row)),
        working=say(
            lang,
            f"{name}类本年计 {reckoned(lines, notes, group)}",
            f"{name} this year: {reckoned(lines, notes, group)}",
        ),
        gaps=_gaps(lang, draws, charter, (kind, lines, group), (letters, year)),
    )


def _asked(lang: Lang, kind: str, name: str, year: int) -> str:
    return {
        "sum": say(
            lang,
            f"按编制说明，{name}类 {year} 年的支出合计是多少万元？",
            f"By the notes, what does {name} come to in {year}?",
        ),
        "share": say(
            lang,
            f"按编制说明，{name}类占 {year} 年支出总额的百分之几(保留一位小数)？",
            f"By the notes, what share of all spending of {year} is {name} (in %, one decimal)?",
        ),
        "growth": say(
            lang,
            f"按编制说明，{name}类 {year} 年比上年增长百分之几(保留一位小数)？",
            f"By the notes, by how many per cent does {name} grow in {year} (one decimal)?",
        ),
    }[kind]


def _note_part(lang: Lang, charter: Charter, line: _Line, row: int) -> Part:
    places = charter.places
    said = (
        say(lang, f"第 {row} 行的依据", f"Article on line {row}"),
        say(
            lang,
            f"决定第 {row} 行计不计入的那一条的条号",
            f"the number of the article that decides whether line {row} counts",
        ),
        say(lang, "指明决定该行计不计入的条款", "Names the article that decides whether that line counts"),
    )
    how = say(lang, "看成了另一种行", "Taken for another kind of line.")
    return article_part(
        lang, said, places[line.kind], [(how, places[name]) for name in ("part", "transfer", "carry", "total")]
    )


def _beside(lang: Lang, draws: Draws, year: int) -> tuple[Fact, ...]:
    rows = (
        ("表号", "Table", f"B-{draws.between(10, 99)}"),
        ("版本", "Version", str(draws.between(1, 9))),
        ("制表日期", "Date of the table", f"{year - 1}-11-{draws.between(10, 28)}"),
        ("页数", "Pages", str(draws.between(3, 40))),
    )
    return tuple(fact(lang, *row) for row in draws.sample(rows, 3))


def _gaps(
    lang: Lang,
    draws: Draws,
    charter: Charter,
    asked: tuple[str, tuple[_Line, ...], int],
    printed: tuple[tuple[str, ...], int],
) -> tuple[Gap, ...]:
    """One amount of the group, what the letters stand for, and the column for growth."""
    kind, lines, group = asked
    at = draws.choice([at for at, line in enumerate(lines) if line.group == group and line.kind == "own"])
    name = lines[at].name
    torn = replace(charter, tail=_table(lang, lines, *printed, hidden=at))
    words = say(
        lang,
        f"第 {at + 1} 行的金额|第 {at + 1} 行|{name}",
        f"amount of line {at + 1}|line {at + 1}|{name}",
    )
    groups = say(
        lang,
        "类别代字的含义|代字|类别的含义|类别说明|各类的范围|类别栏",
        "meaning of the letters|letters|what the letters stand for|key to the groups|letter codes",
    )
    made = [torn.gap("", words), charter.gap("groups", groups)]
    if kind == "growth":
        base = say(
            lang,
            "增长的基数|基数|与哪一栏比较|比较的口径",
            "column for growth|base for growth|basis of growth|base|which column|growth is measured",
        )
        made.append(charter.gap("base", base))
    return tuple(made)


# -- the words --------------------------------------------------------------------------------------------------------


def _foot(lines: tuple[_Line, ...]) -> tuple[int, ...]:
    return tuple(sum(line.sums[at] for line in lines if line.kind != "part") for at in range(3))


def _table(lang: Lang, lines: tuple[_Line, ...], letters: tuple[str, ...], year: int, hidden: int = -1) -> str:
    head = say(
        lang,
        f"行次 | 项目 | 类别 | {year} 年预算 | {year - 1} 年预算 | {year - 1} 年决算",
        f"Line | Item | Group | Budget {year} | Budget {year - 1} | Outturn {year - 1}",
    )

    def row(first: str, name: str, letter: str, sums: tuple[int, ...], *, blank: bool) -> str:
        cells = ["—" if blank else f"{amount:,}" if lang == "en" else str(amount) for amount in sums]
        return " | ".join([first, name, letter, *cells])

    rows = [
        row(str(at + 1), line.name, letters[line.group], line.sums, blank=at == hidden) for at, line in enumerate(lines)
    ]
    # A foot that can be subtracted from would give the hidden amounts away.
    return "\n".join([head, *rows, row(say(lang, "合计", "Foot"), "", "", _foot(lines), blank=hidden >= 0)])


def _zh(notes: _Notes, letters: tuple[str, ...], sign: str) -> Mapping[str, str]:
    del sign
    names = "，".join(f"“{letter}”为{GROUPS[at][0]}类" for at, letter in enumerate(letters))
    counted = {True: "计入所在类别和支出总额", False: "不计入所在类别，也不计入支出总额"}
    return {
        "scope": "表中金额的单位为万元。",
        "groups": f"类别栏的代字：{names}。",
        "part": "“其中”行的金额已包含在它上面的一行里，不另行相加。",
        "transfer": f"转移支付{counted[notes.transfer]}。",
        "carry": f"上年结转{counted[notes.carry]}。",
        "total": "支出总额为应计入的各行之和；表末合计照加表中各行(“其中”行除外)，只供核对，不作为支出总额。",
        "base": f"说“比上年增长”时，以上一年的{'预算' if notes.base == 1 else '决算'}数为基数，两年都按本说明计算。",
        "order": "行次先后与重要程度无关。",
    }


def _en(notes: _Notes, letters: tuple[str, ...], sign: str) -> Mapping[str, str]:
    names = ", ".join(f"{letter} is {GROUPS[at][1]}" for at, letter in enumerate(letters))
    counted = {
        True: "count in their group and in all spending",
        False: "count neither in their group nor in all spending",
    }
    return {
        "scope": f"All amounts are in {sign}.",
        "groups": f"Letters in the column Group: {names}.",
        "part": 'A line that begins "of which" is already inside the line above it and is never added again.',
        "transfer": f"Transfers to wards {counted[notes.transfer]}.",
        "carry": f"Sums brought forward {counted[notes.carry]}.",
        "total": "All spending is the sum of the lines that count. The foot of the table adds up every line except those "
        'that begin "of which"; it is there for checking and is no measure of spending.',
        "base": f"Growth is measured against last year's {'budget' if notes.base == 1 else 'outturn'}, reckoned by the same notes.",
        "order": "Lines stand in the order in which departments sent them in.",
    }


plugin: Final = Family("budget_table", _build, "2")
