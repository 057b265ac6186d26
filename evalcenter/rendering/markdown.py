"""The report as Markdown (CommonMark with tables).

Rules this module keeps:

* Every text is escaped: nothing that a model wrote becomes a heading, a link, an image, HTML or another table cell.
* What was asked and answered stands in a fence longer than any run of backticks in it, so it cannot end its fence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from evalcenter import blocks
from evalcenter.records import Lang
from evalcenter.rendering.plaintext import visible
from evalcenter.sections.wording import END, END_OF_LIST, NOT_SUPPLIED, ceiled, count, figure, floored, odds, say

_SPECIAL: Final = re.compile(r"[\\`*_\[\]<>|~&$@]")
_LINK: Final = re.compile(r"(?i)\b(https?|ftp|mailto|xmpp):|\bwww\.")
_START: Final = re.compile(r"^(#|[-+=]|\d{1,9}[.)])")
SYMBOLS: Final = {"pass": "✓", "fail": "✗", "conditional": "◐"}
UNDECIDED: Final = "?"
ROWS: Final = 12
"""How many steps of a trace are written out."""


def render(report: blocks.Report) -> bytes:
    """`report` as UTF-8 Markdown."""
    is_report = report.view == "report"
    number = say(report.lang, "报告编号", "Report") if is_report else say(report.lang, "所依据的报告", "Beside report")
    end = END if is_report else END_OF_LIST
    lines = [f"# {escape(report.title)}", "", f"{number}: {escape(report.id)}", ""]
    for section in report.sections:
        lines += [f"## {escape(section.title)}", ""]
        for block in section.blocks:
            lines += [*_FORMS[type(block)](block, report.lang), ""]
    return "\n".join([*lines, f"{number}: {escape(report.id)}", "", end, ""]).encode("utf-8")


def escape(value: str) -> str:
    """`value` as one line of Markdown that shows exactly these characters; a line break becomes a space."""
    flat = " ".join(visible(value).split())
    safe = _SPECIAL.sub(r"\\\g<0>", flat)
    safe = _LINK.sub(lambda found: f"{found.group()[:-1]}\\{found.group()[-1]}", safe)
    return _START.sub(lambda found: f"{found.group()[:-1]}\\{found.group()[-1]}", safe)


def fence(value: str) -> list[str]:
    """`value` as a fenced block that nothing in it can end."""
    shown = visible(value)
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    ticks = "`" * max(3, longest + 1)
    return [f"{ticks}text", *shown.split("\n"), ticks]


def _symbol(tone: str) -> str:
    return SYMBOLS.get(tone, UNDECIDED)


def _paragraph(block: blocks.Paragraph, _lang: Lang) -> list[str]:
    return [escape(block.text)]


def _subheading(block: blocks.Subheading, _lang: Lang) -> list[str]:
    return [f"### {escape(block.text)}"]


def _points(block: blocks.Points, _lang: Lang) -> list[str]:
    return [f"- {escape(item)}" for item in block.items]


def _notice(block: blocks.Notice, _lang: Lang) -> list[str]:
    return [f"> **{escape(block.title)}**: {escape(block.text)}"]


def _ruling(block: blocks.Ruling, _lang: Lang) -> list[str]:
    return [f"**{_symbol(block.outcome)} {escape(block.word)}**", "", *(escape(reason) for reason in block.reasons)]


def _decision(block: blocks.Decision, lang: Lang) -> list[str]:
    return [
        f"### {_symbol(block.outcome)} {escape(block.word)}: {escape(block.title)}",
        "",
        *(f"- {escape(reason)}" for reason in block.reasons),
        *_rows(block.rows, lang),
        *(f"- {escape(note)}" for note in block.notes),
    ]


def _rows(rows: tuple[tuple[str, str | None], ...] | tuple[tuple[str, str], ...], lang: Lang) -> list[str]:
    return [f"- {escape(name)}: {escape(NOT_SUPPLIED.of(lang) if value is None else value)}" for name, value in rows]


def _fields(block: blocks.Fields, lang: Lang) -> list[str]:
    return _rows(block.rows, lang)


def _table(block: blocks.Table, _lang: Lang) -> list[str]:
    align = block.align.ljust(len(block.head), "l")
    marks = ["---:" if side == "r" else "---" for side in align[: len(block.head)]]
    body = [_line(row, len(block.head)) for row in block.rows]
    caption = [f"**{escape(block.caption)}**", ""] if block.caption else []
    return [*caption, _line(block.head, len(block.head)), f"| {' | '.join(marks)} |", *body]


def _line(cells: tuple[str, ...], width: int) -> str:
    padded = [*cells, *([""] * (width - len(cells)))]
    return f"| {' | '.join(escape(cell) for cell in padded)} |"


def _chart(block: blocks.Chart, lang: Lang) -> list[str]:
    head = (
        say(lang, "要求", "Requirement"),
        say(lang, "应达", "Line"),
        say(lang, "观测", "Observed"),
        say(lang, "下限", "Lower bound"),
        say(lang, "上限", "Upper bound"),
        say(lang, "判定", "Decided"),
    )
    rows = tuple(
        (
            f"{i.label} ({i.note})" if i.note else i.label,
            figure(Decimal(i.line)),
            floored(_number(i.rate)),
            floored(_number(i.lower)),
            ceiled(_number(i.upper)),
            f"{_symbol(i.verdict)} {i.word}",
        )
        for i in block.intervals
    )
    return [*_table(blocks.Table(head=head, rows=rows, align="lrrrrl"), lang), "", escape(block.caption)]


def _trace(block: blocks.Trace, lang: Lang) -> list[str]:
    """The decision in words, and a table of what the picture shows: the start, the end and evenly spaced units between."""
    last = len(block.units) - 1
    shown = sorted({at * last // ROWS for at in range(ROWS + 1)})
    rows = tuple((count(block.units[at]), *(odds(Decimal(curve.values[at])) for curve in block.curves)) for at in shown)
    wanted = (
        say(lang, f"{c.mark}：需 {odds(Decimal(c.needed), up=True)}", f"{c.mark} at {odds(Decimal(c.needed), up=True)}")
        for c in block.curves
        if c.mark
    )
    head = (block.axis, *(curve.label for curve in block.curves))
    return [
        f"**{_symbol(block.verdict)} {escape(block.said)}** ({escape('; '.join(wanted))})",
        "",
        *_table(blocks.Table(head=head, rows=rows, align="r" * len(head)), lang),
        *(("", escape(block.caption)) if block.caption else ()),
    ]


def _number(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _excerpt(block: blocks.Excerpt, lang: Lang) -> list[str]:
    return [
        f"### {escape(block.title)}",
        "",
        f"**{say(lang, '问题', 'Question')}**",
        "",
        *fence(block.question),
        "",
        f"**{say(lang, '回答', 'Answer')}**",
        "",
        *fence(block.answer),
        "",
        *(f"- {escape(finding)}" for finding in block.findings),
        *_wanted(block.wanted, lang),
    ]


def _wanted(wanted: tuple[str, ...], lang: Lang) -> list[str]:
    if not wanted:
        return []
    return [
        "",
        f"**{say(lang, '合格的回答应当', 'What a good answer does')}**",
        "",
        *(f"- {escape(one)}" for one in wanted),
    ]


def _samples(block: blocks.Samples, _lang: Lang) -> list[str]:
    return [escape(block.elsewhere)]


def _signatures(block: blocks.Signatures, lang: Lang) -> list[str]:
    line = "＿" * 12
    date = say(lang, "日期", "Date")
    return [f"- {escape(role)}: {line} {escape(name or '')} {date}: {line}" for role, name in block.roles]


_FORMS: Final[Mapping[type[Any], Callable[[Any, Lang], list[str]]]] = {
    blocks.Paragraph: _paragraph,
    blocks.Subheading: _subheading,
    blocks.Points: _points,
    blocks.Notice: _notice,
    blocks.Ruling: _ruling,
    blocks.Decision: _decision,
    blocks.Fields: _fields,
    blocks.Table: _table,
    blocks.Chart: _chart,
    blocks.Trace: _trace,
    blocks.Excerpt: _excerpt,
    blocks.Samples: _samples,
    blocks.Signatures: _signatures,
}
