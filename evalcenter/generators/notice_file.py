"""A file of notices of one invented agency, as text: standing rules, notices in no order, a draft, and one on another matter.

It refuses to decide which notice holds: `notice_timeline.py` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from evalcenter.draws import Draws
from evalcenter.generators.drafting import MONTHS, say
from evalcenter.generators.notices import money, numbered, printed
from evalcenter.generators.problems import Gap
from evalcenter.records import Lang

DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """`holds` is the first day on which the notice holds. `shifts`: it has a transitional clause.

    Where the day of the decision counts, the clause keeps earlier applications under the notice before; where that of the
    application counts, it takes in earlier applications that are decided once the notice holds.
    """

    number: str
    issued: date
    holds: date
    amount: int
    shifts: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Notices in the order in which they hold; during `paused` (both days included) the last gives way to the one before it."""

    notices: tuple[Notice, ...]
    by_decision: bool
    paused: tuple[date, date] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """What the file holds beside the line of notices: a draft and a notice on another matter, each with an amount and a day.

    `matters` are this matter, the other one, and what is paid for. `order` is that in which the notices are printed.
    """

    lang: Lang
    town: str
    matters: tuple[str, str, str]
    sign: str
    line: Line
    draft: tuple[date, int]
    other: tuple[str, int, date]
    pause: str
    order: tuple[int, ...]


def number(lang: Lang, agency: tuple[str, str, str], year: int, serial: int) -> str:
    """The number of a notice: 惠民办〔2031〕12号, PGO 2031/12."""
    return say(lang, f"{agency[0]}〔{year}〕{serial}号", f"{agency[2]} {year}/{serial}")


def drawn(
    lang: Lang, draws: Draws, line: Line, words: tuple[str, tuple[str, str, str], str, tuple[str, str, str]]
) -> File:
    """A file about `line`; `words` are the town, the matters, the sign of the money and the agency."""
    town, matters, sign, agency = words
    used = {notice.amount for notice in line.notices}
    amounts = draws.sample([amount for amount in range(20, 200, 5) if amount not in used], 2)
    middle = draws.choice(line.notices[1:])
    return File(
        lang=lang,
        town=town,
        matters=matters,
        sign=sign,
        line=line,
        draft=(middle.holds - draws.between(30, 75) * DAY, amounts[0]),
        other=(number(lang, agency, middle.issued.year, draws.between(61, 79)), amounts[1], middle.holds),
        pause=number(lang, agency, line.notices[-1].holds.year, draws.between(81, 99)),
        order=tuple(draws.shuffled(range(len(line.notices) + 2 + (line.paused is not None)))),
    )


def gap(file: File, notice: Notice) -> Gap:
    """The file with the day from which `notice` holds left to an annex that is not there."""
    words = say(
        file.lang,
        f"{notice.number}的施行日期|施行日期|附件|施行时间|何时施行|生效日期|生效时间",
        f"day on which {notice.number} takes effect|takes effect|annex|effective date|date of effect|commencement|in force",
    )
    names = tuple(words.split("|"))
    return Gap(label=names[0], names=names, rule=text(file, annexed=notice.number))


def text(file: File, *, annexed: str = "") -> str:
    """The file as it is printed; the day from which the notice `annexed` holds is left to an annex."""
    rules = (_rules_zh if file.lang == "zh" else _rules_en)(file)
    title = say(
        file.lang,
        f"{file.town}{file.matters[0]}文件适用规则",
        f"{file.town}, {file.matters[0]}: How Notices Apply",
    )
    head = printed(file.lang, title, numbered(list(rules)), rules)
    pieces = (_notices_zh if file.lang == "zh" else _notices_en)(file, annexed)
    return "\n".join([head, *(f"- {pieces[at]}" for at in file.order)])


