"""How the test was made: sampling, asking, marking, deciding, the clauses behind the figures, and deviations."""

from __future__ import annotations

from typing import ClassVar, Final

from evalcenter.blocks import Block, Facts, Fields, Paragraph, Points, Subheading, Table
from evalcenter.plan import FIXED, SEQUENTIAL
from evalcenter.records import Lang, Requirement, Source, Text
from evalcenter.sections import attempted, rules
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
from evalcenter.standards import spent

CLAIMS: Final = {
    "expected": Text(zh="题库期望值", en="expected over the bank"),
    "full_run": Text(zh="完整运行", en="a full run"),
    "domain": Text(zh="同类新模板", en="new templates"),
}
GRADINGS: Final = {
    "audited": Text(zh="判定模型，抽检", en="judge, audited"),
    "calibrated": Text(zh="判定模型，经标定", en="judge, calibrated"),
}
ASSUMED: Final = (
    Text(
        zh="题目次序和硬币由测试前确定、被测方不知道的种子产生，其摘要已写入计划。",
        en="The order, and the coins, come from a seed that was fixed before the run and unknown to the candidate; the plan's "
        "digest holds it fast.",
    ),
    Text(
        zh="结果按计划次序读取，从不按回答到达的先后读取。",
        en="Results are read in the order of the plan, never in the order in which answers came.",
    ),
    Text(
        zh="不丢弃任何样本：重试之后仍失败的调用、无法评分的回答，对达标与不达标两个方向都按不利计。",
        en="Nothing is dropped: a call that failed after its retries, or an answer that can't be scored, counts against both "
        "claims.",
    ),
    Text(
        zh="一次调用的结果不取决于此前有过哪些调用：服务不记忆、测试期间不变化，始终是同一版本。",
        en="What a call brings does not depend on the calls before it: the endpoint keeps no memory, does not drift, and "
        "serves the same version throughout.",
    ),
    Text(
        zh="判定以写明的规则为准；有人评阅的，以人的结论为准（两人评阅不一致的程度应另行报告）。",
        en="The truth is what the written rules say, and where people read, what they say; how far two readers agree is to be "
        "reported beside it.",
    ),
    Text(
        zh="结论涉及同类新模板的：题库中的模板是同类模板的随机样本。",
        en="Where the claim reaches new templates: the bank's templates are a random sample of their kind.",
    ),
    Text(
        zh="判定模型经标定的：它对本候选不合格回答的识别率不低于标定时。",
        en="Where a judge is calibrated: it catches at least as large a share of this candidate's failures as in its calibration.",
    ),
    Text(
        zh="要求、题库、错误率和结论的范围在第一次调用之前确定；题库没有泄漏给被测方。",
        en="Lines, bank, error rates and claims were fixed before the first call, and the bank has not leaked to the candidate.",
    ),
)
"""What the guarantees of the rule ``evidence`` rest on: all of it, whether or not it applies to every requirement."""


class Method:
    """The method, in the order in which it was carried out."""

    name: ClassVar[str] = "method"
    version: ClassVar[str] = "2"
    order: ClassVar[int] = 80
    title: ClassVar[Text] = Text(zh="方法", en="Method")

    def build(self, facts: Facts, lang: Lang) -> tuple[Block, ...]:
        """The method in `lang`."""
        return (
            Points(items=_steps(facts, lang)),
            Subheading(text=say(lang, "判定规则全文", "The decision rule in full")),
            Points(items=rules.sentences(_left(facts), facts.scores.tallies, lang)),
            *_assumptions(facts, lang),
            Subheading(text=say(lang, "请求参数", "What was sent with every request")),
            Fields(rows=_sampling(facts, lang)),
            _crosswalk(facts, lang),
            *_coverage(facts, lang),
            *_sources(facts, lang),
            Subheading(text=say(lang, "偏离", "Deviations")),
            *_deviations(facts, lang),
        )


def _left(facts: Facts) -> tuple[Requirement, ...]:
    """The requirements with the error rates that are left for this version of the candidate."""
    return spent(facts.plan.standard, facts.plan.version_rank).requirements


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
            f"前 {count(plan.census)} 个样本为红线题普查，每题一次；其余由种子抽取，"
            "每个样本单独调用一次；一项要求不会把同一次调用读两遍。",
            f"The first {count(plan.census)} samples are the census of red-line items, each asked "
            "once; the others were drawn by the seed. "
            "Every sample is a call of its own, and no requirement reads a call twice.",
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
        *_judged(facts, lang),
        *_bounds(facts, lang),
        _versions(facts, lang),
        *attempted.said(facts, lang),
    )


def _judged(facts: Facts, lang: Lang) -> tuple[str, ...]:
    """That models judge, where they do."""
    if facts.plan.panel is None:
        return ()
    return (
        say(
            lang,
            "规则不能判定的要点先由判定模型判定，再按各项要求的评分方式由人确认或抽读；判定模型的判定本身不作依据（见“判定模型”）。",
            "What the rules leave open is put to judges first, and then to people as each requirement's grading says; no verdict "
            "rests on a judge's word (see “Judges”).",
        ),
    )


