"""What people read: how many of them, how far they agreed, how often a third had to settle it, and whom they overruled.

Rules this module keeps:

* Agreement is of first marks, given apart, before anybody settled anything; where nobody read with another there is none to show.
* People are counted and never named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import ClassVar, Final

from evalcenter import agreement, reviewing
from evalcenter.agreement import Coefficient
from evalcenter.blocks import Block, Facts, Fields, Paragraph, Table
from evalcenter.paths import PERSON
from evalcenter.records import Lang, MarkState, ReadState, Review, Text
from evalcenter.sections.wording import ceiled, count, floored, ratio, say

ALPHA: Final = Decimal("0.05")
CATEGORIES: Final[tuple[ReadState, ...]] = ("met", "not_met", "unjudged")
PLAIN: Final = ("met", "not_met")
WHY: Final = {
    agreement.NO_PAIR: "没有由两人评判的评分点",
    agreement.ONE_CATEGORY: "所有评判都相同，偶然也会如此一致",
    agreement.UNNAMED: "所有评判都相同",
    agreement.NO_SPREAD: "各评分点的一致情况没有差异，请看一致的比例",
}


class Reviews:
    """Counts of readings, agreement with intervals, arbitration, and marks that people changed; nothing where nobody read."""

    name: ClassVar[str] = "reviews"
    version: ClassVar[str] = "1"
    order: ClassVar[int] = 55
    title: ClassVar[Text] = Text(zh="人工评阅", en="Read by people")

    def build(self, facts: Facts, lang: Lang) -> tuple[Block, ...]:
        """The readings in `lang`."""
        if not facts.reviews:
            return ()
        return (_how(facts, lang), _counts(facts, lang), *_agreement(facts, lang), *_overruled(facts, lang))


def _how(facts: Facts, lang: Lang) -> Paragraph:
    if facts.plan.readers == 1:
        return Paragraph(
            text=say(
                lang,
                "每份待评的回答由一人评阅，其评判即为最终评判。",
                "Each answer that waited for people was read by one person, whose marks stand.",
            )
        )
    return Paragraph(
        text=say(
            lang,
            "每份待评的回答由两人分别评阅，互不知晓对方及判定模型的评判；两人不一致的评分点由第三人裁定。",
            "Each answer that waited for people was read by two of them, neither of whom knew the other's marks or the "
            "judge's; where they differed a third settled it.",
        )
    )


def _counts(facts: Facts, lang: Lang) -> Fields:
    readers = {p: _people(reviews, "reader") for p, reviews in facts.reviews.items()}
    settled = {p for p, reviews in facts.reviews.items() if _people(reviews, "arbiter")}
    twice = [p for p, people in readers.items() if len(people) >= 2]
    everybody = {person for people in readers.values() for person in people}
    open_ = sum(not facts.results[p].by.startswith(PERSON) or "pending" in facts.results[p].states for p in readers)
    rows = [
        (say(lang, "评阅过的回答", "Answers read"), count(len(readers))),
        (say(lang, "其中由两人评阅", "Of these, read by two"), count(len(twice))),
        (say(lang, "评阅人数", "People who read"), count(len(everybody))),
    ]
    if twice:
        rows.append(
            (
                say(lang, "需要第三人裁定", "Settled by a third"),
                f"{count(len(settled))} / {count(len(twice))} ({ratio(len(settled), len(twice))})",
            )
        )
    rows.append((say(lang, "尚未评定", "Not settled yet"), count(open_)))
    return Fields(rows=tuple(rows))


def _people(reviews: Sequence[Review], role: str) -> set[str]:
    return {reviewing.key(review.reader) for review in reviews if review.role == role}


# -- agreement --------------------------------------------------------------------------------------------------------


def _agreement(facts: Facts, lang: Lang) -> tuple[Block, ...]:
    pairs = reviewing.pairs(facts.reviews)
    if not pairs:
        return ()
    share = agreement.raw(pairs, ALPHA).unanimous
    found = (
        ("Gwet AC1", agreement.ac1(pairs, ALPHA, CATEGORIES)),
        ("Cohen κ", agreement.kappa(pairs, ALPHA)),
        ("Krippendorff α", agreement.krippendorff_alpha(pairs, ALPHA, facts.plan.seed)),
    )
    same = f"{count(share.part)} / {count(share.whole)}"
    rows = [
        (
            say(lang, "一致的比例", "Share in agreement"),
            floored(share.rate),
            f"{floored(share.lower)} – {ceiled(share.upper)}",
            same,
        ),
        *((name, *_coefficient(one, lang)) for name, one in found),
    ]
    return (
        Table(
            caption=say(lang, "两位评阅人首次评判的一致程度", "How far two readers agreed at first"),
            head=(
                say(lang, "指标", "Figure"),
                say(lang, "值", "Value"),
                say(lang, "95 % 区间", "95 % interval"),
                say(lang, "评分点", "Marks"),
            ),
            rows=tuple(rows),
            align="lrll",
        ),
        Paragraph(
            text=say(
                lang,
                "一个评分点由两人评判计为一次。AC1、κ、α 扣除了偶然的一致，1 为完全一致，0 为与偶然无异。"
                "同一回答的多个评分点、同一题目的多份回答并不独立，因此区间偏窄。",
                "One criterion marked by two counts once. AC1, κ and α leave out agreement by chance: 1 is perfect, 0 is what "
                "chance gives. Several criteria of one answer, and several answers to one question, are not independent, so the "
                "intervals are too narrow.",
            )
        ),
    )


def _coefficient(one: Coefficient, lang: Lang) -> tuple[str, str, str]:
    items = count(one.items)
    if one.value is None:
        return "–", _why(one.reason, lang), items
    value = _two(one.value, ROUND_FLOOR)
    if one.lower is None or one.upper is None:
        return value, _why(one.reason, lang), items
    return value, f"{_two(one.lower, ROUND_FLOOR)} – {_two(one.upper, ROUND_CEILING)}", items


def _two(value: Decimal, direction: str) -> str:
    return f"{value.quantize(Decimal('0.01'), rounding=direction)}"


def _why(reason: str | None, lang: Lang) -> str:
    return "–" if reason is None else reason if lang == "en" else WHY.get(reason, "多数重抽样本只有一类评判")


# -- overruled --------------------------------------------------------------------------------------------------------


def _overruled(facts: Facts, lang: Lang) -> tuple[Block, ...]:
    """How often people's settled marks differ from what was there before: a panel's, or a grader's on a red line."""
    by_judge, by_grader, rule = Counter[str](), Counter[str](), reviewing.rule_of(facts.plan)
    for position in facts.reviews:
        result = facts.results[position]
        if not result.by.startswith(PERSON):
            continue
        item = facts.plan.items[facts.plan.order[position]]
        machine = tuple(mark.state for mark in facts.machine[position].marks)
        judged = facts.judged[position].states if position in facts.judged else machine
        asked = rule.asked(item, facts.machine[position])
        for criterion, said, own, panel in zip(item.criteria, result.states, machine, judged, strict=True):
            if criterion.id in asked:
                _add(by_grader if own != "pending" else by_judge, said, own if own != "pending" else panel)
    rows = [
        (name, *_row(counts))
        for name, counts in (
            (say(lang, "判定模型的评判", "A judge's marks"), by_judge),
            (say(lang, "评分程序判定的红线违规", "Red lines crossed, by a grader"), by_grader),
        )
        if counts["compared"]
    ]
    if not rows:
        return ()
    return (
        Table(
            caption=say(lang, "人工改变的评判", "Marks that people changed"),
            head=(
                say(lang, "原评判", "What stood before"),
                say(lang, "比较", "Compared"),
                say(lang, "改为满足", "To met"),
                say(lang, "改为未满足", "To not met"),
                say(lang, "改变的比例", "Share changed"),
                say(lang, "95 % 区间", "95 % interval"),
            ),
            rows=tuple(rows),
            align="lrrrrr",
        ),
    )


def _add(counts: Counter[str], said: MarkState, before: MarkState) -> None:
    if said in PLAIN and before in PLAIN:
        counts["compared"] += 1
        counts[said] += said != before


def _row(counts: Mapping[str, int]) -> tuple[str, str, str, str, str]:
    changed = counts["met"] + counts["not_met"]
    share = agreement.share(changed, counts["compared"], ALPHA)
    return (
        count(counts["compared"]),
        count(counts["met"]),
        count(counts["not_met"]),
        floored(share.rate),
        f"{floored(share.lower)} – {ceiled(share.upper)}",
    )


plugin: Final = Reviews()
