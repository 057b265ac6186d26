"""What the method says of attempts: which one a run is by its register, and which earlier one it carries on."""

from __future__ import annotations

from evalcenter.blocks import Facts
from evalcenter.records import Lang
from evalcenter.sections.wording import count, say


def said(facts: Facts, lang: Lang) -> tuple[str, ...]:
    """Which attempt this is, where a register says so, and that this run carries an earlier one on, where it does."""
    return (_registered(facts, lang), *_carried(facts, lang))


def _registered(facts: Facts, lang: Lang) -> str:
    known = facts.attempt
    if known is None:
        return say(
            lang,
            "本次运行未登记为某次送检的尝试：此前测试过多少次，本报告无从得知。",
            "This run is entered in no register: how often the candidate was tested before, this report can't know.",
        )
    nth, submission = count(known.number), count(known.submission)
    return say(
        lang,
        f"本次运行是 {known.centre} 登记册中第 {submission} 号送检的第 {nth} 次尝试，提问之前已登记；中断的尝试同样计数，"
        "后一次尝试接续前一次的证据。",
        f"This is attempt {nth} of submission {submission} in the register of {known.centre}, entered before its first question. "
        "Attempts that broke off count too, and each carries on the evidence of the one before.",
    )


def _carried(facts: Facts, lang: Lang) -> tuple[str, ...]:
    earlier = facts.plan.earlier
    if earlier is None:
        return ()
    held = count(earlier.positions)
    return (
        say(
            lang,
            f"本次运行接续先前的一次运行（计划样本 {held} 个）：其回答、评分和证据全部计入，已答的样本不再重问。",
            f"This run carries on an earlier one, whose plan held {held} samples: its answers, marks and evidence all count here, "
            "and what it had asked was not asked again.",
        ),
    )