def _bounds(facts: Facts, lang: Lang) -> tuple[str, ...]:
    """What the bounds are, for each kind of rule in use."""
    sequential = [requirement.rule == "evidence" for requirement in facts.plan.standard.requirements]
    said = []
    if any(sequential):
        said.append(
            say(
                lang,
                "序贯要求的上下限是随时有效的置信序列（betting，arXiv 2010.09686、2006.04347）的两端："
                "不论何时查看、因何停止都成立，因而比事先定好样本量的置信界略宽；向外舍入，未评分样本在下限中计为未达到，在上限中计为达到。",
                "Bounds of sequential requirements are the ends of a confidence sequence by betting (arXiv 2010.09686, "
                "2006.04347): they hold whenever one looks and for whatever reason one stops, and are a little wider for it than "
                "bounds of a sample that was fixed beforehand. They are rounded outward; unscored samples count as failed in the "
                "lower and as passed in the upper bound.",
            )
        )
    if not all(sequential) or not sequential:
        said.append(
            say(
                lang,
                "固定样本的置信界为精确二项界（Clopper–Pearson），向外舍入；未评分样本在下限中计为未达到，在上限中计为达到。",
                "Bounds of fixed samples are exact binomial ones (Clopper–Pearson), rounded outward; unscored samples "
                "count as failed in the lower and as passed in the upper bound.",
            )
        )
    return tuple(said)


def _versions(facts: Facts, lang: Lang) -> str:
    """What is promised over several versions that a vendor submits, if anything."""
    k = facts.plan.version_rank
    if not k:
        return say(
            lang,
            "错误率只对这一个版本成立；送检单位先后提交多个版本时，对“其中某个不合格版本获得通过”的概率不作任何承诺。",
            "The error rates hold for this one version: nothing is promised over several submitted versions, one of which may "
            "pass by luck.",
        )
    share = count(k * (k + 1))
    return say(
        lang,
        f"这是送检单位提交的第 {count(k)} 个版本，每项要求只使用其错误概率 α 的 1/{share}（第 k 个版本使用 α/(k(k+1))）；"
        "因此无论提交多少个版本，其中任何一个不合格版本获得通过的概率合计不超过 α。版本次序由送检过程保证，程序无从核对。",
        f"This is version {count(k)} of this vendor, held to 1/{share} of each requirement's alpha (version k to alpha/(k(k+1))). "
        "So however many versions are submitted, the probability that any wrong one among them passes is at most alpha. That "
        "versions were counted rightly is the examiner's word; the program cannot check it.",
    )


def _assumptions(facts: Facts, lang: Lang) -> tuple[Block, ...]:
    """All that the guarantees of sequential requirements rest on; nothing where there is none."""
    if not any(requirement.rule == "evidence" for requirement in facts.plan.standard.requirements):
        return ()
    return (
        Subheading(text=say(lang, "序贯判定的全部前提", "All that the sequential decisions rest on")),
        Points(items=tuple(f"{letter}) {text.of(lang)}" for letter, text in zip("abcdefgh", ASSUMED, strict=True))),
    )


def _stopping(rule: str) -> str:
    known = {
        FIXED: "固定样本：每个计划样本问一次，全部完成之前不作判定。",
        SEQUENTIAL: "序贯：按计划次序读取结果，每个单元之后都可判定；某项要求的证据达到 1/α（达标）"
        "或 D/β（不达标，D 为按比率判定的要求数）或用完上限时即止；固定样本的要求全部问完。",
    }
    return known.get(rule, rule)


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
            for r in _left(facts)
        ),
        align="lllll",
    )


def _rule(r: Requirement, lang: Lang) -> str:
    line = clause(figure(r.line), r.status, lang)
    parts = [RULES[r.rule].of(lang), f"≥ {line}", f"α {rules.error(r.alpha)}", f"β {rules.error(r.beta)}"]
    if r.floor is not None:
        parts.append(say(lang, f"底线 {figure(r.floor)}", f"floor {figure(r.floor)}"))
    if r.rule == "evidence":
        parts += _sequence(r, lang)
    parts.append(say(lang, f"至少 {count(r.min_items)} 题", f"at least {count(r.min_items)} items"))
    if r.min_bank:
        parts.append(say(lang, f"题库至少 {count(r.min_bank)} 题", f"a bank of at least {count(r.min_bank)}"))
    if r.sample is not None:
        parts.append(say(lang, f"抽取 {count(r.sample)} 题", f"{count(r.sample)} drawn"))
    parts.append(say(lang, f"未评分上限 {figure(r.unscored_cap)}", f"unscored cap {figure(r.unscored_cap)}"))
    return listed(parts, lang)


def _sequence(r: Requirement, lang: Lang) -> list[str]:
    """What else fixes a sequential requirement: its claim, cap, epochs, unit and grading."""
    parts = [CLAIMS[r.claim].of(lang)]
    if r.cap is not None:
        parts.append(say(lang, f"至多 {count(r.cap)} 个单元", f"at most {count(r.cap)} units"))
    if r.epochs > 1:
        parts.append(say(lang, f"每题 {count(r.epochs)} 次", f"{count(r.epochs)} epochs"))
    if r.unit == "set":
        parts.append(say(lang, "一组变体为一个单元", "a unit is a set of variants"))
    if r.grading != "direct":
        share = f" {figure(r.audit_rate)}" if r.grading == "audited" else ""
        parts.append(GRADINGS[r.grading].of(lang) + share)
    return parts


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
