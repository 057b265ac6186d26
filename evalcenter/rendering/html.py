"""The report as one HTML file that needs nothing but itself: no network, no script, no other file.

Rules this module keeps:

* Every expression in the template is escaped and made visible (``plaintext.visible``); an undefined name is an error. The only
  markup that is trusted is made here: our style sheet, our charts and our icons.
* A content security policy in the file forbids everything but inline style and data images.
* The style sheet gets one value from the report, its number, which is escaped as a CSS string.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from evalcenter.blocks import Interval, Report, Trace
from evalcenter.rendering import chart, path_chart
from evalcenter.rendering.plaintext import visible
from evalcenter.sections.wording import END, NOT_SUPPLIED, SELF_TEST, SIMULATED, VERDICTS, odds, say, when

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup

HERE: Final = "evalcenter.rendering"


def render(report: Report) -> bytes:
    """`report` as UTF-8 HTML."""
    from markupsafe import Markup

    lang = report.lang
    words = {
        "not_supplied": NOT_SUPPLIED.of(lang),
        "number": say(lang, "报告编号", "Report"),
        "contents": say(lang, "目录", "Contents"),
        "question": say(lang, "问题", "Question"),
        "answer": say(lang, "回答", "Answer"),
        "missed": say(lang, "未满足", "Missed"),
        "verdict": say(lang, "结论", "Verdict"),
        "date": say(lang, "日期", "Date"),
        "end": END,
    }
    return (
        _template()
        .render(
            report=report,
            issued=when(report.issued),
            words=words,
            verdict=VERDICTS[report.outcome].of(lang),
            # Our own file and our own drawing: the only markup in the page that isn't in the template.
            style=Markup(_text("palette.css") + _text("style.css")),  # noqa: S704
            running=Markup(_running(report)),  # noqa: S704
            charts=_charts,
            paths=_paths,
            odds=lambda ratio: odds(Decimal(ratio)),
            columns=chart.columns,
            longest=_longest,
            described=lambda intervals: _described(intervals, report),
        )
        .encode("utf-8")
    )


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    env = Environment(
        autoescape=True, undefined=StrictUndefined, finalize=_finalize, trim_blocks=True, lstrip_blocks=True
    )
    return env.from_string(_text("report.html.j2"))


def _finalize(value: Any) -> Any:
    """Every value on its way into the page; markup of our own passes, and anything else becomes visible text."""
    return value if hasattr(value, "__html__") else visible(str(value))


def _longest(value: str) -> int:
    """The length of the longest word of `value`."""
    return max(map(len, value.split()), default=0)


def _text(name: str) -> str:
    return files(HERE).joinpath(name).read_text(encoding="utf-8")


def _charts(intervals: Sequence[Interval]) -> list[tuple[str, Markup]]:
    from markupsafe import Markup

    shown = [_visible(interval) for interval in intervals]
    # The drawing escapes the labels itself, as XML.
    return [(width.name, Markup(chart.draw(shown, width))) for width in (chart.WIDE, chart.NARROW)]  # noqa: S704


def _visible(interval: Interval) -> Interval:
    from dataclasses import replace

    return replace(interval, label=visible(interval.label), word=visible(interval.word), note=visible(interval.note))


def _paths(trace: Trace) -> list[tuple[str, Markup]]:
    from dataclasses import replace

    from markupsafe import Markup

    curves = tuple(replace(c, label=visible(c.label), mark=visible(c.mark)) for c in trace.curves)
    shown = replace(trace, curves=curves, said=visible(trace.said), axis=visible(trace.axis))
    widths = (path_chart.WIDE, path_chart.NARROW)
    return [(width.name, Markup(path_chart.draw(shown, width))) for width in widths]  # noqa: S704 (as above)


def _described(intervals: Sequence[Interval], report: Report) -> str:
    """The chart in words, for a reader who does not see it."""
    missing = say(report.lang, "无", "none")
    each = (
        say(
            report.lang,
            f"{i.label}{i.note}：要求 {i.line}，观测 {i.rate or missing}，下限 {i.lower or missing}，"
            f"上限 {i.upper or missing}，{i.word}。",
            f"{i.label} {i.note}: line {i.line}, observed {i.rate or missing}, lower bound "
            f"{i.lower or missing}, "
            f"upper bound {i.upper or missing}, {i.word}.",
        )
        for i in intervals
    )
    return " ".join(each)


def _running(report: Report) -> str:
    """The heads and feet of the printed pages. A page that is torn out still says what it belongs to."""
    marks = [report.title]
    if report.simulated:
        marks.append(f"{SIMULATED.zh} {SIMULATED.en}")
    if report.self_test:
        marks.append(f"{SELF_TEST.zh} {SELF_TEST.en}")
    head = _css(" · ".join(marks))
    return (
        f"@page {{ @top-left {{ content: {head} }} @top-right {{ content: {_css(report.id)} }} "
        '@bottom-right { content: counter(page) " / " counter(pages) } }'
    )


def _css(text: str) -> str:
    """`text` as a CSS string in which everything but letters and digits is an escape: nothing in it can end the string."""
    return '"' + "".join(x if x.isascii() and x.isalnum() else f"\\{ord(x):06x} " for x in visible(text)) + '"'
