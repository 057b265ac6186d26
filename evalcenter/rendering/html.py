"""The report as one HTML file that needs nothing but itself: no network, no other file, and no script to be read.

Rules this module keeps:

* Every expression in the template is escaped and made visible (``plaintext.visible``); an undefined name is an error. The only
  markup that is trusted is made here: our style sheet, our script, our charts and our icons.
* A content security policy in the file forbids everything but inline style, data images and, where samples can be searched, the one
  script that it names by its digest.
* The style sheet gets one value from the report, its number, which is escaped as a CSS string.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from evalcenter.blocks import Interval, Report, Table, Trace
from evalcenter.records import Lang
from evalcenter.rendering import chart, icons, listing, path_chart
from evalcenter.rendering.plaintext import visible
from evalcenter.sections.wording import END, END_OF_LIST, NOT_SUPPLIED, SELF_TEST, SIMULATED, VERDICTS, odds, say, when

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup

HERE: Final = "evalcenter.rendering"
STYLES: Final = ("palette.css", "style.css", "samples.css")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """How a page for paper differs: its charts are pictures beside it, one drawing each, and a style sheet is added."""

    charts: Callable[[Sequence[Interval]], list[tuple[str, Markup]]]
    paths: Callable[[Trace], list[tuple[str, Markup]]]
    shares: Callable[[Table], list[float]]
    """How much of the page's width each column of a table gets, in percent; empty where the cells decide."""
    style: str


def render(report: Report) -> bytes:
    """`report` as UTF-8 HTML."""
    return page(report).encode("utf-8")


def page(report: Report, paper: Paper | None = None) -> str:
    """`report` as HTML, for the screen or for `paper`."""
    from markupsafe import Markup

    lang = report.lang
    is_report = report.view == "report"
    words = {
        **listing.words(lang),
        "not_supplied": NOT_SUPPLIED.of(lang),
        "number": say(lang, "报告编号", "Report") if is_report else say(lang, "所依据的报告", "Beside report"),
        "contents": say(lang, "目录", "Contents"),
        "logo": say(lang, "出具机构标志", "Logo of the issuer"),
        "question": say(lang, "问题", "Question"),
        "answer": say(lang, "回答", "Answer"),
        "missed": say(lang, "未满足", "Missed"),
        "verdict": say(lang, "结论", "Verdict"),
        "date": say(lang, "日期", "Date"),
        "end": END if is_report else END_OF_LIST,
    }
    return _template().render(
        report=report,
        paper=paper is not None,
        issued=when(report.issued),
        words=words,
        verdict=VERDICTS[report.outcome].of(lang) if is_report else "",
        scripts=listing.Script() if paper else listing.script(report),
        listing=listing.listing,
        # Our own file and our own drawing: the only markup in the page that isn't in the template.
        style=Markup("".join(map(text, STYLES)) + (paper.style if paper else "")),  # noqa: S704
        running=Markup(_running(report)),  # noqa: S704
        icons=lambda tone: Markup(icons.parts(tone)),  # noqa: S704
        charts=paper.charts if paper else _charts,
        paths=paper.paths if paper else _paths,
        odds=lambda ratio: odds(Decimal(ratio)),
        columns=chart.columns,
        longest=_longest,
        shares=paper.shares if paper else None,
        described=lambda intervals: described(intervals, report.lang),
    )


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    env = Environment(
        autoescape=True, undefined=StrictUndefined, finalize=_finalize, trim_blocks=True, lstrip_blocks=True
    )
    return env.from_string(text("report.html.j2"))


def _finalize(value: Any) -> Any:
    """Every value on its way into the page; markup of our own passes, and anything else becomes visible text."""
    return value if hasattr(value, "__html__") else visible(str(value))


def _longest(value: str) -> int:
    """The length of the longest word of `value`."""
    return max(map(len, value.split()), default=0)


def text(name: str) -> str:
    """A file that stands beside this one."""
    return files(HERE).joinpath(name).read_text(encoding="utf-8")


def _charts(intervals: Sequence[Interval]) -> list[tuple[str, Markup]]:
    from markupsafe import Markup

    shown = [seen(interval) for interval in intervals]
    # The drawing escapes the labels itself, as XML.
    return [(width.name, Markup(chart.draw(shown, width))) for width in (chart.WIDE, chart.NARROW)]  # noqa: S704


def seen(interval: Interval) -> Interval:
    """`interval` with everything hidden in its words made visible."""
    from dataclasses import replace

    return replace(interval, label=visible(interval.label), word=visible(interval.word), note=visible(interval.note))


def _paths(trace: Trace) -> list[tuple[str, Markup]]:
    from markupsafe import Markup

    shown = seen_trace(trace)
    widths = (path_chart.WIDE, path_chart.NARROW)
    return [(width.name, Markup(path_chart.draw(shown, width))) for width in widths]  # noqa: S704 (as above)


def seen_trace(trace: Trace) -> Trace:
    """`trace` with everything hidden in its words made visible."""
    from dataclasses import replace

    curves = tuple(replace(c, label=visible(c.label), mark=visible(c.mark)) for c in trace.curves)
    return replace(trace, curves=curves, said=visible(trace.said), axis=visible(trace.axis))


def described(intervals: Sequence[Interval], lang: Lang) -> str:
    """The chart in words, for a reader who does not see it."""
    missing = say(lang, "无", "none")
    each = (
        say(
            lang,
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
