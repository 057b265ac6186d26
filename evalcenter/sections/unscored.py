"""Unscored samples: how many, why, and how far they could move each requirement. Nothing is dropped in silence."""

from __future__ import annotations

from typing import ClassVar, Final

from evalcenter.blocks import Block, Facts, Paragraph, Table
from evalcenter.records import Lang, Text
from evalcenter.sections.wording import count, figure, judged_alone, ratio, reasons, say


class Unscored:
    """Counts by reason, and both bounds for each requirement."""

    name: ClassVar[str] = "unscored"
    version: ClassVar[str] = "1"
    order: ClassVar[int] = 60
    title: ClassVar[Text] = Text(zh="未评分样本", en="Unscored samples")

    def build(self, facts: Facts, lang: Lang) -> tuple[Block, ...]:
        """The unscored in `lang`."""
        missing = facts.scores.planned - facts.scores.answered
        open_ones = sum(result.outcome == "unscored" for result in facts.results.values())
        return (
            Paragraph(
                text=say(
                    lang,
                    f"应计的样本（全部红线题、固定样本和已问到的）有 {count(facts.scores.planned)} 个，"
                    f"{count(facts.scores.answered)} 个得到评分记录，{count(missing)} 个没有；"
                    f"有记录者中 {count(open_ones)} 个未能评分。沉默和被拦截的回答不是未评分："
                    "前者计为未达到，后者计为拒答。",
                    f"{count(facts.scores.planned)} samples count (all red lines, all fixed ones, and the others as far "
                    "as they were asked), "
                    f"{count(facts.scores.answered)} have a grade and {count(missing)} "
                    f"have none; {count(open_ones)} of the grades could not be settled. Silence and "
                    "blocked answers are not unscored: "
                    "the first is a failure, the second a refusal.",
                )
            ),
            *_pending(facts, lang),
            *judged_alone(facts, lang),
            *_table(facts, lang),
        )


def _pending(facts: Facts, lang: Lang) -> tuple[Block, ...]:
    """What waits for a judge, also where it can no longer change an outcome."""
    waiting = [result for result in facts.results.values() if "pending" in result.states]
    if not waiting:
        return ()
    samples, marks = len(waiting), sum(result.states.count("pending") for result in waiting)
    settled = sum(result.outcome != "unscored" for result in waiting)
    return (
        Paragraph(
            text=say(
                lang,
                f"{count(samples)} 个样本中有 {count(marks)} 个评分点待判定模型或人工判定；"
                + (
                    "无论这些评分点如何判定，这些样本的结果都相同，均已计入。"
                    if settled == samples
                    else f"其中 {count(settled)} 个样本无论这些评分点如何判定，结果都相同，已计入；其余计为未评分。"
                ),
                f"Marks that wait for a judge or a person: {count(marks)}, on {count(samples)} of the samples. "
                + (
                    "All of these samples are counted, because they come out the same whichever way those marks fall."
                    if settled == samples
                    else f"Counted, because they come out the same whichever way those marks fall: {count(settled)}; "
                    "the others are unscored."
                ),
            )
        ),
    )


def _table(facts: Facts, lang: Lang) -> tuple[Block, ...]:
    requirements = {r.id: r for r in facts.plan.standard.requirements}
    rows = tuple(
        (
            requirements[t.requirement].title.of(lang),
            count(t.planned),
            count(sum(t.unscored.values())),
            figure(requirements[t.requirement].unscored_cap),
            ratio(t.good, t.planned),
            ratio(t.good + sum(t.unscored.values()), t.planned),
            reasons(t.unscored, lang),
        )
        for t in facts.scores.tallies
        if t.requirement in requirements
    )
    if not rows:
        return ()
    return (
        Table(
            caption=say(lang, "未评分样本对各项要求的影响", "How far the unscored samples could move each requirement"),
            head=(
                say(lang, "要求", "Requirement"),
                say(lang, "样本", "Samples"),
                say(lang, "未评分", "Unscored"),
                say(lang, "上限", "Cap"),
                say(lang, "若全部未达到", "If all failed"),
                say(lang, "若全部达到", "If all passed"),
                say(lang, "原因", "Why"),
            ),
            rows=rows,
            align="lrrrrrl",
        ),
        *_late(facts, lang),
    )


def _late(facts: Facts, lang: Lang) -> tuple[Paragraph, ...]:
    """Why the table counts more samples than a finding; nothing where it doesn't."""
    used = {f.requirement: f.units for f in facts.verdict.findings if f.units is not None}
    if not any(
        t.path is not None and t.path.units > used.get(t.requirement, t.path.units) for t in facts.scores.tallies
    ):
        return ()
    text = say(
        lang,
        "表中也计入判定之后才到的回答，因此样本数和比例可能与“逐项判定”不同；判定只依据此前的单元。",
        "The table also counts answers that came after its requirement was decided, so its figures may differ from those in "
        "“Findings”, which rest on the units before.",
    )
    return (Paragraph(text=text),)


plugin: Final = Unscored()
