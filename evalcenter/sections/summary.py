"""Page one: the verdict, what it is about, the decision rule, and one chart of every requirement.

Rules this module keeps:

* A simulated candidate, simulated judges, a candidate that judged itself and a self-test are announced before any figure is.
* What was not supplied is shown as not supplied, never left out.
"""

from __future__ import annotations

from typing import ClassVar, Final

from evalcenter.blocks import Block, Chart, Facts, Fields, Interval, Notice, Paragraph, Points, Ruling, Subheading
from evalcenter.records import Finding, Lang, Requirement, Text
from evalcenter.sections import judges, rules
from evalcenter.sections.wording import (
    NOT_ACCREDITED,
    SELF_TEST,
    SIMULATED,
    UNVERIFIED,
    VERDICTS,
    clip,
    count,
    listed,
    say,
    when,
)
from evalcenter.standards import spent


class Summary:
    """Verdict, candidate, scope, rule and chart."""

    name: ClassVar[str] = "summary"
    version: ClassVar[str] = "1"
    order: ClassVar[int] = 10
    title: ClassVar[Text] = Text(zh="结论", en="Result")

    def build(self, facts: Facts, lang: Lang) -> tuple[Block, ...]:
        """Page one in `lang`."""
        verdict, left = facts.verdict, spent(facts.plan.standard, facts.plan.version_rank)
        return (
            *_notices(facts, lang),
            Ruling(
                outcome=verdict.outcome,
                word=VERDICTS[verdict.outcome].of(lang),
                reasons=tuple(reason.of(lang) for reason in verdict.reasons),
            ),
            *_waiting(facts, lang),
            Subheading(text=say(lang, "测试对象与范围", "What was tested")),
            Fields(rows=_tested(facts, lang)),
            Subheading(text=say(lang, "判定规则", "Decision rule")),
            Points(items=rules.sentences(left.requirements, facts.scores.tallies, lang)),
            Subheading(text=say(lang, "各项要求", "Every requirement")),
            *_chart(facts, lang),
        )


def _notices(facts: Facts, lang: Lang) -> tuple[Notice, ...]:
    found = []
    if facts.plan.candidate.simulated:
        found.append(
            Notice(
                title=f"{SIMULATED.zh} {SIMULATED.en}",
                text=say(
                    lang,
                    "模拟被测对象：本报告只展示程序如何工作，不说明任何模型的能力。",
                    "Simulated candidate: shows how the program works, says nothing about any model.",
                ),
                tone="fail",
            )
        )
    found += judges.notices(facts.plan.panel, facts.heard, lang)
    if facts.lab.name is None:
        found.append(
            Notice(
                title=f"{SELF_TEST.zh} {SELF_TEST.en}",
                text=say(
                    lang,
                    "由测试者自行出具，不是第三方证书。" + NOT_ACCREDITED.zh + "。",
                    f"Made by whoever ran the test; not a third party's certificate, {NOT_ACCREDITED.en}.",
                ),
            )
        )
    elif facts.lab.accreditation is None:
        found.append(
            Notice(
                title=say(lang, "非认可范围", "Not accredited"),
                text=say(lang, NOT_ACCREDITED.zh + "。", f"This report is {NOT_ACCREDITED.en}."),
            )
        )
    return tuple(found)


def _waiting(facts: Facts, lang: Lang) -> tuple[Block, ...]:
    waiting = facts.verdict.awaiting_review
    if not waiting:
        return ()
    return (
        Notice(
            title=say(lang, "等待人工评审", "Awaiting review"),
            text=say(
                lang,
                f"{count(waiting)} 项评审尚未完成，结论可能因此改变。",
                f"{count(waiting)} reviews are still open and may change this result.",
            ),
            tone="inconclusive",
        ),
    )


def _tested(facts: Facts, lang: Lang) -> tuple[tuple[str, str | None], ...]:
    spec, plan = facts.plan.candidate, facts.plan
    asked = len({plan.order[position] for position in facts.responses})
    langs = listed(
        (say(lang, "中文", "Chinese") if x == "zh" else say(lang, "英文", "English") for x in _langs(facts)), lang
    )
    return (
        (say(lang, "被测对象", "Candidate"), clip(spec.name, 120, lang)),
        (say(lang, "版本", "Version"), spec.version),
        (say(lang, "模型", "Model"), clip(spec.model, 120, lang) or None),
        (say(lang, "服务地址", "Endpoint"), clip(spec.base_url, 200, lang) if spec.base_url else None),
        (say(lang, "研制单位", "Vendor"), spec.vendor),
        (say(lang, "备案号", "Filing number"), spec.filing_number),
        (say(lang, "出具机构", "Issued by"), facts.lab.name),
        (say(lang, "签发日期", "Issued"), when(facts.issued)),
        (say(lang, "测试日期", "Tested"), f"{when(facts.started)} – {when(facts.finished)}"),
        (
            say(lang, "依据标准", "Standard"),
            f"{plan.standard.title.of(lang)}, {plan.standard.id} {plan.standard.version}",
        ),
        (say(lang, "题库", "Suites"), listed((f"{s.title.of(lang)} {s.version}" for s in plan.suites), lang) or None),
        (
            say(lang, "范围", "Scope"),
            say(
                lang,
                f"{count(asked)} 道题得到回答，计划 {count(facts.scores.planned)} 个样本；语言：{langs or '无'}",
                f"{count(asked)} items answered, {count(facts.scores.planned)} samples planned; "
                f"languages: {langs or 'none'}",
            ),
        ),
    )


def _langs(facts: Facts) -> tuple[Lang, ...]:
    used = {item.lang for item in facts.plan.items}
    order: Final[tuple[Lang, ...]] = ("zh", "en")
    return tuple(lang for lang in order if lang in used)


def _chart(facts: Facts, lang: Lang) -> tuple[Block, ...]:
    found = {finding.requirement: finding for finding in facts.verdict.findings}
    if not facts.plan.standard.requirements:
        return (Paragraph(text=say(lang, "该标准没有任何要求。", "The standard has no requirement.")),)
    caption = say(
        lang,
        "竖线为要求，点为观测比例（有判定模型参与时为校正后的估计），横条为单侧置信界之间的区间："
        "未评分样本在左端全部计为未达到，在右端全部计为达到。点值规则只看点，不看横条。",
        "Mark: the line required. Dot: the share observed (corrected where a judge took part). Bar: "
        "between the one-sided confidence bounds, with unscored samples as failed at its left end and as passed at its "
        "right. A point-value rule reads the dot alone.",
    )
    return (
        Chart(
            intervals=tuple(_interval(r, found.get(r.id), lang) for r in facts.plan.standard.requirements),
            caption=caption,
        ),
    )


def _interval(requirement: Requirement, finding: Finding | None, lang: Lang) -> Interval:
    verdict = finding.verdict if finding else "inconclusive"
    return Interval(
        label=requirement.title.of(lang),
        rate=str(finding.rate) if finding and finding.rate is not None else None,
        lower=str(finding.lower) if finding and finding.lower is not None else None,
        upper=str(finding.upper) if finding and finding.upper is not None else None,
        line=str(requirement.line),
        verdict=verdict,
        word=VERDICTS[verdict].of(lang),
        note="" if requirement.status == "verified" else UNVERIFIED.of(lang),
    )


plugin: Final = Summary()
