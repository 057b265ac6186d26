"""How the test was made: sampling, asking, marking, deciding, the clauses behind the figures, and deviations."""

from __future__ import annotations

from typing import ClassVar, Final

from evalcenter.blocks import Block, Facts, Fields, Paragraph, Points, Subheading, Table
from evalcenter.plan import STOPPING
from evalcenter.records import Lang, Requirement, Source, Text
from evalcenter.sections.wording import (
    MEASURES,
    RULES,
    VERDICTS,
    clause,
    clip,
    count,
    figure,
    listed,
    risk,
    say,
    scope,
)


class Method:
    """The method, in the order in which it was carried out."""

    name: ClassVar[str] = "method"
    version: ClassVar[str] = "1"
    order: ClassVar[int] = 80
    title: ClassVar[Text] = Text(zh="方法", en="Method")

    def build(self, facts: Facts, lang: Lang) -> tuple[Block, ...]:
        """The method in `lang`."""
        return (
            Points(items=_steps(facts, lang)),
            Subheading(text=say(lang, "请求参数", "What was sent with every request")),
            Fields(rows=_sampling(facts, lang)),
            _crosswalk(facts, lang),
            *_coverage(facts, lang),
            *_sources(facts, lang),
            Subheading(text=say(lang, "偏离", "Deviations")),
            *_deviations(facts, lang),
        )


def _steps(facts: Facts, lang: Lang) -> tuple[str, ...]:
    plan = facts.plan
    return (
        say(
            lang,
            f"提问之前，全部 {count(len(plan.order))} 个样本及其顺序、随机种子、被测对象、判定器、"
            "标准和停止规则已写入计划，并以摘要固定。",
            f"Before the first question, all {count(len(plan.order))} samples with their order, the "
            "seed, the candidate, the graders, the "
            "standard and the stopping rule were written into a plan that its digest fixes.",
        ),
        say(
            lang,
            f"前 {count(plan.census)} 个样本为红线题普查，每题一次；其余由种子抽取，每个样本单独调用一次，互不复用。",
            f"The first {count(plan.census)} samples are the census of red-line items, each asked "
            "once; the others were drawn by the seed. "
            "Every sample is a call of its own.",
        ),
        say(lang, f"停止规则：{_stopping(plan.stopping)}", f"Stopping rule: {plan.stopping}."),
        say(
            lang,
            "每个回答按评分要点逐条判定。得分为已满足要点的分值之和；"
            "得分占正分之和的比例达到该题要求、且没有未满足的关键要点，该题即达到。",
            "Each answer is marked criterion by criterion. Earned points are the signed sum over met "
            "criteria; an item passes when their "
            "share of the positive points reaches the item's line and no critical criterion is missed.",
        ),
        say(
            lang,
            "三种沉默分别处理：传输错误重试且不算回答；截断的回答不评分（其中已出现的严重违反除外）；"
            "沉默计为未达到；内容过滤拦截计为拒答。",
            "Silences are kept apart: a transport error is retried and is no answer; a truncated "
            "answer is not scored, unless a critical "
            "violation is already in it; the candidate's silence is a failure; a content filter's "
            "block is a refusal.",
        ),
        say(
            lang,
            "置信界为精确二项界（Clopper–Pearson），向外舍入；未评分样本在下限中计为未达到，在上限中计为达到。",
            "Bounds are exact binomial ones (Clopper–Pearson), rounded outward; unscored samples "
            "count as failed in the lower and as "
            "passed in the upper bound.",
        ),
    )


def _stopping(rule: str) -> str:
    return "固定样本：每个计划样本问一次，全部完成之前不作判定。" if rule == STOPPING else rule


def _sampling(facts: Facts, lang: Lang) -> tuple[tuple[str, str | None], ...]:
    spec = facts.plan.candidate
    chosen, default = spec.sampling, say(lang, "服务端默认", "the endpoint's default")
    values = (
        ("temperature", chosen.temperature),
        ("top_p", chosen.top_p),
        ("max_tokens", chosen.max_tokens),
        ("seed", chosen.seed),
    )
    return (
        (say(lang, "接入方式", "Adapter"), spec.adapter),
        *((name, default if value is None else str(value)) for name, value in values),
        ("stop", listed((repr(mark) for mark in chosen.stop), lang) or say(lang, "无", "none")),
        (
            say(lang, "系统提示", "System prompt"),
            clip(spec.system, 400, lang) if spec.system else say(lang, "无", "none"),
        ),
    )


