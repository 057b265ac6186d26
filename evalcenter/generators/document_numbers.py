"""Numbers and dates of official documents: the next number, the number that breaks the rules, and the order of a file.

Rules this module keeps:

* The rules and the register stand in the question (`document_register.py`). Half of the documents are dated about the turn of
  the year.
* Exactly one number of five breaks a rule, and the article that it breaks is asked for.
* Mistakes: a void or kept number used, another series or year, the last number carried over the turn of the year, the first
  signature or the day of printing taken for the date, serials sorted as text.
* What is left out is the kind or a date of the document, the register, or the order of filing.

It refuses to guess at habits of real offices: only the printed rules count.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from evalcenter.draws import Draws
from evalcenter.generators.charters import choice_part, named_part
from evalcenter.generators.document_register import (
    FAULTS,
    KINDS,
    Doc,
    Style,
    charter,
    filing,
    number,
    register,
    spellings,
    style,
)
from evalcenter.generators.drafting import REDRAWS, Fact, say
from evalcenter.generators.moments import date_part, date_text
from evalcenter.generators.notices import article_part, city
from evalcenter.generators.problems import Family, Problem, answer_label, fact
from evalcenter.records import Lang

DAY: Final = timedelta(days=1)

_Series = dict[tuple[int, int, int], tuple[Doc, tuple[int, ...], tuple[int, ...]]]
"""By office, kind and year: the last document, and the serials that are void or kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """A document to be numbered. `other` is the second signature of a joint document, `adopted` the day of the meeting."""

    office: int
    kind: int
    signed: date
    printed: date
    other: date | None = None
    adopted: date | None = None


def dated(paper: _Draft) -> date:
    """The date of the document."""
    if paper.adopted:
        return paper.adopted
    return max(paper.signed, paper.other) if paper.other else paper.signed


def following(series: _Series, doc: Doc, *, void: bool = True, kept: bool = True) -> Doc:
    """The next document of the series of `doc`; without `void` or `kept` such serials are not skipped."""
    last, voids, keeps = series[doc.office, doc.kind, doc.year]
    serial = last.serial + 1
    while (void and serial in voids) or (kept and serial in keeps):
        serial += 1
    return replace(last, serial=serial)


# -- the next number --------------------------------------------------------------------------------------------------


def _paper(draws: Draws) -> _Draft:
    year = draws.between(2027, 2038)
    turn = date(year, 12, 31) + draws.between(-2, 3) * DAY
    signed = turn if draws.coin(1, 2) else date(year, draws.between(2, 11), draws.between(1, 28))
    paper = _Draft(
        office=draws.below(2), kind=draws.below(2), signed=signed, printed=signed + draws.between(2, 9) * DAY
    )
    way = draws.below(3)
    if way == 1:
        other = signed + draws.choice((-3, -2, -1, 1, 2, 3)) * DAY
        return replace(paper, other=other, printed=max(signed, other) + draws.between(1, 5) * DAY)
    return replace(paper, adopted=signed - draws.between(1, 6) * DAY) if way == 2 else paper


def _series(draws: Draws, year: int) -> _Series:
    made: _Series = {}
    for office in range(2):
        for kind in range(2):
            for when in (year, year + 1):
                last = draws.between(12, 96) if when == year else draws.choice((0, draws.between(1, 4)))
                beyond = draws.shuffled([last + 1, last + 2])
                void = tuple(sorted(beyond[: draws.below(2)]))
                kept = tuple(one for one in beyond[1:] if draws.coin(1, 2))
                made[office, kind, when] = (Doc(office=office, kind=kind, year=when, serial=last), void, kept)
    return made


