"""The chart of one sequential requirement: how its evidence moved, where it is enough, and where it was decided, as SVG text.

Rules this module keeps:

* The same trace gives the same bytes, and words stay words, as in the chart of page one.
* Claims differ in the dash of their line and verdicts in shape and word, not in colour alone; colours are CSS variables.
* The scale is logarithmic: one to one is the start, and equal steps up are equal factors. What lies below a hundredth, or far above
  everything needed, is drawn at the edge; the table beside the picture has the figures.

matplotlib is imported when a chart is drawn.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from decimal import Decimal
from io import StringIO
from typing import TYPE_CHECKING, Final

from evalcenter.blocks import Curve, Trace
from evalcenter.rendering.chart import COLOURS, HAIR, INK, MUTED, SHAPES, SHEET, columns, fitted, inline
from evalcenter.sections.wording import count, odds

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEAST: Final = -2.0
"""The lowest power of ten that is drawn."""
BELOW: Final = 0.25
"""How far below it the lower edge is."""
ABOVE: Final = 3.0
"""How many powers of ten above everything needed are drawn at most."""
ROW: Final = 0.24
LETTER: Final = 0.083
DASHES: Final = ("solid", (0, (5, 2)), (0, (1, 1.4)), (0, (6, 2, 1, 2)))
CLOSE: Final = 0.3
"""Marks nearer to each other than this (in powers of ten) stand on both sides of their lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Width:
    """How wide and how high the picture is, in inches of 72 points; `letters` fit on a line, `ticks` below it."""

    name: str
    inches: float
    high: float
    letters: int
    ticks: int


WIDE: Final = Width(name="wide", inches=9.0, high=2.7, letters=108, ticks=8)
NARROW: Final = Width(name="narrow", inches=4.3, high=2.5, letters=51, ticks=4)


