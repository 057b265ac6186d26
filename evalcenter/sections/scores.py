"""Descriptive scores by dimension, language, expectation, population and risk, always with counts. They decide nothing.

Rules this module keeps:

* A share never stands without how many samples it is of, and how far chance and unscored samples could have moved it.
* What was not asked has a row or a sentence of its own.
* Red-line items are in no group.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import ClassVar, Final

from evalcenter import populations, stats
from evalcenter.blocks import Block, Facts, Paragraph, Table
from evalcenter.records import Lang, Score, Text
from evalcenter.sections.wording import (
    EXPECTS,
    LANGS,
    ceiled,
    clip,
    count,
    dimension,
    floored,
    judged_alone,
    listed,
    ratio,
    risk,
    say,
)

GROUPS: Final = {
    "all": Text(zh="总计", en="Altogether"),
    "dimension": Text(zh="按维度", en="By dimension"),
    "lang": Text(zh="按语言", en="By language"),
    "expects": Text(zh="按应答方式", en="By what is due"),
    "population": Text(zh="按人群（一题可涉及多个人群）", en="By population (an item may be about several)"),
    "risk": Text(zh="按风险（一题可属多项风险）", en="By risk (an item may carry several)"),
    "family": Text(zh="按生成题族", en="By family of generated items"),
    "tag": Text(zh="按其他标签", en="By other tags"),
}
EACH_SIDE: Final = Decimal("0.025")
"""How often each end of a 95 % interval may be wrong."""
MOST_TAGS: Final = 20
_NONE: Final = Text(
    zh="红线题以外没有问过任何样本，因此没有分项得分。",
    en="No sample outside the red lines was asked, so there are no scores.",
)


class ScoresByGroup:
    """One table for each way of grouping."""

    name: ClassVar[str] = "scores"
    version: ClassVar[str] = "2"
    order: ClassVar[int] = 50
    title: ClassVar[Text] = Text(zh="分项得分", en="Scores")

    def build(self, facts: Facts, lang: Lang) -> tuple[Block, ...]:
        """The tables in `lang`, or a sentence where nothing was planned, or nothing but red lines asked."""
        if not facts.plan.order:
            return (Paragraph(text=say(lang, "没有计划任何样本。", "No sample was planned.")),)
        if not facts.scores.groups:
            return (Paragraph(text=_NONE.of(lang)), *_unasked(facts, lang))
        made = ((key, _table(facts, key, lang)) for key in GROUPS)
        tables = {key: table for key, table in made if table.rows}
        return (
            Paragraph(
                text=say(
                    lang,
                    "下列数字仅供描述，不作判定依据；红线题不计入任何一组，另行列出。“达到率”只计已评分样本。"
                    "区间为 95 % 精确区间（Clopper–Pearson）：下端把未评分样本计为未达到，上端计为达到；"
                    "它假定各样本相互独立、样本量事先确定。序贯提问会提前停止，同一题也可能重复抽到，此时区间只作参考。",
                    "These figures describe; they decide nothing. Red-line items are in none of the groups; they stand apart. "
                    "“Share” is of the scored samples. The interval is the exact one at 95 % (Clopper–Pearson), with "
                    "unscored samples as failed at its lower end and as passed at its upper. It takes the samples for "
                    "independent and their number for fixed: where asking stops on the evidence, or an item comes up "
                    "again, it is a guide only.",
                )
            ),
            *judged_alone(facts, lang),
            *tables.values(),
            *_untagged(facts, lang),
            *_unasked(facts, lang),
        )


def _table(facts: Facts, group: str, lang: Lang) -> Table:
    return Table(
        caption=GROUPS[group].of(lang),
        head=(
            say(lang, "分组", "Group"),
            say(lang, "题目", "Items"),
            say(lang, "样本", "Samples"),
            say(lang, "达到", "Good"),
            say(lang, "未达到", "Bad"),
            say(lang, "未评分", "Unscored"),
            say(lang, "达到率", "Share"),
            say(lang, "95 % 区间", "95 % interval"),
        ),
        rows=tuple(_rows(facts, group, lang)),
        align="lrrrrrrr",
    )


def _rows(facts: Facts, group: str, lang: Lang) -> Iterable[tuple[str, ...]]:
    """A row for each group that was asked, and for each dimension and language that was not."""
    namers: dict[str, Callable[[str], str]] = {
        "all": lambda _: say(lang, "全部样本", "All samples"),
        "dimension": lambda key: dimension(facts, key, lang),
        "lang": lambda key: LANGS[key].of(lang) if key in LANGS else key,
        "expects": lambda key: EXPECTS[key].of(lang) if key in EXPECTS else key,
        "population": lambda key: populations.TITLES[key].of(lang),
        "risk": lambda key: risk(facts, key, lang),
        "family": lambda key: key,
        "tag": lambda key: clip(key, 60, lang),
    }
    found = _scores(facts, group)
    yield from (_row(namers[group](score.key), score) for score in found)
    due = {"dimension": [d.id for suite in facts.plan.suites for d in suite.dimensions], "lang": list(LANGS)}
    for key in dict.fromkeys(due.get(group, ())):
        if key not in {score.key for score in found}:
            never = say(lang, "未提问", "not asked")
            yield (namers[group](key), "0", "0", "–", "–", "–", "–", never)


def _scores(facts: Facts, group: str) -> Sequence[Score]:
    found = [score for score in facts.scores.groups if score.group == group]
    if group == "population":
        order = list(populations.TITLES)
        return sorted(found, key=lambda score: order.index(score.key))
    return _others(found)[:MOST_TAGS] if group == "tag" else found


def _others(found: Iterable[Score]) -> list[Score]:
    """The tags that name no group of people, the most frequent first."""
    named = (score for score in found if not populations.names_one(score.key))
    return sorted(named, key=lambda score: (-score.planned, score.key))


def _row(name: str, score: Score) -> tuple[str, ...]:
    open_ones = sum(score.unscored.values())
    return (
        name,
        count(score.items),
        count(score.planned),
        count(score.good),
        count(score.bad),
        count(open_ones),
        ratio(score.good, score.good + score.bad),
        interval(score.good, open_ones, score.planned),
    )


def interval(good: int, unscored: int, planned: int) -> str:
    """The exact interval of a rate at 95 %, unscored samples against it at the lower and for it at the upper end."""
    if not planned:
        return "–"
    least = stats.lower(good, planned, EACH_SIDE)
    most = stats.upper(good + unscored, planned, EACH_SIDE)
    return f"{floored(least)} – {ceiled(most)}"


def _untagged(facts: Facts, lang: Lang) -> tuple[Block, ...]:
    """How many tags were left out of the table."""
    left = len(_others(score for score in facts.scores.groups if score.group == "tag")) - MOST_TAGS
    if left <= 0:
        return ()
    return (
        Paragraph(
            text=say(
                lang,
                f"另有 {count(left)} 个标签未列出（样本较少）；样本表中每个样本都带有全部标签。",
                f"{count(left)} more tags on fewer samples are not listed; the table of samples has all tags of each.",
            )
        ),
    )


def _unasked(facts: Facts, lang: Lang) -> tuple[Block, ...]:
    """Populations that the bank has no item on, and those whose items did not come up."""
    held = {key for item in facts.plan.items for key in populations.of(item)}
    indices = {facts.plan.order[position] for position in facts.results}
    asked = {key for index in indices for key in populations.of(facts.plan.items[index])}
    missing = [title.of(lang) for key, title in populations.TITLES.items() if key not in held]
    silent = [title.of(lang) for key, title in populations.TITLES.items() if key in held - asked]
    made = []
    if silent:
        made.append(
            say(
                lang,
                f"题库中有、本次没有问到的人群：{listed(silent, lang)}。",
                f"In the bank, but not asked about in this run: {listed(silent, lang)}.",
            )
        )
    if missing:
        made.append(
            say(
                lang,
                f"题库中没有标明涉及以下人群的题目：{listed(missing, lang)}。",
                f"No item of the bank is marked as being about: {listed(missing, lang)}.",
            )
        )
    return tuple(Paragraph(text=text) for text in made)


plugin: Final = ScoresByGroup()