def _next(lang: Lang, draws: Draws, of: Style) -> Problem | None:
    paper = _paper(draws)
    day = dated(paper)
    years = {one.year for one in (paper.signed, paper.printed, paper.other, paper.adopted) if one}
    series = _series(draws, min(years))
    doc = Doc(office=paper.office, kind=paper.kind, year=day.year, serial=0)
    right = following(series, doc)
    last = series[paper.office, paper.kind, min(years)][0]
    slips = (
        (say(lang, "用了作废的号", "A void number was used."), following(series, doc, void=False)),
        (say(lang, "用了预留的号", "A kept number was used."), following(series, doc, kept=False)),
        (say(lang, "用了另一文种的序号", "The other kind."), following(series, replace(doc, kind=1 - doc.kind))),
        (say(lang, "用了另一机关的序号", "The other office."), following(series, replace(doc, office=1 - doc.office))),
        (say(lang, "年份看错", "The other year."), following(series, replace(doc, year=2 * min(years) + 1 - doc.year))),
        (
            say(lang, "跨年后接着往下编", "Carried over the turn of the year."),
            replace(last, year=min(years) + 1, serial=last.serial + 1),
        ),
    )
    said = (
        "number",
        say(lang, "写出按规则应编的号", "Gives the number that the rules lead to"),
        answer_label(lang),
        say(lang, "文件编号", "the document number"),
    )
    wrong = {number(of, slip): how for how, slip in reversed(slips)}
    days = [
        (say(lang, "用了印发日期", "The day of printing was taken."), paper.printed),
        (say(lang, "用了牵头机关的签发日期", "The first office's signature was taken."), paper.signed),
        (say(lang, "用了通过以外的日期", "Another day was taken."), paper.other or paper.signed + DAY),
    ]
    when = replace(
        date_part(lang, day, days),
        id="date",
        text=say(lang, "写出按规则确定的成文日期", "Gives the date of the document by the rules"),
        label=say(lang, "成文日期", "Date of the document"),
    )
    rules = charter(of, draws, register(of, [series[key] for key in draws.shuffled(sorted(series))]))
    words = say(
        lang,
        "登记簿|已用号码|已用的号|已用到|已编序号|当前序号|上一份文件的编号|上一个号|最后一个号",
        "register|numbers in use|last number|last serial|previous number|already used|current serial",
    )
    return Problem(
        opening=_opening(lang, draws, of),
        facts=_facts(lang, draws, of, paper),
        noise=_beside(lang, draws, paper),
        rule=rules.text(),
        ask=say(
            lang, "这份文件应编什么号？成文日期是哪一天？", "What number does this document get, and what is its date?"
        ),
        parts=(named_part(said, number(of, right), spellings(of, right), wrong, alone=True), when),
        working=say(
            lang,
            f"成文日期 {day.isoformat()}，顺次编为 {number(of, right)}",
            f"dated {day.isoformat()}; next is {number(of, right)}",
        ),
        gaps=(replace(rules, tail="").gap("", words),),
    )


def _facts(lang: Lang, draws: Draws, of: Style, paper: _Draft) -> tuple[Fact, ...]:
    def when(zh: str, en: str, day: date, names: str) -> Fact:
        return fact(lang, zh, en, date_text(lang, day, draws), names)

    office = of.offices[paper.office][1]
    made = [
        fact(
            lang,
            "文种",
            "Kind",
            KINDS[lang][paper.kind][1],
            say(lang, "文种", "kind of document|kind|type of document"),
        ),
        fact(lang, "牵头机关" if paper.other else "发文机关", "Lead office" if paper.other else "Office", office),
    ]
    if paper.adopted:
        made.append(when("会议通过日期", "Adopted by the meeting on", paper.adopted, ""))
        made.append(when("签发日期", "Day of signature", paper.signed, ""))
        return tuple(made)
    signed = say(
        lang,
        "签发日期|签发时间|何时签发",
        "day of signature|date of signature|signature date|signed on|when it was signed",
    )
    made.append(when("签发日期", "Day of signature", paper.signed, "" if paper.other else signed))
    if paper.other:
        made.append(fact(lang, "联合机关", "Joint office", of.offices[1 - paper.office][1]))
        other = say(
            lang,
            "联合机关签发日期|联合机关的签发日期|联合机关何时签发",
            "signature of the joint office|joint office's signature|joint office signed",
        )
        made.append(when("联合机关签发日期", "Signature of the joint office", paper.other, other))
    return tuple(made)


def _beside(lang: Lang, draws: Draws, paper: _Draft) -> tuple[Fact, ...]:
    return (
        fact(lang, "印发日期", "Printed on", date_text(lang, paper.printed, draws)),
        fact(lang, "份数", "Copies", str(draws.between(10, 90))),
        fact(
            lang,
            "拟稿人",
            "Drafted by",
            say(lang, draws.choice("赵钱孙周吴") + "某", draws.choice(("Ash", "Bell", "Cole", "Dunn"))),
        ),
    )


def _opening(lang: Lang, draws: Draws, of: Style) -> str:
    return say(
        lang,
        draws.choice((f"{of.town}机要室送来一份待编号的文件：", "文书科登记一份新文件：", "培训用案例，待编号文件：")),
        draws.choice(
            (
                f"A document for the {of.town} registry:",
                "The registry takes in a new document:",
                "From clerks' training, a document to number:",
            )
        ),
    )


# -- which one is wrong, and which comes where ------------------------------------------------------------------------


def _docs(draws: Draws, count: int) -> list[Doc]:
    year = draws.between(2027, 2038)
    made: dict[Doc, None] = {}
    while len(made) < count:
        serial = draws.choice((draws.between(2, 9), draws.between(10, 19), draws.between(20, 99)))
        made[Doc(office=draws.below(2), kind=draws.below(2), year=year + draws.below(2), serial=serial)] = None
    return list(made)


def _date_in(draws: Draws, year: int) -> date:
    return date(year, draws.between(1, 12), draws.between(1, 28))