def draw(trace: Trace, width: Width) -> str:
    """An SVG element: the decision in words, what each line means, and below them the evidence after every unit."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    rows = _legend(trace, width)
    head, foot = ROW * (len(rows) + 1) + 0.12, 0.3
    height = head + width.high + foot
    low, high = _range(trace)
    ticks = _ticks(low, high)
    left = LETTER * max(columns(word) for word in (*ticks.values(), _axis(trace))) + 0.1
    settings = {"svg.fonttype": "none", "svg.hashsalt": f"evalcenter/path/{width.name}", "font.size": 10}
    with mpl.rc_context(settings), warnings.catch_warnings():
        # The reader's fonts draw the words, not ours.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure = Figure(figsize=(width.inches, height))
        words = figure.add_axes((0, 1 - head / height, 1, head / height))
        _head(words, trace, rows, width)
        inside = (left / width.inches, foot / height, 1 - (left + 0.12) / width.inches, width.high / height)
        axes = figure.add_axes(inside)
        _frame(axes, trace, ticks, width)
        axes.set_ylim(low, high)
        _marks(axes, trace, low)
        _lines(axes, trace, low, high)
        out = StringIO()
        empty = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(out, format="svg", transparent=True, metadata=empty)
    return inline(out.getvalue())


def _tone(curve: Curve) -> str:
    return COLOURS.get(curve.tone, MUTED)


def _axis(trace: Trace) -> str:
    return fitted(trace.axis, 12)


def _power(ratio: str) -> float:
    """The power of ten of `ratio`; nothing at all is minus infinity."""
    value = Decimal(ratio)
    return float(value.log10()) if value > 0 else float("-inf")


def _range(trace: Trace) -> tuple[float, float]:
    """The powers of ten at the lower and the upper edge."""
    values = [_power(value) for curve in trace.curves for value in curve.values]
    needed = max(_power(curve.needed) for curve in trace.curves)
    above = min(max([0.0, *(value - needed for value in values)]), ABOVE)
    return (LEAST if min(values, default=0.0) < -1 else -1.0) - BELOW, needed + above + 0.4


def _ticks(low: float, high: float) -> dict[float, str]:
    """Powers of ten with their words: 10 : 1 above one, 1 : 10 below."""
    step = 1 if high - low < 7 else 2
    first = -int(-low // step) * step
    powers = [at for at in range(first, int(high) + 1, step) if at >= low]
    return {float(at): f"{10**at:,} : 1" if at >= 0 else f"1 : {10**-at:,}" for at in powers}


def _legend(trace: Trace, width: Width) -> list[list[tuple[int, str, int]]]:
    """Rows of (column, words, number of the curve), wrapped to the width."""
    rows: list[list[tuple[int, str, int]]] = [[]]
    at = 0
    for number, curve in enumerate(trace.curves):
        label = fitted(curve.label, width.letters - 6)
        if at and at + 6 + columns(label) > width.letters:
            rows.append([])
            at = 0
        rows[-1].append((at, label, number))
        at += columns(label) + 9
    return rows


def _head(axes: Axes, trace: Trace, rows: list[list[tuple[int, str, int]]], width: Width) -> None:
    axes.set_axis_off()
    axes.set_xlim(0, width.letters)
    axes.set_ylim(len(rows) + 1.5, 0)
    said = fitted(trace.said, width.letters)
    axes.text(0, 0.5, said, color=COLOURS[trace.verdict], weight="bold", va="center", parse_math=False)
    for row, parts in enumerate(rows):
        for at, label, number in parts:
            style = DASHES[number % len(DASHES)]
            colour = _tone(trace.curves[number])
            axes.plot([at, at + 4], [row + 1.5] * 2, color=colour, linestyle=style, linewidth=2, clip_on=False)
            axes.text(at + 5, row + 1.5, label, color=INK, fontsize=9, va="center", parse_math=False)


def _frame(axes: Axes, trace: Trace, ticks: dict[float, str], width: Width) -> None:
    from matplotlib.ticker import MaxNLocator

    last = max(1, trace.units[-1])
    axes.set_xlim(0, last)
    shown = [
        int(at)
        for at in MaxNLocator(nbins=width.ticks, integer=True, steps=[1, 2, 5, 10]).tick_values(0, last)
        if 0 <= at <= last
    ]
    axes.set_xticks(shown, [count(at) for at in shown], color=MUTED, fontsize=9)
    axes.set_yticks(list(ticks), list(ticks.values()), color=MUTED, fontsize=9)
    axes.tick_params(length=0)
    axes.hlines(list(ticks), 0, last, color=HAIR, linewidth=0.8)
    axes.vlines(shown, 0, 0.025, color=MUTED, linewidth=1, transform=axes.get_xaxis_transform())
    axes.annotate(
        _axis(trace),
        (0, 0),
        xycoords="axes fraction",
        xytext=(-6, -5),
        textcoords="offset points",
        ha="right",
        va="top",
        fontsize=9,
        color=MUTED,
        parse_math=False,
    )
    axes.patch.set_visible(False)
    for name, side in axes.spines.items():
        side.set_visible(name == "bottom")
        side.set_color(MUTED)


def _marks(axes: Axes, trace: Trace, low: float) -> None:
    """A line with its words wherever evidence is enough; equal ones share a line."""
    marks: dict[float, tuple[list[str], str, str]] = {}
    for curve in trace.curves:
        if curve.mark:
            level = max(_power(curve.needed), low)
            words, _, _ = marks.setdefault(level, ([], _tone(curve), curve.needed))
            words.append(fitted(curve.mark, 16))
    levels = sorted(marks)
    for number, level in enumerate(levels):
        words, colour, needed = marks[level]
        axes.axhline(level, color=colour, linewidth=1.2)
        below = number + 1 < len(levels) and levels[number + 1] - level < CLOSE
        axes.annotate(
            f"{' / '.join(words)} {odds(Decimal(needed), up=True)}",
            (0, level),
            xycoords=("axes fraction", "data"),
            xytext=(4, -3 if below else 3),
            textcoords="offset points",
            va="top" if below else "bottom",
            fontsize=9,
            color=colour,
            weight="bold",
            parse_math=False,
        )


def _lines(axes: Axes, trace: Trace, low: float, high: float) -> None:
    for number, curve in reversed(list(enumerate(trace.curves))):
        levels = [min(max(_power(value), low), high) for value in curve.values]
        axes.plot(
            trace.units,
            levels,
            color=_tone(curve),
            linestyle=DASHES[number % len(DASHES)],
            linewidth=2.2 if number == trace.at else 1.6,
            clip_on=False,
        )
    level = min(max(_power(trace.curves[trace.at].values[-1]), low), high)
    colour, hollow = COLOURS[trace.verdict], trace.verdict == "inconclusive"
    axes.vlines(trace.units[-1], low, level, color=colour, linewidth=1, linestyle=(0, (2, 2)))
    axes.plot(
        [trace.units[-1]],
        [level],
        marker=SHAPES[trace.verdict],
        markersize=9,
        markerfacecolor=SHEET if hollow else colour,
        markeredgecolor=colour if hollow else SHEET,
        markeredgewidth=1.8 if hollow else 0.9,
        linestyle="none",
        clip_on=False,
        zorder=5,
    )
