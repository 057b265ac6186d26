"""The decision on every requirement: its figures, its reasons, its clause and what it leaves uncovered.

What a rule promises is said once for all requirements that share it, above their decisions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import ClassVar, Final

from evalcenter import sequential, standards
from evalcenter.blocks import Block, Decision, Facts, Paragraph, Points
from evalcenter.records import Finding, Lang, Requirement, Tally, Text
from evalcenter.sections import rules
from evalcenter.sections.wording import (
    MEASURES,
    VERDICTS,
    ceiled,
    clause,
    count,
    figure,
    floored,
    listed,
    odds,
    reason,
    reasons,
    risk,
    say,
    scope,
)


class Findings:
    """One decision for each requirement, in the standard's order."""

    name: ClassVar[str] = "findings"
    version: ClassVar[str] = "2"
    order: ClassVar[int] = 20
    title: ClassVar[Text] = Text(zh="逐项判定", en="Findings")

    def build(self, facts: Facts, lang: Lang) -> tuple[Block, ...]:
        """The decisions in `lang`."""
        found = {finding.requirement: finding for finding in facts.verdict.findings}
        tallies = {tally.requirement: tally for tally in facts.scores.tallies}
        held = [r for r in standards.spent(facts.plan.standard, facts.plan.version_rank).requirements if r.id in found]
        promises = {r.id: _promise(r, found[r.id], lang) for r in held}
        shared = {text for text, times in Counter(promises.values()).items() if times > 1}
        decisions = tuple(
            _decision(
                facts, r, found[r.id], tallies.get(r.id), "" if promises[r.id] in shared else promises[r.id], lang
            )
            for r in held
        )
        if decisions:
            return (*_shared(held, promises, shared, lang), *decisions)
        return (Paragraph(text=say(lang, "没有任何要求得到判定。", "No requirement was decided.")),)


def _promise(requirement: Requirement, finding: Finding, lang: Lang) -> str:
    return rules.one(requirement, finding.good + finding.bad + finding.unscored, lang)


def _shared(
    held: Sequence[Requirement], promises: Mapping[str, str], shared: Collection[str], lang: Lang
) -> tuple[Block, ...]:
    """What the rules promise that more than one requirement is decided by, with the names of those requirements."""
    said = [
        f"{listed((r.title.of(lang) for r in held if promises[r.id] == text), lang)}{say(lang, '——', ' – ')}{text}"
        for text in dict.fromkeys(promises.values())
        if text in shared
    ]
    return (Points(items=tuple(said)),) if said else ()


def _decision(
    facts: Facts, requirement: Requirement, finding: Finding, tally: Tally | None, promise: str, lang: Lang
) -> Decision:
    return Decision(
        title=requirement.title.of(lang),
        outcome=finding.verdict,
        word=VERDICTS[finding.verdict].of(lang),
        rows=_rows(facts, requirement, finding, tally, lang),
        reasons=tuple(reason(said, lang) for said in finding.reasons),
        notes=_notes(facts, requirement, finding, promise, lang),
    )


def _rows(
    facts: Facts, requirement: Requirement, finding: Finding, tally: Tally | None, lang: Lang
) -> tuple[tuple[str, str], ...]:
    line = figure(requirement.line)
    if requirement.floor is not None:
        line += say(lang, f"（底线 {figure(requirement.floor)}）", f" (floor {figure(requirement.floor)})")
    return (
        (say(lang, "要求", "Line"), f"≥ {clause(line, requirement.status, lang)}"),
        _observed(requirement, finding, lang),
        (say(lang, "下限", "Lower bound"), floored(finding.lower)),
        (say(lang, "上限", "Upper bound"), ceiled(finding.upper)),
        *_evidence(facts, requirement, finding, tally, lang),
        (say(lang, "未评分", "Unscored"), _unscored(finding, tally, lang)),
        (say(lang, "测量", "Measured"), MEASURES[requirement.measure].of(lang)),
        (say(lang, "范围", "Scope"), scope(facts, requirement.scope, lang)),
        (say(lang, "条款", "Clause"), clause(requirement.clause, requirement.status, lang)),
    )