def _wrong_one(lang: Lang, draws: Draws, of: Style) -> Problem | None:
    docs = _docs(draws, 5)
    fault = draws.choice(sorted(FAULTS))
    shown = [number(of, doc, fault if at == 0 else "") for at, doc in enumerate(docs)]
    if len(set(shown)) < 5:
        return None
    rules = charter(of, draws)
    how = say(lang, "把合乎规则的当成了错的", "A sound number was taken for the wrong one.")
    which, options = choice_part(
        lang,
        draws,
        ("which", say(lang, "选出不合规则的编号", "Chooses the number that breaks the rules")),
        shown[0],
        dict.fromkeys(shown[1:], how),
    )
    said = (
        say(lang, "违反条款", "Article broken"),
        say(lang, "该编号违反的那一条的条号", "the number of the article that it breaks"),
        say(lang, "指明该编号违反的条款", "Names the article that the number breaks"),
    )
    places = rules.places
    slip = say(lang, "条款看错", "Another article.")
    others = [(slip, places[name]) for name in ("code", "year", "serial", "void")]
    facts = []
    for name, doc in zip(shown, docs, strict=True):
        day = date_text(lang, _date_in(draws, doc.year), draws)
        office, kind = of.offices[doc.office][1], KINDS[lang][doc.kind][1]
        told = say(lang, f"({office}，{kind}，成文日期 {day})", f"({office}, a {kind} dated {day})")
        facts.append(Fact(label=name, value=told, inline=f"{name} {told}"))
    return Problem(
        opening=say(lang, "归档前核对下列编号：", "Check of numbers before filing:"),
        facts=tuple(facts),
        noise=(),
        rule=rules.text(),
        ask=say(
            lang, "其中只有一个编号不合规则，是哪一个？", "Exactly one of these numbers breaks the rules. Which one?"
        ),
        parts=(which, article_part(lang, said, places[FAULTS[fault]], others)),
        working=say(lang, f"{shown[0]} 不合规则", f"{shown[0]} breaks a rule"),
        options=options,
    )


def _by(of: Style) -> Callable[[Doc], tuple[Any, ...]]:
    return lambda doc: filing(of, doc)


def _place(lang: Lang, draws: Draws, of: Style) -> Problem | None:
    docs = _docs(draws, 7)
    right = sorted(docs, key=lambda doc: filing(of, doc))
    nth = draws.between(2, 6)
    one, two = of.first
    lines: tuple[tuple[str, Callable[[Doc], tuple[Any, ...]]], ...] = (
        (say(lang, "序号按字面排", "Serials sorted as text."), lambda doc: (*filing(of, doc)[:3], str(doc.serial))),
        (say(lang, "机关的先后弄反", "Offices in the wrong order."), _by(replace(of, first=(1 - one, two)))),
        (say(lang, "文种的先后弄反", "Kinds in the wrong order."), _by(replace(of, first=(one, 1 - two)))),
        (say(lang, "没有先按年份", "Years did not come first."), lambda doc: (*filing(of, doc)[1:], doc.year)),
    )
    wrong = {number(of, sorted(docs, key=key)[nth - 1]): how for how, key in reversed(lines)}
    wrong.pop(number(of, right[nth - 1]), None)
    if len(wrong) < 2:
        return None
    rules = charter(of, draws)
    said = (
        "place",
        say(lang, "写出排在该位的编号", "Gives the number at that place"),
        answer_label(lang),
        say(lang, "文件编号", "the document number"),
    )
    words = say(
        lang,
        "归档次序|归档的次序|排列次序|归档顺序|次序|顺序",
        "order of filing|filing order|order in which documents are filed|order",
    )
    shown = [number(of, doc) for doc in docs]
    days = [date_text(lang, _date_in(draws, doc.year), draws) for doc in docs]
    return Problem(
        opening=say(lang, f"{of.town}档案室待归档的文件：", f"Documents to be filed in {of.town}:"),
        facts=tuple(
            Fact(label=name, value=f"({day})", inline=f"{name} ({day})") for name, day in zip(shown, days, strict=True)
        ),
        noise=(),
        rule=rules.text(),
        ask=say(
            lang,
            f"按归档次序从头数，第 {nth} 份是哪一号？",
            f"Filed by the rules and counted from the front, which document is number {nth}?",
        ),
        parts=(named_part(said, number(of, right[nth - 1]), spellings(of, right[nth - 1]), wrong, alone=True),),
        working=say(lang, "、", ", ").join(number(of, doc) for doc in right),
        gaps=(rules.gap("filing", words),),
    )


def _build(lang: Lang, draws: Draws) -> Problem | None:
    asked = draws.choice((_next, _wrong_one, _place))
    of = style(lang, draws, city(lang, draws))
    return next((made for made in (asked(lang, draws, of) for _ in range(REDRAWS)) if made), None)


plugin: Final = Family("document_numbers", _build, "2")