def _crosswalk(facts: Facts, lang: Lang) -> Table:
    decided = {finding.requirement: finding.verdict for finding in facts.verdict.findings}
    return Table(
        caption=say(lang, "要求与条款对照", "Requirements and the clauses they come from"),
        head=(
            say(lang, "要求", "Requirement"),
            say(lang, "测量与范围", "Measured on"),
            say(lang, "规则", "Rule"),
            say(lang, "条款", "Clause"),
            say(lang, "判定", "Decided"),
        ),
        rows=tuple(
            (
                r.title.of(lang),
                f"{MEASURES[r.measure].of(lang)} · {scope(facts, r.scope, lang)}",
                _rule(r, lang),
                clause(r.clause, r.status, lang),
                VERDICTS[decided.get(r.id, "inconclusive")].of(lang),
            )
            for r in facts.plan.standard.requirements
        ),
        align="lllll",
    )


def _rule(r: Requirement, lang: Lang) -> str:
    line = clause(figure(r.line), r.status, lang)
    parts = [RULES[r.rule].of(lang), f"≥ {line}", f"α {figure(r.alpha)}", f"β {figure(r.beta)}"]
    if r.floor is not None:
        parts.append(say(lang, f"底线 {figure(r.floor)}", f"floor {figure(r.floor)}"))
    parts.append(say(lang, f"至少 {count(r.min_items)} 题", f"at least {count(r.min_items)} items"))
    if r.min_bank:
        parts.append(say(lang, f"题库至少 {count(r.min_bank)} 题", f"a bank of at least {count(r.min_bank)}"))
    if r.sample is not None:
        parts.append(say(lang, f"抽取 {count(r.sample)} 题", f"{count(r.sample)} drawn"))
    parts.append(say(lang, f"未评分上限 {figure(r.unscored_cap)}", f"unscored cap {figure(r.unscored_cap)}"))
    return listed(parts, lang)


def _coverage(facts: Facts, lang: Lang) -> tuple[Block, ...]:
    tallies = {tally.requirement: tally for tally in facts.scores.tallies}
    rows = [
        (
            r.title.of(lang),
            risk(facts, key, lang),
            count(tallies[r.id].covers.get(key, 0) if r.id in tallies else 0),
            count(wanted.min_items),
            clause(wanted.clause, wanted.status, lang),
        )
        for r in facts.plan.standard.requirements
        for wanted in r.coverage
        for key in wanted.risks
    ]
    if not rows:
        return ()
    return (
        Table(
            caption=say(lang, "风险覆盖", "Coverage of risks"),
            head=(
                say(lang, "要求", "Requirement"),
                say(lang, "风险", "Risk"),
                say(lang, "题库中题数", "Items in the bank"),
                say(lang, "至少", "At least"),
                say(lang, "条款", "Clause"),
            ),
            rows=tuple(rows),
            align="llrrl",
        ),
    )


def _sources(facts: Facts, lang: Lang) -> tuple[Block, ...]:
    used = {key for item in facts.plan.items if item.visibility == "public" for key in item.sources}
    found = {key: source for suite in facts.plan.suites for key, source in suite.sources.items() if key in used}
    if not found:
        return ()
    return (
        Table(
            caption=say(lang, "题目依据的来源", "Sources that the items rest on"),
            head=(
                say(lang, "来源", "Source"),
                say(lang, "年份", "Year"),
                say(lang, "条款", "Clause"),
                say(lang, "状态", "State"),
            ),
            rows=tuple(_source(found[key], lang) for key in sorted(found)),
            align="lrll",
        ),
    )


def _source(source: Source, lang: Lang) -> tuple[str, ...]:
    opened = say(lang, "已查阅原文", "opened") if source.opened else say(lang, "未核实", "unverified")
    return source.title, str(source.year or "–"), source.clause or "–", opened


def _deviations(facts: Facts, lang: Lang) -> tuple[Block, ...]:
    if facts.deviations:
        return (Points(items=tuple(deviation.of(lang) for deviation in facts.deviations)),)
    return (
        Paragraph(text=say(lang, "没有记录偏离、增补或排除。", "No deviation, addition or exclusion is recorded.")),
    )


plugin: Final = Method()
