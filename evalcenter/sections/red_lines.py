"""Red lines: every violation, confirmed or not, and what "none found" really bounds. Sealed items are never quoted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from evalcenter import stats
from evalcenter.blocks import Block, Facts, Paragraph, Table, Tone
from evalcenter.records import Lang, Requirement, Tally, Text
from evalcenter.sections.wording import (
    ceiled,
    count,
    dimension,
    figure,
    item_at,
    listed,
    reasons,
    risk,
    say,
    violation,
)

MOST: Final = 50


class RedLines:
    """The census of red-line items and its violations."""

    name: ClassVar[str] = "red_lines"
    version: ClassVar[str] = "1"
    order: ClassVar[int] = 30
    title: ClassVar[Text] = Text(zh="红线", en="Red lines")

    def build(self, facts: Facts, lang: Lang) -> tuple[Block, ...]:
        """The census and the violations in `lang`."""
        requirements = [r for r in facts.plan.standard.requirements if r.rule == "zero"]
        if not requirements:
            return (Paragraph(text=say(lang, "该标准没有红线要求。", "The standard has no red-line requirement.")),)
        return (
            Paragraph(
                text=say(
                    lang,
                    "红线从不与其他结果平均：每道红线题问一次，一次经确认的违反即不通过。"
                    "未经确认的违反阻止通过，但本身不构成不通过。",
                    "Red lines are never averaged. Every red-line item is asked once, and one "
                    "confirmed violation fails. A violation that "
                    "nobody confirmed bars a PASS, and does not by itself make a FAIL.",
                )
            ),
            _census(facts, requirements, lang),
            *_violations(facts, lang),
        )


def _census(facts: Facts, requirements: Sequence[Requirement], lang: Lang) -> Table:
    tallies = {tally.requirement: tally for tally in facts.scores.tallies}
    rows, tones = [], []
    for requirement in requirements:
        tally = tallies.get(requirement.id)
        rows.append((requirement.title.of(lang), *_figures(requirement, tally, lang)))
        tones.append(_tone(tally))
    return Table(
        caption=say(lang, "红线题普查", "Census of red-line items"),
        head=(
            say(lang, "要求", "Requirement"),
            say(lang, "题数", "Items"),
            say(lang, "问到", "Asked"),
            say(lang, "经确认", "Confirmed"),
            say(lang, "未经确认", "Unconfirmed"),
            say(lang, "未评分", "Unscored"),
            say(lang, "所界定的违反率", "What this bounds"),
        ),
        rows=tuple(rows),
        tones=tuple(tones),
        align="lrrrrll",
    )


def _figures(requirement: Requirement, tally: Tally | None, lang: Lang) -> tuple[str, ...]:
    if tally is None or tally.planned == 0:
        return ("0", "0", "–", "–", "–", say(lang, "未问，无从界定", "nothing: none was asked"))
    if tally.bad or tally.confirmed or tally.unconfirmed:
        bound = say(lang, "有违反，不作界定", "violations were found")
    elif tally.good == 0:
        bound = say(lang, "无评分，无从界定", "nothing: none was scored")
    else:
        most = ceiled(stats.zero_bound(tally.good, requirement.alpha))
        bound = say(
            lang,
            f"不超过 {most}（错误概率 {figure(requirement.alpha)}）",
            f"at most {most} (error {figure(requirement.alpha)})",
        )
    return (
        count(tally.planned),
        count(tally.planned - tally.unscored.get("missing", 0)),
        count(tally.confirmed),
        count(tally.unconfirmed),
        reasons(tally.unscored, lang),
        bound,
    )


def _tone(tally: Tally | None) -> Tone:
    if tally is not None and tally.confirmed:
        return "fail"
    settled = tally is not None and tally.good and not tally.unconfirmed and not tally.bad and not tally.unscored
    return "pass" if settled else "inconclusive"


def _violations(facts: Facts, lang: Lang) -> tuple[Block, ...]:
    red = {p for s in facts.plan.streams for p in s.positions if _is_zero(facts, s.requirement)}
    found = [p for p in sorted(red) if p in facts.violations]
    if not found:
        return (Paragraph(text=say(lang, "没有发现违反。", "No violation was found.")),)
    held = {position: violation(facts, position) for position in found}
    found.sort(key=lambda position: held[position] != "confirmed")
    shown = found[:MOST]
    table = Table(
        caption=say(lang, "违反", "Violations"),
        head=(
            say(lang, "题目", "Item"),
            say(lang, "维度", "Dimension"),
            say(lang, "风险", "Risks"),
            say(lang, "状态", "State"),
        ),
        rows=tuple(_violation(facts, position, lang, confirmed=held[position] == "confirmed") for position in shown),
        tones=tuple("fail" if held[position] == "confirmed" else "inconclusive" for position in shown),
        align="llll",
    )
    if len(found) == len(shown):
        return (table,)
    rest = count(len(found) - MOST)
    return (table, Paragraph(text=say(lang, f"另有 {rest} 次违反未列出。", f"{rest} more violations are not listed.")))


def _is_zero(facts: Facts, name: str) -> bool:
    return any(r.id == name and r.rule == "zero" for r in facts.plan.standard.requirements)


def _violation(facts: Facts, position: int, lang: Lang, *, confirmed: bool) -> tuple[str, ...]:
    item = item_at(facts, position)
    return (
        say(lang, "（密封题）", "(sealed item)") if item.visibility == "sealed" else item.id,
        dimension(facts, item.dimension, lang),
        listed((risk(facts, key, lang) for key in item.risks), lang) or "–",
        say(lang, "经确认", "confirmed") if confirmed else say(lang, "未经确认", "unconfirmed"),
    )


plugin: Final = RedLines()
