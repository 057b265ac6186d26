"""The decision on every requirement: its figures, its reasons, its clause and what it leaves uncovered."""

from __future__ import annotations

from typing import ClassVar, Final

from evalcenter.blocks import Block, Decision, Facts, Paragraph
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
    reasons,
    risk,
    say,
    scope,
)


class Findings:
    """One decision for each requirement, in the standard's order."""

    name: ClassVar[str] = "findings"
    version: ClassVar[str] = "1"
    order: ClassVar[int] = 20
    title: ClassVar[Text] = Text(zh="逐项判定", en="Findings")

    def build(self, facts: Facts, lang: Lang) -> tuple[Block, ...]:
        """The decisions in `lang`."""
        found = {finding.requirement: finding for finding in facts.verdict.findings}
        tallies = {tally.requirement: tally for tally in facts.scores.tallies}
        decisions = tuple(
            _decision(facts, r, found[r.id], tallies.get(r.id), lang)
            for r in facts.plan.standard.requirements
            if r.id in found
        )
        if decisions:
            return decisions
        return (Paragraph(text=say(lang, "没有任何要求得到判定。", "No requirement was decided.")),)


def _decision(facts: Facts, requirement: Requirement, finding: Finding, tally: Tally | None, lang: Lang) -> Decision:
    return Decision(
        title=requirement.title.of(lang),
        outcome=finding.verdict,
        word=VERDICTS[finding.verdict].of(lang),
        rows=_rows(facts, requirement, finding, tally, lang),
        reasons=tuple(reason.of(lang) for reason in finding.reasons),
        notes=_notes(facts, requirement, finding, lang),
    )


def _rows(
    facts: Facts, requirement: Requirement, finding: Finding, tally: Tally | None, lang: Lang
) -> tuple[tuple[str, str], ...]:
    scored = finding.good + finding.bad
    line = figure(requirement.line)
    if requirement.floor is not None:
        line += say(lang, f"（底线 {figure(requirement.floor)}）", f" (floor {figure(requirement.floor)})")
    return (
        (say(lang, "要求", "Line"), f"≥ {clause(line, requirement.status, lang)}"),
        (
            say(lang, "观测", "Observed"),
            f"{count(finding.good)}/{count(scored)} = {floored(finding.rate)}" if scored else "–",
        ),
        (say(lang, "下限", "Lower bound"), floored(finding.lower)),
        (say(lang, "上限", "Upper bound"), ceiled(finding.upper)),
        (say(lang, "未评分", "Unscored"), reasons(tally.unscored, lang) if tally else count(finding.unscored)),
        (say(lang, "测量", "Measured"), MEASURES[requirement.measure].of(lang)),
        (say(lang, "范围", "Scope"), scope(facts, requirement.scope, lang)),
        (say(lang, "条款", "Clause"), clause(requirement.clause, requirement.status, lang)),
    )


def _notes(facts: Facts, requirement: Requirement, finding: Finding, lang: Lang) -> tuple[str, ...]:
    notes = []
    if finding.uncovered:
        names = listed((risk(facts, key, lang) for key in finding.uncovered), lang)
        notes.append(say(lang, f"未达到最低题量的风险：{names}。", f"Risks without their minimum of items: {names}."))
    notes.append(rules.one(requirement, finding.good + finding.bad + finding.unscored, lang))
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


plugin: Final = Findings()