def _observed(requirement: Requirement, finding: Finding, lang: Lang) -> tuple[str, str]:
    """What was seen: a count where units pass or fail, a mean of points, or the estimate that corrects for a judge."""
    scored = finding.good + finding.bad
    if requirement.grading != "direct":
        return say(lang, "校正后的估计", "Corrected estimate"), floored(finding.rate)
    if requirement.measure == "points":
        shown = say(
            lang, f"{floored(finding.rate)}（{count(scored)} 个）", f"{floored(finding.rate)} of {count(scored)}"
        )
        return say(lang, "平均得分率", "Mean share of points"), shown if scored else "–"
    return say(
        lang, "观测", "Observed"
    ), f"{count(finding.good)}/{count(scored)} = {floored(finding.rate)}" if scored else "–"


def _unscored(finding: Finding, tally: Tally | None, lang: Lang) -> str:
    """Why samples have no score; only their number where the counts reach beyond what the finding read."""
    if tally is None or (finding.units is not None and sum(tally.unscored.values()) != finding.unscored):
        return count(finding.unscored)
    return reasons(tally.unscored, lang)


def _evidence(
    facts: Facts, requirement: Requirement, finding: Finding, tally: Tally | None, lang: Lang
) -> tuple[tuple[str, str], ...]:
    """How far a sequential requirement went, and what its evidence came to."""
    if finding.units is None:
        return ()
    to_pass, to_fail = sequential.needed(requirement, standards.penalty(facts.plan.standard))
    rows = [
        (say(lang, "已用单元", "Units used"), _used(facts, requirement, finding.units, lang)),
        (say(lang, "达标的证据", "Evidence for"), _of(finding.for_pass, to_pass, lang)),
        (say(lang, "不达标的证据", "Evidence against"), _of(finding.for_fail, to_fail, lang)),
    ]
    if finding.waiting:
        rows.append((say(lang, "状态", "State"), say(lang, "等待人工评阅", "waits for a person")))
    held = tally.path.calibration if tally is not None and tally.path is not None else None
    if requirement.grading == "calibrated" and held is not None:
        rows.append(
            (
                say(lang, "判定模型识别出的已知不合格回答", "Known-bad answers that the judge caught"),
                f"{count(held.caught)}/{count(held.shown)}",
            )
        )
    return tuple(rows)


def _used(facts: Facts, requirement: Requirement, units: int, lang: Lang) -> str:
    stream = next((one for one in facts.plan.streams if one.requirement == requirement.id), None)
    if stream is None:
        return count(units)
    most = count(len(stream.widths or stream.positions))
    return say(lang, f"{count(units)}（至多 {most}）", f"{count(units)} of at most {most}")


def _of(found: Decimal | None, wanted: Decimal, lang: Lang) -> str:
    if found is None:
        return "–"
    needed = odds(wanted, up=True)
    return say(lang, f"{odds(found)}（需 {needed}）", f"{odds(found)} of the {needed} needed")


def _notes(facts: Facts, requirement: Requirement, finding: Finding, promise: str, lang: Lang) -> tuple[str, ...]:
    notes = []
    if finding.uncovered:
        names = listed((risk(facts, key, lang) for key in finding.uncovered), lang)
        notes.append(say(lang, f"未达到最低题量的风险：{names}。", f"Risks without their minimum of items: {names}."))
    if promise:
        notes.append(promise)
    if finding.verdict == "pass" and finding.for_pass is not None and facts.verdict.outcome != "pass":
        notes.append(_single(finding, lang))
    if requirement.note:
        notes.append(requirement.note.of(lang))
    if requirement.status == "unverified":
        notes.append(
            say(
                lang,
                "该要求的数值所据原文未经核实，引用前须核对正式文本。",
                "The figures of this requirement are unverified: check the official text before relying on them.",
            )
        )
    return tuple(notes)


def _single(finding: Finding, lang: Lang) -> str:
    """Whether this PASS may be quoted apart from a verdict that is none."""
    if finding.alone:
        return say(
            lang,
            "整体未通过时，本项可以单独引用：所有这类单项结论合在一起，出错的概率不超过 α。",
            "Though the whole is not passed, this PASS may be quoted singly: all such statements together are wrong with "
            "probability at most alpha.",
        )
    return say(
        lang,
        "整体未通过时，本项不可单独引用：在多项要求中单独挑出一项，需要更多证据。",
        "As the whole is not passed, this PASS may not be quoted singly: picked out among several requirements it would need more "
        "evidence.",
    )


plugin: Final = Findings()
