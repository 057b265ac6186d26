"""How the evidence of every sequential requirement moved until it was decided, its bounds at that moment, and the decision chart.

Rules this module keeps:

* What is drawn is the evidence that decided, in plan order; answers that came in beyond the decision are not shown.
* A decision chart is printed only where a unit passes or fails and no judge took part, and never reaches beyond the units that the
  plan holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Context, Decimal
from typing import ClassVar, Final

from evalcenter import sequential, standards
from evalcenter.blocks import Block, Curve, Facts, Fields, Paragraph, Points, Subheading, Table, Tone, Trace
from evalcenter.records import Finding, Lang, Path, Requirement, Text, VerdictState
from evalcenter.sections import rules
from evalcenter.sections.wording import VERDICTS, ceiled, count, figure, floored, listed, odds, reason, say, tone

DRAWN: Final = 400
"""The most points of a curve that are drawn."""
TONES: Final[dict[str, Tone]] = {"line": "pass", "against": "fail", "floor": "conditional", "under": "inconclusive"}


class Evidence:
    """A chart for each sequential requirement; nothing where there is none."""

    name: ClassVar[str] = "evidence"
    version: ClassVar[str] = "1"
    order: ClassVar[int] = 25
    title: ClassVar[Text] = Text(zh="证据的走势", en="How the evidence moved")

    def build(self, facts: Facts, lang: Lang) -> tuple[Block, ...]:
        """The charts and tables in `lang`."""
        standard = standards.spent(facts.plan.standard, facts.plan.version_rank)
        penalty = standards.penalty(standard)
        paths = {tally.requirement: tally.path for tally in facts.scores.tallies}
        found = {finding.requirement: finding for finding in facts.verdict.findings}
        shown: list[Block] = []
        for requirement in standard.requirements:
            path = paths.get(requirement.id)
            if path is not None and requirement.id in found:
                shown += _one(requirement, path, found[requirement.id], penalty, lang)
        if not shown:
            return ()
        return (Points(items=_reading(lang)), *shown, *_charts(facts, standard.requirements, penalty, lang))


def _reading(lang: Lang) -> tuple[str, ...]:
    one, twenty, edge = odds(Decimal(1)), odds(Decimal(20)), "1\u00a0:\u00a0100"
    return (
        say(
            lang,
            f"证据从 {one} 开始，每个单元把它乘大或乘小。对只分达标与未达标的单元，“{twenty}”是说："
            "假如模型好于要求，看到这些结果的可能性是它恰好处于要求时的 20 倍。",
            f"Evidence starts at {one} and every unit multiplies it, up or down. For units that pass or fail, {twenty} "
            "says: what was seen is 20 times likelier if the model is better than the line than if it is exactly on it.",
        ),
        say(
            lang,
            f"低于要求的模型，其达标证据无论何时曾到达 {twenty} 的概率至多为二十分之一；反方向同理。"
            "因此可以随时查看，一到即止。",
            f"A model below the line ever reaches {twenty} for it with probability at most one in twenty, and so the other "
            "way round. That is why one may look at any time and stop as soon as it is reached.",
        ),
        say(
            lang,
            "图中横轴为按计划次序读到的单元，纵轴为证据（对数刻度）；横线为判定所需，末端的标记为判定之处。"
            f"低于 {edge} 的画在下边缘。",
            "In the charts, across: units in the order of the plan; up: evidence, on a logarithmic scale. Level lines: "
            "what a decision needs. The mark at the end: where it was decided. What is below "
            f"{edge} is drawn at the lower edge.",
        ),
    )


# -- the path ---------------------------------------------------------------------------------------------------------


def _one(requirement: Requirement, path: Path, finding: Finding, penalty: int, lang: Lang) -> list[Block]:
    trace = sequential.trace(requirement, path, penalty, thinned)
    blocks: list[Block] = [Subheading(text=requirement.title.of(lang))]
    if trace is None:
        why = say(lang, "没有可以画出的证据。", "There is no evidence to draw.")
        blocks.append(
            Paragraph(text=why + say(lang, "", " ") + " ".join(reason(said, lang) for said in finding.reasons))
        )
        return blocks
    blocks.append(_trace(requirement, path, finding, trace, lang))
    blocks.append(
        Fields(
            rows=(
                (say(lang, "读到的单元", "Units read"), count(trace.decided.units)),
                (_bound("下限", "Lower bound", requirement.alpha, lang), floored(finding.lower)),
                (_bound("上限", "Upper bound", requirement.beta / penalty, lang), ceiled(finding.upper)),
            )
        )
    )
    return blocks


def _bound(zh: str, en: str, rate: Decimal, lang: Lang) -> str:
    shown = rules.error(rate)
    return say(
        lang, f"{zh}（任何时刻曾经出错的概率 ≤ {shown}）", f"{en} (at any time wrong with probability ≤ {shown})"
    )


def _trace(requirement: Requirement, path: Path, finding: Finding, trace: sequential.Trace, lang: Lang) -> Trace:
    units = thinned(trace.decided.units)
    curves = trace.curves if len(trace.curves) == 2 or trace.decided.grade == "conditional" else trace.curves[:3]
    proved = {"fail": 1, "conditional": min(2, len(curves) - 1) if requirement.floor is not None else 0}
    return Trace(
        units=units,
        curves=tuple(_curve(requirement, curve, lang) for curve in curves),
        at=proved.get(trace.decided.grade, 0),
        verdict=finding.verdict,
        said=_said(finding, trace, path, lang),
        axis=say(lang, "单元", "units"),
        caption=_caption(requirement, path, lang),
    )


def _curve(requirement: Requirement, curve: sequential.Curve, lang: Lang) -> Curve:
    line, floor = figure(requirement.line), figure(requirement.floor or requirement.line)
    names = {
        "line": say(lang, f"“不低于 {line}”的证据", f"evidence for at least {line}"),
        "against": say(lang, f"“低于 {floor}”的证据", f"evidence for less than {floor}"),
        "floor": say(lang, f"“不低于底线 {floor}”的证据", f"evidence for the floor of {floor}"),
        "under": say(lang, f"“低于 {line}”的证据", f"evidence for less than {line}"),
    }
    best: VerdictState = "conditional" if requirement.grading == "calibrated" else "pass"
    marks = {"line": VERDICTS[best].of(lang), "against": VERDICTS["fail"].of(lang)}
    return Curve(
        label=names[curve.claim],
        values=tuple(_text(ratio) for ratio in curve.ratios),
        needed=_text(curve.needed),
        mark=marks.get(curve.claim, ""),
        tone=tone(best) if curve.claim == "line" else TONES[curve.claim],
    )


def _text(ratio: Decimal) -> str:
    """A ratio with four digits, rounded down: fewer than platforms could disagree on."""
    short = Context(prec=4, rounding=ROUND_FLOOR).create_decimal(Context(prec=12).create_decimal(ratio)).normalize()
    return f"{short:f}" if Decimal("1E-6") <= short < Decimal("1E+6") else str(short)


def thinned(units: int) -> tuple[int, ...]:
    """0 to `units`, both included, with at most `DRAWN` evenly spaced numbers."""
    if units < DRAWN:
        return tuple(range(units + 1))
    return tuple(at * units // (DRAWN - 1) for at in range(DRAWN))


def _said(finding: Finding, trace: sequential.Trace, path: Path, lang: Lang) -> str:
    n, word = count(trace.decided.units), VERDICTS[finding.verdict].of(lang)
    if finding.waiting:
        return say(
            lang, f"{word}：{n} 个单元之后等待人工评阅", f"{word}: after {n} units the next one waits for a person"
        )
    if trace.decided.grade == "undecided":
        return say(lang, f"{word}：{n} 个单元之后没有更多回答", f"{word}: no further answers after {n} units")
    if trace.decided.grade == "inconclusive" and path.standing == "ended":
        return say(lang, f"{word}：{n} 个单元已全部用完", f"{word}: all {n} units are spent")
    return say(lang, f"{word}：读到 {n} 个单元", f"{word} after {n} units")


def _caption(requirement: Requirement, path: Path, lang: Lang) -> str:
    text = ""
    if requirement.min_items > 1 and path.ready > 1:
        text += say(
            lang,
            f"至少 {count(requirement.min_items)} 道不同的题得到评分（第 {count(path.ready)} 个单元）之前不作判定，"
            "此前曾达到的证据届时须仍然成立。",
            f"Nothing is decided before {count(requirement.min_items)} distinct items are scored, which unit {count(path.ready)} "
            "brought; what was reached before must still stand then.",
        )
    if len({*path.outcomes} & {"u"}):
        text += say(
            lang,
            "未评分的单元对两个方向都不利：在达标的证据中计为未达到，在不达标的证据中计为达到。",
            " Unscored units count against both sides: as failed in the evidence for the line, as passed in the evidence "
            "against it.",
        )
    return text.strip()


# -- the decision chart -----------------------------------------------------------------------------------------------


def _charts(facts: Facts, requirements: Sequence[Requirement], penalty: int, lang: Lang) -> tuple[Block, ...]:
    """One decision chart, with two rows for all requirements that have the same."""
    streams = {stream.requirement: stream for stream in facts.plan.streams}
    charts: dict[tuple[tuple[sequential.Row, ...], bool, Decimal], list[Requirement]] = {}
    for requirement in requirements:
        stream = streams.get(requirement.id)
        if requirement.rule != "evidence" or stream is None or requirement.grading != "direct":
            continue
        most = len(stream.widths or stream.positions)
        if requirement.measure == "points" or not most:
            continue
        rows = sequential.chart(requirement, most, penalty, stream.cells)
        charts.setdefault((rows, stream.cells is not None, requirement.line), []).append(requirement)
    if not charts:
        return ()
    named = len({line for _, _, line in charts}) < len(charts)
    rows_of = [row for (rows, full, _), of in charts.items() for row in _pair(rows, of, lang, full=full, named=named)]
    return (
        Subheading(text=say(lang, "判定表", "Decision chart")),
        Table(
            caption=say(
                lang,
                "未达标的单元有 0 至 8 个时，读到多少个单元即通过；都落在前多少个单元之内即不通过"
                "（“–”：在计划的单元数之内不会发生）",
                "With 0 to 8 failed units: PASS as soon as so many units are read; FAIL where they all fall within the first so "
                "many (a dash: not within the units of the plan)",
            ),
            head=(say(lang, "要求", "Line"), *(count(failures) for failures in range(sequential.FAILURES + 1))),
            rows=tuple(rows_of),
            align="l" + "r" * (sequential.FAILURES + 1),
        ),
    )


def _pair(
    rows: Sequence[sequential.Row], of: Sequence[Requirement], lang: Lang, *, full: bool, named: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The row for PASS and the row for FAIL; a full run's are said to hold where the failures come first."""
    name = figure(of[0].line)
    if named:
        name += say(
            lang, f"（{listed((r.title.zh for r in of), lang)}）", f" ({listed((r.title.en for r in of), lang)})"
        )
    if full:
        name += say(lang, "，未达标的排在最前时", ", failures first")
    by = {row.failures: row for row in rows}
    failures = range(sequential.FAILURES + 1)
    return (
        (f"{name} {VERDICTS['pass'].of(lang)}", *(_number(by[f].passes if f in by else None) for f in failures)),
        (f"{name} {VERDICTS['fail'].of(lang)}", *(_number(by[f].fails if f in by else None) for f in failures)),
    )


def _number(number: int | None) -> str:
    return "–" if number is None else count(number)


plugin: Final = Evidence()