def day(lang: Lang, when: date) -> str:
    """A date as a notice prints it."""
    return say(
        lang, f"{when.year} 年 {when.month} 月 {when.day} 日", f"{when.day} {MONTHS[when.month - 1]} {when.year}"
    )


def _rules_zh(file: File) -> dict[str, str]:
    which = "作出决定" if file.line.by_decision else "提出申请"
    return {
        "scope": f"{file.matters[0]}的标准由下列通知规定，新通知从施行之日起(当天包括在内)替代同一事项的旧通知。",
        "day": f"一件申请适用哪一份通知，以{which}之日为准；通知另有过渡规定的，按过渡规定。",
        "pause": "通知暂停执行期间，适用它所替代的那一份通知。",
        "draft": "征求意见稿和其他事项的通知，不作为发放依据。",
    }


def _rules_en(file: File) -> dict[str, str]:
    which = "the decision" if file.line.by_decision else "the application"
    return {
        "scope": f"The rate of the {file.matters[0]} is set by the notices below. A new notice replaces the one before it on the "
        "same matter from the day on which it takes effect, that day included.",
        "day": f"The day of {which} says which notice applies to a case; a transitional clause in a notice prevails.",
        "pause": "While a notice is suspended, the notice that it replaced applies.",
        "draft": "Nothing is paid under a draft, or under a notice on another matter.",
    }


def _notices_zh(file: File, annexed: str) -> list[str]:
    line, (matter, beside, unit) = file.line, file.matters
    shift = (
        "；施行前已提出申请的，仍按原通知执行"
        if line.by_decision
        else "；施行前已提出申请、施行之日或者以后作出决定的，也按本通知执行"
    )
    made = []
    for at, notice in enumerate(line.notices):
        holds = "施行日期见附件" if notice.number == annexed else f"自 {day('zh', notice.holds)}起施行"
        replaced = f"，替代{line.notices[at - 1].number}" if at else ""
        made.append(
            f"{notice.number}({day('zh', notice.issued)}印发)：{matter}每{unit} {notice.amount} 元，{holds}{replaced}"
            f"{shift if notice.shifts else ''}。"
        )
    made.append(f"{matter}调整方案(征求意见稿)：拟自 {day('zh', file.draft[0])}起调整为每{unit} {file.draft[1]} 元。")
    made.append(f"{file.other[0]}：{beside}每份 {file.other[1]} 元，自 {day('zh', file.other[2])}起施行。")
    if line.paused:
        first, last = (day("zh", when) for when in line.paused)
        made.append(f"{file.pause}：{line.notices[-1].number}自 {first}起至 {last}止(首尾两天包括在内)暂停执行。")
    return made


def _notices_en(file: File, annexed: str) -> list[str]:
    line, (matter, beside, unit) = file.line, file.matters
    shift = (
        " Applications made before that day stay under the notice that it replaces."
        if line.by_decision
        else " It also covers earlier applications that are decided on or after that day."
    )

    def rate(of: str, amount: int) -> str:
        return f"{of}, {money(file.sign, amount)} for each {unit}"

    made = []
    for at, notice in enumerate(line.notices):
        holds = "on the day given in the annex" if notice.number == annexed else f"on {day('en', notice.holds)}"
        replaced = f" and replaces {line.notices[at - 1].number}" if at else ""
        made.append(
            f"{notice.number} (issued {day('en', notice.issued)}): {rate(matter, notice.amount)}. It takes effect "
            f"{holds}{replaced}.{shift if notice.shifts else ''}"
        )
    made.append(f"Draft for comment: {rate(matter, file.draft[1])} as of {day('en', file.draft[0])}.")
    made.append(
        f"{file.other[0]}: {beside}, {money(file.sign, file.other[1])} each. It takes effect on {day('en', file.other[2])}."
    )
    if line.paused:
        first, last = (day("en", when) for when in line.paused)
        made.append(f"{file.pause}: {line.notices[-1].number} is suspended from {first} to {last}, both days included.")
    return made
