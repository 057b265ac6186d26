"""Descriptive scores by dimension, language, expectation and risk, always with counts. They decide nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

from evalcenter.blocks import Block, Facts, Paragraph, Table
from evalcenter.records import Lang, Score, Text
from evalcenter.sections.wording import EXPECTS, LANGS, count, dimension, ratio, risk, say

GROUPS: Final = {
    "all": Text(zh="总计", en="Altogether"),
    "dimension": Text(zh="按维度", en="By dimension"),
    "lang": Text(zh="按语言", en="By language"),
    "expects": Text(zh="按应答方式", en="By what is due"),
    "risk": Text(zh="按风险（一题可属多项风险）", en="By risk (an item may carry several)"),
    "family": Text(zh="按生成题族", en="By family of generated items"),
}


class ScoresByGroup:
    """One table for each way of grouping."""

    name: ClassVar[str] = "scores"
    version: ClassVar[str] = "1"
    order: ClassVar[int] = 50
    title: ClassVar[Text] = Text(zh="分项得分", en="Scores")

    def build(self, facts: Facts, lang: Lang) -> tuple[Block, ...]:
        """The tables in `lang`, or a sentence where nothing was planned."""
        tables = tuple(table for key in GROUPS if (table := _table(facts, key, lang)).rows)
        if not facts.scores.planned or not tables:
            return (Paragraph(text=say(lang, "没有计划任何样本。", "No sample was planned.")),)
        return (
            Paragraph(
                text=say(
                    lang,
                    "下列数字仅供描述，不作判定依据。“达到”只计已评分样本；"
                    "“最差”把未评分样本全部计为未达到，“最好”全部计为达到。"
                    "红线题不计入任何一组，另行列出。",
                    "These figures describe; they decide nothing. “Share” is of the scored samples; "
                    "“worst” counts every unscored "
                    "sample as failed, “best” as passed. Red-line items are in none of the groups; they stand apart.",
                )
            ),
            *tables,
        )


def _table(facts: Facts, group: str, lang: Lang) -> Table:
    namers: dict[str, Callable[[str], str]] = {
        "all": lambda _: say(lang, "全部样本", "All samples"),
        "dimension": lambda key: dimension(facts, key, lang),
        "lang": lambda key: LANGS[key].of(lang) if key in LANGS else key,
        "expects": lambda key: EXPECTS[key].of(lang) if key in EXPECTS else key,
        "risk": lambda key: risk(facts, key, lang),
        "family": lambda key: key,
    }
    return Table(
        caption=GROUPS[group].of(lang),
        head=(
            say(lang, "分组", "Group"),
            say(lang, "样本", "Samples"),
            say(lang, "达到", "Good"),
            say(lang, "未达到", "Bad"),
            say(lang, "未评分", "Unscored"),
            say(lang, "达到率", "Share"),
            say(lang, "最差", "Worst"),
            say(lang, "最好", "Best"),
        ),
        rows=tuple(_row(namers[group](score.key), score) for score in facts.scores.groups if score.group == group),
        align="lrrrrrrr",
    )


def _row(name: str, score: Score) -> tuple[str, ...]:
    open_ones = sum(score.unscored.values())
    return (
        name,
        count(score.planned),
        count(score.good),
        count(score.bad),
        count(open_ones),
        ratio(score.good, score.good + score.bad),
        ratio(score.good, score.planned),
        ratio(score.good + open_ones, score.planned),
    )


plugin: Final = ScoresByGroup()
