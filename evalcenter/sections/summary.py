"""Page one: the verdict, what it is about, the decision rule, and one chart of every requirement.

Rules this module keeps:

* A simulated candidate, simulated judges, a candidate that judged itself and a self-test are announced before any figure is.
* What was not supplied is shown as not supplied, never left out.
"""

from __future__ import annotations

from collections.abc import Set
from typing import ClassVar, Final

from evalcenter import canon
from evalcenter.blocks import Block, Chart, Facts, Fields, Interval, Notice, Paragraph, Ruling, Subheading, worded
from evalcenter.records import Finding, Lang, Requirement, Sampling, Text
from evalcenter.sections import judges, rules
from evalcenter.sections.wording import (
    LANGS,
    NOT_ACCREDITED,
    SELF_TEST,
    SIMULATED,
    UNVERIFIED,
    VERDICTS,
    clip,
    count,
    dimension,
    listed,
    say,
    when,
)
from evalcenter.standards import spent

MOST_NAMED: Final = 6
"""So many dimensions that were left out are named on page one."""


class Summary:
    """Verdict, candidate, scope, rule and chart."""

    name: ClassVar[str] = "summary"
    version: ClassVar[str] = "2"
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
            Paragraph(text=rules.in_short(left.requirements, lang)),
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
        return tuple(found)
    if not facts.held_by_issuer:
        found.append(
            Notice(
                title=say(lang, "非出具机构实施", "Not tested by the issuer"),
                text=say(
                    lang,
                    "运行日志没有写明每次提问都由出具机构实施；出具机构的名称是事后写入的，其认可范围不及于这些提问。",
                    "The run's journal does not name the issuer for every sitting: its name was put on this report afterwards, "
                    "and no accreditation of the issuer covers what it did not hold.",
                ),
                tone="fail",
            )
        )
    if facts.lab.accreditation is None:
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
    spec = facts.plan.candidate
    return (
        (say(lang, "被测对象", "Candidate"), clip(spec.name, 120, lang)),
        (say(lang, "版本", "Version"), spec.version),
        (say(lang, "模型", "Model"), clip(spec.model, 120, lang) or None),
        (say(lang, "服务地址", "Endpoint"), clip(spec.base_url, 200, lang) if spec.base_url else None),
        (say(lang, "研制单位", "Vendor"), spec.vendor),
        (say(lang, "备案号", "Filing number"), spec.filing_number),
        (say(lang, "请求参数", "Sent with every request"), _sampling(spec.sampling, lang)),
        (say(lang, "系统提示", "System prompt"), _system(spec.system, lang)),
        *_issued(facts, lang),
        (say(lang, "测试日期", "Tested"), f"{when(facts.started)} – {when(facts.finished)}"),
        *_scope(facts, lang),
    )


def _sampling(chosen: Sampling, lang: Lang) -> str:
    """What was asked of the endpoint; what was not asked is its own affair."""
    values = {name: getattr(chosen, name) for name in ("temperature", "top_p", "max_tokens", "seed")}
    sent = [f"{name} {value}" for name, value in values.items() if value is not None]
    if chosen.stop:
        sent.append(say(lang, f"{len(chosen.stop)} 个停止词", f"{len(chosen.stop)} stop texts"))
    if len(sent) == len(values) + 1:
        return listed(sent, lang)
    return listed([*sent, say(lang, "其余为服务端默认" if sent else "服务端默认", _DEFAULTS[bool(sent)])], lang)


_DEFAULTS: Final = {True: "the rest left to the endpoint", False: "the endpoint's defaults"}


def _system(prompt: str | None, lang: Lang) -> str:
    """The system prompt by its digest: SHA-256 of its UTF-8 bytes, which anybody who holds it can compute."""
    if not prompt:
        return say(lang, "无", "none")
    digest = canon.digest(prompt.encode("utf-8", "surrogatepass"))
    return say(lang, f"{count(len(prompt))} 个字符，{digest}", f"{count(len(prompt))} characters, {digest}")


def _issued(facts: Facts, lang: Lang) -> tuple[tuple[str, str | None], ...]:
    lab = facts.lab
    wording = worded(lab.accreditation, lang)
    return (
        (say(lang, "出具机构", "Issued by"), worded(lab.name, lang)),
        *(((say(lang, "认可", "Accreditation"), wording),) if wording is not None else ()),
        (say(lang, "签发日期", "Issued"), when(facts.issued)),
    )


def _scope(facts: Facts, lang: Lang) -> tuple[tuple[str, str | None], ...]:
    """Which standard and suites, how much of them was asked, and what was left out."""
    plan = facts.plan
    asked = {plan.order[position] for position in facts.responses}
    used = {plan.items[index].lang for index in asked}
    answered, samples = count(len(facts.responses)), count(len(plan.order))
    langs = listed((LANGS[key].of(lang) for key in ("zh", "en") if key in used), lang) or say(lang, "无", "none")
    return (
        (
            say(lang, "依据标准", "Standard"),
            f"{plan.standard.title.of(lang)}, {plan.standard.id} {plan.standard.version}",
        ),
        (say(lang, "题库", "Suites"), listed((f"{s.title.of(lang)} {s.version}" for s in plan.suites), lang) or None),
        (
            say(lang, "范围", "Scope"),
            say(
                lang,
                f"{count(len(asked))} 道题得到回答，计划至多 {samples} 个样本，答了 {answered} 个；{langs}",
                f"{count(len(asked))} items answered, in {answered} of at most {samples} samples; {langs}",
            ),
        ),
        (say(lang, "未包括", "Left out"), _left_out(facts, asked, lang)),
    )


def _left_out(facts: Facts, asked: Set[int], lang: Lang) -> str:
    """What the suites hold and this verdict does not rest on."""
    plan = facts.plan
    reached = {plan.items[index].dimension for index in asked}
    read = {plan.items[plan.order[p]].dimension for stream in plan.streams for p in stream.positions}
    declared = dict.fromkeys(d.id for suite in plan.suites for d in suite.dimensions)
    silent = [dimension(facts, key, lang) for key in declared if key not in reached]
    unread = [dimension(facts, key, lang) for key in declared if key in reached and key not in read]
    langs = [LANGS[key].of(lang) for key in ("zh", "en") if key not in {plan.items[index].lang for index in asked}]
    parts = []
    if len(silent) > MOST_NAMED:
        n, whole, named = count(len(silent)), count(len(declared)), bool(facts.scores.groups)
        parts.append(
            say(
                lang,
                f"{whole} 个维度中有 {n} 个没有题目得到回答{'（见“分项得分”）' if named else ''}",
                f"no item answered in {n} of {whole} dimensions{' (see “Scores”)' if named else ''}",
            )
        )
    elif silent:
        parts.append(
            say(lang, f"没有题目得到回答：{listed(silent, lang)}", f"no item answered in {listed(silent, lang)}")
        )
    if unread:
        parts.append(
            say(lang, f"不作判定：{listed(unread, lang)}", f"decided by no requirement: {listed(unread, lang)}")
        )
    if langs:
        parts.append(say(lang, f"未用{listed(langs, lang)}提问", f"not asked in {listed(langs, lang)}"))
    parts.append(
        say(lang, "文字以外的形式；另见“条款对照”和“局限”", "anything but text; see “Crosswalk” and “Limits” too")
    )
    return "; ".join(parts) if lang == "en" else "；".join(parts)


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
