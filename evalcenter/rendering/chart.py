"""The report's one chart: every requirement with its line, its interval and its verdict, as SVG text.

Rules this module keeps:

* The same intervals give the same bytes: no dates, no random identifiers.
* Words stay words (``svg.fonttype: none``), so that they can be searched, read aloud and set in the reader's own fonts.
* Verdicts differ in shape and word, not in colour alone; colours are CSS variables, so that dark mode and print can set them.
* Labels are text: mathematics is never parsed, and the SVG writer escapes markup.

matplotlib is imported when a chart is drawn.
"""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from io import StringIO
from typing import TYPE_CHECKING, Final

from evalcenter.blocks import Interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHAPES: Final = {"pass": "o", "fail": "X", "inconclusive": "o", "conditional": "D"}
VARIABLES: Final = {
    "#010101": "var(--ink)",
    "#020202": "var(--muted)",
    "#030303": "var(--hair)",
    "#040404": "var(--sheet)",
    "#050505": "var(--pass)",
    "#060606": "var(--fail)",
    "#070707": "var(--inconclusive)",
    "#080808": "var(--conditional)",
}
INK, MUTED, HAIR, SHEET = "#010101", "#020202", "#030303", "#040404"
COLOURS: Final = {"pass": "#050505", "fail": "#060606", "inconclusive": "#070707", "conditional": "#080808"}
ROW: Final = 0.52
HEAD: Final = 0.42


@dataclass(frozen=True, slots=True, kw_only=True)
class Width:
    """How wide a chart is drawn, in inches of 72 points, and how many letters fit on a line."""

    name: str
    inches: float
    letters: int


WIDE: Final = Width(name="wide", inches=9.0, letters=86)
NARROW: Final = Width(name="narrow", inches=4.3, letters=38)


def draw(intervals: Sequence[Interval], width: Width) -> str:
    """An SVG element with one row for each interval, top to bottom."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    settings = {"svg.fonttype": "none", "svg.hashsalt": f"evalcenter/{width.name}", "font.size": 10}
    height = ROW * len(intervals) + HEAD
    with mpl.rc_context(settings), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")  # the reader's fonts draw the words, not ours
        figure = Figure(figsize=(width.inches, height))
        axes = figure.add_axes((0.012, HEAD / height, 0.976, 1 - HEAD / height))
        low = _start(intervals)
        _frame(axes, low, len(intervals))
        for row, interval in enumerate(intervals):
            _row(axes, interval, row, low, width)
        out = StringIO()
        figure.savefig(out, format="svg", transparent=True, metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    return _inline(out.getvalue())


def _start(intervals: Sequence[Interval]) -> float:
    """Where the axis starts: the tenth below everything drawn, at most 0.8."""
    shown = [Decimal(x) for i in intervals for x in (i.line, i.rate, i.lower) if x is not None]
    least = min([*shown, Decimal("0.85")]) - Decimal("0.02")
    return float(max(Decimal(0), least.quantize(Decimal("0.1"), rounding=ROUND_FLOOR)))


def _frame(axes: Axes, low: float, rows: int) -> None:
    margin = (1 - low) * 0.012
    axes.set_xlim(low - margin, 1 + margin)
    axes.set_ylim(rows, 0)
    axes.set_yticks([])
    ticks = [low + (1 - low) * step / 5 for step in range(6)]
    axes.set_xticks(ticks, [f"{tick * 100:.3g} %" for tick in ticks], color=MUTED)
    axes.get_xticklabels()[0].set_horizontalalignment("left")
    axes.get_xticklabels()[-1].set_horizontalalignment("right")
    axes.tick_params(axis="x", color=HAIR, length=0)
    axes.grid(axis="x", color=HAIR, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.patch.set_visible(False)
    for side in axes.spines.values():
        side.set_visible(False)


def _row(axes: Axes, interval: Interval, row: int, low: float, width: Width) -> None:
    colour, line = COLOURS[interval.verdict], float(interval.line)
    label = _fitted(interval.label, width.letters - _columns(interval.word) - 2)
    margin = (1 - low) * 0.012
    axes.text(low - margin, row + 0.3, label, color=INK, va="center", parse_math=False)
    axes.text(
        1 + margin, row + 0.3, interval.word, color=colour, va="center", ha="right", weight="bold", parse_math=False
    )
    level = row + 0.7
    if interval.lower is not None and interval.upper is not None:
        axes.plot([float(interval.lower), float(interval.upper)], [level, level], color=colour, linewidth=5, alpha=0.38)
    axes.plot([line, line], [level - 0.19, level + 0.19], color=INK, linewidth=1.8, solid_capstyle="butt")
    if interval.rate is not None:
        hollow = interval.verdict == "inconclusive"
        axes.plot(
            [float(interval.rate)],
            [level],
            marker=SHAPES[interval.verdict],
            markersize=7.5,
            markerfacecolor=SHEET if hollow else colour,
            markeredgecolor=colour if hollow else SHEET,
            markeredgewidth=1.6 if hollow else 0.8,
            linestyle="none",
            clip_on=False,
        )


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _fitted(text: str, letters: int) -> str:
    """`text` on one line of at most `letters` columns; a wide letter takes two."""
    flat = " ".join(text.split())
    if _columns(flat) <= letters:
        return flat
    while _columns(flat) > letters - 1:
        flat = flat[:-1]
    return flat + "…"


def _inline(svg: str) -> str:
    """The bare element: no prologue, no page-wide style, sized by the page, coloured by its variables."""
    element = svg[svg.index("<svg") :]
    element = re.sub(r'<style type="text/css">.*?</style>', "", element, count=1, flags=re.DOTALL)
    element = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", element, count=1)
    element = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", element, count=1)
    element = re.sub(r'<svg ', '<svg aria-hidden="true" focusable="false" ', element, count=1)
    return re.sub("|".join(VARIABLES), lambda found: VARIABLES[found.group()], element).strip()
